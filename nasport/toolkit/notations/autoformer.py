"""Notations of AutoFormer's space: width, depth, and for each layer the number of heads and the ratio of the feed-forward network.

The keys distinguish two similar notations:

- `autoformer`, `{"embed_dim": 192, "depth": 2, "mlp_ratio": [...], "num_heads": [...]}`: AutoFormer (Chen et al. 2021). Each head
  has width 64 for every width of the network. The parser also reads the key `layer_num` of the authors' code, and a list of equal
  widths. The documents omit the tables of relative positions in the authors' attention.
- `vit_bench_101`, `{"hidden_dim": 192, "depth": 2, ...}`: ViT-Bench-101 (Wei et al. 2024), which trains these networks with heads
  that divide the width of the network.

Both networks split an image of 224x224 pixels into patches of 16x16, prepend a class token, add a learned vector to every
position, and average the patches after the layers and a final normalization.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from nasport.schemas.architecture import Architecture, Cell, Node, Skeleton, Source, Stage
from nasport.schemas.errors import InputError
from nasport.toolkit.notations.base import Notation, trimmed
from nasport.toolkit.notations.objects import json_or_python
from nasport.toolkit.notations.same_graph import same_cell
from nasport.toolkit.notations.skeletons import POOL, check_ends, image

MAX_DEPTH, MAX_WIDTH, MAX_HEADS, MAX_RATIO = 64, 4096, 64, 16

# Number of heads and feed-forward ratio of each layer.
Layers = Sequence[tuple[int, float]]


class _Transformers(Notation):
    """A configuration as JSON.

    Attributes:
        key: key of the width.
        head_width: width of each head; 0 if the heads divide the width of the network.
        classes: number of classes of the data set.
    """

    key: ClassVar[str]
    head_width: ClassVar[int]
    classes: ClassVar[int]

    def parse(self, text: str) -> Architecture:
        text = trimmed(text)
        return self._document(*self._read(json_or_python(text, self.example)), Source(self.name, text))

    def write(self, architecture: Architecture) -> str:
        skeleton = architecture.skeleton
        if skeleton is None or not skeleton.stages:
            raise InputError(
                "no stages, expected at least one: this notation lists layers", path=("skeleton",)
            )
        kinds = {name: self._layer(architecture, name) for name in architecture.cells}
        width = next((stage.width for stage in (*skeleton.stem, *skeleton.stages) if stage.width), 0)
        layers: list[tuple[int, float]] = []
        for place, stage in enumerate(skeleton.stages):
            plain = stage == Stage(cell=stage.cell, repeats=stage.repeats, width=stage.width)
            if not stage.cell or not plain or stage.width not in (None, width):
                raise InputError(
                    f"expected a stage with a cell, {width} channels, and no stride, resolution or attributes",
                    path=("skeleton", "stages", place),
                )
            layers += [kinds[stage.cell]] * stage.repeats
        unused = set(architecture.cells) - {stage.cell for stage in skeleton.stages}
        if len(layers) > MAX_DEPTH or unused:
            raise InputError(
                f"{len(layers)} layers and {len(unused)} unused cells, expected at most {MAX_DEPTH} layers and no unused cell",
                path=("skeleton", "stages"),
            )
        written = self._document(width, layers)
        check_ends(architecture, written)
        return written.name

    def _document(self, width: int, layers: Layers, source: Source | None = None) -> Architecture:
        names = [f"{heads} heads, ratio {ratio:g}" for heads, ratio in layers]
        heads, ratios = zip(*layers, strict=True)
        text = json.dumps({self.key: width, "depth": len(layers), "mlp_ratio": ratios, "num_heads": heads})
        patches = Stage(op="patch_embedding", width=width, stride=16)
        stem = (patches, Stage(op="class_token"), Stage(op="positional_embedding"))
        head = (Stage(op="layer_norm"), Stage(op="patch_tokens"), *POOL)
        stages = tuple(Stage(cell=name, width=width) for name in names)
        skeleton = Skeleton(stages, stem, head, image(224), self.classes)
        cells = {name: self._cell(*layer) for name, layer in dict(zip(names, layers, strict=True)).items()}
        return Architecture(cells, skeleton, text, self.name, source)

    def _cell(self, heads: int, ratio: float) -> Cell:
        """Return the cell of a layer: attention, then feed-forward network, each with pre-normalization and shortcut."""
        own = (("head_width", self.head_width), ("heads", heads)) if self.head_width else (("heads", heads),)
        return Cell(
            (
                Node("input", "input"),
                Node("norm 1", "layer_norm", ("input",)),
                Node("attention", "self_attention", ("norm 1",), attributes=own),
                Node("sum", "sum", ("input", "attention")),
                Node("norm 2", "layer_norm", ("sum",)),
                Node("feed forward", "feed_forward", ("norm 2",), attributes=(("expansion", ratio),)),
                Node("output", "output", ("sum", "feed forward")),
            )
        )

    def _read(self, value: Any) -> tuple[int, Layers]:
        """Read the width and the layers from a JSON value.

        Raises:
            InputError: an invalid value; the path of the error points to its key.
        """
        known = {self.key, "depth", "layer_num", "mlp_ratio", "num_heads"}
        if not isinstance(value, Mapping) or not known - {"depth", "layer_num"} <= set(value) <= known:
            raise InputError(
                f"expected an object with {self.key!r}, 'depth', 'mlp_ratio' and 'num_heads', e.g. {self.example}"
            )
        depth = value.get("depth", value.get("layer_num"))
        if type(depth) is not int or not 1 <= depth <= MAX_DEPTH:
            problem = f"{depth!r:.60}, expected a number of layers from 1 to {MAX_DEPTH}"
            raise InputError(problem, path=("depth",))
        widths = _list(value, self.key, depth) if isinstance(value[self.key], list) else [value[self.key]]
        width = widths[0]
        if len(set(map(str, widths))) != 1 or type(width) is not int or not 1 <= width <= MAX_WIDTH:
            raise InputError(f"{widths!s:.60}, expected one width from 1 to {MAX_WIDTH:,}", path=(self.key,))
        layers = tuple(zip(_list(value, "num_heads", depth), _list(value, "mlp_ratio", depth), strict=True))
        for place, (heads, ratio) in enumerate(layers):
            shared = "" if self.head_width else f" that divides the width {width}"
            if type(heads) is not int or not 1 <= heads <= MAX_HEADS or (shared and width % heads):
                problem = f"{heads!r:.60}, expected a number of heads from 1 to {MAX_HEADS}{shared}"
                raise InputError(problem, path=("num_heads", place))
            if type(ratio) not in (int, float) or not 0 < ratio <= MAX_RATIO or width * ratio % 1:
                problem = f"{ratio!r:.60}, expected a ratio that gives a whole number of {width} channels"
                raise InputError(problem, path=("mlp_ratio", place))
        return width, [(heads, float(ratio)) for heads, ratio in layers]

    def _layer(self, architecture: Architecture, name: str) -> tuple[int, float]:
        """Return the number of heads and the ratio of a cell.

        Raises:
            InputError: the cell is not a layer of this notation.
        """
        cell = architecture.cells[name]
        nodes = [node for node in cell.nodes if node.op]
        operators = [architecture.operator(node.op).with_attributes(dict(node.attributes)) for node in nodes]
        heads = next((one.attribute("heads") for one in operators if one.kind == "self_attention"), 0)
        ratio = next((one.attribute("expansion") for one in operators if one.kind == "feed_forward"), 0)
        layer = int(heads), float(ratio)
        expected = self._cell(*layer)
        if not same_cell(cell, expected, architecture, Architecture({name: expected})):
            raise InputError(
                "a cell with another structure, expected attention and a feed-forward network of this notation",
                path=("cells", name),
            )
        return layer


def _list(value: Mapping[str, Any], key: str, count: int) -> list[Any]:
    """Return the list under a key; a wrong length raises InputError."""
    values = value[key]
    if not isinstance(values, list) or len(values) != count:
        raise InputError(f"expected a list of {count} values, one for each layer", path=(key,))
    return values


class AutoFormer(_Transformers):
    """Networks of AutoFormer."""

    name = "autoformer"
    description = (
        'AutoFormer {"embed_dim": 192, "depth": n, "mlp_ratio": [n], "num_heads": [n]}, heads 64 wide'
    )
    example = '{"embed_dim": 192, "depth": 2, "mlp_ratio": [3.5, 4.0], "num_heads": [3, 4]}'
    key = "embed_dim"
    head_width = 64
    classes = 1000


class ViTBench101(_Transformers):
    """Networks of ViT-Bench-101."""

    name = "vit_bench_101"
    description = 'ViT-Bench-101 {"hidden_dim": 192, "depth": n, "mlp_ratio": [n], "num_heads": [n]}'
    example = '{"hidden_dim": 192, "depth": 2, "mlp_ratio": [3.5, 4.0], "num_heads": [3, 4]}'
    key = "hidden_dim"
    head_width = 0
    classes = 100
