"""`nasport formats`: list the notations that nasport reads and writes."""

from __future__ import annotations

import json

from nasport.toolkit.options import JsonOptions
from nasport.toolkit.printing.terminal import line_width, wrapped


def run(options: JsonOptions) -> int:
    """Print each notation with an example.

    Returns:
        Exit status.
    """
    from nasport.toolkit.notations import NOTATIONS

    for name, known in NOTATIONS.working():
        record = {"name": name, "description": known.description, "example": known.example}
        if options.json:
            print(json.dumps(record))
        else:
            print(
                "\n".join([name, *wrapped(f"    {known.description}", line_width()), f"    {known.example}"])
            )
    return 0
