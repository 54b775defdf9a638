"""Skeletons with open fields: operators, widths and repeats of stages (NDS), sequences of digits (NAS-Bench-Macro).

The open fields of all stages share one part without rules. Every sequence of digits is a separate part: its length can be open,
and limits can bound how often some digits occur (in TransNAS macro, one to four of six modules halve the resolution).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from nasport.schemas.architecture import Skeleton, Stage
from nasport.schemas.space import DigitSequence, Pick, SpaceSkeleton, SpaceStage, Times
from nasport.schemas.space_limits import count_sequences
from nasport.toolkit.spaces.genes import Allowed, Gene, Genes, Known, Open, Part, allowed_at, value_at

MAX_KEPT = 1_000


@dataclass(frozen=True)
class StageSlot:
    """A stage with open fields: each field is a fixed value or `Open`.

    Attributes:
        cell: name of its cell; empty for a stage with an operator.
        places: its other fields by name; a width can be relative to the previous width.
        attributes: values of its attributes by name.
    """

    cell: str
    places: Mapping[str, Any]
    attributes: Mapping[str, Any]

    @property
    def op(self) -> Any:
        """The operator, fixed or `Open`."""
        return self.places["op"]

    def stage(self, known: Known, width: int | None) -> Stage:
        """Return the stage for known genes.

        Args:
            known: genes and named choices.
            width: width of the previous stage.
        """
        found = {field: value_at(place, known) for field, place in self.places.items()}
        found["width"] = resolved_width(found["width"], width)
        numbers = tuple((name, value_at(place, known)) for name, place in self.attributes.items())
        return Stage(self.cell, **found, attributes=numbers)

    def widest(self, op: str | Open, allowed: Allowed, width: int | None) -> Stage:
        """Return the stage with the first allowed value of `op` and the largest allowed value of each number."""
        may_be = {field: allowed_at(place, allowed) for field, place in self.places.items() if field != "op"}
        may_be["width"] = tuple(resolved_width(place, width) for place in may_be["width"])
        largest = {field: max(values, key=lambda value: value or 0) for field, values in may_be.items()}
        numbers = tuple((name, max(allowed_at(place, allowed))) for name, place in self.attributes.items())
        return Stage(self.cell, allowed_at(op, allowed)[0], **largest, attributes=numbers)


class DigitRow(Part):
    """Genes of a sequence of digits, in which each digit means a list of stages."""

    def __init__(self, name: str, row: DigitSequence, options: tuple[tuple[StageSlot, ...], ...]) -> None:
        self.row, self.options = row, options
        self.lengths = range(row.min_length, row.max_length + 1)
        digits = tuple("+".join(map(_stage_label, option)) or "absent" for option in row.options)
        self.open_length = len(self.lengths) > 1
        length = [Gene(f"{name}.length", "length", tuple(self.lengths))] if self.open_length else []
        super().__init__([*length, *(Gene(f"{name}.{k}", "digit", digits) for k in range(row.max_length))])

    def digits(self, values: Genes) -> Genes:
        """Return the digits within the length of the sequence."""
        return values[1 : 1 + self.lengths[values[0]]] if self.open_length else values

    def with_digits(self, digits: Genes) -> Genes:
        """Return the genes of a sequence of digits."""
        length = (len(digits) - self.row.min_length,) if self.open_length else ()
        return (*length, *digits, *(0,) * (self.row.max_length - len(digits)))

    def valid(self, values: Genes) -> bool:
        """Return whether the digits are within the limits, and the digits beyond the length of the sequence are 0."""
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
        return count_sequences(len(self.options), self.lengths, limits)

    def enumerate(self) -> Iterator[Genes]:
        for length in self.lengths:
            rows = map(self.with_digits, product(range(len(self.options)), repeat=length))
            yield from filter(self.valid, rows)


class SkeletonPlan:
    """A skeleton with open fields.

    Attributes:
        input: input sizes of the document.
        classes: number of classes of the document.
        stem: stages before the body.
        entries: the body: stages, and sequences of digits by their index in `rows`.
        head: stages after the body.
        places: genes of the open fields.
        rows: genes of the sequences of digits.
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
        """Build the skeleton with the given genes of open fields, genes of each sequence of digits, and named choices."""
        key = (values, *rows, *choices.items())
        if key not in self._built:
            if len(self._built) >= MAX_KEPT:
                self._built.clear()
            known: Known = {**dict(enumerate(values)), **choices}
            self._built[key] = self._stacked(rows, lambda slot, width: slot.stage(known, width))
        return self._built[key]

    def widest(self, allowed: Allowed, rows: Sequence[Sequence[Collection[int]]]) -> Skeleton:
        """Build the skeleton with the largest allowed value of every number and the first allowed operators.

        A sequence of digits has the largest allowed length and the first allowed digits.
        """
        chosen = []
        for row, kept in zip(self.rows, rows, strict=True):
            length = row.lengths[max(kept[0])] if row.open_length else row.row.max_length
            chosen.append(row.with_digits(tuple(map(min, kept[row.open_length :][:length]))))
        return self._stacked(chosen, lambda slot, width: slot.widest(slot.op, allowed, width))

    def _stacked(self, rows: Sequence[Genes], stage: Callable[[StageSlot, int | None], Stage]) -> Skeleton:
        """Build a skeleton; `stage` returns the stage of a slot and the width of the previous stage."""
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
    """Return the absolute width of a field that can be relative to the previous width; None stays None."""
    if isinstance(place, Times):
        return None if before is None else max(1, round(before * place.factor))
    return place


def _open(stage: SpaceStage, name: str, genes: Part) -> StageSlot:
    """Return the slot of a stage, and add its genes to a part."""
    op = {"op": genes.open(stage.op, f"{name}.op", "operator")}
    fields = ("repeats", "width", "stride", "resolution")
    numbers = {field: genes.open(getattr(stage, field), f"{name}.{field}") for field in fields}
    attributes = {key: genes.open(value, f"{name}.{key}") for key, value in stage.attributes}
    return StageSlot(stage.cell, op | numbers, attributes)


def _stage_label(stage: SpaceStage) -> str:
    """Return a label of a stage: its cell or operator, and the numbers that distinguish it from other options."""
    op = "|".join(map(str, stage.op.values)) if isinstance(stage.op, Pick) else stage.op
    words = [stage.cell or op]
    words += [f"repeats {stage.repeats}"] if isinstance(stage.repeats, int) and stage.repeats != 1 else []
    words += [f"width *{stage.width.factor:g}"] if isinstance(stage.width, Times) else []
    words += [f"width {stage.width}"] if isinstance(stage.width, int) else []
    words += [f"stride {stage.stride}"] if isinstance(stage.stride, int) and stage.stride != 1 else []
    return " ".join(words)
