"""Scanner of protobuf's wire format, which copies an ONNX file without the contents of its big tensors.

The file is scanned in place, so that a file of gigabytes needs a few megabytes of memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from nasport.schemas.errors import InputError
from nasport.toolkit.importing.graph.tensor_graph import MAX_OPERATIONS

MAX_KEPT = 64 << 20  # bytes of the graph without weights
MAX_FIELDS = 500_000  # fields in big messages
MAX_SMALL_FIELDS = 2_000_000  # fields in small messages; each may take hundreds of bytes of memory
MAX_VALUES = 8 << 20  # bytes that state types and shapes of values
MAX_TENSORS = 100_000
MAX_DEPTH = 40  # depth of nested messages; each subgraph adds three
SMALL = 1 << 10  # bytes; messages up to this size are copied unchanged
MAX_NUMBERS = 64 << 10  # bytes of integers to copy from one tensor, as shapes may be computed from them
AGAIN = "export it with torch.onnx.export(model, (example,), 'model.onnx')"

# Fields that contain tensors at some depth, by message.
_BELOW: Mapping[str, Mapping[int, str]] = {
    "model": {7: "graph", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
}
# Fields to leave out: documentation, metadata and training information.
_LEFT_OUT: Mapping[str, frozenset[int]] = {
    "model": frozenset([20]),
    "function": frozenset([8]),
    "node": frozenset([6, 10]),
    "graph": frozenset([14]),
}
# Fields that state types and shapes.
_TYPES: Mapping[str, frozenset[int]] = {
    "graph": frozenset([11, 12, 13]),
    "function": frozenset([12]),
    "attribute": frozenset([14, 15]),
}
_CONTENTS = frozenset([4, 5, 6, 7, 9, 10, 11])
_INTEGERS = frozenset([2, 3, 4, 5, 6, 7, 9, 12, 13])  # data types of integers and booleans


def without_weights(path: Path) -> bytes:
    """Return the ModelProto of a file without the contents of big tensors; names, types and shapes are kept.

    Raises:
        InputError: the file cannot be read, is not a protobuf message, or is too large even without its weights.
    """
    try:
        with open(path, "rb") as stream:
            _check_start(stream.read(4096))
            end = stream.seek(0, 2)
            stream.seek(0)
            return _Scan(stream).message(end, "model", 0)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror or error}), expected an ONNX file") from None


def _check_start(start: bytes) -> None:
    """Refuse files whose first bytes show that they are something else.

    Raises:
        InputError: the file is empty, a pickle, a zip archive, a Git LFS pointer or text.
    """
    if not start:
        raise InputError("an empty file, expected an ONNX file")
    if start[0] == 0x80 and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        raise InputError(f"a pickle, which could run foreign code, expected an ONNX file; {AGAIN}")
    if start.startswith(b"PK"):
        raise InputError(f"a zip archive, as torch.save writes it, expected an ONNX file; {AGAIN}")
    if start.startswith(b"version https://git-lfs"):
        raise InputError("a pointer of Git LFS, expected the ONNX file: fetch it with git lfs pull")
    try:
        text = start.decode("utf-8", "strict" if len(start) < 4096 else "ignore")
    except UnicodeDecodeError:
        return
    if all(char.isprintable() or char in "\r\n\t\ufeff" for char in text):
        kind = "JSON" if text.lstrip().startswith(("{", "[")) else "text"
        raise InputError(f"a {kind} file, expected an ONNX file; {AGAIN}")


def _damaged(position: int, what: str) -> InputError:
    return InputError(f"not an ONNX file, or a damaged one ({what} at byte {position:,}); {AGAIN}")


@dataclass
class _Scan:
    """Scan of one file.

    Attributes:
        stream: file, at the current position.
        kept: number of bytes copied so far.
        nodes: number of nodes so far.
        tensors: number of tensors so far.
        fields: number of fields in big messages so far.
        small_fields: number of fields in small messages so far.
        types: number of bytes so far that state types and shapes.
    """

    stream: BinaryIO
    kept: int = 0
    nodes: int = 0
    tensors: int = 0
    fields: int = 0
    small_fields: int = 0
    types: int = 0

    def message(self, end: int, kind: str, depth: int) -> bytes:
        """Copy a message without the contents of big tensors.

        Args:
            end: position of its end in the file; the message begins at the current position.
            kind: kind of message, a key of _BELOW or `tensor`.
            depth: number of messages around it.
        """
        if depth > MAX_DEPTH:
            raise InputError(f"messages are nested too deep, expected at most {MAX_DEPTH} levels")
        if kind == "tensor":
            return self._tensor(end)
        parts: list[bytes] = []
        while (position := self.stream.tell()) < end:
            field, wire = self._tag(end)
            if wire != 2:
                self.stream.seek(self._end_of_scalar(wire, end))
                parts.append(self._copy(position, self.stream.tell()))
                continue
            start, stop = self._span(end)
            self._count_types(kind, field, stop - start)
            below = _BELOW[kind].get(field)
            self._count(below)
            if field in _LEFT_OUT.get(kind, ()):
                self.stream.seek(stop)
            elif below is None or stop - start <= SMALL:
                parts.append(self._copy(position, stop))
                if below is not None:
                    self._count_small(parts[-1][start - position :], below)
            else:
                inner = self.message(stop, below, depth + 1)
                parts += [_varint(field << 3 | 2), _varint(len(inner)), inner]
        return b"".join(parts)

    def _tensor(self, end: int) -> bytes:
        """Copy a tensor; its contents are copied only if they are small."""
        parts: list[bytes] = []
        contents: list[tuple[int, int]] = []
        data_type = 0
        while (position := self.stream.tell()) < end:
            field, wire = self._tag(end)
            if wire == 2:
                self.stream.seek(self._span(end)[1])
            elif field == 2 and wire == 0:
                data_type = self._number(end)
            else:
                self.stream.seek(self._end_of_scalar(wire, end))
            stop = self.stream.tell()
            if field in _CONTENTS:
                contents.append((position, stop))
            else:
                parts.append(self._copy(position, stop))
        if sum(stop - position for position, stop in contents) <= (
            MAX_NUMBERS if data_type in _INTEGERS else SMALL
        ):
            parts += [self._copy(position, stop) for position, stop in contents]
        self.stream.seek(end)
        return b"".join(parts)

    def _count_small(self, data: bytes, kind: str) -> None:
        """Count the fields, nodes and tensors of a small message; damage is left to protobuf's parser."""
        below, position, end = _BELOW.get(kind, {}), 0, len(data)
        try:
            while position < end:
                self.small_fields += 1
                tag, position = _varint_at(data, position)
                if tag & 7 == 2:
                    length, position = _varint_at(data, position)
                    self._count_types(kind, tag >> 3, length)
                    if tag >> 3 in below:
                        self._count(below[tag >> 3])
                        self._count_small(data[position : position + length], below[tag >> 3])
                    position += length
                else:
                    position = (
                        _varint_at(data, position)[1]
                        if tag & 7 == 0
                        else position + (8 if tag & 7 == 1 else 4)
                    )
        except IndexError:
            return
        if self.small_fields > MAX_SMALL_FIELDS:
            raise InputError(f"too many small fields of protobuf, expected at most {MAX_SMALL_FIELDS:,}")

    def _count_types(self, kind: str, field: int, length: int) -> None:
        self.types += length if field in _TYPES.get(kind, ()) else 0
        if self.types > MAX_VALUES:
            raise InputError(f"too many bytes of types and shapes, expected at most {MAX_VALUES:,}")

    def _count(self, kind: str | None) -> None:
        self.nodes += kind == "node"
        self.tensors += kind == "tensor"
        if self.tensors > MAX_TENSORS:
            raise InputError(f"too many tensors, expected at most {MAX_TENSORS:,}")
        if self.nodes > MAX_OPERATIONS:
            raise InputError(f"too many operations, expected at most {MAX_OPERATIONS:,}")

    def _copy(self, position: int, stop: int) -> bytes:
        self.kept += stop - position
        if self.kept > MAX_KEPT:
            raise InputError(f"too many bytes besides weights, expected at most {MAX_KEPT:,}")
        self.stream.seek(position)
        data = self.stream.read(stop - position)
        if len(data) < stop - position:
            raise _damaged(position, "it ends too early")
        return data

    def _tag(self, end: int) -> tuple[int, int]:
        self.fields += 1
        if self.fields > MAX_FIELDS:
            raise InputError(f"too many fields of protobuf, expected at most {MAX_FIELDS:,}")
        position = self.stream.tell()
        tag = self._number(end)
        if not 8 <= tag < 1 << 32 or tag & 7 not in (0, 1, 2, 5):
            raise _damaged(position, "an invalid field")
        return tag >> 3, tag & 7

    def _span(self, end: int) -> tuple[int, int]:
        """Read the length of a field, and return the positions of its start and its end."""
        length = self._number(end)
        start = self.stream.tell()
        if length > end - start:
            raise _damaged(start, f"a field of {length:,} bytes with only {end - start:,} bytes left")
        return start, start + length

    def _end_of_scalar(self, wire: int, end: int) -> int:
        if wire == 0:
            self._number(end)
        position = self.stream.tell() + {0: 0, 1: 8, 5: 4}[wire]
        if position > end:
            raise _damaged(position, "it ends too early")
        return position

    def _number(self, end: int) -> int:
        """Read a varint."""
        position, value = self.stream.tell(), 0
        for shift in range(0, 70, 7):
            byte = self.stream.read(1)
            if not byte or position + shift // 7 >= end:
                raise _damaged(position, "it ends too early")
            value |= (byte[0] & 127) << shift
            if byte[0] < 128:
                return value
        raise _damaged(position, "a number of more than ten bytes")


def _varint_at(data: bytes, position: int) -> tuple[int, int]:
    """Return the varint at a position, and the position after it."""
    byte = data[position]
    if byte < 128:
        return byte, position + 1
    value, shift = byte & 127, 7
    while byte > 127:
        position += 1
        byte = data[position]
        value |= (byte & 127) << shift
        shift += 7
    return value, position + 1


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
