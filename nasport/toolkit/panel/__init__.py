"""The panel of evaluators: predictor, zero-cost proxies and GenNAS regression together, in the order of their cost.

`choices.py` is what somebody may ask for, `planning.py` turns a budget into a plan after a timed probe, `stages.py` judges,
`hearings.py` keeps what was said, `verdict.py` makes one order of it, with the weights of `learned.py`, and `ranking.py` puts them one
after the other.
"""
