"""Export a predictor to ONNX, verify the file, and write the bundle.

An exported file may compute a different function, or the function of the model only for the traced batch size. So the
written file is verified twice: on ten thousand random graphs against the PyTorch model (`prove_parity`), and bit by bit
against itself with the same graphs in other batches and with other padding (`prove_batch_independence`).

    operators (K, F) float32, index (B, N) int64, adjacency (B, N, N) float32, mask (B, N) float32 -> score (B,) float32

The universal predictor has another input, `globals` (B, G), and more outputs: `statistics` (B, S), from which the distance
to the training data is computed; `opinions` (B, H), predicted values of the H evaluators; `doubts` (B, H), the predicted
standard deviations of these values; and `traits` (B, T), the features that an adaptation to one space uses.
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
from nasport.export.file_entries import describe_file
from nasport.export.onnx_shrinking import NEWEST_IR_VERSION, save_model, strip_metadata
from nasport.export.random_graphs import (
    InputLayout,
    embedding_layout,
    random_batch,
    random_graphs,
    rearranged,
    universal_layout,
)
from nasport.export.reference_files import write_reference_files
from nasport.models.tgnas import TgnasPredictor
from nasport.models.universal_predictor import GLOBALS, OPERATOR_FEATURES, UniversalPredictor
from nasport.runtime.bundle import open_bundle
from nasport.runtime.predictor import DOUBTS, MODEL_FILE, OPINIONS, SCORE, STATISTICS, TRAITS
from nasport.runtime.session import open_session
from nasport.schemas.errors import NasportError
from nasport.schemas.writing import write_atomically

TABLE_FILE = "operators.npz"
CARD_FILE = "CARD.md"
MANIFEST_FILE = "bundle.json"

OPSET = 18
GRAPH_INPUTS = ("operators", "index", "adjacency", "mask")
LARGEST_DIFFERENCE = 1e-5
# Names of the leading axes of each input; these axes have no fixed size.
_AXES = {"operators": "K", "index": "BN", "adjacency": "BNN", "mask": "BN", "globals": "B"}


class ParityError(NasportError):
    """The exported file does not compute the model's outputs, or its outputs depend on the batch."""


@dataclass(frozen=True)
class Exportable:
    """A predictor with its inputs and outputs.

    Attributes:
        module: module that maps `inputs`, in order, to `outputs`.
        inputs: names of the input tensors.
        outputs: names of the output tensors; the score is the first.
        layout: generators of random operator tables and numbers of networks.
        features: columns of a row of the operator table.
        globals: names of the numbers of the whole network; empty if the predictor takes none.
        variadic: whether the module's `forward` has a variadic parameter (`*inputs`).
    """

    module: nn.Module
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    layout: InputLayout
    features: tuple[str, ...]
    globals: tuple[str, ...] = ()
    variadic: bool = False


def exportable(model: TgnasPredictor | UniversalPredictor) -> Exportable:
    """Return a predictor, switched to evaluation mode, with its inputs and outputs."""
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
    """Universal predictor with additional outputs: statistics, opinions, doubts and traits."""

    def __init__(self, model: UniversalPredictor) -> None:
        super().__init__()
        self.model = model

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        seen = self.model.seen(*inputs)
        doubts = torch.exp(0.5 * seen.doubts)
        return self.model.head(seen), seen.statistics, seen.opinions, doubts, self.model.traits(seen)


@dataclass(frozen=True)
class ParityReport:
    """Result of the comparison between the exported file and the model.

    Attributes:
        max_abs_difference: largest difference between two scores.
        graphs: number of random graphs.
    """

    max_abs_difference: float
    graphs: int


def export_predictor(model: Exportable, path: Path) -> None:
    """Write a predictor as one ONNX file with variable sizes B, N and K.

    Args:
        model: predictor to export.
        path: path of the file, which is written atomically.
    """
    example = next(random_graphs(5, 0, model.layout))
    axes = {name: torch.export.Dim(name, min=1) for name in ("K", "B", "N")}
    shapes = tuple(
        {position: axes[axis] for position, axis in enumerate(_AXES[name])} for name in model.inputs
    )
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
    """Run the exported file and the model on the same random graphs and compare their outputs.

    Args:
        model: exported predictor.
        path: exported file.
        graphs: number of random graphs.
        seed: seed of the random graphs.

    Raises:
        ParityError: a score differs by 1e-5 or more, another output differs by 1e-5 or more relative to its largest number
            (if that is above 1), or an output is not finite.
    """
    session = open_session(path, providers=["cpu"])
    largest = 0.0
    for batch in random_graphs(graphs, seed, model.layout):
        exported = session.run(list(model.outputs), batch)
        with torch.no_grad():
            result = model.module(*(torch.from_numpy(batch[name]) for name in model.inputs))
        expected = [output.numpy() for output in (result if isinstance(result, tuple) else (result,))]
        for name, actual, wanted in zip(model.outputs, exported, expected, strict=True):
            difference = float(np.abs(actual - wanted).max())
            # Scores have a magnitude near 1. Other outputs, such as sizes, may be larger.
            allowed = LARGEST_DIFFERENCE * (1.0 if name == SCORE else max(1.0, float(np.abs(wanted).max())))
            if actual.shape != wanted.shape or not difference < allowed:
                problem = f"{path.name}: {name} differs from the model by {difference}, expected < {allowed}"
                raise ParityError(problem)
            largest = max(largest, difference) if name == SCORE else largest
    return ParityReport(largest, graphs)


