"""The operator encoder: a description in words becomes a vector.

A bundle of its own (`encoder.onnx`, `tokenizer.json`) that a predictor needs only for descriptions which
its table of known operators does not hold. So nothing heavy is imported with this module: onnxruntime and
tokenizers come in with `Encoder.load`.

Texts are run one at a time. In a batch they would have to be padded to one length and multiplied together,
and a matrix product may round differently with more rows: the vector of a text would depend, in its last
bits, on its neighbors, and so would every score made from it. A text alone costs a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from nasport.runtime.bundle import Bundle, open_bundle
from nasport.runtime.session import open_session
from nasport.schemas.errors import InputError

if TYPE_CHECKING:
    import onnxruntime
    import tokenizers  # type: ignore[import-untyped, unused-ignore]

MODEL_FILE = "encoder.onnx"
TOKENIZER_FILE = "tokenizer.json"

FloatArray = npt.NDArray[np.float32]


class Encoder:
    """Turns operator descriptions into vectors of length 1.

    Make one with `Encoder.load`; it may be used from several threads.

    Attributes:
        dimension: length D of a vector (384 for MiniLM).
    """

    def __init__(self, tokenizer: tokenizers.Tokenizer, session: onnxruntime.InferenceSession) -> None:
        self._tokenizer = tokenizer
        self._session = session
        self.dimension: int = session.get_outputs()[0].shape[1]

    @classmethod
    def load(cls, folder: str | Path, providers: Sequence[str] | None = None) -> Encoder:
        """Load an encoder from its folder, or by its name if it is a shipped one.

        Raises:
            InputError: the bundle is wrong (see `from_bundle` and `open_bundle`).
            MissingRuntimeError: no ONNX Runtime is installed.
        """
        return cls.from_bundle(open_bundle(folder), providers)

    @classmethod
    def from_bundle(cls, bundle: Bundle, providers: Sequence[str] | None = None, layer: str = "") -> Encoder:
        """Load the encoder that a bundle holds: an encoder's own, or a predictor's standalone copy.

        Args:
            bundle: lists `encoder.onnx` and `tokenizer.json`; both are held to their hashes.
            providers: `cpu` and `cuda` in order of preference; None chooses.
            layer: name of a tensor inside the graph that `states` shall give; empty: none.

        Raises:
            InputError: a file is missing, changed or not what its name says, or no provider asked for works.
            MissingRuntimeError: no ONNX Runtime is installed.
        """
        tokenizer = parse_tokenizer(bundle.read(TOKENIZER_FILE), file=str(bundle.folder / TOKENIZER_FILE))
        # One text is too little work for several threads; making them costs more than they save.
        model = bundle.read(MODEL_FILE)
        if layer:
            model += _further_output(layer)
        return cls(tokenizer, open_session(model, providers=providers, threads=1))

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Embed descriptions.

        Args:
            texts: N descriptions; of a longer one only the first 256 tokens count, as in the original model.

        Returns:
            (N, D) float32, each row of Euclidean length 1. A row depends on its text alone, to the last bit.

        Raises:
            InputError: a text is not valid Unicode (a lone surrogate).
        """
        distinct = {text: self._run(text, ["embedding"])[0] for text in dict.fromkeys(texts)}
        rows = [distinct[text] for text in texts]
        return np.stack(rows) if rows else np.empty((0, self.dimension), np.float32)

    def states(self, text: str, layer: str) -> tuple[FloatArray, FloatArray]:
        """The embedding of a description, (D,), and what a layer makes of each of its tokens, (T, D).

        Args:
            text: the description.
            layer: that the encoder was loaded with.
        """
        embedding, states = self._run(text, ["embedding", layer])
        return embedding, states

    def token_ids(self, text: str) -> list[int]:
        """Token ids of a description, with the start and end tokens, at most 256.

        Raises:
            InputError: the text is not valid Unicode (a lone surrogate).
        """
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise InputError(f"the description {text!r:.80} is not valid Unicode") from error
        ids: list[int] = self._tokenizer.encode(text).ids
        return ids

    def _run(self, text: str, outputs: list[str]) -> list[FloatArray]:
        ids = np.array([self.token_ids(text)], np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        return [found[0] for found in self._session.run(outputs, inputs)]


def _further_output(name: str) -> bytes:
    """What makes a tensor inside an ONNX file one of its outputs, when it is put behind the file.

    A protobuf message goes on where another of its type follows, so these are a model (field 7: its graph) with a graph
    (field 12: its outputs) with a value (field 1: its name).
    """
    data = name.encode()
    for field in (1, 12, 7):
        assert len(data) < 128, "lengths of one byte"
        data = bytes([field << 3 | 2, len(data)]) + data
    return data


def parse_tokenizer(data: bytes, *, file: str | None = None) -> tokenizers.Tokenizer:
    """A tokenizer from the content of its file; truncation and padding are as the file says.

    Raises:
        InputError: it is no tokenizer; the message names `file`.
    """
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_buffer(data)
    except Exception as error:  # tokenizers raises a bare Exception for whatever is wrong
        raise InputError(f"not a tokenizer: {error}", file=file) from error
