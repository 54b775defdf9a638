"""Processes of the two implementations, Python and JavaScript, that answer questions of a fuzzer line by line."""

from __future__ import annotations

import argparse
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

SECONDS, MEGABYTES = 20.0, 3000.0
CASES = 200  # answers of one process

Answer = dict[str, Any]


class Worker:
    """A process that answers one line of JSON with one line of JSON; it is started again after a crash and some cases."""

    def __init__(self, command: list[str]) -> None:
        self._command, self._count = command, 0
        self._process: subprocess.Popen[str] | None = None

    def __call__(self, question: Any) -> Answer:
        """Return the answer to a question; an answer with the key `failed` if the process crashes, hangs or grows."""
        if self._process is None or self._count >= CASES:
            self.stop()
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            self._count = 0
        self._count += 1
        process, lines = self._process, queue.Queue[str]()
        assert process.stdin is not None
        assert process.stdout is not None
        output = process.stdout
        threading.Thread(target=lambda: lines.put(_answer_line(output)), daemon=True).start()
        process.stdin.write(f"{json.dumps(question)}\n")
        process.stdin.flush()
        try:
            line = lines.get(timeout=SECONDS)
        except queue.Empty:
            line = ""
        if not line:
            code = process.poll()
            self.stop()
            return {
                "failed": f"needs over {SECONDS:g} seconds" if code is None else f"crashed with status {code}"
            }
        answer: Answer = json.loads(line)
        return (
            {"failed": f"needs {answer['megabytes']:.0f} MB"} if answer["megabytes"] > MEGABYTES else answer
        )

    def stop(self) -> None:
        """Stop the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = None


def _answer_line(output: IO[str]) -> str:
    """Return the next line with an answer; libraries may print other lines. Empty at the end of the output."""
    return next((line for line in iter(output.readline, "") if line.startswith("{")), "")


def workers(script: str, only: str | None = None) -> dict[str, Worker]:
    """Return a worker for each implementation: `script --worker` in Python, and the `.mjs` file beside it in Node."""
    commands = {
        "python": [sys.executable, script, "--worker"],
        "javascript": ["node", str(Path(script).with_suffix(".mjs"))],
    }
    return {name: Worker(command) for name, command in commands.items() if only in (None, name)}


def fuzzer_options(description: str | None) -> argparse.ArgumentParser:
    """Return a parser of the options that all fuzzers have."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=("python", "javascript"))
    parser.add_argument("--worker", action="store_true")
    return parser


def answer_lines(answer: Callable[[Any], Answer]) -> None:
    """Answer every line of standard input; an exception becomes the answer `failed`."""
    for line in sys.stdin:
        try:
            found = answer(json.loads(line))
        except BaseException as error:
            found = {"failed": f"{type(error).__name__}: {error}"}
        peak = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
        print(json.dumps({**found, "megabytes": int(peak) / 1000}), flush=True)
