"""The predictor as ONNX, with proof that it is the same function, and as a bundle.

An export can succeed and compute something else, or compute the right thing for the batch size it was traced with. So
what was written is loaded and run again: on ten thousand random graphs against the PyTorch model (`prove_parity`), and
against itself with the same graphs batched and padded in other ways, to the last bit (`prove_batch_independence`).

    operators (K, F) float32, index (B, N) int64, adjacency (B, N, N) float32, mask (B, N) float32 -> score (B,) float32

The universal predictor also takes `globals` (B, G) and gives `statistics` (B, S) by which a document far from the training
is told, of its H evaluators `opinions` (B, H) and `doubts` (B, H), the standard deviation about each opinion, and `traits` (B, T),
which an adaptation to one space weighs.
"""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nasport.export.card import card_text
from nasport.export.onnx_shrinking import NEWEST_IR_VERSION, describe_file, save_model, strip_metadata
from nasport.export.random_graphs import (
    InputLayout,
    embedding_layout,
    random_batch,
    random_graphs,
    rearranged,
    universal_layout,
)
from nasport.models.tgnas import TgnasPredictor
from nasport.models.universal_predictor import GLOBALS, OPERATOR_FEATURES, UniversalPredictor
from nasport.runtime.bundle import open_bundle
from nasport.runtime.predictor import DOUBTS, OPINIONS, SCORE, STATISTICS, TRAITS
from nasport.runtime.session import open_session
from nasport.schemas.errors import NasportError
from nasport.schemas.writing import write_atomically

MODEL_FILE = "predictor.onnx"
TABLE_FILE = "operators.npz"
CARD_FILE = "CARD.md"
MANIFEST_FILE = "bundle.json"

OPSET = 18
GRAPH_INPUTS = ("operators", "index", "adjacency", "mask")
LARGEST_DIFFERENCE = 1e-5
# The axes of each input that have no fixed size, from the first on.
_AXES = {"operators": "K", "index": "BN", "adjacency": "BNN", "mask": "BN", "globals": "B"}


class ParityError(NasportError):
    """What was exported is not the same function as the model, or depends on what is batched with a graph."""


@dataclass(frozen=True)
class Exportable:
    """A predictor and how it is called.

    Attributes:
        module: takes `inputs` in order and gives `outputs`.
        inputs: names of the tensors it takes.
        outputs: names of the tensors it gives; the score is the first.
        layout: of the inputs that are no graph.
        features: what an operator's row consists of.
        variadic: whether the module takes its inputs as one tuple.
        globals: the numbers of the whole network.
    """

    module: nn.Module
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    layout: InputLayout
    features: tuple[str, ...]
    globals: tuple[str, ...] = ()
    variadic: bool = False


def exportable(model: TgnasPredictor | UniversalPredictor) -> Exportable:
    """How a predictor is exported."""
    model.eval()
    if isinstance(model, TgnasPredictor):
        layout = embedding_layout(model.config.embedding)
        return Exportable(model, GRAPH_INPUTS, (SCORE,), layout, ("embedding",))
    return Exportable(
        _WithStatistics(model),
        (*GRAPH_INPUTS, "globals"),
        (SCORE, STATISTICS, OPINIONS, DOUBTS, TRAITS),
        universal_layout(),
        OPERATOR_FEATURES,
        GLOBALS,
        variadic=True,
    )


class _WithStatistics(nn.Module):
    """The universal predictor with what it looks at."""

    def __init__(self, model: UniversalPredictor) -> None:
        super().__init__()
        self.model = model

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        seen = self.model.seen(*inputs)
        doubts = torch.exp(0.5 * seen.doubts)
        return self.model.head(seen), seen.statistics, seen.opinions, doubts, self.model.traits(seen)


@dataclass(frozen=True)
class ParityReport:
    """How far the exported graph is from the model.

    Attributes:
        max_abs_difference: the largest difference of two scores.
        graphs: on how many random graphs.
    """

    max_abs_difference: float
    graphs: int


def export_predictor(model: Exportable, path: Path) -> None:
    """Write the model as one ONNX file with free B, N and K.

    Args:
        model: what to write.
        path: of the file; written in one piece.
    """
    example = next(random_graphs(5, 0, model.layout))
    axes = {name: torch.export.Dim(name, min=1) for name in ("K", "B", "N")}
    shapes = tuple({place: axes[axis] for place, axis in enumerate(_AXES[name])} for name in model.inputs)
    named: Any = {"inputs": shapes} if model.variadic else dict(zip(model.inputs, shapes, strict=True))
    with _quiet_exporter():
        program = torch.onnx.export(
            model.module,
            tuple(torch.from_numpy(example[name]) for name in model.inputs),
            dynamo=True,
            verbose=False,
            opset_version=OPSET,
            input_names=list(model.inputs),
            output_names=list(model.outputs),
            dynamic_shapes=named,
        )
    assert program is not None
    proto = program.model_proto
    strip_metadata(proto)
    proto.ir_version = NEWEST_IR_VERSION
    save_model(proto, path)


