"""Read labeled architectures: documents with labels, or lines with a notation, a tab and a number."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nasport.schemas import architecture_hash
from nasport.schemas.architecture import Architecture, Label
from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.schemas.reading import decode_utf8
from nasport.toolkit.inputs import Item, document_items, located, notation_items, parse_item
from nasport.toolkit.notations import Notation, notation

FEWEST = 3


@dataclass(frozen=True)
class Labeled:
    """An architecture with a label.

    Attributes:
        architecture: the architecture.
        hash: hash of its canonical form.
        label: the label, higher is better.
        item: the item from which it was read.
        notation: notation of the item; None for a document.
    """

    architecture: Architecture
    hash: str
    label: float
    item: Item
    notation: Notation | None = None

    def located(self, error: InputError) -> InputError:
        """Return an error with the architecture's file and line, or with its name if it was not read from a file."""
        if self.item.file:
            return located(error, self.item, self.notation)
        return InputError(f"{self.architecture.name!r}: {error.problem}", path=error.path)


def read_labeled(
    sources: Sequence[str],
    source_format: str | None,
    metric: str | None,
    lower_is_better: bool = False,
    out: Path | None = None,
) -> list[Labeled]:
    """Read all architectures of the sources, sorted by hash.

    Args:
        sources: files, folders and `-`, as for scoring.
        source_format: notation of lines `NOTATION<TAB>LABEL`; None: documents with labels.
        metric: name of the label, see `names`; None: each document has one label.
        lower_is_better: whether the labels are errors or losses.
        out: output that is not read, see `document_items`.

    Raises:
        InputError: a source has a mistake, a label is missing or ambiguous, two architectures are the same, there are
            fewer than three architectures, or all labels are equal.
    """
    chosen = notation(source_format) if source_format else None
    if chosen is not None and metric is not None:
        raise InputError(
            "--metric with --from, expected only one of them: a line of a notation has only one label"
        )
    items = notation_items(sources, None) if chosen else document_items(sources, out)
    found: dict[str, Labeled] = {}
    first = ""
    for item in items:
        architecture, label, called = _one(item, chosen, metric)
        first = first or called
        if called != first:
            raise _at(
                item,
                f"the label is {called!r}, but {first!r} in earlier documents, expected --metric to choose one",
            )
        digest = architecture_hash(architecture)
        if digest in found:
            twin = found[digest].architecture.name
            raise _at(item, f"the same network as {twin!r}, expected different architectures")
        found[digest] = Labeled(architecture, digest, -label if lower_is_better else label, item, chosen)
    if len(found) < FEWEST:
        raise InputError(
            f"{len(found)} labeled architectures, expected at least {FEWEST}, because the quality of their ranking is "
            "measured"
        )
    labels = {each.label for each in found.values()}
    if len(labels) == 1:
        raise InputError(
            f"all labels are {abs(labels.pop()):g}, expected different labels, which define a ranking"
        )
    return [found[digest] for digest in sorted(found)]


def read_apart(
    sources: Sequence[str],
    source_format: str | None,
    metric: str | None,
    lower_is_better: bool = False,
    out: Path | None = None,
) -> tuple[list[Labeled], list[int]]:
    """Read each source separately with `read_labeled`, because labels of different sources may not be comparable.

    The arguments and errors are those of `read_labeled`.

    Returns:
        the architectures sorted by hash, and the index of the source of each.
    """
    found: dict[str, tuple[Labeled, int]] = {}
    for number, source in enumerate(sources):
        try:
            labeled = read_labeled([source], source_format, metric, lower_is_better, out)
        except InputError as error:
            raise error if error.file else InputError(error.problem, file=source) from None
        for each in labeled:
            if each.hash in found:
                twin = found[each.hash][0].architecture.name
                raise each.located(
                    InputError(f"the same network as {twin!r}, expected different architectures")
                )
            found[each.hash] = each, number
    ordered = [found[digest] for digest in sorted(found)]
    return [each for each, _ in ordered], [number for _, number in ordered]


def names(label: Label) -> tuple[str, ...]:
    """Return the names of a label for `--metric`, shortest first: metric, dataset/metric, dataset/split/metric@epochs."""
    shorter = (label.metric, f"{label.dataset}/{label.metric}")
    split = f"{label.dataset}/{label.split}/{label.metric}" if label.split else shorter[1]
    epochs = split if label.epochs is None else f"{split}@{label.epochs:g}"
    return tuple(dict.fromkeys((*shorter, split, epochs)))


def _one(item: Item, chosen: Notation | None, metric: str | None) -> tuple[Architecture, float, str]:
    """Return an architecture, its label, and the full name of the label."""
    if chosen is not None:
        item, label = _cut(item)
        architecture, called = parse_item(item, chosen), ""
    else:
        architecture = parse_item(item, None)
        try:
            found = _chosen(architecture.labels, metric)
        except InputError as error:
            raise located(error, item, chosen) from None
        label, called = float(found.value), names(found)[-1]
    named = architecture if architecture.name else replace(architecture, name=item.name(chosen is not None))
    return named, label, called


def _cut(item: Item) -> tuple[Item, float]:
    """Split a line into an item without the label, and the label."""
    if isinstance(item.text, InputError):
        raise item.text
    text, tab, number = item.text.rpartition(b"\t")
    if not tab:
        raise _at(item, "no label, expected the notation, a tab and a number")
    try:
        label = float(decode_utf8(number))
    except ValueError:
        label = math.nan
    if not math.isfinite(label):
        raise _at(
            item, f"the label {number.decode('utf-8', 'replace')!r} is not finite, expected a finite number"
        )
    return item._replace(text=text), label


def _chosen(labels: Sequence[Label], metric: str | None) -> Label:
    if not labels:
        raise InputError("no label, expected a label in 'labels'")
    fitting = [label for label in labels if metric is None or metric in names(label)]
    if len(fitting) == 1:
        return fitting[0]
    there = ", ".join(dict.fromkeys(names(label)[-1] for label in fitting or labels))
    if metric is None:
        raise InputError(f"several labels, expected --metric with one of {there}", path=("labels",))
    if not fitting:
        near = did_you_mean(metric, [name for label in labels for name in names(label)])
        raise InputError(f"no label {metric!r}{near}expected one of {there}", path=("labels",))
    raise InputError(f"several labels are {metric!r}, expected one of {there}", path=("labels",))


def _at(item: Item, problem: str) -> InputError:
    return InputError(problem, file=item.file or None, line=item.line if item.file else None)
