"""`nasport show --task`: the signals of a proxy task, in the terminal, as SVG or as PNG."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from nasport.schemas.errors import InputError
from nasport.schemas.writing import write_atomically
from nasport.toolkit.gennas.requirements import require_torch

if TYPE_CHECKING:
    from nasport.toolkit.gennas.task_drawing.samples import TaskSamples


def run_show_task(task_name: str, out: Path | None, images: Path | None = None) -> int:
    """Draw the signals of every stage; returns the exit status.

    Args:
        task_name: a task that comes with the package, or a file.
        out: name of a picture (.svg or .png); None: characters in the terminal.
        images: a source of images, as for scoring; None: the photographs.

    Raises:
        InputError: no such task, a mistake in it, or a name of no picture.
        MissingRuntimeError: the extra `gennas` is not installed.
    """
    kind = "" if out is None else out.suffix.lower()
    if kind not in ("", ".svg", ".png") or (out is not None and not kind):
        raise InputError(f"cannot draw into {str(out)!r}, expected a name ending in .svg or .png")
    from nasport.toolkit.gennas.task import load_task

    task = load_task(task_name)
    require_torch()
    from nasport.toolkit.gennas.task_drawing.samples import task_samples

    samples = task_samples(task, images)
    if out is None:
        print(_text(samples), end="")
    else:
        _draw(samples, out, kind)
    return 0


def _draw(samples: TaskSamples, out: Path, kind: str) -> None:
    from nasport.toolkit.drawing.pieces import clean
    from nasport.toolkit.gennas.task_drawing.signal_scene import task_scene

    scene = task_scene(samples)
    if kind == ".png":
        from nasport.toolkit.drawing.png import write_png

        write_png(scene, out, scale=2)
        return
    from nasport.toolkit.drawing.svg import svg_text

    try:
        write_atomically(out, svg_text(scene, f"task {clean(samples.task.name, 200)}").encode())
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", file=str(out)) from error


def _text(samples: TaskSamples) -> str:
    from nasport.toolkit.gennas.task_drawing.signal_text import task_text

    encoding = (sys.stdout.encoding or "ascii").lower()
    return task_text(
        samples,
        width=shutil.get_terminal_size((100, 40)).columns,
        unicode="utf" in encoding,
        colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ,
    )
