"""Proxy values in a file of results (`nasport proxies --out`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nasport.toolkit.gennas.results_file import ResultsKind
from nasport.toolkit.proxies.choices import ProxyChoices
from nasport.toolkit.proxies.proxy_values import EVERYTHING, ProxyValues


def _has_network(record: Mapping[str, Any]) -> bool:
    return EVERYTHING not in record["failed"]


PROXY_RESULTS = ResultsKind(
    "nasport proxies",
    "nasport-proxies-results",
    ProxyChoices,
    {"proxies": dict, "failed": dict},
    _has_network,
)


def record_of(values: ProxyValues) -> dict[str, Any]:
    """Return the JSON object of proxy values."""
    return {
        "proxies": dict(values.values),
        "failed": dict(values.failed),
        "seconds": values.seconds,
    }


def proxy_values_of(record: Mapping[str, Any]) -> ProxyValues:
    """Return the proxy values of a JSON object that `record_of` made."""
    return ProxyValues(record["proxies"], record["failed"], record["seconds"])
