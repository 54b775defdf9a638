"""torch modules: exported by torch.export and read as their programs are."""

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
    """The graph of a module in evaluation, for one example.

    Raises:
        InputError: torch.export cannot trace it, or it holds what no graph can hold.
    """
    import torch

    modes = {name: each.training for name, each in module.named_modules()}
    try:
        with torch.no_grad(), _quiet():
            program = torch.export.export(module.eval(), example, strict=False)
    except Exception as error:  # the user's own code and torch's tracer may fail in any way
        raise _untraced(module, example, error) from error
    finally:
        for name, each in module.named_modules():
            each.training = modes.get(name, each.training)
    return read_program(program)


def _untraced(module: torch.nn.Module, example: tuple[torch.Tensor, ...], error: Exception) -> InputError:
    """Why a module could not be exported: it does not take the example at all, or torch cannot trace it."""
    import torch

    try:
        with torch.no_grad():
            module(*example)
    except Exception as its_own:
        shapes = " and ".join("x".join(map(str, each.shape)) for each in example)
        return InputError(
            f"it does not take an input of {shapes} ({_first_line(its_own)}), expected one that it takes"
        )
    why = "expected a module without branches that depend on data"
    return InputError(f"torch.export cannot trace it ({_first_line(error)}), {why}")


def _first_line(error: Exception) -> str:
    line = (str(error).strip() or type(error).__name__).splitlines()[0]
    return line if len(line) <= 160 else f"{line[:160].rsplit(' ', 1)[0]} ..."


@contextmanager
def _quiet() -> Iterator[None]:
    """Without torch's notes on what it traces, which come before an error of our own."""
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
    """The graph of an exported program.

    Raises:
        InputError: it holds what no graph can hold.
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
            assert isinstance(tensor, torch.Tensor), "it has a shape"
            checked_image(name, shape, tensor.is_floating_point() or tensor.dtype == torch.uint8)
            reader.values[name] = name, shape
        elif hasattr(tensor, "shape"):
            weight = Weight(str(spec.target), _shape(tensor, name), spec.kind == InputKind.PARAMETER)
            small = program.constants.get(str(spec.target)) if not weight.is_trained else None
            known = (
                small.tolist() if small is not None and small.numel() <= 16 and not _is_fake(small) else None
            )
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
    """The calls of a part of the graph that only says how it is computed."""
    name = getattr(node.target, "_name", str(node.target))
    part = next((each for each in node.args if getattr(each, "op", "") == "get_attr"), None)
    if name not in INLINED or part is None:
        raise InputError(
            f"{name!r} depends on the data (a loop or a branch), expected a graph of fixed operations"
        )
    inner = getattr(module, part.target)
    operands = [each.name for each in node.args if hasattr(each, "op") and each is not part]
    places = [each.name for each in inner.graph.nodes if each.op == "placeholder"]
    end = next(each for each in inner.graph.nodes if each.op == "output")
    given = end.args[0] if isinstance(end.args[0], list | tuple) else [end.args[0]]
    outer = [pieces.get(place, f"{node.name}[{place}]") for place in range(len(given))]
    inputs = dict(zip(places, operands, strict=False))
    yield from inlined(_calls(inner), inputs, [getattr(each, "name", "") for each in given], outer, node.name)


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
        found = pieces or {}
        # A piece that nothing reads still has its place.
        outputs = tuple(found.get(place, f"{node.name}[{place}]") for place in range(len(value)))
        shapes = tuple(_shape(each, node.name) if hasattr(each, "shape") else () for each in value)
        return Call(name, arguments, outputs, shapes, module)
    if not hasattr(value, "shape"):
        return Call(name, arguments, (), (), module)
    return Call(name, arguments, (node.name,), (_shape(value, node.name),), module)


def _argument(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_argument(each) for each in value]
    return Tensor(value.name) if hasattr(value, "meta") and hasattr(value, "op") else value


def _shape(tensor: Any, name: str) -> tuple[int, ...]:
    sides = [side if isinstance(side, int) else getattr(side.node, "hint", side) for side in tensor.shape]
    return checked_shape(sides, f"the tensor {name[:60]!r}", least=0)


def _module(node: Any) -> str:
    stack = node.meta.get("nn_module_stack") or {}
    path = list(stack.values())[-1][0] if stack else ""
    return str(path)
