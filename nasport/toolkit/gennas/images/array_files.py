"""Read images from an .npz file: uint8 (M, 32, 32, 3) under `images`, `data` or `x`, or the only array with 4 dimensions.

First only the headers of the arrays are read, then one array is loaded. Pickled objects are refused.
"""

from __future__ import annotations

import lzma
import zipfile
import zlib
from pathlib import Path
from typing import IO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray
from torch import Generator

from nasport.schemas.errors import InputError
from nasport.toolkit.gennas.images.pictures import SIDE, chosen_of

MAX_ARRAY_BYTES = 2 * 1024**3
_KEYS = ("images", "data", "x")
_COMPRESSED = (lzma.LZMAError, zlib.error, zipfile.BadZipFile)
# A RuntimeError means that the archive is encrypted or has an unknown compression.
_DAMAGED = (OSError, ValueError, EOFError, KeyError, RuntimeError, *_COMPRESSED)


def npz_images(file: Path, count: int, generator: Generator) -> NDArray[np.uint8]:
    """Draw `count` different images of a file: uint8 (count, 32, 32, 3).

    Raises:
        InputError: the file is not an .npz file, is damaged, or lacks the array or enough images.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            name = _name(archive, file)
            with archive.open(name) as stream:
                shape, kind = _header(stream)
                _check(shape, kind, name, archive.getinfo(name).file_size, file)
            chosen = chosen_of(shape[0], count, generator, file)
            with archive.open(name) as stream:
                images = npy.read_array(stream, allow_pickle=False)
    except _DAMAGED as error:
        raise InputError(f"cannot be read as an .npz file: {error}", file=str(file)) from error
    return np.ascontiguousarray(images[chosen])


def _name(archive: zipfile.ZipFile, file: Path) -> str:
    """Return the member of the archive with the images."""
    members = {name.removesuffix(".npy"): name for name in archive.namelist() if name.endswith(".npy")}
    for key in _KEYS:
        if key in members:
            return members[key]
    found = []
    for name in members.values():
        with archive.open(name) as stream:
            if len(_header(stream)[0]) == 4:
                found.append(name)
    if len(found) != 1:
        raise InputError(
            f"{len(found) or 'no'} arrays with 4 dimensions among {', '.join(members) or 'no arrays'}, expected "
            f"an array named {', '.join(_KEYS)}, or exactly one array with 4 dimensions",
            file=str(file),
        )
    return found[0]


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    version = npy.read_magic(stream)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, _, kind = read(stream)
    return shape, kind


def _check(shape: tuple[int, ...], kind: np.dtype[np.generic], name: str, size: int, file: Path) -> None:
    if len(shape) != 4 or shape[1:] != (SIDE, SIDE, 3) or kind != np.uint8:
        raise InputError(
            f"the array {name.removesuffix('.npy')!r} is {kind} {shape}, expected uint8 (M, {SIDE}, {SIDE}, 3)",
            file=str(file),
        )
    if size > MAX_ARRAY_BYTES:
        problem = f"the array has {size:,} bytes, expected at most {MAX_ARRAY_BYTES:,}"
        raise InputError(problem, file=str(file))
    if shape[0] * SIDE * SIDE * 3 > size:
        raise InputError(
            f"the array has fewer than the {shape[0]:,} images of its header, expected an undamaged file",
            file=str(file),
        )
