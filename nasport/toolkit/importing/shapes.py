"""Shapes of inputs as people write them."""

from __future__ import annotations

import re

from nasport.schemas.errors import InputError

_SIDE = re.compile(r"[0-9]{1,7}")


def image_shape(text: str) -> tuple[int, ...]:
    """A shape such as `3x224x224`.

    Raises:
        InputError: it is none.
    """
    parts = re.split(r"[x,]", text.strip())
    if len(parts) not in (1, 3) or not all(_SIDE.fullmatch(part) and int(part) > 0 for part in parts):
        raise InputError(f"{text!r:.60}, expected CHANNELSxHEIGHTxWIDTH, e.g. 3x224x224")
    return tuple(map(int, parts))
