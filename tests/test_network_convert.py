"""`nasport convert --to torch` and `--to onnx`: files, refusals, and equal outputs of graph and network."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nasport.schemas import InputError
from nasport.toolkit.commands import convert
from nasport.toolkit.notations import notation
from tests.commands import run_convert
from tests.documents import document, node
from tests.test_notations_nlp import GRU

torch = pytest.importorskip("torch")

from nasport.toolkit.networks import build_network  # noqa: E402
from nasport.toolkit.networks.python_source.module_text import source_text  # noqa: E402
from tests.written_networks import CELL, recurrent, stacked, unusual  # noqa: E402


def converted(*arguments: str, target: str, out: Path | None = None) -> int:
    return run_convert(arguments, "nasbench201", target, out)


def test_the_command_writes_a_module(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert converted(CELL, target="torch") == 0
    text = capsys.readouterr().out
    assert text == source_text(notation("nasbench201").parse(CELL))
    assert converted(CELL, target="torch", out=tmp_path / "model.py") == 0
    assert (tmp_path / "model.py").read_text() == text


def test_errors_of_the_command_are_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="several architectures for one network"):
        converted(CELL, CELL, target="torch")
    with pytest.raises(InputError, match=r"--out model\.onnx"):
        converted(CELL, target="onnx")
    with pytest.raises(InputError, match="json, imagenet, imagenet-fit, torch, onnx, nasbench101"):
        converted(CELL, target="tensorflow")
    file = tmp_path / "a.json"
    file.write_text(json.dumps(document([node("a", "input"), node("b", "output", "a")])))
    with pytest.raises(InputError, match=r"a\.json.*no skeleton"):
        run_convert([str(file)], None, "torch", None)
    value = notation("nasbench201").parse(CELL).to_json()
    value["operators"] = {"odd": {"text": "An operator nobody has heard of"}}
    value["cells"]["cell"]["nodes"][1]["op"] = "odd"
    text = json.dumps(value, indent=1)
    file.write_text(text)
    line = text[: text.index('"odd"', text.index('"nodes"'))].count("\n") + 1
    with pytest.raises(InputError, match=rf"a\.json: line {line}: cells\.cell\.nodes\[1\]\.op"):
        run_convert([str(file)], None, "torch", None)
    monkeypatch.setattr(convert, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"needs torch: pip install .*\[gennas\]'"):
        converted(CELL, target="torch")
    with pytest.raises(InputError, match=r"\[train\]"):
        converted(CELL, target="onnx", out=tmp_path / "a.onnx")


def test_the_graph_computes_the_outputs_of_the_network(tmp_path: Path) -> None:
    """Weights have seed 0, the number of images is variable, and the file contains no path."""
    for package in ("onnx", "onnxscript", "onnxruntime"):
        pytest.importorskip(package)
    from nasport.export.onnx_shrinking import local_paths
    from nasport.runtime.session import open_session

    architecture = unusual()["layers between stacked cells"]
    source, out = tmp_path / "arch.json", tmp_path / "model.onnx"
    source.write_text(json.dumps(architecture.to_json()))
    state = torch.get_rng_state()
    assert run_convert([str(source)], None, "onnx", out) == 0
    assert torch.equal(torch.get_rng_state(), state)
    data = out.read_bytes()
    assert not local_paths(data)
    torch.manual_seed(0)
    network = build_network(architecture).eval()
    session = open_session(data, providers=["cpu"])
    for batch in (1, 5):
        images = torch.randn(batch, 3, 16, 16)
        (logits,) = session.run(["logits"], {"images": images.numpy()})
        with torch.no_grad():
            np.testing.assert_allclose(logits, network(images).numpy(), atol=1e-4)


def test_networks_without_an_onnx_form_are_refused() -> None:
    pytest.importorskip("onnx")
    from nasport.toolkit.networks.onnx_graph import onnx_graph

    with pytest.raises(InputError, match="recurrent"):
        onnx_graph(recurrent(GRU, (4, 4)))
    huge = stacked([{"op": "conv_3x3", "width": 100_000}], {}, classes=10)
    wide = replace(huge.skeleton, stages=huge.skeleton.stages * 2)  # type: ignore[type-var, union-attr]
    with pytest.raises(InputError, match="expected at most 500,000,000"):
        onnx_graph(replace(huge, skeleton=wide))
