"""`nasport data`: list the benchmark tables with their origin, or check a folder of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasport.toolkit.options import JsonOptions, argument, option
from nasport.toolkit.printing.report import Report
from nasport.toolkit.printing.terminal import block, count_text, table

if TYPE_CHECKING:
    from nasport.toolkit.laboratory.tables import Table

HEADER = ("file", "state", "benchmark", "license")


@dataclass(frozen=True, kw_only=True)
class DataOptions(JsonOptions):
    """Options of `nasport data`."""

    folder: Path | None = argument(
        None, "Folder to check (default: list the tables without checking).", metavar="FOLDER"
    )
    check: bool = option(False, "Check files, checksums and columns in the folder that NASPORT_DATA names.")


def run(options: DataOptions) -> int:
    """List the tables, or check a folder.

    Returns:
        Exit status.

    Raises:
        InputError: the folder does not exist.
    """
    from nasport.schemas.errors import InputError
    from nasport.toolkit.laboratory.tables import FOLDER_VARIABLE, data_folder

    if options.folder is None and not options.check:
        try:
            folder = data_folder()
        except InputError:  # without the folder all tables are listed as missing
            folder = None
        _list(folder, options.json)
        return 0
    folder = options.folder or data_folder()
    if not folder.is_dir():
        raise InputError(
            f"not a folder, expected the folder of tables that {FOLDER_VARIABLE} names", file=str(folder)
        )
    return _check(folder, options.json)


def _list(folder: Path | None, as_json: bool) -> None:
    from nasport.toolkit.laboratory.tables import FILES, READERS, TABLES

    tables: dict[str, Table] = dict(TABLES)
    of_tables = {known.file for known in tables.values()}
    records = [_record(name, known.file, known, folder) for name, known in tables.items()]
    records += [_record(file.split(".")[0], file, None, folder) for file in FILES if file not in of_tables]
    for record in records:
        print(json.dumps(record) if as_json else _block(record))
    if not as_json:
        for name in READERS.extensions():
            print(block(name, [("from", "an extension (docs/guides/extending.md)")]))


def _record(name: str, file: str, known: Table | None, folder: Path | None) -> dict[str, Any]:
    """Return the JSON record of a table.

    Args:
        name: name of the table or file.
        file: file name inside the folder.
        known: the table; None for a file without labels.
        folder: where tables are searched; None if unknown.
    """
    from nasport.toolkit.laboratory.tables import FILES

    data_file = FILES[file]
    labels = zip(known.labels.items(), known.columns, strict=True) if known else ()
    return {
        "name": name,
        "file": file,
        "holds": data_file.holds,
        "architectures": known.architectures if known else None,
        "notation": (known.notation or name) if known else None,
        "labels": [
            {
                "name": label,
                **facts._asdict(),
                "better": "higher",
                "column": column,
                "column_better": "lower" if known and known.lower_is_better else "higher",
            }
            for (label, facts), column in labels
        ],
        "benchmark": data_file.origin.benchmark,
        "source": data_file.origin.source,
        "license": data_file.origin.license or None,
        "sha256": data_file.sha256,
        "at_hand": folder is not None and (folder / file).is_file(),
    }


def _block(record: Mapping[str, Any]) -> str:
    origin = [record["benchmark"], record["source"], record["license"] or "no license stated"]
    facts = [
        ("file", f"{record['file']}, {'present' if record['at_hand'] else 'missing'}"),
        ("holds", record["holds"]),
        ("source", ", ".join(origin)),
        ("SHA-256", record["sha256"]),
    ]
    if record["labels"]:
        labels = ", ".join(map(_label, record["labels"]))
        facts.insert(2, ("labels", f"of {count_text(record['architectures'])}, higher is better: {labels}"))
    return block(record["name"], facts)


def _label(label: Mapping[str, str]) -> str:
    minus = "minus " if label["column_better"] == "lower" else ""
    words = [label["dataset"], label["split"], f"column {minus}{label['column']}"]
    details = [word for word in words if word not in ("", label["name"], f"column {label['name']}")]
    return f"{label['name']} ({', '.join(details)})" if details else label["name"]


def _check(folder: Path, as_json: bool) -> int:
    from nasport.toolkit.laboratory.tables import FILES, problems

    report, rows = Report(), [HEADER]
    for name, known in FILES.items():
        errors = problems(folder, name)
        for error in errors:
            report.error(error)
        if as_json:
            print(json.dumps({"file": name, "problems": [str(error) for error in errors]}))
        rows.append((name, _state(folder / name, errors), known.origin.benchmark, known.origin.license))
    if not as_json:
        print("\n".join(table(rows)))
    return report.status


def _state(path: Path, errors: Sequence[object]) -> str:
    """Return whether a file is the version that the project's results were measured with."""
    if not errors:
        return "valid"
    return "another copy" if path.is_file() else "missing"
