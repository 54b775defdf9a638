"""Write what Python answers for the texts of `notations.cases.jsonl` into the same file, for the tests in JavaScript.

A line has `notation` and `text`, and either `written` (the architecture written again in the same notation) with `document` or
`digest` (the SHA-256 of its compact JSON), or `message`. Only the lines with the example of a notation have the document. Add lines with only `notation` and `text`, and run `python packages/nasport-js/test/notations_cases.py`.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from nasport.schemas.errors import InputError
from nasport.toolkit.notations import notation

FILE = Path(__file__).with_name("notations.cases.jsonl")


def answered(name: str, text: str) -> dict[str, Any]:
    """Return a line of the file for one text."""
    case: dict[str, Any] = {"notation": name, "text": text}
    try:
        architecture = notation(name).parse(text)
        case["written"] = notation(name).write(architecture)
        document = architecture.to_json()
        if text == notation(name).example:
            return case | {"document": document}
        compact = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        return case | {"digest": sha256(compact.encode()).hexdigest()}
    except InputError as error:
        return case | {"message": str(error)}


def main() -> None:
    """Rewrite the file."""
    cases = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
    lines = [json.dumps(answered(case["notation"], case["text"])) + "\n" for case in cases]
    FILE.write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main()
