"""`nasport search --help`: its options, then the searchers and judges of other packages."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand

from nasport.schemas.plugins import working


class SearchHelp(TyperCommand):
    """The command `search`; other packages are looked through only for its help."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write a line for each option that takes names of extensions, where there are some."""
        from nasport.toolkit.search.judges import JUDGES
        from nasport.toolkit.search.searchers import SEARCHERS

        super().format_epilog(ctx, formatter)
        for option, registry in (("--searcher", SEARCHERS), ("--judge", JUDGES)):
            names = [name for name, _ in working(registry.extensions(), registry.__getitem__)]
            if names:
                formatter.write_paragraph()
                formatter.write_text(f"{option} of other packages: {', '.join(names)}")
