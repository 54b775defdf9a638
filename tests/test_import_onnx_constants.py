"""ONNX nodes on known numbers are evaluated if they need little memory."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="evaluating ONNX nodes needs onnx")
from onnx import TensorProto, helper  # noqa: E402

from nasport.toolkit.importing.onnx_files.constants import computed  # noqa: E402


@pytest.mark.parametrize(
    ("operator", "inputs", "opset", "attributes", "expected"),
    [
        ("Clip", [[-3.0, 7.0]], 6, {"min": 0.0, "max": 6.0}, [0, 6]),
        ("Unsqueeze", [[5, 6]], 11, {"axes": [0]}, [[5, 6]]),
        ("Div", [[-7], [2]], 18, {}, [-3]),
        ("Range", [1, 8, 3], 18, {}, [1, 4, 7]),
        ("Slice", [[1, 2, 3], [2], [-(1 << 63)], [0], [-1]], 18, {}, [3, 2, 1]),
        ("Cast", [[1, 2]], 18, {"to": TensorProto.BFLOAT16}, [1, 2]),
        ("Range", [0, 1 << 40, 1], 18, {}, None),
        ("RandomNormal", [], 18, {"shape": [2]}, None),
        ("ConstantOfShape", [[2]], 18, {"value": TensorProto(data_type=1, dims=[1 << 40])}, None),
    ],
)  # fmt: skip
def test_numbers_that_are_computed(
    operator: str, inputs: Any, opset: int, attributes: Any, expected: Any
) -> None:
    names = [str(index) for index in range(len(inputs))]
    found = computed(
        helper.make_node(operator, names, ["y"], **attributes),
        [np.asarray(each) for each in inputs],
        None,
        opset,
    )
    assert (found and found[0].tolist()) == expected


@pytest.mark.parametrize(
    ("operator", "inputs"),
    [
        ("Range", np.asarray([-(1 << 31), (1 << 31) - 1, 1], np.int32)),
        ("Range", np.asarray([-(1 << 63), (1 << 63) - 1, 1 << 34])),
        ("Range", np.asarray([0, 5, 0])),
        ("Range", np.asarray([0, np.nan, 1])),
        ("ConstantOfShape", [np.asarray([1 << 40, 1 << 40])]),
        ("Expand", [np.zeros(0), np.asarray([1 << 40, 1])]),
        ("Tile", [np.zeros((1, 1)), np.asarray([1 << 40, 0])]),
        ("Max", [np.zeros((4096, 1, 1)), np.zeros((4096, 1)), np.zeros(4096)]),
        ("Gather", [np.zeros((1, 4096)), np.zeros(4096, np.int64)]),
    ],
)
def test_numbers_that_need_much_memory(operator: str, inputs: Any) -> None:
    names = [str(index) for index in range(len(inputs))]
    tracemalloc.start()
    assert computed(helper.make_node(operator, names, ["y"]), list(inputs), None, 18) is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 24


def test_shapes_of_large_values() -> None:
    found = computed(helper.make_node("Shape", ["x"], ["y"]), [None], (1 << 20, 1 << 19), 18)
    assert found is not None
    assert found[0].tolist() == [1 << 20, 1 << 19]
