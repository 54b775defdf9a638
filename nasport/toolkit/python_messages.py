"""Error messages of the command line in terms of Python arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from nasport.schemas.errors import InputError
from nasport.toolkit.notations import notations

# Python arguments whose names differ from those of their command-line options, by the name of the option.
_ARGUMENTS = {"from": "notation", "max": "limits", "min": "limits"}


@contextmanager
def python_messages() -> Iterator[None]:
    """Replace options by Python arguments in error messages: `--from darts` by `notation='darts'`."""
    try:
        yield
    except InputError as error:
        parts = error.problem.split("`")  # every second part is a shell command, which stays unchanged
        parts[::2] = [re.sub(r"--([a-z]+(?:-[a-z]+)*)(?: (\w+))?", _argument, part) for part in parts[::2]]
        error.problem = "`".join(parts)
        error.args = (str(error),)
        raise


def _argument(option: re.Match[str]) -> str:
    name, value = _ARGUMENTS.get(option[1], option[1].replace("-", "_")), option[2] or ""
    if value in notations():
        return f"{name}={value!r}"
    return f"{name}={value}" if value.isupper() else f"{name}= {value}".rstrip()
