"""One architecture judged by all proxies that are wanted, whatever happens to one of them.

A `ProxyPlan` is all that decides a judgement apart from the architecture. It is made of plain values and arrays, so that
it can be sent to another process, where a `Judge` carries it out: the same plan and document give the same bits there.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nasport.models.optimization import one_thread
from nasport.runtime.costs import costs
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError, NasportError
from nasport.schemas.nearest import did_you_mean
from nasport.toolkit.gennas.acceleration import denormals_as_zero, exact_convolutions
from nasport.toolkit.gennas.memory import refusing_too_large
from nasport.toolkit.gennas.trainer import BROKEN
from nasport.toolkit.proxies import activations, blocks, input_gradients, weight_gradients
from nasport.toolkit.proxies.altered_networks import log_synflow, zen
from nasport.toolkit.proxies.catalog import CATALOG
from nasport.toolkit.proxies.fisher_spectrum import spectrum_entropy
from nasport.toolkit.proxies.network_start import network_start
from nasport.toolkit.proxies.passes import Passes
from nasport.toolkit.proxies.proxy_values import EVERYTHING, ProxyValues

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class ProxyPlan:
    """What every architecture is judged on, and how.

    Attributes:
        images: float32 (M, 3, h, w), normalized, at least `batch_size` of them; twice as many are of use.
        only: proxies that are wanted, by name; empty: all.
        seed: of weights, labels and noise.
        batch_size: images in a pass.
        depth: every stage of cells or blocks is repeated this much as often, at least once.
        width: every width is multiplied by it; None: as written.
        largest_image: larger images of a document are brought to this many pixels on their longer side.
        device: `cpu` or `cuda`.
        accelerated: whether to run networks the fast way; plain eager torch gives the same values, later.

    Raises:
        InputError: no such proxy, a number out of its range, images of another form.
    """

    images: NDArray[np.float32]
    only: tuple[str, ...] = ()
    seed: int = 0
    batch_size: int = 32
    depth: float = 1.0
    width: float | None = None
    largest_image: int = 64
    device: str = "cpu"
    accelerated: bool = True
    verb: ClassVar[str] = "evaluated"

    def __post_init__(self) -> None:
        for name in self.only:
            if name not in CATALOG:
                raise InputError(
                    f"no such proxy: {name!r:.80}{did_you_mean(name, CATALOG)}expected one of {', '.join(CATALOG)}"
                )
        for name, least in (("batch_size", 2), ("largest_image", 1)):
            if (value := getattr(self, name)) < least:
                raise InputError(f"{name} of {value}, expected at least {least}")
        for name in ("depth", "width"):
            if (value := getattr(self, name)) is not None and not 0 < value < math.inf:
                raise InputError(f"{name} of {value:g}, expected more than 0")
        if self.images.ndim != 4 or self.images.shape[1] != 3 or self.images.dtype != np.float32:
            raise InputError(
                f"images of {self.images.shape} {self.images.dtype}, expected float32 (M, 3, h, w)"
            )
        if len(self.images) < self.batch_size:
            raise InputError(f"{len(self.images)} images, expected at least a batch of {self.batch_size}")

    @property
    def wanted(self) -> tuple[str, ...]:
        """The proxies that are computed, in the order of the catalog."""
        return tuple(name for name in CATALOG if not self.only or name in self.only)

    def begun(self) -> Evaluator:
        """What carries it out in one process."""
        return Evaluator(self)

    def lost(self, why: str) -> ProxyValues:
        """Of an architecture whose process died."""
        return ProxyValues(dict.fromkeys(self.wanted), {EVERYTHING: why})

    def to_json(self) -> dict[str, Any]:
        """What two runs must have in common for their values to be comparable."""
        plain = {name: value for name, value in vars(self).items() if name not in ("images", "only")}
        return {
            "images_sha256": hashlib.sha256(np.ascontiguousarray(self.images).tobytes()).hexdigest(),
            "proxies": list(self.wanted),
            "labels": "random",
            **plain,
        }


class Evaluator:
    """Carries out a plan.

    Attributes:
        plan: what it carries out.
    """

    def __init__(self, plan: ProxyPlan) -> None:
        self.plan = plan
        self._images = torch.from_numpy(plan.images.copy()).to(plan.device)

    def __call__(self, architecture: Architecture) -> ProxyValues:
        """Judge an architecture; what is wrong with it is said in the judgement.

        Raises:
            NasportError: the GPU failed, and this process can use it no more.
        """
        found = _Findings(self.plan.wanted)
        with one_thread(), denormals_as_zero(), exact_convolutions(self._images.device):
            for name in _COUNTS:
                found.take(name, _COUNTS[name], architecture)
            if found.missing(_NETWORK):
                passes = found.attempt(EVERYTHING, self._passes, architecture)
                for name, evaluator in _NETWORK.items():
                    if passes is not None:
                        found.take(name, evaluator, passes)
        return found.judgement()

    def _passes(self, architecture: Architecture) -> Passes:
        plan = self.plan
        start = network_start(
            architecture,
            self._images,
            plan.batch_size,
            plan.seed,
            depth=plan.depth,
            width=plan.width or 1.0,
            largest_image=plan.largest_image,
            accelerated=plan.accelerated,
        )
        return Passes(start, plan.wanted)


class _Findings:
    """A judgement while it grows."""

    def __init__(self, wanted: tuple[str, ...]) -> None:
        self._start = time.perf_counter()
        self._values: dict[str, float | None] = dict.fromkeys(wanted)
        self._failed: dict[str, str] = {}
        self._path: tuple[str | int, ...] = ()
        self._unexpected = False

    def missing(self, names: Mapping[str, Any]) -> bool:
        """Whether any of these is wanted."""
        return any(name in self._values for name in names)

    def take(self, name: str, compute: Callable[[T], float], of: T) -> None:
        """Compute a value, if it is wanted."""
        if name not in self._values:
            return
        value = self.attempt(name, compute, of)
        if value is not None and not math.isfinite(value):
            self._failed[name] = f"diverged: {value}"
            return
        self._values[name] = value

    def attempt(self, name: str, compute: Callable[[T], R], of: T) -> R | None:
        """What it gives; None where it fails, with the reason kept under the name; raises as `Judge` does."""
        try:
            with refusing_too_large():
                return compute(of)
        except InputError as error:
            self._failed[name], self._path = error.problem, error.path
        except ArithmeticError as error:
            self._failed[name] = str(error)
        except torch.linalg.LinAlgError:  # type: ignore[attr-defined]
            self._failed[name] = "diverged: no eigenvalues can be found"
        except BROKEN as error:
            raise NasportError(f"the GPU failed: {error}") from error
        except Exception as error:  # one proxy's misfortune, the others go on
            self._failed[name] = f"unexpected {type(error).__name__}: {error}"
            self._unexpected = True
        return None

    def judgement(self) -> ProxyValues:
        seconds = time.perf_counter() - self._start
        return ProxyValues(self._values, self._failed, seconds, self._path, self._unexpected)


def _parameters(architecture: Architecture) -> float:
    return float(_cost(architecture).parameters)


def _flops(architecture: Architecture) -> float:
    return float(_cost(architecture).flops)


def _cost(architecture: Architecture) -> Any:
    found = costs(architecture)
    if found is None:
        raise InputError("no known cost, expected a skeleton and operators whose cost is known")
    return found


def _fisher(passes: Passes) -> float:
    _ = passes.weight_gradients
    return passes.fisher.total


def _vkdnw(passes: Passes) -> float:
    _ = passes.logits  # whose statistics it needs
    return spectrum_entropy(passes.start)


def _detached(passes: Passes) -> list[Tensor]:
    return [weight.detach() for weight in passes.start.weights()]


# Of the document alone.
_COUNTS: dict[str, Callable[[Architecture], float]] = {
    "parameters": _parameters,
    "flops": _flops,
    "az_complexity": _flops,
}
# Of the network, in this order: vkdnw needs the statistics of the first pass and the input's gradient its graph, which the
# weights' gradient drops; zen changes the weights.
_NETWORK: dict[str, Callable[[Passes], float]] = {
    "trained_layers": lambda passes: float(len(passes.start.weights())),
    "l2_norm": lambda passes: weight_gradients.l2_norm(_detached(passes)),
    "nwot": lambda passes: activations.kernel_log_determinant(passes.signs),
    "swap": lambda passes: activations.distinct_patterns(passes.signs),
    "vkdnw": _vkdnw,
    "jacov": lambda passes: input_gradients.jacov(passes.input_gradients),
    "jacov_logdet": lambda passes: input_gradients.jacov_logdet(passes.input_gradients),
    "epe_nas": lambda passes: input_gradients.epe_nas(passes.input_gradients, passes.start.labels),
    "grad_norm": lambda passes: weight_gradients.grad_norm(passes.weight_gradients),
    "snip": lambda passes: weight_gradients.snip(_detached(passes), passes.weight_gradients),
    "plain": lambda passes: weight_gradients.plain(_detached(passes), passes.weight_gradients),
    "fisher": _fisher,
    "grasp": lambda passes: weight_gradients.grasp(passes.start.weights(), passes.curved_gradients),
    "az_expressivity": lambda passes: blocks.expressivity(passes.entropies),
    "az_progressivity": lambda passes: blocks.progressivity(passes.entropies),
    "az_trainability": lambda passes: blocks.trainability(passes.blocks, passes.start.generator()),
    "zico": lambda passes: weight_gradients.zico(passes.weight_gradients, passes.second_gradients),
    "synflow": lambda passes: log_synflow(passes.start),
    "zen": lambda passes: zen(passes.start),
}
