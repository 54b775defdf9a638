"""`tgnas-nb101`: the predictor of the TG-NAS paper (section 3.3), trained on the NAS-Bench-101 table.

Zero-shot on NAS-Bench-201: no label of it is used, not for training, nor for choosing an epoch, a seed or a width.
The labels of NAS-Bench-201 are read after training, to measure.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nasport.export.predictor import write_predictor_bundle
from nasport.models.tables import (
    NASBENCH101_LABEL,
    NASBENCH201_DATASETS,
    NASBENCH201_FILE,
    data_folder,
    read_nasbench101,
    read_nasbench201,
)
from nasport.models.tgnas import TgnasConfig, principal_components
from nasport.models.training import Trained, TrainingConfig, predict, train, training_graphs
from nasport.runtime.bundle import open_bundle
from nasport.runtime.encoder import Encoder
from nasport.runtime.encoding import EncodedBatch
from nasport.runtime.features import Embed
from nasport.runtime.predictor import reachable_parameters
from nasport.schemas.canonical import canonicalize
from nasport.schemas.errors import InputError
from nasport.schemas.graphs import GraphBatch
from nasport.schemas.operators import vocabulary
from nasport.toolkit.notations import notation
from nasport.toolkit.recipes.transfer import correlation_row

NAME = "tgnas-nb101"
ENCODER = "minilm"

NEVER_SAW = (
    "nasbench201",
    "nasbench301",
    "transnas_micro",
    "transnas_macro",
    "nasbench_macro",
    "nds",
    "darts",
    "nasbench_nlp",
)

NOTES = """
The TG-NAS predictor as its paper states it: sentence embeddings of the operators' short descriptions {model}; the
convolutions use D^-1/2 (A+I) D^-1/2. Where it differs from the paper's public code or leaves the paper: cells are
scored in canonical form (`none` and what lies on no input-output path are dropped), the labels are those 30,001 of the
423,624 cells that are public outside the original file, and the last epoch of seed 0 ships (the public code keeps the
epoch that ranks NAS-Bench-201 best, which uses its labels).

A score is the predicted CIFAR-10 validation accuracy less the mean of the training labels, as a fraction: good for
ranking, not for its value. The predictor reads cells, all of a document's, not widths, depths or resolutions. Compare
it with the trivial baselines in the table below before you rely on it: it is here to reproduce the paper.

The learning rate and the weight decay were chosen on held-out NAS-Bench-101 cells
(`NASPORT_DATA=TABLES python benchmarks/tgnas_holdout.py`), the width by the runtime's throughput, the 40 epochs by the
time of training.
"""


def make(
    out: Path,
    *,
    seeds: int = 5,
    config: TgnasConfig | None = None,
    training: TrainingConfig | None = None,
) -> None:
    """Train with `seeds` seeds, measure all of them on NAS-Bench-201 where its table is at hand, write seed 0.

    Args:
        out: folder of the bundle.
        seeds: how many trainings to measure.
        config: of the model; None: what ships.
        training: how to train; None: what ships.

    Raises:
        InputError: NASPORT_DATA names no folder with the NAS-Bench-101 table.
    """
    config, training = config or TgnasConfig(), training or TrainingConfig()
    texts = sorted({operator.text for operator in vocabulary().values()})
    embeddings = Encoder.load(ENCODER).encode(texts)
    embed = _lookup(texts, embeddings)
    names, accuracy = read_nasbench101().labelled(NASBENCH101_LABEL)
    graphs = canonicalize(_encoded("nasbench101", names).graphs)
    inputs = training_graphs(graphs, embed)
    components = _components(embeddings, config)
    models = [
        train(inputs, accuracy, config, training, seed, components=components, on_epoch=_progress(seed))
        for seed in range(seeds)
    ]
    manifest = _manifest(graphs, accuracy, models, config, training, _results(models, embed))
    write_predictor_bundle(
        out,
        models[0].model,
        texts=texts,
        embeddings=embeddings,
        encoder={"name": ENCODER, "sha256": open_bundle(ENCODER).manifest["files"]["encoder.onnx"]["sha256"]},
        manifest=manifest,
        command=_command(config),
        notes=NOTES.format(model=_model_sentence(config)),
    )


def _components(embeddings: NDArray[np.float32], config: TgnasConfig) -> Tensor | None:
    """The principal components that embeddings are projected to, where the configuration wants some."""
    if config.projection is None:
        return None
    try:
        return principal_components(torch.from_numpy(embeddings), config.projection)
    except ValueError as error:
        raise InputError(f"projection {config.projection}: {error}") from error


def _name(config: TgnasConfig) -> str:
    """What ships goes by the plain name; the paper's other variants say what they are."""
    parts = [NAME]
    if config.projection is not None:
        parts.append(f"pca{config.projection}")
    if config.readout != TgnasConfig().readout:
        parts.append(config.readout)
    return "-".join(parts)


