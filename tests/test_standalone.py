"""`nasport export`: the folder is complete and a bundle, and every change to it is found."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("onnxruntime", reason="needs the extra 'cpu'")


from nasport.export import standalone
from nasport.export.bundle_vectors import VECTORS_FILE, vector_documents
from nasport.export.standalone import CHECKSUMS, ENCODER_VECTORS, write_standalone
from nasport.export.standalone_check import verify_standalone
from nasport.export.vocabulary_file import VOCABULARY_FILE
from nasport.runtime.bundle import MANIFEST, open_bundle, shipped_folder
from nasport.runtime.predictor import Predictor
from nasport.schemas import InputError, read_architecture
from tests.commands import ROOT, nasport_text
from tests.test_reference_files import edited

EXAMPLE = ROOT / "examples" / "resnet_like_cell.json"
WORDED = ROOT / "examples" / "unknown_operator_cell.json"


def resealed(folder: Path) -> None:
    """Write correct hashes into the manifest and the checksums of a folder, as somebody who changes a file could."""
    names = sorted(path.name for path in folder.iterdir() if path.name not in (CHECKSUMS, MANIFEST))

    def hashes(manifest: Any) -> None:
        for name in names:
            data = (folder / name).read_bytes()
            manifest["files"][name] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}

    edited(folder / MANIFEST, hashes)
    sums = [
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in [*names, MANIFEST]
    ]
    (folder / CHECKSUMS).write_text("".join(sums))


# The folder -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "whole"
    write_standalone(folder, open_bundle("universal"))
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "small"
    write_standalone(folder, open_bundle("universal"), with_encoder=False)
    return folder


@pytest.fixture
def copied(small: Path, tmp_path: Path) -> Path:
    """A folder of its own for each test, without the encoder."""
    return shutil.copytree(small, tmp_path / "copied")


def test_the_folder_scores_like_the_bundle_and_uses_its_own_encoder(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    architectures = [read_architecture(EXAMPLE), read_architecture(WORDED)]
    expected = Predictor.load(providers=["cpu"]).score(architectures)
    monkeypatch.setattr("nasport.runtime.embeddings.open_bundle", lambda name: pytest.fail(f"opened {name}"))
    assert Predictor.load(whole, providers=["cpu"]).score(architectures) == expected


def test_the_folder_has_what_a_stranger_needs(whole: Path) -> None:
    names = {path.name for path in whole.iterdir()}
    assert {"README.md", "LICENSE", "NOTICE", "SPEC.md", "CARD.md", "architecture.schema.json"} <= names
    assert {"predictor.onnx", VOCABULARY_FILE, VECTORS_FILE} <= names
    assert {"encoder.onnx", "tokenizer.json", "reader.npz", ENCODER_VECTORS, "ENCODER-CARD.md"} <= names
    assert set(open_bundle(whole).manifest["files"]) == names - {MANIFEST, CHECKSUMS}
    assert (whole / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    readme = (whole / "README.md").read_text("utf-8")
    assert all(f"`{name}`" in readme for name in names - {"README.md"})
    assert "{" not in readme


def test_sha256sum_reads_the_checksums(whole: Path) -> None:
    if shutil.which("sha256sum") is None:
        pytest.skip("needs sha256sum")
    found = subprocess.run(
        ["sha256sum", "--strict", "-c", CHECKSUMS], cwd=whole, capture_output=True, text=True, check=True
    )
    listed = {path.name for path in whole.iterdir()} - {CHECKSUMS}
    assert found.stdout.count(": OK\n") == len(listed)


def test_an_export_can_be_exported_again(whole: Path, tmp_path: Path) -> None:
    write_standalone(tmp_path / "again", open_bundle(whole))
    for path in whole.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_bundle_of_an_earlier_release_gets_its_reference_files(tmp_path: Path) -> None:
    old = shutil.copytree(shipped_folder() / "tgnas-nb101", tmp_path / "old")
    edited(
        old / MANIFEST,
        lambda manifest: [manifest["files"].pop(name) for name in (VOCABULARY_FILE, VECTORS_FILE)],
    )
    write_standalone(tmp_path / "new", open_bundle(old), with_encoder=False)
    found = verify_standalone(tmp_path / "new")
    assert found.problems == ()
    assert found.vectors >= 12


def test_an_encoder_is_not_exported_alone(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is an encoder, expected a predictor"):
        write_standalone(tmp_path / "new", open_bundle("minilm"))


@pytest.mark.parametrize("make", ["folder", "file", "link"])
def test_nothing_is_written_over_other_files(make: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    if make == "folder":
        out.mkdir()
        (out / "mine.txt").write_text("mine")
    elif make == "file":
        out.write_text("mine")
    else:
        (tmp_path / "elsewhere").mkdir()
        out.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match=r"out: exists already, expected a new folder"):
        write_standalone(out, open_bundle("universal"), with_encoder=False)
    assert not list(tmp_path.glob(".out*"))
    assert not (tmp_path / "elsewhere").exists() or not any((tmp_path / "elsewhere").iterdir())


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write_standalone(tmp_path / "out", open_bundle("universal"), with_encoder=False)
    assert verify_standalone(tmp_path / "out").problems == ()


def test_a_failed_export_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(standalone.os, "rename", full)
    with pytest.raises(OSError, match="No space left"):
        write_standalone(tmp_path / "out", open_bundle("universal"), with_encoder=False)
    assert list(tmp_path.iterdir()) == []


# Verification ---------------------------------------------------------------------------------------------------------


def test_an_unchanged_folder_is_right(whole: Path, small: Path) -> None:
    for folder in (whole, small):
        found = verify_standalone(folder)
        assert (found.bundle, found.problems, found.unlisted) == ("universal", (), ())
        assert found.vectors == len(vector_documents())
        assert found.files == len(list(folder.iterdir())) - 1


def test_a_change_of_any_file_is_found(whole: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(whole, tmp_path / "copied")
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        if path.name == CHECKSUMS:
            continue
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        (changed,) = verify_standalone(folder).problems
        assert f"{path.name}: the file changed after the export" in str(changed)
        path.unlink()
        (missing,) = verify_standalone(folder).problems
        assert f"{path.name}: the file is missing" in str(missing)
        path.write_bytes(data)
    assert verify_standalone(folder).problems == ()


def test_other_weights_with_right_checksums_are_found_by_the_vectors(copied: Path) -> None:
    shutil.copy(shipped_folder() / "universal-without-darts" / "predictor.onnx", copied / "predictor.onnx")
    resealed(copied)
    found = verify_standalone(copied)
    assert len(found.problems) > 20
    assert "documents[0]: the ONNX graph gives the score" in str(found.problems[0])


def test_a_model_with_a_forbidden_operator_is_not_run(copied: Path) -> None:
    onnx = pytest.importorskip("onnx", reason="needs the extra 'onnx'")
    model = onnx.load(copied / "predictor.onnx")
    model.graph.node.append(onnx.helper.make_node("Loop", [], [], domain="ai.stranger"))
    onnx.save(model, copied / "predictor.onnx")
    resealed(copied)
    (problem,) = verify_standalone(copied).problems
    assert "predictor.onnx" in str(problem)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda vectors: vectors["documents"][0]["outputs"].update(score=7),
            "documents[0]: the ONNX graph gives",
        ),
        (
            lambda vectors: vectors["documents"][2].update(hash="0" * 32),
            "documents[2]: nasport gives the hash",
        ),
        (lambda vectors: vectors["documents"][0].update(parameters=1), "nasport gives the parameters"),
        (lambda vectors: vectors["documents"][1].pop("index"), "documents[1]: the vector is incomplete"),
        (lambda vectors: vectors["documents"][0].update(index=[0] * 100_000), "100,000 nodes"),
        (lambda vectors: vectors["documents"][0].update(index=[0], edges=[[9, 9]]), "documents[0]: "),
        (lambda vectors: vectors["documents"][0].update(edges=3), "documents[0]: the vector is incomplete"),
        (lambda vectors: vectors["documents"][0].update(document={}), "missing key 'format'"),
        (lambda vectors: vectors.update(format="other"), "no vectors, expected the format"),
        (lambda vectors: vectors.pop("documents"), "no vectors, expected the format"),
        (lambda vectors: vectors.update(documents=[1]), "no vectors, expected the format"),
        (lambda vectors: vectors.pop("operators"), "the vector is incomplete"),
    ],
)
def test_wrong_vectors_get_a_sentence(change: Callable[[Any], object], expected: str, copied: Path) -> None:
    edited(copied / VECTORS_FILE, change)
    resealed(copied)
    problems = verify_standalone(copied).problems
    assert expected in str(problems[0])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda manifest: manifest["files"].pop("README.md"), "the manifest does not list README.md"),
        (
            lambda manifest: manifest["files"].update(more={"sha256": "0" * 64}),
            "has no checksum of this file",
        ),
        (
            lambda manifest: manifest["files"]["LICENSE"].update(sha256="0" * 64),
            "another SHA-256 than in SHA256SUMS",
        ),
        (lambda manifest: manifest["files"]["LICENSE"].update(bytes=3), "3 bytes, expected"),
        (lambda manifest: manifest.pop("format"), "missing key 'format'"),
        (
            lambda manifest: manifest["files"].pop("predictor.onnx"),
            "the manifest does not list predictor.onnx",
        ),
    ],
)
def test_a_manifest_that_differs_is_found(
    change: Callable[[Any], object], expected: str, copied: Path
) -> None:
    edited(copied / MANIFEST, change)
    found = hashlib.sha256((copied / MANIFEST).read_bytes()).hexdigest()
    lines = (copied / CHECKSUMS).read_text().splitlines()
    lines = [f"{found}  {MANIFEST}" if line.endswith(f" {MANIFEST}") else line for line in lines]
    (copied / CHECKSUMS).write_text("\n".join(lines) + "\n")
    assert expected in str(verify_standalone(copied).problems[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "no checksum of bundle.json"),
        ("hello\n", "line 1: 'hello', expected a SHA-256"),
        (f"{'0' * 64}  ../evil\n", "line 1: "),
        (f"{'0' * 64}  a/b\n", "line 1: "),
        (f"{'0' * 64}  a\n{'0' * 64}  a\n", "line 2: "),
    ],
)
def test_wrong_checksums_get_a_sentence(text: str, expected: str, copied: Path) -> None:
    (copied / CHECKSUMS).write_text(text)
    with pytest.raises(InputError) as error:
        verify_standalone(copied)
    assert expected in str(error.value)


def test_another_encoder_than_that_of_the_predictor_is_found(whole: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(whole, tmp_path / "copied")
    edited(folder / MANIFEST, lambda manifest: manifest["encoder"].update(sha256="0" * 64))
    resealed(folder)
    (problem,) = verify_standalone(folder).problems
    assert "another encoder than the predictor was made with" in str(problem)


def test_a_link_out_of_the_folder_is_not_followed(copied: Path) -> None:
    shutil.move(copied / "LICENSE", copied.parent / "LICENSE")
    (copied / "LICENSE").symlink_to(copied.parent / "LICENSE")
    (problem,) = verify_standalone(copied).problems
    assert "LICENSE: the file is missing, expected it in this folder" in str(problem)


# The command ----------------------------------------------------------------------------------------------------------


def test_the_command_writes_and_verifies(tmp_path: Path) -> None:
    out = tmp_path / "my predictor"
    written = nasport_text("export", "--standalone", out, "--bundle", "tgnas-nb101", "--without-encoder")
    assert written.returncode == 0
    assert written.stdout.startswith("tgnas-nb101: 12 files, 0.")
    assert f"nasport export --verify '{out}'" in written.stderr
    found = nasport_text("export", "--verify", out)
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout == "tgnas-nb101: 11 files are unchanged, 15 vectors give the recorded results\n"
    again = nasport_text("export", "--standalone", out)
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr == f"nasport: {out}: exists already, expected a new folder\n"


def test_the_command_prints_json(copied: Path, tmp_path: Path) -> None:
    written = json.loads(
        nasport_text("export", "--standalone", tmp_path / "out", "--without-encoder", "--json").stdout
    )
    assert written["bundle"] == "universal"
    assert written["bytes"] == sum(path.stat().st_size for path in (tmp_path / "out").iterdir())
    assert set(written["files"]) == {path.name for path in (tmp_path / "out").iterdir()}
    right = json.loads(nasport_text("export", "--verify", copied, "--json").stdout)
    assert right == {
        "folder": str(copied),
        "bundle": "universal",
        "valid": True,
        "files": 11,
        "vectors": 24,
        "problems": [],
        "unlisted": [],
    }


def test_the_command_reports_changes(copied: Path) -> None:
    (copied / "CARD.md").write_text("better than everything")
    (copied / "notes.txt").write_text("mine")
    found = nasport_text("export", "--verify", copied, "--json")
    assert found.returncode == 2
    record = json.loads(found.stdout)
    assert (record["valid"], record["bundle"], record["vectors"]) == (False, None, 0)
    assert record["unlisted"] == ["notes.txt"]
    assert found.stderr.count("CARD.md: the file changed after the export") == 1
    assert "not part of the export and not verified: notes.txt" in found.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "no folder, expected --standalone FOLDER to write one or --verify FOLDER to verify one"),
        (["--standalone", "a", "--verify", "b"], "--standalone and --verify together, expected one of them"),
        (["--verify", "b", "--bundle", "universal"], "--bundle has no effect with --verify"),
        (["--verify", "b", "--without-encoder"], "--without-encoder has no effect with --verify"),
        (["--verify", "nowhere"], "nowhere: not a standalone folder, expected SHA256SUMS in it"),
        (["--standalone", ""], "an empty path"),
        (
            ["--standalone", "a", "--bundle", "univresal"],
            "unknown bundle 'univresal', did you mean 'universal'?",
        ),
        (["--standalone", "a", "--bundle", "minilm"], "is an encoder, expected a predictor"),
        (["--standalone", "README.md"], "README.md: exists already, expected a new folder"),
    ],
)
def test_wrong_arguments_get_a_sentence(arguments: list[str], expected: str) -> None:
    found = nasport_text("export", *arguments)
    assert (found.returncode, found.stdout) == (2, "")
    assert expected in " ".join(found.stderr.split())


def test_a_folder_that_cannot_be_written_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = nasport_text("export", "--standalone", tmp_path / "file" / "out", "--without-encoder")
    assert found.returncode == 2
    assert "cannot be written" in found.stderr


def test_export_needs_neither_torch_nor_onnx(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules.update(torch=None, onnx=None)\n"
        "from nasport.toolkit.main import run\n"
        f"sys.argv = ['nasport', 'export', '--standalone', {str(tmp_path / 'out')!r}, '--without-encoder']\n"
        "try: run()\nexcept SystemExit as end: assert end.code == 0\n"
        f"sys.argv = ['nasport', 'export', '--verify', {str(tmp_path / 'out')!r}]\n"
        "run()"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert found.returncode == 0, found.stderr
    assert "vectors give the recorded results" in found.stdout
