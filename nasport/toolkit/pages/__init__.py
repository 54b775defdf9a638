"""Reports as one HTML file that needs nothing beside itself: no script, no font, nothing from outside."""

from __future__ import annotations

from importlib.resources import files

from nasport.toolkit.pages.markup import Markup, joined, tag


def page(title: Markup, *parts: str) -> str:
    """A page in nasport's look; text of anybody in it is escaped.

    Args:
        title: of the window, and the first heading.
        parts: what is below it.
    """
    head = joined(
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Markup(files(__package__).joinpath("style.css").read_text("utf-8"))),
    )
    body = tag("body", tag("main", tag("h1", title), *parts))
    return f"<!DOCTYPE html>\n{tag('html', tag('head', head), body, lang='en')}\n"
