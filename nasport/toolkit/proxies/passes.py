"""Passes of one network that several proxies share: each is computed once, when the first proxy needs it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.overrides import TorchFunctionMode

from nasport.toolkit.proxies import blocks
from nasport.toolkit.proxies.activations import ActivationPatterns
from nasport.toolkit.proxies.network_start import NetworkStart, gradient
from nasport.toolkit.proxies.weight_gradients import ActivationGradients

PATTERNS = frozenset(("nwot", "swap"))
CURVED_IMAGES = 8  # second derivatives are expensive
NOISE_IMAGES = 16


class once(property):  # noqa: N801 (used like the built-in property)
    """A property that is computed once; if the computation raises, every access raises the same error."""

    def __init__(self, compute: Callable[[Any], Any]) -> None:
        def get(of: Any) -> Any:
            known: dict[object, tuple[Any, Exception | None]] = vars(of).setdefault("_once", {})
            if compute not in known:
                try:
                    known[compute] = compute(of), None
                except Exception as error:
                    known[compute] = None, error
            value, failure = known[compute]
            if failure is not None:
                raise failure
            return value

        super().__init__(get)


class Passes:
    """Forward and backward passes of an untrained network.

    Attributes:
        start: the network with its images and labels.
        patterns: activation patterns of the forward pass, recorded only if a chosen proxy needs them.
        fisher: Fisher information of the layers' outputs.
    """

    def __init__(self, start: NetworkStart, wanted: Collection[str]) -> None:
        self.start = start
        self.patterns = ActivationPatterns()
        self.fisher = ActivationGradients()
        self._wanted = frozenset(wanted)
        self._images = start.images.detach().requires_grad_()

    @once
    def logits(self) -> Tensor:
        """(N, classes) outputs for the first batch.

        Raises:
            ArithmeticError: an output is not finite.
        """
        with ExitStack() as stack:
            if self._wanted & PATTERNS:
                stack.enter_context(self.patterns)
            if "fisher" in self._wanted:
                for layer in self.start.weighted():
                    stack.callback(layer.register_forward_hook(self._keep_output).remove)
            found: Tensor = self.start.network(self._images)
        if not bool(found.isfinite().all()):
            raise ArithmeticError("diverged: the outputs of the network are not finite")
        return found

    def _keep_output(self, _: nn.Module, __: Any, output: Tensor) -> None:
        self.fisher.watch(output)

    @once
    def signs(self) -> list[Tensor]:
        """Signs of the inputs of all rectifiers, see `ActivationPatterns`.

        Raises:
            ArithmeticError: the network has no rectifier.
        """
        _ = self.logits
        if not self.patterns.signs:
            raise ArithmeticError("the network has no rectifier")
        return self.patterns.signs

    @once
    def blocks(self) -> list[Tensor]:
        """Outputs of the stem and of each layer of the body for noise images, with their graph.

        Raises:
            ArithmeticError: the network has only one block.
        """
        network, noise = self.start.network, self.start.noise(NOISE_IMAGES).requires_grad_()
        stem = list(network.stem)[-1:]
        found = [] if stem else [noise]
        with ExitStack() as stack:
            for block in (*stem, *network.body):
                if isinstance(block, nn.Identity):  # a layer that the architecture leaves out
                    continue
                handle = block.register_forward_hook(lambda _, __, output: found.append(output))
                stack.callback(handle.remove)
            network(noise)
        if len(found) < 2:
            raise ArithmeticError("the network has only one block")
        return found

    @once
    def entropies(self) -> list[float]:
        """Entropies of the features of the blocks."""
        return blocks.entropies(self.blocks)

    @once
    def input_gradients(self) -> Tensor:
        """(N, values) gradients of the sum of the outputs by each image; raises ArithmeticError as `gradient` does."""
        return gradient(self.logits, self._images, torch.ones_like(self.logits)).flatten(1)

    @once
    def weight_gradients(self) -> list[Tensor]:
        """Gradients of the loss by the weights of each layer."""
        self.fisher.counting = True
        found = self._gradients(self.logits, self.start.labels)
        self.fisher.counting = False
        return found

    @once
    def curved_gradients(self) -> list[Tensor]:
        """Gradients of the loss on a few images by the weights of each layer, with their graph, for second derivatives."""
        start = self.start
        with sdpa_kernel(SDPBackend.MATH), _TwiceDifferentiable():
            logits = start.network(start.images[:CURVED_IMAGES])
        return self._gradients(logits, start.labels[:CURVED_IMAGES], curved=True)

    @once
    def second_gradients(self) -> list[Tensor]:
        """Gradients of the loss on the second batch by the weights of each layer."""
        start = self.start
        return self._gradients(start.network(start.second_images), start.second_labels)

    def _gradients(self, logits: Tensor, labels: Tensor, curved: bool = False) -> list[Tensor]:
        weights, loss = self.start.weights(), F.cross_entropy(logits, labels)
        found = torch.autograd.grad(loss, weights, create_graph=curved, allow_unused=True)
        return [torch.zeros_like(w) if g is None else g for w, g in zip(weights, found, strict=True)]


class _TwiceDifferentiable(TorchFunctionMode):
    """Replaces functions that have no second derivative in torch by equivalent functions with a second derivative."""

    def __torch_function__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        if func is F.hardsigmoid:
            return F.relu6(args[0] + 3) / 6
        if func is F.hardswish:
            return args[0] * F.relu6(args[0] + 3) / 6
        return func(*args, **(kwargs or {}))
