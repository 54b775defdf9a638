"""Document formats: JSON Schemas with generated validators, data classes, the canonical form and its hash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nasport.schemas.architecture import (
        Architecture,
        Cell,
        Label,
        Node,
        Skeleton,
        Source,
        Stage,
        architecture_from_json,
        parse_architecture,
        read_architecture,
    )
    from nasport.schemas.errors import InputError, MissingRuntimeError, NasportError
    from nasport.schemas.graphs.canonical import architecture_hash, canonicalize, hashes
    from nasport.schemas.graphs.document_graph import GraphBatch, NodeKind, RawGraph, raw_graph, stack
    from nasport.schemas.operators import Operator, vocabulary

__all__ = [
    "Architecture",
    "Cell",
    "GraphBatch",
    "InputError",
    "Label",
    "MissingRuntimeError",
    "NasportError",
    "Node",
    "NodeKind",
    "Operator",
    "RawGraph",
    "Skeleton",
    "Source",
    "Stage",
    "architecture_from_json",
    "architecture_hash",
    "canonicalize",
    "hashes",
    "parse_architecture",
    "raw_graph",
    "read_architecture",
    "stack",
    "vocabulary",
]

_MODULES = ("errors", "architecture", "operators", "graphs.canonical", "graphs.document_graph")


def __getattr__(name: str) -> Any:
    """Import a public name on first access, so that importing an error class does not load the schemas."""
    if name in __all__:
        from importlib import import_module

        for home in _MODULES:
            module = import_module(f"{__name__}.{home}")
            if name in vars(module):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
