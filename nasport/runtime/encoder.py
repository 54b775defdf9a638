"""The sentence encoder, which turns descriptions of operators into vectors.

The encoder is a separate bundle (`encoder.onnx`, `tokenizer.json`). A predictor needs it only for descriptions that its
table of known operators lacks, so onnxruntime and tokenizers are imported when an encoder is loaded, not with this module.

Texts are encoded one at a time, which takes a few milliseconds each. A batch would be padded to one length, and matrix
products may round differently with more rows, so the last bits of a vector, and of every score that uses it, would depend
on the other texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from nasport.runtime.bundle import Bundle, open_bundle
from nasport.runtime.onnx_check import checked_graph
from nasport.runtime.session import open_session, run_session
from nasport.schemas.errors import InputError
from nasport.schemas.reading import parse_json

if TYPE_CHECKING:
    import onnxruntime
    import tokenizers  # type: ignore[import-untyped, unused-ignore]

MODEL_FILE = "encoder.onnx"
TOKENIZER_FILE = "tokenizer.json"

# The tokenizer of BERT, except for its vocabulary. Other parts may have patterns that take long, or end the process.
_CLS, _SEP = ({"SpecialToken": {"id": token, "type_id": 0}} for token in ("[CLS]", "[SEP]"))
_TOKENIZER: dict[tuple[str, ...], object] = {
    ("truncation",): {"max_length": 256, "strategy": "LongestFirst", "stride": 0},
    ("padding",): None,
    ("normalizer",): {
        "type": "BertNormalizer",
        "clean_text": True,
        "handle_chinese_chars": True,
        "strip_accents": None,
        "lowercase": True,
    },
    ("pre_tokenizer",): {"type": "BertPreTokenizer"},
    ("post_processor", "type"): "TemplateProcessing",
    ("post_processor", "single"): [_CLS, {"Sequence": {"id": "A", "type_id": 0}}, _SEP],
    ("post_processor", "special_tokens"): {
        token: {"id": token, "ids": [number], "tokens": [token]}
        for token, number in (("[CLS]", 101), ("[SEP]", 102))
    },
    ("model", "type"): "WordPiece",
    ("model", "unk_token"): "[UNK]",
    ("model", "continuing_subword_prefix"): "##",
    ("model", "max_input_chars_per_word"): 100,
}

FloatArray = npt.NDArray[np.float32]


class Encoder:
    """A loaded sentence encoder, which turns descriptions of operators into vectors of length 1.

    Make one with `Encoder.load`. Several threads may use it.

    Attributes:
        dimension: number D of components of a vector (384 for MiniLM).
    """

    def __init__(
        self, tokenizer: tokenizers.Tokenizer, session: onnxruntime.InferenceSession, file: str = MODEL_FILE
    ) -> None:
        self._tokenizer = tokenizer
        self._session = session
        self._file = file
        self.dimension: int = session.get_outputs()[0].shape[1]

    @classmethod
    def load(cls, folder: str | Path, providers: Sequence[str] | None = None) -> Encoder:
        """Load a shipped encoder by its name, or any encoder by its folder.

        Raises:
            InputError: the bundle is wrong (see `from_bundle` and `open_bundle`).
            MissingRuntimeError: ONNX Runtime is not installed.
        """
        return cls.from_bundle(open_bundle(folder), providers)

    @classmethod
    def from_bundle(cls, bundle: Bundle, providers: Sequence[str] | None = None, layer: str = "") -> Encoder:
        """Load the encoder of a bundle, which is the bundle of the encoder or of a predictor with a copy of it.

        Args:
            bundle: bundle that lists `encoder.onnx` and `tokenizer.json`; the hashes of both are checked.
            providers: `cpu` and `cuda` in order of preference (default: CUDA if it works, else the CPU).
            layer: name of a tensor inside the graph that `states` returns; empty for none.

        Raises:
            InputError: a file is missing, has changed or has the wrong content, or none of the providers works.
            MissingRuntimeError: ONNX Runtime is not installed.
        """
        tokenizer = parse_tokenizer(bundle.read(TOKENIZER_FILE), file=str(bundle.folder / TOKENIZER_FILE))
        # One text is too little work for several threads: starting them takes longer than they save.
        model = checked_graph(bundle.read(MODEL_FILE), file=str(bundle.folder / MODEL_FILE))
        if layer:
            model += _further_output(layer)
        file = str(bundle.folder / MODEL_FILE)
        session = open_session(model, providers=providers, threads=1, bounded=True)
        _check_signature(session, layer, file)
        return cls(tokenizer, session, file)

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Embed descriptions.

        Args:
            texts: N descriptions; only the first 256 tokens of each are read, as in the original model.

        Returns:
            (N, D) float32, rows of Euclidean length 1; each row depends only on its text, to the last bit.

        Raises:
            InputError: a text is not valid Unicode (a lone surrogate).
        """
        distinct = {text: self._run(text, ["embedding"])[0] for text in dict.fromkeys(texts)}
        rows = [distinct[text] for text in texts]
        return np.stack(rows) if rows else np.empty((0, self.dimension), np.float32)

    def states(self, text: str, layer: str) -> tuple[FloatArray, FloatArray]:
        """Return the embedding (D,) of a description and the output (T, D) of a layer for its T tokens.

        Args:
            text: description.
            layer: layer with which the encoder was loaded.
        """
        embedding, states = self._run(text, ["embedding", layer])
        return embedding, states

    def token_ids(self, text: str) -> list[int]:
        """Return the token ids of a description with the start and end tokens, at most 256.

        Raises:
            InputError: the text is not valid Unicode (a lone surrogate).
        """
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise InputError(
                f"the description {text!r:.80} has half of a surrogate pair, expected valid Unicode"
            ) from error
        ids: list[int] = self._tokenizer.encode(text).ids
        return ids

    def _run(self, text: str, outputs: list[str]) -> list[FloatArray]:
        ids = np.array([self.token_ids(text)], np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        found = run_session(self._session, outputs, inputs, file=self._file)
        shapes = [
            (1, self.dimension),
            (1, ids.shape[1]),
        ]  # of the embedding, and the first two sizes of the states
        if any(array.shape[:2] != shape for array, shape in zip(found, shapes, strict=False)):
            problem = f"the encoder computed the shapes {[array.shape for array in found]}, expected {shapes}"
            raise InputError(problem, file=self._file)
        if not all(np.isfinite(array).all() for array in found):
            raise InputError("the encoder computed NaN or infinity, expected finite numbers", file=self._file)
        return [array[0] for array in found]


def _check_signature(session: onnxruntime.InferenceSession, layer: str, file: str) -> None:
    """Raise InputError unless the ONNX graph of an encoder has the expected inputs and outputs."""
    inputs = {value.name for value in session.get_inputs()}
    shapes = {value.name: value.shape for value in session.get_outputs()}
    embedding = shapes.get("embedding", [])
    if inputs != {"input_ids", "attention_mask"} or len(embedding) != 2 or not isinstance(embedding[1], int):
        expected = "expected input_ids, attention_mask and an output embedding (batch, width)"
        raise InputError(
            f"the encoder has inputs {sorted(inputs)} and outputs {shapes}, {expected}", file=file
        )
    if layer and layer not in shapes:
        raise InputError(f"the encoder has no layer {layer!r}, expected one that its reader names", file=file)


def _further_output(name: str) -> bytes:
    """Return bytes that, appended to an ONNX file, make a tensor inside its graph one of its outputs.

    Concatenated protobuf messages of one type are merged. So the bytes are a model (field 7: graph) with a graph (field 12:
    outputs) with a value (field 1: name).
    """
    data = name.encode()
    for field in (1, 12, 7):
        if len(data) > 127:  # a length must fit in one byte
            raise InputError(
                f"the name of the layer {name!r:.80} is too long, expected a tensor of the encoder"
            )
        data = bytes([field << 3 | 2, len(data)]) + data
    return data


def parse_tokenizer(data: bytes, *, file: str | None = None) -> tokenizers.Tokenizer:
    """Parse a tokenizer from the content of its file, with the truncation and padding of the file.

    Raises:
        InputError: the content is not a tokenizer of BERT; the message names `file`.
    """
    from tokenizers import Tokenizer

    parts = parse_json(data, file=file)
    for path, expected in _TOKENIZER.items():
        found = parts
        for key in path:
            found = found.get(key, ...) if isinstance(found, dict) else ...
        if found != expected:
            shown = "missing" if found is ... else f"{found!r:.60}"
            problem = f"the file is not a tokenizer of nasport: {'.'.join(path)} is {shown}, expected {expected!r:.60}"
            raise InputError(problem, file=file)
    try:
        return Tokenizer.from_buffer(data)
    except Exception as error:  # tokenizers raises a plain Exception for every mistake
        raise InputError(f"the file is not a tokenizer: {error}", file=file) from error
