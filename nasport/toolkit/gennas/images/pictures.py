"""Read pictures as small square images, with Pillow.

Untrusted files are checked before they are decoded: only some formats and a limited number of pixels are accepted. Every
error of Pillow becomes a message that names the file.
"""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator

from nasport.runtime.installation import pip_install
from nasport.schemas.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE = 32
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".ppm", ".tif", ".tiff"})
MAX_PIXELS = 64_000_000
MAX_FILES = 2_000_000
# White in 8, 10, 12, 14 and 16 bits. A file with 16 bits does not state how many bits it uses, so its largest value
# determines this.
_BRIGHTEST = (255, 1023, 4095, 16_383, 65_535)
_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "PPM", "TIFF")
_SMALLEST_CROP = 1 / 3  # side of a crop relative to the shorter side; smaller crops rarely show an object
_LEAST_CONTRAST = 25.0  # standard deviation of the brightness; a crop that shows only sky has a smaller one
_TRIES = 20


def crops(files: Sequence[Path], count: int, generator: Generator) -> NDArray[np.uint8]:
    """Draw square crops at random positions and scales and reduce them to 32 x 32.

    The numbers of crops of two pictures differ by at most one.

    Returns:
        uint8 (count, 32, 32, 3), in random order.
    """
    order = torch.randperm(count, generator=generator).tolist()
    images = [read_picture(file) for file in files[:count]]
    result = np.empty((count, SIDE, SIDE, 3), np.uint8)
    # The choice of the pictures that give one more crop is also random.
    first = int(torch.randint(len(images), (1,), generator=generator))
    for turn, place in enumerate(order):
        result[place] = _crop(images[(first + turn) % len(images)], generator)
    return result


def whole(files: Sequence[Path], folder: Path, count: int, generator: Generator) -> NDArray[np.uint8]:
    """Draw `count` different pictures and reduce their middle squares to 32 x 32.

    Returns:
        uint8 (count, 32, 32, 3).

    Raises:
        InputError: the folder has too few pictures, or a file is not a picture.
    """
    chosen = chosen_of(len(files), count, generator, folder)
    result = np.empty((count, SIDE, SIDE, 3), np.uint8)
    for place, at in enumerate(chosen):
        image = read_picture(files[at])
        side = min(image.size)
        left, top = (image.width - side) / 2, (image.height - side) / 2
        result[place] = _reduced(image, left, top, side)
    return result


def chosen_of(total: int, count: int, generator: Generator, source: Path) -> list[int]:
    """Draw the indices of `count` different images out of `total`.

    Raises:
        InputError: `total` is less than `count`.
    """
    if total < count:
        raise InputError(f"{total:,} images, expected at least {count:,} (the batch size)", file=str(source))
    return torch.randperm(total, generator=generator)[:count].tolist()


def pictures_in(folder: Path) -> list[Path]:
    """Return the sorted picture files of a folder and its subfolders, without hidden files.

    Raises:
        InputError: the folder cannot be read, has no picture, or has too many.
    """
    found: list[Path] = []
    try:
        for parent, folders, names in os.walk(folder, onerror=_raise):
            folders[:] = [name for name in folders if not name.startswith(".")]
            files = [Path(parent, name) for name in names if not name.startswith(".")]
            found += [file for file in files if file.suffix.lower() in PICTURES]
            if len(found) > MAX_FILES:
                raise InputError(f"more than {MAX_FILES:,} pictures, expected fewer", file=str(folder))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", file=str(folder)) from error
    if not found:
        problem = f"no picture, expected files ending in {', '.join(sorted(PICTURES))}"
        raise InputError(problem, file=str(folder))
    return sorted(found)


def read_picture(file: Path) -> Image:
    """Read a picture as RGB.

    Raises:
        InputError: Pillow is missing, or the file has another format, is damaged or has too many pixels.
    """
    try:
        from PIL import Image, UnidentifiedImageError
        from PIL.Image import DecompressionBombError
    except ImportError as error:
        raise InputError(f"reading pictures needs Pillow: {pip_install('gennas')}") from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about metadata, and about sizes, which are checked here
            with Image.open(file, formats=_FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise DecompressionBombError(f"{image.width} x {image.height} pixels")
                return _in_colors(image, file)
    except InputError:
        raise
    except DecompressionBombError as error:
        problem = f"too many pixels, expected at most {MAX_PIXELS:,}: {error}"
        raise InputError(problem, file=str(file)) from error
    except UnidentifiedImageError as error:
        raise InputError(f"not a picture, expected one of {', '.join(_FORMATS)}", file=str(file)) from error
    except Exception as error:  # damaged files lead to all kinds of errors in Pillow's decoders
        if isinstance(error, OSError) and error.strerror:
            raise InputError(f"cannot be read: {error.strerror}", file=str(file)) from error
        raise InputError(
            f"a damaged picture ({type(error).__name__}), expected an undamaged picture", file=str(file)
        ) from error


def _in_colors(image: Image, file: Path) -> Image:
    """Convert a picture to RGB with 8 bits.

    Pillow would clip brighter values of pictures with more bits to white.

    Raises:
        InputError: the values have more than 16 bits, or are negative or fractions.
    """
    from PIL.Image import fromarray

    if not image.mode.startswith(("I", "F")):
        return image.convert("RGB")
    values = np.asarray(image)
    brightest = next((most for most in _BRIGHTEST if values.max() <= most), None)
    if image.mode == "F" or values.min() < 0 or brightest is None:
        raise InputError(
            f"values of {values.min():g} to {values.max():g} in mode {image.mode}, expected whole numbers of 8 to 16 bits",
            file=str(file),
        )
    return fromarray((values * (255 / brightest)).round().astype(np.uint8)).convert("RGB")


def _crop(image: Image, generator: Generator) -> NDArray[np.uint8]:
    """Return the first of several random crops with enough contrast, or the last crop if all lack contrast."""
    for _ in range(_TRIES):
        scale, across, down = torch.rand(3, generator=generator, dtype=torch.float64).tolist()
        side = min(image.size) * math.exp(scale * math.log(_SMALLEST_CROP))
        crop = _reduced(image, across * (image.width - side), down * (image.height - side), side)
        if crop.mean(2).std() >= _LEAST_CONTRAST:
            break
    return crop


def _reduced(image: Image, left: float, top: float, side: float) -> NDArray[np.uint8]:
    from PIL.Image import Resampling

    box = (left, top, min(left + side, image.width), min(top + side, image.height))
    return np.asarray(image.resize((SIDE, SIDE), Resampling.BICUBIC, box=box))


def _raise(error: OSError) -> NoReturn:
    raise error
