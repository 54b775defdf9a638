"""Training of the universal predictor's head: learned weights stay near those of size alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'train'")

from nasport.models.optimization import seeded  # noqa: E402
from nasport.models.ranking import (  # noqa: E402
    RankedTable,
    RankingConfig,
    pair_loss,
    quantiles,
    train_to_rank,
)
from nasport.models.universal_predictor import SIZES, STATISTICS, Seen, UniversalPredictor  # noqa: E402
from nasport.runtime.encoding import encode  # noqa: E402
from nasport.schemas import Architecture  # noqa: E402
from nasport.toolkit.laboratory.recipes.universal_tables import scores  # noqa: E402
from nasport.toolkit.rank_correlation import spearman  # noqa: E402
from tests.documents import in_skeleton, layers, node  # noqa: E402
from tests.random_spaces import TINY  # noqa: E402

EVALUATORS = ("right", "wrong", "ignored")
WEIGHED = ("poolings", "right", "wrong")
START: tuple[Mapping[str, float], Mapping[str, float]] = ({"skeleton": 1.0, "cell": 0.5}, {"size": 1.0})
QUICK = RankingConfig(
    steps=150, sample=48, shrinkage=0.001, start=START, learned=(WEIGHED, ("poolings", "right"))
)
# Planted weights of the labels, for cells and for chains.
PLANTED: tuple[Mapping[str, float], ...] = (
    {"skeleton": 1.0, "cell": 0.5, "poolings": -1.0, "right": 0.8, "wrong": -0.5, "ignored": 0.3},
    {"size": 1.0, "poolings": -0.5, "right": 1.5},
)


def table(family: str, seed: int, chain: bool = False, constant: str = "") -> RankedTable:
    """Return random inputs and labels that depend on them; the input `constant` never varies."""
    count, names = 200, (*STATISTICS, *EVALUATORS)
    numbers = torch.randn(count, len(names), generator=torch.Generator().manual_seed(seed))
    if constant:
        numbers[:, names.index(constant)] = 3.0
    label = sum(weight * numbers[:, names.index(name)] for name, weight in PLANTED[chain].items())
    statistics, opinions = numbers.split([len(STATISTICS), len(EVALUATORS)], dim=1)
    seen = Seen(
        statistics,
        opinions,
        torch.zeros_like(opinions),
        torch.full((count,), float(chain)),
        torch.zeros(count, 0),
    )
    return RankedTable(family, seen, quantiles([np.asarray(torch.as_tensor(label).double().numpy())]))


def tables(constant: str = "") -> list[RankedTable]:
    return [table("a", 0), table("a", 1, constant=constant), table("b", 2), table("c", 3, chain=True)]


def trained(training: RankingConfig = QUICK, constant: str = "", seed: int = 0) -> UniversalPredictor:
    with seeded(0):
        model = UniversalPredictor(EVALUATORS, TINY).eval()
    train_to_rank(model, tables(constant), training, seed)
    return model


def learned(model: UniversalPredictor) -> list[dict[str, float]]:
    """Return the weights by name, for cells and for chains."""
    return [dict(zip(model.columns, row, strict=True)) for row in model.weights.tolist()]


def test_planted_weights_are_recovered_within_their_constraints() -> None:
    model = trained()
    cells, chains = learned(model)
    for weights, planted in ((cells, PLANTED[0]), (chains, PLANTED[1])):
        size = weights["skeleton"] or weights["size"]
        for name in ("poolings", "right"):
            assert weights[name] / size == pytest.approx(planted[name], rel=0.25)
    assert cells["cell"] == pytest.approx(0.5 * cells["skeleton"], rel=0.05)
    assert cells["wrong"] == 0  # weights of predicted values are never negative
    fixed = set(model.columns) - {*SIZES, *WEIGHED}
    assert not [weights[name] for weights in (cells, chains) for name in fixed if weights[name]]
    assert (cells["size"], chains["skeleton"], chains["cell"], chains["wrong"]) == (0, 0, 0, 0)
    for each in tables():
        assert spearman(model.head(each.seen).numpy(), each.target.numpy()) > 0.85


def test_more_shrinkage_keeps_weights_nearer_to_the_start() -> None:
    found = [trained(replace(QUICK, shrinkage=shrinkage)).weights for shrinkage in (0.001, 0.1, 100.0)]
    places = [place for place, name in enumerate((*STATISTICS, *EVALUATORS)) if name not in SIZES]
    away = [weights[:, places].norm().item() for weights in found]
    assert away[0] > 1.2 * away[1] > 1.2 * away[2]
    assert away[2] < 0.02


def test_learned_weights_may_reach_zero_but_keep_their_sign() -> None:
    turned = ({**START[0], "poolings": 2.0, "right": 1.0}, START[1])
    cells = learned(trained(replace(QUICK, start=turned)))[0]
    assert cells["poolings"] == pytest.approx(0, abs=1e-6)
    assert cells["right"] > 0.1


def test_an_excluded_input_has_no_weight() -> None:
    start = ({**START[0], "right": 1.0}, {**START[1], "right": 1.0})
    left = replace(QUICK, start=start).without(["right"])
    assert left == replace(QUICK, learned=(("poolings", "wrong"), ("poolings",)))
    assert not any(weights["right"] for weights in learned(trained(left)))


@pytest.mark.parametrize("constant", ["poolings", "ignored", "size"])
def test_a_constant_input_of_a_table_is_harmless(constant: str) -> None:
    model = trained(constant=constant)
    assert model.deviation.min() > 0.5
    assert torch.isfinite(model.weights).all()
    for each in tables(constant):
        assert spearman(model.head(each.seen).numpy(), each.target.numpy()) > 0.85


def test_training_is_reproducible_and_restores_the_random_state() -> None:
    state = torch.random.get_rng_state()
    first, again, other = (trained(replace(QUICK, steps=20), seed=seed).weights for seed in (0, 0, 1))
    assert torch.equal(torch.random.get_rng_state(), state)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_only_sizes_have_no_range() -> None:
    model = trained(replace(QUICK, steps=1))
    bounded = [
        name for name, highest in zip(model.columns, model.highest.tolist(), strict=True) if highest < 1e6
    ]
    assert set(model.columns) - set(bounded) == set(SIZES)


def cells(width: int) -> Architecture:
    nodes = [node("in", "input"), node("conv", "nor_conv_3x3", "in"), node("out", "output", "conv", "in")]
    return in_skeleton(nodes, {"repeats": 3, "width": width})


def chain(width: int) -> Architecture:
    return layers({"op": "nor_conv_3x3", "width": 16}, {"op": "ir_3x3_t3", "width": width, "repeats": 2})


@pytest.mark.parametrize("network", [cells, chain])
def test_size_alone_never_ranks_a_wider_network_lower(network: Callable[[int], Architecture]) -> None:
    model = trained(RankingConfig(steps=1, start=START))
    found = scores(model, encode([network(width) for width in range(8, 136, 8)])).tolist()
    assert found == sorted(set(found))


def test_the_loss_of_pairs_by_hand() -> None:
    found, target = torch.tensor([0.0, 2.0, 1.0]), torch.tensor([0.0, 1.0, 3.0])
    # The pair (1, 0) is ranked right by 2, (2, 0) by 1, (2, 1) wrong by 1; targets are 1, 3 and 2 apart.
    expected = (1 * np.log1p(np.exp(-2)) + 3 * np.log1p(np.exp(-1)) + 2 * np.log1p(np.exp(1))) / 6
    for level in (0.0, 5.0):
        assert pair_loss(found + level, target).item() == pytest.approx(expected, rel=1e-6)


def test_targets_depend_only_on_ranks() -> None:
    labels = np.random.default_rng(0).random(50)
    found = quantiles([labels])
    assert torch.equal(found, quantiles([np.exp(9 * labels)]))
    assert (np.argsort(found.numpy()) == np.argsort(labels)).all()
    assert found.mean().item() == pytest.approx(0, abs=1e-6)
