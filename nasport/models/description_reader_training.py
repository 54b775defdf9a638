"""Training the reader of descriptions (`nasport/runtime/description_reader.py`).

It learns from descriptions that are put together at random (`operator_words.py`), each with its family and the numbers that
it says; of strangers, which are no operator that is known, it learns to be in doubt. Every word counts as what the
encoder makes of it, so words that were never seen but mean the same are read alike.
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

from nasport.models.operator_words import Phrase, canonical_phrases, families, phrases, strangers
from nasport.models.optimization import one_cycle, seeded
from nasport.runtime.encoder import Encoder

# Of MiniLM: the third of its six layers still tells numbers apart and already knows what they belong to.
LAYER = "/0/encoder/layer.2/output/LayerNorm/LayerNormalization_output_0"

Half = NDArray[np.float16]


@dataclass(frozen=True)
class ReaderConfig:
    """How the reader is made and trained.

    Attributes:
        descriptions: random ones to learn from.
        strangers: descriptions of no operator that is known.
        queries: that look for words.
        found: numbers that each brings back.
        hidden: width of the hidden layer.
        epochs: times that all descriptions are seen.
        batch: descriptions a step.
        learning_rate: the highest; it rises over the first tenth of the steps and falls to zero as a cosine.
        weight_decay: on weights and biases.
        noise: deviation of what is added to words and embeddings, in their own deviations: wording that no template has.
        dropout: share of what the queries found, and of the hidden layer, that is set to zero.
        smoothing: how much of each target is spread over all answers.
        repeats: how often each canonical description is seen, for once that another is.
    """

    descriptions: int = 24_000
    strangers: int = 1_500
    queries: int = 10
    found: int = 24
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
    """Descriptions as the encoder sees them.

    Attributes:
        wholes: (n, E) embeddings.
        words: of each description (T, D), what it makes of its tokens.
    """

    wholes: Half
    words: Sequence[Half]

    @classmethod
    def of(cls, texts: Sequence[str], encoder: Encoder) -> Embedded:
        """Embed them, a few milliseconds each."""
        pairs = [encoder.states(text, LAYER) for text in texts]
        wholes = np.stack([whole for whole, _ in pairs]).astype(np.float16)
        return cls(wholes, [words.astype(np.float16) for _, words in pairs])

    def batch(self, rows: Sequence[int]) -> tuple[Tensor, Tensor, Tensor]:
        """Embeddings (B, E), words (B, T, D) and which of these there are (B, T)."""
        parts = [torch.from_numpy(self.words[row]).float() for row in rows]
        words = pad_sequence(parts, batch_first=True)
        mask = torch.arange(words.shape[1]) < torch.tensor([len(part) for part in parts])[:, None]
        return torch.from_numpy(self.wholes[list(rows)]).float(), words, mask


def answers() -> dict[str, list[int]]:
    """Numbers that can be read, each with its values."""
    values: dict[str, set[int]] = {}
    for family in families():
        for name, some in family.numbers.items():
            values.setdefault(name, set()).update(some)
    return {name: sorted(some) for name, some in values.items()}


class WordReader(nn.Module):
    """The network that `nasport.runtime.description_reader.reading` runs.

    Args:
        config: sizes.
        embedding: E, of the whole description.
        width: D, of a word.
    """

    def __init__(self, config: ReaderConfig, embedding: int = 384, width: int = 384) -> None:
        super().__init__()
        self.query = nn.Linear(width, config.queries)
        self.value = nn.Parameter(torch.randn(config.queries, width, config.found) / width**0.5)
        self.value_bias = nn.Parameter(torch.zeros(config.queries, config.found))
        self.hidden = nn.Linear(config.queries * config.found + embedding, config.hidden)
        self.dropout = nn.Dropout(config.dropout)
        self.sizes = [len(families()), *(len(values) + 1 for values in answers().values())]
        self.readout = nn.Linear(config.hidden, sum(self.sizes))
        # An embedding has length 1; its numbers are to count as those that queries find.
        self.scale = embedding**0.5

    def forward(self, wholes: Tensor, words: Tensor, mask: Tensor) -> Tensor:
        """(B, C): of each description what it says, all answers side by side; arguments as of `Embedded.batch`."""
        looked_at = self.query(words).masked_fill(~mask[:, :, None], -1e9).softmax(dim=1)
        seen = torch.einsum("btk,btD->kbD", looked_at, words)
        found = (torch.bmm(seen, self.value) + self.value_bias[:, None]).transpose(0, 1).flatten(1)
        hidden = self.hidden(self.dropout(torch.cat([found, wholes * self.scale], dim=1)))
        said: Tensor = self.readout(self.dropout(functional.relu(hidden)))
        return said

    def arrays(self) -> dict[str, NDArray[np.float16]]:
        """Its weights by the names that `nasport.runtime.description_reader.reading` knows."""

        def linear(name: str, layer: nn.Linear) -> dict[str, Tensor]:
            return {name: layer.weight.T, f"{name}_bias": layer.bias}

        values = {"value": self.value, "value_bias": self.value_bias, "scale": torch.tensor(self.scale)}
        found = linear("query", self.query) | values
        found |= linear("hidden", self.hidden) | linear("readout", self.readout)
        return {name: tensor.detach().numpy().astype(np.float16) for name, tensor in found.items()}


def training_phrases(config: ReaderConfig, seed: int) -> list[Phrase]:
    """What the shipped reader learns from: strangers, canonical descriptions, random ones."""
    return [*strangers(config.strangers, seed), *canonical_phrases(), *phrases(config.descriptions, seed)]


def fit_reader(items: Sequence[Phrase], embedded: Embedded, config: ReaderConfig, seed: int) -> WordReader:
    """Train a reader; the same seed gives the same weights.

    Args:
        items: descriptions.
        embedded: the same, embedded.
        config: how.
        seed: of first weights, order and noise.

    Returns:
        The reader, in evaluation mode.
    """
    canonical = {phrase.text for phrase in canonical_phrases()}
    rare = [item.family < 0 or item.text in canonical for item in items]
    order = torch.tensor(
        [row for row, often in enumerate(rare) for _ in range(config.repeats if often else 1)]
    )
    targets = _targets(items)
    with seeded(seed):
        model = WordReader(config).train()
        steps = len(order) // config.batch
        total = steps * config.epochs
        learn = one_cycle(model.parameters(), config.learning_rate, config.weight_decay, total)
        for _ in range(config.epochs):
            mixed = order[torch.randperm(len(order))]
            for step in range(steps):
                rows = mixed[step * config.batch : (step + 1) * config.batch]
                wholes, words, mask = embedded.batch(rows.tolist())
                said = model(_blurred(wholes, config.noise), _blurred(words, config.noise), mask)
                learn(_loss(said.split(model.sizes, dim=1), targets[rows], config.smoothing))
    return model.eval().requires_grad_(False)


def reader_bytes(model: WordReader, threshold: float) -> bytes:
    """The content of the file that `nasport.runtime.description_reader.Reader` reads."""
    told = {
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
    np.savez_compressed(buffer, told=np.array(json.dumps(told)), **model.arrays())  # type: ignore[arg-type]
    return buffer.getvalue()


def _targets(items: Sequence[Phrase]) -> Tensor:
    """(n, 1 + numbers): the family, and of each number the place of its value; -1 where nothing is asked."""
    rows = []
    for item in items:
        row = [item.family]
        for name, values in answers().items():
            asked = item.family >= 0 and name in families()[item.family].numbers
            said = item.numbers.get(name)
            row.append((len(values) if said is None else values.index(said)) if asked else -1)
        rows.append(row)
    return torch.tensor(rows)


def _loss(parts: Sequence[Tensor], targets: Tensor, smoothing: float) -> Tensor:
    """Cross entropy of family and numbers; of strangers, that to all families alike."""
    losses = []
    for part, target in zip(parts, targets.unbind(dim=1), strict=True):
        asked = target >= 0
        if asked.any():
            entropy = functional.cross_entropy(
                part[asked], target[asked], label_smoothing=smoothing, reduction="sum"
            )
            losses.append(entropy / len(target))
    strange = parts[0][targets[:, 0] < 0]
    if len(strange):
        losses.append(-functional.log_softmax(strange, dim=1).mean(dim=1).sum() / len(targets))
    return torch.stack(losses).sum()


def _blurred(values: Tensor, noise: float) -> Tensor:
    return values + noise * values.std() * torch.randn_like(values)
