"""Check a bundle against its vectors: what ONNX Runtime and nasport compute, and what the vectors record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from nasport.export import bundle_vectors, encoder_vectors
from nasport.export.bundle_vectors import VECTORS_FILE, Record, model_session, vector_inputs
from nasport.runtime.bundle import Bundle
from nasport.runtime.encoder import Encoder
from nasport.runtime.predictor import MODEL_FILE, Predictor
from nasport.runtime.session import run_session
from nasport.schemas.architecture import architecture_from_json
from nasport.schemas.checks import MAX_NODES
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.canonical import architecture_hash
from nasport.schemas.reading import parse_json, read_bytes

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

TOLERANCE = 1e-5
# Embeddings have six digits.
EMBEDDING_TOLERANCE = 1e-4
_DOCUMENT_KEYS = ("hash", "parameters", "flops", "distance", "refused")


class VectorCheck:
    """Check of a predictor's bundle against its vectors.

    Args:
        bundle: opened bundle that lists `vectors.json`.

    Attributes:
        count: number of documents in the vectors.

    Raises:
        InputError: the file is not the vectors of a predictor, or it has changed.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._content, self._records = _read(bundle, VECTORS_FILE, bundle_vectors.FORMAT, "documents")
        self.count = len(self._records)

    def problems(self, with_encoder: bool = True) -> Iterator[str]:
        """Yield a sentence for every difference.

        Args:
            with_encoder: also compute the scores of documents with descriptions that the encoder must read.

        Raises:
            MissingRuntimeError: ONNX Runtime is not installed.
            InputError: a file of the bundle is wrong.
        """
        predictor, session = Predictor(self._bundle, ["cpu"]), model_session(self._bundle)
        for number, record in enumerate(self._records):
            try:
                found = self._of_arrays(session, record) if "outputs" in record else {}
                problems = [*_compared(record.get("outputs", {}), found, "the ONNX graph gives")]
                if with_encoder or "needs_encoder" not in record:
                    problems += _of_document(predictor, record)
            except _WRONG_CONTENT as error:
                problems = [_incomplete(error)]
            yield from (f"documents[{number}]: {problem}" for problem in problems)

    def _of_arrays(self, session: InferenceSession, record: Record) -> Record:
        """Return the outputs of the ONNX graph for the arrays of a record."""
        if len(record["index"]) > MAX_NODES:
            raise ValueError(f"{len(record['index']):,} nodes, expected at most {MAX_NODES:,}")
        names, place = list(record["outputs"]), str(self._bundle.folder / MODEL_FILE)
        inputs = vector_inputs(self._bundle, self._content["operators"], record)
        found = run_session(session, names, inputs, file=place)
        return {name: array[0].tolist() for name, array in zip(names, found, strict=True)}


def encoder_problems(bundle: Bundle, name: str) -> Iterator[str]:
    """Yield a sentence for every difference between an encoder and its vectors.

    Args:
        bundle: opened bundle with an encoder.
        name: file of the encoder's vectors in this bundle.

    Raises:
        MissingRuntimeError: ONNX Runtime is not installed.
        InputError: a file of the bundle is wrong.
    """
    _, records = _read(bundle, name, encoder_vectors.FORMAT, "texts")
    encoder = Encoder.from_bundle(bundle, ["cpu"])
    for number, record in enumerate(records):
        try:
            problems = []
            if encoder.token_ids(record["text"]) != record["ids"]:
                problems.append("the tokenizer gives other ids")
            elif not _close(record["embedding"], encoder.encode([record["text"]])[0], EMBEDDING_TOLERANCE):
                problems.append("the encoder gives another embedding")
        except _WRONG_CONTENT as error:
            problems = [_incomplete(error)]
        yield from (f"texts[{number}]: {problem}" for problem in problems)


# What reading a vector of a wrong form raises.
_WRONG_CONTENT = (KeyError, TypeError, ValueError, IndexError, AttributeError)


def _incomplete(error: Exception) -> str:
    return f"the vector is incomplete or has a value of a wrong type: {error}"


def _read(bundle: Bundle, name: str, expected: str, key: str) -> tuple[Record, list[Record]]:
    """Return the content of a file of vectors and its list `key` of records."""
    path = bundle.path(name)
    content = parse_json(read_bytes(path), file=str(path))
    records = content.get(key) if isinstance(content, dict) and content.get("format") == expected else None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise InputError(f"no vectors, expected the format {expected!r} with a list {key!r}", file=str(path))
    return content, records


def _of_document(predictor: Predictor, record: Record) -> Iterator[str]:
    """Yield differences between a record and what nasport computes for its document."""
    architecture = architecture_from_json(record["document"])
    expected: Record = {key: record[key] for key in _DOCUMENT_KEYS if key in record}
    expected |= {"score": record["outputs"]["score"]} if "outputs" in record else {}
    found: Record = {"refused": None}
    try:
        (score,) = predictor.score([architecture])
        found |= {key: getattr(score, key) for key in expected if key != "refused"}
    except InputError as error:
        found |= {"hash": architecture_hash(architecture), "refused": error.problem}
    yield from _compared(expected, found, "nasport gives")


def _compared(expected: Mapping[str, Any], found: Mapping[str, Any], who: str) -> Iterator[str]:
    for key, value in expected.items():
        other = found.get(key)
        is_number = isinstance(value, float | list) or isinstance(other, float)
        if not (_close(value, other, TOLERANCE) if is_number else value == other):
            yield f"{who} the {key} {other!r:.80}, expected {value!r:.80}"


def _close(expected: Any, found: Any, tolerance: float) -> bool:
    if expected is None or found is None:
        return expected is found
    one, other = np.asarray(expected, np.float64), np.asarray(found, np.float64)
    return one.shape == other.shape and bool(
        (np.abs(one - other) <= tolerance * np.maximum(1.0, np.abs(one))).all()
    )
