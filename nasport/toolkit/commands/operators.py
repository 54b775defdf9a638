"""`nasport operators`: the vocabulary, an operator with what is inside it, or what a kind must be told."""

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
    """Of `nasport operators`."""

    names: Sequence[str] = argument(
        (), "Operators or kinds to describe; default: a list of all.", metavar="NAME...", suggest="operators"
    )
    kinds: bool = option(
        False, "List the kinds of operators: attributes they must and may have, with defaults."
    )
    at: str | None = option(
        None, "Shape of the input; default: 96x16x16, or one that suits the operator.", metavar="CxHxW"
    )
    width: int | None = option(None, "Channels of the output; default: those of the input.", least=1)
    stride: int = option(1, "Stride of height and width.", least=1)


def run(options: OperatorsOptions) -> int:
    """Print operators or kinds, all of them where none are named; returns the exit status."""
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
        with report.going_on():
            if not options.kinds and known_operator(name) is not None:
                _print_one(name, wanted, options.json)
            else:
                _print_kinds([name if name in all_kinds() else operator_of(name).kind], options.json)
    return report.status


def shape_of(text: str) -> Shape:
    """A shape such as `96x16x16`: channels, height, width.

    Raises:
        InputError: it is none.
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
        print(kind + (f" (cost not known exactly: {reason})" if reason else ""))
        for _ in group:
            print(next(rows))
    where = sizes(wanted.source) if wanted.source else f"{sizes(MAP)}, of tokens at {sizes(TOKENS)}"
    print(f"\ncosts at {where}", "nasport operators NAME says more, and draws what is inside", sep="\n")
    refused = [tour.names[0] for tour in tours if tour.is_refused]
    if refused:
        print(f"cannot stand there: {', '.join(refused)}")


def _print_one(name: str, wanted: Wanted, as_json: bool) -> None:
    from nasport.toolkit.drawing.operator_content import operator_content
    from nasport.toolkit.reference.operator_facts import toured
    from nasport.toolkit.reference.operator_text import facts

    tour = toured(name, wanted)
    if tour.is_refused:
        raise InputError(f"{name!r} cannot stand there: {tour.reason}")
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
