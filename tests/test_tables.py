"""Readers of benchmark tables: results and errors on small made-up files, and the complete real tables."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nasport.schemas import InputError
from nasport.toolkit.laboratory import tables
from nasport.toolkit.laboratory.tables import TABLES, LabeledTable, read_latencies, read_proxies, read_table
from nasport.toolkit.notations import notation
from tests.tables import sample


def write(path: Path, text: str | bytes) -> None:
    path.write_bytes(gzip.compress(text.encode() if isinstance(text, str) else text))


def csv_text(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerows([header, *rows])
    return stream.getvalue()


NASBENCH101_HEADER = ("hash", "n_vertices", "upper_tri_adjacency", "ops_0conv3x3_1conv1x1_2maxpool")
CELL201 = "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|"
PAIRS = notation("nasbench301").example
VISION = json.loads(notation("vit_bench_101").example)
NETS: Mapping[str, Any] = {"DARTS_in": {"width": 32}, "ENAS_in": {"width": 48}}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder with two to three made-up rows of every table."""
    rows = [("a", 4, "111001", "02", 0.9), ("b", 2, "1", "", 0.8), ("c", 3, "111", "1", "")]
    write(
        tmp_path / tables.TABLES["nasbench101"].file,
        csv_text((*NASBENCH101_HEADER, tables.NASBENCH101_LABEL), rows),
    )
    names = [
        f"{name}_{split}_mean_seeds" for split in ("test", "val") for name in tables.NASBENCH201_DATASETS
    ]
    write(
        tmp_path / tables.TABLES["nasbench201"].file,
        csv_text(("arch_str", *names), [(CELL201, 1, 2, 3, 4, 5, 6)]),
    )
    write(tmp_path / tables.PROXIES_FILE, csv_text(("net_str", *tables.PROXIES), [(CELL201, *range(13))]))
    tasks = [f"{task}_val_best_epoch" for task in tables.TRANSNAS_TASKS]
    write(
        tmp_path / tables.TABLES["transnas_micro"].file,
        csv_text(
            ("arch_str", *tasks, "jigsaw_val_final_epoch"),
            [("64-41414-1_30_321", 1, 2, 0.3, 0.4, 5, -0.6, 7, 99)],
        ),
    )
    macro = {"01212102": {"test_acc": [90.0, 91.0, 95.0], "mean_acc": 1.0}}
    write(tmp_path / tables.TABLES["nasbench_macro"].file, json.dumps(macro))
    write(
        tmp_path / tables.TABLES["nasbench301"].file,
        json.dumps({"cifar10": {PAIRS: {"idx": "7", "val_accuracy": 93}}}),
    )
    names = [f"block{place}_{key}" for place in range(7) for key in ("e", "k", "l", "se")]
    write(
        tmp_path / tables.TABLES["accel_nasbench"].file,
        csv_text(
            (*names, "imagenet_val_top1", "params_m"),
            [(*[6, 3, 1, 0] * 7, 60, 1), (*[4, 5, 2, 1] * 7, 50, 1), (*[6, 3, 1, 0] * 7, 61, 1)],
        ),
    )
    vision = {"arch": VISION, **dict.fromkeys(TABLES["vit_bench_101"].labels, 50), "c100_kd_acc": 75.5}
    write(tmp_path / tables.TABLES["vit_bench_101"].file, json.dumps([vision]))
    records = [
        {"space": space, "net": net, "min_test_top1_err": 30.5, "final_test_top1_err": 40, "params": 5}
        for space, net in {**NETS, "ResNet_reruns": {}}.items()
    ]
    write(tmp_path / tables.TABLES["nds_darts"].file, "\n".join(map(json.dumps, records)) + "\n")
    logs = [
        '{"run": "single", "recepie": "broken", "status": "loss is nan!", "test_loss_final": NaN}',
        '{"run": "wikitext-2", "recepie": "other", "status": "OK", "test_loss_final": 5.5}',
        '{"run": "single", "recepie": "cell", "status": "OK", "test_loss_final": 4.9}',
    ]
    write(tmp_path / tables.TABLES["nasbench_nlp"].file, "\n".join(logs))
    return tmp_path


def only(values: Any) -> Any:
    (value,) = values
    return value


