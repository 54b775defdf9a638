"""`nasport audit`: scores of files and predictors on small made-up tables, own labels, errors, and the page."""

from __future__ import annotations

import csv
import gzip
import json
import re
import sys
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs SciPy")

from nasport.runtime.bundle import open_bundle, shipped_names
from nasport.runtime.predictor import Predictor
from nasport.schemas import architecture_hash
from nasport.toolkit.laboratory import tables
from nasport.toolkit.laboratory.audit.grounds import table_ground
from nasport.toolkit.laboratory.audit.rows import Scores, audit_rows, losses_first, standings
from nasport.toolkit.laboratory.evaluation.baselines import COUNTS, baselines
from nasport.toolkit.laboratory.evaluation.metrics import AUDIT_METRICS, METRICS, metrics
from nasport.toolkit.laboratory.evaluation.plots import can_draw
from nasport.toolkit.laboratory.evaluation.rows import RowsFile
from nasport.toolkit.laboratory.evaluation.summary import RESULTS_FOLDER, ROWS_FILE
from nasport.toolkit.laboratory.evaluation.tested_spaces import ALL, WITH_A_PATH, load_space
from nasport.toolkit.notations import notation
from tests.commands import nasport

BUNDLE = "universal-without-nasbench201"
CONV, SKIP = "nor_conv_3x3", "skip_connect"
# Two texts of the same network, and a network that no input reaches.
TWINS = (
    "|nor_conv_3x3~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|",
    "|none~0|+|nor_conv_3x3~0|none~1|+|none~0|none~1|skip_connect~2|",
)
DEAD = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"


def cells() -> list[str]:
    operators = ("none", SKIP, "nor_conv_1x1", CONV, "avg_pool_3x3")
    random = np.random.default_rng(0)
    chosen = {tuple(random.integers(1, 5, 6).tolist()) for _ in range(45)}
    texts = []
    for codes in sorted(chosen):
        a, b, c, d, e, f = (operators[code] for code in codes)
        texts.append(f"|{a}~0|+|{b}~0|{c}~1|+|{d}~0|{e}~1|{f}~2|")
    return [*texts, *TWINS, DEAD]


CELLS = cells()
ACCURACY = [70 + text.count(CONV) + 0.01 * place for place, text in enumerate(CELLS)]


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Made-up tables of NAS-Bench-201 and NAS-Bench-Macro."""
    folder = tmp_path / "tables"
    folder.mkdir()
    table = tables.TABLES["nasbench201"]
    rows = [[text, *[ACCURACY[place]] * 6] for place, text in enumerate(CELLS)]
    write_csv(folder / table.file, ["arch_str", *table.columns], rows)
    macro = {f"{number:08b}": {"test_acc": [number, number, number]} for number in range(24)}
    with gzip.open(folder / tables.TABLES["nasbench_macro"].file, "wt") as stream:
        json.dump(macro, stream)
    monkeypatch.setenv(tables.FOLDER_VARIABLE, str(folder))
    return folder


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    """Perfect scores of every cell."""
    rows = [[text, place] for text, place in zip(CELLS, np.argsort(np.argsort(ACCURACY)), strict=True)]
    return write_csv(tmp_path / "mine.csv", ["architecture", "score"], rows)


def audited(
    *arguments: object, status: int = 0, stdin: bytes = b""
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the rows, and the lines on standard error."""
    result = nasport("audit", *arguments, "--json", stdin=stdin)
    assert result.returncode == status, result.stderr.decode()
    return [json.loads(line) for line in result.stdout.splitlines()], result.stderr.decode().splitlines()


def refused(*arguments: object, stdin: bytes = b"") -> str:
    rows, lines = audited(*arguments, status=2, stdin=stdin)
    assert rows == []
    return lines[-1]


def test_perfect_scores_are_found_perfect(data: Path, scores: Path) -> None:
    rows, lines = audited(scores, "--table", "nasbench201", "--label", "cifar10_test")
    assert lines == []
    assert [(row["subset"], row["architectures"], row["of"]) for row in rows] == [
        (ALL, len(CELLS), len(CELLS)),
        (WITH_A_PATH, len(CELLS) - 1, len(CELLS) - 1),
    ]
    row = rows[0]
    assert set(row["metrics"]) == set(AUDIT_METRICS)
    perfect = {**dict.fromkeys(AUDIT_METRICS, 1.0), "top1_regret": 0.0, "best10_regret": 0.0}
    assert row["metrics"] == pytest.approx(perfect)
    assert (row["scores"], row["table"], row["words"]) == ("mine", "nasbench201", "cifar10 test")
    assert row["intervals"]["spearman"] == pytest.approx([1, 1])
    low, high = row["intervals"]["gap_kendall"]
    assert low < row["gap"]["kendall"] < high
    assert row["trained_on"] is None


