"""Write predictor.cases.json: scores of documents of `vectors/` by all shipped predictors, for predictor.test.mjs.

python packages/nasport-js/test/predictor_cases.py
"""

from __future__ import annotations

import json
from pathlib import Path

from nasport.runtime.bundle import shipped_names
from nasport.runtime.predictor import Predictor
from nasport.schemas.architecture import Architecture, parse_architecture
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.document_graph import raw_graph
from nasport.schemas.operators import Operator

ROOT = Path(__file__).parents[3]
CASES = Path(__file__).with_name("predictor.cases.json")
DOCUMENTS = 25


def main() -> None:
    """Score documents that need no encoder, spread over all kinds of documents."""
    documents = [
        json.loads(line) for line in (ROOT / "vectors/documents.jsonl").read_text("utf-8").splitlines()
    ]
    cases: dict[str, dict[str, list[float | None]]] = {}
    for name in shipped_names():
        predictor, found = Predictor.load(name, providers=["cpu"]), {}
        known = set(predictor.bundle.manifest["trained_on"]["operators"])
        for document in documents:
            try:
                architecture = parse_architecture(json.dumps(document["document"]))
                if all(operator.text in known for operator in _operators(architecture)):
                    score = predictor.score([architecture])[0]
                    found[document["id"]] = [score.score, score.distance]
            except InputError:
                continue
        step = max(1, len(found) // DOCUMENTS)
        cases[name] = dict(list(found.items())[::step])
    CASES.write_text(json.dumps(cases) + "\n", "utf-8")


def _operators(architecture: Architecture) -> set[Operator]:
    return {operator for kind in raw_graph(architecture).kinds for operator in kind.operators}


if __name__ == "__main__":
    main()
