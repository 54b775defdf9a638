"""The notation that members of a space are written in."""

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
    """The notation that members of a space of this name are written in, if there is one."""
    name = space.replace("-", "_")
    if name.startswith("nds_"):
        return "nds"
    return name if name in _NOTATIONS else None


def written(architecture: Architecture) -> str | None:
    """An architecture in the notation of its space, else in the one it was read from; None where neither can say it."""
    read_from = architecture.source.format if architecture.source else ""
    name = notation_of(architecture.space or "") or read_from
    if not name or name not in NOTATIONS:
        return None
    try:
        return notation(name).write(architecture)
    except InputError:
        return None
