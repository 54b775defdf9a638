"""One file a command: what `nasport NAME` does with its arguments."""
