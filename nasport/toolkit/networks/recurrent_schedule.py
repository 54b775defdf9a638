"""When the operators of a recurrent cell run: before, inside or after the loop over time.

What depends on `x` alone is computed for the whole sequence at once, before the loop; what no fed-back state depends on
after it; only the rest needs a step for every element of the sequence. Nodes that nothing reads are not run at all:
their parameters are there, and stay as they are.
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
    """One node that computes something.

    Attributes:
        node: its id, under which its value is kept.
        operator: `linear`, `blend`, `sum`, `product`, `identity` or the name of an activation.
        sources: ids of the nodes that it reads, in order.
        path: where the node stands in the document.
    """

    node: str
    operator: str
    sources: tuple[str, ...]
    path: PathInDocument


@dataclass(frozen=True)
class Schedule:
    """A cell's steps, each part in an order in which they can run.

    Attributes:
        steps: every node that computes something, also those that nothing reads.
        before: steps that run once for the whole sequence before the loop.
        loop: steps that run for every element of the sequence.
        after: steps that run once for the whole sequence after the loop.
        x: id of the layer's input; empty if the cell does not read it.
        inputs: ids of `x` and the `h_prev_i` that the cell has.
        outputs: ids of the nodes that make the `h_new_i`.
        states: of every state that is fed back, the id of `h_prev_i` and of the node that makes `h_new_i`.
        output: id of the node that makes `h_new_0`.
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
    """The schedule of the cell of this name.

    Raises:
        InputError: an operator or a role that recurrent networks have no module for.
    """
    cell, path = architecture.cells[name], ("cells", name, "nodes")
    inputs = _roles(cell, path, "input", r"x|h_prev_(0|[1-9]\d{0,2})", "x and h_prev_i")
    outputs = _roles(cell, path, "output", r"h_new_(0|[1-9]\d{0,2})", "h_new_i")
    if "h_new_0" not in outputs:
        raise InputError("a recurrent cell without an output of role 'h_new_0'", path=path)
    for role in inputs.keys() - {"x"}:
        if role.replace("prev", "new") not in outputs:
            raise InputError(f"a state {role!r}, but no output {role.replace('prev', 'new')!r}", path=path)
    steps = tuple(
        step
        for place in cell_graph(cell, architecture).wiring.order
        if cell.nodes[place].op != "input"
        for step in _steps(cell.nodes[place], architecture, (*path, place))
    )
    by_node = {step.node: step for step in steps}
    output = outputs["h_new_0"]
    needed = _ancestors([output], by_node)
    states: dict[str, str] = {}
    while fresh := [
        role for role, node in inputs.items() if role != "x" and node in needed and node not in states
    ]:
        states |= {inputs[role]: outputs[role.replace("prev", "new")] for role in fresh}
        needed |= _ancestors(states.values(), by_node)
    fed_back = _ancestors(states.values(), by_node)
    in_time: set[str] = set(states)
    for step in steps:
        if not in_time.isdisjoint(step.sources):
            in_time.add(step.node)
    live = [step for step in steps if step.node in needed]
    return Schedule(
        steps,
        before=tuple(step for step in live if step.node not in in_time),
        loop=tuple(step for step in live if step.node in in_time and step.node in fed_back),
        after=tuple(step for step in live if step.node in in_time and step.node not in fed_back),
        x=inputs.get("x", ""),
        inputs=tuple(inputs.values()),
        outputs=tuple(outputs.values()),
        states=tuple(states.items()),
        output=output,
    )


def _roles(cell: Cell, path: PathInDocument, kind: str, known: str, expected: str) -> dict[str, str]:
    """Role -> id of the inputs or outputs, whose roles match an expression."""
    found: dict[str, str] = {}
    for place, node in enumerate(cell.nodes):
        if node.op == kind:
            if not re.fullmatch(known, node.role) or node.role in found:
                problem = f"an {kind} of role {node.role!r}, expected {expected}, each once"
                raise InputError(problem, path=(*path, place, "role"))
            found[node.role] = node.id
    return found


def _steps(node: Node, architecture: Architecture, path: PathInDocument) -> Iterable[RecurrentStep]:
    """The node as one step, or two where its inputs are joined before its operator."""

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
                f"a linear node joined by {node.join}, expected concat: one matrix for every input", "join"
            )
        return (step(LINEAR),)
    if operator.kind == BLEND:
        if len(node.inputs) != 3:
            raise wrong(f"a blend of {len(node.inputs)} inputs, expected a gate and two", "inputs")
        return (step(BLEND),)
    is_join = own in (SUM, PRODUCT)
    if is_join and several and node.join not in (SUM, own):
        raise wrong(f"{node.op!r} joined by {node.join}, expected {own}, which it is", "join")
    if not is_join and several and node.join not in (SUM, PRODUCT):
        raise wrong(f"{node.op!r} joined by {node.join}, expected sum or product in a recurrent cell", "join")
    join = own if is_join else node.join
    if is_join or operator.kind in ("output", IDENTITY):
        return (step(join if several else IDENTITY),)
    if operator.kind != "activation" or activation not in ACTIVATIONS:
        raise wrong(
            f"no network module for {node.op!r} ({operator.text}) in a recurrent cell, "
            "expected linear, blend, element-wise sum and product, tanh, sigmoid and (leaky) ReLU",
            "op",
        )
    if not several:
        return (step(activation),)
    joined = f"{node.id}: inputs"
    return step(join, name=joined), step(activation, (joined,))


def _ancestors(nodes: Iterable[str], steps: Mapping[str, RecurrentStep]) -> set[str]:
    """The nodes and all that they depend on within one step."""
    found: set[str] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(steps[node].sources if node in steps else ())
    return found


def widths_of(schedule: Schedule, input_width: int, width: int) -> dict[str, int]:
    """Width of every node's value.

    Raises:
        InputError: an operator joins vectors of different widths, or a state has not the layer's.
    """
    widths = dict.fromkeys(schedule.inputs, width) | {schedule.x: input_width}
    for step in schedule.steps:
        found = {widths[source] for source in step.sources}
        if step.operator != LINEAR and len(found) != 1:
            raise InputError(f"joins vectors of widths {sorted(found)}, expected one width", path=step.path)
        widths[step.node] = width if step.operator == LINEAR else found.pop()
    for step in schedule.steps:
        if step.node in schedule.outputs and widths[step.node] != width:
            problem = f"a state of width {widths[step.node]}, expected {width}, that of the layer"
            raise InputError(problem, path=step.path)
    return widths
