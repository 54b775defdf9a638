"""What is searched, from what the user names: a space, or candidates; and the notation of its members."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nasport.schemas.architecture import Architecture
from nasport.toolkit.notations.of_members import notation_of
from nasport.toolkit.run_folder import digest
from nasport.toolkit.search.candidate_file import TextList, read_candidates
from nasport.toolkit.search.candidates import ListDomain
from nasport.toolkit.search.domain import Domain, SpaceDomain
from nasport.toolkit.search.folder import CANDIDATE_TEXTS, CANDIDATES, SPACE, RunFolder
from nasport.toolkit.spaces import SearchSpace, load_space

# Candidates tried for whether they are members of the space; a try takes up to .03 s.
TRIED = 20


@dataclass(frozen=True)
class Searched:
    """A domain and how it is kept.

    Attributes:
        is_list: whether it is a list of candidates.
        without_skeleton: whether no member has one, so that its parameters are unknown.
        settings: what settings.json says of it.
        file: its name in the folder of a run.
        lines: its content there.
        notes: what the user should know of it.
    """

    domain: Domain
    is_list: bool
    without_skeleton: bool
    settings: dict[str, Any]
    file: str
    lines: Iterable[str]
    notes: tuple[str, ...] = ()

    def keep(self, folder: RunFolder) -> None:
        """Write what is searched into the folder of a run."""
        folder.keep_document(self.file, self.lines)


def space_source(space: SearchSpace | str | Path) -> Searched:
    """All members of a space.

    Raises:
        InputError: no such space, or a mistake in its document; names file, line and path.
    """
    found = load_space(space)
    lines = [json.dumps(found.document.to_json(), indent=2, ensure_ascii=False)]
    settings = {"space": _settings(found), "candidates": None}
    return Searched(SpaceDomain(found), False, found.document.skeleton is None, settings, SPACE, lines)


def candidate_source(
    file: Path, source_format: str | None, space: SearchSpace | str | Path | None
) -> Searched:
    """Candidates from a file.

    Args:
        source_format: their notation; None: they are documents, or in the notation of the space.
        space: that they belong to, if one was named.

    Raises:
        InputError: wrong candidates, no such space.
    """
    found = None if space is None else load_space(space)
    usual = None if found is None else notation_of(found.name)
    candidates = read_candidates(file, source_format, usual)
    if isinstance(candidates, TextList):
        name, lines = candidates.notation.name, candidates.texts
    else:
        name, lines = "", tuple(json.dumps(each.to_json()) for each in candidates)
    settings = {
        "space": None if found is None else _settings(found),
        "candidates": {"count": len(lines), "notation": name or None, "sha256": digest(lines)},
    }
    domain = ListDomain(candidates, found.name if found else "candidates", found)
    kept = CANDIDATE_TEXTS if name else CANDIDATES
    notes = () if found is None or name == usual else _strangers(candidates[:TRIED], found)
    return Searched(domain, True, False, settings, kept, lines, notes)


def _settings(space: SearchSpace) -> dict[str, str]:
    return {"name": space.name, "sha256": digest(space.document.to_json())}


def _strangers(first: Sequence[Architecture], space: SearchSpace) -> tuple[str, ...]:
    """A note where some of the first candidates are no members of their space; those that say they are, are believed."""
    unsure = [each for each in first if each.space != space.name]
    strange = sum(genes is None for genes in space.genes_of_many(unsure))
    words = f"{strange} of the first {len(first)} candidates are no members of the space {space.name!r}"
    return (words,) if strange else ()
