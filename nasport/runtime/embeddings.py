"""Embed descriptions of operators: from the table of the bundle, else with the sentence encoder.

The encoder has 23 MB and takes 0.2 seconds to load, so it is loaded for the first description that the table lacks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.bundle import Bundle, open_bundle
from nasport.runtime.npz import read_arrays
from nasport.schemas.errors import InputError

TABLE = "operators.npz"


class Embeddings:
    """Embeddings of operator descriptions for one predictor bundle.

    Args:
        bundle: bundle of the predictor, which names its encoder by hash.
        providers: providers of `open_session`, for the encoder.
    """

    def __init__(self, bundle: Bundle, providers: Sequence[str] | None = None) -> None:
        self._bundle = bundle
        self._providers = providers
        self._known = _read_table(bundle)

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the embeddings of texts, (len(texts), E) float32.

        Raises:
            InputError: a description is unknown, and the encoder is missing or has another hash.
        """
        unknown = [text for text in dict.fromkeys(texts) if text not in self._known]
        if unknown:
            from nasport.runtime.encoder import Encoder

            encoder = Encoder.from_bundle(self.encoder_bundle(), self._providers)
            self._known.update(zip(unknown, encoder.encode(unknown), strict=True))
        return np.stack([self._known[text] for text in texts])

    def encoder_bundle(self) -> Bundle:
        """Return the bundle with the encoder: this bundle if it contains one, else the shipped encoder that it names.

        Raises:
            InputError: the encoder is missing or has another hash.
        """
        name, wanted = self._bundle.name, self._bundle.manifest.get("encoder")
        if wanted is None:
            problem = "has no encoder, expected only operators with descriptions from its table"
            raise InputError(f"the bundle {name!r} {problem}")
        if "encoder.onnx" in self._bundle.manifest["files"]:
            return self._bundle
        encoder = open_bundle(wanted["name"])
        found = encoder.manifest["files"].get("encoder.onnx", {}).get("sha256")
        if found != wanted["sha256"]:
            problem = f"the encoder {encoder.name!r} has SHA-256 {found}, expected {wanted['sha256']}"
            raise InputError(f"{problem}, with which the bundle {name!r} was made")
        return encoder


def _read_table(bundle: Bundle) -> dict[str, NDArray[np.float32]]:
    expected = "expected the arrays 'texts' (K,) of strings and 'embeddings' (K, E) of finite numbers"
    file = str(bundle.folder / TABLE)
    arrays = read_arrays(bundle.read(TABLE), file=file)
    if not {"texts", "embeddings"} <= arrays.keys():
        raise InputError(f"the file is not a table of embeddings, {expected}", file=file)
    texts, vectors = arrays["texts"], arrays["embeddings"]
    fits = texts.ndim == 1 and texts.dtype.kind == "U" and vectors.ndim == 2 and vectors.dtype.kind == "f"
    if not fits or len(texts) != len(vectors) or not np.isfinite(vectors).all():
        found = f"{texts.dtype} {texts.shape} and {vectors.shape}"
        raise InputError(f"the table of embeddings has arrays of {found}, {expected}", file=file)
    return dict(zip(texts.tolist(), vectors.astype(np.float32), strict=True))
