"""Skeletons with open places: operators, widths and repeats of stages (NDS), rows of digits (NAS-Bench-Macro).

The open places of all stages share one part without rules. Every row of digits is a part of its own: its length may be
open, and limits may bound how often some digits occur (TransNAS macro: one to four of six modules halve the
resolution).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from nasport.schemas.architecture import Skeleton, Stage
from nasport.schemas.space import DigitSequence, Pick, SpaceSkeleton, SpaceStage, Times
from nasport.schemas.space_limits import count_rows
from nasport.toolkit.spaces.genes import Allowed, Gene, Genes, Known, Open, Part, allowed_at, at

MAX_KEPT = 1_000


@dataclass(frozen=True)
class StageSlot:
    """One stage to be.

    Attributes:
        cell: its cell, or empty.
        places: what stands in its other fields, fixed or `Open`; a width may be relative to the one before.
        attributes: likewise of its attributes.
    """

    cell: str
    places: Mapping[str, Any]
    attributes: Mapping[str, Any]

    @property
    def op(self) -> Any:
        """Its operator, or the place of one."""
        return self.places["op"]

    def stage(self, known: Known, width: int | None) -> Stage:
        """The stage, once every gene it reads is known.

        Args:
            known: the genes.
            width: of the stage before.
        """
        found = {field: at(place, known) for field, place in self.places.items()}
        found["width"] = resolved_width(found["width"], width)
        numbers = tuple((name, at(place, known)) for name, place in self.attributes.items())
        return Stage(self.cell, **found, attributes=numbers)

    def widest(self, op: str | Open, allowed: Allowed, width: int | None) -> Stage:
        """The stage with this operator, the first that is allowed, and every number the largest that is allowed."""
        may_be = {field: allowed_at(place, allowed) for field, place in self.places.items() if field != "op"}
        may_be["width"] = tuple(resolved_width(place, width) for place in may_be["width"])
        largest = {field: max(values, key=lambda value: value or 0) for field, values in may_be.items()}
        numbers = tuple((name, max(allowed_at(place, allowed))) for name, place in self.attributes.items())
        return Stage(self.cell, allowed_at(op, allowed)[0], **largest, attributes=numbers)


class DigitRow(Part):
    """A row of digits, each of which stands for a list of stages."""

    def __init__(self, name: str, row: DigitSequence, options: tuple[tuple[StageSlot, ...], ...]) -> None:
        self.row, self.options = row, options
        self.lengths = range(row.min_length, row.max_length + 1)
        digits = tuple("+".join(map(_stage_label, option)) or "absent" for option in row.options)
        self.open_length = len(self.lengths) > 1
        length = [Gene(f"{name}.length", "length", tuple(self.lengths))] if self.open_length else []
        super().__init__([*length, *(Gene(f"{name}.{k}", "digit", digits) for k in range(row.max_length))])

    def digits(self, values: Genes) -> Genes:
        """The digits that count."""
        return values[1 : 1 + self.lengths[values[0]]] if self.open_length else values

    def with_digits(self, digits: Genes) -> Genes:
        """Genes of a row of digits."""
        length = (len(digits) - self.row.min_length,) if self.open_length else ()
        return (*length, *digits, *(0,) * (self.row.max_length - len(digits)))

    def valid(self, values: Genes) -> bool:
        """Whether the limits are kept and the digits beyond the row's length are 0."""
        digits = self.digits(values)
        counts = [sum(digit in limit.options for digit in digits) for limit in self.row.limits]
        return values == self.with_digits(digits) and all(
            limit.min <= count and (limit.max is None or count <= limit.max)
            for limit, count in zip(self.row.limits, counts, strict=True)
        )

    def canonical(self, values: Genes) -> Genes:
        return self.with_digits(self.digits(values))

    def active(self, values: Genes) -> tuple[bool, ...]:
        used = len(self.digits(values)) + self.open_length
        return tuple(k < used for k in range(len(values)))

    def size(self) -> int:
        most = self.row.max_length
        limits = [
            {"options": each.options, "min": each.min, "max": most if each.max is None else each.max}
            for each in self.row.limits
        ]
        return count_rows(len(self.options), self.lengths, limits)

    def enumerate(self) -> Iterator[Genes]:
        for length in self.lengths:
            rows = map(self.with_digits, product(range(len(self.options)), repeat=length))
            yield from filter(self.valid, rows)


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
        self.places = genes = Part()
        self.input, self.classes = skeleton.input, skeleton.classes
        self.rows: list[DigitRow] = []
        self.stem = tuple(_open(s, f"skeleton.stem.{k}", genes) for k, s in enumerate(skeleton.stem))
        self.entries: list[StageSlot | int] = []
        for k, entry in enumerate(skeleton.stages):
            name = f"skeleton.stages.{k}"
            if isinstance(entry, DigitSequence):
                self.entries.append(len(self.rows))
                options = tuple(tuple(_open(s, name, genes) for s in option) for option in entry.options)
                self.rows.append(DigitRow(name, entry, options))
            else:
                self.entries.append(_open(entry, name, genes))
        self.head = tuple(_open(s, f"skeleton.head.{k}", genes) for k, s in enumerate(skeleton.head))
        self._built: dict[tuple[object, ...], Skeleton] = {}

    def build(self, values: Genes, rows: Sequence[Genes], choices: Known) -> Skeleton:
        """The skeleton with these genes of the places, of each row of digits, and named choices."""
        key = (values, *rows, *choices.items())
        if key not in self._built:
            if len(self._built) >= MAX_KEPT:
                self._built.clear()
            known: Known = {**dict(enumerate(values)), **choices}
            self._built[key] = self._stacked(rows, lambda slot, width: slot.stage(known, width))
        return self._built[key]

    def widest(self, allowed: Allowed, rows: Sequence[Sequence[Collection[int]]]) -> Skeleton:
        """The skeleton with every number the largest and every operator the first that is allowed.

        A row of digits is the longest that is allowed, of the first digits that are.
        """
        chosen = []
        for row, kept in zip(self.rows, rows, strict=True):
            length = row.lengths[max(kept[0])] if row.open_length else row.row.max_length
            chosen.append(row.with_digits(tuple(map(min, kept[row.open_length :][:length]))))
        return self._stacked(chosen, lambda slot, width: slot.widest(slot.op, allowed, width))

    def _stacked(self, rows: Sequence[Genes], stage: Callable[[StageSlot, int | None], Stage]) -> Skeleton:
        """The skeleton of the stages that the slots give, each beside the width before it."""
        body: list[StageSlot] = []
        for entry in self.entries:
            if isinstance(entry, int):
                row = self.rows[entry]
                body += (slot for digit in row.digits(rows[entry]) for slot in row.options[digit])
            else:
                body.append(entry)
        width: int | None = None
        parts: list[tuple[Stage, ...]] = []
        for slots in (self.stem, body, self.head):
            stages = []
            for slot in slots:
                stages.append(stage(slot, width))
                width = stages[-1].width or width
            parts.append(tuple(stages))
        return Skeleton(parts[1], parts[0], parts[2], self.input, self.classes)


