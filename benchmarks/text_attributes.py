"""How well a description tells what an operator does, for operators that training left out.

    python benchmarks/text_attributes.py --out benchmarks/results/text_attributes.json

Descriptions (`nasport/models/operator_texts.py`) are left out in four ways, an eighth at a time, so that each is left
out once; the head (`nasport/models/text_attributes.py`) is trained on the others and guesses its attributes:

- wording: all descriptions of a template; the operator is known, in other words
- operator: all descriptions of all operators with the same kind and numbers
- number: all operators of a kind with one kernel size
- family: a whole family, `average pooling` with every kernel

Read with the stock embedding (384 numbers), with its first 64 principal components (TG-NAS, table 2), and with 64
numbers of a linear projection that was trained contrastively on the same descriptions: the cheap version of tuning the
encoder. Projections see no description that is left out. Then descriptions of one length only, for training and test,
as in the paper's table 1. Everything is text: no architecture and no label is read.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from nasport.models.operator_texts import LENGTHS, Description, descriptions
from nasport.models.text_attributes import (
    GUESSED,
    MEASURES,
    TextConfig,
    attribute_targets,
    balance,
    fit_text_attributes,
)
from nasport.models.tgnas import principal_components
from nasport.runtime.encoder import Encoder

FOLDS = 8
PROJECTED = 64

Array = NDArray[np.float64]
Projection = Callable[[Tensor], Tensor]
Project = Callable[[Tensor, list[Description]], Projection]

LEFT_OUT: dict[str, Callable[[Description], object]] = {
    "wording": lambda item: (item.family, item.length, item.template),
    "operator": lambda item: (item.operator.kind, item.operator.attributes),
    "number": lambda item: (item.operator.kind, item.operator.attribute("kernel", 0)),
    "family": lambda item: item.family,
}


def stock(embeddings: Tensor, items: list[Description]) -> Projection:
    """The embedding as it is."""
    return lambda texts: texts


def components(embeddings: Tensor, items: list[Description]) -> Projection:
    """Its first principal components."""
    matrix = principal_components(embeddings, PROJECTED)
    return lambda texts: texts @ matrix


def contrastive(embeddings: Tensor, items: list[Description]) -> Projection:
    """A linear projection under which descriptions that mean the same lie together.

    From the principal components, trained with a softmax over the other descriptions of a batch: most of the weight is
    on the same operator in other words, some on neighbouring kernel sizes of its kind, a little on its kind.
    """
    torch.manual_seed(0)
    centre = embeddings.mean(dim=0)
    matrix = nn.Parameter(principal_components(embeddings, PROJECTED))
    optimizer = torch.optim.AdamW([matrix], lr=3e-3, weight_decay=0.1)
    alike, weights = _alike(items), balance(items)
    for _ in range(300):
        rows = torch.multinomial(weights, 512, replacement=True)
        unit = functional.normalize((embeddings[rows] - centre) @ matrix, dim=1)
        self_pair = torch.eye(len(rows), dtype=torch.bool)
        wanted = alike[rows][:, rows].masked_fill(self_pair, 0.0)
        wanted = wanted / wanted.sum(dim=1, keepdim=True).clamp(min=1e-6)
        logits = (unit @ unit.T / 0.1).masked_fill(self_pair, -1e9)
        loss = -(wanted * functional.log_softmax(logits, dim=1)).sum(dim=1).mean()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    final = matrix.detach()
    return lambda texts: functional.normalize((texts - centre) @ final, dim=1)


def _alike(items: list[Description]) -> Tensor:
    operators = {operator: place for place, operator in enumerate({item.operator: 0 for item in items})}
    operator = torch.tensor([operators[item.operator] for item in items])
    kinds = sorted({item.operator.kind for item in items})
    kind = torch.tensor([kinds.index(item.operator.kind) for item in items])
    kernel = torch.tensor([item.operator.attribute("kernel", 0) for item in items])
    same_kind = (kind[:, None] == kind).float()
    near = same_kind * ((kernel[:, None] - kernel).abs() <= 2)
    return 0.6 * (operator[:, None] == operator) + 0.25 * near + 0.15 * same_kind


def guessed(embeddings: Tensor, items: list[Description], left_out: str, project: Project) -> Array:
    """(n, len(GUESSED)): the attributes of every description, by heads that were trained without it."""
    keys = [repr(LEFT_OUT[left_out](item)) for item in items]
    distinct = sorted(set(keys))
    order = np.random.default_rng(0).permutation(len(distinct))
    fold = {key: int(place) % FOLDS for key, place in zip(distinct, np.argsort(order), strict=True)}
    folds = np.array([fold[key] for key in keys])
    result = np.zeros((len(items), len(GUESSED)))
    for current in range(FOLDS):
        kept, test = np.flatnonzero(folds != current), torch.from_numpy(np.flatnonzero(folds == current))
        known = [items[row] for row in kept]
        projection = project(embeddings[torch.from_numpy(kept)], known)
        head = fit_text_attributes(
            projection(embeddings[torch.from_numpy(kept)]), known, TextConfig(), seed=0
        )
        result[test.numpy()] = head(projection(embeddings[test])).numpy()[:, : len(GUESSED)]
    return result


def figures(items: list[Description], guess: Array, rows: NDArray[np.bool_]) -> dict[str, object]:
    """R2 of each attribute, and how often the yes or no ones are right, over both answers alike."""
    chosen = [item for item, row in zip(items, rows, strict=True) if row]
    wanted = attribute_targets(chosen).numpy().astype(np.float64)
    found, weights = guess[rows], balance(chosen).numpy().astype(np.float64)
    r2: dict[str, float | None] = {}
    right: dict[str, float | None] = {}
    for place, name in enumerate(GUESSED):
        truth, said = wanted[:, place], found[:, place]
        mean = np.average(truth, weights=weights)
        variance = np.average((truth - mean) ** 2, weights=weights)
        varies = variance > 1e-9
        error = np.average((said - truth) ** 2, weights=weights)
        r2[name] = round(float(1 - error / variance), 3) if varies else None
        if name not in MEASURES:
            correct = (said > 0.5) == (truth > 0.5)
            both = [
                np.average(correct[truth == value], weights=weights[truth == value])
                for value in (0, 1)
                if varies
            ]
            right[name] = round(float(np.mean(both)), 3) if both else None
    return {
        "descriptions": len(chosen),
        "r2": r2,
        "right": right,
        "mean_r2": _mean(r2),
        "mean_right": _mean(right),
    }


def by_family(items: list[Description], guess: Array) -> dict[str, dict[str, float]]:
    """For each family, left out as a whole: the share of its yes or no attributes that are right; its weight's error."""
    wanted = attribute_targets(items).numpy()
    flags = [place for place, name in enumerate(GUESSED) if name not in MEASURES]
    weight = GUESSED.index("log_weight")
    table = {}
    for family in dict.fromkeys(item.family for item in items):
        rows = np.array([item.family == family for item in items])
        right = (guess[rows][:, flags] > 0.5) == (wanted[rows][:, flags] > 0.5)
        error = np.abs(guess[rows, weight] - wanted[rows, weight]).mean()
        table[family] = {
            "descriptions": int(rows.sum()),
            "all_flags_right": round(float(right.all(axis=1).mean()), 2),
            "log_weight_error": round(float(error), 2),
        }
    return table


