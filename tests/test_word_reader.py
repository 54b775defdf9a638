"""Training of the reader of descriptions."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import numpy as np
import pytest

from nasport.models.operator_words import (
    canonical_phrases,
    families,
    phrases,
    unknown_phrases,
    without_numbers,
)
from nasport.runtime.description_reader import reading
from nasport.schemas.operators import vocabulary

torch = pytest.importorskip("torch")
from nasport.models.description_reader_training import (  # noqa: E402
    Embedded,
    ReaderConfig,
    WordReader,
    answers,
    fit_reader,
    training_phrases,
)

ROOT = Path(__file__).resolve().parent.parent
SMALL = ReaderConfig(queries=4, query_width=8, hidden=48, epochs=12, batch=32)


def test_every_operator_of_the_vocabulary_belongs_to_a_family() -> None:
    within = {
        (vocabulary()[key].kind, vocabulary()[key].text) for family in families() for key in family.keys
    }
    missing = {
        key
        for key, operator in vocabulary().items()
        if operator.kind not in ("input", "output") and (operator.kind, operator.text) not in within
    }
    assert not missing, "add them to nasport/models/operator_words.json and train the reader anew"


def test_phrases_are_distinct_reproducible_and_complete() -> None:
    found = phrases(2000)
    assert found == phrases(2000)
    assert len({phrase.text for phrase in found}) == len(found) == 2000
    assert found != phrases(2000, seed=1)
    texts = [phrase.text for phrase in (*found, *canonical_phrases(), *unknown_phrases(300))]
    assert not [text for text in texts if "{" in text or "}" in text]


def test_phrases_state_only_numbers_of_their_family() -> None:
    for phrase in phrases(2000):
        family = families()[phrase.family]
        assert set(family.says) <= set(phrase.numbers) <= set(family.numbers)
        assert all(value in family.numbers[name] for name, value in phrase.numbers.items())


def test_the_test_paraphrases_are_not_in_the_training_data() -> None:
    """Neither with equal nor with other numbers."""
    paraphrases = json.loads((ROOT / "benchmarks" / "paraphrases.json").read_text("utf-8"))
    assert {vocabulary()[key] for key in paraphrases} >= {
        operator for operator in vocabulary().values() if operator.kind not in ("input", "output")
    }
    taught = {without_numbers(phrase.text) for phrase in training_phrases(ReaderConfig(), 0)}
    taught |= {without_numbers(text) for family in families() for text in (*family.names, *family.sentences)}
    assert not [text for texts in paraphrases.values() for text in texts if without_numbers(text) in taught]
    assert all(len(set(texts)) == 2 for texts in paraphrases.values())


def random_embeddings(texts: list[str]) -> Embedded:
    """Return random vectors as words; equal words have equal vectors."""

    def vector(word: str) -> np.ndarray:
        return np.random.default_rng(zlib.crc32(word.encode())).normal(size=384).astype(np.float16)

    words = [np.stack([vector(word) for word in ["[CLS]", *text.split()]]) for text in texts]
    return Embedded(np.stack([each.mean(axis=0) / 20 for each in words]), words)


def test_the_runtime_computes_the_outputs_of_the_trained_reader() -> None:
    torch.manual_seed(0)
    model = WordReader(SMALL).eval()
    embedded = random_embeddings(["one", "a longer description of several words"])
    with torch.no_grad():
        expected = model(*embedded.batch([0, 1])).numpy()
    weights = {name: array.astype(np.float32) for name, array in model.arrays().items()}
    for row in (0, 1):
        words, whole = (part.astype(np.float32) for part in (embedded.words[row], embedded.wholes[row]))
        np.testing.assert_allclose(reading(weights, words, whole), expected[row], atol=0.02)


def test_training_fits_known_phrases_and_gives_unknown_ones_low_confidence() -> None:
    known = [phrase for phrase in phrases(3000) if phrase.family < 8 and len(phrase.text.split()) < 8]
    items = [*unknown_phrases(400)[::13][:30], *known[:250]]
    embedded = random_embeddings([item.text for item in items])
    model = fit_reader(items, embedded, SMALL, seed=0)
    again = fit_reader(items, embedded, SMALL, seed=0)
    with torch.no_grad():
        logits = model(*embedded.batch(range(len(items))))
        assert torch.equal(logits, again(*embedded.batch(range(len(items)))))
    chances = logits.split(model.sizes, dim=1)[0].softmax(dim=1).max(dim=1).values.numpy()
    right = logits.split(model.sizes, dim=1)[0].argmax(dim=1).numpy()[30:] == [
        item.family for item in items[30:]
    ]
    assert right.mean() > 0.5
    assert chances[:30].mean() < chances[30:].mean() / 2
    assert sum(model.sizes) == len(families()) + sum(len(values) + 1 for values in answers().values())
