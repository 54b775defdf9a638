"""Values of the proxies of one architecture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

EVERYTHING = "all"
"""Key of `ProxyValues.failed` for a failure of all proxies, for example because there is no network."""


@dataclass(frozen=True)
class ProxyValues:
    """Values of the proxies of one architecture.

    Attributes:
        values: by proxy; None if the proxy failed.
        failed: by proxy, the reason of its failure; under `EVERYTHING` if there is no network.
        seconds: time of the computation; None if its process died.
        path: path of the mistake inside the document; empty if there is none.
        unexpected: whether a proxy failed for an unexpected reason.
    """

    values: Mapping[str, float | None]
    failed: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None
    path: tuple[str | int, ...] = ()
    unexpected: bool = False
