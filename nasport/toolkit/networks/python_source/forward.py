"""Source text of the method `forward` of a cell: a line for each step, in which layers that are used once are inlined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence

from nasport.toolkit.networks.cell_module import MAPS
from nasport.toolkit.networks.python_source import line_breaking as py
from nasport.toolkit.networks.python_source.alignment import AlignedStep
from nasport.toolkit.networks.python_source.line_breaking import BODY

OPERATORS = {"sum": "+", "mean": "+", "product": "*", "difference": "-", "quotient": "/"}
_RESERVED = ("self", "torch", "nn", "F", "Tensor", "fitted")
UNREACHABLE = "on no path to the output"  # comment after layers that `forward` does not use
# For a step and one of its sources: text of the number of channels to which the source is cut, or None if it is not cut. A
# leading `+` marks a source that may have too few channels.
Cut = Callable[[AlignedStep, int], str | None]


def reachable_steps(inputs: Sequence[str], rows: Sequence[AlignedStep]) -> set[int]:
    """Return the indices of the steps on which the last step depends, including the last step."""
    reachable = {len(rows) - 1} if rows else set()
    for index in range(len(rows) - 1, -1, -1):
        if index in reachable:
            reachable.update(source - len(inputs) for source in rows[index].step.sources)
    return {index for index in reachable if index >= 0}


def unused_with(name: str, taken: Collection[str]) -> str:
    """Return a name that is not taken, with `_` appended as often as necessary."""
    while name in taken:
        name += "_"
    return name


class ForwardText:
    """Writer of the method `forward`.

    Attributes:
        inputs: names of the cell's inputs.
        rows: aligned steps of the cell.
        cut: returns the number of channels to which a source of a step is cut.
        first: index of the value of the first step.
        reachable: indices of the steps on which the output depends.
        names: variable name of each value, inputs first.
        uses: number of reads of each value.
        inlined: expression of each value that is written inside of the line that reads it.
    """

    def __init__(self, inputs: Sequence[str], rows: Sequence[AlignedStep], cut: Cut) -> None:
        self.inputs, self.rows, self.cut, self.first = inputs, rows, cut, len(inputs)
        self.reachable = sorted(reachable_steps(inputs, rows))
        self.names = [*inputs]
        taken = {*_RESERVED, *inputs}
        for row in rows:
            self.names.append(unused_with(row.step.name, taken))
            taken.add(self.names[-1])
        self.uses = Counter(source for index in self.reachable for source in rows[index].step.sources)
        self.inlined: dict[int, str] = {}

    def lines(self) -> list[str]:
        """Return the lines of the method."""
        returns_maps = bool(self.rows) and self.rows[-1].step.join == MAPS
        result = "tuple[Tensor, ...]" if returns_maps else "Tensor"
        lines = py.function("forward", ["self", *[f"{name}: Tensor" for name in self.inputs]], result, 1)
        if not self.rows:
            return [*lines, f"{BODY}return {self.inputs[-1]}"]
        for index in self.reachable:
            self._inline(index)
        for index in self.reachable:
            value = self.first + index
            if value not in self.inlined:
                last = index == len(self.rows) - 1
                lines += self._statement("return " if last else f"{self.names[value]} = ", index)
        return lines

    def _inline(self, index: int) -> None:
        """Inline the layers that only this step uses, if its line stays short enough."""
        chosen = {}
        for value in self.rows[index].step.sources:
            producer = value - self.first
            if producer < 0 or self.uses[value] != 1 or not self.rows[producer].has_module:
                continue
            source, *others = self.rows[producer].step.sources
            if not others and source not in self.inlined:
                chosen[value] = str(self._layer(producer, self._source(producer, source)))
        before = self.inlined
        self.inlined = before | chosen
        if chosen and not py.fits(f"{self.names[self.first + index]} = {self._expression(index)}", 2):
            self.inlined = before

    def _statement(self, before: str, index: int) -> list[str]:
        row = self.rows[index]
        expression, terms = self._expression(index), self._terms(index)
        if py.fits(f"{before}{expression}", 2) or row.step.join not in OPERATORS or len(terms) == 1:
            return py.statement(before, expression, 2)
        operator = OPERATORS[row.step.join]
        if not row.has_module and row.step.join != "mean":
            return py.added(before, terms, operator, 2)
        total = unused_with("total", self.names)
        joined = total if row.step.join != "mean" else f"{total} / {len(terms)}"
        sums = py.added(f"{total} = ", terms, operator, 2)
        return [*sums, *py.statement(before, self._layer(index, joined), 2)]

    def _expression(self, index: int) -> py.Expression:
        row, terms = self.rows[index], self._terms(index)
        if len(terms) == 1:
            return self._layer(index, terms[0])
        if row.step.join in ("maximum", "minimum"):
            joined: py.Expression = terms[0]
            for term in terms[1:]:
                joined = py.call(f"torch.{row.step.join}", joined, term)
            return self._layer(index, joined)
        if row.step.join == MAPS:
            return py.Bracket("(", tuple(terms), ")")
        if row.step.join == "concat":
            return self._layer(index, py.call("torch.cat", py.Bracket("[", tuple(terms), "]"), "1"))
        total = f" {OPERATORS[row.step.join]} ".join(terms)
        return self._layer(index, f"({total}) / {len(terms)}" if row.step.join == "mean" else total)

    def _layer(self, index: int, joined: py.Expression) -> py.Expression:
        row = self.rows[index]
        return py.call(f"self.{row.step.name}", joined) if row.has_module else joined

    def _terms(self, index: int) -> list[str]:
        return [self._source(index, source) for source in self.rows[index].step.sources]

    def _source(self, index: int, source: int) -> str:
        name = self.inlined.get(source, self.names[source])
        cut = self.cut(self.rows[index], source)
        if cut is None:
            return name
        return f"fitted({name}, {cut[1:]})" if cut.startswith("+") else f"{name}[:, : {cut}]"
