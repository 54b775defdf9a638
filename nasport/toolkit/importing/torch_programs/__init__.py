"""Readers of torch.export's programs and of torch modules, which return graphs of primitive operations."""
