"""`nasport data`: the list of tables, and the report on a folder with missing, changed or incomplete files."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from nasport.toolkit.laboratory import tables
from nasport.toolkit.laboratory.tables import FILES, TABLES, TableFile, file_sha256, is_known_copy
from tests.commands import ROOT, nasport, nasport_text

DARTS = TABLES["darts_small"].file
OTHERS = {
    "nasbench101_space",
    "nasbench201_zero_cost_proxies",
    "nasbench201_zero_cost_nets",
    "latency_nasbench201",
    "latency_fbnet",
    "cifar10_train_2048",
}


def records(*arguments: object, **environment: str) -> list[dict[str, Any]]:
    result = nasport("data", *arguments, "--json", **environment)
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / DARTS).write_bytes(gzip.compress(b"genotype,cifar10_accuracy\nx,1\n"))
    return tmp_path


def declared(folder: Path) -> Mapping[str, TableFile]:
    """Return the declared files of a folder that exist."""
    return {
        name: replace(known, sha256=file_sha256(folder / name))
        for name, known in FILES.items()
        if (folder / name).exists()
    }


def test_tables_are_listed_with_labels_source_license_and_checksum(folder: Path) -> None:
    found = {record["name"]: record for record in records(NASPORT_DATA=str(folder))}
    assert set(found) == {*TABLES, *OTHERS}
    assert {record["file"] for record in found.values()} == set(FILES)
    cells = found["nasbench201"]
    assert cells["labels"][1] == {
        "name": "cifar10_test",
        "dataset": "cifar10",
        "split": "test",
        "better": "higher",
        "column": "cifar10_test_mean_seeds",
        "column_better": "higher",
    }
    assert (cells["architectures"], cells["license"], cells["at_hand"]) == (15_625, "MIT", False)
    assert found["nds_darts"]["labels"][0]["column_better"] == "lower"
    assert found["darts_small"]["at_hand"]
    for record in found.values():
        assert record["source"].startswith("https://")
        assert len(record["sha256"]) == 64
    assert found["nasbench101_space"]["labels"] == []


def test_the_list_needs_no_folder() -> None:
    result = nasport("data", NASPORT_DATA="")
    assert result.returncode == 0
    text = result.stdout.decode()
    assert "darts_small.csv.gz, missing" in text
    assert "minus_top1_error (imagenet, test, column minus min_test_top1_err)" in text


@pytest.mark.parametrize("arguments", [("--check",), ("FOLDER",), ("FOLDER", "--check")])
def test_a_folder_with_the_known_copies_passes(folder: Path, arguments: tuple[str, ...]) -> None:
    given = [folder if each == "FOLDER" else each for each in arguments]
    with mock.patch.dict(FILES, declared(folder), clear=True):
        result = nasport("data", *given, NASPORT_DATA=str(folder))
        assert is_known_copy(folder, DARTS)
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout.decode().splitlines()[1].split()[:2] == [DARTS, "valid"]


def test_missing_and_changed_files_and_missing_columns_are_reported(folder: Path) -> None:
    result = nasport_text("data", folder)
    assert result.returncode == 2
    missing = TABLES["nasbench201"].file
    assert f"{folder / missing}: missing, expected NAS-Bench-201: all 15,625 cells" in result.stderr
    assert f"{folder / DARTS}: another copy: SHA-256" in result.stderr
    assert "has no column" not in result.stderr
    assert not is_known_copy(folder, DARTS)
    # The changed table can still be read.
    assert tables.read_table("darts_small", folder).texts == ("x",)
    (folder / DARTS).write_bytes(gzip.compress(b"genotypes,cifar10_accuracy\nx,1\n"))
    error = f"{folder / DARTS}: line 1: has no column 'genotype', did you mean 'genotypes'?"
    assert error in nasport_text("data", folder).stderr
    (found,) = [record for record in records(folder) if record["file"] == DARTS]
    assert len(found["problems"]) == 2


def test_columns_of_other_files_are_checked_too(folder: Path) -> None:
    header = {
        "nasbench201_zero_cost_nets.csv.gz": "no column 'net_str'",
        "nasbench201_zero_cost_proxies.csv.gz": "no column 'net_str'",
        "latency_fbnet.csv.gz": "no column 'ops22'",
    }
    for name in header:
        (folder / name).write_bytes(gzip.compress(b"net,other\n1,2\n"))
    (folder / TABLES["nds_enas"].file).write_bytes(b"no gzip")
    errors = nasport_text("data", folder).stderr
    for name, problem in header.items():
        assert f"{folder / name}: line 1: has {problem}" in errors
    assert errors.count("nds_public.jsonl.gz: cannot be read as gzip") == 1  # four tables read it


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    result = nasport("data", tmp_path / "nowhere")
    assert result.returncode == 2
    assert b"nowhere: not a folder" in result.stderr
    assert nasport("data", "--check", NASPORT_DATA="").returncode == 2


def test_the_available_tables_are_the_known_copies(nasport_data: Path) -> None:
    result = nasport_text("data", nasport_data)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_page_of_the_tables_agrees_with_the_catalog() -> None:
    page = (ROOT / "docs/reference/data.md").read_text("utf-8")
    for name, known in FILES.items():
        held = ", ".join(f"`{table}`" for table, each in TABLES.items() if each.file == name) or "-"
        origin = known.origin
        source = f"[{origin.benchmark}]({origin.source}) | {origin.license or 'none stated'}"
        assert f"| `{name}` | {known.holds} | {held} | {source} |\n" in page


def test_every_table_is_in_a_declared_file() -> None:
    assert {table.file for table in TABLES.values()} <= set(FILES)
    assert len({table.title for table in TABLES.values()}) == len(TABLES)
