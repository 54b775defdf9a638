"""Conversion of segments to parts of a skeleton: blocks and layers of the vocabulary, cells, and described operators."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from nasport.runtime.operators.quantities import Shape as Map
from nasport.schemas.architecture import Architecture, Cell, Stage
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.canonical import architecture_hash
from nasport.schemas.operators import Operator, operator_behind
from nasport.toolkit.importing.documents.cells import cell_of, counts_as, resized
from nasport.toolkit.importing.documents.counting import BLOCKS, counted
from nasport.toolkit.importing.documents.naming import NamedOperator, named_operator
from nasport.toolkit.importing.documents.segments import segments
from nasport.toolkit.importing.layers.layer import DESCRIBED, Layer, LayerGraph
from nasport.toolkit.importing.layers.regions import described


@dataclass(frozen=True)
class Part:
    """A part of the future skeleton: a layer, or one or several equal blocks or cells.

    Attributes:
        stage: stage of the skeleton; the name of its cell is filled in later.
        identity: text that is equal for equal parts, which may be folded.
        source: feature map that the part reads.
        target: feature map that the part returns.
        layers: layers that it replaces, of all repeats.
        cell: cell, or None for a layer or a block.
        own: operators that the document must define for it.
        outputs: names of its output values.
        input: name of the value that it reads.
    """

    stage: Stage
    identity: str
    source: Map
    target: Map
    layers: tuple[Layer, ...]
    cell: Cell | None = None
    own: dict[str, Operator] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    input: str = ""

    @property
    def is_block(self) -> bool:
        """Whether the part is a block or a cell, which belongs to the body of a network."""
        if self.cell is not None:
            return True
        return operator_behind(self.stage.op, self.own).kind in BLOCKS


def parts_of(graph: LayerGraph) -> Iterator[Part]:
    """Yield the parts of a network, in order."""
    for segment in segments(graph):
        source = graph.maps[segment.input]
        if segment.single is not None and len(segment.outputs) == 1:
            yield _of_layer(segment.single, segment.input, segment.outputs, source, graph.batch)
        else:
            yield cell_part(segment.layers, segment.input, segment.outputs, source, graph.batch)


def activated_first(parts: list[Part]) -> list[Part]:
    """Move the activation between two convolutions of a stem from the first to the second, as in TransNAS-Bench-101.

    This applies if the block after them begins with an activation. In documents, if a convolution has no activation, the
    next convolution applies its activation first.
    """
    for index in range(len(parts) - 2):
        first, second, block = parts[index : index + 3]
        if dict(block.stage.attributes).get("order") != "relu-conv-bn":
            continue
        pair = [part.layers[-1] for part in (first, second)]
        words = [layer.word("activation") for layer in pair if layer.kind == "convolution"]
        if words == ["relu", "none"]:
            changed = [_with_activation(first, "none"), _with_activation(second, "relu")]
            return [*parts[:index], *changed, *parts[index + 2 :]]
    return parts


def _with_activation(part: Part, activation: str) -> Part:
    """Return a convolution with another activation."""
    attributes = {**part.layers[-1].attributes, "activation": activation}
    is_stem = attributes == {"kernel": 3, "norm": "batch", "activation": "none"}
    named = named_operator("convolution", attributes, key="stem_conv3x3" if is_stem else "")
    stage = replace(part.stage, op=named.key, attributes=named.attributes)
    own = {named.key: named.own} if named.own else {}
    return replace(part, stage=stage, identity=_identity(named), own=own)


def _identity(named: NamedOperator) -> str:
    return json.dumps(["op", named.operator.to_json()], sort_keys=True)


def _of_layer(layer: Layer, input: str, outputs: tuple[str, ...], source: Map, batch: int) -> Part:
    """Return a layer as a part."""
    operator = counted(layer, batch)
    if operator is None:
        return _described_part((layer,), input, outputs, source, batch)
    named = operator.named
    own = {named.key: named.own} if named.own else {}
    stage = Stage("", named.key, 1, operator.width, layer.stride, None, named.attributes)
    return Part(stage, _identity(named), source, layer.target, (layer,), None, own, outputs, input)


def cell_part(
    layers: tuple[Layer, ...], input: str, outputs: tuple[str, ...], source: Map, batch: int
) -> Part:
    """Return layers as a cell, or as one described operator if no cell has the same costs.

    Args:
        layers: layers in topological order.
        input: name of the value that they read.
        outputs: names of the output values.
        source: feature map that they read.
        batch: number of images for which their FLOPs are counted.

    Raises:
        InputError: there are several outputs, and no cell can express the layers.
    """
    counts = sum(layer.parameters for layer in layers), sum(layer.flops for layer in layers) // batch
    target = layers[-1].target
    found = cell_of(layers, input, outputs)
    if found is not None:
        cell, own = found
        if counts_as(cell, own, source, counts, target if len(outputs) == 1 else None):
            width = target.channels if cell.channels == "same" else None
            identity = architecture_hash(Architecture({"cell": cell}, operators=own))
            return Part(
                Stage("cell", width=width), identity, source, target, layers, cell, own, outputs, input
            )
    if len(outputs) > 1:
        raise InputError(
            f"{len(outputs)} outputs that no cell can express, expected a network with one output: import a part of the "
            "network, or a module that returns one of the outputs"
        )
    return _described_part(layers, input, outputs, source, batch)


def _described_part(
    layers: tuple[Layer, ...], input: str, outputs: tuple[str, ...], source: Map, batch: int
) -> Part:
    """Return layers as one operator that states a description and its counts."""
    only, target = layers[0], layers[-1].target
    counts = {
        "parameters": sum(layer.parameters for layer in layers),
        "flops": sum(layer.flops for layer in layers) // batch,
    }
    if len(layers) > 1:
        whole = Layer("other", (input,), outputs[0], source, target, counts, text=described(list(layers)))
    elif only.kind in DESCRIBED:
        whole = only
    else:
        text = only.text or only.kind.replace("_", " ").capitalize()
        whole = only.with_changes(kind="other", attributes=counts, text=text)
    named = named_operator(whole.kind, {**whole.attributes, **resized(whole)}, whole.text, whole.key)
    stage = Stage("", named.key, 1, target.channels, 1, None, named.attributes)
    own = {named.key: named.own} if named.own else {}
    return Part(stage, _identity(named), source, target, layers, None, own, outputs, input)
