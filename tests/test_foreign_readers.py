"""The examples compute a bundle's predictor without nasport: with NumPy alone, and in plain ONNX Runtime for Node."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nasport.runtime.bundle import shipped_folder, shipped_names

EXAMPLES = Path(__file__).parents[1] / "examples"
NODE = EXAMPLES / "onnxruntime-node"
TOLERANCE = 1e-5


def largest_difference(*command: str | Path) -> float:
    """Run a reader, which ends its output with the largest difference from the recorded scores."""
    output = subprocess.run([*map(str, command)], capture_output=True, text=True, check=True).stdout
    found = re.fullmatch(r"largest difference ([\d.e+-]+)", output.splitlines()[-1])
    assert found, output[-300:]
    assert len(output.splitlines()) > 10
    return float(found[1])


@pytest.mark.parametrize("name", shipped_names())
def test_numpy_alone_gives_the_scores_of_a_bundle(name: str) -> None:
    assert (
        largest_difference(sys.executable, EXAMPLES / "numpy_reader.py", shipped_folder() / name) < TOLERANCE
    )


def test_the_numpy_reader_imports_only_numpy() -> None:
    text = (EXAMPLES / "numpy_reader.py").read_text("utf-8")
    imported = set(re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE))
    assert imported == {"json", "sys", "pathlib", "numpy"}


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not on PATH")
@pytest.mark.skipif(
    not (NODE / "node_modules").is_dir(), reason="onnxruntime-node is not installed: make packages"
)
@pytest.mark.parametrize("name", ["universal", "tgnas-nb101"])
def test_onnxruntime_node_gives_the_scores_of_a_bundle(name: str) -> None:
    assert largest_difference("node", NODE / "read.mjs", shipped_folder() / name) < TOLERANCE


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not on PATH")
@pytest.mark.skipif(
    not (NODE / "node_modules").is_dir(), reason="onnxruntime-node is not installed: make packages"
)
def test_the_node_reader_refuses_a_changed_file(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shipped_folder() / "universal", tmp_path / "bundle"))
    (folder / "predictor.onnx").write_bytes((folder / "predictor.onnx").read_bytes() + b"\0")
    done = subprocess.run(["node", NODE / "read.mjs", folder], capture_output=True, text=True, check=False)
    assert done.returncode
    assert "predictor.onnx changed" in done.stderr
