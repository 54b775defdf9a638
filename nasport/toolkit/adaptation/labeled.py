"""Labels of members of the space: read, and held to be of use."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nasport.models.correction import Floats
from nasport.schemas import architecture_hash
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.gennas.task_search.labeled import read_labeled
from nasport.toolkit.spaces import SearchSpace

FEWEST, MOST = 10, 1_000


@dataclass(frozen=True)
class Labels:
    """L labeled members of a space.

    Attributes:
        architectures: L of them, in the order of their hashes.
        values: (L,) higher is better.
        sign: 1, or -1 where the file's values are better the lower.
        name: what they are.
    """

    architectures: tuple[Architecture, ...]
    values: Floats
    sign: float
    name: str


def read_labels(
    file: Path, space: SearchSpace, source_format: str | None, metric: str | None, lower_is_better: bool
) -> Labels:
    """The labels of a file, as `nasport search-task` reads them.

    Args:
        source_format: of lines `NOTATION<TAB>LABEL`; None: documents with labels.
        metric: which of a document's labels; None: they have one.
        lower_is_better: labels are errors or losses.

    Raises:
        InputError: a mistake in the file; too few or too many labels, or all equal; an architecture twice, or one that is no
            member of the space.
    """
    found = read_labeled([str(file)], source_format, metric, lower_is_better)
    if problem := _wrong_count(len(found)):
        raise InputError(problem, file=str(file))
    for each, genes in zip(found, space.genes_of_many([each.architecture for each in found]), strict=True):
        if genes is None:
            raise each.located(InputError(f"no member of {space.name!r}, expected labels of that space"))
    values = np.array([each.label for each in found], np.float64)
    return Labels(
        tuple(each.architecture for each in found),
        values,
        -1.0 if lower_is_better else 1.0,
        metric or "label",
    )


def labels_of(
    pairs: Iterable[tuple[Architecture, float]], space: SearchSpace, lower_is_better: bool
) -> Labels:
    """The labels of a caller in Python.

    Args:
        pairs: architecture and label of each.
        lower_is_better: labels are errors or losses.

    Raises:
        InputError: too few or too many labels, or all equal, or one that is no finite number; an architecture twice, or one
            that is no member of the space.
    """
    given = list(pairs)
    if problem := _wrong_count(len(given)):
        raise InputError(problem)
    members = space.genes_of_many([architecture for architecture, _ in given])
    found: dict[str, tuple[Architecture, float]] = {}
    for place, ((architecture, value), genes) in enumerate(zip(given, members, strict=True)):
        if genes is None:
            raise InputError(f"item {place} is no member of {space.name!r}, expected labels of that space")
        if not math.isfinite(value):
            raise InputError(f"item {place}: the label {value!r} is no finite number")
        digest = architecture_hash(architecture)
        if digest in found:
            raise InputError(
                f"item {place} is a network that came before, expected architectures that are not the same"
            )
        found[digest] = architecture, float(value)
    if len({value for _, value in found.values()}) == 1:
        raise InputError("every label is the same, expected some that differ: equal labels rank nothing")
    sign = -1.0 if lower_is_better else 1.0
    ordered = [found[digest] for digest in sorted(found)]
    values = np.array([sign * value for _, value in ordered], np.float64)
    return Labels(tuple(architecture for architecture, _ in ordered), values, sign, "label")


def _wrong_count(count: int) -> str:
    return "" if FEWEST <= count <= MOST else f"{count:,} labels, expected {FEWEST} to {MOST:,}"
