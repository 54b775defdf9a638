"""The notation of a search space, in which its members are written."""

from __future__ import annotations

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.notations import NOTATIONS, notation

_NOTATIONS = (
    "nasbench101",
    "nasbench201",
    "darts",
    "transnas_micro",
    "transnas_macro",
    "nasbench_macro",
    "nasbench_nlp",
)


def notation_of(space: str) -> str | None:
    """Return the notation of a search space; None if it has none."""
    name = space.replace("-", "_")
    if name.startswith("nds_"):
        return "nds"
    return name if name in _NOTATIONS else None


def written(architecture: Architecture) -> str | None:
    """Write an architecture in the notation of its search space, else in that of its source.

    Returns:
        Text; None if there is no notation, or if it cannot express the architecture.
    """
    read_from = architecture.source.format if architecture.source else ""
    name = notation_of(architecture.space or "") or read_from
    if not name or name not in NOTATIONS:
        return None
    try:
        return notation(name).write(architecture)
    except InputError:
        return None
