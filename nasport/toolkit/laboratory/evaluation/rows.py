"""Rows of the evaluation: one a left-out family, seed, space, label and subset, appended to a file as they come.

A row says which recipe it is of, so that rows of another one are never mixed with them: they stay in the file and are
passed over. A line that was being written when the process was killed is dropped.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from nasport.schemas.errors import InputError
from nasport.schemas.reading import parse_json
from nasport.schemas.writing import write_atomically
from nasport.toolkit.laboratory.evaluation.metrics import METRICS, Record


class Key(NamedTuple):
    """What tells a row from all others."""

    recipe: str
    left_out: str
    seed: int
    space: str
    label: str
    subset: str


@dataclass(frozen=True)
class SeedRow:
    """How one training ranks some architectures of a space.

    Attributes:
        recipe: fingerprint of its settings.
        left_out: the family that was not trained on.
        seed: of the training.
        space: the table tested on.
        label: of that table.
        subset: which of its architectures.
        count: how many they are.
        metrics: see `metrics`.
    """

    recipe: str
    left_out: str
    seed: int
    space: str
    label: str
    subset: str
    count: int
    metrics: Record

    @property
    def key(self) -> Key:
        """What tells it from all other rows."""
        return Key(self.recipe, self.left_out, self.seed, self.space, self.label, self.subset)


@dataclass(frozen=True)
class BaselineRow:
    """How a baseline ranks some architectures of a space; attributes as of `SeedRow`."""

    baseline: str
    space: str
    label: str
    subset: str
    count: int
    metrics: Record


AnyRow = TypeVar("AnyRow", SeedRow, BaselineRow)


def fingerprint(settings: Mapping[str, Any]) -> str:
    """SHA-256 of a recipe's settings, JSON values; the order of keys does not matter."""
    text = json.dumps(settings, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class RowsFile:
    """A file of rows that grows by a line as each comes.

    Attributes:
        path: of the file.
        rows: what it holds; where a row stands twice, the first.
    """

    def __init__(self, path: Path) -> None:
        """Take a file up, or begin one with the first row.

        Raises:
            InputError: the file cannot be read, or a line of it is no row.
        """
        self.path = path
        self._begun = False
        self.rows: dict[Key, SeedRow] = {}
        for row in _read(path, SeedRow):
            self.rows.setdefault(row.key, row)

    def add(self, row: SeedRow) -> None:
        """Append a row and hand it to the system at once, unless there is one already."""
        if row.key in self.rows:
            return
        if not self._begun:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.exists():
                with self.path.open("r+b") as stream:  # without the half line of a process that was killed
                    stream.truncate(stream.read().rfind(b"\n") + 1)
            self._begun = True
        with self.path.open("ab", buffering=0) as stream:
            stream.write(_line(row))
        self.rows[row.key] = row


def read_baselines(path: Path) -> list[BaselineRow]:
    """The rows of a file of baselines, none where there is no file. Raises InputError as `RowsFile` does."""
    return list(_read(path, BaselineRow))


def write_baselines(path: Path, rows: Iterable[BaselineRow]) -> None:
    """Write a file of baselines in place of those of the same spaces; what it says of other spaces stays."""
    rows = list(rows)
    spaces = {row.space for row in rows}
    kept = [row for row in read_baselines(path) if row.space not in spaces]
    ordered = sorted([*kept, *rows], key=lambda row: (row.space, row.label, row.subset))
    write_atomically(path, b"".join(map(_line, ordered)))


def _line(row: SeedRow | BaselineRow) -> bytes:
    return json.dumps(asdict(row)).encode() + b"\n"


def _read(path: Path, form: type[AnyRow]) -> Iterator[AnyRow]:
    """The rows of a file's whole lines; none where there is no file."""
    if not path.exists():
        return
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", file=str(path)) from error
    names = [field.name for field in fields(form)]
    for number, line in enumerate(data[: data.rfind(b"\n") + 1].splitlines(), 1):
        record = parse_json(line, file=str(path), line=number)
        values: dict[str, Any] = {}
        problem = "expected a JSON object"
        if isinstance(record, dict):
            values = {name: record.get(name) for name in names}
            problem = next(filter(None, itertools.starmap(_wrong, values.items())), "")
        if problem:
            raise InputError(f"{problem}, a row of nasport evaluate", file=str(path), line=number)
        yield form(**values)


def _wrong(name: str, value: Any) -> str:
    """What is wrong with an attribute of a row; empty: nothing."""
    if name == "metrics":
        if not isinstance(value, dict) or set(value) != set(METRICS):
            return f"metrics: {value!r:.60}, expected an object with {', '.join(METRICS)}"
        for metric, number in value.items():
            if number is not None and (isinstance(number, bool) or not isinstance(number, int | float)):
                return f"metrics.{metric}: {number!r:.60}, expected a number or null"
    elif name in ("seed", "count"):
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            return f"{name}: {value!r:.60}, expected a count"
    elif not isinstance(value, str):
        return f"{name}: {value!r:.60}, expected a string"
    return ""
