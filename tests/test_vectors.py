"""The vectors: nasport gives the recorded results, they cover what they promise, and the checker finds wrong output."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("onnxruntime", reason="needs the extra 'cpu'")

from nasport.runtime.bundle import open_bundle
from nasport.runtime.encoder import Encoder
from nasport.schemas import InputError, architecture_from_json, parse_architecture
from nasport.schemas.operators import kind_named, kinds, may_state, vocabulary
from nasport.toolkit.notations import notations
from vectors.check import FOLDER, KEYS, compare_files, differences, main, read_lines
from vectors.documents import RELABELED, all_documents
from vectors.make import Expecting

DOCUMENTS = read_lines(FOLDER / "documents.jsonl")
EXPECTED = read_lines(FOLDER / "expected.jsonl")
INVALID = read_lines(FOLDER / "invalid.jsonl")
NOTATIONS = read_lines(FOLDER / "notations.jsonl")
EMBEDDINGS = read_lines(FOLDER / "embeddings.jsonl")


@pytest.fixture(scope="module")
def expecting() -> Expecting:
    return Expecting()


def _found(expected: Mapping[str, Any], found: Mapping[str, Any], of: str) -> list[str]:
    return [f"{expected['id']}: {text}" for text in differences(expected, found, KEYS[of], exact=True)]


def test_nasport_computes_the_recorded_results(expecting: Expecting) -> None:
    assert list(DOCUMENTS) == list(EXPECTED)
    problems = []
    for name, record in DOCUMENTS.items():
        found = expecting.of_document(architecture_from_json(record["document"]))
        problems += _found(EXPECTED[name], found, "documents")
        assert found.get("needs_encoder") == EXPECTED[name].get("needs_encoder"), name
    assert problems == []


def test_nasport_writes_the_recorded_messages() -> None:
    for name, record in INVALID.items():
        data = record["text"].encode() if "text" in record else base64.b64decode(record["base64"])
        with pytest.raises(InputError) as error:
            parse_architecture(data, file="FILE")
        words = "not valid JSON:"
        if words in record["message"] and sys.version_info >= (3, 13):  # the words of Python's module changed
            assert words in str(error.value), name
        else:
            assert str(error.value) == record["message"], name


def test_nasport_reads_the_recorded_texts(expecting: Expecting) -> None:
    problems = []
    for record in NOTATIONS.values():
        problems += _found(record, expecting.of_text(record["notation"], record["text"]), "notations")
    assert problems == []
    assert {record["notation"] for record in NOTATIONS.values()} == set(notations())


def test_the_encoder_gives_the_recorded_embeddings() -> None:
    encoder = Encoder.from_bundle(open_bundle("minilm"), ["cpu"])
    for record in EMBEDDINGS.values():
        assert encoder.token_ids(record["text"]) == record["ids"]
        assert encoder.encode([record["text"]])[0].tolist() == pytest.approx(record["embedding"], abs=1e-5)
    assert max(len(record["ids"]) for record in EMBEDDINGS.values()) == 256


def test_the_documents_are_what_the_generator_writes() -> None:
    for name, value in all_documents():
        assert DOCUMENTS[name]["document"] == value


def test_every_kind_key_and_attribute_occurs() -> None:
    values = [record["document"] for record in DOCUMENTS.values()]
    assert len(values) == 500
    stated = {
        (entry.get("kind", "other"), name)
        for value in values
        for entry in value.get("operators", {}).values()
        for name in entry
    }
    for kind in set(kinds()) - {"input", "output"}:
        for attribute in (*kind_named(kind).needs, *may_state(kind)):
            assert (kind, attribute) in stated, (kind, attribute)
    nodes = [node for value in values for cell in value["cells"].values() for node in cell["nodes"]]
    stages = [
        stage
        for value in values
        for part in ("stem", "stages", "head")
        for stage in value.get("skeleton", {}).get(part, ())
    ]
    assert set(vocabulary()) <= {entry.get("op") for entry in (*nodes, *stages)}
    assert {node.get("join") for node in nodes} == {None, "sum", "concat", "product", "mean"}
    cells = [cell for value in values for cell in value["cells"].values()]
    assert {cell.get("channels", "same") for cell in cells} == {"same", "split", "stack", "own"}
    assert any(len(set(node.get("inputs", ()))) < len(node.get("inputs", ())) for node in nodes)
    assert any("candidates" in node for node in nodes)
    assert sum("refused" in record for record in EXPECTED.values()) >= 6
    assert sum("needs_encoder" in record for record in EXPECTED.values()) >= 30
    assert sum(len(record["canonical"]["nodes"]) > 64 for record in EXPECTED.values()) >= 3


def test_other_spellings_of_a_network_have_its_hash_and_score() -> None:
    for number in range(RELABELED):
        first, second = EXPECTED[f"cell-{2 * number}"], EXPECTED[f"relabeled-{number}"]
        assert first["hash"] == second["hash"]
        assert first["canonical"] == second["canonical"]
        assert first["score"] == second["score"]
        assert DOCUMENTS[f"cell-{2 * number}"]["document"] != DOCUMENTS[f"relabeled-{number}"]["document"]


# The checker --------------------------------------------------------------------------------------------------------


def _written(file: Path, records: Mapping[str, Mapping[str, Any]]) -> Path:
    file.write_text("".join(f"{json.dumps(record)}\n" for record in records.values()), "utf-8")
    return file


def _first(count: int) -> dict[str, dict[str, Any]]:
    """Return deep copies of the first expected records."""
    return {name: json.loads(json.dumps(record)) for name, record in islice(EXPECTED.items(), count)}


@pytest.mark.parametrize("of", list(KEYS))
def test_the_checker_accepts_the_expected_files(of: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = FOLDER / f"{'expected' if of == 'documents' else of}.jsonl"
    assert main([str(file), "--of", of, "--exact"]) == 0
    assert "0 wrong, 0 differences" in capsys.readouterr().out


def test_the_checker_accepts_another_order_of_rows_and_small_differences(tmp_path: Path) -> None:
    records = json.loads(json.dumps(EXPECTED))
    for record in records.values():
        if "arrays" in record:
            arrays = record["arrays"]
            arrays["operators"].reverse()
            arrays["index"] = [len(arrays["operators"]) - 1 - row for row in arrays["index"]]
            arrays["edges"].reverse()
            record["score"] += 4e-6
    assert compare_files(_written(tmp_path / "output.jsonl", records)) == (500, [])


def test_the_checker_accepts_other_words_for_an_unknown_cost(tmp_path: Path) -> None:
    records = json.loads(json.dumps(EXPECTED))
    words = "parameters and FLOPs are unknown: "
    changed = [record for record in records.values() if record["uncounted"]]
    for record in changed:
        record["uncounted"] = "because"
        record["warnings"] = [
            f"{words}because" if text.startswith(words) else text for text in record["warnings"]
        ]
    file = _written(tmp_path / "output.jsonl", records)
    assert len(changed) > 60
    assert compare_files(file) == (500, [])
    assert len(compare_files(file, exact=True)[1]) > len(changed)
    changed[0]["uncounted"] = ""
    changed[1]["warnings"] = [text for text in changed[1]["warnings"] if not text.startswith(words)]
    _, problems = compare_files(_written(file, records))
    assert [problem.split(": ")[1] for problem in problems] == ["uncounted", "warnings"]


def test_unknown_costs_have_many_reasons_and_limits_are_reached() -> None:
    reasons = {record["uncounted"] for record in EXPECTED.values()}
    assert len(reasons) > 60
    sizes = [len(record["canonical"]["nodes"]) for record in EXPECTED.values()]
    assert {64, 65} <= set(sizes)
    labels = {edge[2] for record in EXPECTED.values() for edge in record["canonical"]["edges"]}
    assert {65535, (1 << 24) + (1 << 20)} <= {
        label if label < 1 << 24 else label & 0x1100000 for label in labels
    }
    assert sum(record.get("distance") == 1.0 for record in EXPECTED.values()) >= 1
    read = [record for record in EXPECTED.values() if record["reachable"]["parameters"] is not None]
    assert any(record["reachable"]["balanced"] is None for record in read if "refused" not in record)


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        (("hash",), "0" * 32, "hash: found"),
        (("score",), 0.123, "score: found 0.123"),
        (("score",), None, "score: found null"),
        (("parameters",), "1", 'parameters: found "1"'),
        (("warnings",), ["new"], "warnings"),
        (("canonical", "skeleton"), "00", "canonical.skeleton"),
        (("canonical", "nodes"), [0], "canonical"),
        (("arrays", "edges"), [[9, 9]], "arrays.edges"),
        (("arrays", "operators", 0, 0), 77, "arrays.index[0][0]: found 77"),
        (("reachable", "summed"), float("inf"), "reachable.summed"),
        (("refused",), "no", "refused: found"),
    ],
)
def test_the_checker_names_what_differs(
    place: tuple[Any, ...], value: object, expected: str, tmp_path: Path
) -> None:
    records = json.loads(json.dumps(EXPECTED))
    changed = records["network-0"]
    for key in place[:-1]:
        changed = changed[key]
    changed[place[-1]] = value
    _, problems = compare_files(_written(tmp_path / "output.jsonl", records))
    assert problems
    assert all(problem.startswith("network-0: ") for problem in problems)
    assert expected in problems[0]


def test_the_checker_needs_all_lines_and_keys_unless_told_otherwise(tmp_path: Path) -> None:
    some = {"id": "network-0", "hash": EXPECTED["network-0"]["hash"]}
    file = _written(tmp_path / "output.jsonl", {"network-0": some, "x": {"id": "x"}})
    compared, problems = compare_files(file, only=["hash"])
    assert compared == 500
    assert len(problems) == 500
    assert "x: no vector has this id" in problems
    without = {name: record for name, record in EXPECTED.items() if "needs_encoder" not in record}
    compared, problems = compare_files(_written(file, without), without_encoder=True)
    assert (compared, problems) == (len(without), [])
    assert not any("network-0: hash" in problem for problem in compare_files(file)[1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "line 1: not valid JSON"),
        ("[]", 'expected an object with an "id"'),
        ('{"id": 3}', 'expected an object with an "id"'),
        ('{"id": "a"}\n\n{"id": "a"}', "line 3: the id 'a' occurs twice"),
    ],
)
def test_a_wrong_output_gets_a_sentence(
    text: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "output.jsonl").write_text(text)
    assert main([str(tmp_path / "output.jsonl")]) == 2
    assert expected in capsys.readouterr().err
    assert main([str(tmp_path / "missing.jsonl")]) == 2
    assert main([str(FOLDER / "expected.jsonl"), "--only", "hsah"]) == 2
    assert "expected some of hash, canonical" in capsys.readouterr().err
