"""Rows of the evaluation: one for each left-out family, seed, space, label and subset, appended to a file when it is measured.

A row has the fingerprint of its recipe. Rows of another recipe stay in the file and are ignored. A line that was incomplete
when its process was killed is dropped.
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
    """Values that identify a row."""

    recipe: str
    left_out: str
    seed: int
    space: str
    label: str
    subset: str


@dataclass(frozen=True)
class SeedRow:
    """How well one training ranks some architectures of a space.

    Attributes:
        recipe: fingerprint of the recipe's settings.
        left_out: family that was left out of the training.
        seed: seed of the training.
        space: table on which it is tested.
        label: label of the table.
        subset: subset of the architectures.
        count: number of architectures.
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
        """Values that identify this row."""
        return Key(self.recipe, self.left_out, self.seed, self.space, self.label, self.subset)


@dataclass(frozen=True)
class BaselineRow:
    """How well a baseline ranks some architectures of a space; attributes as in `SeedRow`."""

    baseline: str
    space: str
    label: str
    subset: str
    count: int
    metrics: Record


AnyRow = TypeVar("AnyRow", SeedRow, BaselineRow)


def fingerprint(settings: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a recipe's settings, which are JSON values; the order of keys does not matter."""
    text = json.dumps(settings, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class RowsFile:
    """A file to which rows are appended.

    Attributes:
        path: path of the file.
        rows: its rows; if a row occurs twice, the first one.
    """

    def __init__(self, path: Path) -> None:
        """Read the rows of a file; a missing file is created with the first new row.

        Raises:
            InputError: the file cannot be read, or a line is not a row.
        """
        self.path = path
        self._opened = False
        self.rows: dict[Key, SeedRow] = {}
        for row in _read(path, SeedRow):
            self.rows.setdefault(row.key, row)

    def add(self, row: SeedRow) -> None:
        """Append a row without buffering, unless the file has it."""
        if row.key in self.rows:
            return
        if not self._opened:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.exists():
                with self.path.open("r+b") as stream:  # drop the incomplete line of a process that was killed
                    stream.truncate(stream.read().rfind(b"\n") + 1)
            self._opened = True
        with self.path.open("ab", buffering=0) as stream:
            stream.write(_line(row))
        self.rows[row.key] = row


def read_baselines(path: Path) -> list[BaselineRow]:
    """Return the rows of a file of baselines; none if the file is missing.

    Raises:
        InputError: the file cannot be read, or a line is not a row.
    """
    return list(_read(path, BaselineRow))


def write_baselines(path: Path, rows: Iterable[BaselineRow]) -> None:
    """Write rows to a file of baselines; they replace rows of the same spaces, and rows of other spaces stay."""
    rows = list(rows)
    spaces = {row.space for row in rows}
    kept = [row for row in read_baselines(path) if row.space not in spaces]
    ordered = sorted([*kept, *rows], key=lambda row: (row.space, row.label, row.subset))
    write_atomically(path, b"".join(map(_line, ordered)))


def _line(row: SeedRow | BaselineRow) -> bytes:
    return json.dumps(asdict(row)).encode() + b"\n"


def _read(path: Path, form: type[AnyRow]) -> Iterator[AnyRow]:
    """Return the rows of the complete lines of a file; none if the file is missing."""
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
    """Return what is wrong with an attribute of a row; empty if it is right."""
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