def test_texts_and_labels_equal_those_of_the_files(small: Path) -> None:
    cells = read_table("nasbench101", small)
    assert cells.texts == ("4 111001 02", "2 1", "3 111 1")
    assert cells.labeled(tables.NASBENCH101_LABEL)[0] == ("4 111001 02", "2 1")
    assert cells.with_any_label().labels[tables.NASBENCH101_LABEL].tolist() == [0.9, 0.8]
    table = read_table("nasbench201", small)
    assert {name: only(values) for name, values in table.labels.items()} == {
        "cifar10_test": 1,
        "cifar100_test": 2,
        "ImageNet16-120_test": 3,
        "cifar10_val": 4,
        "cifar100_val": 5,
        "ImageNet16-120_val": 6,
    }
    tasks = read_table("transnas_micro", small)
    assert [only(tasks.labels[task]) for task in tables.TRANSNAS_TASKS] == [1, 2, 0.3, 0.4, 5, -0.6, 7]
    macro = read_table("nasbench_macro", small)
    assert (macro.texts, only(macro.labels["cifar10_test"])) == (("01212102",), 92.0)
    surrogate = read_table("nasbench301", small)
    assert (surrogate.texts, only(surrogate.labels["val_accuracy"])) == ((PAIRS,), 93.0)
    blocks = read_table("accel_nasbench", small)
    assert blocks.texts == (
        f"{[[6] * 7, [3] * 7, [1] * 7, [0] * 7]}",
        f"{[[4] * 7, [5] * 7, [2] * 7, [1] * 7]}",
    )
    assert blocks.labels["imagenet_val_top1"].tolist() == [60.5, 50]
    transformers = read_table("vit_bench_101", small)
    assert (json.loads(only(transformers.texts)), only(transformers.labels["c100_kd_acc"])) == (VISION, 75.5)
    recurrent = read_table("nasbench_nlp", small)
    assert (recurrent.texts, only(recurrent.labels["minus_test_loss"])) == (("cell",), -4.9)
    assert [only(values) for values in read_proxies(small).labels.values()] == list(range(13))


def test_an_nds_network_is_read_without_its_measurements(small: Path) -> None:
    table = read_table("nds_enas", small)
    assert json.loads(only(table.texts)) == {"space": "ENAS_in", "net": NETS["ENAS_in"]}
    assert table.labels["minus_top1_error"].tolist() == [-30.5]
    with pytest.raises(
        InputError, match=r"nds_public.jsonl.gz: expected at least one record of the space 'ResNeXt-A_in'"
    ):
        read_table("nds_resnext_a", small)


HEADER101 = ",".join((*NASBENCH101_HEADER, tables.NASBENCH101_LABEL))
NB101, MACRO, SURROGATE, NDS, VIT, NLP = (
    ("nasbench101", tables.TABLES["nasbench101"].file),
    ("nasbench_macro", tables.TABLES["nasbench_macro"].file),
    ("nasbench301", tables.TABLES["nasbench301"].file),
    ("nds_darts", tables.TABLES["nds_darts"].file),
    ("vit_bench_101", tables.TABLES["vit_bench_101"].file),
    ("nasbench_nlp", tables.TABLES["nasbench_nlp"].file),
)


@pytest.mark.parametrize(
    ("table", "content", "message"),
    [
        (
            NB101,
            f"{HEADER101}\na,2,1,,0.8\nb,2,1,,high\n",
            "line 3: column 'vis_val.*': 'high', expected a finite number",
        ),
        (NB101, f"{HEADER101}\na,2,1,,nan\n", "line 2: column 'vis_val.*': 'nan', expected a finite number"),
        (NB101, f"{HEADER101}\na,2,,,0.8\n", "line 2: column 'upper_tri_adjacency': empty"),
        (NB101, f"{HEADER101}\na,2,1\n", "line 2: 3 fields, expected 5"),
        (NB101, f'{HEADER101}\na,2,1,"0"2,0.8\n', "line 2: not CSV"),
        (NB101, f"{HEADER101}\n", "has no rows"),
        (NB101, "hash\n", "line 1: has no column 'n_vertices'"),
        (NB101, b"hash\n\xff\n", "line 2: byte 0xff at offset 5 is not UTF-8"),
        (MACRO, '{"00": {"test_acc": [1, 2]}}', r"00.test_acc: \[1, 2\], expected the accuracies of 3 runs"),
        (MACRO, '{"00": {"test_acc": [1, 2, true]}}', r"00.test_acc\[2\]: True, expected a finite number"),
        (MACRO, '{"00": {"test_acc": [1, 2, NaN]}}', "NaN"),
        (MACRO, "[]", "expected a JSON object"),
        (MACRO, '{"00": 1, "00": 2}', "00"),
        (SURROGATE, "{}", "cifar10: None, expected a JSON object"),
        (SURROGATE, '{"cifar10": {"[]": {}}}', "val_accuracy: None, expected a finite number"),
        (NDS, '{"space": "ENAS_in"}\n{"space": "DARTS_in"}\n', "line 2: net: None, expected a JSON object"),
        (NDS, '{"space": "DARTS_in", "net": {}}\n', "line 1: min_test_top1_err: None, expected a finite"),
        (NDS, "{}\n{\n", "line 2: not valid JSON"),
        (VIT, "{}", "expected a JSON array"),
        (VIT, '[{"arch": {}}]', r"\[0\].c100_base_acc: None, expected a finite number"),
        (NLP, '{"status": "OK", "run": ""}', "line 1: test_loss_final: None, expected a finite number"),
        (NLP, "{}", "expected at least one training with the status OK"),
        (VIT, "[1]", r"\[0\]: 1, expected a JSON object"),
    ],
)
def test_errors_name_file_and_line(
    tmp_path: Path, table: tuple[str, str], content: str | bytes, message: str
) -> None:
    name, file = table
    write(tmp_path / file, content)
    with pytest.raises(InputError, match=f"{file}.*{message}"):
        read_table(name, tmp_path)


