"""The proxies: what each computes, which pass of the network it needs, and the paper that it comes from."""

from __future__ import annotations

from typing import NamedTuple

DOCUMENT, WEIGHTS, FORWARD = "the document", "the weights", "the forward pass"
BY_IMAGES, BY_WEIGHTS, NOISE = "the gradient by images", "the gradient by weights", "a pass of noise images"
SEPARATE = "separate passes"

_ZERO_COST = "Abdelfattah et al., ICLR 2021"
_AZ_NAS = "Lee and Ham, CVPR 2024"


class Proxy(NamedTuple):
    """A zero-cost proxy; higher values are meant to be better.

    Attributes:
        description: what it computes, in a few words.
        needs: pass of the network that it needs; proxies with the same pass share it, except with `SEPARATE`.
        source: the paper.
    """

    description: str
    needs: str
    source: str


CATALOG: dict[str, Proxy] = {
    "parameters": Proxy("trainable parameters of the document's network", DOCUMENT, "-"),
    "flops": Proxy("multiply-accumulates of the document's network", DOCUMENT, "-"),
    "trained_layers": Proxy("convolutions and linear layers", WEIGHTS, "Tybl and Neumann, CVPR 2025"),
    "l2_norm": Proxy("sum of the layers' norms", WEIGHTS, _ZERO_COST),
    "nwot": Proxy(
        "NASWOT: log-determinant of the agreement of images in rectifiers",
        FORWARD,
        "Mellor et al., ICML 2021",
    ),
    "swap": Proxy("SWAP: number of distinct activation patterns", FORWARD, "Peng et al., ICLR 2024"),
    "jacov": Proxy("spectrum of the correlations of the images' gradients", BY_IMAGES, _ZERO_COST),
    "jacov_logdet": Proxy("log-determinant of these correlations", BY_IMAGES, "Mellor et al., 2020"),
    "epe_nas": Proxy("these correlations within classes", BY_IMAGES, "Lopes et al., ICANN 2021"),
    "grad_norm": Proxy("sum of the norms of the layers' gradients", BY_WEIGHTS, _ZERO_COST),
    "snip": Proxy("sum of |weight x gradient|", BY_WEIGHTS, "Lee et al., ICLR 2019"),
    "plain": Proxy("sum of weight x gradient", BY_WEIGHTS, _ZERO_COST),
    "fisher": Proxy("Fisher information of channels", BY_WEIGHTS, "Turner et al., ICLR 2020"),
    "zico": Proxy("mean over deviation of gradients of two batches", BY_WEIGHTS, "Li et al., ICLR 2023"),
    "grasp": Proxy("- weight x Hessian x gradient", SEPARATE, "Wang et al., ICLR 2020"),
    "synflow": Proxy("log of the flow through absolute weights", SEPARATE, "Tanaka et al., NeurIPS 2020"),
    "zen": Proxy("Zen: change of the features by noise", SEPARATE, "Lin et al., ICCV 2021"),
    "vkdnw": Proxy(
        "VKDNW: entropy of the Fisher information's spectrum", SEPARATE, "Tybl and Neumann, CVPR 2025"
    ),
    "az_expressivity": Proxy("AZ-NAS: entropy of the features of the blocks", NOISE, _AZ_NAS),
    "az_progressivity": Proxy("AZ-NAS: smallest increase of the entropy by a block", NOISE, _AZ_NAS),
    "az_trainability": Proxy("AZ-NAS: how well blocks preserve the size of gradients", NOISE, _AZ_NAS),
    "az_complexity": Proxy("AZ-NAS: multiply-accumulates", DOCUMENT, _AZ_NAS),
}
