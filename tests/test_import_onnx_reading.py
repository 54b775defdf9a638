"""ONNX files are read into primitive operations equal to those from torch; broken files only raise InputError."""

from __future__ import annotations

import contextlib
import io
import pickle
import tracemalloc
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nasport.schemas.errors import InputError
from nasport.toolkit.importing.graph.attention import attention_collapsed
from nasport.toolkit.importing.graph.composites import composed
from nasport.toolkit.importing.graph.tensor_graph import MAX_OPERATIONS, Operation, TensorGraph

onnx = pytest.importorskip("onnx", reason="reading ONNX files needs onnx")
from onnx import TensorProto, helper  # noqa: E402

from nasport.toolkit.importing.onnx_files.file import read_onnx  # noqa: E402

IMAGE = [1, 3, 8, 8]


def model(nodes: list[Any], weights: dict[str, list[int]] | None = None, **changes: Any) -> Any:
    """Return a model whose float weights have these shapes and are zero."""
    stored = [
        each
        if isinstance(each, TensorProto)
        else onnx.numpy_helper.from_array(np.zeros(each, np.float32), name)
        for name, each in (weights or {}).items()
    ]
    inputs = changes.get(
        "inputs", [helper.make_tensor_value_info("x", TensorProto.FLOAT, changes.get("image", IMAGE))]
    )
    outputs = [onnx.ValueInfoProto(name=name) for name in changes.get("outputs", ["y"])]
    graph = helper.make_graph(nodes, "g", inputs, outputs, stored)
    opsets = [helper.make_opsetid("", changes.get("opset", 18)), *changes.get("opsets", [])]
    return helper.make_model(
        graph, opset_imports=opsets, functions=changes.get("functions", []), ir_version=10
    )


def numbers(name: str, values: Any, kind: Any = np.int64) -> Any:
    """Return a stored tensor of these numbers."""
    return onnx.numpy_helper.from_array(np.asarray(values, kind), name)


def read(folder: Path, proto: Any, **options: Any) -> TensorGraph:
    """Read a model."""
    path = folder / "model.onnx"
    path.write_bytes(proto if isinstance(proto, bytes) else proto.SerializeToString())
    return read_onnx(path, **options)


node = helper.make_node


def one_conv(**changes: Any) -> Any:
    """Return a model of one convolution."""
    return model([node("Conv", ["x", "w"], ["y"])], {"w": [4, 3, 3, 3]}, **changes)


def kinds(graph: TensorGraph) -> list[str]:
    """Return the kinds of its operations."""
    return [operation.kind for operation in graph.operations]


