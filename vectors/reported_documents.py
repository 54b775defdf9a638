"""Documents of the vectors for what a score reports: warnings, refused networks, readings of descriptions, distances."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.own_cells import at
from vectors.edge_documents import layers, op
from vectors.special_documents import IMAGE, document, node

Document = dict[str, Any]
X = node("x", "input")
NDS = '{"net": {}}'


def reported_documents() -> Iterator[Document]:
    """Yield all documents of this module."""
    yield from warned()
    yield from read_descriptions()


def warned() -> Iterator[Document]:
    """Yield documents with warnings: lost and unfed nodes with and without a source, roles, quotes, far networks."""
    # The distance is 1.00003 before rounding, so there is no warning.
    near = {**op("conv_3x3", 307), "repeats": 2}
    yield layers(op("conv_3x3", 64), near, op("conv_3x3", 689), classes=10)
    lost = [X, node("a", "conv_3x3", "x"), node("l", "relu", "x"), node("u", "relu"), node("n", "none", "l")]
    lost.append(node("z", "relu", "x"))
    nodes = [*lost, node("y", "output", "a", "u")]
    skeleton = {"input": IMAGE, "stages": [{"cell": "c", "width": 16}], "classes": 10}
    cells = {"c": {"nodes": nodes}, "d": {"nodes": [*nodes[:-1], node("y", "output", "a")]}}
    yield document({name: cells[name] for name in "dc"})
    yield document(cells, skeleton)
    for channels in ("same", "stack", "split", "own"):
        role = "c_{k-1}"
        inputs = {"c": {"channels": channels, "nodes": [{**X, "role": role}, *nodes[1:]]}}
        yield document(inputs, source={"format": "mine", "text": "a network"})
        if channels != "same":
            yield document(inputs)
    six = [node(f"l{place}", "relu", "x") for place in range(6)]
    yield document({"it's": {"nodes": [X, *six, node("y", "output", "x")]}})
    five = [
        node(name, "relu", "x") for name in ("'", '"', "'\"", "\\\n\t", "\x7f\u200b\u00ad\u3000 \U000e0001é")
    ]
    yield document({"\u2028": {"nodes": [X, *five, node("y", "output", "x")]}})
    for text, classes in ((NDS, 10), (NDS, 100), ('{"space": "DARTS"}', 10), ('{ "space": "DARTS"}', 10)):
        source = {"format": "nds", "text": text}
        yield document(cells, {**skeleton, "classes": classes}, source=source)
    linear, recurrent = node("f", "linear", "x"), {"stem": [{"op": "embedding", "width": 8}], "classes": 9}
    told = [{**X, "role": "x"}, linear, node("g", "linear", "x"), node("y", "output", "f")]
    yield document({"r": {"role": "recurrent", "nodes": told}}, {**recurrent, "stages": [{"cell": "r"}]})
    for role in ("owner", "a/owner", "reductions", "unchained"):
        yield document(
            {"c": {"role": role, "nodes": [X, node("a", "conv_3x3", "x"), node("y", "output", "a")]}}
        )
    attention = at("a", "self_attention_h4", "x", key_value_heads=2)
    plain = at("b", "conv_3x3", "a", norm="none", kernel_width=5, groups=2, padding=1, dilation=2)
    odd = at("d", "it's", "b", expansion=1.23456789)
    operators = {
        "it's": {
            "text": "Residual, and it's inverted",
            "kind": "inverted_residual",
            "kernel": 3,
            "expansion": 3,
        },
        "z": {"text": "Zoom", "kind": "scale"},
    }
    own = [
        X,
        attention,
        plain,
        odd,
        node("e", "z", "d"),
        at("f", "mb_3x3_e3", "e", expansion=1234567 / 2**11),
    ]
    size = {"input": IMAGE, "stem": [{"op": "conv_1x1", "width": 16}], "stages": [{"cell": "c"}]}
    yield document(
        {"c": {"channels": "own", "nodes": [*own, node("y", "output", "f")]}}, size, operators=operators
    )


def read_descriptions() -> Iterator[Document]:
    """Yield networks with operators known by words: attributes, special tokens, candidates, equal sentences, unused ones."""
    operators = {
        "unused": {"text": "A wavelet"},
        "b": {"text": "Dilated convolution, 7 by 7, rate 3", "ordered": True},
        "a": {"text": "Inverted residual with a kernel of 5", "expansion": 2.3456789, "kernel": 5},
        "same": {
            "text": "Inverted residual with a kernel of 5",
            "expansion": 2.3456789,
            "kernel": 5,
            "stride": 1,
        },
        "known": {"text": "Grouped convolution 3 by 3", "groups": 8, "parameters": 640, "resolution": 32},
    }
    nodes = [
        X,
        node("w", "sum", "x", "x"),
        node("p", "b", "w", "x"),
        at("q", "a", "p", kernel=3),
        node("r", "same", "q"),
    ]
    nodes += [node("s", "known", "r"), {"id": "t", "candidates": ["b", "conv_3x3", "a"], "inputs": ["s"]}]
    cell = {"nodes": [*nodes, node("y", "output", "t", "q")]}
    skeleton = {
        "input": IMAGE,
        "stem": [{"op": "conv_3x3", "width": 16}],
        "stages": [{"cell": "c", "width": 16}],
        "classes": 10,
    }
    yield document({"c": cell}, skeleton, operators=operators)
    yield document(
        {"c": {"nodes": [X, node("a", "conv_3x3", "x"), node("y", "output", "a")]}}, operators=operators
    )
    texts = (
        "[CLS] max pooling [SEP] 3 by 3 [MASK]",
        "Convolution\x00 7\u200b by\x07 7\ufffd, \ud7ff",
        'Squeeze, then excite: it\'s "gated"\n',
        "\uff23\uff2f\uff2e\uff36 \uff13\xd7\uff13 \u0130stanbul \ufb01lter \u03a3\u03b1\u03c2",
    )
    for text in texts:
        layer = {"nodes": [X, node("a", "new", "x"), node("y", "output", "a", "x")]}
        yield document(
            {"c": layer}, {**skeleton, "stages": [{"cell": "c"}]}, operators={"new": {"text": text}}
        )
