"""Former names of table families and bundles, which still work."""

from __future__ import annotations

_WITHOUT = "universal-without-"
_FAMILIES = {"nasbench-macro": "mobile"}
_BUNDLES = {f"{_WITHOUT}{old}": f"{_WITHOUT}{new}" for old, new in _FAMILIES.items()}


def is_for_checking(bundle: str) -> bool:
    """Return whether a bundle was trained without one family of tables; the wheel does not contain such bundles."""
    return bundle.startswith(_WITHOUT)


def family_name(name: str) -> str:
    """Return the current name of a family of tables that has been renamed, else the name itself."""
    return _FAMILIES.get(name, name)


def bundle_name(name: str) -> str:
    """Return the current name of a shipped bundle that has been renamed, else the name itself."""
    return _BUNDLES.get(name, name)


def earlier_names(bundle: str) -> list[str]:
    """Return the former names of a shipped bundle."""
    return [old for old, new in _BUNDLES.items() if new == bundle]
