"""Converters between the notations of the benchmarks and architecture documents, one family a file.

A family's file is imported when one of its notations is asked for, so that scoring one document loads none of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.toolkit.notations.base import Notation

__all__ = ["Notation", "notation", "notations", "notations_of"]

# Name of the notation: file of this package, class.
_NOTATIONS = {
    "nasbench101": ("nasbench101", "NASBench101"),
    "nasbench101_json": ("nasbench101", "NASBench101Json"),
    "nasbench201": ("nasbench201", "NASBench201"),
    "nasbench201_naslib": ("nasbench201_codes", "NASLibIndices"),
    "nasbench201_zerocost": ("nasbench201_codes", "ZeroCostTuple"),
    "nasbench201_gennas": ("nasbench201_codes", "GenNASLists"),
    "nasbench201_by_target": ("nasbench201_codes", "TargetIndices"),
    "nasbench201_autodl": ("nasbench201_words", "AutoDLStructure"),
    "nasbench201_nni": ("nasbench201_words", "NNIEdges"),
    "nats_size": ("nats_size", "NATSSize"),
    "transnas_micro": ("transnas", "TransNASMicro"),
    "transnas_micro_naslib": ("transnas_codes", "NASLibMicro"),
    "transnas_micro_zerocost": ("transnas_codes", "ZeroCostMicro"),
    "transnas_macro": ("transnas", "TransNASMacro"),
    "transnas_macro_naslib": ("transnas_codes", "NASLibMacro"),
    "nasbench_macro": ("nasbench_macro", "NASBenchMacro"),
    "accel_nasbench": ("accel_nasbench", "AccelNASBench"),
    "fbnet": ("fbnet", "FBNet"),
    "ofa_mbv3": ("ofa", "OFAMobileNetV3"),
    "autoformer": ("autoformer", "AutoFormer"),
    "vit_bench_101": ("autoformer", "ViTBench101"),
    "darts": ("darts", "DARTS"),
    "nasbench301": ("nasbench301", "NASBench301"),
    "nds": ("nds", "NDS"),
    "nasbench_nlp": ("nasbench_nlp", "NASBenchNLP"),
}


def notations() -> tuple[str, ...]:
    """The names of all notations, families together."""
    return tuple(_NOTATIONS)


def notation(name: str) -> Notation:
    """The notation of this name.

    Raises:
        InputError: there is none; lists the names.
    """
    if name not in _NOTATIONS:
        raise InputError(
            f"unknown notation {name!r}{did_you_mean(name, _NOTATIONS)}expected one of {', '.join(_NOTATIONS)}"
        )
    file, class_name = _NOTATIONS[name]
    found: type[Notation] = getattr(import_module(f"{__name__}.{file}"), class_name)
    return found()


def notations_of(texts: Sequence[str]) -> list[str]:
    """The names of the notations that at least one of the texts is in: for a message about a text that came without one."""
    return [name for name in _NOTATIONS if any(_reads(notation(name), text) for text in texts)]


def _reads(tried: Notation, text: str) -> bool:
    try:
        tried.parse(text)
    except InputError:
        return False
    return True
