"""What ranks architectures without any training: counts that everybody has, and NAS-Bench-201's zero-cost proxies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.predictor import reachable_parameters
from nasport.schemas.graphs.document_graph import GraphBatch
from nasport.toolkit.laboratory.evaluation.metrics import metrics
from nasport.toolkit.laboratory.evaluation.rows import BaselineRow
from nasport.toolkit.laboratory.evaluation.tested_spaces import WITH_PROXIES, TestedSpace

# Kinds of nodes that are no layer: they compute nothing, or only put inputs together.
_NO_LAYERS = frozenset(
    {"input", "output", "none", "identity", "sum", "concat", "product", "elementwise", "blend"}
)


# The trivial counts: a score that is no better than the best of them is not needed.
COUNTS = ("parameters", "reachable_parameters", "flops", "layers")


def baselines(space: TestedSpace) -> dict[str, NDArray[np.float64]]:
    """By name, (G,) values, higher is meant to be better; NaN where not known.

    - parameters, flops: of the whole network, whether or not they lie on a path
    - reachable_parameters: relative count (9 a 3x3 convolution, 1 a 1x1) over the operators of the canonical graph
    - layers: operators of the canonical graph that are neither identities nor only join their inputs
    - balanced_parameters: mean over the network's resolutions of log(1 + parameters of the layers there)
    """
    found = {
        "parameters": _known(space.batch.parameters),
        "reachable_parameters": reachable_parameters(space.graphs),
        "flops": _known(space.batch.flops),
        "layers": layers(space.graphs),
    }
    live = getattr(space.batch, "live", None)
    if live is not None:
        found["balanced_parameters"] = np.asarray(live.balanced, np.float64)
    return found


def known_throughout(
    several: Mapping[str, NDArray[np.float64]], rows: NDArray[np.intp]
) -> dict[str, NDArray[np.float64]]:
    """Those of several (G,) baselines that are known of all these rows, of them alone."""
    found = {name: values[rows] for name, values in several.items()}
    return {name: values for name, values in found.items() if np.isfinite(values).all()}


def proxy_baseline(proxy: str) -> str:
    """Name of a published zero-cost proxy among the baselines; some are called as what is counted here."""
    return f"{proxy} (published)"


def layers(graphs: GraphBatch) -> NDArray[np.float64]:
    """(B,): operators of canonical graphs that are neither identities nor only join their inputs."""
    counts = np.array([kind.kind not in _NO_LAYERS for kind in graphs.kinds] or [False], np.float64)
    return np.asarray((counts[graphs.index] * graphs.mask).sum(axis=1))


def baseline_rows(space: TestedSpace) -> Iterator[BaselineRow]:
    """Every baseline on every label and subset for which it is known throughout; proxies on their own subset alone."""
    trivial = baselines(space)
    for label, subset, rows in space.comparisons():
        proxies = space.proxies if subset == WITH_PROXIES else {}
        found = trivial | {proxy_baseline(name): values for name, values in proxies.items()}
        labels = space.labels[label][rows]
        for name, values in known_throughout(found, rows).items():
            yield BaselineRow(name, space.name, label, subset, len(rows), metrics(values, labels))


def _known(values: Sequence[int | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], np.float64)
