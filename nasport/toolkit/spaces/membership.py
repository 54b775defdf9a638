"""Find the genes of an architecture by comparing its structure with the search space.

Cells and stages are compared field by field. A named choice that one field determines must fit all other fields. The caller
builds the architecture of the genes again and compares the hashes.
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
    """Yield every match of a cell with a part: the genes of the part, and the named choices determined so far.

    Args:
        part: cell of the search space.
        cell: cell of the architecture document.
        both: operators of the search space and of the document.
        known: named choices that are already determined.
    """
    if isinstance(part, TemplateCell):
        for assignment in match_template(part, cell, both, known):
            yield _split(assignment, len(part.genes))
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
    """Yield every match of a skeleton with a plan.

    Args:
        plan: skeleton of the search space.
        skeleton: skeleton of the architecture document.
        cells: names of cells in the document by their names in the search space.
        operators: operators of the search space and of the document.
        known: named choices that are already determined.

    Yields:
        genes of the open fields, genes of the sequences of digits, and the named choices.
    """
    if skeleton.input != plan.input or skeleton.classes != plan.classes:
        return
    parts = (plan.stem, skeleton.stem), (plan.entries, skeleton.stages), (plan.head, skeleton.head)
    for match in _StageSearch(plan, cells, operators).match_parts(parts, _PartialMatch(dict(known))):
        places, choices = _split(match.known, len(plan.places.genes))
        yield places, match.rows, choices


def _split(known: Known, count: int) -> tuple[Genes, Known]:
    """Split an assignment into the `count` genes of a part and the named choices."""
    choices: Known = {key: value for key, value in known.items() if isinstance(key, str)}
    return tuple(known[k] for k in range(count)), choices


class _PartialMatch(NamedTuple):
    """A match of the first stages of a document.

    Attributes:
        known: genes and named choices that are determined.
        width: width of the last matched stage.
        rows: genes of the sequences of digits so far.
        rest: stages that are not matched yet.
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

    def match_parts(
        self, parts: Sequence[tuple[Entries, Sequence[Stage]]], match: _PartialMatch
    ) -> Iterator[_PartialMatch]:
        """Yield the matches in which the entries of each part produce all stages of the part."""
        if not parts:
            yield match
            return
        (entries, stages), *others = parts
        for then in self.match_slots(entries, match._replace(rest=stages)):
            if not then.rest:
                yield from self.match_parts(others, then)

    def match_slots(self, entries: Entries, match: _PartialMatch) -> Iterator[_PartialMatch]:
        """Yield the matches in which the entries produce the first of the remaining stages."""
        if not entries:
            yield match
            return
        head, *tail = entries
        if isinstance(head, int):
            for then in self.match_row(self.plan.rows[head], (), match):
                yield from self.match_slots(tail, then)
            return
        for stage, rest in _beginnings(head, match.rest):
            for known in self.match_stage(head, stage, match.known, match.width):
                yield from self.match_slots(
                    tail, _PartialMatch(known, stage.width or match.width, match.rows, rest)
                )

    def match_row(self, row: DigitRow, digits: Genes, match: _PartialMatch) -> Iterator[_PartialMatch]:
        """Yield the matches of a sequence that begins with `digits` and produces the first of the remaining stages.

        Longer sequences come first.
        """
        if len(digits) < row.row.max_length:
            for digit, option in enumerate(row.options):
                for then in self.match_slots(option, match):
                    yield from self.match_row(row, (*digits, digit), then)
        genes = row.with_digits(digits)
        if len(digits) >= row.row.min_length and row.valid(genes):
            yield match._replace(rows=(*match.rows, genes))

    def match_stage(self, slot: StageSlot, stage: Stage, known: Known, width: int | None) -> Iterator[Known]:
        """Yield the assignments for which a slot produces a stage."""
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
    """Yield the possible first stages for a slot, each with the remaining stages.

    The first stage is the whole stage of the document, or as many of its repeats as the slot has.
    """
    if not stages:
        return
    stage, *rest = stages
    yield stage, rest
    repeats = slot.places["repeats"]
    if isinstance(repeats, int) and repeats < stage.repeats:
        left = replace(stage, repeats=stage.repeats - repeats, stride=1)
        yield replace(stage, repeats=repeats), [left, *rest]


def paired_cells(parts: Mapping[str, CellPart], architecture: Architecture) -> dict[str, str] | None:
    """Pair the cells of a search space with those of a document, by name or else by role.

    Cells of the search space that the document does not use have no partner.

    Returns:
        Names of cells in the document by their names in the search space; None if a cell of the document has no partner.
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
    """Return the genes of a cell as a free graph with its inner vertices in topological order; None if it has none."""
    of_space, of_document = operators
    kinds = {node.id: of_document(node.op).kind if node.op else "" for node in cell.nodes}
    inner = [node for node in _ordered_nodes(cell) if kinds[node.id] not in ("input", "output")]
    ends = sorted((kinds[node.id], node.id) for node in cell.nodes if kinds[node.id] in ("input", "output"))
    if len(inner) > part.count - 2 or [kind for kind, _ in ends] != ["input", "output"]:
        return None
    known = {of_space(key): k for k, key in enumerate(part.rules.operators)}
    choices = [known.get(of_document(node.op).with_attributes(dict(node.attributes))) for node in inner]
    if None in choices:
        return None
    ids = [ends[0][1], *(node.id for node in inner), ends[1][1]]
    edges = {(ids.index(source), ids.index(node.id)) for node in cell.nodes for source in node.inputs}
    return part.genes_from(edges, tuple(op for op in choices if op is not None))


def _program_genes(part: ProgramCell, cell: Cell, operators: Operators) -> Genes | None:
    """Return the genes of a cell as a program with its nodes in topological order; None if it has none."""
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
