"""Operators known by words alone: which operator of known kind and numbers a description speaks of.

Numbers stand in words ("kernel 5, widened by six"), and the embedding of a whole sentence blurs them. So a small network
reads what the encoder makes of every single word as well: queries pick the words that matter, a hidden layer sees what
they found beside the embedding of the whole, and a readout says the family of operators and each of its numbers. It was
trained on descriptions of operators (`nasport/models/description_reader_training.py`); no architecture and no accuracy entered. Its
weights lie in the encoder's bundle.

What is read stands in for the operator where a score is made of it, cost included. It is a guess, so nobody gets
parameters or FLOPs from it; what a document states beside the words always counts.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.bundle import Bundle
from nasport.runtime.costs import LiveCosts
from nasport.runtime.encoder import Encoder
from nasport.runtime.encoding import EncodedBatch, encode, is_worded
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.document_graph import GraphBatch
from nasport.schemas.operators import Operator, plain, vocabulary

READER_FILE = "reader.npz"
# What a document states of an operator in place of what its kind would say.
_OF_ITS_OWN = ("resolution", "resolution_width", "parameters", "flops")

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Reading:
    """What a description speaks of.

    Attributes:
        operator: of known kind and numbers.
        confidence: of kind and numbers, 0 to 1.
        assumed: numbers that neither the words nor the document say.
        sure: whether a score that rests on it compares with others.
    """

    operator: Operator
    confidence: float
    assumed: tuple[str, ...]
    sure: bool


class Reader:
    """Reads descriptions with the weights of an encoder's bundle. Make one with `Reader.of`."""

    def __init__(self, encoder: Encoder, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._encoder = encoder
        self._weights = {
            name: array.astype(np.float32) for name, array in arrays.items() if array.dtype.kind == "f"
        }
        told = json.loads(str(arrays["told"]))
        self._families: list[dict[str, Any]] = told["families"]
        self._numbers: dict[str, list[int]] = told["numbers"]
        self._layer: str = told["layer"]
        self._threshold: float = told["threshold"]
        self.read = lru_cache(maxsize=4096)(self._read)

    @classmethod
    def of(cls, bundle: Bundle, providers: Sequence[str] | None = None) -> Reader | None:
        """The reader of an encoder's bundle; None where it has none.

        Args:
            bundle: of the encoder.
            providers: as in `open_session`.

        Raises:
            InputError: a file is missing, changed or not what its name says.
        """
        if READER_FILE not in bundle.manifest["files"]:
            return None
        file = str(bundle.folder / READER_FILE)
        try:
            with np.load(io.BytesIO(bundle.read(READER_FILE)), allow_pickle=False) as found:
                arrays = dict(found)
            layer = json.loads(str(arrays["told"]))["layer"]
            return cls(Encoder.from_bundle(bundle, providers, layer), arrays)
        except (ValueError, KeyError, OSError, EOFError, TypeError, zipfile.BadZipFile) as error:
            raise InputError(f"no reader of descriptions ({error})", file=file) from error

    def in_known_operators(self, batch: EncodedBatch) -> EncodedBatch:
        """The same architectures, every operator that is known by words alone replaced by the one that they speak of.

        Networks whose documents state what such operators cost keep their costs.
        """
        known = []
        for architecture in batch.worded:
            operators = {
                key: self.read(operator).operator if is_worded(operator) else operator
                for key, operator in architecture.operators.items()
            }
            known.append(replace(architecture, operators=operators))
        return _with_known_costs(batch, encode(known))

    def warnings(self, graphs: GraphBatch) -> list[tuple[str, ...]]:
        """For each graph what its operators known by words alone are taken for, and whether the score compares."""
        sentences = [
            [_sentence(operator, self.read(operator)) for operator in kind.operators if is_worded(operator)]
            for kind in graphs.kinds
        ]
        found = []
        for row, mask in zip(graphs.index, graphs.mask, strict=True):
            present = sorted(set(row[mask].tolist()))
            found.append(tuple(dict.fromkeys(text for place in present for text in sentences[place])))
        return found

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
        """For the family and for each number how likely each of its values is; a number's last: it is not said."""
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
    """The network: (C,) what it says of one description.

    Args:
        weights: by name, as `nasport/models/description_reader_training.py` writes them.
        words: (T, D) what the encoder makes of each word.
        whole: (E,) embedding of the description.
    """
    looked_at = words @ weights["query"] + weights["query_bias"]
    shares = np.exp(looked_at - looked_at.max(axis=0))
    shares /= shares.sum(axis=0)
    found = np.einsum("kD,kDd->kd", shares.T @ words, weights["value"]) + weights["value_bias"]
    seen = np.concatenate([found.ravel(), whole * weights["scale"]])
    hidden = np.maximum(seen @ weights["hidden"] + weights["hidden_bias"], 0)
    said: Floats = hidden @ weights["readout"] + weights["readout_bias"]
    return said


def _with_known_costs(batch: EncodedBatch, read: EncodedBatch) -> EncodedBatch:
    """What was read, with the costs of the document wherever it has any."""
    counted = np.array([number is not None for number in batch.parameters])
    names = [field.name for field in fields(LiveCosts)]
    live = {name: np.where(counted, getattr(batch.live, name), getattr(read.live, name)) for name in names}
    pairs = ((batch.parameters, read.parameters), (batch.flops, read.flops))
    parameters, flops = (
        tuple(own if own is not None else other for own, other in zip(*pair, strict=True)) for pair in pairs
    )
    return read._replace(parameters=parameters, flops=flops, live=LiveCosts(**live))


def _sentence(operator: Operator, reading: Reading) -> str:
    taken = f"{operator.text!r} is known by its words alone and taken for {reading.operator.text!r}"
    if reading.sure:
        return taken
    lack = f"do not say its {' and '.join(reading.assumed)}" if reading.assumed else "do not tell what it is"
    return f"{taken}, though they {lack}: the score does not compare, state its kind and numbers"


def _known(family: Mapping[str, Any], operator: Operator) -> Operator:
    """The vocabulary's operator with these attributes where it has one, else with a description that says its numbers."""
    for key in family["keys"]:
        if vocabulary()[key].attributes == operator.attributes:
            return vocabulary()[key]
    said = {name: plain(operator.attribute(name)) for name in family["reads"]}
    return replace(operator, text=family["words"].format(**said)) if family["words"] else operator