class TestOperators:
    def test_convolution(self, tmp_path: Path) -> None:
        conv = node(
            "Conv", ["x", "c.weight", "c.bias"], ["y"], strides=[2, 2], pads=[0, 1, 2, 1], name="/a/a.c/Conv"
        )
        graph = read(tmp_path, model([conv], {"c.weight": [4, 3, 3, 3], "c.bias": [4]}))
        (operation,) = graph.operations
        assert operation.numbers == {
            "kernel": (3, 3), "stride": (2, 2), "padding": (0, 1, 2, 1), "dilation": (1, 1), "groups": 1,
            "transposed": False, "bias": True,
        }  # fmt: skip
        assert (operation.shape, operation.flops, graph.parameters) == ((1, 4, 4, 4), 4 * 27 * 16, 4 * 27 + 4)
        assert operation.module == "a.c"

    def test_padding_that_depends_on_the_size(self, tmp_path: Path) -> None:
        conv = node("Conv", ["x", "w"], ["y"], strides=[2, 2], auto_pad="SAME_UPPER")
        (operation,) = read(tmp_path, model([conv], {"w": [4, 3, 3, 3]})).operations
        assert operation.number("padding") == (0, 0, 1, 1)

    def test_product_with_bias_is_one_layer(self, tmp_path: Path) -> None:
        nodes = [node("MatMul", ["x", "w"], ["m"]), node("Add", ["b", "m"], ["y"])]
        graph = composed(read(tmp_path, model(nodes, {"w": [8, 5], "b": [5]})))
        assert kinds(graph) == ["linear"]
        assert (graph.parameters, graph.flops) == (45, 3 * 8 * 8 * 5)
        assert graph.operations[0].number("bias") is True

    def test_batch_norm_counts_scale_and_shift(self, tmp_path: Path) -> None:
        nodes = [node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"])]
        graph = read(tmp_path, model(nodes, {name: [3] for name in "sbmv"}))
        assert graph.parameters == 6
        assert graph.operations[0].numbers == {
            "norm": "batch",
            "axes": (1,),
            "groups": 1,
            "scaled": True,
            "shifted": True,
        }

    def test_shapes_that_are_computed(self, tmp_path: Path) -> None:
        nodes = [
            node("Shape", ["x"], ["s"]), node("Gather", ["s", "zero"], ["n"]), node("Unsqueeze", ["n", "axes"], ["u"]),
            node("Concat", ["u", "rest"], ["t"], axis=0), node("Reshape", ["x", "t"], ["r"]),
            node("Slice", ["r", "axes", "four", "one"], ["c"]), node("Relu", ["c"], ["y"]),
        ]  # fmt: skip
        stored = {"zero": numbers("zero", 0), "axes": numbers("axes", [0]), "rest": numbers("rest", [-1])}
        stored |= {"four": numbers("four", [4]), "one": numbers("one", [1])}
        graph = read(tmp_path, model(nodes, stored, image=["N", 3, 8, 8]))
        assert [operation.shape for operation in graph.operations] == [(1, 192), (1, 4), (1, 4)]

    def test_branch_with_a_known_condition(self, tmp_path: Path) -> None:
        then, other = (
            helper.make_graph(
                [node(operator, ["x"], ["inner"])], "b", [], [onnx.ValueInfoProto(name="inner")]
            )
            for operator in ("Relu", "Tanh")
        )
        branch = node("If", ["c"], ["y"], then_branch=then, else_branch=other)
        assert [
            each.type for each in read(tmp_path, model([branch], {"c": numbers("c", True, bool)})).operations
        ] == ["Relu"]

    def test_local_functions(self, tmp_path: Path) -> None:
        opsets = [helper.make_opsetid("", 18)]
        function = helper.make_function(
            "own", "Twice", ["a"], ["b"], [node("Relu", ["a"], ["c"]), node("Tanh", ["c"], ["b"])], opsets
        )
        called = model(
            [node("Twice", ["x"], ["y"], domain="own")],
            functions=[function],
            opsets=[helper.make_opsetid("own", 1)],
        )
        assert kinds(read(tmp_path, called)) == ["activation", "activation"]

    def test_initializers_among_the_inputs(self, tmp_path: Path) -> None:
        inputs = [
            helper.make_tensor_value_info(name, 1, sides)
            for name, sides in (("x", IMAGE), ("w", [4, 3, 3, 3]))
        ]
        assert read(tmp_path, one_conv(inputs=inputs)).parameters == 108

    def test_quantised_weights_count(self, tmp_path: Path) -> None:
        nodes = [node("DequantizeLinear", ["q", "s"], ["w"]), node("Conv", ["x", "w"], ["y"])]
        stored = {"q": numbers("q", np.zeros([4, 3, 3, 3]), np.int8), "s": numbers("s", 1.0, np.float32)}
        assert read(tmp_path, model(nodes, stored)).parameters == 108

    def test_size_of_the_image_is_given(self, tmp_path: Path) -> None:
        graph = read(tmp_path, one_conv(image=["N", 3, "H", "W"]), image=(3, 16, 16))
        assert graph.shapes[graph.input] == (1, 3, 16, 16)
        assert graph.operations[0].shape == (1, 4, 14, 14)

    def test_unknown_operators_with_stated_shapes(self, tmp_path: Path) -> None:
        proto = model(
            [node("Odd", ["x"], ["h"], domain="own"), node("Relu", ["h"], ["y"])],
            opsets=[helper.make_opsetid("own", 1)],
        )
        with pytest.raises(InputError, match=r"own\.Odd.*is unknown"):
            read(tmp_path, proto)
        proto.graph.value_info.append(helper.make_tensor_value_info("h", 1, IMAGE))
        assert kinds(read(tmp_path, proto)) == ["other", "activation"]

    def test_folded_norm_by_the_names_of_weights(self, tmp_path: Path) -> None:
        nodes = [node("Conv", ["x", "onnx::Conv_3", "onnx::Conv_4"], ["y"])]
        graph = read(tmp_path, model(nodes, {"onnx::Conv_3": [4, 3, 3, 3], "onnx::Conv_4": [4]}))
        assert graph.parameters == 108 + 8
        assert graph.operations[0].number("folded_norm") is True
        assert graph.operations[0].number("bias") is False


class TestRefusals:
    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            (b"", "empty"),
            (pickle.dumps({"weights": 1}), "a pickle, which could run foreign code"),
            (b'{"nodes": []}', "a JSON file"),
            (b"once upon a time\n", "a text file"),
            (b"PK\x03\x04" + bytes(40), "zip archive"),
            (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "Git LFS"),
            (bytes([0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]) + bytes(9), "damaged"),
            (b"\x08\x0a", "no operations"),
            (b"\x3a" + b"\x8a" * 12, "damaged"),
        ],
    )
    def test_files_of_another_format_are_refused(self, tmp_path: Path, data: bytes, expected: str) -> None:
        with pytest.raises(InputError, match=expected):
            read(tmp_path, data)

    def test_a_missing_file_is_refused(self, tmp_path: Path) -> None:
        for path in (tmp_path, tmp_path / "missing"):
            with pytest.raises(InputError, match="cannot be read"):
                read_onnx(path)

    def test_truncated_files_are_refused(self, tmp_path: Path) -> None:
        data = one_conv().SerializeToString()
        for length in range(1, len(data)):
            with contextlib.suppress(InputError):
                read(tmp_path, data[:length])

    @pytest.mark.parametrize(
        ("nodes", "weights", "changes", "expected"),
        [
            ([node("Relu", ["b"], ["a"]), node("Relu", ["a"], ["b"]), node("Add", ["b", "x"], ["y"])], {}, {}, "order"),
            ([node("Relu", ["y"], ["y"])], {}, {}, "order"),
            ([node("Relu", ["gone"], ["y"])], {}, {}, "expected the output of an earlier node"),
            ([node("Relu", ["x"], ["y"]), node("Tanh", ["x"], ["y"])], {}, {}, "two values are named 'y'"),
            ([node("Relu", ["x"], ["h"])], {}, {}, "output 'y' does not exist"),
            ([node("Identity", ["w"], ["y"])], {"w": [3]}, {}, "no output depends"),
            ([node("Relu", ["x"], ["y"])], {}, {"image": [1, 3, "H", 8]}, "dynamic height 'H'"),
            ([node("Relu", ["x"], ["y"])], {}, {"image": [1, 3, 0, 8]}, "axis of size 0"),
            ([node("Relu", ["x"], ["y"])], {}, {"image": [1, 3, -5, 8]}, "axis of size -5"),
            ([node("Relu", ["x"], ["y"])], {}, {"image": [1, 3, 1 << 40, 1 << 40]}, "expected at most"),
            ([node("Relu", ["x"], ["y"])], {}, {"image": [1, 3, 8]}, "has 3 axes"),
            ([node("Conv", ["x", "w"], ["y"])], {"w": [4, 5, 3, 3]}, {}, "of 'y' .Conv. is invalid"),
            ([node("Loop", ["", "", "x"], ["y"])], {}, {}, "a loop"),
            ([node("If", ["x"], ["y"])], {}, {}, "a branch"),
            ([node("GRU", ["x", "w", "w"], ["y"], hidden_size=3)], {"w": [1]}, {}, "recurrent"),
            ([node("NonZero", ["x"], ["y"])], {}, {}, "is unknown"),
            ([node("Reshape", ["x", "x"], ["y"])], {}, {}, "is unknown"),
            ([node("Pad", ["x", "p"], ["y"])], {"p": numbers("p", [0, 0, -4, 0, 0, 0, -4, 0])}, {}, "axis of size 0"),
            ([node("Expand", ["x", "p"], ["y"])], {"p": numbers("p", [1 << 50, 3, 8, 8])}, {}, "expected at most"),
            ([node("Split", ["x"], ["y"], num_outputs=1 << 40)], {}, {}, "as its num_outputs states"),
            ([node("Relu", ["x"], ["y"])], {}, {"opset": 9999}, "version 9999"),
            ([node("Relu", ["x"], ["y"])], {}, {"inputs": []}, "0 inputs"),
        ],
    )  # fmt: skip
    def test_graphs(self, tmp_path: Path, nodes: Any, weights: Any, changes: Any, expected: str) -> None:
        with pytest.raises(InputError, match=expected):
            read(tmp_path, model(nodes, weights, **changes))

    def test_several_inputs_and_words(self, tmp_path: Path) -> None:
        two = [helper.make_tensor_value_info(name, 1, IMAGE) for name in ("x", "z")]
        with pytest.raises(InputError, match=r"2 inputs \('x', 'z'\)"):
            read(tmp_path, one_conv(inputs=two))
        with pytest.raises(InputError, match="holds integers"):
            read(tmp_path, one_conv(inputs=[helper.make_tensor_value_info("x", TensorProto.INT64, [1, 7])]))

    def test_functions_that_call_each_other(self, tmp_path: Path) -> None:
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid("own", 1)]
        functions = [
            helper.make_function("own", name, ["a"], ["b"], [node(other, ["a"], ["b"], domain="own")], opsets)
            for name, other in (("F", "G"), ("G", "F"))
        ]
        proto = model([node("F", ["x"], ["y"], domain="own")], functions=functions, opsets=opsets[1:])
        with pytest.raises(InputError, match="calls itself"):
            read(tmp_path, proto)

    def test_functions_that_multiply(self, tmp_path: Path) -> None:
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid("own", 1)]
        functions = [helper.make_function("own", "F0", ["a"], ["b"], [node("Relu", ["a"], ["b"])], opsets)]
        for level in range(1, 30):
            calls = [node(f"F{level - 1}", [one], [other], domain="own") for one, other in ("ac", "cb")]
            functions.append(helper.make_function("own", f"F{level}", ["a"], ["b"], calls, opsets))
        proto = model([node("F29", ["x"], ["y"], domain="own")], functions=functions, opsets=opsets[1:])
        with pytest.raises(InputError, match="operations, expected at most"):
            read(tmp_path, proto)

    def test_too_many_nodes(self, tmp_path: Path) -> None:
        nodes = [node("Relu", ["x"], [f"v{place}"]) for place in range(MAX_OPERATIONS + 1)]
        with pytest.raises(InputError, match="too many operations, expected at most 20,000"):
            read(tmp_path, model([*nodes, node("Relu", ["x"], ["y"])]))

    def test_graphs_within_graphs(self, tmp_path: Path) -> None:
        inner = node("Relu", ["x"], ["y"])
        for _ in range(25):
            graph = helper.make_graph([inner], "b", [], [onnx.ValueInfoProto(name="y")])
            inner = (
                node("If", ["c"], ["y"], then_branch=graph, else_branch=graph)
                if _ < 5
                else node("If", ["c"], ["y"], then_branch=graph)
            )
        with pytest.raises(InputError):
            read(tmp_path, model([inner], {"c": numbers("c", True, bool)}))

    def test_external_data_is_never_opened(self, tmp_path: Path) -> None:
        tensor = TensorProto(name="w", data_type=1, dims=[4, 3, 3, 3], data_location=TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value="/etc/passwd")
        shape = TensorProto(name="s", data_type=7, dims=[4], data_location=TensorProto.EXTERNAL)
        shape.external_data.add(key="location", value="../../secret")
        assert read(tmp_path, model([node("Conv", ["x", "w"], ["y"])], {"w": tensor})).parameters == 108
        with pytest.raises(InputError, match="is unknown"):
            read(tmp_path, model([node("Reshape", ["x", "s"], ["y"])], {"s": shape}))

    @settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=6))
    @example([(1, 255)])
    def test_damaged_bytes(self, tmp_path: Path, changes: list[tuple[int, int]]) -> None:
        nodes = [
            node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]), node("Relu", ["c"], ["r"]),
            node("Shape", ["r"], ["s"]), node("Reshape", ["r", "s"], ["p"]), node("Concat", ["p", "r"], ["y"], axis=1),
            node("Gather", ["y", "i"], ["g"], axis=1), node("Softmax", ["g"], ["z"], axis=1),
        ]  # fmt: skip
        data = bytearray(
            model(nodes, {"w": [2, 3, 3, 3], "i": numbers("i", [1, 2])}, outputs=["z"]).SerializeToString()
        )
        for place, byte in changes:
            data[place % len(data)] = byte
        with contextlib.suppress(InputError):
            read(tmp_path, bytes(data))


