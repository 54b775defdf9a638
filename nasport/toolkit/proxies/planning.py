"""Make the plan of an evaluation by proxies from options."""

from __future__ import annotations

import torch

from nasport.schemas.errors import InputError
from nasport.toolkit.gennas.images.image_batch import image_batch
from nasport.toolkit.gennas.planning import LARGEST_BATCH, LARGEST_SEED, LARGEST_WIDTH
from nasport.toolkit.proxies.choices import ProxyChoices
from nasport.toolkit.proxies.evaluating import ProxyPlan


def proxy_plan(choices: ProxyChoices) -> ProxyPlan:
    """Return the plan for options, with its images.

    Raises:
        InputError: an unknown proxy, a missing device, a number out of its range, or invalid images.
    """
    for name, value, most in (
        ("batch size", choices.batch_size, LARGEST_BATCH),
        ("seed", choices.seed, LARGEST_SEED),
        ("width", choices.width or 1, LARGEST_WIDTH),
        ("depth", choices.depth, LARGEST_WIDTH),
        ("largest image", choices.largest_image, LARGEST_BATCH),
    ):
        if not 0 <= value <= most:
            raise InputError(f"the {name} is {value:g}, expected 0 to {most:,}")
    device = choices.device or "cpu"
    if device == "cuda" and not torch.cuda.is_available():
        raise InputError("PyTorch finds no usable CUDA device, expected one; use --device cpu instead")
    generator = torch.Generator().manual_seed(choices.seed)
    return ProxyPlan(
        images=image_batch(choices.images, 2 * choices.batch_size, generator).numpy(),
        only=choices.names,
        seed=choices.seed,
        batch_size=choices.batch_size,
        depth=choices.depth,
        width=choices.width,
        largest_image=choices.largest_image,
        device=device,
    )
