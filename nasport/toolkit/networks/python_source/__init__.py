"""A network written out as a Python module of its own."""
