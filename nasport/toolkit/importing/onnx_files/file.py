"""Reader of ONNX files. It needs shapes, operators and names, and skips the contents of weights."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasport.runtime.installation import pip_install
from nasport.schemas.errors import InputError
from nasport.toolkit.importing.graph.sharing import counted_each
from nasport.toolkit.importing.graph.tensor_graph import MAX_OPERATIONS, Shape, TensorGraph, checked_shape
from nasport.toolkit.importing.onnx_files.call import OnnxCall, OnnxReader
from nasport.toolkit.importing.onnx_files.constants import attributes_of, node_label
from nasport.toolkit.importing.onnx_files.operators import read_call
from nasport.toolkit.importing.onnx_files.shapes import FLOATS, Resolver, stated_shapes
from nasport.toolkit.importing.onnx_files.wire import AGAIN, MAX_KEPT, without_weights

if TYPE_CHECKING:
    import onnx

MAX_SUBGRAPHS = 40
MAX_DOMAINS = 100
_QUOTED = re.compile(r"'([^'\\]*)'|\"([^\"\\]*)\"")  # entries of a list of texts that Python printed


def read_onnx(path: Path, image: tuple[int, ...] | None = None) -> TensorGraph:
    """Read the graph of an ONNX file.

    Args:
        path: ONNX file.
        image: shape of the input, with or without its batch, to use instead of the shape that the file states.

    Raises:
        InputError: the file is not an ONNX model, or its model cannot be imported.
    """
    try:
        import onnx  # noqa: F401
    except ImportError:
        raise InputError(
            f"reading ONNX files needs the package onnx, which is not installed: {pip_install('onnx')}"
        ) from None
    data = without_weights(path)
    try:
        return _read_model(_inlined(_parsed(data)), image)
    except (
        TypeError,
        ValueError,
        AttributeError,
        LookupError,
        ArithmeticError,
        AssertionError,
        RecursionError,
    ) as error:
        # For example, protobuf returns bytes for names that are not UTF-8.
        raise InputError(f"a damaged ONNX file ({error!r:.80}); {AGAIN}") from error


def _read_model(model: onnx.ModelProto, image: tuple[int, ...] | None) -> TensorGraph:
    graph = model.graph
    stored = {tensor.name for tensor in graph.initializer} | {
        tensor.values.name for tensor in graph.sparse_initializer
    }
    image_value = _input([value for value in graph.input if value.name not in stored])
    shape, batch = _image_shape(image_value, image)
    values = () if image is not None else (*graph.value_info, *graph.output)
    resolver = Resolver(list(model.opset_import), model.ir_version, stated_shapes(iter(values), batch))
    resolver.types[image_value.name] = image_value.type.tensor_type.elem_type
    resolver.shapes[image_value.name] = shape
    for tensor in graph.initializer:
        resolver.store(tensor, tensor.name)
    outputs = [value.name for value in graph.output]
    resolver.resolve(_wanted(graph, outputs, set(resolver.types)))
    return _graph(resolver, image_value.name, outputs, graph.initializer)


def _parsed(data: bytes) -> onnx.ModelProto:
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        model = onnx.load_model_from_string(data)
    except (DecodeError, ValueError, TypeError, RuntimeError) as error:
        raise InputError(f"not an ONNX file, or a damaged one ({error!s:.120}); {AGAIN}") from None
    if not model.HasField("graph") or not model.graph.node:
        raise InputError(f"no operations, expected a network; {AGAIN}")
    if len(model.opset_import) > MAX_DOMAINS:
        raise InputError(
            f"{len(model.opset_import):,} sets of operators, expected at most {MAX_DOMAINS}; {AGAIN}"
        )
    versions = {opset.domain: opset.version for opset in model.opset_import}
    version = versions.get("", versions.get("ai.onnx"))
    newest = onnx.defs.onnx_opset_version()
    if version is None or version < 1:
        raise InputError(f"no version of ONNX's operators, expected one of 1 to {newest}; {AGAIN}")
    if version > newest:
        raise InputError(
            f"version {version} of ONNX's operators, expected at most {newest}: install a newer package onnx"
        )
    return model


def _inlined(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return the model with its local functions inlined.

    Raises:
        InputError: there are too many operations, or a function calls itself.
    """
    import onnx.inliner

    functions = {(function.domain, function.name): function for function in model.functions}
    counts: dict[tuple[str, str], tuple[int, int]] = {}

    def size(
        nodes: Sequence[onnx.NodeProto], calls: tuple[tuple[str, str], ...], depth: int
    ) -> tuple[int, int]:
        """Return the number of operations after inlining, and their size in bytes."""
        total, length = 0, 0
        if depth > MAX_SUBGRAPHS:
            raise InputError(
                f"functions or graphs are nested too deep, expected at most {MAX_SUBGRAPHS} levels"
            )
        for node in nodes:
            total += 1
            length += node.ByteSize()
            key = node.domain, node.op_type
            if key in functions:
                if key in calls:
                    raise InputError(
                        f"{node_label(node)} is a function that calls itself, expected a graph of fixed operations"
                    )
                if key not in counts:
                    counts[key] = size(functions[key].node, (*calls, key), depth + 1)
                total, length = total + counts[key][0], length + counts[key][1]
            for inner in _subgraphs(node):
                inner_size = size(inner.node, calls, depth + 1)
                total, length = total + inner_size[0], length + inner_size[1]
            if total > MAX_OPERATIONS:
                raise InputError(f"too many operations, expected at most {MAX_OPERATIONS:,}")
            if functions and length > MAX_KEPT:
                raise InputError(f"too many bytes after functions are inlined, expected at most {MAX_KEPT:,}")
        return total, length

    size(model.graph.node, (), 0)
    if not functions:
        return model
    try:
        return onnx.inliner.inline_local_functions(model)
    except Exception as error:  # onnx and its bindings raise many kinds of errors for hostile models
        raise InputError(f"its functions cannot be inlined ({error!s:.120}); {AGAIN}") from None


