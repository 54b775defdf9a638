"""The class of a cell as source text: one class for the cell at all places of a network, with what differs as arguments."""

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
from nasport.toolkit.networks.python_source.forward import ForwardText, living, unused_with
from nasport.toolkit.networks.python_source.helpers import split
from nasport.toolkit.networks.python_source.line_breaking import BODY, INDENT
from nasport.toolkit.networks.python_source.modules import Spec, constructed, spec_of


@dataclass(frozen=True)
class CellClass:
    """A class and how it is constructed at each place.

    Attributes:
        lines: its text.
        constructions: an expression for every use.
        needs: classes and functions that it uses.
    """

    lines: list[str]
    constructions: list[py.Bracket]
    needs: list[Copied]


def cell_classes(
    names: Sequence[str], title: str, uses: Sequence[Use], rule: str
) -> tuple[list[CellClass], list[py.Bracket]]:
    """The classes that a cell needs, one where that can be, and how it is constructed at every place.

    Args:
        names: of the classes, as many as there are uses at least.
        title: first line of the docstring.
        uses: the cell at every place of the network.
        rule: of the cell for its channels.
    """
    groups = [list(range(len(uses)))]
    try:
        classes = [_Writer(uses, rule).written(names[0], title)]
    except IrregularError:  # one class for each places with the very same layers
        alike: dict[tuple[Any, ...], list[int]] = {}
        for place, use in enumerate(uses):
            steps = tuple((step.name, step.operator, step.sources, step.join) for step in use.module.steps)
            layers = tuple((name, spec_of(layer).outline) for name, layer in use.module.operators.items())
            alike.setdefault((steps, layers), []).append(place)
        groups = list(alike.values())
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
    """The class while it is written."""

    def __init__(self, uses: Sequence[Use], rule: str) -> None:
        """Args:
        uses: its places.
        rule: for its channels.

        Raises:
            IrregularError: the cell's steps are not the same everywhere.
        """
        self.rows, self.uses, self.inputs = aligned(uses), uses, uses[0].module.inputs
        self.needs: list[Copied] = []  # classes and functions used so far
        # Arguments that say which of two layers there is, and their values.
        self.flags: dict[str, Values] = {}
        self.kept: dict[str, str] = {}  # numbers kept for `forward`, by the name of the attribute
        known = {name: tuple(use.numbers[name] for use in uses) for name in uses[0].numbers}
        if known.get("inputs") == known["width"]:
            del known["inputs"]
        joined = [len(row.step.sources) for row in self.rows if row.step.join == "concat"]
        parts = max(joined, default=0) if rule == "split" else 0
        self.numbers = Numbers(known, parts, states_own=rule == "own")
        self.widths = self._widths()

    def written(self, name: str, title: str) -> CellClass:
        layers: list[str] = []
        alive = living(self.inputs, self.rows)
        for place, row in enumerate(self.rows):
            if row.has_module:
                layer = self._layer(row)
                layers += layer if place in alive else py.marked(layer, "leads nowhere")
        forward = ForwardText(self.inputs, self.rows, self._cut).lines()
        begin = [f"{BODY}super().__init__()"]
        if self.numbers.splits:
            self.needs.append(split)
            begin.append(f"{BODY}{PARTS} = split(width, {self.numbers.parts})")
        keeps = [f"{BODY}self.{attribute} = {value}" for attribute, value in self.kept.items()]
        plain = [one for one in self.numbers.known if one in self.numbers.used and one != "stride"]
        parameters = ["self", *[f"{one}: int" for one in [*plain, *self.numbers.own]]]
        if "stride" in self.numbers.used:
            parameters.append("stride: int = 1")
        parameters += [f"{flag}: bool = False" for flag in self.flags]
        init = [*py.function("__init__", parameters, "None", 1), *begin, *layers, *keeps]
        lines = py.text_of([[f"class {name}(nn.Module):", f'{INDENT}"""{title}"""'], init, forward], 1)
        constructions = []
        for place in range(len(self.uses)):
            given = [f"{one}={self.numbers.known[one][place]}" for one in plain]
            given += [f"{one}={values[place]}" for one, values in self.numbers.own.items()]
            if "stride" in self.numbers.used and self.numbers.known["stride"][place] != 1:
                given.append(f"stride={self.numbers.known['stride'][place]}")
            given += [f"{flag}=True" for flag, values in self.flags.items() if values[place]]
            constructions.append(py.call(name, *given))
        return CellClass(lines, constructions, self.needs)

    def _layer(self, row: AlignedStep) -> list[str]:
        """The statement that constructs the layer of a step, or one for every case."""
        target = f"self.{row.step.name} = "
        cases = [(when, self._constructed(row, places)) for when, places in self._branches(row)]
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
        """Which kind of layer a step has when: by the shapes, or by a flag that says that an input of the cell is larger."""
        outlines = [(spec or Spec(nn.Identity)).outline for spec in row.specs]
        source, flags = row.step.sources[0], {}
        if len(self.inputs) > 1 and source < len(self.inputs) and len(set(outlines)) == 2:
            flag = f"{self.inputs[source]}_is_larger"
            reduces = tuple(spec is not None and FactorizedReduce in spec.kinds() for spec in row.specs)
            if self.flags.get(flag, reduces) == reduces:
                flags[flag] = reduces
        found = branches(outlines, range(len(outlines)), flags | self.numbers.conditions())
        if found is None:
            raise IrregularError
        words = {word for condition, _ in found for word in condition.split()}
        self.numbers.used.update(words.intersection(self.numbers.known))
        self.flags |= {flag: values for flag, values in flags.items() if flag in words}
        return found

    def _constructed(self, row: AlignedStep, places: Sequence[int]) -> py.Bracket:
        specs = [row.specs[place] or Spec(nn.Identity) for place in places]
        self.needs += [kind for spec in specs for kind in spec.kinds()]
        source = row.step.sources[0]
        names = self.inputs if len(self.inputs) > 1 else ("inputs",)
        prefer = names[source] if source < len(names) else ""
        return constructed(specs, self.numbers.argument(row.step.name, places, prefer))

    def _cut(self, row: AlignedStep, source: int) -> str | None:
        """To how many channels a source of a step is cut, as `forward` writes it; None: not at all."""
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
        """A number of channels as `forward` can read it."""
        text = self.numbers.channels(values, range(len(self.uses)))
        if text is None and len(set(values)) == 1:
            return str(values[0])
        if text is None:
            text = self.numbers.one_of_its_own(f"{step.name}_channels", values)
        part = text.removeprefix(PARTS) if text.startswith(f"{PARTS}[") else ""
        attribute = PARTS if part else f"{step.name}_channels"
        attribute = unused_with(attribute, {row.step.name for row in self.rows} | set(dir(nn.Module())))
        self.kept[attribute] = PARTS if part else text
        return f"self.{attribute}{part}"

    def _widths(self) -> list[Values]:
        """Channels of every value of the cell, inputs first, at every place."""
        names = self.inputs if len(self.inputs) > 1 else ("inputs",)
        found: list[Values] = [tuple(use.numbers[name] for use in self.uses) for name in names]
        for row in self.rows:
            of_step = []
            for place in range(len(self.uses)):
                sources = [found[source][place] for source in row.step.sources]
                cut, spec = row.cuts[place], row.specs[place]
                before = sum(sources) if row.step.join == "concat" else sources[0]
                before = cut if cut is not None else before
                of_step.append(spec.channels_after(before) if spec else before)
            found.append(tuple(of_step))
        return found
