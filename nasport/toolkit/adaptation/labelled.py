"""Labels of members of the space: read, and held to be of use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nasport.models.correction import Floats
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.gennas.task_search.labelled import read_labelled
from nasport.toolkit.spaces import SearchSpace

FEWEST, MOST = 10, 1_000


@dataclass(frozen=True)
class Labels:
    """L labelled members of a space.

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
    found = read_labelled([str(file)], source_format, metric, lower_is_better)
    if not FEWEST <= len(found) <= MOST:
        raise InputError(f"{len(found):,} labels, expected {FEWEST} to {MOST:,}", file=str(file))
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
