"""Optional packages that GenNAS requires, and their versions."""

from __future__ import annotations

from nasport.runtime.installation import require
from nasport.version import VERSION


def require_torch() -> None:
    """Raise MissingRuntimeError if PyTorch or SciPy is not installed."""
    require("gennas", "to build and train networks", "scipy", "torch")


def require_onnx() -> None:
    """Raise MissingRuntimeError if ONNX is not installed."""
    require("gennas", "to write a bundle", "onnx")


def versions() -> dict[str, str]:
    """Return the versions of nasport and PyTorch, because losses depend on them."""
    import torch

    return {"nasport": VERSION, "torch": str(torch.__version__)}
