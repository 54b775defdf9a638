"""Layouts of the tables' files: functions that read architectures and labels.

A layout takes the folder of the tables (None for that of NASPORT_DATA), the name of the file and the columns of the labels
(keys in JSON files). It returns the G architectures, and (G,) float64 for each column. It raises InputError if the folder, the
file or a column is missing, or a row is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nasport.schemas.errors import InputError
from nasport.toolkit.laboratory.tables.text_files import (
    checked_number,
    checked_object,
    csv_columns,
    finite,
    json_content,
    json_lines,
)

Labels = Sequence[NDArray[np.float64]]
Layout = Callable[[Path | None, str, Sequence[str]], tuple[Iterable[str], Labels]]

_MACRO_RUNS = 3
_MNASNET_BLOCKS = 7


def csv_table(text: str) -> Layout:
    """Return the layout of a CSV file with the architecture in the column `text` and a column for each label."""

    def read(folder: Path | None, file: str, labels: Sequence[str]) -> tuple[Iterable[str], Labels]:
        columns = csv_columns(folder, file, (text, *labels))
        return columns.texts(text), [columns.numbers(name) for name in labels]

    return read


def nasbench101(folder: Path | None, file: str, labels: Sequence[str]) -> tuple[Iterable[str], Labels]:
    """Read a CSV file of cells.

    A cell becomes the text `n_vertices bits operators`, where bits are the upper triangle of the adjacency matrix, row by row.
    """
    vertices, bits, operators = "n_vertices", "upper_tri_adjacency", "ops_0conv3x3_1conv1x1_2maxpool"
    columns = csv_columns(folder, file, (vertices, bits, operators, *labels))
    # A cell of two vertices has no operators.
    parts = (columns.texts(vertices), columns.texts(bits), columns.values[operators])
    texts = (" ".join(part for part in row if part) for row in zip(*parts, strict=True))
    return texts, [columns.numbers(label) for label in labels]


def accel_nasbench(folder: Path | None, file: str, labels: Sequence[str]) -> tuple[Iterable[str], Labels]:
    """Read a CSV file with four numbers for each block.

    A network becomes the lists of its expansions, kernels, numbers of layers and squeezes. Networks that were measured several
    times get the mean.
    """
    names = [[f"block{place}_{key}" for place in range(_MNASNET_BLOCKS)] for key in ("e", "k", "l", "se")]
    columns = csv_columns(folder, file, (*(name for row in names for name in row), *labels))
    lists = [[", ".join(row) for row in zip(*map(columns.texts, row), strict=True)] for row in names]
    rows: dict[str, list[int]] = {}
    for place, row in enumerate(zip(*lists, strict=True)):
        rows.setdefault(f"[[{'], ['.join(row)}]]", []).append(place)
    measured = [columns.numbers(label) for label in labels]
    return rows, [np.array([np.mean(values[places]) for places in rows.values()]) for values in measured]


def nasbench_macro(folder: Path | None, file: str, labels: Sequence[str]) -> tuple[Iterable[str], Labels]:
    """Read a JSON object of networks; the only label is the mean test accuracy of their runs."""
    path, content = json_content(folder, file)
    entries = checked_object(content, path, ())
    (column,), means = labels, []
    for text, entry in entries.items():
        runs = checked_object(entry, path, (text,)).get(column)
        if not isinstance(runs, list) or len(runs) != _MACRO_RUNS:
            problem = f"{runs!r:.60}, expected the accuracies of {_MACRO_RUNS} runs"
            raise InputError(problem, file=path, path=(text, column))
        numbers = [finite(run, path, (text, column, place)) for place, run in enumerate(runs)]
        means.append(sum(numbers) / _MACRO_RUNS)
    return entries, [np.array(means, np.float64)]


def nasbench301(folder: Path | None, file: str, labels: Sequence[str]) -> tuple[Iterable[str], Labels]:
    """Read a JSON object of data sets, each an object of pairs of cells."""
    path, datasets = json_content(folder, file)
    entries = checked_object(checked_object(datasets, path, ()).get("cifar10"), path, ("cifar10",))
    rows = [
        _numbers(checked_object(entry, path, ("cifar10", text)), labels, path, ("cifar10", text))
        for text, entry in entries.items()
    ]
    return entries, _columns(rows, labels)


def vit_bench_101(folder: Path | None, file: str, labels: Sequence[str]) -> tuple[Iterable[str], Labels]:
    """Read a JSON array of networks with all their labels."""
    path, entries = json_content(folder, file)
    if not isinstance(entries, list):
        raise InputError(f"{entries!r:.60}, expected a JSON array", file=path)
    texts, rows = [], []
    for place, entry in enumerate(entries):
        record = checked_object(entry, path, (place,))
        texts.append(json.dumps(checked_object(record.get("arch"), path, (place, "arch"))))
        rows.append(_numbers(record, labels, path, (place,)))
    return texts, _columns(rows, labels)


def nds(space: str) -> Layout:
    """Return the layout of a space in JSON Lines; an architecture becomes the network and its space, without measurements."""

    def read(folder: Path | None, file: str, labels: Sequence[str]) -> tuple[Iterable[str], Labels]:
        (column,), texts, values, path = labels, [], [], file
        for path, line, record in json_lines(folder, file):
            if record.get("space") == space:
                net = checked_object(record.get("net"), path, ("net",), line)
                texts.append(json.dumps({"space": space, "net": net}))
                values.append(checked_number(record, column, path, line=line))
        if not texts:
            raise InputError(f"expected at least one record of the space {space!r}", file=path)
        return texts, [np.array(values, np.float64)]

    return read


def nasbench_nlp(folder: Path | None, file: str, labels: Sequence[str]) -> tuple[Iterable[str], Labels]:
    """Read JSON Lines of trainings; only complete trainings on the Penn Treebank count."""
    (column,), texts, values, path = labels, [], [], file
    for path, line, record in json_lines(folder, file, b'"OK"'):
        if record.get("status") == "OK" and "wikitext" not in str(record.get("run")):
            texts.append(str(record.get("recepie")))
            values.append(checked_number(record, column, path, line=line))
    if not texts:
        raise InputError("expected at least one training with the status OK", file=path)
    return texts, [np.array(values, np.float64)]


def _numbers(
    record: dict[str, object], labels: Sequence[str], file: str, path: tuple[str | int, ...]
) -> list[float]:
    return [checked_number(record, label, file, path) for label in labels]


def _columns(rows: Sequence[Sequence[float]], labels: Sequence[str]) -> Labels:
    """Return one column for each label; without rows the columns are empty."""
    return list(np.array(rows, np.float64).reshape(-1, len(labels)).T)
