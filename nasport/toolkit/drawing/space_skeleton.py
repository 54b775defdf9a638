"""Content of the picture of a search space's skeleton: a strip of stages, and a panel for every sequence of digits."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nasport.schemas.operators import Operator
from nasport.schemas.space import DigitLimit, DigitSequence, Pick, SpaceSkeleton, SpaceStage
from nasport.toolkit.drawing.choices import choice_text, range_text
from nasport.toolkit.drawing.content import with_ends
from nasport.toolkit.drawing.pieces import Box, Chip, Panel, clean


def strip(skeleton: SpaceSkeleton | None, operator: Callable[[str], Operator]) -> list[Chip]:
    """Return the skeleton from the input to the classes; empty if the space has no skeleton."""
    if skeleton is None:
        return []
    stages = [
        _digits(entry, number) if isinstance(entry, DigitSequence) else _chip(entry, "", operator)
        for number, entry in enumerate(skeleton.stages)
    ]
    stem = [_chip(stage, "stem", operator) for stage in skeleton.stem]
    head = [_chip(stage, "head", operator) for stage in skeleton.head]
    return with_ends(dict(skeleton.input), [*stem, *stages, *head], skeleton.classes)


def row_panels(skeleton: SpaceSkeleton | None, operator: Callable[[str], Operator]) -> Iterator[Panel]:
    """Yield a panel for every sequence of digits, with the stages that each digit stands for."""
    for number, entry in enumerate(skeleton.stages if skeleton else ()):
        if isinstance(entry, DigitSequence):
            chips = [[_chip(stage, "", operator) for stage in option] for option in entry.options]
            boxes = tuple(_option(digit, option) for digit, option in enumerate(chips))
            yield Panel(f"{_name(number)}: what each digit stands for", boxes, ())


def stage_operators(skeleton: SpaceSkeleton | None) -> Iterator[str]:
    """Yield the keys of the operators of all stages."""
    for entry in (*skeleton.stem, *skeleton.stages, *skeleton.head) if skeleton else ():
        options = entry.options if isinstance(entry, DigitSequence) else ((entry,),)
        for stage in (stage for option in options for stage in option if not stage.cell):
            yield from map(str, stage.op.values) if isinstance(stage.op, Pick) else (stage.op,)


def _chip(stage: SpaceStage, part: str, operator: Callable[[str], Operator]) -> Chip:
    """Return the chip of a stage; its choices are shown as `32 | 64 | 96`."""
    if isinstance(stage.op, Pick):
        kind, title = "mixed", choice_text(stage.op)
    else:
        kind = "cell" if stage.cell else operator(stage.op).kind
        title = clean(stage.cell or stage.op)
    if isinstance(stage.repeats, int) and stage.repeats != 1:
        title += f" \N{MULTIPLICATION SIGN}{stage.repeats}"
    values = [
        ("repeats", stage.repeats if isinstance(stage.repeats, Pick) else None),
        ("width", stage.width),
        ("stride", None if stage.stride == 1 else stage.stride),
        ("resolution", stage.resolution),
        *stage.attributes,
    ]
    details = (f"{name} {choice_text(value)}" for name, value in values if value is not None)
    return Chip(title, " · ".join(details), kind, part)


def _digits(sequence: DigitSequence, number: int) -> Chip:
    """Return the chip of a sequence of digits: its length and the limits on its digits."""
    length = range_text(sequence.min_length, sequence.max_length)
    options = f"{length} digits from 0 to {len(sequence.options) - 1}"
    return Chip(_name(number), " · ".join([options, *map(_limit, sequence.limits)]), "mixed")


def _limit(limit: DigitLimit) -> str:
    count = f"at least {limit.min}" if limit.max is None else range_text(limit.min, limit.max)
    return f"{count} of them {' or '.join(map(str, limit.options))}"


def _option(digit: int, chips: list[Chip]) -> Box:
    title = f"{digit}: {' + '.join(chip.title for chip in chips) or 'nothing'}"
    lines = tuple(line for chip in chips for line in chip.detail.split(" · ") if line)
    return Box(title, lines, chips[0].kind if chips else "none", False, title)


def _name(number: int) -> str:
    """Return the name of a sequence of digits, which its genes use too."""
    return f"stages.{number}"
