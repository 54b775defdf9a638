"""Anybody's scores held to the tables: `nasport audit`.

- `grounds`: what scores are measured on, a table or a file of one's own
- `score_file`, `matching`: a CSV file of scores, and which architectures of a table its rows are
- `rows`: the metrics of each score, label and subset, the trivial counts beside, and how far to trust them
- `report`, `pictures`: one HTML page

The metrics, the baselines and the subsets are those of `nasport evaluate`. Nothing here trains, or tells anything of a single
architecture.
"""
