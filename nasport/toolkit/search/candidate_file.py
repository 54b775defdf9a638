"""Read candidates from documents or from lines of a notation. If any candidate is wrong, the search does not begin."""

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
    """Error about candidates that cannot be read.

    Attributes:
        errors: errors of the first `REPORTED` wrong candidates, each with file and line.
    """

    def __init__(self, errors: Sequence[InputError], wrong: int, total: int, file: str) -> None:
        self.errors = tuple(errors)
        super().__init__(f"{wrong:,} of {total:,} candidates are wrong, expected all to be valid", file=file)


class TextList(Sequence[Architecture]):
    """Candidates as texts of a notation that encodes texts directly to arrays.

    A text is parsed to a document only on access, because most of tens of thousands of candidates are only encoded.
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
    """Return all candidates of a file or of a folder of documents, in order: a `TextList` if possible, else documents.

    Args:
        source_format: notation of the candidates; None for documents or the usual notation.
        usual: notation of the search space; None if it has none.

    Raises:
        WrongCandidatesError: some candidates cannot be read.
        InputError: the file is missing, or contains neither documents nor a known notation.
    """
    if not file.exists():
        raise InputError("does not exist, expected a file or folder of candidates", file=str(file))
    if source_format is None and _holds_documents(file):
        return _parsed(list(document_items([str(file)])), None, file)
    name = usual if source_format is None else source_format
    if name is None:
        raise InputError(
            "contains no documents, expected documents, or --from with the notation", file=str(file)
        )
    chosen = notation(name)
    items = list(notation_items([str(file)], chosen))
    try:
        texts = tuple(item.text.decode().strip() for item in items if isinstance(item.text, bytes))
        if len(texts) == len(items) and chosen.encode_many(texts) is not None:
            return TextList(texts, chosen)
    except (InputError, UnicodeDecodeError):  # parsing one text at a time finds the wrong ones
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
    """Return whether a file begins with a document. JSON alone is not enough, since some notations are JSON."""
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
