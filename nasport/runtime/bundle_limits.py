"""What a bundle knows of its own limits, said in words beside every score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.distance import FAR, Distances
from nasport.schemas.graphs.document_graph import GraphBatch, NodeKind
from nasport.schemas.operators import Operator, vocabulary

NO_PATH = "no path from an input to an output of the architecture, so there is nothing to score"
GUESSED_SIZE = (
    "what it costs at each resolution of an image is not known, so its size is guessed from its cells: the score compares "
    "only with those of others with this warning"
)

# What is unusual about an architecture that is far from the training, in words; other statistics go by their names.
_UNUSUAL = {
    "capacity": "its size (parameters, with the widths and depths of its skeleton)",
    "size": "its size (parameters and multiply-accumulates, over its resolutions)",
    "skeleton": "the width, depth and resolution of its skeleton",
    "cell": "how much its cells weigh for their width",
    "trained_depth": "how deep its paths are",
    "poolings": "how many poolings its paths pass",
    "short_paths": "how short its paths are",
    "identities": "how many identities its paths pass",
}
# Convolutions without a normalization.
_BARE = {("none", kind) for kind in ("convolution", "depthwise_convolution", "transposed_convolution")}
# Attributes that are of the node's place, not of the operator.
_OF_PLACE = ("channels", "stride", "resolution", "resolution_width", "parameters", "flops")


class Limits(NamedTuple):
    """The range of what a predictor was trained on.

    Attributes:
        operators: descriptions it was trained on; None where the manifest does not say.
        nodes: smallest and largest graph; None where the manifest does not say.
        reads_skeleton: whether widths and depths change its score.
    """

    operators: frozenset[str] | None
    nodes: tuple[int, int] | None
    reads_skeleton: bool

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Limits:
        """From a bundle's manifest."""
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
        """The warnings for each graph of a canonical batch.

        Args:
            graphs: B of them.
            knows_costs: (B,) whether the costs of the whole network are known.
            distances: how far each is from the training, where the bundle tells.
            uncounted: as in `EncodedBatch`.
        """
        far: Sequence[str] = [""] * len(graphs)
        if distances is not None:
            words = [_UNUSUAL.get(name, name) for name in distances.names]
            pairs = zip((distances.values > FAR).tolist(), distances.largest.tolist(), strict=True)
            far = [words[place] if beyond else "" for beyond, place in pairs]
        keys = zip(
            self._unseen(graphs),
            self._width_blind(graphs).tolist(),
            (~knows_costs & self.reads_skeleton).tolist(),
            graphs.mask.sum(axis=1).tolist(),
            far,
            uncounted or [""] * len(graphs),
            strict=True,
        )
        texts = cache(self._texts)  # thousands of graphs share a few warnings
        return [texts(*key) for key in keys]

    def _texts(
        self,
        unseen: tuple[str, ...],
        width_blind: bool,
        guessed: bool,
        count: int,
        far: str,
        uncounted: str,
    ) -> tuple[str, ...]:
        if count == 0:
            return (NO_PATH,)
        texts = list(unseen)
        if self.nodes is not None and not self.nodes[0] <= count <= self.nodes[1]:
            low, high = self.nodes
            texts.append(f"{count} nodes; the bundle was trained on graphs of {low} to {high}")
        said = (
            (
                width_blind,
                "the bundle does not read widths and resolutions, which this architecture is made of",
            ),
            (uncounted, f"parameters and FLOPs are not known: {uncounted}"),
            (guessed, GUESSED_SIZE),
            (far, f"farther out than 99 % of what the bundle was trained on, most of all by {far}"),
        )
        return (*texts, *(text for holds, text in said if holds))

    def _unseen(self, graphs: GraphBatch) -> list[tuple[str, ...]]:
        """For each graph what the bundle was not trained on and what it cannot see, a sentence each."""
        strange = [list(self._strange(kind)) for kind in graphs.kinds]
        rows = [row for row, texts in enumerate(strange) if texts]
        if not rows:
            return [()] * len(graphs)
        present = [((graphs.index == row) & graphs.mask).any(axis=1) for row in rows]
        # One row of bits a graph; as bytes they are quick to group by.
        patterns = [pattern.tobytes() for pattern in np.stack(present, axis=1)]
        texts = {}
        for pattern in set(patterns):
            there = [strange[row] for row, bit in zip(rows, pattern, strict=True) if bit]
            texts[pattern] = tuple(sorted({text for group in there for text in group}))
        return [texts[pattern] for pattern in patterns]

    def _strange(self, kind: NodeKind) -> Iterator[str]:
        for operator in kind.operators:
            if self.operators is not None and operator.text not in self.operators:
                yield f"the bundle was not trained on the operator {_named(operator)}"
            if (operator.value("norm"), operator.kind) in _BARE:
                yield "the bundle does not see which convolutions are without a normalization"
            if operator.value("key_value_heads") is not None:
                yield "the bundle does not see how many heads of keys and values attention has"
        if kind.cell.partition("/")[2].startswith("own"):
            yield "the bundle sees widths and resolutions that nodes of a cell state in parameters and FLOPs alone"

    def _width_blind(self, graphs: GraphBatch) -> NDArray[np.bool_]:
        """(B,): whether the graph is a chain of layers whose widths this bundle cannot read."""
        if self.reads_skeleton:
            return np.zeros(len(graphs), np.bool_)
        chain = np.array([kind.cell == "chain" for kind in graphs.kinds] or [False])
        return np.asarray((chain[graphs.index] & graphs.mask).any(axis=1))


def _named(operator: Operator) -> str:
    """The description, and the numbers that an operator of the vocabulary has in place of those that it speaks of."""
    usual = vocabulary().get(operator.key)
    changed = [
        f"{name} {value:g}"
        for name, value in operator.attributes
        if usual and name not in _OF_PLACE and isinstance(value, float | int) and usual.value(name) != value
    ]
    return f"{operator.text!r}{' where it has ' if changed else ''}{' and '.join(changed)}"
