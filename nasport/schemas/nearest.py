"""The nearest of the names that are known, for a message about one that is not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

# Of difflib's ratio, which is 1 for equal names.
NEAR, NEAR_WITH_OTHER_NUMBERS = 0.65, 0.8
LONGEST, MOST = 50, 500  # of names, so that no document keeps us busy


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that a wrong one most likely stands for; None where none is near.

    Case and punctuation count for nothing, numbers for much: `conv3x3` stands for `conv_3x3`, and `nor_conv_5x5` for
    `conv_5x5` rather than for `nor_conv_3x3`.
    """
    if len(name) > LONGEST:
        return None
    return _nearest(name, tuple(islice((each for each in known if len(each) <= LONGEST), MOST)))


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """What stands between a wrong name and what was expected: `, did you mean 'conv_3x3'? `, or only a comma."""
    found = nearest(name, known) if isinstance(name, str) else None
    return ", " if found is None else f", did you mean {found!r}? "


@lru_cache(maxsize=256)  # in a batch one mistake stands many times
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    from difflib import SequenceMatcher  # what a right name has no need to load

    plain, numbers = _plain(name), _numbers(name)
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(plain)
    best, found = (False, 0.0), None
    for each in known:
        alike = _numbers(each) == numbers
        matcher.set_seq1(_plain(each))
        closeness = alike, matcher.ratio()
        if closeness[1] >= (NEAR if alike else NEAR_WITH_OTHER_NUMBERS) and closeness > best:
            best, found = closeness, each
    return found


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower() or name


def _numbers(name: str) -> list[str]:
    return re.findall(r"\d+", name)
