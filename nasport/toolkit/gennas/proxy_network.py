"""An image network with a head on every stage that has something to regress."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional

from nasport.schemas.errors import InputError
from nasport.toolkit.gennas.task import Task
from nasport.toolkit.networks.image import ImageNetwork

_NOTHING_TO_NORMALISE = "Expected more than 1 value per channel"  # as torch says it


class ProxyNetwork(nn.Module):
    """What the public code of GenNAS trains: earlier stages are brought to the targets' size by taking the nearest pixel.

    The task's stages are those of the network from the last backwards: of a network with more levels of resolution the
    first ones have no head, and of a task with more stages than levels the first ones are left out.

    Raises:
        InputError: no stage of the task is left.

    Attributes:
        body: the network, without head and classifier.
        heads: batch normalisation and 1x1 convolution, by the number of the task's stage.
    """

    def __init__(self, body: ImageNetwork, task: Task) -> None:
        super().__init__()
        self.body = body
        self.output_size = task.output_size
        before = len(body.level_ends) - len(task.stages)
        self.levels = {
            place: place + before
            for place, weight in enumerate(task.loss_weights)
            if weight and place + before >= 0
        }
        if not self.levels:
            raise InputError(
                "the task has no signal for the levels of resolution of this network (the last "
                f"{len(body.level_ends)} of the task's stages), expected a deeper network or another task",
                path=("skeleton", "stages"),
            )
        self.heads = nn.ModuleDict(
            {
                str(place): _head(body.feature_widths[level], task.stages[place].channels)
                for place, level in self.levels.items()
            }
        )

    def forward(self, images: Tensor) -> dict[int, Tensor]:
        """Task stage to its prediction (N, channels, size, size), float32; layers after the last head are not run.

        Raises:
            InputError: there is nothing to normalise over.
        """
        try:
            features = self.body.features(images, max(self.levels.values()) + 1)
            return {
                place: self.heads[str(place)](self._sized(features[at])) for place, at in self.levels.items()
            }
        except ValueError as error:
            if _NOTHING_TO_NORMALISE not in str(error):
                raise
            raise InputError(
                "maps of a single pixel in a batch of a single image cannot be normalised, expected a larger batch"
            ) from error

    def _sized(self, x: Tensor) -> Tensor:
        size = (self.output_size, self.output_size)
        return (x if tuple(x.shape[2:]) == size else functional.interpolate(x, size)).float()


def _head(inputs: int, outputs: int) -> nn.Module:
    return nn.Sequential(nn.BatchNorm2d(inputs), nn.Conv2d(inputs, outputs, 1))


def stage_errors(predictions: dict[int, Tensor], targets: Sequence[Tensor | None]) -> dict[int, Tensor]:
    """The mean squared error of each stage that has a head."""
    errors = {}
    for place, predicted in predictions.items():
        target = targets[place]
        assert target is not None, "a stage with a head has a target"
        errors[place] = functional.mse_loss(predicted.float(), target)
    return errors


def weighted_loss(predictions: dict[int, Tensor], targets: Sequence[Tensor | None], task: Task) -> Tensor:
    """The sum of the stages' mean squared errors, weighted as the task says."""
    return weighted_sum(stage_errors(predictions, targets), task.loss_weights)


def weighted_sum(errors: dict[int, Tensor], weights: Sequence[float]) -> Tensor:
    """The stages' errors by their weights."""
    terms = [weights[place] * error for place, error in errors.items()]
    return sum(terms[1:], terms[0])
