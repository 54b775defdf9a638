"""Networks that a bundle gives no score, because its score was measured to tell nothing of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.document_graph import GraphBatch, has_recurrent_cell


class Refusals(NamedTuple):
    """Why networks of a family get no score, in one sentence each; empty where they get one.

    Attributes:
        recurrent: of networks with recurrent cells.
    """

    recurrent: str = ""

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Refusals:
        """From a bundle's manifest."""
        return cls(**manifest.get("refuses", {}))

    def check(self, architecture: Architecture) -> None:
        """Raises InputError, with the sentence, where an architecture gets no score."""
        if self.recurrent and architecture.is_recurrent:
            raise InputError(self.recurrent)

    def check_graphs(self, graphs: GraphBatch) -> None:
        """Raises InputError, with the sentence, where one of these documents gets no score."""
        if self.recurrent and has_recurrent_cell(graphs):
            raise InputError(self.recurrent)
