"""Baselines that rank architectures without any training: trivial counts, and published zero-cost proxies of NAS-Bench-201."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.predictor import reachable_parameters
from nasport.schemas.graphs.document_graph import GraphBatch
from nasport.toolkit.laboratory.evaluation.metrics import metrics
from nasport.toolkit.laboratory.evaluation.rows import BaselineRow
from nasport.toolkit.laboratory.evaluation.tested_spaces import WITH_PROXIES, TestedSpace

# Kinds of nodes that are not layers: they compute nothing, or only join their inputs.
_NO_LAYERS = frozenset(
    {"input", "output", "none", "identity", "sum", "concat", "product", "elementwise", "blend"}
)


# Trivial counts: a score is only useful if it ranks better than the best of them.
COUNTS = ("parameters", "reachable_parameters", "flops", "layers")


def baselines(space: TestedSpace) -> dict[str, NDArray[np.float64]]:
    """Return the baselines of a space by name, each (G,) values, higher is meant to be better; NaN if unknown.

    - parameters, flops: of the whole network, including parts that are not reachable
    - reachable_parameters: relative count (9 for a 3x3 convolution, 1 for a 1x1) over the operators of the canonical graph
    - layers: operators of the canonical graph, without identities and operators that only join their inputs
    - balanced_parameters: mean over the resolutions of the network of log(1 + parameters of the layers at that resolution)
    """
    found = {
        "parameters": _known(space.batch.parameters),
        "reachable_parameters": reachable_parameters(space.graphs),
        "flops": _known(space.batch.flops),
        "layers": layers(space.graphs),
    }
    reachable = getattr(space.batch, "reachable", None)
    if reachable is not None:
        found["balanced_parameters"] = np.asarray(reachable.balanced, np.float64)
    return found


def known_throughout(
    several: Mapping[str, NDArray[np.float64]], rows: NDArray[np.intp]
) -> dict[str, NDArray[np.float64]]:
    """Return the values in some rows of those (G,) baselines that are known in all these rows."""
    found = {name: values[rows] for name, values in several.items()}
    return {name: values for name, values in found.items() if np.isfinite(values).all()}


def proxy_baseline(proxy: str) -> str:
    """Return the baseline name of a published zero-cost proxy; the suffix distinguishes it from counts of the same name."""
    return f"{proxy} (published)"


def layers(graphs: GraphBatch) -> NDArray[np.float64]:
    """Return (B,) numbers of operators of canonical graphs, without identities and operators that only join their inputs."""
    counts = np.array([kind.kind not in _NO_LAYERS for kind in graphs.kinds] or [False], np.float64)
    return np.asarray((counts[graphs.index] * graphs.mask).sum(axis=1))


def baseline_rows(space: TestedSpace) -> Iterator[BaselineRow]:
    """Return a row of each baseline for every label and subset for which it is known; proxies only for their own subset."""
    trivial = baselines(space)
    for label, subset, rows in space.comparisons():
        proxies = space.proxies if subset == WITH_PROXIES else {}
        found = trivial | {proxy_baseline(name): values for name, values in proxies.items()}
        labels = space.labels[label][rows]
        for name, values in known_throughout(found, rows).items():
            yield BaselineRow(name, space.name, label, subset, len(rows), metrics(values, labels))


def _known(values: Sequence[int | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], np.float64)
