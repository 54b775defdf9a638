"""Draw the batch of real images that a network is trained on: 32 x 32 pixels, normalized like CIFAR-10.

By default, the images are crops of photographs in scikit-image's wheel, so nothing is downloaded. Other sources are a
picture, a folder of pictures, an .npz file and the files of CIFAR-10. The same generator state gives the same batch. Each
image is mirrored with probability 0.5, as in the public code of GenNAS.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from nasport.runtime.installation import pip_install
from nasport.schemas.errors import InputError
from nasport.toolkit.gennas.images.array_files import npz_images
from nasport.toolkit.gennas.images.cifar import cifar_images, is_cifar
from nasport.toolkit.gennas.images.pictures import PICTURES, crops, pictures_in, whole

MEAN = (125.3, 123.0, 113.9)
DEVIATION = (63.0, 62.1, 66.7)
# The color photographs of objects in scikit-image; its other pictures are textures, scans and drawings.
PHOTOGRAPHS = ("astronaut.png", "chelsea.png", "coffee.png", "motorcycle_left.png", "rocket.jpg")

Draw = Callable[[int, Generator], NDArray[np.uint8]]


def image_batch(source: Path | None, batch_size: int, generator: Generator) -> Tensor:
    """Draw a batch of images.

    Args:
        source: a picture (random crops), a folder of pictures with subfolders (the middle square of each picture), an .npz
            file, or the files of CIFAR-10 (binary or Python version, unpacked or .tar.gz); None: the photographs.
        batch_size: number of images; from a folder or an array they are all different.
        generator: CPU generator that chooses the images, the crops and the mirrored images.

    Returns:
        float32 (batch_size, 3, 32, 32), normalized with CIFAR-10's mean and standard deviation.

    Raises:
        InputError: the source is of another kind or has too few images, or a file is damaged.
    """
    images = torch.from_numpy(_drawn(source, batch_size, generator)).permute(0, 3, 1, 2).float()
    mirrored = torch.rand(batch_size, generator=generator) < 0.5
    images = torch.where(mirrored[:, None, None, None], images.flip(3), images)
    mean, deviation = (torch.tensor(values).view(1, 3, 1, 1) for values in (MEAN, DEVIATION))
    return ((images - mean) / deviation).contiguous()


def refuse_images(source: Path | None) -> None:
    """Raise InputError if images are given for a recurrent task, which uses none."""
    if source is not None:
        problem = "images for a task for recurrent networks, which uses none, expected a task for images"
        raise InputError(problem, file=str(source))


def _drawn(source: Path | None, batch_size: int, generator: Generator) -> NDArray[np.uint8]:
    """Return the images before normalization: uint8 (batch_size, 32, 32, 3)."""
    if source is None:
        return crops(photographs(), batch_size, generator)
    if not source.exists():
        raise InputError("no such file or folder, expected images", file=str(source))
    if is_cifar(source):
        return cifar_images(source, batch_size, generator)
    if source.is_dir():
        return whole(pictures_in(source), source, batch_size, generator)
    if source.suffix.lower() == ".npz":
        return npz_images(source, batch_size, generator)
    if source.suffix.lower() in PICTURES:
        return crops([source], batch_size, generator)
    raise InputError(
        f"not a source of images, expected a picture ({', '.join(sorted(PICTURES))}), a folder of them, an .npz file or "
        "CIFAR-10's files (data_batch_1.bin, cifar-10-batches-bin, cifar-10-binary.tar.gz)",
        file=str(source),
    )


def photographs() -> list[Path]:
    """Return the files of the default photographs, without importing scikit-image.

    Raises:
        InputError: scikit-image is not installed, or lacks one of the pictures.
    """
    found = find_spec("skimage")
    folders = list(found.submodule_search_locations or []) if found else []
    files = [Path(folder) / "data" / name for folder in folders[:1] for name in PHOTOGRAPHS]
    if not files or not all(file.is_file() for file in files):
        raise InputError(
            f"the default photographs are missing, expected scikit-image: {pip_install('gennas')}, or other images"
        )
    return files
