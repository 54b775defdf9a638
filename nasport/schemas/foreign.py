"""Recognize files of other formats by their first bytes, and JSON objects of other formats by their keys.

A user who scores a checkpoint or the configuration of a model learns which file that is, instead of the position where
it stops being JSON. Nothing is unpacked or loaded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

HEAD = 512
"""Number of bytes from the start of a file that are enough to recognize it."""

EXPECTED = (
    "nasport reads architectures as JSON documents (docs/reference/formats.md) or as notations (`nasport formats`), and "
    "models as ONNX or .pt2 files (docs/guides/your-model.md)"
)
_UTF8 = "expected UTF-8; in PowerShell, `Get-Content OLD | Set-Content -Encoding utf8 NEW` converts it"

_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "a PyTorch checkpoint"),  # before version 1.6
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file, such as Keras writes"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF-", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive, unpack it first"),
    (b"BZh", "a bzip2 archive, unpack it first"),
    (b"\xfd7zXZ\x00", "an xz archive, unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive, unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive, unpack it first"),
    (b"GGUF", "a GGUF model"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"PAR1", "a Parquet table"),
    (b"ARROW1", "an Arrow table"),
    (b"\x7fELF", "a program"),
    (b"\x08\x01\x12", "a TensorFlow model"),  # SavedModel: version 1, then a graph
)
# Patterns, compiled when one is needed. An ONNX file begins with its format version (3 and up) and another field.
_ONNX = rb"\x08[\x03-\x40][\x12\x1a\x22\x28\x32\x3a\x42]"
_PICKLE = (
    rb"\x80[\x02-\x05]|\([dl]p\d+\r?\n|c(?:copy_?reg|__builtin__|__main__|collections|numpy|torch)[\w.]*\r?\n"
)
_UTF16 = rb"(?:[\t\r\n -~]\x00){4}|(?:\x00[\t\r\n -~]){4}"
_MARKUP = rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|!|[A-Za-z])"

_KEYS: tuple[tuple[set[str], str], ...] = (
    ({"model_type"}, "a Hugging Face model configuration (config.json)"),
    ({"architectures"}, "a Hugging Face model configuration (config.json)"),
    ({"_class_name"}, "a Hugging Face model configuration (config.json)"),
    ({"architecture", "num_classes"}, "a timm model configuration (config.json)"),
    ({"weight_map"}, "the index of a checkpoint"),
    ({"class_name", "config"}, "a Keras model"),
    ({"nbformat"}, "a Jupyter notebook"),
    ({"name", "dependencies"}, "a package.json of Node.js"),
    ({"name", "scripts"}, "a package.json of Node.js"),
    ({"$schema", "properties"}, "a JSON Schema"),
)


def refusal(head: bytes) -> str | None:
    """Return one sentence that says which file this is; None if it may be a document of nasport.

    Args:
        head: first `HEAD` bytes of the file, or all bytes of a smaller one.
    """
    if b"\x00" not in head[:9] and head.lstrip().startswith((b"{", b"[")):
        return None
    encoding = _wide_text(head)
    if encoding is not None:
        return f"this is {encoding}; {_UTF8}"
    what = foreign_file(head)
    return None if what is None else f"this is {what}; {EXPECTED}"


def foreign_file(head: bytes) -> str | None:
    """Name the format of a file, with an article; None if the file may be text."""
    for beginning, what in _BEGINNINGS:
        if head.startswith(beginning):
            return what
    if head.startswith(b"PK\x03\x04"):
        return _zip(head)
    if re.match(_ONNX, head):
        return "an ONNX model"
    if head[8:9] == b"{" and 2 <= int.from_bytes(head[:8], "little") < 100_000_000:
        return "a safetensors checkpoint"
    if b"\x00" in head[:8] and int.from_bytes(head[8:12], "little") == _masked_crc32c(head[:8]):
        return "a TFRecord file"
    if head[4:8] == b"TFL3":
        return "a TensorFlow Lite model"
    if head[257:262] == b"ustar":
        return "a tar archive, unpack it first"
    if re.match(_PICKLE, head):
        return "a Python pickle, which nasport does not load for safety"
    if re.match(_MARKUP, head):
        return "an HTML page" if b"<html" in head.lower() else "an XML file"
    return "a binary file" if b"\x00" in head[:64] and any(head) else None


def foreign_object(value: Mapping[str, Any]) -> str | None:
    """Name what a JSON object without `format` is; None if its keys are not known."""
    return next((what for keys, what in _KEYS if keys <= value.keys()), None)


def _wide_text(head: bytes) -> str | None:
    """Recognize UTF-32 and UTF-16 by the byte order mark or by zero bytes between ASCII characters; else None."""
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "UTF-32 text"
    marked = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return "UTF-16 text, which `>` writes in PowerShell" if marked or re.match(_UTF16, head) else None


def _zip(head: bytes) -> str:
    """Name what a ZIP archive holds, by the name of its first file, which follows a header of 30 bytes."""
    name = head[30 : 30 + int.from_bytes(head[26:28], "little")]
    if re.match(rb"[^/]+/(data[./]|version|byteorder|\.)", name):
        return "a PyTorch checkpoint"
    if name.endswith(b".npy"):
        return "a NumPy archive"
    if name in (b"metadata.json", b"config.json", b"model.weights.h5"):
        return "a Keras model"
    return "a ZIP archive, unpack it first"


def _masked_crc32c(data: bytes) -> int:
    """Return the checksum that a TFRecord stores for each length: Castagnoli's CRC, rotated and shifted."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
