"""A run as a folder: settings that a continued run must share, and logs that a kill at any moment leaves in order.

Settings and results are written in one piece. A log grows at its end; a line that was being written when the process
was killed is dropped when the log is read again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from nasport.schemas.errors import InputError
from nasport.schemas.reading import parse_json, read_bytes
from nasport.schemas.writing import write_atomically
from nasport.toolkit.run_lock import only_process

SETTINGS = "settings.json"


@contextmanager
def open_run(folder: Path, settings: Mapping[str, Any], resume: bool) -> Iterator[None]:
    """Make the folder of a run, or hold the settings of the run in it to these; it is ours alone for the block.

    Args:
        folder: made where there is none.
        settings: JSON values that decide the run.
        resume: go on with the run in the folder, if there is one.

    Raises:
        InputError: the folder holds something and `resume` is false; it holds a run of other settings, or no run; another
            process is at work there; it cannot be written to.
    """
    with ExitStack() as block:
        try:
            _check_free(folder, resume)
            folder.mkdir(parents=True, exist_ok=True)
            block.enter_context(only_process(folder))
            _keep_settings(folder / SETTINGS, settings)
        except OSError as error:
            raise InputError(
                f"cannot be used: {error.strerror or error}, expected a folder to write into",
                file=str(folder),
            ) from error
        yield


def _check_free(folder: Path, resume: bool) -> None:
    there = [entry.name for entry in folder.iterdir()] if folder.exists() else []
    if there and not resume:
        raise InputError(
            "exists already, expected a new folder; --resume goes on with a search", file=str(folder)
        )
    if SETTINGS not in there and any(not name.startswith(".") for name in there):
        raise InputError(f"holds no {SETTINGS}, expected a search to go on with", file=str(folder))


def _keep_settings(file: Path, settings: Mapping[str, Any]) -> None:
    wanted = json.loads(json.dumps(settings))  # as it is read back: a tuple becomes a list
    if file.exists():
        _compare(_object(read_bytes(file), str(file)), wanted, str(file))
    else:
        write_atomically(file, (json.dumps(wanted, indent=1) + "\n").encode())


def remove_leftovers(files: Iterable[Path]) -> None:
    """Remove what was to become one of these files when the process that wrote it was killed."""
    for file in files:
        for unfinished in file.parent.glob(f".{file.name}.*"):
            unfinished.unlink(missing_ok=True)


def read_records(path: Path) -> list[dict[str, Any]]:
    """The lines of a log, none where there is no file; half a line at its end is removed from the file.

    Raises:
        InputError: a line is no JSON object.
    """
    if not path.exists():
        return []
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        with path.open("r+b") as stream:
            stream.truncate(whole)
    return [_object(text, str(path), number) for number, text in enumerate(data[:whole].splitlines(), 1)]


def append_records(path: Path, records: Sequence[Mapping[str, Any]]) -> None:
    """Add lines to a log, all in one write."""
    with path.open("ab") as stream:
        stream.write("".join(f"{json.dumps(record)}\n" for record in records).encode())


def digest(value: Any) -> str:
    """SHA-256 of JSON values."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def _compare(there: Any, wanted: Any, file: str, path: tuple[str | int, ...] = ()) -> None:
    """Raise an error that names the first difference."""
    if isinstance(there, dict) and isinstance(wanted, dict):
        for key in {**wanted, **there}:
            _compare(there.get(key), wanted.get(key), file, (*path, key))
    elif there != wanted:
        values = [json.dumps(value) for value in (there, wanted)]
        shown = "others" if max(map(len, values)) > 60 else f"{values[0]}, not {values[1]}"
        raise InputError(
            f"the search was begun with {shown}; expected the same settings, or another folder",
            file=file,
            path=path,
        )


def _object(text: bytes, file: str, line: int = 1) -> dict[str, Any]:
    value = parse_json(text, file=file, line=line)
    if not isinstance(value, dict):
        raise InputError("no JSON object, expected one", file=file, line=line)
    return value
