"""Edge cases of `nasport search`: unknown costs, invalid networks, spaces of one member, full disks, missing extras."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.inputs import notation_items, parse_item
from nasport.toolkit.notations import notation
from nasport.toolkit.printing.winner_table import winner_table
from nasport.toolkit.search import Limit, search
from nasport.toolkit.search import folder as folders
from nasport.toolkit.search.engine import SearchProgress
from nasport.toolkit.search.finalists import FinalistLoss, by_both_ranks, with_losses
from nasport.toolkit.search.folder import EVALUATED
from nasport.toolkit.search.latency import LayerLatencies
from nasport.toolkit.search.limits import nearest_miss
from nasport.toolkit.search.result import Winner
from nasport.toolkit.spaces import SearchSpace, load_space
from tests.test_search_command import MY_SPACE, nasport_search
from tests.toy_search import content, toy_search

ROOT = Path(__file__).resolve().parent.parent


def a_space(
    tmp_path: Path, nodes: Sequence[dict[str, Any]], operators: dict[str, Any] | None = None
) -> SearchSpace:
    """Return a space of cells with input `x`, these nodes, and the output of node `a`, in a small network."""
    document = {
        "format": "nasport-space",
        "version": 1,
        "name": "edge",
        "operators": operators or {},
        "cells": {
            "cell": {
                "nodes": [
                    {"id": "x", "op": "input"},
                    *nodes,
                    {"id": "y", "op": "output", "inputs": ["a"]},
                ]
            }
        },
        "skeleton": {
            "input": {"channels": 3, "height": 32, "width": 32},
            "stem": [{"op": "conv_3x3", "width": 16}],
            "stages": [{"cell": "cell", "repeats": 1}],
            "head": [{"op": "global_avg_pool"}],
            "classes": 10,
        },
    }
    file = tmp_path / "edge.json"
    file.write_text(json.dumps(document))
    return load_space(str(file))


# Unknown costs


def test_unknown_costs_rank_below_any_known_cost() -> None:
    limit = Limit("parameters", 10.0)
    assert limit.violation({"parameters": None}) > limit.violation({"parameters": 1e9})
    words = nearest_miss([limit], [{"parameters": None}, {"parameters": 5000.0}])
    assert "the nearest has parameters 5,000" in words


def test_costs_that_are_never_known_are_reported(tmp_path: Path) -> None:
    space = tmp_path / "space.json"
    text = MY_SPACE.read_text("utf-8").replace('"kind": "convolution", ', "")
    space.write_text(text.replace("squeeze_excitation", "linear_attention"), "utf-8")
    result = nasport_search("--space", space, "--max", "parameters=1M", "--out", tmp_path / "run")
    assert result.returncode == 2
    assert "parameters unknown for all" in result.stderr
    assert "nearest" not in result.stderr
    with pytest.raises(InputError, match="no evaluated architecture has known flops"):
        search(space, pareto=["flops"])


def test_architectures_of_unknown_cost_are_counted_in_a_note(tmp_path: Path) -> None:
    operators = {"odd": {"text": "A layer that nobody has counted"}}
    nodes = [{"id": "a", "candidates": ["conv_3x3", "conv_1x1", "odd"], "inputs": ["x"]}]
    space = a_space(tmp_path, nodes, operators)
    note = "1 of 3 architectures are left out: unknown parameters"
    assert note in search(space, pareto=["parameters"]).notes
    assert note in search(space, limits=[Limit("parameters", 1e9)]).notes
    assert note not in search(space).notes


def test_ties_for_the_best_score_are_counted_in_a_note() -> None:
    def flat(architecture: Architecture) -> float:
        return 1.0

    found = search("nasbench201", searcher="random", objective=flat, evaluations=30, winners=2)
    distinct = len({each.hash for each in found.evaluations})
    assert found.notes == (f"{distinct} architectures share the best score; the first 2 of them are kept",)
    assert search("nasbench201", searcher="random", objective=flat, evaluations=2, winners=2).notes == ()


def test_failed_and_unevaluated_architectures_are_counted_in_notes(tmp_path: Path) -> None:
    def half(architecture: Architecture) -> float:
        return float("nan") if "'nor_conv_1x1'" in str(architecture.cells) else 1.0

    found = search("nasbench201", searcher="exhaustive", objective=half, evaluations=400, winners=50)
    failed = sum(each.score is None for each in found.evaluations)
    assert 0 < failed < 400
    assert f"{failed} of 400 architectures have no score: the objective is nan" in found.notes
    assert (
        "only the first 400 of 15,625 architectures were evaluated, because of --evaluations" in found.notes
    )


def test_paths_and_a_single_objective_may_be_strings(tmp_path: Path) -> None:
    a_space(tmp_path, [{"id": "a", "candidates": ["conv_3x3", "conv_1x1"], "inputs": ["x"]}])
    found = search(str(tmp_path / "edge.json"), pareto="flops", out=str(tmp_path / "run"))
    assert [winner.on_front for winner in found.winners] == [True, True]
    assert (tmp_path / "run" / "report.html").exists()


# Networks without a path


def test_a_network_without_a_path_never_wins(tmp_path: Path) -> None:
    space = a_space(tmp_path, [{"id": "a", "candidates": ["conv_3x3", "none"], "inputs": ["x"]}])
    result = search(space, pareto=["flops"])
    assert [each.score is None for each in result.evaluations] == [False, True]
    assert "no path" in result.evaluations[1].failed
    assert len(result.winners) == 1  # fewer FLOPs without a score do not count


def test_a_space_without_any_path_is_reported_with_the_reason(tmp_path: Path) -> None:
    space = a_space(tmp_path, [{"id": "a", "op": "none", "inputs": ["x"]}])
    with pytest.raises(InputError, match="no architecture has a score: the architecture has no path"):
        search(space)


# Small spaces


@pytest.mark.parametrize("searcher", ["evolution", "pareto", "hybrid", "pruning", "regularized", "random"])
def test_a_space_of_one_is_searched(tmp_path: Path, searcher: str) -> None:
    if searcher in ("evolution", "pareto", "hybrid"):
        pytest.importorskip("pymoo")
    space = a_space(tmp_path, [{"id": "a", "op": "conv_3x3", "inputs": ["x"]}])
    assert len(search(space, searcher=searcher).winners) == 1


@pytest.mark.parametrize("searcher", ["evolution", "pareto"])
def test_a_list_of_equal_candidates_is_searched(tmp_path: Path, searcher: str) -> None:
    pytest.importorskip("pymoo")
    cell = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|nor_conv_1x1~1|avg_pool_3x3~2|\n"
    file = tmp_path / "cells.txt"
    file.write_text(cell * 3)
    result = search(candidates=file, source_format="nasbench201", searcher=searcher)
    assert len(result.winners) == 1


# Messages


def test_a_wrong_notation_is_reported_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "recipes.txt"
    file.write_text('{"f": {"op": "linear", "input": ["x", "h_prev_0"]}}\n\n{"f": {"op"\n')
    *_, last = notation_items([str(file)], None)
    with pytest.raises(InputError) as found:
        parse_item(last, notation("nasbench_nlp"))
    assert (found.value.file, found.value.line) == (str(file), 3)


def test_a_refused_run_does_not_report_kept_results(tmp_path: Path) -> None:
    arguments = ["--space", "nasbench201", "--searcher", "random", "--evaluations", 10]
    arguments += ["--out", tmp_path / "run"]
    assert nasport_search(*arguments).returncode == 0
    for more in ([], ["--resume", "--seed", 1]):
        result = nasport_search(*arguments, *more)
        assert result.returncode == 2
        assert "kept" not in result.stderr
        assert "evaluated" not in result.stderr


def test_a_resumed_run_reports_its_progress_at_once(tmp_path: Path) -> None:
    told: list[SearchProgress] = []
    whole = toy_search("regularized", tmp_path / "run", evaluations=50)
    toy_search("regularized", tmp_path / "run", evaluations=50, resume=True, notify=told.append)
    best = max(each.score for each in whole.evaluations if each.score is not None)
    assert told == [SearchProgress("evaluated", 50, 50, best)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--preset", "light"], "--preset has no effect without GenNAS"),
        (["--task", "combo"], "--task has no effect without GenNAS"),
        (["--ray", "local"], "--ray has no effect without GenNAS"),
        (["--finalists", "3"], "--finalists has no effect without a second evaluator"),
        (["--evaluator", "gennas", "--bundle", "universal"], "--bundle has no effect without the predictor"),
    ],
)
def test_options_without_effect_on_the_search_are_refused(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    result = nasport_search("--space", "nasbench201", *arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert words in result.stderr
    assert not list(tmp_path.iterdir())


def test_the_table_shows_values_of_limits_and_objectives() -> None:
    winners = toy_search("regularized", None, evaluations=5).winners
    far = [replace(winners[0], evaluation=replace(winners[0].evaluation, facts={"distance": 0.25}))]
    assert "distance" not in winner_table(far)
    assert "0.2500" in winner_table(far, ["distance"])
    assert "reachable" in winner_table(far, ["reachable_parameters"])


def test_latencies_are_summed() -> None:
    architecture = toy_search("regularized", None, evaluations=1).winners[0].architecture
    keys = (
        {layer.op for layer in architecture.skeleton.stages if layer.op} if architecture.skeleton else set()
    )
    keys |= {str(node.op) for cell in architecture.cells.values() for node in cell.nodes}
    keys |= {"stem_conv3x3", "batch_norm", "relu", "global_avg_pool"}
    with pytest.raises(InputError, match="infinite"):
        LayerLatencies(operators=dict.fromkeys(keys, 1e308)).latency(architecture)


def test_operators_without_a_latency_are_reported_before_any_evaluation(tmp_path: Path) -> None:
    file = tmp_path / "latency.json"
    known = ["stem_conv3x3", "nor_conv_3x3", "nor_conv_1x1", "nasbench201_reduction", "relu", "batch_norm"]
    known += ["global_avg_pool", "skip_connect"]
    table = {"format": "nasport-latency", "version": 1, "operators": dict.fromkeys(known, 1.0)}
    file.write_text(json.dumps(table))
    with pytest.raises(InputError, match="no latency for 'avg_pool_3x3',"):
        search("nasbench201", evaluations=1, latency=file, out=tmp_path / "run")  # for any first architecture
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["../../escape", "/escape", "a/b", "..", "", "n" * 300, "Zell ä 1"])
def test_a_name_never_leads_out_of_the_folder_of_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    found = folders.free_folder(name)
    assert found.resolve().parent == tmp_path.resolve() / folders.RUNS
    assert found.name.endswith("-1")
    assert found.is_dir()


# Ranks


def test_trained_finalists_rank_first_among_equal_sums() -> None:
    found = toy_search("regularized", None, evaluations=40, winners=2).winners
    two: list[Winner] = with_losses(
        found, [FinalistLoss(None, None, "cannot be built"), FinalistLoss(0.5, 0.5, "")]
    )
    assert [winner.score_rank + (winner.loss_rank or 0) for winner in two] == [3, 3]
    assert [winner.failed for winner in by_both_ranks(two)] == ["", "cannot be built"]


# A full disk


def test_a_full_disk_is_reported_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    toy_search("regularized", whole)
    appended, calls = folders.append_records, []

    def full(path: Path, records: Sequence[Any]) -> None:
        calls.append(path)
        if len(calls) == 2:
            with path.open("ab") as stream:
                stream.write(b'{"number": 5')  # the part that fitted on the disk
            raise OSError(errno.ENOSPC, "No space left on device")
        appended(path, records)

    monkeypatch.setattr(folders, "append_records", full)
    with pytest.raises(InputError, match="No space left on device") as found:
        toy_search("regularized", torn)
    assert found.value.file == str(torn / EVALUATED)
    toy_search("regularized", torn, resume=True)
    assert content(torn) == content(whole)


# Without extras

WITHOUT = """
import sys
for name in {modules!r}:
    sys.modules[name] = None
