"""Parser of input shapes such as `3x224x224`."""

from __future__ import annotations

import re

from nasport.schemas.errors import InputError

_SIDE = re.compile(r"[0-9]{1,7}")


def image_shape(text: str) -> tuple[int, ...]:
    """Parse the shape of one input.

    Args:
        text: CHANNELSxHEIGHTxWIDTH, or one number of features; commas can replace `x`.

    Returns:
        (channels, height, width), or (features,).

    Raises:
        InputError: the text has another form.
    """
    parts = re.split(r"[x,]", text.strip())
    if len(parts) not in (1, 3) or not all(_SIDE.fullmatch(part) and int(part) > 0 for part in parts):
        raise InputError(f"{text!r:.60}, expected CHANNELSxHEIGHTxWIDTH, e.g. 3x224x224")
    return tuple(map(int, parts))
