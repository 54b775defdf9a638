"""Read gzipped CSV, JSON and JSON Lines files as text; every error names the file, the line and the column.

Nothing in the files is executed or unpickled.
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

# The largest table has 40 MB of text.
MAX_TABLE_BYTES = 1 << 30

_SHOWN_COLUMNS = 12


def data_folder() -> Path:
    """Return the folder of the tables.

    Raises:
        InputError: NASPORT_DATA is not set or is not a folder.
    """
    value = os.environ.get(FOLDER_VARIABLE)
    if not value:
        raise InputError(
            f"the environment variable {FOLDER_VARIABLE} is not set, expected the folder of the benchmark tables"
        )
    folder = Path(value)
    if not folder.is_dir():
        raise InputError(
            f"is not a folder, expected {FOLDER_VARIABLE} to name the folder of the benchmark tables",
            file=value,
        )
    return folder


def table_path(folder: Path | None, name: str) -> Path:
    """Return the path of a table.

    Args:
        folder: folder of the tables; None for that of NASPORT_DATA.
        name: name of the file.

    Raises:
        InputError: the folder or the file is missing.
    """
    path = (data_folder() if folder is None else folder) / name
    if not path.is_file():
        raise InputError(f"this table is missing in the folder that {FOLDER_VARIABLE} names", file=str(path))
    return path


def unpacked(path: Path) -> bytes:
    """Return the uncompressed contents of a gzipped file.

    Raises:
        InputError: the file cannot be read, is not gzip, or is larger than `MAX_TABLE_BYTES`.
    """
    try:
        with gzip.open(path) as stream:
            data = stream.read(MAX_TABLE_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot be read as gzip: {reason}", file=str(path)) from error
    if len(data) > MAX_TABLE_BYTES:
        raise InputError(
            f"unpacks to more than {MAX_TABLE_BYTES:,} bytes, expected at most that", file=str(path)
        )
    return data


@dataclass(frozen=True)
class Columns:
    """Columns of a CSV file as text.

    Attributes:
        file: name for messages.
        lines: G line numbers, of the last line of each row.
        values: by name of the column, G texts.
    """

    file: str
    lines: tuple[int, ...]
    values: dict[str, tuple[str, ...]]

    def texts(self, column: str) -> tuple[str, ...]:
        """Return a column without empty texts.

        Raises:
            InputError: a text is empty.
        """
        if "" in self.values[column]:
            self._refuse(column, self.values[column].index(""), "empty, expected an architecture")
        return self.values[column]

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return (G,) numbers; NaN for an empty text.

        Raises:
            InputError: a text is not a finite number.
        """
        found = np.full(len(self.lines), np.nan)
        for row, text in enumerate(self.values[column]):
            if text:
                with suppress(ValueError):
                    found[row] = float(text)
                if not math.isfinite(found[row]):
                    self._refuse(column, row, f"{text!r:.60}, expected a finite number")
        return found

    def _refuse(self, column: str, row: int, problem: str) -> NoReturn:
        raise InputError(f"column {column!r}: {problem}", file=self.file, line=self.lines[row])


def csv_columns(folder: Path | None, name: str, columns: Sequence[str], with_others: bool = False) -> Columns:
    """Read named columns of a gzipped CSV file with a header.

    Args:
        folder: folder of the tables; None for that of NASPORT_DATA.
        name: name of the file.
        columns: required columns.
        with_others: whether to read the other columns as well.

    Raises:
        InputError: the file is missing or not gzip, and the errors of `parsed_csv`.
    """
    path = table_path(folder, name)
    return parsed_csv(unpacked(path), str(path), columns, with_others)


def parsed_csv(data: bytes, file: str, columns: Sequence[str], with_others: bool = False) -> Columns:
    """Read named columns of CSV data with a header.

    Args:
        data: contents of the file.
        file: name for messages.
        columns: required columns.
        with_others: whether to read the other columns as well.

    Raises:
        InputError: a column is missing, a row has another number of fields, or the data are not UTF-8 or CSV.
    """
    reader = csv.reader(StringIO(decode_utf8(data, file=file), newline=""), strict=True)
    lines: list[int] = []
    rows: list[list[str]] = []
    try:
        header = next(reader, [])
        missing = [column for column in columns if column not in header]
        if missing:
            columns_text = f"its columns are {', '.join(header[:_SHOWN_COLUMNS]) or 'none'}"
            problem = f"has no column {missing[0]!r}{did_you_mean(missing[0], header)}{columns_text}"
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
        raise InputError("has no rows, expected at least one", file=file)
    values = dict(zip(wanted, zip(*rows, strict=True), strict=True))
    return Columns(file, tuple(lines), values)


def json_content(folder: Path | None, name: str) -> tuple[str, Any]:
    """Return the name of a gzipped JSON file for messages, and its contents.

    Raises:
        InputError: the file is missing, not gzip, or not JSON.
    """
    path = table_path(folder, name)
    return str(path), parse_json(unpacked(path), file=str(path))


def json_lines(
    folder: Path | None, name: str, holding: bytes = b""
) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Return the objects of a gzipped JSON Lines file, each with the name of the file and its line.

    Args:
        folder: folder of the tables; None for that of NASPORT_DATA.
        name: name of the file.
        holding: text that a line must contain to be read; other lines may not be valid JSON, because they contain NaN.

    Raises:
        InputError: the file is missing or not gzip, or a line is not a JSON object.
    """
    path = table_path(folder, name)
    for number, line in enumerate(unpacked(path).splitlines(), 1):
        if line.strip() and holding in line:
            value = parse_json(line, file=str(path), line=number)
            yield str(path), number, checked_object(value, str(path), (), number)


def checked_object(
    value: Any, file: str, path: tuple[str | int, ...], line: int | None = None
) -> dict[str, Any]:
    """Return a JSON object.

    Raises:
        InputError: the value is not an object.
    """
    if not isinstance(value, dict):
        raise InputError(f"{value!r:.60}, expected a JSON object", file=file, line=line, path=path)
    return value


def checked_number(
    record: dict[str, Any], key: str, file: str, path: tuple[str | int, ...] = (), line: int | None = None
) -> float:
    """Return the finite number under a key.

    Raises:
        InputError: it is missing or not a finite number.
    """
    value = record.get(key)
    return finite(value, file, (*path, key), line)


def finite(value: Any, file: str, path: tuple[str | int, ...], line: int | None = None) -> float:
    """Return a JSON number as a float.

    Raises:
        InputError: the value is not a finite number.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e300:
        raise InputError(f"{value!r:.60}, expected a finite number", file=file, line=line, path=path)
    return float(value)
