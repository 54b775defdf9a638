"""A bundle adapted to one space: the shipped graph with a correction behind it, proved and written like any other.

    score = share * shipped score + (traits within their range) . weights + bias

Nothing in front of the score changes, so statistics, opinions and traits are those of the bundle that was adapted.
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
from nasport.export.onnx_shrinking import describe_file, save_model
from nasport.export.predictor_bundle import (
    CARD_FILE,
    LARGEST_DIFFERENCE,
    MANIFEST_FILE,
    MODEL_FILE,
    TABLE_FILE,
    ParityError,
    prove_batch_independence,
    signature,
)
from nasport.export.random_graphs import InputLayout, random_graphs, universal_layout
from nasport.runtime.bundle import Bundle
from nasport.runtime.predictor import SCORE, TRAITS
from nasport.runtime.session import open_session
from nasport.schemas.writing import write_atomically

PARITY_GRAPHS = 2_000
# What a manifest says of a bundle alone, not of those that are made from it.
_OWN = ("results", "parity", "files", "calibration", "adapted", "never_saw", "refuses")


@dataclass(frozen=True)
class LinearCorrection:
    """What is put behind a graph.

    Attributes:
        share: of the score that it gives.
        weights: (T,) of the traits.
        bias: a constant.
        low: (T,) traits below it count as it.
        high: (T,) likewise above.
    """

    share: float
    weights: NDArray[np.float64]
    bias: float
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def __call__(
        self, score: NDArray[np.floating[Any]], traits: NDArray[np.floating[Any]]
    ) -> NDArray[np.float64]:
        """(B,) corrected scores, from (B,) and (B, T)."""
        return np.asarray(
            self.share * score.astype(np.float64) + self.within(traits) @ self.weights + self.bias
        )

    def within(self, traits: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """(B, T) within their range."""
        return np.clip(traits.astype(np.float64), self.low, self.high)


def corrected_model(data: bytes, correction: LinearCorrection) -> onnx.ModelProto:
    """The graph of a predictor with a correction behind its score."""
    model = onnx.load_from_string(data)
    graph = model.graph
    number = sum(each.name.startswith("correction_weights") for each in graph.initializer)
    shipped = f"score_before_{number}"
    for node in graph.node:
        for names in (node.input, node.output):
            for at, name in enumerate(names):
                if name == SCORE:
                    names[at] = shipped
    # Two equal columns: a product with a single one is computed by other code, whose order of adding depends on the batch.
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
    above, known, part, both, kept, sum_ = (
        f"correction_{word}_{number}" for word in ("above", "known", "product", "traits", "kept", "sum")
    )
    graph.node.extend(
        [
            helper.make_node("Max", [TRAITS, low], [above]),
            helper.make_node("Min", [above, high], [known]),
            helper.make_node("MatMul", [known, weights], [part]),
            helper.make_node("Gather", [part, column], [both], axis=1),
            helper.make_node("Mul", [shipped, share], [kept]),
            helper.make_node("Add", [kept, both], [sum_]),
            helper.make_node("Add", [sum_, bias], [SCORE]),
        ]
    )
    del graph.value_info[:]  # of intermediate tensors, some of which have other names now
    return model


def prove_correction(
    before: bytes, file: Path, correction: LinearCorrection, graphs: int = PARITY_GRAPHS
) -> dict[str, Any]:
    """Run the written graph beside the one that was adapted, on random graphs.

    Returns:
        What the manifest says of the parity, but for the command.

    Raises:
        ParityError: a score is not the corrected one, or depends on what is batched with it.
    """
    layout: InputLayout = universal_layout()
    old, new = open_session(before, providers=["cpu"]), open_session(file, providers=["cpu"])
    largest = 0.0
    for batch in random_graphs(graphs, 0, layout):
        (found,) = new.run([SCORE], batch)
        score, traits = old.run([SCORE, TRAITS], batch)
        expected = correction(score, traits)
        scale = max(
            1.0,
            float(np.abs(expected).max()),
            float(np.abs(correction.within(traits) * correction.weights).sum(axis=1).max()),
        )
        difference = float(np.abs(found - expected).max()) / scale
        if not difference < LARGEST_DIFFERENCE:
            raise ParityError(
                f"{file.name}: the score differs from the corrected one by {difference} of its size"
            )
        largest = max(largest, difference)
    independent = prove_batch_independence(layout, file)
    return {"max_abs_difference": largest, "graphs": graphs, "equal_bits_graphs": independent}


def write_adapted_bundle(
    folder: Path, base: Bundle, correction: LinearCorrection, manifest: Mapping[str, Any], command: str
) -> None:
    """Write, prove and describe; the manifest comes last, so that a half-written folder is no bundle.

    Args:
        folder: where to; made if missing.
        base: the bundle that is adapted.
        correction: what was learned.
        manifest: what the new manifest says in place of the old one's.
        command: how to make it again.

    Raises:
        ParityError: what was written is not what was learned.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST_FILE).unlink(missing_ok=True)
    before = base.read(MODEL_FILE)
    save_model(corrected_model(before, correction), folder / MODEL_FILE)
    parity = prove_correction(before, folder / MODEL_FILE, correction)
    write_atomically(folder / TABLE_FILE, base.read(TABLE_FILE))
    kept = {key: value for key, value in base.manifest.items() if key not in _OWN}
    content = {
        **kept,
        **manifest,
        "files": {},
        **signature(folder / MODEL_FILE),
        "parity": {**parity, "command": command},
    }
    write_atomically(folder / CARD_FILE, adapted_card(content).encode())
    content["files"] = {name: describe_file(folder / name) for name in (MODEL_FILE, TABLE_FILE, CARD_FILE)}
    write_atomically(
        folder / MANIFEST_FILE, (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()
    )
