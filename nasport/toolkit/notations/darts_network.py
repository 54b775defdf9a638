"""Networks of stacked DARTS cells.

The cells with index depth//3 and 2*depth//3 are reduction cells, which halve the resolution and double the width (Liu et al. 2019,
section 3.2). The stem is one convolution with three times the width on CIFAR-10, and three convolutions of stride 2 on ImageNet. The
published CIFAR-10 evaluation network has 36 channels and 20 cells, that of NAS-Bench-301 has 32 channels and 8 cells.
"""

from __future__ import annotations

from dataclasses import replace

from nasport.schemas.architecture import Architecture, Cell, Skeleton, Stage
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.document_graph import skeleton_digest
from nasport.toolkit.notations.skeletons import POOL, image

DARTS_WIDTH, DARTS_DEPTH = 36, 20


def cifar_network(width: int, depth: int) -> Skeleton:
    """Return the CIFAR-10 network with an initial width and a number of cells."""
    stem = Stage(op="stem_conv3x3", width=3 * width)
    return Skeleton(_stages(width, depth), (stem,), POOL, image(32), classes=10)


def imagenet_network(width: int, depth: int) -> Skeleton:
    """Return the ImageNet network with an initial width and a number of cells.

    The first cell's older input is the input of the last convolution of the stem. In the published network a ReLU follows this
    input; here the ReLU precedes it, which is equivalent because the cell applies a ReLU to its inputs.
    """
    first = Stage(op="conv_3x3", width=width // 2, stride=2)
    then = Stage(op="stem_conv3x3", width=width, stride=2)
    stem = (first, then, Stage(op="relu"), then)
    return Skeleton(_stages(width, depth), stem, POOL, image(224), classes=1000)


def networks(width: int, depth: int) -> tuple[Skeleton, Skeleton]:
    """Return the CIFAR-10 network and the ImageNet network."""
    return cifar_network(width, depth), imagenet_network(width, depth)


def width_and_depth(skeleton: Skeleton) -> tuple[int, int]:
    """Return the initial width and the number of cells of a network of this module; arbitrary numbers for other networks."""
    first = skeleton.stages[0]
    return (first.width or 1) // first.stride, sum(stage.repeats for stage in skeleton.stages)


def check_network(architecture: Architecture, exact: bool = True) -> None:
    """Check that a skeleton, if there is one, is a network of this module with any width and depth.

    Args:
        architecture: the document.
        exact: whether the input size and the number of classes must also match.

    Raises:
        InputError: another skeleton.
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
    problem = "another skeleton, expected a network of stacked DARTS cells"
    raise InputError(problem, path=("skeleton",))


def _stages(width: int, depth: int) -> tuple[Stage, ...]:
    """Return the stages of normal and reduction cells."""
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