def test_baselines_are_those_of_the_evaluation_on_the_same_networks(data: Path, tmp_path: Path) -> None:
    half = write_csv(
        tmp_path / "half.csv.gz",
        ["architecture", "x"],
        [[text, -place] for place, text in enumerate(CELLS[::2])],
    )
    rows, _ = audited(half, "--table", "nasbench201", "--label", "cifar10_test")
    space = load_space("nasbench201")
    known, truth = baselines(space), np.array(ACCURACY)[::2]
    beside = {name: metrics(values[::2], truth, AUDIT_METRICS) for name, values in known.items()}
    assert rows[0]["baselines"] == beside
    best = max(COUNTS, key=lambda name: beside[name]["spearman"] or 0)
    assert rows[0]["best_count"] == best
    found = metrics(-np.arange(len(truth)), truth)
    assert rows[0]["gap"]["spearman"] == pytest.approx(
        (found["spearman"] or 0) - (beside[best]["spearman"] or 0), abs=1e-6
    )
    assert (rows[0]["architectures"], rows[0]["of"]) == (len(truth), len(CELLS))
    assert all(set(each) == {*METRICS, "ndcg_top10"} for each in rows[0]["baselines"].values())


def test_a_bundle_is_scored_on_every_available_table(data: Path) -> None:
    rows, _ = audited(BUNDLE, "--resamples", 0)
    assert [(row["table"], row["trained_on"]) for row in rows] == [
        *[("nasbench201", False)] * 12,
        ("nasbench_macro", True),
    ]
    space = load_space("nasbench201")
    values = [each.score for each in Predictor.load(BUNDLE).score_encoded(space.batch)]
    expected = metrics(np.array(values), space.labels["cifar10_val"], AUDIT_METRICS)
    assert rows[0]["metrics"] == expected
    assert rows[0]["intervals"] == dict.fromkeys(("spearman", "kendall", "gap_spearman", "gap_kendall"))


def test_intervals_are_reproducible_from_the_seed(data: Path, scores: Path) -> None:
    given = (BUNDLE, "--table", "nasbench_macro")
    first, again, other = (audited(*given, "--seed", seed)[0] for seed in (1, 1, 2))
    assert first == again != other
    assert [row["metrics"] for row in first] == [row["metrics"] for row in other]


def test_architectures_are_matched_by_text_hash_and_canonical_form(data: Path, tmp_path: Path) -> None:
    form = notation("nasbench201")
    hashes = [architecture_hash(form.parse(text)) for text in CELLS]
    assert len(set(hashes)) < len(hashes)
    known = {digest: row for row, digest in enumerate(hashes)}
    rows = [[digest.upper(), ACCURACY[row]] for digest, row in known.items()]
    by_hash = write_csv(tmp_path / "hashes.csv", ["architecture", "score"], rows)
    found, lines = audited(by_hash, "--table", "nasbench201", "--label", "cifar10_test")
    assert lines == []
    assert found[0]["architectures"] == len(CELLS)  # isomorphic cells share one row
    network = "00000010"
    by_text = write_csv(tmp_path / "macro.csv", ["architecture", "score"], [[network, 2], [" 00000001 ", 1]])
    assert audited(by_text, "--table", "nasbench_macro")[0][0]["architectures"] == 2


def test_several_files_columns_and_predictors_are_compared(data: Path, tmp_path: Path, scores: Path) -> None:
    rows = [[text, place, -place, "x"] for place, text in enumerate(CELLS)]
    two = write_csv(tmp_path / "two.csv", ["architecture", "up", "down", "note"], rows)
    found, _ = audited(
        two, BUNDLE, "--table", "nasbench201", "--label", "cifar10_test", "--score", "up", "--score", "down"
    )
    names = [row["scores"] for row in found if row["subset"] == ALL]
    assert names == ["up", "down", BUNDLE]
    up, down = found[0]["metrics"], found[1]["metrics"]
    assert up["spearman"] == pytest.approx(-down["spearman"])
    turned, _ = audited(
        two, "--table", "nasbench201", "--score", "down", "--lower-is-better", "--label", "cifar10_test"
    )
    assert turned[0]["metrics"] == up


