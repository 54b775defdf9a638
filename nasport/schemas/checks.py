"""Checks on an architecture document that a JSON Schema cannot express.

They find unknown or repeated ids, cycles, unknown operators and cells, attributes that an operator does not read, and
documents that are too large. They run on the validated JSON value, before the data classes are built, so that messages
can name the path in the document.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.schemas.operators import known_operator, operator_behind, problem_of, resolved, vocabulary

MAX_EDGES_PER_CELL = 10_000
MAX_NODES = 2_000
MAX_LAYERS = 1_000


def check_architecture(value: Mapping[str, Any]) -> None:
    """Raise `InputError` with the path of the first mistake in a document that its schema accepts."""
    own = value.get("operators", {})
    nodes = sum(len(cell["nodes"]) for cell in value["cells"].values())
    if nodes > MAX_NODES:
        raise InputError(
            f"{nodes:,} nodes in all cells together, expected at most {MAX_NODES:,}", path=("cells",)
        )
    check_own_operators(own)
    for name, cell in value["cells"].items():
        _check_cell(cell, own, ("cells", name, "nodes"))
    if "skeleton" in value:
        _check_skeleton(value["skeleton"], value["cells"], own)
    check_not_empty(value)


def check_not_empty(value: Mapping[str, Any]) -> None:
    """Raise `InputError` if an architecture or search space document has neither a cell nor a skeleton."""
    if not value.get("cells") and "skeleton" not in value:
        raise InputError("neither cells nor a skeleton, expected at least one of them", path=("cells",))


def join_of(node: Mapping[str, Any], cell: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    """Return how the inputs of a node are combined: its own `join`, or the default of `default_join`.

    Args:
        node: JSON of a checked node of an architecture or search space document.
        cell: JSON of the cell of the node.
        own: `operators` of the document.
    """
    if "join" in node or not isinstance(node.get("op"), str):
        return str(node.get("join", "sum"))
    return default_join(cell.get("channels", "same"), operator_kind(node["op"], own, ()))


def stated_join(join: str, channels: str, kind: str) -> str:
    """Return the `join` that a document states for a node; empty if it is a sum and the default."""
    return "" if join == default_join(channels, kind) == "sum" else join


def default_join(channels: str, kind: str) -> str:
    """Return the join of a node that states none: `concat` for outputs of `split` and `stack` cells, else `sum`."""
    return "concat" if channels in ("split", "stack") and kind == "output" else "sum"


def topological_order(inputs: Mapping[str, Collection[str]]) -> list[str] | None:
    """Return the ids in topological order, or None for a cycle.

    Nodes that become ready in the same step keep the given order.

    Args:
        inputs: for every id the ids that feed it, all of which are keys too.
    """
    waiting = {node: len(set(sources)) for node, sources in inputs.items()}
    fed_by: dict[str, list[str]] = {node: [] for node in inputs}
    for node, sources in inputs.items():
        for source in set(sources):
            fed_by[source].append(node)
    position = {node: place for place, node in enumerate(inputs)}
    ready = [node for node, count in waiting.items() if count == 0]
    order: list[str] = []
    for node in ready:  # the loop below extends the list
        order.append(node)
        freed = []
        for target in fed_by[node]:
            waiting[target] -= 1
            if waiting[target] == 0:
                freed.append(target)
        ready.extend(sorted(freed, key=position.__getitem__))
    return order if len(order) == len(inputs) else None


Path = tuple[str | int, ...]


def _check_cell(cell: Mapping[str, Any], own: Mapping[str, Any], path: Path) -> None:
    nodes = cell["nodes"]
    ids: dict[str, int] = {}
    for place, node in enumerate(nodes):
        first = ids.setdefault(node["id"], place)
        if first != place:
            problem = f"the id {node['id']!r} is already the id of nodes[{first}], expected unique ids within a cell"
            raise InputError(problem, path=(*path, place, "id"))
    kinds = {node["id"]: _check_node(node, own, (*path, place)) for place, node in enumerate(nodes)}
    check_ends(kinds, path)
    edges = sum(len(node.get("inputs", ())) for node in nodes)
    if edges > MAX_EDGES_PER_CELL:
        raise InputError(f"{edges:,} edges in a cell, expected at most {MAX_EDGES_PER_CELL:,}", path=path)
    for place, node in enumerate(nodes):
        for port, source in enumerate(node.get("inputs", ())):
            where = (*path, place, "inputs", port)
            if source not in ids:
                near = did_you_mean(source, ids)
                problem = f"unknown id {source!r}{near}expected the id of a node of this cell"
                raise InputError(problem, path=where)
            check_source(source, kinds, where)
    if topological_order({node["id"]: node.get("inputs", ()) for node in nodes}) is None:
        raise InputError("the cell has a cycle, expected a directed acyclic graph", path=path)
    for place, node in enumerate(nodes if cell.get("role") == "recurrent" else ()):
        if node.get("attributes"):
            problem = "a node of a recurrent cell has attributes that nasport does not read, expected none"
            raise InputError(problem, path=(*path, place, "attributes"))


def check_ends(kinds: Mapping[str, str], path: Path) -> None:
    """Raise `InputError` if a cell has no input or no output; `kinds` gives the operator kind of every node id."""
    for kind in ("input", "output"):
        if kind not in kinds.values():
            raise InputError(
                f"the cell has no node with op {kind!r}, expected at least one in every cell", path=path
            )


def check_source(source: str, kinds: Mapping[str, str], path: Path) -> None:
    """Raise `InputError` if a node that feeds another node is an output of the cell."""
    if kinds[source] == "output":
        problem = f"{source!r} is an output of the cell and feeds no node, expected another node"
        raise InputError(problem, path=path)


def check_one_operator(value: Mapping[str, Any], path: Path) -> None:
    """Raise `InputError` unless a node or stage has exactly one of `op` and `candidates`."""
    if ("op" in value) == ("candidates" in value):
        problem = "both 'op' and 'candidates'" if "op" in value else "missing key 'op'"
        raise InputError(f"{problem}, expected either 'op' or 'candidates'", path=path)


def _check_node(node: Mapping[str, Any], own: Mapping[str, Any], path: Path) -> str:
    """Check a node and return the kind of its operator, or of its first candidate."""
    check_one_operator(node, path)
    if "op" in node:
        keys = {(*path, "op"): node["op"]}
    else:
        keys = {(*path, "candidates", place): key for place, key in enumerate(node["candidates"])}
    kinds = {where: operator_kind(key, own, where) for where, key in keys.items()}
    for where, kind in kinds.items():
        if len(kinds) > 1 and kind in ("input", "output"):
            problem = (
                f"the {kind} of a cell is among several candidates, expected no inputs or outputs among them"
            )
            raise InputError(problem, path=where)
    kind = next(iter(kinds.values()))
    check_attributes(node.get("attributes", {}), keys.values(), own, path)
    if kind == "input":
        if node.get("inputs"):
            raise InputError("an input node has inputs, expected none", path=(*path, "inputs"))
    elif "inputs" not in node:
        raise InputError("missing key 'inputs', expected a list of node ids", path=path)
    return kind


def check_own_operators(own: Mapping[str, Any]) -> None:
    """Raise `InputError` if an operator of the document lacks an attribute or has one that its kind does not read."""
    for operator, entry in own.items():
        key, kind = resolved(entry)
        stated = {name: value for name, value in entry.items() if name not in ("text", "kind", "ordered")}
        problem = problem_of(kind, key, stated, True)
        if problem is not None:
            raise problem.within("operators", operator)


def check_attributes(
    stated: Mapping[str, Any],
    operators: Iterable[str],
    own: Mapping[str, Any],
    path: Path,
    elsewhere: Iterable[str] = (),
) -> None:
    """Raise `InputError` if a node or stage states an attribute that one of its possible operators does not read.

    Args:
        stated: attributes by name.
        operators: keys of the possible operators, all of them known.
        own: `operators` of the document.
        path: path of the node or stage.
        elsewhere: names of further attributes that the node or stage states.
    """
    for operator in operators if stated else ():
        if operator in own:
            key, kind = resolved(own[operator])
        else:
            known = operator_behind(operator, {})
            key, kind = known.key, known.kind
        problem = problem_of(kind, key, stated, False, {*own.get(operator, ()), *elsewhere})
        if problem is not None:
            raise problem.within(*path, "attributes")


def operator_kind(key: Any, own: Mapping[str, Any], path: Path) -> str:
    """Return the kind of the operator of a key.

    Args:
        key: key from the document.
        own: `operators` of the document.
        path: path of the key in the document.

    Raises:
        InputError: neither the document nor the vocabulary nor an extension has the key.
    """
    if key in own:
        return str(own[key].get("kind", "other"))
    try:
        known = known_operator(key)
    except InputError as error:  # an extension cannot be loaded
        raise error.within(*path) from None
    if known is None:
        from nasport.schemas.operator_extensions import operator_extensions

        near = did_you_mean(key, (*own, *vocabulary(), *operator_extensions().extensions()))
        raise InputError(
            f"unknown operator {key!r}{near}expected one of the vocabulary (`nasport operators` lists them) or one that "
            f'this document describes: "operators": {{"{key}": {{"text": "..."}}}}',
            path=path,
        )
    return known.kind


def _check_skeleton(skeleton: Mapping[str, Any], cells: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    layers = 0
    for stage, path in stages_of(skeleton):
        if ("cell" in stage) == ("op" in stage):
            problem = "both 'cell' and 'op'" if "op" in stage else "neither 'cell' nor 'op'"
            raise InputError(f"{problem}, expected exactly one of them", path=path)
        if "op" in stage:
            operator_kind(stage["op"], own, (*path, "op"))
            attributes = stage.get("attributes", {})
            check_attributes(attributes, [stage["op"]], own, path)
            for name, same in (("channels", "width"), ("stride", "stride")):
                if name in attributes and same in stage:
                    problem = f"the stage also states it as {same!r}, expected only one of the two"
                    raise InputError(problem, path=(*path, "attributes", name))
        else:
            check_cell_of_stage(stage, cells, path)
        layers += stage.get("repeats", 1)
    if layers > MAX_LAYERS:
        problem = f"{layers:,} repeats in all stages together, expected at most {MAX_LAYERS:,}"
        raise InputError(problem, path=("skeleton", "stages"))


def check_cell_of_stage(stage: Mapping[str, Any], cells: Mapping[str, Any], path: Path) -> None:
    """Raise `InputError` if a stage names an unknown cell or states what only the nodes of the cell may state."""
    name = stage["cell"]
    if name not in cells:
        problem = f"unknown cell {name!r}{did_you_mean(name, cells)}expected one of {sorted(cells)}"
        raise InputError(problem, path=(*path, "cell"))
    if stage.get("attributes"):
        problem = "a stage of a cell has attributes, expected none; put them on the nodes of the cell"
        raise InputError(problem, path=(*path, "attributes"))
    for key in ("width", "stride") if cells[name].get("channels") == "own" else ():
        if key in stage:
            problem = (
                f'the cell of this stage has "channels": "own", expected {key} only on the nodes of the cell'
            )
            raise InputError(problem, path=(*path, key))


def stages_of(skeleton: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Path]]:
    """Yield the stages of a skeleton in order, each with its path in the document."""
    for part in ("stem", "stages", "head"):
        for place, stage in enumerate(skeleton.get(part, ())):
            yield stage, ("skeleton", part, place)
