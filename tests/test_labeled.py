"""Architectures with labels: in documents, and in lines of a notation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nasport.schemas import InputError
from nasport.schemas.architecture import Label
from nasport.toolkit.gennas.task_search.labeled import names, read_labeled
from tests.labeled_documents import document, label, written


def test_labels_of_documents(tmp_path: Path) -> None:
    sources = written(tmp_path, *(document(width, [label(width / 10)]) for width in (4, 8, 12)))
    found = read_labeled(sources, None, None)
    assert {each.architecture.name: each.label for each in found} == {
        "width 4": 0.4,
        "width 8": 0.8,
        "width 12": 1.2,
    }
    assert [each.hash for each in found] == sorted(each.hash for each in found)
    negative = read_labeled(sources, None, "accuracy", lower_is_better=True)
    assert [each.label for each in negative] == [-each.label for each in found]


def test_a_label_is_selected_by_any_of_its_names(tmp_path: Path) -> None:
    def labels(width: int) -> list[dict[str, Any]]:
        return [
            label(width, epochs=12),
            label(width + 1, epochs=200),
            label(-width, "loss"),
            label(2, "accuracy", "svhn"),
        ]

    sources = written(tmp_path, *(document(width, labels(width)) for width in (4, 8, 12)))
    assert {each.label for each in read_labeled(sources, None, "loss", lower_is_better=True)} == {4, 8, 12}
    assert {each.label for each in read_labeled(sources, None, "cifar10/accuracy@200")} == {5, 9, 13}
    with pytest.raises(InputError, match=r"labeled.jsonl: line 1: labels: several labels, expected --metric"):
        read_labeled(sources, None, None)
    with pytest.raises(InputError, match=r"several labels are 'cifar10/accuracy', expected one of cifar10"):
        read_labeled(sources, None, "cifar10/accuracy")
    with pytest.raises(
        InputError, match="no label 'speed', expected one of cifar10/accuracy@12, cifar10/acc"
    ):
        read_labeled(sources, None, "speed")
    with pytest.raises(InputError, match="all labels are 2, expected different labels"):
        read_labeled(sources, None, "svhn/accuracy")


def test_names_of_labels() -> None:
    assert names(Label("c10", "acc", 1.0)) == ("acc", "c10/acc")
    assert names(Label("c10", "acc", 1.0, "test", 200.0)) == (
        "acc",
        "c10/acc",
        "c10/test/acc",
        "c10/test/acc@200",
    )


def test_unusable_labels_are_refused(tmp_path: Path) -> None:
    good = [document(width, [label(width)]) for width in (4, 8, 12)]
    with pytest.raises(InputError, match="2 labeled architectures, expected at least 3"):
        read_labeled(written(tmp_path, *good[:2]), None, None)
    with pytest.raises(InputError, match=r"labeled.jsonl: line 4: no label, expected a label in 'labels'"):
        read_labeled(written(tmp_path, *good, document(16, None)), None, None)
    with pytest.raises(InputError, match=r"line 4: the label is 'cifar10/loss', but 'cifar10/accuracy'"):
        read_labeled(written(tmp_path, *good, document(16, [label(1, "loss")])), None, None)
    with pytest.raises(InputError, match=r"the label is 'svhn/accuracy', but 'cifar10/accuracy' in earlier"):
        read_labeled(written(tmp_path, *good, document(16, [label(1, dataset="svhn")])), None, "accuracy")
    with pytest.raises(InputError, match=r"line 4: the same network as 'width 4'"):
        read_labeled(written(tmp_path, *good, document(4, [label(1)], name="twin")), None, None)
    with pytest.raises(InputError, match=r"line 4"):
        read_labeled(written(tmp_path, *good, {"format": "nonsense"}), None, None)


CELLS = (
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|skip_connect~1|+|skip_connect~0|skip_connect~1|nor_conv_3x3~2|",
    "|nor_conv_1x1~0|+|nor_conv_3x3~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_3x3~2|",
    "|avg_pool_3x3~0|+|nor_conv_3x3~0|nor_conv_1x1~1|+|skip_connect~0|none~1|nor_conv_3x3~2|",
)


def test_labels_of_notations(tmp_path: Path) -> None:
    file = tmp_path / "cells.txt"
    file.write_text(
        "".join(f"{cell}\t{value}\n" for cell, value in zip(CELLS, ("1", "2e0", " 3"), strict=True))
    )
    found = read_labeled([str(file)], "nasbench201", None)
    assert {each.architecture.name: each.label for each in found} == dict(zip(CELLS, (1, 2, 3), strict=True))
    assert read_labeled([f"{cell}\t{n}" for n, cell in enumerate(CELLS)], "nasbench201", None)
    with pytest.raises(InputError, match="a line of a notation has only one"):
        read_labeled([str(file)], "nasbench201", "accuracy")
    for last, problem in (
        (CELLS[0], r"cells.txt: line 4: no label, expected the notation, a tab and a number"),
        (CELLS[0] + "\tgood", "line 4: the label 'good' is not finite"),
        (CELLS[0] + "\tnan", "line 4: the label 'nan' is not finite"),
        ("|what~0|\t1", "cells.txt: line 4"),
    ):
        file.write_text("".join(f"{cell}\t1\n" for cell in CELLS) + last + "\n")
        with pytest.raises(InputError, match=problem):
            read_labeled([str(file)], "nasbench201", None)
