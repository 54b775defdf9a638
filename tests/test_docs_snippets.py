"""Every `python`, `sh` and `js` block of the READMEs and docs/guides runs and prints the output on the page."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest
import typer

from nasport.toolkit.main import app
from tests.commands import ROOT
from tests.snippets import PAGES, blocks, commands, link_packages, needs_node, run_page, why_no_packages

PACKAGES = ("torch", "onnx", "pymoo", "pandas", "polars", "sklearn", "optuna", "PIL", "matplotlib")
# Reasons for excluded blocks, and the number of blocks with each reason.
NOT_RUN = {
    "a server that does not end": 1,
    "changes nasport itself": 2,
    "installs packages": 12,
    "needs a Ray cluster": 1,
    "needs a browser": 1,
    "needs the example package installed": 2,
    "reads the benchmark tables": 3,
    "runs the tests": 1,
    "takes minutes": 5,
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).with_suffix("").as_posix())
def test_the_snippets_of_a_page_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = [package for package in PACKAGES if find_spec(package) is None]
    if missing:
        pytest.skip(f"the page needs {', '.join(missing)}")
    if needs_node(page):
        reason = why_no_packages()
        if reason is not None:
            pytest.skip(f"the page {reason}")
        link_packages(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NASPORT_DATA", raising=False)
    shutil.copytree(ROOT / "examples", "examples", ignore=shutil.ignore_patterns("node_modules"))
    monkeypatch.syspath_prepend(tmp_path)  # so that modules of a page can be imported
    before = set(sys.modules)
    try:
        run_page(page, tmp_path)
    finally:
        shown = {path.stem for path in tmp_path.iterdir()}
        for name in [name for name in sys.modules if name.split(".")[0] in shown and name not in before]:
            del sys.modules[name]


def test_every_block_that_is_not_run_has_a_known_reason() -> None:
    reasons = [block.reason for page in PAGES for block in blocks(page) if block.reason is not None]
    assert dict(Counter(reasons)) == NOT_RUN


def test_the_options_of_commands_that_are_not_run_are_valid() -> None:
    group = typer.main.get_command(app)
    parsed = 0
    for page in PAGES:
        for block in blocks(page):
            if block.reason is None or block.language != "sh":
                continue
            for words, _ in commands(block.text):
                if words[0].startswith("NASPORT_DATA="):
                    words = words[1:]
                if words[0] == "nasport":
                    name, *arguments = words[1:]
                    command = group.get_command(typer.Context(group), name)
                    assert command is not None, f"{page.name}:{block.line}: {name}"
                    command.make_context(name, arguments)
                    parsed += 1
    assert parsed > 20


def test_every_guide_has_something_to_run() -> None:
    for page in PAGES:
        runs = [
            block
            for block in blocks(page)
            if block.language in ("sh", "python", "js") and block.reason is None
        ]
        assert runs or page.stem in ("index", "install", "playground"), page.name


def test_an_excerpt_of_a_file_equals_the_file() -> None:
    page = ROOT / "docs" / "guides" / "add-an-operator.md"
    (excerpt,) = (block.text for block in blocks(page) if block.language == "python")
    assert excerpt in (ROOT / "nasport" / "runtime" / "operators" / "convnext.py").read_text("utf-8")
