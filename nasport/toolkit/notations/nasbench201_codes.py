"""Notations of NAS-Bench-201 cells as integers in other projects.

- NASLib's `op_indices` and the tuples of NAS-Bench-Suite-Zero: edges by source (0-1, 0-2, 0-3, 1-2, 1-3, 2-3); 0 skip_connect,
  1 none, 2 nor_conv_3x3, 3 nor_conv_1x1, 4 avg_pool_3x3. The two differ only in their brackets.
- GenNAS: nested lists by target, [[0-1], [0-2, 1-2], [0-3, 1-3, 2-3]]; 0 none, 1 skip_connect, 2 nor_conv_1x1, 3 nor_conv_3x3,
  4 avg_pool_3x3.
- A flat list in the order of the benchmark's string, with the same codes as GenNAS.

A list of six integers does not show which project it comes from. Therefore each project has a separate notation.
"""

from __future__ import annotations

from nasport.toolkit.notations import nasbench201
from nasport.toolkit.notations.edge_space import BY_SOURCE, BY_TARGET, EdgeCodes


class NASLibIndices(EdgeCodes):
    """NASLib's `op_indices`."""

    space = nasbench201.SPACE
    name = "nasbench201_naslib"
    description = "NASLib op_indices [6 codes], edges by source; 0 skip 1 none 2 conv3x3 3 conv1x1 4 avgpool"
    example = "[4, 0, 3, 1, 4, 3]"
    operators = ("skip_connect", "none", "nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3")
    edges = BY_SOURCE
    layout = "[{}, {}, {}, {}, {}, {}]"


class ZeroCostTuple(NASLibIndices):
    """Keys of NAS-Bench-Suite-Zero's tables."""

    name = "nasbench201_zerocost"
    description = "NAS-Bench-Suite-Zero tuple (6 codes): NASLib's codes and order"
    example = "(4, 0, 3, 1, 4, 3)"
    layout = "({}, {}, {}, {}, {}, {})"


class GenNASLists(EdgeCodes):
    """GenNAS' nested lists."""

    space = nasbench201.SPACE
    name = "nasbench201_gennas"
    description = (
        "GenNAS lists [[a], [b, c], [d, e, f]], edges by target; 0 none 1 skip 2 conv1x1 3 conv3x3 4 avgpool"
    )
    example = "[[1], [1, 2], [3, 2, 1]]"
    operators = nasbench201.OPERATORS
    edges = BY_TARGET
    layout = "[[{}], [{}, {}], [{}, {}, {}]]"


class TargetIndices(GenNASLists):
    """Indices into the benchmark's list of operators, in the order of its string."""

    name = "nasbench201_by_target"
    description = "[6 codes], edges by target as in the string; 0 none 1 skip 2 conv1x1 3 conv3x3 4 avgpool"
    example = "[1, 1, 2, 3, 2, 1]"
    layout = "[{}, {}, {}, {}, {}, {}]"
