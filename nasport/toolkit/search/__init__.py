"""Search for the best architectures of a search space.

from nasport.toolkit.search import search

result = search("nasbench201", evaluations=1_000)
print(result.winners[0].notation)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nasport.toolkit.search.limits import Limit, parse_limit
    from nasport.toolkit.search.result import Evaluation, SearchResult, Winner
    from nasport.toolkit.search.run import search

__all__ = ["Evaluation", "Limit", "SearchResult", "Winner", "parse_limit", "search"]

_HOMES = {
    "Limit": "limits",
    "parse_limit": "limits",
    "Evaluation": "result",
    "SearchResult": "result",
    "Winner": "result",
    "search": "run",
}


def __getattr__(name: str) -> Any:
    """Import public names on first use, so that importing a domain does not import the predictor."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
