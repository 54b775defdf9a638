"""Converters between the notations of benchmarks and architecture documents, one module per family.

A module is imported only when one of its notations is used. Other packages can add notations (docs/guides/extending.md).
"""

from __future__ import annotations

from collections.abc import Sequence

from nasport.schemas.plugins import Registry, subclass_of
from nasport.toolkit.notations.base import Notation

__all__ = ["NOTATIONS", "Notation", "notation", "notations", "notations_of"]

# Module and class by name of the notation.
_SHIPPED = {
    "nasbench101": "nasbench101:NASBench101",
    "nasbench101_json": "nasbench101:NASBench101Json",
    "nasbench201": "nasbench201:NASBench201",
    "nasbench201_naslib": "nasbench201_codes:NASLibIndices",
    "nasbench201_zerocost": "nasbench201_codes:ZeroCostTuple",
    "nasbench201_gennas": "nasbench201_codes:GenNASLists",
    "nasbench201_by_target": "nasbench201_codes:TargetIndices",
    "nasbench201_autodl": "nasbench201_words:AutoDLStructure",
    "nasbench201_nni": "nasbench201_words:NNIEdges",
    "nats_size": "nats_size:NATSSize",
    "transnas_micro": "transnas:TransNASMicro",
    "transnas_micro_naslib": "transnas_codes:NASLibMicro",
    "transnas_micro_zerocost": "transnas_codes:ZeroCostMicro",
    "transnas_macro": "transnas:TransNASMacro",
    "transnas_macro_naslib": "transnas_codes:NASLibMacro",
    "nasbench_macro": "nasbench_macro:NASBenchMacro",
    "accel_nasbench": "accel_nasbench:AccelNASBench",
    "fbnet": "fbnet:FBNet",
    "ofa_mbv3": "ofa:OFAMobileNetV3",
    "autoformer": "autoformer:AutoFormer",
    "vit_bench_101": "autoformer:ViTBench101",
    "darts": "darts:DARTS",
    "nasbench301": "nasbench301:NASBench301",
    "nds": "nds:NDS",
    "nasbench_nlp": "nasbench_nlp:NASBenchNLP",
}


def _problem(name: str, notation_class: type[Notation]) -> str:
    """Return what is wrong with the notation of an extension; empty if it is valid."""
    problem = subclass_of(Notation)(name, notation_class)
    if not problem and notation_class.name != name:
        problem = f"its `name` is {notation_class.name!r}, expected the name of its entry point"
    return problem


NOTATIONS: Registry[type[Notation]] = Registry(
    "nasport.notations",
    "notation",
    {name: f"{__name__}.{place}" for name, place in _SHIPPED.items()},
    _problem,
)


def notations() -> tuple[str, ...]:
    """Return the names of all notations, grouped by family."""
    return tuple(NOTATIONS)


def notation(name: str) -> Notation:
    """Return the notation with the given name.

    Raises:
        InputError: an unknown name, or an extension that cannot be loaded.
    """
    return NOTATIONS[name]()


def notations_of(texts: Sequence[str]) -> list[str]:
    """Return the names of the notations that can read at least one of the texts."""
    return [name for name, kind in NOTATIONS.working() if any(_can_read(kind(), text) for text in texts)]


def _can_read(candidate: Notation, text: str) -> bool:
    try:
        candidate.parse(text)
    except Exception:  # the notation of an extension can raise any error
        return False
    return True
