"""Base class of notations: the texts in which benchmarks write architectures.

A notation parses a text into an `Architecture` and writes an architecture as a text. Writing uses the operators and edges of the
document and not its stored source text, so that a document with renamed or reordered nodes can still be written. Texts are
parsed and never executed.
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
    """Strip a text and check that a document can store it as its source.

    Raises:
        InputError: the text is too long.
    """
    text = text.strip()
    if len(text) > limit:
        raise InputError(f"{len(text):,} characters, expected at most {limit:,}")
    return text


def one_of(found: object, known: Collection[str]) -> str:
    """Return the part of a message after an unknown name: the most similar name and the expected names."""
    return f"{did_you_mean(found, known)}expected one of {', '.join(known)}"


@contextmanager
def errors_within(*path: str | int) -> Iterator[None]:
    """Prefix the path of an `InputError` that is raised inside with a path in the text."""
    try:
        yield
    except InputError as error:
        raise error.within(*path) from None


class Found(NamedTuple):
    """A text of a notation that was found inside other text.

    Attributes:
        text: text for `Notation.parse`.
        line: line on which it begins, from 1.
        name: name that the surrounding text gives it, or the text itself if nothing surrounds it; empty if it has no name.
    """

    text: str
    line: int
    name: str


class Notation(ABC):
    """A text format for the architectures of one search space.

    Attributes:
        name: name of the notation for `--from` and `--to`.
        description: form of a text, in one line.
        example: a valid text.
    """

    name: ClassVar[str]
    description: ClassVar[str]
    example: ClassVar[str]

    @abstractmethod
    def parse(self, text: str) -> Architecture:
        """Parse a text.

        Returns:
            Architecture with `space` and `source`; its `name` is the text or a short form of it.

        Raises:
            InputError: the text is not in this notation; the message says what was expected.
        """

    @abstractmethod
    def write(self, architecture: Architecture) -> str:
        """Write an architecture as a text; the inverse of `parse`.

        Raises:
            InputError: the notation cannot express the architecture; the message says why.
        """

    def found_in(self, lines: Iterable[str]) -> Iterator[Found] | None:
        """Find the texts in the lines of a file if they can span lines or be surrounded by other text.

        Returns:
            The texts; None if every line that is not blank is a text.
        """
        del lines
        return None

    def encode_many(self, texts: Sequence[str]) -> EncodedBatch | None:
        """Encode texts directly as arrays, if the notation has a fast method.

        Returns:
            Arrays that after canonicalization equal `encode([self.parse(text) for text in texts])`; None without a fast method.

        Raises:
            InputError: the error of `parse` for the first invalid text.
        """
        del texts
        return None

    def encoded(self, texts: Sequence[str]) -> EncodedBatch:
        """Encode texts as arrays, by the fast method if there is one.

        Raises:
            InputError: the error of `parse` for the first invalid text.
        """
        batch = self.encode_many(texts)
        return encode([self.parse(text) for text in texts]) if batch is None else batch
