"""A file of results that grows by a line as each comes, and can be taken up again after whatever ended the run.

The first line says what all results have in common; a result of other settings never gets in among them. A line that
was being written when the process was killed is dropped.
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
    """What the results of a command look like.

    Attributes:
        command: that writes them.
        format: name of the format.
        options: by which differing settings are named.
        values: keys beside `name`, `network` and `seconds`, with the type of what is not null.
        has_result: whether a record is a result, which is not computed again, and no failure.
    """

    command: str
    format: str
    options: type[Options]
    values: Mapping[str, type]
    has_result: Callable[[Record], bool]

    def is_sound(self, record: Record) -> bool:
        """Whether a record has all its keys, with values of their types; raises KeyError or TypeError where not."""
        kinds = {"network": str, "seconds": float, **self.values}
        if not all(record[key] is None or isinstance(record[key], kind) for key, kind in kinds.items()):
            return False
        untold = [key for key in ("network", *self.values) if record[key] is None and key != "failed"]
        return isinstance(record["name"], str) and not (self.has_result(record) and untold)


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
    """Results on disk; to be used in a `with` block.

    Attributes:
        known: the first result of every network that has one.
    """

    def __init__(
        self, path: Path, settings: Mapping[str, Any], kind: ResultsKind = GENNAS, *, resume: bool
    ) -> None:
        """Begin a file, or take one up again.

        Args:
            settings: JSON values that all results have in common.
            kind: of the results.
            resume: take up what is there already, if anything is.

        Raises:
            InputError: there is a file and `resume` was not asked for; it is no file of results, or of other settings; it
                cannot be written; another process is writing it.
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
                "is there already, expected a new name, or --resume to take it up again", file=str(path)
            ) from None
        except OSError as error:
            raise InputError(f"cannot be written: {error.strerror or error}", file=str(path)) from error
        try:
            lock(self._stream, path)
            self._take_up(header)
        except BaseException:
            with suppress(OSError):  # what could not be written is tried once more
                self._stream.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        with suppress(OSError) if error else nullcontext():
            self._stream.close()

    def add(self, record: Mapping[str, Any]) -> None:
        """Append a result and hand it to the system at once; not if the same one is there but for its seconds.

        Args:
            record: JSON values with at least `name`, `network`, `seconds` and the values of the kind.
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
        """Keep what a result says; whether it is new."""
        network, has_result = record["network"], self._kind.has_result(record)
        if has_result and network is not None:
            self.known.setdefault(network, record)
        identity = json.dumps([record["name"], network, not has_result and record["failed"]])
        digest = hashlib.sha256(identity.encode()).digest()[:16]
        new = digest not in self._written
        self._written.add(digest)
        return new

    def _take_up(self, header: Mapping[str, Any]) -> None:
        """Read what is there, and stand at the end of the last whole line."""
        expected = _line(header)
        first = self._stream.readline(MAX_DOCUMENT_BYTES)
        if not first.endswith(b"\n") and expected.startswith(first):  # nothing, or killed at the first line
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
                problem = f"no result of {self._kind.command}, expected one"
                raise InputError(problem, file=str(self._path), line=number)
            self._remember(record)
            end += len(line)
        self._stream.seek(end)
        self._stream.truncate()

    def _refuse(self, first: bytes, header: Mapping[str, Any]) -> None:
        """Raise an error that says in what the file differs."""
        try:
            found = json.loads(first)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict) or found.get("format") != self._kind.format:
            problem = f"no file of results of {self._kind.command}, expected one to resume"
            raise InputError(problem, file=str(self._path), line=1)
        differing = "; ".join(differences(found, header, self._kind.options))
        problem = f"holds results of other settings, expected the same: {differing}"
        raise InputError(problem, file=str(self._path), line=1)


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value).encode() + b"\n"
