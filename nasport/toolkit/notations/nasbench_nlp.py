"""Notation of NAS-Bench-NLP: a recipe, which is a JSON object of named nodes with an operator and ordered inputs each.

`x` is the input of the layer, `h_prev_i` are the hidden states before the step and `h_new_i` those after it. The order of the nodes
does not matter (Klyuchnikov et al. 2020, section 3). The network has an embedding of width 400, three layers of widths 600, 600 and
400, and an output layer that shares its weights with the embedding (section 4). The vocabulary has the 10,000 words of the Penn
Treebank, or the 33,278 words of WikiText-2 if the text is a row of the benchmark's logs for WikiText-2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Mapping
from dataclasses import replace
from typing import Any

from nasport.schemas.architecture import Architecture, Cell, Node, Skeleton, Source, Stage
from nasport.schemas.checks import topological_order
from nasport.schemas.errors import InputError
from nasport.schemas.reading import parse_json
from nasport.toolkit.notations.base import Notation, errors_within, one_of
from nasport.toolkit.notations.same_graph import document_of_source
from nasport.toolkit.notations.skeletons import check_own_operators, check_skeleton

SPACE = "nasbench_nlp"
ACTIVATIONS = "activation_tanh", "activation_sigm", "activation_leaky_relu"
# Number of inputs of each operator; None for one or more.
OPERATORS: Mapping[str, int | None] = {
    "linear": None,
    "blend": 3,
    "elementwise_prod": None,
    "elementwise_sum": None,
    **dict.fromkeys(ACTIVATIONS, 1),
}
JOINS = {"linear": "concat", "elementwise_prod": "product"}
PENN_TREEBANK, WIKITEXT_2 = 10_000, 33_278
# The nodes of the cell are those of the recipe, its inputs, and one output per new hidden state.
MAX_LENGTH, MAX_CELL_NODES, MAX_NODE_INPUTS, MAX_EDGES = 50_000, 1_000, 1_000, 5_000

_INPUT = re.compile(r"x|h_prev_(0|[1-9]\d{0,2})")
_STATE = re.compile(r"h_new_(0|[1-9]\d{0,2})")

Recipe = dict[str, dict[str, Any]]


class NASBenchNLP(Notation):
    """Cells as recipes; the parser also reads a row of the benchmark's logs that contains a recipe."""

    name = "nasbench_nlp"
    description = 'NAS-Bench-NLP recipe {"f": {"op": "linear", "input": ["x", "h_prev_0"]}, "h_new_0": ...}'
    example = '{"f": {"op": "linear", "input": ["x", "h_prev_0"]}, "h_new_0": {"op": "activation_tanh", "input": ["f"]}}'

    def parse(self, text: str) -> Architecture:
        if len(text) > MAX_LENGTH:
            raise InputError(f"{len(text):,} characters, expected at most {MAX_LENGTH:,}")
        value = parse_json(text)
        classes = PENN_TREEBANK
        if isinstance(value, dict) and isinstance(value.get("recepie"), str):
            classes = WIKITEXT_2 if "wikitext-2" in str(value.get("run")) else PENN_TREEBANK
            value = parse_json(value["recepie"])
        recipe = _checked(value)
        source = Source(self.name, json.dumps(recipe, ensure_ascii=False))
        return Architecture({"cell": _cell(recipe)}, _network(classes), space=SPACE, source=source)

    def write(self, architecture: Architecture) -> str:
        name, cell = _only_cell(architecture)
        check_own_operators(architecture, (*OPERATORS, "input", "output"))
        expected = replace(cell, role="recurrent", channels="same")
        of = Architecture({name: expected}, _network(PENN_TREEBANK, name), space=SPACE)
        check_skeleton(architecture, of)
        return json.dumps(_recipe(document_of_source(architecture, self)), ensure_ascii=False)


def _network(classes: int, cell: str = "cell") -> Skeleton:
    stages = Stage(cell=cell, repeats=2, width=600), Stage(cell=cell, width=400)
    return Skeleton(stages, (Stage(op="tied_embedding", width=400),), classes=classes)


def _checked(value: Any) -> Recipe:
    """Return a JSON value as a recipe; an invalid one raises InputError."""
    if not isinstance(value, dict) or not value:
        raise InputError(f"expected an object of named nodes, e.g. {NASBenchNLP.example}")
    for name, node in value.items():
        with errors_within(name):
            _check_node(name, node, value)
    edges = sum(len(node["input"]) for node in value.values())
    if edges > MAX_EDGES:
        raise InputError(f"{edges:,} inputs in total, expected at most {MAX_EDGES:,}")
    if topological_order({n: [s for s in v["input"] if s in value] for n, v in value.items()}) is None:
        raise InputError("the recipe has a cycle, expected nodes that do not depend on themselves")
    new = [found for name in value if (found := _STATE.fullmatch(name))]
    size = len(value) + len(_inputs_read(value)) + len(new)
    if size > MAX_CELL_NODES:
        problem = (
            f"{size:,} nodes including inputs and new hidden states, expected at most {MAX_CELL_NODES:,}"
        )
        raise InputError(problem)
    states = sorted(int(found[1]) for found in new)
    if states != list(range(len(states))) or not states:
        raise InputError(f"new hidden states {states}, expected h_new_0, h_new_1, ... without gaps")
    for name, node in value.items():
        for port, source in enumerate(node["input"]):
            previous = _INPUT.fullmatch(source)
            if previous and previous[1] and int(previous[1]) >= len(states):
                problem = f"reads {source!r}, expected a node {source.replace('prev', 'new')!r} in the recipe"
                raise InputError(problem, path=(name, "input", port))
    return value


