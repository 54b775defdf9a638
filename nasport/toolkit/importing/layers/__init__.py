"""Primitive operations as layers that the vocabulary has words for."""
