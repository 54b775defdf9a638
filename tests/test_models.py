"""Parts of the predictor against plain definitions, and invariances of its score."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

torch = pytest.importorskip("torch", reason="needs the extra 'train'")

from nasport.models.dense_graph import DenseGraphs, add_global_node, dense_graphs  # noqa: E402
from nasport.models.graph_norm import GraphNorm  # noqa: E402
from nasport.models.tgnas import TgnasConfig, TgnasPredictor, principal_components  # noqa: E402
from nasport.models.tgnas_training import (  # noqa: E402
    TrainingConfig,
    TrainingGraphs,
    joined,
    predict,
    train,
    training_graphs,
)
from nasport.schemas import GraphBatch, NodeKind, vocabulary  # noqa: E402

Batch = dict[str, torch.Tensor]

CONFIGS = [TgnasConfig(), TgnasConfig(readout="mean"), TgnasConfig(projection=8, hidden=32)]


def random_batch(graphs: int, nodes: int, seed: int = 0, operators: int = 5) -> Batch:
    """Return random graphs of 1 to `nodes` nodes with edges from earlier to later nodes."""
    random = np.random.default_rng(seed)
    mask = np.arange(nodes) < random.integers(1, nodes + 1, (graphs, 1))
    edges = np.tril(random.random((graphs, nodes, nodes)) < 0.5, -1) & mask[:, :, None] & mask[:, None, :]
    index = np.where(mask, random.integers(0, operators, (graphs, nodes)), 0)
    table = random.standard_normal((operators, 384))
    return {
        "operators": torch.from_numpy(
            (table / np.linalg.norm(table, axis=1, keepdims=True)).astype(np.float32)
        ),
        "index": torch.from_numpy(index),
        "adjacency": torch.from_numpy(edges.astype(np.float32)),
        "mask": torch.from_numpy(mask.astype(np.float32)),
    }


def model_of(config: TgnasConfig, seed: int = 0) -> TgnasPredictor:
    """Return an untrained model in evaluation mode whose norms are not the identity."""
    torch.manual_seed(seed)
    components = principal_components(torch.randn(50, 384), config.projection) if config.projection else None
    model = TgnasPredictor(config, components).eval()
    for norm in (model.first_norm, model.second_norm):
        shake(norm)
    return model


def shake(norm: GraphNorm) -> None:
    with torch.no_grad():
        for tensor in (norm.mix, norm.gamma, norm.running_variance):
            tensor.uniform_(0.5, 1.5)
        norm.mix[0, :3] = -1.0  # weights below zero count as zero
        for tensor in (norm.beta, norm.running_mean):
            tensor.normal_(std=0.1)


@pytest.fixture(params=CONFIGS, ids=["global", "mean", "projected"])
def model(request: pytest.FixtureRequest) -> TgnasPredictor:
    return model_of(request.param)


def graphs_with_global_node(batch: Batch) -> DenseGraphs:
    return dense_graphs(*add_global_node(batch["adjacency"], batch["mask"]))


def single_graphs(batch: Batch) -> Iterator[tuple[int, torch.Tensor]]:
    """Yield number of nodes and adjacency of each graph, without padding and with the global node first."""
    for adjacency, mask in zip(batch["adjacency"], batch["mask"], strict=True):
        n = int(mask.sum())
        larger = torch.zeros(n + 1, n + 1)
        larger[0, 1:] = 1
        larger[1:, 1:] = adjacency[:n, :n]
        yield n + 1, larger


def reference_norm(
    norm: GraphNorm, xs: list[torch.Tensor], adjacencies: list[torch.Tensor]
) -> list[torch.Tensor]:
    """Compute the norm of Chen et al. 2020 for one graph, node and feature at a time."""
    positive = norm.mix.clamp(min=0)
    by_node, by_adjacency, by_graph, by_batch = positive / positive.sum(dim=0)
    every = torch.cat(xs)
    moments = (norm.running_mean, norm.running_variance)
    if norm.training:
        moments = (every.mean(dim=0), every.var(dim=0, correction=0))

    def scaled(x: torch.Tensor, mean: torch.Tensor, variance: torch.Tensor) -> torch.Tensor:
        return (x - mean) / (variance + norm.epsilon).sqrt()

    results = []
    for x, adjacency in zip(xs, adjacencies, strict=True):
        rows = []
        for v in range(len(x)):
            near = x[[v, *adjacency[v].nonzero().flatten().tolist()]]
            mixed = by_node * scaled(x[v], x[v].mean(), x[v].var(correction=0))
            mixed = mixed + by_adjacency * scaled(x[v], near.mean(), near.var(correction=0))
            mixed = mixed + by_graph * scaled(x[v], x.mean(dim=0), x.var(dim=0, correction=0))
            mixed = mixed + by_batch * scaled(x[v], *moments)
            rows.append(norm.gamma * mixed + norm.beta)
        results.append(torch.stack(rows))
    return results


@pytest.mark.parametrize("training", [True, False])
def test_graph_norm_is_the_mix_of_four_norms(training: bool) -> None:
    batch = random_batch(9, 6)
    sizes, adjacencies = zip(*single_graphs(batch), strict=True)
    x = torch.randn(9, 7, 16) * 2 + 1  # the values of padding must not matter
    torch.manual_seed(1)
    norm = GraphNorm(16).train(training)
    shake(norm)
    before = (norm.running_mean.clone(), norm.running_variance.clone())
    expected = reference_norm(norm, [x[b, :n] for b, n in enumerate(sizes)], list(adjacencies))
    graphs = graphs_with_global_node(batch)
    found = norm(x, graphs)
    for b, rows in enumerate(expected):
        torch.testing.assert_close(found[b, : sizes[b]], rows, atol=2e-5, rtol=1e-4)
    every = torch.cat([x[b, :n] for b, n in enumerate(sizes)])
    moments = (every.mean(dim=0), every.var(dim=0, correction=0))
    for old, new, moment in zip(before, (norm.running_mean, norm.running_variance), moments, strict=True):
        torch.testing.assert_close(new, old + 0.1 * (moment - old) if training else old)
    only_global = norm.global_node(x, graphs)
    torch.testing.assert_close(
        only_global[:, 0], torch.stack([rows[0] for rows in expected]), atol=2e-5, rtol=1e-4
    )


def test_convolution_is_that_of_torch_geometric() -> None:
    geometric = pytest.importorskip("torch_geometric.nn", reason="needs torch-geometric")
    batch = random_batch(20, 7)
    graphs = graphs_with_global_node(batch)
    convolution = geometric.GCNConv(12, 5)
    torch.nn.init.normal_(convolution.bias)
    x = torch.randn(20, 8, 12)
    found = graphs.propagation @ (x @ convolution.lin.weight.T) + convolution.bias
    for b, (n, adjacency) in enumerate(single_graphs(batch)):
        targets, sources = adjacency.nonzero().T
        expected = convolution(x[b, :n], torch.stack([sources, targets]))
        torch.testing.assert_close(found[b, :n], expected, atol=1e-5, rtol=1e-5)


def test_model_is_two_convolutions_of_torch_geometric() -> None:
    geometric = pytest.importorskip("torch_geometric.nn", reason="needs torch-geometric")
    batch, model = random_batch(12, 6), model_of(TgnasConfig())
    first, second = geometric.GCNConv(385, 64), geometric.GCNConv(64, 64)
    with torch.no_grad():
        first.lin.weight.copy_(torch.cat([model.operator_weight, model.global_weight]).T)
        first.bias.copy_(model.first_bias)
        second.lin.weight.copy_(model.second_weight.T)
        second.bias.copy_(model.second_bias)
        for b, (n, adjacency) in enumerate(single_graphs(batch)):
            embeddings = batch["operators"][batch["index"][b, : n - 1]]
            x = torch.zeros(n, 385)
            x[0, 384] = 1  # input feature of the global node
            x[1:, :384] = embeddings
            targets, sources = adjacency.nonzero().T
            edges = torch.stack([sources, targets])
            x = torch.relu(reference_norm(model.first_norm, [first(x, edges)], [adjacency])[0])
            x = torch.relu(reference_norm(model.second_norm, [second(x, edges)], [adjacency])[0])
            expected = model.readout(x[0])
            found = model(**{k: v if k == "operators" else v[b : b + 1] for k, v in batch.items()})
            torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def test_score_does_not_depend_on_padding_and_batch(model: TgnasPredictor) -> None:
    batch = random_batch(30, 7)
    with torch.no_grad():
        together = model(**batch)
        for b, n in enumerate(batch["mask"].sum(dim=1).int().tolist()):
            alone = model(
                batch["operators"],
                batch["index"][b : b + 1, :n],
                batch["adjacency"][b : b + 1, :n, :n],
                batch["mask"][b : b + 1, :n],
            )
            torch.testing.assert_close(alone[0], together[b], atol=1e-6, rtol=0)


def test_score_does_not_depend_on_the_order_of_nodes(model: TgnasPredictor) -> None:
    batch = random_batch(30, 7)
    order = torch.randperm(7, generator=torch.Generator().manual_seed(3))
    shuffled = {
        "operators": batch["operators"],
        "index": batch["index"][:, order],
        "adjacency": batch["adjacency"][:, order][:, :, order],
        "mask": batch["mask"][:, order],
    }
    with torch.no_grad():
        torch.testing.assert_close(model(**shuffled), model(**batch), atol=1e-6, rtol=0)


def test_score_depends_on_operators_and_edge_directions(model: TgnasPredictor) -> None:
    batch = random_batch(1, 5, seed=4)
    batch["mask"].fill_(1)
    batch["index"] = torch.tensor([[0, 1, 2, 3, 4]])
    batch["adjacency"] = torch.eye(5).roll(1, 0).tril(-1)[None]
    with torch.no_grad():
        score = model(**batch)
        for other in (
            {"index": torch.tensor([[0, 2, 2, 3, 4]])},
            {"adjacency": batch["adjacency"].transpose(1, 2)},
        ):
            assert not torch.allclose(model(**{**batch, **other}), score, atol=1e-4, rtol=0)


def test_graph_without_nodes_has_a_finite_score(model: TgnasPredictor) -> None:
    batch = random_batch(3, 4)
    empty = {
        "operators": batch["operators"],
        **{k: torch.zeros_like(v) for k, v in batch.items() if k != "operators"},
    }
    with torch.no_grad():
        scores = model(**empty)
    assert scores.isfinite().all()
    # A matrix product may add the terms of its last rows in another order than in the first rows.
    torch.testing.assert_close(scores, scores[:1].expand(3), atol=1e-6, rtol=0)


def test_principal_components_span_the_embeddings() -> None:
    random = torch.Generator().manual_seed(0)
    embeddings = torch.randn(40, 3, generator=random) @ torch.randn(3, 20, generator=random)
    components = principal_components(embeddings, 3)
    torch.testing.assert_close(components.T @ components, torch.eye(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(embeddings @ components @ components.T, embeddings, atol=1e-4, rtol=1e-4)
    with pytest.raises(ValueError, match="expected at most"):
        principal_components(embeddings[:3], 3)


def test_projection_needs_components() -> None:
    with pytest.raises(ValueError, match="expected shape"):
        TgnasPredictor(TgnasConfig(projection=8))


def synthetic_training_set(count: int) -> tuple[TrainingGraphs, NDArray[np.float64]]:
    """Return graphs whose label is the number of occurrences of operator 1."""
    batch = random_batch(count, 7, seed=5)
    graphs = TrainingGraphs(batch["operators"], batch["index"], batch["adjacency"], batch["mask"])
    return graphs, ((batch["index"] == 1) & (batch["mask"] > 0)).sum(dim=1).double().numpy()


def test_training_is_reproducible_from_its_seed_and_learns() -> None:
    graphs, labels = synthetic_training_set(200)
    training = TrainingConfig(epochs=15, batch=50)
    state = torch.random.get_rng_state()
    runs = [train(graphs, labels, TgnasConfig(hidden=32), training, seed) for seed in (0, 0, 1)]
    assert torch.equal(torch.random.get_rng_state(), state)
    first, again, other = (run.model.state_dict() for run in runs)
    assert all(torch.equal(weight, again[name]) for name, weight in first.items())
    assert not torch.allclose(first["operator_weight"], other["operator_weight"])
    assert runs[0].losses == runs[1].losses
    assert runs[0].losses[-1] < 0.5 * runs[0].losses[0]
    scores = predict(runs[0].model, graphs)
    assert np.corrcoef(scores, labels)[0, 1] > 0.8
    errors = scores + runs[0].label_mean - labels  # scores are in the unit of the labels
    assert np.mean(errors**2) < 0.5 * np.var(labels)


def test_training_graphs_equal_the_inputs_of_the_runtime() -> None:
    labels = np.zeros((2, 9, 9), np.int32)
    labels[0, 1, 0] = labels[0, 2, 1] = 2
    labels[1, range(1, 9), range(8)] = 1
    mask = np.array([[True] * 3 + [False] * 6, [True] * 9])
    index = np.array([[0, 1, 2] + [0] * 6, [0] + [1] * 7 + [2]])
    kinds = tuple(NodeKind((vocabulary()[key],)) for key in ("input", "conv_3x3", "output"))
    batch = GraphBatch(kinds, index, labels, mask, (b"", b""))
    graphs = training_graphs(batch, lambda texts: np.eye(len(texts), 4, dtype=np.float32))
    assert graphs.operators.tolist() == np.eye(3, 4).tolist()
    assert graphs.mask.sum(dim=1).tolist() == [3, 9]
    assert graphs.adjacency[0].nonzero().tolist() == [[1, 0], [2, 1]]
    assert graphs.adjacency.max() == 1
    assert len(graphs) == 2


def test_joined_graphs_have_the_scores_of_the_separate_tables(model: TgnasPredictor) -> None:
    first, second = synthetic_training_set(5)[0], synthetic_training_set(4)[0]
    narrow = TrainingGraphs(
        -second.operators, second.index[:, :4], second.adjacency[:, :4, :4], second.mask[:, :4]
    )
    together = joined([first, narrow])
    assert len(together) == 9
    alone = np.concatenate([predict(model.eval(), first), predict(model.eval(), narrow)])
    np.testing.assert_allclose(predict(model.eval(), together), alone, atol=1e-5)