def _subgraphs(node: onnx.NodeProto) -> Iterator[onnx.GraphProto]:
    for attribute in node.attribute:
        if attribute.HasField("g"):
            yield attribute.g
        yield from attribute.graphs


def _input(values: Sequence[onnx.ValueInfoProto]) -> onnx.ValueInfoProto:
    """Check the inputs of a model and return the image."""
    if len(values) != 1:
        names = ", ".join(repr(value.name[:40]) for value in values[:6]) or "none"
        raise InputError(f"{len(values)} inputs ({names}), expected a network that reads one image")
    value = values[0]
    if not value.type.HasField("tensor_type"):
        raise InputError(
            f"the input {value.name[:60]!r} is not a tensor, expected a network that reads one image"
        )
    kind = value.type.tensor_type.elem_type
    if kind not in FLOATS and kind != 2:  # 2 is uint8, the type of pictures
        raise InputError(
            f"the input {value.name[:60]!r} holds integers, such as token ids, expected a network that reads one image"
        )
    return value


def _image_shape(value: onnx.ValueInfoProto, image: tuple[int, ...] | None) -> tuple[Shape, str]:
    """Return the shape of the input, and the name of its dynamic batch in the file."""
    tensor, name = value.type.tensor_type, f"the input {value.name[:60]!r}"
    sides: list[Any] = [
        side.dim_value if side.HasField("dim_value") else side.dim_param or "?" for side in tensor.shape.dim
    ]
    batch = sides[0] if sides and isinstance(sides[0], str) else ""
    if image is not None:
        known = sides if tensor.HasField("shape") else list(image)
        whole = image if len(image) == len(known) else (1, *image)
        fits = len(whole) == len(known) and all(
            isinstance(side, str) or side in (wanted, 0) or axis == 0 or axis > 1
            for axis, (side, wanted) in enumerate(zip(known, whole, strict=True))
        )
        if not fits:
            raise InputError(
                f"{name} is {_sides(sides)}, expected as many axes and channels as in {_sides(image)}"
            )
        sides = list(whole)
    elif not tensor.HasField("shape"):
        raise InputError(
            f"{name} has no shape, expected fixed shapes: export the model with an example of fixed size"
        )
    if len(sides) not in (2, 4):
        raise InputError(
            f"{name} has {len(sides)} axes ({_sides(sides)}), expected 4 (batch, channels, height, width) "
            "or 2 (batch, features)"
        )
    if batch and image is None:
        sides[0] = 1
    for axis_name, side in zip(
        ("batch", "channels", "height", "width") if len(sides) == 4 else ("batch", "width"),
        sides,
        strict=True,
    ):
        if isinstance(side, str):
            raise InputError(
                f"{name} has a dynamic {axis_name} {side[:40]!r}, expected fixed shapes: export the model with an "
                "example of fixed size"
            )
    return checked_shape(sides, name), batch if batch != "?" else ""


