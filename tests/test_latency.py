"""Latency tables: sums, the choice of an entry for a layer, and errors for wrong tables."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from nasport.schemas import Architecture, InputError, architecture_from_json
from nasport.toolkit.notations import notation
from nasport.toolkit.search.latency import LayerLatencies, parse_latency, read_latency
from nasport.toolkit.search.shaped_layers import ShapedLayer, layers
from nasport.toolkit.spaces import load_space
from tests.documents import document, node

CONV = "|nor_conv_3x3~0|+|none~0|none~1|+|nor_conv_1x1~0|skip_connect~1|none~2|"
SKELETON = {
    "stem_conv3x3": 1.0,
    "nasbench201_reduction": 10.0,
    "batch_norm": 0.0,
    "relu": 0.0,
    "global_avg_pool": 0.0,
}


def table(
    operators: dict[str, float] | None = None, entries: list[dict[str, Any]] | None = None
) -> LayerLatencies:
    value: dict[str, Any] = {"format": "nasport-latency", "version": 1}
    if operators is not None:
        value["operators"] = operators
    if entries is not None:
        value["layers"] = entries
    return parse_latency(json.dumps(value))


def layer(op: str, width: int, latency: float, **more: int) -> dict[str, Any]:
    return {"op": op, "width": width, "latency": latency, **more}


def test_layers_exclude_unreachable_nodes() -> None:
    found = layers(notation("nasbench201").parse(CONV))
    for width, resolution in ((16, 32), (32, 16), (64, 8)):
        assert found[ShapedLayer(("nor_conv_3x3",), width, resolution)] == 5
        assert found[ShapedLayer(("skip_connect",), width, resolution)] == 5
    assert found[ShapedLayer(("nasbench201_reduction",), 32, 16, 2)] == 1
    assert found[ShapedLayer(("global_avg_pool",), 64, 1)] == 1
    assert not any("none" in layer.operators for layer in found)


def test_a_sum_over_all_repeats() -> None:
    costs = table({"nor_conv_3x3": 2.0, "nor_conv_1x1": 0.5, "skip_connect": 0.25, **SKELETON})
    assert costs.latency(notation("nasbench201").parse(CONV)) == 15 * 2.75 + 1 + 2 * 10


def test_unreachable_operators_have_no_latency() -> None:
    dead = "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_1x1~0|skip_connect~1|none~2|"
    costs = table({"nor_conv_3x3": 2.0, "nor_conv_1x1": 0.5, "skip_connect": 0.25, **SKELETON})
    parse = notation("nasbench201").parse
    assert costs.latency(parse(dead)) == costs.latency(parse(CONV))


def two_stages() -> Architecture:
    nodes = [node("in", "input"), node("a", "conv_3x3", "in"), node("out", "output", "a")]
    stages = [{"cell": "cell", "width": 16}, {"cell": "cell", "width": 32, "stride": 2, "repeats": 2}]
    size = {"channels": 3, "height": 32, "width": 32}
    return architecture_from_json(document(nodes, skeleton={"input": size, "stages": stages, "classes": 10}))


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([layer("conv_3x3", 99, 7.0)], 21.0),  # the only entry is the nearest
        ([layer("conv_3x3", 16, 1.0), layer("conv_3x3", 32, 4.0)], 9.0),
        ([layer("conv_3x3", 16, 1.0, resolution=32), layer("conv_3x3", 40, 4.0, resolution=16)], 9.0),
        # The same shape with another stride is nearer than another shape.
        (
            [
                layer("conv_3x3", 16, 1.0, resolution=32, stride=1),
                layer("conv_3x3", 32, 4.0, resolution=16, stride=1),
                layer("conv_3x3", 33, 9.0, resolution=16, stride=2),
            ],
            9.0,
        ),
        (
            [
                layer("conv_3x3", 16, 1.0, resolution=32),
                layer("conv_3x3", 32, 4.0, resolution=16),
                layer("conv_3x3", 32, 6.0, resolution=16, stride=2),
            ],
            11.0,
        ),
    ],
)
def test_the_most_specific_entry(entries: list[dict[str, Any]], expected: float) -> None:
    for order in (entries, entries[::-1]):
        assert table({"conv_3x3": 100.0}, order).latency(two_stages()) == expected


def test_keys_of_one_description_are_one_operator() -> None:
    """`conv3x3-bn-relu` of NAS-Bench-101 equals `nor_conv_3x3` of NAS-Bench-201."""
    one = table({"conv3x3-bn-relu": 2.0, "nor_conv_1x1": 0.5, "skip_connect": 0.25, **SKELETON})
    assert one.latency(notation("nasbench201").parse(CONV)) == 15 * 2.75 + 21


def test_a_document_without_a_skeleton_counts_every_cell_once() -> None:
    nodes = [node("in", "input"), node("a", "relu", "in"), node("out", "output", "a")]
    assert table({"relu": 3.0}).latency(architecture_from_json(document(nodes))) == 3.0


def test_a_mixed_node_takes_the_mean_of_its_candidates() -> None:
    mixed = {"id": "a", "candidates": ["relu", "none"], "inputs": ["in"]}
    nodes = [node("in", "input"), mixed, node("out", "output", "a")]
    assert table({"relu": 3.0}).latency(architecture_from_json(document(nodes))) == 1.5


def test_nodes_of_a_chain_have_the_shapes_of_their_stages() -> None:
    """Uses the supernet of a space without cells."""
    space = load_space("nasbench_macro")
    member = space.architecture((1,) * len(space.genes))

    def shapes(architecture: Architecture) -> Counter[tuple[int | None, ...]]:
        return Counter(
            (layer.width, layer.resolution, layer.stride) for layer in layers(architecture).elements()
        )

    assert shapes(space.supernet()) == shapes(member)
    assert len(shapes(member)) > 5


def test_all_families_have_layers(notations_with_skeletons: list[Architecture]) -> None:
    for architecture in notations_with_skeletons:
        found = layers(architecture)
        keys = {key for layer in found for key in layer.operators}
        assert table(dict.fromkeys(keys, 1.0)).latency(architecture) == found.total() > 0


@pytest.fixture
def notations_with_skeletons() -> list[Architecture]:
    names = ("nasbench101", "nasbench201", "darts", "nds", "nasbench_nlp", "transnas_macro", "nasbench_macro")
    return [notation(name).parse(notation(name).example) for name in names]


def test_channels_of_stacked_and_split_cells() -> None:
    darts = layers(notation("darts").parse(notation("darts").example))
    assert any(layer == ShapedLayer(("sep_conv_3x3",), 36, 32) for layer in darts)
    nodes = [
        node("in", "input"),
        node("a", "conv3x3-bn-relu", "in"),
        node("b", "conv3x3-bn-relu", "in"),
        node("out", "output", "a", "b", join="concat"),
    ]
    value = document(
        nodes,
        skeleton={
            "input": {"channels": 3, "height": 32, "width": 32},
            "stages": [{"cell": "cell", "width": 128}],
        },
    )
    value["cells"]["cell"]["channels"] = "split"
    found = layers(architecture_from_json(value))
    assert found[ShapedLayer(("conv3x3-bn-relu",), 64, 32)] == 2


def test_all_missing_operators_are_reported_together(tmp_path: Any) -> None:
    file = tmp_path / "table.json"
    file.write_text('{"format": "nasport-latency", "version": 1, "operators": {"relu": 1}}')
    with pytest.raises(
        InputError, match=r"table\.json: no latency for 'stem_conv3x3', .*'nor_conv_3x3'"
    ) as found:
        read_latency(file).latency(notation("nasbench201").parse(CONV))
    assert "'none'" not in str(found.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "not a JSON object"),
        ('{"format": "nasport-space", "version": 1}', "expected 'nasport-latency'"),
        ('{"format": "nasport-latency", "version": 1}', "line 1: no latencies"),
        ('{"format": "nasport-latency", "version": 1, "operators": {}}', "no latencies"),
        (
            '{"format": "nasport-latency", "version": 1,\n"operators": {\n"relu": -1}}',
            r"line 3: operators\.relu",
        ),
        (
            '{"format": "nasport-latency", "version": 1, "operators": {"relu": "1"}}',
            r"operators\.relu: must be number",
        ),
        ('{"format": "nasport-latency", "version": 1, "operators": {"relu": NaN}}', "NaN is not a number"),
        ('{"format": "nasport-latency", "version": 1, "operator": {"relu": 1}}', "operator"),
        (
            '{"format": "nasport-latency", "version": 1, "layers": [\n{"op": "relu", "width": 1, "latency": 1},\n'
            '{"op": "relu", "width": 0, "latency": 1}]}',
            r"line 3: layers\[1\]\.width",
        ),
        (
            '{"format": "nasport-latency", "version": 1, "layers": [\n{"op": "relu", "width": 1, "latency": 1},\n'
            '{"op": "relu", "width": 1, "latency": 2}]}',
            r"line 3: layers\[1\]: same layer as layers\[0\]",
        ),
    ],
)
def test_a_wrong_table_is_refused_with_line_and_column(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_latency(text, file="table.json")
