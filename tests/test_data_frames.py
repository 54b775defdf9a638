"""A list of scores becomes a data frame with columns by name and kind, as docs/guides/python.md promises."""

from __future__ import annotations

from pathlib import Path

import pytest

import nasport

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def scores() -> list[nasport.Score]:
    """Scores of an architecture without skeleton, whose costs are unknown, and of one with all numbers."""
    cell = nasport.read(ROOT / "examples" / "unknown_operator_cell.json").to_json()
    cell.pop("skeleton", None)
    return nasport.score([cell, nasport.Space.load("nasbench201").architecture((3, 3, 3, 3, 3, 3))])


def test_pandas_gets_columns_by_name_and_kind(scores: list[nasport.Score]) -> None:
    pandas = pytest.importorskip("pandas")
    assert scores[0].parameters is None
    frame = pandas.DataFrame(scores)
    assert tuple(frame.columns) == nasport.Score._fields
    assert frame["parameters"].isna().tolist() == [True, False]
    assert frame["warnings"].tolist() == [score.warnings for score in scores]
    for part, missing in ((scores, 1), (scores[:1] * 2, 2), (scores[1:], 0)):
        kept = pandas.DataFrame(part).convert_dtypes()
        assert kept["parameters"].isna().sum() == missing
        assert all(
            pandas.api.types.is_numeric_dtype(kept[name])
            for name in ("score", "rank", "reachable_parameters")
        )
    assert str(pandas.DataFrame(scores).convert_dtypes()["parameters"].dtype) == "Int64"


def test_polars_gets_columns_by_name_and_kind(scores: list[nasport.Score]) -> None:
    polars = pytest.importorskip("polars")
    late = scores[:1] * 150 + scores[1:]  # beyond the rows from which polars infers the type of a column
    for part in (scores, late, scores[:1], scores[1:]):
        frame = polars.DataFrame(part, schema_overrides={"warnings": polars.List(polars.String)})
        assert tuple(frame.columns) == nasport.Score._fields
        assert frame.schema["parameters"] == frame.schema["flops"] == frame.schema["rank"] == polars.Int64
        assert frame.schema["score"] == frame.schema["distance"] == polars.Float64
        assert frame.schema["warnings"] == polars.List(polars.String)
        assert frame["parameters"].null_count() == sum(score.parameters is None for score in part)
        assert frame["warnings"].to_list() == [list(score.warnings) for score in part]
