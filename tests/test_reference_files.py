"""Vocabulary and vectors of bundles: they are right for every shipped bundle, and are written into new ones."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="needs the extra 'cpu'")

import onnxruntime

from nasport.export import package_texts
from nasport.export.bundle_vectors import VECTORS_FILE, vector_documents
from nasport.export.reference_files import add_reference_files, reference_contents
from nasport.export.standalone import write_standalone
from nasport.export.standalone_check import verify_standalone
from nasport.export.vector_check import VectorCheck, encoder_problems
from nasport.export.vocabulary_file import VOCABULARY_FILE
from nasport.runtime.bundle import MANIFEST, open_bundle, shipped_folder, shipped_names
from nasport.runtime.operators import PATH_ATTRIBUTES, path_attributes, relative_weight
from nasport.schemas.operators import kind_named, kinds, may_state, vocabulary
from tests.commands import ROOT


def edited(file: Path, change: Callable[[Any], object]) -> None:
    """Change the JSON of a file."""
    value = json.loads(file.read_text("utf-8"))
    change(value)
    file.write_text(json.dumps(value), "utf-8")


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_predictors_give_the_results_of_their_vectors(name: str) -> None:
    check = VectorCheck(open_bundle(name))
    assert check.count >= 12
    assert list(check.problems()) == []


def test_the_shipped_encoder_gives_the_embeddings_of_its_vectors() -> None:
    assert list(encoder_problems(open_bundle("minilm"), VECTORS_FILE)) == []


@pytest.mark.parametrize("name", ["universal", "tgnas-nb101"])
def test_shipped_reference_files_are_those_that_nasport_writes(name: str) -> None:
    bundle = open_bundle(name)
    found = reference_contents(bundle)
    assert bundle.read(VOCABULARY_FILE) == found[VOCABULARY_FILE]
    assert json.loads(bundle.read(VECTORS_FILE)).keys() == json.loads(found[VECTORS_FILE]).keys()
    assert sum(bundle.manifest["files"][each]["bytes"] for each in found) < 150_000


def test_all_shipped_vocabularies_are_equal() -> None:
    (only,) = {open_bundle(name).read(VOCABULARY_FILE) for name in shipped_names()}
    assert only


def test_the_vectors_of_the_universal_predictor_are_its_whole_set() -> None:
    content = json.loads(open_bundle("universal").read(VECTORS_FILE))
    assert [record["document"] for record in content["documents"]] == vector_documents()
    assert {"score", "statistics", "opinions", "doubts"} == set(content["documents"][0]["outputs"])
    assert any("refused" in record for record in content["documents"])
    assert any("needs_encoder" in record for record in content["documents"])


def test_the_arrays_alone_give_the_score() -> None:
    """A program with ONNX Runtime and a JSON parser reads the file as its `about` explains."""
    folder = shipped_folder() / "universal"
    content = json.loads((folder / VECTORS_FILE).read_text("utf-8"))
    session = onnxruntime.InferenceSession(str(folder / "predictor.onnx"))
    for record in content["documents"]:
        if "refused" in record:
            continue
        count = len(record["index"])
        size = next(size for size in (8, 16, 32, 64) if count <= size)
        index, mask = np.zeros((1, size), np.int64), np.zeros((1, size), np.float32)
        adjacency = np.zeros((1, size, size), np.float32)
        index[0, :count], mask[0, :count] = record["index"], 1
        for target, source in record["edges"]:
            adjacency[0, target, source] = 1
        inputs = {
            "operators": np.array(content["operators"], np.float32),
            "index": index,
            "adjacency": adjacency,
            "mask": mask,
            "globals": np.array([record["globals"]], np.float32),
        }
        (score,) = session.run(["score"], inputs)
        assert score[0] == pytest.approx(record["outputs"]["score"], abs=1e-5)


def test_the_vocabulary_file_has_every_kind_key_attribute_and_number() -> None:
    content = json.loads(open_bundle("universal").read(VOCABULARY_FILE))
    source = json.loads((ROOT / "nasport" / "schemas" / "operators.json").read_text("utf-8"))
    assert content["words"] == source["words"]
    assert list(content["kinds"]) == list(kinds())
    assert list(content["operators"]) == list(vocabulary())
    beside = content["attributes"]["beside"]
    for name, entry in content["kinds"].items():
        kind = kind_named(name)
        assert (entry["family"], tuple(entry["needs"])) == (kind.family, kind.needs)
        assert entry["may_state"] == may_state(name)
        assert {word: tuple(values) for word, values in {**beside, **entry["beside"]}.items()} == kind.beside
    for key, operator in vocabulary().items():
        entry = content["operators"][key]
        stated = {name: value for name, value in source["operators"][key].items() if name != "family"}
        assert {name: entry[name] for name in stated} == stated
        assert entry["family"] == operator.family
        assert vocabulary()[entry["same_as"]].text == operator.text
        for name in (*kind_named(operator.kind).needs, *may_state(operator.kind)):
            assert entry["attributes"].get(name) == operator.value(name), (key, name)
        assert entry["relative_weight"] == relative_weight(operator)
        numbers = tuple(entry["path_attributes"].get(name, 0) for name in PATH_ATTRIBUTES)
        assert numbers == path_attributes(operator)


def test_reference_files_are_added_without_touching_others(tmp_path: Path) -> None:
    folder = shutil.copytree(shipped_folder() / "tgnas-nb101", tmp_path / "mine")
    before = (folder / MANIFEST).read_text("utf-8")
    files = (VOCABULARY_FILE, VECTORS_FILE)
    for name in files:
        (folder / name).unlink()
    edited(folder / MANIFEST, lambda manifest: [manifest["files"].pop(name) for name in files])
    add_reference_files(folder)
    again = json.loads((folder / MANIFEST).read_text("utf-8"))
    assert again == json.loads(before)
    assert list(VectorCheck(open_bundle(folder)).problems()) == []


def test_a_bundle_without_its_encoder_gets_the_vectors_that_it_can_compute(tmp_path: Path) -> None:
    folder = shutil.copytree(shipped_folder() / "universal", tmp_path / "mine")
    edited(folder / MANIFEST, lambda manifest: manifest["encoder"].update(sha256="0" * 64))
    content = json.loads(reference_contents(open_bundle(folder))[VECTORS_FILE])
    assert 20 < len(content["documents"]) < len(vector_documents())
    assert not any("needs_encoder" in record for record in content["documents"])


def test_an_adapted_bundle_has_vectors_of_its_own_scores(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="needs the extra 'gennas'")
    pytest.importorskip("onnx", reason="needs the extra 'gennas'")
    from nasport.export.adapted_bundle import LinearCorrection, write_adapted_bundle

    base = open_bundle("universal")
    traits = base.manifest["outputs"]["traits"]["shape"][1]
    low, high = np.full(traits, -10.0), np.full(traits, 10.0)
    correction = LinearCorrection(0.5, np.full(traits, 1e-3), 3.0, low, high)
    adapted = {
        "from": {"name": "universal", "sha256": "0" * 64},
        "space": {"name": "mine", "candidates": 10},
        "correction": {"shares": [0.5], "widths": [0.1], "noise": 0.1},
    }
    manifest = {"name": "mine", "description": "for a test", "adapted": adapted}
    write_adapted_bundle(tmp_path / "mine", base, correction, manifest, "pytest")
    bundle = open_bundle(tmp_path / "mine")
    assert list(VectorCheck(bundle).problems()) == []
    before, after = (json.loads(each.read(VECTORS_FILE))["documents"] for each in (base, bundle))
    assert [record["hash"] for record in before] == [record["hash"] for record in after]
    assert before[0]["outputs"]["score"] != after[0]["outputs"]["score"]
    write_standalone(tmp_path / "out", bundle, with_encoder=False)
    assert verify_standalone(tmp_path / "out").problems == ()


# Texts in the package -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [package_texts.SPECIFICATION, package_texts.LICENSE, package_texts.NOTICE])
def test_installed_texts_are_those_of_the_repository(name: str) -> None:
    """Otherwise run `python -m nasport.export.package_texts`."""
    assert package_texts.packaged_text(name) == package_texts.text_of_repository(ROOT, name)


def test_the_installed_specification_has_no_links_to_missing_files(tmp_path: Path) -> None:
    (tmp_path / "docs" / "reference").mkdir(parents=True)
    text = "[a](b.md#c), [d](#e), [f](https://g.example/h), `[target](v)`?\n"
    (tmp_path / "docs" / "reference" / "spec.md").write_text(text, "utf-8")
    found = package_texts.text_of_repository(tmp_path, package_texts.SPECIFICATION).decode()
    assert found.startswith("a, [d](#e), [f](https://g.example/h), ")
