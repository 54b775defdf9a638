"""A notation: how one benchmark writes an architecture down in a line of text.

A notation reads a text into an `Architecture` and writes an architecture back. Writing reads the structure of the
document, its operators and edges, never the kept source text: a document whose nodes were renamed or reordered still
converts back. Texts are parsed, never evaluated.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar, NamedTuple

from nasport.runtime.encoding import EncodedBatch, encode
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean

MAX_LENGTH = 20_000


def trimmed(text: str, limit: int = MAX_LENGTH) -> str:
    """A text without the space around it, of a length that a document can keep as its source.

    Raises:
        InputError: it is too long.
    """
    text = text.strip()
    if len(text) > limit:
        raise InputError(f"{len(text):,} characters, expected at most {limit:,}")
    return text


def one_of(found: object, known: Collection[str]) -> str:
    """What a message says behind a wrong name: the nearest one, and what was expected."""
    return f"{did_you_mean(found, known)}expected one of {', '.join(known)}"


@contextmanager
def errors_within(*path: str | int) -> Iterator[None]:
    """Where an `InputError` is raised inside, its path begins at this place of the text."""
    try:
        yield
    except InputError as error:
        raise error.within(*path) from None


class Found(NamedTuple):
    """A text of a notation, found among other text.

    Attributes:
        text: as `Notation.parse` takes it.
        line: on which it begins, from 1.
        name: what it is called there: the text itself where that is all there is; empty where nothing tells.
    """

    text: str
    line: int
    name: str


class Notation(ABC):
    """One way to write architectures of one search space.

    Attributes:
        name: the word after `--from` and `--to`.
        description: what a text looks like, in one line.
        example: a valid text.
    """

    name: ClassVar[str]
    description: ClassVar[str]
    example: ClassVar[str]

    @abstractmethod
    def parse(self, text: str) -> Architecture:
        """The architecture that a text names; its `space` and `source` are set, its `name` is the text or short for it.

        Raises:
            InputError: not in this notation; says what was expected.
        """

    @abstractmethod
    def write(self, architecture: Architecture) -> str:
        """The text that names an architecture, the inverse of `parse`.

        Raises:
            InputError: this notation cannot say it; says why.
        """

    def found_in(self, lines: Iterable[str]) -> Iterator[Found] | None:
        """The texts in the lines of a file, where they may span lines and stand among other text.

        None: every line that is not blank is a text.
        """
        del lines
        return None

    def encode_many(self, texts: Sequence[str]) -> EncodedBatch | None:
        """Many texts straight to arrays, where there is a fast way; otherwise None.

        After canonicalisation equal to `encode([self.parse(text) for text in texts])`.

        Raises:
            InputError: what `parse` says of the first text that is wrong.
        """
        del texts
        return None

    def encoded(self, texts: Sequence[str]) -> EncodedBatch:
        """Many texts as arrays, the fast way where there is one.

        Raises:
            InputError: what `parse` says of the first text that is wrong.
        """
        batch = self.encode_many(texts)
        return encode([self.parse(text) for text in texts]) if batch is None else batch
