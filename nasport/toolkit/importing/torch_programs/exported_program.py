"""torch's exported programs (`.pt2`), read without torch: the graph is JSON in a zip archive, and nothing is unpickled."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nasport.schemas.errors import InputError
from nasport.toolkit.importing.graph.tensor_graph import (
    MAX_OPERATIONS,
    Constant,
    Operation,
    Shape,
    TensorGraph,
    Weight,
    checked_shape,
)
from nasport.toolkit.importing.torch_programs.aten import AtenReader
from nasport.toolkit.importing.torch_programs.calls import INLINED, Call, Tensor, inlined

MAX_JSON = 256 << 20
AGAIN = "export it anew with torch.export.save(torch.export.export(model.eval(), (example,)), 'model.pt2')"


def read_exported_program(path: Path) -> TensorGraph:
    """The graph of a `.pt2` file of torch.export.

    Raises:
        InputError: it is none, or holds what no graph can hold.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            model = json.loads(_member(archive))
    except (zipfile.BadZipFile, ValueError, RecursionError, NotImplementedError, EOFError) as error:
        raise InputError(f"is no archive of torch.export ({error}); {AGAIN}") from None
    try:
        return _graph(model)
    except (KeyError, TypeError, IndexError, AttributeError, ValueError, StopIteration) as error:
        raise InputError(f"its graph is not as torch.export writes it ({error!r:.80}); {AGAIN}") from None


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
    with archive.open(names[0]) as stream:
        data = stream.read(MAX_JSON + 1)
    if len(data) > MAX_JSON:
        raise InputError(f"its graph has more than {MAX_JSON:,} bytes, expected at most that")
    return data


def _graph(model: Mapping[str, Any]) -> TensorGraph:
    module = model["graph_module"]
    graph, signature = module["graph"], module["signature"]
    if len(graph["nodes"]) > MAX_OPERATIONS:
        raise InputError(f"{len(graph['nodes']):,} operations, expected at most {MAX_OPERATIONS:,}")
    shapes = {name: _shape(meta, name) for name, meta in graph["tensor_values"].items()}
    reader, image = AtenReader(), ""
    for spec in signature["input_specs"]:
        ((kind, what),) = spec.items()
        if kind == "user_input":
            argument = what["arg"]
            if "as_tensor" not in argument:
                continue
            name = argument["as_tensor"]["name"]
            if image:
                raise InputError("several inputs, expected a network that reads one image")
            image = name
            reader.values[name] = name, shapes[name]
        elif kind in ("parameter", "buffer", "tensor_constant"):
            name = what["arg"]["name"]
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
            outputs.append(what["as_tensor"]["name"])
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
        value = reader.values[output]
        if not isinstance(value, Constant):
            names.append(value[0])
    if not names:
        raise InputError("no output depends on the input, expected a network")
    found = {operation.output: operation.shape for operation in reader.operations}
    graph = TensorGraph(
        _once(reader.operations), image, tuple(dict.fromkeys(names)), {image: shape, **found}
    ).pruned()
    read = {weight.name for operation in graph.operations for weight in operation.weights}
    graph.unread = tuple(weight for weight in weights if weight.size and weight.name not in read)
    return graph


def _once(operations: Iterable[Operation]) -> list[Operation]:
    """Operations of which every weight counts where it is read first."""
    seen: set[str] = set()
    found = []
    for operation in operations:
        again = tuple(replace(w, is_trained=w.is_trained and w.name not in seen) for w in operation.weights)
        seen.update(weight.name for weight in again)
        found.append(operation.but(weights=again))
    return found


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


def _names(arguments: Iterable[Mapping[str, Any]]) -> list[str]:
    """Names of the tensors among arguments."""
    found: list[str] = []
    for argument in arguments:
        if "as_tensor" in argument:
            found.append(argument["as_tensor"]["name"])
        elif "as_tensors" in argument:
            found += [each["name"] for each in argument["as_tensors"]]
    return found


def _argument(value: Mapping[str, Any]) -> Any:
    ((kind, content),) = value.items()
    if kind == "as_tensor":
        return Tensor(content["name"])
    if kind == "as_tensors":
        return [Tensor(each["name"]) for each in content]
    if kind == "as_optional_tensors":
        return [Tensor(each["as_tensor"]["name"]) for each in content if "as_tensor" in each]
    if kind == "as_none":
        return None
    if kind == "as_sym_int" or kind == "as_sym_ints":
        several = content if isinstance(content, list) else [content]
        numbers = [each.get("as_int") for each in several]
        return numbers if isinstance(content, list) else numbers[0]
    return content


def _shape(meta: Mapping[str, Any], name: str) -> Shape:
    return checked_shape([side.get("as_int") for side in meta["sizes"]], f"the tensor {name[:60]!r}", least=0)


def _module(node: Mapping[str, Any]) -> str:
    stack = str(node.get("metadata", {}).get("nn_module_stack", ""))
    parts = stack.split(";")[-1].split(",")
    return parts[1] if len(parts) > 1 else ""
