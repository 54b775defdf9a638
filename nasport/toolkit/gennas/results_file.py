"""A file of results that grows by a line as each comes, and can be taken up again after whatever ended the run.

The first line says what all results have in common; a result of other settings never gets in among them. A line that
was being written when the process was killed is dropped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any, BinaryIO, Self

from nasport.schemas.errors import InputError, NasportError
from nasport.schemas.reading import MAX_DOCUMENT_BYTES
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.run_folder import differences
from nasport.toolkit.run_lock import lock

FORMAT = "nasport-gennas-results"
_KINDS = {"network": str, "loss": float, "fit": float, "seconds": float, "failed": str}


class ResultsFile:
    """Results on disk; to be used in a `with` block.

    Attributes:
        known: the first result of every network that was trained.
    """

    def __init__(self, path: Path, settings: Mapping[str, Any], *, resume: bool) -> None:
        """Begin a file, or take one up again.

        Args:
            settings: JSON values that all results have in common.
            resume: take up what is there already, if anything is.

        Raises:
            InputError: there is a file and `resume` was not asked for; it is no file of results, or of other settings; it
                cannot be written; another process is writing it.
        """
        self.known: dict[str, Mapping[str, Any]] = {}
        self._path = path
        self._written: set[bytes] = set()
        header = {"format": FORMAT, "version": 1, **settings}
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
            record: JSON values with at least `name`, `network`, `loss`, `fit`, `seconds` and `failed`.
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
        network, loss = record["network"], record["loss"]
        if loss is not None and network is not None:
            self.known.setdefault(network, record)
        identity = json.dumps([record["name"], network, loss is None and record["failed"]])
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
                sound = isinstance(record["name"], str)
                for key, kind in _KINDS.items():
                    sound &= record[key] is None or isinstance(record[key], kind)
                sound &= record["loss"] is None or None not in (record["fit"], record["seconds"])
            except (ValueError, KeyError, TypeError, RecursionError):
                sound = False
            if not sound:
                problem = "no result of nasport gennas, expected one"
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
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise InputError(
                "no file of results of nasport gennas, expected one to resume", file=str(self._path), line=1
            )
        differing = "; ".join(differences(found, header, Choices))
        problem = f"holds results of other settings, expected the same: {differing}"
        raise InputError(problem, file=str(self._path), line=1)


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value).encode() + b"\n"
