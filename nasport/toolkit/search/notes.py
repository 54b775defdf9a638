"""What a reader of the winners should know and cannot see from them: who was left out or failed, and who came out level."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nasport.toolkit.search.result import Evaluation


def left_out(evaluations: Iterable[Evaluation], facts: Sequence[str]) -> list[str]:
    """A note where limits or objectives speak of facts that are unknown of some members, which thus cannot win."""
    members = [each for each in evaluations if not each.query.is_supernet]
    notes = []
    for fact in dict.fromkeys(facts):
        unknown = sum(each.facts.get(fact) is None for each in members)
        if unknown:
            notes.append(f"{unknown:,} of {len(members):,} architectures are left out: unknown {fact}")
    return notes


def without_score(evaluations: Iterable[Evaluation]) -> list[str]:
    """A note where members that keep the limits have no score, with the first reason."""
    members = [each for each in evaluations if not each.query.is_supernet]
    failed = [each.failed for each in members if each.score is None and each.violation == 0]
    if not failed:
        return []
    return [f"{len(failed):,} of {len(members):,} architectures have no score: {failed[0]}"]


def level(ordered: Sequence[Evaluation], kept: int) -> list[str]:
    """A note where more members share the best score than are kept.

    Args:
        ordered: distinct members, best first.
        kept: how many of them go on.
    """
    best = sum(each.score == ordered[0].score for each in ordered)
    if best <= kept:
        return []
    return [f"{best:,} architectures share the best score, of which those met first are kept"]


def thinned(shown: int, front: int) -> list[str]:
    """A note where fewer winners are kept than the Pareto front has."""
    words = f"{shown:,} of {front:,} on the front are shown, spread evenly over it; --winners 0 shows all"
    return [] if shown == front else [words]
