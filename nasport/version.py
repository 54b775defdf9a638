"""The version of nasport, which setuptools-scm derives from the latest git tag when nasport is installed."""

from __future__ import annotations

try:
    from nasport._version import BUILT
except ImportError:  # the package was never built; this is `fallback_version` of pyproject.toml
    BUILT = "0.2.0.dev0"

# setuptools-scm adds the date if the tree has changes that are not committed. Without the date, reports compare.
VERSION = BUILT.partition(".d20")[0]
