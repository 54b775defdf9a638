"""CARD.md: what a bundle's manifest says, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def card_text(manifest: Mapping[str, Any], notes: str = "") -> str:
    """CARD.md: what the manifest says, for people, with every result beside the trivial baselines."""
    parts = [f"# {manifest['name']}", str(manifest.get("description", "")), notes.strip()]
    trained, never = manifest.get("trained_on", {}), manifest.get("never_saw", [])
    if trained:
        spaces = [
            f"{s['architectures']:,} architectures of {s['name']} ({s['labels']})" for s in trained["spaces"]
        ]
        smallest, largest = trained["nodes"]
        parts += [
            "## Training",
            f"Trained on {' and '.join(spaces)}: graphs of {smallest} to {largest} nodes, operators "
            f"{', '.join(f'*{text}*' for text in trained['operators'])}. Outside of that its scores are "
            f"extrapolations. Never saw: {', '.join(never) or 'nothing else'}. Seed {manifest.get('seed')}.",
        ]
    for sentence in manifest.get("refuses", {}).values():
        parts.append(f"Gives no score to some: {sentence}.")
    if manifest.get("results"):
        parts += ["## Rank correlation with accuracy", _result_table(manifest["results"])]
    parity = manifest["parity"]
    parts += [
        "## Parity",
        f"The ONNX graph differs from the PyTorch model by at most {parity['max_abs_difference']:.1e} on "
        f"{parity['graphs']:,} random graphs of 0 to 20 nodes; on {parity['equal_bits_graphs']:,} of them no bit "
        "depended on batch, padding or the other operators.",
        f"Made with `{parity['command']}`.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _result_table(results: Sequence[Mapping[str, Any]]) -> str:
    """Spearman / Kendall tau-b over all architectures: mean and deviation over seeds, then the baselines."""
    names = list(results[0]["baselines"])
    seeds = len(results[0]["spearman"]["values"])
    lines = [
        f"Spearman / Kendall tau-b, mean over {seeds} seeds (and standard deviation).",
        "",
        "| space, data set, split | architectures | this | "
        + " | ".join(n.replace("_", " ") for n in names)
        + " |",
        "|---" * (3 + len(names)) + "|",
    ]
    for result in results:
        ours = " / ".join(
            f"{result[k]['mean']:.3f} ({result[k]['std']:.3f})" for k in ("spearman", "kendall")
        )
        others = [f"{b['spearman']:.3f} / {b['kendall']:.3f}" for b in result["baselines"].values()]
        place = f"{result['space']}, {result['dataset']}, {result['split']}"
        lines.append("| " + " | ".join([place, f"{result['architectures']:,}", ours, *others]) + " |")
    return "\n".join(lines)
