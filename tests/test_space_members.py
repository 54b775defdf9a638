"""Members of the shipped spaces agree with the notations and the benchmark tables."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from numpy.random import default_rng

from nasport.toolkit.laboratory.tables import read_latencies, read_table
from nasport.toolkit.notations import notation
from nasport.toolkit.notations.nasbench101 import module_of
from tests.documents import hash_of
from tests.space_documents import shipped
from tests.tables import WHOLE, nasbench101_space, nasbench_macro, rows, sample


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("nasbench201", "nasbench201"),
        ("nasbench101", "nasbench101"),
        ("nats_size", "nats_size"),
        ("transnas_micro", "transnas_micro"),
        ("transnas_macro", "transnas_macro"),
        ("nasbench_macro", "nasbench_macro"),
        ("accel_nasbench", "accel_nasbench"),
        ("fbnet", "fbnet"),
        ("ofa_mbv3", "ofa_mbv3"),
        ("autoformer", "autoformer"),
        ("vit_bench_101", "vit_bench_101"),
        ("darts", "darts"),
        ("nasbench_nlp", "nasbench_nlp"),
        ("nds_darts", "nds"),
        ("nds_enas", "nds"),
        ("nds_amoeba", "nds"),
        ("nds_nasnet", "nds"),
        ("nds_pnas", "nds"),
        ("nds_resnet", "nds"),
        ("nds_resnet_in", "nds"),
        ("nds_resnext_a", "nds"),
        ("nds_resnext_b", "nds"),
    ],
)
def test_members_equal_those_of_the_notation(name: str, written: str) -> None:
    words, rng = notation(written), default_rng(11)
    for _ in range(10):
        member = shipped(name).architecture(shipped(name).sample(rng))
        parsed = words.parse(words.write(member))
        assert hash_of(parsed) == hash_of(member)
        assert shipped(name).genes_of(parsed) is not None


def test_enumeration_gives_the_tables(nasport_data: Path) -> None:
    tables = {
        "nasbench201": {row["arch_str"] for row in rows(nasport_data, "nasbench201")},
        "transnas_micro": {row["arch_str"] for row in rows(nasport_data, "transnasbench101_micro")},
        "nasbench_macro": set(nasbench_macro(nasport_data)),
    }
    for name, table in tables.items():
        words, found = notation(name), shipped(name)
        assert len(table) == found.size()
        members = sample(list(found.enumerate()), 8)
        written = {words.write(found.architecture(genes)) for genes in members}
        assert written <= table
        assert len(written) == len(members)


def test_small_cells_of_nasbench101_equal_those_of_the_table(nasport_data: Path) -> None:
    table = [line.split() for line in nasbench101_space(nasport_data)]
    found, most = shipped("nasbench101"), 5 if WHOLE else 4
    hashes = set()
    for genes in found.enumerate():  # small cells first
        module = module_of(found.architecture(genes))
        if len(module.edges) > most:
            break
        hashes.add(module.hash())
    assert hashes == {line[0] for line in table if int(line[1]) <= most}
    assert len(table) == found.size()
    everything, rng = {line[0] for line in table}, default_rng(13)
    drawn = [module_of(found.architecture(found.sample(rng))) for _ in range(100)]
    assert all(module.hash() in everything for module in drawn)


def test_the_networks_of_the_tables_are_members(nasport_data: Path) -> None:
    tables = {name: read_table(name, nasport_data) for name in ("accel_nasbench", "vit_bench_101")}
    texts = {name: table.texts for name, table in tables.items()}
    texts["fbnet"] = read_latencies("fbnet", nasport_data).texts
    for name, found in texts.items():
        for text in sample(list(found), len(found) // 20):
            assert shipped(name).genes_of(notation(name).parse(text)) is not None


def test_the_records_of_the_tables_are_members(nasport_data: Path) -> None:
    import gzip

    of = {"DARTS_in": "nds_darts", "ENAS_in": "nds_enas", "ResNeXt-A_in": "nds_resnext_a"}
    with gzip.open(nasport_data / "nds_public.jsonl.gz", "rt") as file:
        records = [line for line in file if json.loads(line)["space"] in of]
    assert len(records) == 368
    for line in sample(records, 7):
        parsed = notation("nds").parse(line)
        assert shipped(of[parsed.space]).genes_of(parsed) is not None
    with gzip.open(nasport_data / "nasbench_nlp_public.jsonl.gz", "rt") as file:
        recipes = [json.loads(line)["recepie"] for line in file]
    for recipe in sample(recipes, 100):
        assert shipped("nasbench_nlp").genes_of(notation("nasbench_nlp").parse(recipe)) is not None
