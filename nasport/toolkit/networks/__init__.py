"""Torch networks from architecture documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nasport.schemas.architecture import Architecture
from nasport.toolkit.networks.image import ImageNetwork, build_image_network
from nasport.toolkit.networks.module_arguments import NetworkOptions

if TYPE_CHECKING:
    from nasport.toolkit.networks.recurrent_layers import RecurrentNetwork

__all__ = ["ImageNetwork", "NetworkOptions", "build_network"]

_DEFAULT = NetworkOptions()


def build_network(
    architecture: Architecture, options: NetworkOptions = _DEFAULT
) -> ImageNetwork | RecurrentNetwork:
    """Build the network of an architecture document.

    Under `torch.device("meta")` the network takes no memory, which suffices to count its parameters.

    Args:
        architecture: document with a skeleton.
        options: choices that the document does not state.

    Raises:
        InputError: the document has no skeleton, an operator has no network module, or shapes do not match. The error names
            the path in the document.
    """
    if architecture.is_recurrent:
        from nasport.toolkit.networks.recurrent_layers import build_recurrent

        return build_recurrent(architecture, classifier=options.classifier)
    return build_image_network(architecture, options)
