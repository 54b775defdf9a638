"""Report of an import: what was recognized, what was assumed, and what the document leaves out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from nasport.schemas.errors import printable
from nasport.toolkit.importing.documents.document import Imported, document_counts
from nasport.toolkit.importing.documents.naming import named_operator
from nasport.toolkit.importing.layers.layer import DESCRIBED, Layer


@dataclass(frozen=True)
class Described:
    """A layer that the document describes in words, because the vocabulary has no operator for it or cannot count it.

    Attributes:
        text: description in the document.
        module: path of its module in the model.
        parameters: trainable parameters in the model.
        flops: multiply-accumulates in the model, for one image.
    """

    text: str
    module: str
    parameters: int
    flops: int


@dataclass(frozen=True)
class ImportReport:
    """Report of one import.

    Attributes:
        name: name of the model.
        parameters: trainable parameters of the model.
        flops: multiply-accumulates of the model for one image.
        recognized_parameters: share of the parameters in operators that the vocabulary counts.
        recognized_flops: share of the multiply-accumulates in operators that the vocabulary counts.
        operations: number of primitive operations of the model.
        stages: number of stages of the document's skeleton, including stem and head.
        assumed: assumptions about the model, each with the number of operations that it concerns.
        approximated: properties of the model that the document leaves out, each with the number of occurrences.
        described: layers that the document describes in words, with stated counts.
        unread: trainable parameters of the model that evaluation does not use.
    """

    name: str
    parameters: int
    flops: int
    recognized_parameters: float
    recognized_flops: float
    operations: int
    stages: int
    assumed: dict[str, int]
    approximated: dict[str, int]
    described: tuple[Described, ...]
    unread: int

    @classmethod
    def of(cls, found: Imported) -> ImportReport:
        """Report on an imported model."""
        graph, layers = found.graph, found.layers
        described = [layer for layer in layers.layers if layer.kind in DESCRIBED]
        lost = (
            sum(layer.parameters for layer in described),
            sum(layer.flops for layer in described) // graph.batch,
        )
        assumed = Counter(text for operation in graph.operations for text in operation.assumed)
        return cls(
            printable(found.architecture.name), graph.parameters, graph.flops,
            1 - lost[0] / max(graph.parameters, 1), 1 - lost[1] / max(graph.flops, 1),
            len(graph.operations), len(found.parts), {**assumed, **dict.fromkeys(graph.notes, 1)},
            {**layers.notes, **_miscounted(found)},
            tuple(_described(layer, graph.batch) for layer in described), sum(weight.size for weight in graph.unread),
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """Return the attributes as JSON values."""
        return asdict(self)

    def warnings(self) -> tuple[str, ...]:
        """Return warnings about costs and scores of the document, one text each."""
        warnings = []
        if self.assumed:
            warnings.append(f"assumptions about the model: {_listed(self.assumed)}")
        if self.recognized_parameters < 1 or self.recognized_flops < 1:
            shares = f"{self.recognized_parameters:.1%} of the parameters and {self.recognized_flops:.1%} of the FLOPs"
            kinds = ", ".join(dict.fromkeys(layer.text for layer in self.described))
            warnings.append(
                f"only {shares} are in operators of the vocabulary; described in words: {kinds:.300}"
            )
        if self.approximated:
            warnings.append(f"the document leaves out: {_listed(self.approximated)}")
        return tuple(warnings)

    def lines(self) -> Iterator[str]:
        """Yield the lines of the report for the terminal."""
        yield f"model         {self.name}"
        yield f"parameters    {self.parameters:,} ({self.recognized_parameters:.1%} in operators of the vocabulary)"
        yield f"FLOPs         {self.flops:,} ({self.recognized_flops:.1%})"
        yield f"operations    {self.operations:,}, in {self.stages} stages"
        for title, entries in (("assumed", self.assumed), ("approximated", self.approximated)):
            for text, count in entries.items():
                yield f"{title:12}  {text}" + (f" ({count} times)" if count > 1 else "")
        if self.unread:
            yield f"not read      {self.unread:,} parameters, which evaluation does not use"
        counts = Counter(layer.text for layer in self.described)
        for text, count in counts.items():
            places = [layer for layer in self.described if layer.text == text]
            parameters = sum(layer.parameters for layer in places)
            names = ", ".join(dict.fromkeys(layer.module for layer in places if layer.module))
            where = f", {names:.80}" if names else ""
            yield f"described     {text}: {parameters:,} parameters in {count}{where}"


def _miscounted(found: Imported) -> dict[str, int]:
    """Return a note if the document's counts differ from the model's, which can happen for a damaged file."""
    parameters, flops = document_counts(found)
    graph = found.graph
    # Each operation may lose up to one FLOP when its FLOPs are divided by the number of images.
    tolerance = len(graph.operations) if graph.batch > 1 else 0
    if parameters == graph.parameters and abs(flops - graph.flops) <= tolerance:
        return {}
    return {f"counts: the document has {parameters:,} parameters and {flops:,} FLOPs": 1}


def _described(layer: Layer, batch: int) -> Described:
    module = next((operation.module for operation in layer.operations if operation.module), "")
    text = named_operator(layer.kind, layer.attributes, layer.text, layer.key).operator.text
    return Described(printable(text), printable(module), layer.parameters, layer.flops // batch)


def _listed(entries: dict[str, int]) -> str:
    return "; ".join(text if count == 1 else f"{text} ({count} times)" for text, count in entries.items())
