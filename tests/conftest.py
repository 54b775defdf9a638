"""Fixtures that several test files share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

# Tables are as wide as COLUMNS says, which whatever runs the tests may have set.
os.environ.pop("COLUMNS", None)


@pytest.fixture(scope="session")
def nasport_data() -> Path:
    """The folder of the benchmark tables, which are no part of the project."""
    folder = os.environ.get("NASPORT_DATA")
    if not folder:
        pytest.skip("NASPORT_DATA is not set: the benchmark tables are not at hand")
    path = Path(folder)
    if not path.is_dir():
        pytest.skip(f"NASPORT_DATA names no folder: {folder}")
    return path


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """For torch: threads that wait for each other are slow on a busy machine."""
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
