"""Measure how well any scores rank labeled architectures: `nasport audit`.

- `grounds`: the labeled architectures, from a benchmark table or from a file of the user
- `score_file`, `matching`: a CSV file of scores, and the architectures of a table that its rows name
- `pairing`: which scores are measured on which architectures
- `rows`, `words`: metrics of each score, label and subset, with trivial baselines and confidence intervals, and their texts
- `report`, `pictures`: one HTML page

The metrics, baselines and subsets are those of `nasport evaluate`. Nothing is trained, and no result shows a single
architecture.
"""
