"""Image networks written as Python modules give the outputs of the built networks."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from nasport.runtime.operators.quantities import Shape
from nasport.schemas import Architecture, InputError, Stage, architecture_from_json, vocabulary
from nasport.toolkit.notations import notation
from nasport.toolkit.spaces import load_space, space_names
from tests.documents import hash_of, node

torch = pytest.importorskip("torch")

from nasport.toolkit.networks import ImageNetwork, build_network  # noqa: E402
from nasport.toolkit.networks.python_source.line_breaking import LINE  # noqa: E402
from nasport.toolkit.networks.python_source.module_text import source_text  # noqa: E402
from tests.written_networks import CELL, compared, recurrent_networks, stacked, unusual  # noqa: E402

SPACES = [name for name in space_names() if name != "nasbench_nlp"]


@cache
def sampled(space: str) -> Architecture:
    """Return a sample with an eighth of the width and at most two layers per stage, for images of 16x16."""
    chosen = load_space(space)
    architecture = chosen.architecture(chosen.sample(np.random.default_rng(0)))
    skeleton = architecture.skeleton
    assert skeleton is not None

    # Widths that groups and heads divide.
    multiple = {"fbnet": 2, "autoformer": 12, "vit_bench_101": 12}.get(space, 1)

    def small(stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
        return tuple(
            replace(
                one,
                width=one.width and max(one.width // 8 // multiple * multiple, 16),
                repeats=min(one.repeats, 2),
            )
            for one in stages
        )

    parts = {name: small(getattr(skeleton, name)) for name in ("stem", "stages", "head")}
    size = {**dict(skeleton.input), "height": 16, "width": 16}
    if "height" in dict(skeleton.input):
        parts["input"] = tuple(size.items())
    return replace(architecture, skeleton=replace(skeleton, **parts))


@pytest.mark.parametrize("space", SPACES)
def test_a_written_network_equals_the_built_one(space: str) -> None:
    """The same seed gives equal parameters under equal names, and equal outputs."""
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


def test_the_text_names_its_source() -> None:
    architecture = replace(notation("nasbench201").parse(CELL), name="the best")
    docstring = ast.get_docstring(ast.parse(source_text(architecture)))
    assert docstring is not None
    assert "Name: the best\n" in docstring
    assert hash_of(architecture) in docstring


def test_the_module_needs_only_torch(tmp_path: Path) -> None:
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
    """ruff accepts the format, and no import or value is unused."""
    ruff = shutil.which("ruff") or shutil.which("ruff", path=str(Path(sys.executable).parent))
    if ruff is None:
        pytest.skip("ruff is not installed")
    for place, architecture in enumerate(
        [*(sampled(space) for space in space_names()), *recurrent_networks(), *unusual().values()]
    ):
        (tmp_path / f"model_{place}.py").write_text(source_text(architecture))
    checks = ["--isolated", "--select", "E,F,I,B,UP,PIE,C4", "--line-length", str(LINE)]
    form = ["--isolated", "--check", "--line-length", str(LINE)]
    for command in (["format", *form], ["check", *checks]):
        found = subprocess.run([ruff, *command, tmp_path], capture_output=True, text=True, check=False)
        assert found.returncode == 0, found.stdout + found.stderr


def test_every_operator_in_a_cell_at_several_widths_and_strides() -> None:
    """One class serves all shapes, except attention, whose layers depend on the shape."""
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
        if network.shapes[-1] == Shape(32, 8, 8) and vocabulary()[operator].kind != "self_attention":
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
        "self.op_id = ConvBn(inputs, width, 1)",
        "else:",
        "self.op_id = FactorizedReduce(inputs, width)",
    ]


def test_every_layer_between_cells() -> None:
    """Uses all operators that keep the shape, one after the other."""
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


@pytest.mark.parametrize("kind", list(unusual()))
def test_documents_outside_the_benchmarks(kind: str) -> None:
    compared(unusual()[kind])


def test_equal_layers_too_long_for_a_loop_on_one_line_are_written_one_by_one() -> None:
    text = compared(stacked([{"op": "max_pool_2x2", "stride": 1, "repeats": 2}], {}))
    assert text.count("SamePadding(2, 1, ") == 2


def test_unreachable_layers_have_a_comment() -> None:
    text = source_text(unusual()["joins and a dead end"])
    assert "self.lost = ReluConvBn(width, width, 3)  # on no path to the output\n" in text
    assert "self.lost(" not in text


def test_channels_are_truncated_or_padded_if_needed() -> None:
    text = source_text(unusual()["wide feeds narrow feeds wide"])
    assert "widths = split(width, 3)" in text
    assert "fitted(c, self.widths[0])" in text
    assert "self.widths = widths\n" in text


def test_names_of_cells_and_nodes_never_shadow_names_of_the_module() -> None:
    """Ids are `Network`, `Tensor`, the class of a block, `nn`, `self` and a keyword."""
    for name in ("Network", "network cell", "conv bn", "nn", "F", "torch", "None", "class", "super"):
        nodes = [node(name, "input"), node(f"{name}_", "nor_conv_3x3", name), node("o", "output", f"{name}_")]
        more = [node("self", "input"), node("fitted", "nor_conv_1x1", "self"), node("nn", "output", "fitted")]
        cells = {name: {"nodes": nodes}, f"{name} ": {"nodes": more}}
        compared(stacked([{"cell": name}, {"cell": f"{name} "}], cells, classes=2))
