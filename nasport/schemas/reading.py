"""Strict parsing of JSON: UTF-8 only, no NaN, no infinity, no duplicate keys, bounded size.

Python's `json` accepts more than JSON, and its messages rarely locate a mistake. The functions here reject the rest and
find the line of a path inside a document when an error needs it.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from json.decoder import scanstring  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from nasport.schemas.errors import InputError
from nasport.schemas.foreign import HEAD, refusal

MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
# Lists and objects inside each other; more could exceed the stack of a program that reads documents.
MAX_DEPTH = 200

T = TypeVar("T")


def read_bytes(file: Path, limit: int = MAX_DOCUMENT_BYTES) -> bytes:
    """Read the bytes of a file of at most `limit` bytes.

    Raises:
        InputError: the file cannot be read, or it is too large; a file that is too large is not read.
    """
    try:
        size = file.stat().st_size
        if size > limit:
            with file.open("rb") as stream:
                _refuse_foreign(stream.read(HEAD), str(file))
            problem = f"the file has {size:,} bytes, expected at most {limit:,}"
            raise InputError(problem, file=str(file))
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", file=str(file)) from error


def parse_json(data: bytes | str, *, file: str | None = None, line: int = 1) -> Any:
    """Parse one JSON value from UTF-8 text.

    Args:
        data: text of exactly one JSON value.
        file: name of the file for error messages.
        line: line of the file on which the text begins (for JSON Lines).

    Raises:
        InputError: the text is empty, too large, not UTF-8, not JSON, nested too deeply, or a file of another format; or
            it contains NaN, infinity or a duplicate key.
    """
    try:
        return _parsed(data, file, line)
    except InputError:
        if isinstance(data, bytes) and line == 1:
            _refuse_foreign(data[:HEAD], file)
        raise


def parse_document(
    data: bytes | str, build: Callable[[Any], T], *, file: str | None = None, line: int = 1
) -> T:
    """Parse the JSON value of a text and pass it to `build`; add the file and the line to the errors of `build`.

    Args:
        data, file, line: arguments of `parse_json`.
        build: function of the JSON value; raises InputError with the path inside the document.

    Raises:
        InputError: an error of `parse_json` or `build`.
    """
    value = parse_json(data, file=file, line=line)
    try:
        return build(value)
    except InputError as error:
        text = decode_utf8(data) if isinstance(data, bytes) else data
        raise error.at(file=file, line=line_of(text, error.path, line)) from None


def _refuse_foreign(head: bytes, file: str | None) -> None:
    """Raise InputError if the first bytes show that the file has another format."""
    problem = refusal(head)
    if problem is not None:
        raise InputError(problem, file=file)


def _parsed(data: bytes | str, file: str | None, line: int) -> Any:
    if len(data) > MAX_DOCUMENT_BYTES:
        problem = f"the document is too large, expected at most {MAX_DOCUMENT_BYTES:,} bytes"
        raise InputError(problem, file=file, line=line)
    text = decode_utf8(data, file=file, line=line) if isinstance(data, bytes) else data
    if not text.strip():
        raise InputError("the document is empty, expected a JSON document", file=file, line=line)
    try:
        value = _DECODER.decode(text)
        if text.count("[") + text.count("{") > MAX_DEPTH and _is_deep(value):
            raise RecursionError
    except json.JSONDecodeError as error:
        from nasport.schemas.json_hints import json_hint  # loaded only for invalid JSON

        hint = json_hint(text, error.pos)
        problem = f"not valid JSON: {error.msg} (column {error.colno}){f'; {hint}' if hint else ''}"
        raise InputError(problem, file=file, line=line + error.lineno - 1) from error
    except RecursionError as error:
        raise InputError(
            f"the document is nested too deeply, expected at most {MAX_DEPTH} levels", file=file, line=line
        ) from error
    except _BadValueError as error:
        # Report the second of two equal keys. For other tokens, the decoder stops at the first one.
        offset = max(text.rfind(error.token) if error.token.startswith('"') else text.find(error.token), 0)
        raise InputError(str(error), file=file, line=line + text.count("\n", 0, offset)) from error
    except ValueError as error:  # an integer with thousands of digits
        longest = max(re.finditer(r"\d+", text), key=lambda digits: len(digits.group()))
        problem = f"a number has {len(longest.group()):,} digits, expected fewer"
        raise InputError(problem, file=file, line=line + text.count("\n", 0, longest.start())) from error
    _refuse_half_characters(value, text, file, line)
    return value


def _is_deep(value: Any) -> bool:
    """Return whether lists and objects are nested deeper than `MAX_DEPTH`."""
    level = [value]
    for _ in range(MAX_DEPTH):
        children = (
            child for parent in level for child in (parent.values() if isinstance(parent, dict) else parent)
        )
        level = [child for child in children if isinstance(child, dict | list)]
        if not level:
            return False
    return True


def json_values(document: Mapping[str, Any]) -> Any:
    """Convert a dictionary to JSON values: text keys, lists, finite numbers.

    Raises:
        InputError: the dictionary contains a value that JSON cannot represent.
    """
    try:
        return json.loads(json.dumps(dict(document), allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"the document has a value that JSON cannot represent: {error}") from None


def decode_utf8(data: bytes, *, file: str | None = None, line: int = 1) -> str:
    """Decode UTF-8 bytes and remove a byte order mark.

    Raises:
        InputError: the bytes are not UTF-8; the message names the line.
    """
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        place = error.start + len(data) - len(error.object)
        problem = f"byte 0x{data[place]:02x} at offset {place} is not UTF-8, expected UTF-8 text"
        raise InputError(problem, file=file, line=line + data.count(b"\n", 0, place)) from error


def line_of(text: str, path: Sequence[str | int], first_line: int = 1) -> int:
    """Return the line on which the value at `path` begins, or that of its closest ancestor if there is no such value.

    Args:
        text: valid JSON document.
        path: keys and indices from the root.
        first_line: number of the first line of the text.
    """
    position = _skip_space(text, 0)
    for key in path:
        if key not in (children := _children(text, position)):
            break
        position = children[key]
    return first_line + text.count("\n", 0, position)


def _refuse_half_characters(value: Any, text: str, file: str | None, line: int) -> None:
    """Raise InputError for half of a surrogate pair (`\\ud800`), which JSON allows but which cannot be encoded or printed."""
    found = re.search(r"\\u[dD][89a-fA-F]", text)
    if found is None:
        return
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        line += text.count("\n", 0, found.start())
        problem = "half of a surrogate pair is not a character, expected both halves"
        raise InputError(problem, file=file, line=line) from error


class _BadValueError(Exception):
    """Mistake that a hook of the JSON decoder finds; `token` is the wrong text."""

    def __init__(self, message: str, token: str) -> None:
        super().__init__(message)
        self.token = token


def _reject_constant(token: str) -> NoReturn:
    raise _BadValueError(
        f"{token} is not a number in JSON, write a finite number or leave the key out", token
    )


def _finite_float(token: str) -> float:
    value = float(token)
    if not math.isfinite(value):
        raise _BadValueError(
            f"the number {token} is out of range, expected a finite 64-bit floating-point number", token
        )
    return value


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _BadValueError(
                    f"duplicate key {key!r}, expected every key of an object once", json.dumps(key)
                )
            seen.add(key)
    return result


_DECODER = json.JSONDecoder(
    parse_constant=_reject_constant, parse_float=_finite_float, object_pairs_hook=_unique_keys
)


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position


def _children(text: str, position: int) -> dict[str | int, int]:
    """Map the keys or indices of the object or array at `position` to the offsets of their values; empty for other values."""
    entries: dict[str | int, int] = {}
    opening = text[position]
    if opening not in "{[":
        return entries
    position = _skip_space(text, position + 1)
    while text[position] not in "}]":
        key: str | int = len(entries)
        if opening == "{":
            key, position = scanstring(text, position + 1, True)
            position = _skip_space(text, _skip_space(text, position) + 1)
        entries[key] = position
        _, position = _DECODER.raw_decode(text, position)
        position = _skip_space(text, position)
        if text[position] == ",":
            position = _skip_space(text, position + 1)
    return entries
