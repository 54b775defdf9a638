"""Read kind and attributes of an operator from its description, for operators of kind `other`.

A description spells out numbers ("kernel 5, widened by six"), and the embedding of a whole sentence blurs them. So a small
network also reads the encoder's vector of every token. Queries select the tokens that matter, a hidden layer combines
their vectors with the embedding of the sentence, and a readout gives the family of operators and each of its numbers. The
network was trained on descriptions of operators (`nasport/models/description_reader_training.py`), without architectures
and accuracies. Its weights are in the bundle of the encoder.

The result replaces the operator when an architecture is scored and when a predictor reads its costs. It is only an
estimate, so the parameters and FLOPs that nasport reports do not use it. Attributes in the document take precedence.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.bundle import Bundle
from nasport.runtime.costs import ReachableCosts
from nasport.runtime.encoder import Encoder
from nasport.runtime.encoding import EncodedBatch, encode, is_worded
from nasport.runtime.npz import read_arrays
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.document_graph import GraphBatch
from nasport.schemas.operators import Operator, plain, vocabulary

READER_FILE = "reader.npz"
# Attributes in a document that override what the kind determines.
_OF_ITS_OWN = ("resolution", "resolution_width", "parameters", "flops")

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Reading:
    """The operator that was recognized in a description.

    Attributes:
        operator: operator with known kind and numbers.
        confidence: probability that kind and numbers are right, 0 to 1.
        assumed: names of numbers that neither the description nor the document states.
        sure: whether a score that depends on this operator is comparable with others.
    """

    operator: Operator
    confidence: float
    assumed: tuple[str, ...]
    sure: bool


class Reader:
    """Reader of descriptions with the weights of an encoder's bundle. Make one with `Reader.of`."""

    def __init__(self, encoder: Encoder, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._encoder = encoder
        self._weights = {
            name: array.astype(np.float32) for name, array in arrays.items() if array.dtype.kind == "f"
        }
        settings = json.loads(str(arrays["told"]))
        self._families: list[dict[str, Any]] = settings["families"]
        self._numbers: dict[str, list[int]] = settings["numbers"]
        self._layer: str = settings["layer"]
        self._threshold: float = settings["threshold"]
        self.read = lru_cache(maxsize=4096)(self._read)

    @classmethod
    def of(cls, bundle: Bundle, providers: Sequence[str] | None = None) -> Reader | None:
        """Load the reader from the bundle of an encoder; return None if the bundle has none.

        Args:
            bundle: bundle of the encoder.
            providers: providers of `open_session`.

        Raises:
            InputError: a file is missing, has changed, or has the wrong content.
        """
        if READER_FILE not in bundle.manifest["files"]:
            return None
        file = str(bundle.folder / READER_FILE)
        arrays = read_arrays(bundle.read(READER_FILE), file=file)
        try:
            layer = json.loads(str(arrays["told"]))["layer"]
            return cls(Encoder.from_bundle(bundle, providers, layer), arrays)
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"the file is not a reader of descriptions: {error}", file=file) from error

    def in_known_operators(self, batch: EncodedBatch) -> EncodedBatch:
        """Encode the architectures again, with every operator of kind `other` replaced according to its description.

        If documents state the costs of all such operators, the networks keep these costs.
        """
        known = []
        for architecture in batch.worded:
            used = architecture.used_operators
            operators = {
                key: self.read(operator).operator if key in used and is_worded(operator) else operator
                for key, operator in architecture.operators.items()
            }
            known.append(replace(architecture, operators=operators))
        return _with_known_costs(batch, encode(known))

    def warnings(self, graphs: GraphBatch) -> list[tuple[str, ...]]:
        """Return sentences for each graph about how its operators of kind `other` were read and whether that is reliable."""
        sentences = [
            [_sentence(operator, self.read(operator)) for operator in kind.operators if is_worded(operator)]
            for kind in graphs.kinds
        ]
        warnings = []
        for row, mask in zip(graphs.index, graphs.mask, strict=True):
            present = dict.fromkeys(
                row[mask].tolist()
            )  # in canonical order, so that the batch does not matter
            warnings.append(tuple(dict.fromkeys(text for place in present for text in sentences[place])))
        return warnings

    def _read(self, operator: Operator) -> Reading:
        chances = self._chances(operator.text)
        place = int(chances["family"].argmax())
        family = self._families[place]
        like = vocabulary()[family["keys"][0]]
        same_kind = [vocabulary()[other["keys"][0]].kind == like.kind for other in self._families]
        confidence = float(chances["family"][same_kind].sum())
        numbers, assumed = dict(family["fixed"]), []
        stated = {name: value for name, value in operator.attributes if name not in _OF_ITS_OWN}
        for name in family["reads"]:
            if name in stated:
                continue
            best = int(chances[name].argmax())
            confidence *= float(chances[name][best])
            if best < len(self._numbers[name]):
                numbers[name] = self._numbers[name][best]
            elif name not in family["usual"]:
                assumed.append(name)
        read = _known(family, like.with_attributes(numbers | stated))
        return Reading(read, confidence, tuple(assumed), confidence >= self._threshold and not assumed)

    def _chances(self, text: str) -> dict[str, Floats]:
        """Return the probabilities of the families and of the values of each number; the last value means "not stated"."""
        whole, words = self._encoder.states(text, self._layer)
        found = reading(self._weights, words, whole)
        sizes = [len(self._families), *(len(values) + 1 for values in self._numbers.values())]
        parts = np.split(found, np.cumsum(sizes)[:-1])
        chances = {}
        for name, part in zip(("family", *self._numbers), parts, strict=True):
            likely = np.exp(part - part.max())
            chances[name] = likely / likely.sum()
        return chances


