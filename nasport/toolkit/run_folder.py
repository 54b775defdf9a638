"""A run as a folder: settings that a continued run must share, and logs that a kill at any moment leaves in order.

Settings and results are written in one piece. A log grows at its end; a line that was being written when the process
was killed is dropped when the log is read again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from nasport.schemas.errors import InputError
from nasport.schemas.reading import parse_json, read_bytes
from nasport.schemas.writing import write_atomically
from nasport.toolkit.options import Options, flag
from nasport.toolkit.run_lock import only_process
from nasport.toolkit.writing import writing

SETTINGS = "settings.json"
OPTIONS = "options"
"""Under which the settings keep options that decide nothing more."""

_LONGEST = 40
_OPTION_OF = {
    "objectives": "pareto",
    "depth": "preset",
    "image_task": "task",
    "sequence_task": "task",
    "images_sha256": "images",
    "proxies": "only",
    "labels": "sources",
    "architectures": "sources",
    "groups": "per_source",
}


@contextmanager
def open_run(
    folder: Path, settings: Mapping[str, Any], resume: bool, options: type[Options] = Options
) -> Iterator[None]:
    """Make the folder of a run, or hold the settings of the run in it to these; it is ours alone for the block.

    Args:
        folder: made where there is none.
        settings: JSON values that decide the run; beside them under `OPTIONS` what is kept for one that goes on.
        resume: go on with the run in the folder, if there is one.
        options: by which differing settings are named.

    Raises:
        InputError: the folder holds something and `resume` is false; it holds a run of other settings, or no run; another
            process is at work there; it cannot be written to.
    """
    with ExitStack() as block:
        with writing(folder, "cannot be used", ", expected a folder to write into"):
            there = [entry.name for entry in folder.iterdir()] if folder.exists() else []
            problem = ""
            if there and not resume:
                problem = "exists already, expected a new folder; --resume goes on with a search"
            elif SETTINGS not in there and any(not name.startswith(".") for name in there):
                problem = f"holds no {SETTINGS}, expected a search to go on with"
            if problem:
                raise InputError(problem, file=str(folder))
            folder.mkdir(parents=True, exist_ok=True)
            block.enter_context(only_process(folder))
            _keep_settings(folder / SETTINGS, settings, options)
        yield


def _keep_settings(file: Path, settings: Mapping[str, Any], options: type[Options]) -> None:
    wanted = json.loads(json.dumps(settings))  # as it is read back: a tuple becomes a list
    there = read_settings(file.parent)
    if there is not None and (found := differences(there, wanted, options)):
        raise InputError(f"{'; '.join(found)}; expected the same settings, or another folder", file=str(file))
    if there != wanted:  # a new one, or other options that are only kept
        write_atomically(file, (json.dumps(wanted, indent=1) + "\n").encode())


def read_settings(folder: Path) -> dict[str, Any] | None:
    """What decides the run in a folder; None where none was begun.

    Raises:
        InputError: no JSON object.
    """
    file = folder / SETTINGS
    return _object(read_bytes(file), str(file)) if file.exists() else None


def kept_options(options: Options, names: Collection[str]) -> dict[str, Any]:
    """Of some options those that were given, as JSON values; of files and folders that are there, the whole path."""
    return {name: _whole(getattr(options, name)) for name in sorted(options.given & set(names))}


def _whole(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_whole(each) for each in value]
    is_path = isinstance(value, Path) or (isinstance(value, str) and Path(value).exists())
    return str(Path(value).resolve()) if is_path else value


def differences(there: Mapping[str, Any], here: Mapping[str, Any], options: type[Options]) -> list[str]:
    """A few words for every option by which two runs differ: `--seed: begun with 1, not 2`."""
    old, new = dict(_flat(there)), dict(_flat(here))
    found: dict[str, str] = {}
    for key in {**new, **old}:
        if old.get(key) != new.get(key):
            values = [_short(each.get(key)) for each in (old, new)]
            untold = key[-1] == "depth" or max(map(len, values)) > _LONGEST
            words = "another" if untold else f"{values[0]}, not {values[1]}"
            found.setdefault(_named(key, options), f"begun with {words}")
    if "--seed" in found:
        found.pop("--images", None)  # which are drawn by it
    return [f"{name}: {words}" for name, words in found.items()]


def _flat(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """`{"a": {"b": 1}}` as ("a", "b"), 1; limits by their facts; options that are only kept left out."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if (*path, key) != (OPTIONS,):
                yield from _flat(inner, (*path, key))
    elif (
        value and isinstance(value, list) and all(isinstance(each, dict) and "fact" in each for each in value)
    ):
        for each in value:
            for side in each.keys() - {"fact"}:
                yield (f"--{side} {each['fact']}",), each[side]
    else:
        yield path, None if value == [] else value


def _named(path: Sequence[str], options: type[Options]) -> str:
    """The option that decides a setting, or the setting's own name where none does."""
    for key in reversed(path):
        name = _OPTION_OF.get(key, key)
        if name.startswith("--"):
            return name
        if any(each.name == name for each in fields(options)):
            return flag(options, name)
    return ".".join(path)


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.10g}"
    return "none" if value is None else json.dumps(value)


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


def _object(text: bytes, file: str, line: int = 1) -> dict[str, Any]:
    value = parse_json(text, file=file, line=line)
    if not isinstance(value, dict):
        raise InputError("no JSON object, expected one", file=file, line=line)
    return value
