"""Labels of members of a search space: reading and checking."""

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
    """Labels of L members of a search space.

    Attributes:
        architectures: L architectures, in the order of their hashes.
        values: (L,) labels with a sign such that higher is better.
        sign: 1, or -1 if lower values are better in the file.
        name: name of the label.
    """

    architectures: tuple[Architecture, ...]
    values: Floats
    sign: float
    name: str


def read_labels(
    file: Path, space: SearchSpace, source_format: str | None, metric: str | None, lower_is_better: bool
) -> Labels:
    """Read a file of labels, as `nasport search-task` does.

    Args:
        file: file or folder.
        space: search space of the architectures.
        source_format: notation of lines `TEXT<TAB>LABEL`; None for documents with labels.
        metric: label to choose if documents have several; None if they have one.
        lower_is_better: whether labels are errors or losses.

    Raises:
        InputError: a mistake in the file, too few or too many labels, equal labels only, the same architecture twice, or an
            architecture that is not a member of the search space.
    """
    found = read_labeled([str(file)], source_format, metric, lower_is_better)
    if problem := _wrong_count(len(found)):
        raise InputError(problem, file=str(file))
    for each, genes in zip(found, space.genes_of_many([each.architecture for each in found]), strict=True):
        if genes is None:
            raise each.located(
                InputError(f"not a member of {space.name!r}, expected labels of members of that space")
            )
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
    """Check labels that are passed from Python.

    Args:
        pairs: architectures with their labels.
        space: search space of the architectures.
        lower_is_better: whether labels are errors or losses.

    Raises:
        InputError: too few or too many labels, equal labels only, a label that is not finite, the same architecture twice, or
            an architecture that is not a member of the search space.
    """
    given = list(pairs)
    if problem := _wrong_count(len(given)):
        raise InputError(problem)
    members = space.genes_of_many([architecture for architecture, _ in given])
    found: dict[str, tuple[Architecture, float]] = {}
    for place, ((architecture, value), genes) in enumerate(zip(given, members, strict=True)):
        if genes is None:
            raise InputError(
                f"item {place} is not a member of {space.name!r}, expected labels of members of that space"
            )
        if not math.isfinite(value):
            raise InputError(f"item {place}: the label is {value!r}, expected a finite number")
        digest = architecture_hash(architecture)
        if digest in found:
            raise InputError(
                f"item {place} repeats the architecture of an earlier item, expected different architectures"
            )
        found[digest] = architecture, float(value)
    if len({value for _, value in found.values()}) == 1:
        raise InputError("all labels are equal, expected different labels: equal labels give no ranking")
    sign = -1.0 if lower_is_better else 1.0
    ordered = [found[digest] for digest in sorted(found)]
    values = np.array([sign * value for _, value in ordered], np.float64)
    return Labels(tuple(architecture for architecture, _ in ordered), values, sign, "label")


def _wrong_count(count: int) -> str:
    return "" if FEWEST <= count <= MOST else f"{count:,} labels, expected {FEWEST} to {MOST:,}"
