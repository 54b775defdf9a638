"""`nasport evaluate` with a recipe without training: rows, resuming, tables, pictures, results for manifests."""

from __future__ import annotations

import csv
import gzip
import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("scipy", reason="needs SciPy")

from typer.testing import CliRunner

from nasport.runtime.encoding import EncodedBatch
from nasport.schemas import InputError
from nasport.schemas.errors import MissingRuntimeError
from nasport.toolkit.commands import evaluate
from nasport.toolkit.laboratory import tables
from nasport.toolkit.laboratory.evaluation import plots
from nasport.toolkit.laboratory.evaluation.baselines import baseline_rows, baselines, proxy_baseline
from nasport.toolkit.laboratory.evaluation.document import BEGIN, END, write_document
from nasport.toolkit.laboratory.evaluation.document import tables as markdown_tables
from nasport.toolkit.laboratory.evaluation.labels import GROUPS, facts
from nasport.toolkit.laboratory.evaluation.metrics import METRICS, metrics
from nasport.toolkit.laboratory.evaluation.rows import (
    BaselineRow,
    RowsFile,
    SeedRow,
    fingerprint,
    read_baselines,
)
from nasport.toolkit.laboratory.evaluation.summary import (
    BASELINES_FILE,
    RESULTS_FOLDER,
    ROWS_FILE,
    current_rows,
    result_rows,
    summaries,
)
from nasport.toolkit.laboratory.evaluation.tested_spaces import ALL, WITH_A_PATH, WITH_PROXIES, load_space
from nasport.toolkit.laboratory.recipes import universal_recipe
from nasport.toolkit.main import app
from tests.commands import run_evaluate

ROOT = Path(__file__).parents[1]
OPERATORS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
PERFECT = dict.fromkeys(METRICS, 1.0)


def cells() -> list[str]:
    """Return some NAS-Bench-201 cells, including cells without a path."""
    random = np.random.default_rng(0)
    chosen = {tuple(random.integers(0, 5, 6).tolist()) for _ in range(60)} | {(0,) * 6, (3, 0, 0, 0, 0, 0)}
    texts = []
    for codes in sorted(chosen):
        a, b, c, d, e, f = (OPERATORS[code] for code in codes)
        texts.append(f"|{a}~0|+|{b}~0|{c}~1|+|{d}~0|{e}~1|{f}~2|")
    return texts


