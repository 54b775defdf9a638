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
    """The network that a document describes.

    Under `torch.device("meta")` no memory is taken, for counting.

    Raises:
        InputError: no skeleton, an operator without a network module, shapes that do not fit; names the place.
    """
    if architecture.is_recurrent:
        from nasport.toolkit.networks.recurrent_layers import build_recurrent

        return build_recurrent(architecture, classifier=options.classifier)
    return build_image_network(architecture, options)
