"""Rank published DARTS cells among random cells with as many parameters: a check without labels.

    python benchmarks/published_genotypes.py GENOTYPES.txt [--bundle universal-without-darts]

GENOTYPES.txt has genotypes in any text that `nasport score --from darts` reads. Each is compared with the 200 of
4,000 random cells that are nearest in parameters, so parameters carry no information by construction. Its result is
the share of them that scores lower. Prints the median and the quartiles over the genotypes.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

import nasport
from nasport.runtime.predictor import Predictor
from nasport.toolkit.spaces.library import load_space

RANDOM, NEAREST = 4000, 200


def main() -> None:
    """Score both, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("genotypes", type=Path)
    parser.add_argument("--bundle", default="universal-without-darts")
    options = parser.parse_args()
    predictor = Predictor.load(options.bundle)
    space, rng = load_space("darts"), np.random.default_rng(0)
    drawn = predictor.score([space.architecture(tuple(space.sample(rng))) for _ in range(RANDOM)])
    parameters = np.array([score.parameters or 0 for score in drawn])
    values = np.array([score.score for score in drawn])
    published = predictor.score(list(nasport.read(options.genotypes, notation="darts")))
    shares = []
    for score in published:
        nearest = np.argsort(np.abs(parameters - (score.parameters or 0)), kind="stable")[:NEAREST]
        shares.append(float((values[nearest] < score.score).mean()))
    quartiles = np.quantile(shares, [0.25, 0.5, 0.75]).round(3).tolist()
    found = dict(zip(("lower", "median", "upper"), quartiles, strict=True))
    print(json.dumps({"bundle": options.bundle, "genotypes": len(shares), **found}))


if __name__ == "__main__":
    main()
