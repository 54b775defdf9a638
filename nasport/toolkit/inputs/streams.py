"""Readers of items in a stream of bytes: documents, or texts of a notation in lines, in a JSON array or inside other text."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from io import BufferedReader, BytesIO
from itertools import chain
from json import JSONDecoder
from pathlib import Path
from typing import BinaryIO

from nasport.schemas.errors import InputError
from nasport.schemas.foreign import HEAD, refusal
from nasport.schemas.reading import MAX_DOCUMENT_BYTES, decode_utf8, parse_json
from nasport.toolkit.inputs.item import Item, read_with
from nasport.toolkit.notations import Notation, notation

Reader = Callable[[BinaryIO, str], "Iterator[Item]"]
BYTES = ("utf-8", "surrogateescape")  # converts any bytes to text and back without loss

_BETWEEN = re.compile(r"[\s,]*")  # separator of the elements of an array
# A line that looks like a complete document.
_WHOLE = re.compile(rb"(?:%b)?\s*\{.*\}\s*" % BOM_UTF8, re.DOTALL)


def recognized(stream: BinaryIO, file: str, read: Reader) -> Iterator[Item]:
    """Yield the items of a stream, or one error if its first bytes belong to a file of another kind."""
    head = stream.peek(HEAD)[:HEAD] if isinstance(stream, BufferedReader) else b""
    problem = refusal(head)
    yield from [Item.wrong(problem, file)] if problem else read(stream, file)


def documents(stream: BinaryIO, file: str) -> Iterator[Item]:
    """Yield the documents of a stream: one over several lines, one per line, or the elements of a JSON array.

    The file name or the first two lines that are not blank determine the form.
    """
    head: list[bytes] = []
    while len([line for line in head if line.strip()]) < 2:
        line = stream.readline(MAX_DOCUMENT_BYTES + 1)
        head.append(line)
        if not line or sum(map(len, head)) > MAX_DOCUMENT_BYTES:
            break
    full = [line for line in head if line.strip()]
    several = len(full) > 1 and not _is_array(full[0]) and any(map(_WHOLE.fullmatch, full))
    if several or file.lower().endswith((".jsonl", ".ndjson")):
        yield from _numbered(chain(head, _line_iterator(stream)), file)
        return
    text = b"".join(head)
    text += stream.read(max(MAX_DOCUMENT_BYTES + 1 - len(text), 0))
    bounded, found = _bounded(text, file, 1), list[Item]()
    if isinstance(bounded, bytes) and not _is_array(text):
        found = genotypes(text, file)
    elif isinstance(bounded, bytes) and _is_json(text):
        found = _elements(text, file)
    yield from found or [Item(bounded, file)]


def texts(stream: BinaryIO, file: str, notation: Notation | None) -> Iterator[Item]:
    """Yield the texts of a notation.

    Some notations are found inside other text, such as a log. The texts of other notations are the elements or the value of
    a JSON file, or else the lines.

    Args:
        stream: contents of the file.
        file: file name for messages; its extension tells whether it is JSON.
        notation: notation of the texts; None if it is not found inside other text.
    """
    among = texts_among(stream, file, notation)
    if among is None:
        whole: list[Item] = []
        if file.lower().endswith(".json"):  # one text over several lines, or an array of texts
            text = stream.read(MAX_DOCUMENT_BYTES + 1)
            if _is_json(text):
                whole = (_elements(text, file) if _is_array(text) else []) or [Item(text.strip(), file)]
            else:
                stream.seek(0)
        yield from whole or _numbered(_line_iterator(stream), file)
    elif (first := next(among, None)) is not None:
        yield from chain([first], among)
    else:
        assert notation is not None
        yield Item.wrong(f"no text in the notation {notation.name!r}, expected e.g. {notation.example}", file)


def texts_among(stream: BinaryIO, file: str, notation: Notation | None) -> Iterator[Item] | None:
    """Return the texts that a notation finds inside other text, or None if it has no such search."""
    lines = (line.decode(*BYTES) for line in _line_iterator(stream))
    found = notation.found_in(lines) if notation else None
    if found is None:
        return None
    stem = Path(file).stem
    return (
        Item(text.encode(*BYTES), file, line, name or (file and f"{stem}:{line}"), notation)
        for text, line, name in found
    )


def genotypes(text: bytes, file: str) -> list[Item]:
    """Return the genotypes in a text that is not JSON. `Genotype(` identifies them without a named notation."""
    if b"Genotype(" not in text or text.removeprefix(BOM_UTF8).lstrip().startswith((b"{", b"[")):
        return []
    return list(texts_among(BytesIO(text), file, notation("darts")) or ())


def _elements(text: bytes, file: str) -> list[Item]:
    """Return the elements of a JSON array; none if a notation can read the whole array."""
    if read_with(text):
        return []
    placed = enumerate(_placed(text))
    items = [Item(each.encode(), file, line, element=number) for number, (each, line) in placed]
    return items or [Item.wrong("an empty array, expected documents or notations", file)]


def _line_iterator(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a stream; a line above the size limit is cut one byte after the limit."""
    while line := stream.readline(MAX_DOCUMENT_BYTES + 1):
        yield line
        while len(line) > MAX_DOCUMENT_BYTES and not line.endswith(b"\n"):
            line = stream.readline(MAX_DOCUMENT_BYTES + 1)


def _numbered(lines: Iterable[bytes], file: str) -> Iterator[Item]:
    """Yield the lines that are not blank with their numbers; an error if all are blank."""
    is_empty = True
    for number, line in enumerate(lines, 1):
        if text := line.strip():
            is_empty = False
            yield Item(_bounded(text, file, number), file, number)
    if is_empty:
        yield Item.wrong("empty, expected one document or notation per line", file)


def _bounded(text: bytes, file: str, line: int) -> bytes | InputError:
    """Return a text, or an error if it exceeds the size limit of a document."""
    if len(text) <= MAX_DOCUMENT_BYTES:
        return text
    problem = f"more than {MAX_DOCUMENT_BYTES:,} bytes, expected a smaller document"
    return InputError(problem, file=file, line=line)


def _is_array(text: bytes) -> bool:
    """Return whether a text begins like a JSON array."""
    return text.removeprefix(BOM_UTF8).lstrip().startswith(b"[")


def _is_json(text: bytes) -> bool:
    """Return whether a text is one JSON value."""
    with suppress(InputError):
        parse_json(text)
        return True
    return False


def _placed(data: bytes) -> Iterator[tuple[str, int]]:
    """Yield the text and the line of each element of a JSON array.

    The text of a string is its value, the text of another element is its JSON.

    Raises:
        InputError: the data are not JSON.
    """
    values, text = parse_json(data), decode_utf8(data)
    decode = JSONDecoder().raw_decode
    end = text.index("[") + 1
    line = 1 + text.count("\n", 0, end)
    for value in values:
        before = _BETWEEN.match(text, end)
        start = before.end() if before else end
        line += text.count("\n", end, start)
        end = decode(text, start)[1]
        yield value if isinstance(value, str) else text[start:end], line
        line += text.count("\n", start, end)
