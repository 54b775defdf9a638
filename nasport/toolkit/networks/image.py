"""The whole network of an image architecture: its skeleton walked from the image to the last linear layer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from torch import Tensor, nn

from nasport.runtime.operators.quantities import Shape
from nasport.schemas.architecture import Architecture, Stage
from nasport.schemas.errors import InputError, PathInDocument
from nasport.toolkit.networks.cell_building import build_cell
from nasport.toolkit.networks.layers import made, style_of
from nasport.toolkit.networks.operators import operator_layer
from nasport.toolkit.networks.options import NetworkOptions


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
    """

    shapes: tuple[Shape, ...] = ()

    def __init__(
        self,
        stem: Sequence[nn.Module],
        body: Sequence[nn.Module],
        head: Sequence[nn.Module],
        classifier: nn.Module | None,
        takes_older: Sequence[bool],
        level_ends: Sequence[int],
        feature_widths: Sequence[int],
    ) -> None:
        super().__init__()
        self.stem = nn.ModuleList(stem)
        self.body = nn.ModuleList(body)
        self.head = nn.Sequential(*head)
        self.classifier = classifier
        self.takes_older = tuple(takes_older)
        self.level_ends = tuple(level_ends)
        self.feature_widths = tuple(feature_widths)

    def forward(self, images: Tensor) -> Tensor:
        """Logits (N, classes) of images (N, C, H, W); without a classifier what the head gives, flattened."""
        x: Tensor = self.head(self._through_body(images, self.level_ends[-1:])[0]).flatten(1)
        if self.classifier is not None:
            x = self.classifier(x)
        return x

    def features(self, images: Tensor, levels: int | None = None) -> tuple[Tensor, ...]:
        """The maps at the end of each resolution of the body, (N, feature_widths[i], H_i, W_i), the largest first.

        Args:
            images: (N, C, H, W).
            levels: only the first so many, and nothing after them is computed.
        """
        return tuple(self._through_body(images, self.level_ends[:levels]))

    def _through_body(self, images: Tensor, ends: Sequence[int]) -> list[Tensor]:
        """Outputs of these layers of the body, of which the last one comes last."""
        older = newer = images
        for place, layer in enumerate(self.stem):
            newer, older = layer(newer), newer
            if place == 0:
                older = newer
        outputs: list[Tensor] = []
        for place in range(ends[-1] + 1):
            layer = self.body[place]
            after = layer(older, newer) if self.takes_older[place] else layer(newer)
            older = newer if place or len(self.stem) else after
            newer = after
            if place in ends:
                outputs.append(newer)
        return outputs


def build_image_network(architecture: Architecture, options: NetworkOptions) -> ImageNetwork:
    """The network of an image architecture.

    Raises:
        InputError: no skeleton, no size of the image, an operator without a module or shapes that do not fit.
    """
    skeleton = architecture.skeleton
    if skeleton is None:
        raise InputError(
            "no skeleton, expected one: a network is its cells stacked into stages", path=("skeleton",)
        )
    size = dict(skeleton.input)
    missing = [key for key in ("channels", "height", "width") if size.get(key, 0) < 1]
    if missing:
        raise InputError(
            f"no {' and '.join(missing)} of the input image, expected channels, height and width",
            path=("skeleton", "input"),
        )
    walk = _Walk(architecture, options, [Shape(size["channels"], size["height"], size["width"])])
    stem = walk.part("stem", skeleton.stem)
    body = walk.part("stages", skeleton.stages)
    before_head = walk.features[-1]
    head = walk.part("head", skeleton.head)
    classifier = None
    if options.classifier and skeleton.classes is not None:
        last = walk.features[-1]
        classifier = made(nn.Linear, last.channels * last.positions, skeleton.classes)
    ends = [place - 1 for place in walk.striding if place > 0] + [len(body) - 1]
    widths = [walk.features[1 + len(stem) + end].channels for end in ends]
    assert widths[-1] == before_head.channels
    network = ImageNetwork(stem, body, head, classifier, walk.takes_older, ends, widths)
    network.shapes = tuple(walk.features)
    drawn = not any(parameter.is_meta for parameter in network.parameters())
    if drawn and any(cell.channels == "split" for cell in architecture.used_cells.values()):
        initialise_as_nasbench101(network)
    return network


@dataclass
class _Walk:
    """Where the walk stands.

    Attributes:
        architecture: the document.
        options: how networks are built.
        features: shapes of the input and of every layer's output so far.
        takes_older: of every layer of the current part, whether it reads the last two outputs.
        striding: places of the layers of the current part that change the resolution.
    """

    architecture: Architecture
    options: NetworkOptions
    features: list[Shape]
    takes_older: list[bool] = field(default_factory=list)
    striding: list[int] = field(default_factory=list)
    unactivated: bool = False

    def part(self, name: str, stages: Sequence[Stage]) -> list[nn.Module]:
        """Modules of the stem, the stages or the head."""
        takes_older: list[bool] = []
        striding: list[int] = []
        modules: list[nn.Module] = []
        for index, stage in enumerate(stages):
            path = ("skeleton", name, index)
            for repeat in range(stage.repeats):
                before = self.features[-1]
                stride = stage.stride if repeat == 0 else 1
                last = name == "stages" and index == len(stages) - 1 and repeat == stage.repeats - 1
                module, shape = self._layer(stage, stride, path, last)
                if stride != 1 or (shape.height, shape.width) != (before.height, before.width):
                    striding.append(len(modules))
                self.features.append(shape)
                takes_older.append(bool(stage.cell) and self._stacks(stage.cell))
                modules.append(module)
            if stage.resolution is not None and self.features[-1].height != stage.resolution:
                raise InputError(
                    f"the resolution is {self.features[-1].height} here, not {stage.resolution}: "
                    "expected strides that lead to it",
                    path=(*path, "resolution"),
                )
        if name == "stages":
            self.takes_older, self.striding = takes_older, striding
        elif any(takes_older):
            raise InputError(
                "a cell of two inputs in the stem or head, expected it in the stages", path=("skeleton", name)
            )
        return modules

    def _stacks(self, cell: str) -> bool:
        return self.architecture.cells[cell].channels == "stack"

    def _layer(self, stage: Stage, stride: int, path: PathInDocument, last: bool) -> tuple[nn.Module, Shape]:
        source = self.features[-1]
        if stage.cell:
            self.unactivated = False
            width = stage.width if stage.width is not None else source.channels
            recent = self._recent() if self._stacks(stage.cell) else [source]
            return build_cell(stage.cell, self.architecture, recent, width, stride, self.options)
        operator = self.architecture.operator(stage.op).with_attributes(dict(stage.attributes))
        # TransNAS-Bench-101's second convolution of the stem follows one that has no activation.
        style = style_of(self.options, activation_first=self.unactivated, in_cell=False)
        self.unactivated = operator.kind == "convolution" and operator.word("activation") == "none"
        if last and not self.options.last_activation:
            style = replace(style, activation_last=False)
        try:
            return operator_layer(operator, source, stage.width, stride, style)
        except InputError as error:
            raise InputError(error.problem, path=(*path, "op")) from None

    def _recent(self) -> Sequence[Shape]:
        """The last two outputs, the older first; the first one twice where there is but one."""
        outputs = self.features[1:] or self.features
        return [outputs[-2] if len(outputs) > 1 else outputs[-1], outputs[-1]]


def initialise_as_nasbench101(network: nn.Module) -> None:
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
