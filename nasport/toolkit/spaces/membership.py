"""From an architecture back to its genes, by structure.

Cells and stages are compared place by place; a named choice that one place settles must fit all the others. Whatever
comes out is built again and must have the architecture's own hash.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from operator import eq

from nasport.schemas.architecture import Architecture, Cell, Skeleton, Stage
from nasport.schemas.checks import topological_order
from nasport.toolkit.spaces.free_graph import FreeGraphCell
from nasport.toolkit.spaces.genes import Genes, Known, settled
from nasport.toolkit.spaces.recurrent_program import STATE, Program, ProgramCell, X
from nasport.toolkit.spaces.stages import DigitRow, SkeletonPlan, StageSlot, resolved_width
from nasport.toolkit.spaces.template import TemplateCell
from nasport.toolkit.spaces.template_match import OperatorOf, match_template

CellPart = TemplateCell | FreeGraphCell | ProgramCell
Rows = tuple[Genes, ...]


def match_cell(
    part: CellPart, cell: Cell, of_space: OperatorOf, of_document: OperatorOf, known: Known
) -> Iterator[tuple[Genes, Known]]:
    """Every way in which a cell belongs to a part: its genes, and the named choices settled so far."""
    if isinstance(part, TemplateCell):
        for found in match_template(part, cell, of_space, of_document, known):
            choices: Known = {key: value for key, value in found.items() if isinstance(key, str)}
            yield tuple(found[k] for k in range(len(part.genes))), choices
        return
    genes = (
        _graph_genes(part, cell, of_space, of_document)
        if isinstance(part, FreeGraphCell)
        else _program_genes(part, cell, of_space, of_document)
    )
    if genes is not None:
        yield genes, known


def match_skeleton(
    plan: SkeletonPlan,
    skeleton: Skeleton,
    cells: Mapping[str, str],
    of_space: OperatorOf,
    of_document: OperatorOf,
    known: Known,
) -> Iterator[tuple[Genes, Rows, Known]]:
    """Every way in which a skeleton belongs to a plan: genes of its places, of its rows, and the named choices.

    Args:
        cells: cell name in the space to cell name in the document.
    """
    if skeleton.input != plan.input or skeleton.classes != plan.classes:
        return
    search = _StageSearch(plan, cells, of_space, of_document)
    for way, rows, width, rest in search.slots(plan.stem, skeleton.stem, dict(known), None):
        if rest:
            continue
        for way2, rows2, width2, rest2 in search.slots(plan.entries, skeleton.stages, way, width):
            if rest2:
                continue
            for way3, _, _, rest3 in search.slots(plan.head, skeleton.head, way2, width2):
                if not rest3:
                    choices: Known = {k: value for k, value in way3.items() if isinstance(k, str)}
                    yield tuple(way3[k] for k in range(len(plan.places.genes))), (*rows, *rows2), choices


Found = tuple[Known, Rows, int | None, Sequence[Stage]]


class _StageSearch:
    def __init__(
        self, plan: SkeletonPlan, cells: Mapping[str, str], of_space: OperatorOf, of_document: OperatorOf
    ) -> None:
        self.plan, self.cells, self.of_space, self.of_document = plan, cells, of_space, of_document

    def slots(
        self, entries: Sequence[StageSlot | int], stages: Sequence[Stage], known: Known, width: int | None
    ) -> Iterator[Found]:
        """Every way in which the entries give the first of these stages; with what is left of them."""
        if not entries:
            yield known, (), width, stages
            return
        head, *tail = entries
        if isinstance(head, int):
            for digits, way, then, rest in self.row(self.plan.rows[head], (), stages, known, width):
                for found in self.slots(tail, rest, way, then):
                    genes = self.plan.rows[head].with_digits(digits)
                    yield found[0], (genes, *found[1]), found[2], found[3]
        elif stages:
            for way in self.stage(head, stages[0], known, width):
                yield from self.slots(tail, stages[1:], way, stages[0].width or width)

    def row(
        self, row: DigitRow, digits: Genes, stages: Sequence[Stage], known: Known, width: int | None
    ) -> Iterator[tuple[Genes, Known, int | None, Sequence[Stage]]]:
        """Every row of digits, longest first, that gives the first of these stages."""
        if len(digits) < row.row.max_length:
            for digit, option in enumerate(row.options):
                for way, _, then, rest in self.slots(option, stages, known, width):
                    yield from self.row(row, (*digits, digit), rest, way, then)
        if len(digits) >= row.row.min_length and row.valid(row.with_digits(digits)):
            yield digits, known, width, stages

    def stage(self, slot: StageSlot, stage: Stage, known: Known, width: int | None) -> Iterator[Known]:
        if bool(slot.cell) != bool(stage.cell) or self.cells.get(slot.cell, "") != stage.cell:
            return
        ways: list[Known] = [known]
        for place, wanted in (
            (slot.repeats, stage.repeats),
            (slot.stride, stage.stride),
            (slot.resolution, stage.resolution),
        ):
            ways = settled(ways, place, partial(eq, wanted))
        ways = settled(ways, slot.width, lambda place: resolved_width(place, width) == stage.width)
        numbers = dict(stage.attributes)
        if set(numbers) != {name for name, _ in slot.attributes}:
            return
        for name, number in slot.attributes:
            ways = settled(ways, number, partial(eq, numbers[name]))
        yield from settled(ways, slot.op, lambda key: self._same(key, stage.op))

    def _same(self, key: str, op: str) -> bool:
        return (not key and not op) or bool(key and op and self.of_space(key) == self.of_document(op))


def same_cells(parts: Mapping[str, CellPart], architecture: Architecture) -> dict[str, str] | None:
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


def _ordered_nodes(cell: Cell) -> list[str]:
    order = topological_order({node.id: node.inputs for node in cell.nodes})
    assert order is not None, "checked when the document was read"
    return order


def _graph_genes(
    part: FreeGraphCell, cell: Cell, of_space: OperatorOf, of_document: OperatorOf
) -> Genes | None:
    """Genes of a cell as a free graph: its inner vertices in topological order."""
    nodes = {node.id: node for node in cell.nodes}
    kinds = {node.id: of_document(node.op).kind if node.op else "" for node in cell.nodes}
    inner = [name for name in _ordered_nodes(cell) if kinds[name] not in ("input", "output")]
    ends = [name for name in nodes if name not in inner]
    if len(inner) > part.count - 2 or sorted(kinds[name] for name in ends) != ["input", "output"]:
        return None
    known = {of_space(key): k for k, key in enumerate(part.rules.operators)}
    operators = [
        known.get(of_document(nodes[n].op).with_attributes(dict(nodes[n].attributes))) for n in inner
    ]
    if any(op is None for op in operators):
        return None
    first, last = sorted(ends, key=lambda name: kinds[name])
    place = {name: k for k, name in enumerate([first, *inner, last])}
    edges = {(place[source], place[node.id]) for node in cell.nodes for source in node.inputs}
    genes = part.genes_from(edges, tuple(op for op in operators if op is not None))
    return genes if part.valid(genes) else None


def _program_genes(
    part: ProgramCell, cell: Cell, of_space: OperatorOf, of_document: OperatorOf
) -> Genes | None:
    """Genes of a cell as a program: its nodes in topological order."""
    by_role = {node.role: node for node in cell.nodes if node.role}
    states = sum(role.startswith(f"{STATE}_") for role in by_role)
    values = [by_role.get(role) for role in (X, *(f"{STATE}_{k}" for k in range(states)))]
    outputs = [by_role.get(f"h_new_{k}") for k in range(states)]
    ends = {node.id for node in (*values, *outputs) if node is not None}
    nodes = {node.id: node for node in cell.nodes}
    steps = [nodes[name] for name in _ordered_nodes(cell) if name not in ends]
    place = {node.id: k for k, node in enumerate((*values, *steps)) if node is not None}
    keys = {of_space(op.op): k for k, op in enumerate(part.rules.operators)}
    try:
        program = Program(
            states,
            tuple((keys[of_document(s.op)], tuple(place[source] for source in s.inputs)) for s in steps),
            tuple(place[node.inputs[0]] - 1 - states for node in outputs if node is not None),
        )
        genes = part.encode(program)
    except (KeyError, ValueError, IndexError):
        return None
    return genes if part.valid(genes) else None
