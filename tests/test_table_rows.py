"""Rows of tables without other tests: each is read, round-trips, and is scored."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from nasport.runtime.costs import costs
from nasport.runtime.predictor import Predictor
from nasport.toolkit.laboratory.tables import read_latencies, read_table
from nasport.toolkit.notations import notation
from tests.documents import hash_of
from tests.tables import rows, sample


@pytest.mark.parametrize(
    ("name", "every"),
    [("transnas_macro", 30), ("darts_small", 10), ("accel_nasbench", 100), ("vit_bench_101", 10)],
)
def test_every_row_is_read_round_trips_and_scores(name: str, every: int, nasport_data: Path) -> None:
    table = read_table(name, nasport_data)
    known = notation(table.notation)
    architectures = [known.parse(text) for text in sample(list(table.texts), every)]
    for architecture in architectures:
        assert hash_of(known.parse(known.write(architecture))) == hash_of(architecture)
    for score in Predictor.load().score_stream(architectures):
        assert math.isfinite(score.score)
        assert score.parameters is not None


def test_every_fbnet_row_is_read_round_trips_and_scores(nasport_data: Path) -> None:
    known = notation("fbnet")
    texts = sample(list(read_latencies("fbnet", nasport_data).texts), 100)
    architectures = [known.parse(text) for text in texts]
    assert [known.write(architecture) for architecture in architectures] == texts
    for score in Predictor.load().score_stream(architectures):
        assert math.isfinite(score.score)


def test_every_row_of_accel_nasbench_has_the_parameters_and_flops_of_the_table(nasport_data: Path) -> None:
    """The table also counts 4 per normalized value, and the inputs and outputs of poolings."""
    known = notation("accel_nasbench")
    for row in sample(rows(nasport_data, "accel_nasbench"), 25):
        lists = [[int(row[f"block{place}_{key}"]) for place in range(7)] for key in ("e", "k", "l", "se")]
        found = costs(known.parse(str(lists)))
        assert found is not None
        assert found.parameters == round(1e6 * float(row["params_m"]))
        assert found.flops + extras(lists) == round(1e6 * float(row["macs_m"]))


def extras(lists: list[list[int]]) -> int:
    """Return what the table counts in addition to convolutions and linear layers."""
    size, width = 112, 32
    normalized, pooled = width * size**2, 1280 * (7**2 + 1)
    widths, strides = (16, 24, 40, 80, 112, 192, 320), (1, 2, 2, 2, 1, 2, 1)
    for *block, outputs, stride in zip(*lists, widths, strides, strict=True):
        expansion, _, layers, squeezed = block
        for layer in range(layers):
            hidden = width * expansion
            normalized += hidden * size**2 if expansion > 1 else 0
            size = size // stride if layer == 0 else size
            normalized += (hidden + outputs) * size**2
            pooled += hidden * (size**2 + 1) * squeezed
            width = outputs
    return 4 * (normalized + 1280 * 7**2) + pooled