@pytest.mark.parametrize(
    "content", [b"hash,n_vertices", gzip.compress(b"hash\n" * 99)[:-12]], ids=["text", "cut"]
)
def test_a_file_that_is_not_gzip_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / tables.TABLES["nasbench101"].file).write_bytes(content)
    with pytest.raises(InputError, match=r"nasbench101\.csv\.gz: cannot be read as gzip"):
        read_table("nasbench101", tmp_path)


def test_the_default_folder_is_that_of_the_environment_variable(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(tables.FOLDER_VARIABLE, str(small))
    assert read_table("nasbench_macro").texts == ("01212102",)
    monkeypatch.setenv(tables.FOLDER_VARIABLE, str(small / "nowhere"))
    with pytest.raises(InputError, match="is not a folder, expected NASPORT_DATA"):
        read_table("nasbench_macro")
    monkeypatch.delenv(tables.FOLDER_VARIABLE)
    with pytest.raises(InputError, match="NASPORT_DATA is not set, expected the folder"):
        read_table("nasbench_macro")


def test_an_unknown_table_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown table 'imagenet', expected one of nasbench101"):
        read_table("imagenet")
    for name in TABLES:
        with pytest.raises(InputError, match=TABLES[name].file):
            read_table(name, tmp_path)


@pytest.mark.parametrize("name", TABLES)
def test_benchmark_tables_are_complete(name: str, nasport_data: Path) -> None:
    table = read_table(name, nasport_data).with_any_label()
    assert len(set(table.texts)) == len(table) == TABLES[name].architectures
    for values in table.labels.values():
        assert np.isfinite(values).all()
        assert len(np.unique(values)) > 30
    known = notation(table.notation)
    for text in (table.texts[0], table.texts[-1]):
        known.parse(text)


@pytest.mark.parametrize(("space", "count"), [("nasbench201", 15_625), ("fbnet", 5_000)])
def test_latency_tables_are_complete(space: str, count: int, nasport_data: Path) -> None:
    found = read_latencies(space, nasport_data)
    assert len(set(found.texts)) == len(found.texts) == count
    assert len(found.labels) == 22
    for values in found.labels.values():
        assert values.shape == (len(found.texts),)
        assert (values > 0).all()
    known = notation(found.notation)
    for text in sample(list(found.texts), 50):
        assert known.write(known.parse(text)) == text


def test_latencies_are_of_the_cells_of_nasbench201(nasport_data: Path) -> None:
    assert set(read_latencies("nasbench201", nasport_data).texts) == set(
        read_table("nasbench201", nasport_data).texts
    )
    with pytest.raises(
        InputError, match="no latencies for the space 'darts', expected one of nasbench201, fbnet"
    ):
        read_latencies("darts", nasport_data)


def test_small_latencies_are_read_with_all_their_columns(tmp_path: Path) -> None:
    file = tmp_path / "latency_nasbench201.csv.gz"
    write(file, csv_text(("a_32", "arch_str", "b"), [(1.5, CELL201, 2)]))
    found = read_latencies("nasbench201", tmp_path)
    assert {name: values.tolist() for name, values in found.labels.items()} == {
        "a_32": [1.5],
        "b": [2.0],
    }
    write(file, csv_text(("a_32", "b"), [(1.5, 2)]))
    with pytest.raises(InputError, match="line 1: has no column 'arch_str'"):
        read_latencies("nasbench201", tmp_path)


def test_labels_are_higher_for_better_architectures(nasport_data: Path) -> None:
    def correlated(table: LabeledTable, names: Sequence[str]) -> bool:
        return bool((np.corrcoef([table.labels[name] for name in names]) > 0.4).all())

    for space in ("transnas_micro", "transnas_macro"):
        assert correlated(read_table(space, nasport_data), tables.TRANSNAS_TASKS)
    labels = read_table("nasbench201", nasport_data).labels
    assert round(float(labels["cifar10_test"].max()), 3) == 94.373
    assert round(float(labels["ImageNet16-120_test"].max()), 3) == 47.311


def test_proxies_are_of_cells_of_the_table(nasport_data: Path) -> None:
    found = read_proxies(nasport_data)
    assert len(set(found.texts)) == len(found.texts) == 9_445
    assert set(found.texts) <= set(read_table("nasbench201", nasport_data).texts)