def _command(config: TgnasConfig) -> str:
    options = ""
    if config.projection is not None:
        options += f" --projection {config.projection}"
    if config.readout != TgnasConfig().readout:
        options += f" --readout {config.readout}"
    return f"NASPORT_DATA=TABLES nasport train {NAME}{options} --out FOLDER"


def _model_sentence(config: TgnasConfig) -> str:
    numbers = f"{config.embedding} numbers"
    if config.projection is not None:
        numbers += f", projected to {config.projection} principal components"
    readout = "a global node" if config.readout == "global" else "the mean of the nodes"
    return (
        f"(MiniLM, {numbers}), two graph convolutions, learned graph normalisation, {readout}, weight decay"
    )


def _manifest(
    graphs: GraphBatch,
    accuracy: NDArray[np.float64],
    models: Sequence[Trained],
    config: TgnasConfig,
    training: TrainingConfig,
    results: list[dict[str, Any]],
) -> dict[str, Any]:
    counts = graphs.mask.sum(axis=1)
    return {
        "name": _name(config),
        "description": "The predictor of the TG-NAS paper, trained on NAS-Bench-101.",
        "license": "Apache-2.0",
        "trained_on": {
            "spaces": [
                {
                    "name": "nasbench101",
                    "architectures": len(accuracy),
                    "labels": "CIFAR-10 validation accuracy after 108 epochs, best of three runs",
                }
            ],
            "nodes": [int(counts.min()), int(counts.max())],
            "operators": sorted({operator.text for kind in graphs.kinds for operator in kind.operators}),
        },
        "never_saw": list(NEVER_SAW),
        "seed": 0,
        "model": vars(config),
        "training": vars(training) | {"last_loss": [round(model.losses[-1], 4) for model in models]},
        "labels": {"mean": models[0].label_mean, "deviation": models[0].label_deviation},
        "results": results,
    }


def _results(models: Sequence[Trained], embed: Embed) -> list[dict[str, Any]]:
    if not (data_folder() / NASBENCH201_FILE).is_file():
        return []
    table = read_nasbench201()
    batch = _encoded("nasbench201", table.texts)
    graphs = canonicalize(batch.graphs)
    inputs = training_graphs(graphs, embed)
    scores = [predict(model.model, inputs) for model in models]
    baselines = {
        "parameters": np.array(batch.parameters, np.float64),
        "reachable_parameters": reachable_parameters(graphs),
        "flops": np.array(batch.flops, np.float64),
    }
    return [
        correlation_row("nasbench201", dataset, split, table.labels[f"{dataset}_{split}"], scores, baselines)
        for dataset in NASBENCH201_DATASETS
        for split in ("test", "val")
    ]


def _encoded(name: str, texts: Sequence[str]) -> EncodedBatch:
    batch = notation(name).encode_many(texts)
    assert batch is not None, "both notations have a fast way"
    return batch


def _lookup(texts: Sequence[str], embeddings: NDArray[np.float32]) -> Embed:
    table = dict(zip(texts, embeddings, strict=True))
    return lambda wanted: np.stack([table[text] for text in wanted])


def _progress(seed: int) -> Any:
    def show(epoch: int, loss: float) -> None:
        print(f"seed {seed}, epoch {epoch}: loss {loss:.4f}", file=sys.stderr)

    return show
