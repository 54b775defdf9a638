"""Notations of whole networks: mobile blocks (Accel-NASBench, FBNet, once-for-all) and transformers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasport.runtime.costs import costs
from nasport.schemas import Architecture, InputError, architecture_from_json
from nasport.toolkit.notations import notation
from tests.documents import hash_of, shuffled

MOBILE = ("accel_nasbench", "fbnet", "ofa_mbv3")
TRANSFORMERS = ("autoformer", "vit_bench_101")
NAMES = (*MOBILE, *TRANSFORMERS)


def of(count: int, *values: Any) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=count, max_size=count)


@st.composite
def once_for_all(draw: st.DrawFn) -> str:
    """Return the text with zeros beyond the depths, as a document without source is written."""
    depths = draw(of(5, 2, 3, 4))
    kernels, expansions = (
        [value if place % 4 < depths[place // 4] else 0 for place, value in enumerate(draw(values))]
        for values in (of(20, 3, 5, 7), of(20, 3, 4, 6))
    )
    more = draw(st.sampled_from([{"r": 224}, {"r": 160}, {"r": 192, "w": 1.2}]))
    return json.dumps({"ks": kernels, "e": expansions, "d": depths, **more})


def transformers(name: str) -> st.SearchStrategy[str]:
    key = "embed_dim" if name == "autoformer" else "hidden_dim"

    def text(width: int, layers: list[tuple[int, float]]) -> str:
        heads, ratios = [heads for heads, _ in layers], [ratio for _, ratio in layers]
        return json.dumps({key: width, "depth": len(heads), "mlp_ratio": ratios, "num_heads": heads})

    layers = st.lists(
        st.tuples(st.sampled_from([3, 4]), st.sampled_from([3.5, 4.0])), min_size=1, max_size=14
    )
    return st.builds(text, st.sampled_from([192, 216, 240]), layers)


def texts(name: str) -> st.SearchStrategy[str]:
    """Valid texts of a notation, in the form that it writes."""
    if name in TRANSFORMERS:
        return transformers(name)
    blocks = st.tuples(of(7, 1, 4, 6), of(7, 3, 5), of(7, 1, 2, 3), of(7, True, False))
    return {
        "accel_nasbench": blocks.map(json.dumps),
        "fbnet": st.text("012345678", min_size=22, max_size=22),
        "ofa_mbv3": once_for_all(),
    }[name]


def anew(architecture: Architecture, seed: int) -> Architecture:
    """Return the same document read from JSON, with other names in its cells and no source."""
    value = architecture.to_json()
    value.pop("source", None)
    for cell in value["cells"].values():
        cell["nodes"] = shuffled(cell["nodes"], seed)
    return architecture_from_json(value)


@pytest.mark.parametrize("name", NAMES)
def test_the_example_is_valid_and_round_trips(name: str) -> None:
    found = notation(name)
    architecture = found.parse(f"  {found.example}\n")
    assert found.write(architecture) == found.example
    assert architecture_from_json(architecture.to_json()) == architecture
    assert architecture.source is not None
    assert (architecture.space, architecture.source.format) == (name, name)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data(), seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_the_structure_gives_the_text(name: str, data: st.DataObject, seed: int) -> None:
    found = notation(name)
    text = data.draw(texts(name))
    architecture = found.parse(text)
    assert found.write(architecture) == text
    other = anew(architecture, seed)
    assert found.write(other) == text
    assert hash_of(other) == hash_of(architecture)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("accel_nasbench", notation("accel_nasbench").example.replace("true", "True")),
        (
            "accel_nasbench",
            str(
                {
                    f"block{place}_{key}": value
                    for key, row in zip(
                        ("e", "k", "l", "se"), json.loads(notation("accel_nasbench").example), strict=True
                    )
                    for place, value in enumerate(row)
                }
            ),
        ),
        ("fbnet", str([int(digit) for digit in notation("fbnet").example])),
        ("ofa_mbv3", notation("ofa_mbv3").example.replace('"', "'").replace("224", "[224]")),
        ("ofa_mbv3", notation("ofa_mbv3").example.replace('"r"', '"wid": null, "image_size"')),
        (
            "autoformer",
            notation("autoformer").example.replace("192", "[192, 192]").replace("depth", "layer_num"),
        ),
        ("vit_bench_101", notation("vit_bench_101").example.replace('"', "'")),
    ],
)
def test_output_of_the_original_projects_is_read(name: str, text: str) -> None:
    found = notation(name)
    assert text != found.example
    assert found.write(found.parse(text)) == found.example


def test_meaningless_parts_are_written_as_in_the_source() -> None:
    found = notation("ofa_mbv3")
    text = json.dumps({"ks": [3, 5, 7, 7] * 5, "e": [6, 4, 3, 3] * 5, "d": [3] * 5, "r": 224})
    architecture = found.parse(text)
    assert found.write(architecture) == text
    assert found.write(replace(architecture, source=None)) == found.example
    assert hash_of(architecture) == hash_of(found.parse(found.example))
    other = found.parse(text.replace("5, 7, 7", "7, 7, 7"))
    assert found.write(replace(architecture, source=other.source)) == found.example


OFA, BLOCKS = notation("ofa_mbv3").example, notation("accel_nasbench").example
VIT = notation("vit_bench_101").example


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("accel_nasbench", BLOCKS.replace("[1, 6", "[2, 6"), "[0][0]: e is 2, expected one of 1, 4, 6"),
        ("accel_nasbench", BLOCKS.replace("4, 1]", "4, 4]"), "[2][6]: l is 4, expected one of 1, 2, 3"),
        (
            "accel_nasbench",
            BLOCKS.replace("[3, 3, ", "[3, "),
            "[1]: expected a list of 7 values, k of each block",
        ),
        ("accel_nasbench", BLOCKS.replace("true]", "2]"), "[3][6]: se is 2, expected one of True, False"),
        ("accel_nasbench", BLOCKS.replace("[1, 6", "[1.0, 6"), "[0][0]: e is 1.0"),
        ("accel_nasbench", '{"block0_e": 1}', "expected the keys block0_e"),
        ("accel_nasbench", "7", "expected 4 lists of 7"),
        ("fbnet", "0" * 21, "expected 22 digits: 0 k3_e1, 1 k3_e1_g2"),
        ("fbnet", "9" + "0" * 21, "8 skip"),
        ("ofa_mbv3", OFA.replace("[3, 5", "[4, 5"), "ks[0]: 4, expected one of 3, 5, 7"),
        ("ofa_mbv3", OFA.replace("7, 0]", "7]"), "ks: 19 numbers, expected 20"),
        ("ofa_mbv3", OFA.replace("[3, 3, 3, 3, 3]", "[3, 3, 3, 3, 5]"), "d[4]: 5, expected one of 2, 3, 4"),
        ("ofa_mbv3", OFA.replace("[3, 3, 3, 3, 3]", "[3, 3, 3, 3, 4]"), "ks[19]: 0, expected one of 3, 5, 7"),
        ("ofa_mbv3", OFA.replace("224", "224.5"), "r: 224.5, expected an image size"),
        ("ofa_mbv3", OFA.replace("224", '224, "w": 1.1'), "w: 1.1, expected 1.0 or 1.2"),
        ("ofa_mbv3", OFA.replace('"d"', '"depth"'), "'ks', 'e' and 'd'"),
        ("vit_bench_101", VIT.replace("[3, 4]", "[3, 5]"), "num_heads[1]: 5, expected a number of heads"),
        ("vit_bench_101", VIT.replace("[3, 4]", "[3]"), "num_heads: expected a list of 2"),
        (
            "vit_bench_101",
            VIT.replace("3.5", "3.3"),
            "mlp_ratio[0]: 3.3, expected a ratio that gives a whole",
        ),
        ("vit_bench_101", VIT.replace("192", "-1"), "hidden_dim: [-1], expected one width"),
        (
            "vit_bench_101",
            VIT.replace('"depth": 2', '"depth": 2.0'),
            "depth: 2.0, expected a number of layers",
        ),
        ("autoformer", VIT, "expected an object with 'embed_dim'"),
        ("autoformer", notation("autoformer").example.replace("192", "[192, 216]"), "expected one width"),
    ],
)
def test_nearly_valid_texts_are_refused_with_what_was_expected(name: str, text: str, expected: str) -> None:
    with pytest.raises(InputError) as error:
        notation(name).parse(text)
    assert expected in str(error.value)


def other_width(skeleton: dict[str, Any]) -> None:
    skeleton["stages"][-1]["width"] += 8


def other_stem(skeleton: dict[str, Any]) -> None:
    skeleton["stem"][0]["op"] = "conv_5x5"


def other_head(skeleton: dict[str, Any]) -> None:
    skeleton["head"].append({"op": "relu"})


def other_resolution(skeleton: dict[str, Any]) -> None:
    skeleton["stages"][0]["resolution"] = 7


def other_stride(skeleton: dict[str, Any]) -> None:
    skeleton["stages"][1]["stride"] = 4


def one_stage_more(skeleton: dict[str, Any]) -> None:
    skeleton["stages"].append({"op": "max_pool_2x2"})


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "change", [other_width, other_stem, other_head, other_resolution, other_stride, one_stage_more]
)
def test_another_network_is_refused(name: str, change: Callable[[dict[str, Any]], None]) -> None:
    value = notation(name).parse(notation(name).example).to_json()
    change(value["skeleton"])
    with pytest.raises(InputError):
        notation(name).write(architecture_from_json(value))


@pytest.mark.parametrize(("name", "attribute"), [("fbnet", "expand"), ("accel_nasbench", "activation")])
def test_a_block_of_another_function_is_refused(name: str, attribute: str) -> None:
    value = notation(name).parse(notation(name).example).to_json()
    for place in (
        *value.get("operators", {}).values(),
        *(s.get("attributes", {}) for s in value["skeleton"]["stages"]),
    ):
        place.pop(attribute, None)
    with pytest.raises(InputError, match="differs, expected"):
        notation(name).write(architecture_from_json(value))


@pytest.mark.parametrize(("first", "second"), [TRANSFORMERS, TRANSFORMERS[::-1]])
def test_the_two_kinds_of_heads_are_distinguished(first: str, second: str) -> None:
    value = notation(first).parse(notation(first).example)
    with pytest.raises(InputError, match="another structure"):
        notation(second).write(value)


# --- counts of the authors' networks


def counted(architecture: Architecture) -> tuple[int, int]:
    found = costs(architecture)
    assert found is not None
    return found.parameters, found.flops


def test_fbnet_has_the_counts_of_the_public_code() -> None:
    parameters, flops = counted(notation("fbnet").parse("0" * 22))
    assert parameters == 1_170_676
    assert round(flops / 1e6, 2) == 31.32
    # A block k3_e1 of 16 channels: 752; with two groups 496.
    grouped, _ = counted(notation("fbnet").parse("1" + "0" * 21))
    assert parameters - grouped == 752 - 496
    # A skip that keeps the shape is free; otherwise it is a 1x1 convolution with normalization.
    skipped, _ = counted(notation("fbnet").parse("8" + "0" * 21))
    assert parameters - skipped == 752
    from_16_to_24 = 16 * 16 + 2 * 16 + 16 * 9 + 2 * 16 + 16 * 24 + 2 * 24
    projected, _ = counted(notation("fbnet").parse("08" + "0" * 20))
    assert parameters - projected == from_16_to_24 - (16 * 24 + 2 * 24)


def test_accel_nasbench_contains_efficientnet_b0() -> None:
    assert counted(notation("accel_nasbench").parse(BLOCKS))[0] == 5_288_548


def once_for_all_parameters(configuration: dict[str, Any]) -> int:
    """Count parameters from the description of the authors' code, layer by layer.

    Convolutions have no bias but a batch norm with two numbers per channel. A block consists of a 1x1 convolution to the
    expanded width (unless the expansion is 1), a depthwise convolution, squeeze and excitation in three of the stages, and
    a 1x1 convolution. Squeeze and excitation has two 1x1 convolutions with bias; its width is a quarter of the expanded
    width, rounded to a multiple of 8. The layer after the pooling has neither bias nor norm.
    """

    def eighth(value: float) -> int:
        rounded = max(8, int(value + 4) // 8 * 8)
        return rounded if rounded >= 0.9 * value else rounded + 8

    def conv(inputs: int, outputs: int, kernel: int = 1) -> int:
        return inputs * outputs * kernel**2 + 2 * outputs

    def blocks() -> Iterator[tuple[int, int, int, bool]]:
        yield 16, 3, 1, False
        for stage, width in enumerate((24, 40, 80, 112, 160)):
            for block in range(configuration["d"]):
                del block
                yield width, configuration["ks"], configuration["e"], stage in (1, 3, 4)

    multiplier = configuration.get("w", 1)
    first, last, mixed = (eighth(width * multiplier) for width in (16, 960, 1280))
    total, inputs = conv(3, first, 3), first
    for base, kernel, expansion, squeezes in blocks():
        outputs, hidden = eighth(base * multiplier), inputs * expansion
        total += conv(inputs, hidden) if expansion > 1 else 0
        total += conv(1, hidden, kernel) + conv(hidden, outputs)
        if squeezes:
            squeezed = eighth(hidden // 4)
            total += 2 * hidden * squeezed + hidden + squeezed
        inputs = outputs
    return total + conv(inputs, last) + last * mixed + (mixed + 1) * 1000


@pytest.mark.parametrize("multiplier", [{}, {"w": 1.2}])
@pytest.mark.parametrize("extreme", [{"ks": 3, "e": 3, "d": 2}, {"ks": 7, "e": 6, "d": 4}])
def test_once_for_alls_smallest_and_largest_networks(
    extreme: dict[str, Any], multiplier: dict[str, Any]
) -> None:
    configuration = extreme | multiplier
    parameters, _ = counted(notation("ofa_mbv3").parse(json.dumps(configuration)))
    assert parameters == once_for_all_parameters(configuration)


def test_deit_tiny_is_one_of_these_transformers() -> None:
    """It has 5,717,416 parameters with 1,000 classes (Touvron et al. 2021), including class token and positions."""
    text = json.dumps({"hidden_dim": 192, "depth": 12, "mlp_ratio": [4] * 12, "num_heads": [3] * 12})
    architecture = notation("vit_bench_101").parse(text)
    assert architecture.skeleton is not None
    imagenet = replace(architecture, skeleton=replace(architecture.skeleton, classes=1000))
    assert counted(imagenet)[0] == 5_717_416
    same = notation("autoformer").parse(text.replace("hidden_dim", "embed_dim"))
    assert counted(same)[0] == 5_717_416  # 3 heads of 64 have a width of 192 in both cases


def test_heads_of_64_make_attention_wider_than_the_network() -> None:
    config = {"depth": 1, "mlp_ratio": [4], "num_heads": [4]}
    wide = notation("autoformer").parse(json.dumps({"embed_dim": 192, **config}))
    shared = notation("vit_bench_101").parse(json.dumps({"hidden_dim": 192, **config}))
    more = 64 * (3 * (192 + 1) + 192)  # queries, keys and values of one more head, and its output projection
    classes = (192 + 1) * 900
    assert counted(wide)[0] - counted(shared)[0] == more + classes
