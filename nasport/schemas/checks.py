"""The checks on an architecture document that a JSON Schema cannot make.

Unknown or repeated ids, cycles, operators without a description, stages that name no cell, too many edges. Runs on the
validated JSON value, before the data classes are built, so that messages can name the path in the document.
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
    """Raise `InputError` with the path of the first mistake in a schema-valid document."""
    own = value.get("operators", {})
    nodes = sum(len(cell["nodes"]) for cell in value["cells"].values())
    if nodes > MAX_NODES:
        raise InputError(f"{nodes:,} nodes in all cells, expected at most {MAX_NODES:,}", path=("cells",))
    check_own_operators(own)
    for name, cell in value["cells"].items():
        _check_cell(cell, own, ("cells", name, "nodes"))
    if "skeleton" in value:
        _check_skeleton(value["skeleton"], value["cells"], own)
    check_not_empty(value)


def check_not_empty(value: Mapping[str, Any]) -> None:
    """Raise `InputError` where a document, an architecture or a space, has neither a cell nor a skeleton."""
    if not value.get("cells") and "skeleton" not in value:
        raise InputError("no cell and no skeleton, expected at least one of them", path=("cells",))


def join_of(node: Mapping[str, Any], cell: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    """How the inputs of a node become one: as it says, else as `unsaid_join` has it.

    Args:
        node: of an architecture or a space, checked.
        cell: that it stands in.
        own: the document's `operators`.
    """
    if "join" in node or not isinstance(node.get("op"), str):
        return str(node.get("join", "sum"))
    return unsaid_join(cell.get("channels", "same"), operator_kind(node["op"], own, ()))


def said_join(join: str, channels: str, kind: str) -> str:
    """What a document states of a node that joins its inputs so; empty for a sum where nothing says another join."""
    return "" if join == unsaid_join(channels, kind) == "sum" else join


def unsaid_join(channels: str, kind: str) -> str:
    """The sum; but the output of a cell that stacks or splits its channels concatenates."""
    return "concat" if channels in ("split", "stack") and kind == "output" else "sum"


def topological_order(inputs: Mapping[str, Collection[str]]) -> list[str] | None:
    """Ids ordered so that every node follows its inputs, otherwise as given; None where there is a cycle.

    Args:
        inputs: id to the ids that feed it, all of them keys.
    """
    waiting = {node: len(set(sources)) for node, sources in inputs.items()}
    fed_by: dict[str, list[str]] = {node: [] for node in inputs}
    for node, sources in inputs.items():
        for source in set(sources):
            fed_by[source].append(node)
    position = {node: place for place, node in enumerate(inputs)}
    ready = [node for node, count in waiting.items() if count == 0]
    order: list[str] = []
    for node in ready:  # grows while it is walked
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
            twice = f"stands twice (first as nodes[{first}]), expected unique ids within a cell"
            raise InputError(f"the id {node['id']!r} {twice}", path=(*path, place, "id"))
    kinds = {node["id"]: _check_node(node, own, (*path, place)) for place, node in enumerate(nodes)}
    check_ends(kinds, path)
    edges = sum(len(node.get("inputs", ())) for node in nodes)
    if edges > MAX_EDGES_PER_CELL:
        raise InputError(f"{edges:,} edges, expected at most {MAX_EDGES_PER_CELL:,} in a cell", path=path)
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
            problem = "attributes of a node of a recurrent cell, expected none: nothing reads them"
            raise InputError(problem, path=(*path, place, "attributes"))


def check_ends(kinds: Mapping[str, str], path: Path) -> None:
    """Raise `InputError` where a cell, the kinds of its operators by node, lacks an input or an output."""
    for kind in ("input", "output"):
        if kind not in kinds.values():
            raise InputError(f"no node with op {kind!r}, expected at least one in every cell", path=path)


def check_source(source: str, kinds: Mapping[str, str], path: Path) -> None:
    """Raise `InputError` where a node that feeds another is an output."""
    if kinds[source] == "output":
        problem = f"{source!r} is an output of the cell, expected a node that can feed others"
        raise InputError(problem, path=path)


def check_what(value: Mapping[str, Any], path: Path) -> None:
    """Raise `InputError` where a node or stage has not exactly one of `op` and `candidates`."""
    if ("op" in value) == ("candidates" in value):
        problem = "both 'op' and 'candidates'" if "op" in value else "missing key 'op'"
        raise InputError(f"{problem}, expected one of 'op' and 'candidates'", path=path)


def _check_node(node: Mapping[str, Any], own: Mapping[str, Any], path: Path) -> str:
    """The kind of the node's operator (of its first candidate in a supernet)."""
    check_what(node, path)
    if "op" in node:
        keys = {(*path, "op"): node["op"]}
    else:
        keys = {(*path, "candidates", place): key for place, key in enumerate(node["candidates"])}
    found = {where: operator_kind(key, own, where) for where, key in keys.items()}
    for where, each in found.items():
        if len(found) > 1 and each in ("input", "output"):
            problem = (
                f"an {each} among several candidates, expected operators that may take each other's place"
            )
            raise InputError(problem, path=where)
    kind = next(iter(found.values()))
    check_attributes(node.get("attributes", {}), keys.values(), own, path)
    if kind == "input":
        if node.get("inputs"):
            raise InputError("an input node takes no inputs, expected []", path=(*path, "inputs"))
    elif "inputs" not in node:
        raise InputError("missing key 'inputs', expected a list of node ids", path=path)
    return kind


