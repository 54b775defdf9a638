"""Search space around a model: its depths, widths, kernels and expansions become choices.

The model is a member of the search space. Every value is tried in the model itself; a value is dropped if the costs of the
changed network cannot be counted, for example if heads or groups do not divide a width. Consecutive stages of one width share
one choice of width.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from math import gcd, lcm
from typing import Any, NamedTuple

from nasport.runtime.costs.skeleton import network_cost
from nasport.runtime.operators.quantities import UnknownCostError
from nasport.schemas.architecture import Architecture, architecture_from_json
from nasport.schemas.checks import topological_order
from nasport.schemas.errors import InputError
from nasport.schemas.space import FORMAT, VERSION, space_from_json
from nasport.toolkit.importing.space_operators import BLOCKS, Json, Variants, choices_of

WIDTH_FACTORS = (0.5, 0.75, 1, 1.25, 1.5)
WIDTH_MULTIPLE = 8
FEWER_REPEATS, MORE_REPEATS = 1, 2
# Limits of a search space document.
MAX_CHOICES, MAX_CELLS, LONGEST_NAME = 100, 64, 180

# Attribute that must divide the width, by kind of operator. It is scaled together with the width.
_DIVIDING = {"bottleneck": "groups", "self_attention": "heads"}


class _Place(NamedTuple):
    """A value in the document that a choice sets.

    Attributes:
        owner: JSON object that holds the value.
        key: key of the value in that object.
        values: value for each option.
    """

    owner: Json
    key: str
    values: Sequence[Any]


@dataclass(frozen=True)
class _Choice:
    """A choice among options, which sets one or several values of the document.

    Attributes:
        places: values that the choice sets together.
        kept: indices of the options with which the costs of the model can be counted.
    """

    places: Sequence[_Place]
    kept: Sequence[int]

    def values(self, place: _Place) -> list[Any]:
        """Return the values that one of the places takes, one for each kept option."""
        return [place.values[option] for option in self.kept]


@dataclass
class _Run:
    """Consecutive stages that have the same width.

    Attributes:
        width: number of channels; None if none of the stages states it.
        stages: stages of the document.
        is_fixed: whether the width cannot change.
    """

    width: int | None
    stages: list[Json] = field(default_factory=list)
    is_fixed: bool = False


def space_around(architecture: Architecture) -> Json:
    """Return the document of a search space of which a model is a member.

    Raises:
        InputError: the costs of the model cannot be counted, or none of its depths, widths, kernels and expansions can vary.
    """
    draft = _Draft(architecture)
    try:
        network_cost(architecture)
    except UnknownCostError as error:
        raise InputError(
            f"{draft.name}: no search space, because its costs cannot be counted: {error.problem}"
        ) from None
    draft.find()
    if not draft.found and not draft.layers:
        problem = "no depth, width, kernel or expansion can be varied, expected a model with one of them"
        raise InputError(f"{draft.name}: {problem}")
    return space_from_json(draft.space()).to_json()


class _Draft:
    """Document of a model, with the choices that were found for it.

    Attributes:
        document: document of the model; `space` writes the choices into it.
        found: choices of single values and of widths.
        layers: stages in which every layer chooses among cells of different expansions, each with its possible depths.
        expansions: choice of the expansion of the feed-forward networks of a cell, by the name of the cell.
    """

    def __init__(self, architecture: Architecture) -> None:
        self.document: Json = deepcopy(architecture.to_json())
        self.name = (architecture.name or "the model")[:LONGEST_NAME]
        self.operators = Variants(self.document.setdefault("operators", {}))
        self.cells: Json = self.document["cells"]
        self.skeleton: Json = self.document.get("skeleton", {"stages": []})
        self.stages: list[Json] = [
            stage for part in ("stem", "stages", "head") for stage in self.skeleton.get(part, ())
        ]
        self.found: list[_Choice] = []
        self.layers: list[tuple[Json, list[int]]] = []
        self.expansions: dict[str, _Choice] = {}

    def find(self) -> None:
        """Find all choices of widths, depths, kernels and expansions."""
        runs = self._runs()
        for run in runs:
            if run.width is not None and not run.is_fixed:
                self._add(self._widths(run, run.width))
        follows = [stage for run in runs for k, stage in enumerate(run.stages) if k or "width" not in stage]
        for stage in self.skeleton["stages"]:
            self._depth(stage, any(stage is other for other in follows))
        for place in (*(node for cell in self.cells.values() for node in cell["nodes"]), *self.stages):
            self._operator(place)

    def _add(self, places: Sequence[_Place]) -> None:
        choice = self._choice(places)
        if choice is not None:
            self.found.append(choice)

    def _depth(self, stage: Json, follows: bool) -> None:
        """Find the choice of a stage's number of repeats.

        Args:
            stage: stage of the document.
            follows: whether it has the width of the stage before it.
        """
        repeats = stage.get("repeats", 1)
        is_block = "op" in stage and self.operators.stated(stage).kind in BLOCKS
        if not is_block and (repeats == 1 or "padding" in stage.get("attributes", {})):
            return
        counts = range(max(repeats - FEWER_REPEATS, 1), repeats + MORE_REPEATS + 1)
        depth = self._choice([_Place(stage, "repeats", counts)])
        if depth is None:
            return
        if follows and stage.get("stride", 1) == 1 and self._in_layers(stage.get("cell", "")):
            self.layers.append((stage, depth.values(depth.places[0])))
        else:
            self.found.append(depth)

    def _in_layers(self, name: str) -> bool:
        """Return whether every layer of a stage of this cell can choose its expansion; the choice is cached."""
        cell: Json = self.cells.get(name, {})
        if name not in self.expansions and len(self.cells) + 3 * len(self.expansions) < MAX_CELLS - 3:
            places = [
                _Place(node["attributes"], "expansion", dict(choices_of(self.operators.stated(node)))["expansion"])
                for node in cell.get("nodes", ())
                if "op" in node and self.operators.stated(node).kind == "feed_forward"
                and "expansion" in node.get("attributes", {})
            ]  # fmt: skip
            choice = self._choice(places) if cell.get("channels", "same") == "same" else None
            if choice is not None:
                self.expansions[name] = choice
        return name in self.expansions

    def _operator(self, place: Json) -> None:
        """Find choices of the kernel and the expansion of a stage's or a node's operator."""
        if "op" not in place:
            return
        attributes = place.get("attributes", {})
        written = [place.owner for choice in self.expansions.values() for place in choice.places]
        for name, values in choices_of(self.operators.stated(place)):
            if name in attributes and not any(attributes is owner for owner in written):
                self._add([_Place(attributes, name, values)])
        self._add([_Place(place, "op", self.operators.keys(place))])

    def _runs(self) -> list[_Run]:
        runs = [_Run(None)]
        for stage in self.stages:
            width, is_fixed = stage.get("width"), self._is_fixed(stage)
            runs[-1].is_fixed |= is_fixed
            if width not in (None, runs[-1].width):
                runs.append(_Run(width, is_fixed=is_fixed))
            runs[-1].stages.append(stage)
            if self.cells.get(stage.get("cell", ""), {}).get("channels") == "own":
                runs.append(_Run(None))
        # Without a classifier, the last width is the network's output and must not change.
        runs[-1].is_fixed |= "classes" not in self.skeleton
        return runs

    def _is_fixed(self, stage: Json) -> bool:
        """Return whether an operator of a stage states its parameters, which are valid for only one width."""
        operators = map(self.operators.stated, self._operators_of(stage))
        return any(operator.value("parameters") is not None for operator in operators)

    def _operators_of(self, stage: Json) -> list[Json]:
        """Return the stages or nodes with an operator: the nodes of the stage's cell, or the stage itself."""
        places = self.cells[stage["cell"]]["nodes"] if "cell" in stage else [stage]
        return [place for place in places if "op" in place]

    def _widths(self, run: _Run, width: int) -> list[_Place]:
        dividing = list(self._dividing(run))
        step = lcm(WIDTH_MULTIPLE, *(width // gcd(width, owner[key]) for owner, key in dividing))
        rounded = {max(step, round(width * factor / step) * step) for factor in WIDTH_FACTORS}
        widths = sorted({*rounded, width})
        grown = [
            _Place(owner, key, [each * owner[key] // width for each in widths]) for owner, key in dividing
        ]
        return [*(_Place(stage, "width", widths) for stage in run.stages if "width" in stage), *grown]

    def _dividing(self, run: _Run) -> Iterator[tuple[Json, str]]:
        """Yield (attributes, key) of the numbers that must divide the width of a run and of no other run."""
        within = [id(stage) for stage in run.stages]
        seen = {stage["cell"] for stage in self.stages if "cell" in stage and id(stage) not in within}
        for stage in run.stages:
            places = [] if stage.get("cell") in seen else self._operators_of(stage)
            seen |= {stage["cell"]} if "cell" in stage else set()
            for place in places:
                attributes = place.get("attributes", {})
                key = _DIVIDING.get(self.operators.stated(place).kind, "")
                is_only_divisor = not {"head_width", "key_value_heads", "channels"} & attributes.keys()
                if attributes.get(key, 1) > 1 and is_only_divisor:
                    yield attributes, key

    def _choice(self, places: Sequence[_Place]) -> _Choice | None:
        """Return a choice of the options with which the costs can be counted; None if fewer than two remain."""
        options = range(min((len(place.values) for place in places), default=0))
        before = [place.owner.get(place.key, 1) for place in places]
        kept = [option for option in options if self._counts(places, option)] if len(options) > 1 else []
        _put(places, before)
        return _Choice(places, kept) if len(kept) > 1 else None

    def _counts(self, places: Sequence[_Place], option: int) -> bool:
        _put(places, [place.values[option] for place in places])
        try:
            network_cost(architecture_from_json(self.document))
        except (InputError, UnknownCostError):
            return False
        return True

    def space(self) -> Json:
        """Return the document of the search space, with the choices in place of the model's values."""
        choices: dict[str, list[Any]] = {}
        for choice in self.found:
            if len(choice.places) == 1:
                place, values = choice.places[0], choice.values(choice.places[0])
                place.owner.pop(place.key, None)
                place.owner.update(
                    {"candidates": values} if place.key == "op" else {place.key: {"choose": values}}
                )
            elif len(choices) < MAX_CHOICES:
                _write_named(choice, f"width {len(choices) + 1}", choices)
        self._write_layers()
        cells = {name: {**cell, "nodes": _ordered(cell["nodes"])} for name, cell in self.cells.items()}
        return {
            "format": FORMAT,
            "version": VERSION,
            "name": f"{self.name}_space",
            "description": f"Other depths, widths, kernels and expansions of {self.name}, a member.",
            "operators": self.operators.own,
            "choices": choices,
            "cells": cells,
            "skeleton": self.skeleton,
        }

    def _write_layers(self) -> None:
        cells = {name: self._cells_of(name, choice) for name, choice in self.expansions.items()}
        for stage, lengths in self.layers:
            width = {"width": {"times": 1}} if "width" in stage else {}
            options = [[{"cell": name} | width] for name in cells[stage["cell"]]]
            stage.clear()
            stage["sequence"] = {"length": {"min": min(lengths), "max": max(lengths)}, "options": options}

    def _cells_of(self, name: str, choice: _Choice) -> list[str]:
        """Add copies of a cell with other expansions and return the names of all; the cell itself is unchanged."""
        cell, names, places = self.cells[name], [], choice.places
        original = [place.owner["expansion"] for place in places]
        for option in choice.kept:
            values = [place.values[option] for place in places]
            names.append(name if values == original else f"{name}, expansion {values[0]}")
            _put(places, values)
            self.cells.setdefault(names[-1], deepcopy(cell))
        _put(places, original)
        return names


def _put(places: Sequence[_Place], values: Sequence[Any]) -> None:
    for place, value in zip(places, values, strict=True):
        place.owner[place.key] = value


def _write_named(choice: _Choice, name: str, choices: dict[str, list[Any]]) -> None:
    """Write a choice that sets several values of the document."""
    for place in choice.places:
        values = choice.values(place)
        own = {} if choices.setdefault(name, values) == values else {"values": values}
        place.owner[place.key] = {"choice": name, **own}


def _ordered(nodes: Sequence[Json]) -> list[Json]:
    """Return the nodes of a cell in topological order."""
    by_id: Mapping[str, Json] = {node["id"]: node for node in nodes}
    order = topological_order({name: node.get("inputs", ()) for name, node in by_id.items()})
    return [by_id[name] for name in order or ()]
