"""Skeletons with open places: operators, widths and repeats of stages (NDS), rows of digits (NAS-Bench-Macro).

The open places of all stages share one part without rules. Every row of digits is a part of its own: its length may be
open, and limits may bound how often some digits occur (TransNAS macro: one to four of six modules halve the
resolution).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from nasport.schemas.architecture import Skeleton, Stage
from nasport.schemas.operators import Value
from nasport.schemas.space import DigitLimit, Pick, SpaceSkeleton, SpaceStage, Times
from nasport.schemas.space import Sequence as Digits
from nasport.schemas.space_limits import count_rows
from nasport.toolkit.spaces.genes import (
    Allowed,
    FreeGenes,
    Gene,
    GeneList,
    Genes,
    Known,
    Open,
    Part,
    allowed_at,
    at,
)

MAX_KEPT = 1_000


@dataclass(frozen=True)
class StageSlot:
    """One stage to be: places are fixed values or `Open`; a width may be relative to the one before."""

    cell: str
    op: str | Open
    repeats: int | Open
    width: int | Open | Times | None
    stride: int | Open
    resolution: int | Open | None
    attributes: tuple[tuple[str, Value | Open], ...]

    def stage(self, known: Known, width: int | None) -> Stage:
        """The stage, once every gene it reads is known.

        Args:
            known: the genes.
            width: of the stage before.
        """
        numbers = tuple((name, at(place, known)) for name, place in self.attributes)
        return Stage(
            self.cell,
            at(self.op, known),
            at(self.repeats, known),
            resolved_width(at(self.width, known), width),
            at(self.stride, known),
            at(self.resolution, known),
            numbers,
        )

    def widest(self, op: str, allowed: Allowed, width: int | None) -> Stage:
        """The stage with this operator and every number the largest that is allowed."""
        largest = {
            name: max(allowed_at(place, allowed), key=lambda v: v or 0)
            for name in ("repeats", "stride", "resolution")
            for place in [getattr(self, name)]
        }
        found = [resolved_width(place, width) for place in allowed_at(self.width, allowed)]
        numbers = tuple((name, max(allowed_at(place, allowed))) for name, place in self.attributes)
        return Stage(self.cell, op, width=max(found, key=lambda v: v or 0), attributes=numbers, **largest)


class DigitRow(Part):
    """A row of digits, each of which stands for a list of stages."""

    def __init__(self, name: str, row: Digits, options: tuple[tuple[StageSlot, ...], ...]) -> None:
        self.row, self.options = row, options
        lengths = range(row.min_length, row.max_length + 1)
        digits = tuple(_option_label(option) for option in row.options)
        self.open_length = len(lengths) > 1
        length = (Gene(f"{name}.length", "length", tuple(lengths)),) if self.open_length else ()
        self.genes = (*length, *(Gene(f"{name}.{k}", "digit", digits) for k in range(row.max_length)))

    def digits(self, values: Genes) -> Genes:
        """The digits that count."""
        if not self.open_length:
            return values
        return values[1 : 1 + self.row.min_length + values[0]]

    def with_digits(self, digits: Genes) -> Genes:
        """Genes of a row of digits."""
        length = (len(digits) - self.row.min_length,) if self.open_length else ()
        return (*length, *digits, *(0,) * (self.row.max_length - len(digits)))

    def valid(self, values: Genes) -> bool:
        """Whether the limits are kept and the digits beyond the row's length are 0."""
        digits = self.digits(values)
        return values == self.with_digits(digits) and all(_keeps(digits, limit) for limit in self.row.limits)

    def canonical(self, values: Genes) -> Genes:
        return self.with_digits(self.digits(values))

    def active(self, values: Genes) -> tuple[bool, ...]:
        used = len(self.digits(values)) + self.open_length
        return tuple(k < used for k in range(len(values)))

    def size(self) -> int:
        limits = [
            {"options": limit.options, "min": limit.min} | ({} if limit.max is None else {"max": limit.max})
            for limit in self.row.limits
        ]
        return count_rows(len(self.options), range(self.row.min_length, self.row.max_length + 1), limits)

    def enumerate(self) -> Iterator[Genes]:
        for length in range(self.row.min_length, self.row.max_length + 1):
            for digits in product(range(len(self.options)), repeat=length):
                values = self.with_digits(digits)
                if self.valid(values):
                    yield values

    def stages(self, values: Genes) -> Iterator[StageSlot]:
        """What the digits stand for, in a row."""
        for digit in self.digits(values):
            yield from self.options[digit]


