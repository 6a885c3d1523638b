"""One file a network. A channel parses, sends and erases; it decides nothing."""
