"""Conversion of layers to blocks, cells and stages, and finally to a document."""
