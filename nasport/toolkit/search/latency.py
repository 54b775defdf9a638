"""A user's latency table: what operators take on a device, to be summed over the layers of a network.

Such tables are what hardware-aware searches go by (ProxylessNAS, FBNet). Nothing is measured here. Each layer is looked
up by the most specific entry: its operator, width, resolution and stride; the same but for the stride; the nearest width
and resolution; the number that the operator has whatever its shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite, log2
from pathlib import Path
from typing import Any

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator, vocabulary
from nasport.schemas.reading import parse_document, read_bytes
from nasport.schemas.validation import validate
from nasport.toolkit.search.shaped_layers import ShapedLayer, layers

_FREE_KINDS = ("input", "output", "sum", "concat", "none")


@dataclass(frozen=True)
class MeasuredLayer:
    """What a layer of one shape takes.

    Attributes:
        width: channels of its output.
        resolution: height of its output; None: any.
        stride: None: any.
        latency: in the unit of the table.
    """

    width: int
    resolution: int | None
    stride: int | None
    latency: float


@dataclass(frozen=True)
class LayerLatencies:
    """The document `nasport-latency`, version 1.

    Attributes:
        device: what was measured on, for display.
        operators: key to what a layer takes whatever its shape.
        entries: key to what layers of certain shapes take.
        file: that it was read from, for messages.
    """

    device: str = ""
    operators: Mapping[str, float] = field(default_factory=dict)
    entries: Mapping[str, Sequence[MeasuredLayer]] = field(default_factory=dict)
    file: str | None = None

    def latency(self, architecture: Architecture) -> float:
        """The sum over all layers of an architecture's network; of a supernet's mixed node the mean of its candidates.

        Raises:
            InputError: operators that the table does not have; names them.
        """
        found = layers(architecture)
        operators = {key: architecture.operator(key) for layer in found for key in layer.operators}
        # The table's own keys: two keys of one description are one operator.
        names = {
            key: key if key in self.entries or key in self.operators else self._by_meaning.get(operator)
            for key, operator in operators.items()
        }
        unknown = [key for key, name in names.items() if name is None]
        missing = [repr(key) for key in unknown if operators[key].kind not in _FREE_KINDS]
        if missing:
            raise InputError(
                f"no latency of {', '.join(missing)}, expected an entry of every operator "
                "of the network, that of stem and head included",
                file=self.file,
            )
        total = 0.0
        for layer, count in found.items():
            each = sum(self._lookup(names[key], layer) for key in layer.operators)
            total += count * each / len(layer.operators)
        if not isfinite(total):
            raise InputError("latencies that add up to infinity, expected smaller ones", file=self.file)
        return total

    @cached_property
    def _by_meaning(self) -> Mapping[Operator, str]:
        """Operators of the vocabulary to the first of the table's keys for them."""
        keys = reversed([*self.entries, *self.operators])
        return {vocabulary()[key]: key for key in keys if key in vocabulary()}

    def _lookup(self, key: str | None, layer: ShapedLayer) -> float:
        if key is None:  # joins and `none`
            return 0.0
        if not self.entries.get(key):
            return self.operators[key]

        def misfit(entry: MeasuredLayer) -> tuple[float, bool, float, bool]:
            """The least fits best: width and resolution on a scale of factors, then the stride."""
            far = _factor(entry.width, layer.width) + _factor(entry.resolution, layer.resolution)
            return far, entry.resolution is None, _factor(entry.stride, layer.stride), entry.stride is None

        return min(self.entries[key], key=misfit).latency


def _factor(one: int | None, other: int | None) -> float:
    return 0.0 if one is None or other is None else abs(log2(one / other))


def read_latency(file: Path) -> LayerLatencies:
    """A table from a file. Raises as `parse_latency` does."""
    return parse_latency(read_bytes(file), file=str(file))


def parse_latency(data: bytes | str, *, file: str | None = None, line: int = 1) -> LayerLatencies:
    """A table from the text of a document.

    Args:
        data: UTF-8 text.
        file: name for the error messages.
        line: of the file on which the document begins.

    Raises:
        InputError: anything wrong; names file, line and path inside the document.
    """

    def build(value: Any) -> LayerLatencies:
        validate("latency", value)
        entries = _entries(value.get("layers", ()))
        if not entries and not value.get("operators"):
            raise InputError("no latency at all, expected operators or layers")
        operators = {key: float(number) for key, number in value.get("operators", {}).items()}
        return LayerLatencies(value.get("device", ""), operators, entries, file)

    return parse_document(data, build, file=file, line=line)


def _entries(values: Sequence[Mapping[str, Any]]) -> dict[str, list[MeasuredLayer]]:
    found: dict[str, list[MeasuredLayer]] = {}
    first: dict[tuple[Any, ...], int] = {}
    for at, value in enumerate(values):
        # JSON Schema takes 5.0 for an integer.
        width, resolution, stride = (
            None if value.get(name) is None else int(value[name])
            for name in ("width", "resolution", "stride")
        )
        before = first.setdefault((value["op"], width, resolution, stride), at)
        if before != at:
            raise InputError(f"the same layer as layers[{before}], expected each once", path=("layers", at))
        entry = MeasuredLayer(width or 1, resolution, stride, float(value["latency"]))
        found.setdefault(value["op"], []).append(entry)
    return found