def test_subsets_of_the_same_networks_are_measured_once(data: Path, tmp_path: Path) -> None:
    alive = [[text, place] for place, text in enumerate(CELLS[:-1])]
    file = write_csv(tmp_path / "alive.csv", ["architecture", "score"], alive)
    rows, _ = audited(file, BUNDLE, "--table", "nasbench201", "--label", "cifar10_val", "--resamples", 0)
    assert [(row["scores"], row["subset"], row["architectures"], row["of"]) for row in rows] == [
        ("alive", ALL, len(alive), len(CELLS)),
        (BUNDLE, ALL, len(CELLS), len(CELLS)),
        (BUNDLE, WITH_A_PATH, len(alive), len(alive)),
    ]
    other = write_csv(tmp_path / "other.csv", ["architecture", "score"], alive[:9])
    found, _ = audited(file, other, "--table", "nasbench201", "--label", "cifar10_val", "--resamples", 0)
    assert [(row["scores"], row["architectures"]) for row in found] == [("alive", len(alive)), ("other", 9)]


def test_labels_of_the_user_need_no_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(tables.FOLDER_VARIABLE, raising=False)
    rows = [[text, place % 7, ACCURACY[place]] for place, text in enumerate(CELLS)]
    file = write_csv(tmp_path / "own.csv", ["architecture", "score", "accuracy"], rows)
    plain, _ = audited(file, "--label", "accuracy")
    assert [(row["table"], row["label"], row["baselines"], row["best_count"]) for row in plain] == [
        ("own", "accuracy", {}, None)
    ]
    assert plain[0]["gap"] == {"spearman": None, "kendall": None}
    counted, _ = audited(file, "--label", "accuracy", "--from", "nasbench201")
    assert [row["subset"] for row in counted] == [ALL, WITH_A_PATH]
    assert counted[0]["metrics"] == plain[0]["metrics"]
    assert set(counted[0]["baselines"]) >= set(COUNTS)
    text = nasport("audit", file, "--label", "accuracy").stdout.decode()
    assert "best trivial count" not in text
    # Without a column of architectures, from standard input.
    bare, _ = audited("-", "--label", "b", stdin=b"a,b\n1,2\n2,3\n3,9\n")
    assert (bare[0]["scores"], bare[0]["metrics"]["spearman"]) == ("standard input", 1)


HEADER = "architecture,score\n"


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        (f"{HEADER}{CELLS[0]},nan\n", 2, "column 'score': 'nan', expected a finite number"),
        (f"{HEADER}{CELLS[0]},\n", 2, "column 'score': '', expected a finite number"),
        (f"{HEADER}{CELLS[0]},1\n{CELLS[0]},2\n", 3, "the same architecture as in line 2"),
        (
            f"{HEADER}{TWINS[0]},1\n{TWINS[1].replace(SKIP, CONV)},2\n",
            3,
            "is not an architecture of nasbench201",
        ),
        (
            f"{HEADER}resnet,1\n",
            2,
            "'resnet' is not an architecture of nasbench201, expected its text in the notation",
        ),
    ],
)
def test_a_wrong_row_is_reported_and_the_others_are_scored(
    data: Path, tmp_path: Path, content: str, line: int, problem: str
) -> None:
    more = "".join(f"{text},{place}\n" for place, text in enumerate(CELLS[1:9]))
    file = tmp_path / "some.csv"
    file.write_text(content + more, "utf-8")
    rows, lines = audited(file, "--table", "nasbench201", "--label", "cifar10_test", status=2)
    assert lines[0].startswith(f"nasport: {file}: line {line}: ")
    assert problem in lines[0]
    assert len(lines) == 1
    assert rows[0]["architectures"] in (8, 9)


def test_only_the_first_of_many_wrong_rows_are_reported(data: Path, tmp_path: Path) -> None:
    rows = [[f"no {place}", place] for place in range(30)] + [[CELLS[place], place] for place in range(3)]
    file = write_csv(tmp_path / "many.csv", ["architecture", "score"], rows)
    _, lines = audited(file, "--table", "nasbench201", status=2)
    assert len(lines) == 21
    assert lines[-1] == "nasport: 10 more errors"


