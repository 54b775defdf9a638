"""Which architectures of a table the rows of a file are: by their text, by their hash, or by what their text means."""

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
    """What a file says of a table.

    Attributes:
        scores: by column, (G,) as the table has its architectures; NaN where the file scores none.
        strangers: rows of the file that are no architecture of the table, each with what is wrong.
    """

    scores: Mapping[str, NDArray[np.float64]]
    strangers: Mapping[int, InputError]


def matched(space: TestedSpace, file: ScoreFile, wrong: Wrong) -> Matched:
    """The scores of a file by the architectures of a table.

    Args:
        space: the table.
        file: of scores.
        wrong: called with the error of each row whose architecture stands above it already.
    """
    known, strangers = _Index(space), dict[int, InputError]()
    taken: dict[int, int] = {}  # rows of the table, each with the file's; those of one hash have one score
    for row, text in enumerate(file.texts):
        try:
            matches = known[text]
        except InputError as error:
            strangers[row] = file.error(row, error.problem)
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
    return Matched(found, strangers)


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
