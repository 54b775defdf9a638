"""Text to JSON values, strictly: UTF-8, no NaN, no infinity, no duplicate keys, bounded size.

Python's `json` accepts more than JSON and says little about where a mistake is. This file closes the gaps and, only
when something is wrong, finds the line of a path inside the document.
"""

from __future__ import annotations

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

T = TypeVar("T")


def read_bytes(file: Path, limit: int = MAX_DOCUMENT_BYTES) -> bytes:
    """The bytes of a file of at most `limit` bytes.

    Raises:
        InputError: the file cannot be read or is too large (it is then not read at all).
    """
    try:
        size = file.stat().st_size
        if size > limit:
            with file.open("rb") as stream:
                _refuse_foreign(stream.read(HEAD), str(file))
            problem = f"the file has {size:,} bytes, expected at most {limit:,} for one document"
            raise InputError(problem, file=str(file))
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", file=str(file)) from error


def parse_json(data: bytes | str, *, file: str | None = None, line: int = 1) -> Any:
    """One JSON value from UTF-8 text.

    Args:
        data: the text of exactly one JSON value.
        file: name for the error messages.
        line: the line of the file on which the text begins (for JSON Lines).

    Raises:
        InputError: empty, too large, not UTF-8, not JSON, NaN or infinity, a key twice, nested too deeply; another kind
            of file, told by its first bytes.
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
    """What `build` makes of the JSON value of a text; its errors get the file, and the line of their path.

    Args:
        data: as of `parse_json`, which also says `file` and `line`.
        build: raises InputError for a wrong value, with the path inside the document.

    Raises:
        InputError: as `parse_json`, or as `build`.
    """
    value = parse_json(data, file=file, line=line)
    try:
        return build(value)
    except InputError as error:
        text = decode_utf8(data) if isinstance(data, bytes) else data
        raise error.at(file=file, line=line_of(text, error.path, line)) from None


def _refuse_foreign(head: bytes, file: str | None) -> None:
    """Raise InputError where the first bytes of a file say that it is no document at all."""
    problem = refusal(head)
    if problem is not None:
        raise InputError(problem, file=file)


def _parsed(data: bytes | str, file: str | None, line: int) -> Any:
    if len(data) > MAX_DOCUMENT_BYTES:
        problem = f"the document has over {MAX_DOCUMENT_BYTES:,} bytes, which is the limit"
        raise InputError(problem, file=file, line=line)
    text = decode_utf8(data, file=file, line=line) if isinstance(data, bytes) else data
    if not text.strip():
        raise InputError("empty, expected a JSON document", file=file, line=line)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        from nasport.schemas.json_hints import json_hint  # what valid JSON has no need to load

        hint = json_hint(text, error.pos)
        problem = f"not valid JSON: {error.msg} (column {error.colno}){f'; {hint}' if hint else ''}"
        raise InputError(problem, file=file, line=line + error.lineno - 1) from error
    except RecursionError as error:
        raise InputError("nested too deeply", file=file, line=line) from error
    except _BadValueError as error:
        # The second of two equal keys is the wrong one; of other tokens the decoder stops at the first.
        offset = max(text.rfind(error.token) if error.token.startswith('"') else text.find(error.token), 0)
        raise InputError(str(error), file=file, line=line + text.count("\n", 0, offset)) from error
    except ValueError as error:  # an integer of thousands of digits
        found = max(re.finditer(r"\d+", text), key=lambda digits: len(digits.group()))
        problem = f"a number of {len(found.group()):,} digits, expected fewer"
        raise InputError(problem, file=file, line=line + text.count("\n", 0, found.start())) from error
    _refuse_half_characters(value, text, file, line)
    return value


def json_values(document: Mapping[str, Any]) -> Any:
    """A dictionary as JSON has it: text keys, lists, finite numbers.

    Raises:
        InputError: it holds what JSON has no word for.
    """
    try:
        return json.loads(json.dumps(dict(document), allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"the document is no JSON: {error}") from None


def decode_utf8(data: bytes, *, file: str | None = None, line: int = 1) -> str:
    """Text of UTF-8 bytes, a byte order mark removed.

    Raises:
        InputError: the bytes are not UTF-8; names the line.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"not UTF-8 text: byte 0x{data[error.start]:02x} at offset {error.start}"
        raise InputError(problem, file=file, line=line + data.count(b"\n", 0, error.start)) from error


def line_of(text: str, path: Sequence[str | int], first_line: int = 1) -> int:
    """The line on which the value at `path` begins; of its closest ancestor where there is no such value.

    Args:
        text: a valid JSON document.
        path: keys and indices from the root.
        first_line: the number of the text's first line.
    """
    position = _skip_space(text, 0)
    for key in path:
        if key not in (children := _children(text, position)):
            break
        position = children[key]
    return first_line + text.count("\n", 0, position)


def _refuse_half_characters(value: Any, text: str, file: str | None, line: int) -> None:
    """JSON can write half of a surrogate pair (`\\ud800`), which no encoder and no terminal takes."""
    found = re.search(r"\\u[dD][89a-fA-F]", text)
    if found is None:
        return
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        line += text.count("\n", 0, found.start())
        problem = "half of a surrogate pair is no character, expected both"
        raise InputError(problem, file=file, line=line) from error


class _BadValueError(Exception):
    """Raised inside the JSON decoder's hooks; `token` is the offending text."""

    def __init__(self, message: str, token: str) -> None:
        super().__init__(message)
        self.token = token


def _reject_constant(token: str) -> NoReturn:
    raise _BadValueError(
        f"{token} is not a number in JSON, expected a finite number, or the key left out", token
    )


def _finite_float(token: str) -> float:
    value = float(token)
    if not math.isfinite(value):
        raise _BadValueError(f"the number {token} is infinite, expected a finite number", token)
    return value


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _BadValueError(f"the key {key!r} stands twice in one object", json.dumps(key))
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
    """Key or index to the offset of the value, of the object or array there; empty for any other value."""
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
