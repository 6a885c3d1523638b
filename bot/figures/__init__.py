"""Figures: what happened in a quarter, counted without persons, and told so that no number points at one."""
