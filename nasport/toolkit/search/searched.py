"""Create the domain of a search from a search space or from candidates that the user names."""

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

# Number of candidates to check for membership in the space; each check takes up to 0.03 s.
TRIED = 20


@dataclass(frozen=True)
class Searched:
    """A domain, and its copy in the folder of a run.

    Attributes:
        domain: domain of the search.
        is_list: whether the domain is a list of candidates.
        without_skeleton: whether the space has no skeleton, so that parameters and FLOPs are unknown.
        settings: values for settings.json.
        file: name of the copy in the folder.
        lines: content of the copy.
        notes: notes for the user.
    """

    domain: Domain
    is_list: bool
    without_skeleton: bool
    settings: dict[str, Any]
    file: str
    lines: Iterable[str]
    notes: tuple[str, ...] = ()

    def keep(self, folder: RunFolder) -> None:
        """Write the copy into the folder of a run."""
        folder.keep_document(self.file, self.lines)


def space_source(space: SearchSpace | str | Path) -> Searched:
    """Return a search space as a domain.

    Raises:
        InputError: unknown space, or an invalid document; the message names file, line and path.
    """
    found = load_space(space)
    lines = [json.dumps(found.document.to_json(), indent=2, ensure_ascii=False)]
    settings = {"space": _settings(found), "candidates": None}
    return Searched(SpaceDomain(found), False, found.document.skeleton is None, settings, SPACE, lines)


def candidate_source(
    file: Path, source_format: str | None, space: SearchSpace | str | Path | None
) -> Searched:
    """Return a file of candidates as a domain.

    Args:
        source_format: notation of the candidates; None for documents or the notation of the space.
        space: search space of the candidates, if the user names one.

    Raises:
        InputError: wrong candidates, or unknown space.
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
    """Return a note if some of the first candidates are not members of the space.

    Candidates whose document names the space are not checked.
    """
    unsure = [each for each in first if each.space != space.name]
    strange = sum(genes is None for genes in space.genes_of_many(unsure))
    words = f"{strange} of the first {len(first)} candidates are not members of the space {space.name!r}"
    return (words,) if strange else ()
