"""Give damaged documents to Python and JavaScript: both accept or refuse a text with the same message, hash and score.

    python benchmarks/document_fuzz.py --minutes 10 [--seed N] [--only python]

Each case changes a document of `vectors/documents.jsonl` at random, in its values or in its characters. The Node process is
`document_fuzz.mjs`, which needs `make packages`. A case depends only on `--seed` and its number. Prints each disagreement
and one JSON line with the counts.
"""

from __future__ import annotations

import copy
import json
import math
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

from implementations import Answer, answer_lines, fuzzer_options, workers

DOCUMENTS = Path(__file__).parents[1] / "vectors" / "documents.jsonl"
TOGETHER = 40  # texts in one question
TOLERANCE = 1e-5
WORDS = ["", "x", "in", "out", "input", "output", "none", "nor_conv_3x3", "sum", "concat", "product", "normal", "stack", "own", "cell", "10", "__proto__", "\u00e9", "\U0001f600"]  # fmt: skip
NUMBERS = [0, 1, 2, 3, 5, -1, 0.5, 1.0, 64, 224, 1e300, 1e-7, 2**31, 2**53, 2**70, True, False, None]
CHARACTERS = '{}[]",:0123456789.eE+-truefalsenull\\ \n\t/u\u00e9\U0001f600'


def damaged(draw: random.Random, document: Any) -> str:
    """Return the text of a document after some changes."""
    value = copy.deepcopy(document)
    for _ in range(draw.choice((1, 1, 1, 2, 3, 6))):
        change(draw, value)
    text = json.dumps(value, ensure_ascii=draw.random() < 0.5, indent=draw.choice((None, 1)))
    for _ in range(draw.choice((0, 0, 0, 0, 0, 0, 1, 3))):
        at = draw.randrange(len(text))
        text = (
            text[:at]
            + draw.choice(("", draw.choice(CHARACTERS), text[at : at + 20] * 2))
            + text[at + draw.choice((0, 1, 5)) :]
        )
    return text


def change(draw: random.Random, value: Any) -> None:
    """Change one value anywhere in a JSON document."""
    parents = [parent for parent in containers(value) if parent]
    if not parents:
        return
    parent = draw.choice(parents)
    key = draw.choice(list(parent) if isinstance(parent, dict) else range(len(parent)))
    others = list(containers(value))
    kind = draw.choice((0, 1, 2, 3, 4, 5, *[6] * 10))  # mostly values that are likely valid
    if kind == 0:
        del parent[key]
    elif kind == 1:
        parent[key] = draw.choice(WORDS)
    elif kind == 2:
        parent[key] = draw.choice(NUMBERS)
    elif kind == 3:
        parent[key] = copy.deepcopy(draw.choice(others))
    elif kind == 4 and isinstance(parent, list):
        parent.insert(key, copy.deepcopy(draw.choice(parent)))
    elif kind == 5 and isinstance(parent, dict):
        parent[draw.choice([*WORDS, "op", "inputs", "attributes", "channels", "role", "join"])] = (
            copy.deepcopy(parent[key])
        )
    elif isinstance(parent, dict) and not isinstance(parent[key], dict | list):
        alike = [other[key] for other in others if isinstance(other, dict) and key in other]
        parent[key] = copy.deepcopy(draw.choice(alike))


def containers(value: Any) -> Iterator[Any]:
    """Yield all objects and lists inside a JSON value."""
    if isinstance(value, dict | list):
        yield value
        for child in value.values() if isinstance(value, dict) else value:
            yield from containers(child)


def answer(texts: list[str]) -> Answer:
    """Read and score texts in this process: one message, or one result, for each."""
    from nasport.runtime.predictor import Predictor
    from nasport.schemas import InputError, parse_architecture

    global predictor
    predictor = predictor or Predictor.load(providers=["cpu"])
    results: list[dict[str, Any]] = []
    for text in texts:
        try:
            (score,) = predictor.score(
                [parse_architecture(text.encode("utf-8", "surrogatepass"), file="FILE")]
            )
        except InputError as error:
            results.append({"message": str(error)})
        else:
            results.append(score._replace(expected=None).to_json())
    return {"results": results}


predictor: Any = None


def differences(first: dict[str, Any], second: dict[str, Any]) -> list[str]:
    """Return the names of the values in which two results differ."""
    names = [name for name in {**first, **second} if name not in ("rank", "bundle")]
    return [name for name in names if not same(first.get(name), second.get(name))]


def same(first: Any, second: Any) -> bool:
    """Return whether two values agree; counts above 2^53 may be rounded."""
    numbers = isinstance(first, int | float) and isinstance(second, int | float)
    return math.isclose(first, second, rel_tol=TOLERANCE, abs_tol=TOLERANCE) if numbers else first == second


def main() -> None:
    """Make cases until the time is over, and compare the answers."""
    options = fuzzer_options(__doc__).parse_args()
    if options.worker:
        answer_lines(answer)
        return
    documents = [json.loads(line)["document"] for line in DOCUMENTS.read_text("utf-8").split("\n") if line]
    processes, counts = workers(__file__, options.only), Counter[str]()
    end, number = time.monotonic() + 60 * options.minutes, 0
    while time.monotonic() < end:
        draw = random.Random(f"{options.seed}/{number}")
        texts = [damaged(draw, draw.choice(documents)) for _ in range(TOGETHER)]
        answers = {name: worker(texts) for name, worker in processes.items()}
        number += 1
        failed = {name: found["failed"] for name, found in answers.items() if "failed" in found}
        if failed:
            print(json.dumps({"question": number - 1, "failed": failed}), flush=True)
            counts["failures"] += 1
            continue
        for text, *results in zip(texts, *(found["results"] for found in answers.values()), strict=True):
            counts["refused" if "message" in results[0] else "scored"] += 1
            found = [] if len(results) < 2 else differences(*results)
            if found:
                counts["disagreements"] += 1
                print(json.dumps({"differ": found, "text": text, "results": results}), flush=True)
    for worker in processes.values():
        worker.stop()
    print(json.dumps({"cases": number * TOGETHER, **counts}))


if __name__ == "__main__":
    main()
