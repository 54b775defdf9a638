"""Wrong documents: mistakes in JSON, violations of the schema, and what only the checks find, at most a few kB each."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from vectors.wrong_json import BYTES, TEXTS

Document = dict[str, Any]
Edit = Callable[[Document], object]

RIGHT: Document = {
    "format": "nasport-architecture",
    "version": 1,
    "name": "right",
    "operators": {
        "mine": {"text": "My convolution", "kind": "convolution", "kernel": 3},
        "worded": {"text": "A new operator"},
    },
    "cells": {
        "cell": {
            "nodes": [
                {"id": "in", "op": "input"},
                {"id": "a", "op": "conv_3x3", "inputs": ["in"]},
                {"id": "b", "op": "mine", "inputs": ["a", "in"], "join": "concat"},
                {"id": "c", "op": "worded", "inputs": ["b"]},
                {"id": "m", "candidates": ["skip_connect", "max_pool_3x3"], "inputs": ["b"]},
                {"id": "out", "op": "output", "inputs": ["c", "m"]},
            ]
        },
        "own": {
            "channels": "own",
            "nodes": [{"id": "x", "op": "input"}, {"id": "y", "op": "output", "inputs": ["x"]}],
        },
    },
    "skeleton": {
        "input": {"channels": 3, "height": 32, "width": 32},
        "stem": [{"op": "stem_conv3x3", "width": 16}],
        "stages": [
            {"cell": "cell", "repeats": 3, "width": 16},
            {"op": "mb_3x3_e3", "width": 32, "stride": 2},
        ],
        "head": [{"op": "global_avg_pool"}],
        "classes": 10,
    },
    "labels": [{"dataset": "cifar10", "metric": "accuracy", "value": 93.5}],
}
NODES = ("cells", "cell", "nodes")
STAGE = ("skeleton", "stages", 0)
LAYER = ("skeleton", "stages", 1)


def at(value: Any, *path: str | int) -> Any:
    """Return the value at a path."""
    for key in path:
        value = value[key]
    return value


def put(*path_and_value: Any) -> Edit:
    """Return an edit that sets the value at a path; the last argument is the value."""
    *path, key, value = path_and_value

    def edit(document: Document) -> None:
        at(document, *path)[key] = value

    return edit


def pop(*path: str | int) -> Edit:
    """Return an edit that removes the value at a path."""
    return lambda document: at(document, *path[:-1]).pop(path[-1])


def both(*edits: Edit) -> Edit:
    """Return an edit that makes several edits."""
    return lambda document: [edit(document) for edit in edits]


def node(place: int, **changes: Any) -> Edit:
    """Return an edit that changes a node of the cell."""
    return lambda document: at(document, *NODES, place).update(changes)


def operator(**changes: Any) -> Edit:
    """Return an edit that replaces the first operator of the document; its text is kept unless `text` is given."""
    return put("operators", "mine", {"text": "My operator", **changes})


def chain(count: int) -> list[Document]:
    """Return the nodes of a chain."""
    inner = [{"id": str(k), "op": "relu", "inputs": [str(k - 1)]} for k in range(1, count - 1)]
    return [{"id": "0", "op": "input"}, *inner, {"id": "y", "op": "output", "inputs": [str(count - 2)]}]


_VALUES: tuple[Any, ...] = (None, True, 0, 1.5, -1, "text", [], {}, [1], {"a": 1})
# Where wrong types are put.
_PLACES: tuple[tuple[str | int, ...], ...] = (
    *(
        ("version",),
        ("name",),
        ("operators",),
        ("cells",),
        ("skeleton",),
        ("labels",),
        ("source",),
        ("space",),
    ),
    *(
        ("operators", "mine"),
        ("operators", "mine", "kernel"),
        ("operators", "mine", "kind"),
        ("operators", "mine", "text"),
    ),
    *(
        ("cells", "cell"),
        ("cells", "cell", "channels"),
        NODES,
        (*NODES, 1),
        (*NODES, 1, "id"),
        (*NODES, 1, "op"),
    ),
    *((*NODES, 1, "inputs"), (*NODES, 1, "inputs", 0), (*NODES, 2, "join"), (*NODES, 4, "candidates")),
    *(
        ("skeleton", "input"),
        ("skeleton", "input", "height"),
        ("skeleton", "classes"),
        ("skeleton", "stages"),
        STAGE,
    ),
    *(
        (*STAGE, "repeats"),
        (*STAGE, "width"),
        (*STAGE, "cell"),
        (*STAGE, "attributes"),
        ("labels", 0, "value"),
    ),
)

EDITS: tuple[Edit, ...] = (
    *(pop(key) for key in ("format", "version", "cells")),
    *(put("format", value) for value in ("nasport-space", "nasport-task", "nasport-bundle", "nasport-architectur", "x", 7)),
    *(put("version", value) for value in (2, "1", None, 1.5)),
    *(put(key, 1) for key in ("nodes", "Name", "skeletn", "labls", "é", "x" * 90, "__proto__", "op.erators")),
    *(put("name", "n" * 1001), put("space", "s" * 201), put("cells", {})),
    both(put("cells", {}), pop("skeleton")),
    *(pop("operators", "mine", key) for key in ("text", "kernel")),
    *(operator(kind=kind) for kind in ("convolutoin", "pool", "Convolution", "pooling", "inverted_residual", "elementwise", "upsampling")),
    *(operator(kind="convolution", kernel=value) for value in (0, 1001, 2.5, "3")),
    *(operator(kind="convolution", kernel=3, **{name: 1}) for name in ("expansion", "heads", "squeeze", "ceil", "kernels")),
    *(operator(kind="convolution", kernel=3, norm=word) for word in ("layer", "batchnorm")),
    *(operator(kind="convolution", kernel=3, order=word) for word in ("relu-conv-bn", "conv")),
    operator(kind="convolution", kernel=3, activation="none", order="relu-conv-bn"),
    operator(kind="convolution", kernel=3, padding_width=2),
    operator(kind="convolution", kernel=3, resolution_width=2),
    operator(kind="pooling", kernel=3, mode="nearest"),
    operator(kind="pooling", kernel=3, mode="max", ceil=1),
    operator(kind="pooling", kernel=3, mode="average", activation="relu"),
    operator(kind="inverted_residual", kernel=3),
    operator(kind="inverted_residual", kernel=3, expansion=0),
    operator(kind="inverted_residual", kernel=3, expansion=3, gate="hardsigmoid"),
    operator(kind="inverted_residual", kernel=3, expansion=3, expand="always"),
    operator(kind="inverted_residual", kernel=3, expansion=3, squeeze=2),
    operator(kind="normalization", groups=4),
    operator(kind="normalization", norm="none"),
    operator(kind="activation", activation="swish"),
    operator(kind="sum", kernel=1),
    operator(kind="identity", order="conv"),
    operator(kind="block", flops=5),
    operator(kind="block", parameters=-1),
    operator(kind="other", activation="relu"),
    operator(kind="input", channels=3),
    operator(text=""),
    operator(text="t" * 2001),
    operator(kind="self_attention", heads=4, key_value_heads=0),
    operator(ordered="yes"),
    pop("cells", "cell", "nodes"),
    put(*NODES, []),
    *(put("cells", "cell", "channels", word) for word in ("Split", "concat", "")),
    put("cells", "cell", "kind", "x"),
    put("cells", "cell", "role", "r" * 101),
    *(pop(*NODES, 1, key) for key in ("id", "op", "inputs")),
    *(node(1, **{key: 1}) for key in ("input", "operator", "kernel", "candidate")),
    node(1, id=""), node(1, id="in"), node(5, id="a"), node(1, id="i" * 201),
    *(node(1, op=word) for word in ("conv3x3", "CONV_3x3", "conv_3\u00d73", "", "zzzzzzzz", "o" * 201, "__proto__", "10")),
    *(node(1, inputs=value) for value in (["In"], ["nowhere"], ["out"], ["a"], ["c"], ["in", ""], "in")),
    node(0, inputs=["a"]), node(0, op="relu", inputs=[]), node(5, op="relu"),
    node(2, join="add"), node(2, join=None),
    *(node(4, candidates=value) for value in ([], ["relu", "relu"], ["relu", "rely"], ["relu", "input"], ["output", "relu"], "relu")),
    node(4, op="relu"), node(4, attributes={"kernel": 3}),
    *(node(1, attributes=value) for value in ({"kernl": 3}, {"heads": 2}, {"kernel": 0}, {"mode": "max"}, {"order": "relu-conv-bn", "activation": "none"}, {"padding_width": 1}, {"bias": 2}, {"norm": "layer"}, {"groups": 1.5})),
    node(3, attributes={"activation": "relu"}), node(3, attributes={"flops": 3}), node(2, attributes={"expansion": 2}),
    node(1, role="r" * 101),
    both(node(1, inputs=["c"]), put("cells", "cell", "role", "recurrent")),
    both(put("cells", "cell", "role", "recurrent"), node(1, attributes={"kernel": 5})),
    pop("skeleton", "stages"), put("skeleton", "stages", []), put("skeleton", "depth", 3),
    *(put("skeleton", "input", key, 0) for key in ("channels", "length", "size")),
    put("skeleton", "classes", 0),
    *(put(*STAGE, key, value) for key, value in (("repeats", 0), ("repeats", 1001), ("width", 0), ("stride", 65), ("resolution", 0), ("depth", 1), ("op", "relu"), ("cell", "Cell"), ("cell", "nowhere"), ("repeats", 2.5))),
    pop(*STAGE, "cell"), put(*STAGE, "attributes", {"kernel": 3}), put(*STAGE, {}),
    put(*STAGE, {"cell": "own", "width": 8}), put(*STAGE, {"cell": "own", "stride": 2}),
    put(*LAYER, "op", "mb_3x3_e33"), put(*LAYER, "attributes", {"heads": 2}), put(*LAYER, "attributes", {"channels": 8}),
    put(*LAYER, "attributes", {"stride": 2}), put(*LAYER, "attributes", {"gate": "hardsigmoid"}),
    put("skeleton", "stages", [{"op": "relu", "repeats": 600}, {"op": "relu", "repeats": 401}]),
    *(put("labels", [value]) for value in ({}, {"dataset": "d", "metric": "m"}, {"dataset": "d", "metric": "m", "value": 1, "epochs": -1}, {"dataset": "d", "metric": "m", "value": "1"})),
    *(put("source", value) for value in ({}, {"format": "f"}, {"format": "f", "text": 3}, {"format": "f", "text": "t", "x": 1})),
)  # fmt: skip

# Values that are not documents of nasport, or of another format.
OTHERS: tuple[Any, ...] = (
    [], {}, 3, "text", None, True, [RIGHT["cells"]], {"format": None}, {"Format": "nasport-architecture"},
    {"model_type": "bert"}, {"architectures": ["A"]}, {"_class_name": "Unet"}, {"architecture": "resnet18", "num_classes": 10},
    {"weight_map": {}}, {"class_name": "Model", "config": {}}, {"nbformat": 4}, {"name": "x", "dependencies": {}},
    {"name": "x", "scripts": {}}, {"$schema": "s", "properties": {}}, {"format": "nasport-architecture"},
    {"format": "nasport-architecture", "Version": 1, "cells": {}}, {"cells": {}}, {"nodes": []},
)  # fmt: skip


def wrong_texts() -> Iterator[bytes]:
    """Yield the text of every wrong document, without repetition."""
    texts: dict[bytes, None] = dict.fromkeys(text.encode() for text in TEXTS)
    texts |= dict.fromkeys(BYTES)
    texts |= dict.fromkeys(json.dumps(value).encode() for value in OTHERS)
    for place, edit in enumerate(EDITS):
        value = copy.deepcopy(RIGHT)
        edit(value)
        texts[_written(value, place)] = None
    for number, path in enumerate(_PLACES):
        for offset in (0, 4):
            value = copy.deepcopy(RIGHT)
            at(value, *path[:-1])[path[-1]] = _VALUES[(number + offset) % len(_VALUES)]
            texts[_written(value, number + offset)] = None
    yield from texts


def _written(value: Document, number: int) -> bytes:
    """Return a document on one line or several, so that messages name lines."""
    indent = (None, 1, None)[number % 3]
    return json.dumps(value, indent=indent, ensure_ascii=number % 2 == 0, separators=(",", ":")).encode()
