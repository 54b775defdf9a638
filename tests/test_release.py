"""Requirements of a release: a version from git, clean distributions, valid cards, and files that name the release."""

from __future__ import annotations

import importlib
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import nasport.version
from nasport.export.front_matter import front_matter, predictor_front_matter
from nasport.runtime import bundle
from nasport.runtime.aliases import bundle_name
from nasport.runtime.bundle import open_bundle, shipped_folder, shipped_names
from nasport.schemas import InputError

ROOT = Path(__file__).parent.parent
HOST = "https://github.com/nasport/nasport"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
NEXT = PROJECT["tool"]["setuptools_scm"]["fallback_version"]
CARDS = sorted(shipped_folder().glob("*/CARD.md"))


# Version ----------------------------------------------------------------------------------------------------------


def test_the_version_equals_that_of_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    built = SimpleNamespace(BUILT="1.2.3.dev4+g0123456.d20991231")
    monkeypatch.setitem(sys.modules, "nasport._version", built)
    assert importlib.reload(nasport.version).VERSION == "1.2.3.dev4+g0123456", (
        "without the date of a changed tree"
    )
    monkeypatch.setitem(sys.modules, "nasport._version", None)
    assert importlib.reload(nasport.version).VERSION == NEXT
    monkeypatch.undo()
    importlib.reload(nasport.version)


@pytest.mark.parametrize(
    ("tag", "commits", "expected"),
    [(None, 2, "0.2.0.dev2+g"), ("v9.8.7", 0, "9.8.7"), ("v9.8.7", 1, "9.8.8.dev1+g")],
)
def test_the_version_comes_from_the_latest_tag(
    tmp_path: Path, tag: str | None, commits: int, expected: str
) -> None:
    scm = pytest.importorskip("setuptools_scm", reason="needs the extra 'dev'")
    if shutil.which("git") is None:
        pytest.skip("needs git")

    def git(*arguments: str) -> None:
        identity = (
            "-c",
            "user.name=nasport",
            "-c",
            "user.email=nasport@example.org",
            "-c",
            "tag.gpgSign=false",
        )
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    (tmp_path / "nasport").mkdir()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "one")
    if tag is not None:
        git("tag", tag)
    for _ in range(commits if tag is not None else commits - 1):
        git("commit", "--quiet", "--allow-empty", "--message", "more")
    settings = PROJECT["tool"]["setuptools_scm"] | {"version_file": None}
    settings.pop("version_file_template")
    assert scm.get_version(root=str(tmp_path), **settings).startswith(expected)


def test_the_project_file_states_no_version() -> None:
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert "version" not in PROJECT["project"]
    assert "dynamic" not in PROJECT["tool"]["setuptools"]
    assert PROJECT["tool"]["setuptools_scm"]["version_file"] in (ROOT / ".gitignore").read_text().split()


# Metadata ---------------------------------------------------------------------------------------------------------


def test_python_versions_agree() -> None:
    project = PROJECT["project"]
    prefix = "Programming Language :: Python :: 3."
    minors = [int(line.removeprefix(prefix)) for line in project["classifiers"] if line.startswith(prefix)]
    assert project["requires-python"] == f">=3.{minors[0]},<3.{minors[-1] + 1}"
    assert minors == list(range(minors[0], minors[-1] + 1))


def test_one_address_everywhere() -> None:
    assert set(PROJECT["project"]["urls"]) == {"Homepage", "Documentation", "Source", "Changelog", "Issues"}
    assert all(url.startswith(HOST) for url in PROJECT["project"]["urls"].values())
    assert HOST in (ROOT / "RELEASE.md").read_text(), "the owner is told to replace it"
    for name in ("CITATION.cff", "CHANGELOG.md"):
        assert set(re.findall(r"https://github\.com/[\w.-]+/[\w.-]+", (ROOT / name).read_text())) == {HOST}


