"""Synthetic architectures: random search spaces (the "world"), and random members of each.

Zero-cost proxies and GenNAS evaluate the members (`evaluating.py`, `evaluations.py`), and the universal predictor learns to
predict these values, without any label. A space of the world is a search space document (`nasport.schemas.space`) that is drawn
at random: its skeleton, its operators, its choices and their limits. Spaces differ widely; members of one space are similar, as
the architectures of one search are. The seed, the number of the space and the place of the member determine everything.
docs/reports/world.md lists all distributions.
"""

from nasport.toolkit.laboratory.world.kinds import KINDS
from nasport.toolkit.laboratory.world.space import COMMON, WorldSpace, at_size, members, world_space

__all__ = ["COMMON", "KINDS", "WorldSpace", "at_size", "members", "world_space"]
