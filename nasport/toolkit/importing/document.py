"""The document of a model: its segments as blocks and cells, equal ones in a row folded into stages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from nasport.runtime.costs.skeleton import network_cost
from nasport.runtime.operators.quantities import Shape as Map
from nasport.schemas.architecture import Architecture, Cell, Skeleton, Stage, architecture_from_json
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.canonical import architecture_hash
from nasport.schemas.operators import Operator
from nasport.toolkit.importing.attention import attention_collapsed
from nasport.toolkit.importing.blocks import Block, block_of, block_of_row, countable, layer_block
from nasport.toolkit.importing.cells import cell_of, counts_as, resized
from nasport.toolkit.importing.fusing import fused, has_bias
from nasport.toolkit.importing.layers import DESCRIBED, Layer, LayerGraph, layer_graph
from nasport.toolkit.importing.naming import named
from nasport.toolkit.importing.regions import described, regular
from nasport.toolkit.importing.segments import Segment, segments
from nasport.toolkit.importing.tensor_graph import TensorGraph

LONGEST_GROUP = 6
MOST_CELLS = 64
_BLOCKS = frozenset(
    [
        "basic_block",
        "bottleneck",
        "inverted_residual",
        "fused_inverted_residual",
        "convnext_block",
        "shufflenet_unit",
    ]
)


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
        segment: of a part that is a cell of one repeat, what it was made from.
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
        operator = self.own.get(self.stage.op)
        kind = operator.kind if operator else named_kind(self.stage.op)
        return kind in _BLOCKS


def named_kind(key: str) -> str:
    """The kind of an operator of the vocabulary."""
    from nasport.schemas.operators import vocabulary

    return vocabulary()[key].kind


@dataclass(frozen=True)
class Imported:
    """A model as a document.

    Attributes:
        architecture: the document.
        graph: the model as it was read.
        layers: its layers, but for what belongs to `classes`.
        parts: of the skeleton, in order.
    """

    architecture: Architecture
    graph: TensorGraph
    layers: LayerGraph
    parts: tuple[Part, ...]


def imported(graph: TensorGraph, name: str = "") -> Imported:
    """The document of a model.

    Raises:
        InputError: a document cannot hold it.
    """
    layers = countable(regular(fused(layer_graph(attention_collapsed(graph)))))
    layers, classes = _without_classifier(layers)
    if not layers.layers:
        raise InputError("a linear layer alone, expected a network of several layers")
    parts = _folded(_grouped(list(_parts(layers))))
    return Imported(_architecture(parts, layers, classes, name), graph, layers, tuple(parts))


def _without_classifier(graph: LayerGraph) -> tuple[LayerGraph, int | None]:
    """A network without its last linear layer, and how many classes that tells apart."""
    layers = list(graph.layers)
    if len(graph.outputs) != 1 or not layers:
        return graph, None
    if layers[-1].kind == "activation" and layers[-1].word("activation") == "softmax" and len(layers) > 1:
        graph.notes["a softmax at the end"] = 1
        layers.pop()
    last = layers[-1]
    plain = last.kind == "linear" and has_bias(last) and last.word("activation") in ("", "none")
    if not plain or last.source.positions != 1 or last.output != layers[-1].output:
        return graph, None
    layers.pop()
    before = last.inputs[0]
    if layers and layers[-1].kind == "flatten" and layers[-1].output == before:
        before = layers.pop().inputs[0]
    return replace(graph, layers=layers, outputs=(before,)), last.target.channels


def _parts(graph: LayerGraph) -> Iterator[Part]:
    found, place = segments(graph), 0
    while place < len(found):
        segment = found[place]
        source = graph.maps[segment.input]
        row = _row(found[place:])
        block = block_of_row(row, source, graph.batch) if len(row) > 1 else None
        if block is not None:
            yield _of_block(block[0], segment.input, found[place + block[1] - 1].outputs)
            place += block[1]
            continue
        yield _part(segment, source, graph.batch)
        place += 1


def _row(found: Sequence[Segment]) -> list[Layer]:
    row: list[Layer] = []
    for segment in found:
        if segment.single is None or len(row) > LONGEST_GROUP:
            break
        row.append(segment.single)
    return row


def _part(segment: Segment, source: Map, batch: int) -> Part:
    single = segment.single
    if len(segment.outputs) == 1:
        block = layer_block(single, batch) if single else block_of(segment, source, batch)
        if block is not None:
            return _of_block(block, segment.input, segment.outputs)
        if single:
            counted = single.parameters, single.flops // batch
            return _opaque((single,), segment.input, segment.outputs, source, single.target, counted)
    return _of_cell(segment.layers, segment.input, segment.outputs, source, batch)


def _of_block(block: Block, input: str, outputs: tuple[str, ...]) -> Part:
    own = {block.named.key: block.named.own} if block.named.own else {}
    stage = Stage("", block.named.key, 1, block.width, block.stride, None, block.named.attributes)
    if block.named.operator.kind == "patch_embedding" and block.stride == block.named.operator.attribute(
        "kernel"
    ):
        stage = replace(stage, stride=block.stride)
    identity = json.dumps(["op", block.named.operator.to_json()], sort_keys=True)
    return Part(stage, identity, block.source, block.target, block.layers, None, own, outputs, input)


def _of_cell(
    layers: tuple[Layer, ...], input: str, outputs: tuple[str, ...], source: Map, batch: int
) -> Part:
    """Layers as a cell; as a single operator with its counts where they do not make one that counts the same."""
    counted = sum(layer.parameters for layer in layers), sum(layer.flops for layer in layers) // batch
    target = layers[-1].target
    found = cell_of(layers, input, outputs)
    if found is not None:
        cell, own = found
        if counts_as(cell, own, source, counted, target if len(outputs) == 1 else None):
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
    return _opaque(layers, input, outputs, source, target, counted)


def _opaque(
    layers: tuple[Layer, ...],
    input: str,
    outputs: tuple[str, ...],
    source: Map,
    target: Map,
    counted: tuple[int, int],
) -> Part:
    """Layers of which nothing but the description and the counts is known."""
    only = layers[0] if len(layers) == 1 else None
    counts = {"parameters": counted[0], "flops": counted[1]}
    if only is None:
        whole = Layer("other", (input,), outputs[0], source, target, counts, text=described(list(layers)))
    elif only.kind in DESCRIBED:
        whole = only
    else:
        whole = only.but(
            kind="other", attributes=counts, text=only.text or only.kind.replace("_", " ").capitalize()
        )
    found = named(whole.kind, {**whole.attributes, **resized(whole)}, whole.text, whole.key)
    identity = json.dumps(["op", found.operator.to_json()], sort_keys=True)
    stage = Stage("", found.key, 1, target.channels, 1, None, found.attributes)
    own = {found.key: found.own} if found.own else {}
    return Part(stage, identity, source, target, layers, None, own, outputs, input)


def _grouped(parts: list[Part]) -> list[Part]:
    """Cells that repeat in groups as one cell: attention and feed-forward network of a transformer, say."""
    found: list[Part] = []
    place = 0
    while place < len(parts):
        length = _period(parts, place)
        if length == 1:
            found.append(parts[place])
            place += 1
            continue
        times = _times(parts, place, length)
        for repeat in range(times):
            group = parts[place + repeat * length : place + (repeat + 1) * length]
            found.append(_merged(group))
        place += times * length
    return found


def _period(parts: list[Part], place: int) -> int:
    """How many parts from here on repeat as a group; 1 where none do, or they do one by one."""
    if place + 1 < len(parts) and parts[place].identity == parts[place + 1].identity:
        return 1
    for length in range(2, LONGEST_GROUP + 1):
        group = parts[place : place + length]
        if sum(part.cell is not None for part in group) < 1 or any(
            part.stage.op in _STRANGERS for part in group
        ):
            continue
        if _times(parts, place, length) > 1:
            return length
    return 1


_STRANGERS = frozenset(["class_token", "positional_embedding", "global_avg_pool"])


def _times(parts: list[Part], place: int, length: int) -> int:
    """How often the group of parts from here on stands in a row."""
    group, times = [part.identity for part in parts[place : place + length]], 1
    widths = [part.target for part in parts[place : place + length]]
    if len(group) < length:
        return 0
    while True:
        start = place + times * length
        following = parts[start : start + length]
        if [part.identity for part in following] != group or [part.target for part in following] != widths:
            return times
        times += 1


def _merged(group: list[Part]) -> Part:
    layers = tuple(layer for part in group for layer in part.layers)
    return _of_cell(layers, group[0].input, group[-1].outputs, group[0].source, _batch_of(layers, group))


def _batch_of(layers: tuple[Layer, ...], group: list[Part]) -> int:
    return 1


def _folded(parts: list[Part]) -> list[Part]:
    found: list[Part] = []
    for part in parts:
        before = found[-1] if found else None
        if before is not None and _follows(before, part):
            found[-1] = replace(
                before,
                stage=replace(before.stage, repeats=before.stage.repeats + 1),
                target=part.target,
                layers=(*before.layers, *part.layers),
                outputs=part.outputs,
            )
        else:
            found.append(part)
    return found


def _follows(before: Part, part: Part) -> bool:
    same = (
        before.identity == part.identity and before.stage.width == part.stage.width and part.stage.stride == 1
    )
    return same and (part.is_block or part.source == part.target)


def _architecture(parts: Sequence[Part], graph: LayerGraph, classes: int | None, name: str) -> Architecture:
    cells: dict[str, Cell] = {}
    names: dict[str, str] = {}
    own: dict[str, Operator] = {}
    stages = []
    for part in parts:
        own |= part.own
        if part.cell is None:
            stages.append(part.stage)
            continue
        label = names.setdefault(part.identity, f"block {len(names) + 1}")
        cells.setdefault(label, part.cell)
        stages.append(replace(part.stage, cell=label))
    if len(cells) > MOST_CELLS:
        raise InputError(f"{len(cells)} different blocks, expected at most {MOST_CELLS}")
    body = [place for place, part in enumerate(parts) if part.is_block]
    first, last = (body[0], body[-1]) if body else (0, _end_of_body(parts))
    image = graph.maps[graph.input]
    size = tuple(sorted({"channels": image.channels, "height": image.height, "width": image.width}.items()))
    stem, head = stages[:first], stages[last + 1 :]
    if len(stem) > 64 or len(head) > 64:
        stem, head, first, last = [], [], 0, len(stages) - 1
    skeleton = Skeleton(tuple(stages[first : last + 1]), tuple(stem), tuple(head), size, classes)
    found = Architecture(cells, skeleton, name, "", None, own)
    return architecture_from_json(found.to_json())


def _end_of_body(parts: Sequence[Part]) -> int:
    """Of a plain row of layers: the last before the map is pooled or flattened."""
    kinds = [part.layers[-1].kind for part in parts]
    ends = [place for place, kind in enumerate(kinds) if kind in ("global_pooling", "flatten")]
    return max(ends[0] - 1, 0) if ends else len(parts) - 1


def check_counts(found: Imported) -> tuple[int, int]:
    """Parameters and multiply-accumulates of the document."""
    cost = network_cost(found.architecture).cost
    return cost.parameters, cost.flops
