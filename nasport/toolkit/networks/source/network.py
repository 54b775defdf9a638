"""A network of images as source text: a class for each cell, and `Network`, which stacks stem, body, head and classifier."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import torch
from torch import nn

from nasport.runtime.costs.skeleton import placed_layers
from nasport.schemas.architecture import Architecture
from nasport.toolkit.networks.cell_module import CellNetwork
from nasport.toolkit.networks.image import ImageNetwork, build_image_network, initialise_as_nasbench101
from nasport.toolkit.networks.options import NetworkOptions
from nasport.toolkit.networks.source.alignment import Use
from nasport.toolkit.networks.source.blocks import Copied, Written, is_copied
from nasport.toolkit.networks.source.cell_text import cell_classes
from nasport.toolkit.networks.source.line_breaking import (
    INDENT,
    Bracket,
    Expression,
    call,
    fits,
    statement,
    text_of,
)
from nasport.toolkit.networks.source.modules import as_written, constructed, spec_of
from nasport.toolkit.networks.source.naming import class_names, escaped

_BODY = INDENT * 2


def image_network(architecture: Architecture) -> Written:
    """The parts of the module.

    Raises:
        InputError: as `build_image_network`.
    """
    with torch.device("meta"):
        network = build_image_network(architecture, NetworkOptions())
    return _ImageWriter(architecture, network).written()


class _ImageWriter:
    """A network while it is written."""

    def __init__(self, architecture: Architecture, network: ImageNetwork) -> None:
        assert architecture.skeleton is not None
        self.architecture, self.network, self.skeleton = architecture, network, architecture.skeleton
        self.layers: list[nn.Module] = [*network.stem, *network.body, *network.head]
        self.placed = [layer for layer in placed_layers(architecture) for _ in range(layer.times)]
        self.names = class_names(architecture.cells)
        self.needs: list[Copied] = []
        self.classes: list[list[str]] = []
        self.stacking: list[str] = []

    def written(self) -> Written:
        expressions = self._cells() | self._operators()
        lines = self._network([expressions[place] for place in range(len(self.layers))])
        size = dict(self.skeleton.input)
        image = f"{size['channels']}, {size['height']}, {size['width']}"
        return Written(
            classes=[*self.classes, lines],
            needs=[one for one in self.needs if is_copied(one)],
            main=main_lines(f"torch.randn(2, {image})"),
            usage=["network = Network()", f"logits = network(torch.randn(8, {image}))"],
            notes=[
                "Without `operators.` in its keys, the state_dict of nasport's own network fits this one.",
            ],
        )

    def _cells(self) -> dict[int, Expression]:
        """Writes the classes of the cells; how each is constructed, by the place of the layer."""
        found: dict[int, Expression] = {}
        for cell, name in self.names.items():
            places = [place for place, layer in enumerate(self.placed) if layer.cell == cell]
            if not places:
                continue
            uses = [self._use(place) for place in places]
            rule = self.architecture.cells[cell].channels
            title = f"The cell `{escaped(cell, 30)}`"
            title += ", of the outputs of the last two layers." if rule == "stack" else "."
            names = [name, *[f"{name}Variant{count}" for count in range(2, len(uses) + 1)]]
            classes, constructions = cell_classes(names, title, uses, rule == "split")
            self.classes += [one.lines for one in classes]
            self.needs += [need for one in classes for need in one.needs]
            self.stacking += names[: len(classes)] if rule == "stack" else []
            found |= dict(zip(places, constructions, strict=True))
        return found

    def _use(self, place: int) -> Use:
        """A cell with the numbers of its place."""
        module, placed = self.layers[place], self.placed[place]
        assert isinstance(module, CellNetwork)
        assert placed.width is not None
        names = module.inputs if len(module.inputs) > 1 else ("inputs",)
        inputs = {name: shape.channels for name, shape in zip(names, placed.sources, strict=True)}
        return Use(module, inputs | {"width": placed.width, "stride": placed.stride})

    def _operators(self) -> dict[int, Expression]:
        """How the layers that are no cells are constructed."""
        found: dict[int, Expression] = {}
        for place, module in enumerate(self.layers):
            if not isinstance(module, CellNetwork):
                spec = spec_of(module)
                self.needs += spec.kinds()
                found[place] = constructed([spec], as_written)
        return found

    def _network(self, expressions: Sequence[Expression]) -> list[str]:
        """The lines of the class `Network`."""
        stem, body = len(self.network.stem), len(self.network.body)
        parts = {
            "stem": expressions[:stem],
            "body": expressions[stem : stem + body],
            "head": expressions[stem + body :],
        }
        lines = [f"{INDENT}def __init__(self) -> None:", f"{_BODY}super().__init__()"]
        for name, layers in parts.items():
            if layers:
                listed = name != "head" and bool(self.stacking)
                lines += statement(f"self.{name} = ", stacked(layers, listed), 2)
        classifier = self.network.classifier
        if classifier is not None:
            lines += statement("self.classifier = ", constructed([spec_of(classifier)], as_written), 2)
        if any(cell.channels == "split" for cell in self.architecture.used_cells.values()):
            self.needs.append(initialise_as_nasbench101)
            lines.append(f"{_BODY}initialise_as_nasbench101(self)")
        size = dict(self.skeleton.input)
        images = f"images (N, {size['channels']}, H, W)"
        made = f"Logits (N, {self.skeleton.classes})" if classifier is not None else "Features"
        head = ["class Network(nn.Module):", f'{INDENT}"""{made} of {images}."""']
        return text_of([head, lines, self._forward()], 1)

    def _forward(self) -> list[str]:
        lines = [f"{INDENT}def forward(self, images: Tensor) -> Tensor:"]
        x = "images"
        if self.stacking:
            lines += [_BODY + line for line in self._stacked()]
            x = "newer"
        else:
            for name in ("stem", "body"):
                if len(getattr(self.network, name)):
                    lines.append(f"{_BODY}x = self.{name}({x})")
                    x = "x"
        if len(self.network.head):
            lines.append(f"{_BODY}x = self.head({x})")
            x = "x"
        flat = f"{x}.flatten(1)"
        flat = flat if self.network.classifier is None else f"self.classifier({flat})"
        return [*lines, f"{_BODY}return {flat}"]

    def _stacked(self) -> list[str]:
        """The lines that go through stem and body, where layers read the last two outputs."""
        takes = self.network.takes_older
        if len(self.network.stem):
            lines = ["older = newer = self.stem[0](images)"]
            if len(self.network.stem) > 1:
                lines += ["for layer in self.stem[1:]:", f"{INDENT}older, newer = newer, layer(newer)"]
            rest, layers = takes, "self.body"
        else:
            lines = [f"older = newer = self.body[0]({'images, images' if takes[0] else 'images'})"]
            rest, layers = takes[1:], "self.body[1:]"
        if not rest:
            return lines
        lines.append(f"for layer in {layers}:")
        if all(rest):
            return [*lines, f"{INDENT}older, newer = newer, layer(older, newer)"]
        stacking = self.stacking[0] if len(self.stacking) == 1 else f"({', '.join(self.stacking)})"
        return [
            *lines[:-1],
            f"stacking = {stacking}",
            lines[-1],
            f"{INDENT}after = layer(older, newer) if isinstance(layer, stacking) else layer(newer)",
            f"{INDENT}older, newer = newer, after",
        ]


_DEPTH = 3  # of an element of what `__init__` assigns


def stacked(layers: Sequence[Expression], listed: bool) -> Bracket:
    """Layers as `nn.Sequential(...)` or `nn.ModuleList([...])`, equal ones after each other in a loop."""
    parts: list[Expression] = []
    for _, equal in groupby(layers, key=str):
        same = list(equal)
        loop = f"*[{same[0]} for _ in range({len(same)})]"
        parts += [loop] if len(same) > 1 and fits(f"{loop},", _DEPTH) else same
    broken = len(parts) > 1
    if listed:
        return call("nn.ModuleList", Bracket("[", tuple(parts), "]", broken))
    return call("nn.Sequential", *parts, broken=broken)


def main_lines(example: str) -> list[str]:
    """What a written module does as a script: it says its size and the shape of what it computes."""
    return [
        'if __name__ == "__main__":',
        f"{INDENT}network = Network()",
        f'{INDENT}print(f"{{sum(p.numel() for p in network.parameters()):,}} parameters")',
        f"{INDENT}with torch.no_grad():",
        f"{INDENT * 2}print(tuple(network.eval()({example}).shape))",
    ]
