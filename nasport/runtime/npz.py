"""Read NumPy archives (`.npz`) of strangers: bounded sizes, no pickles, plain numbers and texts."""

from __future__ import annotations

import io
import zipfile
import zlib
from math import prod
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from nasport.schemas.errors import InputError

MAX_BYTES = 1 << 28
MAX_ARRAYS = 1_000
_KINDS = "fiub" + "U"


def read_arrays(data: bytes, *, file: str | None = None) -> dict[str, NDArray[Any]]:
    """Return the arrays of an archive by name.

    An archive is compressed, and an array states its own shape, so a small file could fill the memory. All sizes are
    checked before an array is allocated.

    Args:
        data: content of the file.
        file: name of the file for error messages.

    Raises:
        InputError: the content is no archive of arrays of numbers and texts, or it is too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            total = sum(entry.file_size for entry in entries)
            if len(entries) > MAX_ARRAYS or total > MAX_BYTES:
                problem = f"the archive has {len(entries):,} arrays of {total:,} bytes"
                raise InputError(f"{problem}, expected at most {MAX_ARRAYS:,} and {MAX_BYTES:,}", file=file)
            return {entry.filename.removesuffix(".npy"): _array(archive.read(entry)) for entry in entries}
    except (
        ValueError,
        OSError,
        EOFError,
        TypeError,
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
        NotImplementedError,
    ) as error:
        raise InputError(f"the file is not an archive of arrays: {error}", file=file) from error


def _array(data: bytes) -> NDArray[Any]:
    """Return an array from the content of a `.npy` file."""
    stream = io.BytesIO(data)
    version = npy.read_magic(stream)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"an array has format version {version[0]}.{version[1]}, expected 1.0 or 2.0")
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, _, dtype = read(stream)
    rest = len(data) - stream.tell()
    if dtype.kind not in _KINDS or dtype.hasobject:
        raise ValueError(f"an array has the type {dtype}, expected numbers or texts")
    if prod(shape) * dtype.itemsize != rest or prod(shape) > rest:
        raise ValueError(f"an array of the type {dtype} and shape {shape} has {rest:,} bytes of data")
    stream.seek(0)
    return np.asarray(npy.read_array(stream, allow_pickle=False))
