"""From a `Space` back to its JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nasport.schemas.checks import unsaid_join
from nasport.schemas.operators import operator_behind
from nasport.schemas.space import (
    FORMAT,
    VERSION,
    ChosenInputs,
    DigitSequence,
    GraphChoice,
    LooseInputs,
    Pick,
    ProgramChoice,
    Space,
    SpaceCell,
    SpaceNode,
    SpaceSkeleton,
    SpaceStage,
    Times,
)

Choices = Mapping[str, tuple[Any, ...]]


def space_to_json(space: Space) -> dict[str, Any]:
    """The document as JSON values; `space_from_json` gives an equal space back."""
    value: dict[str, Any] = {"format": FORMAT, "version": VERSION, "name": space.name}
    if space.description:
        value["description"] = space.description
    if space.operators:
        value["operators"] = {key: op.to_json() for key, op in space.operators.items()}
    if space.choices:
        value["choices"] = {name: list(values) for name, values in space.choices.items()}
    if space.cells:
        value["cells"] = {name: _cell(cell, space) for name, cell in space.cells.items()}
    if space.skeleton:
        value["skeleton"] = _skeleton(space.skeleton, space.choices)
    return value


def _place(value: Any, choices: Choices) -> Any:
    if isinstance(value, Times):
        return {"times": value.factor}
    if not isinstance(value, Pick):
        return value
    if not value.name:
        return {"choose": list(value.values)}
    own = {} if value.values == choices[value.name] else {"values": list(value.values)}
    return {"choice": value.name, **own}


def _op(op: Any, choices: Choices) -> dict[str, Any]:
    if isinstance(op, Pick) and not op.name:
        return {"candidates": list(op.values)}
    return {"op": _place(op, choices)} if op else {}


def _attributes(pairs: tuple[tuple[str, Any], ...], choices: Choices) -> dict[str, Any]:
    return {"attributes": {name: _place(v, choices) for name, v in pairs}} if pairs else {}


def _cell(cell: SpaceCell, space: Space) -> dict[str, Any]:
    value: dict[str, Any] = {}
    if cell.role != "normal":
        value["role"] = cell.role
    if cell.channels != "same":
        value["channels"] = cell.channels
    if isinstance(cell.body, GraphChoice):
        return value | {"graph": _graph(cell.body)}
    if isinstance(cell.body, ProgramChoice):
        return value | {"program": _program(cell.body)}
    return value | {"nodes": [_node(node, cell.channels, space) for node in cell.body]}


def _node(node: SpaceNode, channels: str, space: Space) -> dict[str, Any]:
    value = {"id": node.id, **_op(node.op, space.choices), "inputs": _inputs(node.inputs)}
    if (node.join, unsaid_join(channels, _kind(node.op, space))) != ("sum", "sum"):
        value["join"] = node.join
    if node.role:
        value["role"] = node.role
    return value | _attributes(node.attributes, space.choices)


def _kind(op: str | Pick, space: Space) -> str:
    """Of a fixed operator; a choice has none."""
    return "" if isinstance(op, Pick) else operator_behind(op, space.operators).kind


def _inputs(inputs: Any) -> Any:
    if isinstance(inputs, LooseInputs):
        return {"loose": list(inputs.sources)}
    if not isinstance(inputs, ChosenInputs):
        return list(inputs)
    value: dict[str, Any] = {"choose": inputs.choose, "from": list(inputs.sources)}
    if inputs.repeat:
        value["repeat"] = True
    if inputs.candidates:
        value["candidates"] = list(inputs.candidates)
    return value


def _graph(graph: GraphChoice) -> dict[str, Any]:
    return {
        "vertices": {"min": graph.min_vertices, "max": graph.max_vertices},
        "edges": {"max": graph.max_edges},
        "operators": list(graph.operators),
        "join": graph.join,
        "output_join": graph.output_join,
    }


def _program(program: ProgramChoice) -> dict[str, Any]:
    operators = []
    for op in program.operators:
        entry: dict[str, Any] = {"op": op.op, "inputs": [op.min_inputs, op.max_inputs], "join": op.join}
        operators.append(entry | ({"from": list(op.sources)} if op.sources else {}))
    return {
        "steps": {"min": program.min_steps, "max": program.max_steps},
        "states": {"min": program.min_states, "max": program.max_states},
        "operators": operators,
    }


def _skeleton(skeleton: SpaceSkeleton, choices: Choices) -> dict[str, Any]:
    value: dict[str, Any] = {}
    if skeleton.input:
        value["input"] = dict(skeleton.input)
    if skeleton.stem:
        value["stem"] = [_stage(stage, choices) for stage in skeleton.stem]
    value["stages"] = [
        {"sequence": _sequence(entry, choices)}
        if isinstance(entry, DigitSequence)
        else _stage(entry, choices)
        for entry in skeleton.stages
    ]
    if skeleton.head:
        value["head"] = [_stage(stage, choices) for stage in skeleton.head]
    if skeleton.classes is not None:
        value["classes"] = skeleton.classes
    return value


def _stage(stage: SpaceStage, choices: Choices) -> dict[str, Any]:
    value: dict[str, Any] = {"cell": stage.cell} if stage.cell else {}
    value |= _op(stage.op, choices)
    for name, default in (("repeats", 1), ("width", None), ("stride", 1), ("resolution", None)):
        if getattr(stage, name) != default:
            value[name] = _place(getattr(stage, name), choices)
    return value | _attributes(stage.attributes, choices)


def _sequence(sequence: DigitSequence, choices: Choices) -> dict[str, Any]:
    value: dict[str, Any] = {
        "length": {"min": sequence.min_length, "max": sequence.max_length},
        "options": [[_stage(stage, choices) for stage in option] for option in sequence.options],
    }
    if sequence.limits:
        value["limits"] = [
            {"options": list(limit.options), "min": limit.min}
            | ({} if limit.max is None else {"max": limit.max})
            for limit in sequence.limits
        ]
    return value
