"""docs/guides/python.md and README.md: their examples run, one after the other; and what is said of data frames."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

import nasport

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "resnet_like_cell.json"


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("pandas", "polars", "sklearn", "optuna", "torch", "onnx"):
        pytest.importorskip(package)
    monkeypatch.chdir(tmp_path)
    shutil.copy(EXAMPLE, "arch.json")
    space = nasport.Space.load("nasbench201")
    cells = [space.architecture(space.sample(seed)) for seed in range(12)]
    Path("cells.txt").write_text("\n".join(nasport.convert(cells, to="nasbench201")))
    blocks = re.findall(
        r"```python\n(.*?)```", (ROOT / "docs" / "guides" / "python.md").read_text(), re.DOTALL
    )
    assert len(blocks) > 5
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, "docs/guides/python.md", "exec"), names)
    assert names["best"].evaluation.facts["parameters"] <= 4e5
    assert len(names["frame"]) == len(names["table"]) == 12
    assert len(names["study"].trials) == 20


def test_the_examples_of_the_readme_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pymoo")
    text = (ROOT / "README.md").read_text()
    (document,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    (tmp_path / "space.json").write_text(document)
    space = nasport.read(tmp_path / "space.json")
    assert (space.name, space.size()) == ("tiny", 54)
    assert nasport.score(space.architecture(space.sample(0))).parameters
    (block,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {}
    exec(compile(block, "README.md", "exec"), names)
    assert names["best"].evaluation.facts["parameters"] <= 4e5


@pytest.fixture(scope="module")
def scores() -> list[nasport.Score]:
    """One without a skeleton, whose costs nobody knows, and one with all numbers."""
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
    late = scores[:1] * 150 + scores[1:]  # further down than polars looks for the type of a column
    for part in (scores, late, scores[:1], scores[1:]):
        frame = polars.DataFrame(part, schema_overrides={"warnings": polars.List(polars.String)})
        assert tuple(frame.columns) == nasport.Score._fields
        assert frame.schema["parameters"] == frame.schema["flops"] == frame.schema["rank"] == polars.Int64
        assert frame.schema["score"] == frame.schema["distance"] == polars.Float64
        assert frame.schema["warnings"] == polars.List(polars.String)
        assert frame["parameters"].null_count() == sum(score.parameters is None for score in part)
        assert frame["warnings"].to_list() == [list(score.warnings) for score in part]
