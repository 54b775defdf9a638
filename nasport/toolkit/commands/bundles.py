"""`nasport bundles` and `nasport formats`: what comes with nasport."""

from __future__ import annotations

import json

from nasport.runtime.bundle import open_bundle, shipped_names
from nasport.runtime.predictor import DEFAULT_BUNDLE
from nasport.toolkit.notations import NOTATIONS


def run_bundles(as_json: bool) -> int:
    """Print the shipped predictors: what they were trained on and what they never saw."""
    for name in shipped_names():
        bundle = open_bundle(name)
        manifest = bundle.manifest
        record = {
            "name": name,
            "default": name == DEFAULT_BUNDLE,
            "description": manifest.get("description", ""),
            "trained_on": [space["name"] for space in manifest.get("trained_on", {}).get("spaces", [])],
            "never_saw": manifest.get("never_saw", []),
            "folder": str(bundle.folder),
        }
        print(json.dumps(record) if as_json else _bundle_text(record))
    return 0


def run_formats(as_json: bool) -> int:
    """Print the notations with an example of each."""
    for name, known in NOTATIONS.working():
        record = {"name": name, "description": known.description, "example": known.example}
        print(json.dumps(record) if as_json else f"{name}\n    {known.description}\n    {known.example}")
    return 0


def _bundle_text(record: dict[str, object]) -> str:
    lines = [f"{record['name']}{' (default)' if record['default'] else ''}"]
    if record["description"]:
        lines.append(f"    {record['description']}")
    for key in ("trained_on", "never_saw"):
        values = record[key]
        if values:
            lines.append(f"    {key.replace('_', ' ')}: {', '.join(values)}")  # type: ignore[arg-type]
    return "\n".join(lines)
