"""A bundle: a folder with a manifest and the files it names, each held to its SHA-256.

Shipped bundles are package data; any other folder works as well. Only files that the manifest lists are ever read,
under plain names inside the folder, so a bundle cannot reach outside itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from nasport.runtime.aliases import bundle_name
from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.schemas.reading import parse_document, read_bytes
from nasport.schemas.validation import validate

MANIFEST = "bundle.json"
MAX_FILE_BYTES = 2 * 1024**3


class Bundle(NamedTuple):
    """An opened bundle.

    Attributes:
        folder: where it lies.
        manifest: the content of `bundle.json`, validated.
    """

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The name it goes by."""
        return str(self.manifest["name"])

    @property
    def kind(self) -> str:
        """`predictor` or `encoder`."""
        return str(self.manifest["kind"])

    def path(self, name: str) -> Path:
        """The path of one of its files, held to the manifest's hash.

        Raises:
            InputError: not in the manifest, missing, outside the folder, or changed since the manifest was written.
        """
        path = self._listed(name)
        with path.open("rb") as stream:
            self._check(path, hashlib.file_digest(stream, "sha256").hexdigest())
        return path

    def read(self, name: str) -> bytes:
        """The bytes of one of its files. Raises as `path` does."""
        path = self._listed(name)
        data = read_bytes(path, MAX_FILE_BYTES)
        self._check(path, hashlib.sha256(data).hexdigest())
        return data

    def _listed(self, name: str) -> Path:
        if name not in self.manifest["files"]:
            problem = f"lists no file {name!r}, expected one"
            raise InputError(problem, file=str(self.folder / MANIFEST), path=("files",))
        path = self.folder / name
        if not path.is_file():
            raise InputError(f"missing file of the bundle {self.name!r}", file=str(path))
        if path.resolve().parent != self.folder.resolve():
            raise InputError("lies outside the bundle's folder, expected a file inside it", file=str(path))
        return path

    def _check(self, path: Path, found: str) -> None:
        expected = self.manifest["files"][path.name]["sha256"]
        if found != expected:
            problem = f"changed since the bundle {self.name!r} was made: SHA-256 {found}, expected {expected}"
            raise InputError(problem, file=str(path))


def open_bundle(name: str | Path) -> Bundle:
    """A shipped bundle by its name, or one that it had before, or any bundle by its folder.

    Raises:
        InputError: there is none, or its manifest is wrong; names what was expected.
    """
    folder = _find(name)
    file = folder / MANIFEST
    if not file.is_file():
        raise InputError(f"no bundle: {MANIFEST} is missing there", file=str(folder))

    def checked(manifest: Any) -> Any:
        validate("bundle", manifest)
        return manifest

    return Bundle(folder, parse_document(read_bytes(file), checked, file=str(file)))


def shipped_folder() -> Path:
    """The folder of the bundles that come with the package."""
    return Path(__file__).parents[1] / "models" / "pretrained"


def shipped_names(kind: str = "predictor") -> list[str]:
    """Names of the shipped bundles of one kind, sorted."""
    folders = sorted(path.parent for path in shipped_folder().glob(f"*/{MANIFEST}"))
    return [folder.name for folder in folders if open_bundle(folder).kind == kind]


def _find(name: str | Path) -> Path:
    if not isinstance(name, str | Path):
        raise TypeError(f"the bundle {name!r:.60}, expected its name or folder (str or Path)")
    given = Path(name)
    is_plain_name = len(given.parts) == 1 and isinstance(name, str) and name not in (".", "..")
    try:
        for known in dict.fromkeys((name, bundle_name(str(name)))) if is_plain_name else ():
            if (shipped_folder() / known / MANIFEST).is_file():
                return shipped_folder() / known
        if given.is_dir():
            return given
    except (OSError, ValueError):  # too long for a name, or a NUL in it
        pass
    shipped = shipped_names()
    near, listed = did_you_mean(str(name), shipped), ", ".join(shipped)
    raise InputError(
        f"no bundle {str(name)!r}{near}expected a folder or one of the shipped bundles ({listed})"
    )
