"""Find the parts of a document that a notation cannot express.

A notation describes an architecture of its search space and implies the rest, such as the network around a cell and the data set. A
document loses the parts that differ from the implied ones when it is written in the notation.
"""

from __future__ import annotations

from dataclasses import replace

from nasport.schemas.architecture import Architecture, Skeleton
from nasport.schemas.graphs.canonical import architecture_hash
from nasport.schemas.graphs.document_graph import skeleton_digest


def lost(architecture: Architecture, back: Architecture) -> tuple[str, ...]:
    """Name the parts that are lost when a document is written in a notation. Names and sources are ignored.

    Args:
        architecture: document that was written.
        back: document that is parsed from its text.

    Returns:
        Lost parts in words; empty if nothing is lost.
    """
    losses = []
    # Shipped notations refuse cells that they cannot express; one of another package may write a part of them.
    if architecture_hash(replace(architecture, skeleton=None)) != architecture_hash(
        replace(back, skeleton=None)
    ):
        losses.append("its cells (different when read again)")
    own, implied = architecture.skeleton, back.skeleton
    if own is not None and own != implied:
        if implied is None:
            losses.append("the network around its cells")
        else:
            if own.classes not in (None, implied.classes):
                losses.append(f"its {own.classes} classes ({implied.classes or 'unknown'} when read again)")
            if own.input and own.input != implied.input:
                losses.append(f"its input of {_size(own)} ({_size(implied) or 'unknown'} when read again)")
            same_ends = replace(own, classes=implied.classes, input=implied.input)
            if skeleton_digest(replace(architecture, skeleton=same_ends)) != skeleton_digest(back):
                losses.append("the widths, repeats and strides of its network (different when read again)")
    if architecture.labels and not back.labels:
        count = len(architecture.labels)
        losses.append("its label" if count == 1 else f"its {count} labels")
    return tuple(losses)


def _size(skeleton: Skeleton) -> str:
    return ", ".join(f"{key} {number}" for key, number in skeleton.input)
