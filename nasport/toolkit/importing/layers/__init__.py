"""Conversion of primitive operations to layers, each an operator of the vocabulary or a described one."""
