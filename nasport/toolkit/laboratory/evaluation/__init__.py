"""How well predictors rank spaces that they never saw: metrics, baselines, rows that grow, a table and pictures."""
