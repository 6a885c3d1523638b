"""What we know: places, needs, listings and articles; all of it could be printed."""
