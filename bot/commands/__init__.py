"""One file for each group of commands; each has `add`, which names its arguments and what runs."""
