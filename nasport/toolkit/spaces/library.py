"""The search spaces that nasport ships, and search spaces from files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.schemas.reading import json_values
from nasport.schemas.space import parse_space, read_space, space_from_json
from nasport.toolkit.spaces.search_space import SearchSpace

_FOLDER = files("nasport.toolkit.spaces") / "documents"


def space_names() -> tuple[str, ...]:
    """Return the names of the shipped search spaces."""
    file_names = (entry.name for entry in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in file_names if name.endswith(".json")))


def space_file(name_or_path: str | Path) -> Path:
    """Return the path of the document that `load_space` reads."""
    name = str(name_or_path).replace("-", "_")
    return Path(str(_FOLDER / f"{name}.json")) if name in space_names() else Path(name_or_path)


def load_space(source: str | Path | Mapping[str, Any] | SearchSpace) -> SearchSpace:
    """Load a search space.

    Args:
        source: name of a shipped search space (`nds_darts` or `nds-darts`), a file, a document as a dict, or a `SearchSpace`,
            which is returned unchanged.

    Raises:
        InputError: an unknown name, a missing file or an invalid document; the message names file, line and path inside it.
        TypeError: an argument of another type.
    """
    if isinstance(source, SearchSpace):
        return source
    if isinstance(source, Mapping):
        return SearchSpace(space_from_json(json_values(source)))
    if not isinstance(source, str | Path):
        raise TypeError(f"the search space {source!r:.60}, expected a name, a file or a document (dict)")
    name = str(source).replace("-", "_")
    if name in space_names():
        document = _FOLDER / f"{name}.json"
        return SearchSpace(parse_space(document.read_bytes(), file=f"{name}.json"))
    if not os.path.isfile(source):
        if Path(source).suffix:
            raise InputError("no such file, expected the document of a search space", file=str(source))
        near = did_you_mean(name, space_names())
        raise InputError(
            f"unknown search space {str(source)!r}{near}expected a file or one of {', '.join(space_names())}"
        )
    return SearchSpace(read_space(Path(source)))
