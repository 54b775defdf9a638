"""Warnings about scores of architectures that differ from the training data of a bundle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.distance import FAR, Distances
from nasport.schemas.graphs.document_graph import GraphBatch, NodeKind
from nasport.schemas.operators import Operator, vocabulary

NO_PATH = "the architecture has no path from an input to an output, so its score has no meaning"
GUESSED_SIZE = (
    "the costs at each resolution of the image are unknown, so the size is estimated from the cells: compare the score only "
    "with scores that have this warning too"
)

# Descriptions of statistics for the warning about distant architectures; other statistics are called by their names.
_UNUSUAL = {
    "capacity": "its size (parameters, with the widths and depths of its skeleton)",
    "size": "its size (parameters and multiply-accumulates, over its resolutions)",
    "skeleton": "the width, depth and resolution of its skeleton",
    "cell": "the parameters of its cells relative to their width",
    "trained_depth": "the depth of its paths",
    "poolings": "the number of poolings on its paths",
    "short_paths": "the length of its shortest paths",
    "identities": "the number of identities on its paths",
}
# Norm and kind of convolutions without a normalization.
_BARE = {("none", kind) for kind in ("convolution", "depthwise_convolution", "transposed_convolution")}
# Attributes that describe the node rather than the operator.
_NODE_ATTRIBUTES = ("channels", "stride", "resolution", "resolution_width", "parameters", "flops")


class Limits(NamedTuple):
    """The range of the architectures that a predictor was trained on.

    Attributes:
        operators: descriptions of the operators in the training data; None if the manifest does not list them.
        nodes: sizes of the smallest and the largest graph in the training data; None if the manifest does not say.
        reads_skeleton: whether the predictor reads widths and depths.
    """

    operators: frozenset[str] | None
    nodes: tuple[int, int] | None
    reads_skeleton: bool

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Limits:
        """Read the limits from the manifest of a bundle."""
        trained = manifest.get("trained_on", {})
        operators, nodes = trained.get("operators"), trained.get("nodes")
        return cls(
            None if operators is None else frozenset(operators),
            None if nodes is None else (nodes[0], nodes[1]),
            bool(manifest.get("reads", {}).get("skeleton", False)),
        )

    def warnings(
        self,
        graphs: GraphBatch,
        knows_costs: NDArray[np.bool_],
        distances: Distances | None = None,
        uncounted: Sequence[str] = (),
    ) -> list[tuple[str, ...]]:
        """Return the warnings for each graph of a canonical batch.

        Args:
            graphs: B canonical graphs.
            knows_costs: (B,) whether the costs of the whole network are known.
            distances: distances from the training data, if the bundle measures them.
            uncounted: `EncodedBatch.uncounted`.
        """
        far: Sequence[str] = [""] * len(graphs)
        if distances is not None:
            descriptions = [_UNUSUAL.get(name, name) for name in distances.names]
            pairs = zip((distances.values > FAR).tolist(), distances.largest.tolist(), strict=True)
            far = [descriptions[place] if beyond else "" for beyond, place in pairs]
        keys = zip(
            self._unseen(graphs),
            self._ignores_widths(graphs).tolist(),
            (~knows_costs & self.reads_skeleton).tolist(),
            graphs.mask.sum(axis=1).tolist(),
            far,
            uncounted or [""] * len(graphs),
            strict=True,
        )
        texts = cache(self._texts)  # thousands of graphs share a few combinations
        return [texts(*key) for key in keys]

    def _texts(
        self,
        unseen: tuple[str, ...],
        ignores_widths: bool,
        estimated: bool,
        count: int,
        far: str,
        uncounted: str,
    ) -> tuple[str, ...]:
        if count == 0:
            return (NO_PATH,)
        texts = list(unseen)
        if self.nodes is not None and not self.nodes[0] <= count <= self.nodes[1]:
            low, high = self.nodes
            texts.append(
                f"the graph has {count} nodes, but the bundle was trained on graphs of {low} to {high} nodes"
            )
        conditional = (
            (
                ignores_widths,
                "the bundle ignores the widths and resolutions of the layers, so architectures that differ only in them get "
                "equal scores",
            ),
            (uncounted, f"parameters and FLOPs are unknown: {uncounted}"),
            (estimated, GUESSED_SIZE),
            (
                far,
                f"the architecture is farther from the training data than 99 % of that data; most unusual is {far}",
            ),
        )
        return (*texts, *(text for holds, text in conditional if holds))

    def _unseen(self, graphs: GraphBatch) -> list[tuple[str, ...]]:
        """Return sentences for each graph about what the bundle was not trained on and what it ignores."""
        unseen = [list(self._unseen_operators(kind)) for kind in graphs.kinds]
        ignored = [list(_ignored(kind)) for kind in graphs.kinds]
        rows = [row for row in range(len(graphs.kinds)) if unseen[row] or ignored[row]]
        if not rows:
            return [()] * len(graphs)
        present = [((graphs.index == row) & graphs.mask).any(axis=1) for row in rows]
        # One row of flags per graph; as bytes they are fast to group by.
        patterns = [pattern.tobytes() for pattern in np.stack(present, axis=1)]
        texts = {}
        for pattern in set(patterns):
            of_graph = [row for row, bit in zip(rows, pattern, strict=True) if bit]
            operators = sorted({name for row in of_graph for name in unseen[row]})
            sentences = sorted({text for row in of_graph for text in ignored[row]})
            texts[pattern] = (*_not_trained_on(operators), *sentences)
        return [texts[pattern] for pattern in patterns]

    def _unseen_operators(self, kind: NodeKind) -> Iterator[str]:
        if self.operators is not None:
            yield from (
                _named(operator) for operator in kind.operators if operator.text not in self.operators
            )

    def _ignores_widths(self, graphs: GraphBatch) -> NDArray[np.bool_]:
        """Return (B,) booleans: whether each graph is a chain of layers whose widths this bundle does not read."""
        if self.reads_skeleton:
            return np.zeros(len(graphs), np.bool_)
        chain = np.array([kind.cell == "chain" for kind in graphs.kinds] or [False])
        return np.asarray((chain[graphs.index] & graphs.mask).any(axis=1))


def _not_trained_on(operators: Sequence[str]) -> tuple[str, ...]:
    """Return one sentence that lists the operators outside the training data, or no sentence if there are none."""
    if not operators:
        return ()
    what = "the operator" if len(operators) == 1 else f"{len(operators)} operators:"
    return (f"the bundle was not trained on {what} {', '.join(operators)}",)


def _ignored(kind: NodeKind) -> Iterator[str]:
    """Yield sentences about properties of a node that predictors do not read."""
    for operator in kind.operators:
        if (operator.value("norm"), operator.kind) in _BARE:
            yield "the bundle ignores which convolutions have no normalization"
        if operator.value("key_value_heads") is not None:
            yield "the bundle ignores how many heads of keys and values attention has"
    if kind.cell.partition("/")[2].startswith("own"):
        yield "the bundle reads widths and resolutions of the nodes of a cell only as parameters and FLOPs"


def _named(operator: Operator) -> str:
    """Return the description of an operator, with the numbers in which it differs from the vocabulary."""
    known = vocabulary().get(operator.key)
    changed = [
        f"{name} {value:g}"
        for name, value in operator.attributes
        if known
        and name not in _NODE_ATTRIBUTES
        and isinstance(value, float | int)
        and known.value(name) != value
    ]
    return f"{operator.text!r}{' with ' if changed else ''}{' and '.join(changed)}"
