"""The search-space document as frozen data classes.

A space is an architecture document in which some places are left open: the operator of a node, where its inputs come
from, how wide, how deep. `parse_space` is the only way from text or JSON to a `Space`; what it returns has passed the
schema and the checks that a schema cannot make (`space_checks.py`). What can be done with a space (count, enumerate,
sample, mutate, build architectures) is the business of `nasport.toolkit.spaces`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nasport.schemas.architecture import NUMBERS_OF_STAGE, skeleton_to_json, without_defaults, without_empty
from nasport.schemas.checks import join_of, said_join
from nasport.schemas.operators import Operator, operator_behind
from nasport.schemas.reading import parse_document, read_bytes
from nasport.schemas.space_checks import check_space
from nasport.schemas.validation import validate

FORMAT = "nasport-space"
VERSION = 1

Value = str | int | float


@dataclass(frozen=True)
class Pick:
    """One gene's choice between values at one place.

    Attributes:
        values: what stands here, by the gene's value.
        name: of a named choice that sets other places too; empty where the gene is this place's own.
    """

    values: tuple[Value, ...]
    name: str = ""

    def to_json(self, choices: Mapping[str, tuple[Value, ...]]) -> dict[str, Any]:
        """What stands at the place, beside a document's `choices`."""
        if not self.name:
            return {"choose": list(self.values)}
        own = {} if self.values == choices[self.name] else {"values": list(self.values)}
        return {"choice": self.name, **own}


@dataclass(frozen=True)
class Times:
    """A width relative to the width before."""

    factor: float


@dataclass(frozen=True)
class ChosenInputs:
    """A node's inputs as a choice among earlier nodes.

    Attributes:
        choose: how many.
        sources: ids to choose from.
        repeat: False: `choose` distinct ones, one gene for the combination. True: with repetition, a gene each.
        candidates: every chosen input passes through an operator of its own, chosen from these; empty: directly.
    """

    choose: int
    sources: tuple[str, ...]
    repeat: bool = False
    candidates: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """What stands in the place of a list of inputs."""
        parts = {
            "choose": self.choose,
            "from": list(self.sources),
            "repeat": self.repeat,
            "candidates": list(self.candidates),
        }
        return without_empty(parts, "from")


@dataclass(frozen=True)
class LooseInputs:
    """A node's inputs: those of these nodes that feed no other node."""

    sources: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """What stands in the place of a list of inputs."""
        return {"loose": list(self.sources)}


@dataclass(frozen=True)
class SpaceNode:
    """One node of a template cell; as `nasport.schemas.Node`, with open places."""

    id: str
    op: str | Pick
    inputs: tuple[str, ...] | ChosenInputs | LooseInputs = ()
    join: str = "sum"
    role: str = ""
    attributes: tuple[tuple[str, Value | Pick], ...] = ()


@dataclass(frozen=True)
class GraphChoice:
    """Any directed acyclic graph from one input to one output under limits.

    Attributes:
        operators: what an inner vertex may be.
        max_vertices: input and output included.
        max_edges: counted on the paths from input to output.
        min_vertices: likewise.
        join: of the inner vertices.
        output_join: of the output.
    """

    operators: tuple[str, ...]
    max_vertices: int
    max_edges: int
    min_vertices: int = 2
    join: str = "sum"
    output_join: str = "concat"

    def to_json(self) -> dict[str, Any]:
        """The `graph` of a cell."""
        return {
            "vertices": {"min": self.min_vertices, "max": self.max_vertices},
            "edges": {"max": self.max_edges},
            "operators": list(self.operators),
            "join": self.join,
            "output_join": self.output_join,
        }


@dataclass(frozen=True)
class StepOperator:
    """What a step of a program may be, and what may feed it.

    Attributes:
        op: key of the operator.
        min_inputs, max_inputs: how many distinct earlier values it takes.
        join: how they become one.
        sources: "x", "h_prev" or keys of operators; empty: anything.
    """

    op: str
    min_inputs: int
    max_inputs: int
    join: str = "sum"
    sources: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """One of the `operators` of a program."""
        parts = {
            "op": self.op,
            "inputs": [self.min_inputs, self.max_inputs],
            "join": self.join,
            "from": list(self.sources),
        }
        return without_empty(parts)


