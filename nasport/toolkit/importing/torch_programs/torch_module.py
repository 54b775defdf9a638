"""Reader of torch modules: torch.export traces the module, and the traced program is read."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from nasport.schemas.errors import InputError
from nasport.toolkit.importing.graph.tensor_graph import (
    MAX_OPERATIONS,
    Constant,
    TensorGraph,
    Weight,
    checked_image,
    checked_shape,
)
from nasport.toolkit.importing.torch_programs.aten import AtenReader
from nasport.toolkit.importing.torch_programs.calls import INLINED, Call, Tensor, inlined
from nasport.toolkit.importing.torch_programs.exported_program import finished

if TYPE_CHECKING:
    import torch
    from torch.export import ExportedProgram
    from torch.fx import GraphModule


def read_module(module: torch.nn.Module, example: tuple[torch.Tensor, ...]) -> TensorGraph:
    """Read the graph of a torch module in evaluation mode.

    Args:
        module: torch module; its mode is restored afterwards.
        example: inputs of the module.

    Raises:
        InputError: torch.export cannot trace the module, or its program cannot be imported.
    """
    import torch

    modes = {name: submodule.training for name, submodule in module.named_modules()}
    try:
        with torch.no_grad(), _quiet():
            program = torch.export.export(module.eval(), example, strict=False)
    except Exception as error:  # the user's own code and torch's tracer may fail in any way
        raise _export_error(module, example, error) from error
    finally:
        for name, submodule in module.named_modules():
            submodule.training = modes.get(name, submodule.training)
    return read_program(program)


def _export_error(module: torch.nn.Module, example: tuple[torch.Tensor, ...], error: Exception) -> InputError:
    """Return the reason why a module could not be exported: it refuses the example, or torch cannot trace it."""
    import torch

    try:
        with torch.no_grad():
            module(*example)
    except Exception as module_error:
        shapes = " and ".join("x".join(map(str, tensor.shape)) for tensor in example)
        return InputError(
            f"the module fails for an input of {shapes} ({_first_line(module_error)}), expected an input of another shape"
        )
    why = "expected a module without branches that depend on data"
    return InputError(f"torch.export cannot trace the module ({_first_line(error)}), {why}")


def _first_line(error: Exception) -> str:
    line = (str(error).strip() or type(error).__name__).splitlines()[0]
    return line if len(line) <= 160 else f"{line[:160].rsplit(' ', 1)[0]} ..."


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence torch's log messages about a failed trace, as an InputError reports the failure."""
    logger = logging.getLogger("torch")
    level, propagates = logger.level, logger.propagate
    logger.setLevel(logging.CRITICAL + 1)
    logger.propagate = False
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.propagate = propagates


def read_program(program: ExportedProgram) -> TensorGraph:
    """Read the graph of an exported program.

    Raises:
        InputError: the program has several inputs, or operations that the importer refuses.
    """
    import torch
    from torch.export.graph_signature import InputKind

    reader, image, weights = AtenReader(), "", []
    shape: tuple[int, ...] = ()
    values = {node.name: node.meta.get("val") for node in program.graph.nodes}
    for spec in program.graph_signature.input_specs:
        name = getattr(spec.arg, "name", "")
        tensor = values.get(name)
        if spec.kind == InputKind.USER_INPUT:
            if not hasattr(tensor, "shape"):
                continue
            if image:
                raise InputError("several inputs, expected a network that reads one image")
            image, shape = name, _shape(tensor, name)
            assert isinstance(tensor, torch.Tensor), "only tensors have a shape"
            checked_image(name, shape, tensor.is_floating_point() or tensor.dtype == torch.uint8)
            reader.values[name] = name, shape
        elif hasattr(tensor, "shape"):
            weight = Weight(str(spec.target), _shape(tensor, name), spec.kind == InputKind.PARAMETER)
            constant = program.constants.get(str(spec.target)) if not weight.is_trained else None
            known = None
            if constant is not None and constant.numel() <= 16 and not _is_fake(constant):
                known = constant.tolist()
            reader.values[name] = Constant(weight.shape, (weight,), known)
            weights.append(weight)
    if not image:
        raise InputError("no input, expected a network that reads one image")
    for call in _calls(program.graph_module):
        reader.read(call)
    outputs = [spec.arg.name for spec in program.graph_signature.output_specs if hasattr(spec.arg, "name")]
    return finished(reader, image, shape, outputs, weights)


