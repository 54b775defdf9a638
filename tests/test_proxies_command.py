"""`nasport proxies`: values for documents and members of a space, and errors of single documents."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="needs the extra 'gennas'")

from nasport.schemas import Architecture, InputError
from nasport.toolkit.commands.proxies import ProxiesOptions, run
from nasport.toolkit.gennas.pool import Pool
from nasport.toolkit.notations import notation
from nasport.toolkit.printing.proxy_table import ProxyRow, number_text, proxy_table
from nasport.toolkit.proxies.choices import ProxyChoices
from nasport.toolkit.proxies.planning import proxy_plan
from nasport.toolkit.search.sampled_items import sampled_items
from tests.documents import hash_of
from tests.gennas_runs import (
    CELL,
    OTHER_CELL,
    cells,
    records,
    sampled,
    started,
    until_lines,
    without_seconds,
    write,
)

TINY: dict[str, Any] = {"batch_size": 4, "depth": 0.2, "width": 0.25, "only": "nwot,l2_norm"}
OPTIONS = ("--batch-size", 4, "--depth", 0.2, "--width", 0.25, "--only", "nwot,l2_norm", "--json")


def evaluated(*sources: object, **options: Any) -> int:
    return run(
        ProxiesOptions(
            sources=[str(source) for source in sources], **{"jobs": 1, "json": True, **TINY, **options}
        )
    )


def test_lines_have_the_documented_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluated(CELL, OTHER_CELL, source_format="nasbench201") == 0
    output = capsys.readouterr()
    first, second = records(output.out)
    assert output.err == ""
    keys = ["name", "hash", "proxies", "failed", "seconds", "images", "labels", "file", "line"]
    assert list(first) == list(second) == keys
    assert (first["name"], first["failed"], first["labels"]) == (CELL, {}, "random")
    assert first["hash"] == hash_of(notation("nasbench201").parse(CELL))
    assert list(first["proxies"]) == ["l2_norm", "nwot"]
    assert first["proxies"]["nwot"] != second["proxies"]["nwot"]


def test_parallel_evaluation_gives_equal_values_in_any_order(capsys: pytest.CaptureFixture[str]) -> None:
    networks = [sampled("nasbench201", seed) for seed in range(4)]
    plan = proxy_plan(ProxyChoices(**TINY))
    with Pool(1) as pool:
        alone = [found.values for _, found in pool.carry_out(networks, plan)]
    with Pool(2) as pool:
        found = dict(pool.carry_out(networks[::-1], plan))
    assert [found[place].values for place in (3, 2, 1, 0)] == alone


def test_a_dying_process_loses_only_one_document() -> None:
    class Deadly(Architecture):
        def __reduce__(self) -> Any:
            return os._exit, (3,)

    networks = [sampled("nasbench201"), Deadly(**vars(sampled("nasbench201"))), sampled("nasbench201", 1)]
    with Pool(2) as pool:
        found = dict(pool.carry_out(networks, proxy_plan(ProxyChoices(**TINY))))
    assert found[1].failed == {"all": "the process that evaluated it died (exit status 3)"}
    assert found[1].values == {"l2_norm": None, "nwot": None}
    assert not found[0].failed
    assert not found[2].failed


def test_members_of_a_space(capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluated(space="nasbench201", sample=3) == 0
    first = records(capsys.readouterr().out)
    assert evaluated(space="nasbench201", sample=3) == 0
    assert without_seconds(capsys.readouterr().out) == without_seconds("\n".join(map(json.dumps, first)))
    assert len({line["hash"] for line in first}) == 3
    parsed = [notation("nasbench201").parse(line["name"]) for line in first]
    assert [hash_of(each) for each in parsed] == [line["hash"] for line in first]


def test_members_of_a_small_space_are_distinct() -> None:
    items = list(sampled_items("transnas_macro", 5, 0))
    assert len(items) == len({item.name() for item in items}) == 5


def test_the_table_of_one_and_of_several(capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluated(CELL, source_format="nasbench201", json=False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == CELL
    assert [line.split()[0] for line in lines[1:3]] == ["l2_norm", "nwot"]
    assert lines[-1] == "images: photographs; labels of proxies with a loss: random"
    assert evaluated(CELL, OTHER_CELL, source_format="nasbench201", json=False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["name", "l2_norm", "nwot"]
    assert len(lines) == 5


def test_values_that_are_missing_have_footnotes() -> None:
    rows = [
        ProxyRow("a\x1b", {"nwot": None, "zen": 1.5}, {"nwot": "diverged"}),
        ProxyRow("b", {"nwot": 2.0, "zen": None}, {"zen": "diverged"}),
    ]
    text = proxy_table(rows, {})
    assert "\x1b" not in text
    assert text.splitlines()[1].split()[1:] == ["-", "[1]", "1.5"]
    assert text.splitlines()[-1] == "  [1] diverged"
    assert [number_text(value) for value in (1234567.0, 0.00012346, -32.2758)] == [
        "1,234,567",
        "0.0001235",
        "-32.28",
    ]


# Errors


def test_wrong_documents_among_good_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = cells(2)
    bare = {key: value for key, value in good[0].items() if key != "skeleton"} | {"name": "bare"}
    recurrent = sampled("nasbench_nlp").to_json()
    file, out = write(tmp_path, [good[0], "{broken", bare, recurrent, good[1]]), tmp_path / "out.jsonl"
    options = {"only": "parameters,nwot", "out": out}
    assert evaluated(file, **options) == 2
    output = capsys.readouterr()
    lines = records(output.out)
    assert [line["proxies"]["nwot"] is None for line in lines] == [False, True, True, True, False]
    assert lines[3]["proxies"]["parameters"] > 0
    messages = output.err.splitlines()
    assert [message.split(": ")[:3] for message in messages] == [
        ["nasport", str(file), f"line {line}"] for line in (2, 3, 4)
    ]
    assert [f"nasport: {line['failed']['all']}" for line in lines[1:4]] == messages
    before = out.read_bytes()
    assert evaluated(file, resume=True, **options) == 2
    assert out.read_bytes() == before
    assert without_seconds(capsys.readouterr().out) == without_seconds(output.out)


def test_a_missing_value_of_one_proxy_is_not_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def diverged(_: object) -> float:
        return float("nan")

    monkeypatch.setitem(
        __import__("nasport.toolkit.proxies.evaluating", fromlist=["_"])._NETWORK, "nwot", diverged
    )
    out = tmp_path / "out.jsonl"
    assert evaluated(write(tmp_path, cells(1)), out=out) == 0
    (line,) = records(capsys.readouterr().out)
    assert line["proxies"]["nwot"] is None
    assert line["failed"] == {"nwot": "diverged: nan"}
    monkeypatch.undo()
    assert evaluated(write(tmp_path, cells(1)), out=out, resume=True) == 0
    assert records(capsys.readouterr().out)[0]["failed"] == {"nwot": "diverged: nan"}


def test_a_failure_of_one_document_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr("nasport.toolkit.proxies.evaluating.network_start", broken)
    assert evaluated(write(tmp_path, cells(1)), only="nwot") == 1
    assert "a mistake of ours" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"only": "nwto"}, "did you mean 'nwot'"),
        ({"images": "nowhere.npz"}, "nowhere.npz"),
        ({"sample": 3}, "--sample without --space"),
        ({"space": "nasbench201"}, "both sources and --space"),
        ({"resume": True}, "--resume without --out"),
        ({"depth": -1.0}, "the depth is -1"),
        ({"batch_size": 10**8}, "the batch size is"),
        ({"seed": 2**64}, "the seed is"),
    ],
)
def test_inconsistent_options_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        evaluated(CELL, source_format="nasbench201", **options)


def test_a_space_has_no_notation() -> None:
    with pytest.raises(InputError, match="--from with --space"):
        evaluated(space="nasbench201", source_format="nasbench201")
    with pytest.raises(InputError, match="unknown search space"):
        evaluated(space="nasbench2001")


# Results on disk


def test_a_killed_run_is_resumed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, cells(12))
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    assert evaluated(file, out=whole) == 0
    everything = capsys.readouterr()
    process = started("proxies", file, *OPTIONS, "--jobs", 1, "--out", cut)
    until_lines(cut, 3, process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with cut.open("ab") as stream:
        stream.write(b'{"name": "torn", "ha')
    assert evaluated(file, out=cut, resume=True) == 0
    assert without_seconds(cut.read_text()) == without_seconds(whole.read_text())
    assert without_seconds(capsys.readouterr().out) == without_seconds(everything.out)


def test_results_with_other_settings_are_refused(tmp_path: Path) -> None:
    file, out = write(tmp_path, cells(1)), tmp_path / "out.jsonl"
    evaluated(file, out=out)
    with pytest.raises(InputError, match="--seed: begun with 0, not 1"):
        evaluated(file, out=out, resume=True, seed=1)
    with pytest.raises(InputError, match="--only: begun with"):
        evaluated(file, out=out, resume=True, only="nwot")
    gennas = tmp_path / "gennas.jsonl"
    gennas.write_text('{"format": "nasport-gennas-results"}\n')
    with pytest.raises(InputError, match="not a file of results of nasport proxies"):
        evaluated(file, out=gennas, resume=True)
    with out.open("a") as stream:
        stream.write('{"name": "a", "network": "b", "seconds": 1.0, "proxies": null, "failed": {}}\n')
    with pytest.raises(InputError, match="line 3: not a result of nasport proxies"):
        evaluated(file, out=out, resume=True)
