"""The `forward` of a cell as source text: one line for each node, with layers that are used once within those lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence

from nasport.toolkit.networks.source.alignment import Row
from nasport.toolkit.networks.source.line_breaking import (
    INDENT,
    Bracket,
    Expression,
    added,
    call,
    fits,
    function,
    statement,
)

OPERATORS = {"sum": "+", "mean": "+", "product": "*", "difference": "-", "quotient": "/"}
_RESERVED = ("self", "torch", "nn", "F", "Tensor", "fitted")
# Of a step and one of its sources: the number of channels to which that is cut, with a `+` before it where it may have
# too few; None where it is not cut.
Cut = Callable[[Row, int], str | None]


def living(inputs: Sequence[str], rows: Sequence[Row]) -> set[int]:
    """Which steps the last one depends on, itself among them."""
    alive = {len(rows) - 1} if rows else set()
    for place in range(len(rows) - 1, -1, -1):
        if place in alive:
            alive.update(source - len(inputs) for source in rows[place].step.sources)
    return {place for place in alive if place >= 0}


def forward_lines(inputs: Sequence[str], rows: Sequence[Row], cut: Cut, layers: Collection[str]) -> list[str]:
    """The lines of the method; `layers` are the names of the steps that go through a layer."""
    head = function("forward", ["self", *[f"{name}: Tensor" for name in inputs]], "Tensor", 1)
    if not rows:
        return [*head, f"{INDENT * 2}return {inputs[-1]}"]
    return head + _Body(inputs, rows, cut, layers).lines()


class _Body:
    """The statements of `forward`."""

    def __init__(self, inputs: Sequence[str], rows: Sequence[Row], cut: Cut, layers: Collection[str]) -> None:
        self.rows, self.cut, self.layers, self.first = rows, cut, layers, len(inputs)
        self.alive = living(inputs, rows)
        self.names = [*inputs]
        taken = {*_RESERVED, *inputs}
        for row in rows:
            name = row.step.name
            while name in taken:
                name += "_"
            taken.add(name)
            self.names.append(name)
        self.uses = Counter(source for place in self.alive for source in rows[place].step.sources)
        self.inlined: dict[int, str] = {}

    def lines(self) -> list[str]:
        found: list[str] = []
        last = len(self.rows) - 1
        for place in sorted(self.alive):
            self._inline(place)
        for place in sorted(self.alive):
            value = self.first + place
            if value not in self.inlined:
                found += self._statement("return " if place == last else f"{self.names[value]} = ", place)
        return found

    def _inline(self, place: int) -> None:
        """Decides which layers a step's line can call itself: those that only it uses, if the line stays short."""
        sources = self.rows[place].step.sources
        candidates = {source: self._simple(source) for source in sources}
        chosen = {source: text for source, text in candidates.items() if text is not None}
        before = dict(self.inlined)
        self.inlined |= chosen
        longest = f"{self.names[self.first + place]} = "
        if chosen and not fits(f"{longest}{self._flat(place)}", 2):
            self.inlined = before

    def _simple(self, value: int) -> str | None:
        """The call of a layer of one value, if nothing else uses its output."""
        place = value - self.first
        if place < 0 or self.uses[value] != 1:
            return None
        step = self.rows[place].step
        if step.name not in self.layers or len(step.sources) != 1 or step.sources[0] in self.inlined:
            return None
        return str(self._layer(place, self._source(place, step.sources[0])))

    def _statement(self, before: str, place: int) -> list[str]:
        row = self.rows[place]
        flat = f"{before}{self._flat(place)}"
        terms = self._terms(place)
        if fits(flat, 2) or row.step.join not in OPERATORS or len(terms) == 1:
            return statement(before, self._expression(place), 2)
        operator = OPERATORS[row.step.join]
        if row.step.name not in self.layers and row.step.join != "mean":
            return added(before, terms, operator, 2)
        total = "total"
        while total in self.names:
            total += "_"
        joined = total if row.step.join != "mean" else f"{total} / {len(terms)}"
        return [
            *added(f"{total} = ", terms, operator, 2),
            *statement(before, self._layer(place, joined), 2),
        ]

    def _flat(self, place: int) -> str:
        return str(self._expression(place))

    def _expression(self, place: int) -> Expression:
        row, terms = self.rows[place], self._terms(place)
        if len(terms) == 1:
            return self._layer(place, terms[0])
        if row.step.join in ("maximum", "minimum"):
            joined: Expression = terms[0]
            for term in terms[1:]:
                joined = call(f"torch.{row.step.join}", joined, term)
            return self._layer(place, joined)
        if row.step.join == "concat":
            return self._layer(place, call("torch.cat", Bracket("[", tuple(terms), "]"), "1"))
        total = f" {OPERATORS[row.step.join]} ".join(terms)
        return self._layer(place, f"({total}) / {len(terms)}" if row.step.join == "mean" else total)

    def _layer(self, place: int, joined: Expression) -> Expression:
        name = self.rows[place].step.name
        return call(f"self.{name}", joined) if name in self.layers else joined

    def _terms(self, place: int) -> list[str]:
        return [self._source(place, source) for source in self.rows[place].step.sources]

    def _source(self, place: int, source: int) -> str:
        name = self.inlined.get(source, self.names[source])
        cut = self.cut(self.rows[place], source)
        if cut is None:
            return name
        return f"fitted({name}, {cut[1:]})" if cut.startswith("+") else f"{name}[:, : {cut}]"
