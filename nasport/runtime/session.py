"""ONNX Runtime sessions: made in one place, so that providers are chosen in one place and checked after loading.

Nothing here is imported until something must be run: `import onnxruntime` is most of the time of scoring one document.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasport.runtime.installation import pip_install
from nasport.schemas.errors import InputError, MissingRuntimeError
from nasport.schemas.nearest import did_you_mean

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
PROVIDERS = {"cpu": CPU, "cuda": CUDA}
# Full float32 on CUDA: TF32 rounds to ten bits and reorders close scores.
_OPTIONS = {CUDA: (CUDA, {"use_tf32": "0"})}

# ONNX Runtime's severity "fatal": without it, asking for CUDA on a machine that has none prints red lines.
_QUIET = 4


def open_session(
    model: Path | bytes, *, providers: Sequence[str] | None = None, threads: int | None = None
) -> InferenceSession:
    """An inference session on the best provider there is.

    Args:
        model: path of an ONNX file, or its bytes.
        providers: `cpu` and `cuda` in order of preference; None: CUDA where it works, else the CPU. When given, the
            first must really be used.
        threads: threads within an operator; None: ONNX Runtime's choice.

    Raises:
        MissingRuntimeError: neither onnxruntime nor onnxruntime-gpu is installed.
        InputError: the model cannot be loaded, or the provider asked for does not work on this machine.
    """
    onnxruntime = import_onnxruntime()
    wanted = _wanted(providers, onnxruntime.get_available_providers())
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = _QUIET
    if threads is not None:
        settings.intra_op_num_threads = threads
    if CUDA in wanted and hasattr(onnxruntime, "preload_dlls"):
        onnxruntime.preload_dlls()  # CUDA and cuDNN of nasport[gpu] lie in packages of their own
    source = model if isinstance(model, bytes) else str(model)
    try:
        chosen = [_OPTIONS.get(name, name) for name in wanted]
        session = onnxruntime.InferenceSession(source, settings, providers=chosen)
    except Exception as error:  # ONNX Runtime's own exceptions share no base class
        name = "the model" if isinstance(model, bytes) else str(model)
        raise InputError(f"ONNX Runtime cannot load it: {error}", file=name) from error
    if providers and session.get_providers()[0] != wanted[0]:
        raise InputError(
            f"provider {providers[0]!r} does not work on this machine, ONNX Runtime fell back to "
            f"{session.get_providers()}; on a machine with a CUDA GPU {pip_install('gpu')}, or ask for 'cpu'"
        )
    return session


def import_onnxruntime() -> Any:
    """The module onnxruntime, or an error that says how to get one."""
    try:
        import onnxruntime
    except ImportError as error:
        if _was_interrupted(error):
            raise KeyboardInterrupt from error
        missing = isinstance(error, ModuleNotFoundError)
        problem = "no ONNX Runtime is installed" if missing else f"ONNX Runtime cannot be imported ({error})"
        expected = f"install one of the two: {pip_install('cpu')} or, for an NVIDIA GPU, {pip_install('gpu')}"
        raise MissingRuntimeError(f"{problem}; {expected}") from error
    if not hasattr(onnxruntime, "InferenceSession"):
        raise MissingRuntimeError(
            "the installed ONNX Runtime is broken (onnxruntime and onnxruntime-gpu overwrite each other): uninstall "
            f"both, then {pip_install('cpu')} or {pip_install('gpu')}"
        )
    onnxruntime.set_default_logger_severity(_QUIET)
    return onnxruntime


def _was_interrupted(error: BaseException | None) -> bool:
    """Whether a Ctrl-C is behind an import that failed: compiled modules turn it into an ImportError."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _wanted(providers: Sequence[str] | None, available: Sequence[str]) -> list[str]:
    if providers is None:
        return [name for name in (CUDA, CPU) if name in available]
    if not isinstance(providers, list | tuple) or not all(isinstance(name, str) for name in providers):
        raise TypeError(f"the providers {providers!r:.60}, expected a list of names such as ['cpu']")
    unknown = [name for name in providers if name not in PROVIDERS]
    if unknown:
        near = did_you_mean(unknown[0], PROVIDERS)
        raise InputError(f"unknown provider {unknown[0]!r}{near}expected one of {sorted(PROVIDERS)}")
    names = [PROVIDERS[name] for name in providers]
    missing = [name for name in names if name not in available]
    if missing:
        problem = f"the installed ONNX Runtime has no {missing[0]}, only {', '.join(available)}"
        raise InputError(f"{problem}; {pip_install('gpu')} brings the one for NVIDIA GPUs")
    return names if CPU in names else [*names, CPU]
