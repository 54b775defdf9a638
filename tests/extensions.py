"""Packages that extend nasport, written into a folder like an installer does."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

from nasport.schemas import operator_extensions, plugins

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "docs" / "guides" / name for name in ("extending.md", "notations.md")]


def documented_files() -> dict[str, str]:
    """Return the files of the package that docs/guides/extending.md and notations.md show, by name."""
    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    return dict(re.findall(r"^`([\w./]+)`:\n\n```\w+\n(.*?)^```$", text, re.M | re.S))


def install_documented(folder: Path) -> None:
    """Install the package of docs/guides/extending.md."""
    files = documented_files()
    project = tomllib.loads(files.pop("pyproject.toml"))["project"]
    install(folder, project["name"], project["entry-points"], files)


def install(
    folder: Path, package: str, entry_points: Mapping[str, Mapping[str, str]], files: Mapping[str, str]
) -> None:
    """Write a package into a folder of `sys.path`.

    Args:
        package: name of the package; its version is 0.1.
        entry_points: target of each entry point, by group and name.
        files: text of each file, by name.
    """
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    info = folder / f"{package.replace('-', '_')}-0.1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.1\n", "utf-8")
    lines = []
    for group, points in entry_points.items():
        lines += [f"[{group}]", *(f"{name} = {place}" for name, place in points.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n", "utf-8")


def environment(*folders: Path) -> dict[str, str]:
    """Return the environment of a process that finds nasport and the packages in these folders."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, *folders)))}


def forget() -> None:
    """Clear the cached list of installed packages in this process."""
    for known in (
        plugins._entry_points,
        plugins._loaded,
        operator_extensions.operator_extensions,
        operator_extensions.extension_operator,
        operator_extensions.extension_kind,
    ):
        known.cache_clear()
    for name in [name for name in sys.modules if name.split(".")[0] in ("toy_extension", "broken", "odd")]:
        del sys.modules[name]