def write_csv(path: Path, header: list[str], rows: list[list[object]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Made-up tables of NAS-Bench-201, its proxies (every second cell) and NAS-Bench-Macro."""
    folder = tmp_path / "tables"
    folder.mkdir()
    names = [
        f"{name}_{split}_mean_seeds" for name in tables.NASBENCH201_DATASETS for split in ("val", "test")
    ]
    texts = cells()
    write_csv(
        folder / tables.TABLES["nasbench201"].file,
        ["arch_str", *names],
        [[text, *range(place, place + 6)] for place, text in enumerate(texts)],
    )
    write_csv(
        folder / tables.PROXIES_FILE,
        ["net_str", *tables.PROXIES],
        [[text, *range(place, place + 13)] for place, text in enumerate(texts[::2])],
    )
    macro = {f"{number:08b}": {"test_acc": [number, number, number]} for number in range(24)}
    with gzip.open(folder / tables.TABLES["nasbench_macro"].file, "wt") as stream:
        json.dump(macro, stream)
    monkeypatch.setenv(tables.FOLDER_VARIABLE, str(folder))
    return folder


class StubRecipe(SimpleNamespace):
    """Scores by parameters plus noise from the seed, and records its trainings."""

    LEFT_OUT: Mapping[str, tuple[str, ...]] = {"first": ("nasbench201",), "second": ("nasbench_macro",)}
    TESTED: Mapping[str, tuple[str, ...]] = {
        "first": ("nasbench201", "nasbench_macro"),
        "second": ("nasbench_macro",),
    }

    def __init__(self) -> None:
        super().__init__(trained=[], width=64, stop=None)

    def settings(self, left_out: str | None) -> Mapping[str, Any]:
        return {"left_out": left_out, "width": self.width}

    def train_seed(self, left_out: str | None, seed: int, folder: Path | None = None) -> Any:
        if self.stop == (left_out, seed):
            raise KeyboardInterrupt
        self.trained.append((left_out, seed))

        def score(batch: EncodedBatch) -> NDArray[np.float64]:
            noise = np.random.default_rng(seed).normal(0, 1, len(batch.names))
            return np.log1p(np.array(batch.parameters, np.float64)) + noise

        return score


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> StubRecipe:
    made = StubRecipe()
    monkeypatch.setitem(sys.modules, "nasport.toolkit.laboratory.recipes.universal", made)
    return made


def stored(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "rows.jsonl").read_text("utf-8").splitlines()]


# NAS-Bench-201: six labels, all / with a path / with proxies; NAS-Bench-Macro: one label.
FIRST_ROWS, SECOND_ROWS = 6 * 3 + 1, 1


def test_every_family_seed_space_label_and_subset_has_a_row(
    data: Path, stub: StubRecipe, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert run_evaluate([], 2, out) == 0
    found = stored(out)
    assert len(found) == 2 * (FIRST_ROWS + SECOND_ROWS)
    assert stub.trained == [("first", 0), ("first", 1), ("second", 0), ("second", 1)]
    counts = {row["subset"]: row["count"] for row in found if row["space"] == "nasbench201"}
    total = len(cells())
    assert counts[ALL] == total
    assert counts[WITH_A_PATH] < total
    assert counts[WITH_PROXIES] == (total + 1) // 2
    text = (out / "evaluation.md").read_text("utf-8")
    assert "| first | nasbench201, cifar10 test |" in text
    assert "ours, without first" in text
    assert "jacov" in text
    if plots.can_draw():
        for name in ("unseen-spearman.png", "unseen-first.png", "unseen-second.png"):
            assert (out / name).read_bytes().startswith(b"\x89PNG")


def test_existing_rows_are_not_measured_again(data: Path, stub: StubRecipe, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_evaluate(["first"], 2, out)
    before = (out / "rows.jsonl").read_bytes()
    run_evaluate(["first"], 2, out)
    assert stub.trained == [("first", 0), ("first", 1)]
    assert (out / "rows.jsonl").read_bytes() == before
    # After a kill during writing, the incomplete line is dropped, and its row and the one before are measured again.
    lines = before.splitlines(keepends=True)
    (out / "rows.jsonl").write_bytes(b"".join(lines[:-2]) + lines[-2][:40])
    run_evaluate(["first"], 2, out)
    assert stub.trained[2:] == [("first", 1)]
    assert sorted((out / "rows.jsonl").read_bytes().splitlines()) == sorted(before.splitlines())


def test_an_interrupted_run_keeps_its_rows(data: Path, stub: StubRecipe, tmp_path: Path) -> None:
    stub.stop = ("first", 1)
    with pytest.raises(KeyboardInterrupt):
        run_evaluate(["first"], 2, tmp_path / "out")
    assert len(stored(tmp_path / "out")) == FIRST_ROWS
    stub.stop = None
    run_evaluate(["first"], 2, tmp_path / "out")
    assert stub.trained == [("first", 0), ("first", 1)]


def test_rows_of_another_recipe_are_ignored(
    data: Path, stub: StubRecipe, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    run_evaluate(["second"], 1, out)
    old = stored(out)[0]["recipe"]
    stub.width = 32
    run_evaluate(["second"], 1, out)
    assert [row["recipe"] == old for row in stored(out)] == [True, False]
    assert "1 rows of other recipes" in capsys.readouterr().err
    (entry,) = result_rows("second", stub, out)
    assert len(entry["spearman"]["values"]) == 1


def test_without_matplotlib_only_the_pictures_are_missing(
    data: Path,
    stub: StubRecipe,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert run_evaluate(["second"], 1, tmp_path / "out") == 0
    assert "matplotlib is not installed, so no pictures" in capsys.readouterr().err
    assert not list((tmp_path / "out").glob("*.png"))
    assert "second" in (tmp_path / "out" / "evaluation.md").read_text("utf-8")


def test_a_missing_picture_requires_training_but_no_new_rows(
    data: Path, stub: StubRecipe, tmp_path: Path
) -> None:
    pytest.importorskip("matplotlib", reason="needs matplotlib")
    run_evaluate(["second"], 2, tmp_path)
    rows = stored(tmp_path)
    (tmp_path / "unseen-second.png").unlink()
    run_evaluate(["second"], 2, tmp_path)
    assert stub.trained == [("second", 0), ("second", 1), ("second", 0)]
    assert stored(tmp_path) == rows
    assert (tmp_path / "unseen-second.png").exists()


def test_impossible_options_are_refused(data: Path, stub: StubRecipe, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown family 'third', expected one of first, second"):
        run_evaluate(["third"], 1, tmp_path)
    (data / tables.TABLES["nasbench_macro"].file).unlink()
    with pytest.raises(InputError, match=tables.TABLES["nasbench_macro"].file):
        run_evaluate(["first"], 1, tmp_path)
    assert stub.trained == []


def test_without_a_folder_a_default_folder_is_used(
    data: Path, stub: StubRecipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    evaluate.run(evaluate.EvaluateOptions(only=["second"], seeds=1))
    made = tmp_path / "nasport-evaluation"
    assert len(stored(made)) == SECOND_ROWS
    assert (made / "evaluation.md").is_file()


def test_the_document_agrees_with_its_rows() -> None:
    pytest.importorskip("torch", reason="needs the extra 'train'")
    made = universal_recipe()
    rows = RowsFile(ROOT / RESULTS_FOLDER / ROWS_FILE)
    assert len(current_rows(rows, made)) == len(rows.rows) == 380
    found = summaries(current_rows(rows, made), read_baselines(ROOT / RESULTS_FOLDER / BASELINES_FILE), made)
    assert markdown_tables(found) in (ROOT / "docs/reports/evaluation.md").read_text("utf-8")


def test_the_command_line_passes_its_options_on(data: Path, stub: StubRecipe, tmp_path: Path) -> None:
    arguments = [
        "evaluate",
        "--only",
        "second",
        "--only",
        "first",
        "--seeds",
        "1",
        "--out",
        str(tmp_path / "out"),
    ]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert stub.trained == [("first", 0), ("second", 0)]  # in the recipe's order


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": -1}, "line 2: seed: -1, expected a count"),
        ({"space": None}, "line 2: space: None, expected a string"),
        ({"metrics": {}}, "line 2: metrics: {}, expected an object with spearman"),
        ({"metrics": {**PERFECT, "kendall": "high"}}, "line 2: metrics.kendall: 'high', expected a number"),
    ],
)
def test_an_invalid_line_is_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    row = {
        "recipe": "a",
        "left_out": "b",
        "seed": 0,
        "space": "c",
        "label": "d",
        "subset": ALL,
        "count": 3,
        "metrics": PERFECT,
    }
    path = tmp_path / "rows.jsonl"
    path.write_text(f"{json.dumps(row)}\n{json.dumps(row | change)}\n", "utf-8")
    with pytest.raises(InputError) as error:
        RowsFile(path)
    assert message in str(error.value)


def test_a_fingerprint_depends_only_on_the_settings() -> None:
    assert fingerprint({"a": 1, "b": [2]}) == fingerprint({"b": [2], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})


def row_of(seed: int, space: str, label: str, spearman: float) -> SeedRow:
    return SeedRow("r", "first", seed, space, label, ALL, 10, {**PERFECT, "spearman": spearman})


def test_a_summary_has_mean_and_sample_deviation_and_groups() -> None:
    made = StubRecipe()
    made.TESTED = {"first": ("transnas_micro",)}
    rows = [
        row_of(seed, "transnas_micro", task, 0.1 * place + 0.01 * seed)
        for seed in (1, 0)
        for place, task in enumerate(tables.TRANSNAS_TASKS)
    ]
    known = [
        BaselineRow(
            "flops", "transnas_micro", task, ALL, 10, {**PERFECT, "spearman": 0.5, "top1_regret": 3.0}
        )
        for task in tables.TRANSNAS_TASKS
    ]
    found = summaries(rows, known, made)
    assert [entry.label for entry in found] == [*tables.TRANSNAS_TASKS, "mean of the 7 tasks"]
    assert found[2].values["spearman"] == pytest.approx((0.2, 0.21))
    assert found[2].deviation("spearman") == pytest.approx(0.01 / math.sqrt(2))
    mean = found[-1]
    assert mean.values["spearman"] == pytest.approx((0.3, 0.31))
    assert mean.baselines["flops"]["spearman"] == pytest.approx(0.5)
    assert math.isnan(mean.mean("top1_regret"))  # labels of different units
    text = markdown_tables(found)
    assert (
        "| first | transnas_micro, mean of the 7 tasks | 10 | .305 / 1.00 (.007, 0) | **.500 / 1.00** |"
        in text
    )
    # The mean over seven tasks is missing until all tasks are present.
    assert len(summaries(rows[:6], known, made)) == 6


def test_a_manifest_contains_all_architectures_of_its_family(
    data: Path, stub: StubRecipe, tmp_path: Path
) -> None:
    assert result_rows("first", stub, tmp_path) == []
    run_evaluate([], 2, tmp_path)
    found = result_rows("first", stub, tmp_path)
    assert [(row["space"], row["dataset"], row["split"]) for row in found][:2] == [
        ("nasbench201", "cifar10", "test"),
        ("nasbench201", "cifar10", "val"),
    ]
    assert len(found) == 7
    space = load_space("nasbench201")
    scores = [stub.train_seed("first", seed)(space.batch) for seed in (0, 1)]
    expected = [metrics(values, space.labels["cifar10_test"])["spearman"] for values in scores]
    assert found[0]["spearman"]["values"] == pytest.approx(expected, abs=1e-4)
    assert found[0]["spearman"]["mean"] == pytest.approx(np.mean(expected), abs=1e-4)
    assert found[0]["architectures"] == len(cells())
    ours = metrics(baselines(space)["parameters"], space.labels["cifar10_test"])
    assert found[0]["baselines"]["parameters"]["kendall"] == pytest.approx(ours["kendall"], abs=1e-4)


def test_baselines_of_other_spaces_are_kept(data: Path, stub: StubRecipe, tmp_path: Path) -> None:
    run_evaluate(["first"], 1, tmp_path)
    before = read_baselines(tmp_path / "baselines.jsonl")
    run_evaluate(["second"], 1, tmp_path)
    assert read_baselines(tmp_path / "baselines.jsonl") == before
    names = {row.baseline for row in before if row.subset == WITH_PROXIES}
    assert set(map(proxy_baseline, tables.PROXIES)) < names
    assert names - {row.baseline for row in before if row.subset == ALL} == set(
        map(proxy_baseline, tables.PROXIES)
    )


def test_identities_do_not_count_as_layers(data: Path) -> None:
    space = load_space("nasbench_macro")
    digits = [sum(digit == "1" for digit in name) for name in space.batch.names]
    assert baselines(space)["layers"].tolist() == digits


def test_a_document_keeps_its_text_outside_the_markers(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"before {BEGIN} old {END} after", "utf-8")
    write_document(path, [])
    text = path.read_text("utf-8")
    assert text.startswith(f"before {BEGIN}")
    assert text.endswith(f"{END} after")
    assert "old" not in text
    path.write_text(f"{END} {BEGIN}", "utf-8")
    with pytest.raises(InputError, match="expected the marker <!-- nasport evaluate: begin"):
        write_document(path, [])


def test_every_label_of_every_table_is_described(nasport_data: Path) -> None:
    for name, table in tables.TABLES.items():
        assert list(tables.read_table(name, nasport_data).labels) == list(table.labels)
        assert table.main_label in table.labels
    assert all(facts(*member).dataset for group in GROUPS for member in group.members)


def test_trivial_baselines_agree_with_published_ones_for_nasbench201(nasport_data: Path) -> None:
    space = load_space("nasbench201", nasport_data)
    rows = {
        (row.baseline, row.label, row.subset): row.metrics
        for row in baseline_rows(space)
        if row.label == "cifar10_test"
    }
    assert rows["parameters", "cifar10_test", ALL]["spearman"] == pytest.approx(0.75, abs=0.01)
    assert rows["reachable_parameters", "cifar10_test", ALL]["spearman"] == pytest.approx(0.821, abs=0.002)
    assert rows["reachable_parameters", "cifar10_test", ALL]["kendall"] == pytest.approx(0.653, abs=0.002)
    assert len([row for row in rows if row[2] == WITH_PROXIES]) >= 13 + 3
    assert (~space.subsets[WITH_A_PATH]).sum() == 341
    assert space.subsets[WITH_PROXIES].sum() == 9_445


def test_a_recipe_without_its_packages_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nasport.toolkit.laboratory.recipes.universal", None)
    with pytest.raises(MissingRuntimeError, match=r"pip install .*\[train\]"):
        universal_recipe()
