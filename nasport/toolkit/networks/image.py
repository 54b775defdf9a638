"""The whole network of an image architecture: its skeleton walked from the image to the last linear layer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from torch import Tensor, nn

from nasport.runtime.costs.placing import PlacedCell
from nasport.runtime.costs.skeleton import PARTS, image_of, placed_layers
from nasport.runtime.operators.quantities import Shape
from nasport.schemas.architecture import Architecture, Skeleton
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.cell_graph import cell_graph
from nasport.toolkit.networks.cell_building import build_cell
from nasport.toolkit.networks.module_arguments import NetworkOptions, made, style_of
from nasport.toolkit.networks.operators import check_built, operator_layer


class ImageNetwork(nn.Module):
    """Stem, body, head and a last linear layer.

    Attributes:
        stem: layers before the body.
        body: its layers in order, one for each repeat.
        head: layers after the body.
        classifier: the last linear layer, or None.
        takes_older: of each layer of the body, whether it reads the last two outputs.
        level_ends: places in the body after which a resolution ends, the last layer's included.
        feature_widths: channels at those places.
        shapes: of one image and of what every layer of stem, body and head makes of it, one after the other.
        maps: shapes of what the network gives, of one that ends in maps of several resolutions; else empty.
    """

    def __init__(
        self,
        stem: Sequence[nn.Module],
        body: Sequence[nn.Module],
        head: Sequence[nn.Module],
        classifier: nn.Module | None,
        takes_older: Sequence[bool],
        level_ends: Sequence[int],
        shapes: Sequence[Shape],
        maps: Sequence[Shape] = (),
    ) -> None:
        super().__init__()
        self.stem = nn.ModuleList(stem)
        self.body = nn.ModuleList(body)
        self.head = nn.Sequential(*head)
        self.classifier = classifier
        self.takes_older = tuple(takes_older)
        self.level_ends = tuple(level_ends)
        self.shapes, self.maps = tuple(shapes), tuple(maps)
        self.feature_widths = tuple(self.shapes[1 + len(stem) + end].channels for end in level_ends)

    def forward(self, images: Tensor) -> Tensor | tuple[Tensor, ...]:
        """Logits (N, classes) of images (N, C, H, W); without a classifier what the head gives, flattened.

        Of a body that ends in maps of several resolutions a tuple of these.
        """
        body = self._through_body(images, self.level_ends[-1:])[0]
        if isinstance(body, tuple):
            return body
        x: Tensor = self.head(body).flatten(1)
        if self.classifier is not None:
            x = self.classifier(x)
        return x

    def features(self, images: Tensor, levels: int | None = None) -> tuple[Tensor, ...]:
        """The maps at the end of each resolution of the body, (N, feature_widths[i], H_i, W_i), the largest first.

        Args:
            images: (N, C, H, W).
            levels: only the first so many, and nothing after them is computed.
        """
        found = self._through_body(images, self.level_ends[:levels])
        return tuple(coarsest(each) if isinstance(each, tuple) else each for each in found)

    def _through_body(self, images: Tensor, ends: Sequence[int]) -> list[Tensor | tuple[Tensor, ...]]:
        """Outputs of these layers of the body, of which the last one comes last."""
        older = newer = images
        for place, layer in enumerate(self.stem):
            newer, older = layer(newer), newer
            if place == 0:
                older = newer
        outputs: list[Tensor | tuple[Tensor, ...]] = []
        for place in range(ends[-1] + 1):
            layer = self.body[place]
            after = layer(older, newer) if self.takes_older[place] else layer(newer)
            older = newer if place or len(self.stem) else after
            newer = after
            if place in ends:
                outputs.append(newer)
        return outputs


def coarsest(maps: tuple[Tensor, ...]) -> Tensor:
    """The map of the fewest positions, which stands for all of them."""
    return min(maps, key=lambda x: (x.shape[2] * x.shape[3], *x.shape[1:]))


def build_image_network(architecture: Architecture, options: NetworkOptions) -> ImageNetwork:
    """The network of an image architecture.

    Raises:
        InputError: no skeleton, no size of the image, an operator without a module or shapes that do not fit.
    """
    skeleton, image = image_of(architecture)
    _check_operators(architecture, skeleton)
    layers = [layer for layer in placed_layers(architecture) for _ in range(layer.times)]
    modules: list[nn.Module] = []
    unactivated = False
    last = max((k for k, layer in enumerate(layers) if layer.path[1] == "stages"), default=None)
    for place, layer in enumerate(layers):
        if isinstance(layer.what, PlacedCell):
            modules.append(build_cell(layer, architecture, options))
            unactivated = False
            continue
        (operator,) = layer.what
        # TransNAS-Bench-101's second convolution of the stem follows one that has no activation.
        style = style_of(options, activation_first=unactivated, in_cell=False)
        unactivated = operator.kind == "convolution" and operator.word("activation") == "none"
        style = replace(style, last_activation=place != last or options.last_activation)
        try:
            modules.append(operator_layer(operator, layer.sources[0], layer.width, layer.stride, style)[0])
        except InputError as error:
            raise error.within(*layer.path, "op") from None
    shapes = (image, *[layer.target for layer in layers])
    rows = {part: [k for k, layer in enumerate(layers) if layer.path[1] == part] for part in PARTS}
    stem, body, head = ([modules[k] for k in row] for row in rows.values())
    classifier = None
    if options.classifier and skeleton.classes is not None:
        classifier = made(nn.Linear, shapes[-1].channels * shapes[-1].positions, skeleton.classes)
    first = len(stem)
    takes_older = [len(layers[k].sources) > 1 for k in rows["stages"]]
    for part in ("stem", "head"):
        if any(len(layers[k].sources) > 1 for k in rows[part]):
            raise InputError(
                "a cell of two inputs in the stem or head, expected it in the stages", path=("skeleton", part)
            )
    striding = [
        k - first for k in rows["stages"][1:] if layers[k].stride != 1 or shapes[k][1:] != shapes[k + 1][1:]
    ]
    ends = [*[place - 1 for place in striding], len(body) - 1]
    end = layers[-1].what if layers else None
    maps = end.maps if isinstance(end, PlacedCell) else ()
    network = ImageNetwork(stem, body, head, classifier, takes_older, ends, shapes, maps)
    drawn = not any(parameter.is_meta for parameter in network.parameters())
    if drawn and any(cell.channels == "split" for cell in architecture.used_cells.values()):
        initialize_as_nasbench101(network)
    return network


def _check_operators(architecture: Architecture, skeleton: Skeleton) -> None:
    """Raise `InputError` where a node or a layer has no operator that can be built."""
    for name, cell in architecture.used_cells.items():
        operators, wiring = cell_graph(cell, architecture)
        paths = wiring.paths
        for place, node in enumerate(cell.nodes):
            path = ("cells", name, "nodes", place)
            if node.candidates:
                problem = "a supernet's mixed node has no network, expected one operator"
                raise InputError(problem, path=(*path, "candidates"))
            if cell.channels != "split" or node.id in paths:
                check_built(operators[place][0], (*path, "op"))
    for part, stages in zip(PARTS, (skeleton.stem, skeleton.stages, skeleton.head), strict=True):
        for place, stage in enumerate(stages):
            if stage.op:
                operator = architecture.operator(stage.op).with_attributes(dict(stage.attributes))
                check_built(operator, ("skeleton", part, place, "op"))


def initialize_as_nasbench101(network: nn.Module) -> None:
    """Convolutions are normal with variance 2/(k*k*outputs), linear layers with deviation .01.

    As in public ports of NAS-Bench-101's networks to torch.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            height, width = module.kernel_size
            deviation = math.sqrt(2 / (height * width * module.out_channels))
            nn.init.normal_(module.weight, 0.0, deviation)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, 0.0, 0.01)
            nn.init.zeros_(module.bias)
