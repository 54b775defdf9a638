"""Values of options that a shell completes; each list is read when it is asked for."""

from __future__ import annotations

from collections.abc import Iterable


def notations() -> Iterable[str]:
    """What `--from` takes."""
    from nasport.toolkit.notations import notations as known

    return known()


def spaces() -> Iterable[str]:
    """Search spaces that come along."""
    from nasport.toolkit.spaces import space_names

    return space_names()


def bundles() -> Iterable[str]:
    """Predictors that come along."""
    from nasport.runtime.bundle import shipped_names

    return shipped_names()


def searchers() -> Iterable[str]:
    """What `search --searcher` takes."""
    from nasport.toolkit.search.searchers import SEARCHERS

    return SEARCHERS


def judges() -> Iterable[str]:
    """What `search --judge` takes."""
    from nasport.toolkit.search.judges import JUDGES

    return JUDGES


def tasks() -> Iterable[str]:
    """Proxy tasks that come along."""
    from nasport.toolkit.gennas.task import task_names

    return task_names()


def operators() -> Iterable[str]:
    """The vocabulary, and the kinds of operators."""
    from nasport.schemas.operator_extensions import working_operators
    from nasport.schemas.operators import vocabulary
    from nasport.toolkit.reference.operator_facts import all_kinds

    return [*vocabulary(), *working_operators(), *all_kinds()]


def facts() -> Iterable[str]:
    """What a search may limit or optimise beside the score."""
    from nasport.toolkit.search.result import FACTS

    return FACTS


def limits() -> Iterable[str]:
    """Beginnings of what `search --max` takes."""
    return (f"{fact}=" for fact in facts())


def conversions() -> Iterable[str]:
    """What `convert --to` takes."""
    from nasport.toolkit.commands.convert import targets

    return targets()
