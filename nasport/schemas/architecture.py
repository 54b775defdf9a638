"""The architecture document as frozen data classes.

`parse_architecture` and `architecture_from_json` build an `Architecture` after they have validated the document against
its schema and made the checks that a schema cannot express (`checks.py`). `Architecture.to_json` writes the document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from nasport.schemas.checks import check_architecture, join_of, stated_join
from nasport.schemas.operators import Attributes, Operator, exact, operator_behind, plain
from nasport.schemas.reading import parse_document, read_bytes
from nasport.schemas.validation import validate

FORMAT = "nasport-architecture"
VERSION = 1
NUMBERS_OF_STAGE = ("repeats", "width", "stride", "resolution")


@dataclass(frozen=True)
class Node:
    """One node of a cell: an operator and the nodes that feed it.

    Attributes:
        id: name of the node, unique within the cell.
        op: key of the operator; empty in a mixed node of a supernet.
        inputs: ids of the nodes that feed this one, in order.
        join: how several inputs are combined: `sum` (default), `concat`, `product` or `mean`.
        role: which input or output of the cell this node is, if the cell has several.
        attributes: attributes that replace those of the operator.
        candidates: operator keys of a mixed node.
    """

    id: str
    op: str
    inputs: tuple[str, ...] = ()
    join: str = "sum"
    role: str = ""
    attributes: Attributes = ()
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """A directed acyclic graph of operators.

    Attributes:
        nodes: nodes in the order of the document.
        role: `normal`, `reduction`, `recurrent`, ...
        channels: rule for the channels: `same`, `split` (NAS-Bench-101), `stack` (DARTS) or `own`; see the schema.
        results: cache of `graphs.cell_graph.cached_by_cell`.
    """

    nodes: tuple[Node, ...]
    role: str = "normal"
    channels: str = "same"
    results: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)


@dataclass(frozen=True)
class Stage:
    """A stage of the skeleton: one cell or one operator, repeated.

    Attributes:
        cell: name of a cell, or empty.
        op: key of an operator, or empty.
        repeats: number of repeats in a row.
        width: output channels; None keeps the channels of the previous stage.
        stride: stride of the first repeat.
        resolution: height and width of the output; None if the strides determine it.
        attributes: attributes that replace those of the operator.
    """

    cell: str = ""
    op: str = ""
    repeats: int = 1
    width: int | None = None
    stride: int = 1
    resolution: int | None = None
    attributes: Attributes = ()


@dataclass(frozen=True)
class Skeleton:
    """How cells and operators are stacked into the whole network.

    Attributes:
        stages: stages of the body, in order.
        stem: stages before the body.
        head: stages after the body, without the last linear layer.
        input: `channels`, `height`, `width` of an image, `length` of a sequence.
        classes: outputs of the last linear layer.
    """

    stages: tuple[Stage, ...]
    stem: tuple[Stage, ...] = ()
    head: tuple[Stage, ...] = ()
    input: tuple[tuple[str, int], ...] = ()
    classes: int | None = None


class Source(NamedTuple):
    """The text, in another notation, that a document was converted from."""

    format: str
    text: str


@dataclass(frozen=True)
class Label:
    """One measured value of an architecture."""

    dataset: str
    metric: str
    value: float
    split: str = ""
    epochs: float | None = None
    repeats: int | None = None


@dataclass(frozen=True)
class Architecture:
    """One neural architecture: a document of the format `nasport-architecture`, version 1."""

    cells: Mapping[str, Cell]
    skeleton: Skeleton | None = None
    name: str = ""
    space: str = ""
    source: Source | None = None
    operators: Mapping[str, Operator] = field(default_factory=dict)
    labels: tuple[Label, ...] = ()

    @property
    def is_recurrent(self) -> bool:
        """Whether the network has recurrent cells and reads sequences; otherwise it reads images."""
        return any(cell.role == "recurrent" for cell in self.used_cells.values())

    @property
    def used_cells(self) -> Mapping[str, Cell]:
        """Cells that are part of the network: those that a stage uses, or all cells if there is no skeleton."""
        if self.skeleton is None:
            return self.cells
        stages = (*self.skeleton.stem, *self.skeleton.stages, *self.skeleton.head)
        used = {stage.cell for stage in stages if stage.cell}
        return {name: cell for name, cell in self.cells.items() if name in used}

    @property
    def used_operators(self) -> set[str]:
        """Keys of the operators of the network: those of nodes of used cells and of stages."""
        nodes = [node for cell in self.used_cells.values() for node in cell.nodes]
        keys = {key for node in nodes for key in (node.op, *node.candidates)}
        if self.skeleton is not None:
            keys |= {stage.op for stage in (*self.skeleton.stem, *self.skeleton.stages, *self.skeleton.head)}
        return keys - {""}

    def operator(self, key: str) -> Operator:
        """Return the operator of a key, from the document, the vocabulary or an extension, in this order.

        Raises:
            KeyError: none of them has the key.
        """
        return operator_behind(key, self.operators)

    def to_json(self) -> dict[str, Any]:
        """Return the document as JSON values; `architecture_from_json` turns them into an equal architecture."""
        parts = {
            "format": FORMAT,
            "version": VERSION,
            "name": self.name,
            "space": self.space,
            "source": self.source and self.source._asdict(),
            "operators": {key: operator.to_json() for key, operator in self.operators.items()},
            "cells": {name: self._cell_to_json(cell) for name, cell in self.cells.items()},
            "skeleton": self.skeleton and skeleton_to_json(self.skeleton, _stage_to_json),
            "labels": [_label_to_json(label) for label in self.labels],
        }
        return without_empty(parts, "cells")

    def _cell_to_json(self, cell: Cell) -> dict[str, Any]:
        return without_defaults(cell, "role", "channels") | {
            "nodes": [self._node_to_json(node, cell.channels) for node in cell.nodes]
        }

    def _node_to_json(self, node: Node, channels: str) -> dict[str, Any]:
        kind = self.operator(node.op).kind if node.op else ""
        operator = {"candidates": list(node.candidates)} if node.candidates else {"op": node.op}
        parts = {
            "id": node.id,
            **operator,
            "inputs": list(node.inputs),
            "join": stated_join(node.join, channels, kind),
            "role": node.role,
            "attributes": {name: plain(value) for name, value in node.attributes},
        }
        return without_empty(parts, "inputs")


def parse_architecture(data: bytes | str, *, file: str | None = None, line: int = 1) -> Architecture:
    """Parse an architecture from the text of one document.

    Args:
        data: UTF-8 text.
        file: name of the file for error messages.
        line: line of the file on which the document begins (for JSON Lines).

    Raises:
        InputError: the document is wrong; the message names the file, the line and the path inside the document.
    """
    return parse_document(data, architecture_from_json, file=file, line=line)


def read_architecture(file: str | Path) -> Architecture:
    """Read an architecture from a file with one document. Raises the errors of `parse_architecture`."""
    return parse_architecture(read_bytes(Path(file)), file=str(file))


def architecture_from_json(value: Any) -> Architecture:
    """Build an architecture from JSON values, after validation and checks.

    Raises:
        InputError: the document is wrong; the message names the path inside the document.
    """
    validate("architecture", value)
    check_architecture(value)
    own = value.get("operators", {})
    skeleton = value.get("skeleton")
    return Architecture(
        cells={name: _cell_from_json(cell, own) for name, cell in value["cells"].items()},
        skeleton=_skeleton_from_json(skeleton) if skeleton else None,
        name=value.get("name", ""),
        space=value.get("space", ""),
        source=Source(**value["source"]) if "source" in value else None,
        operators={key: Operator.from_json(entry) for key, entry in own.items()},
        labels=tuple(Label(**label) for label in value.get("labels", ())),
    )


def _cell_from_json(value: Mapping[str, Any], own: Mapping[str, Any]) -> Cell:
    nodes = tuple(
        Node(
            node["id"],
            node.get("op", ""),
            tuple(node.get("inputs", ())),
            join_of(node, value, own),
            node.get("role", ""),
            _attributes(node),
            tuple(node.get("candidates", ())),
        )
        for node in value["nodes"]
    )
    return Cell(nodes, value.get("role", "normal"), value.get("channels", "same"))


def _skeleton_from_json(value: Mapping[str, Any]) -> Skeleton:
    stages, stem, head = (
        tuple(map(_stage_from_json, value.get(part, ()))) for part in ("stages", "stem", "head")
    )
    size = tuple(sorted((key, int(number)) for key, number in value.get("input", {}).items()))
    return Skeleton(stages, stem, head, size, int(value["classes"]) if "classes" in value else None)


def _stage_from_json(value: Mapping[str, Any]) -> Stage:
    # JSON Schema accepts 5.0 as an integer.
    numbers = {name: int(value[name]) for name in NUMBERS_OF_STAGE if name in value}
    return Stage(value.get("cell", ""), value.get("op", ""), attributes=_attributes(value), **numbers)


def _attributes(value: Mapping[str, Any]) -> Attributes:
    return tuple(sorted((name, exact(stated)) for name, stated in value.get("attributes", {}).items()))


def without_empty(parts: Mapping[str, Any], *kept: str) -> dict[str, Any]:
    """Return the parts that are not empty, and the parts that `kept` names, as a JSON object."""
    return {name: part for name, part in parts.items() if part or name in kept}


def without_defaults(instance: Any, *names: str) -> dict[str, Any]:
    """Return the named fields of a data class instance whose values differ from the defaults of the class."""
    values = {name: getattr(instance, name) for name in names}
    return {name: value for name, value in values.items() if value != getattr(type(instance), name)}


def skeleton_to_json(skeleton: Any, stage_to_json: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """Return the skeleton of an architecture or a search space as JSON; `stage_to_json` writes its kind of stages."""
    parts = {
        "input": dict(skeleton.input),
        "stem": list(map(stage_to_json, skeleton.stem)),
        "stages": list(map(stage_to_json, skeleton.stages)),
        "head": list(map(stage_to_json, skeleton.head)),
        "classes": skeleton.classes,
    }
    return without_empty(parts, "stages")


def _stage_to_json(stage: Stage) -> dict[str, Any]:
    attributes = {name: plain(value) for name, value in stage.attributes}
    value = without_defaults(stage, "cell", "op", *NUMBERS_OF_STAGE)
    return value | without_empty({"attributes": attributes})


def _label_to_json(label: Label) -> dict[str, Any]:
    measured = {"dataset": label.dataset, "metric": label.metric, "value": label.value}
    return measured | without_defaults(label, "split", "epochs", "repeats")
