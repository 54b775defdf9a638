"""Segments as parts of a skeleton: blocks and layers of the vocabulary, cells, and what is described alone."""

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
from nasport.toolkit.importing.documents.naming import Named, named
from nasport.toolkit.importing.documents.segments import segments
from nasport.toolkit.importing.layers.layer import DESCRIBED, Layer, LayerGraph
from nasport.toolkit.importing.layers.regions import described


@dataclass(frozen=True)
class Part:
    """A row of equal blocks or cells, or a layer, in the skeleton to be.

    Attributes:
        stage: of the skeleton; its cell's name is filled in later.
        identity: what it is, the same for what may be folded.
        source, target: the maps before and behind it.
        layers: what it stands for, all repeats.
        cell: of a part that is one, with the operators that it brings.
        own: operators that it brings.
        outputs: names of the values that it gives.
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
        """Whether it is more than a layer: what the body of a network is made of."""
        if self.cell is not None:
            return True
        return operator_behind(self.stage.op, self.own).kind in BLOCKS


def parts_of(graph: LayerGraph) -> Iterator[Part]:
    """The parts of a network, in order."""
    for segment in segments(graph):
        source = graph.maps[segment.input]
        if segment.single is not None and len(segment.outputs) == 1:
            yield _of_layer(segment.single, segment.input, segment.outputs, source, graph.batch)
        else:
            yield cell_part(segment.layers, segment.input, segment.outputs, source, graph.batch)


def activated_first(parts: list[Part]) -> list[Part]:
    """An activation between two convolutions before blocks that begin with theirs is the second's (TransNAS-Bench-101).

    A convolution behind one without an activation begins with its own.
    """
    for place in range(len(parts) - 2):
        first, second, block = parts[place : place + 3]
        if dict(block.stage.attributes).get("order") != "relu-conv-bn":
            continue
        pair = [part.layers[-1] for part in (first, second)]
        words = [layer.word("activation") for layer in pair if layer.kind == "convolution"]
        if words == ["relu", "none"]:
            changed = [_with_activation(first, "none"), _with_activation(second, "relu")]
            return [*parts[:place], *changed, *parts[place + 2 :]]
    return parts


def _with_activation(part: Part, activation: str) -> Part:
    """A convolution with another activation."""
    attributes = {**part.layers[-1].attributes, "activation": activation}
    is_stem = attributes == {"kernel": 3, "norm": "batch", "activation": "none"}
    found = named("convolution", attributes, key="stem_conv3x3" if is_stem else "")
    stage = replace(part.stage, op=found.key, attributes=found.attributes)
    own = {found.key: found.own} if found.own else {}
    return replace(part, stage=stage, identity=_identity(found), own=own)


def _identity(found: Named) -> str:
    return json.dumps(["op", found.operator.to_json()], sort_keys=True)


def _of_layer(layer: Layer, input: str, outputs: tuple[str, ...], source: Map, batch: int) -> Part:
    """A layer as a stage."""
    found = counted(layer, batch)
    if found is None:
        return _opaque((layer,), input, outputs, source, batch)
    own = {found.named.key: found.named.own} if found.named.own else {}
    stage = Stage("", found.named.key, 1, found.width, layer.stride, None, found.named.attributes)
    return Part(stage, _identity(found.named), source, layer.target, (layer,), None, own, outputs, input)


def cell_part(
    layers: tuple[Layer, ...], input: str, outputs: tuple[str, ...], source: Map, batch: int
) -> Part:
    """Layers as a cell; as a single operator with its counts where they do not make one that counts the same."""
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
            f"{len(outputs)} outputs that no cell can hold, expected a network of one output: name a part of it, or give "
            "a module that returns one of them"
        )
    return _opaque(layers, input, outputs, source, batch)


def _opaque(layers: tuple[Layer, ...], input: str, outputs: tuple[str, ...], source: Map, batch: int) -> Part:
    """Layers of which nothing but the description and the counts is known."""
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
        whole = only.but(kind="other", attributes=counts, text=text)
    found = named(whole.kind, {**whole.attributes, **resized(whole)}, whole.text, whole.key)
    stage = Stage("", found.key, 1, target.channels, 1, None, found.attributes)
    own = {found.key: found.own} if found.own else {}
    return Part(stage, _identity(found), source, target, layers, None, own, outputs, input)
