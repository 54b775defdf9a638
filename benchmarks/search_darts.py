"""Compare DARTS cells of `nasport search` with random ones, because DARTS has no table; docs/reports/search.md.

    python benchmarks/search.py darts --work FOLDER            # first: the searches
    python benchmarks/search_darts.py --work FOLDER

No label is read. The winners in benchmarks/results/search/darts.jsonl are compared with 20,000 random members by the
score of their predictor, and with 16 random members by the loss of GenNAS regression (light preset, default
photographs). Aggregates are written to benchmarks/results/search/darts-against-random.json, and losses to
darts-gennas-light.jsonl.
"""

from __future__ import annotations

import argparse
import json
import os
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from search import RESULTS, predictor, records

from nasport.runtime.encoding import encode
from nasport.runtime.predictor import Predictor
from nasport.schemas.architecture import Architecture
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.gennas.planning import plan_of
from nasport.toolkit.gennas.pool import regress_all
from nasport.toolkit.notations import notation
from nasport.toolkit.spaces import load_space

RANDOM_SCORED, RANDOM_TRAINED, CHUNK = 20_000, 16, 1_000
LOSSES = RESULTS / "darts-gennas-light.jsonl"


def drawn(count: int, seed: int) -> list[Architecture]:
    """Return random members of the space, as whole networks."""
    space, rng = load_space("darts"), np.random.default_rng(seed)
    return [space.architecture(space.sample(rng)) for _ in range(count)]


def best_random(predictors: list[Predictor]) -> list[float]:
    """Return the best score of the random members, for each predictor."""
    best = [-np.inf] * len(predictors)
    source = iter(drawn(RANDOM_SCORED, 0))
    while chunk := list(islice(source, CHUNK)):
        batch = encode(chunk)
        for place, each in enumerate(predictors):
            best[place] = max(best[place], *(score.score for score in each.score_encoded(batch)))
    return best


def losses(architectures: dict[str, Architecture]) -> dict[str, float]:
    """Return the losses of GenNAS regression (light) by name, infinite if missing; recorded ones are reused."""
    found = {each["name"]: each["loss"] for each in records(LOSSES)}
    missing = [name for name in architectures if name not in found]
    plan = plan_of(Choices(preset="light"))
    for place, outcome in regress_all([architectures[name] for name in missing], plan, jobs=1):
        record = {"name": missing[place], "loss": outcome.loss, "seconds": outcome.seconds}
        with LOSSES.open("a") as stream:
            stream.write(json.dumps(record) + "\n")
        print(record, flush=True)
        found[missing[place]] = outcome.loss
    return {name: np.inf if found[name] is None else found[name] for name in architectures}


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True, help="folder of predictors, as for search.py")
    work = parser.parse_args().work
    os.environ.pop("NASPORT_DATA", None)
    found = records(RESULTS / "darts.jsonl")
    places = sorted({each["predictor"] for each in found})
    random = best_random([Predictor.load(predictor(work, "darts", place)) for place in places])
    above = [each["score"] > random[places.index(each["predictor"])] for each in found]
    cells = list(dict.fromkeys(each["notation"] for each in found))
    parse = notation("darts").parse
    winners = {text: parse(text) for text in cells}
    members = {f"random {place}": each for place, each in enumerate(drawn(RANDOM_TRAINED, 1))}
    trained = losses(winners | members)
    random_losses = np.array([trained[name] for name in members])
    result: dict[str, Any] = {
        "searches": len(found),
        "above the best of 20,000 random members by score": int(sum(above)),
        "different winners": len(cells),
        "of 16 random members beaten by the loss of GenNAS light": [
            int((trained[name] < random_losses).sum()) for name in winners
        ],
    }
    (RESULTS / "darts-against-random.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
