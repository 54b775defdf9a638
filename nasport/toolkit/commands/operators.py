"""`nasport operators`: the vocabulary, an operator with what is inside it, or what a kind must be told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from nasport.runtime.operators.quantities import Shape
from nasport.schemas.errors import InputError
from nasport.schemas.operators import known_operator
from nasport.toolkit.commands.report import Report
from nasport.toolkit.commands.terminal import block, table, terminal_text
from nasport.toolkit.drawing.operator_content import operator_content
from nasport.toolkit.tour.operator_text import HEADER, NUMBERS, facts, kind_facts, row, sizes
from nasport.toolkit.tour.operators import (
    MAP,
    TOKENS,
    Tour,
    Wanted,
    all_kinds,
    kind_record,
    operator_of,
    operators,
    reason_without_cost,
    toured,
)


def run_operators(
    names: Sequence[str], of_kinds: bool, at: str | None, width: int | None, stride: int, as_json: bool
) -> int:
    """Print operators or kinds, all of them where none are named; returns the exit status."""
    wanted = Wanted(None if at is None else shape_of(at), width, stride)
    if not names:
        if of_kinds:
            _print_kinds(all_kinds(), as_json)
        else:
            _print_all(wanted, as_json)
        return 0
    report = Report()
    for name in names:
        try:
            if not of_kinds and known_operator(name) is not None:
                _print_one(name, wanted, as_json)
            else:
                _print_kinds([name if name in all_kinds() else operator_of(name).kind], as_json)
        except InputError as error:
            report.error(error)
    return report.status


def shape_of(text: str) -> Shape:
    """A shape such as `96x16x16`: channels, height, width.

    Raises:
        InputError: it is none.
    """
    if not re.fullmatch(r"0*[1-9]\d{0,5}(x0*[1-9]\d{0,5}){2}", text, re.ASCII):
        raise InputError(f"--at {text!r}, expected channels, height and width such as {sizes(MAP)}")
    return Shape(*map(int, text.split("x")))


def _print_all(wanted: Wanted, as_json: bool) -> None:
    tours = [toured(name, wanted) for name in operators()]
    if as_json:
        for tour in tours:
            print(json.dumps(tour.to_json()))
        return
    head, *lines = table([HEADER, *map(row, tours)], NUMBERS)
    print(head)
    rows = iter(lines)
    for kind, group in groupby(tours, key=_kind):
        reason = reason_without_cost(kind)
        print(kind + (f" (cost not known exactly: {reason})" if reason else ""))
        for _ in group:
            print(next(rows))
    where = (
        f"at {sizes(wanted.source)}" if wanted.source else f"at {sizes(MAP)}, of tokens at {sizes(TOKENS)}"
    )
    print(f"\ncosts {where}; nasport operators NAME says more, and draws what is inside")
    refused = [tour.names[0] for tour in tours if tour.is_refused]
    if refused:
        print(f"cannot stand there: {', '.join(refused)}")


def _kind(tour: Tour) -> str:
    return tour.operator.kind


def _print_one(name: str, wanted: Wanted, as_json: bool) -> None:
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
    for name in names:
        record = kind_record(name)
        print(json.dumps(record) if as_json else block(name, kind_facts(record)) + "\n")
