"""Fixtures that several test files share."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from tempfile import gettempdir

import pytest
from hypothesis import settings

# Without deadlines: the duration of an example depends more on the load of the machine than on the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Test modules create many permanent objects, so a high threshold saves time of the garbage collector.
gc.set_threshold(100_000)

# The width of tables depends on COLUMNS, which the caller of the tests may have set.
os.environ.pop("COLUMNS", None)
# Set before torch and numpy load: several threads are slow if other test workers use the cores.
os.environ["OMP_NUM_THREADS"] = "1"
# Tests use their own cache of measured precisions (gennas/precision.py) instead of the user's.
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
