"""A file of candidates: documents, or a notation, one a line. One wrong candidate ends a search before it begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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


class TextList(Sequence[Architecture]):
    """Candidates as texts of a notation that has a fast way to arrays.

    A text becomes a document when that is asked for: of tens of thousands most are only ever encoded, which takes none.
    """

    def __init__(self, texts: Sequence[str], notation: Notation) -> None:
        self.texts, self.notation = tuple(texts), notation

    def __len__(self) -> int:
        return len(self.texts)

    @overload
    def __getitem__(self, place: int) -> Architecture: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Architecture]: ...
    def __getitem__(self, place: int | slice) -> Architecture | Sequence[Architecture]:
        found = self.texts[place]
        return self.notation.parse(found) if isinstance(found, str) else TextList(found, self.notation)


def read_candidates(file: Path, source_format: str | None, usual: str | None) -> Sequence[Architecture]:
    """All candidates of a file, or of a folder of documents, in its order: a `TextList` where that can be, else documents.

    Args:
        source_format: the notation they are in; None: they are documents, or in the usual notation.
        usual: the notation of the space; None where it has none.

    Raises:
        WrongCandidatesError: some cannot be read.
        InputError: none is there; they are no documents, and in no notation that is known.
    """
    if not file.exists():
        raise InputError("no such file or folder, expected one of candidates", file=str(file))
    if source_format is None and _holds_documents(file):
        return _parsed(list(document_items([str(file)])), None, file)
    name = usual if source_format is None else source_format
    if name is None:
        raise InputError("no documents, expected some, or --from with the notation", file=str(file))
    chosen = notation(name)
    items = list(notation_items([str(file)], chosen))
    try:
        texts = tuple(item.text.decode().strip() for item in items if isinstance(item.text, bytes))
        if len(texts) == len(items) and chosen.encode_many(texts) is not None:
            return TextList(texts, chosen)
    except (InputError, UnicodeDecodeError):  # one at a time, then, to find which ones are wrong
        pass
    return _parsed(items, chosen, file)


def _parsed(items: Sequence[Item], chosen: Notation | None, file: Path) -> tuple[Architecture, ...]:
    found: list[Architecture] = []
    errors: list[InputError] = []
    for item in items:
        try:
            architecture = parse_item(item, chosen)
            name = architecture.name or item.name(chosen is not None)
            found.append(replace(architecture, name=name))
        except InputError as error:
            errors.append(error)
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
