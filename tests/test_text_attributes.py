"""Path attributes guessed from descriptions."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from nasport.runtime.encoder import Encoder
from nasport.runtime.operators import PATH_ATTRIBUTES, path_attributes

torch = pytest.importorskip("torch")
from nasport.models.operator_texts import descriptions  # noqa: E402
from nasport.models.text_attributes import (  # noqa: E402
    MEASURES,
    TextAttributes,
    TextConfig,
    balance,
    fit_text_attributes,
    train_text_attributes,
)

FLAGS = [place for place, name in enumerate(PATH_ATTRIBUTES) if name not in MEASURES]


def _letters(texts: Sequence[str]) -> NDArray[np.float32]:
    """A cheap embedding: which three letters in a row a text has."""
    rows = np.zeros((len(texts), 384), np.float32)
    for row, text in enumerate(texts):
        padded = f" {text.lower()} "
        for start in range(len(padded) - 2):
            rows[row, zlib.crc32(padded[start : start + 3].encode()) % 384] += 1
    unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


@pytest.fixture(scope="module")
def trained() -> TextAttributes:
    return train_text_attributes(_letters)


def test_attributes_stay_in_their_range_and_the_ends_are_never_guessed(trained: TextAttributes) -> None:
    guessed = trained(torch.randn(100, 384)).numpy()
    assert guessed.shape == (100, len(PATH_ATTRIBUTES))
    assert (guessed >= 0).all()
    assert (guessed[:, FLAGS] <= 1).all()
    assert not guessed[:, [PATH_ATTRIBUTES.index("input"), PATH_ATTRIBUTES.index("output")]].any()


def test_what_was_trained_on_is_read_back(trained: TextAttributes) -> None:
    items = descriptions()
    wanted = np.array([path_attributes(item.operator) for item in items])
    guessed = trained(torch.from_numpy(_letters([item.text for item in items]))).numpy()
    assert (np.round(guessed[:, FLAGS]) == wanted[:, FLAGS]).mean() > 0.97
    weight = PATH_ATTRIBUTES.index("log_weight")
    assert np.corrcoef(guessed[:, weight], wanted[:, weight])[0, 1] > 0.9


def test_the_same_seed_gives_the_same_head() -> None:
    items = descriptions()[::7]
    embeddings = torch.from_numpy(_letters([item.text for item in items]))
    config = TextConfig(steps=20)
    torch.manual_seed(5)
    first = fit_text_attributes(embeddings, items, config, seed=1)
    torch.manual_seed(6)
    again = fit_text_attributes(embeddings, items, config, seed=1)
    other = fit_text_attributes(embeddings, items, config, seed=2)
    assert all(map(torch.equal, first.state_dict().values(), again.state_dict().values()))
    assert not torch.allclose(first(embeddings), other(embeddings))


def test_an_operator_with_many_descriptions_weighs_no_more() -> None:
    items = descriptions()
    weights = balance(items).numpy()
    sums: dict[object, float] = {}
    for item, weight in zip(items, weights, strict=True):
        if item.family == "convolution":
            sums[item.operator] = sums.get(item.operator, 0.0) + float(weight)
    assert len(sums) > 5
    assert max(sums.values()) == pytest.approx(min(sums.values()), rel=1e-3)
    assert weights.mean() == pytest.approx(1, rel=1e-4)


def test_the_shipped_encoder_tells_kinds_apart_in_words_of_a_users_own() -> None:
    """Trained on a few families, and in those on some descriptions, which takes the encoder two seconds."""
    encoder = Encoder.load("minilm")
    families = {"convolution", "max pooling", "average pooling", "identity", "none", "inverted residual"}
    items = [item for item in descriptions() if item.family in families and item.length != "long"]
    items = [item for place, item in enumerate(items) if place % 3 == 0 or item.operator.kind == "identity"]
    head = fit_text_attributes(
        torch.from_numpy(encoder.encode([item.text for item in items])), items, TextConfig(), seed=0
    )
    texts = {
        "my own average pooling over 3x3 patches": "average",
        "max pooling over a 3 by 3 area": "maximum",
        "a shortcut that passes the tensor on": "identity",
        "big 7x7 convolution, my version": "spatial",
        "inverted residual of my own, expansion 4, kernel 5x5": "residual",
    }
    guessed = head(torch.from_numpy(encoder.encode(list(texts)))).numpy()
    for row, (text, name) in zip(guessed, texts.items(), strict=True):
        assert row[PATH_ATTRIBUTES.index(name)] > 0.5, (text, dict(zip(PATH_ATTRIBUTES, row, strict=True)))
