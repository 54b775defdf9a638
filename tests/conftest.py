"""Fixtures that several test files share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


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
