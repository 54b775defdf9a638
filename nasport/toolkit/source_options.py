"""Options of commands that read architectures: the sources, their notation and the input shape of models."""

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
    """Options of commands that read architectures."""

    sources: Sequence[str] = argument(
        REQUIRED,
        "Architectures: files (JSON or JSON Lines documents, .onnx and .pt2 models), folders, '-' for standard input, or "
        "package.module:factory() for a torch module. With --from: files of notation lines, or the notation itself.",
        metavar="SOURCE...",
    )
    source_format: str | None = option(
        None,
        "Notation of the sources, one architecture per line; see `nasport formats` (default: JSON documents).",
        "--from",
        suggest="notations",
    )

    input: str | None = option(
        None,
        "Input shape of models that leave it open, and of torch modules (default for torch modules: 3x224x224).",
        metavar="CxHxW",
    )

    @cached_property
    def notation(self) -> Notation | None:
        """The notation of the sources; None for documents. An unknown name raises InputError."""
        from nasport.toolkit.notations import notation

        documents = self.source_format in (None, "", "json")
        return None if documents else notation(str(self.source_format))

    def items(self, out: Path | None = None) -> Iterator[Item]:
        """Yield the documents or texts of the sources.

        Args:
            out: file or folder that the command writes; it is not read as a source.
        """
        from nasport.toolkit.inputs import document_items, notation_items

        chosen = self.notation
        return (
            notation_items(self.sources, chosen, out)
            if chosen
            else document_items(self.sources, out, self.image)
        )

    @property
    def image(self) -> tuple[int, ...] | None:
        """The shape that `input` gives, None without it. An invalid shape raises InputError."""
        if self.input is None:
            return None
        from nasport.toolkit.importing.shapes import image_shape

        return image_shape(self.input)
