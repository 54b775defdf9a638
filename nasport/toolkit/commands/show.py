"""`nasport show`: architectures, search spaces and signals of tasks drawn in the terminal, as SVG or as PNG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nasport.schemas.errors import InputError
from nasport.schemas.writing import write_atomically
from nasport.toolkit.options import argument, option
from nasport.toolkit.printing.report import Report, told_as_written, warn
from nasport.toolkit.printing.terminal import is_colored, line_width, terminal_text
from nasport.toolkit.source_options import SourceOptions
from nasport.toolkit.text_width import is_unicode

if TYPE_CHECKING:
    from nasport.schemas.architecture import Architecture
    from nasport.toolkit.drawing import Content
    from nasport.toolkit.drawing.shapes import Scene
    from nasport.toolkit.inputs import Item

PNG = ".png"
PICTURES = (".svg", PNG)


@dataclass(frozen=True, kw_only=True)
class ShowOptions(SourceOptions):
    """Of `nasport show`."""

    sources: Sequence[str] = argument(
        (),
        "Files, folders, '-' for standard input, or names of spaces; with --from also the notation itself.",
        metavar="SOURCE...",
    )
    out: Path | None = option(None, "Picture to write: a name ending in .svg or .png.", metavar="FILE")
    canonical: bool = option(False, "Draw the canonical form, which is what is scored.")
    task: str | None = option(None, "Proxy task whose signals to draw.", suggest="tasks")
    images: Path | None = option(
        None,
        "Images for --task: a picture, a folder of them, an .npz, or CIFAR-10's files; default: photographs that come "
        "with nasport.",
    )
    genes: str | None = option(
        None, "Genes of the member of a space to draw; default: a random member.", metavar="V,V,..."
    )


def run(options: ShowOptions) -> int:
    """Draw everything in the sources, of spaces also the member of `genes`, or any; returns the exit status.

    Raises:
        InputError: options that do not go together, no such task, a mistake in it, or a name of no picture.
        MissingRuntimeError: the signals of a task need the extra `gennas`.
    """
    if (options.task is None) == (not options.sources):
        raise InputError("nothing to show, or too much: expected architectures and spaces, or --task")
    if options.task is None and options.images is not None:
        raise InputError("--images is for the signals of a task, expected --task with it")
    if options.task is not None and options.given & {"source_format", "canonical", "genes"}:
        raise InputError("--from, --canonical and --genes are for architectures, expected none with --task")
    if options.out is not None and options.out.suffix.lower() not in PICTURES:
        raise InputError(f"cannot draw into {options.out.name!r}, expected a name ending in .svg or .png")
    if options.task is None:
        return _show_architectures(options)
    _show_task(options.task, options.images, options.out)
    return 0


def _show_architectures(options: ShowOptions) -> int:
    from nasport.schemas.architecture import Architecture
    from nasport.toolkit.drawing.content import content_of
    from nasport.toolkit.drawing.scene import scene_of

    out, canonical = options.out, options.canonical
    items = list(options.items() if options.notation else _documents(options))
    if out is not None and len(items) != 1:
        raise InputError(f"{len(items)} architectures for one picture, expected exactly one with --out")
    report = Report()
    for item in items:
        with report.going_on():
            pictures = _pictures(item, options)
            for note in item.notes:
                warn(note)
            if out is None:
                for words, each in pictures:
                    print(words + terminal_text(each, canonical=canonical))
    if out is not None and not report.status:
        drawn = pictures[-1 if options.genes else 0][1]
        content = content_of(drawn, canonical=canonical) if isinstance(drawn, Architecture) else drawn
        _write(scene_of(content), content.title or "architecture", out)
    return report.status


def _documents(options: ShowOptions) -> Iterator[Item]:
    """As `document_items`; what is no file may be the name of a space."""
    from nasport.toolkit.inputs import document_items
    from nasport.toolkit.spaces.library import space_file, space_names

    for source in options.sources:
        if source.replace("-", "_") in space_names() and not Path(source).exists():
            source = str(space_file(source))
        yield from document_items([source], image=options.image)


def _pictures(item: Item, options: ShowOptions) -> list[tuple[str, Architecture | Content]]:
    """What to draw of an item, each with the words before it; the space first, then its member."""
    from nasport.toolkit.inputs import SPACE, format_of, parse_item, space_of

    genes = options.genes
    if options.notation is not None or format_of(item) != SPACE:
        if genes is not None:
            raise InputError("--genes of what is no space, expected a space with it", file=item.file or None)
        return [("", parse_item(item, options.notation))]
    from numpy.random import default_rng

    from nasport.toolkit.drawing.space_content import space_content
    from nasport.toolkit.reference.space_facts import genes_text, read_genes, size_words

    space = space_of(item)
    member = space.sample(default_rng(0)) if genes is None else read_genes(genes, space)
    subtitle = f"{size_words(space)} members, {len(space.genes)} genes"
    return [
        ("", space_content(space.document, space.operator, subtitle)),
        (f"a member, --genes {genes_text(member)}\n\n", space.architecture(member)),
    ]


def _show_task(name: str, images: Path | None, out: Path | None) -> None:
    """Draw the signals of every stage of a task."""
    from nasport.toolkit.gennas.requirements import require_torch
    from nasport.toolkit.gennas.task import load_task

    task = load_task(name)
    require_torch()
    from nasport.toolkit.gennas.task_drawing.samples import task_samples

    samples = task_samples(task, images)
    if out is None:
        from nasport.toolkit.gennas.task_drawing.signal_text import task_text

        text = task_text(samples, width=line_width() or 100, unicode=is_unicode(), color=is_colored())
        print(text, end="")
        return
    from nasport.toolkit.drawing.pieces import clean
    from nasport.toolkit.gennas.task_drawing.signal_scene import task_scene

    _write(task_scene(samples), f"task {clean(samples.task.name, 200)}", out)


def _write(scene: Scene, title: str, out: Path) -> None:
    """Write a picture in the format that the name of the file says."""
    from nasport.toolkit.drawing.png import write_png
    from nasport.toolkit.drawing.svg import svg_text

    with told_as_written(out):
        if out.suffix.lower() == PNG:
            write_png(scene, out, scale=2)
        else:
            write_atomically(out, svg_text(scene, title).encode())
