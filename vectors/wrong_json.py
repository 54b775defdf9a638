"""Texts that are not JSON, or not the JSON that nasport reads, and the first bytes of other files."""

from __future__ import annotations

_HEAD = '{"format": "nasport-architecture", "version": 1'

TEXTS: tuple[str, ...] = (
    "", " \n\t ", "\ufeff", "{", "[", '"', "nul", "Null", "{}{}", "{} {}", "{}\n{}", "1 2", "-", "+1", ".5", "01", "1.", "1e", "0x10",
    "{]", "[}", "{,}", "[,]", "[1,]", "[1 2]", '{"a" 1}', '{"a": 1 "b": 2}', '{"a": 1,}', '{"a": 1,\n}', '{"a":}', '{"a"}', "{a: 1}",
    "{'a': 1}", '{"a": \'b\'}', '{"a": True}', '{"a": None}', '{"a": False, "b": 1}', '{"a": (1, 2)}', '{"a": +1}', '{"a": .5}',
    '{"a": NaN}', '{"a": nan}', '{"a": Infinity}', '{"a": -Infinity}', '{"a": inf}', '{"a": 1e999}', '{"a": -1e999}',
    '{"a": 1} // comment', '// comment\n{"a": 1}', '{"a": 1, # comment\n"b": 2}', '/* c */ {"a": 1}', "{\u201ca\u201d: 1}",
    '{"a": \u201cb\u201d}', "format: nasport-architecture\nversion: 1", "---\nformat: x", "name: x",
    '{"a": "b', '{"a": "b\nc"}', '{"a": "b\tc"}', '{"a": "\\x"}', '{"a": "\\u12"}', '{"a": "\\u12G4"}', '{"a": "\\"}',
    '{"a": 1, "a": 2}', '{"a": {"b": 1,\n "b": 2}}', '{"é": 1, "\\u00e9": 2}', '{"a\\n": 1, "a\\n": 1}',
    '{"a": "\\ud800"}', '{"a": "\\udc00x"}', '{"\\ud83d": 1}', '{"a": "\\ude00\\ud83d"}', "{\n\n\"a\": [1,\n2,\n]}",
    _HEAD, _HEAD + "}", _HEAD + ', "cells": {}', _HEAD + ', "cells": {}}\n{', _HEAD + ', "cells": {}} x', _HEAD + ', "cells": {},}',
    _HEAD + ', "cells": {}\n}\n' + _HEAD + ', "cells": {}}', _HEAD + ', "version": 1, "cells": {}}', "9" * 4400, f'{{"a":\n {"1" * 5000}}}',
    "conv3x3\nconv1x1\n", "|nor_conv_3x3~0|", "Genotype(normal=[])", "\x00", "{\x00}", '{"a": "\x00"}', "\u00a0{}", "{}\u00a0", "\u2028{}",
    "[" * 200 + "]" * 200, "[" * 201 + "]" * 201, '{"a":' * 200 + "[]" + "}" * 200,
)  # fmt: skip

BYTES: tuple[bytes, ...] = (
    b"\xff", b'{"a": "\xff"}', b'{"a": 1,\n "b": "\xc3("}', b'{"a": "\xed\xa0\x80"}', b"\xc3", b'\xef\xbb\xbf{"a": 1}', b"\xef\xbb\xbf",
    b"\xef\xbb\xbf\xef\xbb\xbf{}", "{}".encode("utf-16"), '{"a": 1}'.encode("utf-16-le"), '{"a": 1}'.encode("utf-16-be"),
    "{}".encode("utf-32"), b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"%PDF-1.7", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf\x27\x1c", b"GGUF\x03", b"SQLite format 3\x00", b"PAR1", b"ARROW1", b"\x7fELF", b"\x08\x01\x12",
    b"\x89HDF\r\n\x1a\n", b"\x93NUMPY\x01", b"\x80\x02}q\x00.", b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", b"(dp0\n", b"c__builtin__\nset\n",
    b'<?xml version="1.0"?>', b"<!DOCTYPE html><html></html>", b"<graphml/>", b"PK\x03\x04" + bytes(26), b"\x08\x08\x12\x07pytorch:\x00",
    (16).to_bytes(8, "little") + b'{"__metadata__":', b"\x1c\x00\x00\x00TFL3", bytes(257) + b"ustar", b"\x00\x01\x02\x03" * 9, bytes(40),
    bytes.fromhex("c800000000000000fdaa9078"),
)  # fmt: skip