@pytest.mark.parametrize(
    ("content", "arguments", "problem"),
    [
        ("arch,score\nx,1\n", (), "line 1: has no column 'architecture'"),
        ("architecture,score\nx,1,2\n", (), "line 2: 3 fields, expected 2"),
        ("architecture,score\n", (), "has no rows"),
        (
            "architecture,a,b\nx,1,2\n",
            (),
            "line 1: several columns of numbers (a, b), expected --score COLUMN",
        ),
        ("architecture,a\nx,y\n", (), "line 1: no column of numbers"),
        ("architecture,a\nx,1\n", ("--score", "b"), "line 1: has no column 'b'"),
        ("architecture,a\nx,1\n", ("--label", "cifar10"), "unknown label 'cifar10', did you mean"),
        ("architecture,a\nx,1\n", (), "nothing to measure"),
    ],
)
def test_a_wrong_file_is_refused(
    data: Path, tmp_path: Path, content: str, arguments: tuple[str, ...], problem: str
) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text(content, "utf-8")
    assert problem in refused(file, "--table", "nasbench201", *arguments)


def test_missing_tables_files_and_bundles_are_refused(data: Path, scores: Path, tmp_path: Path) -> None:
    assert "expected --table NAME" in refused(scores)
    assert "expected --table NAME" in refused(scores, BUNDLE, "--label", "score")
    assert "unknown table 'nasbench202', did you mean 'nasbench201'?" in refused(
        scores, "--table", "nasbench202"
    )
    assert tables.TABLES["darts_small"].file in refused(BUNDLE, "--table", "darts_small")
    assert "unknown bundle 'universl'" in refused("universl", "--table", "nasbench201")
    assert "nowhere.csv: cannot be read" in refused("nowhere.csv", "--table", "nasbench201")
    empty = tmp_path / "empty"
    empty.mkdir()
    result = nasport("audit", BUNDLE, NASPORT_DATA=str(empty))
    assert (result.returncode, b"holds none of the benchmark tables" in result.stderr) == (2, True)
    (data / tables.TABLES["nasbench201"].file).write_bytes(gzip.compress(b"arch_str,cifar10_val\nx,1\n"))
    assert "line 1: has no column 'cifar10_val_mean_seeds'" in refused(scores, "--table", "nasbench201")


def test_without_scipy_the_message_names_the_package_to_install(
    monkeypatch: pytest.MonkeyPatch, scores: Path
) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    result = nasport("audit", scores, "--label", "score")
    assert result.returncode == 2
    assert b"scipy is missing" in result.stderr


def test_losses_come_first_and_training_tables_are_excluded_from_standings(data: Path) -> None:
    ground = table_ground("nasbench201", ("cifar10_test",))
    noise = np.random.default_rng(0).normal(size=len(CELLS))
    several = [
        Scores("good", np.array(ACCURACY), False),
        Scores("bad", noise),
        Scores("seen", -np.array(ACCURACY), True),
    ]
    rows = list(audit_rows(ground, several, 10, 0))
    assert [row.scores for row in losses_first(rows) if row.subset == ALL] == ["seen", "bad", "good"]
    found = {each.scores: each for each in standings(rows)}
    assert set(found) == {"good", "bad"}
    assert (found["good"].below, found["bad"].below, found["bad"].labels) == (0, 1, 1)
    assert found["bad"].mean == pytest.approx(found["bad"].worst.gap())


