"""Reader of torch.export's programs (`.pt2`), without torch: the graph is JSON in a zip archive, and no pickle is loaded."""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from nasport.schemas.errors import InputError
from nasport.toolkit.importing.graph.sharing import counted_once
from nasport.toolkit.importing.graph.tensor_graph import (
    MAX_OPERATIONS,
    Constant,
    Shape,
    TensorGraph,
    Weight,
    checked_image,
    checked_shape,
)
from nasport.toolkit.importing.torch_programs.aten import AtenReader
from nasport.toolkit.importing.torch_programs.calls import INLINED, Call, Tensor, inlined

MAX_JSON = 64 << 20
MAX_VALUES = 4_000_000  # values in the JSON; even a small value takes hundreds of bytes of memory
MAX_DIRECTORY = 4 << 20  # size in bytes of the archive's list of members
MAX_NAME = 1000
# Escape of a surrogate. Text with a surrogate that has no partner cannot be encoded as UTF-8.
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
MAX_PARTS = 40  # depth of nested subgraphs
IMAGES = (1, 6, 7, 8, 13)  # numbers of torch's ScalarType for uint8 (pictures) and floating-point types
AGAIN = "export it again with torch.export.save(torch.export.export(model.eval(), (example,)), 'model.pt2')"


def read_exported_program(path: Path) -> TensorGraph:
    """Read the graph of a `.pt2` file of torch.export.

    Raises:
        InputError: the file is not such an archive, or its program cannot be imported.
    """
    try:
        with _Stream(path) as stream, zipfile.ZipFile(stream) as archive:
            stream.limit = None
            data = _member(archive)
        if sum(map(data.count, (b",", b"[", b"{"))) > MAX_VALUES:
            raise InputError(f"its graph has too many values, expected at most {MAX_VALUES:,}")
        model = json.loads(data)
        if _SURROGATE.search(data):
            json.dumps(model, ensure_ascii=False).encode()  # raises an error if a surrogate has no partner
    except OSError as error:
        problem = f"cannot be read ({error.strerror or error}), expected an archive of torch.export"
        raise InputError(problem) from None
    except (
        zipfile.BadZipFile,
        zlib.error,
        ValueError,
        RecursionError,
        RuntimeError,  # raised for an encrypted archive
        NotImplementedError,
        EOFError,
    ) as error:
        raise InputError(f"not an archive of torch.export ({error!s:.120}); {AGAIN}") from None
    try:
        return _graph(model)
    except (
        LookupError,
        TypeError,
        AttributeError,
        ValueError,
        ArithmeticError,
        AssertionError,
        StopIteration,
        RecursionError,
    ) as error:
        raise InputError(
            f"its graph differs from what torch.export writes ({error!r:.80}); {AGAIN}"
        ) from error


class _Stream(io.FileIO):
    """A file that refuses to read more than `limit` bytes in one call, because `zipfile` reads the list of members in one."""

    limit: int | None = MAX_DIRECTORY

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and self.limit is not None and size > self.limit:
            raise InputError(f"the archive has too many members; {AGAIN}")
        return super().read(size) or b""


def _member(archive: zipfile.ZipFile) -> bytes:
    names = [
        name
        for name in archive.namelist()
        if name.endswith(("models/model.json", "serialized_exported_program.json"))
    ]
    if not names:
        if any(name.endswith("data.pkl") for name in archive.namelist()):
            raise InputError(
                f"a pickle of torch.save, which could run foreign code, expected a .pt2 file; {AGAIN}"
            )
        raise InputError(f"an archive without models/model.json, expected one of torch.export; {AGAIN}")
    if archive.getinfo(names[0]).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(f"compressed by a method that torch does not use; {AGAIN}")
    with archive.open(names[0]) as stream:
        data = stream.read(MAX_JSON + 1)
    if len(data) > MAX_JSON:
        raise InputError(f"its graph has too many bytes, expected at most {MAX_JSON:,}")
    return data


