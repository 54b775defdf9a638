"""Search for genotypes in text: a genotypes.py, a training log, a YAML file, a table, or lines.

A genotype is a call `Genotype(...)` whose first argument is a literal list. It ends with its last closing bracket and can span
lines. The search skips other text, comments, and calls with variables, which are program code. A call with another name and
`normal=[...]` also counts as a genotype, so that a misspelled name causes an error and is not skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from nasport.toolkit.notations.base import MAX_LENGTH, Found

_LOG_NAME = (
    "genotype"  # logs print `genotype = Genotype(...)`, where `genotype` is not the name of an architecture
)

_CALL = re.compile(r"(?<!\w)(?:Genotype\s*\(|[A-Za-z_]\w{0,40}\s*\(\s*normal\s*=\s*[\[(])")
_WRITTEN_OUT = re.compile(r"\w+\s*\((?:\s|#.*\n)*(?:normal\s*=\s*)?[\[(]")
_NEXT_GENOTYPE = re.compile(rf"\s*(?:[A-Za-z_]\w*\s*=\s*)?{_CALL.pattern}")
_TOKEN = re.compile(r"'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|#[^\n]*|[()\[\]{}]")
# A string inside a string of YAML, JSON or Python.
_STRING_IN_STRING = re.compile(r"(?:''|\\[\"'])(\w+)(?:''|\\[\"'])")

_ASSIGNED = re.compile(r"(?<!\w)([A-Za-z_]\w*)\s*=\s*(?:\w+\.)*$")
_CONTINUED = re.compile(r"\s*([A-Za-z_]\w*)\s*=\s*\\\s*")
_KEY = re.compile(r"(\s*)(?:-\s+)?(['\"]?)([\w.+/-]+)\2\s*:(?:\s+['\"]?|$)")
_FIRST_FIELD = re.compile(r"\s*([^;\t,:=()'\"]+?)\s*[;\t,]")
_MOST_BEFORE = 2_000  # number of characters before a genotype that are searched for its name
_LONGEST_LABEL = 200


def genotypes_in(lines: Iterable[str]) -> Iterator[Found]:
    """Yield the genotypes in the lines of a text.

    The name of a genotype is the variable to which it is assigned, or its key together with the outer keys (a/b/c), or the first
    field of its line.
    """
    search = _GenotypeScanner()
    for number, line in enumerate(lines, 1):
        yield from search.line(number, _STRING_IN_STRING.sub(r"'\1'", line))
    yield from search.end()


def without_log(text: str) -> str:
    """Return a text without the characters before its genotype or before the name of its genotype, such as a log's time."""
    call = _CALL.search(text)
    if call is None:
        return text
    assigned = _ASSIGNED.search(text, 0, call.start())
    named = assigned is not None and assigned[1] != _LOG_NAME
    return text[assigned.start() if assigned and named else call.start() :]


class _GenotypeScanner:
    """Scanner of the lines of one text.

    Attributes:
        text: text of the current genotype, whose brackets are open; empty between genotypes.
        depth: number of open brackets.
        begun: number of the line on which the current genotype begins.
        before: characters before it on that line.
        keys: keys that enclose the current line, each with its indentation.
        continued: name to which the previous line assigns, if that line ends with a backslash.
    """

    def __init__(self) -> None:
        self.text, self.depth, self.begun, self.before = "", 0, 0, ""
        self.keys: list[tuple[int, str]] = []
        self.continued = ""

    def line(self, number: int, line: str) -> Iterator[Found]:
        """Scan the next line, and yield the genotypes that end on it."""
        if self.text and (_NEXT_GENOTYPE.match(line) or len(self.text) > MAX_LENGTH):
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
        """Yield an unfinished genotype, so that its parser reports the error."""
        if self.text:
            yield from self._closed(alone=False)

    def _opened(self, number: int, line: str) -> str:
        """Begin the genotype on a line, if there is one.

        Returns:
            The line from the opening bracket on; empty without a genotype.
        """
        call = _CALL.search(line)
        if call is None:
            return ""
        bracket = line.index("(", call.start())
        self.text, self.depth = line[call.start() : bracket], 0
        self.begun, self.before = number, line[: call.start()]
        return line[bracket:]

    def _end(self, line: str) -> int | None:
        """Count the brackets of a line, and return the index after the one that closes the genotype, or None."""
        for token in _TOKEN.finditer(line):
            if token[0] in ("(", "[", "{"):
                self.depth += 1
            elif token[0] in (")", "]", "}"):
                self.depth -= 1
                if self.depth == 0:
                    return token.end()
        return None

    def _closed(self, alone: bool) -> Iterator[Found]:
        """Yield the current genotype, unless it is a call with variables.

        Args:
            alone: whether it begins and ends on the same line, with nothing after it.
        """
        text, self.text = self.text, ""
        if not _WRITTEN_OUT.match(text):
            return
        assigned = _ASSIGNED.search(self.before[-_MOST_BEFORE:])
        name = assigned[1] if assigned else "" if self.before.strip() else self.continued
        if name and name != _LOG_NAME:
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
