"""How far a score moves where an operator is known by words alone.

    python benchmarks/text_only.py --out benchmarks/results/text_only.json

Every operator is given as a description and nothing else, in its canonical words and in the two paraphrases of
`paraphrases.json`, which are in no training list and were written before anything learned to read:

- in five spaces: each of their operators, in 50 random members that hold it, at all its places
- in a mobile and a residual chain: every operator of the vocabulary in place of the later blocks of each stage, where the
  network with the known one can be counted
- in searches of NAS-Bench-Macro and NAS-Bench-201 with every operator offered twice, known and as text: how many of the
  operators of the best members found are texts

A difference is the score with the text less the score with the known operator, in standard deviations of the scores of
500 random members of the space (of chains: of a mobile space that is defined here, and of `nds_resnet`).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.predictor import Predictor
from nasport.schemas.architecture import Architecture, Node, Skeleton, Stage
from nasport.schemas.operators import Operator, vocabulary
from nasport.schemas.space import parse_space
from nasport.toolkit.search.domain import SpaceDomain
from nasport.toolkit.search.engine import Engine
from nasport.toolkit.search.finalists import best_distinct, known_first
from nasport.toolkit.search.judges.predictor_judge import PredictorJudge
from nasport.toolkit.search.searchers import make_searcher
from nasport.toolkit.spaces import SearchSpace, load_space

SPACES: Mapping[str, tuple[str, ...]] = {
    "nasbench101": ("conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3"),
    "nasbench201": ("nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3", "skip_connect", "none"),
    "darts": (
        "sep_conv_3x3",
        "sep_conv_5x5",
        "dil_conv_3x3",
        "dil_conv_5x5",
        "max_pool_3x3",
        "avg_pool_3x3",
        "skip_connect",
    ),
    "nasbench_macro": ("id", "ir_3x3_t3", "ir_5x5_t6"),
    "nds_nasnet": (
        "skip_connect",
        "conv_3x1_1x3",
        "conv_7x1_1x7",
        "dil_conv_3x3",
        "avg_pool_3x3",
        "max_pool_3x3",
        "max_pool_5x5",
        "max_pool_7x7",
        "conv_1x1",
        "conv_3x3",
        "sep_conv_3x3",
        "sep_conv_5x5",
        "sep_conv_7x7",
    ),
}
MEMBERS, RANDOM, EVALUATIONS, SEEDS = 50, 500, 1000, 8
WORDINGS = ("canonical", "paraphrase 1", "paraphrase 2")
ENDS = ("input", "output")
OWN = "own"

# MobileNetV2's stages (Sandler et al. 2018, table 2): repeats, width, stride.
MOBILE_STAGES = ((1, 16, 1), (2, 24, 2), (3, 32, 2), (4, 64, 2), (3, 96, 1), (3, 160, 2), (1, 320, 1))
RESIDUAL_STAGES = ((2, 64, 1), (2, 128, 2), (2, 256, 2), (2, 512, 2))

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """A network with a known operator, and the same with words in its place.

    Attributes:
        key: of the operator in the vocabulary.
        wording: of `WORDINGS`.
        known: the one network.
        worded: the other.
    """

    key: str
    wording: str
    known: Architecture
    worded: Architecture


@cache
def predictor() -> Predictor:
    """The default bundle."""
    return Predictor.load(providers=["cpu"])


def scores(architectures: Sequence[Architecture]) -> Array:
    """(B,) of the default bundle."""
    return np.array([score.score for score in predictor().score(architectures)], np.float64)


@cache
def paraphrases() -> Mapping[str, Sequence[str]]:
    """Two for every operator, by one of its keys."""
    found: Mapping[str, Sequence[str]] = json.loads(
        (Path(__file__).parent / "paraphrases.json").read_text("utf-8")
    )
    return found


def texts(key: str) -> tuple[str, ...]:
    """An operator's words in the order of `WORDINGS`."""
    operator = vocabulary()[key]
    written = next(words for name, words in paraphrases().items() if vocabulary()[name] == operator)
    return (operator.text, *written)