def _graph(model: Mapping[str, Any]) -> TensorGraph:
    module = model["graph_module"]
    graph, signature = module["graph"], module["signature"]
    if _size(graph, 0) > MAX_OPERATIONS:
        raise InputError(f"{_size(graph, 0):,} operations, expected at most {MAX_OPERATIONS:,}")
    shapes = {name: _shape(meta, name) for name, meta in graph["tensor_values"].items()}
    reader, image = AtenReader(), ""
    for spec in signature["input_specs"]:
        ((kind, content),) = spec.items()
        if kind == "user_input":
            argument = content["arg"]
            if "as_tensor" not in argument:
                continue
            name = _name(argument["as_tensor"])
            if image:
                raise InputError("several inputs, expected a network that reads one image")
            image = name
            checked_image(name, shapes[name], graph["tensor_values"][name]["dtype"] in IMAGES)
            reader.values[name] = name, checked_shape(shapes[name], f"the input {name[:60]!r}")
        elif kind in ("parameter", "buffer", "tensor_constant"):
            name = _name(content["arg"])
            label = (
                content.get("parameter_name")
                or content.get("buffer_name")
                or content.get("tensor_constant_name")
            )
            weight = Weight(str(label), shapes[name], kind == "parameter")
            reader.values[name] = Constant(shapes[name], (weight,))
        elif kind != "constant_input" and kind != "token":
            raise InputError(f"an input of kind {kind!r}, expected an image")
    if not image:
        raise InputError("no input, expected a network that reads one image")
    weights = [w for value in reader.values.values() if isinstance(value, Constant) for w in value.weights]
    for call in _calls(graph, shapes):
        reader.read(call)
    outputs = []
    for spec in signature["output_specs"]:
        argument = spec.get("user_output", {}).get("arg", {})
        if "as_tensor" in argument:
            outputs.append(_name(argument["as_tensor"]))
    return finished(reader, image, shapes[image], outputs, weights)


def finished(
    reader: AtenReader, image: str, shape: Shape, outputs: list[str], weights: list[Weight]
) -> TensorGraph:
    """Return the graph of all converted calls, without operations on which no output depends.

    Args:
        reader: reader after all calls.
        image: name of the input.
        shape: shape of the input.
        outputs: names of the output tensors.
        weights: stored tensors of the model.

    Raises:
        InputError: no output depends on the input.
    """
    names = []
    for output in outputs:
        value = reader.values.get(output)
        if value is not None and not isinstance(value, Constant):
            names.append(value[0])
    if not names:
        raise InputError("no output depends on the input, expected a network")
    shapes = {operation.output: operation.shape for operation in reader.operations}
    graph = TensorGraph(
        counted_once(reader.operations), image, tuple(dict.fromkeys(names)), {image: shape, **shapes}
    ).pruned()
    read = {weight.name for operation in graph.operations for weight in operation.weights}
    graph.unread = tuple(weight for weight in weights if weight.size and weight.name not in read)
    return graph


def _calls(graph: Mapping[str, Any], shapes: Mapping[str, Shape]) -> Iterator[Call]:
    for node in graph["nodes"]:
        target = str(node["target"])
        if not target.startswith("torch.ops."):
            if target.startswith(("_operator.", "torch.sym_", "math.")):
                continue
            raise InputError(f"a call of {target[:60]!r}, expected only operators of torch")
        package, name = target.split(".")[2:4]
        outputs = _names(node["outputs"])
        if package == "higher_order":
            yield from _inlined(node, name, outputs)
            continue
        arguments = {argument["name"]: _argument(argument["arg"]) for argument in node["inputs"]}
        if outputs:
            name = name if package == "aten" else f"{package}.{name}"
            output_shapes = tuple(shapes[output] for output in outputs)
            yield Call(name, arguments, tuple(outputs), output_shapes, _module(node))


