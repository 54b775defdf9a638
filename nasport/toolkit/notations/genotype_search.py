"""Genotypes in any text: a genotypes.py, a training log, a YAML file, a table, or one a line.

A genotype is a call `Genotype(...)` whose first argument is a list that is written out; it ends where its brackets are
closed, over however many lines. Other text is passed over, and so are lines that are commented out and calls with
variables in them, which are program. Calls by another name count where they have a `normal=[...]`, so that a slip of
the pen is told and not passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from nasport.toolkit.notations.base import MAX_LENGTH, Found

_LOGGED = "genotype"  # what a log calls all that it prints, which is no name

_CALL = re.compile(r"(?<!\w)(?:Genotype\s*\(|[A-Za-z_]\w{0,40}\s*\(\s*normal\s*=\s*[\[(])")
_WRITTEN_OUT = re.compile(r"\w+\s*\((?:\s|#.*\n)*(?:normal\s*=\s*)?[\[(]")
_BEGUN_ANEW = re.compile(rf"\s*(?:[A-Za-z_]\w*\s*=\s*)?{_CALL.pattern}")
_TOKEN = re.compile(r"'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|#[^\n]*|[()\[\]{}]")
_STRING_IN_STRING = re.compile(r"(?:''|\\[\"'])(\w+)(?:''|\\[\"'])")  # of YAML, JSON or Python

_ASSIGNED = re.compile(r"(?<!\w)([A-Za-z_]\w*)\s*=\s*(?:\w+\.)*$")
_CONTINUED = re.compile(r"\s*([A-Za-z_]\w*)\s*=\s*\\\s*")
_KEY = re.compile(r"(\s*)(?:-\s+)?(['\"]?)([\w.+/-]+)\2\s*:(?:\s+['\"]?|$)")
_FIRST_FIELD = re.compile(r"\s*([^;\t,:=()'\"]+?)\s*[;\t,]")
_MOST_BEFORE = 2_000  # characters in which a name is looked for
_LONGEST_LABEL = 200


def genotypes_in(lines: Iterable[str]) -> Iterator[Found]:
    """The genotypes in the lines of a text, as they come.

    A genotype is called what it is assigned to, or the key that it stands under (with those above it: a/b/c), or the
    first field of its line.
    """
    search = _GenotypeScanner()
    for number, line in enumerate(lines, 1):
        yield from search.line(number, _STRING_IN_STRING.sub(r"'\1'", line))
    yield from search.end()


def without_log(text: str) -> str:
    """The text without what stands before a genotype and the name that it is assigned to, the time of a log perhaps."""
    call = _CALL.search(text)
    if call is None:
        return text
    assigned = _ASSIGNED.search(text, 0, call.start())
    named = assigned is not None and assigned[1] != _LOGGED
    return text[assigned.start() if assigned and named else call.start() :]


class _GenotypeScanner:
    """Goes through the lines of one text.

    Attributes:
        text: of a genotype whose brackets are still open; empty between genotypes.
        depth: how many of them are open.
        begun: the line that it begins on.
        before: what stands before it on that line.
        keys: those that the line stands under, each with its indentation.
        continued: the name that the line before assigns to, if a backslash ends that line.
    """

    def __init__(self) -> None:
        self.text, self.depth, self.begun, self.before = "", 0, 0, ""
        self.keys: list[tuple[int, str]] = []
        self.continued = ""

    def line(self, number: int, line: str) -> Iterator[Found]:
        """The genotypes that are closed on this line, the one after the last."""
        if self.text and (_BEGUN_ANEW.match(line) or len(self.text) > MAX_LENGTH):
            yield from self.end()
        if not self.text and line.lstrip().startswith("#"):
            return
        rest = line
        if not self.text:
            if key := _KEY.match(line):
                indent = len(key[1])
                above = [entry for entry in self.keys if entry[0] < indent]
                self.keys = [*above, (indent, key[3])]
            rest = self._opened(number, line)
        while self.text:
            end = self._end(rest)
            self.text += rest[:end]
            if end is None:
                return
            rest = rest[end:]
            yield from self._closed(alone=number == self.begun and not rest.partition("#")[0].strip())
            rest = self._opened(number, rest)
        continued = _CONTINUED.fullmatch(line)
        self.continued = continued[1] if continued else ""

    def end(self) -> Iterator[Found]:
        """The genotype that is never closed, if there is one; reading it says what is wrong."""
        if self.text:
            yield from self._closed(alone=False)

    def _opened(self, number: int, line: str) -> str:
        """The line from the brackets of a genotype on, if one begins on it; nothing else is of interest."""
        call = _CALL.search(line)
        if call is None:
            return ""
        bracket = line.index("(", call.start())
        self.text, self.depth = line[call.start() : bracket], 0
        self.begun, self.before = number, line[: call.start()]
        return line[bracket:]

    def _end(self, line: str) -> int | None:
        """Where on a line the last bracket is closed; None: it is not."""
        for token in _TOKEN.finditer(line):
            if token[0] in ("(", "[", "{"):
                self.depth += 1
            elif token[0] in (")", "]", "}"):
                self.depth -= 1
                if self.depth == 0:
                    return token.end()
        return None

    def _closed(self, alone: bool) -> Iterator[Found]:
        """The genotype whose text is now whole.

        Args:
            alone: whether it ends on the line that it begins on, with nothing behind it.
        """
        text, self.text = self.text, ""
        if not _WRITTEN_OUT.match(text):
            return
        assigned = _ASSIGNED.search(self.before[-_MOST_BEFORE:])
        name = assigned[1] if assigned else "" if self.before.strip() else self.continued
        if name and name != _LOGGED:
            yield Found(f"{name} = {text}", self.begun, name)
            return
        if alone and not self.before.strip():
            yield Found(text, self.begun, text)
            return
        field = _FIRST_FIELD.match(self.before)
        label = field[1] if field else ""
        if _KEY.fullmatch(self.before):
            label = "/".join(key for _, key in self.keys)
        yield Found(text, self.begun, label if len(label) <= _LONGEST_LABEL else "")
