"""Networks written out: as Python modules that give what the built networks give, and as ONNX graphs."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasport.runtime.costs.quantities import Shape
from nasport.schemas import Architecture, InputError, Stage, architecture_from_json, vocabulary
from nasport.toolkit.commands import convert_network
from nasport.toolkit.commands.convert import run_convert
from nasport.toolkit.notations import notation
from nasport.toolkit.spaces import load_space, space_names
from tests.documents import document, hash_of, node
from tests.test_notations_nlp import GRU, recipes

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402

from nasport.toolkit.networks import ImageNetwork, build_network  # noqa: E402
from nasport.toolkit.networks.source.layout import LINE  # noqa: E402
from nasport.toolkit.networks.source.text import source_text  # noqa: E402

CELL = "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_1x1~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|"
IMAGE = {"channels": 3, "height": 16, "width": 16}
STEM = [{"op": "stem_conv3x3", "width": 8}]
SPACES = [name for name in space_names() if name != "nasbench_nlp"]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@cache
def sampled(space: str) -> Architecture:
    """A sample, an eighth as wide and with at most two layers a stage."""
    chosen = load_space(space)
    architecture = chosen.architecture(chosen.sample(np.random.default_rng(0)))
    skeleton = architecture.skeleton
    assert skeleton is not None

    def small(stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
        return tuple(
            replace(one, width=one.width and max(one.width // 8, 16), repeats=min(one.repeats, 2))
            for one in stages
        )

    parts = {name: small(getattr(skeleton, name)) for name in ("stem", "stages", "head")}
    return replace(architecture, skeleton=replace(skeleton, **parts))


def stacked(stages: list[dict[str, Any]], cells: dict[str, Any], **skeleton: Any) -> Architecture:
    value = {"format": "nasport-architecture", "version": 1, "cells": cells}
    return architecture_from_json(
        {**value, "skeleton": {"input": IMAGE, "stem": STEM, "stages": stages, **skeleton}}
    )


def loaded(text: str) -> nn.Module:
    """The network of a written module."""
    assert all(len(line) <= LINE for line in text.splitlines())
    namespace: dict[str, Any] = {"__name__": "written"}
    exec(compile(text, "written.py", "exec"), namespace)
    network: nn.Module = namespace["Network"]()
    return network


def compared(architecture: Architecture) -> str:
    """Writes a network of images, and compares it with the one that is built: parameters, names, outputs."""
    text = source_text(architecture)
    torch.manual_seed(0)
    written = loaded(text)
    torch.manual_seed(0)
    built = build_network(architecture)
    assert isinstance(built, ImageNetwork)
    state, expected = written.state_dict(), built.state_dict()
    assert list(state) == [name.replace(".operators.", ".") for name in expected]
    assert all(torch.equal(*pair) for pair in zip(state.values(), expected.values(), strict=True))
    images = torch.randn(2, built.shapes[0].channels, 16, 16)
    with torch.no_grad():
        for training in (True, False):
            given_by_written, given_by_built = (
                network.train(training)(images) for network in (written, built)
            )
            torch.testing.assert_close(given_by_written, given_by_built)
    return text


@pytest.mark.parametrize("space", SPACES)
def test_a_written_network_is_the_built_one(space: str) -> None:
    """Begun with the same seed: the same parameters under the same names, the same outputs."""
    text = compared(sampled(space))
    assert "Variant" not in text, "one class for each cell"


def test_cells_of_several_widths_are_one_class_and_equal_layers_a_loop() -> None:
    text = source_text(notation("nasbench201").parse(CELL))
    assert text.count("(nn.Module)") == 5, "two blocks, two kinds of layers, the cell, the network"
    assert "*[Cell(width=32) for _ in range(5)]," in text
    assert "self.node_0_1 = ReluConvBn(width, width, 3)" in text
    assert "return x + self.node_1_3(node_0_1) + node_2_3" in text


def test_the_same_document_gives_the_same_text() -> None:
    architecture = sampled("nds_pnas")
    again = architecture_from_json(json.loads(json.dumps(architecture.to_json())))
    assert source_text(again) == source_text(architecture)


def test_the_text_says_where_it_comes_from() -> None:
    architecture = replace(notation("nasbench201").parse(CELL), name="the best")
    docstring = ast.get_docstring(ast.parse(source_text(architecture)))
    assert docstring is not None
    assert "Name: the best\n" in docstring
    assert hash_of(architecture) in docstring


def test_it_runs_with_nothing_but_torch(tmp_path: Path) -> None:
    architecture = sampled("nasbench101")
    text = source_text(architecture)
    imported = set()
    for item in ast.walk(ast.parse(text)):
        if isinstance(item, ast.Import):
            imported |= {name.name.partition(".")[0] for name in item.names}
        elif isinstance(item, ast.ImportFrom):
            imported.add(item.module)
    assert imported == {"__future__", "math", "torch"}
    file = tmp_path / "model.py"
    file.write_text(text)
    run = subprocess.run([sys.executable, "-I", str(file)], capture_output=True, text=True, check=True)
    count = sum(parameter.numel() for parameter in build_network(architecture).parameters())
    assert run.stdout == f"{count:,} parameters\n(2, 10)\n"


def test_the_text_is_formatted_and_has_no_loose_ends(tmp_path: Path) -> None:
    """As ruff would format it; nothing imported or computed in vain."""
    ruff = shutil.which("ruff") or shutil.which("ruff", path=str(Path(sys.executable).parent))
    if ruff is None:
        pytest.skip("ruff is not installed")
    for place, architecture in enumerate(
        [*(sampled(space) for space in space_names()), *_recurrent(), *_unusual().values()]
    ):
        (tmp_path / f"model_{place}.py").write_text(source_text(architecture))
    checks = ["--isolated", "--select", "E,F,I,B,UP,PIE,C4", "--line-length", str(LINE)]
    form = ["--isolated", "--check", "--line-length", str(LINE)]
    for command in (["format", *form], ["check", *checks]):
        found = subprocess.run([ruff, *command, tmp_path], capture_output=True, text=True, check=False)
        assert found.returncode == 0, found.stdout + found.stderr


def test_every_operator_in_a_cell_at_several_widths_and_strides() -> None:
    """All side by side in one class, whatever the shapes are."""
    places = [{"cell": "c", "width": 16, "repeats": 2}, {"cell": "c", "width": 32, "stride": 2, "repeats": 2}]
    good = []
    for operator in dict.fromkeys({value: key for key, value in vocabulary().items()}.values()):
        nodes = [node("a", "input"), node("b", operator, "a"), node("c", "output", "b")]
        try:
            one = stacked(places[1:], {"c": {"nodes": nodes}})
            with torch.device("meta"):
                network = build_network(one)
        except InputError:
            continue
        assert isinstance(network, ImageNetwork)
        if network.shapes[-1] == Shape(32, 8, 8):
            good.append(operator)
    assert len(good) > 60
    nodes = [node("a", "input"), *(node(f"op {name}", name, "a") for name in good)]
    nodes.append(node("c", "output", *[f"op {name}" for name in good]))
    text = compared(stacked(places, {"c": {"nodes": nodes}}, classes=3))
    assert text.count("class CCell") == 1
    lines = [line.strip() for line in text.splitlines()]
    begin = lines.index("self.op_id = nn.Identity()")
    assert lines[begin - 1 : begin + 5] == [
        "if stride == 1 and inputs == width:",
        "self.op_id = nn.Identity()",
        "elif stride == 1:",
        "self.op_id = ReluConvBn(inputs, width, 1)",
        "else:",
        "self.op_id = FactorizedReduce(inputs, width)",
    ]


def test_every_layer_between_cells() -> None:
    """All operators that keep the shape, one after the other."""
    good = []
    for operator in dict.fromkeys({value: key for key, value in vocabulary().items()}.values()):
        try:
            with torch.device("meta"):
                network = build_network(stacked([{"op": operator, "width": 8}], {}))
        except InputError:
            continue
        if network.shapes[-1] == network.shapes[1] and operator != "none":  # type: ignore[union-attr]
            good.append({"op": operator, "width": 8})
    assert len(good) > 80
    compared(stacked(good, {}, head=[{"op": "global_avg_pool"}], classes=3))


def _unusual() -> dict[str, Architecture]:
    """Documents that no benchmark has."""
    chain = [node("a", "input"), node("b", "skip_connect", "a"), node("c", "output", "b")]
    stack = [
        node("a", "input", role="c_{k-2}"),
        node("b", "input", role="c_{k-1}"),
        node("older", "sep_conv_3x3", "a"),
        node("d", "sum", "older", "b", "b"),
        node("total", "mean", "b", "d"),
        node("f", "output", "d", "total", join="concat"),
    ]
    cell = {"nodes": stack, "channels": "stack"}
    narrow = [
        node("a", "input"),
        node("b", "conv3x3-bn-relu", "a"),
        node("c", "maxpool3x3", "b"),
        node("d", "conv1x1-bn-relu", "b", "a", "c"),
        node("e", "output", "d", "c", "b", "a", join="concat"),
    ]
    names = {"b": "widths", "c": "training", "d": "training_channels"}
    renamed = [{**one, "inputs": [names.get(name, name) for name in one["inputs"]]} for one in narrow]
    joins = [
        node("a", "input"),
        node("b", "nor_conv_1x1", "a"),
        node("c", "sub", "a", "b"),
        node("d", "div", "c", "b"),
        node("e", "elementwise_prod", "a", "b", "c"),
        node("lost", "nor_conv_3x3", "d"),
        node("g", "output", "e", "d", "a", join="mean"),
    ]
    long = [
        node("a", "input"),
        *(node(f"a node with a long name {place}", "nor_conv_1x1", "a") for place in range(6)),
        node("b", "relu", *[f"a node with a long name {place}" for place in range(6)]),
        node("c", "output", *[f"a node with a long name {place}" for place in range(6)], "b"),
    ]
    return {
        "three kinds of one layer": stacked(
            [{"cell": "c"}, {"cell": "c", "width": 16}, {"cell": "c", "width": 20, "stride": 2}],
            {"c": {"nodes": chain}},
        ),
        "layers between stacked cells": stacked(
            [{"cell": "c", "width": 8, "repeats": 2}, {"op": "max_pool_3x3"}, {"cell": "c", "width": 4}],
            {"c": cell},
            classes=3,
            head=[{"op": "global_avg_pool"}],
        ),
        "no stem": stacked([{"cell": "c", "width": 4, "repeats": 2}], {"c": cell}, stem=[]),
        "a longer stem": stacked(
            [{"cell": "c", "width": 4}], {"c": cell}, stem=[*STEM, {"op": "conv_3x3", "stride": 2}, *STEM]
        ),
        "wide feeds narrow feeds wide": stacked(
            [{"cell": "c", "width": 8}, {"cell": "c", "width": 11}, {"cell": "c", "width": 16}],
            {"c": {"nodes": narrow, "channels": "split"}},
        ),
        "a cell in the stem, and names of attributes": stacked(
            [{"cell": "c", "width": 11}],
            {
                "c": {
                    "nodes": [{**one, "id": names.get(one["id"], one["id"])} for one in renamed],
                    "channels": "split",
                }
            },
            stem=[*STEM, {"cell": "c", "width": 8}, {"op": "relu"}],
        ),
        "joins and a dead end": stacked([{"cell": "c", "repeats": 2}], {"c": {"nodes": joins}}, classes=3),
        "long names": stacked([{"cell": "c", "width": 8}], {"c": {"nodes": long}}, classes=3),
        "nothing": stacked([{"cell": "c"}], {"c": {"nodes": [node("a", "input"), node("b", "output", "a")]}}),
    }


@pytest.mark.parametrize("kind", list(_unusual()))
def test_documents_that_no_benchmark_has(kind: str) -> None:
    compared(_unusual()[kind])


def test_layers_that_lead_nowhere_say_so() -> None:
    text = source_text(_unusual()["joins and a dead end"])
    assert "self.lost = ReluConvBn(width, width, 3)  # leads nowhere\n" in text
    assert "self.lost(" not in text


def test_channels_are_cut_and_filled_where_they_must_be() -> None:
    text = source_text(_unusual()["wide feeds narrow feeds wide"])
    assert "widths = split(width, 3)" in text
    assert "fitted(c, self.widths[0])" in text
    assert "self.widths = widths\n" in text


HOSTILE = [
    '"""; import os',
    "'''",
    "\\",
    "\\N{DASH}\\u0022",
    "a\nimport os\nb",
    '")\nexec("1")',
    "\u202e",
    "${x}",
]


