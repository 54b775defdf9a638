"""Export of a network as the source text of a Python module."""
