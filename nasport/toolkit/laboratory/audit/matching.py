"""Find the architectures of a table that the rows of a score file name, by text, by hash, or by parsing the text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasport.schemas.errors import InputError
from nasport.schemas.graphs.canonical import architecture_hash, hashes
from nasport.toolkit.laboratory.audit.score_file import ScoreFile, Wrong
from nasport.toolkit.laboratory.evaluation.tested_spaces import TestedSpace
from nasport.toolkit.notations import notation


class Matched(NamedTuple):
    """Scores of a file for the architectures of a table.

    Attributes:
        scores: by column, (G,) scores in the order of the table; NaN if the file has none.
        unmatched: rows of the file that name no architecture of the table, each with its error.
    """

    scores: Mapping[str, NDArray[np.float64]]
    unmatched: Mapping[int, InputError]


def matched(space: TestedSpace, file: ScoreFile, wrong: Wrong) -> Matched:
    """Match the scores of a file to the architectures of a table.

    Args:
        space: the table.
        file: the score file.
        wrong: function that is called with the error of each row that repeats the architecture of an earlier row.
    """
    known, unmatched = _Index(space), dict[int, InputError]()
    # Map from rows of the table to rows of the file; isomorphic architectures of the table share a score.
    taken: dict[int, int] = {}
    for row, text in enumerate(file.texts):
        try:
            matches = known[text]
        except InputError as error:
            unmatched[row] = file.error(row, error.problem)
            continue
        twins = [taken[match] for match in matches if match in taken]
        if twins:
            wrong(file.error(row, f"the same architecture as in line {file.lines[twins[0]]}"))
        else:
            taken.update(dict.fromkeys(matches, row))
    places, rows = list(taken), list(taken.values())
    found = {name: np.full(len(space.texts), np.nan) for name in file.scores}
    for name, values in file.scores.items():
        found[name][places] = values[rows]
    return Matched(found, unmatched)


class _Index:
    """Rows of a table by the texts and hashes that name them."""

    def __init__(self, space: TestedSpace) -> None:
        self.space = space
        self.notation = notation(space.notation)
        self.by_text = _rows_by(space.texts)

    @cached_property
    def by_hash(self) -> Mapping[str, Sequence[int]]:
        return _rows_by(hashes(self.space.graphs))

    def __getitem__(self, text: str) -> Sequence[int]:
        """Return the rows that a text names.

        Raises:
            InputError: there are none.
        """
        found = self.by_text.get(text) or self.by_hash.get(text.lower())
        if found:
            return found
        try:
            found = self.by_hash.get(architecture_hash(self.notation.parse(text)))
        except InputError as error:
            raise self._no_match(text, f": {error.problem}") from None
        if not found:
            raise self._no_match(text, "")
        return found

    def _no_match(self, text: str, why: str) -> InputError:
        expected = f"expected its text in the notation {self.notation.name!r}, or its hash"
        return InputError(f"{text!r:.60} is not an architecture of {self.space.name}, {expected}{why}")


def _rows_by(names: Sequence[str]) -> Mapping[str, Sequence[int]]:
    found = defaultdict[str, list[int]](list)
    for row, name in enumerate(names):
        found[name].append(row)
    return dict(found)
