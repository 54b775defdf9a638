"""What somebody may ask of proxies: options that commands share. Nothing heavy is imported here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nasport.toolkit.gennas.choices import DEVICES
from nasport.toolkit.options import Options, option


@dataclass(frozen=True, kw_only=True)
class ProxyChoices(Options):
    """Of judgements by proxies."""

    only: Sequence[str] = option(
        (), "Proxies to compute; default: all.", metavar="NAME,...", suggest="proxies"
    )
    images: Path | None = option(
        None,
        "Images to show: a picture, a folder of them, an .npz, or CIFAR-10's files; default: photographs that come with "
        "nasport.",
    )
    seed: int = option(0, "Seed of all that is random: weights, images, labels, noise, samples.", least=0)
    batch_size: int = option(32, "Number of images in a batch.", least=2)
    depth: float = option(1.0, "Factor on the repeats of every stage.", metavar="FACTOR")
    width: float | None = option(
        None, "Factor on every width of the networks; default: as written.", metavar="FACTOR"
    )
    largest_image: int = option(
        64, "Most pixels on the longer side of the images; larger ones are shrunk.", least=1
    )
    device: str | None = option(
        None, "Where the networks are run; default: cpu.", "--provider", "--device", words=DEVICES
    )

    @property
    def names(self) -> tuple[str, ...]:
        """The proxies of `only`, which may stand in one text with commas."""
        return tuple(name.strip() for text in self.only for name in text.split(",") if name.strip())
