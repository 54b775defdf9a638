"""Networks that a bundle refuses, by a sentence in its manifest: all functions that score raise it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import nasport as front_door
from nasport.runtime.bundle import shipped_folder
from nasport.runtime.encoding import encode
from nasport.runtime.predictor import Predictor
from nasport.schemas import InputError
from nasport.schemas.architecture import Architecture
from nasport.toolkit.notations import notation
from tests.commands import nasport, nasport_text
from tests.test_cli import CELL, EXAMPLE, records

SENTENCE = "recurrent networks are not ranked here; nasport gennas ranks them"
RECURRENT = notation("nasbench_nlp").example


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shipped bundle that refuses recurrent networks."""
    folder = tmp_path_factory.mktemp("refusing") / "bundle"
    shutil.copytree(shipped_folder() / "universal", folder)
    return says(folder, {"recurrent": SENTENCE})


def says(folder: Path, refuses: object) -> Path:
    file = folder / "bundle.json"
    manifest = json.loads(file.read_text("utf-8")) | {"refuses": refuses}
    file.write_text(json.dumps(manifest), "utf-8")
    return folder


@pytest.fixture(scope="module")
def recurrent() -> Architecture:
    return notation("nasbench_nlp").parse(RECURRENT)


@pytest.fixture
def mixed(tmp_path: Path, recurrent: Architecture) -> Path:
    """Two image networks, and a recurrent network on the second line."""
    image = json.dumps(json.loads(EXAMPLE.read_text("utf-8")))
    file = tmp_path / "mixed.jsonl"
    file.write_text("\n".join([image, json.dumps(recurrent.to_json()), image, ""]), "utf-8")
    return file


def test_the_predictor_refuses_stated_families_and_scores_others(
    bundle: Path, recurrent: Architecture
) -> None:
    predictor, image = Predictor.load(bundle), notation("nasbench201").parse(CELL)
    assert predictor.score([image])[0].score == Predictor.load("universal").score([image])[0].score
    with pytest.raises(InputError) as caught:
        predictor.score([image, recurrent])
    assert (caught.value.problem, caught.value.path) == (SENTENCE, (1,))
    for asked in (predictor.score_encoded, predictor.opinions):
        with pytest.raises(InputError, match=SENTENCE):
            asked(encode([image, recurrent]))


def test_nasport_score_refuses_stated_families(bundle: Path, mixed: Path) -> None:
    with pytest.raises(InputError, match=f"mixed.jsonl: line 2: {SENTENCE}"):
        front_door.score(mixed, bundle=bundle)


@pytest.mark.parametrize("more", [(), ("--stream", "--jobs", "1")])
def test_score_reports_refused_architectures_and_scores_the_others(
    bundle: Path, mixed: Path, more: tuple[str, ...]
) -> None:
    result = nasport("score", mixed, "--bundle", bundle, "--json", *more)
    assert result.returncode == 2
    assert [record["line"] for record in records(result)] == [1, 3]
    assert result.stderr.decode() == f"nasport: {mixed}: line 2: {SENTENCE}\n"


def test_texts_of_a_notation_are_refused(bundle: Path, tmp_path: Path) -> None:
    file = tmp_path / "recipes.txt"
    file.write_text(f"{RECURRENT}\n{RECURRENT}\n", "utf-8")
    result = nasport_text("score", file, "--from", "nasbench_nlp", "--bundle", bundle)
    assert (result.returncode, result.stdout) == (2, "")
    assert [line.split(": ", 1)[1] for line in result.stderr.splitlines()] == [
        f"{file}: line {line}: {SENTENCE}" for line in (1, 2)
    ]


@pytest.mark.parametrize("source", ["--space", "--candidates"])
@pytest.mark.parametrize("evaluator", ["predictor", "both"])
def test_a_search_of_refused_architectures_does_not_start(
    bundle: Path, mixed: Path, source: str, evaluator: str, tmp_path: Path
) -> None:
    if evaluator == "both":
        pytest.importorskip("torch", reason="needs the extra 'gennas'")
    searched = ("--space", "nasbench_nlp") if source == "--space" else ("--candidates", mixed)
    out = tmp_path / "run"
    result = nasport_text("search", *searched, "--bundle", bundle, "--evaluator", evaluator, "--out", out)
    assert result.returncode == 2
    assert f"{SENTENCE}; expected --evaluator gennas" in result.stderr
    assert not out.exists()


def test_a_bundle_without_refusals_scores_every_family(tmp_path: Path, recurrent: Architecture) -> None:
    folder = Path(shutil.copytree(shipped_folder() / "universal", tmp_path / "bundle"))
    assert Predictor.load(says(folder, {})).score([recurrent])[0].rank == 1


@pytest.mark.parametrize("wrong", [{"recurrent": ""}, {"recurrent": True}, {"images": "no"}, "recurrent"])
def test_refusals_must_name_known_families_and_have_a_sentence(tmp_path: Path, wrong: object) -> None:
    folder = Path(shutil.copytree(shipped_folder() / "universal", tmp_path / "bundle"))
    with pytest.raises(InputError, match="refuses"):
        Predictor.load(says(folder, wrong))
