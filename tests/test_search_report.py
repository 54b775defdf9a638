"""The report of a search: its content, that it is self-contained, and escaping of hostile text."""

from __future__ import annotations

import dataclasses
import re
import sys
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("jinja2", reason="needs the extra 'search'")

from markupsafe import Markup

from nasport.schemas import Architecture, architecture_from_json
from nasport.schemas.errors import MissingRuntimeError
from nasport.toolkit.notations import notation
from nasport.toolkit.pages import text
from nasport.toolkit.search import search
from nasport.toolkit.search.query import Query
from nasport.toolkit.search.report import report_html
from nasport.toolkit.search.report.charts import MAX_DOTS, Axis, thinned
from nasport.toolkit.search.report.numbers import UNKNOWN, log_ticks, number, short, tick_text, ticks
from nasport.toolkit.search.report.settings_table import command, flat
from nasport.toolkit.search.result import Evaluation, SearchResult, Winner
from tests.documents import document, node
from tests.test_notations_darts import GENOTYPES

SETTINGS: dict[str, Any] = {
    "format": "nasport-search",
    "version": 1,
    "space": {"name": "nasbench201", "sha256": "ab" * 32},
    "bundle": {"name": "universal", "sha256": "cd" * 32},
    "searcher": {"name": "hybrid"},
    "evaluator": "predictor",
    "seed": 3,
    "evaluations": 2000,
    "finalists": 16,
    "limits": [{"fact": "parameters", "max": 1.5e6}],
}
HOSTILE = (
    "<script>alert('x')</script>\"'&><img src=http://evil.example/x onerror=1>\u202egnp\x1b[31m\x00"
    + "y" * 5_000
)
_VOID = ("meta", "br", "hr", "img", "link", "input")


