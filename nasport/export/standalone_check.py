"""Verify a folder of `write_standalone`: checksums, manifest, and the vectors by ONNX Runtime."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from nasport.export.standalone import CHECKSUMS, ENCODER_VECTORS
from nasport.export.vector_check import VectorCheck, encoder_problems
from nasport.runtime.bundle import MANIFEST, Bundle, open_bundle
from nasport.runtime.encoder import MODEL_FILE as ENCODER_FILE
from nasport.schemas.errors import InputError
from nasport.schemas.reading import decode_utf8, read_bytes

_LARGEST_LIST = 1 << 20
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Verification(NamedTuple):
    """Result of a verification.

    Attributes:
        bundle: name of the bundle; empty if its manifest is wrong.
        files: number of files with a checksum.
        vectors: number of documents that were computed; 0 if a file is wrong.
        problems: what differs, one error each.
        unlisted: files in the folder without a checksum, sorted.
    """

    bundle: str
    files: int
    vectors: int
    problems: tuple[InputError, ...]
    unlisted: tuple[str, ...]


def verify_standalone(folder: Path) -> Verification:
    """Verify a folder. The vectors are computed only if all files are as they were written.

    Raises:
        InputError: the folder was not written by `write_standalone`.
        MissingRuntimeError: ONNX Runtime is not installed.
    """
    sums = _checksums(folder)
    unlisted = tuple(sorted({path.name for path in folder.iterdir()} - {CHECKSUMS, *sums}))
    changed = tuple(_changed_files(folder, sums))
    if changed:
        return Verification("", len(sums), 0, changed, unlisted)
    try:
        bundle = open_bundle(folder.resolve())
        problems = (*_manifest_problems(bundle, sums),)
        if problems:
            return Verification(bundle.name, len(sums), 0, problems, unlisted)
        check = VectorCheck(bundle)
        has_encoder = ENCODER_FILE in bundle.manifest["files"]
        found = [*check.problems(has_encoder)]
        if has_encoder and ENCODER_VECTORS in bundle.manifest["files"]:
            found += encoder_problems(bundle, ENCODER_VECTORS)
    except InputError as error:
        return Verification("", len(sums), 0, (error,), unlisted)
    different = tuple(InputError(problem, file=str(folder)) for problem in found)
    return Verification(bundle.name, len(sums), check.count, different, unlisted)


def _checksums(folder: Path) -> dict[str, str]:
    """Return the checksum of every file, from `SHA256SUMS`.

    Raises:
        InputError: the folder or its list is missing, or the list is wrong.
    """
    file = folder / CHECKSUMS
    if not file.is_file():
        problem = f"not a standalone folder, expected {CHECKSUMS} in it; `nasport export --standalone` writes such folders"
        raise InputError(problem, file=str(folder))
    sums: dict[str, str] = {}
    for number, line in enumerate(
        decode_utf8(read_bytes(file, _LARGEST_LIST), file=str(file)).splitlines(), 1
    ):
        match = _LINE.fullmatch(line)
        if match is None or _NAME.fullmatch(match[2]) is None or match[2] in sums:
            expected = "expected a SHA-256, two spaces and the name of a file, every file once"
            raise InputError(f"{line!r:.100}, {expected}", file=str(file), line=number)
        sums[match[2]] = match[1]
    if MANIFEST not in sums:
        raise InputError(f"no checksum of {MANIFEST}, expected one", file=str(file))
    return sums


def _changed_files(folder: Path, sums: Mapping[str, str]) -> Iterator[InputError]:
    """Yield an error for every file that is missing, outside the folder, or different from its checksum."""
    for name, expected in sums.items():
        path = folder / name
        try:
            if not path.is_file() or path.resolve().parent != folder.resolve():
                yield InputError("the file is missing, expected it in this folder", file=str(path))
                continue
            with path.open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            yield InputError(f"cannot be read: {error.strerror or error}", file=str(path))
            continue
        if found != expected:
            problem = f"the file changed after the export: SHA-256 {found}, expected {expected}"
            yield InputError(problem, file=str(path))


def _manifest_problems(bundle: Bundle, sums: Mapping[str, str]) -> Iterator[InputError]:
    """Yield an error for every difference between the manifest, the checksums and the sizes of the files."""
    listed, file = bundle.manifest["files"], str(bundle.folder / MANIFEST)
    wanted = bundle.manifest.get("encoder", {}).get("sha256")
    if ENCODER_FILE in listed and listed[ENCODER_FILE]["sha256"] != wanted:
        problem = f"another encoder than the predictor was made with, expected SHA-256 {wanted}"
        yield InputError(problem, file=file, path=("files", ENCODER_FILE))
    for name in sorted({*sums, *listed} - {MANIFEST}):
        path = ("files", name)
        if name not in listed:
            yield InputError(
                f"the manifest does not list {name}, which {CHECKSUMS} does", file=file, path=("files",)
            )
        elif name not in sums:
            yield InputError(f"{CHECKSUMS} has no checksum of this file, expected one", file=file, path=path)
        elif listed[name]["sha256"] != sums[name]:
            yield InputError(f"another SHA-256 than in {CHECKSUMS}, expected the same", file=file, path=path)
        elif listed[name].get("bytes") != (size := (bundle.folder / name).stat().st_size):
            found = listed[name].get("bytes")
            yield InputError(f"{found} bytes, expected {size}, the size of the file", file=file, path=path)
