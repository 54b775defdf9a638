"""Checks on a search space document that a JSON Schema cannot express.

They find unknown operators and ids, impossible choices (three of two nodes) and limits that no architecture meets. They
run on the validated JSON value, so that messages can name the path in the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nasport.schemas.checks import (
    Path,
    check_attributes,
    check_cell_of_stage,
    check_ends,
    check_not_empty,
    check_one_operator,
    check_own_operators,
    check_source,
    operator_kind,
    stages_of,
)
from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.schemas.operators import attribute_words
from nasport.schemas.space_limits import count_sequences

RANGES = {
    "repeats": (1, 1_000),
    "width": (1, 1_000_000),
    "stride": (1, 64),
    "resolution": (1, 100_000),
}


def check_space(value: Mapping[str, Any]) -> None:
    """Raise `InputError` with the path of the first mistake in a document that its schema accepts."""
    checks = _Checks(value)
    check_own_operators(checks.own)
    check_not_empty(value)
    for name, cell in checks.cells.items():
        checks.cell(cell, ("cells", name))
    for entry, path in stages_of(value.get("skeleton", {})):
        if "sequence" not in entry:
            checks.stage(entry, path)
        elif len(entry) > 1:
            raise InputError("'sequence' is next to other keys, expected it alone", path=path)
        else:
            checks.sequence(entry["sequence"], (*path, "sequence"))
    for name in checks.cells if "skeleton" in value else ():
        if name not in checks.used_cells:
            problem = f'no stage uses this cell, expected a stage with {{"cell": "{name}"}}'
            raise InputError(problem, path=("cells", name))
    unused = [name for name in value.get("choices", {}) if name not in checks.used]
    if unused:
        problem = f'no value uses this choice, expected {{"choice": "{unused[0]}"}} somewhere in the document'
        raise InputError(problem, path=("choices", unused[0]))


class _Checks:
    """Checks of one document; they collect the named choices (`used`) and cells (`used_cells`) that it refers to."""

    def __init__(self, value: Mapping[str, Any]) -> None:
        self.own = value.get("operators", {})
        self.choices = value.get("choices", {})
        self.cells = value.get("cells", {})
        self.used: set[str] = set()
        self.used_cells: set[str] = set()

    def cell(self, cell: Mapping[str, Any], path: Path) -> None:
        bodies = [key for key in ("nodes", "graph", "program") if key in cell]
        if len(bodies) != 1:
            found = f"{' and '.join(map(repr, bodies)) or 'no nodes'} in a cell"
            raise InputError(f"{found}, expected exactly one of 'nodes', 'graph' and 'program'", path=path)
        getattr(self, bodies[0])(cell[bodies[0]], (*path, bodies[0]))

    def nodes(self, nodes: list[Mapping[str, Any]], path: Path) -> None:
        kinds: dict[str, str] = {}
        for place, node in enumerate(nodes):
            here = (*path, place)
            if node["id"] in kinds:
                problem = f"the id {node['id']!r} is already the id of another node, expected unique ids within a cell"
                raise InputError(problem, path=(*here, "id"))
            kind = self.node(node, here)
            inputs = node.get("inputs", [])
            key = () if isinstance(inputs, list) else ("loose",) if "loose" in inputs else ("from",)
            for position, source in enumerate(inputs[key[0]] if key else inputs):
                where = (*here, "inputs", *key, position)
                if source not in kinds:
                    near = did_you_mean(source, kinds)
                    problem = f"no earlier node has the id {source!r}{near}expected the id of a node before this one"
                    raise InputError(problem, path=where)
                check_source(source, kinds, where)
            kinds[node["id"]] = kind
        check_ends(kinds, path)

    def node(self, node: Mapping[str, Any], path: Path) -> str:
        kinds = self.operator_place(node, path)
        inputs = node.get("inputs")
        if kinds == ["input"]:
            if inputs:
                raise InputError("an input node has inputs, expected none", path=(*path, "inputs"))
        elif not inputs:
            problem = 'the node has no inputs, expected a list of ids of earlier nodes or {"choose": 1, "from": [...]}'
            raise InputError(problem, path=path)
        if isinstance(inputs, dict):
            self.chosen_inputs(inputs, (*path, "inputs"))
        self.attributes(node, path)
        return kinds[0]

    def chosen_inputs(self, inputs: Mapping[str, Any], path: Path) -> None:
        if "loose" in inputs:
            if len(inputs) > 1:
                raise InputError("'loose' is next to other keys, expected it alone", path=path)
            return
        if "choose" not in inputs or "from" not in inputs:
            raise InputError(
                "the inputs have neither 'choose' and 'from' nor 'loose', expected one of the two forms",
                path=path,
            )
        wanted, available = inputs["choose"], len(inputs["from"])
        if wanted > available and not inputs.get("repeat"):
            expected = f'expected at most {available} (or "repeat": true)'
            problem = f"{wanted} distinct nodes cannot be chosen from {available}, {expected}"
            raise InputError(problem, path=(*path, "choose"))
        self.inner_operators(inputs.get("candidates", ()), (*path, "candidates"))

    def operator_place(self, value: Mapping[str, Any], path: Path) -> list[str]:
        """Check an operator or a choice of operators and return the kinds; only a fixed operator may be an input or output."""
        check_one_operator(value, path)
        if "candidates" in value:
            return self.inner_operators(value["candidates"], (*path, "candidates"))
        if isinstance(value["op"], str):
            return [operator_kind(value["op"], self.own, (*path, "op"))]
        return [self.inner_operator(key, where) for key, where in self.values(value["op"], (*path, "op"))]

    def inner_operators(self, keys: Sequence[Any], path: Path) -> list[str]:
        return [self.inner_operator(key, (*path, place)) for place, key in enumerate(keys)]

    def inner_operator(self, key: Any, path: Path) -> str:
        kind = operator_kind(key, self.own, path)
        if kind in ("input", "output"):
            raise InputError(
                f"{key!r} is an input or output of the cell and cannot be a choice, expected another operator",
                path=path,
            )
        return kind

    def values(self, place: Mapping[str, Any], path: Path) -> Iterator[tuple[Any, Path]]:
        """Yield the values of a choice, each with its path in the document."""
        if set(place) not in ({"choose"}, {"choice"}, {"choice", "values"}):
            raise InputError(
                'not a choice, expected {"choose": [...]} or {"choice": NAME, "values": [...]}', path=path
            )
        found, where = place.get("choose", ()), (*path, "choose")
        if "choice" in place:
            name = place["choice"]
            if name not in self.choices:
                near, known = did_you_mean(name, self.choices), sorted(self.choices) or "there are none"
                problem = f'unknown choice {name!r}{near}expected a key of "choices" ({known})'
                raise InputError(problem, path=(*path, "choice"))
            self.used.add(name)
            found, where = self.choices[name], ("choices", name)
            if "values" in place:
                count = len(found)
                found, where = place["values"], (*path, "values")
                if len(found) != count:
                    expected = f"expected {count}, as in the choice {name!r}"
                    raise InputError(f"{len(found)} values, {expected}", path=where)
        for position, value in enumerate(found):
            yield value, (*where, position)

    def number(self, value: Any, low: float, high: float, whole: bool, path: Path) -> None:
        if not isinstance(value, dict):
            return
        for found, where in self.values(value, path):
            is_number = isinstance(found, int if whole else int | float)
            if not is_number or isinstance(found, bool) or not low <= found <= high:
                what = "an integer" if whole else "a number"
                raise InputError(f"{found!r}, expected {what} from {low:,} to {high:,}", path=where)

    def attributes(self, value: Mapping[str, Any], path: Path) -> None:
        """Raise `InputError` if an attribute may have a value that one of the possible operators does not read."""
        operators = value.get("candidates", [value.get("op")])
        if isinstance(operators[0], dict):
            operators = [key for key, _ in self.values(operators[0], (*path, "op"))]
        for name, place in value.get("attributes", {}).items():
            where = (*path, "attributes", name)
            if name not in attribute_words():
                self.number(place, 0, 1_000_000, False, where)
            values = [one for one, _ in self.values(place, where)] if isinstance(place, dict) else [place]
            for one in values:
                check_attributes({name: one}, operators, self.own, path, value["attributes"])

    def graph(self, graph: Mapping[str, Any], path: Path) -> None:
        vertices = graph["vertices"]
        least = _ordered(vertices, 2, (*path, "vertices"))
        most_edges = graph.get("edges", {}).get("max", least - 1)
        if most_edges < least - 1:
            problem = f"edges.max is {most_edges} for {least} vertices, expected at least {least - 1}"
            raise InputError(problem, path=(*path, "edges", "max"))
        self.inner_operators(graph["operators"], (*path, "operators"))

    def program(self, program: Mapping[str, Any], path: Path) -> None:
        _ordered(program["steps"], 1, (*path, "steps"))
        states = _ordered(program["states"], 1, (*path, "states"))
        if program["states"]["max"] > program["steps"]["max"]:
            problem = f"fewer steps than states, expected at least {program['states']['max']}, one step for each state"
            raise InputError(problem, path=(*path, "steps", "max"))
        keys = [op["op"] for op in program["operators"]]
        for place, op in enumerate(program["operators"]):
            here = (*path, "operators", place)
            self.inner_operator(op["op"], (*here, "op"))
            if op["op"] in keys[:place]:
                problem = f"duplicate operator {op['op']!r}, expected every operator once"
                raise InputError(problem, path=(*here, "op"))
            if op["inputs"][0] > op["inputs"][1]:
                raise InputError(
                    "the first number is larger than the second, expected [minimum, maximum]",
                    path=(*here, "inputs"),
                )
            for position, source in enumerate(op.get("from", ())):
                if source not in {"x", "h_prev", *keys}:
                    near = did_you_mean(source, keys)
                    problem = f"unknown source {source!r}{near}expected 'x', 'h_prev' or an operator of this program"
                    raise InputError(problem, path=(*here, "from", position))
        if not any(_can_begin(op, states) for op in program["operators"]):
            problem = "no operator can be the first step, expected one that can read only 'x' and 'h_prev'"
            raise InputError(problem, path=(*path, "operators"))

    def stage(self, stage: Mapping[str, Any], path: Path) -> None:
        if sum(key in stage for key in ("cell", "op", "candidates")) != 1:
            keys = [repr(key) for key in ("cell", "op", "candidates") if key in stage]
            found = f"{' and '.join(keys) or 'neither a cell nor an operator'} in a stage"
            raise InputError(f"{found}, expected exactly one of 'cell', 'op' and 'candidates'", path=path)
        if "cell" in stage:
            check_cell_of_stage(stage, self.cells, path)
            self.used_cells.add(stage["cell"])
        else:
            self.operator_place(stage, path)
        for name, (low, high) in RANGES.items():
            value = stage.get(name)
            if not (name == "width" and isinstance(value, dict) and set(value) == {"times"}):
                self.number(value, low, high, True, (*path, name))
        self.attributes(stage, path)

    def sequence(self, sequence: Mapping[str, Any], path: Path) -> None:
        for digit, option in enumerate(sequence["options"]):
            for place, stage in enumerate(option):
                where = (*path, "options", digit, place)
                if _is_open(stage):
                    raise InputError(
                        "an option of a sequence contains a choice, expected only fixed values", path=where
                    )
                self.stage(stage, where)
        length = sequence.get("length", {"min": 1, "max": 1})
        _ordered(length, 1, (*path, "length"))
        options = len(sequence["options"])
        limits = sequence.get("limits", [])
        for place, limit in enumerate(limits):
            for position, digit in enumerate(limit["options"]):
                if digit >= options:
                    problem = f"unknown option {digit}, expected 0 to {options - 1}"
                    raise InputError(problem, path=(*path, "limits", place, "options", position))
        if not count_sequences(options, range(length["min"], length["max"] + 1), limits):
            problem = "no sequence of digits meets these limits, expected at least one; loosen them"
            raise InputError(problem, path=(*path, "limits"))


def _ordered(bounds: Mapping[str, int], default: int, path: Path) -> int:
    """Return the lower bound; raise `InputError` if it is above the upper one."""
    least = bounds.get("min", default)
    if least > bounds["max"]:
        raise InputError(
            f"min is {least} and max is {bounds['max']}, expected a min that is not above max", path=path
        )
    return least


def _can_begin(op: Mapping[str, Any], states: int) -> bool:
    sources = op.get("from", ("x", "h_prev"))
    return bool(op["inputs"][0] <= ("x" in sources) + states * ("h_prev" in sources))


def _is_open(stage: Mapping[str, Any]) -> bool:
    places = [stage.get(key) for key in ("op", *RANGES)] + list(stage.get("attributes", {}).values())
    return "candidates" in stage or any(isinstance(p, dict) and set(p) != {"times"} for p in places)
