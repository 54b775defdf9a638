"""`nasport rank` and `nasport search --evaluator panel` with networks that train in a fraction of a second."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("torch")

import nasport as front_door
from nasport.runtime.predictor import Predictor
from nasport.schemas import InputError
from nasport.toolkit.adaptation import ranking
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.panel import planning
from nasport.toolkit.panel.planning import PanelPlan
from nasport.toolkit.search import search
from nasport.toolkit.search.options import SearchOptions
from nasport.toolkit.search.searched import space_source
from nasport.toolkit.search.setup import set_up
from nasport.toolkit.spaces import load_space
from tests.commands import nasport
from tests.tiny_space import write_tiny_space


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six members of a space, one per line."""
    folder = tmp_path_factory.mktemp("documents")
    space = load_space(write_tiny_space(folder))
    chosen = list(space.enumerate())[::3]
    file = folder / "six.jsonl"
    file.write_text("".join(f"{json.dumps(space.architecture(genes).to_json())}\n" for genes in chosen))
    return file


def test_every_architecture_gets_a_rank_and_a_reason(documents: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    done = nasport("rank", documents, "--budget", "60s", "--json", "--out", out)
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["rank"] for each in records] == sorted(each["rank"] for each in records)
    assert len({each["line"] for each in records}) == len(records) == 6
    for each in records:
        assert each["low"] <= each["rank"] <= each["high"]
        assert each["evaluators"].keys() == {"predictor", "nwot", "gennas"}
        assert "predictor" in each["reason"]
    assert (out / "ranking.jsonl").read_bytes() == done.stdout
    heard = (out / "evaluations.jsonl").read_bytes()
    again = nasport("rank", documents, "--budget", "60s", "--json", "--out", out, "--resume")
    assert again.stdout == done.stdout
    assert (out / "evaluations.jsonl").read_bytes() == heard


def test_the_table_names_the_evaluators(documents: Path) -> None:
    done = nasport("rank", documents, "--budget", "60s")
    head, first, *_ = done.stdout.decode().splitlines()
    assert head.split() == ["rank", "between", "name", "reason"]
    assert first.split()[0] == "1"
    assert "gennas" in first
    assert b"of 6 architectures the proxies evaluate 6, GenNAS 6" in done.stderr


