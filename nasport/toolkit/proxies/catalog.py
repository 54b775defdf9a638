"""The proxies: what each says of a network, what it needs, and where it comes from."""

from __future__ import annotations

from typing import NamedTuple

DOCUMENT, WEIGHTS, FORWARD = "the document", "the weights", "the forward pass"
BY_IMAGES, BY_WEIGHTS, NOISE = "the gradient by images", "the gradient by weights", "a pass of noise"
OWN = "passes of its own"

_ZERO_COST = "Abdelfattah et al., ICLR 2021"
_AZ_NAS = "Lee and Ham, CVPR 2024"


class Proxy(NamedTuple):
    """One judge of a network at its start; higher is meant to be better.

    Attributes:
        says: what it is, in a few words.
        needs: the pass that it takes, shared by all that need the same but for `OWN`.
        source: the paper.
    """

    says: str
    needs: str
    source: str


CATALOG: dict[str, Proxy] = {
    "parameters": Proxy("trainable parameters of the document's network", DOCUMENT, "-"),
    "flops": Proxy("multiply-accumulates of the document's network", DOCUMENT, "-"),
    "trained_layers": Proxy("convolutions and linear layers", WEIGHTS, "Tybl and Neumann, CVPR 2025"),
    "l2_norm": Proxy("sum of the layers' norms", WEIGHTS, _ZERO_COST),
    "nwot": Proxy(
        "NASWOT: log-determinant of how images agree in rectifiers", FORWARD, "Mellor et al., ICML 2021"
    ),
    "swap": Proxy("SWAP: distinct patterns of images in rectifiers", FORWARD, "Peng et al., ICLR 2024"),
    "jacov": Proxy("spectrum of the correlations of images' gradients", BY_IMAGES, _ZERO_COST),
    "jacov_logdet": Proxy("log-determinant of these correlations", BY_IMAGES, "Mellor et al., 2020"),
    "epe_nas": Proxy("these correlations within classes", BY_IMAGES, "Lopes et al., ICANN 2021"),
    "grad_norm": Proxy("sum of the norms of the layers' gradients", BY_WEIGHTS, _ZERO_COST),
    "snip": Proxy("sum of |weight x gradient|", BY_WEIGHTS, "Lee et al., ICLR 2019"),
    "plain": Proxy("sum of weight x gradient", BY_WEIGHTS, _ZERO_COST),
    "fisher": Proxy("Fisher information of channels", BY_WEIGHTS, "Turner et al., ICLR 2020"),
    "zico": Proxy("mean over deviation of gradients of two batches", BY_WEIGHTS, "Li et al., ICLR 2023"),
    "grasp": Proxy("- weight x Hessian x gradient", OWN, "Wang et al., ICLR 2020"),
    "synflow": Proxy("log of the flow through absolute weights", OWN, "Tanaka et al., NeurIPS 2020"),
    "zen": Proxy("Zen: how far noise moves features", OWN, "Lin et al., ICCV 2021"),
    "vkdnw": Proxy("VKDNW: entropy of the Fisher information's spectrum", OWN, "Tybl and Neumann, CVPR 2025"),
    "az_expressivity": Proxy("AZ-NAS: entropy of the blocks' features", NOISE, _AZ_NAS),
    "az_progressivity": Proxy("AZ-NAS: least gain in entropy by a block", NOISE, _AZ_NAS),
    "az_trainability": Proxy("AZ-NAS: how well blocks keep a gradient's size", NOISE, _AZ_NAS),
    "az_complexity": Proxy("AZ-NAS: multiply-accumulates", DOCUMENT, _AZ_NAS),
}
