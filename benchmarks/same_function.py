"""Test whether published networks, written as documents, compute the same function as the modules of torchvision and timm.

    PYTHONPATH=. python benchmarks/same_function.py --out benchmarks/results/same_function.json

Needs torchvision and timm in addition to nasport. Every module gets random weights and statistics. The network that
nasport builds from the document in `tests/real_networks.py` gets the same ones, in order, and the epsilon of the
module's normalizations, which documents do not state. The result is the largest difference of their outputs for two
random images, divided by the distance between the outputs of the two images.
"""

from __future__ import annotations

import argparse
import json
import re
from importlib.metadata import version
from pathlib import Path

import torch
from torch import Tensor, nn

from nasport.schemas.writing import write_atomically
from nasport.toolkit.networks import build_network
from tests.real_networks import published

NORMS = (nn.BatchNorm2d, nn.LayerNorm)
MOST = 1e-9


def module_of(name: str) -> nn.Module:
    """Return the module of torchvision, or of timm if only timm has it."""
    try:
        import torchvision
    except (
        RuntimeError
    ):  # declare operators of torchvision, because its compiled ones are for another build of torch
        for operator in ("nms", "qnms"):
            torch.library.define(f"torchvision::{operator}", "(Tensor a, Tensor b, float c) -> Tensor")
        import torchvision
    import timm

    found = getattr(torchvision.models, name, None)
    module: nn.Module = found() if found else timm.create_model(name)
    return module


def randomize(module: nn.Module) -> None:
    """Set weights that keep values moderate, and informative statistics."""
    for name, tensor in module.state_dict().items():
        if name.endswith("running_var"):
            tensor.uniform_(0.5, 1.5)
        elif tensor.dim() > 1:
            tensor.normal_(0, tensor[0].numel() ** -0.5)
        elif tensor.is_floating_point():
            tensor.normal_(1 if name.endswith("weight") else 0, 0.1)


def tensors(module: nn.Module) -> list[Tensor]:
    """Return weights and statistics in nasport's order: patches before tokens, a projection or scale after its block."""
    found = {name: each for name, each in module.state_dict().items() if each.is_floating_point()}
    blocks = {name: re.split(r"\.(?:proj|f|block|layer_scale)\b", name)[0] for name in found}
    places = {block: place for place, block in reversed(list(enumerate(blocks.values())))}

    def order(name: str) -> tuple[bool, int, bool]:
        patches = name.startswith(("patch_embed", "conv_proj"))
        return not patches, places[blocks[name]], ".proj." in name or name.endswith(".layer_scale")

    return [found[name] for name in sorted(found, key=order)]


def difference(theirs: nn.Module, ours: nn.Module, size: int) -> float:
    """Return the largest difference of outputs with equal weights, relative to the distance of two images' outputs."""
    randomize(theirs)
    for given, taken in zip(tensors(theirs), tensors(ours), strict=True):
        by_channel = given.transpose(1, 2) if given.dim() == 3 else given  # embeddings of positions
        taken.copy_(by_channel.reshape(taken.shape))
    (epsilon,) = {module.eps for module in theirs.modules() if isinstance(module, NORMS)}
    for module in ours.modules():
        if isinstance(module, NORMS):
            module.eps = epsilon
    images = torch.randn(2, 3, size, size)
    expected, output = theirs.eval()(images), ours.eval()(images)
    apart = (expected[0] - expected[1]).abs().max()
    return float((output - expected).abs().max() / apart)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)  # in float64, so that differences are not rounding
    found = {}
    for name, document, _, _ in published():
        architecture = document()
        assert architecture.skeleton is not None
        size = dict(architecture.skeleton.input)["height"]
        with torch.no_grad():
            found[name] = difference(module_of(name), build_network(architecture), size)
        print(f"{name}: {found[name]:.1e}", flush=True)
    versions = {name: version(name) for name in ("torch", "torchvision", "timm")}
    value = {"versions": versions, "difference": found}
    write_atomically(out, (json.dumps(value, indent=1) + "\n").encode())
    failed = [name for name, largest in found.items() if not largest < MOST]
    if failed:
        raise SystemExit(f"another function: {', '.join(failed)}")


if __name__ == "__main__":
    main()
