"""Graphs of `--to onnx`: one node for each executed layer, with the parameters of the network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nasport.runtime.operators.quantities import Shape
from nasport.schemas import Architecture
from nasport.toolkit.notations import notation
from tests.test_notations_darts import GENOTYPES
from tests.written_networks import both, stacked, unusual

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx", reason="needs the extra 'train'")
for package in ("onnxscript", "onnxruntime"):
    pytest.importorskip(package, reason="needs the extras 'train' and 'cpu'")

from torch import nn  # noqa: E402
from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402

from nasport.toolkit.networks import ImageNetwork  # noqa: E402
from nasport.toolkit.networks.onnx_graph import onnx_graph  # noqa: E402

NODES = {
    "convolution": "Conv",
    "native_batch_norm": "BatchNormalization",
    "avg_pool2d": "AveragePool",
    "max_pool2d_with_indices": "MaxPool",
    "relu": "Relu",
    "relu_": "Relu",
    "add": "Add",
    "add_": "Add",
    "addmm": "Gemm",
}


class Counting(TorchDispatchMode):
    """Counts torch's operations by the name of the corresponding ONNX node."""

    def __init__(self) -> None:
        super().__init__()
        self.ran: Counter[str] = Counter()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        name = func.overloadpacket.__name__
        if name in NODES:
            self.ran[NODES[name]] += 1
        return func(*args, **(kwargs or {}))


def once(architecture: Architecture) -> Architecture:
    """Return the architecture with one repeat of every stage."""
    skeleton = architecture.skeleton
    assert skeleton is not None
    stages = tuple(replace(stage, repeats=1) for stage in skeleton.stages)
    return replace(architecture, skeleton=replace(skeleton, stages=stages))


def five_pools() -> Architecture:
    """Return a network of cells with five poolings, of which several have the same input."""
    text = "|skip_connect~0|+|avg_pool_3x3~0|avg_pool_3x3~1|+|avg_pool_3x3~0|avg_pool_3x3~1|avg_pool_3x3~2|"
    return once(notation("nasbench201").parse(text))


def residual() -> Architecture:
    block = {"op": "res_basic_block", "width": 8, "repeats": 2}
    return stacked([block, {**block, "width": 16, "stride": 2}], {}, classes=3)


POOLS_OF_NOTHING = "|none~0|+|avg_pool_3x3~0|avg_pool_3x3~1|+|avg_pool_3x3~0|avg_pool_3x3~1|nor_conv_1x1~2|"
DOCUMENTS: dict[str, Callable[[], Architecture]] = {
    "five pools": five_pools,
    "darts": lambda: once(notation("darts").parse(GENOTYPES["DARTS_V2"])),
    "residual": residual,
    "pools of nothing": lambda: once(notation("nasbench201").parse(POOLS_OF_NOTHING)),
    "joins and a dead end": lambda: unusual()["joins and a dead end"],
}


@pytest.fixture(scope="module", params=list(DOCUMENTS))
def exported(request: pytest.FixtureRequest) -> tuple[nn.Module, Shape, Any]:
    """Return a network in the form of `--to torch`, which skips unreachable layers, the image shape, and the graph."""
    architecture = DOCUMENTS[request.param]()
    graph = onnx.load_from_string(onnx_graph(architecture)).graph
    _, network, built = both(architecture)
    assert isinstance(built, ImageNetwork)
    return network.eval(), built.shapes[0], graph


def run(network: nn.Module, shape: Shape) -> None:
    with torch.no_grad():
        network(torch.randn(2, shape.channels, shape.height, shape.width))


def test_the_graph_has_one_node_for_every_executed_layer(exported: tuple[nn.Module, Shape, Any]) -> None:
    network, shape, graph = exported
    with Counting() as counting:
        run(network, shape)
    found = Counter(node.op_type for node in graph.node if node.op_type in NODES.values())
    assert found == counting.ran
    assert found["Conv"] > 0


def test_equal_pools_stay_separate_if_the_runtime_is_configured_to(tmp_path: Path) -> None:
    """ONNX Runtime merges them by default; docs/guides/networks.md shows the setting that prevents this."""
    from onnxruntime import InferenceSession, SessionOptions

    data = onnx_graph(five_pools())

    def pools(**options: Any) -> int:
        settings = SessionOptions()
        settings.log_severity_level = (
            4  # suppresses the warning that the optimized file is specific to this machine
        )
        settings.optimized_model_filepath = str(tmp_path / "optimized.onnx")
        InferenceSession(data, settings, providers=["CPUExecutionProvider"], **options)
        nodes = onnx.load(tmp_path / "optimized.onnx").graph.node
        return sum(node.op_type == "AveragePool" for node in nodes)

    everything = 3 * 5 + 2  # plus two in the shortcuts of the reductions
    assert sum(node.op_type == "AveragePool" for node in onnx.load_from_string(data).graph.node) == everything
    assert pools() < everything
    assert pools(disabled_optimizers=["CommonSubexpressionElimination"]) == everything


def test_the_graph_has_the_parameters_of_the_network(exported: tuple[nn.Module, Shape, Any]) -> None:
    """Parameters and norm statistics of executed layers; none are merged, and no bias is added."""
    network, shape, graph = exported
    expected: dict[str, Any] = {}
    for name, module in network.named_modules():
        values = [*module.named_parameters(name, False), *module.named_buffers(name, False)]
        floats = {key: value for key, value in values if value.is_floating_point()}
        module.register_forward_hook(lambda *_, floats=floats: expected.update(floats))
    run(network, shape)
    tensors = {
        tensor.name.replace(".operators.", "."): onnx.numpy_helper.to_array(tensor)
        for tensor in graph.initializer
        if tensor.data_type == onnx.TensorProto.FLOAT and tensor.dims  # scalars are constants
    }
    assert set(tensors) == set(expected)
    for name, value in expected.items():
        assert (tensors[name] == value.detach().numpy()).all(), name
