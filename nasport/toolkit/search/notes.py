"""Notes about architectures that a list of winners does not show: excluded, failed or tied ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nasport.toolkit.search.result import Evaluation


def left_out(evaluations: Iterable[Evaluation], facts: Sequence[str]) -> list[str]:
    """Return a note for each fact of limits or objectives that is unknown for some members, which cannot win."""
    members = [each for each in evaluations if not each.query.is_supernet]
    notes = []
    for fact in dict.fromkeys(facts):
        unknown = sum(each.facts.get(fact) is None for each in members)
        if unknown:
            notes.append(f"{unknown:,} of {len(members):,} architectures are left out: unknown {fact}")
    return notes


def without_score(evaluations: Iterable[Evaluation]) -> list[str]:
    """Return a note if members within the limits have no score, with the first reason."""
    members = [each for each in evaluations if not each.query.is_supernet]
    failed = [each.failed for each in members if each.score is None and each.violation == 0]
    if not failed:
        return []
    return [f"{len(failed):,} of {len(members):,} architectures have no score: {failed[0]}"]


def level(ordered: Sequence[Evaluation], kept: int) -> list[str]:
    """Return a note if more members share the best score than are kept.

    Args:
        ordered: distinct members, best first.
        kept: number of members to keep.
    """
    best = sum(each.score == ordered[0].score for each in ordered)
    if best <= kept:
        return []
    return [f"{best:,} architectures share the best score; the first {kept:,} of them are kept"]


def thinned(shown: int, front: int) -> list[str]:
    """Return a note if fewer winners are reported than the Pareto front has."""
    words = (
        f"{shown:,} of {front:,} architectures on the front are shown, evenly spread; --winners 0 shows all"
    )
    return [] if shown == front else [words]
