"""The wheel contains everything for scoring, and excludes files for checking and training."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    pytest.importorskip("setuptools", minversion="77", reason="building needs setuptools 77")
    pytest.importorskip("setuptools_scm", reason="building needs setuptools-scm")
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT / "nasport", source / "nasport", ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / file, source / file)
    build = "import sys, setuptools.build_meta as b; b.build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(out)], cwd=source, check=True, capture_output=True)
    (file,) = out.glob("*.whl")
    assert file.name.startswith("nasport-0.2.0.dev0-"), "the fallback, as this tree has no git"
    with zipfile.ZipFile(file) as wheel:
        return set(wheel.namelist())


def is_kept_back(path: Path) -> bool:
    """Return whether a file is only for checking claims or for training."""
    return path.parent.name.startswith("universal-without-") or path.name == "judgements.npz"


def test_the_wheel_contains_all_data_and_licenses(names: set[str]) -> None:
    package = ROOT / "nasport"
    files = {path for path in package.rglob("*") if path.is_file() and path.suffix not in (".pyc", ".so")}
    expected = {str(path.relative_to(ROOT)) for path in files if not is_kept_back(path)}
    assert expected <= names
    assert {"nasport/models/pretrained/universal/predictor.onnx", "nasport/py.typed"} <= expected
    assert {"LICENSE", "NOTICE"} <= {Path(name).name for name in names}


def test_the_wheel_excludes_held_out_bundles_and_training_data(names: set[str]) -> None:
    kept_back = {path for path in (ROOT / "nasport").rglob("*") if path.is_file() and is_kept_back(path)}
    assert len(kept_back) > 30
    assert not {str(path.relative_to(ROOT)) for path in kept_back} & names


def test_the_wheel_contains_only_one_package(names: set[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"nasport"}
