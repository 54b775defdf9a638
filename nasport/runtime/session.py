"""Open ONNX Runtime sessions, choose their providers and check them after loading.

onnxruntime is imported only when a model must run, because the import takes most of the time of scoring one document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasport.runtime.installation import pip_install
from nasport.schemas.errors import InputError, MissingRuntimeError
from nasport.schemas.nearest import did_you_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
PROVIDERS = {"cpu": CPU, "cuda": CUDA}
# Full float32 on CUDA, because TF32 rounds to ten bits and changes the order of similar scores.
_OPTIONS = {CUDA: (CUDA, {"use_tf32": "0"})}

# Bytes of the CPU's memory for the bundles of a process. Scoring uses less than a tenth of it.
MAX_MEMORY = 1 << 31

# Severity "fatal": otherwise ONNX Runtime prints errors if CUDA is requested on a machine without it.
_QUIET = 4


def open_session(
    model: Path | bytes,
    *,
    providers: Sequence[str] | None = None,
    threads: int | None = None,
    bounded: bool = False,
) -> InferenceSession:
    """Open an inference session on the requested or the best available provider.

    Args:
        model: path of an ONNX file, or its bytes.
        providers: `cpu` and `cuda` in order of preference, of which the first must work (default: CUDA if it works, else
            the CPU).
        threads: number of threads within an operator (default: the choice of ONNX Runtime).
        bounded: whether all such sessions together may use at most `MAX_MEMORY` bytes of the CPU's memory; a run that needs
            more raises an exception of ONNX Runtime.

    Raises:
        MissingRuntimeError: neither onnxruntime nor onnxruntime-gpu is installed.
        InputError: the model cannot be loaded, or the first requested provider does not work on this machine.
    """
    onnxruntime = import_onnxruntime()
    wanted = _wanted(providers, onnxruntime.get_available_providers())
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = _QUIET
    if threads is not None:
        settings.intra_op_num_threads = threads
    settings.add_session_config_entry("session.load_model_format", "ONNX")
    if bounded and _has_bounded_memory(onnxruntime):
        settings.add_session_config_entry("session.use_env_allocators", "1")
    if CUDA in wanted and hasattr(onnxruntime, "preload_dlls"):
        onnxruntime.preload_dlls()  # nasport[gpu] installs CUDA and cuDNN as separate packages
    source = model if isinstance(model, bytes) else str(model)
    try:
        chosen = [_OPTIONS.get(name, name) for name in wanted]
        session = onnxruntime.InferenceSession(source, settings, providers=chosen)
    except Exception as error:  # the exceptions of ONNX Runtime share no base class
        name = "the model" if isinstance(model, bytes) else str(model)
        raise InputError(f"ONNX Runtime cannot load the model: {error}", file=name) from error
    if providers and session.get_providers()[0] != wanted[0]:
        raise InputError(
            f"provider {providers[0]!r} does not work on this machine, ONNX Runtime fell back to "
            f"{session.get_providers()}; on a machine with a CUDA GPU run `{pip_install('gpu')}`, else request 'cpu'"
        )
    return session


def run_session(
    session: InferenceSession, outputs: Sequence[str], inputs: Mapping[str, NDArray[Any]], *, file: str
) -> list[NDArray[Any]]:
    """Run a session and return its outputs.

    Args:
        session: session of a bundle's model.
        outputs: names of the outputs.
        inputs: arrays by name.
        file: name of the model's file for error messages.

    Raises:
        InputError: the model cannot be computed with these inputs, or it needs too much memory.
    """
    try:
        return list(session.run(list(outputs), dict(inputs)))
    except Exception as error:  # the exceptions of ONNX Runtime share no base class
        raise InputError(f"ONNX Runtime cannot compute the model: {error}", file=file) from error


def import_onnxruntime() -> Any:
    """Import and return onnxruntime.

    Raises:
        MissingRuntimeError: the import fails; the message has the command that installs onnxruntime.
    """
    try:
        import onnxruntime
    except ImportError as error:
        if _was_interrupted(error):
            raise KeyboardInterrupt from error
        missing = isinstance(error, ModuleNotFoundError)
        problem = "ONNX Runtime is not installed" if missing else f"ONNX Runtime cannot be imported ({error})"
        expected = f"run `{pip_install('cpu')}` or, for an NVIDIA GPU, `{pip_install('gpu')}`"
        raise MissingRuntimeError(f"{problem}; {expected}") from error
    if not hasattr(onnxruntime, "InferenceSession"):
        raise MissingRuntimeError(
            "the installed ONNX Runtime is broken (onnxruntime and onnxruntime-gpu overwrite each other), uninstall "
            f"both, then run `{pip_install('cpu')}` or `{pip_install('gpu')}`"
        )
    onnxruntime.set_default_logger_severity(_QUIET)
    return onnxruntime


@cache
def _has_bounded_memory(onnxruntime: Any) -> bool:
    """Register an allocator of bounded memory for the sessions that ask for it; return whether ONNX Runtime supports that."""
    try:
        place = onnxruntime.OrtMemoryInfo(
            "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
        )
        onnxruntime.create_and_register_allocator(place, onnxruntime.OrtArenaCfg({"max_mem": MAX_MEMORY}))
    except (
        Exception
    ):  # a program that embeds nasport may have registered another allocator, which ONNX Runtime keeps
        return False
    return True


def _was_interrupted(error: BaseException | None) -> bool:
    """Whether a failed import was interrupted by Ctrl-C, which compiled modules turn into an ImportError."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _wanted(providers: Sequence[str] | None, available: Sequence[str]) -> list[str]:
    if providers is None:
        return [name for name in (CUDA, CPU) if name in available]
    if not isinstance(providers, list | tuple) or not all(isinstance(name, str) for name in providers):
        raise TypeError(f"the providers are {providers!r:.60}, expected a list of names such as ['cpu']")
    unknown = [name for name in providers if name not in PROVIDERS]
    if unknown:
        near = did_you_mean(unknown[0], PROVIDERS)
        raise InputError(f"unknown provider {unknown[0]!r}{near}expected one of {sorted(PROVIDERS)}")
    names = [PROVIDERS[name] for name in providers]
    missing = [name for name in names if name not in available]
    if missing:
        problem = f"the installed ONNX Runtime has no {missing[0]}, only {', '.join(available)}"
        raise InputError(f"{problem}; for NVIDIA GPUs run `{pip_install('gpu')}`")
    return names if CPU in names else [*names, CPU]