def test_every_extra_of_the_constraints_is_pinned() -> None:
    def plain(requirement: str) -> str:
        return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!~;]", requirement)[0]).lower()

    pinned = {plain(line) for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line}
    lists = [PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"].values()]
    assert {plain(each) for wanted in lists for each in wanted} <= pinned


def test_the_changelog_keeps_its_form() -> None:
    headings = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", CHANGELOG, re.MULTILINE)
    assert headings[0] == ("Unreleased", "")
    assert all(date for _, date in headings[1:]), "a release has a date"
    for name, _ in headings:
        assert f"\n[{name}]: {HOST}" in CHANGELOG
    kinds = set(re.findall(r"^### (.+)$", CHANGELOG, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_links_of_the_changelog_have_targets() -> None:
    for target in re.findall(r"\]\(([^):]+)\)", CHANGELOG):
        assert (ROOT / target).exists(), target


def test_the_citation_names_the_version_and_both_papers() -> None:
    yaml = pytest.importorskip("yaml", reason="needs PyYAML")
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors", "license", "type"} <= set(citation)
    released = re.findall(r"^## \[(\d[\d.]*)\]", CHANGELOG, re.MULTILINE)
    assert str(citation["version"]) in {NEXT.partition(".dev")[0], released[0]}
    assert citation["license"] == PROJECT["project"]["license"]
    papers = {reference["identifiers"][0]["value"]: reference for reference in citation["references"]}
    assert set(papers) == {"arXiv:2404.00271", "arXiv:2108.01899"}
    assert all(len(paper["authors"]) >= 4 and paper["title"] and paper["year"] for paper in papers.values())


def test_the_image_runs_the_wheel_without_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    newest = [line for line in PROJECT["project"]["classifiers"] if line.endswith("3.13")]
    assert "FROM python:3.13-slim" in lines
    assert newest
    assert 'ENTRYPOINT ["nasport"]' in lines
    assert lines.index("USER nasport") < lines.index('ENTRYPOINT ["nasport"]')
    copied = re.search(r"^COPY (.+) /wheel/$", "\n".join(lines), re.MULTILINE)
    assert copied is not None
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert sorted(copied[1].split()) == sorted(kept)


# Bundles for checking ---------------------------------------------------------------------------------------------


@pytest.fixture
def installed_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped bundles as a wheel contains them."""
    for name in ("universal", "tgnas-nb101", "tgnas-nb101-nb201"):
        shutil.copytree(shipped_folder() / name, tmp_path / name)
    monkeypatch.setattr(bundle, "shipped_folder", lambda: tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["universal-without-nds", "universal-without-nasbench-macro"])
def test_a_wheel_names_the_source_of_held_out_bundles(installed_wheel: Path, name: str) -> None:
    assert shipped_names() == ["tgnas-nb101", "tgnas-nb101-nb201", "universal"]
    with pytest.raises(
        InputError, match="only in the source repository, as nasport/models/pretrained/universal-"
    ) as caught:
        open_bundle(name)
    assert bundle_name(name) in str(caught.value)


def test_a_wheel_opens_a_held_out_bundle_by_its_folder(installed_wheel: Path) -> None:
    folder = ROOT / "nasport" / "models" / "pretrained" / "universal-without-nds"
    assert open_bundle(folder).name == "universal-without-nds"


def test_a_wheel_names_the_source_of_the_training_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nasport.toolkit.laboratory.world import evaluations

    file = tmp_path / "judgements.npz"
    monkeypatch.setattr(evaluations, "FILE", file)
    with pytest.raises(InputError, match="clone the repository"):
        evaluations.read_evaluations(file)


# Model cards ------------------------------------------------------------------------------------------------------


def test_hubs_read_the_front_matter_of_every_card() -> None:
    hub = pytest.importorskip("huggingface_hub", reason="needs the extra 'train'")
    assert len(CARDS) == len(list(shipped_folder().glob("*/bundle.json")))
    for path in CARDS:
        data = hub.ModelCard.load(path).data
        assert (data.license, data.library_name, data.language) == ("apache-2.0", "nasport", "en")
        assert {"neural-architecture-search", "performance-prediction", "onnx"} <= set(data.tags)
        manifest = json.loads((path.parent / "bundle.json").read_text())
        if manifest["kind"] == "encoder":
            assert data.pipeline_tag == "feature-extraction"
            assert data.base_model == manifest["source"]["model"]
            continue
        assert data.pipeline_tag == "graph-ml"
        recorded = [row[key]["mean"] for row in manifest["results"] for key in ("spearman", "kendall")]
        found = sorted(result.metric_value for result in data.eval_results or [])
        assert found == sorted(recorded), "figures of the card are those that were recorded"


def test_shipped_cards_equal_the_output_of_the_recipes() -> None:
    pytest.importorskip("torch", reason="needs the extra 'train'")
    from nasport.export.card import card_text
    from nasport.models.tgnas import TgnasConfig
    from nasport.toolkit.laboratory.recipes import tgnas_bundles, universal_bundles

    notes = {name: recipe.notes(TgnasConfig()) for name, recipe in tgnas_bundles.BUNDLES.items()}
    notes |= {name: recipe.notes() for name, recipe in universal_bundles.BUNDLES.items()}
    assert set(notes) == set(shipped_names())
    for name, text in notes.items():
        shipped = open_bundle(name)
        assert shipped.read("CARD.md").decode() == card_text(shipped.manifest, text), name


def test_front_matter_is_valid_yaml_for_any_text() -> None:
    yaml = pytest.importorskip("yaml", reason="needs PyYAML")
    fields = {
        "plain": "apache-2.0",
        "quoted": 'a: "b" # c\nd',
        "other": ["no", "1.0", "ünïcode", "- x"],
        "nested": [{"a": {"b": 0.5, "c": [1, "two: 2"]}, "d": "e"}, {"a": None}],
    }
    text = front_matter(fields)
    assert text.startswith("---\n")
    assert text.endswith("\n---")
    assert yaml.safe_load(text.strip("-")) == fields


def test_a_bundle_without_license_or_results_names_none() -> None:
    text = predictor_front_matter({"name": "mine"})
    assert "license" not in text
    assert "model-index" not in text