def reading(weights: Mapping[str, Floats], words: Floats, whole: Floats) -> Floats:
    """Run the network on one description and return its (C,) logits.

    Args:
        weights: arrays by name, from `nasport/models/description_reader_training.py`.
        words: (T, D) vectors of the encoder for each token.
        whole: (E,) embedding of the description.
    """
    relevance = words @ weights["query"] + weights["query_bias"]
    shares = np.exp(relevance - relevance.max(axis=0))
    shares /= shares.sum(axis=0)
    found = np.einsum("kD,kDd->kd", shares.T @ words, weights["value"]) + weights["value_bias"]
    features = np.concatenate([found.ravel(), whole * weights["scale"]])
    hidden = np.maximum(features @ weights["hidden"] + weights["hidden_bias"], 0)
    logits: Floats = hidden @ weights["readout"] + weights["readout_bias"]
    return logits


def _with_known_costs(batch: EncodedBatch, read: EncodedBatch) -> EncodedBatch:
    """Return the batch `read`, but with the costs of `batch` for networks whose documents state all costs."""
    counted = np.array([number is not None for number in batch.parameters])
    names = [field.name for field in fields(ReachableCosts)]
    reachable = {
        name: np.where(counted, getattr(batch.reachable, name), getattr(read.reachable, name))
        for name in names
    }
    pairs = ((batch.parameters, read.parameters), (batch.flops, read.flops))
    parameters, flops = (
        tuple(own if own is not None else other for own, other in zip(*pair, strict=True)) for pair in pairs
    )
    return read._replace(parameters=parameters, flops=flops, reachable=ReachableCosts(**reachable))


def _sentence(operator: Operator, reading: Reading) -> str:
    taken = f"the operator {operator.text!r} has only a description and is read as {reading.operator.text!r}"
    if reading.sure:
        return taken
    lack = f"without its {' and '.join(reading.assumed)}" if reading.assumed else "with low confidence"
    return f"{taken}, {lack}: the score is not comparable; add the kind and the numbers of the operator to the document"


def _known(family: Mapping[str, Any], operator: Operator) -> Operator:
    """Return the vocabulary's operator of a family with these attributes, else the operator with a description of them."""
    for key in family["keys"]:
        if vocabulary()[key].attributes == operator.attributes:
            return vocabulary()[key]
    numbers = {name: plain(operator.attribute(name)) for name in family["reads"]}
    return replace(operator, text=family["words"].format(**numbers)) if family["words"] else operator
