"""Values of options that the shell completes; their modules are imported only on completion."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from itertools import chain

KINDS = {
    "notations": ("FORMAT", "nasport.toolkit.notations:notations"),
    "conversions": ("FORMAT", "nasport.toolkit.commands.convert:targets"),
    "spaces": ("NAME-or-FILE", "nasport.toolkit.spaces:space_names"),
    "tables": ("NAME", "nasport.toolkit.laboratory.tables:READERS"),
    "tasks": ("NAME-or-FILE", "nasport.toolkit.gennas.task:task_names"),
    "bundles": ("NAME-or-FOLDER", "nasport.runtime.bundle:shipped_names"),
    "searchers": ("NAME", "nasport.toolkit.search.searchers:SEARCHERS"),
    "evaluators": ("NAME", "nasport.toolkit.search.evaluators:EVALUATORS"),
    "proxies": ("NAME,...", "nasport.toolkit.proxies.catalog:CATALOG"),
    "facts": ("NAME", "nasport.toolkit.search.result:FACTS"),
    "limits": ("NAME=VALUE", ""),
    "operators": ("NAME", ""),
}
"""By kind of value: its placeholder in help texts, and the `module:name` of the values or of a function that returns them."""


def suggested(kind: str) -> Iterable[str]:
    """Return the known values of an option.

    Args:
        kind: a key of `KINDS`, as in `About.suggest`.
    """
    if kind == "limits":
        return (f"{fact}=" for fact in suggested("facts"))
    if kind == "operators":
        from nasport.toolkit.reference.operator_facts import all_kinds, operators

        return chain(*operators().values(), all_kinds())
    module, name = KINDS[kind][1].split(":")
    values = getattr(import_module(module), name)
    found: Iterable[str] = values() if callable(values) else values
    return found
