"""Can a predictor rank cells that hold an operator which no cell of its training held?

    NASPORT_DATA=FOLDER python benchmarks/unseen_operators.py --out benchmarks/results/unseen_operators.jsonl

In five spaces each operator is left out in turn: training sees at most 2,000 cells without it, the test ranks at most
3,000 cells with it. Three seeds; rows are appended as they come, a second run goes on where the first stopped.
`--summary` prints the means as Markdown.

Two networks, and what each reads of an operator:

- `graph`, the graph convolutions of TG-NAS: `one-hot`; `attributes` (`runtime/operators`); `text`, the
  embedding of the description, as in the paper; `both`, side by side. As in the paper's tables 1 and 2, with one seed,
  also `text, medium`, `text, long`, and `text, 64 components`.
- `paths`, the path predictor, on the cells alone: its attributes learned for each operator from the labels (`one-hot`;
  the operator left out has the mean of the others); known (`attributes`); read from the description by a head that
  never saw a description of the operator left out (`text`); `both`, where only those of the operator left out are read,
  which is what happens to a user's own operator. `both, described`: other descriptions of it were among the head's.
  `attributes and costs` also sees the parameters of the whole network.
- `parameters`: no training, relative parameters on a path.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import kendalltau, spearmanr
from torch import Tensor, nn

from nasport.models.operator_texts import descriptions
from nasport.models.path_predictor import GLOBALS, UNBOUNDED, PathConfig, PathPredictor
from nasport.models.path_training import (
    RankedTable,
    RankingConfig,
    pair_loss,
    quantiles,
    scale_of,
    train_to_rank,
)
from nasport.models.text_attributes import TextAttributes, TextConfig, fit_text_attributes
from nasport.models.tgnas import TgnasConfig, principal_components
from nasport.models.tgnas_training import TrainingConfig, TrainingGraphs, predict, train, training_graphs
from nasport.runtime.encoder import Encoder
from nasport.runtime.encoding import EncodedBatch
from nasport.runtime.features import EMBEDDING_WIDTH
from nasport.runtime.globals import global_table
from nasport.runtime.operators import PATH_ATTRIBUTES, path_attributes
from nasport.runtime.predictor import reachable_parameters
from nasport.schemas.graphs.canonical import canonicalize
from nasport.schemas.graphs.document_graph import GraphBatch
from nasport.schemas.operators import Operator, vocabulary
from nasport.toolkit.laboratory.tables import NASBENCH201_DATASETS, read_table
from nasport.toolkit.notations import notation

TRAINED, TESTED, SEEDS, STEPS = 2_000, 3_000, 3, 200
BATCH = 64

SPACES: dict[str, tuple[str, ...]] = {
    "nasbench101": ("conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3"),
    "nasbench201": ("nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3", "skip_connect"),
    "transnas_micro": ("nor_conv_3x3", "nor_conv_1x1", "skip_connect"),
    "nasbench301": (
        "sep_conv_3x3",
        "sep_conv_5x5",
        "dil_conv_3x3",
        "dil_conv_5x5",
        "max_pool_3x3",
        "avg_pool_3x3",
        "skip_connect",
    ),
    "nasbench_macro": ("id", "ir_3x3_t3", "ir_5x5_t6"),
}
LABELS = {"nasbench201": tuple(f"{dataset}_val" for dataset in NASBENCH201_DATASETS)}
ENDS = {"input": ("Input", "the input of the cell", "The input of the cell, as it comes from the layer before"),
        "output": ("Output", "the output of the cell", "The output of the cell, as it goes on to the next layer")}  # fmt: skip
GRAPH_READINGS = ("one-hot", "attributes", "text", "both")
GRAPH_READINGS_ONCE = ("text, medium", "text, long", "text, 64 components")
PATH_READINGS = ("one-hot", "attributes", "text", "both", "both, described", "attributes and costs")


@dataclass(frozen=True)
class Space:
    """G architectures with at least one node.

    Attributes:
        graphs: canonical.
        operators: of the K kinds of node.
        arrays: the graphs as tensors.
        network: (G, 3) numbers of the whole networks, `GLOBALS`.
        reachable: (G,) relative parameters on a path.
        targets: (G,) Gaussian quantiles of the labels.
    """

    graphs: GraphBatch
    operators: tuple[Operator, ...]
    arrays: TrainingGraphs
    network: Tensor
    reachable: NDArray[np.float64]
    targets: Tensor

    def holds(self, operator: Operator) -> NDArray[np.bool_]:
        """(G,): which of them hold the operator."""
        same = np.array([found.text == operator.text for found in self.operators])
        return np.asarray((same[self.graphs.index] & self.graphs.mask).any(axis=1))


@dataclass(frozen=True)
class Split:
    """What one training sees and what it is tested on: rows of the space, and the key of the operator left out."""

    space: Space
    key: str
    train: Tensor
    test: Tensor
    seed: int

    @property
    def operator(self) -> Operator:
        """The one left out."""
        return vocabulary()[self.key]


@cache
def load(name: str) -> Space:
    """Read a table."""
    table = read_table(name)
    labels = [table.labels[label] for label in LABELS.get(name, tuple(table.labels))]
    rows = np.flatnonzero(~np.isnan(np.stack(labels)).any(axis=0))
    batch: EncodedBatch = notation(table.notation).encoded([table.texts[row] for row in rows])
    graphs = canonicalize(batch.graphs)
    reachable = reachable_parameters(graphs)
    network = torch.from_numpy(global_table(GLOBALS, batch, graphs, reachable))
    arrays = training_graphs(graphs, lambda texts: np.zeros((len(texts), 1), np.float32))
    operators = tuple(kind.operators[0] for kind in graphs.kinds)
    return Space(graphs, operators, arrays, network, reachable, quantiles([label[rows] for label in labels]))


def split(name: str, key: str, seed: int) -> Split:
    """Training and test cells of one operator and seed."""
    space, operator = load(name), vocabulary()[key]
    holds, empty = space.holds(operator), ~space.graphs.mask.any(axis=1)
    random = np.random.default_rng(seed)
    without = random.permutation(np.flatnonzero(~holds & ~empty))[:TRAINED]
    with_it = random.permutation(np.flatnonzero(holds))[:TESTED]
    return Split(space, key, torch.from_numpy(without), torch.from_numpy(with_it), seed)


@cache
def encoder() -> Encoder:
    """The shipped one."""
    return Encoder.load("minilm")


@cache
def described() -> Tensor:
    """(n, 384): embeddings of all descriptions."""
    return torch.from_numpy(encoder().encode([item.text for item in descriptions()]))


@cache
def reader(key: str, described_too: bool) -> TextAttributes:
    """Reads attributes from texts.

    Trained without a description of this operator or of one with its kind and numbers; `described_too`: only without the
    one that is read.
    """
    items, operator = descriptions(), vocabulary()[key]
    if described_too:
        kept = [row for row, item in enumerate(items) if item.text != operator.text]
    else:
        same = (operator.kind, operator.attributes)
        kept = [
            row for row, item in enumerate(items) if (item.operator.kind, item.operator.attributes) != same
        ]
    return fit_text_attributes(described()[kept], [items[row] for row in kept], TextConfig(), seed=0)


def text_of(operator: Operator, length: str) -> str:
    """Its description of some length."""
    if operator.kind in ENDS:
        return ENDS[operator.kind][("short", "medium", "long").index(length)]
    if length == "short":
        return operator.text
    return next(
        item.text for item in descriptions() if (item.operator.text, item.length) == (operator.text, length)
    )


def graph_scores(part: Split, reading: str) -> NDArray[np.float32]:
    """Scores of the test cells by the graph convolutions."""
    arrays = replace(part.space.arrays, operators=_operator_table(part.space.operators, reading))
    steps = -(-len(part.train) // BATCH)
    training = TrainingConfig(epochs=-(-STEPS // steps), batch=BATCH)
    targets = part.space.targets[part.train].numpy().astype(np.float64)
    config = TgnasConfig(embedding=arrays.operators.shape[1], dropout=0.1)
    trained = train(TrainingGraphs(*arrays.rows(part.train)), targets, config, training, part.seed)
    return predict(trained.model, TrainingGraphs(*arrays.rows(part.test)))


def _operator_table(operators: tuple[Operator, ...], reading: str) -> Tensor:
    attributes = torch.tensor([path_attributes(operator) for operator in operators])
    if reading == "one-hot":
        places = _places(operators)
        return torch.eye(int(places.max()) + 1)[places]
    if reading == "attributes":
        return attributes
    length = next((name for name in ("medium", "long") if name in reading), "short")
    embeddings = torch.from_numpy(encoder().encode([text_of(operator, length) for operator in operators]))
    if "components" in reading:
        return embeddings @ _components()
    return torch.cat([attributes, embeddings], dim=1) if reading == "both" else embeddings


def _places(operators: tuple[Operator, ...]) -> Tensor:
    """(K,): which description each has; strides and widths of stages tell no operators apart."""
    places = {text: place for place, text in enumerate(dict.fromkeys(item.text for item in operators))}
    return torch.tensor([places[operator.text] for operator in operators])


@cache
def _components() -> Tensor:
    return principal_components(described(), 64)


def path_scores(part: Split, reading: str) -> NDArray[np.float32]:
    """Scores of the test cells by the path predictor."""
    costs = part.space.network if reading.endswith("costs") else torch.zeros_like(part.space.network)
    known = _path_table(part, "attributes" if reading in ("one-hot", "attributes and costs") else reading)
    model = PathPredictor(PathConfig())
    found = _statistics(model, part.space, known, costs)
    cells = _statistics(model, part.space, known, torch.zeros_like(costs))
    scale = scale_of([found[part.train]], [cells[part.train, 0]])
    if reading == "one-hot":
        # What is learned may leave the range of what is known, and may differ where nothing does that is known.
        free = torch.full_like(scale.mean, UNBOUNDED)
        deviation = torch.where(scale.deviation > 1e-3, scale.deviation, torch.ones(()))
        model.set_scale(scale._replace(deviation=deviation, lowest=-free, highest=free, offset=0.0))
        return _learned_attributes(part, model)
    ranked = RankedTable(found[part.train], part.space.targets[part.train])
    trained = train_to_rank([ranked], scale, PathConfig(), RankingConfig(), part.seed)
    with torch.no_grad():
        scores: NDArray[np.float32] = trained.head(found[part.test]).numpy()
    return scores


def _path_table(part: Split, reading: str) -> Tensor:
    """(K, A): what is known or read of each operator."""
    operators = part.space.operators
    known = torch.tensor([path_attributes(operator) for operator in operators])
    if reading == "attributes":
        return known
    embeddings = torch.from_numpy(encoder().encode([operator.text for operator in operators]))
    told = reader(part.key, "described" in reading)(embeddings)
    read = [
        operator.kind not in ENDS and (reading == "text" or operator.text == part.operator.text)
        for operator in operators
    ]
    return torch.where(torch.tensor(read)[:, None], told, known)


def _statistics(model: PathPredictor, space: Space, attributes: Tensor, network: Tensor) -> Tensor:
    with torch.no_grad():
        rows = torch.arange(len(network))
        parts = [
            _some_statistics(model, space, attributes, network, part) for part in torch.split(rows, 2048)
        ]
    return torch.cat(parts)


def _some_statistics(
    model: PathPredictor, space: Space, attributes: Tensor, network: Tensor, rows: Tensor
) -> Tensor:
    table = torch.cat(
        [torch.zeros(len(attributes), EMBEDDING_WIDTH), attributes, torch.ones(len(attributes), 1)], dim=1
    )
    _, index, adjacency, mask = space.arrays.rows(rows)
    return model.statistics(table, index, adjacency, mask, network[rows])


def _learned_attributes(part: Split, model: PathPredictor) -> NDArray[np.float32]:
    """Attributes are weights, learned with the rest from the labels."""
    torch.manual_seed(part.seed)
    operators = part.space.operators
    places = _places(operators)
    free = nn.Parameter(torch.zeros(int(places.max()) + 1, len(PATH_ATTRIBUTES)))
    known = torch.tensor([path_attributes(operator) for operator in operators])
    ends = torch.tensor([operator.kind in ENDS for operator in operators])[:, None]
    names = torch.tensor([list(PATH_ATTRIBUTES).index(name) for name in ("input", "output")])
    highest = (
        torch.tensor([path_attributes(operator) for operator in vocabulary().values()]).max(dim=0).values
    )
    highest[names] = 0.0
    optimizer = torch.optim.AdamW([*model.parameters(), free], lr=1e-2, weight_decay=1e-2)
    steps = RankingConfig().steps
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1e-2, total_steps=steps, pct_start=0.1)
    nowhere = torch.zeros_like(part.space.network)
    for _ in range(steps):
        rows = part.train[torch.randint(len(part.train), (RankingConfig().sample,))]
        table = torch.where(ends, known, torch.sigmoid(free[places]) * highest)
        scores = model.head(_some_statistics(model, part.space, table, nowhere, rows))
        loss = pair_loss(scores, part.space.targets[rows])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        unseen = torch.tensor([operator.text == part.operator.text for operator in operators])[:, None]
        learned = torch.sigmoid(free[places]) * highest
        mean = learned[~(unseen | ends).flatten()].mean(dim=0)
        table = torch.where(ends, known, torch.where(unseen, mean, learned))
        scores_found: NDArray[np.float32] = model.head(
            _some_statistics(model, part.space, table, nowhere, part.test)
        ).numpy()
    return scores_found


def trials(part: Split) -> Iterator[tuple[str, str, Callable[[], NDArray[np.floating]]]]:
    """Network, reading, and how to score the test cells."""
    yield "parameters", "", lambda: part.space.reachable[part.test.numpy()]
    for reading in PATH_READINGS:
        yield "paths", reading, lambda reading=reading: path_scores(part, reading)  # type: ignore[misc]
    for reading in (*GRAPH_READINGS, *(GRAPH_READINGS_ONCE if part.seed == 0 else ())):
        yield "graph", reading, lambda reading=reading: graph_scores(part, reading)  # type: ignore[misc]


def run(out: Path, spaces: list[str]) -> None:
    """Append what is missing."""
    rows = _read(out)
    done = {(row["space"], row["operator"], row["seed"], row["network"], row["reading"]) for row in rows}
    for name in spaces:
        for key in SPACES[name]:
            for seed in range(SEEDS):
                part = split(name, key, seed)
                truth = part.space.targets[part.test].numpy()
                for network, reading, scores in trials(part):
                    if (name, key, seed, network, reading) in done:
                        continue
                    found = scores()
                    row = {
                        "space": name,
                        "operator": key,
                        "seed": seed,
                        "network": network,
                        "reading": reading,
                        "trained": len(part.train),
                        "tested": len(part.test),
                        "spearman": round(float(spearmanr(found, truth).statistic), 4),
                        "kendall": round(float(kendalltau(found, truth).statistic), 4),
                    }
                    with out.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(row) + "\n")


def summary(out: Path) -> str:
    """Mean Spearman over operators and seeds as Markdown: one row a reading, one column a space."""
    rows = _read(out)
    spaces = [name for name in SPACES if any(row["space"] == name for row in rows)]
    lines = [
        "| network | reads | " + " | ".join(spaces) + " | mean |",
        "|---|---|" + "---|" * (len(spaces) + 1),
    ]
    for network, reading in dict.fromkeys((row["network"], row["reading"]) for row in rows):
        means = [
            np.mean(
                [
                    row["spearman"]
                    for row in rows
                    if (row["space"], row["network"], row["reading"]) == (name, network, reading)
                ]
            )
            for name in spaces
        ]
        cells = " | ".join(f"{value:.2f}" for value in [*means, np.mean(means)])
        lines.append(f"| {network} | {reading} | {cells} |")
    return "\n".join(lines)


def _read(path: Path) -> list[dict[str, object]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def main() -> None:
    """Measure, or print the means."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--spaces", nargs="+", choices=list(SPACES), default=list(SPACES))
    parser.add_argument("--summary", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if not arguments.summary:
        run(arguments.out, arguments.spaces)
    print(summary(arguments.out))


if __name__ == "__main__":
    main()
