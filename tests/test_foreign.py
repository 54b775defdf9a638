"""Files of other types: one sentence names the type, and the rest of the batch is processed."""

from __future__ import annotations

import gzip
import io
import json
import pickle
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from nasport.schemas.errors import InputError
from nasport.schemas.foreign import EXPECTED, HEAD, foreign_file, refusal
from nasport.schemas.reading import MAX_DOCUMENT_BYTES, parse_json
from nasport.toolkit.gennas.task import load_task
from nasport.toolkit.inputs import Item, document_items, notation_items, parse_item
from nasport.toolkit.notations import notation, notations
from nasport.toolkit.search.candidate_file import read_candidates
from nasport.toolkit.spaces import load_space, space_names
from tests.commands import run_convert, run_validate

EXAMPLE = Path(__file__).parent.parent / "examples" / "resnet_like_cell.json"
DOCUMENT = EXAMPLE.read_text("utf-8")


def _written(write: Callable[[io.BytesIO], object]) -> bytes:
    stream = io.BytesIO()
    write(stream)
    return stream.getvalue()


def _onnx_model() -> bytes:
    graph = onnx.helper.make_graph([], "graph", [], [])
    return bytes(onnx.helper.make_model(graph, producer_name="pytorch").SerializeToString())


WEIGHTS = {"weight": torch.zeros(3)}
FILES: dict[str, bytes] = {
    "an ONNX model": _onnx_model(),
    "a PyTorch checkpoint": _written(lambda to: torch.save(WEIGHTS, to)),
    "a safetensors checkpoint": (16).to_bytes(8, "little") + b'{"__metadata__":',
    "an HDF5 file": b"\x89HDF\r\n\x1a\n\x00",
    "a NumPy array": _written(lambda to: np.save(to, np.zeros(3))),
    "a NumPy archive": _written(lambda to: np.savez(to, np.zeros(3))),
    "a gzip archive": gzip.compress(DOCUMENT.encode()),
    # Length of a record of 200 bytes, and its checksum in TensorFlow's format.
    "a TFRecord file": bytes.fromhex("c800000000000000fdaa9078") + b"\n",
    "a Python pickle": pickle.dumps({"accuracy": 1}),
    "a PNG picture": b"\x89PNG\r\n\x1a\n",
    "a JPEG picture": b"\xff\xd8\xff\xe0",
    "a PDF document": b"%PDF-1.7\n",
    "an XML file": b'<?xml version="1.0"?>\n<graphml/>',
    "an HTML page": b"\n<!DOCTYPE html>\n<html></html>",
    "a ZIP archive": b"PK\x03\x04" + bytes(22) + b"\x05\x00\x00\x00a.txt",
    "UTF-16 text": DOCUMENT.encode("utf-16"),
    "a binary file": b"\x00\x01\x02\x03" * 9,
}
SAME = [
    ("a PyTorch checkpoint", _written(lambda to: torch.save(WEIGHTS, to, _use_new_zipfile_serialization=False))),
    ("a Python pickle", pickle.dumps({"accuracy": 1}, protocol=0)),
    ("UTF-16 text", DOCUMENT.encode("utf-16-le")),
    ("UTF-16 text", DOCUMENT.encode("utf-16-be")),
    ("UTF-16 text", notation("darts").example.encode("utf-16-le")),
]  # fmt: skip


@pytest.mark.parametrize(("what", "data"), [*FILES.items(), *SAME])
def test_a_file_type_is_recognized_by_its_first_bytes(what: str, data: bytes) -> None:
    problem = refusal(data[:HEAD])
    assert problem is not None
    assert problem.startswith(f"this is {what}")


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=40))
@example(DOCUMENT)
@example(" \n[4, 0, 3, 1, 4, 3]")
@example("conv3x3\nconv1x1\n")
def test_text_is_never_foreign(text: str) -> None:
    if not text.lstrip("\ufeff \n").startswith(("<", "%PDF-", "BZh", "GIF8", "GGUF", "PAR1", "ARROW1")):
        assert refusal(text.encode()) is None


@given(st.binary(max_size=40))
def test_any_first_bytes_give_an_error_without_traceback(data: bytes) -> None:
    assert foreign_file(data) is None or refusal(data) is not None or data.lstrip().startswith((b"{", b"["))
    with suppress(InputError):
        parse_json(data)


