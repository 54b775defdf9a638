"""Compare scores of torchvision's classifiers with the accuracies in torchvision's metadata.

    python benchmarks/torchvision_scores.py                     # measure, draw, docs/reports/real-models.md; about ten minutes
    python benchmarks/torchvision_scores.py summary             # picture and table again

Needs torchvision as benchmarks/imports.py does. Every set of weights that torchvision has for ImageNet is a row: its
model, imported from torch at the image size of the weights, the top-1 accuracy of its metadata, and its recipe. No
weights are downloaded. The score is that of the bundle `universal`; parameters and multiply-accumulates come from the
same documents. Rank correlations are computed within each group: rows of one recipe (the address in the metadata), of
one page of recipes, of one family, of one year of papers, and all rows. These results choose, tune and train nothing,
and only these aggregates are stored.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
from imports import RESULTS as FOLDER
from imports import ROOT
from imports_models import made, names_of, torchvision_models

import nasport
from nasport.runtime.predictor import Score
from nasport.schemas.architecture import Architecture
from nasport.schemas.writing import replacing, write_atomically
from nasport.toolkit.importing.reading import import_module
from nasport.toolkit.laboratory.evaluation.document import write_between
from nasport.toolkit.laboratory.evaluation.plots import COLORS, new_figure, write_png
from nasport.toolkit.rank_correlation import kendall, spearman

RESULTS = FOLDER / "torchvision_scores.json"
DOCUMENT = ROOT / "docs" / "reports" / "real-models.md"
PICTURE = ROOT / "docs" / "pictures" / "torchvision-scores.png"
BEGIN, END = "<!-- torchvision scores: begin -->", "<!-- torchvision scores: end -->"
BUNDLE = "universal"
LEAST = 5
NUMBERS = {"score": "score", "parameters": "parameters", "flops": "multiply-accumulates"}
# Year of a family's paper, by torchvision's module; for three families in `resnet`, by the model.
YEARS = {
    "alexnet": 2014, "vgg": 2014, "googlenet": 2014, "inception": 2015, "resnet": 2015, "squeezenet": 2016,
    "densenet": 2016, "resnext": 2016, "wide_resnet": 2016, "mobilenetv2": 2018, "shufflenetv2": 2018, "mnasnet": 2018,
    "mobilenetv3": 2019, "efficientnet": 2019, "regnet": 2020, "vision_transformer": 2020, "efficientnet_v2": 2021,
    "swin_transformer": 2021, "convnext": 2022, "maxvit": 2022,
}  # fmt: skip
PAGES = {
    "https://github.com/pytorch/vision/tree/main/references/classification": "reference recipes",
    "https://github.com/pytorch/vision/issues/3995": "the new recipe of 2021",
    "https://github.com/facebookresearch/SWAG": "SWAG, trained end to end",
    "https://github.com/pytorch/vision/pull/5793": "SWAG, a linear layer on top",
}


@dataclass(frozen=True)
class Row:
    """A set of weights: its recipe and model, its accuracy, and nasport's numbers of its document."""

    family: str
    recipe: str
    size: int
    accuracy: float
    architecture: Architecture


def rows() -> Iterator[Row]:
    """Yield every set of weights with an accuracy on ImageNet."""
    models, known = torchvision_models(), dict[tuple[str, int], Architecture]()
    for name, module in names_of("torchvision").items():
        for weights in models.get_model_weights(name):
            accuracy = weights.meta["_metrics"].get("ImageNet-1K", {}).get("acc@1")
            if accuracy is None or not np.isfinite(accuracy):
                continue
            size = weights.transforms.keywords["crop_size"]
            if (name, size) not in known:
                print(name, size, flush=True)
                model, image = made("torchvision", name, size)
                known[name, size] = import_module(model, image, name).architecture
            yield Row(_family(name, module), weights.meta["recipe"], size, accuracy, known[name, size])


def _family(name: str, module: str) -> str:
    if name.startswith(("efficientnet_v2", "wide_resnet", "resnext")):
        return next(
            family for family in ("efficientnet_v2", "wide_resnet", "resnext") if name.startswith(family)
        )
    return module


def _recipe(address: str) -> str:
    page, _, place = address.partition("#")
    word = PAGES.get(page, page.rpartition("/")[2])
    return f"{word}: {place}" if place else word


def groups(found: Sequence[Row]) -> Iterator[tuple[str, str, list[int]]]:
    """Yield kind, name and rows of every group that is large enough, the narrowest kinds first."""
    kinds = {
        "one recipe": [_recipe(row.recipe) for row in found],
        "one page of recipes": [PAGES.get(row.recipe.partition("#")[0], "") for row in found],
        "one family and page of recipes": [
            f"{row.family}, {page}" if (page := PAGES.get(row.recipe.partition("#")[0])) else ""
            for row in found
        ],
        "one family, any recipe": [row.family for row in found],
        "one year of papers": [str(YEARS[row.family]) for row in found],
        "all": ["all weights"] * len(found),
        "all, without AlexNet and VGG": [
            "" if row.family in ("alexnet", "vgg") else "all but AlexNet and VGG" for row in found
        ],
        "all, images of 224x224": ["all weights for 224x224" if row.size == 224 else "" for row in found],
    }
    for kind, names in kinds.items():
        places = defaultdict(list)
        for place, name in enumerate(names):
            places[name].append(place)
        for name, members in sorted(places.items()):
            if name and len(members) >= LEAST:
                yield kind, name, members


