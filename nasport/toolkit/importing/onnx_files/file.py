"""ONNX files, read without their weights: shapes, operators and names suffice."""

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
from nasport.toolkit.importing.onnx_files.constants import attributes_of, named
from nasport.toolkit.importing.onnx_files.operators import read_call
from nasport.toolkit.importing.onnx_files.shapes import FLOATS, Resolver, stated_shapes
from nasport.toolkit.importing.onnx_files.wire import AGAIN, MAX_KEPT, without_weights

if TYPE_CHECKING:
    import onnx

MAX_SUBGRAPHS = 40
MAX_DOMAINS = 100
_QUOTED = re.compile(r"'([^'\\]*)'|\"([^\"\\]*)\"")  # texts in a list as Python prints it


def read_onnx(path: Path, image: tuple[int, ...] | None = None) -> TensorGraph:
    """The graph of an ONNX file.

    Args:
        path: the file.
        image: sides of the input, (channels, height, width) or all of them, instead of those that the file states.

    Raises:
        InputError: it is none, or holds what no graph can hold.
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
        # Names that are no text, say: protobuf hands them on as bytes.
        raise InputError(f"is a damaged ONNX file ({error!r:.80}); {AGAIN}") from error


def _read_model(model: onnx.ModelProto, image: tuple[int, ...] | None) -> TensorGraph:
    graph = model.graph
    stored = {tensor.name for tensor in graph.initializer} | {
        each.values.name for each in graph.sparse_initializer
    }
    given = _input([value for value in graph.input if value.name not in stored])
    shape, batch = _image_shape(given, image)
    values = () if image is not None else (*graph.value_info, *graph.output)
    resolver = Resolver(list(model.opset_import), model.ir_version, stated_shapes(iter(values), batch))
    resolver.types[given.name] = given.type.tensor_type.elem_type
    resolver.shapes[given.name] = shape
    for tensor in graph.initializer:
        resolver.store(tensor, tensor.name)
    outputs = [value.name for value in graph.output]
    resolver.resolve(_wanted(graph, outputs, set(resolver.types)))
    return _graph(resolver, given.name, outputs, graph.initializer)


def _parsed(data: bytes) -> onnx.ModelProto:
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        model = onnx.load_model_from_string(data)
    except (DecodeError, ValueError, TypeError, RuntimeError) as error:
        raise InputError(f"is no ONNX file or a damaged one ({error!s:.120}); {AGAIN}") from None
    if not model.HasField("graph") or not model.graph.node:
        raise InputError(f"holds no operations of ONNX, expected a network; {AGAIN}")
    if len(model.opset_import) > MAX_DOMAINS:
        raise InputError(
            f"names {len(model.opset_import):,} sets of operators, expected at most {MAX_DOMAINS}; {AGAIN}"
        )
    versions = {each.domain: each.version for each in model.opset_import}
    version = versions.get("", versions.get("ai.onnx"))
    newest = onnx.defs.onnx_opset_version()
    if version is None or version < 1:
        raise InputError(f"names no version of ONNX's operators, expected one of 1 to {newest}; {AGAIN}")
    if version > newest:
        raise InputError(
            f"has version {version} of ONNX's operators, the installed onnx knows up to {newest}: a newer onnx is needed"
        )
    return model


def _inlined(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model without local functions.

    Raises:
        InputError: too many operations, or functions that call themselves.
    """
    import onnx.inliner

    functions = {(each.domain, each.name): each for each in model.functions}
    counts: dict[tuple[str, str], tuple[int, int]] = {}

    def size(
        nodes: Sequence[onnx.NodeProto], calls: tuple[tuple[str, str], ...], depth: int
    ) -> tuple[int, int]:
        """Operations and bytes."""
        total, length = 0, 0
        if depth > MAX_SUBGRAPHS:
            raise InputError(
                f"functions or graphs nested more than {MAX_SUBGRAPHS} deep, expected at most that"
            )
        for node in nodes:
            total += 1
            length += node.ByteSize()
            key = node.domain, node.op_type
            if key in functions:
                if key in calls:
                    raise InputError(
                        f"{named(node)} is a function that calls itself, expected a graph of fixed operations"
                    )
                if key not in counts:
                    counts[key] = size(functions[key].node, (*calls, key), depth + 1)
                total, length = total + counts[key][0], length + counts[key][1]
            for inner in _subgraphs(node):
                more = size(inner.node, calls, depth + 1)
                total, length = total + more[0], length + more[1]
            if total > MAX_OPERATIONS:
                raise InputError(f"more than {MAX_OPERATIONS:,} operations, expected at most that")
            if functions and length > MAX_KEPT:
                raise InputError(
                    f"functions of more than {MAX_KEPT:,} bytes once they are in place, expected at most that"
                )
        return total, length

    size(model.graph.node, (), 0)
    if not functions:
        return model
    try:
        return onnx.inliner.inline_local_functions(model)
    except Exception as error:  # of onnx's own kinds, and whatever its bindings raise for hostile models
        raise InputError(f"its functions cannot be put in place ({error!s:.120})") from None


def _subgraphs(node: onnx.NodeProto) -> Iterator[onnx.GraphProto]:
    for attribute in node.attribute:
        if attribute.HasField("g"):
            yield attribute.g
        yield from attribute.graphs


