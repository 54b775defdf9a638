"""Choose the precision that trains image networks faster on this machine, by a short timing whose result is cached.

The instruction set does not predict the result: processors that multiply bfloat16 in vector registers gain nearly as much
as processors with matrix tiles, and others become slower.
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

# bfloat16 must be faster by this factor, because smaller differences depend on chance.
CLEARLY = 1.2
ROUNDS = 5
# Batch, channels, height and width of the timed tensor: a stage of NAS-Bench-201.
SHAPE = (16, 32, 16, 16)


@cache
def faster_precision(device: torch.device) -> str:
    """Return `bfloat16` if it is clearly faster than `float32` on a device, else `float32`.

    On a CPU, a timing of 0.2 seconds determines the result, once per processor and version of PyTorch. The result is stored
    in the user's cache folder, so all processes use the same precision. On a GPU, `bfloat16` is chosen if the GPU supports
    it.
    """
    if device.type == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    key, file = f"torch {torch.__version__}, {_processor()}", _cache_file()
    known = _cached(file)
    if key not in known:
        known[key] = "bfloat16" if _seconds("float32") > CLEARLY * _seconds("bfloat16") else "float32"
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(file, (json.dumps(known, indent=1) + "\n").encode())
        except OSError:  # the folder is not writable, so the next process repeats the timing
            pass
    return known[key]


def _seconds(precision: str) -> float:
    """Return the shortest of several times for a training step of three convolutions in one thread."""
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
            start = time.perf_counter()
            with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
                found = network(images)
            found.float().square().mean().backward()
            quickest = min(quickest, time.perf_counter() - start)
        return quickest
    finally:
        torch.set_num_threads(threads)
        torch.random.set_rng_state(state)


def _cache_file() -> Path:
    """Return the cache file."""
    folder = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(folder) / "nasport" / "precision.json"


def _cached(file: Path) -> dict[str, str]:
    """Return the valid entries of the cache file."""
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {key: value for key, value in found.items() if value in ("float32", "bfloat16")}


def _processor() -> str:
    """Return the name of the processor, or of its architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
