"""Which precision trains image networks faster here: found by a short timing, which is remembered.

An instruction set does not tell: processors that multiply bfloat16 in vector registers gain nearly as much as those with
tiles for matrices, and others lose.
"""

from __future__ import annotations

import json
import os
import platform
import time
from functools import cache
from pathlib import Path

import torch
from torch import nn

from nasport.schemas.writing import write_atomically

# bfloat16 is chosen where it is faster by this factor: below it, chance would decide.
CLEARLY = 1.2
ROUNDS = 5
# Batch, channels, height and width of what is timed: a stage of a NAS-Bench-201 cell.
SHAPE = (16, 32, 16, 16)


@cache
def faster_precision(device: torch.device) -> str:
    """`bfloat16` where it is clearly faster than `float32` on this device, else `float32`.

    On a CPU a timing of a fifth of a second decides, once for a processor and a version of PyTorch: the answer is kept in
    the user's cache folder, so that every process gives the same. On a GPU the driver tells.
    """
    if device.type == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    key, file = f"torch {torch.__version__}, {_processor()}", _memory()
    known = _remembered(file)
    if key not in known:
        known[key] = "bfloat16" if _seconds("float32") > CLEARLY * _seconds("bfloat16") else "float32"
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(file, (json.dumps(known, indent=1) + "\n").encode())
        except OSError:  # no folder to write: the next process times again
            pass
    return known[key]


def _seconds(precision: str) -> float:
    """Of one step of three convolutions with their normalizations on one thread, the quickest of some."""
    channels, threads = SHAPE[1], torch.get_num_threads()
    state = torch.random.get_rng_state()
    torch.set_num_threads(1)
    try:
        layers = [
            nn.Conv2d(channels, channels, kernel, padding=kernel // 2, bias=False) for kernel in (3, 1, 3)
        ]
        network = nn.Sequential(
            *(each for layer in layers for each in (layer, nn.BatchNorm2d(channels), nn.ReLU()))
        ).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        images = torch.randn(SHAPE).contiguous(memory_format=torch.channels_last)
        quickest = float("inf")
        for _ in range(ROUNDS + 1):
            begun = time.perf_counter()
            with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
                found = network(images)
            found.float().square().mean().backward()
            quickest = min(quickest, time.perf_counter() - begun)
        return quickest
    finally:
        torch.set_num_threads(threads)
        torch.random.set_rng_state(state)


def _memory() -> Path:
    """Where the answers are kept."""
    folder = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(folder) / "nasport" / "precision.json"


def _remembered(file: Path) -> dict[str, str]:
    """What is known; what is no answer counts as nothing."""
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {key: value for key, value in found.items() if value in ("float32", "bfloat16")}


def _processor() -> str:
    """Its name, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
