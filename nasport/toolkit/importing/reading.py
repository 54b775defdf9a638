"""Real models by what the user gives: a file, a factory of a Python module, a torch module.

A file is never executed. A factory is the user's own code, and runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasport.schemas.errors import InputError
from nasport.toolkit.importing.documents.document import Imported, check_counts, imported
from nasport.toolkit.importing.factory import made_by
from nasport.toolkit.importing.graph.composites import composed
from nasport.toolkit.importing.graph.tensor_graph import TensorGraph, checked_shape
from nasport.toolkit.importing.shapes import image_shape

if TYPE_CHECKING:
    import torch

IMAGE = (3, 224, 224)
MAX_READ = 5_000  # operations on the input; real models have up to 1,300


def import_file(path: Path, image: Sequence[int] | None = None) -> Imported:
    """The document of a model in a file, by its suffix.

    Args:
        path: of an ONNX file, or of one of torch.export (`.pt2`).
        image: shape of the input, where the file leaves it open.

    Raises:
        InputError: the file is no model, or none that a document can hold; names the file.
    """
    try:
        if path.suffix.lower() == ".pt2":
            from nasport.toolkit.importing.torch_programs.exported_program import read_exported_program

            graph = read_exported_program(path)
            stated = graph.shapes[graph.input][1:]
            if image is not None and tuple(image) != stated:
                problem = f"it was exported for an input of {'x'.join(map(str, stated))}, expected that, or another export"
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
    ) as error:  # what a file states of its operations may contradict itself in many ways
        problem = (
            f"its operations contradict each other ({error!r:.80}), expected a model as its exporter wrote it"
        )
        raise InputError(problem, file=str(path)) from error


def import_graph(graph: TensorGraph, name: str) -> Imported:
    """The document of a model that was read.

    Raises:
        InputError: it is too large for one, or a document cannot hold it.
    """
    if len(graph.operations) > MAX_READ:
        raise InputError(f"{len(graph.operations):,} operations on the input, expected at most {MAX_READ:,}")
    found = imported(composed(graph), name)
    check_counts(found)  # joins of maps that differ have none
    return found


def import_factory(text: str, image: Sequence[int] | None = None) -> Imported:
    """The document of what a factory makes.

    Args:
        text: `package.module:factory(arguments)`; arguments are literals.
        image: shape of one input; None: what the module says of itself as timm's do, else 3x224x224, which is noted.

    Raises:
        InputError: there is no such factory, it fails, or a document cannot hold what it makes.
    """
    module, called = made_by(text)
    wanted, notes = image, []
    if wanted is None:
        configured = getattr(module, "pretrained_cfg", None) or {}
        wanted = configured.get("input_size") if isinstance(configured, dict) else None
    if wanted is None:
        wanted = IMAGE
        notes.append(f"an input of {'x'.join(map(str, IMAGE))}, as nothing says another (--input)")
    try:
        found = import_module(module, wanted, called)
    except InputError as error:
        raise InputError(f"{error.problem}; {'; '.join(notes)}" if notes else error.problem) from error
    found.graph.notes.extend(notes)
    return found


def import_module(module: torch.nn.Module, example: Any, name: str = "") -> Imported:
    """The document of a torch module.

    Args:
        module: read as it computes in evaluation; its mode stays as it is.
        example: an input of the module: a tensor, a tuple of one, or the shape of one image.
        name: of the document; empty: the module's class.

    Raises:
        InputError: torch.export cannot trace it, or a document cannot hold it.
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
    elif all(isinstance(each, torch.Tensor) for each in example):
        inputs = tuple(example)
    else:
        parameter = next(module.parameters(), None)
        device = parameter.device if parameter is not None else torch.device("cpu")
        kind = parameter.dtype if parameter is not None and parameter.is_floating_point() else torch.float32
        image = example[1:] if len(example) == 4 and example[0] == 1 else example
        inputs = (torch.zeros(1, *checked_shape(image, "the input"), device=device, dtype=kind),)
    return import_graph(read_module(module, inputs), name or type(module).__name__)
