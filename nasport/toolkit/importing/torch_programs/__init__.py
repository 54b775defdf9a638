"""Programs of torch.export and torch modules as graphs of primitive operations."""
