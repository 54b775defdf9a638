"""`nasport show`: draw architectures, search spaces or the signals of proxy tasks in the terminal, as SVG or as PNG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nasport.schemas.errors import InputError
from nasport.schemas.writing import write_atomically
from nasport.toolkit.options import argument, option
from nasport.toolkit.printing.report import Report, announce_written, warn
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
    """Options of `nasport show`."""

    sources: Sequence[str] = argument(
        (),
        "Architectures and search spaces: files (JSON or JSON Lines documents, .onnx and .pt2 models), folders, names of "
        "search spaces, '-' for standard input. With --from: files of notation lines, or the notation itself.",
        metavar="SOURCE...",
    )
    out: Path | None = option(None, "Picture to write; its name ends in .svg or .png.", metavar="FILE")
    canonical: bool = option(False, "Draw the canonical form, which the predictor scores.")
    task: str | None = option(
        None, "GenNAS proxy task whose signals are drawn, in place of SOURCE.", suggest="tasks"
    )
    images: Path | None = option(
        None,
        "Images for --task: an image file, a folder of images, an .npz file or the CIFAR-10 files (default: photographs "
        "shipped with nasport).",
    )
    genes: str | None = option(
        None,
        "Genes of the search space's member to draw; see `nasport spaces` (default: a random member).",
        metavar="V,V,...",
    )


def run(options: ShowOptions) -> int:
    """Draw the architectures and search spaces in the sources, or the signals of a proxy task.

    A search space is drawn with one of its members: that of `genes`, or a random one.

    Returns:
        Exit status.

    Raises:
        InputError: options that exclude each other, an unknown or invalid task, or a file name without .svg or .png.
        MissingRuntimeError: the extra `gennas`, which the signals of a task need, is not installed.
    """
    if options.task is None and not options.sources:
        raise InputError("nothing to draw, expected architectures, search spaces or --task")
    if options.task is not None and options.sources:
        raise InputError("both sources and --task, expected one of them")
    if options.task is None and options.images is not None:
        raise InputError("--images without --task, expected both: images are for the signals of a task")
    if options.task is not None and options.given & {"source_format", "canonical", "genes"}:
        raise InputError("--from, --canonical or --genes with --task, expected them only with architectures")
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
        raise InputError(f"{len(items)} items for one picture, expected exactly one with --out")
    report = Report()
    for item in items:
        with report.continuing():
            pictures = _pictures(item, options)
            for note in item.notes:
                warn(note)
            if out is None:
                for heading, picture in pictures:
                    print(heading + terminal_text(picture, canonical=canonical))
    if out is not None and not report.status:
        picture = pictures[-1 if options.genes else 0][1]
        content = content_of(picture, canonical=canonical) if isinstance(picture, Architecture) else picture
        _write(scene_of(content), content.title or "architecture", out)
    return report.status


def _documents(options: ShowOptions) -> Iterator[Item]:
    """Yield the documents of the sources; a source that is not a file can be the name of a shipped search space."""
    from nasport.toolkit.inputs import document_items
    from nasport.toolkit.spaces.library import space_file, space_names

    for source in options.sources:
        if source.replace("-", "_") in space_names() and not Path(source).exists():
            source = str(space_file(source))
        yield from document_items([source], image=options.image)


def _pictures(item: Item, options: ShowOptions) -> list[tuple[str, Architecture | Content]]:
    """Return the pictures of an item, each with its heading: an architecture, or a search space and one of its members."""
    from nasport.toolkit.inputs import SPACE, format_of, parse_item, space_of

    genes = options.genes
    if options.notation is not None or format_of(item) != SPACE:
        if genes is not None:
            raise InputError("is not a search space, expected one with --genes", file=item.file or None)
        return [("", parse_item(item, options.notation))]
    from numpy.random import default_rng

    from nasport.toolkit.drawing.space_content import space_content
    from nasport.toolkit.reference.space_facts import genes_text, read_genes, size_words

    space = space_of(item)
    member = space.sample(default_rng(0)) if genes is None else read_genes(genes, space)
    subtitle = f"{size_words(space)} members, {len(space.genes)} genes"
    return [
        ("", space_content(space.document, space.operator, subtitle)),
        (f"a member (--genes {genes_text(member)})\n\n", space.architecture(member)),
    ]


def _show_task(name: str, images: Path | None, out: Path | None) -> None:
    """Draw the signals of all stages of a proxy task."""
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
    """Write a picture in the format that the extension of the file name indicates."""
    from nasport.toolkit.drawing.png import write_png
    from nasport.toolkit.drawing.svg import svg_text

    with announce_written(out):
        if out.suffix.lower() == PNG:
            write_png(scene, out, scale=2)
        else:
            write_atomically(out, svg_text(scene, title).encode())