def measured() -> dict[str, Any]:
    """Return all aggregates."""
    found = list(rows())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scores = nasport.score([row.architecture for row in found], bundle=BUNDLE)
    aggregates = []
    for kind, name, places in groups(found):
        accuracy = np.array([found[place].accuracy for place in places])
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            nasport.score([found[place].architecture for place in places], bundle=BUNDLE)
        aggregates.append({
            "kind": kind,
            "group": name,
            "weights": len(places),
            "architectures": len({scores[place].hash for place in places}),
            "sizes": sorted({found[place].size for place in places}),
            "warned": bool(caught),
            "far": sum((scores[place].distance or 0) > 1 for place in places),
            **agreement([scores[place] for place in places], accuracy),
        })  # fmt: skip
    versions = {name: version(name) for name in ("torch", "torchvision")}
    return {"bundle": BUNDLE, "versions": versions, "weights": len(found), "groups": aggregates}


def agreement(scores: Sequence[Score], accuracy: Any) -> dict[str, Any]:
    """Return Spearman and Kendall's tau-b of every number with the accuracy."""
    found = {}
    for name in NUMBERS:
        values = np.array([getattr(score, name) for score in scores], np.float64)
        found[name] = [round(spearman(values, accuracy), 3), round(kendall(values, accuracy), 3)]
    return found


def summary(content: Mapping[str, Any]) -> Iterator[str]:
    """Yield the tables of docs/reports/real-models.md: the groups, and how often each number is the best."""
    yield (
        "| kind of group | groups | "
        + " | ".join(f"{word}: best of" for word in NUMBERS.values())
        + " | median rho of the three |"
    )
    yield "| --- " * 6 + "|"
    kinds: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in content["groups"]:
        kinds[row["kind"]].append(row)
    for kind, found in kinds.items():
        best = [max(row[name][0] for name in NUMBERS) for row in found]
        wins = [sum(row[name][0] == most for row, most in zip(found, best, strict=True)) for name in NUMBERS]
        medians = ", ".join(f"{np.median([row[name][0] for row in found]):.2f}" for name in NUMBERS)
        yield f"| {kind} | {len(found)} | {' | '.join(map(str, wins))} | {medians} |"
    yield ""
    yield (
        "| group | weights (architectures) | images | "
        + " | ".join(NUMBERS.values())
        + " | chance | warned |"
    )
    yield "| --- " * 8 + "|"
    for kind, found in kinds.items():
        yield f"| **{kind}** " + "| " * 7 + "|"
        for row in found:
            sizes = row["sizes"]
            images = str(sizes[0]) if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"
            cells = [f"{row[name][0]:.2f}, {row[name][1]:.2f}" for name in NUMBERS]
            chance = f"±{1.96 / (row['weights'] - 1) ** 0.5:.2f}"
            count = f"{row['weights']} ({row['architectures']})"
            warned = "yes" if row["warned"] else "no"
            yield f"| {row['group']} | {count} | {images} | {' | '.join(cells)} | {chance} | {warned} |"


def draw(content: Mapping[str, Any]) -> None:
    """Draw Spearman of each number in every group, except the groups of one recipe, one row for each."""
    found = [row for row in content["groups"] if row["kind"] != "one recipe"]
    figure, (ax,) = new_figure(7.5, 1 + 0.24 * len(found), 1)
    for number, (name, word) in enumerate(NUMBERS.items()):
        places = np.arange(len(found)) + (number - 1) * 0.22
        values = [row[name][0] for row in found]
        ax.plot(values, places, "o", color=COLORS[number], label=word, markersize=4)
    titles = [f"{row['group']} ({row['weights']})" for row in found]
    ax.set_yticks(range(len(found)), titles, fontsize=8)
    ax.invert_yaxis()
    ax.axvline(0, color="black", linewidth=0.6)
    ax.grid(axis="x", alpha=0.3)
    ax.set_xlabel("Spearman's rho with the accuracy that torchvision states", fontsize=8)
    ax.legend(frameon=False, fontsize=8, loc=(0.08, 0.02))
    with replacing(PICTURE) as stream:
        write_png(figure, stream)


def main() -> None:
    """Measure, or summarize what was measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("action", nargs="?", choices=["measure", "summary"], default="measure")
    if parser.parse_args().action == "measure":
        write_atomically(RESULTS, (json.dumps(measured(), indent=1) + "\n").encode())
    content = json.loads(RESULTS.read_text("utf-8"))
    lines = "\n".join(summary(content)) + "\n"
    print(lines)
    write_between(DOCUMENT, BEGIN, END, lines)
    draw(content)


if __name__ == "__main__":
    main()
