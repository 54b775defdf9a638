"""Compute all chosen proxies of an architecture; if one of them fails, the others are still computed.

A `ProxyPlan` contains everything that determines the values, except the architecture. It consists of plain values and
arrays, so that it can be sent to another process, where an `Evaluator` gives the same bits for the same plan and document.
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
    """How the proxies of all architectures are computed.

    Attributes:
        images: float32 (M, 3, h, w), normalized, at least `batch_size`; the proxies use up to two batches.
        only: names of the chosen proxies; empty for all.
        seed: seed of weights, labels and noise.
        batch_size: number of images in a batch.
        depth: factor on the repeats of every stage of cells or blocks; every stage keeps at least one.
        width: factor on every width; None to keep the widths.
        largest_image: largest height or width of the images in pixels; larger images of a document are shrunk to it.
        device: `cpu` or `cuda`.
        accelerated: whether networks run with a faster memory layout and faster layers, which give the same values.

    Raises:
        InputError: an unknown proxy, a number out of its range, or images of another shape or type.
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
                    f"unknown proxy {name!r:.80}{did_you_mean(name, CATALOG)}expected one of {', '.join(CATALOG)}"
                )
        for name, least in (("batch_size", 2), ("largest_image", 1)):
            if (value := getattr(self, name)) < least:
                raise InputError(f"{name} is {value}, expected at least {least}")
        for name in ("depth", "width"):
            if (value := getattr(self, name)) is not None and not 0 < value < math.inf:
                raise InputError(f"{name} is {value:g}, expected a number above 0")
        if self.images.ndim != 4 or self.images.shape[1] != 3 or self.images.dtype != np.float32:
            raise InputError(
                f"images have shape {self.images.shape} and type {self.images.dtype}, expected float32 (M, 3, h, w)"
            )
        if len(self.images) < self.batch_size:
            raise InputError(f"{len(self.images)} images, expected at least a batch of {self.batch_size}")

    @property
    def wanted(self) -> tuple[str, ...]:
        """Names of the chosen proxies in the order of the catalog."""
        return tuple(name for name in CATALOG if not self.only or name in self.only)

    def begun(self) -> Evaluator:
        """Return the function that evaluates an architecture in one process."""
        return Evaluator(self)

    def lost(self, why: str) -> ProxyValues:
        """Return the values of an architecture whose process died."""
        return ProxyValues(dict.fromkeys(self.wanted), {EVERYTHING: why})

    def to_json(self) -> dict[str, Any]:
        """Return the settings that two runs must share for their values to be comparable."""
        plain = {name: value for name, value in vars(self).items() if name not in ("images", "only")}
        return {
            "images_sha256": hashlib.sha256(np.ascontiguousarray(self.images).tobytes()).hexdigest(),
            "proxies": list(self.wanted),
            "labels": "random",
            **plain,
        }


class Evaluator:
    """Computes proxies according to a plan.

    Attributes:
        plan: the plan.
    """

    def __init__(self, plan: ProxyPlan) -> None:
        self.plan = plan
        self._images = torch.from_numpy(plan.images.copy()).to(plan.device)

    def __call__(self, architecture: Architecture) -> ProxyValues:
        """Compute the proxies of an architecture; a failure is part of the result.

        Raises:
            NasportError: the GPU failed, and this process can no longer use it.
        """
        values = _Values(self.plan.wanted)
        with one_thread(), denormals_as_zero(), exact_convolutions(self._images.device):
            for name in _COUNTS:
                values.compute(name, _COUNTS[name], architecture)
            if values.wants_any(_NETWORK):
                passes = values.attempt(EVERYTHING, self._passes, architecture)
                for name, evaluator in _NETWORK.items():
                    if passes is not None:
                        values.compute(name, evaluator, passes)
        return values.result()

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


class _Values:
    """Values of the proxies of one architecture while they are computed."""

    def __init__(self, wanted: tuple[str, ...]) -> None:
        self._start = time.perf_counter()
        self._values: dict[str, float | None] = dict.fromkeys(wanted)
        self._failed: dict[str, str] = {}
        self._path: tuple[str | int, ...] = ()
        self._unexpected = False

    def wants_any(self, names: Mapping[str, Any]) -> bool:
        """Return whether any of these proxies is chosen."""
        return any(name in self._values for name in names)

    def compute(self, name: str, proxy: Callable[[T], float], source: T) -> None:
        """Compute a proxy if it is chosen, and keep its value or the reason of its failure."""
        if name not in self._values:
            return
        value = self.attempt(name, proxy, source)
        if value is not None and not math.isfinite(value):
            self._failed[name] = f"diverged: {value}"
            return
        self._values[name] = value

    def attempt(self, name: str, function: Callable[[T], R], source: T) -> R | None:
        """Call a function; if it fails, keep the reason under a name and return None.

        Raises:
            NasportError: the GPU failed.
        """
        try:
            with refusing_too_large():
                return function(source)
        except InputError as error:
            self._failed[name], self._path = error.problem, error.path
        except ArithmeticError as error:
            self._failed[name] = str(error)
        except torch.linalg.LinAlgError:  # type: ignore[attr-defined]
            self._failed[name] = "diverged: the eigenvalues cannot be computed"
        except BROKEN as error:
            raise NasportError(f"the GPU failed: {error}") from error
        except Exception as error:  # an error in one proxy leaves the others unaffected
            self._failed[name] = f"unexpected {type(error).__name__}: {error}"
            self._unexpected = True
        return None

    def result(self) -> ProxyValues:
        seconds = time.perf_counter() - self._start
        return ProxyValues(self._values, self._failed, seconds, self._path, self._unexpected)


def _parameters(architecture: Architecture) -> float:
    return float(_cost(architecture).parameters)


def _flops(architecture: Architecture) -> float:
    return float(_cost(architecture).flops)


def _cost(architecture: Architecture) -> Any:
    cost = costs(architecture)
    if cost is None:
        raise InputError("the cost is unknown, expected a skeleton and operators with known costs")
    return cost


def _fisher(passes: Passes) -> float:
    _ = passes.weight_gradients
    return passes.fisher.total


def _vkdnw(passes: Passes) -> float:
    _ = passes.logits  # sets the statistics of the normalizations
    return spectrum_entropy(passes.start)


def _detached(passes: Passes) -> list[Tensor]:
    return [weight.detach() for weight in passes.start.weights()]


# Proxies of the document.
_COUNTS: dict[str, Callable[[Architecture], float]] = {
    "parameters": _parameters,
    "flops": _flops,
    "az_complexity": _flops,
}
# Proxies of the network. The order matters: vkdnw needs the statistics of the first pass, the gradients by images need its
# graph, which the gradients by weights free, and zen changes the weights.
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
