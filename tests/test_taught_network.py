"""The taught network: invariances of its predictions, and that it learns an evaluator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'train'")

from nasport.models.optimization import seeded  # noqa: E402
from nasport.models.taught_network import TaughtNetwork  # noqa: E402
from nasport.models.taught_training import (  # noqa: E402
    EvaluatedSpace,
    GraphArrays,
    TeachingConfig,
    targets_of,
    teach,
)
from nasport.models.universal_predictor import ALWAYS_KNOWN, GLOBALS, UniversalPredictor  # noqa: E402
from nasport.runtime.encoding import encode  # noqa: E402
from nasport.toolkit.laboratory.recipes.teaching import graph_arrays  # noqa: E402
from nasport.toolkit.rank_correlation import spearman  # noqa: E402
from tests.documents import layers  # noqa: E402
from tests.random_spaces import OUTPUT, TINY, evaluated_spaces, random_arrays, trained_layers  # noqa: E402

QUICK = TeachingConfig(steps=80, spaces=4, learning_rate=1e-2)


def network(seed: int = 0) -> TaughtNetwork:
    with seeded(seed):
        return UniversalPredictor(("right", "silent"), TINY).taught


def with_random_readout() -> TaughtNetwork:
    """Return a network with random weights in the last layers too, which start at zero."""
    model = network()
    with seeded(1), torch.no_grad():
        for layer in (model.opinion, model.doubt):
            layer.weight.normal_()
    return model.eval()


def predictions(model: TaughtNetwork, graphs: GraphArrays) -> torch.Tensor:
    """Return predicted values and log variances, (B, 2H)."""
    with torch.no_grad():
        nodes, adjacency, mask, numbers = graphs
        return torch.cat(model(nodes, nodes[:, :, OUTPUT], adjacency, mask, numbers)[:2], dim=1)


def with_reversed_nodes(graphs: GraphArrays) -> GraphArrays:
    """Return the same graphs with their nodes in reverse order, padding first."""
    nodes, adjacency, mask, numbers = graphs
    return GraphArrays(nodes.flip(1), adjacency.flip(1, 2), mask.flip(1), numbers)


def one_at_a_time(model: TaughtNetwork, graphs: GraphArrays) -> torch.Tensor:
    return torch.cat(
        [predictions(model, GraphArrays(*(each[row : row + 1] for each in graphs))) for row in range(12)]
    )


@pytest.mark.parametrize(
    "otherwise",
    [
        lambda model, graphs: predictions(model, graphs.of_size(31)),
        lambda model, graphs: predictions(model, graphs.of_size(graphs.largest)),
        lambda model, graphs: predictions(model, with_reversed_nodes(graphs)),
        one_at_a_time,
    ],
    ids=["padded", "cut", "reordered", "alone"],
)
def test_predictions_do_not_depend_on_padding_order_and_batch(
    otherwise: Callable[[TaughtNetwork, GraphArrays], torch.Tensor],
) -> None:
    model, graphs = with_random_readout(), random_arrays(3)
    expected = predictions(model, graphs)
    assert expected.std(dim=0).min() > 0.01
    torch.testing.assert_close(otherwise(model, graphs), expected, atol=1e-5, rtol=0)


def test_predictions_for_chains_depend_on_their_widths() -> None:
    chains = [layers({"op": "nor_conv_3x3", "width": width, "repeats": 3}) for width in (16, 64)]
    _, graphs = graph_arrays(encode(chains))
    numbers = torch.zeros_like(graphs.network)
    narrow, wide = predictions(with_random_readout(), graphs._replace(network=numbers))
    assert torch.isfinite(narrow).all()
    assert not torch.allclose(narrow, wide)


def test_targets_are_quantiles_of_unit_variance_within_a_space() -> None:
    random = np.random.default_rng(0)
    graphs = random_arrays(0, count=1)
    verdicts = [random.normal(size=(20, 2)) + level for level in (0.0, 1.0, 30.0)]
    verdicts[0][3, 0] = verdicts[1][:, 1] = np.nan
    found = targets_of([EvaluatedSpace(graphs, each) for each in verdicts])
    other_unit = targets_of([EvaluatedSpace(graphs, np.exp(each / 9)) for each in verdicts])
    for target, again, verdict in zip(found, other_unit, verdicts, strict=True):
        assert np.array_equal(np.isnan(target.numpy()), np.isnan(verdict))
        torch.testing.assert_close(target, again, equal_nan=True)
        for evaluator in range(2):
            known = np.isfinite(verdict[:, evaluator])
            assert (
                np.argsort(target[known, evaluator].numpy()) == np.argsort(verdict[known, evaluator])
            ).all()
    assert np.mean([np.nanvar(target[:, 0]) for target in found]) == pytest.approx(1, rel=1e-5)


def taught(seed: int) -> TaughtNetwork:
    model = network(seed)
    teach(model, OUTPUT, evaluated_spaces(), QUICK, seed)
    return model


def test_training_learns_a_planted_evaluator_with_missing_values() -> None:
    model, graphs = taught(0), random_arrays(99, count=100)
    opinions, silent = predictions(model, graphs)[:, :2].T.numpy()
    assert not model.training
    assert spearman(opinions, trained_layers(graphs)) > 0.8
    assert not silent.any()  # predictions of an evaluator without values stay zero


def without_network_numbers(graphs: GraphArrays, value: float = 0.0) -> GraphArrays:
    """Return the same graphs as documents without skeleton; the unknown numbers have a value that must not matter."""
    numbers = torch.full_like(graphs.network, value)
    for name in ALWAYS_KNOWN:
        numbers[:, GLOBALS.index(name)] = graphs.network[:, GLOBALS.index(name)]
    numbers[:, GLOBALS.index("knows_network")] = 0.0
    return graphs._replace(network=numbers)


def test_networks_with_unknown_numbers_are_distinguished_by_their_graphs() -> None:
    model, graphs = taught(0), random_arrays(99, count=100)
    opinions = predictions(model, without_network_numbers(graphs))
    assert spearman(opinions[:, 0].numpy(), trained_layers(graphs)) > 0.8
    assert torch.equal(predictions(model, without_network_numbers(graphs, value=7.0)), opinions)


def test_training_is_reproducible_from_its_seed() -> None:
    state = torch.random.get_rng_state()
    first, again, other = (taught(seed).state_dict() for seed in (0, 0, 1))
    assert torch.equal(torch.random.get_rng_state(), state)
    assert all(torch.equal(weight, again[name]) for name, weight in first.items())
    assert not torch.equal(first["opinion.weight"], other["opinion.weight"])


def test_a_space_in_one_skeleton_is_shown_without_network_numbers() -> None:
    spaces = evaluated_spaces()
    sizes = {space.graphs.nodes.shape[1] for space in spaces}
    large = [
        EvaluatedSpace(
            GraphArrays(
                *map(torch.cat, zip(*(each.graphs.of_size(max(sizes)) for each in spaces), strict=True))
            ),
            np.concatenate([each.values for each in spaces]),
            one_skeleton=True,
        )
    ]
    model = network(0)
    teach(model, OUTPUT, large, replace(QUICK, members=10, hidden=0.0), 0)
    graphs = random_arrays(99, count=100)
    assert (
        spearman(predictions(model, without_network_numbers(graphs))[:, 0].numpy(), trained_layers(graphs))
        > 0.8
    )
