"""CARD.md of a bundle that was adapted to one space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def adapted_card(manifest: Mapping[str, Any]) -> str:
    """What the manifest says of how the bundle came about, for people."""
    told = manifest["adapted"]
    parts = [f"# {manifest['name']}", str(manifest["description"]), _origin(told)]
    if (evaluated := told.get("judged")) is not None:
        parts += ["## Judged", _evaluated(evaluated)]
    if (labels := told.get("labels")) is not None:
        parts += ["## Labels", _labels(labels)]
    parts += ["## Correction", _correction(told["correction"])]
    parity = manifest["parity"]
    parts += [
        "## Parity",
        f"The score differs from the corrected one by at most {parity['max_abs_difference']:.1e} of its size on "
        f"{parity['graphs']:,} random graphs; on {parity['equal_bits_graphs']:,} no bit depended on batch, padding or the other "
        "operators.",
        f"Made with `{parity['command']}`.",
    ]
    return "\n\n".join(parts) + "\n"


def _origin(told: Mapping[str, Any]) -> str:
    space = told["space"]
    return (
        f"Adapted from the bundle `{told['from']['name']}` (SHA-256 of its graph {told['from']['sha256'][:12]}) to the space "
        f"`{space['name']}`: {space['candidates']:,} of its members were looked at. Its scores are for that space; "
        "`distance` beside a score is measured from it."
    )


def _evaluated(evaluated: Mapping[str, Any]) -> str:
    weights = ", ".join(f"{evaluator} {weight:.2f}" for evaluator, weight in evaluated["weights"].items())
    plan = evaluated["plan"]
    return (
        f"{evaluated['members']:,} members were judged by the panel, without a label: {weights} (what each evaluator is worth, learned "
        f"on other spaces). Networks were {plan['depth']:.2f} as deep as their documents say, GenNAS trained them on "
        f"`{evaluated['task']}` for {evaluated['steps']} steps in {plan['precision']}. What a correction learned from nine tenths of "
        f"them says of the last tenth agrees with the panel by Spearman {evaluated['held_out']:.3f}; the score before, "
        f"{evaluated['before']:.3f}."
    )


def _labels(labels: Mapping[str, Any]) -> str:
    text = (
        f"{labels['count']:,} labels of the space were given. Ranked by a correction that was learned without them, a tenth "
        f"at a time, they have Spearman {labels['held_out']:.3f}; the score before, {labels['before']:.3f}."
    )
    interval = labels["interval"]
    return (
        f"{text} Beside a score stands the label that it stands for, and an interval that holds about "
        f"{interval['coverage']:.0%} of the labels of architectures that are drawn as these were: half as wide as "
        f"{interval['half_width']:.4g} (cross-conformal, from the same tenths)."
    )


def _correction(chosen: Mapping[str, Any]) -> str:
    shares: Sequence[float] = chosen["shares"]
    known = ["the score before", "what the judged members taught"][: len(shares)]
    words = " and ".join(f"{share:g} of {name}" for share, name in zip(shares, known, strict=True))
    return (
        f"{words[0].upper()}{words[1:]}, and a linear correction on the predictor's traits; widths of its prior "
        f"{', '.join(f'{width:g}' for width in chosen['widths'])}, noise {chosen['noise']:g}, the most probable of a grid."
    )
