"""The predictor as ONNX, with proof that it is the same function, and as a bundle.

An export can succeed and compute something else, or compute the right thing for the batch size it was traced with. So
what was written is loaded and run again: on ten thousand random graphs against the PyTorch model (`prove_parity`), and
against itself with the same graphs batched and padded in other ways, to the last bit (`prove_batch_independence`).

    operators (K, F) float32, index (B, N) int64, adjacency (B, N, N) float32, mask (B, N) float32 -> score (B,) float32
"""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray

from nasport.export.card import card_text
from nasport.export.onnx_files import (
    NEWEST_IR_VERSION,
    describe_file,
    save_model,
    strip_metadata,
)
from nasport.models.tgnas import TgnasPredictor
from nasport.runtime.session import open_session
from nasport.schemas.errors import NasportError
from nasport.schemas.writing import write_atomically

MODEL_FILE = "predictor.onnx"
TABLE_FILE = "operators.npz"
CARD_FILE = "CARD.md"
MANIFEST_FILE = "bundle.json"

OPSET = 18
INPUTS = ("operators", "index", "adjacency", "mask")
OUTPUT = "score"
LARGEST_DIFFERENCE = 1e-5

Arrays = dict[str, NDArray[Any]]


class ParityError(NasportError):
    """What was exported is not the same function as the model, or depends on what is batched with a graph."""


@dataclass(frozen=True)
class ParityReport:
    """How far the exported graph is from the model.

    Attributes:
        max_abs_difference: the largest difference of two scores.
        graphs: on how many random graphs.
    """

    max_abs_difference: float
    graphs: int


def export_predictor(model: TgnasPredictor, path: Path) -> None:
    """Write the model, in evaluation mode, as one ONNX file with free B, N and K.

    Args:
        model: is left in evaluation mode.
        path: of the file; written in one piece.
    """
    model.eval()
    example = next(random_graphs(5, seed=0, width=model.config.embedding))
    operators, graphs, nodes = (torch.export.Dim(name, min=1) for name in ("K", "B", "N"))
    with warnings.catch_warnings(), _quiet_exporter():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            model,
            tuple(torch.from_numpy(example[name]) for name in INPUTS),
            dynamo=True,
            verbose=False,
            opset_version=OPSET,
            input_names=list(INPUTS),
            output_names=[OUTPUT],
            dynamic_shapes={
                "operators": {0: operators},
                "index": {0: graphs, 1: nodes},
                "adjacency": {0: graphs, 1: nodes, 2: nodes},
                "mask": {0: graphs, 1: nodes},
            },
        )
    assert program is not None
    proto = program.model_proto
    strip_metadata(proto)
    proto.ir_version = NEWEST_IR_VERSION
    save_model(proto, path)


def random_graphs(count: int, seed: int, *, largest: int = 20, width: int = 384) -> Iterator[Arrays]:
    """Random graphs of 0 to `largest` nodes in batches of many shapes.

    Args:
        count: of graphs in all.
        seed: of all draws.
        largest: most nodes of a graph.
        width: F, of an operator's row; rows have length 1, as embeddings do.

    Yields:
        The inputs of the predictor by name.
    """
    random = np.random.default_rng(seed)
    while count:
        batch = min(count, int(random.integers(1, 257)))
        count -= batch
        nodes = int(random.integers(1, largest + 1))
        yield _random_batch(random, batch, nodes, int(random.integers(1, 17)), width)


def prove_parity(model: TgnasPredictor, path: Path, graphs: int = 10_000, seed: int = 0) -> ParityReport:
    """Run the exported file and the model on the same random graphs.

    Raises:
        ParityError: some score differs by 1e-5 or more, or is not finite.
    """
    model.eval()
    session = open_session(path, providers=["cpu"])
    largest = 0.0
    for batch in random_graphs(graphs, seed, width=model.config.embedding):
        found = session.run([OUTPUT], batch)[0]
        with torch.no_grad():
            expected = model(*(torch.from_numpy(batch[name]) for name in INPUTS)).numpy()
        difference = float(np.abs(found - expected).max())
        if found.shape != expected.shape or not difference < LARGEST_DIFFERENCE:
            raise ParityError(
                f"{path.name} differs from the model by {difference}, expected < {LARGEST_DIFFERENCE}"
            )
        largest = max(largest, difference)
    return ParityReport(largest, graphs)


def prove_batch_independence(path: Path, graphs: int = 1024, seed: int = 0, largest: int = 20) -> int:
    """Score the same graphs alone, in other batches, with other padding and among other operators.

    Returns:
        The number of graphs.

    Raises:
        ParityError: some score changed in some bit.
    """
    session = open_session(path, providers=["cpu"])
    random = np.random.default_rng(seed)
    width = int(session.get_inputs()[0].shape[1])
    batch = _random_batch(random, graphs, largest, 7, width)
    reference = session.run([OUTPUT], batch)[0]
    others = random.standard_normal((61, width)).astype(np.float32)
    variants = {
        "more padding": (_padded(batch, 12), graphs),
        "more padding, batches of 64": (_padded(batch, 1), 64),
        "batches of 7": (batch, 7),
        "one at a time": (batch, 1),
        "among other operators": (_among(batch, others), 100),
    }
    for name, (inputs, size) in variants.items():
        parts = [session.run([OUTPUT], part)[0] for part in _split(inputs, size)]
        _require_equal_bits(path, name, reference, np.concatenate(parts))
    tight = [session.run([OUTPUT], _tight(part))[0] for part in _split(batch, 1)]
    _require_equal_bits(
        path, "one at a time, no padding, only its own operators", reference, np.concatenate(tight)
    )
    return graphs


