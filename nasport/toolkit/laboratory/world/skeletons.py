"""Random skeletons around cells and chains: image, stem, changes of the resolution, head."""

from __future__ import annotations

from nasport.toolkit.laboratory.world.draw import Draw, Json, rounded

RESOLUTIONS = (16, 24, 32, 40, 48, 64, 96, 128, 160, 224)
RESOLUTION_SHARES = (0.05, 0.05, 0.4, 0.05, 0.07, 0.15, 0.05, 0.07, 0.04, 0.07)
CLASSES = (10, 16, 47, 75, 100, 120, 200, 1000)
MAX_FIRST_WIDTH = 64
OPEN_FACTORS = (0.5, 0.75, 1, 1.25, 1.5)
"""Widths that members choose from, relative to the width of the space."""
COMMON_SIZE, COMMON_LEVELS = 32, 3


def resolution(draw: Draw) -> int:
    """Draw the height and width of a space's images in pixels."""
    return draw.one(RESOLUTIONS, RESOLUTION_SHARES)


def stem(draw: Draw, size: int, width: object, first: object) -> list[Json]:
    """Draw the layers before the body, which reduce large images to a quarter or an eighth of their height and width.

    Args:
        draw: random choices of the space.
        size: height and width of the image.
        width: width after the stem, a number or a choice.
        first: width of the first layers if the stem has several.
    """
    if size <= 48 or (size <= 64 and draw.chance(0.5)):
        stride = {"stride": 2} if size >= 40 and draw.chance(0.3) else {}
        return [{"op": draw.one(("stem_conv3x3", "conv_3x3")), "width": width, **stride}]
    if draw.chance(0.3):
        pooling = {"op": "max_pool_3x3", "stride": 2}
        return [{"op": "conv_7x7", "width": width, "stride": 2}, pooling]
    firsts = [{"op": "conv_3x3", "width": first, "stride": 2}]
    if size >= 128 and draw.chance(0.5):
        firsts.append({"op": "conv_3x3", "width": width, "stride": 2})
    return [*firsts, {"op": "conv_3x3", "width": width, "stride": 2}]


def skeleton(draw: Draw, size: int, stem: list[Json], stages: list[Json], head: list[Json]) -> Json:
    """Return the `skeleton` of a document: a square color image, the stages, a global pooling, and a random number of classes."""
    return {
        "input": {"channels": 3, "height": size, "width": size},
        "stem": stem,
        "stages": stages,
        "head": [*head, {"op": "global_avg_pool"}],
        "classes": draw.one(CLASSES),
    }


def cell_skeleton(draw: Draw, cell: str, reduction: str = "", stem_factor: int = 1) -> Json:
    """Draw the `skeleton` around cells; one space in five also has `choices` of width and depth.

    Args:
        draw: random choices of the space.
        cell: name of the cell.
        reduction: name of the cell that halves the resolution; empty if another operator does.
        stem_factor: width of a stem of one layer, relative to the first stage.
    """
    size, levels = resolution(draw), draw.one((2, 3, 4, 1), (0.24, 0.55, 0.15, 0.0 if reduction else 0.06))
    first, growth = draw.width(8, MAX_FIRST_WIDTH), draw.one((1.0, 1.5, 2.0), (0.08, 0.17, 0.75))
    repeats = [draw.whole(1, 5)] * levels
    if draw.chance(0.3):
        repeats = [draw.whole(1, 5) for _ in range(levels)]
    is_open = draw.chance(0.2)
    widths = sorted({rounded(first * factor) for factor in (OPEN_FACTORS if is_open else (1,))})
    depths = [[times + more for more in range(4 if is_open else 1)] for times in repeats]

    def place(name: str, values: list[int]) -> object:
        return {"choice": name, "values": values} if is_open else values[0]

    def width(factor: float) -> object:
        return place("width", [rounded(each * factor) for each in widths])

    by = draw.one(("cell", "pool", "nasbench201_reduction", "nor_conv_3x3"), (0.25, 0.25, 0.3, 0.2))
    pooling = draw.one(("max_pool_2x2", "avg_pool_2x2", "max_pool_3x3"))
    before = stem(draw, size, width(stem_factor), width(0.5))
    stages: list[Json] = []
    for level in range(levels):
        wide = width(growth**level)
        stage = {"cell": cell, "repeats": place("depth", depths[level]), "width": wide}
        if level and reduction:
            stages.append({"cell": reduction, "width": wide, "stride": 2})
        elif level and by == "cell":
            stage["stride"] = 2
        elif level and by == "pool":
            stages.append({"op": pooling, "stride": 2})
        elif level:
            stages.append({"op": by, "width": wide, "stride": 2})
        stages.append(stage)
    head: list[Json] = [{"op": "batch_norm"}, {"op": "relu"}] if draw.chance(0.35) else []
    choices = {"choices": {"width": widths, "depth": depths[0]}} if is_open else {}
    return {"skeleton": skeleton(draw, size, before, stages, head), **choices}


def common_skeleton(width: int, cell: str, reduction: str = "") -> Json:
    """Return the `skeleton` in which cells of different spaces can be compared.

    It has three resolutions with doubling widths, two cells at each, and a residual block between them. Spaces with a reduction
    cell, whose networks are larger, have one cell at each resolution and the reduction cell between them.
    """
    stages: list[Json] = []
    for level in range(COMMON_LEVELS):
        wide = width * 2**level
        if level:
            between = {"cell": reduction} if reduction else {"op": "nasbench201_reduction"}
            stages.append({**between, "width": wide, "stride": 2})
        stages.append({"cell": cell, "repeats": 1 if reduction else 2, "width": wide})
    return {
        "input": {"channels": 3, "height": COMMON_SIZE, "width": COMMON_SIZE},
        "stem": [{"op": "stem_conv3x3", "width": width}],
        "stages": stages,
        "head": [{"op": "batch_norm"}, {"op": "relu"}, {"op": "global_avg_pool"}],
        "classes": 10,
    }
