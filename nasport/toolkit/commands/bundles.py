"""`nasport bundles`: the predictors that come with nasport."""

from __future__ import annotations

import json
from dataclasses import dataclass

from nasport.toolkit.options import Options, option
from nasport.toolkit.printing.terminal import line_width, wrapped


@dataclass(frozen=True, kw_only=True)
class BundlesOptions(Options):
    """Of `nasport bundles`."""

    json: bool = option(False, "Print one JSON object a line.")


def run(options: BundlesOptions) -> int:
    """Print the shipped predictors: what they were trained on and what they never saw."""
    from nasport.runtime.bundle import open_bundle, shipped_names
    from nasport.runtime.predictor import DEFAULT_BUNDLE

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
        if options.json:
            print(json.dumps(record))
            continue
        print(f"{name}{' (default)' if record['default'] else ''}")
        facts = [record["description"]]
        for key in ("trained_on", "never_saw"):
            facts.append(record[key] and f"{key.replace('_', ' ')}: {', '.join(record[key])}")
        for fact in filter(None, facts):
            print("\n".join(wrapped(f"    {fact}", line_width())))
    return 0