def write_predictor_bundle(
    folder: Path,
    model: TgnasPredictor,
    *,
    texts: Sequence[str],
    embeddings: NDArray[np.float32],
    encoder: Mapping[str, str],
    manifest: Mapping[str, Any],
    command: str,
    notes: str = "",
    parity_graphs: int = 10_000,
) -> ParityReport:
    """Export, prove, and write a whole bundle; the manifest comes last, so a half-written folder is no bundle.

    Args:
        folder: where to; made if missing.
        model: the trained predictor.
        texts: T descriptions whose embeddings the bundle shall hold.
        embeddings: (T, F) float32.
        encoder: `name` and `sha256` of the encoder that made them.
        manifest: what else the manifest shall say: `name`, `description`, `trained_on`, `results`, ...
        command: how to make this bundle again; noted beside the parity.
        notes: what CARD.md shall say beyond what it says from the manifest, in Markdown.
        parity_graphs: how many random graphs to prove parity on.

    Raises:
        ParityError: the exported graph is not the model, or depends on the batch.
    """
    export_predictor(model, folder / MODEL_FILE)
    report = prove_parity(model, folder / MODEL_FILE, parity_graphs)
    independent = prove_batch_independence(folder / MODEL_FILE)
    write_atomically(folder / TABLE_FILE, operator_table_bytes(texts, embeddings))
    content = {
        "format": "nasport-bundle",
        "version": 1,
        "kind": "predictor",
        **manifest,
        "files": {},
        "encoder": dict(encoder),
        **signature(folder / MODEL_FILE),
        "features": ["embedding"],
        "globals": [],
        "reads": {"skeleton": False},
        "parity": {**asdict(report), "equal_bits_graphs": independent, "command": command},
    }
    write_atomically(folder / CARD_FILE, card_text(content, notes).encode())
    content["files"] = {name: describe_file(folder / name) for name in (MODEL_FILE, TABLE_FILE, CARD_FILE)}
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    write_atomically(folder / MANIFEST_FILE, text.encode())
    return report


def signature(path: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Names, shapes and types of what an ONNX file takes and gives, as a manifest notes them."""
    graph = onnx.load(path).graph
    return {
        key: {value.name: _tensor(value) for value in values}
        for key, values in (("inputs", graph.input), ("outputs", graph.output))
    }


def operator_table_bytes(texts: Sequence[str], embeddings: NDArray[np.float32]) -> bytes:
    """`operators.npz`: arrays `texts` (T,) and `embeddings` (T, F), nothing pickled; equal input, equal bytes."""
    if len(set(texts)) != len(texts) or embeddings.shape[:1] != (len(texts),):
        raise ValueError(f"expected one embedding for each of {len(texts)} distinct texts")
    buffer = io.BytesIO()
    np.savez_compressed(buffer, texts=np.array(texts, np.str_), embeddings=embeddings.astype(np.float32))
    return buffer.getvalue()


def _tensor(value: onnx.ValueInfoProto) -> dict[str, Any]:
    tensor = value.type.tensor_type
    shape = [axis.dim_param or axis.dim_value for axis in tensor.shape.dim]
    return {"shape": shape, "dtype": onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type).name}


class _quiet_exporter:  # noqa: N801 - used like a function
    """Without the exporter's notes on optional packages that are not installed."""

    _logger = logging.getLogger("torch.onnx._internal.exporter._registration")

    def __enter__(self) -> None:
        self._level = self._logger.level
        self._logger.setLevel(logging.ERROR)

    def __exit__(self, *_: object) -> None:
        self._logger.setLevel(self._level)


def _random_batch(random: np.random.Generator, batch: int, nodes: int, operators: int, width: int) -> Arrays:
    table = random.standard_normal((operators, width)).astype(np.float32)
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    mask = np.arange(nodes) < random.integers(0, nodes + 1, (batch, 1))
    density = random.uniform(0.1, 0.9, (batch, 1, 1))
    edges = np.tril(random.random((batch, nodes, nodes)) < density, -1)
    return {
        "operators": table,
        "index": np.where(mask, random.integers(0, operators, (batch, nodes)), 0),
        "adjacency": (edges & mask[:, :, None] & mask[:, None, :]).astype(np.float32),
        "mask": mask.astype(np.float32),
    }


def _split(batch: Arrays, size: int) -> Iterator[Arrays]:
    for start in range(0, len(batch["mask"]), size):
        part = slice(start, start + size)
        yield {name: value if name == "operators" else value[part] for name, value in batch.items()}


def _padded(batch: Arrays, more: int) -> Arrays:
    side, both = ((0, 0), (0, more)), ((0, 0), (0, more), (0, more))
    return {
        "operators": batch["operators"],
        "index": np.pad(batch["index"], side),
        "adjacency": np.pad(batch["adjacency"], both),
        "mask": np.pad(batch["mask"], side),
    }


def _among(batch: Arrays, others: NDArray[np.float32]) -> Arrays:
    table = np.concatenate([others, batch["operators"]])
    return {**batch, "operators": table, "index": batch["index"] + len(others)}


def _tight(graph: Arrays) -> Arrays:
    """One graph without padding and without operators that it does not use.

    At least two nodes: a matrix of one row is multiplied by other kernels. The runtime pads to eight.
    """
    nodes = max(2, int(graph["mask"].sum()))
    used, index = np.unique(graph["index"][:, :nodes], return_inverse=True)
    return {
        "operators": graph["operators"][used],
        "index": index.reshape(1, nodes),
        "adjacency": graph["adjacency"][:, :nodes, :nodes],
        "mask": graph["mask"][:, :nodes],
    }


def _require_equal_bits(
    path: Path, name: str, expected: NDArray[np.float32], found: NDArray[np.float32]
) -> None:
    changed = int((expected != found).sum())
    if changed:
        raise ParityError(f"{path.name}: {changed} of {len(expected)} scores change with the batch: {name}")
