"""What a command reads: an argument for sources and the notation of `--from`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from nasport.toolkit.options import REQUIRED, Options, argument, option

if TYPE_CHECKING:
    from nasport.toolkit.inputs import Item
    from nasport.toolkit.notations import Notation


@dataclass(frozen=True, kw_only=True)
class SourceOptions(Options):
    """Of commands that read architectures."""

    sources: Sequence[str] = argument(
        REQUIRED,
        "Files (one document, or one per line; ONNX and .pt2 models), folders, '-' for standard input, "
        "package.module:factory(); with --from also the notation itself.",
        metavar="SOURCE...",
    )
    source_format: str | None = option(
        None, "Notation of the sources, one text per line; default: documents.", "--from", suggest="notations"
    )

    input: str | None = option(
        None,
        "Shape of one input of models that leave it open, or that are factories; default: 3x224x224.",
        metavar="CHANNELSxHEIGHTxWIDTH",
    )

    @cached_property
    def notation(self) -> Notation | None:
        """The notation of the sources; None: they are documents. Raises InputError where there is none of that name."""
        from nasport.toolkit.notations import notation

        documents = self.source_format in (None, "", "json")
        return None if documents else notation(str(self.source_format))

    def items(self, out: Path | None = None) -> Iterator[Item]:
        """Everything in the sources, but what is being written to `out`."""
        from nasport.toolkit.inputs import document_items, notation_items

        chosen = self.notation
        return (
            notation_items(self.sources, chosen, out)
            if chosen
            else document_items(self.sources, out, self.image)
        )

    @property
    def image(self) -> tuple[int, ...] | None:
        """The shape of `input`. Raises InputError where it is none."""
        if self.input is None:
            return None
        from nasport.toolkit.importing.shapes import image_shape

        return image_shape(self.input)
