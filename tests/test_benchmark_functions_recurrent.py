"""Networks of NAS-Bench-NLP compute the same function as the authors' code; see `test_benchmark_functions.py`."""

from __future__ import annotations

import json

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'gennas'")
from torch import Tensor  # noqa: E402
from torch.nn import functional as F  # noqa: E402

from nasport.toolkit.networks import build_network  # noqa: E402
from nasport.toolkit.networks.recurrent_layers import RecurrentLayer, RecurrentNetwork  # noqa: E402
from nasport.toolkit.notations import notation  # noqa: E402

# A recipe with every operator and two states; the second is read before and after its update.
RECIPE = {
    "a": {"op": "linear", "input": ["x", "h_prev_0", "h_prev_1"]},
    "leaky": {"op": "activation_leaky_relu", "input": ["a"]},
    "gate": {"op": "activation_sigm", "input": ["a"]},
    "h_new_1": {"op": "elementwise_prod", "input": ["leaky", "gate"]},
    "b": {"op": "linear", "input": ["h_new_1", "h_prev_1"]},
    "tanh": {"op": "activation_tanh", "input": ["b"]},
    "sum": {"op": "elementwise_sum", "input": ["tanh", "h_prev_0"]},
    "h_new_0": {"op": "blend", "input": ["gate", "sum", "leaky"]},
}


def layer_of(layer: RecurrentLayer, sequence: Tensor) -> Tensor:
    """Return the new first state of every step; the initial states are zero."""
    states = [sequence.new_zeros(sequence.shape[1], layer.width) for _ in range(2)]
    outputs = []
    for x in sequence:
        a = linear(layer, "a", x, *states)
        leaky, gate = torch.where(a < 0, 0.01 * a, a), torch.sigmoid(a)
        second = leaky * gate
        total = torch.tanh(linear(layer, "b", second, states[1])) + states[0]
        states = [gate * total + (1 - gate) * leaky, second]
        outputs.append(states[0])
    return torch.stack(outputs)


def linear(layer: RecurrentLayer, name: str, *values: Tensor) -> Tensor:
    """Apply one matrix for each input, and one bias."""
    node = layer.linear[name]
    products = [F.linear(value, weight) for value, weight in zip(values, node.weights, strict=True)]
    return sum(products[1:], products[0]) + node.bias


@torch.no_grad()
def test_nasbench_nlp() -> None:
    """Three layers have widths 600, 600 and 400; the decoder shares the matrix of the embedding and has its own bias."""
    torch.manual_seed(0)
    built = build_network(notation("nasbench_nlp").parse(json.dumps(RECIPE))).eval()
    assert isinstance(built, RecurrentNetwork)
    assert built.embedding is not None
    assert built.decoder is not None
    torch.nn.init.normal_(built.decoder.bias)
    tokens = torch.randint(10_000, (5, 2))
    x = built.embedding.weight[tokens]
    for layer in built.layers:
        assert isinstance(layer, RecurrentLayer)
        x = layer_of(layer, x)
    reference = F.linear(x, built.embedding.weight, built.decoder.bias)
    torch.testing.assert_close(built.logits(tokens), reference, rtol=0, atol=1e-5)
