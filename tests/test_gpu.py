"""CUDA: ONNX Runtime's provider and GenNAS regression run on the GPU with equal results. Skipped without a GPU."""

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


@pytest.fixture(scope="module")
def losses() -> dict[str, list[float]]:
    """Return losses of GenNAS regression in float32: on the CPU, on the GPU, and on the GPU again."""
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("PyTorch has no CUDA device here")
    from nasport.toolkit.gennas.choices import Choices
    from nasport.toolkit.gennas.planning import plan_of
    from nasport.toolkit.gennas.pool import regress_all

    texts = ["|{}~0|+|{}~0|{}~1|+|{}~0|{}~1|{}~2|".format(*[op] * 6) for op in OPERATORS[2:]]
    cells = [notation("nasbench201").parse(text) for text in texts]
    found = {}
    for name, device in (("cpu", "cpu"), ("cuda", "cuda"), ("again", "cuda")):
        plan = plan_of(Choices(preset="light", iterations=5, precision="float32", device=device))
        outcomes = [outcome for _, outcome in regress_all(cells, plan)]
        assert not any(outcome.failed for outcome in outcomes)
        found[name] = [outcome.loss or 0.0 for outcome in outcomes]
    return found


def test_gennas_losses_on_cuda_agree_with_the_cpu(losses: dict[str, list[float]]) -> None:
    assert losses["cuda"] == pytest.approx(losses["cpu"], abs=0.01)


def test_gennas_losses_on_cuda_are_reproducible_to_the_bit(losses: dict[str, list[float]]) -> None:
    assert losses["again"] == losses["cuda"]
