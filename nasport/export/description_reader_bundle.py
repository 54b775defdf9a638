"""Train the reader of descriptions and write it into the bundle of the encoder.

    python -m nasport.export.description_reader_bundle --out nasport/models/pretrained/minilm

This takes a few minutes, mostly for embedding the training descriptions. Run it again after a change to the vocabulary, to
the families of operators (`nasport/models/operator_words.json`) or to the encoder.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from nasport.export.file_entries import describe
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

# Lowest confidence at which a score counts as comparable, chosen on held-out wordings (docs/reports/descriptions.md).
THRESHOLD = 0.5


class MisreadError(NasportError):
    """The reader does not recognize the key or the description of an operator of the vocabulary."""


def write_reader(folder: Path, config: ReaderConfig | None = None, seed: int = 0) -> None:
    """Train a reader and write it into the encoder's bundle in `folder`.

    Args:
        folder: folder of the encoder's bundle.
        config: sizes of the reader and settings of the training.
        seed: seed of the training.

    Raises:
        MisreadError: the new reader does not recognize some operators of the vocabulary.
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
    """Check that a reader recognizes the keys and descriptions of the vocabulary's operators.

    Raises:
        MisreadError: the reader reads some of them as another operator, or with too little confidence.
    """
    wrong = []
    for text, operator in vocabulary_texts():
        reading = None if reader is None else reader.read(Operator(text))
        if reading is None or not reading.sure or _meaning(reading.operator) != _meaning(operator):
            wrong.append(text)
    if wrong:
        raise MisreadError(
            f"the reader misreads {len(wrong)} keys and descriptions of the vocabulary, expected none: "
            f"{', '.join(wrong)}"
        )


def vocabulary_texts() -> list[tuple[str, Operator]]:
    """Return the descriptions and keys of the vocabulary's operators, each with its operator."""
    operators: dict[str, Operator] = {}
    for key, operator in vocabulary().items():
        for text in (operator.text, key):
            operators.setdefault(text, operator)
    return [(item.text, operators[item.text]) for item in canonical_phrases()]


def _meaning(operator: Operator) -> tuple[str, dict[str, object]]:
    """Return kind and numbers of an operator, without the activation that some operators state."""
    numbers = {name: value for name, value in operator.attributes if not isinstance(value, str)}
    return operator.kind, dict(numbers)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line of this module: `--out FOLDER` is the encoder's bundle."""
    parser = argparse.ArgumentParser(description="Train the reader of descriptions.")
    parser.add_argument("--out", type=Path, required=True, help="folder of the encoder's bundle")
    options = parser.parse_args(arguments)
    write_reader(options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
