"""Networks that train in a moment, and functions that run `nasport gennas` on them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nasport.schemas import Architecture
from nasport.toolkit.commands import gennas
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.spaces import load_space

pytest.importorskip("torch", reason="needs the extra 'gennas'")


ROOT = Path(__file__).parent.parent
UNKNOWN = ROOT / "examples" / "unknown_operator_cell.json"
CELL = "|nor_conv_3x3~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|nor_conv_3x3~2|"
OTHER_CELL = "|nor_conv_1x1~0|+|none~0|avg_pool_3x3~1|+|skip_connect~0|none~1|nor_conv_3x3~2|"
RUNAWAY = 1  # seed of a recurrent cell that multiplies its states with each other until they overflow
KEYS = ["name", "hash", "loss", "fit", "seconds", "failed"]
TINY = Choices(preset="light", iterations=2, batch_size=2, width=0.25, precision="float32")
OPTIONS = (
    *("--preset", "light", "--iterations", 2, "--batch-size", 2, "--width", 0.25, "--precision", "float32"),
    "--json",
)


def sampled(space: str, seed: int = 0) -> Architecture:
    chosen = load_space(space)
    found = chosen.architecture(chosen.sample(np.random.default_rng(seed)))
    return replace(found, name=f"{space} {seed}")


def cells(count: int) -> list[dict[str, Any]]:
    return [sampled("nasbench201", seed).to_json() for seed in range(count)]


def write(folder: Path, documents: list[Any], name: str = "documents.jsonl") -> Path:
    file = folder / name
    lines = (text if isinstance(text, str) else json.dumps(text) for text in documents)
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return file


def run(
    *sources: object,
    choices: Choices = TINY,
    source_format: str | None = None,
    as_json: bool = True,
    out: Path | None = None,
    resume: bool = False,
) -> int:
    """Run the command in this process, one document after another."""
    options = {name: getattr(choices, name) for name in choices.given}
    return gennas.run(
        gennas.GennasOptions(
            **options,
            sources=[str(source) for source in sources],
            source_format=source_format,
            jobs=1,
            json=as_json,
            out=out,
            resume=resume,
        )
    )


def records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def started(*arguments: object, limit: int | None = None, **environment: str) -> subprocess.Popen[bytes]:
    """Start the command in a separate process.

    Args:
        limit: maximum size of a file in bytes.
    """

    def prepare() -> None:
        _default_interrupts()
        if limit is not None:
            import resource

            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [sys.executable, "-c", "from nasport.toolkit.main import run; run()", *map(str, arguments)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
        cwd=ROOT,
        preexec_fn=prepare,
    )


def _default_interrupts() -> None:
    """Restore the handling of interrupts, which background jobs of a shell and their children ignore."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def until_lines(file: Path, count: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a file of results has this number of lines."""
    deadline = time.monotonic() + 300
    while not file.exists() or file.read_bytes().count(b"\n") < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def without_seconds(text: str) -> list[dict[str, Any]]:
    return [{key: value for key, value in line.items() if key != "seconds"} for line in records(text)]
