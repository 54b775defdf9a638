"""The search space document as frozen data classes.

A search space document has the form of an architecture document in which some values are choices: the operator of a node,
its inputs, the width or the depth of a stage. `parse_space` and `space_from_json` build a `Space` after they have
validated the document against its schema and made the checks that a schema cannot express (`space_checks.py`).
`nasport.toolkit.spaces` counts, enumerates, samples and mutates the architectures of a search space and builds them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nasport.schemas.architecture import NUMBERS_OF_STAGE, skeleton_to_json, without_defaults, without_empty
from nasport.schemas.checks import join_of, stated_join
from nasport.schemas.operators import Operator, operator_behind
from nasport.schemas.reading import parse_document, read_bytes
from nasport.schemas.space_checks import check_space
from nasport.schemas.validation import validate

FORMAT = "nasport-space"
VERSION = 1

Value = str | int | float


@dataclass(frozen=True)
class Pick:
    """A choice between values, which one gene makes.

    Attributes:
        values: values to choose from, indexed by the gene.
        name: name of the choice if several values of the document share the gene; empty if only this value uses it.
    """

    values: tuple[Value, ...]
    name: str = ""

    def to_json(self, choices: Mapping[str, tuple[Value, ...]]) -> dict[str, Any]:
        """Return the JSON of the choice, for a document with these named `choices`."""
        if not self.name:
            return {"choose": list(self.values)}
        own = {} if self.values == choices[self.name] else {"values": list(self.values)}
        return {"choice": self.name, **own}


@dataclass(frozen=True)
class Times:
    """A width as a multiple of the previous width."""

    factor: float


@dataclass(frozen=True)
class ChosenInputs:
    """The inputs of a node as a choice among earlier nodes.

    Attributes:
        choose: number of inputs.
        sources: ids of the nodes to choose from.
        repeat: False chooses distinct nodes with one gene for the combination; True chooses each input with its own gene.
        candidates: operators, one of which is chosen and applied to each chosen input; empty applies none.
    """

    choose: int
    sources: tuple[str, ...]
    repeat: bool = False
    candidates: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the JSON that replaces a list of inputs."""
        parts = {
            "choose": self.choose,
            "from": list(self.sources),
            "repeat": self.repeat,
            "candidates": list(self.candidates),
        }
        return without_empty(parts, "from")


@dataclass(frozen=True)
class LooseInputs:
    """The inputs of a node: the nodes among `sources` that feed no other node."""

    sources: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the JSON that replaces a list of inputs."""
        return {"loose": list(self.sources)}


@dataclass(frozen=True)
class SpaceNode:
    """One node of a template cell: a `nasport.schemas.Node` whose values may be choices."""

    id: str
    op: str | Pick
    inputs: tuple[str, ...] | ChosenInputs | LooseInputs = ()
    join: str = "sum"
    role: str = ""
    attributes: tuple[tuple[str, Value | Pick], ...] = ()


@dataclass(frozen=True)
class GraphChoice:
    """A choice among all directed acyclic graphs from one input to one output within limits.

    Attributes:
        operators: operator keys that an inner vertex may have.
        max_vertices: largest number of vertices, with input and output.
        max_edges: largest number of edges on paths from input to output.
        min_vertices: smallest number of vertices on paths, with input and output.
        join: join of the inner vertices.
        output_join: join of the output.
    """

    operators: tuple[str, ...]
    max_vertices: int
    max_edges: int
    min_vertices: int = 2
    join: str = "sum"
    output_join: str = "concat"

    def to_json(self) -> dict[str, Any]:
        """Return the JSON of the `graph` of a cell."""
        return {
            "vertices": {"min": self.min_vertices, "max": self.max_vertices},
            "edges": {"max": self.max_edges},
            "operators": list(self.operators),
            "join": self.join,
            "output_join": self.output_join,
        }


@dataclass(frozen=True)
class StepOperator:
    """An operator that a step of a program may have, and the values that may feed it.

    Attributes:
        op: key of the operator.
        min_inputs, max_inputs: limits of the number of distinct earlier values that it reads.
        join: how these values are combined.
        sources: what it may read: "x", "h_prev" or results of operators by key; empty allows everything.
    """

    op: str
    min_inputs: int
    max_inputs: int
    join: str = "sum"
    sources: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the JSON of one of the `operators` of a program."""
        parts = {
            "op": self.op,
            "inputs": [self.min_inputs, self.max_inputs],
            "join": self.join,
            "from": list(self.sources),
        }
        return without_empty(parts)


@dataclass(frozen=True)
class ProgramChoice:
    """A choice among recurrent cells, each a list of steps that apply operators to earlier values."""

    operators: tuple[StepOperator, ...]
    max_steps: int
    max_states: int
    min_steps: int = 1
    min_states: int = 1

    def to_json(self) -> dict[str, Any]:
        """Return the JSON of the `program` of a cell."""
        return {
            "steps": {"min": self.min_steps, "max": self.max_steps},
            "states": {"min": self.min_states, "max": self.max_states},
            "operators": [operator.to_json() for operator in self.operators],
        }


