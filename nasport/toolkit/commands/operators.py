"""`nasport operators`: list the vocabulary of operators, or describe operators and kinds of operators."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from nasport.schemas.errors import InputError
from nasport.toolkit.options import JsonOptions, argument, option
from nasport.toolkit.printing.report import Report
from nasport.toolkit.printing.terminal import block, table, terminal_text

if TYPE_CHECKING:
    from nasport.runtime.operators.quantities import Shape
    from nasport.toolkit.reference.operator_facts import Wanted


@dataclass(frozen=True, kw_only=True)
class OperatorsOptions(JsonOptions):
    """Options of `nasport operators`."""

    names: Sequence[str] = argument(
        (), "Operators or kinds to describe (default: list all).", metavar="NAME...", suggest="operators"
    )
    kinds: bool = option(
        False, "Describe kinds of operators: required and optional attributes with defaults."
    )
    at: str | None = option(
        None,
        "Input shape for the costs (default: 96x16x16, or a shape that fits the operator).",
        metavar="CxHxW",
    )
    width: int | None = option(None, "Number of output channels (default: same as the input).", least=1)
    stride: int = option(1, "Stride in height and width.", least=1)


def run(options: OperatorsOptions) -> int:
    """Describe the named operators or kinds, or list all.

    Returns:
        Exit status.
    """
    from nasport.schemas.operators import known_operator
    from nasport.toolkit.reference.operator_facts import Wanted, all_kinds, operator_of

    wanted = Wanted(None if options.at is None else shape_of(options.at), options.width, options.stride)
    if not options.names:
        if options.kinds:
            _print_kinds(all_kinds(), options.json)
        else:
            _print_all(wanted, options.json)
        return 0
    report = Report()
    for name in options.names:
        with report.continuing():
            if not options.kinds and known_operator(name) is not None:
                _print_one(name, wanted, options.json)
            else:
                _print_kinds([name if name in all_kinds() else operator_of(name).kind], options.json)
    return report.status


def shape_of(text: str) -> Shape:
    """Parse a shape such as `96x16x16`: channels, height, width.

    Raises:
        InputError: the text has another form.
    """
    from nasport.runtime.operators.quantities import Shape
    from nasport.toolkit.reference.operator_facts import MAP
    from nasport.toolkit.reference.operator_text import sizes

    if not re.fullmatch(r"0*[1-9]\d{0,5}(x0*[1-9]\d{0,5}){2}", text, re.ASCII):
        raise InputError(f"--at {text!r}, expected channels, height and width such as {sizes(MAP)}")
    return Shape(*map(int, text.split("x")))


def _print_all(wanted: Wanted, as_json: bool) -> None:
    from nasport.toolkit.reference.operator_facts import MAP, TOKENS, operators, reason_without_cost, toured
    from nasport.toolkit.reference.operator_text import HEADER, NUMBERS, row, sizes

    tours = [toured(name, wanted) for name in operators()]
    if as_json:
        for tour in tours:
            print(json.dumps(tour.to_json()))
        return
    head, *lines = table([HEADER, *map(row, tours)], NUMBERS, name=1)
    print(head)
    rows = iter(lines)
    for kind, group in groupby(tours, key=lambda tour: tour.operator.kind):
        reason = reason_without_cost(kind)
        print(kind + (f" (no exact cost: {reason})" if reason else ""))
        for _ in group:
            print(next(rows))
    shape = sizes(wanted.source) if wanted.source else f"{sizes(MAP)}, token operators {sizes(TOKENS)}"
    print(f"\ninput shape of the costs: {shape}", "description and drawing: nasport operators NAME", sep="\n")
    refused = [tour.names[0] for tour in tours if tour.is_refused]
    if refused:
        print(f"without a cost, because this input shape does not fit: {', '.join(refused)}")


def _print_one(name: str, wanted: Wanted, as_json: bool) -> None:
    from nasport.toolkit.drawing.operator_content import operator_content
    from nasport.toolkit.reference.operator_facts import toured
    from nasport.toolkit.reference.operator_text import facts

    tour = toured(name, wanted)
    if tour.is_refused:
        raise InputError(f"{name!r} does not fit this input shape: {tour.reason}")
    if as_json:
        print(json.dumps(tour.to_json()))
        return
    print(block(name, facts(tour)) + "\n")
    if tour.place and tour.cost:
        drawn = operator_content(name, tour.operator, tour.place, tour.cost, tour.layers)
        print(terminal_text(drawn))


def _print_kinds(names: Iterable[str], as_json: bool) -> None:
    from nasport.toolkit.reference.operator_facts import kind_record
    from nasport.toolkit.reference.operator_text import kind_facts

    for name in names:
        record = kind_record(name)
        print(json.dumps(record) if as_json else block(name, kind_facts(record)) + "\n")
