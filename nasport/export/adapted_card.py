"""CARD.md of a predictor that was adapted to one search space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nasport.export.front_matter import predictor_front_matter


def adapted_card(manifest: Mapping[str, Any]) -> str:
    """Return CARD.md: front matter, where the predictor comes from, what it learned from, and parity.

    Args:
        manifest: content of `bundle.json`, with `adapted`.
    """
    adapted = manifest["adapted"]
    parts = [
        f"{predictor_front_matter(manifest)}\n\n# {manifest['name']}",
        str(manifest["description"]),
        _origin(adapted),
    ]
    if (evaluated := adapted.get("judged")) is not None:
        parts += ["## Evaluations", _evaluations(evaluated)]
    if (labels := adapted.get("labels")) is not None:
        parts += ["## Labels", _labels(labels)]
    parity = manifest["parity"]
    parts += [
        "## Correction",
        _correction(adapted["correction"]),
        "## Parity",
        f"The score of the ONNX graph differs from the corrected score by at most {parity['max_abs_difference']:.1e}, "
        f"relative to its size, on {parity['graphs']:,} random graphs. On {parity['equal_bits_graphs']:,} of them, the "
        "score had the same bits whatever the batch, the padding and the other operators.",
        f"Made with `{parity['command']}`.",
    ]
    return "\n\n".join(parts) + "\n"


def _origin(adapted: Mapping[str, Any]) -> str:
    origin, space = adapted["from"], adapted["space"]
    return (
        f"Adapted from the bundle `{origin['name']}` (SHA-256 of its graph: {origin['sha256'][:12]}) to the search space "
        f"`{space['name']}`, of which {space['candidates']:,} architectures were considered. The scores are meant for "
        "that space. The `distance` of a score is measured from it."
    )


def _evaluations(evaluated: Mapping[str, Any]) -> str:
    weights = ", ".join(f"{evaluator} {weight:.2f}" for evaluator, weight in evaluated["weights"].items())
    plan = evaluated["plan"]
    return (
        f"{evaluated['members']:,} architectures were evaluated by the panel, without a label. The weights of its "
        f"evaluators, learned on other spaces, are: {weights}. The depth of the networks was multiplied by "
        f"{plan['depth']:.2f}. GenNAS trained them on the task `{evaluated['task']}` for {evaluated['steps']} steps in "
        f"{plan['precision']}. In ten-fold cross-validation, Spearman's correlation with the panel is "
        f"{evaluated['held_out']:.3f} for the corrected score and {evaluated['before']:.3f} for the original score."
    )


def _labels(labels: Mapping[str, Any]) -> str:
    interval = labels["interval"]
    return (
        f"{labels['count']:,} labels of the space were given. In ten-fold cross-validation, Spearman's correlation with "
        f"the labels is {labels['held_out']:.3f} for the corrected score and {labels['before']:.3f} for the original "
        f"score. Each score comes with the expected label and an interval. About {interval['coverage']:.0%} of the "
        "labels of architectures drawn in the same way are within their intervals. The half width of the interval is "
        f"{interval['half_width']:.4g} "
        "(cross-conformal, from the same ten folds)."
    )


def _correction(chosen: Mapping[str, Any]) -> str:
    shares: Sequence[float] = chosen["shares"]
    names = ["times the original score", "times the score learned from evaluations"]
    terms = " plus ".join(f"{share:g} {name}" for share, name in zip(shares, names, strict=False))
    return (
        f"The score is {terms}, plus a linear correction on the predictor's traits. The widths of the correction's prior "
        f"({', '.join(f'{width:g}' for width in chosen['widths'])}) and the noise ({chosen['noise']:g}) are the most "
        "probable ones of a grid."
    )
