"""Training of the reader of descriptions (`nasport/runtime/description_reader.py`).

The training data are random descriptions (`operator_words.py`), each labeled with its family and the numbers that it states.
For texts that describe no known operator, the target is the uniform distribution over the families. The reader's inputs are
the encoder's vectors of the tokens, so words outside the training data are read like known words of similar meaning.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from nasport.models.operator_words import Phrase, canonical_phrases, families, phrases, unknown_phrases
from nasport.models.optimization import one_cycle, seeded
from nasport.runtime.encoder import Encoder

# The third of MiniLM's six layers: its vectors still distinguish numbers and already contain the context of each number.
LAYER = "/0/encoder/layer.2/output/LayerNorm/LayerNormalization_output_0"

Half = NDArray[np.float16]


@dataclass(frozen=True)
class ReaderConfig:
    """Sizes of the reader and settings of its training.

    Attributes:
        descriptions: number of random descriptions.
        unknown: number of texts that describe no known operator.
        queries: number of attention queries over the tokens.
        query_width: number of features that each query returns.
        hidden: width of the hidden layer.
        epochs: number of passes over all descriptions.
        batch: number of descriptions in a step.
        learning_rate: highest learning rate; it rises over the first tenth of the steps and falls to zero as a cosine.
        weight_decay: weight decay of weights and biases.
        noise: standard deviation of the noise on tokens and embeddings, relative to their own. It simulates wordings that no
            template contains.
        dropout: share of the inputs and of the outputs of the hidden layer that is set to zero.
        smoothing: label smoothing, the share of each target that is spread over all answers.
        repeats: how often a canonical description or an unknown text occurs in an epoch; other descriptions occur once.
    """

    descriptions: int = 24_000
    unknown: int = 1_500
    queries: int = 10
    query_width: int = 24
    hidden: int = 160
    epochs: int = 10
    batch: int = 256
    learning_rate: float = 4e-3
    weight_decay: float = 1e-2
    noise: float = 0.1
    dropout: float = 0.1
    smoothing: float = 0.02
    repeats: int = 4


@dataclass(frozen=True)
class Embedded:
    """Outputs of the encoder for n descriptions.

    Attributes:
        wholes: (n, E) embeddings of the descriptions.
        words: (T, D) vectors of the tokens of each description, from layer `LAYER`.
    """

    wholes: Half
    words: Sequence[Half]

    @classmethod
    def of(cls, texts: Sequence[str], encoder: Encoder) -> Embedded:
        """Embed texts, which takes a few milliseconds per text."""
        pairs = [encoder.states(text, LAYER) for text in texts]
        wholes = np.stack([whole for whole, _ in pairs]).astype(np.float16)
        return cls(wholes, [words.astype(np.float16) for _, words in pairs])

    def batch(self, rows: Sequence[int]) -> tuple[Tensor, Tensor, Tensor]:
        """Return embeddings (B, E), token vectors (B, T, D), and a mask (B, T) that is true for tokens."""
        parts = [torch.from_numpy(self.words[row]).float() for row in rows]
        words = pad_sequence(parts, batch_first=True)
        mask = torch.arange(words.shape[1]) < torch.tensor([len(part) for part in parts])[:, None]
        return torch.from_numpy(self.wholes[list(rows)]).float(), words, mask


def answers() -> dict[str, list[int]]:
    """Return the names of all numbers that the reader can read, each with its possible values."""
    values: dict[str, set[int]] = {}
    for family in families():
        for name, learned in family.numbers.items():
            values.setdefault(name, set()).update(learned)
    return {name: sorted(possible) for name, possible in values.items()}


class WordReader(nn.Module):
    """The network that `nasport.runtime.description_reader.reading` runs.

    Args:
        config: sizes of the network.
        embedding: width E of the embedding of a description.
        width: width D of the vector of a token.
    """

    def __init__(self, config: ReaderConfig, embedding: int = 384, width: int = 384) -> None:
        super().__init__()
        self.query = nn.Linear(width, config.queries)
        self.value = nn.Parameter(torch.randn(config.queries, width, config.query_width) / width**0.5)
        self.value_bias = nn.Parameter(torch.zeros(config.queries, config.query_width))
        self.hidden = nn.Linear(config.queries * config.query_width + embedding, config.hidden)
        self.dropout = nn.Dropout(config.dropout)
        self.sizes = [len(families()), *(len(values) + 1 for values in answers().values())]
        self.readout = nn.Linear(config.hidden, sum(self.sizes))
        # An embedding has length 1. The factor brings its numbers to the scale of the features that the queries return.
        self.scale = embedding**0.5

    def forward(self, wholes: Tensor, words: Tensor, mask: Tensor) -> Tensor:
        """Return the logits (B, C) of the families and of all numbers, concatenated; see `sizes` for their widths.

        Args:
            wholes: (B, E) embeddings.
            words: (B, T, D) token vectors.
            mask: (B, T), true for a token.
        """
        attention = self.query(words).masked_fill(~mask[:, :, None], -1e9).softmax(dim=1)
        attended = torch.einsum("btk,btD->kbD", attention, words)
        features = (torch.bmm(attended, self.value) + self.value_bias[:, None]).transpose(0, 1).flatten(1)
        hidden = self.hidden(self.dropout(torch.cat([features, wholes * self.scale], dim=1)))
        logits: Tensor = self.readout(self.dropout(functional.relu(hidden)))
        return logits

    def arrays(self) -> dict[str, NDArray[np.float16]]:
        """Return the weights under the names that `nasport.runtime.description_reader.reading` expects."""

        def linear(name: str, layer: nn.Linear) -> dict[str, Tensor]:
            return {name: layer.weight.T, f"{name}_bias": layer.bias}

        values = {"value": self.value, "value_bias": self.value_bias, "scale": torch.tensor(self.scale)}
        tensors = linear("query", self.query) | values
        tensors |= linear("hidden", self.hidden) | linear("readout", self.readout)
        return {name: tensor.detach().numpy().astype(np.float16) for name, tensor in tensors.items()}


def training_phrases(config: ReaderConfig, seed: int) -> list[Phrase]:
    """Return the training data of the shipped reader: unknown texts, canonical descriptions, random descriptions."""
    return [*unknown_phrases(config.unknown, seed), *canonical_phrases(), *phrases(config.descriptions, seed)]


def fit_reader(items: Sequence[Phrase], embedded: Embedded, config: ReaderConfig, seed: int) -> WordReader:
    """Train a reader; the same seed gives the same weights.

    Args:
        items: labeled descriptions.
        embedded: outputs of the encoder for the same descriptions.
        config: sizes of the reader and settings of the training.
        seed: seed of the initial weights, the order, and the noise.

    Returns:
        the reader in evaluation mode.
    """
    canonical = {phrase.text for phrase in canonical_phrases()}
    repeated = [item.family < 0 or item.text in canonical for item in items]
    order = torch.tensor(
        [row for row, again in enumerate(repeated) for _ in range(config.repeats if again else 1)]
    )
    targets = _targets(items)
    with seeded(seed):
        model = WordReader(config).train()
        steps = len(order) // config.batch
        total = steps * config.epochs
        optimize = one_cycle(model.parameters(), config.learning_rate, config.weight_decay, total)
        for _ in range(config.epochs):
            shuffled = order[torch.randperm(len(order))]
            for step in range(steps):
                rows = shuffled[step * config.batch : (step + 1) * config.batch]
                wholes, words, mask = embedded.batch(rows.tolist())
                logits = model(_with_noise(wholes, config.noise), _with_noise(words, config.noise), mask)
                optimize(_loss(logits.split(model.sizes, dim=1), targets[rows], config.smoothing))
    return model.eval().requires_grad_(False)


def reader_bytes(model: WordReader, threshold: float) -> bytes:
    """Return the content of the file that `nasport.runtime.description_reader.Reader` reads.

    Args:
        model: trained reader.
        threshold: lowest confidence of a reading whose score is comparable with others.
    """
    settings = {
        "layer": LAYER,
        "threshold": threshold,
        "families": [
            {
                "keys": family.keys,
                "words": family.words,
                "fixed": dict(family.fixed),
                "reads": list(family.numbers),
                "usual": list(family.usual),
            }
            for family in families()
        ],
        "numbers": answers(),
    }
    buffer = io.BytesIO()
    np.savez_compressed(buffer, told=np.array(json.dumps(settings)), **model.arrays())  # type: ignore[arg-type]
    return buffer.getvalue()


def _targets(items: Sequence[Phrase]) -> Tensor:
    """Return class indices (n, 1 + numbers): the family, then the value of each number.

    The index after a number's last value means that the text does not state the number. -1 means that the column has no
    target: an unknown text has no family, and a family has only some of the numbers.
    """
    rows = []
    for item in items:
        row = [item.family]
        for name, values in answers().items():
            has_target = item.family >= 0 and name in families()[item.family].numbers
            stated = item.numbers.get(name)
            row.append((len(values) if stated is None else values.index(stated)) if has_target else -1)
        rows.append(row)
    return torch.tensor(rows)


def _loss(parts: Sequence[Tensor], targets: Tensor, smoothing: float) -> Tensor:
    """Return the cross entropy of families and numbers; unknown texts have the uniform distribution as target."""
    losses = []
    for part, target in zip(parts, targets.unbind(dim=1), strict=True):
        has_target = target >= 0
        if has_target.any():
            entropy = functional.cross_entropy(
                part[has_target], target[has_target], label_smoothing=smoothing, reduction="sum"
            )
            losses.append(entropy / len(target))
    unknown = parts[0][targets[:, 0] < 0]
    if len(unknown):
        losses.append(-functional.log_softmax(unknown, dim=1).mean(dim=1).sum() / len(targets))
    return torch.stack(losses).sum()


def _with_noise(values: Tensor, noise: float) -> Tensor:
    return values + noise * values.std() * torch.randn_like(values)
