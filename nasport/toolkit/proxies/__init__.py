"""Zero-cost proxies: judges of a network at its start, which nobody trains.

`catalog.py` says what each is and where it comes from, `judging.py` judges one architecture, `passes.py` has what they
share: the network, one forward pass, and the gradients that one backward pass each gives.
"""
