"""Display of winners: the genes that distinguish them, the number shown of a Pareto front, and line lengths."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.printing.winner_table import winner_table
from nasport.toolkit.search import SearchResult, search
from nasport.toolkit.search.domain import SpaceDomain
from nasport.toolkit.search.options import SHOWN_OF_FRONT
from nasport.toolkit.search.report import report_html
from nasport.toolkit.search.winner_genes import differing_genes, genes_text
from nasport.toolkit.spaces import SearchSpace
from nasport.toolkit.text_width import columns, shortened
from tests.space_documents import row_space, shipped, space

MOBILE: dict[str, Any] = {
    "skeleton": {
        "stem": [{"op": "conv_3x3", "width": 16, "stride": 2}],
        "stages": [
            {"op": {"choose": ["mb_3x3_e3", "mb_3x3_e6"]}, "width": {"choose": [24, 40]}, "stride": 2},
            {"op": {"choose": ["mb_3x3_e3", "mb_5x5_e6"]}, "width": 64, "repeats": {"choose": [1, 2]}},
        ],
        "input": {"channels": 3, "height": 32, "width": 32},
        "classes": 10,
    }
}


def depth(architecture: Architecture) -> float:
    """Score of the mobile space: mainly the repeats of its second stage, slightly its operators."""
    assert architecture.skeleton is not None
    stages = architecture.skeleton.stages
    return stages[1].repeats + sum(stage.op.endswith("e6") for stage in stages) / 10


def mobile(**more: Any) -> SearchResult:
    return search(space(**MOBILE), objective=depth, **more)


# Genes


def test_genes_have_the_names_and_values_of_the_document() -> None:
    found = space(**MOBILE)
    assert found.decided((1, 1, 0, 1)) == {
        "skeleton.stages.0.op": "mb_3x3_e6",
        "skeleton.stages.0.width": 40,
        "skeleton.stages.1.op": "mb_3x3_e3",
        "skeleton.stages.1.repeats": 2,
    }
    assert SpaceDomain(found).decided((1, 1, 0, 1)) == found.decided((1, 1, 0, 1))


def test_inactive_genes_are_omitted() -> None:
    rows = row_space(length={"min": 1, "max": 3})
    genes = next(genes for genes in rows.enumerate() if rows.active(genes).count(True) == 2)
    assert list(rows.decided(genes)) == ["skeleton.stages.0.length", "skeleton.stages.0.0"]


@pytest.mark.parametrize("name", ["darts", "nasbench101", "nasbench_nlp", "transnas_macro", "vit_bench_101"])
def test_genes_are_among_those_that_the_space_lists(name: str) -> None:
    found: SearchSpace = shipped(name)
    labels = {gene.name: gene.labels for gene in found.genes}
    decided = found.decided(next(found.enumerate()))
    assert decided
    assert all(str(value) in labels[gene] for gene, value in decided.items())


def test_files_and_report_contain_the_genes_of_winners(tmp_path: Path) -> None:
    result = mobile(out=tmp_path / "run", winners=4)
    lines = (tmp_path / "run" / "winners.jsonl").read_text("utf-8").splitlines()
    for line, winner in zip(lines, result.winners, strict=True):
        stages = winner.architecture.to_json()["skeleton"]["stages"]
        genes = json.loads(line)["genes"]
        assert genes == winner.genes
        assert genes["skeleton.stages.0.width"] == stages[0]["width"]
    html = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert "stages.0.width=40" in html
    assert "All winners have <code>stages.1.op=mb_5x5_e6, stages.1.repeats=2</code>" in html


def test_only_candidates_of_a_space_have_genes(tmp_path: Path) -> None:
    file = tmp_path / "cells.txt"
    file.write_text("|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|\n")
    known = search("nasbench201", candidates=file).winners[0]
    assert known.genes["cells.cell.0->3.op"] == "nor_conv_3x3"
    assert search(candidates=file, source_format="nasbench201").winners[0].genes == {}


def test_the_table_shows_genes_that_differ_between_winners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    winners = mobile(winners=2).winners
    assert differing_genes(winners)[0] == ["skeleton.stages.0.width"]
    header, first, second, shared = winner_table(winners).splitlines()
    assert header.endswith("architecture")
    assert {first.split()[-1], second.split()[-1]} == {"stages.0.width=24", "stages.0.width=40"}
    assert shared == "all winners: stages.0.op=mb_3x3_e6, stages.1.op=mb_5x5_e6, stages.1.repeats=2"
    alone = winner_table(winners[:1])
    assert all(part in alone for part in genes_text(winners[0], winners[0].genes).split(", "))


# Line lengths


@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_table_fits_the_width_of_the_terminal(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    cells = search("nasbench201", objective=lambda a: float(len(str(a))), evaluations=60).winners
    for winners in (cells, mobile().winners):
        monkeypatch.delenv("COLUMNS", raising=False)
        whole = winner_table(winners)
        monkeypatch.setenv("COLUMNS", str(width))
        narrow = winner_table(winners)
        assert max(map(columns, narrow.splitlines())) <= width
        assert max(map(columns, whole.splitlines())) >= max(map(columns, narrow.splitlines()))
    monkeypatch.delenv("COLUMNS")
    assert all(winner.notation in winner_table(cells) for winner in cells if winner.notation)


@pytest.mark.parametrize("width", [0, 3, 4, 9, 10, 30])
def test_names_are_shortened_in_the_middle(width: int) -> None:
    text = "|nor_conv_3x3~0|"
    found = shortened(text, width)
    assert len(found) <= max(width, 3)
    if width >= len(text):
        assert found == text
    elif width > 4:
        start, end = re.split(r"\N{HORIZONTAL ELLIPSIS}|\.\.\.", found)
        assert text.startswith(start)
        assert text.endswith(end)


# Pareto fronts


def priced(architecture: Architecture) -> float:
    """Score of NAS-Bench-201: a weighted number of convolutions."""
    nodes = [node.op for cell in architecture.cells.values() for node in cell.nodes]
    return nodes.count("nor_conv_3x3") + nodes.count("nor_conv_1x1") / 2.0**0.5


def front(**more: Any) -> SearchResult:
    return search(
        "nasbench201", objective=priced, pareto="parameters", searcher="random", evaluations=1500, **more
    )


def test_a_long_front_is_thinned_and_keeps_both_ends() -> None:
    everything = front(winners=0)
    count = len(everything.winners)
    assert count > SHOWN_OF_FRONT
    assert not any("architectures on the front are shown" in note for note in everything.notes)
    usual, three = front(), front(winners=3)
    for result, shown in ((usual, SHOWN_OF_FRONT), (three, 3)):
        assert len(result.winners) == shown
        assert any(
            note.startswith(f"{shown} of {count} architectures on the front are shown")
            for note in result.notes
        )
        for end in (0, -1):
            assert result.winners[end].evaluation == everything.winners[end].evaluation
    assert usual.evaluations == everything.evaluations


def test_zero_winners_are_refused() -> None:
    with pytest.raises(InputError, match="0 winners, expected at least 1"):
        search("nasbench201", winners=0)


@pytest.mark.parametrize("count", [20, 60])
def test_every_row_of_the_report_has_a_drawing_or_none_has(count: int) -> None:
    result = front(winners=3)
    many = [replace(result.winners[0], rank=rank) for rank in range(1, count + 1)]
    html = report_html(replace(result, winners=tuple(many)))
    rows, thumbs = html.count('class="architecture"'), html.count('class="thumb"')
    assert rows == count
    assert thumbs == (count if count == 20 else 0)


def test_tables_of_the_report_scroll_in_their_box() -> None:
    html = report_html(front(winners=3))
    assert len(re.findall(r'<div class="scroll"><table', html)) == html.count("<table") > 2


# Objectives


@pytest.mark.parametrize("value", [None, "0.5", [1.0], {}, 1j])
def test_an_objective_that_returns_no_number_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match="expected a number"):
        search("nasbench201", objective=lambda _: value, evaluations=3)
