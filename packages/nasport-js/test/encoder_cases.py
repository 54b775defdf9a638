"""Write what Python answers for the texts of `encoder.cases.jsonl` into the same file, for the tests in JavaScript.

A line has `text` and its token `ids`. A line with `attributes` also has the operator that the description reader recognizes.
Run `python packages/nasport-js/test/encoder_cases.py` after adding lines.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nasport.runtime.bundle import open_bundle
from nasport.runtime.description_reader import Reader, _sentence
from nasport.runtime.encoder import Encoder
from nasport.schemas.operators import Operator

FILE = Path(__file__).with_name("encoder.cases.jsonl")


def main() -> None:
    """Rewrite the file."""
    encoder = Encoder.load("minilm", ["cpu"])
    reader = Reader.of(open_bundle("minilm"), ["cpu"])
    assert reader is not None, "the shipped encoder has a reader"
    lines = []
    for line in FILE.read_text("utf-8").splitlines():
        case: dict[str, Any] = json.loads(line)
        answer: dict[str, Any] = {"text": case["text"], "ids": encoder.token_ids(case["text"])}
        if "attributes" in case:
            operator = Operator.from_json({"text": case["text"], **case["attributes"]})
            reading = reader.read(operator)
            answer |= {
                "attributes": case["attributes"],
                "operator": reading.operator.to_json(),
                "confidence": round(reading.confidence, 6),
                "assumed": list(reading.assumed),
                "sentence": _sentence(operator, reading),
            }
        lines.append(json.dumps(answer) + "\n")
    FILE.write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main()
