"""Score with damaged and hostile bundles in Python and JavaScript: a bundle gives finite scores or is refused with one sentence.

    python benchmarks/bundle_fuzz.py --minutes 10 [--seed N] [--only python] [--keep FOLDER]

Each case changes one file of a shipped bundle at random, in its structure or in its bytes, and writes the right SHA-256 to
the manifest, as a stranger could. Then a Python process and a Node process (`bundle_fuzz.mjs`, which needs `make packages`)
open the bundle and score two documents. A case fails if a process crashes, needs more than 20 seconds or 3 GB, raises
anything except an error of nasport, or if both give scores that differ. A case depends only on `--seed` and its number.

Prints one JSON line with the counts, and one line for each failure. `--keep` keeps the bundles that failed.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import io
import json
import math
import os
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from implementations import answer_lines, fuzzer_options, workers
from onnx import numpy_helper

from nasport.runtime.bundle import MANIFEST, shipped_folder
from nasport.runtime.onnx_check import OPERATOR_TYPES

TOLERANCE = 1e-3  # of scores whose weights were changed at random
BUNDLES = ("universal", "tgnas-nb101", "minilm")
ENDS = ({"id": "in", "op": "input"}, {"id": "out", "op": "output", "inputs": ["a"]})
STRANGE = {"text": "a gated mixing of neighboring positions with kernel 5"}
DOCUMENTS: list[dict[str, Any]] = [
    {
        "format": "nasport-architecture",
        "version": 1,
        "operators": {"own": STRANGE},
        "cells": {"cell": {"nodes": [ENDS[0], {"id": "a", "op": op, "inputs": ["in"]}, ENDS[1]]}},
    }
    for op in ("nor_conv_3x3", "max_pool_3x3")
]
VALUES: list[Any] = [0, -1, 1, 2, 7, 1 << 20, 1 << 40, -(1 << 63), 0.5, 1e38, "", "x", "universal", True, None, [], {}, [1], {"a": 1}]  # fmt: skip

Change = Callable[[random.Random, bytes], bytes]


def damaged_bytes(draw: random.Random, data: bytes) -> bytes:
    """Change, delete or repeat some bytes."""
    changed = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 5, 20))):
        at = draw.randrange(len(changed) or 1)
        kind = draw.randrange(4)
        if kind == 0:
            changed[at : at + 1] = bytes([draw.randrange(256)])
        elif kind == 1:
            del changed[at : at + draw.choice((1, 2, 8, 100))]
        elif kind == 2:
            changed[at:at] = changed[at : at + draw.choice((1, 8, 100))]
        else:
            del changed[at:]
    return bytes(changed)


def damaged_json(draw: random.Random, data: bytes) -> bytes:
    """Replace, delete or move values anywhere in a JSON document."""
    value = json.loads(data)
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        parents = list(_containers(value))
        parent = draw.choice(parents)
        if not parent:
            continue
        key = draw.choice(list(parent) if isinstance(parent, dict) else range(len(parent)))
        kind = draw.randrange(4)
        if kind == 0:
            del parent[key]
        elif kind == 1:
            parent[key] = draw.choice(VALUES)
        elif kind == 2 and isinstance(parent, list):
            draw.shuffle(parent)
        else:
            parent[key] = copy.deepcopy(draw.choice(parents))
    return json.dumps(value).encode()


def _containers(value: Any) -> Any:
    if isinstance(value, dict | list):
        yield value
        for child in value.values() if isinstance(value, dict) else value:
            yield from _containers(child)


def damaged_model(draw: random.Random, data: bytes) -> bytes:
    """Change nodes, attributes, constants and declarations of an ONNX model."""
    if draw.random() < 0.2:
        return damaged_bytes(draw, data)
    model = onnx.load_model_from_string(data)
    graph = model.graph
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        node, constant = draw.choice(graph.node), draw.choice(graph.initializer)
        kind = draw.randrange(9)
        if kind == 0:
            node.op_type = draw.choice(sorted(OPERATOR_TYPES))
        elif kind == 1 and node.attribute:
            attribute = draw.choice(node.attribute)
            if attribute.ints:
                attribute.ints[draw.randrange(len(attribute.ints))] = draw.choice((0, 1, -1, 7, 1 << 40))
            else:
                attribute.i = draw.choice((0, 1, -1, 2, 7, 1 << 40))
        elif kind == 2 and constant.dims:
            constant.dims[draw.randrange(len(constant.dims))] = draw.choice((0, 1, 2, 1 << 20))
        elif kind == 3:
            values = numpy_helper.to_array(constant).copy().reshape(-1)
            if values.size:
                choices = (
                    (0, -1, 1e30, math.nan, math.inf) if values.dtype.kind == "f" else (0, -1, 1, 3, 1 << 30)
                )
                values[draw.randrange(values.size)] = draw.choice(choices)
            constant.raw_data = values.tobytes()
        elif kind == 4:
            graph.node.remove(node)
        elif kind == 5 and node.input:
            names = [name for other in graph.node for name in (*other.input, *other.output)]
            node.input[draw.randrange(len(node.input))] = draw.choice(
                (*names, *(each.name for each in graph.initializer))
            )
        elif kind == 6:
            model.opset_import[0].version = draw.choice((1, 13, 17, 18, 19, 25, 1000))
        elif kind == 7:
            graph.node.extend([draw.choice(graph.node)])
        else:
            draw.choice((*graph.input, *graph.output)).type.tensor_type.shape.ClearField("dim")
    return bytes(model.SerializeToString())


def damaged_archive(draw: random.Random, data: bytes) -> bytes:
    """Replace an array of a NumPy archive by another one."""
    if draw.random() < 0.4:
        return damaged_bytes(draw, data)
    with np.load(io.BytesIO(data), allow_pickle=False) as found:
        arrays = dict(found)
    name = draw.choice(sorted(arrays))
    others = [np.zeros(0), np.zeros((3, 384)), np.full((1, 384), np.nan), np.array(["Input"]), np.array("{}"), np.zeros((2, 2), np.int8)]  # fmt: skip
    arrays[name] = draw.choice([*others, arrays[name].reshape(-1), arrays[name][..., :1]])
    if draw.random() < 0.2:
        del arrays[name]
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **arrays)
    return stream.getvalue()


CHANGES: dict[str, Change] = {".json": damaged_json, ".onnx": damaged_model, ".npz": damaged_archive}


def make_case(seed: str, folder: Path) -> str:
    """Write a damaged copy of a bundle to a folder and return what was changed."""
    draw = random.Random(seed)
    source = shipped_folder() / draw.choices(BUNDLES, weights=(6, 3, 1))[0]
    shutil.copytree(source, folder)
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    read = [
        name for name in manifest["files"] if name.endswith((".onnx", ".npz")) or name == "tokenizer.json"
    ]
    name = draw.choice([MANIFEST, *read, *(name for name in read if name == "predictor.onnx")])
    data = (folder / name).read_bytes()
    try:
        changed = CHANGES[Path(name).suffix](draw, data)
    except (
        DecodeError,
        ValueError,
        TypeError,
        IndexError,
        OverflowError,
    ):  # the library cannot write this change
        changed = damaged_bytes(draw, data)
    (folder / name).write_bytes(changed)
    if name != MANIFEST:
        manifest["files"][name] = {"sha256": hashlib.sha256(changed).hexdigest(), "bytes": len(changed)}
        (folder / MANIFEST).write_text(json.dumps(manifest), "utf-8")
    return f"{source.name}/{name}"


def scored(folder: str) -> dict[str, Any]:
    """Score with a bundle in this process: `{"scores": [...]}` or `{"refused": sentence}`."""
    from nasport.runtime.encoder import Encoder
    from nasport.runtime.predictor import Predictor
    from nasport.schemas import InputError, architecture_from_json

    try:
        if (
            '"encoder.onnx"' in (Path(folder) / MANIFEST).read_text("utf-8")
            and not (Path(folder) / "predictor.onnx").exists()
        ):
            vectors = Encoder.load(folder, ["cpu"]).encode([STRANGE["text"]])
            return {"scores": vectors[0][:3].tolist()}
        predictor = Predictor.load(folder, providers=["cpu"])
        return {"scores": [score.score for score in predictor.score(map(architecture_from_json, DOCUMENTS))]}
    except InputError as error:
        return {"refused": str(error)}


def disagreement(answers: list[dict[str, Any]]) -> str:
    """Return how scores of two implementations differ; empty if both give the same ones, or if one refuses."""
    scores = [answer["scores"] for answer in answers if "scores" in answer]
    if len(scores) < 2:
        return ""
    pairs = list(zip(*scores, strict=True))
    close = all(math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE) for a, b in pairs)
    return "" if close else f"scores differ: {pairs}"


def main() -> None:
    """Parse the options."""
    parser = fuzzer_options(__doc__)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    if options.worker:
        answer_lines(scored)
    else:
        fuzz(options)


def fuzz(options: argparse.Namespace) -> None:
    """Make cases until the time is over, give each to the workers and print the failures."""
    processes = workers(__file__, options.only)
    counts: Counter[str] = Counter()
    end, number = time.monotonic() + 60 * options.minutes, 0
    with tempfile.TemporaryDirectory() as scratch:
        while time.monotonic() < end:
            folder = Path(scratch) / str(number)
            what = make_case(f"{options.seed}/{number}", folder)
            answers = {name: worker(str(folder)) for name, worker in processes.items()}
            failures = [
                f"{name}: {answer['failed']}" for name, answer in answers.items() if "failed" in answer
            ]
            failures += [text for text in [disagreement(list(answers.values()))] if text]
            counts[" and ".join(f"{name} {next(iter(answer))}" for name, answer in answers.items())] += 1
            for failure in failures:
                print(
                    json.dumps({"case": number, "changed": what, "failure": failure, **answers}), flush=True
                )
                counts["failures"] += 1
                if options.keep and not (options.keep / str(number)).exists():
                    shutil.copytree(folder, options.keep / str(number))
            shutil.rmtree(folder)
            number += 1
    for worker in processes.values():
        worker.stop()
    print(json.dumps({"cases": number, **counts}))


if __name__ == "__main__":
    main()
