"""Recipes of NAS-Bench-NLP."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasport.schemas import InputError, architecture_from_json
from nasport.toolkit.notations import notation
from nasport.toolkit.notations.nasbench_nlp import OPERATORS
from nasport.toolkit.notations.same_graph import same_cells
from tests.documents import hash_of
from tests.tables import nasbench_nlp, sample
from tests.test_notations_darts import renamed

# A gated recurrent unit, its nodes out of order.
GRU = {
    "h_new_0": {"op": "blend", "input": ["z", "h_prev_0", "n"]},
    "z": {"op": "activation_sigm", "input": ["z_sum"]},
    "z_sum": {"op": "linear", "input": ["x", "h_prev_0"]},
    "r": {"op": "activation_sigm", "input": ["r_sum"]},
    "r_sum": {"op": "linear", "input": ["x", "h_prev_0"]},
    "reset": {"op": "elementwise_prod", "input": ["r", "h_prev_0"]},
    "n": {"op": "activation_tanh", "input": ["n_sum"]},
    "n_sum": {"op": "linear", "input": ["x", "reset"]},
}


@st.composite
def recipes(draw: st.DrawFn) -> dict[str, Any]:
    states = draw(st.integers(1, 3))
    known = ["x", *(f"h_prev_{i}" for i in range(states))]
    inner = draw(st.integers(0, 6))
    names = [f"node_{i}" for i in range(inner)] + [f"h_new_{i}" for i in range(states)]
    recipe = {}
    for name in names:
        operator = draw(st.sampled_from(list(OPERATORS)))
        count = OPERATORS[operator] or draw(st.integers(1, 4))
        inputs = [draw(st.sampled_from(known)) for _ in range(count)]
        recipe[name] = {"op": operator, "input": inputs}
        known.append(name)
    order = draw(st.permutations(list(recipe)))
    return {name: recipe[name] for name in order}


@given(recipes(), st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_recipes_round_trip(recipe: dict[str, Any], seed: int) -> None:
    nlp = notation("nasbench_nlp")
    text = json.dumps(recipe)
    architecture = architecture_from_json(nlp.parse(text).to_json())
    assert nlp.write(architecture) == text
    assert nlp.write(replace(architecture, source=None)) == text
    assert nlp.write(renamed(architecture, seed, source=True)) == text
    again = nlp.parse(nlp.write(renamed(architecture, seed, source=False)))
    assert same_cells(again, architecture)
    assert hash_of(again) == hash_of(architecture)


def test_the_order_of_blended_inputs_is_distinguished() -> None:
    nlp = notation("nasbench_nlp")
    first = nlp.parse(json.dumps(GRU))
    other = nlp.parse(json.dumps({**GRU, "h_new_0": {"op": "blend", "input": ["z", "n", "h_prev_0"]}}))
    assert hash_of(first) != hash_of(other)
    assert not same_cells(first, other)


def test_ids_equal_to_names_of_inputs_are_replaced() -> None:
    """A document may have a node `x`; a recipe may not."""
    nlp = notation("nasbench_nlp")
    value = nlp.parse(nlp.example).to_json()
    value.pop("source")
    text = json.dumps(value["cells"]["cell"]["nodes"])
    text = text.replace('"x", "op"', '"in", "op"').replace('["x", "h_prev_0"]', '["in", "h_prev_0"]')
    value["cells"]["cell"]["nodes"] = json.loads(text.replace('"f"', '"x"'))
    written = json.loads(nlp.write(architecture_from_json(value)))
    assert written["node_x"] == {"op": "linear", "input": ["x", "h_prev_0"]}
    assert written["h_new_0"]["input"] == ["node_x"]


@pytest.mark.parametrize(
    ("run", "classes"), [("train_logs_wikitext-2", 33_278), ("train_logs_single_run", 10_000)]
)
def test_a_row_of_the_logs_determines_the_vocabulary(run: str, classes: int) -> None:
    nlp = notation("nasbench_nlp")
    architecture = nlp.parse(json.dumps({"run": run, "recepie": nlp.example, "num_params": 1}))
    assert architecture.skeleton is not None
    assert architecture.skeleton.classes == classes
    assert nlp.write(architecture) == nlp.example


def _recipe(**changes: Any) -> str:
    return json.dumps({**json.loads(notation("nasbench_nlp").example), **changes})


def _node(op: str, *inputs: Any) -> dict[str, Any]:
    return {"op": op, "input": list(inputs)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "expected an object of named nodes"),
        ("[]", "expected an object"),
        ('{"h_new_0": 3}', "h_new_0: 3, expected the keys 'op' and 'input'"),
        (_recipe(f=_node("lstm", "x")), "f.op: unknown operator 'lstm', expected one of linear, blend"),
        (_recipe(f=_node("linear", "y")), r"f.input\[0\]: unknown input 'y', expected x, h_prev_i"),
        (_recipe(f=_node("blend", "x", "x")), "blend has .*, expected 3 inputs"),
        (_recipe(f=_node("linear")), "linear has .*, expected at least one inputs"),
        (_recipe(f=_node("linear", "h_new_0")), "has a cycle"),
        (_recipe(x=_node("linear", "f")), "the node name 'x', expected 1 to 200 characters"),
        (_recipe(f=_node("linear", "h_prev_1")), "reads 'h_prev_1', expected a node 'h_new_1'"),
        (_recipe(h_new_2=_node("linear", "f")), r"new hidden states \[0, 2\], expected .* without gaps"),
        ('{"f": {"op": "linear", "input": ["x"]}}', r"new hidden states \[\]"),
        (_recipe(f=_node("linear", *["x"] * 6000)), "6,000 inputs|6,002 inputs|6,001 inputs"),
        (_recipe(f=_node("linear", "x" * 60_000)), "expected at most 50,000"),
    ],
)
def test_nearly_valid_recipes_are_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        notation("nasbench_nlp").parse(text)


def _edited(place: int, **changes: Any) -> dict[str, Any]:
    value = notation("nasbench_nlp").parse(notation("nasbench_nlp").example).to_json()
    value["cells"]["cell"]["nodes"][place].update(changes)
    return value


def test_the_cell_may_have_any_name_but_must_exist() -> None:
    nlp = notation("nasbench_nlp")
    value = json.loads(json.dumps(nlp.parse(nlp.example).to_json()).replace('"cell"', '"unit"'))
    for stage in value["skeleton"]["stages"]:
        stage["cell"] = stage.pop("unit")
    assert nlp.write(architecture_from_json(value)) == nlp.example
    stages = [{"op": "lstm", "width": 600}]
    value = {**value, "cells": {}, "skeleton": {**value["skeleton"], "stages": stages}}
    with pytest.raises(InputError, match="0 cells, expected one recurrent cell"):
        nlp.write(architecture_from_json(value))


def test_a_cell_of_another_role_or_operator_is_no_recipe() -> None:
    nlp = notation("nasbench_nlp")
    value = nlp.parse(nlp.example).to_json()
    value["cells"]["cell"]["role"] = "normal"
    with pytest.raises(InputError, match="another skeleton"):
        nlp.write(architecture_from_json(value))
    value = {**nlp.parse(nlp.example).to_json(), "operators": {"linear": {"text": "Something else"}}}
    with pytest.raises(InputError, match="redefines 'linear'"):
        nlp.write(architecture_from_json(value))


def _states(count: int) -> str:
    return json.dumps({f"h_new_{i}": _node("activation_tanh", "x") for i in range(count)})


def test_the_largest_recipes_are_documents() -> None:
    """Nodes, inputs and outputs count; JSON escapes do not lengthen the text."""
    nlp = notation("nasbench_nlp")
    name = "\N{GREEK SMALL LETTER ALPHA}" * 190
    long = {f"{name}{i}": _node("linear", "x") for i in range(100)}
    tricky = {"h_new_0" + "_output" + "_" * i: _node("linear", "x") for i in range(186)}
    wide = {"h_new_0": _node("linear", *["x"] * 1000)}
    for text in (
        _states(499),
        *(json.dumps({**r, "h_new_0": _node("linear", "x")}, ensure_ascii=False) for r in (long, tricky)),
        json.dumps(wide),
    ):
        architecture = architecture_from_json(nlp.parse(text).to_json())
        assert nlp.write(architecture) == text
    with pytest.raises(
        InputError, match="1,001 nodes including inputs and new hidden states, expected at most"
    ):
        nlp.parse(_states(500))
    with pytest.raises(InputError, match="1,001 inputs, expected at most 1,000"):
        nlp.parse(_recipe(f=_node("linear", *["x"] * 1001)))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (_edited(2, op="relu"), "'relu' with join 'concat', expected an operator"),
        (_edited(2, join="product"), "'linear' with join 'product', expected an operator"),
        (_edited(0, role="c_{k-1}"), "an input with role"),
        (_edited(4, role=""), "an output with role '', expected the roles h_new_0"),
        (_edited(4, inputs=["f", "h_new_0"]), "'h_new_0' reads"),
        (_edited(4, inputs=["x"]), "'h_new_0' reads"),
    ],
)
def test_documents_without_a_recipe_are_refused(value: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        notation("nasbench_nlp").write(architecture_from_json(value))


def test_all_of_nasbench_nlp_round_trips(nasport_data: Path) -> None:
    nlp = notation("nasbench_nlp")
    texts = sorted({row["recepie"] for row in nasbench_nlp(nasport_data)})
    for place, text in enumerate(sample(texts, 40)):
        architecture = architecture_from_json(nlp.parse(text).to_json())
        assert nlp.write(architecture) == text
        assert nlp.write(renamed(architecture, place, source=True)) == text
        again = nlp.parse(nlp.write(renamed(architecture, place, source=False)))
        assert same_cells(again, architecture)
