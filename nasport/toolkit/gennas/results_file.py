"""A file of results that grows by one line per result and can be resumed after any interruption.

The first line contains the settings of all results, and a run with other settings is refused. An incomplete last line of
a killed process is dropped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

from nasport.schemas.errors import InputError, NasportError
from nasport.schemas.reading import MAX_DOCUMENT_BYTES
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.options import Options
from nasport.toolkit.run_folder import differences
from nasport.toolkit.run_lock import lock

Record = Mapping[str, Any]


class ResultsKind(NamedTuple):
    """Format of the results of a command.

    Attributes:
        command: command that writes the results.
        format: name of the format.
        options: class of the options, by which messages name differing settings.
        values: keys in addition to `name`, `network` and `seconds`, with the types of values that are not null.
        has_result: function that returns whether a record is a result, which is not computed again, or a failure.
    """

    command: str
    format: str
    options: type[Options]
    values: Mapping[str, type]
    has_result: Callable[[Record], bool]

    def is_sound(self, record: Record) -> bool:
        """Return whether a record is valid; raise KeyError or TypeError if a key is missing or it is not a record."""
        kinds = {"network": str, "seconds": float, **self.values}
        if not all(record[key] is None or isinstance(record[key], kind) for key, kind in kinds.items()):
            return False
        missing = [key for key in ("network", *self.values) if record[key] is None and key != "failed"]
        return isinstance(record["name"], str) and not (self.has_result(record) and missing)


def _is_trained(record: Record) -> bool:
    return record["loss"] is not None


GENNAS = ResultsKind(
    "nasport gennas",
    "nasport-gennas-results",
    Choices,
    {"loss": float, "fit": float, "failed": str},
    _is_trained,
)


class ResultsFile:
    """A file of results; use it in a `with` block.

    Attributes:
        known: the first result of each network, by its key.
    """

    def __init__(
        self, path: Path, settings: Mapping[str, Any], kind: ResultsKind = GENNAS, *, resume: bool
    ) -> None:
        """Create or resume a file.

        Args:
            path: the file.
            settings: JSON values that all results share.
            kind: format of the results.
            resume: whether to continue an existing file.

        Raises:
            InputError: the file exists and `resume` is false, it has another format or other settings, it cannot be
                written, or another process is writing it.
        """
        self.known: dict[str, Mapping[str, Any]] = {}
        self._path = path
        self._kind = kind
        self._written: set[bytes] = set()
        header = {"format": kind.format, "version": 1, **settings}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream: BinaryIO = path.open("r+b" if resume and path.exists() else "x+b")
        except FileExistsError:
            raise InputError(
                "exists already, expected a new name, or --resume to continue this file", file=str(path)
            ) from None
        except OSError as error:
            raise InputError(f"cannot be written: {error.strerror or error}", file=str(path)) from error
        try:
            lock(self._stream, path)
            self._read(header)
        except BaseException:
            with suppress(OSError):  # closing repeats a failed write
                self._stream.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        with suppress(OSError) if error else nullcontext():
            self._stream.close()

    def add(self, record: Mapping[str, Any]) -> None:
        """Append a result and flush it, unless the file has the same result, apart from its seconds.

        Args:
            record: JSON values with at least `name`, `network`, `seconds` and the keys of the format.
        """
        if self._remember(record):
            self._write(record)

    def _write(self, value: Mapping[str, Any]) -> None:
        try:
            self._stream.write(_line(value))
            self._stream.flush()
        except OSError as error:
            raise NasportError(f"{self._path}: cannot be written: {error.strerror or error}") from error

    def _remember(self, record: Mapping[str, Any]) -> bool:
        """Remember a result; return whether it is new."""
        network, has_result = record["network"], self._kind.has_result(record)
        if has_result and network is not None:
            self.known.setdefault(network, record)
        identity = json.dumps([record["name"], network, not has_result and record["failed"]])
        digest = hashlib.sha256(identity.encode()).digest()[:16]
        new = digest not in self._written
        self._written.add(digest)
        return new

    def _read(self, header: Mapping[str, Any]) -> None:
        """Read the results of the file and move to the end of its last complete line."""
        expected = _line(header)
        first = self._stream.readline(MAX_DOCUMENT_BYTES)
        # The file is empty, or a process was killed while it wrote the first line.
        if not first.endswith(b"\n") and expected.startswith(first):
            self._stream.seek(0)
            self._stream.truncate()
            self._write(header)
            return
        if first != expected:
            self._refuse(first, header)
        end = self._stream.tell()
        for number, line in enumerate(iter(self._stream.readline, b""), 2):
            if not line.endswith(b"\n"):
                break
            try:
                record = json.loads(line)
                sound = self._kind.is_sound(record)
            except (ValueError, KeyError, TypeError, RecursionError):
                sound = False
            if not sound:
                problem = f"not a result of {self._kind.command}, expected a result per line"
                raise InputError(problem, file=str(self._path), line=number)
            self._remember(record)
            end += len(line)
        self._stream.seek(end)
        self._stream.truncate()

    def _refuse(self, first: bytes, header: Mapping[str, Any]) -> None:
        """Raise InputError with the difference between the file and the settings."""
        try:
            found = json.loads(first)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict) or found.get("format") != self._kind.format:
            problem = f"not a file of results of {self._kind.command}, expected such a file to resume"
            raise InputError(problem, file=str(self._path), line=1)
        differing = "; ".join(differences(found, header, self._kind.options))
        problem = f"has results of other settings, expected the same settings: {differing}"
        raise InputError(problem, file=str(self._path), line=1)


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value).encode() + b"\n"
