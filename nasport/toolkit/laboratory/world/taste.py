"""Draw the genes of a member with random probabilities (its "taste") instead of uniformly.

Each member has a probability for each value of every choice, drawn from a Dirichlet distribution. Genes with the same values (the
edges of a cell, the repeats of all stages) share them. For the inputs of nodes, late nodes (deep cells) or early ones (flat
cells) are more probable; for free graphs the taste is the density of edges.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from nasport.toolkit.spaces.genes import Gene, Genes
from nasport.toolkit.spaces.search_space import SearchSpace

CONCENTRATIONS = (0.2, 4.0)
"""Smallest and largest concentration of the Dirichlet distributions, which is log-uniform."""
DENSITIES = (0.15, 0.75)
SLOPE = 1.5
"""Standard deviation over members of the log of the ratio of the probabilities of the last and the first node."""


def drawn_genes(space: SearchSpace, rng: Generator) -> Genes:
    """Return genes of a random member, with unused genes set to 0; they may violate a limit of the space."""
    low, high = np.log(CONCENTRATIONS)
    concentration = float(np.exp(rng.uniform(low, high)))
    density, slope = rng.uniform(*DENSITIES), rng.normal(0.0, SLOPE)
    tastes: dict[tuple[object, ...], Sequence[float]] = {}
    genes = []
    for gene in space.genes:
        key = (gene.kind, *gene.meanings)
        if key not in tastes:
            tastes[key] = _taste(gene, rng, concentration, density, slope)
        genes.append(int(rng.choice(gene.options, p=tastes[key])))
    return space.canonical(genes)


def _taste(gene: Gene, rng: Generator, concentration: float, density: float, slope: float) -> Sequence[float]:
    """Return the probability of each value of a gene."""
    if gene.kind == "edge":
        return (1 - density, density)
    if gene.kind == "inputs":
        weights = np.exp(slope * np.linspace(0.0, 1.0, gene.options))
        return list(weights / weights.sum())
    return list(rng.dirichlet([concentration] * gene.options))
