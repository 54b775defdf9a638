"""The wheel holds everything that scoring needs, and nothing else."""

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
    setuptools = pytest.importorskip("setuptools", minversion="77", reason="building needs setuptools 77")
    del setuptools
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT / "nasport", source / "nasport", ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / file, source / file)
    build = "import sys, setuptools.build_meta as b; b.build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(out)], cwd=source, check=True, capture_output=True)
    with zipfile.ZipFile(next(out.glob("*.whl"))) as wheel:
        return set(wheel.namelist())


def test_the_wheel_holds_schemas_spaces_bundles_and_licenses(names: set[str]) -> None:
    package = ROOT / "nasport"
    data = [*package.glob("schemas/*.json"), *package.glob("toolkit/spaces/documents/*.json")]
    data += package.glob("toolkit/gennas/tasks/*.json")
    data += [path for path in package.glob("models/pretrained/*/*") if path.is_file()]
    data += [*package.glob("export/*.md"), *package.glob("export/*.json"), *package.glob("models/*.json")]
    data += [*package.glob("toolkit/laboratory/recipes/notes/*.md"), *package.glob("toolkit/pages/*.css")]
    data += package.glob("toolkit/laboratory/world/*.npz")
    data += list(package.rglob("*.py"))
    assert {str(path.relative_to(ROOT)) for path in data} <= names
    assert "nasport/py.typed" in names
    assert {"LICENSE", "NOTICE"} <= {Path(name).name for name in names}


def test_the_wheel_brings_one_package_only(names: set[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"nasport"}
