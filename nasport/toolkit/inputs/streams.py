"""Items in a stream of bytes: one document or several, texts of a notation one a line, in an array or among other text."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from io import BufferedReader, BytesIO
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from nasport.schemas.errors import InputError
from nasport.schemas.foreign import HEAD, refusal
from nasport.schemas.reading import MAX_DOCUMENT_BYTES
from nasport.toolkit.inputs.item import Item, read_with
from nasport.toolkit.inputs.json_arrays import elements, is_array, is_json
from nasport.toolkit.notations import Notation, notation

Reader = Callable[[BinaryIO, str], "Iterator[Item]"]
BYTES = ("utf-8", "surrogateescape")  # between text and bytes, whatever bytes they are


def recognised(stream: BinaryIO, file: str, read: Reader) -> Iterator[Item]:
    """What is in a stream, or one error where its first bytes say that it is something else altogether."""
    head = stream.peek(HEAD)[:HEAD] if isinstance(stream, BufferedReader) else b""
    problem = refusal(head)
    if problem is None:
        yield from read(stream, file)
    else:
        yield Item(InputError(problem, file=file), file)


def documents(stream: BinaryIO, file: str) -> Iterator[Item]:
    """One document over several lines, one document a line, or an array of them: the name or the first lines tell."""
    head: list[bytes] = []
    while len([line for line in head if line.strip()]) < 2:
        line = stream.readline(MAX_DOCUMENT_BYTES + 1)
        head.append(line)
        if not line or sum(map(len, head)) > MAX_DOCUMENT_BYTES:
            break
    full = [line for line in head if line.strip()]
    several = len(full) > 1 and not is_array(full[0]) and any(map(_is_whole, full))
    if several or file.lower().endswith((".jsonl", ".ndjson")):
        yield from _numbered(chain(head, _line_iterator(stream)), file)
        return
    text = b"".join(head)
    text += stream.read(max(MAX_DOCUMENT_BYTES + 1 - len(text), 0))
    bounded = _bounded(text, file, 1)
    yield from (isinstance(bounded, bytes) and _several(bounded, file)) or [Item(bounded, file)]


def texts(stream: BinaryIO, file: str, notation: Notation | None) -> Iterator[Item]:
    """Texts of a notation: where they stand among other text, else a file of JSON, else one a line.

    Args:
        notation: None: they do not stand among other text.
    """
    among = texts_among(stream, file, notation)
    if among is None:
        whole = _of_json(stream, file) if file.lower().endswith(".json") else []
        yield from whole or _numbered(_line_iterator(stream), file)
    elif (first := next(among, None)) is not None:
        yield from chain([first], among)
    else:
        assert notation is not None
        problem = f"no text in the notation {notation.name!r} in it, expected e.g. {notation.example}"
        yield Item(InputError(problem, file=file), file)


def texts_among(stream: BinaryIO, file: str, notation: Notation | None) -> Iterator[Item] | None:
    """What a notation finds among other text; None where its texts do not stand so."""
    lines = (line.decode(*BYTES) for line in _line_iterator(stream))
    found = notation.found_in(lines) if notation else None
    if found is None:
        return None
    stem = Path(file).stem
    return (
        Item(
            each.text.encode(*BYTES), file, each.line, each.name or (file and f"{stem}:{each.line}"), notation
        )
        for each in found
    )


def genotypes(text: bytes, file: str) -> list[Item]:
    """The genotypes in a text that is no JSON: with them inside there is no doubt what it is."""
    if b"Genotype(" not in text or text.removeprefix(BOM_UTF8).lstrip().startswith((b"{", b"[")):
        return []
    return list(texts_among(BytesIO(text), file, notation("darts")) or ())


def _several(text: bytes, file: str) -> list[Item]:
    """What a file holds that is no document by itself: genotypes, or the elements of an array; else nothing."""
    if not is_array(text):
        return genotypes(text, file)
    return _elements(text, file) if is_json(text) else []


def _of_json(stream: BinaryIO, file: str) -> list[Item]:
    """One text over several lines, or an array of them; where the file is not JSON nothing, and it is read again."""
    text = stream.read(MAX_DOCUMENT_BYTES + 1)
    if not is_json(text):
        stream.seek(0)
        return []
    items = _elements(text, file) if is_array(text) else []
    return items or [Item(text.strip(), file)]


def _elements(text: bytes, file: str) -> list[Item]:
    """The elements of a JSON array; nothing where a notation reads it whole."""
    if read_with(text):
        return []
    found = [
        Item(each.encode(), file, line, element=number) for number, (each, line) in enumerate(elements(text))
    ]
    return found or [Item(InputError("an empty array, expected documents or notations", file=file), file)]


def _is_whole(line: bytes) -> bool:
    """Whether a document seems to begin and to end on this line."""
    text = line.removeprefix(BOM_UTF8).strip()
    return text.startswith(b"{") and text.endswith(b"}")


def _line_iterator(stream: BinaryIO) -> Iterator[bytes]:
    """Lines; of one that is too long only as much as shows that it is."""
    while line := stream.readline(MAX_DOCUMENT_BYTES + 1):
        yield line
        while len(line) > MAX_DOCUMENT_BYTES and not line.endswith(b"\n"):
            line = stream.readline(MAX_DOCUMENT_BYTES + 1)


def _numbered(lines: Iterable[bytes], file: str) -> Iterator[Item]:
    """Every line that is not blank, with its number; an error where there is none at all."""
    found = False
    for number, line in enumerate(lines, 1):
        if text := line.strip():
            found = True
            yield Item(_bounded(text, file, number), file, number)
    if not found:
        yield Item(InputError("empty, expected one document or notation a line", file=file), file)


def _bounded(text: bytes, file: str, line: int) -> bytes | InputError:
    if len(text) <= MAX_DOCUMENT_BYTES:
        return text
    problem = f"over {MAX_DOCUMENT_BYTES:,} bytes, which is the limit for one document"
    return InputError(problem, file=file, line=line)