def _calls(module: GraphModule) -> Iterator[Call]:
    nodes = [node for node in module.graph.nodes if node.op == "call_function"]
    if len(nodes) > MAX_OPERATIONS:
        raise InputError(f"{len(nodes):,} operations, expected at most {MAX_OPERATIONS:,}")
    pieces: dict[str, dict[int, str]] = {}
    for node in nodes:
        if _is_getitem(node):
            pieces.setdefault(node.args[0].name, {})[node.args[1]] = node.name
    for node in nodes:
        if _is_getitem(node):
            continue
        if getattr(node.target, "namespace", "") == "higher_order":
            yield from _inlined(node, module, pieces.get(node.name, {}))
        elif (call := _call(node, pieces.get(node.name))).outputs:
            yield call


def _inlined(node: Any, module: GraphModule, pieces: dict[int, str]) -> Iterator[Call]:
    """Yield the calls of the subgraph that a node runs, e.g. with another precision."""
    name = getattr(node.target, "_name", str(node.target))
    part = next((argument for argument in node.args if getattr(argument, "op", "") == "get_attr"), None)
    if name not in INLINED or part is None:
        raise InputError(
            f"{name!r} depends on the data (a loop or a branch), expected a graph of fixed operations"
        )
    inner = getattr(module, part.target)
    operands = [argument.name for argument in node.args if hasattr(argument, "op") and argument is not part]
    placeholders = [inner_node.name for inner_node in inner.graph.nodes if inner_node.op == "placeholder"]
    end = next(inner_node for inner_node in inner.graph.nodes if inner_node.op == "output")
    outputs = end.args[0] if isinstance(end.args[0], list | tuple) else [end.args[0]]
    output_names = [getattr(output, "name", "") for output in outputs]
    outer = [pieces.get(index, f"{node.name}[{index}]") for index in range(len(outputs))]
    inputs = dict(zip(placeholders, operands, strict=False))
    yield from inlined(_calls(inner), inputs, output_names, outer, node.name)


def _is_getitem(node: Any) -> bool:
    return getattr(node.target, "__name__", "") == "getitem"


def _is_fake(tensor: Any) -> bool:
    return type(tensor).__name__ == "FakeTensor" or tensor.device.type == "meta"


def _call(node: Any, pieces: dict[int, str] | None) -> Call:
    schema = getattr(node.target, "_schema", None)
    if schema is None:
        return Call(str(node.target), {}, (), ())
    names = [argument.name for argument in schema.arguments]
    arguments = {name: _argument(value) for name, value in zip(names, node.args, strict=False)}
    arguments |= {name: _argument(value) for name, value in node.kwargs.items()}
    value, package = node.meta.get("val"), node.target.namespace
    name = node.target._opname if package == "aten" else f"{package}.{node.target._opname}"
    module = _module(node)
    if isinstance(value, list | tuple):
        names_by_index = pieces or {}
        # Pieces that no operation reads have no name in the program and get one here.
        outputs = tuple(names_by_index.get(index, f"{node.name}[{index}]") for index in range(len(value)))
        shapes = tuple(_shape(piece, node.name) if hasattr(piece, "shape") else () for piece in value)
        return Call(name, arguments, outputs, shapes, module)
    if not hasattr(value, "shape"):
        return Call(name, arguments, (), (), module)
    return Call(name, arguments, (node.name,), (_shape(value, node.name),), module)


def _argument(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_argument(entry) for entry in value]
    return Tensor(value.name) if hasattr(value, "meta") and hasattr(value, "op") else value


def _shape(tensor: Any, name: str) -> tuple[int, ...]:
    sides = [side if isinstance(side, int) else getattr(side.node, "hint", side) for side in tensor.shape]
    return checked_shape(sides, f"the tensor {name[:60]!r}", least=0)


def _module(node: Any) -> str:
    stack = node.meta.get("nn_module_stack") or {}
    path = list(stack.values())[-1][0] if stack else ""
    return str(path)
