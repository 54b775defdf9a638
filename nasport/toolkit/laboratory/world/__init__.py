"""A world of architectures that nobody labeled: random search spaces, and random members of each.

A space of the world is a space document (`nasport.schemas.space`) that is itself drawn: its skeleton, its operators,
what is open and within which limits. Spaces differ widely; members of one share its theme, as the architectures of one
search do. Everything follows from a seed, the number of the space and the place of the member. How it is drawn stands
in docs/reports/world.md.
"""

from nasport.toolkit.laboratory.world.kinds import KINDS
from nasport.toolkit.laboratory.world.space import COMMON, WorldSpace, at_size, members, world_space

__all__ = ["COMMON", "KINDS", "WorldSpace", "at_size", "members", "world_space"]
