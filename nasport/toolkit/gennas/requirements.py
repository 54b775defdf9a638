"""Optional packages that GenNAS requires, and their versions."""

from __future__ import annotations

from nasport.runtime.installation import pip_install
from nasport.schemas.errors import MissingRuntimeError
from nasport.version import VERSION


def require_torch() -> None:
    """Raise MissingRuntimeError if PyTorch or SciPy is not installed."""
    try:
        import scipy  # noqa: F401
        import torch  # noqa: F401
    except ImportError as error:
        raise MissingRuntimeError(
            f"{error.name or 'PyTorch'} is not installed, which signals and networks need: "
            f"{pip_install('gennas')}"
        ) from error


def require_onnx() -> None:
    """Raise MissingRuntimeError if ONNX is not installed."""
    try:
        import onnx  # noqa: F401
    except ImportError as error:
        raise MissingRuntimeError(
            f"ONNX is not installed, which bundles are written with: {pip_install('gennas')}"
        ) from error


def versions() -> dict[str, str]:
    """Return the versions of nasport and PyTorch, because losses depend on them."""
    import torch

    return {"nasport": VERSION, "torch": str(torch.__version__)}
