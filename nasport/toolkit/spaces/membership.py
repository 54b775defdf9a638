"""From an architecture back to its genes, by structure.

Cells and stages are compared place by place; a named choice that one place settles must fit all the others. Whatever
comes out is built again and must have the architecture's own hash.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import eq
from typing import NamedTuple

from nasport.schemas.architecture import Architecture, Cell, Node, Skeleton, Stage
from nasport.schemas.checks import topological_order
from nasport.toolkit.spaces.free_graph import FreeGraphCell
from nasport.toolkit.spaces.genes import Genes, Known, settled
from nasport.toolkit.spaces.recurrent_program import STATE, Program, ProgramCell, X
from nasport.toolkit.spaces.stages import DigitRow, SkeletonPlan, StageSlot, resolved_width
from nasport.toolkit.spaces.template import TemplateCell
from nasport.toolkit.spaces.template_match import Operators, match_template

CellPart = TemplateCell | FreeGraphCell | ProgramCell
Rows = tuple[Genes, ...]
Entries = Sequence[StageSlot | int]


def match_cell(part: CellPart, cell: Cell, both: Operators, known: Known) -> Iterator[tuple[Genes, Known]]:
    """Every way in which a cell belongs to a part: its genes, and the named choices settled so far."""
    if isinstance(part, TemplateCell):
        for found in match_template(part, cell, both, known):
            yield _split(found, len(part.genes))
        return
    if isinstance(part, FreeGraphCell):
        genes = _graph_genes(part, cell, both)
    else:
        genes = _program_genes(part, cell, both)
    if genes is not None and part.valid(genes):
        yield genes, known


def match_skeleton(
    plan: SkeletonPlan, skeleton: Skeleton, cells: Mapping[str, str], operators: Operators, known: Known
) -> Iterator[tuple[Genes, Rows, Known]]:
    """Every way in which a skeleton belongs to a plan: genes of its places, of its rows, and the named choices.

    Args:
        cells: cell name in the space to cell name in the document.
    """
    if skeleton.input != plan.input or skeleton.classes != plan.classes:
        return
    parts = (plan.stem, skeleton.stem), (plan.entries, skeleton.stages), (plan.head, skeleton.head)
    for way in _StageSearch(plan, cells, operators).whole(parts, _Way(dict(known))):
        places, choices = _split(way.known, len(plan.places.genes))
        yield places, way.rows, choices


def _split(known: Known, count: int) -> tuple[Genes, Known]:
    """The genes of a part, of which there are so many, and the named choices."""
    choices: Known = {key: value for key, value in known.items() if isinstance(key, str)}
    return tuple(known[k] for k in range(count)), choices


class _Way(NamedTuple):
    """What is settled, and what is left.

    Attributes:
        known: genes and named choices.
        width: of the last stage.
        rows: genes of the rows of digits so far.
        rest: the stages that nothing stands for yet.
    """

    known: Known
    width: int | None = None
    rows: Rows = ()
    rest: Sequence[Stage] = ()


@dataclass(frozen=True)
class _StageSearch:
    plan: SkeletonPlan
    cells: Mapping[str, str]
    operators: Operators

    def whole(self, parts: Sequence[tuple[Entries, Sequence[Stage]]], way: _Way) -> Iterator[_Way]:
        """Every way in which the entries of each part give its stages, all of them."""
        if not parts:
            yield way
            return
        (entries, stages), *others = parts
        for then in self.slots(entries, way._replace(rest=stages)):
            if not then.rest:
                yield from self.whole(others, then)

    def slots(self, entries: Entries, way: _Way) -> Iterator[_Way]:
        """Every way in which the entries give the first of the stages that are left."""
        if not entries:
            yield way
            return
        head, *tail = entries
        if isinstance(head, int):
            for then in self.row(self.plan.rows[head], (), way):
                yield from self.slots(tail, then)
            return
        for stage, rest in _beginnings(head, way.rest):
            for known in self.stage(head, stage, way.known, way.width):
                yield from self.slots(tail, _Way(known, stage.width or way.width, way.rows, rest))

    def row(self, row: DigitRow, digits: Genes, way: _Way) -> Iterator[_Way]:
        """Every row that begins with these digits, longest first, that gives the first of the stages left."""
        if len(digits) < row.row.max_length:
            for digit, option in enumerate(row.options):
                for then in self.slots(option, way):
                    yield from self.row(row, (*digits, digit), then)
        genes = row.with_digits(digits)
        if len(digits) >= row.row.min_length and row.valid(genes):
            yield way._replace(rows=(*way.rows, genes))

    def stage(self, slot: StageSlot, stage: Stage, known: Known, width: int | None) -> Iterator[Known]:
        if bool(slot.cell) != bool(stage.cell) or self.cells.get(slot.cell, "") != stage.cell:
            return
        numbers = dict(stage.attributes)
        if set(numbers) != set(slot.attributes):
            return
        ways: list[Known] = [known]
        for field in ("repeats", "stride", "resolution"):
            ways = settled(ways, slot.places[field], partial(eq, getattr(stage, field)))
        ways = settled(ways, slot.places["width"], lambda place: resolved_width(place, width) == stage.width)
        for name, number in slot.attributes.items():
            ways = settled(ways, number, partial(eq, numbers[name]))
        of_space, of_document = self.operators

        def same(key: str) -> bool:
            return of_space(key) == of_document(stage.op) if key and stage.op else key == stage.op

        yield from settled(ways, slot.op, same)


def _beginnings(slot: StageSlot, stages: Sequence[Stage]) -> Iterator[tuple[Stage, Sequence[Stage]]]:
    """The first of some stages and the others; also as many repeats of it as a slot has, and what is left of them."""
    if not stages:
        return
    stage, *rest = stages
    yield stage, rest
    repeats = slot.places["repeats"]
    if isinstance(repeats, int) and repeats < stage.repeats:
        left = replace(stage, repeats=stage.repeats - repeats, stride=1)
        yield replace(stage, repeats=repeats), [left, *rest]


def paired_cells(parts: Mapping[str, CellPart], architecture: Architecture) -> dict[str, str] | None:
    """Cell name in the space to cell name in the document: by name, else by role; None where they do not pair up.

    Cells of the space that no stage of the document uses are left out, as in its members.
    """
    left = dict(architecture.cells)
    names = {name: name for name, part in parts.items() if name in left and left[name].role == part.role}
    for name in names:
        del left[name]
    for name, part in parts.items():
        same_role = [other for other, cell in left.items() if cell.role == part.role]
        if name not in names and same_role:
            names[name] = same_role[0]
            del left[same_role[0]]
    return None if left else names


def _ordered_nodes(cell: Cell) -> list[Node]:
    nodes = {node.id: node for node in cell.nodes}
    order = topological_order({node.id: node.inputs for node in cell.nodes})
    assert order is not None, "checked when the document was read"
    return [nodes[name] for name in order]


def _graph_genes(part: FreeGraphCell, cell: Cell, operators: Operators) -> Genes | None:
    """Genes of a cell as a free graph: its inner vertices in topological order."""
    of_space, of_document = operators
    kinds = {node.id: of_document(node.op).kind if node.op else "" for node in cell.nodes}
    inner = [node for node in _ordered_nodes(cell) if kinds[node.id] not in ("input", "output")]
    ends = sorted((kinds[node.id], node.id) for node in cell.nodes if kinds[node.id] in ("input", "output"))
    if len(inner) > part.count - 2 or [kind for kind, _ in ends] != ["input", "output"]:
        return None
    known = {of_space(key): k for k, key in enumerate(part.rules.operators)}
    found = [known.get(of_document(node.op).with_attributes(dict(node.attributes))) for node in inner]
    if None in found:
        return None
    ids = [ends[0][1], *(node.id for node in inner), ends[1][1]]
    edges = {(ids.index(source), ids.index(node.id)) for node in cell.nodes for source in node.inputs}
    return part.genes_from(edges, tuple(op for op in found if op is not None))


def _program_genes(part: ProgramCell, cell: Cell, operators: Operators) -> Genes | None:
    """Genes of a cell as a program: its nodes in topological order."""
    of_space, of_document = operators
    by_role = {node.role: node for node in cell.nodes if node.role}
    states = sum(role.startswith(f"{STATE}_") for role in by_role)
    values = [by_role.get(role) for role in (X, *(f"{STATE}_{k}" for k in range(states)))]
    outputs = [by_role.get(f"h_new_{k}") for k in range(states)]
    ends = {node.id for node in (*values, *outputs) if node is not None}
    steps = [node for node in _ordered_nodes(cell) if node.id not in ends]
    place = {node.id: k for k, node in enumerate((*values, *steps)) if node is not None}
    keys = {of_space(op.op): k for k, op in enumerate(part.rules.operators)}
    try:
        program = Program(
            states,
            tuple((keys[of_document(s.op)], tuple(place[source] for source in s.inputs)) for s in steps),
            tuple(place[node.inputs[0]] - 1 - states for node in outputs if node is not None),
        )
        return part.encode(program)
    except (KeyError, ValueError, IndexError):
        return None
