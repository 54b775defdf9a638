"""The architecture document as frozen data classes.

`parse_architecture` is the only way from text or JSON to an `Architecture`; what it returns has passed the schema and
the checks that a schema cannot make (`checks.py`). `Architecture.to_json` is the way back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nasport.schemas.checks import check_architecture, join_of, unsaid_join
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Attributes, Operator, Value, exact, operator_behind, plain
from nasport.schemas.reading import decode_utf8, line_of, parse_json, read_bytes
from nasport.schemas.validation import validate

FORMAT = "nasport-architecture"
VERSION = 1


@dataclass(frozen=True)
class Node:
    """One node of a cell: an operator and where its inputs come from.

    Attributes:
        id: unique within the cell.
        op: key of the operator; empty in a supernet's mixed node.
        inputs: ids of the feeding nodes, in order.
        join: how several inputs become one: `sum` (default), `concat`, `product` or `mean`.
        role: which of several inputs or outputs of the cell this is.
        attributes: what differs from the operator's own.
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
        nodes: in the document's order.
        role: `normal`, `reduction`, `recurrent`, ...
        channels: `same`, `split` (NAS-Bench-101) or `stack` (DARTS); see the schema.
        results: what was worked out of it before (`graphs.cell_graph.kept_by_cell`).
    """

    nodes: tuple[Node, ...]
    role: str = "normal"
    channels: str = "same"
    results: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)


@dataclass(frozen=True)
class Stage:
    """Repeats of one cell or one operator in the skeleton.

    Attributes:
        cell: name of a cell, or empty.
        op: key of an operator, or empty.
        repeats: how often it stands in a row.
        width: output channels; None: as before.
        stride: stride of the first repeat.
        resolution: height and width of the output, where it is a choice of its own.
        attributes: what differs from the operator's own.
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
        stages: the body, in order.
        stem: what comes before it.
        head: what comes after it, except the last linear layer.
        input: `channels`, `height`, `width` of an image, `length` of a sequence.
        classes: outputs of the last linear layer.
    """

    stages: tuple[Stage, ...]
    stem: tuple[Stage, ...] = ()
    head: tuple[Stage, ...] = ()
    input: tuple[tuple[str, int], ...] = ()
    classes: int | None = None


@dataclass(frozen=True)
class Source:
    """The notation a document was converted from, verbatim."""

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
    """One neural architecture; the document `nasport-architecture`, version 1."""

    cells: Mapping[str, Cell]
    skeleton: Skeleton | None = None
    name: str = ""
    space: str = ""
    source: Source | None = None
    operators: Mapping[str, Operator] = field(default_factory=dict)
    labels: tuple[Label, ...] = ()

    @property
    def is_recurrent(self) -> bool:
        """Whether it reads sequences, by recurrent cells; else it reads images."""
        return any(cell.role == "recurrent" for cell in self.used_cells.values())

    @property
    def used_cells(self) -> Mapping[str, Cell]:
        """The cells that a stage uses, which are the network's; all of them where there is no skeleton."""
        if self.skeleton is None:
            return self.cells
        stages = (*self.skeleton.stem, *self.skeleton.stages, *self.skeleton.head)
        used = {stage.cell for stage in stages}
        return {name: cell for name, cell in self.cells.items() if name in used}

    def operator(self, key: str) -> Operator:
        """The operator behind a key: the document's own, else the vocabulary's, else an extension's.

        Raises:
            KeyError: the key is in none of them.
        """
        return operator_behind(key, self.operators)

    def to_json(self) -> dict[str, Any]:
        """The document as JSON values; `parse_architecture` gives an equal architecture back."""
        value: dict[str, Any] = {"format": FORMAT, "version": VERSION}
        if self.name:
            value["name"] = self.name
        if self.space:
            value["space"] = self.space
        if self.source:
            value["source"] = {"format": self.source.format, "text": self.source.text}
        if self.operators:
            value["operators"] = {key: op.to_json() for key, op in self.operators.items()}
        value["cells"] = {name: self._cell_to_json(cell) for name, cell in self.cells.items()}
        if self.skeleton:
            value["skeleton"] = _skeleton_to_json(self.skeleton)
        if self.labels:
            value["labels"] = [_without_defaults(label, Label) for label in self.labels]
        return value

    def _cell_to_json(self, cell: Cell) -> dict[str, Any]:
        value: dict[str, Any] = {}
        if cell.role != "normal":
            value["role"] = cell.role
        if cell.channels != "same":
            value["channels"] = cell.channels
        kinds = (self.operator(node.op).kind if node.op else "" for node in cell.nodes)
        joins = (unsaid_join(cell.channels, kind) for kind in kinds)
        value["nodes"] = [_node_to_json(node, unsaid) for node, unsaid in zip(cell.nodes, joins, strict=True)]
        return value


