"""Genes of winners as text: the genes in which winners differ, and the genes that all winners share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nasport.toolkit.search.result import Winner


def differing_genes(winners: Sequence[Winner]) -> tuple[list[str], list[str]]:
    """Return the names of genes in which winners differ, and of genes in which they agree.

    All genes of a single winner count as differing.
    """
    names = dict.fromkeys(name for winner in winners for name in winner.genes)
    if len(winners) == 1:
        return list(names), []
    agreed = [name for name in names if len({winner.genes.get(name) for winner in winners}) == 1]
    return [name for name in names if name not in agreed], agreed


def genes_text(winner: Winner, names: Iterable[str]) -> str:
    """Return genes of a winner as text, such as `stages.2.op=mb_3x3_e6, stages.2.width=40`.

    The first part of each name (up to the first dot) is left out.
    """
    found = ((name.partition(".")[2], winner.genes[name]) for name in names if name in winner.genes)
    return ", ".join(f"{name}={value}" for name, value in found)
