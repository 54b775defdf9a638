"""`nasport show`: architectures and search spaces drawn in the terminal, as SVG or as PNG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.schemas.writing import write_atomically
from nasport.toolkit.commands.report import Report
from nasport.toolkit.commands.terminal import terminal_text
from nasport.toolkit.drawing import Content, to_png, to_svg
from nasport.toolkit.inputs import Item, document_items, format_of, notation_items, parse_item
from nasport.toolkit.notations import Notation, notation

SPACE = "nasport-space"


def run_show(
    sources: Sequence[str], source_format: str | None, out: Path | None, canonical: bool, genes: str | None
) -> int:
    """Draw everything in `sources`, of spaces also the member of `genes`, or any; returns the exit status."""
    if out is not None and out.suffix.lower() not in (".svg", ".png"):
        raise InputError(f"cannot draw into {out.name!r}, expected a name ending in .svg or .png")
    chosen = notation(source_format) if source_format else None
    items = list(notation_items(sources, chosen) if chosen else _documents(sources))
    if out is not None and len(items) != 1:
        raise InputError(f"{len(items)} architectures for one picture, expected exactly one with --out")
    report = Report()
    for item in items:
        try:
            pictures = _pictures(item, chosen, genes)
        except InputError as error:
            report.error(error)
            continue
        if out is None:
            for words, drawn in pictures:
                print(words + terminal_text(drawn, canonical=canonical))
        else:
            _write(out, pictures[-1 if genes else 0][1], canonical)
    return report.status


def _documents(sources: Sequence[str]) -> Iterator[Item]:
    """As `document_items`; what is no file may be the name of a space."""
    from nasport.toolkit.spaces.library import space_file, space_names

    for source in sources:
        if source.replace("-", "_") in space_names() and not Path(source).exists():
            source = str(space_file(source))
        yield from document_items([source])


def _pictures(
    item: Item, chosen: Notation | None, genes: str | None
) -> list[tuple[str, Architecture | Content]]:
    """What to draw of an item, each with the words before it; the space first, then its member."""
    if chosen is None and format_of(item) == SPACE:
        return _of_space(item, genes)
    if genes is not None:
        raise InputError("--genes of what is no space, expected a space with it", file=item.file or None)
    return [("", parse_item(item, chosen))]


def _of_space(item: Item, genes: str | None) -> list[tuple[str, Architecture | Content]]:
    from numpy.random import default_rng

    from nasport.schemas.space import parse_space
    from nasport.toolkit.drawing.space_content import space_content
    from nasport.toolkit.spaces import SearchSpace
    from nasport.toolkit.tour.spaces import genes_text, read_genes, size_words

    assert isinstance(item.text, bytes)
    space = SearchSpace(parse_space(item.text, file=item.file or None, line=item.line))
    member = space.sample(default_rng(0)) if genes is None else read_genes(genes, space)
    subtitle = f"{size_words(space)} members, {len(space.genes)} genes"
    return [
        ("", space_content(space.document, space.operator, subtitle)),
        (f"a member, --genes {genes_text(member)}\n\n", space.architecture(member)),
    ]


def _write(out: Path, drawn: Architecture | Content, canonical: bool) -> None:
    if out.suffix.lower() == ".png":
        to_png(drawn, out, canonical=canonical)
        return
    try:
        write_atomically(out, to_svg(drawn, canonical=canonical).encode())
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", file=str(out)) from error