def test_a_run_with_another_budget_is_not_resumed(documents: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert nasport("rank", documents, "--budget", "60s", "--out", out).returncode == 0
    done = nasport("rank", documents, "--budget", "50s", "--out", out, "--resume")
    assert done.returncode == 2
    assert b"--budget: begun with 60, not 50" in done.stderr


def test_too_small_a_budget_is_refused_and_writes_nothing(documents: Path, tmp_path: Path) -> None:
    done = nasport("rank", documents, "--budget", "0.01s", "--out", tmp_path / "run")
    assert done.returncode == 2
    assert b"too small for one evaluation" in done.stderr
    assert not (tmp_path / "run").exists()


def test_documents_without_a_network_are_reported_and_the_others_ranked(
    documents: Path, tmp_path: Path
) -> None:
    document = json.loads(documents.read_text().splitlines()[0])
    for node in document["cells"]["cell"]["nodes"]:
        if node["id"] == "a":
            node["op"] = "riddle"
    document["operators"] = {
        **document.get("operators", {}),
        "riddle": {"text": "Something that nobody can build"},
    }
    file = tmp_path / "seven.jsonl"
    file.write_text(documents.read_text() + json.dumps(document) + "\n")
    done = nasport("rank", file, "--budget", "60s", "--json")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2
    assert [each["rank"] for each in records].count(None) == 1
    assert records[-1]["rank"] is None
    assert b"seven.jsonl: line 7: cells.cell.nodes[1].op" in done.stderr


def test_mixed_families_are_refused(documents: Path, tmp_path: Path) -> None:
    recurrent = nasport("spaces", "nasbench-nlp", "--json")
    assert recurrent.returncode == 0, recurrent.stderr
    space = load_space("nasbench-nlp")
    member = space.architecture(space.sample(0))
    file = tmp_path / "mixed.jsonl"
    file.write_text(documents.read_text() + json.dumps(member.to_json()) + "\n")
    done = nasport("rank", file, "--budget", "60s")
    assert done.returncode == 2
    assert b"recurrent networks and image networks" in done.stderr


def test_empty_input_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("")
    assert nasport("rank", tmp_path / "empty.jsonl").returncode == 2


def test_a_search_with_the_panel(tmp_path: Path) -> None:
    space, out = write_tiny_space(tmp_path), tmp_path / "run"
    found = search(space, evaluator="panel", finalists=4, winners=3, out=out)
    assert len(found.winners) == 3
    assert len(found.finalists) == 4
    assert [winner.rank for winner in found.finalists] == [1, 2, 3, 4]
    scores = [winner.panel_score or 0.0 for winner in found.finalists]
    assert scores == sorted(scores, reverse=True)
    assert all(winner.loss is not None and "gennas" in winner.reason for winner in found.finalists)
    adapted = Predictor.load(out / "bundle").score([winner.architecture for winner in found.finalists])
    assert [score.score for score in adapted] == [winner.evaluation.score for winner in found.finalists]
    heard = (out / "evaluations.jsonl").read_bytes()
    (out / "winners.jsonl").unlink()
    again = search(out=out, resume=True)
    assert [winner.evaluation.hash for winner in again.winners] == [w.evaluation.hash for w in found.winners]
    assert (out / "evaluations.jsonl").read_bytes() == heard


def test_python_and_command_line_rank_equally(documents: Path, tmp_path: Path) -> None:
    done = nasport("rank", documents, "--budget", "60s", "--json", "--out", tmp_path / "run")
    records = {each["line"]: each for each in map(json.loads, done.stdout.splitlines())}
    found = front_door.rank(documents, budget="60s", out=tmp_path / "run", resume=True)
    assert [each.place for each in found] == list(range(6))
    for each in found:
        record = records[each.place + 1]
        assert (each.rank, each.low, each.high) == (record["rank"], record["low"], record["high"])
        assert each.reason == record["reason"]
    architectures = front_door.read(documents)
    with pytest.raises(InputError, match="too small for one evaluation"):
        front_door.rank(architectures, budget="0.01s", jobs=1)
    with pytest.raises(InputError, match="expected the folder of the run to continue"):
        front_door.rank(architectures, resume=True)
    with pytest.raises(InputError, match="nothing to rank"):
        front_door.rank([])
    with pytest.raises(TypeError, match="no option 'buget', did you mean 'budget'"):
        front_door.rank(architectures, buget="5m")
    other = architectures[0].to_json()
    other["skeleton"]["classes"] = 100
    with pytest.warns(UserWarning, match="not comparable") as warned:
        front_door.rank([architectures[0], other], budget="60s", jobs=1)
    assert warned[0].filename == __file__


def test_options_that_the_panel_decides_are_refused(tmp_path: Path) -> None:
    space = write_tiny_space(tmp_path)
    done = nasport(
        "search", "--space", space, "--evaluator", "panel", "--iterations", "5", "--out", tmp_path / "run"
    )
    assert done.returncode == 2
    assert (
        b"--iterations is for the evaluators gennas and both, expected one of them; the panel chooses its own training"
        in done.stderr
    )
    with pytest.raises(InputError, match="--iterations is for the evaluators gennas and both"):
        search(space, evaluator="panel", choices=Choices(seed=1, iterations=5))
    with pytest.raises(InputError, match="--width is for the evaluators gennas and both"):
        search(space, evaluator="panel", width=0.5)


def test_a_search_of_recurrent_cells_notes_the_limits_of_the_panel() -> None:
    options = SearchOptions(space="nasbench-nlp", evaluator="panel")
    assert "rank poorly" in " ".join(set_up(options, space_source("nasbench-nlp")).notes)


def test_with_little_time_a_correction_ranks_the_unevaluated_architectures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = load_space("nasbench201")
    cells = [space.architecture(space.sample(seed)) for seed in range(30)]
    texts = tmp_path / "cells.txt"
    texts.write_text("\n".join(front_door.convert(cells, to="nasbench201")))
    plan = PanelPlan(16, 16, 0.2, "float32", {})
    monkeypatch.setattr(ranking, "timed_plan", lambda *_: plan)
    monkeypatch.setattr(planning, "steps_of", lambda task: 2)
    out = tmp_path / "run"
    done = nasport("rank", texts, "--from", "nasbench201", "--json", "--jobs", 1, "--out", out)
    assert done.returncode == 0, done.stderr
    assert b"a correction learned from these 16 ranks the others" in done.stderr
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["stage"] for each in records].count("gennas") == 16
    assert all(each["evaluators"]["learned"]["rank"] == each["rank"] for each in records)
    heard = (out / "evaluations.jsonl").read_bytes()
    again = nasport("rank", texts, "--from", "nasbench201", "--json", "--jobs", 1, "--out", out, "--resume")
    assert again.stdout == done.stdout
    assert (out / "evaluations.jsonl").read_bytes() == heard
    few = PanelPlan(15, 15, 0.2, "float32", {})
    monkeypatch.setattr(ranking, "timed_plan", lambda *_: few)
    done = nasport("rank", texts, "--from", "nasbench201", "--json", "--jobs", 1)
    assert b"ranks the others" not in done.stderr
