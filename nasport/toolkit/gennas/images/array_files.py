"""Images from an .npz file: uint8 (M, 32, 32, 3), under `images`, `data` or `x`, or the only array of four dimensions.

The arrays' headers are read first and only the chosen one is loaded, never objects (`allow_pickle=False`).
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
# A RuntimeError: encrypted, or compressed in a way that is not known.
_DAMAGED = (OSError, ValueError, EOFError, KeyError, RuntimeError, *_COMPRESSED)


def npz_images(file: Path, count: int, generator: Generator) -> NDArray[np.uint8]:
    """`count` different images of the file: uint8 (count, 32, 32, 3).

    Raises:
        InputError: no .npz file, damaged, no such array, or too few images.
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
        raise InputError(f"no .npz file that can be read: {error}", file=str(file)) from error
    return np.ascontiguousarray(images[chosen])


def _name(archive: zipfile.ZipFile, file: Path) -> str:
    """The archive's member that holds the images."""
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
            f"{len(found) or 'no'} arrays of four dimensions among {', '.join(members) or 'no arrays'}, expected "
            f"one of {', '.join(_KEYS)} or exactly one with images",
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
        raise InputError(f"the array says {shape[0]:,} images and holds fewer", file=str(file))