class Links(HTMLParser):
    """Collects everything that a page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "link", "iframe")
        self.found += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_page_is_self_contained_and_names_no_architecture(
    data: Path, scores: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    given = (scores, BUNDLE, "--table", "nasbench201", "--table", "nasbench_macro", "--label", "cifar10_test")
    rows = [text for text in CELLS if text.startswith("|")]
    result = nasport("audit", *given, "--out", out)
    assert result.returncode == 0, result.stderr  # each row is an architecture of one of the tables
    page = (out / "audit.html").read_text("utf-8")
    links = Links()
    links.feed(page)
    assert all(link.startswith("data:image/png;base64,") for link in links.found)
    assert len(links.found) == (3 if can_draw() else 0)
    page = re.sub('base64,[^"]+', "", page)
    assert "url(" not in page
    for told in (*rows, *(f"{number:08b}" for number in range(24))):
        assert told not in page
    assert "below the best trivial count, chosen in hindsight" in page
    assert "Tables whose copies differ" in page  # the tables are made up
    plain = re.sub(r"<[^>]+>", " ", page)
    assert plain.index("-") < plain.index("How it was measured")
    record = json.loads((out / "audit.json").read_text("utf-8"))
    assert (record["format"], record["version"]) == ("nasport-audit", 1)
    assert record["tables"][0] == {"name": "nasbench201", "sha256": None, "known_copy": False}
    assert record["rows"] == audited(*given)[0]
    assert not any(text in json.dumps(record) for text in CELLS)


def test_the_page_is_written_without_matplotlib(
    data: Path, scores: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = nasport("audit", scores, "--table", "nasbench201", "--out", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    assert "<img" not in (tmp_path / "out" / "audit.html").read_text("utf-8")


def test_file_names_are_escaped_on_the_page(data: Path, tmp_path: Path) -> None:
    rows = [[text, place] for place, text in enumerate(CELLS)]
    file = write_csv(tmp_path / "<script>.csv", ["architecture", "score"], rows)
    nasport("audit", file, "--table", "nasbench201", "--out", tmp_path / "out")
    assert "<script" not in (tmp_path / "out" / "audit.html").read_text("utf-8")


def test_the_page_of_a_users_labels_names_no_table(tmp_path: Path) -> None:
    rows = [[text, place, ACCURACY[place]] for place, text in enumerate(CELLS)]
    file = write_csv(tmp_path / "nasbench201.csv", ["architecture", "score", "accuracy"], rows)
    result = nasport("audit", file, "--label", "accuracy", "--out", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    record = json.loads((tmp_path / "out" / "audit.json").read_text("utf-8"))
    assert (record["tables"], record["standings"], len(record["rows"])) == ([], [], 1)
    assert "github.com" not in (tmp_path / "out" / "audit.html").read_text("utf-8")


def test_the_table_fits_a_terminal(data: Path, scores: Path) -> None:
    text = nasport("audit", scores, BUNDLE, "--table", "nasbench201", COLUMNS="80").stdout.decode()
    assert all(len(line) <= 80 for line in text.splitlines())
    assert f"{BUNDLE}: below the best trivial count, chosen in hindsight, on" in " ".join(text.split())


def test_manifests_and_catalog_use_the_same_table_names() -> None:
    titles = {*tables.TABLES, *(table.title for table in tables.TABLES.values())}
    for name in shipped_names():
        spaces = open_bundle(name).manifest["trained_on"]["spaces"]
        assert {space["name"] for space in spaces} <= titles


def test_an_audit_of_a_shipped_bundle_reproduces_its_recorded_rows(nasport_data: Path) -> None:
    """Rows of `nasport evaluate` are measured before the export."""
    rows = RowsFile(Path(__file__).parents[1] / RESULTS_FOLDER / ROWS_FILE).rows.values()
    for row in rows:
        bundle = f"universal-without-{row.left_out}"
        if row.space == "nasbench_macro" and row.seed == 0 and bundle in shipped_names():
            (found,), _ = audited(bundle, "--table", row.space, "--resamples", 0)
            for name, value in row.metrics.items():
                assert found["metrics"][name] == pytest.approx(value, abs=0.01), name


def test_audit_and_evaluation_give_equal_figures(nasport_data: Path) -> None:
    rows, _ = audited(BUNDLE, "--table", "nasbench_macro", "--table", "darts_small", "--resamples", 20)
    counts = {row["table"]: (row["best_count"], row["architectures"]) for row in rows if row["subset"] == ALL}
    assert counts == {"nasbench_macro": ("layers", 6_561), "darts_small": ("reachable_parameters", 498)}
    macro = next(row for row in rows if row["table"] == "nasbench_macro")
    assert macro["baselines"]["layers"]["spearman"] == pytest.approx(0.832, abs=1e-3)
    assert macro["baselines"]["flops"]["kendall"] == pytest.approx(0.556, abs=1e-3)


def test_published_proxies_have_their_published_correlations(nasport_data: Path) -> None:
    """Compare with jacov and nwot of NAS-Bench-Suite-Zero on its 9,445 cells."""
    given = ("--table", "nasbench201", "--label", "cifar10_val", "--score", "jacov", "--score", "nwot")
    file = nasport_data / tables.PROXIES_FILE
    rows, lines = audited(file, *given, "--architecture", "net_str", "--resamples", 5)
    assert lines == []
    published = {row["scores"]: row["metrics"] for row in rows if row["subset"] == ALL}
    assert {row["architectures"] for row in rows if row["subset"] == ALL} == {9_445}
    assert published["jacov"]["spearman"] == pytest.approx(0.830, abs=1e-3)
    assert published["nwot"]["kendall"] == pytest.approx(0.605, abs=1e-3)
