"""ONNX files without the contents of their big tensors: protobuf's wire format, scanned in place, so that a file of
gigabytes costs a few megabytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from nasport.schemas.errors import InputError
from nasport.toolkit.importing.graph.tensor_graph import MAX_OPERATIONS

MAX_KEPT = 64 << 20  # bytes of the graph without weights
MAX_FIELDS = 500_000  # of big messages
MAX_SMALL_FIELDS = 2_000_000  # of small ones; each may take hundreds of bytes of memory
MAX_VALUES = 8 << 20  # bytes that state types and shapes of values
MAX_TENSORS = 100_000
MAX_DEPTH = 40  # messages within messages; every graph within a graph takes three
SMALL = 1 << 10  # bytes; messages up to this are copied as they are
MAX_NUMBERS = 64 << 10  # bytes of whole numbers in one tensor, which shapes may be computed from
AGAIN = "export it with torch.onnx.export(model, (example,), 'model.onnx')"

# Fields that are messages with tensors somewhere below them, by message.
_BELOW: Mapping[str, Mapping[int, str]] = {
    "model": {7: "graph", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
}
_LEFT_OUT: Mapping[str, frozenset[int]] = {
    "model": frozenset([20]),
    "function": frozenset([8]),
    "node": frozenset([6, 10]),
    "graph": frozenset([14]),
}
# What states types and shapes.
_TYPES: Mapping[str, frozenset[int]] = {
    "graph": frozenset([11, 12, 13]),
    "function": frozenset([12]),
    "attribute": frozenset([14, 15]),
}
_CONTENTS = frozenset([4, 5, 6, 7, 9, 10, 11])
_WHOLE_NUMBERS = frozenset([2, 3, 4, 5, 6, 7, 9, 12, 13])  # data types, booleans among them


def without_weights(path: Path) -> bytes:
    """The file's ModelProto with every tensor's name, type and sides, but without the contents of big ones.

    Raises:
        InputError: it cannot be read, is no protobuf message, or holds too much besides weights.
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
    """Refuse what is plainly something else."""
    if not start:
        raise InputError("is empty, expected an ONNX file")
    if start[0] == 0x80 and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        raise InputError(f"is a pickle, which could run code of others: expected an ONNX file; {AGAIN}")
    if start.startswith(b"PK"):
        raise InputError(f"is a zip archive (torch.save writes such): expected an ONNX file; {AGAIN}")
    if start.startswith(b"version https://git-lfs"):
        raise InputError("is a pointer of Git LFS instead of the file itself: git lfs pull brings it")
    try:
        text = start.decode("utf-8", "strict" if len(start) < 4096 else "ignore")
    except UnicodeDecodeError:
        return
    if all(char.isprintable() or char in "\r\n\t\ufeff" for char in text):
        kind = "JSON" if text.lstrip().startswith(("{", "[")) else "text"
        raise InputError(f"is {kind}: expected an ONNX file; {AGAIN}")


def _no_message(place: int, what: str) -> InputError:
    return InputError(f"is no ONNX file or a damaged one ({what} at byte {place:,}); {AGAIN}")


