"""An operator is defined by its attributes: another name changes nothing, and every attribute has an effect."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import cache
from importlib.resources import files
from typing import Any

import pytest

from nasport.runtime.costs import costs
from nasport.runtime.operators import is_counted, path_attributes
from nasport.runtime.predictor import Predictor
from nasport.schemas import Architecture, InputError, architecture_from_json, architecture_hash, vocabulary
from nasport.schemas.operators import attribute_words, kinds
from tests.documents import node

Entry = dict[str, Any]
ENTRIES: dict[str, Entry] = json.loads((files("nasport.schemas") / "operators.json").read_text())["operators"]
JOINS = ("sum", "concat", "product", "mean")
WIDE = [{"op": "stem_conv3x3", "width": 96}]
TOKENS = [{"op": "patch_embedding", "width": 96, "attributes": {"kernel": 2}}, {"op": "class_token"}]


def document(
    name: str, own: Entry | None = None, in_cell: bool = False, stem: list[Entry] = WIDE, **stated: Any
) -> Entry:
    """Return a document with an operator, from the vocabulary or its own, as a layer or in a cell, with attributes."""
    kind = (own or ENTRIES[name])["kind"]
    stage = {"op": name, **stated}
    cells = {}
    if in_cell:
        before, after = (name if kind == end else end for end in ("input", "output"))
        attributes = {"attributes": stated.pop("attributes")} if "attributes" in stated else {}
        joins = {"join": "concat"} if kind == "concat" else {}
        read = ("a", "in") if kind in (*JOINS, "elementwise") else ("in",)
        middle = [] if kind in ("input", "output") else [node("x", name, *read, **joins, **attributes)]
        nodes = [node("in", before), node("a", "conv_1x1", "in"), *middle]
        cells = {"cell": {"nodes": [*nodes, node("out", after, nodes[-1]["id"])]}}
        stage = {"cell": "cell", **stated}
    return {
        "format": "nasport-architecture",
        "version": 1,
        **({"operators": {name: own}} if own else {}),
        "cells": cells,
        "skeleton": {"input": {"channels": 3, "height": 32, "width": 32}, "stem": stem, "stages": [stage]},
    }


def network(architecture: Architecture) -> str:
    """Return the written module without the lines that name the architecture, or the reason why there is none."""
    import torch

    from nasport.toolkit.networks.python_source.module_text import source_text

    try:
        with torch.device("meta"):
            return source_text(architecture).split('\n"""\n', 1)[1]
    except InputError as error:
        return error.problem


def _renamed(key: str) -> list[tuple[Entry, Entry]]:
    """Documents with an operator of the vocabulary, each paired with an equal operator of its own."""
    operator = vocabulary()[key]
    entry = {name: value for name, value in ENTRIES[key].items() if name != "family"}
    older = {
        "kind": operator.kind,
        **operator.to_json(),
    }  # in nasport's form, by the kind that older documents use
    others = [("mine", entry), ("mine", older), ("conv_5x5" if key != "conv_5x5" else "conv_3x3", entry)]
    places = [{"in_cell": True}, {"in_cell": True, "width": 64, "stride": 2}]
    if operator.kind not in ("input", "output"):
        places += [{}, {"width": 64, "stride": 2}]
    return [
        (document(key, **place), document(name, own, **place)) for place in places for name, own in others
    ]


def test_an_equal_operator_under_another_name_has_the_same_hash_cost_and_score() -> None:
    pairs = [map(architecture_from_json, pair) for key in ENTRIES for pair in _renamed(key)]
    ones, others = zip(*pairs, strict=True)
    assert [*map(architecture_hash, ones)] == [*map(architecture_hash, others)]
    assert [*map(costs, ones)] == [*map(costs, others)]
    predictor = Predictor.load()
    assert [each.score for each in predictor.score(ones)] == [each.score for each in predictor.score(others)]


