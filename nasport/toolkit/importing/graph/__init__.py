"""A model as primitive operations, what belongs together among them, and the maps that its values are."""
