"""Rows of tables that have no test of their own elsewhere: each reads, comes back as the same network, and scores."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from nasport.models.tables import read_table
from nasport.runtime.predictor import Predictor
from nasport.toolkit.notations import notation
from tests.documents import hash_of
from tests.tables import sample


@pytest.mark.parametrize(("name", "every"), [("transnas_macro", 30), ("darts_small", 10)])
def test_every_row_reads_comes_back_and_scores(name: str, every: int, nasport_data: Path) -> None:
    table = read_table(name, nasport_data)
    known = notation(table.notation)
    architectures = [known.parse(text) for text in sample(list(table.texts), every)]
    for architecture in architectures:
        assert hash_of(known.parse(known.write(architecture))) == hash_of(architecture)
    for score in Predictor.load().score_stream(architectures):
        assert math.isfinite(score.score)
        assert score.parameters is not None
