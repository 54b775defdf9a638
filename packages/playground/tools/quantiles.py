"""Write src/quantiles.json: where scores and costs of every shipped search space lie, without any label.

    python packages/playground/tools/quantiles.py

Spaces with up to 16,000 members are scored whole, of larger ones a sample with a fixed seed. The page compares the score
of an architecture with these quantiles. Run the script again after a change of the bundle `universal`.
"""

from __future__ import annotations

import hashlib
import json
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import default_rng

from nasport.runtime.predictor import DEFAULT_BUNDLE, Predictor, Score
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.notations.of_members import notation_of
from nasport.toolkit.spaces import SearchSpace, load_space, space_names

OUT = Path(__file__).parents[1] / "src" / "quantiles.json"
WHOLE = 16_000
"""Largest number of members that are all scored."""
SAMPLE = 5_000
SEED = 0
DIGITS = 6
LEVELS = np.linspace(0, 1, 101)
TITLES = {
    "accel_nasbench": "Accel-NASBench",
    "fbnet": "FBNet",
    "nats_size": "NATS-Bench, sizes",
    "nds_resnet_in": "NDS ResNet on ImageNet",
    "nds_resnext_a": "NDS ResNeXt-A",
    "nds_resnext_b": "NDS ResNeXt-B",
    "ofa_mbv3": "Once-for-all MobileNetV3",
    "transnas_macro": "TransNAS-Bench-101 macro",
    "transnas_micro": "TransNAS-Bench-101 micro",
}
"""Short titles of the spaces whose description begins with a long one."""


def main() -> None:
    """Score the members of every space and write their quantiles."""
    predictor = Predictor.load(providers=["cpu"])
    model = (predictor.bundle.folder / "predictor.onnx").read_bytes()
    spaces = [entry for name in space_names() if (entry := entry_of(load_space(name), predictor))]
    content = {
        "bundle": DEFAULT_BUNDLE,
        "sha256": hashlib.sha256(model).hexdigest(),
        "spaces": spaces,
    }
    OUT.write_text(json.dumps(content, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n", "utf-8")
    print(f"{OUT.name}: {len(spaces)} spaces, {OUT.stat().st_size:,} bytes")


def entry_of(space: SearchSpace, predictor: Predictor) -> dict[str, Any] | None:
    """Return the quantiles of one space; None if the predictor does not score its members."""
    members = members_of(space)
    try:
        scores = predictor.score(members)
    except InputError as error:
        print(f"{space.name}: {error.problem}")
        return None
    print(f"{space.name}: {len(scores):,} members")
    return {
        "name": space.name,
        "title": title_of(space),
        "notation": notation_of(space.name),
        "members": len(scores),
        "whole": len(scores) == space.size(),
        "score": quantiles([score.score for score in scores]),
        "parameters": quantiles(counted(scores, "parameters")),
        "flops": quantiles(counted(scores, "flops")),
    }


def title_of(space: SearchSpace) -> str:
    """Return a short title: `NDS PNAS` for `PNAS as a design space of NDS (Radosavovic et al. ...)`."""
    title = space.document.description.partition(" (")[0]
    name, of_nds, _ = title.partition(" as a design space of NDS")
    return TITLES.get(space.name, f"NDS {name}" if of_nds else title)


def members_of(space: SearchSpace) -> list[Architecture]:
    """Return all members of a small space, else a sample without repetitions."""
    if space.size_is_exact and space.size() <= WHOLE:
        return [space.architecture(genes) for genes in space.enumerate()]
    random = default_rng(SEED)
    if space.name == "nasbench101":  # `sample` is not uniform over its members
        members = list(space.enumerate())
        chosen = random.choice(len(members), SAMPLE, replace=False)
        return [space.architecture(members[place]) for place in sorted(chosen)]
    drawn = {space.sample(random): None for _ in range(SAMPLE)}
    return [space.architecture(genes) for genes in islice(drawn, SAMPLE)]


def counted(scores: list[Score], name: str) -> list[float]:
    """Return the known costs of one name."""
    return [value for score in scores if (value := getattr(score, name)) is not None]


def quantiles(values: list[float]) -> list[float]:
    """Return 101 quantiles with `DIGITS` significant digits; whole numbers as such."""
    found = [float(f"{value:.{DIGITS}g}") for value in np.quantile(values, LEVELS)]
    return [int(value) if value.is_integer() else value for value in found]


if __name__ == "__main__":
    main()
