"""The `forward` of a cell as source text: one line for each node, with layers that are used once within those lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence

from nasport.toolkit.networks.cell_module import MAPS
from nasport.toolkit.networks.python_source import line_breaking as py
from nasport.toolkit.networks.python_source.alignment import AlignedStep
from nasport.toolkit.networks.python_source.line_breaking import BODY

OPERATORS = {"sum": "+", "mean": "+", "product": "*", "difference": "-", "quotient": "/"}
_RESERVED = ("self", "torch", "nn", "F", "Tensor", "fitted")
# Of a step and one of its sources: the number of channels to which that is cut, with a `+` before it where it may have
# too few; None where it is not cut.
Cut = Callable[[AlignedStep, int], str | None]


def living(inputs: Sequence[str], rows: Sequence[AlignedStep]) -> set[int]:
    """Which steps the last one depends on, itself among them."""
    alive = {len(rows) - 1} if rows else set()
    for place in range(len(rows) - 1, -1, -1):
        if place in alive:
            alive.update(source - len(inputs) for source in rows[place].step.sources)
    return {place for place in alive if place >= 0}


def unused_with(name: str, taken: Collection[str]) -> str:
    """The name, with as many `_` as it takes to be none of these."""
    while name in taken:
        name += "_"
    return name


class ForwardText:
    """The statements of `forward`."""

    def __init__(self, inputs: Sequence[str], rows: Sequence[AlignedStep], cut: Cut) -> None:
        self.inputs, self.rows, self.cut, self.first = inputs, rows, cut, len(inputs)
        self.alive = sorted(living(inputs, rows))
        self.names = [*inputs]
        taken = {*_RESERVED, *inputs}
        for row in rows:
            self.names.append(unused_with(row.step.name, taken))
            taken.add(self.names[-1])
        self.uses = Counter(source for place in self.alive for source in rows[place].step.sources)
        self.inlined: dict[int, str] = {}

    def lines(self) -> list[str]:
        """The lines of the method."""
        several = bool(self.rows) and self.rows[-1].step.join == MAPS
        gives = "tuple[Tensor, ...]" if several else "Tensor"
        found = py.function("forward", ["self", *[f"{name}: Tensor" for name in self.inputs]], gives, 1)
        if not self.rows:
            return [*found, f"{BODY}return {self.inputs[-1]}"]
        for place in self.alive:
            self._inline(place)
        for place in self.alive:
            value = self.first + place
            if value not in self.inlined:
                last = place == len(self.rows) - 1
                found += self._statement("return " if last else f"{self.names[value]} = ", place)
        return found

    def _inline(self, place: int) -> None:
        """Decides which layers a step's line can call itself: those that only it uses, if the line stays short."""
        chosen = {}
        for value in self.rows[place].step.sources:
            of = value - self.first
            if of < 0 or self.uses[value] != 1 or not self.rows[of].has_module:
                continue
            source, *others = self.rows[of].step.sources
            if not others and source not in self.inlined:
                chosen[value] = str(self._layer(of, self._source(of, source)))
        before = self.inlined
        self.inlined = before | chosen
        if chosen and not py.fits(f"{self.names[self.first + place]} = {self._expression(place)}", 2):
            self.inlined = before

    def _statement(self, before: str, place: int) -> list[str]:
        row = self.rows[place]
        expression, terms = self._expression(place), self._terms(place)
        if py.fits(f"{before}{expression}", 2) or row.step.join not in OPERATORS or len(terms) == 1:
            return py.statement(before, expression, 2)
        operator = OPERATORS[row.step.join]
        if not row.has_module and row.step.join != "mean":
            return py.added(before, terms, operator, 2)
        total = unused_with("total", self.names)
        joined = total if row.step.join != "mean" else f"{total} / {len(terms)}"
        sums = py.added(f"{total} = ", terms, operator, 2)
        return [*sums, *py.statement(before, self._layer(place, joined), 2)]

    def _expression(self, place: int) -> py.Expression:
        row, terms = self.rows[place], self._terms(place)
        if len(terms) == 1:
            return self._layer(place, terms[0])
        if row.step.join in ("maximum", "minimum"):
            joined: py.Expression = terms[0]
            for term in terms[1:]:
                joined = py.call(f"torch.{row.step.join}", joined, term)
            return self._layer(place, joined)
        if row.step.join == MAPS:
            return py.Bracket("(", tuple(terms), ")")
        if row.step.join == "concat":
            return self._layer(place, py.call("torch.cat", py.Bracket("[", tuple(terms), "]"), "1"))
        total = f" {OPERATORS[row.step.join]} ".join(terms)
        return self._layer(place, f"({total}) / {len(terms)}" if row.step.join == "mean" else total)

    def _layer(self, place: int, joined: py.Expression) -> py.Expression:
        row = self.rows[place]
        return py.call(f"self.{row.step.name}", joined) if row.has_module else joined

    def _terms(self, place: int) -> list[str]:
        return [self._source(place, source) for source in self.rows[place].step.sources]

    def _source(self, place: int, source: int) -> str:
        name = self.inlined.get(source, self.names[source])
        cut = self.cut(self.rows[place], source)
        if cut is None:
            return name
        return f"fitted({name}, {cut[1:]})" if cut.startswith("+") else f"{name}[:, : {cut}]"