def parse_architecture(data: bytes | str, *, file: str | None = None, line: int = 1) -> Architecture:
    """An architecture from the text of one document.

    Args:
        data: UTF-8 text.
        file: name for the error messages.
        line: line of the file on which the document begins (for JSON Lines).

    Raises:
        InputError: anything wrong; names file, line and path inside the document.
    """
    value = parse_json(data, file=file, line=line)
    try:
        return architecture_from_json(value)
    except InputError as error:
        text = decode_utf8(data) if isinstance(data, bytes) else data
        raise error.at(file=file, line=line_of(text, error.path, line)) from None


def read_architecture(file: str | Path) -> Architecture:
    """An architecture from a file that holds one document. Raises as `parse_architecture` does."""
    return parse_architecture(read_bytes(Path(file)), file=str(file))


def architecture_from_json(value: Any) -> Architecture:
    """An architecture from JSON values, validated and checked.

    Raises:
        InputError: names the path inside the document.
    """
    validate("architecture", value)
    check_architecture(value)
    source = value.get("source")
    skeleton = value.get("skeleton")
    return Architecture(
        cells={name: _cell_from_json(cell, value) for name, cell in value["cells"].items()},
        skeleton=_skeleton_from_json(skeleton) if skeleton else None,
        name=value.get("name", ""),
        space=value.get("space", ""),
        source=Source(source["format"], source["text"]) if source else None,
        operators={k: Operator.from_json(v) for k, v in value.get("operators", {}).items()},
        labels=tuple(Label(**label) for label in value.get("labels", ())),
    )


def _cell_from_json(value: Mapping[str, Any], document: Mapping[str, Any]) -> Cell:
    own = document.get("operators", {})
    return Cell(
        tuple(
            Node(
                node["id"],
                node.get("op", ""),
                tuple(node.get("inputs", ())),
                join_of(node, value, own),
                node.get("role", ""),
                _pairs(node.get("attributes")),
                tuple(node.get("candidates", ())),
            )
            for node in value["nodes"]
        ),
        value.get("role", "normal"),
        value.get("channels", "same"),
    )


def _skeleton_from_json(value: Mapping[str, Any]) -> Skeleton:
    return Skeleton(
        stages=tuple(_stage_from_json(stage) for stage in value["stages"]),
        stem=tuple(_stage_from_json(stage) for stage in value.get("stem", ())),
        head=tuple(_stage_from_json(stage) for stage in value.get("head", ())),
        input=tuple(sorted((key, int(number)) for key, number in value.get("input", {}).items())),
        classes=_integer(value.get("classes")),
    )


def _stage_from_json(value: Mapping[str, Any]) -> Stage:
    return Stage(
        value.get("cell", ""),
        value.get("op", ""),
        int(value.get("repeats", 1)),
        _integer(value.get("width")),
        int(value.get("stride", 1)),
        _integer(value.get("resolution")),
        _pairs(value.get("attributes")),
    )


def _integer(value: float | None) -> int | None:
    """JSON Schema takes 5.0 for an integer."""
    return None if value is None else int(value)


def _pairs(value: Mapping[str, Value] | None) -> Attributes:
    pairs = value.items() if value else ()
    return tuple(sorted((name, exact(each)) for name, each in pairs))


def _plain(pairs: Attributes) -> dict[str, Value]:
    return {name: plain(value) for name, value in pairs}


def _node_to_json(node: Node, unsaid_join: str) -> dict[str, Any]:
    value: dict[str, Any] = {"id": node.id}
    if node.candidates:
        value["candidates"] = list(node.candidates)
    else:
        value["op"] = node.op
    value["inputs"] = list(node.inputs)
    if (node.join, unsaid_join) != ("sum", "sum"):
        value["join"] = node.join
    if node.role:
        value["role"] = node.role
    if node.attributes:
        value["attributes"] = _plain(node.attributes)
    return value


def _skeleton_to_json(skeleton: Skeleton) -> dict[str, Any]:
    value: dict[str, Any] = {}
    if skeleton.input:
        value["input"] = dict(skeleton.input)
    if skeleton.stem:
        value["stem"] = [_stage_to_json(stage) for stage in skeleton.stem]
    value["stages"] = [_stage_to_json(stage) for stage in skeleton.stages]
    if skeleton.head:
        value["head"] = [_stage_to_json(stage) for stage in skeleton.head]
    if skeleton.classes is not None:
        value["classes"] = skeleton.classes
    return value


def _stage_to_json(stage: Stage) -> dict[str, Any]:
    value = _without_defaults(stage, Stage)
    if stage.attributes:
        value["attributes"] = _plain(stage.attributes)
    return value


def _without_defaults(instance: Any, of: type) -> dict[str, Any]:
    """The fields of a data class instance that differ from their defaults."""
    return {
        name: getattr(instance, name)
        for name, spec in of.__dataclass_fields__.items()  # type: ignore[attr-defined]
        if getattr(instance, name) != spec.default
    }