def _distinct() -> list[str]:
    """Return one key for each group of operators that differ only in name, description and numbers, except an expansion
    of 1.
    """
    found: dict[str, str] = {}
    for key, entry in ENTRIES.items():
        told = {name: value for name, value in entry.items() if isinstance(value, str) and name != "text"}
        told |= {"expands": entry.get("expansion") != 1, "squeezes": "squeeze" in entry}
        if is_counted(vocabulary()[key]):
            found.setdefault(json.dumps(told, sort_keys=True), key)
    return [*found.values()]


@pytest.mark.parametrize("key", _distinct())
def test_an_equal_operator_under_another_name_has_the_same_network(key: str) -> None:
    pytest.importorskip("torch", reason="needs the extra 'gennas'")
    for given, renamed in _renamed(key)[::3]:
        assert network(architecture_from_json(given)) == network(architecture_from_json(renamed))


MISLEADING = (
    "Softmax-weighted average pooling, padded",
    "Element-wise maximum of a Convolution 3 by 3 with squeeze and excitation and a residual connection",
    "none",
)


@pytest.mark.parametrize("key", _distinct())
def test_the_description_of_a_known_operator_has_no_effect(key: str) -> None:
    pytest.importorskip("torch", reason="needs the extra 'gennas'")
    kind = kinds()[ENTRIES[key]["kind"]]
    told = ("kind", "ordered", "stride", *kind.needs, *kind.optional)
    place = {"in_cell": True, "width": 64, "stride": 2}
    given = architecture_from_json(document(key, **place))
    for text in MISLEADING:
        own = {name: value for name, value in ENTRIES[key].items() if name in told}
        renamed = architecture_from_json(document(key, {"text": text, **own}, **place))
        assert path_attributes(renamed.operator(key)) == path_attributes(given.operator(key))
        assert costs(renamed) == costs(given)
        assert network(renamed) == network(given).replace(repr(ENTRIES[key]["text"]), repr(text))


VALUES: dict[str, tuple[float, ...]] = {
    **dict.fromkeys(("kernel", "dilation", "repeats", "groups", "heads"), (2, 3)),
    "stride": (2,),
    "expansion": (1, 2.5),
    "channels": (64,),
    "squeeze": (0.5,),
    "squeeze_multiple": (7,),
    "bias": (0, 1),
    "head_width": (16,),
    **dict.fromkeys(("kernel_width", "padding", "resolution"), (2, 7)),
    "key_value_heads": (2,),
    "query_bias": (0,),
}
PLACES: list[Entry] = [{}, {"width": 64, "stride": 2}, {"in_cell": True, "width": 64}, {"stem": TOKENS}]


@cache
def _seen(key: str, place: int, attribute: str = "", value: float | str = "") -> tuple[object, str]:
    """Return an operator's cost and written module in one position, with or without an attribute."""
    stated = {"attributes": {attribute: value}} if attribute else {}
    architecture = architecture_from_json(document(key, **PLACES[place], **stated))
    return costs(architecture), network(architecture)


def _without_effect(key: str, attribute: str) -> list[float | str]:
    """Return allowed values of an attribute that have no effect in any position."""
    operator, idle = vocabulary()[key], []
    for value in attribute_words().get(attribute, VALUES.get(attribute, ())):
        if operator.value(attribute) == value:
            continue
        with suppress(InputError):  # refused
            if all(_seen(key, k) == _seen(key, k, attribute, value) for k in range(len(PLACES))):
                idle.append(value)
    return idle


@pytest.mark.parametrize("key", _distinct())
def test_every_attribute_of_an_operator_changes_its_cost_or_network(key: str) -> None:
    pytest.importorskip("torch", reason="needs the extra 'gennas'")
    idle = {name for name in (*VALUES, *attribute_words()) if _without_effect(key, name)}
    expanded_is_input = ENTRIES[key].get("expansion") == 1 and "squeeze" in ENTRIES[key]
    assert idle == ({"squeeze_of"} if expanded_is_input else set())
