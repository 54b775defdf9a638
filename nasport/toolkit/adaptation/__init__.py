"""Correct a predictor by a few evaluations or labels, for one search space or for a list of architectures.

- `choices.py`: options of the commands
- `members.py`: draws members of a search space and reads the predictor's outputs for them
- `evaluated.py`: the panel evaluates some members, and a correction is learned from its values; `labeled.py`: reads labels
- `fitting.py`: one correction from evaluations and labels
- `adapting.py`, `within_budget.py`: the bundle of an adapted predictor, within a time budget
- `learned_ranking.py`, `ranking.py`: rank architectures by a correction that was learned from some of them, within a budget
"""
