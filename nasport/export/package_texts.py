"""Texts of the repository that nasport also installs, for `nasport export`: the specification, the license and the notice.

    python -m nasport.export.package_texts

The command copies them from the repository into this package. Run it after a change to one of them; a test compares them.
"""

from __future__ import annotations

import re
import sys
from importlib.resources import files
from pathlib import Path

from nasport.schemas.writing import write_atomically

SPECIFICATION, LICENSE, NOTICE = "SPEC.md", "LICENSE", "NOTICE"
# Source in the repository of each text.
_SOURCES = {SPECIFICATION: "docs/reference/spec.md", LICENSE: "LICENSE", NOTICE: "NOTICE"}
# A link to another file, which the installed text cannot follow. Links to a section and to the web remain.
_LINK = re.compile(r"(?<!!)\[([^\]\n]+)\]\((?!\w+:|#)[^)\s]+\)")


def packaged_text(name: str) -> bytes:
    """Return the content of an installed text: `SPECIFICATION`, `LICENSE` or `NOTICE`."""
    return (files("nasport.export") / name).read_bytes()


def text_of_repository(root: Path, name: str) -> bytes:
    """Return the text as it should be installed, from its source in the repository.

    Raises:
        OSError: the source is missing.
    """
    text = (root / _SOURCES[name]).read_text("utf-8")
    return (_LINK.sub(r"\1", text) if name == SPECIFICATION else text).encode()


def main() -> int:
    """Write all texts into this package."""
    folder = Path(__file__).parent
    for name in _SOURCES:
        write_atomically(folder / name, text_of_repository(folder.parents[1], name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
