"""A CSV file of scores, with a column `architecture` and columns of numbers. Errors in one row leave the others unaffected."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.encoding import EncodedBatch, encode
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.schemas.reading import read_bytes
from nasport.toolkit.laboratory.tables.text_files import MAX_TABLE_BYTES, Columns, parsed_csv, unpacked
from nasport.toolkit.notations import Notation

STANDARD_INPUT = "-"
_GZIP = b"\x1f\x8b"

Wrong = Callable[[InputError], None]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ScoreFile:
    """A score file of G rows.

    Attributes:
        file: name for messages.
        lines: G line numbers.
        texts: G architectures; empty if the file has no such column.
        scores: by column, (G,) scores, higher is better; NaN if a row has none.
        labels: by column, (G,) labels, higher is better; NaN if a row has none.
    """

    file: str
    lines: tuple[int, ...]
    texts: tuple[str, ...]
    scores: Mapping[str, Floats]
    labels: Mapping[str, Floats]

    @property
    def name(self) -> str:
        """Name for tables."""
        return self.file if self.file.startswith("standard") else Path(self.file).name.split(".")[0]

    def called(self, column: str, alone: bool) -> str:
        """Return the name for a column of scores.

        A single column has the name of the file. Several columns have their own names, preceded by that of the file unless it
        is the only file.
        """
        if len(self.scores) == 1:
            return self.name
        return column if alone else f"{self.name}: {column}"

    def error(self, row: int, problem: str) -> InputError:
        """Return an error about a row."""
        return InputError(problem, file=self.file, line=self.lines[row])

    def rows(self, chosen: Sequence[int]) -> ScoreFile:
        """Return a file of some of the rows."""
        places = np.array(chosen, np.intp)
        return replace(
            self,
            lines=tuple(self.lines[row] for row in chosen),
            texts=tuple(self.texts[row] for row in chosen),
            scores={name: values[places] for name, values in self.scores.items()},
            labels={name: values[places] for name, values in self.labels.items()},
        )


def is_score_file(source: str) -> bool:
    """Return whether an argument is a score file, not a bundle."""
    return source == STANDARD_INPUT or source.endswith((".csv", ".csv.gz")) or Path(source).is_file()


def read_score_file(
    source: str,
    scores: Sequence[str],
    labels: Sequence[str],
    wrong: Wrong,
    *,
    architecture: str = "architecture",
    needs_architectures: bool = True,
    lower_is_better: bool = False,
) -> ScoreFile:
    """Read a score file, which may be gzipped.

    Args:
        source: path; `-` for standard input.
        scores: columns of scores; empty for the only other column that holds numbers.
        labels: columns of labels, higher is better.
        wrong: function that is called with the error of each wrong row.
        architecture: column of the architectures.
        needs_architectures: whether this column is required.
        lower_is_better: whether the scores are losses, whose sign is then changed.

    Raises:
        InputError: the file cannot be read, or a column is missing or ambiguous.
    """
    file = "standard input" if source == STANDARD_INPUT else source
    needed = [*([architecture] if needs_architectures else []), *scores, *labels]
    columns = parsed_csv(_content(source), file, needed, with_others=True)
    chosen = scores or [_only_numbers(columns, (architecture, *labels))]
    sign = -1.0 if lower_is_better else 1.0
    texts = columns.values.get(architecture, ())
    return ScoreFile(
        file,
        columns.lines,
        tuple(text.strip() for text in texts),
        {name: sign * _numbers(columns, name, wrong) for name in chosen},
        {name: _numbers(columns, name, wrong) for name in labels},
    )


def without_doubles(file: ScoreFile, wrong: Wrong) -> ScoreFile:
    """Return the file without rows that repeat the architecture of an earlier row; each of them is reported to `wrong`."""
    first: dict[str, int] = {}
    kept = []
    for row, text in enumerate(file.texts):
        if first.setdefault(text, row) == row:
            kept.append(row)
        else:
            wrong(file.error(row, f"the same architecture as in line {file.lines[first[text]]}"))
    return file.rows(kept) if file.texts else file


def encoded(file: ScoreFile, notation: Notation, wrong: Wrong) -> tuple[ScoreFile, EncodedBatch]:
    """Return the rows whose architectures can be read, and these architectures.

    Args:
        file: the score file.
        notation: notation of its texts.
        wrong: function that is called with the error of each row that cannot be read.
    """
    with suppress(InputError):  # on an error, read them one at a time to find the wrong ones
        batch = notation.encode_many(file.texts)
        if batch is not None:
            return file, batch
    found: dict[int, Architecture] = {}
    for row, text in enumerate(file.texts):
        try:
            found[row] = notation.parse(text)
        except InputError as error:
            wrong(file.error(row, error.problem))
    return file.rows(list(found)), encode(list(found.values()))


def _content(source: str) -> bytes:
    if source == STANDARD_INPUT:
        return sys.stdin.buffer.read(MAX_TABLE_BYTES)
    path = Path(source)
    data = read_bytes(path, MAX_TABLE_BYTES)
    return unpacked(path) if data.startswith(_GZIP) else data


def _only_numbers(columns: Columns, excluded: Sequence[str]) -> str:
    """Return the only column that holds numbers and is not excluded; a column without a name is ignored as a row number."""
    found = [
        name for name in columns.values if name and name not in excluded and _holds_numbers(columns, name)
    ]
    if len(found) == 1:
        return found[0]
    problem = f"several columns of numbers ({', '.join(found)})" if found else "no column of numbers"
    raise InputError(f"{problem}, expected --score COLUMN to choose the scores", file=columns.file, line=1)


def _holds_numbers(columns: Columns, name: str) -> bool:
    texts = list(filter(None, columns.values[name]))
    with suppress(ValueError):
        return bool([float(text) for text in texts])
    return False


def _numbers(columns: Columns, name: str, wrong: Wrong) -> Floats:
    """Return (G,) numbers; a row without a finite number gives NaN and is reported to `wrong`."""
    found = np.full(len(columns.lines), np.nan)
    for row, text in enumerate(columns.values[name]):
        with suppress(ValueError):
            found[row] = float(text)
        if not math.isfinite(found[row]):
            found[row] = np.nan
            problem = f"column {name!r}: {text!r:.60}, expected a finite number"
            wrong(InputError(problem, file=columns.file, line=columns.lines[row]))
    return found
