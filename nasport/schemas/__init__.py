"""The formats: JSON Schemas with generated validators, plain data classes, the canonical form and its hash."""

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
from nasport.schemas.graphs.batch import GraphBatch, NodeKind, RawGraph, raw_graph, stack
from nasport.schemas.graphs.canonical import architecture_hash, canonicalize, hashes
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
