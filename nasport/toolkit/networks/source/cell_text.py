"""The class of a cell as source text: one class for the cell at all places of a network, with what differs as arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from nasport.toolkit.networks.cell_module import CellNetwork, Step, fitted
from nasport.toolkit.networks.operators.convolution import FactorizedReduce
from nasport.toolkit.networks.source.alignment import Row, Use, aligned
from nasport.toolkit.networks.source.blocks import Copied
from nasport.toolkit.networks.source.branches import Branch, branches
from nasport.toolkit.networks.source.class_arguments import PARTS, IrregularError, Numbers, Values
from nasport.toolkit.networks.source.forward import forward_lines, living
from nasport.toolkit.networks.source.helpers import split
from nasport.toolkit.networks.source.line_breaking import (
    INDENT,
    Bracket,
    call,
    fits,
    function,
    marked,
    statement,
)
from nasport.toolkit.networks.source.modules import Spec, constructed, spec_of


@dataclass
class CellClass:
    """A class and how it is constructed at each place.

    Attributes:
        lines: its text.
        constructions: an expression for every use.
        needs: classes and functions that it uses.
    """

    lines: list[str]
    constructions: list[Bracket]
    needs: list[Copied]


def cell_classes(
    names: Sequence[str], title: str, uses: Sequence[Use], splits: bool
) -> tuple[list[CellClass], list[Bracket]]:
    """The classes that a cell needs, one where that can be, and how it is constructed at every place.

    Args:
        names: of the classes, as many as there are uses at least.
        title: first line of the docstring.
        uses: the cell at every place of the network.
        splits: whether the cell divides its output's channels among its nodes.
    """
    groups = [list(range(len(uses)))]
    try:
        classes = [_written(names[0], title, uses, splits)]
    except IrregularError:  # one class for each places with the very same layers
        alike: dict[tuple[Any, ...], list[int]] = {}
        for place, use in enumerate(uses):
            alike.setdefault(_outline(use.module), []).append(place)
        groups = list(alike.values())
        classes = [
            _written(name, title, [uses[place] for place in group], splits)
            for name, group in zip(names, groups, strict=False)
        ]
    constructions = {
        place: construction
        for group, written in zip(groups, classes, strict=True)
        for place, construction in zip(group, written.constructions, strict=True)
    }
    return classes, [constructions[place] for place in range(len(uses))]


def _outline(module: CellNetwork) -> tuple[Any, ...]:
    layers = tuple((name, spec_of(layer).outline) for name, layer in module.operators.items())
    return (tuple((step.name, step.operator, step.sources, step.join) for step in module.steps), layers)


def _written(name: str, title: str, uses: Sequence[Use], splits: bool) -> CellClass:
    rows = aligned(uses)
    if rows is None:
        raise IrregularError
    writer = _Writer(rows, uses, splits)
    return writer.written(name, title)


@dataclass
class _Writer:
    """The class while it is written.

    Attributes:
        rows: the cell's steps.
        uses: its places.
        splits: whether it divides its channels.
        needs: classes and functions used so far.
        flags: arguments that say which of two layers there is, and their values.
        kept: lines that keep numbers for `forward`, by the name of the attribute.
    """

    rows: Sequence[Row]
    uses: Sequence[Use]
    splits: bool
    needs: list[Copied] = field(default_factory=list)
    flags: dict[str, Values] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.inputs = self.uses[0].module.inputs
        known = {name: tuple(use.numbers[name] for use in self.uses) for name in self.uses[0].numbers}
        if known.get("inputs") == known["width"]:
            del known["inputs"]
        parts = 0
        if self.splits:
            parts = max((len(row.step.sources) for row in self.rows if row.step.join == "concat"), default=0)
        self.numbers = Numbers(known, parts)
        self.widths = self._widths()

    def written(self, name: str, title: str) -> CellClass:
        layers = self._layers()
        forward = forward_lines(
            self.inputs, self.rows, self._cut, {row.step.name for row in self.rows if row.has_module}
        )
        begin = [f"{INDENT * 2}super().__init__()"]
        if self.numbers.splits:
            self.needs.append(split)
            begin.append(f"{INDENT * 2}{PARTS} = split(width, {self.numbers.parts})")
        keeps = [f"{INDENT * 2}self.{attribute} = {value}" for attribute, value in self.kept.items()]
        plain = [one for one in self.numbers.known if one in self.numbers.used and one != "stride"]
        parameters = ["self", *[f"{one}: int" for one in [*plain, *self.numbers.own]]]
        if "stride" in self.numbers.used:
            parameters.append("stride: int = 1")
        parameters += [f"{flag}: bool = False" for flag in self.flags]
        lines = [
            f"class {name}(nn.Module):",
            f'{INDENT}"""{title}"""',
            "",
            *function("__init__", parameters, "None", 1),
            *begin,
            *layers,
            *keeps,
            "",
            *forward,
        ]
        places = range(len(self.uses))
        return CellClass(lines, [self._construction(name, plain, place) for place in places], self.needs)

    def _construction(self, name: str, plain: Sequence[str], place: int) -> Bracket:
        given = [f"{one}={self.numbers.known[one][place]}" for one in plain]
        given += [f"{one}={values[place]}" for one, values in self.numbers.own.items()]
        if "stride" in self.numbers.used and self.numbers.known["stride"][place] != 1:
            given.append(f"stride={self.numbers.known['stride'][place]}")
        given += [f"{flag}=True" for flag, values in self.flags.items() if values[place]]
        return call(name, *given)

    def _layers(self) -> list[str]:
        """The lines that construct the layers; those that `forward` does not call are marked."""
        alive = living(self.inputs, self.rows)
        lines: list[str] = []
        for place, row in enumerate(self.rows):
            if row.has_module:
                layer = self._layer(row)
                if place not in alive:
                    layer = marked(layer, "leads nowhere")
                lines += layer
        return lines

    def _layer(self, row: Row) -> list[str]:
        """The statement that constructs the layer of a step, or one for every case."""
        target = f"self.{row.step.name} = "
        cases = self._branches(row)
        layers = [self._constructed(row, case.places) for case in cases]
        if len(cases) == 1:
            return statement(target, layers[0], 2)
        flat = f"{target}{layers[0]} if {cases[0].condition} else {layers[-1]}"
        if len(cases) == 2 and fits(flat, 2):
            return [INDENT * 2 + flat]
        lines: list[str] = []
        for case, layer in zip(cases, layers, strict=True):
            word = f"{'elif' if lines else 'if'} {case.condition}" if case.condition else "else"
            lines += [f"{INDENT * 2}{word}:", *statement(target, layer, 3)]
        return lines

    def _branches(self, row: Row) -> list[Branch]:
        """Which kind of layer a step has when: by the shapes, or by a flag that says that an input of the cell is larger."""
        outlines = [(spec or Spec(nn.Identity)).outline for spec in row.specs]
        source, flags = row.step.sources[0], {}
        if len(self.inputs) > 1 and source < len(self.inputs) and len(set(outlines)) == 2:
            flag = f"{self.inputs[source]}_is_larger"
            reduces = tuple(spec is not None and FactorizedReduce in spec.kinds() for spec in row.specs)
            if self.flags.get(flag, reduces) == reduces:
                flags[flag] = reduces
        found = branches(outlines, flags | self.numbers.conditions())
        words = {word for branch in found for word in branch.condition.split()}
        self.numbers.used.update(words.intersection(self.numbers.known))
        self.flags |= {flag: values for flag, values in flags.items() if flag in words}
        return found

    def _constructed(self, row: Row, places: Sequence[int]) -> Bracket:
        specs = [row.specs[place] or Spec(nn.Identity) for place in places]
        self.needs += [kind for spec in specs for kind in spec.kinds()]
        source = row.step.sources[0]
        prefer = ""
        if source < len(self.inputs):
            prefer = self.inputs[source] if len(self.inputs) > 1 else "inputs"
        return constructed(specs, self.numbers.argument(row.step.name, places, prefer))

    def _cut(self, row: Row, source: int) -> str | None:
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

    def _attribute(self, step: Step, values: Values) -> str:
        """A number of channels as `forward` can read it."""
        text = self.numbers.channels(values, range(len(self.uses)))
        if text is None and len(set(values)) == 1:
            return str(values[0])
        if text is None:
            text = self.numbers.one_of_its_own(f"{step.name}_channels", values)
        part = text.removeprefix(PARTS) if text.startswith(f"{PARTS}[") else ""
        attribute = PARTS if part else f"{step.name}_channels"
        taken = {row.step.name for row in self.rows} | set(dir(nn.Module()))
        while attribute in taken:
            attribute += "_"
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
