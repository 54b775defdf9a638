"""Networks written as Python modules: imported, and compared with the built networks."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from nasport.schemas import Architecture, architecture_from_json
from nasport.toolkit.notations import notation
from tests.documents import node
from tests.test_notations_nlp import GRU

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402

from nasport.toolkit.networks import ImageNetwork, build_network  # noqa: E402
from nasport.toolkit.networks.python_source.line_breaking import LINE  # noqa: E402
from nasport.toolkit.networks.python_source.module_text import source_text  # noqa: E402
from nasport.toolkit.networks.recurrent_layers import RecurrentNetwork  # noqa: E402

CELL = "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_1x1~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|"
IMAGE = {"channels": 3, "height": 16, "width": 16}
STEM = [{"op": "stem_conv3x3", "width": 8}]


def stacked(stages: list[dict[str, Any]], cells: dict[str, Any], **skeleton: Any) -> Architecture:
    value = {"format": "nasport-architecture", "version": 1, "cells": cells}
    return architecture_from_json(
        {**value, "skeleton": {"input": IMAGE, "stem": STEM, "stages": stages, **skeleton}}
    )


def loaded(text: str) -> nn.Module:
    """Import a written module and return its network."""
    assert all(len(line) <= LINE for line in text.splitlines())
    namespace: dict[str, Any] = {"__name__": "written"}
    exec(compile(text, "written.py", "exec"), namespace)
    network: nn.Module = namespace["Network"]()
    return network


def both(architecture: Architecture) -> tuple[str, nn.Module, ImageNetwork | RecurrentNetwork]:
    """Return the text of a network, its output, and the built network from the same seed."""
    text = source_text(architecture)
    torch.manual_seed(0)
    written = loaded(text)
    torch.manual_seed(0)
    return text, written, build_network(architecture)


def compared(architecture: Architecture) -> str:
    """Write an image network and compare it with the built one: parameters, names, outputs."""
    text, written, built = both(architecture)
    assert isinstance(built, ImageNetwork)
    state, expected = written.state_dict(), built.state_dict()
    assert list(state) == [name.replace(".operators.", ".") for name in expected]
    assert all(torch.equal(*pair) for pair in zip(state.values(), expected.values(), strict=True))
    images = torch.randn(2, built.shapes[0].channels, 16, 16)
    with torch.no_grad():
        for training in (True, False):
            given_by_written, given_by_built = (
                network.train(training)(images) for network in (written, built)
            )
            torch.testing.assert_close(given_by_written, given_by_built)
    return text


def unusual() -> dict[str, Architecture]:
    """Return documents of kinds that no benchmark has."""
    chain = [node("a", "input"), node("b", "skip_connect", "a"), node("c", "output", "b")]
    stack = [
        node("a", "input", role="c_{k-2}"),
        node("b", "input", role="c_{k-1}"),
        node("older", "sep_conv_3x3", "a"),
        node("d", "sum", "older", "b", "b"),
        node("total", "mean", "b", "d"),
        node("f", "output", "d", "total", join="concat"),
    ]
    cell = {"nodes": stack, "channels": "stack"}
    narrow = [
        node("a", "input"),
        node("b", "conv3x3-bn-relu", "a"),
        node("c", "maxpool3x3", "b"),
        node("d", "conv1x1-bn-relu", "b", "a", "c"),
        node("e", "output", "d", "c", "b", "a", join="concat"),
    ]
    names = {"b": "widths", "c": "training", "d": "training_channels"}
    renamed = [{**one, "inputs": [names.get(name, name) for name in one["inputs"]]} for one in narrow]
    joins = [
        node("a", "input"),
        node("b", "nor_conv_1x1", "a"),
        node("c", "sub", "a", "b"),
        node("d", "div", "c", "b"),
        node("e", "elementwise_prod", "a", "b", "c"),
        node("lost", "nor_conv_3x3", "d"),
        node("g", "output", "e", "d", "a", join="mean"),
    ]
    shortcut = [node("a", "input"), node("b", "nor_conv_3x3", "a"), node("c", "output", "a", "b", "a")]
    long = [
        node("a", "input"),
        *(node(f"a node with a long name {place}", "nor_conv_1x1", "a") for place in range(6)),
        node("b", "relu", *[f"a node with a long name {place}" for place in range(6)]),
        node("c", "output", *[f"a node with a long name {place}" for place in range(6)], "b"),
    ]
    return {
        "three kinds of one layer": stacked(
            [{"cell": "c"}, {"cell": "c", "width": 16}, {"cell": "c", "width": 20, "stride": 2}],
            {"c": {"nodes": chain}},
        ),
        "layers between stacked cells": stacked(
            [{"cell": "c", "width": 8, "repeats": 2}, {"op": "max_pool_3x3"}, {"cell": "c", "width": 4}],
            {"c": cell},
            classes=3,
            head=[{"op": "global_avg_pool"}],
        ),
        "a shortcut that changes its shape": stacked(
            [{"cell": "c"}, {"cell": "c", "width": 16}, {"cell": "c", "width": 20, "stride": 2}],
            {"c": {"nodes": shortcut}},
        ),
        "no stem": stacked([{"cell": "c", "width": 4, "repeats": 2}], {"c": cell}, stem=[]),
        "a longer stem": stacked(
            [{"cell": "c", "width": 4}], {"c": cell}, stem=[*STEM, {"op": "conv_3x3", "stride": 2}, *STEM]
        ),
        "wide feeds narrow feeds wide": stacked(
            [{"cell": "c", "width": 8}, {"cell": "c", "width": 11}, {"cell": "c", "width": 16}],
            {"c": {"nodes": narrow, "channels": "split"}},
        ),
        "a cell in the stem, and names of attributes": stacked(
            [{"cell": "c", "width": 11}],
            {
                "c": {
                    "nodes": [{**one, "id": names.get(one["id"], one["id"])} for one in renamed],
                    "channels": "split",
                }
            },
            stem=[*STEM, {"cell": "c", "width": 8}, {"op": "relu"}],
        ),
        "joins and a dead end": stacked([{"cell": "c", "repeats": 2}], {"c": {"nodes": joins}}, classes=3),
        "long names": stacked([{"cell": "c", "width": 8}], {"c": {"nodes": long}}, classes=3),
        "nothing": stacked([{"cell": "c"}], {"c": {"nodes": [node("a", "input"), node("b", "output", "a")]}}),
    }


LSTM = {
    "gates": {"op": "linear", "input": ["x", "h_prev_0"]},
    "i": {"op": "activation_sigm", "input": ["gates"]},
    "fc": {"op": "elementwise_prod", "input": ["i", "h_prev_1"]},
    "unread": {"op": "linear", "input": ["x"]},
    "h_new_1": {"op": "elementwise_sum", "input": ["fc", "i", "h_prev_1"]},
    "h_new_0": {"op": "activation_leaky_relu", "input": ["h_new_1"]},
}


def recurrent(recipe: dict[str, Any], widths: tuple[int, ...], stem: bool = True) -> Architecture:
    """Return a document with layers of these widths, over vectors or tokens."""
    architecture = notation("nasbench_nlp").parse(json.dumps(recipe))
    skeleton = architecture.skeleton
    assert skeleton is not None
    stages = tuple(replace(skeleton.stages[0], width=width, repeats=1) for width in widths[1:])
    stem_stages = (replace(skeleton.stem[0], width=widths[0]),) if stem else ()
    size = {} if stem else {"input": (("channels", widths[0]),)}
    skeleton = replace(skeleton, stages=stages, stem=stem_stages, classes=11, **size)  # type: ignore[arg-type]
    return replace(architecture, skeleton=skeleton)


def recurrent_networks() -> list[Architecture]:
    return [
        recurrent(LSTM, (4, 4, 4)),
        recurrent(LSTM, (4, 6, 6, 4)),
        recurrent(GRU, (4, 4), stem=False),
    ]
