"""Entry points of the importer: a model file, a factory in a Python module, or a torch module.

Files are only parsed, never executed. A factory is the user's own code and is executed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasport.schemas.errors import InputError
from nasport.toolkit.importing.documents.document import Imported, document_counts, imported
from nasport.toolkit.importing.factory import module_of_factory
from nasport.toolkit.importing.graph.composites import composed
from nasport.toolkit.importing.graph.tensor_graph import TensorGraph, checked_shape
from nasport.toolkit.importing.shapes import image_shape

if TYPE_CHECKING:
    import torch

IMAGE = (3, 224, 224)
MAX_READ = 5_000  # operations that depend on the input; real models have up to 1,300


def import_file(path: Path, image: Sequence[int] | None = None) -> Imported:
    """Import a model file.

    Args:
        path: ONNX file, or file of torch.export if the suffix is `.pt2`.
        image: shape of the input, needed if the file leaves it open.

    Returns:
        document of the model, with the graphs from which it was made.

    Raises:
        InputError: the file is not a model, or no document can express the model. The error names the file.
    """
    try:
        if path.suffix.lower() == ".pt2":
            from nasport.toolkit.importing.torch_programs.exported_program import read_exported_program

            graph = read_exported_program(path)
            stated = graph.shapes[graph.input][1:]
            if image is not None and tuple(image) != stated:
                problem = f"exported for an input of {'x'.join(map(str, stated))}, expected this input or a new export"
                raise InputError(problem)
        else:
            from nasport.toolkit.importing.onnx_files.file import read_onnx

            graph = read_onnx(path, tuple(image) if image is not None else None)
        return import_graph(graph, path.stem.encode("utf-8", "replace").decode())
    except InputError as error:
        raise InputError(error.problem, file=error.file or str(path), path=error.path) from error.__cause__
    except (
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        ArithmeticError,
        AssertionError,
        StopIteration,
        RecursionError,
    ) as error:  # damaged files can cause any of these errors in the readers
        problem = f"its operations contradict each other ({error!r:.80}), expected an undamaged model"
        raise InputError(problem, file=str(path)) from error


def import_graph(graph: TensorGraph, name: str) -> Imported:
    """Turn the graph of a model into a document.

    Args:
        graph: model as it was read.
        name: name of the document.

    Returns:
        document of the model, with the graphs from which it was made.

    Raises:
        InputError: the model is too large, or no document can express it.
    """
    if len(graph.operations) > MAX_READ:
        raise InputError(
            f"{len(graph.operations):,} operations that depend on the input, expected at most {MAX_READ:,}"
        )
    model = imported(composed(graph), name)
    document_counts(model)  # raises an error if the document joins feature maps of different shapes
    return model


def import_factory(text: str, image: Sequence[int] | None = None) -> Imported:
    """Call a factory and import the torch module that it returns.

    Args:
        text: `package.module:factory(arguments)`; arguments are literals.
        image: shape of one input. Default: the input size in the module's `pretrained_cfg` (as timm sets it), otherwise
            3x224x224, which the report lists as an assumption.

    Returns:
        document of the model, with the graphs from which it was made.

    Raises:
        InputError: the factory does not exist, it fails, or no document can express its module.
    """
    module, factory_name = module_of_factory(text)
    wanted, notes = image, []
    if wanted is None:
        configured = getattr(module, "pretrained_cfg", None) or {}
        wanted = configured.get("input_size") if isinstance(configured, dict) else None
    if wanted is None:
        wanted = IMAGE
        notes.append(f"an input of {'x'.join(map(str, IMAGE))} by default (--input sets another)")
    try:
        model = import_module(module, wanted, factory_name)
    except InputError as error:
        raise InputError(f"{error.problem}; {'; '.join(notes)}" if notes else error.problem) from error
    model.graph.notes.extend(notes)
    return model


def import_module(module: torch.nn.Module, example: Any, name: str = "") -> Imported:
    """Import a torch module.

    Args:
        module: torch module; traced in evaluation mode, its own mode is restored afterwards.
        example: input of the module: a tensor, a tuple of one tensor, or the shape of one image.
        name: name of the document (default: name of the module's class).

    Returns:
        document of the model, with the graphs from which it was made.

    Raises:
        InputError: torch.export cannot trace the module, or no document can express it.
    """
    import torch

    from nasport.toolkit.importing.torch_programs.torch_module import read_module

    if isinstance(example, str):
        example = image_shape(example)
    if isinstance(example, int):
        raise InputError(
            f"an input of {example}, expected a shape such as (3, 224, 224) or an example tensor"
        )
    if isinstance(example, torch.Tensor):
        inputs: tuple[torch.Tensor, ...] = (example,)
    elif all(isinstance(value, torch.Tensor) for value in example):
        inputs = tuple(example)
    else:
        parameter = next(module.parameters(), None)
        device = parameter.device if parameter is not None else torch.device("cpu")
        kind = parameter.dtype if parameter is not None and parameter.is_floating_point() else torch.float32
        image = example[1:] if len(example) == 4 and example[0] == 1 else example
        inputs = (torch.zeros(1, *checked_shape(image, "the input"), device=device, dtype=kind),)
    return import_graph(read_module(module, inputs), name or type(module).__name__)