def _input(values: Sequence[onnx.ValueInfoProto]) -> onnx.ValueInfoProto:
    """The one input."""
    if len(values) != 1:
        names = ", ".join(repr(value.name[:40]) for value in values[:6]) or "none"
        raise InputError(f"{len(values)} inputs ({names}), expected a network that reads one image")
    value = values[0]
    if not value.type.HasField("tensor_type"):
        raise InputError(
            f"the input {value.name[:60]!r} is no tensor, expected a network that reads one image"
        )
    kind = value.type.tensor_type.elem_type
    if kind not in FLOATS and kind != 2:  # uint8 as pictures have it
        raise InputError(
            f"the input {value.name[:60]!r} holds whole numbers (ids of words?), expected a network that reads one image"
        )
    return value


def _image_shape(value: onnx.ValueInfoProto, image: tuple[int, ...] | None) -> tuple[Shape, str]:
    """The input's shape, and what the file calls its batch."""
    tensor, name = value.type.tensor_type, f"the input {value.name[:60]!r}"
    sides: list[Any] = [
        side.dim_value if side.HasField("dim_value") else side.dim_param or "?" for side in tensor.shape.dim
    ]
    batch = sides[0] if sides and isinstance(sides[0], str) else ""
    if image is not None:
        known = sides if tensor.HasField("shape") else list(image)
        whole = image if len(image) == len(known) else (1, *image)
        fits = len(whole) == len(known) and all(
            isinstance(side, str) or side in (given, 0) or place == 0 or place > 1
            for place, (side, given) in enumerate(zip(known, whole, strict=True))
        )
        if not fits:
            raise InputError(
                f"{name} is {_sides(sides)}, expected as many sides and channels as in {_sides(image)}"
            )
        sides = list(whole)
    elif not tensor.HasField("shape"):
        raise InputError(
            f"{name} has no shape, expected fixed shapes: export it with an example of fixed size"
        )
    if len(sides) not in (2, 4):
        raise InputError(
            f"{name} has {len(sides)} sides ({_sides(sides)}), expected a network that reads one image of 4 "
            "(batch, channels, height, width) or rows of 2"
        )
    if batch and image is None:
        sides[0] = 1
    for what, side in zip(
        ("batch", "channels", "height", "width") if len(sides) == 4 else ("batch", "width"),
        sides,
        strict=True,
    ):
        if isinstance(side, str):
            raise InputError(
                f"{name} has a dynamic {what} {side[:40]!r}, expected fixed shapes: export it with an example of fixed size"
            )
    return checked_shape(sides, name), batch if batch != "?" else ""


def _sides(sides: Sequence[Any]) -> str:
    return "x".join(str(side)[:20] for side in sides[:8]) or "a single number"


def _wanted(graph: onnx.GraphProto, outputs: Sequence[str], stored: set[str]) -> list[onnx.NodeProto]:
    """The nodes that an output depends on.

    Raises:
        InputError: their order or names are not as ONNX has them.
    """
    makers: dict[str, int] = {}
    for place, node in enumerate(graph.node):
        for name in filter(None, node.output):
            if name in makers or name in stored:
                raise InputError(f"two values are called {name[:80]!r}, expected different names")
            makers[name] = place
    wanted, kept = set(outputs), []
    for place in reversed(range(len(graph.node))):
        node = graph.node[place]
        if wanted.isdisjoint(filter(None, node.output)):
            continue
        for name in _names_read(node, 0):
            if makers.get(name, -1) >= place and name in node.input:
                raise InputError(
                    f"{named(node)} reads {name[:80]!r}, which a later node gives: expected nodes in their order"
                )
            wanted.add(name)
        kept.append(node)
    for name in outputs:
        if name not in makers and name not in stored:
            raise InputError(f"the output {name[:80]!r} is given by no node, expected a network")
    return kept[::-1]


def _names_read(node: onnx.NodeProto, depth: int) -> Iterator[str]:
    """Names that a node reads, also from within its graphs."""
    yield from filter(None, node.input)
    for graph in _subgraphs(node):
        for inner in graph.node:
            if depth < MAX_SUBGRAPHS:
                yield from _names_read(inner, depth + 1)
        yield from (value.name for value in graph.output)


def _graph(
    resolver: Resolver, image: str, outputs: Sequence[str], stored: Sequence[onnx.TensorProto]
) -> TensorGraph:
    """The graph of all that was resolved.

    Raises:
        InputError: no output depends on the input.
    """
    reader = OnnxReader(resolver.shapes, resolver.constants, resolver.known)
    for node in resolver.nodes:
        read_call(reader, _call(node, resolver.opset))
    names = tuple(dict.fromkeys(reader.name(name) for name in outputs if name not in resolver.constants))
    if not names:
        raise InputError("no output depends on the input, expected a network")
    found = {operation.output: operation.shape for operation in reader.operations}
    shape = resolver.shapes[image]
    operations = counted_each(reader.operations, shape[0])
    graph = TensorGraph(operations, image, names, {image: shape, **found}, notes=list(reader.notes)).pruned()
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
    """Path of the module that a node comes from, as far as its exporter noted it."""
    scopes = metadata.get("pkg.torch.onnx.name_scopes", "")
    if scopes:
        listed = [one or other for one, other in _QUOTED.findall(scopes[:4096])]
        if len(listed) > 1:
            return str(listed[-2])
    if node.name.startswith("/"):
        parts = node.name.split("/")[1:-1]
        return re.sub(r"_\d+$", "", parts[-1]) if parts else ""
    weight = next((name for name in node.input[1:2] if name.endswith(".weight")), "")
    return weight.removesuffix(".weight") or node.name