def test_memory_does_not_grow_with_weights(tmp_path: Path) -> None:
    proto = model([node("Flatten", ["x"], ["f"]), node("Gemm", ["f", "w"], ["y"])], {"w": [192, 1 << 16]})
    big = model([node("Flatten", ["x"], ["f"]), node("MatMul", ["f", "w"], ["y"])])
    constant = node("Constant", [], ["w"], value=proto.graph.initializer[0])
    constant.attribute[0].t.name = "w"
    big.graph.node.insert(0, constant)
    for each in (proto, big):
        (tmp_path / "model.onnx").write_bytes(each.SerializeToString())
        tracemalloc.start()
        graph = read_onnx(tmp_path / "model.onnx")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 10 << 20
        assert graph.flops == 192 << 16
    assert read(tmp_path, proto).parameters == 192 << 16


def likeness(graph: TensorGraph) -> Counter[Any]:
    """Return what must be equal for every way of reading a model."""
    left_out = {"reversed", "unstored", "folded_norm", "behind", "detail"}

    def key(operation: Operation) -> Any:
        kept = {name: value for name, value in operation.numbers.items() if name not in left_out}
        return (
            operation.kind,
            operation.shape,
            repr(sorted(kept.items(), key=repr)),
            operation.parameters,
            operation.flops,
        )

    return Counter(map(key, graph.operations))


