"""Numbers of an operator on a path."""

from __future__ import annotations

from math import isfinite, log1p

import pytest

from nasport.runtime.operators import PATH_ATTRIBUTES, knows_attributes, path_attributes
from nasport.schemas.operators import Operator, vocabulary


def _named(operator: Operator | str) -> dict[str, float]:
    found = vocabulary()[operator] if isinstance(operator, str) else operator
    return dict(zip(PATH_ATTRIBUTES, path_attributes(found), strict=True))


def test_every_operator_of_the_vocabulary_is_known_and_finite() -> None:
    for key, operator in vocabulary().items():
        assert knows_attributes(operator), key
        assert all(isfinite(value) and value >= 0 for value in path_attributes(operator)), key


def test_a_convolution() -> None:
    numbers = _named("conv3x3-bn-relu")
    set_ones = {name for name, value in numbers.items() if value == 1}
    assert set_ones == {"layer", "depth", "spatial"}
    assert numbers["log_weight"] == pytest.approx(log1p(9))
    assert numbers["reach"] == pytest.approx(log1p(1))
    assert _named("nor_conv_1x1")["spatial"] == 0


def test_pooling_has_no_parameters_and_a_kind() -> None:
    average, maximum = _named("avg_pool_3x3"), _named("max_pool_3x3")
    assert average["log_weight"] == average["layer"] == average["depth"] == 0
    assert (average["average"], average["maximum"]) == (1, 0)
    assert (maximum["average"], maximum["maximum"]) == (0, 1)
    mine = _named(Operator("Pooled softly, not max", "pooling", (("kernel", 3), ("mode", "average"))))
    assert mine == average


def test_repeats_and_dilation_reach_farther() -> None:
    order = ["nor_conv_3x3", "dil_conv_3x3", "dil_conv_5x5", "dil_conv_7x7"]
    reach = [_named(key)["reach"] for key in order]
    assert reach == sorted(set(reach))
    assert _named("sep_conv_3x3")["reach"] == _named("dil_conv_3x3")["reach"]
    assert _named("sep_conv_3x3")["depth"] == 2


def test_parameters_of_unusual_kinds() -> None:
    weights = {
        "conv_7x1_1x7": 14,
        "conv1d_5": 5,
        "res_bottleneck_block": 0.5 + 9 / 16,
        "fused_mb_3x3_e4": 40,
        "squeeze_excitation": 1 / 8,
        "res_basic_block": 18,
        "self_attention": 4,
    }
    for key, weight in weights.items():
        assert _named(key)["log_weight"] == pytest.approx(log1p(weight)), key


def test_a_skip_does_not_count_as_a_residual_block() -> None:
    assert (_named("skip_connect")["identity"], _named("skip_connect")["residual"]) == (1, 0)
    for key in ("res_basic_block", "ir_3x3_t3", "fused_mb_3x3_e4"):
        assert (_named(key)["identity"], _named(key)["residual"]) == (0, 1), key
    assert _named("double_plain_block")["residual"] == 0


def test_the_ends_of_the_graph() -> None:
    assert [name for name, value in _named("input").items() if value] == ["input"]
    assert [name for name, value in _named("output").items() if value] == ["output"]


def test_a_description_alone_leaves_attributes_unknown() -> None:
    assert not knows_attributes(Operator("Convolution of a new sort, 3 by 3"))


def test_a_custom_operator_with_kind_and_kernel_is_known() -> None:
    assert knows_attributes(Operator("Anything", "convolution", (("kernel", 5.0),)))
    assert knows_attributes(Operator("Pooling over everything", "pooling"))