from nasport.toolkit.main import run
run()
"""


def without(modules: Sequence[str], *arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT.format(modules=modules), "search", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )


@pytest.mark.parametrize("searcher", ["regularized", "random", "exhaustive", "pruning", "hybrid"])
def test_a_search_needs_no_extra(tmp_path: Path, searcher: str) -> None:
    modules = ["torch", "pymoo", "scipy", "matplotlib", "ray", "onnx"]
    result = without(
        modules, "--space", "nasbench201", "--searcher", searcher, "--evaluations", 40, cwd=tmp_path
    )
    if searcher == "hybrid":
        assert result.returncode == 2
        assert "[search]" in result.stderr
        assert "regularized" in result.stderr  # this searcher does not need pymoo
    else:
        assert result.returncode == 0, result.stderr


def test_without_pymoo_another_searcher_is_used_with_a_note(tmp_path: Path) -> None:
    result = without(["pymoo"], "--space", "nasbench201", "--evaluations", 40, "--out", "run", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "[search]" in result.stderr
    assert json.loads((tmp_path / "run" / "settings.json").read_text())["searcher"] == "regularized"


def test_without_pymoo_a_pareto_search_names_other_searchers(tmp_path: Path) -> None:
    result = without(["pymoo"], "--space", MY_SPACE, "--pareto", "flops", "--evaluations", 50, cwd=tmp_path)
    assert result.returncode == 2
    assert "random, exhaustive and, for one objective" in result.stderr


def test_torch_modules_without_torch_are_refused_before_any_evaluation(tmp_path: Path) -> None:
    result = without(["torch"], "--space", MY_SPACE, "--torch", cwd=tmp_path)
    assert result.returncode == 2
    assert "[gennas]" in result.stderr
    assert not list(tmp_path.iterdir())


def test_missing_ray_is_reported_before_any_evaluation(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    arguments = ["--space", MY_SPACE, "--evaluator", "both", "--ray", "local"]
    result = without(["ray"], *arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert "[ray]" in result.stderr
    assert not list(tmp_path.iterdir())
