"""Files of tables: gzipped CSV, JSON and JSON Lines, read as text; every mistake is said with its file, line and column.

Nothing in them is executed or unpickled.
"""

from __future__ import annotations

import csv
import gzip
import math
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.schemas.reading import decode_utf8, parse_json

FOLDER_VARIABLE = "NASPORT_DATA"

# No table here has more text than 40 MB; what unpacks to much more is not one of them.
MAX_TABLE_BYTES = 1 << 30

_SHOWN_COLUMNS = 12


def data_folder() -> Path:
    """The folder of the tables.

    Raises:
        InputError: NASPORT_DATA is not set, or names no folder.
    """
    value = os.environ.get(FOLDER_VARIABLE)
    if not value:
        raise InputError(
            f"the environment variable {FOLDER_VARIABLE} must name the folder of benchmark tables"
        )
    folder = Path(value)
    if not folder.is_dir():
        raise InputError(f"{FOLDER_VARIABLE} names no folder", file=value)
    return folder


def table_path(folder: Path | None, name: str) -> Path:
    """Where a table lies.

    Args:
        folder: of the tables; None: that of NASPORT_DATA.
        name: of the file.

    Raises:
        InputError: the folder or the file is missing.
    """
    path = (data_folder() if folder is None else folder) / name
    if not path.is_file():
        raise InputError(f"there is no such table in the folder that {FOLDER_VARIABLE} names", file=str(path))
    return path


def unpacked(path: Path) -> bytes:
    """The bytes in a gzipped file.

    Raises:
        InputError: it cannot be read or is not gzip.
    """
    try:
        with gzip.open(path) as stream:
            data = stream.read(MAX_TABLE_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot be read as gzip: {reason}", file=str(path)) from error
    if len(data) > MAX_TABLE_BYTES:
        raise InputError(f"unpacks to over {MAX_TABLE_BYTES:,} bytes, which is the limit", file=str(path))
    return data


@dataclass(frozen=True)
class Columns:
    """Columns of a CSV file as text.

    Attributes:
        file: name for messages.
        lines: G numbers of lines, on which the rows end.
        values: by the column's name, G texts.
    """

    file: str
    lines: tuple[int, ...]
    values: dict[str, tuple[str, ...]]

    def texts(self, column: str) -> tuple[str, ...]:
        """A column in which every row says something.

        Raises:
            InputError: a row does not.
        """
        if "" in self.values[column]:
            self._refuse(column, self.values[column].index(""), "empty, expected an architecture")
        return self.values[column]

    def numbers(self, column: str) -> NDArray[np.float64]:
        """(G,) numbers; NaN where the column is empty.

        Raises:
            InputError: a text is no finite number.
        """
        found = np.full(len(self.lines), np.nan)
        for row, text in enumerate(self.values[column]):
            if text:
                with suppress(ValueError):
                    found[row] = float(text)
                if not math.isfinite(found[row]):
                    self._refuse(column, row, f"{text!r:.60} is no finite number")
        return found

    def _refuse(self, column: str, row: int, problem: str) -> NoReturn:
        raise InputError(f"column {column!r}: {problem}", file=self.file, line=self.lines[row])


def csv_columns(folder: Path | None, name: str, columns: Sequence[str], with_others: bool = False) -> Columns:
    """The named columns of a gzipped CSV file whose first line names them.

    Args:
        folder: of the tables; None: that of NASPORT_DATA.
        name: of the file.
        columns: that must be there.
        with_others: whether the file's other columns are wanted as well.

    Raises:
        InputError: no such file; not gzip; as `parsed_csv`.
    """
    path = table_path(folder, name)
    return parsed_csv(unpacked(path), str(path), columns, with_others)


def parsed_csv(data: bytes, file: str, columns: Sequence[str], with_others: bool = False) -> Columns:
    """The named columns of a CSV file whose first line names them.

    Args:
        data: what the file holds.
        file: name for messages.
        columns: that must be there.
        with_others: whether the file's other columns are wanted as well.

    Raises:
        InputError: no such column; a row with another number of fields; not UTF-8 or CSV.
    """
    reader = csv.reader(StringIO(decode_utf8(data, file=file), newline=""), strict=True)
    lines: list[int] = []
    rows: list[list[str]] = []
    try:
        header = next(reader, [])
        missing = [column for column in columns if column not in header]
        if missing:
            there = f"it has {', '.join(header[:_SHOWN_COLUMNS]) or 'none'}"
            problem = f"has no column {missing[0]!r}{did_you_mean(missing[0], header)}{there}"
            raise InputError(problem, file=file, line=1)
        wanted = list(dict.fromkeys((*columns, *header))) if with_others else columns
        places = [header.index(column) for column in wanted]
        for row in reader:
            if len(row) != len(header):
                problem = f"{len(row)} fields, expected {len(header)} as in the first line"
                raise InputError(problem, file=file, line=reader.line_num)
            rows.append([row[place] for place in places])
            lines.append(reader.line_num)
    except csv.Error as error:
        raise InputError(f"not CSV: {error}", file=file, line=reader.line_num) from error
    if not rows:
        raise InputError("has no rows", file=file)
    values = dict(zip(wanted, zip(*rows, strict=True), strict=True))
    return Columns(file, tuple(lines), values)


def json_content(folder: Path | None, name: str) -> tuple[str, Any]:
    """What a gzipped JSON file holds, and the file's name for messages.

    Raises:
        InputError: no such file; not gzip; no JSON.
    """
    path = table_path(folder, name)
    return str(path), parse_json(unpacked(path), file=str(path))


def json_lines(
    folder: Path | None, name: str, holding: bytes = b""
) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """The objects of a gzipped JSON Lines file, each with the file's name and its line.

    Args:
        folder: of the tables; None: that of NASPORT_DATA.
        name: of the file.
        holding: text of the lines that are read; others may be no JSON, since they hold NaN.

    Raises:
        InputError: no such file; not gzip; a line that is no JSON object.
    """
    path = table_path(folder, name)
    for number, line in enumerate(unpacked(path).splitlines(), 1):
        if line.strip() and holding in line:
            value = parse_json(line, file=str(path), line=number)
            yield str(path), number, checked_object(value, str(path), (), number)


def checked_object(
    value: Any, file: str, path: tuple[str | int, ...], line: int | None = None
) -> dict[str, Any]:
    """A JSON object. Raises InputError where `value` is none."""
    if not isinstance(value, dict):
        raise InputError(f"{value!r:.60}, expected a JSON object", file=file, line=line, path=path)
    return value


def checked_number(
    record: dict[str, Any], key: str, file: str, path: tuple[str | int, ...] = (), line: int | None = None
) -> float:
    """The finite number under `key`. Raises InputError where there is none."""
    value = record.get(key)
    return finite(value, file, (*path, key), line)


def finite(value: Any, file: str, path: tuple[str | int, ...], line: int | None = None) -> float:
    """A finite JSON number. Raises InputError where `value` is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e300:
        raise InputError(f"{value!r:.60}, expected a finite number", file=file, line=line, path=path)
    return float(value)
