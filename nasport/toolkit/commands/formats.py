"""`nasport formats`: the notations that nasport reads and writes."""

from __future__ import annotations

import json
from dataclasses import dataclass

from nasport.toolkit.options import Options, option
from nasport.toolkit.printing.terminal import line_width, wrapped


@dataclass(frozen=True, kw_only=True)
class FormatsOptions(Options):
    """Of `nasport formats`."""

    json: bool = option(False, "Print one JSON object a line.")


def run(options: FormatsOptions) -> int:
    """Print the notations with an example of each."""
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
