"""Networks that a bundle does not score, because measurements found that its scores do not rank them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.document_graph import GraphBatch, has_recurrent_cell


class Refusals(NamedTuple):
    """Reasons why networks of a type get no score, one sentence each; empty if they get a score.

    Attributes:
        recurrent: reason for networks with recurrent cells.
    """

    recurrent: str = ""

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Refusals:
        """Read the reasons from the manifest of a bundle."""
        return cls(**manifest.get("refuses", {}))

    def check(self, architecture: Architecture) -> None:
        """Raise InputError with the reason if an architecture gets no score."""
        if self.recurrent and architecture.is_recurrent:
            raise InputError(self.recurrent)

    def check_graphs(self, graphs: GraphBatch) -> None:
        """Raise InputError with the reason if one of these graphs gets no score."""
        if self.recurrent and has_recurrent_cell(graphs):
            raise InputError(self.recurrent)