def in_words(architecture: Architecture, key: str, text: str) -> Architecture:
    """The same network with an operator of the document's own, known by a text alone, wherever a key stands."""

    def own_node(node: Node) -> Node:
        return replace(node, op=OWN) if node.op == key else node

    def own_stage(stage: Stage) -> Stage:
        return replace(stage, op=OWN) if stage.op == key else stage

    cells = {
        name: replace(cell, nodes=tuple(map(own_node, cell.nodes)))
        for name, cell in architecture.cells.items()
    }
    skeleton = architecture.skeleton
    if skeleton is not None:
        skeleton = replace(skeleton, stages=tuple(map(own_stage, skeleton.stages)))
    own = Operator.from_json({"text": text})
    return replace(
        architecture, cells=cells, skeleton=skeleton, operators={**architecture.operators, OWN: own}
    )


def space_pairs(name: str) -> Iterator[Pair]:
    """Each operator of a space, in each wording, in 50 random members that hold it."""
    space, random = load_space(name), np.random.default_rng(0)
    for key in SPACES[name]:
        found: list[Architecture] = []
        while len(found) < MEMBERS:
            architecture = space.architecture(space.sample(random))
            if in_words(architecture, key, "") != replace(
                architecture, operators={OWN: Operator.from_json({"text": ""})}
            ):
                found.append(architecture)
        for wording, text in zip(WORDINGS, texts(key), strict=True):
            yield from (
                Pair(key, wording, architecture, in_words(architecture, key, text)) for architecture in found
            )


def chain(block: str, stages: Sequence[tuple[int, int, int]], key: str, place: int) -> Architecture:
    """A chain of blocks with a key in place of the later blocks of one stage."""
    rows = []
    for number, (repeats, width, stride) in enumerate(stages):
        if number == place:
            rows += [
                Stage(op=block, width=width, stride=stride),
                Stage(op=key, repeats=max(repeats - 1, 1)),
            ]
        else:
            rows.append(Stage(op=block, repeats=repeats, width=width, stride=stride))
    size = (("channels", 3), ("height", 224), ("width", 224))
    stem = (Stage(op="conv_3x3", width=stages[0][1], stride=2),)
    return Architecture({}, Skeleton(tuple(rows), stem, (Stage(op="global_avg_pool"),), size, 1000))


def chain_pairs(block: str, stages: Sequence[tuple[int, int, int]]) -> Iterator[Pair]:
    """Every operator at every place of a chain where the network can be counted."""
    counted = {
        score.name for score in predictor().score(_named(block, stages)) if score.parameters is not None
    }
    for key in dict.fromkeys(_one_key_each()):
        for place in range(len(stages)):
            if f"{key}@{place}" in counted:
                known = chain(block, stages, key, place)
                for wording, text in zip(WORDINGS, texts(key), strict=True):
                    yield Pair(key, wording, known, in_words(known, key, text))


def _named(block: str, stages: Sequence[tuple[int, int, int]]) -> Iterator[Architecture]:
    for key in _one_key_each():
        for place in range(len(stages)):
            yield replace(chain(block, stages, key, place), name=f"{key}@{place}")


def _one_key_each() -> list[str]:
    first: dict[Operator, str] = {}
    for key, operator in vocabulary().items():
        if operator.kind not in ENDS:
            first.setdefault(operator, key)
    return list(first.values())


def mobile_space() -> SearchSpace:
    """Mobile networks with a choice of every stage's block and depth."""
    candidates = ["mb_3x3_e3", "mb_3x3_e6", "mb_5x5_e3", "mb_5x5_e6", "mb_7x7_e3", "mb_7x7_e6"]
    stages = [
        {"candidates": candidates, "repeats": {"choose": [1, 2, 3, 4]}, "width": width, "stride": stride}
        for _, width, stride in MOBILE_STAGES
    ]
    document = {
        "format": "nasport-space",
        "version": 1,
        "name": "mobile",
        "skeleton": {
            "input": {"channels": 3, "height": 224, "width": 224},
            "stem": [{"op": "conv_3x3", "width": 16, "stride": 2}],
            "stages": stages,
            "head": [{"op": "global_avg_pool"}],
            "classes": 1000,
        },
    }
    return SearchSpace(parse_space(json.dumps(document)))


def deviation(space: SearchSpace) -> float:
    """Of the scores of random members."""
    random = np.random.default_rng(1)
    return float(scores([space.architecture(space.sample(random)) for _ in range(RANDOM)]).std())


