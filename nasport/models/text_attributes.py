"""From the embedding of a description to what the operator does to a path.

Where a document brings an operator of its own with no more than a description, its numbers
(`runtime/operators`) are guessed from the text: one hidden layer over the sentence embedding, trained on
descriptions of operators whose numbers are known (`operator_texts.py`). No architecture and no accuracy enters, so what
a predictor was trained on says nothing about which operators it can read.

How good the guess is for operators and families that were left out is measured in `benchmarks/text_attributes.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from nasport.models.operator_texts import Description, descriptions
from nasport.models.optimisation import one_cycle, seeded
from nasport.runtime.features import Embed
from nasport.runtime.operators import PATH_ATTRIBUTES, path_attributes

# The ends of a graph are told by their kind, never by a text.
GUESSED = tuple(name for name in PATH_ATTRIBUTES if name not in ("input", "output"))
# Attributes that count or measure; the others say yes or no.
MEASURES = ("log_weight", "depth", "reach")


@dataclass(frozen=True)
class TextConfig:
    """How to train.

    Attributes:
        hidden: width of the hidden layer.
        steps: of the optimiser.
        batch: descriptions a step.
        learning_rate: the highest; it rises over the first tenth of the steps and falls to zero as a cosine.
        weight_decay: on weights and biases.
        noise: deviation of what is added to the embeddings in training, in their own deviations: wording that no
            template has.
    """

    hidden: int = 64
    steps: int = 300
    batch: int = 512
    learning_rate: float = 1e-2
    weight_decay: float = 1.0
    noise: float = 0.3


class TextAttributes(nn.Module):
    """Guesses path attributes from embeddings.

    Args:
        embedding: width F of an embedding.
        hidden: width of the hidden layer.
    """

    mean: Tensor
    spread: Tensor
    scale: Tensor
    highest: Tensor

    def __init__(self, embedding: int = 384, hidden: int = 64) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(embedding))
        self.register_buffer("spread", torch.ones(()))
        self.register_buffer("scale", torch.ones(len(GUESSED)))
        self.register_buffer("highest", torch.ones(len(GUESSED)))
        self.hidden = nn.Linear(embedding, hidden)
        self.readout = nn.Linear(hidden, len(GUESSED))

    def forward(self, embeddings: Tensor) -> Tensor:
        """(K, F) embeddings to (K, A) attributes in the order of `PATH_ATTRIBUTES`.

        Each lies between 0 and the highest that training has seen. `input` and `output` are 0.
        """
        guessed = self.scaled((embeddings - self.mean) / self.spread) * self.scale
        bounded = torch.minimum(functional.relu(guessed), self.highest)
        return functional.pad(bounded, (0, len(PATH_ATTRIBUTES) - len(GUESSED)))

    def scaled(self, standardised: Tensor) -> Tensor:
        """Standardised embeddings (K, F) to attributes in their own deviations, (K, len(GUESSED)), not bounded."""
        guessed: Tensor = self.readout(functional.relu(self.hidden(standardised)))
        return guessed

    def prepare(self, embeddings: Tensor, attributes: Tensor) -> None:
        """Take means and scales from training data, (n, F) and (n, len(GUESSED))."""
        self.mean.copy_(embeddings.mean(dim=0))
        self.spread.copy_((embeddings - self.mean).square().mean().sqrt())
        self.scale.copy_(attributes.std(dim=0).clamp(min=1e-6))
        self.highest.copy_(attributes.max(dim=0).values)
        with torch.no_grad():
            self.readout.bias.copy_((attributes / self.scale).mean(dim=0))


def train_text_attributes(embed: Embed, seed: int = 0) -> TextAttributes:
    """The head that bundles ship, trained on all descriptions: seconds, beside the encoder's minute.

    Args:
        embed: descriptions to embeddings, (len(texts), F) float32.
        seed: of first weights, samples and noise.
    """
    items = descriptions()
    embeddings = torch.from_numpy(np.asarray(embed([item.text for item in items]), np.float32))
    return fit_text_attributes(embeddings, items, TextConfig(), seed)


def fit_text_attributes(
    embeddings: Tensor, items: list[Description], config: TextConfig, seed: int
) -> TextAttributes:
    """Train a head; the same seed gives the same weights.

    Args:
        embeddings: (n, F) of the descriptions.
        items: the n descriptions.
        config: how.
        seed: of first weights, samples and noise.

    Returns:
        The head, in evaluation mode.
    """
    attributes, weights = attribute_targets(items), balance(items)
    with seeded(seed):
        model = TextAttributes(embeddings.shape[1], config.hidden)
        model.prepare(embeddings, attributes)
        step = one_cycle(model.parameters(), config.learning_rate, config.weight_decay, config.steps)
        inputs, targets = (embeddings - model.mean) / model.spread, attributes / model.scale
        for _ in range(config.steps):
            rows = torch.randint(len(items), (config.batch,))
            blurred = inputs[rows] + config.noise * torch.randn(config.batch, inputs.shape[1])
            errors = (model.scaled(blurred) - targets[rows]).square().mean(dim=1)
            step((errors * weights[rows]).mean())
    return model.eval().requires_grad_(False)


def attribute_targets(items: list[Description]) -> Tensor:
    """(n, len(GUESSED)): what each description should say."""
    rows = [path_attributes(item.operator)[: len(GUESSED)] for item in items]
    return torch.tensor(rows, dtype=torch.float32)


def balance(items: list[Description]) -> Tensor:
    """(n,) weights, 1 on average: descriptions share their operator's, which is less in a family of many operators."""
    texts: dict[object, int] = {}
    operators: dict[str, set[object]] = {}
    for item in items:
        texts[item.operator] = texts.get(item.operator, 0) + 1
        operators.setdefault(item.family, set()).add(item.operator)
    weights = torch.tensor([1 / texts[item.operator] / len(operators[item.family]) ** 0.5 for item in items])
    return weights / weights.mean()
