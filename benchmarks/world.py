"""Draw pictures of the random search spaces without labels, docs/reports/world.md.

python benchmarks/world.py pictures            # half a minute; needs matplotlib
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import numpy as np
from matplotlib import pyplot
from matplotlib.axes import Axes

from nasport.runtime.costs.skeleton import network_cost
from nasport.runtime.operators import relative_weight
from nasport.schemas.architecture import Architecture
from nasport.schemas.graphs.cell_graph import cell_graph
from nasport.toolkit.laboratory.world import KINDS, at_size, members, world_space

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
COLOR, GRAY = "#1f5fa8", "#8a8a8a"
JOINS = ("input", "output", "sum", "concat", "mean")


@dataclass(frozen=True)
class Facts:
    """Properties of one network for the pictures; costs at 32 by 32.

    Attributes:
        kind, space: kind and number of its space.
        size: height and width of its images in its document.
        parameters, flops: of the network.
        resolutions: number of resolutions, without that of the image.
        operators: number of operators on paths from input to output; every repeat counts, stem and head do not.
        trained: share of these operators that has weights.
    """

    kind: str
    space: int
    size: int
    parameters: int
    flops: int
    resolutions: int
    operators: int
    trained: float


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(required=True)
    pictures = commands.add_parser("pictures", help="draw docs/pictures/world-*.png")
    pictures.add_argument("--spaces", type=int, default=400)
    pictures.add_argument("--members", type=int, default=20)
    pictures.add_argument("--seed", type=int, default=0)
    pictures.set_defaults(run=draw_pictures)
    options = parser.parse_args()
    options.run(options)


def draw_pictures(options: argparse.Namespace) -> None:
    """Draw every picture from the first members of the first spaces."""
    facts = [
        facts_of(kind, number, member)
        for number in range(options.spaces)
        for kind, member in _members(options.seed, number, options.members)
    ]
    drawn: dict[str, Callable[[Sequence[Facts]], Any]] = {
        "size": draw_sizes,
        "operators": draw_operators,
        "resolutions": draw_resolutions,
        "within": draw_spread,
    }
    for name, drawing in drawn.items():
        figure = drawing(facts)
        figure.savefig(PICTURES / f"world-{name}.png", dpi=110, metadata={"Software": None})
        pyplot.close(figure)
    flops = np.array([each.flops for each in facts]) / 1e6
    print(f"{len(facts):,} networks, million multiply-accumulates at 32x32: ", end="")
    print(", ".join(f"{np.percentile(flops, q):.1f} ({q} %)" for q in (10, 50, 90, 100)))


def facts_of(kind: str, space: int, architecture: Architecture) -> Facts:
    """Return the properties of a member of a space."""
    assert architecture.skeleton is not None
    network = network_cost(at_size(architecture, 32))
    weights = np.array(list(_weights(architecture)))
    return Facts(
        kind,
        space,
        dict(architecture.skeleton.input)["height"],
        network.cost.parameters,
        network.cost.flops,
        len(network.levels),
        len(weights),
        float((weights > 0).mean()) if len(weights) else 0.0,
    )


def _members(seed: int, number: int, count: int) -> Iterator[tuple[str, Architecture]]:
    space = world_space(seed, number)
    return ((space.kind, member) for member in members(space, count))


def _weights(architecture: Architecture) -> Iterator[float]:
    """Yield the relative weight of every operator of the body that is on a path."""
    assert architecture.skeleton is not None
    for stage in architecture.skeleton.stages:
        keys = [stage.op]
        if stage.cell:
            cell = architecture.cells[stage.cell]
            keys = [cell.nodes[place].op for place, _ in cell_graph(cell, architecture).wiring.reachable]
        found = [relative_weight(architecture.operator(key)) for key in keys if key not in JOINS]
        yield from found * stage.repeats


def draw_sizes(facts: Sequence[Facts]) -> Any:
    """Draw parameters against multiply-accumulates, one panel for each kind."""
    figure, axes = _figure(10, 5, columns=4, rows=2)
    for ax, kind in zip(axes, KINDS, strict=False):
        for each, color in ((None, "#d9d9d9"), (kind, COLOR)):
            shown = [one for one in facts if each in (None, one.kind)]
            x, y = [one.parameters for one in shown], [one.flops for one in shown]
            ax.scatter(x, y, s=2, color=color, linewidths=0, alpha=0.5, rasterized=True)
        ax.set(xscale="log", yscale="log")
        ax.set_title(kind, fontsize=9, loc="left")
    axes[len(KINDS)].axis("off")
    figure.supxlabel("parameters", fontsize=9)
    figure.supylabel("multiply-accumulates at 32x32", fontsize=9)
    return figure


def draw_operators(facts: Sequence[Facts]) -> Any:
    """Draw the number of operators on paths, and the share of them that is trained, by kind."""
    figure, (left, right) = _figure(10, 3.2, columns=2)
    for ax, name, title in (
        (left, "operators", "operators of the body on paths, repeats counted"),
        (right, "trained", "share of these that has weights"),
    ):
        _quantiles(ax, {kind: [getattr(one, name) for one in facts if one.kind == kind] for kind in KINDS})
        ax.set_title(title, fontsize=9, loc="left")
    left.set_xscale("log")
    right.set_yticklabels([])
    return figure


def draw_resolutions(facts: Sequence[Facts]) -> Any:
    """Draw the sizes of the images, and the number of resolutions of the networks."""
    figure, (left, right) = _figure(10, 3.2, columns=2)
    sizes = sorted({one.size for one in facts})
    by_size = [len({one.space for one in facts if one.size == size}) for size in sizes]
    left.bar(list(map(str, sizes)), by_size, color=COLOR)
    left.set_title("spaces by height and width of their images", fontsize=9, loc="left")
    _quantiles(right, {kind: [one.resolutions for one in facts if one.kind == kind] for kind in KINDS})
    right.set_title("resolutions in a network", fontsize=9, loc="left")
    right.set_xticks(range(1, 6))
    return figure


def draw_spread(facts: Sequence[Facts]) -> Any:
    """Draw the spread of the members of one space, from their 10 % to their 90 % quantile."""
    figure, axes = _figure(10, 3.2, columns=3)
    spaces: dict[int, list[Facts]] = {}
    for one in facts:
        spaces.setdefault(one.space, []).append(one)
    for ax, name, title in (
        (axes[0], "parameters", "parameters: 90 % over 10 %"),
        (axes[1], "operators", "operators on paths: 90 % over 10 %"),
        (axes[2], "trained", "share with weights: 90 % less 10 %"),
    ):
        spread: dict[str, list[float]] = {kind: [] for kind in KINDS}
        for found in spaces.values():
            low, high = np.percentile([getattr(one, name) for one in found], (10, 90))
            spread[found[0].kind].append(high - low if name == "trained" else high / max(low, 1))
        _quantiles(ax, spread)
        ax.set_title(title, fontsize=9, loc="left")
        if name != "trained":
            ax.set_xscale("log", base=2)
    for ax in axes[1:]:
        ax.set_yticklabels([])
    return figure


def _quantiles(ax: Axes, values: dict[str, list[float]]) -> None:
    """Draw by name a line from the 5 % to the 95 % quantile, a thick one over the middle half, and the median."""
    for row, found in enumerate(values.values()):
        low, first, middle, third, high = np.percentile(found or [np.nan], (5, 25, 50, 75, 95))
        ax.plot((low, high), (row, row), color=COLOR, linewidth=1)
        ax.plot((first, third), (row, row), color=COLOR, linewidth=6, alpha=0.5, solid_capstyle="butt")
        ax.plot(middle, row, "o", color=COLOR, markersize=5)
    ax.set_yticks(range(len(values)), list(values), fontsize=8)
    ax.invert_yaxis()
    ax.grid(axis="x", alpha=0.3)


def _figure(width: float, height: float, columns: int = 1, rows: int = 1) -> tuple[Any, list[Axes]]:
    figure, axes = pyplot.subplots(
        rows,
        columns,
        figsize=(width, height),
        squeeze=False,
        layout="constrained",
        sharex=rows > 1,
        sharey=rows > 1,
    )
    for ax in axes.flat:
        ax.spines[["top", "right"]].set_visible(False)
        ax.tick_params(labelsize=8)
    return figure, list(axes.flat)


if __name__ == "__main__":
    main()
