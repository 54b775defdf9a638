"""Rows of the evaluation: one a left-out family, seed, space, label and subset, appended to a file as they come.

A row says which recipe it is of, so that rows of another one are never mixed with them: they stay in the file and are
passed over. A line that was being written when the process was killed is dropped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from nasport.schemas.errors import InputError
from nasport.schemas.reading import parse_json
from nasport.schemas.writing import write_atomically
from nasport.toolkit.laboratory.evaluation.metrics import METRICS

Record = Mapping[str, float | None]


class Key(NamedTuple):
    """What tells a row from the others of its recipe."""

    left_out: str
    seed: int
    space: str
    label: str
    subset: str


@dataclass(frozen=True)
class Row:
    """How one training ranks some architectures of a space.

    Attributes:
        recipe: fingerprint of its settings.
        left_out: the family that was not trained on.
        seed: of the training.
        space: the table tested on.
        label: of that table.
        subset: which of its architectures.
        count: how many they are.
        metrics: by name; None for what is not defined.
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
        """What tells it from other rows of its recipe."""
        return Key(self.left_out, self.seed, self.space, self.label, self.subset)


@dataclass(frozen=True)
class BaselineRow:
    """How a baseline ranks some architectures of a space; attributes as of `Row`."""

    baseline: str
    space: str
    label: str
    subset: str
    count: int
    metrics: Record


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
        self.rows: dict[tuple[str, Key], Row] = {}
        for row in read_rows(path):
            self.rows.setdefault((row.recipe, row.key), row)

    def __contains__(self, key: tuple[str, Key]) -> bool:
        return key in self.rows

    def add(self, row: Row) -> None:
        """Append a row and hand it to the system at once, unless there is one already."""
        if (row.recipe, row.key) in self.rows:
            return
        if not self._begun:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _drop_half_line(self.path)
            self._begun = True
        with self.path.open("ab", buffering=0) as stream:
            stream.write(_line(row))
        self.rows[row.recipe, row.key] = row

    def of(self, recipes: Mapping[str, str]) -> list[Row]:
        """The rows of these recipes.

        Args:
            recipes: the fingerprint wanted of each left-out family; rows of other families are left aside.
        """
        return [row for row in self.rows.values() if recipes.get(row.left_out) == row.recipe]


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a file, none where there is no file. Raises InputError as `RowsFile` does."""
    for record, line in _records(path):
        yield _Reader(record, path, line).row()


def read_baselines(path: Path) -> list[BaselineRow]:
    """The rows of a file of baselines, none where there is no file. Raises InputError as `RowsFile` does."""
    return [_Reader(record, path, line).baseline() for record, line in _records(path)]


def write_baselines(path: Path, rows: Iterable[BaselineRow]) -> None:
    """Write a file of baselines in place of those of the same spaces; what it says of other spaces stays."""
    rows = list(rows)
    spaces = {row.space for row in rows}
    kept = [row for row in read_baselines(path) if row.space not in spaces]
    ordered = sorted([*kept, *rows], key=lambda row: (row.space, row.label, row.subset))
    write_atomically(path, b"".join(map(_line, ordered)))


def _line(row: Row | BaselineRow) -> bytes:
    return json.dumps(asdict(row)).encode() + b"\n"


def _records(path: Path) -> Iterator[tuple[dict[str, Any], int]]:
    """The objects of a file's whole lines, each with its line."""
    if not path.exists():
        return
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", file=str(path)) from error
    whole = data[: data.rfind(b"\n") + 1]
    for number, line in enumerate(whole.splitlines(), 1):
        record = parse_json(line, file=str(path), line=number)
        if not isinstance(record, dict):
            raise InputError("expected a JSON object, a row of nasport evaluate", file=str(path), line=number)
        yield record, number


def _drop_half_line(path: Path) -> None:
    """Cut off what stands behind the last line break: a process was killed while it wrote that line."""
    if not path.exists():
        return
    with path.open("r+b") as stream:
        data = stream.read()
        if not data.endswith(b"\n"):
            stream.truncate(data.rfind(b"\n") + 1)


class _Reader:
    """One line of a file on its way to a row; says where what is wrong stands."""

    def __init__(self, record: Mapping[str, Any], path: Path, line: int) -> None:
        self._record, self._path, self._line = record, path, line

    def row(self) -> Row:
        return Row(
            recipe=self._text("recipe"),
            left_out=self._text("left_out"),
            seed=self._count("seed"),
            space=self._text("space"),
            label=self._text("label"),
            subset=self._text("subset"),
            count=self._count("count"),
            metrics=self._metrics(),
        )

    def baseline(self) -> BaselineRow:
        return BaselineRow(
            baseline=self._text("baseline"),
            space=self._text("space"),
            label=self._text("label"),
            subset=self._text("subset"),
            count=self._count("count"),
            metrics=self._metrics(),
        )

    def _text(self, key: str) -> str:
        value = self._record.get(key)
        if not isinstance(value, str):
            self._refuse(key, value, "a string")
        return value

    def _count(self, key: str) -> int:
        value = self._record.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            self._refuse(key, value, "a count")
        return value

    def _metrics(self) -> Record:
        found = self._record.get("metrics")
        if not isinstance(found, dict) or set(found) != set(METRICS):
            self._refuse("metrics", found, f"an object with {', '.join(METRICS)}")
        metrics: dict[str, float | None] = found
        for name, value in metrics.items():
            if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
                self._refuse(f"metrics.{name}", value, "a number or null")
        return metrics

    def _refuse(self, key: str, value: Any, expected: str) -> NoReturn:
        raise InputError(
            f"{key}: {value!r:.60}, expected {expected}, in a row of nasport evaluate",
            file=str(self._path),
            line=self._line,
        )
