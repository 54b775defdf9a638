"""Graph of primitive operations: composites merged into single operations, and the feature map of every value."""
