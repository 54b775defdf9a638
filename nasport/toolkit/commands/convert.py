"""`nasport convert`: notations to documents and back; one architecture as a network (`convert_network.py`).

DARTS cells also come out as documents of the network on ImageNet that papers train them in.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError, printable
from nasport.schemas.nearest import did_you_mean
from nasport.schemas.writing import replacing
from nasport.toolkit.commands.convert_network import NETWORKS, run_convert_network
from nasport.toolkit.commands.report import Report
from nasport.toolkit.inputs import Item, document_items, located, notation_items, parse_item
from nasport.toolkit.notations import NOTATIONS, Notation, notation
from nasport.toolkit.notations.losses import lost

DOCUMENT = "json"
IMAGENET, IMAGENET_FIT = "imagenet", "imagenet-fit"


def run_convert(sources: Sequence[str], source_format: str | None, target: str, out: Path | None) -> int:
    """Convert everything in `sources`; returns the exit status."""
    if target in NETWORKS:
        return run_convert_network(sources, source_format, target, out)
    reader = _notation(source_format)
    writer = _writer(target)
    items = notation_items(sources, reader) if reader else document_items(sources)
    report, losses = Report(), _Losses()

    def texts() -> Iterator[str]:
        for item in items:
            try:
                architecture = parse_item(item, reader)
            except InputError as error:
                report.error(error)
                continue
            try:
                text = _converted(architecture, target, writer)
                if writer is not None:
                    losses.note(architecture, writer.parse(text), item)
            except InputError as error:
                report.error(located(error, item, reader))
                continue
            yield text

    found = peeked(texts())
    if found is not None:  # otherwise nothing was right, and a file that is there stays as it is
        _write(_indented_if_single(found) if writer is None else found, out)
    losses.tell(target)
    return report.status


class _Losses:
    """What texts do not say of the documents that they were written from, each thing told once.

    Attributes:
        found: what is lost, the first document that loses it, how many do.
    """

    def __init__(self) -> None:
        self.found: dict[str, tuple[str, int]] = {}

    def note(self, architecture: Architecture, back: Architecture, item: Item) -> None:
        """Remember what is lost of one document, and what its text is read as."""
        for what in lost(architecture, back):
            first, count = self.found.get(what, (item.place or architecture.name, 0))
            self.found[what] = first, count + 1

    def tell(self, target: str) -> None:
        """One line on standard error for each thing."""
        for what, (first, count) in self.found.items():
            more = f", and {count - 1:,} more" if count > 1 else ""
            print(
                printable(f"nasport: warning: {first}{more}: {target} says nothing of {what}"),
                file=sys.stderr,
            )


def _notation(name: str | None) -> Notation | None:
    return None if name is None or name == DOCUMENT else notation(name)


def _writer(name: str) -> Notation | None:
    """The notation of this name; None: documents."""
    documents = (DOCUMENT, IMAGENET, IMAGENET_FIT)
    if name not in documents and name not in NOTATIONS:
        known = (*documents, *NETWORKS, *NOTATIONS)
        raise InputError(
            f"cannot convert to {name!r}{did_you_mean(name, known)}expected one of {', '.join(known)}"
        )
    return None if name in documents else notation(name)


def _converted(architecture: Architecture, target: str, writer: Notation | None) -> str:
    if target in (IMAGENET, IMAGENET_FIT):
        architecture = _on_imagenet(architecture, target)
    return writer.write(architecture) if writer else json.dumps(architecture.to_json(), ensure_ascii=False)


def _on_imagenet(architecture: Architecture, target: str) -> Architecture:
    from nasport.toolkit.search.imagenet import OUT_OF_REACH, WIDTH, in_words, on_imagenet

    found = on_imagenet(architecture, "fit" if target == IMAGENET_FIT else WIDTH)
    print(f"{in_words(found)}; {OUT_OF_REACH}", file=sys.stderr)
    return found


def peeked(texts: Iterator[str]) -> Iterator[str] | None:
    """The same texts, or None where there is not even one."""
    first = list(islice(texts, 1))
    return chain(first, texts) if first else None


def _indented_if_single(texts: Iterator[str]) -> Iterator[str]:
    """A single document is for reading, many are one a line."""
    first_two = list(islice(texts, 2))
    if len(first_two) == 1:
        return iter([json.dumps(json.loads(first_two[0]), indent=2, ensure_ascii=False)])
    return chain(first_two, texts)


def _write(texts: Iterator[str], out: Path | None) -> None:
    """One text a line; a file appears only when it is whole."""
    if out is None:
        for text in texts:
            print(text)
        return
    try:
        with replacing(out) as stream:
            stream.writelines(f"{text}\n".encode() for text in texts)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", file=str(out)) from error
    print(f"written: {out}", file=sys.stderr)