def compared(pairs: Sequence[Pair], unit: float) -> dict[str, object]:
    """Figures of the differences, in deviations, all and by wording, and the worst texts."""
    known = scores([pair.known for pair in pairs])
    worded = scores([pair.worded for pair in pairs])
    differences = (worded - known) / unit
    by_wording = {
        wording: _figures(differences[[pair.wording == wording for pair in pairs]]) for wording in WORDINGS
    }
    means: dict[str, list[float]] = {}
    for pair, difference in zip(pairs, differences.tolist(), strict=True):
        means.setdefault(f"{pair.key}: {pair.worded.operators[OWN].text}", []).append(difference)
    worst = sorted(means, key=lambda text: -abs(float(np.median(means[text]))))[:12]
    return {
        "deviation": round(unit, 4),
        "all": _figures(differences),
        **by_wording,
        "texts": len(means),
        "texts_higher": sum(float(np.median(found)) > 1e-3 for found in means.values()),
        "texts_lower": sum(float(np.median(found)) < -1e-3 for found in means.values()),
        "worst": {text: round(float(np.median(means[text])), 3) for text in worst},
    }


def _figures(differences: Array) -> dict[str, object]:
    size = np.abs(differences)
    return {
        "pairs": len(size),
        "median": round(float(np.median(size)), 4),
        "quantile_90": round(float(np.quantile(size, 0.9)), 4),
        "largest": round(float(size.max()), 3),
        "equal": round(float((size == 0).mean()), 4),
        "mean": round(float(differences.mean()), 4),
    }


def twins(name: str, wording: int) -> dict[str, object]:
    """A search in a space that offers each operator known and as text: what share of the best 20 members is text.

    Args:
        name: of the space.
        wording: place in `WORDINGS`.
    """
    document = json.loads(_space_text(name))
    keys = [key for key in SPACES[name] if key != "none"]
    document["operators"] = {f"{OWN}_{key}": {"text": texts(key)[wording]} for key in keys}
    space = SearchSpace(parse_space(json.dumps(_twinned(document, keys))))
    domain = SpaceDomain(space)
    shares = []
    for seed in range(SEEDS):
        searcher = make_searcher("regularised", domain, seed=seed, evaluations=EVALUATIONS)
        engine = Engine(searcher, PredictorJudge(domain, predictor()), budget=EVALUATIONS)
        engine.run()
        best = known_first(
            best_distinct(engine.evaluations), lambda each: space.architecture(each.query.member)
        )
        for evaluation in best[:20]:
            used = _operators_used(space.architecture(evaluation.query.member))
            used = [key for key in used if key.removeprefix(f"{OWN}_") in keys]
            shares.append(sum(key.startswith(OWN) for key in used) / max(len(used), 1))
    return {"text_share": round(float(np.mean(shares)), 3), "members": len(shares)}


def _space_text(name: str) -> str:
    from importlib.resources import files

    return (files("nasport") / f"toolkit/spaces/documents/{name}.json").read_text("utf-8")


def _twinned(value: object, keys: Sequence[str]) -> object:
    """A space document whose lists of candidates have each key's twin after it."""
    if isinstance(value, dict):
        return {name: _twinned(part, keys) for name, part in value.items()}
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        return [twin for key in value for twin in ((key, f"{OWN}_{key}") if key in keys else (key,))]
    return [_twinned(part, keys) for part in value] if isinstance(value, list) else value


def _operators_used(architecture: Architecture) -> list[str]:
    nodes = [node.op for cell in architecture.cells.values() for node in cell.nodes]
    stages = architecture.skeleton.stages if architecture.skeleton else ()
    return [*nodes, *(stage.op for stage in stages)]


def measure() -> dict[str, object]:
    """All figures."""
    result: dict[str, object] = {}
    for name in SPACES:
        result[name] = _print(name, compared(list(space_pairs(name)), deviation(load_space(name))))
    mobile = list(chain_pairs("mb_3x3_e6", MOBILE_STAGES))
    result["mobile chain"] = _print("mobile chain", compared(mobile, deviation(mobile_space())))
    residual = list(chain_pairs("res_basic_block", RESIDUAL_STAGES))
    unit = deviation(load_space("nds_resnet"))
    result["residual chain"] = _print("residual chain", compared(residual, unit))
    for name in ("nasbench_macro", "nasbench201"):
        for place, wording in enumerate(WORDINGS):
            result[f"search {name}, {wording}"] = _print(f"search {name}, {wording}", twins(name, place))
    return result


def _print(name: str, found: dict[str, object]) -> dict[str, object]:
    print(name, json.dumps(found, indent=1), flush=True)
    return found


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