class SkeletonPlan:
    """A skeleton with open places.

    Attributes:
        input, classes: as in the document.
        stem, head: stages before and after.
        entries: the body: stages, and rows of digits by their number in `rows`.
        places: the part that owns the genes of the open places.
        rows: the parts that own the rows of digits.
    """

    def __init__(self, skeleton: SpaceSkeleton) -> None:
        genes = GeneList()
        self.input, self.classes = skeleton.input, skeleton.classes
        self.rows: list[DigitRow] = []
        self.stem = tuple(_open(s, f"skeleton.stem.{k}", genes) for k, s in enumerate(skeleton.stem))
        self.entries: list[StageSlot | int] = []
        for k, entry in enumerate(skeleton.stages):
            name = f"skeleton.stages.{k}"
            if isinstance(entry, Digits):
                self.entries.append(len(self.rows))
                options = tuple(tuple(_open(s, name, genes) for s in option) for option in entry.options)
                self.rows.append(DigitRow(name, entry, options))
            else:
                self.entries.append(_open(entry, name, genes))
        self.head = tuple(_open(s, f"skeleton.head.{k}", genes) for k, s in enumerate(skeleton.head))
        self.places = FreeGenes(genes.genes)
        self._built: dict[tuple[object, ...], Skeleton] = {}

    def build(self, values: Genes, rows: Sequence[Genes], choices: Known) -> Skeleton:
        """The skeleton with these genes of the places, of each row of digits, and named choices."""
        key = (values, *rows, *choices.items())
        if key not in self._built:
            if len(self._built) >= MAX_KEPT:
                self._built.clear()
            self._built[key] = self._build(values, rows, choices)
        return self._built[key]

    def _build(self, values: Genes, rows: Sequence[Genes], choices: Known) -> Skeleton:
        known: Known = {**dict(enumerate(values)), **choices}
        width: int | None = None
        parts: list[tuple[Stage, ...]] = []
        for slots in (self.stem, self._body(rows), self.head):
            stages = []
            for slot in slots:
                stages.append(slot.stage(known, width))
                width = stages[-1].width or width
            parts.append(tuple(stages))
        return Skeleton(parts[1], parts[0], parts[2], self.input, self.classes)

    def widest(self, allowed: Allowed, rows: Sequence[Sequence[Collection[int]]]) -> Skeleton:
        """The skeleton with every number the largest and every operator the first that is allowed."""
        chosen = [_first_row(row, kept) for row, kept in zip(self.rows, rows, strict=True)]
        width: int | None = None
        parts: list[tuple[Stage, ...]] = []
        for slots in (self.stem, self._body(chosen), self.head):
            stages = []
            for slot in slots:
                stages.append(slot.widest(allowed_at(slot.op, allowed)[0], allowed, width))
                width = stages[-1].width or width
            parts.append(tuple(stages))
        return Skeleton(parts[1], parts[0], parts[2], self.input, self.classes)

    def _body(self, rows: Sequence[Genes]) -> Iterable[StageSlot]:
        for entry in self.entries:
            if isinstance(entry, int):
                yield from self.rows[entry].stages(rows[entry])
            else:
                yield entry


def resolved_width(place: int | Times | None, before: int | None) -> int | None:
    """A width, relative ones made absolute; None stays None."""
    if isinstance(place, Times):
        return None if before is None else max(1, round(before * place.factor))
    return place


def _open(stage: SpaceStage, name: str, genes: GeneList) -> StageSlot:
    return StageSlot(
        stage.cell,
        genes.open(stage.op, f"{name}.op", "operator"),
        genes.open(stage.repeats, f"{name}.repeats"),
        genes.open(stage.width, f"{name}.width"),
        genes.open(stage.stride, f"{name}.stride"),
        genes.open(stage.resolution, f"{name}.resolution"),
        tuple((key, genes.open(value, f"{name}.{key}")) for key, value in stage.attributes),
    )


def _option_label(option: Sequence[SpaceStage]) -> str:
    return "+".join(map(_stage_label, option)) or "absent"


def _stage_label(stage: SpaceStage) -> str:
    """Its cell or operator, and what tells it from other options."""
    op = "|".join(map(str, stage.op.values)) if isinstance(stage.op, Pick) else stage.op
    words = [stage.cell or op]
    words += [f"repeats {stage.repeats}"] if isinstance(stage.repeats, int) and stage.repeats != 1 else []
    if isinstance(stage.width, Times):
        words += [f"width *{stage.width.factor:g}"]
    elif isinstance(stage.width, int):
        words += [f"width {stage.width}"]
    words += [f"stride {stage.stride}"] if isinstance(stage.stride, int) and stage.stride != 1 else []
    return " ".join(words)


def _keeps(digits: Genes, limit: DigitLimit) -> bool:
    count = sum(digit in limit.options for digit in digits)
    return limit.min <= count and (limit.max is None or count <= limit.max)


def _first_row(row: DigitRow, allowed: Sequence[Collection[int]]) -> Genes:
    """The longest row that is allowed, of the first digits that are."""
    digits = [min(kept) for kept in allowed[row.open_length :]]
    length = row.row.min_length + max(allowed[0]) if row.open_length else row.row.max_length
    return row.with_digits(tuple(digits[:length]))