def _check_node(name: str, node: Any, recipe: Mapping[str, Any]) -> None:
    """Check a node of a recipe; an invalid node raises InputError."""
    if not 0 < len(name) <= 200 or _INPUT.fullmatch(name):
        raise InputError(
            f"the node name {name!r:.80}, expected 1 to 200 characters, and neither x nor h_prev_i"
        )
    if not isinstance(node, dict) or node.keys() != {"op", "input"}:
        raise InputError(f"{node!r:.80}, expected the keys 'op' and 'input'")
    operator, inputs = node["op"], node["input"]
    if not isinstance(operator, str) or operator not in OPERATORS:
        raise InputError(f"unknown operator {operator!r:.80}{one_of(operator, OPERATORS)}", path=("op",))
    count = OPERATORS[operator]
    if not isinstance(inputs, list) or not inputs or (count is not None and len(inputs) != count):
        wanted = "at least one" if count is None else count
        raise InputError(f"{operator} has {inputs!r:.80}, expected {wanted} inputs", path=("input",))
    if len(inputs) > MAX_NODE_INPUTS:
        raise InputError(f"{len(inputs):,} inputs, expected at most {MAX_NODE_INPUTS:,}", path=("input",))
    for port, source in enumerate(inputs):
        if not isinstance(source, str) or not (_INPUT.fullmatch(source) or source in recipe):
            problem = f"unknown input {source!r:.80}, expected x, h_prev_i or the name of a node"
            raise InputError(problem, path=("input", port))


def _inputs_read(recipe: Recipe) -> list[str]:
    """Return the sorted names of the cell inputs that the nodes read."""
    sources = {source for node in recipe.values() for source in node["input"]}
    return sorted(filter(_INPUT.fullmatch, sources))


def _cell(recipe: Recipe) -> Cell:
    """Return the cell of a recipe: inputs, then the nodes in their order, then an output per new hidden state."""
    read = _inputs_read(recipe)
    nodes = [Node(name, "input", role=name) for name in read]
    for name, node in recipe.items():
        nodes.append(Node(name, node["op"], tuple(node["input"]), JOINS.get(node["op"], "sum")))
    taken = {*recipe, *read}
    for name in sorted(name for name in recipe if _STATE.fullmatch(name)):
        nodes.append(Node(_free(f"{name}_output", taken), "output", (name,), role=name))
    return Cell(tuple(nodes), "recurrent")


def _free(name: str, taken: Container[str]) -> str:
    """Return the name, with a number appended if it is taken."""
    free, number = name, 2
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def _only_cell(architecture: Architecture) -> tuple[str, Cell]:
    """Return the only cell with its name; another number of cells raises InputError."""
    if len(architecture.cells) != 1:
        raise InputError(f"{len(architecture.cells)} cells, expected one recurrent cell", path=("cells",))
    return next(iter(architecture.cells.items()))


def _recipe(architecture: Architecture) -> Recipe:
    """Return the recipe of a document's only cell.

    Nodes that are not a hidden state get their id as their name, changed if the name is reserved or taken.
    """
    cell_name, cell = _only_cell(architecture)
    with errors_within("cells", cell_name, "nodes"):
        names = _state_and_input_names(cell)
        taken = set(names.values())
        for node in cell.nodes:
            if node.id not in names and node.op != "output":
                clash = node.id in taken or _INPUT.fullmatch(node.id) or _STATE.fullmatch(node.id)
                names[node.id] = _free(f"node_{node.id}" if clash else node.id, taken)
                taken.add(names[node.id])
        recipe: Recipe = {}
        for place, node in enumerate(cell.nodes):
            if node.op in ("input", "output"):
                if node.attributes:
                    raise InputError(f"{node.op!r} has attributes, expected none", path=(place, "attributes"))
                continue
            joined = len(node.inputs) > 1 and node.join != JOINS.get(node.op, "sum")
            if node.op not in OPERATORS or joined or node.attributes:
                raise InputError(
                    f"{node.op!r} with join {node.join!r}, expected an operator of NAS-Bench-NLP with its join and without "
                    f"attributes: {', '.join(OPERATORS)}",
                    path=(place,),
                )
            recipe[names[node.id]] = {"op": node.op, "input": [names[source] for source in node.inputs]}
    return _checked(recipe)


def _state_and_input_names(cell: Cell) -> dict[str, str]:
    """Return the names of the inputs and of the nodes that an output reads, by the id of the node."""
    operators = {node.id: node.op for node in cell.nodes}
    names: dict[str, str] = {}
    for place, node in enumerate(cell.nodes):
        if node.op != "output":
            continue
        if not _STATE.fullmatch(node.role) or node.role in names.values():
            problem = (
                f"an output with role {node.role!r}, expected the roles h_new_0, h_new_1, ..., each once"
            )
            raise InputError(problem, path=(place, "role"))
        if len(node.inputs) != 1 or node.inputs[0] in names or operators[node.inputs[0]] == "input":
            problem = (
                f"{node.role!r} reads {list(node.inputs)!r:.80}, expected one node that no other output reads"
            )
            raise InputError(problem, path=(place, "inputs"))
        names[node.inputs[0]] = node.role
    for place, node in enumerate(cell.nodes):
        if node.op == "input":
            if not _INPUT.fullmatch(node.role) or node.role in names.values():
                problem = f"an input with role {node.role!r}, expected the roles x, h_prev_0, h_prev_1, ..., each once"
                raise InputError(problem, path=(place, "role"))
            names[node.id] = node.role
    return names
