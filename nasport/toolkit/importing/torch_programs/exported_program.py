"""torch's exported programs (`.pt2`), read without torch: the graph is JSON in a zip archive, and nothing is unpickled."""

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
MAX_VALUES = 4_000_000  # of the JSON; a small one takes hundreds of bytes of memory
MAX_DIRECTORY = 4 << 20  # bytes that list the members of an archive
MAX_NAME = 1000
# Half of a character, which is none where the other half is missing.
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
MAX_PARTS = 40  # parts of a graph within each other
IMAGES = (1, 6, 7, 8, 13)  # of torch's ScalarType: uint8, as pictures have it, and floating-point numbers
AGAIN = "export it anew with torch.export.save(torch.export.export(model.eval(), (example,)), 'model.pt2')"


def read_exported_program(path: Path) -> TensorGraph:
    """The graph of a `.pt2` file of torch.export.

    Raises:
        InputError: it is none, or holds what no graph can hold.
    """
    try:
        with _Stream(path) as stream, zipfile.ZipFile(stream) as archive:
            stream.limit = None
            data = _member(archive)
        if sum(map(data.count, (b",", b"[", b"{"))) > MAX_VALUES:
            raise InputError(f"its graph has more than {MAX_VALUES:,} values, expected at most that")
        model = json.loads(data)
        if _HALF.search(data):
            json.dumps(model, ensure_ascii=False).encode()
    except OSError as error:
        problem = f"cannot be read ({error.strerror or error}), expected an archive of torch.export"
        raise InputError(problem) from None
    except (
        zipfile.BadZipFile,
        zlib.error,
        ValueError,
        RecursionError,
        RuntimeError,  # it is encrypted
        NotImplementedError,
        EOFError,
    ) as error:
        raise InputError(f"is no archive of torch.export ({error!s:.120}); {AGAIN}") from None
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
        raise InputError(f"its graph is not as torch.export writes it ({error!r:.80}); {AGAIN}") from error


class _Stream(io.FileIO):
    """A file of which no more than `limit` bytes are read at once: the list of an archive's members is read whole."""

    limit: int | None = MAX_DIRECTORY

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and self.limit is not None and size > self.limit:
            raise InputError(f"is an archive of too many members; {AGAIN}")
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
                f"is a pickle of torch.save, which could run code of others: expected a .pt2 file; {AGAIN}"
            )
        raise InputError(f"is an archive without models/model.json, expected one of torch.export; {AGAIN}")
    if archive.getinfo(names[0]).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(f"is compressed otherwise than torch does; {AGAIN}")
    with archive.open(names[0]) as stream:
        data = stream.read(MAX_JSON + 1)
    if len(data) > MAX_JSON:
        raise InputError(f"its graph has more than {MAX_JSON:,} bytes, expected at most that")
    return data


def _graph(model: Mapping[str, Any]) -> TensorGraph:
    module = model["graph_module"]
    graph, signature = module["graph"], module["signature"]
    if _size(graph, 0) > MAX_OPERATIONS:
        raise InputError(f"{_size(graph, 0):,} operations, expected at most {MAX_OPERATIONS:,}")
    shapes = {name: _shape(meta, name) for name, meta in graph["tensor_values"].items()}
    reader, image = AtenReader(), ""
    for spec in signature["input_specs"]:
        ((kind, what),) = spec.items()
        if kind == "user_input":
            argument = what["arg"]
            if "as_tensor" not in argument:
                continue
            name = _name(argument["as_tensor"])
            if image:
                raise InputError("several inputs, expected a network that reads one image")
            image = name
            checked_image(name, shapes[name], graph["tensor_values"][name]["dtype"] in IMAGES)
            reader.values[name] = name, checked_shape(shapes[name], f"the input {name[:60]!r}")
        elif kind in ("parameter", "buffer", "tensor_constant"):
            name = _name(what["arg"])
            label = what.get("parameter_name") or what.get("buffer_name") or what.get("tensor_constant_name")
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
        what = spec.get("user_output", {}).get("arg", {})
        if "as_tensor" in what:
            outputs.append(_name(what["as_tensor"]))
    return finished(reader, image, shapes[image], outputs, weights)