def exported(folder: Path, module: Any, sides: list[int], dynamo: bool) -> tuple[TensorGraph, TensorGraph]:
    """Return a module read from torch's graph and from ONNX."""
    torch = pytest.importorskip("torch", reason="exporting needs torch")
    pytest.importorskip("onnxscript", reason="exporting needs onnxscript")
    from nasport.toolkit.importing.torch_programs.torch_module import read_module

    example_input = (torch.randn(*sides),)
    path = folder / "module.onnx"
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(), example_input, str(path), dynamo=dynamo, **({"verbose": False} if dynamo else {})
        )
    return composed(read_module(module, example_input)), composed(read_onnx(path))


def spelled(forward: Callable[[Any, Any], Any], **parts: Any) -> Any:
    """Return a module with these parts and this forward function."""
    import torch

    class Spelled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            for name, part in parts.items():
                setattr(self, name, part)

        def forward(self, x: Any) -> Any:
            return forward(self, x)

    return Spelled()


def modules() -> dict[str, tuple[Any, list[int], list[str]]]:
    """Modules, the shapes of their inputs, and the expected kinds of operations."""
    import torch
    from torch import nn
    from torch.nn import functional

    def rms(self: Any, x: Any) -> Any:
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.g

    def first_axis(self: Any, x: Any) -> Any:
        mean = x.mean(1, keepdim=True)
        spread = (x - mean).pow(2).mean(1, keepdim=True)
        return self.g[:, None, None] * ((x - mean) / torch.sqrt(spread + 1e-6)) + self.b[:, None, None]

    def attend(self: Any, x: Any) -> Any:
        q, k, v = self.qkv(x).reshape(1, 16, 3, 2, 6).permute(2, 0, 3, 1, 4).unbind(0)
        scores = (q * 6**-0.5) @ k.transpose(-2, -1)
        return self.out((scores.softmax(-1) @ v).transpose(1, 2).reshape(1, 16, 12))

    image, tokens = [1, 8, 6, 6], [1, 16, 12, 12]

    def flat(inner: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        return lambda self, x: inner(self, x.mean(-1))

    vector = lambda count: nn.Parameter(torch.rand(count))  # noqa: E731
    return {
        "gelu by erf": (spelled(lambda _, x: x * 0.5 * (1 + torch.erf(x / 2**0.5))), image, ["activation"]),
        "gelu by tanh": (
            spelled(lambda _, x: 0.5 * x * (1 + torch.tanh(0.7978845608 * (x + 0.044715 * x**3)))), image, ["activation"]
        ),
        "silu": (spelled(lambda _, x: x * torch.sigmoid(x)), image, ["activation"]),
        "hardswish": (spelled(lambda _, x: x * functional.relu6(x + 3) / 6), image, ["activation"]),
        "mish": (spelled(lambda _, x: x * torch.tanh(functional.softplus(x))), image, ["activation"]),
        "mish of torch": (nn.Mish(), image, ["activation"]),
        "softmax": (spelled(lambda _, x: torch.exp(x) / torch.exp(x).sum(1, keepdim=True)), image, None),
        "rms norm": (spelled(rms, g=vector(6)), image, ["normalization"]),
        "layer norm of channels": (spelled(first_axis, g=vector(8), b=vector(8)), image, ["normalization"]),
        "group norm": (nn.GroupNorm(4, 8), image, ["normalization"]),
        "layer norm": (nn.LayerNorm(6), image, ["normalization"]),
        "attention": (
            spelled(flat(attend), qkv=nn.Linear(12, 36), out=nn.Linear(12, 12)), tokens, None
        ),
        "convolutions": (
            nn.Sequential(
                nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False), nn.BatchNorm2d(8), nn.ReLU6(),
                nn.ConvTranspose2d(8, 4, 2, stride=2), nn.LeakyReLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(144, 5),
            ), image, None,
        ),
        "moves": (
            spelled(lambda _, x: torch.cat([x[:, :4, 1::2], functional.pad(x, (1, 2))[:, 4:, ::2, 3:].roll(1, 2)], 3)),
            image, None,
        ),
    }  # fmt: skip


