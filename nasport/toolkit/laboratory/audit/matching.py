"""Which architectures of a table the rows of a file are: by their text, by their hash, or by what their text means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nasport.schemas.errors import InputError
from nasport.schemas.graphs.canonical import architecture_hash, hashes
from nasport.toolkit.laboratory.audit.score_file import ScoreFile, Wrong
from nasport.toolkit.laboratory.evaluation.tested_spaces import TestedSpace
from nasport.toolkit.notations import notation


def scores_of(space: TestedSpace, file: ScoreFile, wrong: Wrong) -> dict[str, NDArray[np.float64]]:
    """The scores of a file by column, (G,) as the table has its architectures; NaN where it scores none.

    Args:
        space: the table.
        file: whose rows are architectures of it.
        wrong: called with the error of each row that is none, or stands twice.
    """
    rows, places = list[int](), list[int]()
    for row, matches in _matched(space, file, wrong):
        rows += [row] * len(matches)
        places += matches
    found = {}
    for name, values in file.scores.items():
        found[name] = np.full(len(space.texts), np.nan)
        found[name][places] = values[rows]
    return found


def _matched(space: TestedSpace, file: ScoreFile, wrong: Wrong) -> Iterator[tuple[int, Sequence[int]]]:
    """Rows of the file, each with the table's rows that it scores; one hash may be that of several."""
    known, taken = _Index(space), dict[int, int]()
    for row, text in enumerate(file.texts):
        try:
            matches = known[text]
        except InputError as error:
            wrong(file.error(row, error.problem))
            continue
        twins = [taken[match] for match in matches if match in taken]
        if twins:
            wrong(file.error(row, f"the same architecture as in line {file.lines[twins[0]]}"))
            continue
        taken.update(dict.fromkeys(matches, row))
        yield row, matches


class _Index:
    """Rows of a table by what names them."""

    def __init__(self, space: TestedSpace) -> None:
        self.space = space
        self.notation = notation(space.notation)
        self.by_text = _rows_by(space.texts)

    @cached_property
    def by_hash(self) -> Mapping[str, Sequence[int]]:
        return _rows_by(hashes(self.space.graphs))

    def __getitem__(self, text: str) -> Sequence[int]:
        """The rows that a text names. Raises InputError where there are none."""
        found = self.by_text.get(text) or self.by_hash.get(text.lower())
        if found:
            return found
        try:
            found = self.by_hash.get(architecture_hash(self.notation.parse(text)))
        except InputError as error:
            raise self._stranger(text, f": {error.problem}") from None
        if not found:
            raise self._stranger(text, "")
        return found

    def _stranger(self, text: str, why: str) -> InputError:
        expected = f"expected a text of it in the notation {self.notation.name!r}, or its hash"
        return InputError(f"{text!r:.60} is no architecture of {self.space.name}, {expected}{why}")


def _rows_by(names: Sequence[str]) -> Mapping[str, Sequence[int]]:
    found = defaultdict[str, list[int]](list)
    for row, name in enumerate(names):
        found[name].append(row)
    return dict(found)
