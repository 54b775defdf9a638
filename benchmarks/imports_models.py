"""Make the models of benchmarks/imports.py, and count them without nasport."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

# Larger models are made on torch's meta device, without values, and not written to files.
MOST_VALUES = 300_000_000
# Models of timm modules that have many; the smallest ones.
SMALL = (
    "atto",
    "femto",
    "pico",
    "nano",
    "tiny",
    "xxs",
    "_xs",
    "_s",
    "small",
    "mini",
    "_t",
    "b0",
    "18",
    "50",
    "base",
)
MORE = (
    "seresnet50",
    "ecaresnet50t",
)  # squeeze and excitation, and attention over channels, in the module `resnet`
PRODUCTS = ("conv", "linear", "matmul", "addmm", "bmm", "mm", "baddbmm", "einsum")
Row = dict[str, Any]


@cache
def torchvision_models() -> Any:
    """Return `torchvision.models`; its operators are declared if its compiled library does not load."""
    import torch

    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None:
        raise SystemExit("needs torchvision, see the top of benchmarks/imports.py")
    folder = Path(spec.origin).parent
    try:
        torch.ops.load_library(str(folder / "_C.so"))  # type: ignore[no-untyped-call]
    except OSError:
        text = (folder / "_meta_registrations.py").read_text("utf-8")
        names = set(re.findall(r"torchvision::(\w+)", text)) | set(
            re.findall(r'register_meta\("(\w+)"', text)
        )
        for name in sorted(names | {"nms"}):
            torch.library.define(f"torchvision::{name}", "(Tensor x) -> Tensor")
    import torchvision

    return torchvision.models


def names_of(library: str) -> dict[str, str]:
    """Return the family of each imported model, by name."""
    if library == "torchvision":
        models = torchvision_models()
        names = models.list_models(module=models)
        return {name: models.get_model_builder(name).__module__.rpartition(".")[2] for name in names}
    import timm

    found = {}
    for module in sorted(timm.list_modules()):
        if names := timm.list_models(module=module):
            small = [name for word in SMALL for name in names if word in name]
            found[(small or names)[0]] = module
    return found | dict.fromkeys(MORE, "resnet")


def made(library: str, name: str, size: int | None = None) -> tuple[nn.Module, tuple[int, ...]]:
    """Return a model for evaluation and the shape of its image; `size` replaces the library's size."""
    import torch

    if library == "torchvision":
        models = torchvision_models()
        weights = models.get_model_weights(name)
        crops = {weight.transforms.keywords["crop_size"] for weight in weights if weight.name.endswith("_V1")}
        image = (3, *[size or min(crops, default=224)] * 2)
        options: Row = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
        if name.startswith("vit_"):
            options["image_size"] = image[1]

        def make() -> Any:
            return models.get_model(name, weights=None, **options)
    else:
        import timm

        image = ()

        def make() -> Any:
            return timm.create_model(name, pretrained=False)

    def is_large() -> bool:
        return bool(sum(each.numel() for each in module.parameters()) > MOST_VALUES)

    try:
        with torch.device("meta"):
            module = make()
        module = module if is_large() else make()
    except RuntimeError:  # some models compute their widths with tensors
        module = make()
        module = module.to("meta") if is_large() else module
    return module.eval(), image or tuple(module.pretrained_cfg.get("input_size", (3, 224, 224)))


def counted(model: nn.Module, image: Sequence[int]) -> Row:
    """Return the parameters that evaluation reads, and the multiply-accumulates of two counters."""
    import torch
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.utils.flop_counter import FlopCounterMode

    torch.backends.mha.set_fastpath_enabled(False)  # this path hides a whole encoder layer from the counter
    parameters = list(model.parameters())
    row: Row = {"parameters": sum(each.numel() for each in parameters)}
    example = torch.zeros(1, *image, device=parameters[0].device)
    for each in parameters:
        each.requires_grad_(each.is_floating_point())
    try:
        with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
            output = model(example)
        row["torch"] = counter.get_total_flops() // 2
        total = sum(each.sum() for each in tensors(output))
        read = torch.autograd.grad(total, parameters, allow_unused=True)
        row["read"] = sum(each.numel() for each, by in zip(parameters, read, strict=True) if by is not None)
    except Exception as error:
        row["problem"] = first_line(error)
    if not example.is_meta:
        row |= counted_by_fvcore(model, example)
    return row


def counted_by_fvcore(model: nn.Module, example: Any) -> Row:
    """Return the multiply-accumulates of the products that fvcore counts."""
    from fvcore.nn import FlopCountAnalysis

    try:
        analysis = FlopCountAnalysis(model, example)
        analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False).tracer_warnings("none")
        by_operator, missing = analysis.by_operator(), analysis.unsupported_ops()
    except Exception as error:
        return {"fvcore_problem": first_line(error)}
    products = sum(int(by_operator.get(name, 0)) for name in PRODUCTS)
    return {"fvcore": products, "fvcore_attention": missing.get("aten::scaled_dot_product_attention", 0)}


def tensors(output: Any) -> Iterator[Any]:
    """Yield all tensors of numbers in the output of a model."""
    if hasattr(output, "is_floating_point"):
        yield from [output] if output.is_floating_point() else []
    elif isinstance(output, Mapping):
        yield from (each for value in output.values() for each in tensors(value))
    elif isinstance(output, Iterable):
        yield from (each for value in output for each in tensors(value))


def first_line(error: Exception) -> str:
    """Return the message of an exception without folders of this machine."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip() or type(error).__name__
    if summary := re.search(
        r"Exception summary\s+(.+)", text
    ):  # torch.onnx.export puts the error after much advice
        text = summary[1]
    text = text.splitlines()[0]
    return re.sub(r"(?<![\w.])/(?:[^\s/]+/)+", "", text)[:300]
