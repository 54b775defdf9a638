"""What becomes of one architecture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

EVERYTHING = "all"
"""Stands for all proxies, where there is no network."""


@dataclass(frozen=True)
class ProxyValues:
    """What the proxies say of one architecture.

    Attributes:
        values: by proxy; None: it has none.
        failed: why not, by proxy; under "all" where there is no network at all.
        seconds: that it took; None where the process died.
        path: the place inside the document that is wrong, if one is.
        unexpected: whether something failed for a reason that nobody thought of.
    """

    values: Mapping[str, float | None]
    failed: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None
    path: tuple[str | int, ...] = ()
    unexpected: bool = False
