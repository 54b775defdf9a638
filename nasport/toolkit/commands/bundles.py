"""`nasport bundles`: list the predictors that nasport ships."""

from __future__ import annotations

import json

from nasport.toolkit.options import JsonOptions
from nasport.toolkit.printing.terminal import line_width, wrapped


def run(options: JsonOptions) -> int:
    """Print the shipped predictors with the benchmarks in their training and those left out of it.

    Returns:
        Exit status.
    """
    from nasport.runtime.aliases import earlier_names
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
            "earlier_names": earlier_names(name),
            "folder": str(bundle.folder),
        }
        if options.json:
            print(json.dumps(record))
            continue
        print(f"{name}{' (default)' if record['default'] else ''}")
        lists = [(key.replace("_", " "), record[key]) for key in ("trained_on", "never_saw", "earlier_names")]
        for fact in filter(
            None, [record["description"], *(f"{key}: {', '.join(names)}" for key, names in lists if names)]
        ):
            print("\n".join(wrapped(f"    {fact}", line_width())))
    return 0
