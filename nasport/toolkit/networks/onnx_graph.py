"""Export of an image network as an ONNX graph, with a check that graph and network compute the same outputs.

The graph reads `images`, (batch, C, H, W) float32, and returns `logits`, (batch, classes) float32. A network that ends in maps
of several resolutions returns `map_0`, `map_1` and so on, each (batch, C, H, W) float32.

The weights are random, drawn with a fixed seed. The graph serves to measure latency and memory, and as input of tools that
read ONNX; its predictions have no meaning. Normalizations are in evaluation mode, with their initial statistics.

Every layer on a path to the output is a separate node with its own parameters, repeated as often as the network runs it. By
default torch's exporter would merge equal nodes, fold normalizations into convolutions and store equal weights
once, so that the file would cost less than the network.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import onnx
import torch
from numpy.typing import NDArray

from nasport.export.onnx_shrinking import NEWEST_IR_VERSION, model_bytes, remove_unused, strip_metadata
from nasport.runtime.session import open_session
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError, NasportError
from nasport.schemas.graphs.canonical import architecture_hash
from nasport.toolkit.networks import ImageNetwork, build_network
from nasport.toolkit.networks.cell_module import CellNetwork

OPSET = 18
INPUT, OUTPUT = "images", "logits"
# A protobuf file holds at most 2 GiB, and the graph itself needs a part of them.
LARGEST_PARAMETERS = 500_000_000
# Largest difference of outputs, relative to the largest logit. Both compute in float32, but in another order.
LARGEST_DIFFERENCE = 1e-3


def onnx_graph(architecture: Architecture) -> bytes:
    """Export the network of a document to ONNX.

    Args:
        architecture: image architecture with a skeleton.

    Returns:
        content of the ONNX file; its graph accepts any number of images of the skeleton's size.

    Raises:
        InputError: the network cannot be built, is recurrent, or is too large for one file.
        MissingRuntimeError: ONNX Runtime, which checks the graph, is not installed.
        NasportError: graph and network compute different outputs.
    """
    if architecture.is_recurrent:
        raise InputError(
            "a recurrent network cannot be exported to ONNX, expected an image network; write it as a Python module "
            "with --to torch",
            path=("cells",),
        )
    with torch.device("meta"):
        count = sum(parameter.numel() for parameter in build_network(architecture).parameters())
    if count > LARGEST_PARAMETERS:
        raise InputError(
            f"{count:,} parameters, expected at most {LARGEST_PARAMETERS:,}, because an ONNX file has at most 2 GiB"
        )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = build_network(architecture).eval()
        assert isinstance(network, ImageNetwork)
        for module in network.modules():
            if isinstance(module, CellNetwork):
                module.share_nothing()
        shape = network.shapes[0]
        images = torch.randn(3, shape.channels, shape.height, shape.width)
    model = _exported(network, images)
    strip_metadata(model)
    model.ir_version = NEWEST_IR_VERSION
    model.graph.name = "network"
    onnx.helper.set_model_props(model, {"nasport.architecture": architecture_hash(architecture)})
    data = model_bytes(model)
    _check(data, network, images)
    return data


def _exported(network: ImageNetwork, images: torch.Tensor) -> onnx.ModelProto:
    """Export a network node by node; only nodes that do not depend on the images are computed in advance."""
    from onnxscript.optimizer import fold_constants

    with warnings.catch_warnings(), _quiet_exporter():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            network,
            (images,),
            dynamo=True,
            verbose=False,
            opset_version=OPSET,
            input_names=[INPUT],
            output_names=outputs_of(network),
            dynamic_shapes={"images": {0: torch.export.Dim("batch", min=1)}},
            optimize=False,  # the optimizer would merge equal computations
        )
        assert program is not None
        fold_constants(program.model)
    model = program.model_proto
    stored = network.state_dict()
    for node in model.graph.node:  # the exporter adds a bias of zeros to convolutions without one
        if node.op_type in ("Conv", "ConvTranspose") and len(node.input) == 3 and node.input[2] not in stored:
            del node.input[2]
    remove_unused(model)
    return model


def _check(data: bytes, network: ImageNetwork, images: torch.Tensor) -> None:
    """Compare the outputs of the graph and the network, for several images and for one.

    Raises:
        NasportError: the outputs differ.
    """
    session = open_session(data, providers=["cpu"])
    for batch in (images, images[:1]):
        outputs = session.run(outputs_of(network), {INPUT: batch.numpy()})
        with torch.no_grad():
            network_outputs = network(batch)
        tensors = network_outputs if isinstance(network_outputs, tuple) else (network_outputs,)
        if not all(map(_is_close, outputs, [tensor.numpy() for tensor in tensors])):
            raise NasportError("the exported graph and the network compute different outputs")


def outputs_of(network: ImageNetwork) -> list[str]:
    """Return the names of the graph's outputs."""
    return [f"map_{index}" for index in range(len(network.maps))] or [OUTPUT]


def _is_close(output: NDArray[np.float32], expected: NDArray[np.float32]) -> bool:
    scale = float(np.abs(expected[np.isfinite(expected)]).max(initial=1.0))
    return output.shape == expected.shape and np.allclose(
        output, expected, rtol=0.0, atol=LARGEST_DIFFERENCE * scale, equal_nan=True
    )


@contextmanager
def _quiet_exporter() -> Iterator[None]:
    """Silence the exporter's log messages about optional packages that are not installed."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
