"""Snippets of the documentation: find the code blocks of a page and run them in order.

A block after a line such as "`space.json`:" is the content of that file. A `text` block, and any block below the comment
`<!-- output -->`, is the output of the block before it; `...` matches parts that vary between runs. A command with the
comment `# exit status 2` must return that status. `<!-- not run: reason -->` above a block excludes it. A `js` block is a
module of its own that Node runs, with `nasport` and `onnxruntime-web` installed.
"""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

from tests.commands import ROOT, nasport

PACKAGES = ROOT / "packages"
PAGES = [
    ROOT / "README.md",
    PACKAGES / "nasport-js" / "README.md",
    *sorted((ROOT / "docs" / "guides").glob("*.md")),
]
_BLOCK = re.compile(
    r"(?:^[^\n]*`(?P<file>[\w./-]+\.\w+)`:\n\n)?"
    r"(?:^<!-- (?:not run: (?P<reason>[^>]*)|(?P<output>output)) -->\n\n?)?"
    r"^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """A code block.

    Attributes:
        language: word after the opening fence; `text` for the output of the block before it.
        text: content.
        line: number of the first line in the page.
        file: name of the file that the block shows; None for code to run.
        reason: why the block is not run; None if it is.
    """

    language: str
    text: str
    line: int
    file: str | None
    reason: str | None


def blocks(page: Path) -> list[Block]:
    """Return the code blocks of a page."""
    text = page.read_text("utf-8")
    return [
        Block(
            "text" if found["output"] else found["language"],
            found["text"],
            text[: found.start("text")].count("\n") + 1,
            found["file"],
            found["reason"],
        )
        for found in _BLOCK.finditer(text)
    ]


def run_page(page: Path, folder: Path) -> dict[str, Any]:
    """Run the blocks of a page in order, in a folder that is the current one.

    Returns:
        names that the Python blocks defined.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    output: str | None = None
    for block in blocks(page):
        place = f"{page.name}:{block.line}"
        if block.reason is not None:
            output = None
        elif block.file is not None:
            (folder / block.file).parent.mkdir(parents=True, exist_ok=True)
            (folder / block.file).write_text(block.text, "utf-8")
        elif block.language == "python":
            output = _python(block, names, place)
        elif block.language == "sh":
            output = "".join(_command(*line, folder, place) for line in commands(block.text))
        elif block.language == "js":
            output = _javascript(block, folder, place)
        elif block.language == "text" and output is not None:
            same = OutputChecker().check_output(block.text, output, ELLIPSIS | NORMALIZE_WHITESPACE)
            assert same, f"{place}: the page shows\n{block.text}\nbut the output is\n{output}"
    return names


def _python(block: Block, names: dict[str, Any], place: str) -> str:
    output = StringIO()
    code = compile("\n" * (block.line - 1) + block.text, place, "exec")
    with redirect_stdout(output):
        exec(code, names)
    return output.getvalue()


def needs_node(page: Path) -> bool:
    """Return whether a page has a `js` block that runs."""
    return any(block.language == "js" and block.reason is None for block in blocks(page))


def why_no_packages() -> str | None:
    """Return why the JavaScript packages cannot be used; None if Node is installed and they are built."""
    if shutil.which("node") is None:
        return "needs Node.js"
    built = (PACKAGES / "nasport-js" / "dist" / "min" / "node.js").exists()
    return None if built else "needs `make packages`"


def link_packages(folder: Path) -> None:
    """Install `nasport` and `onnxruntime-web` for the Node programs in a folder."""
    (folder / "node_modules").mkdir()
    for name, target in (("nasport", "nasport-js"), ("onnxruntime-web", "node_modules/onnxruntime-web")):
        (folder / "node_modules" / name).symlink_to(PACKAGES / target)


def _javascript(block: Block, folder: Path, place: str) -> str:
    node = ["node", "--input-type=module"]
    done = subprocess.run(node, input=block.text.encode(), cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, f"{place}: node ended with status {done.returncode}: {done.stderr.decode()}"
    return done.stdout.decode()


def commands(text: str) -> list[tuple[list[str], int]]:
    """Split a shell block into commands.

    Returns:
        of each command its words, the operators `|` and `>` among them, and the exit status that it must have.
    """
    found: list[tuple[list[str], int]] = []
    for line in text.replace("\\\n", " ").splitlines():
        status = re.search(r"# exit status (\d)$", line)
        lexer = shlex.shlex(line, posix=True, punctuation_chars=";|>")
        lexer.whitespace_split = True
        words: list[str] = []
        for word in [*lexer, ";"]:
            if word == ";" and words:
                found.append((words, int(status[1]) if status else 0))
                words = []
            elif word != ";":
                words.append(word)
    return found


def _command(words: list[str], status: int, folder: Path, place: str) -> str:
    """Run a command, or a pipe of them; `nasport` and `python FILE` run in this process.

    Returns:
        its standard output; empty if it goes to a file.
    """
    target: Path | None = None
    if ">" in words:
        at = words.index(">")
        words, target = words[:at], folder / words[at + 1]
    data = b""
    while words:
        end = words.index("|") if "|" in words else len(words)
        command, words = words[:end], words[end + 1 :]
        command = [name for word in command for name in _expanded(word, folder)]
        if command[0] == "nasport":
            done = nasport(*command[1:], stdin=data, cwd=folder)
        elif command[0] == "python":
            done = subprocess.CompletedProcess(
                command, 0, _script(folder / command[1], command[2:]).encode(), b""
            )
        else:
            done = subprocess.run(command, input=data, cwd=folder, capture_output=True, check=False)
        ended = f"{place}: {shlex.join(command)} ended with status {done.returncode}: {done.stderr.decode()}"
        assert done.returncode == (0 if words else status), ended
        data = done.stdout
    if target is not None:
        target.write_bytes(data)
        return ""
    return data.decode()


def _script(file: Path, arguments: list[str]) -> str:
    """Run a Python file in this process, which saves the time to import torch; return its output."""
    output = StringIO()
    with redirect_stdout(output), mock.patch.object(sys, "argv", [str(file), *arguments]):
        runpy.run_path(str(file), run_name="__main__")
    return output.getvalue()


def _expanded(word: str, folder: Path) -> list[str]:
    """Expand a `*` as a shell does."""
    found = sorted(folder.glob(word)) if "*" in word and "|" not in word else []
    return [path.relative_to(folder).as_posix() for path in found] or [word]
