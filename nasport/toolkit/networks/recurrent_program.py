"""A recurrent cell as a small program: which operators run, and whether before, inside or after the loop over time.

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
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.cell_graph import cell_graph

LINEAR, BLEND, SUM, PRODUCT, IDENTITY = "linear", "blend", "sum", "product", "identity"
ACTIVATIONS = ("tanh", "sigmoid", "leaky_relu", "relu")
_JOINS = {"sum": SUM, "product": PRODUCT}

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Step:
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
    path: Path


@dataclass(frozen=True)
class Program:
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

    steps: tuple[Step, ...]
    before: tuple[Step, ...]
    loop: tuple[Step, ...]
    after: tuple[Step, ...]
    x: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    states: tuple[tuple[str, str], ...]
    output: str


def read_program(architecture: Architecture, name: str) -> Program:
    """The program of the cell of this name.

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
    return _scheduled(steps, inputs, outputs)


def _roles(cell: Cell, path: Path, kind: str, known: str, expected: str) -> dict[str, str]:
    """Role -> id of the inputs or outputs, whose roles match an expression."""
    found: dict[str, str] = {}
    for place, node in enumerate(cell.nodes):
        if node.op == kind:
            if not re.fullmatch(known, node.role) or node.role in found:
                problem = f"an {kind} of role {node.role!r}, expected {expected}, each once"
                raise InputError(problem, path=(*path, place, "role"))
            found[node.role] = node.id
    return found


def _steps(node: Node, architecture: Architecture, path: Path) -> Iterable[Step]:
    """The node as one step, or two where its inputs are joined before its operator."""
    if node.candidates:
        raise InputError(
            "a mixed node, expected one operator in a recurrent cell", path=(*path, "candidates")
        )
    operator = architecture.operator(node.op)
    several = len(node.inputs) > 1
    if not node.inputs:
        raise InputError("no inputs, expected at least one", path=(*path, "inputs"))
    if operator.kind == LINEAR and operator.word("activation") == "none":
        if several and node.join != "concat":
            problem = f"a linear node joined by {node.join}, expected concat: one matrix for every input"
            raise InputError(problem, path=(*path, "join"))
        return (Step(node.id, LINEAR, node.inputs, path),)
    if operator.kind == BLEND:
        if len(node.inputs) != 3:
            problem = f"a blend of {len(node.inputs)} inputs, expected a gate and two"
            raise InputError(problem, path=(*path, "inputs"))
        return (Step(node.id, BLEND, node.inputs, path),)
    own = join_of(operator)
    if own in (SUM, PRODUCT):
        if several and node.join not in ("sum", own):
            problem = f"{node.op!r} joined by {node.join}, expected {own}, which it is"
            raise InputError(problem, path=(*path, "join"))
        join = own
    elif several and node.join not in _JOINS:
        problem = f"{node.op!r} joined by {node.join}, expected sum or product in a recurrent cell"
        raise InputError(problem, path=(*path, "join"))
    else:
        join = _JOINS.get(node.join, SUM)
    if own in (SUM, PRODUCT) or operator.kind in ("output", IDENTITY):
        return (Step(node.id, join if several else IDENTITY, node.inputs, path),)
    activation = operator.word("activation")
    if operator.kind != "activation" or activation not in ACTIVATIONS:
        problem = (
            f"no network module for {node.op!r} ({operator.text}) in a recurrent cell, "
            "expected linear, blend, element-wise sum and product, tanh, sigmoid and (leaky) ReLU"
        )
        raise InputError(problem, path=(*path, "op"))
    if not several:
        return (Step(node.id, activation, node.inputs, path),)
    joined = f"{node.id}: inputs"
    return (
        Step(joined, join, node.inputs, path),
        Step(node.id, activation, (joined,), path),
    )


def _scheduled(steps: tuple[Step, ...], inputs: Mapping[str, str], outputs: Mapping[str, str]) -> Program:
    by_node = {step.node: step for step in steps}
    output = outputs["h_new_0"]
    needed = _ancestors([output], by_node)
    states: dict[str, str] = {}
    while fresh := [
        role for role, node in inputs.items() if role != "x" and node in needed and node not in states
    ]:
        for role in fresh:
            states[inputs[role]] = outputs[role.replace("prev", "new")]
        needed |= _ancestors(states.values(), by_node)
    fed_back = _ancestors(states.values(), by_node)
    in_time: set[str] = set(states)
    for step in steps:
        if not in_time.isdisjoint(step.sources):
            in_time.add(step.node)
    live = [step for step in steps if step.node in needed]
    return Program(
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


def _ancestors(nodes: Iterable[str], steps: Mapping[str, Step]) -> set[str]:
    """The nodes and all that they depend on within one step."""
    found: set[str] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(steps[node].sources if node in steps else ())
    return found


def widths_of(program: Program, input_width: int, width: int) -> dict[str, int]:
    """Width of every node's value.

    Raises:
        InputError: an operator joins vectors of different widths, or a state has not the layer's.
    """
    widths = dict.fromkeys(program.inputs, width) | {program.x: input_width}
    for step in program.steps:
        found = {widths[source] for source in step.sources}
        if step.operator != LINEAR and len(found) != 1:
            raise InputError(f"joins vectors of widths {sorted(found)}, expected one width", path=step.path)
        widths[step.node] = width if step.operator == LINEAR else found.pop()
    for step in program.steps:
        if step.node in program.outputs and widths[step.node] != width:
            problem = f"a state of width {widths[step.node]}, expected {width}, that of the layer"
            raise InputError(problem, path=step.path)
    return widths