@dataclass(frozen=True)
class ProgramChoice:
    """A recurrent cell as a list of steps, each an operator on earlier values."""

    operators: tuple[StepOperator, ...]
    max_steps: int
    max_states: int
    min_steps: int = 1
    min_states: int = 1

    def to_json(self) -> dict[str, Any]:
        """The `program` of a cell."""
        return {
            "steps": {"min": self.min_steps, "max": self.max_steps},
            "states": {"min": self.min_states, "max": self.max_states},
            "operators": [operator.to_json() for operator in self.operators],
        }


@dataclass(frozen=True)
class SpaceCell:
    """A cell with open places: a template of nodes, a graph under limits, or a program."""

    body: tuple[SpaceNode, ...] | GraphChoice | ProgramChoice
    role: str = "normal"
    channels: str = "same"


@dataclass(frozen=True)
class SpaceStage:
    """One stage of the skeleton; as `nasport.schemas.Stage`, with open places."""

    cell: str = ""
    op: str | Pick = ""
    repeats: int | Pick = 1
    width: int | Pick | Times | None = None
    stride: int | Pick = 1
    resolution: int | Pick | None = None
    attributes: tuple[tuple[str, Value | Pick], ...] = ()


@dataclass(frozen=True)
class DigitLimit:
    """How many digits of a sequence may be one of some options."""

    options: tuple[int, ...]
    min: int = 0
    max: int | None = None

    def to_json(self) -> dict[str, Any]:
        """One of the `limits` of a sequence."""
        most = {} if self.max is None else {"max": self.max}
        return {"options": list(self.options), "min": self.min, **most}


@dataclass(frozen=True)
class DigitSequence:
    """A row of digits, each of which stands for one option, a list of stages."""

    options: tuple[tuple[SpaceStage, ...], ...]
    min_length: int = 1
    max_length: int = 1
    limits: tuple[DigitLimit, ...] = ()


@dataclass(frozen=True)
class SpaceSkeleton:
    """How cells and operators are stacked; as `nasport.schemas.Skeleton`, with open places."""

    stages: tuple[SpaceStage | DigitSequence, ...]
    stem: tuple[SpaceStage, ...] = ()
    head: tuple[SpaceStage, ...] = ()
    input: tuple[tuple[str, int], ...] = ()
    classes: int | None = None


@dataclass(frozen=True)
class Space:
    """A search space; the document `nasport-space`, version 1."""

    name: str
    cells: Mapping[str, SpaceCell] = field(default_factory=dict)
    skeleton: SpaceSkeleton | None = None
    description: str = ""
    operators: Mapping[str, Operator] = field(default_factory=dict)
    choices: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The document as JSON values; `parse_space` gives an equal space back."""
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
            "join": said_join(node.join, channels, kind),
            "role": node.role,
            "attributes": self._places_to_json(node.attributes),
        }
        return without_empty(parts, "inputs")

    def _entry_to_json(self, entry: SpaceStage | DigitSequence) -> dict[str, Any]:
        if isinstance(entry, SpaceStage):
            parts = {
                "cell": entry.cell,
                **self._op_to_json(entry.op),
                **self._places_to_json(without_defaults(entry, *NUMBERS_OF_STAGE)),
                "attributes": self._places_to_json(entry.attributes),
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
        return self._places_to_json({"op": op})

    def _places_to_json(self, places: Any) -> dict[str, Any]:
        """The places of a mapping, or of pairs, as they stand in the document."""
        written: dict[str, Any] = {}
        for name, value in dict(places).items():
            if isinstance(value, Times):
                value = {"times": value.factor}
            written[name] = value.to_json(self.choices) if isinstance(value, Pick) else value
        return written


def parse_space(data: bytes | str, *, file: str | None = None, line: int = 1) -> Space:
    """A space from the text of one document.

    Args:
        data: UTF-8 text.
        file: name for the error messages.
        line: line of the file on which the document begins.

    Raises:
        InputError: anything wrong; names file, line and path inside the document.
    """
    return parse_document(data, space_from_json, file=file, line=line)


def read_space(file: Path) -> Space:
    """A space from a file that holds one document. Raises as `parse_space` does."""
    return parse_space(read_bytes(file), file=str(file))


def space_from_json(value: Any) -> Space:
    """A space from JSON values, validated and checked.

    Raises:
        InputError: names the path inside the document.
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
    """JSON values to data classes, with the named choices and the document's operators at hand."""

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
        """A fixed value as it is; a choice as `Pick`; a relative width as `Times`."""
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
