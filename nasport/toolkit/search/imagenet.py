"""The ImageNet network in which papers train a pair of DARTS cells.

It has 14 cells of 48 channels (Liu et al. 2019, section 3.2), or the width fitted to the "mobile setting" of 500 to 600
million multiply-accumulates (GenNAS, section 4.4). nasport creates the document and computes its costs but does not train
the network, which takes several GPUs for days.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import Literal

from nasport.runtime.costs import costs
from nasport.schemas.architecture import Architecture, Cell
from nasport.schemas.errors import InputError
from nasport.toolkit.notations.darts_network import imagenet_network

DEPTH, WIDTH = 14, 48
LEAST_FLOPS, MOST_FLOPS = 500_000_000, 600_000_000
ROLES = ("normal", "reduction")
_INPUTS = ["c_{k-1}", "c_{k-2}"]
_WIDEST = 512
NOT_TRAINED = "nasport does not train it"
"""Remark shown with every such network."""

Width = int | Literal["fit"]


def is_darts_pair(architecture: Architecture) -> bool:
    """Return whether an architecture has a normal and a reduction cell of two inputs, as DARTS networks need."""
    found = sorted(architecture.cells.values(), key=lambda cell: cell.role)
    return tuple(cell.role for cell in found) == ROLES and all(
        cell.channels == "stack" and _input_roles(architecture, cell) == _INPUTS for cell in found
    )


def on_imagenet(architecture: Architecture, width: Width = WIDTH) -> Architecture:
    """Return the ImageNet network of DARTS cells: images of 224 by 224 pixels, 1,000 classes.

    Args:
        architecture: pair of DARTS cells with any skeleton or none.
        width: channels of the first cell, an even number because the stem begins with half as many; `fit` for the largest
            width of at most 600 million multiply-accumulates.

    Raises:
        InputError: not a pair of DARTS cells, an odd width, or no width that fits.
    """
    if not is_darts_pair(architecture):
        raise InputError(
            "not a pair of DARTS cells, expected one cell of role 'normal' and one of role 'reduction', "
            "both with channels 'stack' and inputs of the roles c_{k-2} and c_{k-1}",
            path=("cells",),
        )
    if width == "fit":
        return _fitted(architecture)
    if width < 2 or width % 2:
        raise InputError(
            f"a width of {width}, expected a positive even number, because the stem begins with half of it"
        )
    cells = {cell.role: cell for cell in architecture.cells.values()}
    return replace(
        architecture,
        cells={role: cells[role] for role in ROLES},
        skeleton=imagenet_network(width, DEPTH),
        labels=(),  # labels belong to the original network
    )


def width_of(architecture: Architecture) -> int:
    """Return the width of a network of `on_imagenet`: the channels of its first cell."""
    assert architecture.skeleton is not None
    return architecture.skeleton.stages[0].width or 0


def in_words(architecture: Architecture) -> str:
    """Return the size and costs of a network of `on_imagenet` in one line."""
    size = "size unknown, because one of its operators has no known cost"
    if cost := costs(architecture):
        size = f"{cost.parameters / 1e6:.2f} M parameters, {cost.flops / 1e6:.0f} M multiply-accumulates"
    return f"{DEPTH} cells of {width_of(architecture)} channels on ImageNet: {size}"


def _fitted(architecture: Architecture) -> Architecture:
    """Return the network of the largest even width within the bounds, by bisection, since costs grow with the width."""

    def flops(width: int) -> int:
        cost = costs(on_imagenet(architecture, width))
        if cost is None:
            raise InputError("an operator has no known cost, expected the width as a number instead of 'fit'")
        return cost.flops

    widths = range(2, _WIDEST + 1, 2)
    width = widths[max(bisect_right(widths, MOST_FLOPS, key=flops) - 1, 0)]
    if not LEAST_FLOPS <= (found := flops(width)) <= MOST_FLOPS:
        raise InputError(
            f"no width up to {_WIDEST} gives {LEAST_FLOPS / 1e6:.0f} to {MOST_FLOPS / 1e6:.0f} million "
            f"multiply-accumulates ({found / 1e6:.0f} at {width}), expected a width as a number"
        )
    return on_imagenet(architecture, width)


def _input_roles(architecture: Architecture, cell: Cell) -> list[str]:
    kinds = ((node, architecture.operator((node.candidates or (node.op,))[0]).kind) for node in cell.nodes)
    return sorted(node.role for node, kind in kinds if kind == "input")
