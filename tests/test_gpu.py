"""The CUDA provider: really used, and the same scores. Skipped where there is no NVIDIA GPU with nasport[gpu]."""

from __future__ import annotations

import random

import pytest

from nasport.runtime.predictor import Predictor
from nasport.runtime.session import CUDA
from nasport.schemas import InputError
from nasport.toolkit.notations import notation

OPERATORS = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]


@pytest.fixture(scope="module")
def on_cuda() -> Predictor:
    try:
        return Predictor.load(providers=["cuda"])
    except InputError as error:
        pytest.skip(f"CUDA does not work here: {error}")


def test_cuda_is_used_and_scores_agree_with_the_cpu(on_cuda: Predictor) -> None:
    assert on_cuda.providers[0] == CUDA
    rng = random.Random(0)
    texts = ["|{}~0|+|{}~0|{}~1|+|{}~0|{}~1|{}~2|".format(*rng.choices(OPERATORS, k=6)) for _ in range(1000)]
    batch = notation("nasbench201").encode_many(texts)
    assert batch is not None
    on_cpu = Predictor.load(providers=["cpu"]).score_encoded(batch)
    for ours, theirs in zip(on_cuda.score_encoded(batch), on_cpu, strict=True):
        assert ours.score == pytest.approx(theirs.score, abs=1e-4)
