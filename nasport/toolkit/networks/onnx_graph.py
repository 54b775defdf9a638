"""A network of images as an ONNX graph, with proof that it computes what the network does.

    images (batch, C, H, W) float32 -> logits (batch, classes) float32, or map_0, map_1, ... (batch, C, H, W) of a
    network that ends in maps of several resolutions

The weights are random, drawn with a fixed seed: the graph is for measuring latency and memory and for tools that read
ONNX, not for predictions. Normalizations are as they are in evaluation, with the statistics that they begin with.

Every layer on a path to the output is one node, as often as the network runs it, with parameters of its own: nothing is
merged or folded. torch's exporter, left to itself, computes once what two nodes of a cell compute alike, folds a
normalization into the convolution before it and stores equal weights once, so that the file would cost less than the
network does.
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
# A file of protocol buffers holds at most 2 GiB; some is for the graph itself.
LARGEST_PARAMETERS = 500_000_000
# Of the largest logit. Both compute in float32, in another order.
LARGEST_DIFFERENCE = 1e-3


def onnx_graph(architecture: Architecture) -> bytes:
    """The content of an ONNX file of a document's network, for any number of images of the skeleton's size.

    Raises:
        InputError: as `build_network`; the network is recurrent, or too large for one file.
        MissingRuntimeError: no ONNX Runtime is installed, so that nothing could be proved.
        NasportError: the graph is not the same function as the network.
    """
    if architecture.is_recurrent:
        raise InputError(
            "a recurrent network has no ONNX graph here, expected a network of images; as a Python module it can be "
            "written with --to torch",
            path=("cells",),
        )
    with torch.device("meta"):
        count = sum(parameter.numel() for parameter in build_network(architecture).parameters())
    if count > LARGEST_PARAMETERS:
        raise InputError(
            f"{count:,} parameters, expected at most {LARGEST_PARAMETERS:,}: an ONNX file holds 2 GB"
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
    _prove(data, network, images)
    return data


def _exported(network: ImageNetwork, images: torch.Tensor) -> onnx.ModelProto:
    """What the network computes, node by node; only what depends on no image is computed in advance."""
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
            optimize=False,  # it merges equal computations
        )
        assert program is not None
        fold_constants(program.model)
    model = program.model_proto
    own = network.state_dict()
    for node in model.graph.node:  # the exporter adds zeros to convolutions without a bias
        if node.op_type in ("Conv", "ConvTranspose") and len(node.input) == 3 and node.input[2] not in own:
            del node.input[2]
    remove_unused(model)
    return model


def _prove(data: bytes, network: ImageNetwork, images: torch.Tensor) -> None:
    """Runs the graph and the network on the same images, one and several."""
    session = open_session(data, providers=["cpu"])
    for batch in (images, images[:1]):
        found = session.run(outputs_of(network), {INPUT: batch.numpy()})
        with torch.no_grad():
            given = network(batch)
        expected = [one.numpy() for one in (given if isinstance(given, tuple) else (given,))]
        if not all(map(_alike, found, expected)):
            raise NasportError("the exported graph does not compute what the network does")


def outputs_of(network: ImageNetwork) -> list[str]:
    """The names of a graph's outputs."""
    return [f"map_{place}" for place in range(len(network.maps))] or [OUTPUT]


def _alike(found: NDArray[np.float32], expected: NDArray[np.float32]) -> bool:
    scale = float(np.abs(expected[np.isfinite(expected)]).max(initial=1.0))
    return found.shape == expected.shape and np.allclose(
        found, expected, rtol=0.0, atol=LARGEST_DIFFERENCE * scale, equal_nan=True
    )


@contextmanager
def _quiet_exporter() -> Iterator[None]:
    """Without the exporter's notes on optional packages that are not installed."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
