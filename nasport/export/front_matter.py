"""Front matter of CARD.md: the YAML header that model hubs read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

TAGS = ("neural-architecture-search", "performance-prediction", "onnx")
# Strings that YAML reads as strings without quotes; all others are quoted as in JSON.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
# Strings that YAML 1.1 reads as truth values or null.
_NOT_TEXT = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}


def predictor_front_matter(manifest: Mapping[str, Any]) -> str:
    """Return the front matter of a predictor's card.

    Args:
        manifest: content of `bundle.json`; its `results`, if any, become the model index.
    """
    fields: dict[str, Any] = {
        **license_fields(manifest.get("license")),
        "library_name": "nasport",
        "pipeline_tag": "graph-ml",
        "language": "en",
        "tags": list(TAGS),
    }
    if manifest.get("results"):
        results = [_result(row) for row in manifest["results"]]
        fields["model-index"] = [{"name": str(manifest["name"]), "results": results}]
    return front_matter(fields)


def front_matter(fields: Mapping[str, Any]) -> str:
    """Return a block of YAML between two lines of three hyphens."""
    return "\n".join(["---", *_lines(fields), "---"])


def license_fields(license: str | None) -> dict[str, str]:
    """Return the keys that name a license, which hubs write in lower case; empty if the manifest names no license."""
    return {} if license is None else {"license": license.lower()}


def _result(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry of the model index: rank correlations with accuracy on one benchmark, averaged over the seeds."""
    trainings = len(row["spearman"]["values"])
    return {
        "task": {"type": "graph-ml", "name": "Ranking of neural architectures"},
        "dataset": {
            "type": str(row["space"]).split()[0],
            "name": f"{row['space']}, {row['dataset']}",
            "config": str(row["dataset"]),
            "split": str(row["split"]),
        },
        "metrics": [
            {"type": kind, "value": row[key]["mean"], "name": f"{name}, mean of {trainings} trainings"}
            for key, kind, name in (
                ("spearman", "spearmanr", "Spearman's rank correlation with accuracy"),
                ("kendall", "kendalltau", "Kendall's tau-b with accuracy"),
            )
        ],
    }


def _lines(value: Any) -> list[str]:
    """Return the lines of a mapping or a sequence, in YAML's block style."""
    if isinstance(value, Mapping):
        return [line for key, item in value.items() for line in _entry(f"{key}:", item)]
    lines = []
    for item in value:
        first, *rest = _lines(item) if isinstance(item, Mapping) else [_scalar(item)]
        lines += [f"- {first}", *(f"  {line}" for line in rest)]
    return lines


def _entry(key: str, item: Any) -> list[str]:
    if isinstance(item, Mapping):
        return [key, *(f"  {line}" for line in _lines(item))]
    if isinstance(item, Sequence) and not isinstance(item, str):
        return [key, *_lines(item)]
    return [f"{key} {_scalar(item)}"]


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXT:
        return value
    return json.dumps(value, ensure_ascii=False)