def finished(
    reader: AtenReader, image: str, shape: Shape, outputs: list[str], weights: list[Weight]
) -> TensorGraph:
    """The graph of all that was read, without what no output depends on.

    Raises:
        InputError: an output does not depend on the input.
    """
    names = []
    for output in outputs:
        value = reader.values.get(output)
        if value is not None and not isinstance(value, Constant):
            names.append(value[0])
    if not names:
        raise InputError("no output depends on the input, expected a network")
    found = {operation.output: operation.shape for operation in reader.operations}
    graph = TensorGraph(
        counted_once(reader.operations), image, tuple(dict.fromkeys(names)), {image: shape, **found}
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
            raise InputError(f"a call of {target[:60]!r}, expected operators of torch alone")
        package, name = target.split(".")[2:4]
        outputs = _names(node["outputs"])
        if package == "higher_order":
            yield from _inlined(node, name, outputs)
            continue
        arguments = {each["name"]: _argument(each["arg"]) for each in node["inputs"]}
        if outputs:
            name = name if package == "aten" else f"{package}.{name}"
            found = tuple(shapes[output] for output in outputs)
            yield Call(name, arguments, tuple(outputs), found, _module(node))


def _size(graph: Mapping[str, Any], depth: int) -> int:
    """How many operations there are, also in parts of the graph."""
    if depth > MAX_PARTS:
        raise InputError(f"parts of the graph nested more than {MAX_PARTS} deep, expected at most that")
    parts = [
        argument["arg"]["as_graph"]["graph"]
        for node in graph["nodes"]
        for argument in node["inputs"]
        if "as_graph" in argument["arg"]
    ]
    return len(graph["nodes"]) + sum(_size(part, depth + 1) for part in parts)


def _inlined(node: Mapping[str, Any], name: str, outputs: list[str]) -> Iterator[Call]:
    """The calls of a part of the graph that only says how it is computed."""
    part = next(
        (each["arg"]["as_graph"]["graph"] for each in node["inputs"] if "as_graph" in each["arg"]), None
    )
    if name not in INLINED or part is None:
        raise InputError(
            f"{name!r} depends on the data (a loop or a branch), expected a graph of fixed operations"
        )
    operands = _names([each["arg"] for each in node["inputs"]])
    inputs = dict(zip(_names(part["inputs"]), operands, strict=False))
    shapes = {key: _shape(meta, key) for key, meta in part["tensor_values"].items()}
    yield from inlined(
        _calls(part, shapes), inputs, _names(part["outputs"]), outputs, outputs[0] if outputs else name
    )


def _name(tensor: Mapping[str, Any]) -> str:
    name = tensor["name"]
    if not isinstance(name, str) or len(name) > MAX_NAME:
        raise InputError(f"{name!r:.40} is no name of a tensor, expected at most {MAX_NAME:,} characters")
    return name


def _names(arguments: Iterable[Mapping[str, Any]]) -> list[str]:
    """Names of the tensors among arguments."""
    found: list[str] = []
    for argument in arguments:
        if "as_tensor" in argument:
            found.append(_name(argument["as_tensor"]))
        elif "as_tensors" in argument:
            found += map(_name, argument["as_tensors"])
    return found


def _argument(value: Mapping[str, Any]) -> Any:
    ((kind, content),) = value.items()
    if kind == "as_tensor":
        return Tensor(_name(content))
    if kind == "as_tensors":
        return [Tensor(_name(each)) for each in content]
    if kind == "as_optional_tensors":
        return [Tensor(_name(each["as_tensor"])) for each in content if "as_tensor" in each]
    if kind == "as_none":
        return None
    if kind == "as_sym_int" or kind == "as_sym_ints":
        several = content if isinstance(content, list) else [content]
        numbers = [each.get("as_int") for each in several]
        return numbers if isinstance(content, list) else numbers[0]
    if (expected := _KINDS.get(kind)) is None:
        return None  # devices and the like, which nothing reads
    several = content if kind.endswith("s") and isinstance(content, list) else [content]
    if not all(type(each) in expected for each in several) or kind.endswith("s") != isinstance(content, list):
        raise InputError(f"an argument {content!r:.40} of the kind {kind!r}; {AGAIN}")
    if any(isinstance(each, int) and abs(each) >= 1 << 63 for each in several):
        raise InputError("an argument of more than 64 bits, expected numbers of torch")
    return content


_KINDS: Mapping[str, tuple[type, ...]] = {
    "as_int": (int,), "as_ints": (int,), "as_bool": (bool,), "as_bools": (bool,), "as_string": (str,), "as_strings": (str,),
    "as_float": (float, int, str), "as_floats": (float, int, str),
}  # fmt: skip


def _shape(meta: Mapping[str, Any], name: str) -> Shape:
    return checked_shape(list(map(_side, meta["sizes"])), f"the tensor {name[:60]!r}", least=0)


def _side(side: Mapping[str, Any]) -> Any:
    """A side; of one that is left open that of the example which the program was exported with."""
    hint = side.get("as_expr", {}).get("hint") or {}
    return side.get("as_int", hint.get("as_int"))


def _module(node: Mapping[str, Any]) -> str:
    stack = str(node.get("metadata", {}).get("nn_module_stack", ""))
    parts = stack.split(";")[-1].split(",")
    return parts[1] if len(parts) > 1 else ""
