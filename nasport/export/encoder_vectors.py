"""Vectors of a sentence encoder: 30 texts with their tokens and embeddings, for implementations in other languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from nasport.runtime.encoder import Encoder

FORMAT = "nasport-encoder-vectors"
DIGITS = 6


def vector_texts() -> list[str]:
    """Return descriptions of operators, and texts that tokenizers treat differently; the last has more than 256 tokens."""
    texts: list[str] = json.loads((files("nasport.export") / "vector_texts.json").read_text("utf-8"))
    return texts


def embedding_records(encoder: Encoder) -> Iterator[dict[str, Any]]:
    """Yield text, token ids and embedding, rounded to six digits, of each of the texts."""
    for text in vector_texts():
        embedding = [round(float(value), DIGITS) for value in encoder.encode([text])[0]]
        yield {"text": text, "ids": encoder.token_ids(text), "embedding": embedding}


def encoder_vectors(encoder: Encoder) -> bytes:
    """Return the content of `vectors.json` of an encoder's bundle."""
    lines = [
        json.dumps(record, ensure_ascii=False, separators=(",", ":")) for record in embedding_records(encoder)
    ]
    about = (
        "Texts with the token ids and the embeddings of this encoder, rounded to six digits. Another implementation is "
        "right if its ids are equal and its embeddings differ by less than 1e-4."
    )
    head = f'{{"format":"{FORMAT}","version":1,"about":{json.dumps(about)},"texts":[\n'
    return (head + ",\n".join(lines) + "\n]}\n").encode()
