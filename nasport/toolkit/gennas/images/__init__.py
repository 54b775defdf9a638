"""The real images that networks are trained on."""