def _size(graph: Mapping[str, Any], depth: int) -> int:
    """Return the number of operations of a graph, including its subgraphs."""
    if depth > MAX_PARTS:
        raise InputError(f"subgraphs are nested too deep, expected at most {MAX_PARTS} levels")
    parts = [
        argument["arg"]["as_graph"]["graph"]
        for node in graph["nodes"]
        for argument in node["inputs"]
        if "as_graph" in argument["arg"]
    ]
    return len(graph["nodes"]) + sum(_size(part, depth + 1) for part in parts)


def _inlined(node: Mapping[str, Any], name: str, outputs: list[str]) -> Iterator[Call]:
    """Yield the calls of the subgraph that a node runs, e.g. with another precision."""
    part = next(
        (
            argument["arg"]["as_graph"]["graph"]
            for argument in node["inputs"]
            if "as_graph" in argument["arg"]
        ),
        None,
    )
    if name not in INLINED or part is None:
        raise InputError(
            f"{name!r} depends on the data (a loop or a branch), expected a graph of fixed operations"
        )
    operands = _names([argument["arg"] for argument in node["inputs"]])
    inputs = dict(zip(_names(part["inputs"]), operands, strict=False))
    shapes = {key: _shape(meta, key) for key, meta in part["tensor_values"].items()}
    yield from inlined(
        _calls(part, shapes), inputs, _names(part["outputs"]), outputs, outputs[0] if outputs else name
    )


def _name(tensor: Mapping[str, Any]) -> str:
    name = tensor["name"]
    if not isinstance(name, str) or len(name) > MAX_NAME:
        raise InputError(f"invalid name of a tensor {name!r:.40}, expected at most {MAX_NAME:,} characters")
    return name


def _names(arguments: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of the tensors among arguments."""
    names: list[str] = []
    for argument in arguments:
        if "as_tensor" in argument:
            names.append(_name(argument["as_tensor"]))
        elif "as_tensors" in argument:
            names += map(_name, argument["as_tensors"])
    return names


def _argument(argument: Mapping[str, Any]) -> Any:
    ((kind, content),) = argument.items()
    if kind == "as_tensor":
        return Tensor(_name(content))
    if kind == "as_tensors":
        return [Tensor(_name(tensor)) for tensor in content]
    if kind == "as_optional_tensors":
        return [Tensor(_name(entry["as_tensor"])) for entry in content if "as_tensor" in entry]
    if kind == "as_none":
        return None
    if kind == "as_sym_int" or kind == "as_sym_ints":
        values = content if isinstance(content, list) else [content]
        numbers = [value.get("as_int") for value in values]
        return numbers if isinstance(content, list) else numbers[0]
    if (expected := _KINDS.get(kind)) is None:
        return None  # devices and other arguments that the importer does not use
    values = content if kind.endswith("s") and isinstance(content, list) else [content]
    if not all(type(value) in expected for value in values) or kind.endswith("s") != isinstance(
        content, list
    ):
        raise InputError(f"invalid argument {content!r:.40} of kind {kind!r}; {AGAIN}")
    if any(isinstance(value, int) and abs(value) >= 1 << 63 for value in values):
        raise InputError("an argument of more than 64 bits, expected numbers that torch can hold")
    return content


_KINDS: Mapping[str, tuple[type, ...]] = {
    "as_int": (int,), "as_ints": (int,), "as_bool": (bool,), "as_bools": (bool,), "as_string": (str,), "as_strings": (str,),
    "as_float": (float, int, str), "as_floats": (float, int, str),
}  # fmt: skip


def _shape(meta: Mapping[str, Any], name: str) -> Shape:
    return checked_shape(list(map(_side, meta["sizes"])), f"the tensor {name[:60]!r}", least=0)


def _side(side: Mapping[str, Any]) -> Any:
    """Return the size of an axis; for a dynamic axis, return its size in the example input of the export."""
    hint = side.get("as_expr", {}).get("hint") or {}
    return side.get("as_int", hint.get("as_int"))


def _module(node: Mapping[str, Any]) -> str:
    stack = str(node.get("metadata", {}).get("nn_module_stack", ""))
    parts = stack.split(";")[-1].split(",")
    return parts[1] if len(parts) > 1 else ""
