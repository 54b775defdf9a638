"""Read training images from the files of CIFAR-10, in the binary or the Python version.

A binary file has 10,000 records: a label, and 32 x 32 bytes each of red, green and blue. The Python version consists of
pickles. Unpickling could run code of an untrusted file, so the file is never unpickled: its instructions are parsed, and
the string with the images is extracted.
"""

from __future__ import annotations

import pickletools
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Generator

from nasport.schemas.errors import InputError
from nasport.toolkit.gennas.images.pictures import SIDE, chosen_of

_PIXELS = 3 * SIDE * SIDE
_RECORD = 1 + _PIXELS
_MAX_BYTES = 256 * 1024**2  # largest size of one file; the files of CIFAR-10 have 31 MB
_FILES = 5
_BINARY = re.compile(r"data_batch_[1-5]\.bin")
_PICKLED = re.compile(r"data_batch_[1-5]")
_FOLDERS = ("cifar-10-batches-bin", "cifar-10-batches-py")
_ARCHIVES = (".tar.gz", ".tgz", ".tar")


def is_cifar(source: Path) -> bool:
    """Return whether a path looks like a file of CIFAR-10, its folder, the folder above, or its archive."""
    if source.is_dir():
        return bool(_files_in(source))
    name = source.name.lower()
    return source.suffix.lower() == ".bin" or bool(_PICKLED.fullmatch(name)) or name.endswith(_ARCHIVES)


def cifar_images(source: Path, count: int, generator: Generator) -> NDArray[np.uint8]:
    """Draw `count` different training images: uint8 (count, 32, 32, 3).

    Raises:
        InputError: the source is not in CIFAR-10's format, is damaged, or has too few images.
    """
    try:
        parts = [_images(data, name, source) for name, data in _contents(source)]
    except (OSError, tarfile.TarError, EOFError, ValueError) as error:
        damaged = "not an archive, or damaged" if isinstance(error, tarfile.TarError) else error
        problem = getattr(error, "strerror", None) or damaged
        raise InputError(f"cannot be read: {problem}", file=str(source)) from error
    if not parts:
        raise InputError("no data_batch_1.bin or data_batch_1 inside, expected CIFAR-10", file=str(source))
    chosen = chosen_of(sum(map(len, parts)), count, generator, source)
    images = np.concatenate(parts)[chosen].reshape(count, 3, SIDE, SIDE)
    return np.ascontiguousarray(images.transpose(0, 2, 3, 1))


def _contents(source: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each file with training images."""
    if source.is_file() and source.name.lower().endswith(_ARCHIVES):
        with tarfile.open(source) as archive:
            found: list[tuple[str, bytes]] = []
            for member in archive:
                name = member.name.rpartition("/")[2]
                if not member.isreg() or not (_BINARY.fullmatch(name) or _PICKLED.fullmatch(name)):
                    continue
                stream = archive.extractfile(member)
                if stream is None or member.size > _MAX_BYTES or len(found) == _FILES:
                    raise InputError(
                        f"{member.name!r} is not a file of CIFAR-10, expected its five data batches",
                        file=str(source),
                    )
                found.append((name, stream.read()))
        yield from sorted(found)
        return
    for file in _files_in(source) if source.is_dir() else [source]:
        if file.stat().st_size > _MAX_BYTES:
            raise InputError(
                f"too large for a file of CIFAR-10, expected at most {_MAX_BYTES:,} bytes", file=str(file)
            )
        yield file.name, file.read_bytes()


def _files_in(folder: Path) -> list[Path]:
    """Return the CIFAR-10 files in a folder, or else in its usual subfolders.

    If a folder has both versions, the binary files are returned.
    """
    for place in (folder, *(folder / name for name in _FOLDERS)):
        if place.is_dir():
            files = sorted(entry for entry in place.iterdir() if entry.is_file())
            for pattern in (_BINARY, _PICKLED):
                found = [file for file in files if pattern.fullmatch(file.name)]
                if found:
                    return found
    return []


def _images(data: bytes, name: str, source: Path) -> NDArray[np.uint8]:
    """Return the images of one file: uint8 (M, 3072)."""
    if _PICKLED.fullmatch(name):
        return _pickled_images(data, name, source)
    if not data or len(data) % _RECORD:
        problem = f"{name} has {len(data):,} bytes, expected a multiple of {_RECORD:,}, CIFAR-10's records"
        raise InputError(problem, file=str(source))
    records = np.frombuffer(data, np.uint8).reshape(-1, _RECORD)
    if (records[:, 0] > 9).any():
        raise InputError(f"{name} has labels above 9, expected CIFAR-10's records", file=str(source))
    return records[:, 1:]


def _pickled_images(data: bytes, name: str, source: Path) -> NDArray[np.uint8]:
    """Extract the images, which are the longest string of a pickle, without running its instructions."""
    longest = b""
    for _, value, _ in pickletools.genops(data):
        if isinstance(value, str | bytes) and len(value) > len(longest):
            longest = value.encode("latin-1", "replace") if isinstance(value, str) else value
    if not longest or len(longest) % _PIXELS:
        problem = f"{name} is not in the Python version of CIFAR-10, expected the binary version (cifar-10-binary.tar.gz)"
        raise InputError(problem, file=str(source))
    return np.frombuffer(longest, np.uint8).reshape(-1, _PIXELS)