def test_supported_files_are_not_reported_as_foreign() -> None:
    assert refusal(DOCUMENT.encode("utf-8-sig")) is None
    for name in notations():
        assert refusal(notation(name).example.encode()) is None


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "resnet18.bin"
    path.write_bytes(
        FILES["an ONNX model"] + bytes(MAX_DOCUMENT_BYTES)
    )  # also if the file is larger than a document may be
    return path


def _problem(item: Item) -> str:
    assert isinstance(item.text, InputError)
    return item.text.problem


@pytest.mark.parametrize(
    "items",
    [document_items, *(partial(notation_items, notation=known) for known in (None, notation("darts")))],
)
def test_one_error_a_file_however_large_it_is(items: Any, file: Path) -> None:
    (item,) = items([str(file)])
    assert _problem(item) == f"this is an ONNX model; {EXPECTED}"
    assert item.file == str(file)
    assert item.text.line is None


@pytest.mark.parametrize("read", [load_space, load_task, lambda file: read_candidates(file, None, None)])
def test_foreign_spaces_tasks_and_candidates_are_recognized(
    read: Callable[[Path], object], file: Path
) -> None:
    with pytest.raises(InputError, match=r"resnet18\.bin: this is an ONNX model;"):
        read(file)


def test_a_foreign_file_leaves_the_rest_of_a_folder_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.json").write_bytes(FILES["a PyTorch checkpoint"])
    (tmp_path / "b.jsonl").write_bytes(FILES["UTF-16 text"])
    (tmp_path / "c.json").write_text(DOCUMENT, "utf-8")
    (tmp_path / "config.json").write_text('{"model_type": "bert", "hidden_size": 768}', "utf-8")
    assert run_validate([str(tmp_path)], None, as_json=True) == 2
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["valid"] for record in found] == [False, False, True, False]
    for record, what in zip(found, ("a PyTorch", "UTF-16 text", None, "a Hugging Face"), strict=True):
        assert what is None or f"this is {what}" in record["error"]


def test_a_folder_without_documents_is_refused_with_its_content(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("weights", "utf-8")
    (tmp_path / "model.safetensors").write_bytes(FILES["a safetensors checkpoint"])
    (item,) = document_items([str(tmp_path)])
    assert _problem(item).endswith("; model.safetensors is a safetensors checkpoint")


OBJECTS = [
    ({"architectures": ["ViT"], "model_type": "vit"}, f"this is a Hugging Face model configuration (config.json); {EXPECTED}"),
    ({"name": "x", "version": "1.0.0", "scripts": {}}, "this is a package.json of Node.js; "),
    ({"nbformat": 4, "cells": []}, "this is a Jupyter notebook; "),
    ({"Format": "nasport-architecture", "version": 1}, "missing key 'format' (it has 'Format'), expected a document that "),
    ({"layers": []}, 'missing key \'format\', expected a document that begins with {"format": "nasport-architecture", '),
    ({"format": "nasport-space", "version": 1}, "this is a search space for `nasport search --space`"),
    ({"format": "nasport-architectur", "version": 1}, "did you mean 'nasport-architecture'? "),
]  # fmt: skip


@pytest.mark.parametrize(("value", "message"), OBJECTS)
def test_json_of_another_kind_is_recognized_by_its_keys(value: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_item(Item(json.dumps(value).encode(), "x.json"), None)
    assert message in str(caught.value)
    assert caught.value.file == "x.json"


@pytest.mark.parametrize(
    "name", ["nasbench101_json", "nasbench201", "nasbench_macro", "nasbench301", "nds", "nasbench_nlp"]
)
def test_a_notation_without_from_is_refused_with_its_name(name: str, tmp_path: Path) -> None:
    file = tmp_path / "cells.txt"
    file.write_text(notation(name).example + "\n", "utf-8")
    (item,) = document_items([str(file)])
    with pytest.raises(InputError, match=f"; it can be read with --from {name}$"):
        parse_item(item, None)


def test_nothing_is_written_if_all_input_is_wrong(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assert run_convert([str(file)], "darts", "json", out) == 2
    assert not out.exists()


def test_shipped_spaces_are_not_reported_as_foreign() -> None:
    for name in space_names():
        assert load_space(name).name == name


def test_a_model_is_not_read_as_a_file_of_notations(tmp_path: Path) -> None:
    path = tmp_path / "resnet18.onnx"
    path.write_bytes(FILES["an ONNX model"] + bytes(100))
    (item,) = notation_items([str(path)], notation("darts"))
    assert _problem(item) == f"this is an ONNX model; {EXPECTED}"
