"""Search: a space in, the best architectures out."""
