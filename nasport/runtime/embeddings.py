"""Descriptions to embeddings: the bundle's own table first, the sentence encoder only for what it does not hold.

The encoder is 23 MB and takes a fifth of a second to load, so it is loaded when the first unknown description comes,
never before.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.bundle import Bundle, open_bundle
from nasport.schemas.errors import InputError

TABLE = "operators.npz"


class Embeddings:
    """Embeddings of operator descriptions for one predictor bundle.

    Args:
        bundle: the predictor's; names its encoder by hash.
        providers: for the encoder's session, as in `open_session`.
    """

    def __init__(self, bundle: Bundle, providers: Sequence[str] | None = None) -> None:
        self._bundle = bundle
        self._providers = providers
        self._known = _read_table(bundle)

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), E) float32.

        Raises:
            InputError: a description is unknown and the encoder is missing or another one.
        """
        unknown = [text for text in dict.fromkeys(texts) if text not in self._known]
        if unknown:
            from nasport.runtime.encoder import Encoder

            encoder = Encoder.from_bundle(self.encoder_bundle(), self._providers)
            self._known.update(zip(unknown, encoder.encode(unknown), strict=True))
        return np.stack([self._known[text] for text in texts])

    def encoder_bundle(self) -> Bundle:
        """The bundle itself where it stands alone, else the shipped encoder of that hash.

        Raises:
            InputError: the encoder is missing or another one.
        """
        name, wanted = self._bundle.name, self._bundle.manifest.get("encoder")
        if wanted is None:
            problem = "names no encoder, so it knows only the descriptions of its table"
            raise InputError(f"the bundle {name!r} {problem}")
        if "encoder.onnx" in self._bundle.manifest["files"]:
            return self._bundle
        encoder = open_bundle(wanted["name"])
        found = encoder.manifest["files"].get("encoder.onnx", {}).get("sha256")
        if found != wanted["sha256"]:
            problem = f"SHA-256 {wanted['sha256']}, {encoder.name!r} has {found}"
            raise InputError(f"the bundle {name!r} was made with another encoder: {problem}")
        return encoder


def _read_table(bundle: Bundle) -> dict[str, NDArray[np.float32]]:
    expected = "expected arrays 'texts' (K,) of strings and 'embeddings' (K, E) of finite numbers"
    file = str(bundle.folder / TABLE)
    try:
        with np.load(io.BytesIO(bundle.read(TABLE)), allow_pickle=False) as table:
            texts, vectors = table["texts"], table["embeddings"].astype(np.float32)
    except (ValueError, KeyError, OSError, EOFError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise InputError(f"no table of embeddings ({error}), {expected}", file=file) from error
    fits = texts.ndim == 1 and texts.dtype.kind == "U" and vectors.ndim == 2 and len(texts) == len(vectors)
    if not fits or not np.isfinite(vectors).all():
        found = f"{texts.dtype} {texts.shape} and {vectors.shape}"
        raise InputError(f"a wrong table of embeddings ({found}), {expected}", file=file)
    return dict(zip(texts.tolist(), vectors, strict=True))