def prove_parity(model: Exportable, path: Path, graphs: int = 10_000, seed: int = 0) -> ParityReport:
    """Run the exported file and the model on the same random graphs.

    Raises:
        ParityError: some score differs by 1e-5 or more, or another output by that part of its largest number; or one is
            not finite.
    """
    session = open_session(path, providers=["cpu"])
    largest = 0.0
    for batch in random_graphs(graphs, seed, model.layout):
        found = session.run(list(model.outputs), batch)
        with torch.no_grad():
            result = model.module(*(torch.from_numpy(batch[name]) for name in model.inputs))
        expected = [each.numpy() for each in (result if isinstance(result, tuple) else (result,))]
        for name, ours, theirs in zip(model.outputs, found, expected, strict=True):
            difference = float(np.abs(ours - theirs).max())
            # Scores are near 1, sizes are not.
            allowed = LARGEST_DIFFERENCE * (1.0 if name == SCORE else max(1.0, float(np.abs(theirs).max())))
            if ours.shape != theirs.shape or not difference < allowed:
                problem = f"{path.name}: {name} differs from the model by {difference}, expected < {allowed}"
                raise ParityError(problem)
            largest = max(largest, difference) if name == SCORE else largest
    return ParityReport(largest, graphs)


def prove_batch_independence(
    layout: InputLayout, path: Path, graphs: int = 1024, seed: int = 0, largest: int = 20
) -> int:
    """Score the same graphs alone, in other batches, with other padding and among other operators.

    Returns:
        The number of graphs.

    Raises:
        ParityError: some output changed in some bit.
    """
    session = open_session(path, providers=["cpu"])
    random = np.random.default_rng(seed)
    batch = random_batch(random, graphs, largest, 7, layout)
    reference = session.run(None, batch)
    others = random.standard_normal((61, layout.width)).astype(np.float32)
    for name, parts in rearranged(batch, others).items():
        runs = [session.run(None, part) for part in parts]
        found = [np.concatenate(output) for output in zip(*runs, strict=True)]
        differs = [
            (before != after).reshape(graphs, -1).any(axis=1)
            for before, after in zip(reference, found, strict=True)
        ]
        changed = int(np.any(differs, axis=0).sum())
        if changed:
            raise ParityError(f"{path.name}: outputs of {changed} of {graphs} change with the batch: {name}")
    return graphs


def write_predictor_bundle(
    folder: Path,
    model: TgnasPredictor | UniversalPredictor,
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
    exported = exportable(model)
    export_predictor(exported, folder / MODEL_FILE)
    report = prove_parity(exported, folder / MODEL_FILE, parity_graphs)
    independent = prove_batch_independence(exported.layout, folder / MODEL_FILE)
    write_atomically(folder / TABLE_FILE, operator_table_bytes(texts, embeddings))
    content = {
        "format": "nasport-bundle",
        "version": 1,
        "kind": "predictor",
        **manifest,
        "files": {},
        "encoder": dict(encoder),
        **signature(folder / MODEL_FILE),
        "features": list(exported.features),
        "globals": list(exported.globals),
        "reads": {"skeleton": bool(exported.globals)},
        "parity": {**asdict(report), "equal_bits_graphs": independent, "command": command},
    }
    write_atomically(folder / CARD_FILE, card_text(content, notes).encode())
    content["files"] = {name: describe_file(folder / name) for name in (MODEL_FILE, TABLE_FILE, CARD_FILE)}
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    write_atomically(folder / MANIFEST_FILE, text.encode())
    return report


def shipped_encoder(name: str) -> dict[str, str]:
    """Name and hash of a shipped encoder, as a predictor's manifest notes them."""
    return {"name": name, "sha256": open_bundle(name).manifest["files"]["encoder.onnx"]["sha256"]}


def signature(path: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Names, shapes and types of what an ONNX file takes and gives, as a manifest notes them."""
    graph = onnx.load(path).graph
    found: dict[str, dict[str, dict[str, Any]]] = {"inputs": {}, "outputs": {}}
    for key, values in (("inputs", graph.input), ("outputs", graph.output)):
        for value in values:
            tensor = value.type.tensor_type
            shape = [axis.dim_param or axis.dim_value for axis in tensor.shape.dim]
            dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type).name
            found[key][value.name] = {"shape": shape, "dtype": dtype}
    return found


def operator_table_bytes(texts: Sequence[str], embeddings: NDArray[np.float32]) -> bytes:
    """`operators.npz`: arrays `texts` (T,) and `embeddings` (T, F), nothing pickled; equal input, equal bytes."""
    if len(set(texts)) != len(texts) or embeddings.shape[:1] != (len(texts),):
        raise ValueError(f"expected one embedding for each of {len(texts)} distinct texts")
    buffer = io.BytesIO()
    np.savez_compressed(buffer, texts=np.array(texts, np.str_), embeddings=embeddings.astype(np.float32))
    return buffer.getvalue()


@contextmanager
def _quiet_exporter() -> Iterator[None]:
    """Without warnings, and without the exporter's notes on optional packages that are not installed."""
    logger = logging.getLogger("torch.onnx._internal.exporter._registration")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
