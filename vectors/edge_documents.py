"""Documents of the vectors for rules that ordinary networks do not reach: unknown costs, odd cells, ties, attributes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.own_cells import at, own
from vectors.special_documents import IMAGE, document, node

Document = dict[str, Any]
X, Y = node("x", "input"), "y"
NEWER = node("x", "input", role="c_{k-1}")
OLDER = node("w", "input", role="c_{k-2}")


def edge_documents() -> Iterator[Document]:
    """Yield all documents of this module."""
    yield from unknown_layers()
    yield from known_layers()
    yield from cells()
    yield from chains_of_cells()
    yield from recurrent_costs()
    yield from nominal()
    yield from ties()
    yield from counts()


def layers(*stages: Document, operators: Document | None = None, height: int = 32, **more: Any) -> Document:
    """Return a network of operators without cells."""
    skeleton = {"input": {"channels": 3, "height": height, "width": 32}, "stages": list(stages), **more}
    return document({}, skeleton, **({"operators": operators} if operators else {}))


def op(key: str, width: int | None = None, step: int = 1, **attributes: Any) -> Document:
    """Return a stage of one operator; `step` is the stride of the stage."""
    found: Document = {"op": key}
    found |= {"width": width} if width else {}
    found |= {"stride": step} if step > 1 else {}
    return found | ({"attributes": attributes} if attributes else {})


def unknown_layers() -> Iterator[Document]:
    """Yield networks with one layer that does not fit, so that their costs are unknown."""
    for wrong in (
        op("conv_3x3", 8, kernel=40, padding=0),
        op("flatten", 8),
        op("flatten", step=2),
        op("global_avg_pool", step=2),
        op("patch_tokens"),
        op("patch_embedding", 8, kernel=40),
        op("max_pool_3x3", resolution=5, padding=1),
        op("max_pool_3x3", step=2, resolution=5),
        op("max_pool_3x3", padding=2),
        op("pixel_shuffle", 8),
        op("pixel_unshuffle", 8),
        op("mb_3x3_e3", expansion=0.01),
        op("conv_3x3", 18, groups=4),
        op("conv_3x3", 24, groups=12),
        op("mb_3x3_e3", 20, expansion=1, groups=3, expand="always"),
        op("convnext_block", 8),
        op("relu", 8),
        op("batch_norm", step=2),
        op("self_attention_h4", key_value_heads=3),
        op("gated_linear_unit", step=2),
        op("positional_embedding", step=2),
        op("channel_shuffle", 8),
        op("channel_shuffle", groups=3),
        op("channel_slice_4", 14),
        op("scale_", 8),
        op("squeeze_excitation", 8),
        op("upsample_nearest", 8),
        {**op("upsample_nearest", stride=1000), "repeats": 20},
    ):
        operators = {
            "channel_slice_4": {"text": "Slice of the channels", "kind": "channel_slice", "start": 4},
            "scale_": {"text": "Factor for each channel", "kind": "scale"},
            "pixel_unshuffle": {"text": "Positions to channels", "kind": "pixel_unshuffle"},
        }
        used = {key: entry for key, entry in operators.items() if key == wrong["op"]}
        yield layers(op("conv_3x3", 16), wrong, op("conv_1x1", 12), operators=used, classes=10)
    yield layers(op("conv_3x3", 18), op("pixel_shuffle"), op("conv_1x1", 12))
    unshuffle = {"pixel_unshuffle": {"text": "Positions to channels", "kind": "pixel_unshuffle"}}
    yield layers(op("pixel_unshuffle"), op("conv_1x1", 12), operators=unshuffle, height=33)
    tokens = [op("patch_embedding", 16, kernel=8), op("class_token")]
    yield layers(*tokens, op("patch_tokens", 8), op("conv_1x1", 12))
    shrunk = op("conv_transpose_3x3", padding=2, stride=1)
    yield layers(op("global_avg_pool"), shrunk, op("conv_1x1", 12))


def known_layers() -> Iterator[Document]:
    """Yield networks of known cost whose layers round, start at an offset, or have a stride on a single position."""
    halves = [op("conv_1x1", 5), op("feed_forward_e2", expansion=0.5), op("mb_3x3_e3", 7, expansion=1.5)]
    yield layers(*halves, op("res_bottleneck_block", 6), op("res_bottleneck_block", 10), classes=10)
    slices = {"slice": {"text": "Slice of the channels", "kind": "channel_slice", "start": 8}}
    yield layers(op("conv_1x1", 16), op("slice", 8), operators=slices)
    yield layers(op("conv_1x1", 16), op("global_avg_pool"), op("skip_connect", step=2), op("linear", 9))
    # ceil: of the two windows that round up, one begins in the padding at the end.
    pools = [op("max_pool_2x2", stride=size, padding=1, ceil=1) for size in (2, 3, 5)]
    yield layers(op("conv_1x1", 16), *pools, height=9, classes=3)
    stages = [op("conv_3x3", 16), {**op("conv_3x3"), "resolution": 32}, {**op("conv_3x3"), "resolution": 16}]
    yield layers(*stages, op("conv_3x3", 8))
    yield layers(*stages[:2], {**stages[1]}, op("conv_3x3", 8))
    attention = {
        "bias": {"text": "Attention with biases", "kind": "self_attention", "heads": 2, "query_bias": 1},
        "none": {"text": "Attention of 4", "kind": "self_attention", "heads": 4, "bias": 0, "query_bias": 0},
        "gate": {
            "text": "Inverted residual, gated",
            "kind": "inverted_residual",
            "kernel": 3,
            "expansion": 2,
            "squeeze": 0,
            "gate": "hardsigmoid",
        },
    }
    yield layers(
        op("conv_3x3", 16), op("bias"), op("none"), op("none", bias=1), op("gate"), operators=attention
    )
    yield layers(op("conv_3x3", 16), op("self_attention_h4", key_value_heads=2), op("conv_3x3", norm="none"))
    own_input = {"input": {"text": "Image", "kind": "input"}, "output": {"text": "Classes", "kind": "output"}}
    yield layers(op("conv_3x3", 16), operators=own_input)
    yield layers(op("conv_3x3", 16), operators={"input": {"text": "Identity", "kind": "identity"}})


def in_cell(nodes: list[Document], channels: str = "same", stride: int = 1, **more: Any) -> Document:
    """Return a network of one cell behind a convolution of 16 channels."""
    stages = [{"cell": "c", "width": 16, **({"stride": stride} if stride > 1 else {})}]
    stem = more.pop("stem", [op("conv_3x3", 16)])
    skeleton = {"input": IMAGE, "stem": stem, "stages": stages, "classes": more.pop("classes", 10)}
    return document({"c": {"channels": channels, "nodes": nodes}}, skeleton, **more)


def cells() -> Iterator[Document]:
    """Yield cells whose joins, roles, widths or paths are unusual; the costs of most are unknown."""
    a, b = node("a", "conv_3x3", "x"), node("b", "conv_1x1", "x")
    wide = {"wide": {"text": "Convolution 5 by 5", "kind": "convolution", "kernel": 5, "channels": 8}}
    yield in_cell([X, at("a", "conv_3x3", "x", channels=16), node(Y, "output", "a")])
    yield in_cell([X, node("a", "wide", "x"), node(Y, "output", "a")], operators=wide)
    choices = {"id": "m", "candidates": ["skip_connect", "upsample_nearest"], "inputs": ["x"]}
    yield in_cell([X, choices, node(Y, "output", "m")])
    doubled = [X, a, b, node("d", "sum", "a", "b", join="concat"), node("e", "sum", "d", "a")]
    yield in_cell([*doubled, node(Y, "output", "e")])
    yield in_cell([X, a, at("b", "conv_1x1", "x", stride=2), node(Y, "output", "a", "b")])
    # Roles of other nodes do not count, nor do sums that nobody reads; a product with `none` is none.
    yield in_cell([X, {**a, "role": "first"}, node("s", "sum", "a", "x"), node(Y, "output", "a")])
    zero = [X, a, node("n", "none", "x"), node("p", "elementwise_prod", "a", "n"), node("s", "sum", "x", "a")]
    added = [node("e", "elementwise_sum", "s", "x"), node("q", "relu", "a", "n", join="product")]
    yield in_cell([*zero, *added, node(Y, "output", "p", "e", "q")])
    product = {"times": {"text": "My product", "kind": "elementwise", "operation": "product"}}
    times = [X, a, node("n", "none", "x"), node("p", "times", "a", "n"), node("e", "times", "a", "b")]
    yield in_cell([*times, b, node(Y, "output", "p", "e")], operators=product)
    # Split cells.
    yield in_cell([X, node("n", "none", "x"), node(Y, "output", "n")], "split")
    yield in_cell([X, a, node("n", "none", "x"), b, node(Y, "output", "a", "n", "b")], "split")
    many = [node(f"p{place}", "conv_1x1", "x") for place in range(17)]
    yield in_cell([X, *many, node(Y, "output", *(each["id"] for each in many))], "split")
    half = at("h", "max_pool_3x3", "a", stride=2)
    yield in_cell([X, a, half, node(Y, "output", "h", "a")], "split")
    yield in_cell([X, a, b, node("j", "relu", "a", "b", join="concat"), node(Y, "output", "j")], "split")
    yield in_cell([X, a, b, node(Y, "output", "a"), node("z", "output", "b")], "split")
    # Stack cells.
    both, last = [OLDER, NEWER], node(Y, "output", "a")
    yield in_cell([NEWER, node("n", "none", "x"), node(Y, "output", "n")], "stack")
    yield in_cell([*both, a, last, node("z", "output", "a")], "stack")
    yield in_cell([*both, a, node("z", "output")], "stack")
    yield in_cell([*both, a, node("j", "relu", "a", "w", join="concat"), node(Y, "output", "j")], "stack")
    stem = [op("conv_3x3", 16), op("conv_3x3", 16, 4)]
    yield in_cell([*both, a, node("j", "relu", "a", "w"), node(Y, "output", "j")], "stack", stem=stem)
    yield in_cell([NEWER, {**a, "role": "c_{k-2}"}, last], "stack")
    yield in_cell([*both, a, node("u", "conv_1x1"), node(Y, "output", "u", "w")], "stack", 2)
    yield in_cell([*both, a, node(Y, "output", "w", "x")], "stack", 2)
    yield in_cell(
        [NEWER, a, node("r", "relu", "a", "x"), node(Y, "output", "r")],
        "stack",
        2,
        stem=[*stem, op("global_avg_pool")],
    )
    by_candidate = {"id": Y, "candidates": ["output"], "inputs": ["a", "d"]}
    yield in_cell([NEWER, a, node("d", "conv_1x1", "x"), by_candidate], "stack")
    # Own cells: a node without inputs, outputs of equal numbers of positions, an own cell in the head.
    fresh = [
        X,
        node("p", "global_avg_pool"),
        node("l", "linear", "p"),
        at("a", "conv_3x3", "x", "l", join="product"),
    ]
    yield own([*fresh, node(Y, "output", "a")], classes=10)
    maps = [
        at(
            f"m{place}",
            "max_pool_2x2",
            "x",
            resolution=4 - 2 * place,
            resolution_width=2 + 2 * place,
            channels=8 - 3 * place,
        )
        for place in (0, 1)
    ]
    yield own([X, *maps, node("y", "output", "m0"), node("z", "output", "m1")])
    inner = [
        X,
        at("a", "conv_3x3", "x", stride=2),
        at("b", "conv_3x3", "a", stride=2),
        node(Y, "output", "b"),
    ]
    skeleton = {
        "input": IMAGE,
        "stages": [op("conv_3x3", 8)],
        "head": [{"cell": "c"}, op("conv_3x3", 12, 2)],
        "classes": 5,
    }
    yield document({"c": {"channels": "own", "nodes": inner}}, skeleton)


def chains_of_cells() -> Iterator[Document]:
    """Yield cells of role `chain`: layers in a row, and cells that count like others."""
    mixed = {"id": "b", "candidates": ["mb_3x3_e3", "skip_connect"], "inputs": ["a"]}
    row = [
        X,
        at("a", "conv_3x3", "x", channels=24),
        mixed,
        at("d", "max_pool_3x3", "b", stride=2),
        node(Y, "output", "d"),
    ]
    cut = [X, node("n", "none", "x"), node(Y, "output", "n")]
    fork = [X, node("a", "conv_3x3", "x"), node("b", "conv_1x1", "x"), node(Y, "output", "a", "b")]
    for nodes, channels, stage in (
        (row, "same", {"repeats": 2}),
        (row, "own", {}),
        (row, "same", {"width": 24}),
        ([*row[:2], node(Y, "output", "a")], "split", {}),
        (cut, "same", {}),
        (fork, "same", {}),
        (fork, "same", {"stride": 2}),
    ):
        cell = {"role": "chain", "channels": channels, "nodes": nodes}
        skeleton = {
            "input": IMAGE,
            "stem": [op("conv_3x3", 16)],
            "stages": [{"cell": "c", **stage}],
            "classes": 7,
        }
        yield document({"c": cell}, skeleton)
    through = {"role": "chain", "nodes": [X, node(Y, "output", "x")]}  # no layers, so no levels
    yield document({"c": through}, {"input": IMAGE, "stages": [{"cell": "c", "repeats": 3}], "classes": 7})


def recurrent_costs() -> Iterator[Document]:
    """Yield recurrent networks, most of them of unknown cost; the bundle refuses all."""
    x, h = node("x", "input", role="x"), node("h", "input", role="h_prev_0")
    linear = node("f", "linear", "x", "h")
    plain = [x, h, linear, node(Y, "output", "f")]
    stem = [{"op": "embedding", "width": 20}]
    tied = [{"op": "tied_embedding", "width": 20}]
    cells: tuple[tuple[list[Document], Document], ...] = (
        (plain, {"stem": []}),
        (plain, {"stem": [{"op": "linear", "width": 20}]}),
        (plain, {"stem": tied}),
        (plain, {"stem": tied, "stages": [{"cell": "r", "width": 24}]}),
        (plain, {"stages": [{"cell": "r", "width": 24}, {"op": "relu"}]}),
        ([*plain[:3], node("g", "elementwise_sum", "f", "x"), node("u", "relu", "f"), node(Y, "output", "g")], {"stages": [{"cell": "r", "width": 24}]}),
        ([x, h, {"id": "f", "candidates": ["linear", "relu"], "inputs": ["x"]}, node(Y, "output", "f")], {"stages": [{"cell": "r", "width": 24}]}),
        ([x, h, {"id": "f", "candidates": ["linear", "relu"], "inputs": ["h"]}, node(Y, "output", "f", "x", join="concat")], {}),
        # The output keeps the width 20, and the next layer reads 24.
        ([x, h, linear, node(Y, "output", "x")], {"stages": [{"cell": "r", "width": 24, "repeats": 2}]}),
        ([x, h, linear, node("u", "linear", "x"), node(Y, "output", "h", "f")], {}),
    )  # fmt: skip
    for nodes, changes in cells:
        skeleton = {"stem": stem, "stages": [{"cell": "r", "repeats": 2}], "classes": 1000, **changes}
        yield document({"r": {"role": "recurrent", "nodes": nodes}}, skeleton)


def nominal() -> Iterator[Document]:
    """Yield networks with operators of unknown cost, which count as other operators in the reachable network."""
    entries = {
        "mix": {"text": "Block of expansion 2", "kind": "block", "expansion": 2, "channels": 6, "stride": 2},
        "fix": {"text": "Attention at a size", "kind": "attention", "heads": 2, "resolution": 5},
    }
    nodes = [X, at("a", "conv_3x3", "x", channels=8)]
    nodes += [at("m", "mix", "a", expansion=18), at("n", "mix", "a", kernel=5, stride=4)]
    nodes += [at("f", "fix", "m", channels=10, resolution_width=4), node("r", "reshape", "a")]
    nodes += [
        at("o", "max_pool_2x2", "r", resolution=5, resolution_width=4),
        at("l", "conv_1x1", "n", channels=9),
    ]
    nodes += [node("g", "global_avg_pool", "l")]
    yield own(
        [*nodes, node("y", "output", "f", "o", join="concat"), node("z", "output", "g")], operators=entries
    )
    yield own([*nodes, node("y", "output", "f", "o", join="concat")], operators=entries, classes=4)
    cell = [
        X,
        at("a", "mix2", "x", kernel=7),
        node("b", "cross_attention", "a", "x"),
        node(Y, "output", "b", "a"),
    ]
    choices = {"id": "c", "candidates": ["linear_attention", "conv_3x3", "matmul"], "inputs": ["x"]}
    blocks = {"mix2": {"text": "Block without numbers", "kind": "block"}}
    yield in_cell([*cell[:3], choices, node(Y, "output", "b", "c")], operators=blocks, stride=2)
    yield layers(
        op("conv_3x3", 16), op("mix2", 24, 2, kernel=5), op("mix2", 8, parameters=0), operators=blocks
    )


def ring(sizes: tuple[int, ...], before: int = 0) -> Document:
    """Return rings of convolutions in one cell, behind a chain of others."""
    nodes, last = [X], "x"
    for place in range(before):
        nodes.append(node(f"t{place}", "conv_3x3", last))
        last = f"t{place}"
    ends = []
    for number, size in enumerate(sizes):
        names = [f"{number}_{place}" for place in range(size)]
        nodes += [node(f"a{name}", "conv_3x3", last) for name in names]
        for place, name in enumerate(names):
            nodes.append(node(f"b{name}", "conv_1x1", f"a{name}", f"a{names[(place + 1) % size]}"))
            ends.append(f"b{name}")
    return document({"c": {"nodes": [*nodes, node(Y, "output", *ends)]}})


def ties() -> Iterator[Document]:
    """Yield graphs with ties: rings that colors cannot tell apart, permutations, and 64 or more nodes."""
    yield ring((4, 4))
    yield ring((8,))
    yield ring((3, 5))
    yield ring((3, 2), before=52)  # 64 nodes
    yield ring((3, 2), before=53)
    # Every third node of a row reads one of the first row and one of the second; the permutation has a fixed point.
    nodes = [X, *(node(f"c{k}", "conv_3x3", "x") for k in range(3))]
    nodes += [node(f"d{k}", "conv_1x1", f"c{k}") for k in range(3)]
    nodes += [node(f"e{k}", "conv_1x1", f"d{k}", f"c{end}") for k, end in enumerate((0, 2, 1))]
    yield document({"c": {"nodes": [*nodes, node(Y, "output", "e0", "e1", "e2")]}})


def counts() -> Iterator[Document]:
    """Yield inputs that occur very often: a sum of sums, and an ordered operator with more than 20 ports."""
    sums = [
        node("s0", "sum", "x", "x"),
        *(node(f"s{k}", "sum", f"s{k - 1}", f"s{k - 1}") for k in range(1, 18)),
    ]
    yield document({"c": {"nodes": [X, *sums, node("a", "relu", "s17", "x"), node(Y, "output", "a")]}})
    ports = ["a" if place in (3, 24) else "x" for place in range(26)]
    two = [
        X,
        node("a", "relu", "x"),
        node("d", "sub", *ports),
        node("e", "sub", *("xa"[k == 21] for k in range(23))),
    ]
    yield document({"c": {"nodes": [*two, node(Y, "output", "d", "e")]}})