class Page(HTMLParser):
    """Collects elements, their attributes and text; fails if elements are not closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def of(self, tag: str) -> list[str]:
        return [data for name, data in self.texts if name == tag]

    def everything(self) -> str:
        return "".join(data for name, data in self.texts if name != "style")


def evaluation(
    number: int, score: float | None = None, parameters: float | None = 1e6, **more: Any
) -> Evaluation:
    given = {"query": Query((number,)), "hash": f"{number:064x}", "facts": {"parameters": parameters}, **more}
    return Evaluation(number=number, score=score, **given)


def cell(name: str = "", operator: str = "nor_conv_3x3") -> Architecture:
    return architecture_from_json(
        document(
            [node("in", "input"), node("a", operator, "in"), node("out", "output", "a")], name=name or "small"
        )
    )


def winner(rank: int, found: Evaluation, architecture: Architecture | None = None, **more: Any) -> Winner:
    return Winner(rank, found, architecture or cell(f"cell {rank}"), None, rank, **more)


def run(count: int = 60, **more: Any) -> SearchResult:
    """Return the result of a search with roughly rising scores."""
    found = [evaluation(n, 0.2 + n / 100 + (n * 7 % 5) / 47, 1e6 + (n * 37 % 50) * 1e4) for n in range(count)]
    best = sorted(found, key=lambda each: -(each.score or 0))[:10]
    winners = tuple(winner(rank, each) for rank, each in enumerate(best, 1))
    return dataclasses.replace(SearchResult(SETTINGS, tuple(found), winners, 1.25), **more)


def trained(result: SearchResult, losses: list[float | None]) -> SearchResult:
    winners = tuple(
        dataclasses.replace(
            each, loss=loss, loss_rank=place, failed="" if loss is not None else "out of memory"
        )
        for place, (each, loss) in enumerate(zip(result.winners, losses, strict=True), 1)
    )
    return dataclasses.replace(result, winners=winners, finalists=winners)


def test_the_parts_of_the_page() -> None:
    page = Page(report_html(run()))
    assert [name for name, _ in page.elements].count("h1") == 1
    assert page.of("h2") == ["Winners", "Progress", "Score against cost", "What was searched", "Next steps"]
    shown = page.everything()
    for words in (
        "nasbench201",
        "cell 1",
        "hybrid",
        "universal",
        "60",
        "nasport convert winners/01.json --to torch",
    ):
        assert words in shown
    rows = [attributes for name, attributes in page.elements if name == "tr"]
    assert len(rows) >= 10
    assert "html" in page.elements[0][0]
    assert page.elements[0][1] == {"lang": "en"}


def test_the_page_is_self_contained() -> None:
    html = report_html(trained(run(), [0.1] * 10))
    page = Page(html)
    names = {name for name, _ in page.elements}
    assert not names & {"script", "link", "iframe", "img", "object", "embed", "base", "form"}
    for _, attributes in page.elements:
        for key, value in attributes.items():
            assert key not in ("src", "href", "srcset", "action")
            assert not key.startswith("on")
            assert "url(" not in (value or "")
    style = "".join(page.of("style"))
    assert "url(" not in style
    assert "@import" not in style
    # The only URL is the name of SVG's namespace.
    assert set(re.findall(r"https?://[^\s\"'<]+", html)) == {"http://www.w3.org/2000/svg"}


def test_hostile_text_is_escaped() -> None:
    found = [evaluation(0, 0.5, failed=""), evaluation(1, None, failed=HOSTILE)]
    own = document(
        [node("in", "input"), node(HOSTILE[:90], "mine", "in"), node("out", "output", HOSTILE[:90])],
        name=HOSTILE[:180].replace("\x00", ""),
        operators={"mine": {"text": HOSTILE[:200].replace("\x00", "")}},
    )
    hostile = dataclasses.replace(
        winner(1, found[0], architecture_from_json(own)), notation=HOSTILE, failed=HOSTILE
    )
    settings = {
        "space": {"name": HOSTILE},
        "searcher": HOSTILE,
        HOSTILE: HOSTILE,
        "bundle": {"name": HOSTILE},
    }
    second = dataclasses.replace(hostile, rank=2, failed="", loss=0.5, loss_rank=1)
    result = SearchResult(settings, tuple(found), (hostile, second), 1.0, (HOSTILE,), (hostile, second))
    html = report_html(result)
    page = Page(html)
    names = {name for name, _ in page.elements}
    assert not names & {"script", "img"}
    assert not any(key.startswith("on") for _, attributes in page.elements for key in attributes)
    assert all(c.isprintable() or c == "\n" for c in html)
    assert "<script>alert" in page.everything()
    assert len(html) < 200_000


def test_ids_are_unique_and_charts_are_described() -> None:
    page = Page(report_html(trained(run(), [n / 10 + 0.1 for n in range(10)])))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids)) > 0
    for name, attributes in page.elements:
        if name == "svg" and attributes.get("class") == "chart":
            assert set((attributes["aria-labelledby"] or "").split()) <= set(ids)
            assert attributes["role"] == "img"
    assert {"Progress of the search", "Score against parameters", "Score against loss"} <= set(
        page.of("title")
    )


def test_charts_are_well_formed_xml() -> None:
    """Browsers tolerate errors that other readers of SVG refuse."""
    svgs = re.findall(r"<svg class=.*?</svg>", report_html(run()), re.DOTALL)
    assert len(svgs) == 2
    for svg in svgs:
        numbers = [
            float(v)
            for e in ET.fromstring(svg).iter()
            for k, v in e.attrib.items()
            if k in ("x", "y", "cx", "cy")
        ]
        assert np.isfinite(numbers).all()


def test_evaluators_are_compared_over_all_finalists() -> None:
    result = trained(run(), [0.1 + n / 100 for n in range(10)])
    few = dataclasses.replace(result, winners=result.winners[:2])
    shown = Page(report_html(few)).everything()
    assert "Over 10 finalists" in shown
    assert "Spearman +1.00" in shown
    backwards = Page(report_html(trained(run(), [1 - n / 100 for n in range(10)]))).everything()
    assert "Spearman \N{MINUS SIGN}1.00" in backwards
    alone = dataclasses.replace(result, settings={**SETTINGS, "evaluator": "gennas"})
    for one_evaluator in (run(), alone):
        assert "Do the evaluators agree?" not in Page(report_html(one_evaluator)).of("h2")


def test_failures_are_counted_by_reason() -> None:
    found = [
        evaluation(n, None if n % 3 else 0.1 * n, failed="no embedding" if n % 3 else "") for n in range(9)
    ]
    result = SearchResult(SETTINGS, tuple(found), (winner(1, found[6], loss=None, failed="diverged"),), 1.0)
    page = Page(report_html(result))
    cells = page.of("td")
    place = cells.index("no embedding")
    assert cells[place - 1 : place + 2] == ["6", "no embedding", "evaluation 2"]
    assert "diverged" in cells


def test_warnings() -> None:
    result = run(notes=("01-imagenet: told elsewhere; nasport does not train it", "mind the gap"))
    far = dataclasses.replace(result.winners[1].evaluation, facts={"parameters": 1e6, "distance": 1.5})
    winners = (result.winners[0], dataclasses.replace(result.winners[1], evaluation=far), *result.winners[2:])
    notes = Page(report_html(dataclasses.replace(result, winners=winners))).of("li")
    assert notes[0] == "mind the gap"
    assert notes[1].startswith("1 of 10 winners (2) are further")


def test_limits_supernets_and_the_best_so_far() -> None:
    found = [
        evaluation(0, 0.3),
        evaluation(1, 9.0, violation=0.5),
        evaluation(2, 0.7, query=Query(allowed=((0, 1),)), hash=""),
        evaluation(3, 0.5),
        evaluation(4, 0.4),
    ]
    html = report_html(SearchResult(SETTINGS, tuple(found), (winner(1, found[3]),), 1.0))
    page = Page(html)
    assert "0.5 at 4" in page.of("text")  # supernets and members that break the limit are excluded
    assert {"Scores of supernets", "Progress of the search"} <= set(page.of("title"))
    assert any("a supernet" in data for data in page.of("span"))
    assert "5, 1 of them supernets, 1 outside the limits" in page.everything()


@pytest.mark.parametrize(
    "found",
    [
        [],
        [evaluation(0, None, failed="no")],
        [evaluation(n, None, None, failed="no") for n in range(5)],
        [evaluation(0, 0.5)],
        [evaluation(0, 0.5, None)],
        [evaluation(0, 0.5, 0.0), evaluation(1, 0.5, 0.0)],
        [evaluation(0, 0.5, facts={})],
        [evaluation(0, 0.5, violation=2.0)],
        [evaluation(0, 1e300), evaluation(1, -1e300)],
        [evaluation(0, 0.0), evaluation(1, 1e-300)],
        [evaluation(n, float(n)) for n in range(30)] + [evaluation(30, -1e9)],
        [evaluation(0, 0.5, query=Query(allowed=((0,),)))],
    ],
    ids=range(12),
)
@pytest.mark.parametrize("some_win", [False, True])
def test_reports_of_searches_with_missing_values(found: list[Evaluation], some_win: bool) -> None:
    winners = tuple(winner(1, each) for each in found[:1] if some_win and each.score is not None)
    for settings in ({}, SETTINGS, {**SETTINGS, "objectives": ["latency"]}):
        html = report_html(SearchResult(settings, tuple(found), winners, 0.0))
        page = Page(html)
        assert "Winners" in page.of("h2")
        assert "nan" not in "".join(
            v or "" for name, a in page.elements if name != "meta" for v in a.values()
        )


def test_each_of_several_objectives_is_drawn() -> None:
    result = run(settings={**SETTINGS, "objectives": ["parameters", "flops"]})
    found = [dataclasses.replace(e, facts={**e.facts, "flops": 1e8 + e.number}) for e in result.evaluations]
    titles = Page(report_html(dataclasses.replace(result, evaluations=tuple(found)))).of("title")
    assert "Score against parameters" in titles
    assert "Score against FLOPs (multiply-accumulates)" in titles


def test_reports_of_large_runs_are_small_and_reproducible() -> None:
    rng = np.random.default_rng(0)
    numbers = zip(rng.normal(size=20_000).tolist(), (1e6 * rng.lognormal(size=20_000)).tolist(), strict=True)
    found = [evaluation(n, score, size) for n, (score, size) in enumerate(numbers)]
    best = sorted(found, key=lambda each: -(each.score or 0))[:200]
    result = SearchResult(SETTINGS, tuple(found), tuple(winner(r, e) for r, e in enumerate(best, 1)), 1.0)
    html = report_html(result)
    assert len(html.encode()) < 500_000
    assert html == report_html(result)
    assert "and 100 more in winners.jsonl" in Page(html).everything()


def test_a_cell_too_large_to_draw() -> None:
    nodes = [node("in", "input"), *(node(f"n{n}", "relu", "in") for n in range(300))]
    nodes.append(node("out", "output", *(f"n{n}" for n in range(300))))
    found = evaluation(0, 0.5)
    architecture = architecture_from_json(document(nodes))
    html = report_html(SearchResult(SETTINGS, (found,), (winner(1, found, architecture),), 1.0))
    assert "too many to be drawn here" in html
    assert len(html) < 50_000


def test_darts_cells_are_shown_as_networks_on_imagenet() -> None:
    architecture = notation("darts").parse(GENOTYPES["DARTS_V2"])
    found = evaluation(0, 0.5)
    page = Page(report_html(SearchResult(SETTINGS, (found,), (winner(1, found, architecture),), 1.0)))
    shown = page.everything()
    assert "14 cells of 48 channels on ImageNet: 4.72 M parameters, 530 M multiply-accumulates" in shown
    assert "nasport does not train it" in shown
    assert any("--to imagenet" in data for data in page.of("code"))


def test_a_notation_is_shown_once_without_truncation() -> None:
    architecture = notation("darts").parse(GENOTYPES["PDARTS"])
    found = evaluation(0, 0.5)
    best = dataclasses.replace(winner(1, found, architecture), notation=GENOTYPES["DARTS_V2"])
    page = Page(report_html(SearchResult(SETTINGS, (found,), (best,), 1.0)))
    assert page.of("code").count(GENOTYPES["DARTS_V2"]) == 2  # headline and table


def test_the_command_to_repeat_it() -> None:
    settings = {**SETTINGS, "objectives": ["flops"], "space": {"name": "my own"}, "evaluator": "both"}
    assert command(settings) == (
        "nasport search --space space.json --bundle universal --seed 3 --searcher hybrid --evaluator both "
        "--evaluations 2000 --finalists 16 --max parameters=1500000 --pareto flops"
    )
    assert command({"candidates": {"count": 2, "notation": None}, "latency": "ab12", "winners": 3}) == (
        "nasport search --candidates candidates.jsonl --winners 3 --latency FILE"
    )
    assert command({"candidates": {"count": 2, "notation": "darts"}}) == (
        "nasport search --candidates candidates.txt --from darts"
    )
    assert command({**SETTINGS, "objective": {"name": "f"}}) == ""  # Python functions have no command
    plan = {"preset": "light", "image_task": {"name": "search-N"}, "sequence_task": {"name": "search-R"}}
    assert (
        command({"evaluator": "gennas", "gennas": plan}) == "nasport search --evaluator gennas --preset light"
    )
    assert command({"gennas": {**plan, "sequence_task": None}}).endswith("--preset light --task search-N")
    assert command({}) == "nasport search"


def test_the_gennas_task_is_shown() -> None:
    plan = {"preset": "light", "image_task": {"name": "search-N"}, "sequence_task": {"name": "search-R"}}
    shown = Page(report_html(run(settings={**SETTINGS, "gennas": plan}))).of("td")
    assert "task search-N, task search-R, preset light" in shown


def test_settings_are_flattened() -> None:
    assert dict(flat({"a": {"b": [1, "x"], "c": {}}, "d": None})) == {
        "a.b": '[1, "x"]',
        "a.c": "{}",
        "d": "null",
    }


def test_markup_escapes_plain_text() -> None:
    assert text('<b title="x">') == "&lt;b title=&#34;x&#34;&gt;"
    assert text(Markup("<i></i>")) == "<i></i>"
    assert text("a\x07b\u202ec") == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"
    assert len(text("x" * 1000)) == 300


def test_a_missing_package_is_reported_before_the_search_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingRuntimeError, match=r"jinja2 is missing.*search"):
        search("nasbench201", evaluations=3, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 10, [0, 2, 4, 6, 8, 10]),
        (0.11, 0.52, [0.2, 0.3, 0.4, 0.5]),
        (-1, 1, [-1, -0.5, 0, 0.5, 1]),
        (3, 3, [3]),
    ],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == expected


def test_ticks_as_text() -> None:
    assert [tick_text(v, [0.0, 0.05, 0.1]) for v in (0.0, 0.05)] == ["0.00", "0.05"]
    assert [tick_text(v, [5e5, 1e6]) for v in (5e5, 1e6)] == ["0.5 M", "1 M"]
    assert [tick_text(v, [0.0, 500.0, 2000.0]) for v in (0.0, 2000.0)] == ["0", "2,000"]
    assert log_ticks(150, 5000) == [200, 500, 1000, 2000, 5000]


def test_numbers_as_text() -> None:
    assert (number(0.123456), number(None), number(1234567), number(-0.5)) == (
        "0.1235",
        UNKNOWN,
        "1,234,567",
        "\N{MINUS SIGN}0.5",
    )
    assert (short(1_293_810), short(153e6), short(12), short(float("nan"))) == (
        "1.29 M",
        "153 M",
        "12",
        UNKNOWN,
    )


def test_positions_on_axes() -> None:
    assert Axis("", 0, 10).share(np.array([0.0, 5, 10])).tolist() == [0, 0.5, 1]
    assert Axis("", 0, 10, reversed=True).share(np.array([0.0, 10])).tolist() == [1, 0]
    assert Axis("", 1, 100, log=True).share(np.array([1.0, 10, 100])).tolist() == pytest.approx([0, 0.5, 1])


def test_thinning_keeps_few_and_the_shape() -> None:
    places = np.random.default_rng(0).random((20_000, 2)) * [800, 300]
    kept = thinned(places)
    assert len(kept) <= MAX_DOTS
    assert len(np.unique(np.floor(kept / 50), axis=0)) == len(np.unique(np.floor(places / 50), axis=0))
    assert len(thinned(places[:100])) == 100
