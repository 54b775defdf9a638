"""`vectors.json` of a predictor's bundle: documents with the arrays and outputs of this bundle.

An implementation in another language is right if it gives the recorded outputs for the arrays, and the arrays for the
documents. The file needs no other file of the repository.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from nasport.export.document_arrays import ArrayEncoder, DocumentArrays, onnx_inputs, short_numbers
from nasport.runtime.bundle import Bundle
from nasport.runtime.encoding import encode, has_worded
from nasport.runtime.onnx_check import checked_graph
from nasport.runtime.predictor import MODEL_FILE, TRAITS, Predictor
from nasport.runtime.session import open_session
from nasport.schemas.architecture import Architecture, architecture_from_json
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.canonical import architecture_hash

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

VECTORS_FILE = "vectors.json"
FORMAT = "nasport-vectors"
# Largest number of entries of the common table of operators: embeddings have 384 columns.
LARGEST_TABLE = 5_000
_ABOUT = (
    "Documents with the input and the outputs of predictor.onnx. operators is the table of all documents, one row per kind of "
    "node. For each document: index has the row of every node, edges the entries [target, source] of the adjacency that are "
    "1, globals the numbers of the network; pad index, adjacency and mask with zeros to 8, 16, 32, ... nodes. Numbers have as "
    "few digits as a float32 needs. Right outputs differ by at most 1e-5, relative to numbers above 1; hashes and costs are "
    "equal. refused is the reason why a document gets no score; such a document has only its hash and this reason."
)

Record = dict[str, Any]


def vector_documents() -> list[Record]:
    """Return the JSON of the documents."""
    found: list[Record] = json.loads((files("nasport.export") / "vector_documents.json").read_text("utf-8"))
    return found


def predictor_vectors(bundle: Bundle) -> bytes:
    """Return the content of `vectors.json` of a predictor's bundle.

    Documents whose descriptions the bundle cannot embed are left out, and so are those that would make the table of operators
    too large.

    Args:
        bundle: opened bundle; its manifest need not be written yet.
    """
    predictor, arrays_of = Predictor(bundle, ["cpu"]), ArrayEncoder(bundle)
    session = model_session(bundle)
    outputs = [value.name for value in session.get_outputs() if value.name != TRAITS]
    rows: dict[bytes, int] = {}
    table: list[list[float]] = []
    records = []
    for value in vector_documents():
        architecture = architecture_from_json(value)
        record: Record = {"document": value, "hash": architecture_hash(architecture)}
        try:
            predictor.refusals.check(architecture)
        except InputError as error:
            records.append(record | {"refused": error.problem})
            continue
        try:
            arrays = arrays_of(architecture)
        except InputError:  # an operator's description needs an encoder that is not installed
            continue
        new = [row for row in arrays.operators if row.tobytes() not in rows]
        if table and (len(table) + len(new)) * arrays.operators.shape[1] > LARGEST_TABLE:
            continue
        for row in new:
            rows[row.tobytes()] = len(table)
            table.append(short_numbers(row))
        index = [rows[arrays.operators[place].tobytes()] for place in arrays.index]
        record |= _facts(predictor, architecture) | _array_record(arrays, index)
        found = session.run(outputs, vector_inputs(bundle, table, record))
        record["outputs"] = dict(zip(outputs, (short_numbers(array)[0] for array in found), strict=True))
        records.append(record)
    about = {
        "format": FORMAT,
        "version": 1,
        "model": bundle.manifest["files"][MODEL_FILE]["sha256"],
        "about": _ABOUT,
    }
    parts = [
        *(f"{_line(name)}:{_line(value)}" for name, value in about.items()),
        f'"operators":[\n{_lines(table)}\n]',
        f'"documents":[\n{_lines(records)}\n]',
    ]
    return ("{" + ",\n".join(parts) + "}\n").encode()


def _facts(predictor: Predictor, architecture: Architecture) -> Record:
    """Return the costs and the distance of a document, and whether its score needs the encoder."""
    (score,) = predictor.score_encoded(encode([architecture]))
    facts: Record = {"parameters": score.parameters, "flops": score.flops}
    facts |= {} if score.distance is None else {"distance": score.distance}
    return facts | ({"needs_encoder": True} if has_worded(architecture) else {})


def _array_record(arrays: DocumentArrays, index: Sequence[int]) -> Record:
    numbers = {"globals": short_numbers(arrays.globals)} if len(arrays.globals) else {}
    return {"index": list(index), "edges": [list(edge) for edge in arrays.edges], **numbers}


def model_session(bundle: Bundle) -> InferenceSession:
    """Open a predictor's ONNX graph on the CPU, after it has been checked."""
    model = checked_graph(bundle.read(MODEL_FILE), file=str(bundle.folder / MODEL_FILE))
    return open_session(model, providers=["cpu"], threads=1, bounded=True)


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _lines(values: Sequence[Any]) -> str:
    return ",\n".join(map(_line, values))


def vector_inputs(bundle: Bundle, table: Sequence[Sequence[float]], record: Mapping[str, Any]) -> Record:
    """Return the inputs of the ONNX graph for one record."""
    inputs = onnx_inputs(table, record["index"], record["edges"], record.get("globals", ()))
    return {name: inputs[name] for name in bundle.manifest["inputs"]}
