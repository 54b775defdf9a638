"""Source text of an image network: a class for each cell, and `Network`, which stacks stem, body, head and classifier."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import torch
from torch import nn

from nasport.runtime.costs.skeleton import placed_layers
from nasport.schemas.architecture import Architecture
from nasport.toolkit.networks.cell_module import CellNetwork
from nasport.toolkit.networks.image import ImageNetwork, build_image_network, initialize_as_nasbench101
from nasport.toolkit.networks.module_arguments import NetworkOptions
from nasport.toolkit.networks.python_source import line_breaking as py
from nasport.toolkit.networks.python_source.alignment import Use
from nasport.toolkit.networks.python_source.blocks import Copied, Written, is_copied
from nasport.toolkit.networks.python_source.cell_text import cell_classes
from nasport.toolkit.networks.python_source.line_breaking import BODY, INDENT
from nasport.toolkit.networks.python_source.modules import as_written, constructed, spec_of
from nasport.toolkit.networks.python_source.naming import class_names, escaped


def image_network(architecture: Architecture) -> Written:
    """Return the parts of the module of an image network.

    Raises:
        InputError: `build_image_network` cannot build the network.
    """
    with torch.device("meta"):
        network = build_image_network(architecture, NetworkOptions())
    return _ImageWriter(architecture, network).written()


class _ImageWriter:
    """Writer of an image network.

    Attributes:
        architecture: document of the network.
        network: network without memory, under `torch.device("meta")`.
        skeleton: skeleton of the document.
        layers: layers of stem, body and head.
        needs: classes and functions to copy.
        classes: lines of the classes of cells.
        stacking: names of the classes of cells that read the last two outputs.
    """

    def __init__(self, architecture: Architecture, network: ImageNetwork) -> None:
        assert architecture.skeleton is not None
        self.architecture, self.network, self.skeleton = architecture, network, architecture.skeleton
        self.layers: list[nn.Module] = [*network.stem, *network.body, *network.head]
        self.needs: list[Copied] = []
        self.classes: list[list[str]] = []
        self.stacking: list[str] = []

    def written(self) -> Written:
        """Return the parts of the module."""
        expressions = self._cells()
        for index, module in enumerate(self.layers):
            if not isinstance(module, CellNetwork):
                spec = spec_of(module)
                self.needs += spec.kinds()
                expressions[index] = constructed([spec], as_written)
        lines = self._network([expressions[index] for index in range(len(self.layers))])
        size = dict(self.skeleton.input)
        image = f"{size['channels']}, {size['height']}, {size['width']}"
        result = "maps" if self.network.maps else "logits"
        note = "It loads the state_dict of nasport's network after `operators.` is removed from the keys."
        return Written(
            classes=[*self.classes, lines],
            needs=[item for item in self.needs if is_copied(item)],
            main=main_lines(f"torch.randn(2, {image})", bool(self.network.maps)),
            usage=["network = Network()", f"{result} = network(torch.randn(8, {image}))"],
            notes=[note],
        )

    def _cells(self) -> dict[int, py.Expression]:
        """Write the classes of the cells, and return the expression that constructs each cell by the index of its layer."""
        expressions: dict[int, py.Expression] = {}
        placed = [layer for layer in placed_layers(self.architecture) for _ in range(layer.times)]
        for cell, name in class_names(self.architecture.cells).items():
            uses: dict[int, Use] = {}
            for index, (module, layer) in enumerate(zip(self.layers, placed, strict=True)):
                if layer.cell == cell:
                    assert isinstance(module, CellNetwork)
                    assert layer.width is not None
                    inputs = module.inputs if len(module.inputs) > 1 else ("inputs",)
                    channels = [shape.channels for shape in layer.sources]
                    numbers = {"width": layer.width, "stride": layer.stride}
                    uses[index] = Use(module, dict(zip(inputs, channels, strict=True)) | numbers)
            if not uses:
                continue
            rule = self.architecture.cells[cell].channels
            title = f"The cell `{escaped(cell, 30)}`"
            title += ", of the outputs of the last two layers." if rule == "stack" else "."
            names = [name, *[f"{name}Variant{count}" for count in range(2, len(uses) + 1)]]
            classes, constructions = cell_classes(names, title, list(uses.values()), rule)
            self.classes += [cell_class.lines for cell_class in classes]
            self.needs += [need for cell_class in classes for need in cell_class.needs]
            self.stacking += names[: len(classes)] if rule == "stack" else []
            expressions |= dict(zip(uses, constructions, strict=True))
        return expressions

    def _network(self, expressions: Sequence[py.Expression]) -> list[str]:
        """Return the lines of the class `Network`."""
        stem, body = len(self.network.stem), len(self.network.body)
        ends = {"stem": (0, stem), "body": (stem, stem + body), "head": (stem + body, len(expressions))}
        lines = [f"{INDENT}def __init__(self) -> None:", f"{BODY}super().__init__()"]
        for name, (first, end) in ends.items():
            if first < end:
                listed = name != "head" and bool(self.stacking)
                lines += py.statement(f"self.{name} = ", stacked(expressions[first:end], listed), 2)
        classifier = self.network.classifier
        if classifier is not None:
            lines += py.statement("self.classifier = ", constructed([spec_of(classifier)], as_written), 2)
        if any(cell.channels == "split" for cell in self.architecture.used_cells.values()):
            self.needs.append(initialize_as_nasbench101)
            lines.append(f"{BODY}initialize_as_nasbench101(self)")
        size = dict(self.skeleton.input)
        images = f"images (N, {size['channels']}, H, W)"
        result = f"logits (N, {self.skeleton.classes})" if classifier is not None else "features"
        result = f"{len(self.network.maps)} maps of several resolutions" if self.network.maps else result
        head = ["class Network(nn.Module):", f'{INDENT}"""Maps {images} to {result}."""']
        return py.text_of([head, lines, self._forward()], 1)

    def _forward(self) -> list[str]:
        result = "tuple[Tensor, ...]" if self.network.maps else "Tensor"
        lines = [f"{INDENT}def forward(self, images: Tensor) -> {result}:"]
        x, parts = "images", ["stem", "body", "head"]
        if self.stacking:
            lines += [BODY + line for line in self._stacked()]
            x, parts = "newer", ["head"]
        for name in parts:
            if len(getattr(self.network, name)):
                lines.append(f"{BODY}x = self.{name}({x})")
                x = "x"
        if self.network.maps:
            return [*lines, f"{BODY}return {x}"]
        flat = f"{x}.flatten(1)"
        flat = flat if self.network.classifier is None else f"self.classifier({flat})"
        return [*lines, f"{BODY}return {flat}"]

    def _stacked(self) -> list[str]:
        """Return the lines that compute stem and body, for cells that read the last two outputs."""
        takes = self.network.takes_older
        if len(self.network.stem):
            lines, rest, layers = ["older = newer = self.stem[0](images)"], takes, "self.body"
            if len(self.network.stem) > 1:
                lines += ["for layer in self.stem[1:]:", f"{INDENT}older, newer = newer, layer(newer)"]
        else:
            lines = [f"older = newer = self.body[0]({'images, images' if takes[0] else 'images'})"]
            rest, layers = takes[1:], "self.body[1:]"
        loop = f"for layer in {layers}:"
        if not rest:
            return lines
        if all(rest):
            return [*lines, loop, f"{INDENT}older, newer = newer, layer(older, newer)"]
        stacking = self.stacking[0] if len(self.stacking) == 1 else f"({', '.join(self.stacking)})"
        return [
            *lines,
            f"stacking = {stacking}",
            loop,
            f"{INDENT}after = layer(older, newer) if isinstance(layer, stacking) else layer(newer)",
            f"{INDENT}older, newer = newer, after",
        ]


_DEPTH = 3  # number of indentations of an element in an assignment of `__init__`


def stacked(layers: Sequence[py.Expression], listed: bool) -> py.Bracket:
    """Return layers as `nn.Sequential(...)`, or as `nn.ModuleList([...])` if `listed`; equal ones are written as a loop."""
    parts: list[py.Expression] = []
    for _, group in groupby(layers, key=str):
        equal = list(group)
        loop = f"*[{equal[0]} for _ in range({len(equal)})]"
        parts += [loop] if len(equal) > 1 and py.fits(f"{loop},", _DEPTH) else equal
    broken = len(parts) > 1
    if listed:
        return py.call("nn.ModuleList", py.Bracket("[", tuple(parts), "]", broken))
    return py.call("nn.Sequential", *parts, broken=broken)


def main_lines(example: str, several: bool = False) -> list[str]:
    """Return the lines that a written module executes as a script: it prints its size and the shapes of its outputs.

    Args:
        example: expression of an example input.
        several: whether the network has several outputs.
    """
    output = f"network.eval()({example})"
    shapes = f"*[tuple(x.shape) for x in {output}]" if several else f"tuple({output}.shape)"
    return [
        'if __name__ == "__main__":',
        f"{INDENT}network = Network()",
        f'{INDENT}print(f"{{sum(p.numel() for p in network.parameters()):,}} parameters")',
        f"{INDENT}with torch.no_grad():",
        f"{INDENT * 2}print({shapes})",
    ]