def check_own_operators(own: Mapping[str, Any]) -> None:
    """Raise `InputError` where an operator that a document describes states too little, or what means nothing."""
    for name, entry in own.items():
        key, kind = resolved(entry)
        stated = {each: value for each, value in entry.items() if each not in ("text", "kind", "ordered")}
        problem = problem_of(kind, key, stated, True)
        if problem is not None:
            raise problem.within("operators", name)


def check_attributes(
    stated: Mapping[str, Any],
    operators: Iterable[str],
    own: Mapping[str, Any],
    path: Path,
    elsewhere: Iterable[str] = (),
) -> None:
    """Raise `InputError` where a node or stage states what means nothing to an operator that may stand there.

    Args:
        stated: attributes by name.
        operators: keys that are known.
        own: the document's operators.
        path: of the node or stage.
        elsewhere: names of attributes that are stated beside these.
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
    """The kind of the operator behind a key.

    Args:
        key: as it stands in the document.
        own: the document's `operators`.
        path: where it stands.

    Raises:
        InputError: neither the document nor the vocabulary nor an extension has it.
    """
    if key in own:
        return str(own[key].get("kind", "other"))
    try:
        known = known_operator(key)
    except InputError as error:  # of an extension
        raise error.within(*path) from None
    if known is None:
        from nasport.schemas.operator_extensions import operator_extensions

        near = did_you_mean(key, (*own, *vocabulary(), *operator_extensions().extensions()))
        raise InputError(
            f"unknown operator {key!r}{near}expected one of the vocabulary (`nasport operators` lists them), or one "
            f'that this document describes: "operators": {{"{key}": {{"text": "..."}}}}',
            path=path,
        )
    return known.kind


def _check_skeleton(skeleton: Mapping[str, Any], cells: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    layers = 0
    for stage, path in stages_of(skeleton):
        if ("cell" in stage) == ("op" in stage):
            raise InputError("expected exactly one of 'cell' and 'op'", path=path)
        if "op" in stage:
            operator_kind(stage["op"], own, (*path, "op"))
            attributes = stage.get("attributes", {})
            check_attributes(attributes, [stage["op"]], own, path)
            for name, same in (("channels", "width"), ("stride", "stride")):
                if name in attributes and same in stage:
                    problem = f"stated twice, as the stage's {same} too: expected one of them"
                    raise InputError(problem, path=(*path, "attributes", name))
        else:
            check_cell_of_stage(stage, cells, path)
        layers += stage.get("repeats", 1)
    if layers > MAX_LAYERS:
        problem = f"{layers:,} repeats in all, expected at most {MAX_LAYERS:,}"
        raise InputError(problem, path=("skeleton", "stages"))


def check_cell_of_stage(stage: Mapping[str, Any], cells: Mapping[str, Any], path: Path) -> None:
    """Raise `InputError` where the cell that a stage names is none of these, or where the stage states what its nodes do."""
    name = stage["cell"]
    if name not in cells:
        problem = f"unknown cell {name!r}{did_you_mean(name, cells)}expected one of {sorted(cells)}"
        raise InputError(problem, path=(*path, "cell"))
    if stage.get("attributes"):
        problem = "attributes of a cell, expected none: those of its nodes count"
        raise InputError(problem, path=(*path, "attributes"))
    for key in ("width", "stride") if cells[name].get("channels") == "own" else ():
        if key in stage:
            problem = (
                f'{key} of a stage whose cell has "channels": "own", expected none: its nodes state their own'
            )
            raise InputError(problem, path=(*path, key))


def stages_of(skeleton: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Path]]:
    """The stages of a skeleton in order, each with its path in the document."""
    for part in ("stem", "stages", "head"):
        for place, stage in enumerate(skeleton.get(part, ())):
            yield stage, ("skeleton", part, place)
