"""Names that families of tables and bundles had in earlier releases, and still answer to."""

from __future__ import annotations

_WITHOUT = "universal-without-"
_FAMILIES = {"nasbench-macro": "mobile"}
_BUNDLES = {f"{_WITHOUT}{old}": f"{_WITHOUT}{new}" for old, new in _FAMILIES.items()}


def family_name(name: str) -> str:
    """What a family that is left out is called today."""
    return _FAMILIES.get(name, name)


def bundle_name(name: str) -> str:
    """What a shipped bundle is called today."""
    return _BUNDLES.get(name, name)


def earlier_names(bundle: str) -> list[str]:
    """What a shipped bundle was called before."""
    return [old for old, new in _BUNDLES.items() if new == bundle]
