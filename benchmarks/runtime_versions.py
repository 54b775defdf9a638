"""Verify the standalone folder of `universal` in ONNX Runtimes of several years.

    python benchmarks/runtime_versions.py --out benchmarks/results/runtime_versions.json

For each version, a new environment gets nasport and this onnxruntime, and `nasport export --verify` compares the outputs of
all vectors with the recorded ones. Downloads the packages; takes about a minute a version.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# Each version with what else it needs: the oldest that nasport allows (May 2024), that of November 2024, that of
# constraints.txt, and the newest in November 2026.
VERSIONS = {"1.18.0": ["numpy<2"], "1.20.1": [], "1.31.1": [], "1.32.0": []}


def verified(version: str, others: list[str], folder: Path, scratch: Path) -> dict[str, Any]:
    """Return what `nasport export --verify` prints in an environment with this version of ONNX Runtime."""
    environment = scratch / version
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    install = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        str(ROOT),
        f"onnxruntime=={version}",
        "tokenizers",
        *others,
    ]
    subprocess.run(install, check=True)
    command = [python, "-m", "nasport", "export", "--verify", str(folder), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=scratch)
    return {**json.loads(done.stdout), "folder": "universal"}


def main() -> None:
    """Write the folder, verify it in every version, and record the answers."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "standalone"
        subprocess.run([sys.executable, "-m", "nasport", "export", "--standalone", str(folder)], check=True)
        results = {
            version: verified(version, others, folder, Path(scratch)) for version, others in VERSIONS.items()
        }
    options.out.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    print({version: result["valid"] for version, result in results.items()})


if __name__ == "__main__":
    main()
