"""Estimate the latency of a network from a user's table of operator latencies, by summing over the layers.

Hardware-aware searches use such tables (ProxylessNAS, FBNet). nasport does not measure latencies itself. Each layer uses
the most specific entry: same operator, width, resolution and stride; then any stride; then the nearest width and
resolution; then the latency that the table states for the operator at any shape.
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
    """Latency of a layer of one shape.

    Attributes:
        width: channels of the output.
        resolution: height of the output; None for any.
        stride: stride; None for any.
        latency: latency in the unit of the table.
    """

    width: int
    resolution: int | None
    stride: int | None
    latency: float


@dataclass(frozen=True)
class LayerLatencies:
    """The document `nasport-latency`, version 1.

    Attributes:
        device: name of the measured device, for display.
        operators: latency of each operator at any shape.
        entries: latencies of each operator at certain shapes.
        file: name of the file, for messages.
    """

    device: str = ""
    operators: Mapping[str, float] = field(default_factory=dict)
    entries: Mapping[str, Sequence[MeasuredLayer]] = field(default_factory=dict)
    file: str | None = None

    def latency(self, architecture: Architecture) -> float:
        """Return the sum of latencies over all layers of a network.

        A mixed node of a supernet counts with the mean of its candidates.

        Raises:
            InputError: the table lacks operators of the network; the message names them.
        """
        found = layers(architecture)
        operators = {key: architecture.operator(key) for layer in found for key in layer.operators}
        # Keys of the table. Keys with the same description are the same operator.
        names = {
            key: key if key in self.entries or key in self.operators else self._by_meaning.get(operator)
            for key, operator in operators.items()
        }
        unknown = [key for key, name in names.items() if name is None]
        missing = [repr(key) for key in unknown if operators[key].kind not in _FREE_KINDS]
        if missing:
            raise InputError(
                f"no latency for {', '.join(missing)}, expected an entry for every operator of the network, including stem "
                "and head",
                file=self.file,
            )
        total = 0.0
        for layer, count in found.items():
            each = sum(self._lookup(names[key], layer) for key in layer.operators)
            total += count * each / len(layer.operators)
        if not isfinite(total):
            raise InputError(
                "the sum of the latencies is infinite, expected smaller latencies", file=self.file
            )
        return total

    @cached_property
    def _by_meaning(self) -> Mapping[Operator, str]:
        """Map operators of the vocabulary to the first key of the table for them."""
        keys = reversed([*self.entries, *self.operators])
        return {vocabulary()[key]: key for key in keys if key in vocabulary()}

    def _lookup(self, key: str | None, layer: ShapedLayer) -> float:
        if key is None:  # joins and `none`
            return 0.0
        if not self.entries.get(key):
            return self.operators[key]

        def misfit(entry: MeasuredLayer) -> tuple[float, bool, float, bool]:
            """Return how badly an entry fits: by the ratio of widths and resolutions, then by the stride."""
            far = _factor(entry.width, layer.width) + _factor(entry.resolution, layer.resolution)
            return far, entry.resolution is None, _factor(entry.stride, layer.stride), entry.stride is None

        return min(self.entries[key], key=misfit).latency


def _factor(one: int | None, other: int | None) -> float:
    return 0.0 if one is None or other is None else abs(log2(one / other))


def read_latency(file: Path) -> LayerLatencies:
    """Read a latency table from a file. Raises the errors of `parse_latency`."""
    return parse_latency(read_bytes(file), file=str(file))


def parse_latency(data: bytes | str, *, file: str | None = None, line: int = 1) -> LayerLatencies:
    """Parse a latency table.

    Args:
        data: UTF-8 text of the document.
        file: name of the file, for error messages.
        line: line of the file on which the document begins.

    Raises:
        InputError: invalid document; the message names file, line and path inside the document.
    """

    def build(value: Any) -> LayerLatencies:
        validate("latency", value)
        entries = _entries(value.get("layers", ()))
        if not entries and not value.get("operators"):
            raise InputError("no latencies, expected operators or layers")
        operators = {key: float(number) for key, number in value.get("operators", {}).items()}
        return LayerLatencies(value.get("device", ""), operators, entries, file)

    return parse_document(data, build, file=file, line=line)


def _entries(values: Sequence[Mapping[str, Any]]) -> dict[str, list[MeasuredLayer]]:
    found: dict[str, list[MeasuredLayer]] = {}
    first: dict[tuple[Any, ...], int] = {}
    for at, value in enumerate(values):
        # JSON Schema accepts 5.0 as an integer.
        width, resolution, stride = (
            None if value.get(name) is None else int(value[name])
            for name in ("width", "resolution", "stride")
        )
        before = first.setdefault((value["op"], width, resolution, stride), at)
        if before != at:
            raise InputError(f"same layer as layers[{before}], expected each layer once", path=("layers", at))
        entry = MeasuredLayer(width or 1, resolution, stride, float(value["latency"]))
        found.setdefault(value["op"], []).append(entry)
    return found
