"""Construction of the network of an image architecture: stem, body, head and classifier of its skeleton."""

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
    """Network that reads images: stem, body, head and a linear classifier.

    Attributes:
        stem: layers before the body.
        body: layers of the body in order, one for each repeat.
        head: layers after the body.
        classifier: linear classifier, or None.
        takes_older: for each layer of the body, whether it reads the last two outputs.
        level_ends: indices of the body's layers after which the resolution changes, and the index of the last layer.
        feature_widths: number of channels after each of these layers.
        shapes: shape of one image, then the output shape of every layer of stem, body and head.
        maps: shapes of the outputs if the network ends in maps of several resolutions; otherwise empty.
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
        """Compute the output for images (N, C, H, W).

        Returns:
            logits (N, classes); flattened output of the head if there is no classifier; a tuple of maps if the body ends in
            maps of several resolutions.
        """
        body = self._through_body(images, self.level_ends[-1:])[0]
        if isinstance(body, tuple):
            return body
        x: Tensor = self.head(body).flatten(1)
        if self.classifier is not None:
            x = self.classifier(x)
        return x

    def features(self, images: Tensor, levels: int | None = None) -> tuple[Tensor, ...]:
        """Compute the map at the end of each resolution of the body.

        Args:
            images: (N, C, H, W).
            levels: number of resolutions; layers after them are not computed (default: all).

        Returns:
            maps (N, feature_widths[i], H_i, W_i), in the order of the body's layers.
        """
        outputs = self._through_body(images, self.level_ends[:levels])
        return tuple(coarsest(output) if isinstance(output, tuple) else output for output in outputs)

    def _through_body(self, images: Tensor, ends: Sequence[int]) -> list[Tensor | tuple[Tensor, ...]]:
        """Return the outputs of layers of the body; `ends` are their indices in ascending order."""
        older = newer = images
        for index, layer in enumerate(self.stem):
            newer, older = layer(newer), newer
            if index == 0:
                older = newer
        outputs: list[Tensor | tuple[Tensor, ...]] = []
        for index in range(ends[-1] + 1):
            layer = self.body[index]
            after = layer(older, newer) if self.takes_older[index] else layer(newer)
            older = newer if index or len(self.stem) else after
            newer = after
            if index in ends:
                outputs.append(newer)
        return outputs


def coarsest(maps: tuple[Tensor, ...]) -> Tensor:
    """Return the map with the fewest positions."""
    return min(maps, key=lambda x: (x.shape[2] * x.shape[3], *x.shape[1:]))


def build_image_network(architecture: Architecture, options: NetworkOptions) -> ImageNetwork:
    """Build the network of an image architecture.

    Raises:
        InputError: the skeleton or the image size is missing, an operator has no module, or shapes do not match.
    """
    skeleton, image = image_of(architecture)
    _check_operators(architecture, skeleton)
    layers = [layer for layer in placed_layers(architecture) for _ in range(layer.times)]
    modules: list[nn.Module] = []
    unactivated = False
    last = max((k for k, layer in enumerate(layers) if layer.path[1] == "stages"), default=None)
    for index, layer in enumerate(layers):
        if isinstance(layer.what, PlacedCell):
            modules.append(build_cell(layer, architecture, options))
            unactivated = False
            continue
        (operator,) = layer.what
        # If a convolution has no activation, the next convolution applies its activation first, as in the stem of
        # TransNAS-Bench-101.
        style = style_of(options, activation_first=unactivated, in_cell=False)
        unactivated = operator.kind == "convolution" and operator.word("activation") == "none"
        style = replace(style, last_activation=index != last or options.last_activation)
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
                "a cell with two inputs in stem or head, expected such cells only in the stages",
                path=("skeleton", part),
            )
    striding = [
        k - first for k in rows["stages"][1:] if layers[k].stride != 1 or shapes[k][1:] != shapes[k + 1][1:]
    ]
    ends = [*[index - 1 for index in striding], len(body) - 1]
    end = layers[-1].what if layers else None
    maps = end.maps if isinstance(end, PlacedCell) else ()
    network = ImageNetwork(stem, body, head, classifier, takes_older, ends, shapes, maps)
    has_values = not any(parameter.is_meta for parameter in network.parameters())
    if has_values and any(cell.channels == "split" for cell in architecture.used_cells.values()):
        initialize_as_nasbench101(network)
    return network


def _check_operators(architecture: Architecture, skeleton: Skeleton) -> None:
    """Check that every node and every layer has an operator with a network module.

    Raises:
        InputError: an operator has none, or a node is a supernet's mixed node.
    """
    for name, cell in architecture.used_cells.items():
        operators, wiring = cell_graph(cell, architecture)
        paths = wiring.paths
        for index, node in enumerate(cell.nodes):
            path = ("cells", name, "nodes", index)
            if node.candidates:
                problem = "a supernet's mixed node cannot be built, expected one operator"
                raise InputError(problem, path=(*path, "candidates"))
            if cell.channels != "split" or node.id in paths:
                check_built(operators[index][0], (*path, "op"))
    for part, stages in zip(PARTS, (skeleton.stem, skeleton.stages, skeleton.head), strict=True):
        for index, stage in enumerate(stages):
            if stage.op:
                operator = architecture.operator(stage.op).with_attributes(dict(stage.attributes))
                check_built(operator, ("skeleton", part, index, "op"))


def initialize_as_nasbench101(network: nn.Module) -> None:
    """Draw parameters as public ports of NAS-Bench-101's networks to torch do.

    Convolutions are drawn from a normal distribution of variance 2 / (height * width * outputs),
    linear layers from one of standard deviation 0.01. Biases are zero.
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
