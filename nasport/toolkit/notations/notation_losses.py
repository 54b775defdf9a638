"""What of a document its text in a notation does not say.

A notation names an architecture of its space and implies the rest: a cell's network, its data set. Somebody
who writes a document of another data set in it is told what gets lost.
"""

from __future__ import annotations

from dataclasses import replace

from nasport.schemas.architecture import Architecture, Skeleton
from nasport.schemas.graphs.document_graph import skeleton_digest


def lost(architecture: Architecture, back: Architecture) -> tuple[str, ...]:
    """What is lost, in words; empty where nothing is.

    Names are not counted, nor is the source.

    Args:
        architecture: the document that was written.
        back: what its text is read as.
    """
    found = []
    own, implied = architecture.skeleton, back.skeleton
    if own is not None and own != implied:
        if implied is None:
            found.append("the network around its cells")
        else:
            if own.classes not in (None, implied.classes):
                found.append(f"its {own.classes} classes ({implied.classes or 'not known'} when read back)")
            if own.input and own.input != implied.input:
                found.append(f"its input of {_size(own)} ({_size(implied) or 'not known'} when read back)")
            same_ends = replace(own, classes=implied.classes, input=implied.input)
            if skeleton_digest(replace(architecture, skeleton=same_ends)) != skeleton_digest(back):
                found.append("the widths, repeats and strides of its network (others when read back)")
    if architecture.labels and not back.labels:
        count = len(architecture.labels)
        found.append("its label" if count == 1 else f"its {count} labels")
    return tuple(found)


def _size(skeleton: Skeleton) -> str:
    return ", ".join(f"{key} {number}" for key, number in skeleton.input)
