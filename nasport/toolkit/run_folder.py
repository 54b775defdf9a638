"""Folders of runs that can be killed at any moment and resumed.

Settings and results are written atomically. Logs only grow at the end; an incomplete last line of a killed process is
dropped when the log is read again.
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
"""Key of settings.json for options that a resumed run needs but may change."""

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
    """Create the folder of a run, or check that the run in it has the same settings. The block has the folder locked.

    Args:
        folder: folder of the run, created if it is missing.
        settings: JSON values that determine the run, and under `OPTIONS` the options that a resumed run needs.
        resume: continue the run in the folder, if there is one.
        options: class of the options, by which messages name differing settings.

    Raises:
        InputError: the folder is not empty and `resume` is false, it holds a run with other settings or no run, another
            process uses it, or it cannot be written to.
    """
    with ExitStack() as block:
        with writing(folder, "cannot be used", ", expected a folder to write into"):
            names = [entry.name for entry in folder.iterdir()] if folder.exists() else []
            problem = ""
            if names and not resume:
                problem = "exists already, expected a new folder; --resume continues a search"
            elif SETTINGS not in names and any(not name.startswith(".") for name in names):
                problem = f"holds no {SETTINGS}, expected the folder of a search to continue"
            if problem:
                raise InputError(problem, file=str(folder))
            folder.mkdir(parents=True, exist_ok=True)
            block.enter_context(only_process(folder))
            _keep_settings(folder / SETTINGS, settings, options)
        yield


def _keep_settings(file: Path, settings: Mapping[str, Any], options: type[Options]) -> None:
    new = json.loads(json.dumps(settings))  # comparable to JSON from a file: tuples become lists
    old = read_settings(file.parent)
    if old is not None and (different := differences(old, new, options)):
        raise InputError(
            f"{'; '.join(different)}; expected the same settings, or another folder", file=str(file)
        )
    if old != new:  # a new run, or other values under OPTIONS
        write_atomically(file, (json.dumps(new, indent=1) + "\n").encode())


def read_settings(folder: Path) -> dict[str, Any] | None:
    """Return the settings of the run in a folder; None if the folder has no run.

    Raises:
        InputError: the settings are not a JSON object.
    """
    file = folder / SETTINGS
    return _object(read_bytes(file), str(file)) if file.exists() else None


def kept_options(options: Options, names: Collection[str]) -> dict[str, Any]:
    """Return those options of `names` that the user gave, as JSON values, with absolute paths of existing files."""
    return {name: _whole(getattr(options, name)) for name in sorted(options.given & set(names))}


def _whole(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_whole(each) for each in value]
    is_path = isinstance(value, Path) or (isinstance(value, str) and Path(value).exists())
    return str(Path(value).resolve()) if is_path else value


def differences(begun: Mapping[str, Any], given: Mapping[str, Any], options: type[Options]) -> list[str]:
    """Return a text for every option in which two settings differ, such as `--seed: begun with 1, not 2`."""
    old, new = dict(_flat(begun)), dict(_flat(given))
    found: dict[str, str] = {}
    for key in {**new, **old}:
        if old.get(key) != new.get(key):
            values = [_short(each.get(key)) for each in (old, new)]
            is_hidden = key[-1] == "depth" or max(map(len, values)) > _LONGEST
            words = "another value" if is_hidden else f"{values[0]}, not {values[1]}"
            found.setdefault(_named(key, options), f"begun with {words}")
    if "--seed" in found:
        found.pop("--images", None)  # images follow from the seed
    return [f"{name}: {words}" for name, words in found.items()]


def _flat(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield path and value of all settings, such as ("a", "b"), 1 for `{"a": {"b": 1}}`.

    Limits are named by their option and fact. Values under `OPTIONS` are left out.
    """
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
    """Return the name of the option that determines a setting, or of the setting itself if there is none."""
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
    """Remove incomplete versions of these files that a killed process left."""
    for file in files:
        for unfinished in file.parent.glob(f".{file.name}.*"):
            unfinished.unlink(missing_ok=True)


def read_records(path: Path) -> list[dict[str, Any]]:
    """Return the records of a log, and remove an incomplete last line from the file. A missing file has no records.

    Raises:
        InputError: a line is not a JSON object.
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
    """Append records to a log in one write."""
    with path.open("ab") as stream:
        stream.write("".join(f"{json.dumps(record)}\n" for record in records).encode())


def digest(value: Any) -> str:
    """Return the SHA-256 of JSON values."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def _object(text: bytes, file: str, line: int = 1) -> dict[str, Any]:
    value = parse_json(text, file=file, line=line)
    if not isinstance(value, dict):
        raise InputError("not a JSON object, expected one", file=file, line=line)
    return value
