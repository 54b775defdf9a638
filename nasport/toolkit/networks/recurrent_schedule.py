"""Schedule of a recurrent cell: which nodes are computed before, inside or after the loop over time.

Nodes that depend only on `x` are computed for the whole sequence at once before the loop. Nodes on which no state of a later
time step depends are computed for the whole sequence after the loop. The other nodes are computed at every time step. Nodes on
which the output does not depend are never computed; their parameters exist and are not trained.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nasport.runtime.operators.joins import join_of
from nasport.schemas.architecture import Architecture, Cell, Node
from nasport.schemas.errors import InputError, PathInDocument
from nasport.schemas.graphs.cell_graph import cell_graph

LINEAR, BLEND, SUM, PRODUCT, IDENTITY = "linear", "blend", "sum", "product", "identity"
ACTIVATIONS = ("tanh", "sigmoid", "leaky_relu", "relu")


@dataclass(frozen=True)
class RecurrentStep:
    """One step of a cell, which computes one value.

    Attributes:
        node: name of the value; usually the id of the node.
        operator: `linear`, `blend`, `sum`, `product`, `identity` or the name of an activation.
        sources: names of the values that it reads, in order.
        path: path of the node in the document.
    """

    node: str
    operator: str
    sources: tuple[str, ...]
    path: PathInDocument


@dataclass(frozen=True)
class Schedule:
    """Steps of a cell, each group in topological order.

    Attributes:
        steps: all steps, including those on which the output does not depend.
        before: steps that are computed for the whole sequence before the loop.
        loop: steps that are computed at every time step.
        after: steps that are computed for the whole sequence after the loop.
        x: id of the layer's input; empty if the cell does not read it.
        inputs: ids of the cell's inputs, `x` and `h_prev_i`.
        outputs: ids of the nodes that compute `h_new_i`.
        states: for each state that the output depends on, the id of `h_prev_i` and the id of the node that computes
            `h_new_i`.
        output: id of the node that computes `h_new_0`.
    """

    steps: tuple[RecurrentStep, ...]
    before: tuple[RecurrentStep, ...]
    loop: tuple[RecurrentStep, ...]
    after: tuple[RecurrentStep, ...]
    x: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    states: tuple[tuple[str, str], ...]
    output: str


def read_schedule(architecture: Architecture, name: str) -> Schedule:
    """Return the schedule of a recurrent cell.

    Args:
        architecture: document of a recurrent network.
        name: name of the cell.

    Raises:
        InputError: an operator has no module for recurrent networks, or a role is unknown or missing.
    """
    cell, path = architecture.cells[name], ("cells", name, "nodes")
    inputs = _roles(cell, path, "input", r"x|h_prev_(0|[1-9]\d{0,2})", "x and h_prev_i")
    outputs = _roles(cell, path, "output", r"h_new_(0|[1-9]\d{0,2})", "h_new_i")
    if "h_new_0" not in outputs:
        raise InputError("a recurrent cell without the role 'h_new_0', expected an output with it", path=path)
    for role in inputs.keys() - {"x"}:
        if role.replace("prev", "new") not in outputs:
            raise InputError(
                f"a state {role!r} without an output, expected one of role {role.replace('prev', 'new')!r}",
                path=path,
            )
    steps = tuple(
        step
        for index in cell_graph(cell, architecture).wiring.order
        if cell.nodes[index].op != "input"
        for step in _steps(cell.nodes[index], architecture, (*path, index))
    )
    by_node = {step.node: step for step in steps}
    output = outputs["h_new_0"]
    needed = _ancestors([output], by_node)
    states: dict[str, str] = {}
    while new_roles := [
        role for role, node in inputs.items() if role != "x" and node in needed and node not in states
    ]:
        states |= {inputs[role]: outputs[role.replace("prev", "new")] for role in new_roles}
        needed |= _ancestors(states.values(), by_node)
    fed_back = _ancestors(states.values(), by_node)
    depends_on_state: set[str] = set(states)
    for step in steps:
        if not depends_on_state.isdisjoint(step.sources):
            depends_on_state.add(step.node)
    computed = [step for step in steps if step.node in needed]
    return Schedule(
        steps,
        before=tuple(step for step in computed if step.node not in depends_on_state),
        loop=tuple(step for step in computed if step.node in depends_on_state and step.node in fed_back),
        after=tuple(step for step in computed if step.node in depends_on_state and step.node not in fed_back),
        x=inputs.get("x", ""),
        inputs=tuple(inputs.values()),
        outputs=tuple(outputs.values()),
        states=tuple(states.items()),
        output=output,
    )


def _roles(cell: Cell, path: PathInDocument, kind: str, known: str, expected: str) -> dict[str, str]:
    """Return the id of each input or output by its role.

    Args:
        cell: recurrent cell.
        path: path of its nodes in the document.
        kind: `input` or `output`.
        known: regular expression of the allowed roles.
        expected: the same in words, for the error.

    Raises:
        InputError: a role is not allowed, or occurs twice.
    """
    ids: dict[str, str] = {}
    for index, node in enumerate(cell.nodes):
        if node.op == kind:
            if not re.fullmatch(known, node.role) or node.role in ids:
                problem = f"an {kind} of role {node.role!r}, expected {expected}, each once"
                raise InputError(problem, path=(*path, index, "role"))
            ids[node.role] = node.id
    return ids


def _steps(node: Node, architecture: Architecture, path: PathInDocument) -> Iterable[RecurrentStep]:
    """Return a node as one step, or as two steps if its inputs are joined before its operator.

    Raises:
        InputError: the node is mixed, has no inputs, or its operator or join is not allowed in a recurrent cell.
    """

    def wrong(problem: str, key: str) -> InputError:
        return InputError(problem, path=(*path, key))

    def step(operator: str, sources: tuple[str, ...] = node.inputs, name: str = node.id) -> RecurrentStep:
        return RecurrentStep(name, operator, sources, path)

    if node.candidates:
        raise wrong("a mixed node, expected one operator in a recurrent cell", "candidates")
    operator = architecture.operator(node.op)
    several, activation, own = len(node.inputs) > 1, operator.word("activation"), join_of(operator)
    if not node.inputs:
        raise wrong("no inputs, expected at least one", "inputs")
    if operator.kind == LINEAR and activation == "none":
        if several and node.join != "concat":
            raise wrong(
                f"the inputs of a linear node are joined by {node.join}, expected concat, because it has a matrix for "
                "each input",
                "join",
            )
        return (step(LINEAR),)
    if operator.kind == BLEND:
        if len(node.inputs) != 3:
            raise wrong(f"a blend of {len(node.inputs)} inputs, expected 3: a gate and two vectors", "inputs")
        return (step(BLEND),)
    is_join = own in (SUM, PRODUCT)
    if is_join and several and node.join not in (SUM, own):
        raise wrong(
            f"the inputs of {node.op!r} are joined by {node.join}, expected {own}, the join of this operator",
            "join",
        )
    if not is_join and several and node.join not in (SUM, PRODUCT):
        raise wrong(
            f"the inputs of {node.op!r} are joined by {node.join}, expected sum or product in a recurrent cell",
            "join",
        )
    join = own if is_join else node.join
    if is_join or operator.kind in ("output", IDENTITY):
        return (step(join if several else IDENTITY),)
    if operator.kind != "activation" or activation not in ACTIVATIONS:
        raise wrong(
            f"no network module for {node.op!r} ({operator.text}) in a recurrent cell, "
            "expected linear, blend, elementwise sum or product, tanh, sigmoid, ReLU or leaky ReLU",
            "op",
        )
    if not several:
        return (step(activation),)
    joined = f"{node.id}: inputs"
    return step(join, name=joined), step(activation, (joined,))


def _ancestors(nodes: Iterable[str], steps: Mapping[str, RecurrentStep]) -> set[str]:
    """Return nodes and all nodes on which they depend within one time step."""
    ancestors: set[str] = set()
    pending = list(nodes)
    while pending:
        node = pending.pop()
        if node not in ancestors:
            ancestors.add(node)
            pending.extend(steps[node].sources if node in steps else ())
    return ancestors


def widths_of(schedule: Schedule, input_width: int, width: int) -> dict[str, int]:
    """Return the width of every value of a cell.

    Args:
        schedule: schedule of the cell.
        input_width: width of `x`.
        width: width of the states.

    Raises:
        InputError: an operator joins vectors of different widths, or the width of a new state differs from that of the layer.
    """
    widths = dict.fromkeys(schedule.inputs, width) | {schedule.x: input_width}
    for step in schedule.steps:
        source_widths = {widths[source] for source in step.sources}
        if step.operator != LINEAR and len(source_widths) != 1:
            problem = f"joins vectors of widths {sorted(source_widths)}, expected one width"
            raise InputError(problem, path=step.path)
        widths[step.node] = width if step.operator == LINEAR else source_widths.pop()
    for step in schedule.steps:
        if step.node in schedule.outputs and widths[step.node] != width:
            problem = f"a state of width {widths[step.node]}, expected {width}, the width of the layer"
            raise InputError(problem, path=step.path)
    return widths
