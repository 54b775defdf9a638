"""Settings of the training on a proxy task, and their presets."""

from __future__ import annotations

from dataclasses import dataclass, field

from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.toolkit.gennas.choices import PRECISIONS
from nasport.toolkit.networks.module_arguments import NetworkOptions

STATISTICS = ("batch", "running")


@dataclass(frozen=True)
class Settings:
    """Settings of a regression of an image network.

    The optimizer's settings come from the public code of GenNAS and agree with the paper (section 3.1).

    Attributes:
        iterations: number of optimizer steps, all on the same batch.
        learning_rate: constant learning rate of SGD.
        momentum: momentum of SGD.
        weight_decay: weight decay of weights with more than one dimension.
        weighted: whether the training weights the stages' errors like the final loss, as in the public code; otherwise all
            stages have the same weight, as in the paper.
        statistics: statistics of batch normalizations in the final loss: those of the `batch`, or the `running` averages.
        depth: factor of the repeats of every stage, which stay at least 1.
        width: factor of every width; None: the factor of the public code for this search space, or 1.
        precision: precision of convolutions and normalizations; `auto` is bfloat16 if a short timing shows that it is
            faster, else float32.
        options: options for building the network.
        accelerated: whether to use the faster implementations; plain PyTorch computes the same loss more slowly.

    Raises:
        InputError: a setting is unknown or out of its range.
    """

    iterations: int = 100
    learning_rate: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 4e-5
    weighted: bool = True
    statistics: str = "batch"
    depth: float = 1.0
    width: float | None = None
    precision: str = "auto"
    options: NetworkOptions = field(
        default_factory=lambda: NetworkOptions(dead_nodes=False, classifier=False, last_activation=False)
    )
    accelerated: bool = True

    def __post_init__(self) -> None:
        for name, known in (("statistics", STATISTICS), ("precision", PRECISIONS)):
            if (found := getattr(self, name)) not in known:
                raise InputError(
                    f"no such {name}: {found!r}{did_you_mean(found, known)}expected one of {', '.join(known)}"
                )
        for name in ("iterations", "depth", "width"):
            if (value := getattr(self, name)) is not None and value <= 0:
                raise InputError(f"{name} of {value:g}, expected more than 0")


PRESETS = {"full": Settings(), "light": Settings(iterations=40, depth=0.25)}


def preset(name: str) -> Settings:
    """Return a preset by its name: `full` has the paper's settings, `light` costs a fraction of it.

    Raises:
        InputError: the name is unknown.
    """
    if name in PRESETS:
        return PRESETS[name]
    raise InputError(
        f"no such preset: {name!r}{did_you_mean(name, PRESETS)}expected one of {', '.join(PRESETS)}"
    )
