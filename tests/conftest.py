"""Fixtures that several test files share."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from tempfile import gettempdir

import pytest
from hypothesis import settings

# How long an example takes says more about what else the machine does than about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Test files make many objects that live to the end: to look for garbage among them takes a part of the run.
gc.set_threshold(100_000)

# Tables are as wide as COLUMNS says, which whatever runs the tests may have set.
os.environ.pop("COLUMNS", None)
# Before torch and numpy load: threads that wait for each other are slow where other workers of the run use the cores.
os.environ["OMP_NUM_THREADS"] = "1"
# What is remembered between runs (gennas/precision.py) is not the user's here.
os.environ["XDG_CACHE_HOME"] = str(Path(gettempdir()) / "nasport-tests")


@pytest.fixture(scope="session")
def nasport_data() -> Path:
    """Folder of the benchmark tables, which are not part of the project."""
    folder = os.environ.get("NASPORT_DATA")
    if not folder:
        pytest.skip("NASPORT_DATA is not set: the benchmark tables are not at hand")
    path = Path(folder)
    if not path.is_dir():
        pytest.skip(f"NASPORT_DATA names no folder: {folder}")
    return path
