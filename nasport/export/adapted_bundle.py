"""Write a bundle adapted to one search space: the graph of the original bundle with a correction appended.

    score = share * original score + (traits clipped to their range) . weights + bias

The correction only replaces the score, so statistics, opinions and traits are equal to those of the original bundle.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from nasport.export.adapted_card import adapted_card
from nasport.export.file_entries import describe_file
from nasport.export.onnx_shrinking import save_model
from nasport.export.predictor_bundle import (
    CARD_FILE,
    LARGEST_DIFFERENCE,
    MANIFEST_FILE,
    TABLE_FILE,
    ParityError,
    prove_batch_independence,
    signature,
)
from nasport.export.random_graphs import InputLayout, random_graphs, universal_layout
from nasport.export.reference_files import write_reference_files
from nasport.runtime.bundle import Bundle
from nasport.runtime.predictor import MODEL_FILE, SCORE, TRAITS
from nasport.runtime.session import open_session
from nasport.schemas.writing import write_atomically

PARITY_GRAPHS = 2_000
# Keys of a manifest that an adapted bundle does not take over from the original.
_NOT_INHERITED = (
    "results",
    "parity",
    "files",
    "calibration",
    "adapted",
    "never_saw",
    "refuses",
    "standalone",
)


@dataclass(frozen=True)
class LinearCorrection:
    """Linear correction of the score of a graph.

    Attributes:
        share: factor of the original score.
        weights: (T,) weights of the traits.
        bias: constant term.
        low: (T,) lower end of the traits' range; smaller traits are clipped to it.
        high: (T,) upper end of the traits' range; larger traits are clipped to it.
    """

    share: float
    weights: NDArray[np.float64]
    bias: float
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def __call__(
        self, score: NDArray[np.floating[Any]], traits: NDArray[np.floating[Any]]
    ) -> NDArray[np.float64]:
        """Return corrected scores (B,) from original scores (B,) and traits (B, T)."""
        return np.asarray(
            self.share * score.astype(np.float64) + self.within(traits) @ self.weights + self.bias
        )

    def within(self, traits: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Clip traits (B, T) to their range."""
        return np.clip(traits.astype(np.float64), self.low, self.high)


def corrected_model(data: bytes, correction: LinearCorrection) -> onnx.ModelProto:
    """Return the graph of a predictor with a correction of its score appended.

    Args:
        data: content of the ONNX file.
        correction: correction to append; a graph may already contain earlier ones.
    """
    model = onnx.load_from_string(data)
    graph = model.graph
    number = sum(tensor.name.startswith("correction_weights") for tensor in graph.initializer)
    original = f"score_before_{number}"
    for node in graph.node:
        for names in (node.input, node.output):
            for position, name in enumerate(names):
                if name == SCORE:
                    names[position] = original
    # Use two equal columns, because the kernel for a single column adds in an order that depends on the batch.
    columns = np.stack([correction.weights] * 2, axis=1).astype(np.float32)
    constants = {
        f"correction_weights_{number}": columns,
        f"correction_low_{number}": correction.low.astype(np.float32),
        f"correction_high_{number}": correction.high.astype(np.float32),
        f"correction_share_{number}": np.float32(correction.share),
        f"correction_bias_{number}": np.float32(correction.bias),
        f"correction_column_{number}": np.int64(0),
    }
    weights, low, high, share, bias, column = constants
    graph.initializer.extend(
        numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()
    )
    raised, clipped, products, of_traits, of_score, total = (
        f"correction_{word}_{number}" for word in ("above", "known", "product", "traits", "kept", "sum")
    )
    graph.node.extend(
        [
            helper.make_node("Max", [TRAITS, low], [raised]),
            helper.make_node("Min", [raised, high], [clipped]),
            helper.make_node("MatMul", [clipped, weights], [products]),
            helper.make_node("Gather", [products, column], [of_traits], axis=1),
            helper.make_node("Mul", [original, share], [of_score]),
            helper.make_node("Add", [of_score, of_traits], [total]),
            helper.make_node("Add", [total, bias], [SCORE]),
        ]
    )
    # Remove the descriptions of intermediate tensors, because they refer to the score by its former name.
    del graph.value_info[:]
    return model


def prove_correction(
    before: bytes, file: Path, correction: LinearCorrection, graphs: int = PARITY_GRAPHS
) -> dict[str, Any]:
    """Compare the written graph with the original graph and the correction, on random graphs.

    Args:
        before: content of the original ONNX file.
        file: written ONNX file.
        correction: correction that the written file contains.
        graphs: number of random graphs.

    Returns:
        the manifest's entry `parity` without the command.

    Raises:
        ParityError: a score differs from the corrected score, or depends on the other graphs of its batch.
    """
    layout: InputLayout = universal_layout()
    old, new = open_session(before, providers=["cpu"]), open_session(file, providers=["cpu"])
    largest = 0.0
    for batch in random_graphs(graphs, 0, layout):
        (written,) = new.run([SCORE], batch)
        score, traits = old.run([SCORE, TRAITS], batch)
        expected = correction(score, traits)
        scale = max(
            1.0,
            float(np.abs(expected).max()),
            float(np.abs(correction.within(traits) * correction.weights).sum(axis=1).max()),
        )
        difference = float(np.abs(written - expected).max()) / scale
        if not difference < LARGEST_DIFFERENCE:
            raise ParityError(
                f"{file.name}: a score differs from the corrected score by {difference:.1e}, relative to its size, "
                f"expected < {LARGEST_DIFFERENCE:g}"
            )
        largest = max(largest, difference)
    independent = prove_batch_independence(layout, file)
    return {"max_abs_difference": largest, "graphs": graphs, "equal_bits_graphs": independent}


def write_adapted_bundle(
    folder: Path, base: Bundle, correction: LinearCorrection, manifest: Mapping[str, Any], command: str
) -> None:
    """Write an adapted bundle and verify it.

    The manifest is written last, so a half-written folder is not a bundle.

    Args:
        folder: folder of the new bundle; created if missing.
        base: original bundle.
        correction: learned correction.
        manifest: entries of the new manifest that replace those of the original.
        command: command that reproduces the bundle.

    Raises:
        ParityError: the written graph does not compute the corrected score.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST_FILE).unlink(missing_ok=True)
    before = base.read(MODEL_FILE)
    save_model(corrected_model(before, correction), folder / MODEL_FILE)
    parity = prove_correction(before, folder / MODEL_FILE, correction)
    write_atomically(folder / TABLE_FILE, base.read(TABLE_FILE))
    inherited = {key: value for key, value in base.manifest.items() if key not in _NOT_INHERITED}
    content = {
        **inherited,
        **manifest,
        "files": {},
        **signature(folder / MODEL_FILE),
        "parity": {**parity, "command": command},
    }
    write_atomically(folder / CARD_FILE, adapted_card(content).encode())
    content["files"] = {name: describe_file(folder / name) for name in (MODEL_FILE, TABLE_FILE, CARD_FILE)}
    content["files"] |= write_reference_files(folder, content)
    write_atomically(
        folder / MANIFEST_FILE, (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()
    )
