"""Find the known name that is most similar to an unknown one, for error messages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

# Least similarity of a suggestion, by difflib's ratio, which is 1 for equal names.
NEAR, NEAR_WITH_OTHER_NUMBERS = 0.65, 0.8
LONGEST, MOST = 50, 500  # length and number of the names that are compared, so that no document takes long


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most similar to an unknown one; None if no name is similar.

    Case and punctuation do not count, and names with the same numbers come first: `conv_3x3` is suggested for `conv3x3`, and
    `conv_5x5` rather than `nor_conv_3x3` for `nor_conv_5x5`.
    """
    if len(name) > LONGEST:
        return None
    return _nearest(name, tuple(islice((other for other in known if len(other) <= LONGEST), MOST)))


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """Return the part of a message between an unknown name and "expected": `, did you mean 'conv_3x3'? ` or `, `."""
    suggestion = nearest(name, known) if isinstance(name, str) else None
    return ", " if suggestion is None else f", did you mean {suggestion!r}? "


@lru_cache(maxsize=256)  # the documents of a batch often share a mistake
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    from difflib import SequenceMatcher  # loaded only for an unknown name

    plain, numbers = _plain(name), _numbers(name)
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(plain)
    best, suggestion = (False, 0.0), None
    for other in known:
        same_numbers = _numbers(other) == numbers
        matcher.set_seq1(_plain(other))
        similarity = same_numbers, matcher.ratio()
        if similarity[1] >= (NEAR if same_numbers else NEAR_WITH_OTHER_NUMBERS) and similarity > best:
            best, suggestion = similarity, other
    return suggestion


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower() or name


def _numbers(name: str) -> list[str]:
    return re.findall(r"\d+", name)
