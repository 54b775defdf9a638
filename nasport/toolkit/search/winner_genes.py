"""What winners were decided to, in words: the genes in which they differ, and those that all of them have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nasport.toolkit.search.result import Winner


def telling_genes(winners: Sequence[Winner]) -> tuple[list[str], list[str]]:
    """The names of the genes in which winners differ (all genes of one alone), and of those in which they agree."""
    names = dict.fromkeys(name for winner in winners for name in winner.genes)
    if len(winners) == 1:
        return list(names), []
    agreed = [name for name in names if len({winner.genes.get(name) for winner in winners}) == 1]
    return [name for name in names if name not in agreed], agreed


def genes_text(winner: Winner, names: Iterable[str]) -> str:
    """Some genes of a winner, as `stages.2.op=mb_3x3_e6, stages.2.width=40`: their names without the first word."""
    found = ((name.partition(".")[2], winner.genes[name]) for name in names if name in winner.genes)
    return ", ".join(f"{name}={value}" for name, value in found)
