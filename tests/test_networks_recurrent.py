"""Recurrent networks from documents, and their regression of synthetic signals."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from torch import Tensor, nn  # noqa: E402

from nasport.runtime.costs import parameters  # noqa: E402
from nasport.schemas import Architecture, InputError, architecture_from_json  # noqa: E402
from nasport.schemas.operators import Operator  # noqa: E402
from nasport.toolkit.gennas.losses import WORST_LOSS  # noqa: E402
from nasport.toolkit.gennas.sequence_regression import (  # noqa: E402
    RecurrentSettings,
    recurrent_document,
    regress_recurrent,
)
from nasport.toolkit.gennas.task import load_task  # noqa: E402
from nasport.toolkit.networks.recurrent_layers import RecurrentLayer, build_recurrent  # noqa: E402
from nasport.toolkit.networks.recurrent_schedule import read_schedule  # noqa: E402
from nasport.toolkit.notations import notation  # noqa: E402
from tests.test_notations_nlp import GRU, recipes  # noqa: E402

LSTM = {
    "i_sum": {"op": "linear", "input": ["x", "h_prev_0"]},
    "f_sum": {"op": "linear", "input": ["x", "h_prev_0"]},
    "g_sum": {"op": "linear", "input": ["x", "h_prev_0"]},
    "o_sum": {"op": "linear", "input": ["x", "h_prev_0"]},
    "i": {"op": "activation_sigm", "input": ["i_sum"]},
    "f": {"op": "activation_sigm", "input": ["f_sum"]},
    "g": {"op": "activation_tanh", "input": ["g_sum"]},
    "o": {"op": "activation_sigm", "input": ["o_sum"]},
    "ig": {"op": "elementwise_prod", "input": ["i", "g"]},
    "fc": {"op": "elementwise_prod", "input": ["f", "h_prev_1"]},
    "h_new_1": {"op": "elementwise_sum", "input": ["fc", "ig"]},
    "c": {"op": "activation_tanh", "input": ["h_new_1"]},
    "h_new_0": {"op": "elementwise_prod", "input": ["o", "c"]},
}


def document(recipe: dict[str, Any]) -> Architecture:
    return notation("nasbench_nlp").parse(json.dumps(recipe))


def narrow(architecture: Architecture, width: int = 5, layers: int = 2) -> Architecture:
    """Return the same cell in layers of one width, over vectors of that width."""
    skeleton = architecture.skeleton
    assert skeleton is not None
    stages = (replace(skeleton.stages[0], width=width, repeats=layers),)
    stem = (replace(skeleton.stem[0], width=width),)
    return replace(architecture, skeleton=replace(skeleton, stages=stages, stem=stem, classes=11))


OPERATORS: dict[str, Callable[..., Tensor]] = {
    "activation_tanh": torch.tanh,
    "activation_sigm": torch.sigmoid,
    "activation_leaky_relu": lambda value: torch.where(value > 0, value, 0.01 * value),
    "blend": lambda gate, one, other: gate * one + (1 - gate) * other,
    "elementwise_sum": lambda *values: torch.stack(values).sum(0),
    "elementwise_prod": lambda *values: torch.stack(values).prod(0),
}


def _value(name: str, layer: RecurrentLayer, recipe: dict[str, Any], known: dict[str, Tensor]) -> Tensor:
    if name not in known:
        sources = [_value(source, layer, recipe, known) for source in recipe[name]["input"]]
        if recipe[name]["op"] == "linear":
            module = layer.linear[name]
            terms = [source @ weight.t() for source, weight in zip(sources, module.weights, strict=True)]
            known[name] = torch.stack(terms).sum(0) + module.bias
        else:
            known[name] = OPERATORS[recipe[name]["op"]](*sources)
    return known[name]


def naive(layer: RecurrentLayer, recipe: dict[str, Any], sequence: Tensor) -> Tensor:
    """Compute the recipe literally: every node at every step, one at a time."""
    states = sum(name.startswith("h_new_") for name in recipe)
    hidden = [torch.zeros(sequence.shape[1], layer.width, dtype=sequence.dtype) for _ in range(states)]
    outputs = []
    for x in sequence:
        known = {"x": x, **{f"h_prev_{i}": value for i, value in enumerate(hidden)}}

        hidden = [_value(f"h_new_{i}", layer, recipe, known) for i in range(states)]
        outputs.append(hidden[0])
    return torch.stack(outputs)


@given(recipes(), st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_a_layer_is_its_recipe_values_and_gradients(recipe: dict[str, Any], seed: int) -> None:
    torch.manual_seed(seed)
    layer = RecurrentLayer(read_schedule(document(recipe), "cell"), 4, 4).double()
    given_sequence = torch.randn(3, 2, 4, dtype=torch.float64, requires_grad=True)
    weights = torch.randn(3, 2, 4, dtype=torch.float64)
    results = []
    for run in (layer, lambda sequence: naive(layer, recipe, sequence)):
        layer.zero_grad()
        given_sequence.grad = None
        output = run(given_sequence)
        loss = (output * weights).sum()
        if loss.requires_grad:
            loss.backward()
        gradients = [given_sequence.grad, *(parameter.grad for parameter in layer.parameters())]
        results.append([output.detach(), *(torch.zeros(()) if g is None else g.clone() for g in gradients)])
    for fast, slow in zip(*results, strict=True):
        torch.testing.assert_close(fast, slow.expand_as(fast) if slow.ndim == 0 else slow)


def test_lstm_and_gru_recipes_equal_the_layers_of_torch() -> None:
    torch.manual_seed(0)
    sequence = torch.randn(6, 3, 4)
    for recipe, reference, gates in (
        (LSTM, nn.LSTM(4, 5), ("i_sum", "f_sum", "g_sum", "o_sum")),
        (GRU, nn.GRU(4, 5), ("r_sum", "z_sum", "n_sum")),
    ):
        layer = RecurrentLayer(read_schedule(document(recipe), "cell"), 4, 5)
        with torch.no_grad():
            # torch has two biases instead of one. Its reset gate follows the matrix product, so the second bias must be zero.
            reference.bias_hh_l0.zero_()
            ours = [layer.linear[gate] for gate in gates]
            for module, of_x, of_h, bias in zip(
                ours,
                reference.weight_ih_l0.chunk(len(gates)),
                reference.weight_hh_l0.chunk(len(gates)),
                reference.bias_ih_l0.chunk(len(gates)),
                strict=True,
            ):
                module.weights[0].copy_(of_x)
                module.weights[1].copy_(of_h)
                module.bias.copy_(bias)
            if recipe is GRU:  # torch resets h W, the recipe resets h; both are equal if W is the identity
                eye = torch.eye(5)
                layer.linear["n_sum"].weights[1].copy_(eye)
                reference.weight_hh_l0[10:].copy_(eye)
        torch.testing.assert_close(layer(sequence), reference(sequence)[0])


@given(recipes())
@settings(max_examples=40, deadline=None)
def test_built_parameters_equal_counted_parameters(recipe: dict[str, Any]) -> None:
    architecture = narrow(document(recipe))
    network = build_recurrent(architecture)
    assert sum(parameter.numel() for parameter in network.parameters()) == parameters(architecture)
    assert network.logits(torch.zeros(3, 2, dtype=torch.long)).shape == (3, 2, 11)


def test_the_network_of_the_benchmark_has_its_published_size() -> None:
    architecture = document(
        {"f": {"op": "linear", "input": ["x", "h_prev_0"]}}
        | {"h_new_0": {"op": "activation_tanh", "input": ["f"]}}
    )
    network = build_recurrent(architecture)
    assert sum(parameter.numel() for parameter in network.parameters()) == 5_731_600
    assert [(layer.input_width, layer.width) for layer in network.layers] == [
        (400, 600),
        (600, 600),
        (600, 400),
    ]
    bare = build_recurrent(architecture, classifier=False)
    assert sum(parameter.numel() for parameter in bare.parameters()) == 5_731_600 - 400 * 10_000 - 10_000


def test_frozen_states_have_no_gradient() -> None:
    network = build_recurrent(narrow(document(LSTM)), classifier=False)
    for layer in network.layers:
        layer.freeze_states()
    network(torch.randn(3, 2, 5)).sum().backward()
    for layer in network.layers:
        for module in layer.linear.values():
            assert module.weights[0].grad is not None
            assert module.bias.grad is not None
            assert module.weights[1].grad is None


def test_weight_dropout_applies_to_states_during_training_only() -> None:
    torch.manual_seed(0)
    layer = RecurrentLayer(read_schedule(document(LSTM), "cell"), 4, 5)
    layer.weight_dropout = 0.9
    sequence = torch.randn(4, 2, 4)
    first, second = layer(sequence), layer(sequence)
    torch.testing.assert_close(first[0], second[0])
    assert not torch.allclose(first[1:], second[1:], rtol=1e-3)
    layer.eval()
    torch.testing.assert_close(layer(sequence), layer(sequence))


def test_names_forbidden_by_torch_are_replaced() -> None:
    recipe = {
        "a.b": {"op": "linear", "input": ["x", "h_prev_0"]},
        "a_b": {"op": "linear", "input": ["a.b"]},
        "keys": {"op": "linear", "input": ["a_b"]},
        "h_new_0": {"op": "activation_tanh", "input": ["keys"]},
    }
    layer = RecurrentLayer(read_schedule(document(recipe), "cell"), 4, 4)
    assert list(layer.linear) == ["a_b", "a_b_", "keys_"]
    assert layer(torch.randn(2, 1, 4)).shape == (2, 1, 4)


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        ({"op": "softmax"}, ("cells", "cell", "nodes", 3, "op"), "no network module for 'softmax'"),
        (
            {"op": "linear", "join": "sum", "inputs": ("f", "x")},
            ("cells", "cell", "nodes", 3, "join"),
            "concat",
        ),
        ({"op": "elementwise_sum", "inputs": ("f", "x")}, ("cells", "cell", "nodes", 3), "widths"),
        (
            {"op": "elementwise_sum", "inputs": ("f", "f"), "join": "mean"},
            ("cells", "cell", "nodes", 3, "join"),
            "joined by mean, expected sum",
        ),
        (
            {"op": "highest", "inputs": ("f", "f")},
            ("cells", "cell", "nodes", 3, "op"),
            r"no network module for 'highest' \(Element-wise maximum\)",
        ),
    ],
)
def test_operators_without_a_module_are_refused(
    change: dict[str, Any], path: tuple[Any, ...], message: str
) -> None:
    recipe = {
        "f": {"op": "linear", "input": ["x", "h_prev_0"]},
        "h_new_0": {"op": "activation_tanh", "input": ["f"]},
    }
    architecture = document(recipe)
    nodes = list(architecture.cells["cell"].nodes)
    assert nodes[3].id == "h_new_0"
    nodes[3] = replace(nodes[3], **change)
    broken = replace(
        architecture,
        cells={"cell": replace(architecture.cells["cell"], nodes=tuple(nodes))},
        operators={"highest": Operator("Element-wise maximum", "elementwise")},
    )
    with pytest.raises(InputError, match=message) as caught:
        build_recurrent(broken)
    assert caught.value.path == path


def test_widths_that_cannot_be_tied_are_refused() -> None:
    architecture = document(LSTM)
    assert architecture.skeleton is not None
    skeleton = replace(architecture.skeleton, stages=architecture.skeleton.stages[:1])
    with pytest.raises(InputError, match="tied"):
        build_recurrent(replace(architecture, skeleton=skeleton))
    with pytest.raises(InputError, match="no skeleton"):
        build_recurrent(replace(architecture, skeleton=None))


QUICK = RecurrentSettings(iterations=3, width=0.02)


@pytest.mark.parametrize("embedding", [True, False])
def test_all_layers_of_a_recurrent_network_are_narrowed(embedding: bool) -> None:
    cell = {
        "role": "recurrent",
        "nodes": [
            {"id": "x", "op": "input", "role": "x"},
            {"id": "h", "op": "input", "role": "h_prev_0"},
            {"id": "gate", "op": "linear", "inputs": ["x", "h"], "join": "concat"},
            {"id": "s", "op": "blend", "inputs": ["gate", "x", "h"]},
            {"id": "out", "op": "output", "role": "h_new_0", "inputs": ["s"]},
        ],
    }
    skeleton: dict[str, Any] = {"stages": [{"cell": "cell", "width": 400}, {"cell": "cell"}]}
    skeleton |= {"stem": [{"op": "embedding", "width": 400}]} if embedding else {"input": {"channels": 400}}
    value = {"format": "nasport-architecture", "version": 1, "cells": {"cell": cell}, "skeleton": skeleton}
    network = build_recurrent(recurrent_document(architecture_from_json(value), 1 / 8), classifier=False)
    assert [(layer.input_width, layer.width) for layer in network.layers] == [(50, 50), (50, 50)]


def test_regression_is_reproducible_and_learns() -> None:
    architecture, task = document(LSTM), load_task("nlp-search")
    found = regress_recurrent(architecture, task, 0, QUICK)
    assert not found.failed
    assert len(found.curve) == QUICK.iterations
    assert regress_recurrent(architecture, task, 0, QUICK).loss == found.loss
    assert regress_recurrent(architecture, task, 1, QUICK).loss != found.loss
    longer = regress_recurrent(architecture, task, 0, replace(QUICK, iterations=60, learning_rate=0.01))
    assert longer.loss < 0.9 * found.loss
    assert longer.fit > found.fit


def test_divergence_is_reported_as_a_reason() -> None:
    explosive = {
        "f": {"op": "linear", "input": ["x", "h_prev_0"]},
        "g": {"op": "elementwise_prod", "input": ["f", "f"]},
        "h": {"op": "elementwise_prod", "input": ["g", "g"]},
        "h_new_0": {"op": "elementwise_prod", "input": ["h", "h"]},
    }
    wild = replace(QUICK, iterations=20, learning_rate=100.0, train_states=True)
    found = regress_recurrent(document(explosive), load_task("nlp-single"), 0, wild)
    assert found.loss == WORST_LOSS
    assert found.fit == 0
    assert found.failed.startswith("diverged")


def test_tasks_and_networks_for_images_are_refused() -> None:
    with pytest.raises(InputError, match="images"):
        regress_recurrent(document(LSTM), load_task("combo"), 0, QUICK)
    cell = notation("nasbench201").parse("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|none~2|")
    with pytest.raises(InputError, match="an image network on a task for recurrent networks"):
        regress_recurrent(cell, load_task("nlp-single"), 0, QUICK)
