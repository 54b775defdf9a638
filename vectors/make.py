"""Write the vectors. Run from the root of the repository; equal versions of nasport write equal files.

python -m vectors.make
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from nasport.export.document_arrays import ArrayEncoder, short_number, short_numbers
from nasport.export.encoder_vectors import embedding_records
from nasport.runtime.bundle import open_bundle
from nasport.runtime.encoder import Encoder
from nasport.runtime.encoding import encode, has_worded
from nasport.runtime.predictor import Predictor, reachable_parameters
from nasport.schemas import InputError, architecture_from_json, canonicalize, hashes, parse_architecture
from nasport.schemas.architecture import Architecture
from nasport.schemas.graphs.document_graph import GraphBatch
from nasport.toolkit.notations import notation
from vectors.documents import all_documents, of_notations
from vectors.notation_texts import texts_of_notations
from vectors.wrong_texts import wrong_texts

FOLDER = Path(__file__).parent
BUNDLE = "universal"
TEXTS_OF_A_NOTATION = 8
DOCUMENTS_OF_A_NOTATION = 1
REACHABLE = (
    *(
        "parameters",
        "flops",
        "balanced",
        "balanced_flops",
        "summed",
        "resolutions",
        "layers",
        "width",
        "positions",
    ),
)

Record = dict[str, Any]


class Expecting:
    """What nasport computes for documents with one bundle."""

    def __init__(self) -> None:
        self.predictor = Predictor.load(BUNDLE, providers=["cpu"])
        self._arrays = ArrayEncoder(self.predictor.bundle)

    def of_document(self, architecture: Architecture) -> Record:
        """Return canonical form, hash, costs, warnings, arrays and outputs of one document."""
        batch = encode([architecture])
        graphs = canonicalize(batch.graphs)
        record: Record = {
            "hash": hashes(graphs)[0],
            "canonical": canonical_record(graphs),
            "parameters": batch.parameters[0],
            "flops": batch.flops[0],
            "uncounted": batch.uncounted[0],
            "reachable": {name: _number(getattr(batch.reachable, name)[0]) for name in REACHABLE},
            "reachable_parameters": _number(reachable_parameters(graphs)[0]),
            "warnings": list(batch.warnings[0]),
        }
        try:
            self.predictor.refusals.check(architecture)
        except InputError as error:
            return record | {"refused": str(error)}
        (score,) = self.predictor.score_encoded(batch)
        statistics = self.predictor.statistics(batch)
        if has_worded(architecture):
            record["needs_encoder"] = True
        arrays = self._arrays(architecture)
        return record | {
            "warnings": list(score.warnings),
            "arrays": {
                "operators": short_numbers(arrays.operators),
                "index": list(arrays.index),
                "edges": [list(edge) for edge in arrays.edges],
                "globals": short_numbers(arrays.globals),
            },
            "reachable_parameters": _number(score.reachable_parameters),
            "score": short_number(score.score),
            "statistics": {name: short_number(values[0]) for name, values in statistics.items()},
            "distance": score.distance,
        }

    def of_text(self, name: str, text: str) -> Record:
        """Return hash, costs and score of a text in a notation."""
        whole = self.of_document(notation(name).parse(text))
        return {
            key: whole[key] for key in ("hash", "parameters", "flops", "score", "refused") if key in whole
        }


def canonical_record(graphs: GraphBatch) -> Record:
    """Return the canonical form of a batch of one graph: distinct kinds, the kind of each node, and edges."""
    count = int(graphs.mask[0].sum())
    rows = graphs.index[0, :count].tolist()
    kinds = list(dict.fromkeys(rows))
    return {
        "kinds": [
            {
                "operators": [operator.to_json() for operator in graphs.kinds[row].operators],
                "role": graphs.kinds[row].role,
                "cell": graphs.kinds[row].cell,
            }
            for row in kinds
        ],
        "nodes": [kinds.index(row) for row in rows],
        "edges": [
            [target, source, int(graphs.labels[0, target, source])]
            for target in range(count)
            for source in range(target)
            if graphs.labels[0, target, source]
        ],
        "skeleton": graphs.skeletons[0].hex(),
    }


def _number(value: float) -> float | int | None:
    if value != value:
        return None
    return int(value) if float(value).is_integer() else float(value)


def invalid_records() -> Iterator[Record]:
    """Yield every wrong text with the message of `parse_architecture`."""
    for number, data in enumerate(wrong_texts()):
        try:
            parse_architecture(data, file="FILE")
        except InputError as error:
            yield {"id": f"invalid-{number}", **_text(data), "message": str(error)}


def _text(data: bytes) -> Record:
    """Return the bytes as text, or in Base64 if they are not the UTF-8 of a text."""
    try:
        return {"text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def write_lines(name: str, records: Iterable[Mapping[str, Any]]) -> None:
    """Write a file of JSON Lines and print its size."""
    lines = [
        json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False) for record in records
    ]
    text = "".join(f"{line}\n" for line in lines)
    for separator in "\u0085\u2028\u2029":  # some readers of lines would take them as the end of a line
        text = text.replace(separator, f"\\u{ord(separator):04x}")
    (FOLDER / name).write_text(text, "utf-8")
    print(f"{name}: {len(lines)} lines, {len(text.encode()):,} bytes")


def main() -> None:
    """Write all files."""
    texts = texts_of_notations(TEXTS_OF_A_NOTATION)
    documents = dict([*all_documents(), *of_notations(texts, DOCUMENTS_OF_A_NOTATION)])
    expecting = Expecting()
    write_lines("documents.jsonl", ({"id": name, "document": value} for name, value in documents.items()))
    write_lines(
        "expected.jsonl",
        (
            {"id": name, **expecting.of_document(architecture_from_json(value))}
            for name, value in documents.items()
        ),
    )
    write_lines("invalid.jsonl", invalid_records())
    notations = (
        {"id": f"notation-{number}", "notation": name, "text": text, **expecting.of_text(name, text)}
        for number, (name, text) in enumerate(texts)
    )
    write_lines("notations.jsonl", notations)
    records = embedding_records(Encoder.from_bundle(open_bundle("minilm"), ["cpu"]))
    write_lines(
        "embeddings.jsonl", ({"id": f"text-{number}", **record} for number, record in enumerate(records))
    )


if __name__ == "__main__":
    main()
