"""The networks that DARTS cells are stacked into.

Cells of index depth//3 and 2*depth//3 are reduction cells, which halve the resolution and double the width (Liu et al.
2019, section 3.2). On CIFAR-10 the stem is one convolution of three times the width, on ImageNet three convolutions of
stride 2. The published CIFAR-10 evaluation network has 36 channels and 20 cells, that of NAS-Bench-301 has 32 and 8.
"""

from __future__ import annotations

from dataclasses import replace

from nasport.schemas.architecture import Architecture, Cell, Skeleton, Stage
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.document_graph import skeleton_digest
from nasport.toolkit.notations.skeletons import POOL, image

DARTS_WIDTH, DARTS_DEPTH = 36, 20


def cifar_network(width: int, depth: int) -> Skeleton:
    """The network on CIFAR-10 with this initial width and so many cells."""
    stem = Stage(op="stem_conv3x3", width=3 * width)
    return Skeleton(_stages(width, depth), (stem,), POOL, image(32), classes=10)


def imagenet_network(width: int, depth: int) -> Skeleton:
    """The network on ImageNet: the first cell's older input is what enters the last convolution of the stem.

    That convolution follows a ReLU; it stands before the older input here, which begins with a ReLU anyway.
    """
    first = Stage(op="conv_3x3", width=width // 2, stride=2)
    then = Stage(op="stem_conv3x3", width=width, stride=2)
    stem = (first, then, Stage(op="relu"), then)
    return Skeleton(_stages(width, depth), stem, POOL, image(224), classes=1000)


def networks(width: int, depth: int) -> tuple[Skeleton, Skeleton]:
    """The network on CIFAR-10 and the one on ImageNet."""
    return cifar_network(width, depth), imagenet_network(width, depth)


def width_and_depth(skeleton: Skeleton) -> tuple[int, int]:
    """Initial width and number of cells, if this is one of the networks above; otherwise any numbers."""
    first = skeleton.stages[0]
    return (first.width or 1) // first.stride, sum(stage.repeats for stage in skeleton.stages)


def check_network(architecture: Architecture, exact: bool = True) -> None:
    """Raise `InputError` where a skeleton, if there is one, is none of the networks above, of any width and depth.

    Args:
        architecture: the document.
        exact: whether the size of the input and the number of classes must be the same too.
    """
    skeleton = architecture.skeleton
    if skeleton is None:
        return
    cells = {role: Cell((), role, "stack") for role in ("normal", "reduction")}
    for known in networks(*width_and_depth(skeleton)):
        if not exact:
            known = replace(known, input=skeleton.input, classes=skeleton.classes)
        if skeleton_digest(architecture) == skeleton_digest(Architecture(cells, known)):
            return
    problem = "the skeleton is another one, expected a network that DARTS stacks its cells into"
    raise InputError(problem, path=("skeleton",))


def _stages(width: int, depth: int) -> tuple[Stage, ...]:
    stages: list[Stage] = []
    start = 0
    for place in (*sorted({depth // 3, 2 * depth // 3}), depth):
        if place > start:
            stages.append(Stage(cell="normal", repeats=place - start, width=width))
        if place < depth:
            width *= 2
            stages.append(Stage(cell="reduction", width=width, stride=2))
        start = place + 1
    return tuple(stages)
