"""Source text of the class of a cell: one class for all uses of the cell, whose arguments state the differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn

from nasport.toolkit.networks.cell_module import CellStep, fitted
from nasport.toolkit.networks.operators.convolution import FactorizedReduce
from nasport.toolkit.networks.python_source import line_breaking as py
from nasport.toolkit.networks.python_source.alignment import AlignedStep, Use, aligned
from nasport.toolkit.networks.python_source.blocks import Copied
from nasport.toolkit.networks.python_source.class_arguments import (
    PARTS,
    IrregularError,
    Numbers,
    Values,
    branches,
)
from nasport.toolkit.networks.python_source.forward import (
    UNREACHABLE,
    ForwardText,
    reachable_steps,
    unused_with,
)
from nasport.toolkit.networks.python_source.helpers import split
from nasport.toolkit.networks.python_source.line_breaking import BODY, INDENT
from nasport.toolkit.networks.python_source.modules import Spec, constructed, spec_of


@dataclass(frozen=True)
class CellClass:
    """Class of a cell, and its constructions.

    Attributes:
        lines: lines of the class.
        constructions: expression that constructs each use.
        needs: classes and functions that the class uses.
    """

    lines: list[str]
    constructions: list[py.Bracket]
    needs: list[Copied]


def cell_classes(
    names: Sequence[str], title: str, uses: Sequence[Use], rule: str
) -> tuple[list[CellClass], list[py.Bracket]]:
    """Write the classes of a cell; one class if possible, otherwise one for each group of uses with the same layers.

    Args:
        names: names for the classes, at least as many as uses.
        title: first line of the docstring.
        uses: all uses of the cell in the network.
        rule: rule of the cell for its channels.

    Returns:
        classes, and the expression that constructs each use.
    """
    groups = [list(range(len(uses)))]
    try:
        classes = [_Writer(uses, rule).written(names[0], title)]
    except IrregularError:
        equal: dict[tuple[Any, ...], list[int]] = {}
        for index, use in enumerate(uses):
            steps = tuple((step.name, step.operator, step.sources, step.join) for step in use.module.steps)
            layers = tuple((name, spec_of(layer).outline) for name, layer in use.module.operators.items())
            equal.setdefault((steps, layers), []).append(index)
        groups = list(equal.values())
        classes = [
            _Writer([uses[place] for place in group], rule).written(name, title)
            for name, group in zip(names, groups, strict=False)
        ]
    constructions = {
        place: construction
        for group, written in zip(groups, classes, strict=True)
        for place, construction in zip(group, written.constructions, strict=True)
    }
    return classes, [constructions[place] for place in range(len(uses))]


class _Writer:
    """Writer of one class for uses of a cell."""

    def __init__(self, uses: Sequence[Use], rule: str) -> None:
        """Align the uses.

        Args:
            uses: uses of the cell.
            rule: rule of the cell for its channels.

        Raises:
            IrregularError: the uses have different steps.
        """
        self.rows, self.uses, self.inputs = aligned(uses), uses, uses[0].module.inputs
        self.needs: list[Copied] = []  # classes and functions used so far
        # Boolean arguments that select one of two layers, with their values in all uses.
        self.flags: dict[str, Values] = {}
        # Expressions of numbers that `forward` needs, by the name of their attribute.
        self.kept: dict[str, str] = {}
        known = {name: tuple(use.numbers[name] for use in uses) for name in uses[0].numbers}
        if known.get("inputs") == known["width"]:
            del known["inputs"]
        joined = [len(row.step.sources) for row in self.rows if row.step.join == "concat"]
        parts = max(joined, default=0) if rule == "split" else 0
        self.numbers = Numbers(known, parts, states_own=rule == "own")
        self.widths = self._widths()

    def written(self, name: str, title: str) -> CellClass:
        """Write the class; `title` is the first line of its docstring.

        Raises:
            IrregularError: the arguments of the class cannot express the differences between the uses.
        """
        layers: list[str] = []
        reachable = reachable_steps(self.inputs, self.rows)
        for index, row in enumerate(self.rows):
            if row.has_module:
                layer = self._layer(row)
                layers += layer if index in reachable else py.marked(layer, UNREACHABLE)
        forward = ForwardText(self.inputs, self.rows, self._cut).lines()
        begin = [f"{BODY}super().__init__()"]
        if self.numbers.splits:
            self.needs.append(split)
            begin.append(f"{BODY}{PARTS} = split(width, {self.numbers.parts})")
        keeps = [f"{BODY}self.{attribute} = {value}" for attribute, value in self.kept.items()]
        plain = [
            number for number in self.numbers.known if number in self.numbers.used and number != "stride"
        ]
        parameters = ["self", *[f"{number}: int" for number in [*plain, *self.numbers.own]]]
        if "stride" in self.numbers.used:
            parameters.append("stride: int = 1")
        parameters += [f"{flag}: bool = False" for flag in self.flags]
        init = [*py.function("__init__", parameters, "None", 1), *begin, *layers, *keeps]
        lines = py.text_of([[f"class {name}(nn.Module):", f'{INDENT}"""{title}"""'], init, forward], 1)
        constructions = []
        for place in range(len(self.uses)):
            arguments = [f"{number}={self.numbers.known[number][place]}" for number in plain]
            arguments += [f"{number}={values[place]}" for number, values in self.numbers.own.items()]
            if "stride" in self.numbers.used and self.numbers.known["stride"][place] != 1:
                arguments.append(f"stride={self.numbers.known['stride'][place]}")
            arguments += [f"{flag}=True" for flag, values in self.flags.items() if values[place]]
            constructions.append(py.call(name, *arguments))
        return CellClass(lines, constructions, self.needs)

    def _layer(self, row: AlignedStep) -> list[str]:
        """Return the statement that constructs the layer of a step, or a conditional statement with several cases."""
        target = f"self.{row.step.name} = "
        cases = [(condition, self._constructed(row, places)) for condition, places in self._branches(row)]
        (condition, first), (_, last) = cases[0], cases[-1]
        if not condition:
            return py.statement(target, first, 2)
        flat = f"{target}{first} if {condition} else {last}"
        if len(cases) == 2 and py.fits(flat, 2):
            return [BODY + flat]
        lines: list[str] = []
        for condition, layer in cases:
            word = f"{'elif' if lines else 'if'} {condition}" if condition else "else"
            lines += [f"{BODY}{word}:", *py.statement(target, layer, 3)]
        return lines

    def _branches(self, row: AlignedStep) -> list[tuple[str, Sequence[int]]]:
        """Return the cases in which a step has layers of different kinds.

        Conditions are about stride and widths, or a flag that states that an input of the cell is larger than the other.

        Raises:
            IrregularError: no condition distinguishes the kinds.
        """
        outlines = [(spec or Spec(nn.Identity)).outline for spec in row.specs]
        source, flags = row.step.sources[0], {}
        if len(self.inputs) > 1 and source < len(self.inputs) and len(set(outlines)) == 2:
            flag = f"{self.inputs[source]}_is_larger"
            reduces = tuple(spec is not None and FactorizedReduce in spec.kinds() for spec in row.specs)
            if self.flags.get(flag, reduces) == reduces:
                flags[flag] = reduces
        cases = branches(outlines, range(len(outlines)), flags | self.numbers.conditions())
        if cases is None:
            raise IrregularError
        words = {word for condition, _ in cases for word in condition.split()}
        self.numbers.used.update(words.intersection(self.numbers.known))
        self.flags |= {flag: values for flag, values in flags.items() if flag in words}
        return cases

    def _constructed(self, row: AlignedStep, places: Sequence[int]) -> py.Bracket:
        specs = [row.specs[place] or Spec(nn.Identity) for place in places]
        self.needs += [kind for spec in specs for kind in spec.kinds()]
        source = row.step.sources[0]
        names = self.inputs if len(self.inputs) > 1 else ("inputs",)
        prefer = names[source] if source < len(names) else ""
        return constructed(specs, self.numbers.argument(row.step.name, places, prefer))

    def _cut(self, row: AlignedStep, source: int) -> str | None:
        """Return the number of channels to which a source of a step is cut, as text in `forward`; None if it is not cut."""
        before = self.widths[source]
        cuts = tuple(
            cut if cut is not None else self.widths[row.step.sources[0]][place]
            for place, cut in enumerate(row.cuts)
        )
        if all(cut is None for cut in row.cuts) or cuts == before:
            return None
        if any(cut > width for cut, width in zip(cuts, before, strict=True)):
            self.needs.append(fitted)
            return "+" + self._attribute(row.step, cuts)
        return self._attribute(row.step, cuts)

    def _attribute(self, step: CellStep, values: Values) -> str:
        """Return the text with which `forward` reads a number of channels, and keep the number as an attribute if needed."""
        text = self.numbers.channels(values, range(len(self.uses)))
        if text is None and len(set(values)) == 1:
            return str(values[0])
        if text is None:
            text = self.numbers.new_argument(f"{step.name}_channels", values)
        part = text.removeprefix(PARTS) if text.startswith(f"{PARTS}[") else ""
        attribute = PARTS if part else f"{step.name}_channels"
        attribute = unused_with(attribute, {row.step.name for row in self.rows} | set(dir(nn.Module())))
        self.kept[attribute] = PARTS if part else text
        return f"self.{attribute}{part}"

    def _widths(self) -> list[Values]:
        """Return the channels of every value of the cell in all uses, inputs first."""
        names = self.inputs if len(self.inputs) > 1 else ("inputs",)
        widths: list[Values] = [tuple(use.numbers[name] for use in self.uses) for name in names]
        for row in self.rows:
            of_step = []
            for place in range(len(self.uses)):
                sources = [widths[source][place] for source in row.step.sources]
                cut, spec = row.cuts[place], row.specs[place]
                before = sum(sources) if row.step.join == "concat" else sources[0]
                before = cut if cut is not None else before
                of_step.append(spec.channels_after(before) if spec else before)
            widths.append(tuple(of_step))
        return widths