def _sides(sides: Sequence[Any]) -> str:
    return "x".join(str(side)[:20] for side in sides[:8]) or "a single number"


def _wanted(graph: onnx.GraphProto, outputs: Sequence[str], stored: set[str]) -> list[onnx.NodeProto]:
    """Return the nodes on which an output depends.

    Raises:
        InputError: nodes are not in topological order, names are not unique, or no node computes an output.
    """
    producers: dict[str, int] = {}
    for index, node in enumerate(graph.node):
        for name in filter(None, node.output):
            if name in producers or name in stored:
                raise InputError(f"two values are named {name[:80]!r}, expected unique names")
            producers[name] = index
    wanted, kept = set(outputs), []
    for index in reversed(range(len(graph.node))):
        node = graph.node[index]
        if wanted.isdisjoint(filter(None, node.output)):
            continue
        for name in _names_read(node, 0):
            if producers.get(name, -1) >= index and name in node.input:
                raise InputError(
                    f"{node_label(node)} reads {name[:80]!r} of a later node, expected nodes in topological order"
                )
            wanted.add(name)
        kept.append(node)
    for name in outputs:
        if name not in producers and name not in stored:
            raise InputError(f"the output {name[:80]!r} does not exist, expected the output of a node")
    return kept[::-1]


def _names_read(node: onnx.NodeProto, depth: int) -> Iterator[str]:
    """Yield the names that a node and its subgraphs read."""
    yield from filter(None, node.input)
    for graph in _subgraphs(node):
        for inner in graph.node:
            if depth < MAX_SUBGRAPHS:
                yield from _names_read(inner, depth + 1)
        yield from (value.name for value in graph.output)


def _graph(
    resolver: Resolver, image: str, outputs: Sequence[str], stored: Sequence[onnx.TensorProto]
) -> TensorGraph:
    """Return the graph of all resolved nodes.

    Args:
        resolver: resolver after all nodes.
        image: name of the input.
        outputs: names of the outputs.
        stored: stored tensors of the file.

    Raises:
        InputError: no output depends on the input.
    """
    reader = OnnxReader(resolver.shapes, resolver.constants, resolver.known)
    for node in resolver.nodes:
        read_call(reader, _call(node, resolver.opset))
    names = tuple(dict.fromkeys(reader.name(name) for name in outputs if name not in resolver.constants))
    if not names:
        raise InputError("no output depends on the input, expected a network")
    shapes = {operation.output: operation.shape for operation in reader.operations}
    shape = resolver.shapes[image]
    operations = counted_each(reader.operations, shape[0])
    graph = TensorGraph(operations, image, names, {image: shape, **shapes}, notes=list(reader.notes)).pruned()
    unread = [name for tensor in stored if (name := tensor.name) not in resolver.read]
    weights = [weight for name in unread for weight in resolver.constants[name].weights]
    graph.unread = tuple(weight for weight in weights if weight.size)
    return graph


def _call(node: onnx.NodeProto, opset: int) -> OnnxCall:
    metadata = {entry.key: entry.value for entry in node.metadata_props}
    outputs = tuple(node.output)
    return OnnxCall(
        node.op_type,
        tuple(node.input),
        outputs,
        attributes_of(node),
        opset,
        _module(node, metadata),
        metadata,
    )


def _module(node: onnx.NodeProto, metadata: dict[str, str]) -> str:
    """Return the path of the module that a node was exported from, or the name of the node if it is unknown."""
    scopes = metadata.get("pkg.torch.onnx.name_scopes", "")
    if scopes:
        modules = [single or double for single, double in _QUOTED.findall(scopes[:4096])]
        if len(modules) > 1:
            return str(modules[-2])
    if node.name.startswith("/"):
        parts = node.name.split("/")[1:-1]
        return re.sub(r"_\d+$", "", parts[-1]) if parts else ""
    weight = next((name for name in node.input[1:2] if name.endswith(".weight")), "")
    return weight.removesuffix(".weight") or node.name