def tested(items: Sequence[Description], left_out: str) -> NDArray[np.bool_]:
    """Operators and numbers only where the family has others left to learn from."""
    operators: dict[str, set[object]] = {}
    for item in items:
        operators.setdefault(item.family, set()).add(item.operator)
    return np.array([left_out in ("wording", "family") or len(operators[item.family]) > 2 for item in items])


def measure() -> dict[str, object]:
    """All figures."""
    items = descriptions()
    embeddings = torch.from_numpy(Encoder.load("minilm").encode([item.text for item in items]))
    torch.set_num_threads(1)
    readings: dict[str, Project] = {"stock-384": stock, "pca-64": components, "contrastive-64": contrastive}
    embedding_rows: dict[str, object] = {}
    families: dict[str, object] = {}
    for name, project in readings.items():
        for left_out in LEFT_OUT:
            guess = guessed(embeddings, items, left_out, project)
            rows = tested(items, left_out)
            embedding_rows[f"{name}, {left_out} left out"] = _print(
                name, left_out, figures(items, guess, rows)
            )
            if name == "stock-384":
                for length in LENGTHS:
                    of_length = rows & np.array([item.length == length for item in items])
                    key = f"{name}, {left_out} left out, tested on {length}"
                    embedding_rows[key] = _print(length, left_out, figures(items, guess, of_length))
                if left_out == "family":
                    families = dict(by_family(items, guess))
    lengths: dict[str, object] = {}
    for length in LENGTHS:
        part = [place for place, item in enumerate(items) if item.length == length]
        some = [items[place] for place in part]
        for name, project in readings.items():
            if name == "contrastive-64":
                continue
            for left_out in ("operator", "family"):
                guess = guessed(embeddings[part], some, left_out, project)
                found = figures(some, guess, tested(some, left_out))
                lengths[f"{length} only, {name}, {left_out} left out"] = _print(
                    f"{length} {name}", left_out, found
                )
    return {
        "descriptions": len(items),
        "embeddings": embedding_rows,
        "lengths": lengths,
        "families": families,
    }


def _print(name: str, left_out: str, found: dict[str, object]) -> dict[str, object]:
    print(f"{name:24} {left_out:9} R2 {found['mean_r2']} right {found['mean_right']}", flush=True)
    return found


def _mean(values: dict[str, float | None]) -> float:
    return round(float(np.mean([value for value in values.values() if value is not None])), 3)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.out.write_text(json.dumps(measure(), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
