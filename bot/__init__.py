"""Whom we talk with: the private side of the house, which must be able to forget."""
