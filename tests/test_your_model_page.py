"""docs/guides/your-model.md: its commands and its example run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.commands import nasport
from tests.test_import_onnx_reading import model, node

PAGE = (Path(__file__).parents[1] / "docs" / "guides" / "your-model.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """The blocks of a language on the page."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch", reason="the example makes a torch module")
    (example,) = (block for block in blocks("python") if "import nasport" in block)
    exec(compile(example, "docs/guides/your-model.md", "exec"), {})
    assert capsys.readouterr().out == f"{3 * 16 * 9 + 2 * 16 + 16 * 10 + 10}\n"


def test_the_commands_run(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="reading ONNX files needs onnx")
    nodes = [
        node("Conv", ["x", "first"], ["a"], pads=[1, 1, 1, 1]),
        node("Relu", ["a"], ["b"]),
        node("Conv", ["b", "second"], ["y"], pads=[1, 1, 1, 1]),
    ]
    proto = model(nodes, {"first": [16, 3, 3, 3], "second": [16, 16, 3, 3]})
    (tmp_path / "model.onnx").write_bytes(proto.SerializeToString())
    commands = [line.split("#")[0] for line in blocks("sh")[0].splitlines() if line.startswith("nasport")]
    assert len(commands) == 6
    for command in commands:
        done = nasport(*shlex.split(command)[1:], cwd=tmp_path)
        assert done.returncode == 0, f"{command}: {done.stderr}"
