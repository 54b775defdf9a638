"""`nasport operators`: costs, synonymous keys, required attributes, and drawings that agree with the costs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nasport.runtime.operators.layers import Branches, Conv, Shuffle
from nasport.runtime.operators.quantities import Shape
from nasport.runtime.operators.rule import Place
from nasport.schemas.errors import InputError
from nasport.schemas.operators import (
    ATTRIBUTE_NAMES,
    LATER_NUMBERS,
    attribute_words,
    kinds,
    problem_of,
    vocabulary,
)
from nasport.toolkit.commands.operators import shape_of
from nasport.toolkit.drawing import Content, to_svg, to_text
from nasport.toolkit.drawing.operator_content import operator_content
from nasport.toolkit.reference.operator_facts import (
    Wanted,
    kind_record,
    operators,
    reason_without_cost,
    toured,
)
from tests.commands import run_operators

ROOT = Path(__file__).parent.parent
KEYS = [
    "name",
    "aliases",
    "kind",
    "text",
    "ordered",
    "attributes",
    "defaults",
    "at",
    "parameters",
    "flops",
    "reason",
    "path",
    "layers",
]
KIND_KEYS = ["kind", "needs", "optional", "words", "counted", "reason", "operators"]


def printed(capsys: pytest.CaptureFixture[str], *names: str, **options: Any) -> str:
    chosen = {"kinds": False, "at": None, "width": None, "stride": 1, "as_json": False} | options
    assert run_operators(names, **chosen) == 0
    return capsys.readouterr().out


def records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_every_operator_is_listed_once(capsys: pytest.CaptureFixture[str]) -> None:
    found = records(printed(capsys, as_json=True))
    names = [name for record in found for name in (record["name"], *record["aliases"])]
    assert sorted(names) == sorted(vocabulary())
    for record in found:
        assert list(record) == KEYS
        counted = sum(layer["parameters"] for layer in record["layers"])
        assert counted in (0, record["parameters"])
        assert (record["parameters"] is None) == (record["reason"] is not None)
        assert (record["reason"] or "") == reason_without_cost(
            record["kind"]
        )  # every operator fits the shape at which it is listed
    kinds_in_order = list(dict.fromkeys(record["kind"] for record in found))
    assert kinds_in_order == [kind for kind in kinds() if kind in kinds_in_order]


def test_keys_of_one_operator_share_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys)
    assert re.search(r"^  conv3x3-bn-relu, nor_conv_3x3, conv_3x3 +kernel 3 +83,136 +21,233,664 ", text, re.M)
    assert "  stem_conv3x3 " in text
    (record,) = records(printed(capsys, "nor_conv_3x3", as_json=True))
    assert record["name"] == "nor_conv_3x3"
    assert record["aliases"] == ["conv3x3-bn-relu", "conv_3x3"]
    assert "synonyms     conv3x3-bn-relu, conv_3x3" in printed(capsys, "nor_conv_3x3")


def test_costs_for_a_requested_shape(capsys: pytest.CaptureFixture[str]) -> None:
    (record,) = records(printed(capsys, "mb_3x3_e6", at="32x14x14", width=64, stride=2, as_json=True))
    assert record["at"] == {"source": [32, 14, 14], "target": [64, 7, 7], "stride": 2}
    expand, depthwise, project = 32 * 192, 9 * 192, 192 * 64
    assert record["parameters"] == expand + 2 * 192 + depthwise + 2 * 192 + project + 2 * 64
    assert record["flops"] == expand * 196 + depthwise * 49 + project * 49
    layers = [layer for layer in record["layers"] if layer["layer"] == "conv"]
    assert [layer["groups"] for layer in layers] == [1, 192, 1]
    assert sum(layer["parameters"] for layer in layers) == record["parameters"]
    (block,) = records(printed(capsys, "mb_3x3_e6", as_json=True))[0]["layers"]
    assert [layer["layer"] for layer in block["body"]] == ["conv", "activation", "conv", "activation", "conv"]
    assert (block["layer"], block["shortcut"]) == ("residual", [])
    reduction = toured("nasbench201_reduction", Wanted(Shape(16, 32, 32)))
    assert reduction.place == Place(Shape(16, 32, 32), Shape(16, 16, 16), 2)  # its own stride


def test_stated_attributes_are_distinguished_from_defaults() -> None:
    record = toured("dil_conv_3x3", Wanted()).to_json()
    assert record["attributes"] == {"kernel": 3, "dilation": 2}
    assert record["defaults"] == {
        **dict.fromkeys(("channels", "stride", "resolution", "resolution_width")),
        "repeats": 1,
    }
    assert toured("max_pool_3x3", Wanted()).to_json()["attributes"] == {"kernel": 3, "mode": "max"}


@pytest.mark.parametrize("kind", list(kinds()))
def test_listed_attributes_are_valid_in_documents(kind: str) -> None:
    record = kind_record(kind)
    words = {**{name: list(values) for name, values in attribute_words().items()}, **record["words"]}
    for name in (*ATTRIBUTE_NAMES, *LATER_NUMBERS, *attribute_words()):
        value = words[name][0] if name in words else 1.0
        listed = name in record["needs"] or name in record["optional"]
        beside = kinds()[kind].beside.get(name, ())
        assert (problem_of(kind, "", {name: value}, False, beside) is None) == listed, name
    needed = {name: words[name][0] if name in words else 1.0 for name in record["needs"]}
    assert problem_of(kind, "", needed, whole=True) is None
    assert (problem_of(kind, "", {}, whole=True) is None) == (not needed)


def test_kinds_list_their_required_attributes(capsys: pytest.CaptureFixture[str]) -> None:
    found = {record["kind"]: record for record in records(printed(capsys, kinds=True, as_json=True))}
    assert list(found) == list(kinds())
    assert all(list(record) == KIND_KEYS for record in found.values())
    assert found["pooling"]["needs"] == ["kernel", "mode"]
    assert found["pooling"]["words"] == {"mode": ["max", "average"]}
    assert found["convolution"]["optional"]["groups"] == 1
    assert found["lightweight_convolution"]["counted"] is False
    assert found["other"]["optional"]["kernel"] is None
    assert sorted(key for record in found.values() for key in record["operators"]) == sorted(operators())
    text = printed(capsys, "pooling")  # a kind that is not a key
    assert "required     kernel and mode (max or average)" in text
    assert '{"text": "in words", "kind": "pooling", "kernel": ..., "mode": ...}' in text
    assert printed(capsys, "max_pool_3x3", kinds=True) == text


def test_a_wrong_name_is_reported_with_the_nearest_and_the_others_are_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run_operators(["conv3x3", "relu"], False, None, None, 1, True) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["name"] == "relu"
    assert "did you mean 'conv_3x3'?" in err
    assert run_operators(["poolling"], False, None, None, 1, False) == 2
    assert "did you mean 'pooling'?" in capsys.readouterr().err


def test_an_operator_that_does_not_fit_the_shape_is_refused_by_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run_operators(["group_conv_3x3_g4"], False, "30x8x8", None, 1, False) == 2
    assert "'group_conv_3x3_g4' does not fit this input shape: 4 groups for 30" in capsys.readouterr().err
    assert "input shape does not fit: group_conv_3x3_g4, " in printed(capsys, at="30x8x8")
    found = {record["name"]: record for record in records(printed(capsys, at="30x8x8", as_json=True))}
    assert "4 groups" in found["group_conv_3x3_g4"]["reason"]
    assert found["group_conv_3x3_g2"]["reason"] is None


def test_an_operator_without_cost_has_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "lstm")
    assert "no exact cost: it reads sequences, not images" in text
    assert "╭" not in text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3x3",
        "0x4x4",
        "1x2x3x4",
        "-1x2x3",
        "axbxc",
        "9999999x1x1",
        "1x1x1\n",
        "\N{ARABIC-INDIC DIGIT ONE}x1x1",
    ],
)
def test_an_invalid_shape_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="expected channels, height and width such as 96x16x16"):
        shape_of(text)


def picture(key: str, wanted: Wanted = Wanted()) -> Content:  # noqa: B008
    tour = toured(key, wanted)
    assert tour.place
    assert tour.cost
    return operator_content(key, tour.operator, tour.place, tour.cost, tour.layers)


def boxes_and_links(content: Content) -> tuple[list[str], set[tuple[int, int]]]:
    (panel,) = content.panels
    titles = [box.title.replace("\N{MULTIPLICATION SIGN}", "x") for box in panel.boxes]
    return titles, {(link.source, link.target) for link in panel.links}


def test_gates_and_shortcuts_are_drawn_beside_the_row() -> None:
    titles, links = boxes_and_links(picture("mb_3x3_e4_se"))
    row = ["convolution 1x1", "convolution 3x3", "squeeze and excitation", "product", "convolution 1x1"]
    assert titles == ["input", *row, "sum", "output"]
    assert links == {(0, 1), (1, 2), (2, 3), (3, 4), (2, 4), (4, 5), (5, 6), (0, 6), (6, 7)}


def test_a_shortcut_is_drawn_if_the_network_has_one() -> None:
    assert "sum" in boxes_and_links(picture("mb_3x3_e4"))[0]
    assert "sum" not in boxes_and_links(picture("mb_3x3_e4", Wanted(width=48)))[0]
    titles, links = boxes_and_links(picture("res_basic_block", Wanted(width=48)))
    assert titles[1:] == ["convolution 3x3", "convolution 3x3", "convolution 1x1", "sum", "relu", "output"]
    assert links == {(0, 1), (1, 2), (0, 3), (2, 4), (3, 4), (4, 5), (5, 6)}


def test_rows_of_split_channels_are_concatenated() -> None:
    shape = Shape(8, 4, 4)
    halves = Branches((Conv(shape.strided(4), shape.strided(4)),), (), split=True)
    operator = vocabulary()["conv_3x3"]
    content = operator_content("halves", operator, Place(shape, shape), halves.cost, [halves, Shuffle(2)])
    titles, links = boxes_and_links(content)
    assert titles == ["input", "convolution 1x1", "concat", "shuffle of 2 groups", "output"]
    assert links == {(0, 1), (1, 2), (0, 2), (2, 3), (3, 4)}
    assert "each row reads half of the channels" in to_text(content, width=80)


def test_a_pooling_is_drawn_after_its_projection() -> None:
    assert boxes_and_links(picture("avg_pool_3x3"))[0] == ["input", "avg_pool_3x3", "output"]
    titles, _ = boxes_and_links(picture("avg_pool_3x3", Wanted(width=48)))
    assert titles == ["input", "convolution 1x1", "avg_pool_3x3", "output"]


def test_a_drawing_shows_widths_groups_activations_and_costs() -> None:
    content = picture("sep_conv_3x3", Wanted(Shape(16, 8, 8), 32, 2))
    text = to_text(content, width=200, unicode=False)
    assert "16x8x8 to 16x4x4, 16 groups" in text
    assert "16 to 32 at 4x4, normalized" in text
    assert "144 parameters, 2,304 FLOPs" in text
    assert "384 at 16x16, 384 groups, normalized, relu6" in to_text(
        picture("mb_3x3_e4"), width=200, unicode=False
    )
    assert "24,576 parameters, 0 FLOPs" in to_text(picture("positional_embedding"), width=200)
    assert "dilation 2" in to_text(picture("dil_conv_5x5"), width=200)


@pytest.mark.parametrize(
    "key", [key for key in operators() if not reason_without_cost(vocabulary()[key].kind)]
)
def test_every_operator_is_drawn(key: str) -> None:
    content = picture(key)
    assert key in to_text(content, width=200, unicode=False)
    assert to_svg(content).startswith("<svg")


def test_neither_torch_nor_onnxruntime_is_loaded() -> None:
    code = (
        "import sys\nfrom nasport.toolkit.main import app\n"
        "app(['operators', 'mb_3x3_e4_se'], standalone_mode=False)\n"
        "app(['spaces', 'darts'], standalone_mode=False)\n"
        "bad = {'torch', 'onnxruntime', 'scipy'} & set(sys.modules)\nsys.exit(f'loaded {bad}' if bad else 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, cwd=ROOT)
    assert result.returncode == 0, result.stderr.decode()
