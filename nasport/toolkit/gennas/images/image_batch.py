"""The batch of real images that a network is trained on: 32 x 32, normalized as CIFAR-10 is.

By default they are crops of photographs that lie inside scikit-image's wheel, so that nothing is ever downloaded; or
they come from a picture, a folder of pictures, an .npz file or CIFAR-10's own files. The same generator state gives the
same batch. Each image is mirrored with probability one half, as in the public code of GenNAS.
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
# Of scikit-image's pictures these are color photographs of things; the others are textures, scans and drawings.
PHOTOGRAPHS = ("astronaut.png", "chelsea.png", "coffee.png", "motorcycle_left.png", "rocket.jpg")

Draw = Callable[[int, Generator], NDArray[np.uint8]]


def image_batch(source: Path | None, batch_size: int, generator: Generator) -> Tensor:
    """A batch of images.

    Args:
        source: a picture (random crops of it), a folder of pictures and folders (each picture's middle square), an .npz
            file, CIFAR-10's own files (binary or python version, unpacked or .tar.gz); None: photographs.
        batch_size: how many; from anything but a single picture, different ones.
        generator: a CPU generator that decides which images, which crops and which are mirrored.

    Returns:
        float32 (batch_size, 3, 32, 32), normalized with CIFAR-10's mean and standard deviation.

    Raises:
        InputError: the source is none of these, holds too few images, or a file is damaged.
    """
    images = torch.from_numpy(_drawn(source, batch_size, generator)).permute(0, 3, 1, 2).float()
    mirrored = torch.rand(batch_size, generator=generator) < 0.5
    images = torch.where(mirrored[:, None, None, None], images.flip(3), images)
    mean, deviation = (torch.tensor(values).view(1, 3, 1, 1) for values in (MEAN, DEVIATION))
    return ((images - mean) / deviation).contiguous()


def refuse_images(source: Path | None) -> None:
    """Raises InputError where somebody names images for a task that sees none."""
    if source is not None:
        problem = "images for a task for recurrent networks, which sees none: expected a task for images"
        raise InputError(problem, file=str(source))


def _drawn(source: Path | None, batch_size: int, generator: Generator) -> NDArray[np.uint8]:
    """uint8 (batch_size, 32, 32, 3)."""
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
        f"no source of images, expected a picture ({', '.join(sorted(PICTURES))}), a folder of them, an .npz file or "
        "CIFAR-10's files (data_batch_1.bin, cifar-10-batches-bin, cifar-10-binary.tar.gz)",
        file=str(source),
    )


def photographs() -> list[Path]:
    """The default photographs; found without importing scikit-image, whose pictures are all that is needed of it.

    Raises:
        InputError: it is not installed, or not with these pictures.
    """
    found = find_spec("skimage")
    folders = list(found.submodule_search_locations or []) if found else []
    files = [Path(folder) / "data" / name for folder in folders[:1] for name in PHOTOGRAPHS]
    if not files or not all(file.is_file() for file in files):
        raise InputError(
            f"the default photographs lie in scikit-image: {pip_install('gennas')}, or name images of your own"
        )
    return files