NAMES = [
    "gelu by erf", "gelu by tanh", "silu", "hardswish", "mish", "mish of torch", "softmax", "rms norm",
    "layer norm of channels", "group norm", "layer norm", "attention", "convolutions", "moves",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dynamo", [True, False])
def test_onnx_gives_the_same_document_as_torch(tmp_path: Path, name: str, dynamo: bool) -> None:
    pytest.importorskip("torch", reason="exporting needs torch")
    module, sides, expected = modules()[name]
    ours, theirs = exported(tmp_path, module, sides, dynamo)
    assert theirs.parameters == ours.parameters == sum(each.numel() for each in module.parameters())
    assert theirs.flops == ours.flops
    if expected is not None:
        assert kinds(theirs) == kinds(ours) == expected
    if name == "attention":
        ours, theirs = attention_collapsed(ours), attention_collapsed(theirs)
    if name != "convolutions":
        assert likeness(theirs) == likeness(ours)


@pytest.mark.parametrize("dynamo", [True, False])
def test_folded_norms_count(tmp_path: Path, dynamo: bool) -> None:
    torch = pytest.importorskip("torch", reason="exporting needs torch")
    module = torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3, bias=False), torch.nn.BatchNorm2d(4), torch.nn.ReLU()
    )
    _, theirs = exported(tmp_path, module, IMAGE, dynamo)
    assert kinds(theirs) == ["convolution", "activation"]
    assert theirs.parameters == 108 + 8
    assert theirs.operations[0].number("folded_norm") is True
    assert theirs.operations[0].assumed
    if dynamo:
        assert theirs.operations[0].module == "0"


def test_biases_that_are_zero_count(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="exporting needs torch")
    module = torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU(), torch.nn.Conv2d(4, 4, 3, bias=False)
    )
    torch.nn.init.zeros_(module[0].bias)
    _, theirs = exported(tmp_path, module, IMAGE, True)
    assert [each.number("bias") for each in theirs.operations] == [True, None, False]
    assert theirs.parameters == 108 + 4 + 144
    assert theirs.operations[0].assumed == ("a bias of zeros that the exporter left out",)
