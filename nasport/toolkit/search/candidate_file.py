"""A file of candidates: documents, or a notation, one a line. One wrong candidate ends a search before it begins."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import overload

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.schemas.foreign import refusal
from nasport.toolkit.inputs import Item, document_items, notation_items, parse_item
from nasport.toolkit.notations import Notation, notation

REPORTED = 20
_HEAD = 1 << 16


class WrongCandidatesError(InputError):
    """Candidates that cannot be read.

    Attributes:
        errors: the first `REPORTED` of them, each with file and line.
    """

    def __init__(self, errors: Sequence[InputError], wrong: int, total: int, file: str) -> None:
        self.errors = tuple(errors)
        super().__init__(f"{wrong:,} of {total:,} candidates are wrong, expected none", file=file)


@dataclass(frozen=True)
class Candidates:
    """What a file holds, in its order: texts of a notation that has a fast way to arrays, or else documents.

    Attributes:
        notation: of the texts; None where they are documents.
    """

    notation: Notation | None = None
    texts: tuple[str, ...] = ()
    documents: tuple[Architecture, ...] = ()

    def architectures(self) -> Sequence[Architecture]:
        """All of them; texts become documents one by one, when they are asked for."""
        return self.documents if self.notation is None else _Parsed(self.texts, self.notation)

    def lines(self) -> Iterator[str]:
        """One for each, as they can be read again: a text of the notation, or a document."""
        yield from self.texts
        yield from (json.dumps(document.to_json()) for document in self.documents)


class _Parsed(Sequence[Architecture]):
    """Documents of texts: of tens of thousands most are only ever encoded, which takes no document."""

    def __init__(self, texts: Sequence[str], notation: Notation) -> None:
        self._texts, self._notation = texts, notation

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, place: int) -> Architecture: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Architecture]: ...
    def __getitem__(self, place: int | slice) -> Architecture | Sequence[Architecture]:
        found = self._texts[place]
        return self._notation.parse(found) if isinstance(found, str) else _Parsed(found, self._notation)


def read_candidates(file: Path, source_format: str | None, usual: str | None) -> Candidates:
    """All candidates of a file, or of a folder of documents.

    Args:
        source_format: the notation they are in; None: they are documents, or in the usual notation.
        usual: the notation of the space; None where it has none.

    Raises:
        WrongCandidatesError: some cannot be read.
        InputError: none is there; they are no documents, and in no notation that is known.
    """
    if not file.exists():
        raise InputError("no such file or folder, expected one of candidates", file=str(file))
    name = source_format
    if name is None and not _holds_documents(file):
        name = usual
        if name is None:
            raise InputError("no documents, expected some, or --from with the notation", file=str(file))
    chosen = None if name is None else notation(name)
    items = list(document_items([str(file)]) if chosen is None else notation_items([str(file)], chosen))
    if chosen is not None and (texts := _checked_at_once(items, chosen)) is not None:
        return Candidates(chosen, texts)
    return Candidates(documents=_parsed(items, chosen, file))


def _checked_at_once(items: Sequence[Item], chosen: Notation) -> tuple[str, ...] | None:
    """The texts, where the notation has a fast way to read them all and finds nothing wrong."""
    try:
        texts = tuple(item.text.decode().strip() for item in items if isinstance(item.text, bytes))
        if len(texts) < len(items) or chosen.encode_many(texts) is None:
            return None
    except (InputError, UnicodeDecodeError):  # one at a time, then, to find which ones are wrong
        return None
    return texts


def _parsed(items: Sequence[Item], chosen: Notation | None, file: Path) -> tuple[Architecture, ...]:
    found: list[Architecture] = []
    errors: list[InputError] = []
    for item in items:
        try:
            architecture = parse_item(item, chosen)
        except InputError as error:
            errors.append(error)
            continue
        found.append(
            architecture if architecture.name else replace(architecture, name=item.name(chosen is not None))
        )
    if errors:
        raise WrongCandidatesError(errors[:REPORTED], len(errors), len(items), str(file))
    return tuple(found)


def _holds_documents(file: Path) -> bool:
    """Whether a file begins with a document; a notation may be JSON as well."""
    if file.is_dir():
        return True
    try:
        with file.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", file=str(file)) from error
    problem = refusal(head)
    if problem is not None:
        raise InputError(problem, file=str(file))
    return b'"nasport-architecture"' in head
