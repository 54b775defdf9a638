"""How a network is trained on a proxy task, and the presets."""

from __future__ import annotations

from dataclasses import dataclass, field

from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.toolkit.gennas.choices import PRECISIONS
from nasport.toolkit.networks.module_arguments import NetworkOptions

STATISTICS = ("batch", "running")


@dataclass(frozen=True)
class Settings:
    """Settings of a regression.

    Source of the optimizer's: the public code of GenNAS; the paper (section 3.1) agrees.

    Attributes:
        iterations: steps of the optimizer, all on the same batch.
        learning_rate: of SGD, without a schedule.
        momentum: of SGD.
        weight_decay: of weights with more than one dimension.
        weighted: whether the stages' errors are weighted in training as they are when the network is judged, as in the
            public code; else they count the same, as in the paper.
        statistics: of the batch normalizations in the network that is judged: the `batch`'s own, or the `running` ones.
        depth: every stage of cells or blocks is repeated this much as often, at least once.
        width: every width is multiplied by it; None: what the public code does in this space, else 1.
        precision: of convolutions and normalizations; `auto` is bfloat16 where a short timing finds it faster.
        options: how the network is built.
        accelerated: whether to run it the fast way; plain eager torch gives the same loss, later.

    Raises:
        InputError: a setting that is none of these, or out of its range.
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
    """A preset by name: `full` is the paper's setting, `light` costs a fraction of it.

    Raises:
        InputError: there is none of this name.
    """
    if name in PRESETS:
        return PRESETS[name]
    raise InputError(
        f"no such preset: {name!r}{did_you_mean(name, PRESETS)}expected one of {', '.join(PRESETS)}"
    )
