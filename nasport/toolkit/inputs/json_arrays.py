"""A file that is one JSON array of documents or encodings, taken apart into the texts of its elements."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from json import JSONDecoder

from nasport.schemas.errors import InputError
from nasport.schemas.reading import decode_utf8, parse_json

_BETWEEN = re.compile(r"[\s,]*")


def is_array(text: bytes) -> bool:
    """Whether a text begins as a JSON array does."""
    return text.removeprefix(BOM_UTF8).lstrip().startswith(b"[")


def is_json(text: bytes) -> bool:
    """Whether a text is one JSON value."""
    try:
        parse_json(text)
    except InputError:
        return False
    return True


def elements(data: bytes) -> Iterator[tuple[str, int]]:
    """The text and the line of each element of an array: a string by itself, anything else as it is written there.

    Raises:
        InputError: not JSON.
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
