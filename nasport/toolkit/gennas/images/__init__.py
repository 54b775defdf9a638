"""Real images that networks are trained on."""
