"""Content of the picture of a search space: its cells and its skeleton with all choices.

A link with a question mark is one of several inputs from which a node chooses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nasport.schemas.operators import Operator
from nasport.schemas.space import (
    ChosenInputs,
    GraphChoice,
    LooseInputs,
    Pick,
    ProgramChoice,
    Space,
    SpaceCell,
    SpaceNode,
    StepOperator,
)
from nasport.toolkit.drawing.choices import choice_text, choice_texts, range_text
from nasport.toolkit.drawing.content import joined_words, legend_of, panel_title
from nasport.toolkit.drawing.pieces import Box, Content, Link, Panel, clean, repeated
from nasport.toolkit.drawing.space_skeleton import row_panels, stage_operators, strip

OPEN = "?"


def space_content(space: Space, operator: Callable[[str], Operator], subtitle: str = "") -> Content:
    """Return the content of the picture of a search space.

    Args:
        space: checked search space document.
        operator: function that returns the operator of a key.
        subtitle: line below the name of the space.
    """
    # Cells with the same choices share one panel.
    titles_of: dict[tuple[tuple[Box, ...], tuple[Link, ...]], list[str]] = {}
    for name, cell in space.cells.items():
        panel = _panel(name, cell, operator)
        titles_of.setdefault((panel.boxes, panel.links), []).append(panel.title)
    panels = (Panel(" and ".join(titles), boxes, links) for (boxes, links), titles in titles_of.items())
    return Content(
        clean(space.name, 90),
        subtitle,
        (*panels, *row_panels(space.skeleton, operator)),
        tuple(strip(space.skeleton, operator)),
        tuple(legend_of(_used(space), operator)),
    )


def _panel(name: str, cell: SpaceCell, operator: Callable[[str], Operator]) -> Panel:
    title = panel_title(name, cell.role)
    if isinstance(cell.body, GraphChoice):
        return Panel(title, *_graph(cell.body))
    if isinstance(cell.body, ProgramChoice):
        return Panel(title, *_program(cell.body))
    number = {node.id: at for at, node in enumerate(cell.body)}
    links = (
        Link(number[source], at, note)
        for at, node in enumerate(cell.body)
        for source, note in _sources(node).items()
    )
    return Panel(title, tuple(_box(node, operator) for node in cell.body), tuple(links))


def _box(node: SpaceNode, operator: Callable[[str], Operator]) -> Box:
    lines: list[str] = []
    if isinstance(node.op, Pick):
        kind, title = "mixed", f"one of {len(node.op.values)}"
        title += f": choice {clean(node.op.name)}" if node.op.name else ""
        lines += choice_texts(node.op.values)
    else:
        kind = operator(node.op).kind
        title = clean(node.role if node.role and kind in ("input", "output") else node.op)
    lines += [f"{name} {choice_text(value)}" for name, value in node.attributes]
    lines += _inputs(node)
    return Box(title, tuple(lines), kind, False, f"{clean(node.id, 80)}: {title}")


def _inputs(node: SpaceNode) -> Iterator[str]:
    """Describe the choices of a node's inputs and how the node joins several inputs."""
    inputs = node.inputs
    if isinstance(inputs, LooseInputs):
        yield "only nodes that feed no other node"
    elif isinstance(inputs, ChosenInputs):
        again = ", repeats allowed" if inputs.repeat and inputs.choose > 1 else ""
        yield f"{inputs.choose} of {len(inputs.sources)} inputs{again}"
        if inputs.candidates:
            yield f"each through one of {len(inputs.candidates)}"
            yield from choice_texts(inputs.candidates)
    sources = inputs if isinstance(inputs, tuple) else inputs.sources
    if (inputs.choose if isinstance(inputs, ChosenInputs) else len(sources)) > 1:
        yield from joined_words(node.join, node.op if isinstance(node.op, str) else "")


def _sources(node: SpaceNode) -> dict[str, str]:
    """Map the id of each possible input of a node to the note of its link."""
    inputs = node.inputs
    if isinstance(inputs, tuple):
        return {source: repeated(inputs.count(source)) for source in inputs}
    takes_all = (
        isinstance(inputs, ChosenInputs) and not inputs.repeat and inputs.choose == len(inputs.sources)
    )
    return dict.fromkeys(inputs.sources, "" if takes_all else OPEN)


def _graph(graph: GraphChoice) -> tuple[tuple[Box, ...], tuple[Link, ...]]:
    vertices = range_text(graph.min_vertices, graph.max_vertices)
    lines = (
        f"{vertices} vertices with input and output, at most {graph.max_edges} edges",
        f"each inner vertex one of {len(graph.operators)}",
        *choice_texts(graph.operators),
        *joined_words(graph.join, ""),
    )
    return _between("any directed acyclic graph", lines, joined_words(graph.output_join, "output"))


def _program(program: ProgramChoice) -> tuple[tuple[Box, ...], tuple[Link, ...]]:
    steps = range_text(program.min_steps, program.max_steps)
    states = range_text(program.min_states, program.max_states)
    first = f"{steps} steps, {states} hidden states, each step one of {len(program.operators)}"
    return _between("any program", (first, *map(_step, program.operators)), ())


def _step(op: StepOperator) -> str:
    words = "".join(f", {word}" for word in joined_words(op.join, ""))
    return f"{clean(op.op)} of {range_text(op.min_inputs, op.max_inputs)}{words}"


def _between(
    title: str, lines: tuple[str, ...], last: tuple[str, ...]
) -> tuple[tuple[Box, ...], tuple[Link, ...]]:
    """Return an input, an output, and between them one box that describes a whole graph or program in words."""
    boxes = (
        Box("input", (), "input", False, "input"),
        Box(title, lines, "mixed", False, title),
        Box("output", last, "output", False, "output"),
    )
    return boxes, (Link(0, 1), Link(1, 2))


def _used(space: Space) -> Iterator[str]:
    """Yield the keys of the operators of all cells and stages."""
    for cell in space.cells.values():
        if isinstance(cell.body, GraphChoice):
            yield from cell.body.operators
        elif isinstance(cell.body, ProgramChoice):
            yield from (op.op for op in cell.body.operators)
        else:
            for node in cell.body:
                yield from [node.op] if isinstance(node.op, str) else map(str, node.op.values)
                yield from node.inputs.candidates if isinstance(node.inputs, ChosenInputs) else ()
    yield from stage_operators(space.skeleton)
