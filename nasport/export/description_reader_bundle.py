"""The reader of descriptions, trained and put into the encoder's bundle, whose embeddings it reads.

    python -m nasport.export.description_reader_bundle --out nasport/models/pretrained/minilm

Some minutes, most of which go into embedding the descriptions to learn from. To be run again where the vocabulary, the
families of operators (`nasport/models/operator_words.json`) or the encoder change.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from nasport.export.onnx_shrinking import describe
from nasport.models.description_reader_training import (
    LAYER,
    Embedded,
    ReaderConfig,
    fit_reader,
    reader_bytes,
    training_phrases,
)
from nasport.models.operator_words import canonical_phrases
from nasport.runtime.bundle import MANIFEST, open_bundle
from nasport.runtime.description_reader import READER_FILE, Reader
from nasport.runtime.encoder import Encoder
from nasport.schemas.errors import NasportError
from nasport.schemas.operators import Operator, vocabulary
from nasport.schemas.writing import write_atomically

# Below this confidence a score does not compare. Chosen on wordings that were left out: see docs/reports/descriptions.md.
THRESHOLD = 0.5


class MisreadError(NasportError):
    """The canonical description of an operator is read as another one's."""


def write_reader(folder: Path, config: ReaderConfig | None = None, seed: int = 0) -> None:
    """Train a reader and put it into the encoder's bundle in `folder`.

    Raises:
        MisreadError: an operator of the vocabulary is not known by its own words.
    """
    config = config or ReaderConfig()
    items = training_phrases(config, seed)
    encoder = Encoder.from_bundle(open_bundle(folder), ["cpu"], LAYER)
    model = fit_reader(items, Embedded.of([item.text for item in items], encoder), config, seed)
    data = reader_bytes(model, THRESHOLD)
    write_atomically(folder / READER_FILE, data)
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    manifest["files"][READER_FILE] = describe(data)
    write_atomically(folder / MANIFEST, (json.dumps(manifest, indent=2) + "\n").encode())
    check_reader(Reader.of(open_bundle(folder), ["cpu"]))


def check_reader(reader: Reader | None) -> None:
    """Hold a reader to the vocabulary's own words.

    Raises:
        MisreadError: one of them is read as another operator, or with doubt.
    """
    wrong = []
    for text, operator in own_words():
        found = None if reader is None else reader.read(Operator(text))
        if found is None or not found.sure or _meaning(found.operator) != _meaning(operator):
            wrong.append(text)
    if wrong:
        raise MisreadError(f"{len(wrong)} of the vocabulary's own words are misread: {', '.join(wrong)}")


def own_words() -> list[tuple[str, Operator]]:
    """Descriptions and names of the vocabulary's operators, and what they mean."""
    means: dict[str, Operator] = {}
    for key, operator in vocabulary().items():
        for text in (operator.text, key):
            means.setdefault(text, operator)
    return [(item.text, means[item.text]) for item in canonical_phrases()]


def _meaning(operator: Operator) -> tuple[str, dict[str, object]]:
    """Kind and numbers; the activation of FBNet's and NAS-Bench-Macro's operators is no number."""
    numbers = {name: value for name, value in operator.attributes if not isinstance(value, str)}
    return operator.kind, dict(numbers)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line of this module: `--out FOLDER`, an encoder's bundle."""
    parser = argparse.ArgumentParser(description="Train the reader of descriptions.")
    parser.add_argument("--out", type=Path, required=True, help="folder of the encoder's bundle")
    options = parser.parse_args(arguments)
    write_reader(options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