def hostile_document(text: str, name: str) -> Architecture:
    """A document with a text wherever a document has one."""
    nodes = [
        node(text, "input"),
        node(text + "1", text, text),
        node(text + "2", "nor_conv_1x1", text + "1"),
        node("out", "output", text + "2", text),
    ]
    own = {text: {"text": text, "kind": "convolution", "kernel": 3}}
    value = document(nodes, operators=own, name=name, space=text)
    value["cells"] = {text: value["cells"]["cell"]}
    value["skeleton"] = {"input": IMAGE, "stem": STEM, "stages": [{"cell": text}], "classes": 3}
    return architecture_from_json(value)


def _structure(text: str) -> list[str]:
    """What kinds of syntax a module consists of, in order, and every text in it that is no docstring."""
    tree = ast.parse(text)
    for part in ast.walk(tree):
        if isinstance(part, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(part):
            part.body = part.body[1:]
    constants = [repr(item.value) for item in ast.walk(tree) if isinstance(item, ast.Constant)]
    return [type(item).__name__ for item in ast.walk(tree)] + constants


@cache
def _harmless() -> list[str]:
    return _structure(source_text(hostile_document("abc", "abc")))


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_a_document_is_executed(text: str) -> None:
    written = source_text(hostile_document(text, text))
    assert written.isascii()
    assert _structure(written) == _harmless()
    loaded(written)


@given(st.text(min_size=1, max_size=12), st.text(max_size=300))
@settings(max_examples=25, deadline=None)
def test_nothing_of_any_document_is_executed(text: str, name: str) -> None:
    try:
        written = source_text(hostile_document(f"a{text}", name))
    except InputError as error:
        if "has no network module" in error.problem:  # described as an embedding, for one
            return
        raise
    assert written.isascii()
    assert all(len(line) <= LINE for line in written.splitlines())
    assert _structure(written) == _harmless()


def test_names_of_cells_and_nodes_never_hide_what_the_module_uses() -> None:
    """`Network`, `Tensor`, a block's class, `nn`, `self`, a keyword: all as ids."""
    for name in ("Network", "network cell", "conv bn", "nn", "F", "torch", "None", "class", "super"):
        nodes = [node(name, "input"), node(f"{name}_", "nor_conv_3x3", name), node("o", "output", f"{name}_")]
        more = [node("self", "input"), node("fitted", "nor_conv_1x1", "self"), node("nn", "output", "fitted")]
        cells = {name: {"nodes": nodes}, f"{name} ": {"nodes": more}}
        compared(stacked([{"cell": name}, {"cell": f"{name} "}], cells, classes=2))


LSTM = {
    "gates": {"op": "linear", "input": ["x", "h_prev_0"]},
    "i": {"op": "activation_sigm", "input": ["gates"]},
    "fc": {"op": "elementwise_prod", "input": ["i", "h_prev_1"]},
    "unread": {"op": "linear", "input": ["x"]},
    "h_new_1": {"op": "elementwise_sum", "input": ["fc", "i", "h_prev_1"]},
    "h_new_0": {"op": "activation_leaky_relu", "input": ["h_new_1"]},
}


def recurrent(recipe: dict[str, Any], widths: tuple[int, ...], stem: bool = True) -> Architecture:
    """Layers of these widths, over vectors or tokens."""
    architecture = notation("nasbench_nlp").parse(json.dumps(recipe))
    skeleton = architecture.skeleton
    assert skeleton is not None
    stages = tuple(replace(skeleton.stages[0], width=width, repeats=1) for width in widths[1:])
    stem_stages = (replace(skeleton.stem[0], width=widths[0]),) if stem else ()
    size = {} if stem else {"input": (("channels", widths[0]),)}
    skeleton = replace(skeleton, stages=stages, stem=stem_stages, classes=11, **size)  # type: ignore[arg-type]
    return replace(architecture, skeleton=skeleton)


def _recurrent() -> list[Architecture]:
    return [
        recurrent(LSTM, (4, 4, 4)),
        recurrent(LSTM, (4, 6, 6, 4)),
        recurrent(GRU, (4, 4), stem=False),
    ]


def compared_recurrent(architecture: Architecture) -> str:
    text = source_text(architecture)
    torch.manual_seed(0)
    written = loaded(text)
    torch.manual_seed(0)
    built = build_network(architecture)
    pairs = zip(written.parameters(), built.parameters(), strict=True)
    assert all(torch.equal(*pair) for pair in pairs)
    assert not isinstance(built, ImageNetwork)
    with torch.no_grad():
        if built.embedding is None:
            sequence = torch.randn(3, 2, built.input_width)
            torch.testing.assert_close(written(sequence), built(sequence))
        else:
            tokens = torch.randint(11, (3, 2))
            torch.testing.assert_close(written(tokens), built.logits(tokens))
    return text


@pytest.mark.parametrize("which", range(3))
def test_recurrent_networks(which: int) -> None:
    text = compared_recurrent(_recurrent()[which])
    assert text.count("class Cell(") == 1


def test_recurrent_networks_read_as_they_compute() -> None:
    text = source_text(recurrent(LSTM, (4, 6, 4)))
    assert "self.gates = Linear(inputs, width, width=width)" in text
    assert "self.unread = Linear(inputs, width=width)  # leads nowhere" in text
    assert "gates = self.gates(x, h_prev_0)" in text
    assert "output, state_2 = self.step(x, output, state_2)" in text
    tied = source_text(recurrent(LSTM, (4, 4)))
    assert "self.decoder.weight = self.embedding.weight" in tied


@given(recipes())
@settings(max_examples=25, deadline=None)
def test_any_recurrent_cell(recipe: dict[str, Any]) -> None:
    compared_recurrent(recurrent(recipe, (4, 4, 4)))


def test_a_tied_embedding_of_another_width_is_refused() -> None:
    with pytest.raises(InputError, match="tied to an embedding"):
        source_text(recurrent(LSTM, (4, 6)))


def converted(*arguments: str, target: str, out: Path | None = None) -> int:
    return run_convert(arguments, "nasbench201", target, out)


def test_the_command_writes_a_module(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert converted(CELL, target="torch") == 0
    text = capsys.readouterr().out
    assert text == source_text(notation("nasbench201").parse(CELL))
    assert converted(CELL, target="torch", out=tmp_path / "model.py") == 0
    assert (tmp_path / "model.py").read_text() == text


def test_the_command_says_what_is_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
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
    monkeypatch.setattr(convert_network, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"needs torch: pip install 'nasport\[gennas\]'"):
        converted(CELL, target="torch")
    with pytest.raises(InputError, match=r"nasport\[train\]"):
        converted(CELL, target="onnx", out=tmp_path / "a.onnx")


def test_the_graph_computes_what_the_network_does(tmp_path: Path) -> None:
    """With the weights of seed 0, for any number of images; no path is in the file."""
    for package in ("onnx", "onnxscript", "onnxruntime"):
        pytest.importorskip(package)
    from nasport.export.onnx_files import local_paths
    from nasport.runtime.session import open_session

    architecture = _unusual()["layers between stacked cells"]
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


def test_what_no_graph_can_hold_is_refused() -> None:
    pytest.importorskip("onnx")
    from nasport.toolkit.networks.onnx_graph import onnx_graph

    with pytest.raises(InputError, match="recurrent"):
        onnx_graph(recurrent(GRU, (4, 4)))
    huge = stacked([{"op": "conv_3x3", "width": 100_000}], {}, classes=10)
    wide = replace(huge.skeleton, stages=huge.skeleton.stages * 2)  # type: ignore[type-var, union-attr]
    with pytest.raises(InputError, match="expected at most 500,000,000"):
        onnx_graph(replace(huge, skeleton=wide))
