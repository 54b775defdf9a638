"""Hooks of the site's build: pages that show a file outside docs/, the command line reference, and links.

mkdocs.yml lists this file under `hooks`. A page `<!-- include: README.md -->` shows that file of the repository. A link
to another file outside docs/ becomes a link to the source code at `repo_url`. A link to a missing file is a warning, which
ends the strict build.
"""

from __future__ import annotations

import logging
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
COMMANDS = "<!-- commands -->"
_INCLUDE = re.compile(r"<!-- include: (\S+) -->")
_LINK = re.compile(r"\]\((?!\w+:|#)([^)\s#]+)(#[^)\s]*)?\)")
_log = logging.getLogger("mkdocs.hooks")


def on_page_markdown(markdown: str, *, page: Any, config: Any, **_: Any) -> str:
    """Return the text of a page with its included and generated parts, and with rewritten links."""
    source = DOCS / page.file.src_uri
    if include := _INCLUDE.search(markdown):
        written = ROOT / include[1]
        return rewritten(written.read_text("utf-8"), written, source, config.repo_url)
    if COMMANDS in markdown:
        markdown = markdown.replace(COMMANDS, command_pages())
    return rewritten(markdown, source, source, config.repo_url)


def rewritten(markdown: str, written_in: Path, shown_in: Path, repository: str) -> str:
    """Rewrite the links of a page.

    Args:
        markdown: text of the page.
        written_in: file to which its links are relative.
        shown_in: file under docs/ that shows the text.
        repository: address of the source code.

    Returns:
        the text; links inside docs/ are relative to `shown_in`, all others lead to the source code.
    """

    def link(match: re.Match[str]) -> str:
        path, anchor = (written_in.parent / match[1]).resolve(), match[2] or ""
        if not path.exists():
            _log.warning("%s: no file %s", written_in.relative_to(ROOT), match[1])
            return match[0]
        path = included().get(path, path)
        if path.is_relative_to(DOCS):
            return f"]({Path(os.path.relpath(path, shown_in.parent)).as_posix()}{anchor})"
        kind = "tree" if path.is_dir() else "blob"
        return f"]({repository}/{kind}/main/{path.relative_to(ROOT).as_posix()}{anchor})"

    return _LINK.sub(link, markdown)


@cache
def included() -> dict[Path, Path]:
    """Return the files outside docs/ that a page shows, each with its page."""
    pages = {page: _INCLUDE.search(page.read_text("utf-8")) for page in DOCS.glob("*.md")}
    return {ROOT / found[1]: page for page, found in pages.items() if found}


def command_pages() -> str:
    """Return the reference of all commands, a section each, from their Typer definitions."""
    import typer
    from typer.cli import get_docs_for_click

    from nasport.toolkit.main import app

    group = typer.main.get_command(app)
    context = typer.Context(group, info_name="nasport")
    text = get_docs_for_click(obj=group, ctx=context, name="nasport")
    commands = text[text.index("## `nasport ") :]
    return re.sub(r"^\$ ", "", commands, flags=re.MULTILINE)
