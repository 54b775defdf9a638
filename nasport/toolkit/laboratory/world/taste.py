"""How the genes of one member are drawn: by a taste of its own, not uniformly.

A taste is a probability for each value of every choice, drawn for each member from a Dirichlet distribution; genes
that choose between the same values (the edges of a cell, the repeats of all stages) share it. Where nodes get their
inputs from, a taste prefers late nodes (deep cells) or early ones (flat cells); of free graphs it sets the density.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from nasport.toolkit.spaces.genes import Gene, Genes
from nasport.toolkit.spaces.search_space import SearchSpace

CONCENTRATIONS = (0.2, 4.0)
"""Least and largest concentration of the Dirichlet distributions, even in their logarithm."""
DENSITIES = (0.15, 0.75)
SLOPE = 1.5
"""Standard deviation, over members, of the logarithm by which the last node is preferred to the first."""


def drawn_genes(space: SearchSpace, rng: Generator) -> Genes:
    """Genes of a random member, idle ones set to 0; they may break a limit of the space."""
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
    """The probability of each value of a gene."""
    if gene.kind == "edge":
        return (1 - density, density)
    if gene.kind == "inputs":
        weights = np.exp(slope * np.linspace(0.0, 1.0, gene.options))
        return list(weights / weights.sum())
    return list(rng.dirichlet([concentration] * gene.options))