@dataclass
class _Scan:
    """A walk through a file.

    Attributes:
        stream: the file, at the place reached.
        kept: bytes copied so far.
        nodes, tensors, fields, small_fields: how many have been seen.
        types: bytes that state types.
    """

    stream: BinaryIO
    kept: int = 0
    nodes: int = 0
    tensors: int = 0
    fields: int = 0
    small_fields: int = 0
    types: int = 0

    def message(self, end: int, kind: str, depth: int) -> bytes:
        """A message from here to `end`, shrunk."""
        if depth > MAX_DEPTH:
            raise InputError(f"messages nested more than {MAX_DEPTH} deep, expected at most that")
        if kind == "tensor":
            return self._tensor(end)
        parts: list[bytes] = []
        while (place := self.stream.tell()) < end:
            field, wire = self._tag(end)
            if wire != 2:
                self.stream.seek(self._end_of_scalar(wire, end))
                parts.append(self._copy(place, self.stream.tell()))
                continue
            start, stop = self._span(end)
            self._count_types(kind, field, stop - start)
            below = _BELOW[kind].get(field)
            self._count(below)
            if field in _LEFT_OUT.get(kind, ()):
                self.stream.seek(stop)
            elif below is None or stop - start <= SMALL:
                parts.append(self._copy(place, stop))
                if below is not None:
                    self._look_at(parts[-1][start - place :], below)
            else:
                inner = self.message(stop, below, depth + 1)
                parts += [_varint(field << 3 | 2), _varint(len(inner)), inner]
        return b"".join(parts)

    def _tensor(self, end: int) -> bytes:
        """A tensor, with its contents where they are few."""
        parts: list[bytes] = []
        contents: list[tuple[int, int]] = []
        data_type = 0
        while (place := self.stream.tell()) < end:
            field, wire = self._tag(end)
            if wire == 2:
                self.stream.seek(self._span(end)[1])
            elif field == 2 and wire == 0:
                data_type = self._number(end)
            else:
                self.stream.seek(self._end_of_scalar(wire, end))
            stop = self.stream.tell()
            if field in _CONTENTS:
                contents.append((place, stop))
            else:
                parts.append(self._copy(place, stop))
        if sum(stop - place for place, stop in contents) <= (
            MAX_NUMBERS if data_type in _WHOLE_NUMBERS else SMALL
        ):
            parts += [self._copy(place, stop) for place, stop in contents]
        self.stream.seek(end)
        return b"".join(parts)

    def _look_at(self, data: bytes, kind: str) -> None:
        """Count what is in a small message; whether it is one is protobuf's to say."""
        below, place, end = _BELOW.get(kind, {}), 0, len(data)
        try:
            while place < end:
                self.small_fields += 1
                tag, place = _varint_at(data, place)
                if tag & 7 == 2:
                    length, place = _varint_at(data, place)
                    self._count_types(kind, tag >> 3, length)
                    if tag >> 3 in below:
                        self._count(below[tag >> 3])
                        self._look_at(data[place : place + length], below[tag >> 3])
                    place += length
                else:
                    place = _varint_at(data, place)[1] if tag & 7 == 0 else place + (8 if tag & 7 == 1 else 4)
        except IndexError:
            return
        if self.small_fields > MAX_SMALL_FIELDS:
            raise InputError(
                f"more than {MAX_SMALL_FIELDS:,} small fields of protobuf, expected at most that"
            )

    def _count_types(self, kind: str, field: int, length: int) -> None:
        self.types += length if field in _TYPES.get(kind, ()) else 0
        if self.types > MAX_VALUES:
            raise InputError(f"more than {MAX_VALUES:,} bytes of types of values, expected at most that")

    def _count(self, kind: str | None) -> None:
        self.nodes += kind == "node"
        self.tensors += kind == "tensor"
        if self.tensors > MAX_TENSORS:
            raise InputError(f"more than {MAX_TENSORS:,} tensors, expected at most that")
        if self.nodes > MAX_OPERATIONS:
            raise InputError(f"more than {MAX_OPERATIONS:,} operations, expected at most that")

    def _copy(self, place: int, stop: int) -> bytes:
        self.kept += stop - place
        if self.kept > MAX_KEPT:
            raise InputError(f"more than {MAX_KEPT:,} bytes besides weights, expected at most that")
        self.stream.seek(place)
        found = self.stream.read(stop - place)
        if len(found) < stop - place:
            raise _no_message(place, "it ends too early")
        return found

    def _tag(self, end: int) -> tuple[int, int]:
        self.fields += 1
        if self.fields > MAX_FIELDS:
            raise InputError(f"more than {MAX_FIELDS:,} fields of protobuf, expected at most that")
        place = self.stream.tell()
        tag = self._number(end)
        if not 8 <= tag < 1 << 32 or tag & 7 not in (0, 1, 2, 5):
            raise _no_message(place, "no field of protobuf")
        return tag >> 3, tag & 7

    def _span(self, end: int) -> tuple[int, int]:
        """Where a field with a length begins and ends."""
        length = self._number(end)
        start = self.stream.tell()
        if length > end - start:
            raise _no_message(start, f"a part of {length:,} bytes where {end - start:,} remain")
        return start, start + length

    def _end_of_scalar(self, wire: int, end: int) -> int:
        if wire == 0:
            self._number(end)
        place = self.stream.tell() + {0: 0, 1: 8, 5: 4}[wire]
        if place > end:
            raise _no_message(place, "it ends too early")
        return place

    def _number(self, end: int) -> int:
        """A varint."""
        place, value = self.stream.tell(), 0
        for shift in range(0, 70, 7):
            byte = self.stream.read(1)
            if not byte or place + shift // 7 >= end:
                raise _no_message(place, "it ends too early")
            value |= (byte[0] & 127) << shift
            if byte[0] < 128:
                return value
        raise _no_message(place, "a number of more than ten bytes")


def _varint_at(data: bytes, place: int) -> tuple[int, int]:
    """A varint and where it ends."""
    byte = data[place]
    if byte < 128:
        return byte, place + 1
    value, shift = byte & 127, 7
    while byte > 127:
        place += 1
        byte = data[place]
        value |= (byte & 127) << shift
        shift += 7
    return value, place + 1


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    found.append(value)
    return bytes(found)
