"""The spaces that come with the package, and spaces from files."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.schemas.space import parse_space, read_space
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


def load_space(name_or_path: str | Path) -> SearchSpace:
    """A space that comes with the package, by name (`nds_darts` or `nds-darts`), or one of your own, from a file.

    Raises:
        InputError: neither, or a mistake in the document; names file, line and path inside it.
    """
    name, path = str(name_or_path).replace("-", "_"), space_file(name_or_path)
    if name in space_names():
        return SearchSpace(parse_space(path.read_bytes(), file=path.name))
    if not path.is_file():
        near, known = did_you_mean(name, space_names()), ", ".join(space_names())
        raise InputError(f"no such space: {str(name_or_path)!r}{near}expected a file or one of {known}")
    return SearchSpace(read_space(path))
