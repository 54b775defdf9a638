"""Recurrent networks written as Python modules give the outputs of the built networks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from nasport.schemas import Architecture, InputError
from tests.test_notations_nlp import recipes

torch = pytest.importorskip("torch")

from nasport.toolkit.networks import ImageNetwork  # noqa: E402
from nasport.toolkit.networks.python_source.module_text import source_text  # noqa: E402
from tests.written_networks import LSTM, both, recurrent, recurrent_networks  # noqa: E402


def compared_recurrent(architecture: Architecture) -> str:
    text, written, built = both(architecture)
    pairs = zip(written.parameters(), built.parameters(), strict=True)
    assert all(torch.equal(*pair) for pair in pairs)
    assert not isinstance(built, ImageNetwork)
    with torch.no_grad():
        if built.embedding is None:
            sequence = torch.randn(3, 2, built.input_width)
            assert_same(written(sequence), built(sequence))
        else:
            tokens = torch.randint(11, (3, 2))
            assert_same(written(tokens), built.logits(tokens))
    return text


def assert_same(found: torch.Tensor, expected: torch.Tensor) -> None:
    """Check equality up to rounding, relative to the largest number.

    In a cell without a bounded activation, values grow from step to step, and sums in another order differ in proportion.
    """
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5 * max(1.0, float(expected.abs().max())))


@pytest.mark.parametrize("which", range(3))
def test_recurrent_networks(which: int) -> None:
    text = compared_recurrent(recurrent_networks()[which])
    assert text.count("class Cell(") == 1


def test_the_text_of_recurrent_networks_follows_the_computation() -> None:
    text = source_text(recurrent(LSTM, (4, 6, 4)))
    assert "self.gates = Linear(inputs, width, width=width)" in text
    assert "self.unread = Linear(inputs, width=width)  # on no path to the output" in text
    assert "gates = self.gates(x, h_prev_0)" in text
    assert "output, state_2 = self.step(x, output, state_2)" in text
    tied = source_text(recurrent(LSTM, (4, 4)))
    assert "self.decoder.weight = self.embedding.weight" in tied


@given(recipes())
@settings(max_examples=25, deadline=None)
def test_any_recurrent_cell(recipe: dict[str, Any]) -> None:
    compared_recurrent(recurrent(recipe, (4, 4, 4)))


def test_a_tied_embedding_of_another_width_is_refused() -> None:
    with pytest.raises(InputError, match=r"width .* and the tied embedding"):
        source_text(recurrent(LSTM, (4, 6)))
