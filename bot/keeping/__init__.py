"""Keeping the directory true: what has to be checked, what persons say of places, and who looks after it."""
