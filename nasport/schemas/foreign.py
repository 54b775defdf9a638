"""What a file is that is none of ours: by its first bytes, or of a JSON object by its keys. Nothing is unpacked or loaded.

People score what they have at hand, a checkpoint or a model's configuration, and should read what they gave rather than
where it stops being JSON.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

HEAD = 512
"""Bytes that are enough to tell."""

EXPECTED = (
    "nasport reads architectures as JSON documents (docs/reference/formats.md) or as notations (`nasport formats`), and models as ONNX "
    "or .pt2 files (docs/guides/your-model.md)"
)
_UTF8 = "expected UTF-8, as `Get-Content OLD | Set-Content -Encoding utf8 NEW` saves it in PowerShell"

_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "a PyTorch checkpoint"),  # before version 1.6
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file, as Keras writes"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF-", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive, expected it unpacked"),
    (b"BZh", "a bzip2 archive, expected it unpacked"),
    (b"\xfd7zXZ\x00", "an xz archive, expected it unpacked"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive, expected it unpacked"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive, expected it unpacked"),
    (b"GGUF", "a GGUF model"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"PAR1", "a Parquet table"),
    (b"ARROW1", "an Arrow table"),
    (b"\x7fELF", "a program"),
    (b"\x08\x01\x12", "a TensorFlow model"),  # SavedModel: its version 1, then a graph
)
# Patterns, compiled when one is needed. Of ONNX: the version of the format (3 and up), then any of the next fields.
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
    """What to say of a file, one sentence; None where it may be one of ours.

    Args:
        head: its first `HEAD` bytes, or all of them.
    """
    if b"\x00" not in head[:9] and head.lstrip().startswith((b"{", b"[")):
        return None
    encoding = _wide_text(head)
    if encoding is not None:
        return f"this is {encoding}; {_UTF8}"
    what = foreign_file(head)
    return None if what is None else f"this is {what}; {EXPECTED}"


def foreign_file(head: bytes) -> str | None:
    """What a file is, in words with their article; None where it may be text."""
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
        return "a tar archive, expected it unpacked"
    if re.match(_PICKLE, head):
        return "a Python pickle, which nasport never loads"
    if re.match(_MARKUP, head):
        return "an HTML page" if b"<html" in head.lower() else "an XML file"
    return "a binary file" if b"\x00" in head[:64] and any(head) else None


def foreign_object(value: Mapping[str, Any]) -> str | None:
    """What a JSON object without a `format` is; None where its keys do not tell."""
    return next((what for keys, what in _KEYS if keys <= value.keys()), None)


def _wide_text(head: bytes) -> str | None:
    """UTF-32 or UTF-16, by the byte order mark or by the zeros between the characters of ASCII."""
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "UTF-32 text"
    marked = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return "UTF-16 text, which PowerShell's > writes" if marked or re.match(_UTF16, head) else None


def _zip(head: bytes) -> str:
    """By the name of the first file in it, which stands behind the 30 bytes of its header."""
    name = head[30 : 30 + int.from_bytes(head[26:28], "little")]
    if re.match(rb"[^/]+/(data[./]|version|byteorder|\.)", name):
        return "a PyTorch checkpoint"
    if name.endswith(b".npy"):
        return "a NumPy archive"
    if name in (b"metadata.json", b"config.json", b"model.weights.h5"):
        return "a Keras model"
    return "a ZIP archive, expected it unpacked"


def _masked_crc32c(data: bytes) -> int:
    """The checksum that a TFRecord gives of each length (Castagnoli's CRC, rotated and shifted)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
