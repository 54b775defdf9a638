"""Layers as blocks, cells and stages: the document."""
