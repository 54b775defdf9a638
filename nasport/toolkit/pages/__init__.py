"""Self-contained HTML pages from Jinja2 templates: no scripts, no fonts, no links to other files."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from nasport.runtime.installation import require
from nasport.toolkit.drawing.pieces import clean

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

LONGEST = 300
"""Maximum number of characters of a text for which the template gives no other limit."""


def require_jinja() -> None:
    """Check that Jinja2 is installed.

    Raises:
        MissingRuntimeError: Jinja2 is missing.
    """
    require("search", "for the HTML report", "jinja2")


def render(template: str, **data: Any) -> str:
    """Return a page.

    Args:
        template: path of the template within `nasport/toolkit`.
        data: values for the template. Every text among them is cleaned, cut and escaped where the template inserts it,
            except `Markup`.
    """
    return _environment().get_template(template).render(data)


def text(value: object, limit: int = LONGEST) -> Markup:
    """Return a value as HTML text: unprintable characters replaced, cut to `limit` characters, escaped.

    `Markup` is returned unchanged.
    """
    from markupsafe import Markup, escape

    return value if isinstance(value, Markup) else escape(clean(str(value), limit))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("nasport.toolkit", ""),
        autoescape=True,
        finalize=text,  # Jinja2 calls this for the value of every {{ expression }}.
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["text"] = text
    return environment
