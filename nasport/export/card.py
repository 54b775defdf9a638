"""CARD.md of a trained predictor: the content of its manifest as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nasport.export.front_matter import predictor_front_matter


def card_text(manifest: Mapping[str, Any], notes: str = "") -> str:
    """Return CARD.md: front matter, training, results next to the trivial baselines, and parity.

    Args:
        manifest: content of `bundle.json`.
        notes: Markdown that follows the description.
    """
    name = f"{predictor_front_matter(manifest)}\n\n# {manifest['name']}"
    parts = [name, str(manifest.get("description", "")), notes.strip()]
    if manifest.get("trained_on"):
        parts += ["## Training", _training(manifest)]
    for sentence in manifest.get("refuses", {}).values():
        parts.append(f"The predictor refuses some architectures: {sentence}.")
    if manifest.get("results"):
        parts += ["## Rank correlation with accuracy", _result_table(manifest["results"])]
    parity = manifest["parity"]
    parts += [
        "## Parity",
        f"The ONNX graph differs from the PyTorch model by at most {parity['max_abs_difference']:.1e} on "
        f"{parity['graphs']:,} random graphs of 0 to 20 nodes. On {parity['equal_bits_graphs']:,} of them, the score had "
        "the same bits whatever the batch, the padding and the other operators.",
        f"Made with `{parity['command']}`.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _training(manifest: Mapping[str, Any]) -> str:
    """Return the section on the training data, and on labels that were held out."""
    trained, never = manifest["trained_on"], ", ".join(manifest.get("never_saw", []))
    spaces = "\n".join(
        f"- {space['architectures']:,} architectures of {space['name']} ({space['labels']})"
        for space in trained["spaces"]
    )
    smallest, largest = trained["nodes"]
    operators = ", ".join(f"*{text}*" for text in trained["operators"])
    unseen = f"Labels that training did not use: {never}. " if never else ""
    return (
        f"Trained on:\n\n{spaces}\n\n"
        f"Their graphs have {smallest} to {largest} nodes and these operators: {operators}. Scores of other graphs are "
        f"extrapolations. {unseen}Seed {manifest.get('seed')}."
    )


def _result_table(results: Sequence[Mapping[str, Any]]) -> str:
    """Return a table of Spearman's rho and Kendall's tau-b: mean and deviation over seeds, then the baselines."""
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
        correlations = " / ".join(
            f"{result[k]['mean']:.3f} ({result[k]['std']:.3f})" for k in ("spearman", "kendall")
        )
        baselines = [f"{b['spearman']:.3f} / {b['kendall']:.3f}" for b in result["baselines"].values()]
        benchmark = f"{result['space']}, {result['dataset']}, {result['split']}"
        cells = [benchmark, f"{result['architectures']:,}", correlations, *baselines]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
