"""Converters between the notations of the benchmarks and architecture documents, one family a file.

A family's file is imported when one of its notations is asked for, so that scoring one document loads none of them.
Other packages add notations of their own (docs/guides/extending.md).
"""

from __future__ import annotations

from collections.abc import Sequence

from nasport.schemas.plugins import Registry, subclass_of
from nasport.toolkit.notations.base import Notation

__all__ = ["NOTATIONS", "Notation", "notation", "notations", "notations_of"]

# Name of the notation: file of this package and class.
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


def _problem(name: str, found: type[Notation]) -> str:
    problem = subclass_of(Notation)(name, found)
    if not problem and found.name != name:
        problem = f"its `name` is {found.name!r}, expected the name of its entry point"
    return problem


NOTATIONS: Registry[type[Notation]] = Registry(
    "nasport.notations",
    "notation",
    {name: f"{__name__}.{place}" for name, place in _SHIPPED.items()},
    _problem,
)


def notations() -> tuple[str, ...]:
    """The names of all notations, families together."""
    return tuple(NOTATIONS)


def notation(name: str) -> Notation:
    """The notation of this name.

    Raises:
        InputError: there is none, and lists the names; or it is an extension's that cannot be loaded.
    """
    return NOTATIONS[name]()


def notations_of(texts: Sequence[str]) -> list[str]:
    """The names of the notations that at least one of the texts is in: for a message about a text that came without one."""
    return [name for name, kind in NOTATIONS.working() if any(_reads(kind(), text) for text in texts)]


def _reads(tried: Notation, text: str) -> bool:
    try:
        tried.parse(text)
    except Exception:  # an extension's may fail in any way
        return False
    return True
