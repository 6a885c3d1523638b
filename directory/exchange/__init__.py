"""The directory in and out: one file a format."""