@dataclass(frozen=True)
class SpaceCell:
    """A cell with choices: a template of nodes, a graph within limits, or a program."""

    body: tuple[SpaceNode, ...] | GraphChoice | ProgramChoice
    role: str = "normal"
    channels: str = "same"


@dataclass(frozen=True)
class SpaceStage:
    """One stage of the skeleton: a `nasport.schemas.Stage` whose values may be choices."""

    cell: str = ""
    op: str | Pick = ""
    repeats: int | Pick = 1
    width: int | Pick | Times | None = None
    stride: int | Pick = 1
    resolution: int | Pick | None = None
    attributes: tuple[tuple[str, Value | Pick], ...] = ()


@dataclass(frozen=True)
class DigitLimit:
    """Limits on how many digits of a sequence are among `options`."""

    options: tuple[int, ...]
    min: int = 0
    max: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON of one of the `limits` of a sequence."""
        most = {} if self.max is None else {"max": self.max}
        return {"options": list(self.options), "min": self.min, **most}


@dataclass(frozen=True)
class DigitSequence:
    """A sequence of digits, each of which selects one option, which is a list of stages."""

    options: tuple[tuple[SpaceStage, ...], ...]
    min_length: int = 1
    max_length: int = 1
    limits: tuple[DigitLimit, ...] = ()


@dataclass(frozen=True)
class SpaceSkeleton:
    """How cells and operators are stacked: a `nasport.schemas.Skeleton` whose values may be choices."""

    stages: tuple[SpaceStage | DigitSequence, ...]
    stem: tuple[SpaceStage, ...] = ()
    head: tuple[SpaceStage, ...] = ()
    input: tuple[tuple[str, int], ...] = ()
    classes: int | None = None


@dataclass(frozen=True)
class Space:
    """A search space: a document of the format `nasport-space`, version 1."""

    name: str
    cells: Mapping[str, SpaceCell] = field(default_factory=dict)
    skeleton: SpaceSkeleton | None = None
    description: str = ""
    operators: Mapping[str, Operator] = field(default_factory=dict)
    choices: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the document as JSON values; `space_from_json` turns them into an equal space."""
        parts = {
            "format": FORMAT,
            "version": VERSION,
            "name": self.name,
            "description": self.description,
            "operators": {key: operator.to_json() for key, operator in self.operators.items()},
            "choices": {name: list(values) for name, values in self.choices.items()},
            "cells": {name: self._cell_to_json(cell) for name, cell in self.cells.items()},
            "skeleton": self.skeleton and skeleton_to_json(self.skeleton, self._entry_to_json),
        }
        return without_empty(parts, "name")

    def _cell_to_json(self, cell: SpaceCell) -> dict[str, Any]:
        value = without_defaults(cell, "role", "channels")
        if isinstance(cell.body, tuple):
            return value | {"nodes": [self._node_to_json(node, cell.channels) for node in cell.body]}
        return value | {"graph" if isinstance(cell.body, GraphChoice) else "program": cell.body.to_json()}

    def _node_to_json(self, node: SpaceNode, channels: str) -> dict[str, Any]:
        kind = "" if isinstance(node.op, Pick) else operator_behind(node.op, self.operators).kind
        parts = {
            "id": node.id,
            **self._op_to_json(node.op),
            "inputs": list(node.inputs) if isinstance(node.inputs, tuple) else node.inputs.to_json(),
            "join": stated_join(node.join, channels, kind),
            "role": node.role,
            "attributes": self._values_to_json(node.attributes),
        }
        return without_empty(parts, "inputs")

    def _entry_to_json(self, entry: SpaceStage | DigitSequence) -> dict[str, Any]:
        if isinstance(entry, SpaceStage):
            parts = {
                "cell": entry.cell,
                **self._op_to_json(entry.op),
                **self._values_to_json(without_defaults(entry, *NUMBERS_OF_STAGE)),
                "attributes": self._values_to_json(entry.attributes),
            }
            return without_empty(parts)
        sequence = {
            "length": {"min": entry.min_length, "max": entry.max_length},
            "options": [[self._entry_to_json(stage) for stage in option] for option in entry.options],
            "limits": [limit.to_json() for limit in entry.limits],
        }
        return {"sequence": without_empty(sequence, "options")}

    def _op_to_json(self, op: str | Pick) -> dict[str, Any]:
        if isinstance(op, Pick) and not op.name:
            return {"candidates": list(op.values)}
        return self._values_to_json({"op": op})

    def _values_to_json(self, places: Any) -> dict[str, Any]:
        """Return the JSON of a mapping, or of pairs, whose values may be choices."""
        written: dict[str, Any] = {}
        for name, value in dict(places).items():
            if isinstance(value, Times):
                value = {"times": value.factor}
            written[name] = value.to_json(self.choices) if isinstance(value, Pick) else value
        return written


def parse_space(data: bytes | str, *, file: str | None = None, line: int = 1) -> Space:
    """Parse a search space from the text of one document.

    Args:
        data: UTF-8 text.
        file: name of the file for error messages.
        line: line of the file on which the document begins.

    Raises:
        InputError: the document is wrong; the message names the file, the line and the path inside the document.
    """
    return parse_document(data, space_from_json, file=file, line=line)


