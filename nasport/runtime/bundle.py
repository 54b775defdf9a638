"""Bundles: folders with a manifest and the files that it lists, each with its SHA-256.

Shipped bundles are package data; any other folder works as well. Only the files that the manifest lists are read, and they
must be inside the folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from nasport.runtime.aliases import bundle_name, is_for_checking
from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.schemas.reading import parse_document, read_bytes
from nasport.schemas.validation import validate

MANIFEST = "bundle.json"
MAX_FILE_BYTES = 256 * 1024**2


class Bundle(NamedTuple):
    """An opened bundle.

    Attributes:
        folder: folder of the bundle.
        manifest: validated content of `bundle.json`.
    """

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Name of the bundle."""
        return str(self.manifest["name"])

    @property
    def kind(self) -> str:
        """`predictor` or `encoder`."""
        return str(self.manifest["kind"])

    def path(self, name: str) -> Path:
        """Return the path of a file of the bundle after its hash has been checked.

        Raises:
            InputError: the file is not in the manifest, is missing, is outside the folder, or has another hash.
        """
        path = self._listed(name)
        with path.open("rb") as stream:
            self._check(path, hashlib.file_digest(stream, "sha256").hexdigest())
        return path

    def read(self, name: str) -> bytes:
        """Return the bytes of a file of the bundle. Raises the errors of `path`."""
        path = self._listed(name)
        data = read_bytes(path, MAX_FILE_BYTES)
        self._check(path, hashlib.sha256(data).hexdigest())
        return data

    def _listed(self, name: str) -> Path:
        if name not in self.manifest["files"]:
            problem = f"the bundle lists no file {name!r}, expected it among its files"
            raise InputError(problem, file=str(self.folder / MANIFEST), path=("files",))
        path = self.folder / name
        if not path.is_file():
            raise InputError(
                f"a file of the bundle {self.name!r} is missing, expected it here", file=str(path)
            )
        if path.resolve().parent != self.folder.resolve():
            raise InputError(
                "the file is outside the folder of the bundle, expected a file inside it", file=str(path)
            )
        return path

    def _check(self, path: Path, found: str) -> None:
        expected = self.manifest["files"][path.name]["sha256"]
        if found != expected:
            problem = f"the file changed after the bundle {self.name!r} was made: SHA-256 {found}, expected {expected}"
            raise InputError(problem, file=str(path))


def open_bundle(name: str | Path) -> Bundle:
    """Open a shipped bundle by its current or former name, or any bundle by its folder.

    Raises:
        InputError: there is no such bundle, or its manifest is wrong.
    """
    folder = _find(name)
    file = folder / MANIFEST
    if not file.is_file():
        raise InputError(f"the folder is not a bundle, expected {MANIFEST} in it", file=str(folder))

    def checked(manifest: Any) -> Any:
        validate("bundle", manifest)
        return manifest

    return Bundle(folder, parse_document(read_bytes(file), checked, file=str(file)))


def shipped_folder() -> Path:
    """Return the folder of the shipped bundles."""
    return Path(__file__).parents[1] / "models" / "pretrained"


def shipped_names(kind: str = "predictor") -> list[str]:
    """Return the sorted names of the shipped bundles of one kind."""
    folders = sorted(path.parent for path in shipped_folder().glob(f"*/{MANIFEST}"))
    return [folder.name for folder in folders if open_bundle(folder).kind == kind]


def _find(name: str | Path) -> Path:
    if not isinstance(name, str | Path):
        raise TypeError(f"the bundle is {name!r:.60}, expected its name or folder (str or Path)")
    given = Path(name)
    is_plain_name = len(given.parts) == 1 and isinstance(name, str) and name not in (".", "..")
    try:
        for known in dict.fromkeys((name, bundle_name(str(name)))) if is_plain_name else ():
            if (shipped_folder() / known / MANIFEST).is_file():
                return shipped_folder() / known
        if given.is_dir():
            return given
    except (OSError, ValueError):  # the name is too long or contains NUL
        pass
    shipped = shipped_names()
    listed = f"expected a folder or one of the shipped bundles ({', '.join(shipped)})"
    if is_for_checking(str(name)) and not any(map(is_for_checking, shipped)):
        raise InputError(
            f"the bundle {str(name)!r} is not installed: bundles trained without one family are only in the source "
            f"repository, as nasport/models/pretrained/{bundle_name(str(name))}; {listed}"
        )
    raise InputError(f"unknown bundle {str(name)!r}{did_you_mean(str(name), shipped)}{listed}")