def prove_batch_independence(
    layout: InputLayout, path: Path, graphs: int = 1024, seed: int = 0, largest: int = 20
) -> int:
    """Check that outputs do not change if graphs are scored alone, in other batches, with other padding or operators.

    Args:
        layout: generators of random operator tables and numbers of networks.
        path: exported file.
        graphs: number of random graphs.
        seed: seed of the random graphs.
        largest: largest number of nodes of a graph.

    Returns:
        number of graphs.

    Raises:
        ParityError: a bit of some output changed.
    """
    session = open_session(path, providers=["cpu"])
    random = np.random.default_rng(seed)
    batch = random_batch(random, graphs, largest, 7, layout)
    reference = session.run(None, batch)
    others = random.standard_normal((61, layout.width)).astype(np.float32)
    for name, parts in rearranged(batch, others).items():
        runs = [session.run(None, part) for part in parts]
        outputs = [np.concatenate(output) for output in zip(*runs, strict=True)]
        differs = [
            (before != after).reshape(graphs, -1).any(axis=1)
            for before, after in zip(reference, outputs, strict=True)
        ]
        changed = int(np.any(differs, axis=0).sum())
        if changed:
            raise ParityError(
                f"{path.name}: the outputs of {changed} of {graphs} graphs change with {name}, expected equal bits"
            )
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
    """Export a predictor, verify the file, and write the bundle.

    The manifest is written last, so a half-written folder is not a bundle.

    Args:
        folder: folder of the bundle; created if missing.
        model: trained predictor.
        texts: T descriptions of operators.
        embeddings: (T, F) float32 embeddings of the texts, which the bundle contains.
        encoder: `name` and `sha256` of the encoder that computed the embeddings.
        manifest: further entries of the manifest: `name`, `description`, `trained_on`, `results`, ...
        command: command that reproduces the bundle; it becomes part of the entry `parity`.
        notes: additional text of CARD.md in Markdown.
        parity_graphs: number of random graphs for the comparison with the model.

    Raises:
        ParityError: the exported file does not compute the model's outputs, or its outputs depend on the batch.
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
    content["files"] |= write_reference_files(folder, content)
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    write_atomically(folder / MANIFEST_FILE, text.encode())
    return report


def shipped_encoder(name: str) -> dict[str, str]:
    """Return name and hash of a shipped encoder, as in the manifest of a predictor."""
    return {"name": name, "sha256": open_bundle(name).manifest["files"]["encoder.onnx"]["sha256"]}


def signature(path: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Return names, shapes and types of the inputs and outputs of an ONNX file, as in a manifest."""
    graph = onnx.load(path).graph
    tensors: dict[str, dict[str, dict[str, Any]]] = {"inputs": {}, "outputs": {}}
    for key, values in (("inputs", graph.input), ("outputs", graph.output)):
        for value in values:
            tensor = value.type.tensor_type
            shape = [axis.dim_param or axis.dim_value for axis in tensor.shape.dim]
            dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type).name
            tensors[key][value.name] = {"shape": shape, "dtype": dtype}
    return tensors


def operator_table_bytes(texts: Sequence[str], embeddings: NDArray[np.float32]) -> bytes:
    """Return the content of `operators.npz`: arrays `texts` (T,) and `embeddings` (T, F), without pickled objects.

    Equal arguments give equal bytes.

    Raises:
        ValueError: a text occurs twice, or the numbers of texts and embeddings differ.
    """
    if len(set(texts)) != len(texts) or embeddings.shape[:1] != (len(texts),):
        raise ValueError(
            f"{len(texts)} texts ({len(set(texts))} distinct) and {len(embeddings)} embeddings, "
            "expected distinct texts with one embedding each"
        )
    buffer = io.BytesIO()
    np.savez_compressed(buffer, texts=np.array(texts, np.str_), embeddings=embeddings.astype(np.float32))
    return buffer.getvalue()


@contextmanager
def _quiet_exporter() -> Iterator[None]:
    """Suppress warnings, and the exporter's messages about missing optional packages."""
    logger = logging.getLogger("torch.onnx._internal.exporter._registration")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
