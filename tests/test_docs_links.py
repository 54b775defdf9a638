"""Links of the documentation lead to existing files and headings, and the site shows every page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.commands import ROOT

DOCS = ROOT / "docs"
PAGES = [
    *(
        ROOT / name
        for name in (
            "README.md",
            "CHANGELOG.md",
            "CONTRIBUTING.md",
            "benchmarks/README.md",
            "packages/nasport-js/README.md",
        )
    ),
    *sorted(DOCS.rglob("*.md")),
]
_LINK = re.compile(r"\]\((?!\w+:)([^)\s#]*)(?:#([^)\s]*))?\)")


@cache
def without_code(page: Path) -> str:
    """Return the text of a page without its code blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return the anchors of a page's headings, as the site and GitHub make them."""
    headings = re.findall(r"^#+ (.*)$", without_code(page), re.MULTILINE)
    return frozenset(
        re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", each).strip().lower()) for each in headings
    )


def broken(page: Path) -> Iterator[str]:
    """Yield the links of a page without a target."""
    for link in _LINK.finditer(without_code(page)):
        target = (page.parent / link[1]).resolve() if link[1] else page
        generated = target == DOCS / "reference" / "command-line.md"
        if not target.exists() or (link[2] and not generated and link[2] not in anchors(target)):
            yield link[0][1:]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_links_of_a_page_have_targets(page: Path) -> None:
    assert [*broken(page)] == []


def test_every_page_is_in_the_navigation_of_the_site() -> None:
    listed = re.findall(
        r"^ +-(?: [^:]+:)? (\S+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE
    )
    assert sorted(listed) == sorted(page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md"))
