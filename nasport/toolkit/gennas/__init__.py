"""GenNAS: a score from training a network on synthetic signals (Li et al., "Generic Neural Architecture Search via
Regression", NeurIPS 2021)."""
