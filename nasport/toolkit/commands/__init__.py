"""The commands of the shell: one module per command, with its options and its function `run`."""
