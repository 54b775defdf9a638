"""The report of a search: its parts one below the other, in one file."""

from __future__ import annotations

from nasport.toolkit.search.report import figures, sections, winner_rows
from nasport.toolkit.search.report.markup import Markup, joined, tag, text
from nasport.toolkit.search.report.settings_table import named, objectives
from nasport.toolkit.search.report.style import CSS
from nasport.toolkit.search.result import SearchResult

_SIZES = ("parameters", "flops", "reachable_parameters")


def report_html(result: SearchResult) -> str:
    """A finished search as a self-contained HTML page: no script, no font, nothing from outside.

    The same result gives the same text. All that documents and names say is escaped.
    """
    space = named(result.settings.get("space")) or named(result.settings.get("candidates")) or "a search"
    title = Markup(f"{text(space, 80)}: the best architectures found")
    front = joined(*(figures.trade_off(result, fact) for fact in _facts(result)))
    body = joined(
        tag("h1", title),
        sections.headline(result),
        sections.notes(result),
        _section("Winners", winner_rows.winners(result)),
        _section("Progress", figures.progress(result)),
        _section("What it costs", front),
        _section("Do the judges agree?", figures.judges(result)),
        _section("What was searched", sections.searched(result)),
        _section("What failed", sections.failures(result)),
        _section("How to go on", sections.going_on(result)),
        tag("p", f"Written by nasport search with {sections.versions(result)}.", class_="small"),
    )
    head = joined(
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Markup(CSS)),
    )
    return (
        "<!DOCTYPE html>\n" + tag("html", tag("head", head), tag("body", tag("main", body)), lang="en") + "\n"
    )


def _facts(result: SearchResult) -> list[str]:
    """What the score is drawn against: the further objectives, else the first size that is known."""
    chosen = objectives(result.settings)
    if chosen:
        return list(dict.fromkeys(chosen))
    members = [each for each in result.evaluations if not each.query.is_supernet]
    return [name for name in _SIZES if any(each.facts.get(name) is not None for each in members)][:1]


def _section(title: str, content: Markup) -> Markup:
    """Nothing where there is nothing to say."""
    return tag("section", tag("h2", title), content) if content else Markup("")
