"""How well predictors rank held-out search spaces: metrics, baselines, rows in a file, a table and pictures."""
