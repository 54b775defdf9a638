"""What became of a model on its way to a document: how much was recognized, what was assumed, what the document leaves out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from nasport.schemas.errors import printable
from nasport.toolkit.importing.documents.document import Imported, check_counts
from nasport.toolkit.importing.documents.naming import named
from nasport.toolkit.importing.layers.layer import DESCRIBED, Layer


@dataclass(frozen=True)
class Described:
    """A layer that the vocabulary has no word for, or does not count.

    Attributes:
        text: its description in the document.
        module: where it stands in the model.
        parameters, flops: as the model has them.
    """

    text: str
    module: str
    parameters: int
    flops: int


@dataclass(frozen=True)
class ImportReport:
    """What became of a model.

    Attributes:
        name: of the model.
        parameters, flops: of the model for one image, which are also the document's.
        recognized_parameters, recognized_flops: share of these in operators that the vocabulary counts.
        operations: of the model.
        stages: of the document's skeleton, stem and head among them.
        assumed: what nothing in the model says for certain, and how often.
        approximated: what the document does not say, and how often.
        described: layers with a description and stated counts.
        unread: trained values that the model has and does not read in evaluation.
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
        """The report of an imported model."""
        graph, layers = found.graph, found.layers
        odd = [layer for layer in layers.layers if layer.kind in DESCRIBED]
        lost = sum(layer.parameters for layer in odd), sum(layer.flops for layer in odd) // graph.batch
        assumed = Counter(text for operation in graph.operations for text in operation.assumed)
        return cls(
            printable(found.architecture.name), graph.parameters, graph.flops,
            1 - lost[0] / max(graph.parameters, 1), 1 - lost[1] / max(graph.flops, 1),
            len(graph.operations), len(found.parts), {**assumed, **dict.fromkeys(graph.notes, 1)},
            {**layers.notes, **_miscounted(found)},
            tuple(_described(layer, graph.batch) for layer in odd), sum(weight.size for weight in graph.unread),
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    def warnings(self) -> tuple[str, ...]:
        """Sentences for readers of the numbers of this document."""
        found = []
        if self.assumed:
            found.append(f"assumed of the model: {_listed(self.assumed)}")
        if self.recognized_parameters < 1 or self.recognized_flops < 1:
            shares = f"{self.recognized_parameters:.1%} of the parameters and {self.recognized_flops:.1%} of the FLOPs"
            kinds = ", ".join(dict.fromkeys(layer.text for layer in self.described))
            found.append(f"operators of the vocabulary hold {shares}; described in words: {kinds:.300}")
        if self.approximated:
            found.append(f"the document leaves out: {_listed(self.approximated)}")
        return tuple(found)

    def lines(self) -> Iterator[str]:
        """For people."""
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
    """What the document counts, where that is something else than the model: shapes of a damaged file."""
    parameters, flops = check_counts(found)
    graph = found.graph
    rounded = len(graph.operations) if graph.batch > 1 else 0  # FLOPs of one of several images
    if parameters == graph.parameters and abs(flops - graph.flops) <= rounded:
        return {}
    return {f"counts: the document has {parameters:,} parameters and {flops:,} FLOPs": 1}


def _described(layer: Layer, batch: int) -> Described:
    module = next((operation.module for operation in layer.operations if operation.module), "")
    text = named(layer.kind, layer.attributes, layer.text, layer.key).operator.text
    return Described(printable(text), printable(module), layer.parameters, layer.flops // batch)


def _listed(entries: dict[str, int]) -> str:
    return "; ".join(text if count == 1 else f"{text} ({count} times)" for text, count in entries.items())