def read_space(file: Path) -> Space:
    """Read a search space from a file with one document. Raises the errors of `parse_space`."""
    return parse_space(read_bytes(file), file=str(file))


def space_from_json(value: Any) -> Space:
    """Build a search space from JSON values, after validation and checks.

    Raises:
        InputError: the document is wrong; the message names the path inside the document.
    """
    validate("space", value)
    check_space(value)
    choices = {name: tuple(values) for name, values in value.get("choices", {}).items()}
    read = _SpaceReader(choices, value.get("operators", {}))
    skeleton = value.get("skeleton")
    return Space(
        value["name"],
        {name: read.cell(cell) for name, cell in value.get("cells", {}).items()},
        read.skeleton(skeleton) if skeleton else None,
        value.get("description", ""),
        {key: Operator.from_json(entry) for key, entry in read.own.items()},
        choices,
    )


@dataclass(frozen=True)
class _SpaceReader:
    """Convert JSON values to data classes, for a document with these named choices and operators."""

    choices: Mapping[str, tuple[Value, ...]]
    own: Mapping[str, Any]

    def cell(self, value: Mapping[str, Any]) -> SpaceCell:
        body: tuple[SpaceNode, ...] | GraphChoice | ProgramChoice
        if "nodes" in value:
            body = tuple(self.node(node, value) for node in value["nodes"])
        elif "graph" in value:
            body = _graph(value["graph"])
        else:
            body = _program(value["program"])
        return SpaceCell(body, value.get("role", "normal"), value.get("channels", "same"))

    def node(self, value: Mapping[str, Any], cell: Mapping[str, Any]) -> SpaceNode:
        return SpaceNode(
            value["id"],
            self.op(value),
            _inputs(value.get("inputs", ())),
            join_of(value, cell, self.own),
            value.get("role", ""),
            self.attributes(value),
        )

    def skeleton(self, value: Mapping[str, Any]) -> SpaceSkeleton:
        stem, head = (tuple(map(self.stage, value.get(part, ()))) for part in ("stem", "head"))
        stages = tuple(
            self.sequence(entry["sequence"]) if "sequence" in entry else self.stage(entry)
            for entry in value["stages"]
        )
        return SpaceSkeleton(
            stages, stem, head, tuple(sorted(value.get("input", {}).items())), value.get("classes")
        )

    def stage(self, value: Mapping[str, Any]) -> SpaceStage:
        numbers = {name: self.place(value[name]) for name in NUMBERS_OF_STAGE if name in value}
        return SpaceStage(value.get("cell", ""), self.op(value), attributes=self.attributes(value), **numbers)

    def sequence(self, value: Mapping[str, Any]) -> DigitSequence:
        length = value.get("length", {"min": 1, "max": 1})
        limits = tuple(
            DigitLimit(tuple(sorted(set(limit["options"]))), limit.get("min", 0), limit.get("max"))
            for limit in value.get("limits", ())
        )
        options = tuple(tuple(map(self.stage, option)) for option in value["options"])
        return DigitSequence(options, length["min"], length["max"], limits)

    def op(self, value: Mapping[str, Any]) -> Any:
        return Pick(tuple(value["candidates"])) if "candidates" in value else self.place(value.get("op", ""))

    def attributes(self, value: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
        return tuple(sorted((name, self.place(v)) for name, v in value.get("attributes", {}).items()))

    def place(self, value: Any) -> Any:
        """Return a choice as `Pick`, a relative width as `Times` and a fixed value unchanged."""
        if not isinstance(value, dict):
            return value
        if "times" in value:
            return Times(value["times"])
        if "choose" in value:
            return Pick(tuple(value["choose"]))
        return Pick(tuple(value.get("values", self.choices[value["choice"]])), value["choice"])


def _inputs(value: Any) -> tuple[str, ...] | ChosenInputs | LooseInputs:
    if not isinstance(value, dict):
        return tuple(value)
    if "loose" in value:
        return LooseInputs(tuple(value["loose"]))
    return ChosenInputs(
        value["choose"], tuple(value["from"]), value.get("repeat", False), tuple(value.get("candidates", ()))
    )


def _graph(value: Mapping[str, Any]) -> GraphChoice:
    vertices = value["vertices"]
    most = vertices["max"]
    return GraphChoice(
        tuple(value["operators"]),
        most,
        value.get("edges", {}).get("max", most * (most - 1) // 2),
        vertices.get("min", 2),
        value.get("join", "sum"),
        value.get("output_join", "concat"),
    )


def _program(value: Mapping[str, Any]) -> ProgramChoice:
    operators = tuple(
        StepOperator(
            op["op"], op["inputs"][0], op["inputs"][1], op.get("join", "sum"), tuple(op.get("from", ()))
        )
        for op in value["operators"]
    )
    steps, states = value["steps"], value["states"]
    return ProgramChoice(operators, steps["max"], states["max"], steps.get("min", 1), states.get("min", 1))