def resolved_width(place: int | Times | None, before: int | None) -> int | None:
    """A width, relative ones made absolute; None stays None."""
    if isinstance(place, Times):
        return None if before is None else max(1, round(before * place.factor))
    return place


def _open(stage: SpaceStage, name: str, genes: Part) -> StageSlot:
    op = {"op": genes.open(stage.op, f"{name}.op", "operator")}
    fields = ("repeats", "width", "stride", "resolution")
    numbers = {field: genes.open(getattr(stage, field), f"{name}.{field}") for field in fields}
    attributes = {key: genes.open(value, f"{name}.{key}") for key, value in stage.attributes}
    return StageSlot(stage.cell, op | numbers, attributes)


def _stage_label(stage: SpaceStage) -> str:
    """Its cell or operator, and what tells it from other options."""
    op = "|".join(map(str, stage.op.values)) if isinstance(stage.op, Pick) else stage.op
    words = [stage.cell or op]
    words += [f"repeats {stage.repeats}"] if isinstance(stage.repeats, int) and stage.repeats != 1 else []
    words += [f"width *{stage.width.factor:g}"] if isinstance(stage.width, Times) else []
    words += [f"width {stage.width}"] if isinstance(stage.width, int) else []
    words += [f"stride {stage.stride}"] if isinstance(stage.stride, int) and stage.stride != 1 else []
    return " ".join(words)
