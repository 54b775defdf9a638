"""Entries of files in the manifest of a bundle: SHA-256 and size."""

from __future__ import annotations

import hashlib
from pathlib import Path


def describe(data: bytes) -> dict[str, str | int]:
    """Return a manifest's entry for a file with this content: `{"sha256": hexadecimal, "bytes": size}`."""
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def describe_file(path: Path) -> dict[str, str | int]:
    """Return a manifest's entry for a file on disk; see `describe`."""
    return describe(path.read_bytes())
