"""Networks that are built only to be counted: without memory, without weights, and with shared equal layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest

from nasport.schemas import Architecture

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402

from nasport.toolkit.networks import ImageNetwork, NetworkOptions, build_network, image  # noqa: E402
from tests.module_counting import flops  # noqa: E402


def once(build: Callable[..., Any]) -> Callable[..., Any]:
    """Cache layers and cells by their arguments within one architecture."""
    known: dict[tuple[str, ...], Any] = {}

    def layer(*arguments: Any) -> Any:
        key = tuple(repr(each) for each in arguments if not isinstance(each, Architecture))
        if key not in known:
            known[key] = build(*arguments)
        return known[key]

    return layer


@contextmanager
def without_weights() -> Iterator[None]:
    """Build a network without memory and random weights, in which equal layers are one module: enough for counting."""
    with (
        torch.device("meta"),
        mock.patch.object(nn.Conv2d, "reset_parameters"),
        mock.patch.object(nn.BatchNorm2d, "reset_parameters"),
        mock.patch.object(nn.Linear, "reset_parameters"),
        mock.patch.object(image, "initialize_as_nasbench101"),
        mock.patch.object(image, "build_cell", once(image.build_cell)),
        mock.patch.object(image, "operator_layer", once(image.operator_layer)),
    ):
        yield


def counted(architecture: Architecture) -> int:
    with without_weights():
        network = build_network(architecture)
    return sum(parameter.numel() for _, parameter in network.named_parameters(remove_duplicate=False))


def counted_flops(architecture: Architecture) -> int:
    assert architecture.skeleton is not None
    size = dict(architecture.skeleton.input)
    with without_weights():
        network = build_network(architecture)
    return flops(network, (size["channels"], size["height"], size["width"]))


def built(architecture: Architecture, options: NetworkOptions = NetworkOptions()) -> ImageNetwork:  # noqa: B008
    network = build_network(architecture, options)
    assert isinstance(network, ImageNetwork)
    return network
