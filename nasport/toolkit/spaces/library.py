"""The spaces that come with the package, and spaces from files."""

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
    """Names of the spaces that come with the package."""
    found = (entry.name for entry in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in found if name.endswith(".json")))


def space_file(name_or_path: str | Path) -> Path:
    """Where the document lies that `load_space` reads."""
    name = str(name_or_path).replace("-", "_")
    return Path(str(_FOLDER / f"{name}.json")) if name in space_names() else Path(name_or_path)


def load_space(source: str | Path | Mapping[str, Any] | SearchSpace) -> SearchSpace:
    """A space that comes with the package, by name (`nds_darts` or `nds-darts`), or one of your own: its file or document.

    Raises:
        InputError: none of these, or a mistake in the document; names file, line and path inside it.
        TypeError: neither a text nor a path nor a dict.
    """
    if isinstance(source, SearchSpace):
        return source
    if isinstance(source, Mapping):
        return SearchSpace(space_from_json(json_values(source)))
    if not isinstance(source, str | Path):
        raise TypeError(f"the space {source!r:.60}, expected a name, a file or a document (dict)")
    name = str(source).replace("-", "_")
    if name in space_names():
        document = _FOLDER / f"{name}.json"
        return SearchSpace(parse_space(document.read_bytes(), file=f"{name}.json"))
    if not os.path.isfile(source):
        if Path(source).suffix:
            raise InputError("no such file, expected the document of a space", file=str(source))
        near = did_you_mean(name, space_names())
        raise InputError(
            f"no such space: {str(source)!r}{near}expected a file or one of {', '.join(space_names())}"
        )
    return SearchSpace(read_space(Path(source)))
