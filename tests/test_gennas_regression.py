"""Regression of one network: its loss, its targets, and the reduced network that represents an architecture."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nasport.schemas import Architecture, InputError, architecture_from_json
from nasport.schemas.architecture import Skeleton
from nasport.toolkit.notations import notation
from nasport.toolkit.spaces import load_space

torch = pytest.importorskip("torch")

from nasport.toolkit.gennas.losses import WORST_LOSS, for_missing_stages  # noqa: E402
from nasport.toolkit.gennas.proxy_document import proxy_document  # noqa: E402
from nasport.toolkit.gennas.regression import Batch, prepare, proxy_network, regress  # noqa: E402
from nasport.toolkit.gennas.settings import PRESETS, Settings, preset  # noqa: E402
from nasport.toolkit.gennas.task import Signal, Task, TaskStage, load_task  # noqa: E402

CELL = "|nor_conv_3x3~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|nor_conv_3x3~2|"
DEAD_CELL = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
# One cell per stage and four channels, so that a step takes 10 ms.
TINY = Settings(iterations=4, depth=0.2, width=0.25, precision="float32")


def nasbench201(text: str = CELL) -> Architecture:
    return notation("nasbench201").parse(text)


def sampled(space: str, seed: int = 0) -> Architecture:
    chosen = load_space(space)
    return chosen.architecture(chosen.sample(np.random.default_rng(seed)))


def network_of(*stages: dict[str, Any], **more: Any) -> Architecture:
    """Return a network of layers on images of 32x32."""
    size = {"channels": 3, "height": 32, "width": 32}
    skeleton = {"input": size, "stages": list(stages), "classes": 10}
    value = {"format": "nasport-architecture", "version": 1, "cells": {}, "skeleton": skeleton, **more}
    return architecture_from_json(value)


def batch(task: str | Task = "combo", seed: int = 0, size: int = 4) -> Batch:
    images = torch.randn(size, 3, 32, 32, generator=torch.Generator().manual_seed(7))
    return prepare(load_task(task) if isinstance(task, str) else task, images, seed)


def test_losses_are_reproducible_and_the_state_of_torch_is_restored() -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    first = regress(nasbench201(), batch(seed=1), TINY)
    assert torch.rand(1) == expected
    again = regress(nasbench201(), batch(seed=1), TINY)
    assert (first.loss, first.curve) == (again.loss, again.curve)
    assert not first.failed
    assert len(first.curve) == TINY.iterations
    assert regress(nasbench201(), batch(seed=2), TINY).loss != first.loss


@pytest.mark.parametrize("weighted", [True, False])
def test_the_loss_is_weighted_however_the_network_was_trained(weighted: bool) -> None:
    found = regress(nasbench201(), batch(), replace(TINY, weighted=weighted))
    first, last = found.errors[0], found.errors[-1]
    assert found.loss == pytest.approx(np.dot([0.25, 0.5, 1], last))
    assert found.curve[0] == pytest.approx(np.dot([0.25, 0.5, 1] if weighted else [1, 1, 1], first))


@pytest.mark.parametrize("space", ["nasbench101", "darts", "nds_resnext_a"])
def test_the_fast_training_gives_the_loss_of_plain_torch(space: str) -> None:
    settings = replace(TINY, iterations=3, width=0.5 if space.startswith("nds") else 0.25)
    fast = regress(sampled(space), batch(), settings)
    plain = regress(sampled(space), batch(), replace(settings, accelerated=False))
    assert fast.curve == pytest.approx(plain.curve, rel=1e-3)
    assert fast.loss == pytest.approx(plain.loss, rel=1e-3)


def test_training_lowers_the_loss_and_explains_more() -> None:
    long = regress(nasbench201(), batch(), replace(TINY, iterations=25))
    short = regress(nasbench201(), batch(), replace(TINY, iterations=1))
    assert long.loss < short.loss < long.curve[0]
    assert long.fit > short.fit


def test_divergence_gives_the_worst_loss_and_a_reason() -> None:
    found = regress(nasbench201(), batch(), replace(TINY, learning_rate=1e25, iterations=10))
    assert found.loss == WORST_LOSS
    assert found.fit == 0
    assert "not finite after 1 of 10 iterations" in found.failed


def test_a_finite_loss_above_the_worst_counts_as_the_worst() -> None:
    found = regress(nasbench201(), batch(), replace(TINY, learning_rate=1e4, iterations=2))
    assert found.loss == WORST_LOSS
    assert found.fit == 0
    assert found.failed.startswith("diverged: the loss was")


def test_targets_of_large_amplitude_do_not_count_as_divergence() -> None:
    loud = batch(Task("loud", (TaskStage(4, (Signal("dot", amplitude=1000.0),)),)))
    found = regress(nasbench201(), loud, replace(TINY, iterations=1))
    assert not found.failed
    assert WORST_LOSS < found.loss < 1e7
    failed = regress(nasbench201(), loud, replace(TINY, learning_rate=1e25, iterations=10))
    assert failed.loss > found.loss


def test_cells_without_a_path_get_a_loss() -> None:
    found = regress(nasbench201(DEAD_CELL), batch(), TINY)
    assert not found.failed
    assert 0 < found.loss < WORST_LOSS


def test_stages_without_signals_cost_nothing() -> None:
    network = proxy_network(nasbench201(), batch("single"), TINY)
    assert list(network.heads) == ["2"]
    assert len(proxy_network(nasbench201(), batch("combo"), TINY).heads) == 3


def test_layers_after_the_last_head_are_not_run() -> None:
    signals = (Signal("dot"),)
    early = Task("early", (TaskStage(4, signals), TaskStage(4), TaskStage(4)))
    network = proxy_network(nasbench201(), batch(early), TINY)
    run: list[int] = []

    def note(number: int) -> Any:
        return lambda *_: run.append(number)

    for number, layer in enumerate(network.body.body):
        layer.register_forward_hook(note(number))
    found = network(torch.zeros(2, 3, 32, 32))
    assert run == list(range(network.body.level_ends[0] + 1))
    assert len(run) < len(network.body.body)
    assert found[0].shape == (2, 4, 8, 8)


def test_the_last_levels_of_a_deeper_network_have_the_heads() -> None:
    network = proxy_network(sampled("nds_resnet_in"), batch(), replace(TINY, width=0.1))
    levels = len(network.body.level_ends)
    assert levels > 3
    assert network.levels == {0: levels - 3, 1: levels - 2, 2: levels - 1}


def test_batch_statistics_or_running_statistics_are_used() -> None:
    own = regress(nasbench201(), batch(), TINY)
    running = regress(nasbench201(), batch(), replace(TINY, statistics="running"))
    assert own.curve == running.curve
    assert own.loss != running.loss


def test_noise_is_drawn_anew_at_every_step_and_the_same_again() -> None:
    clean = load_task("combo")
    noisy = replace(clean, noise=replace(clean.noise, level=0.5))
    still = replace(TINY, learning_rate=0.0)
    first = regress(nasbench201(), batch(noisy), still)
    assert first.curve == regress(nasbench201(), batch(noisy), still).curve
    assert len(set(first.curve)) == still.iterations
    assert len(set(regress(nasbench201(), batch(clean), still).curve)) == 1


def test_the_first_weights_do_not_depend_on_the_order_of_trainings() -> None:
    other = regress(nasbench201(CELL.replace("skip_connect", "avg_pool_3x3")), batch(), TINY)
    regress(nasbench201(), batch(), TINY)
    assert (
        regress(nasbench201(CELL.replace("skip_connect", "avg_pool_3x3")), batch(), TINY).loss == other.loss
    )


def skeleton_of(architecture: Architecture, settings: Settings) -> Skeleton:
    skeleton = proxy_document(architecture, settings).skeleton
    assert skeleton is not None
    return skeleton


def test_depth_repeats_every_stage_less_and_at_least_once() -> None:
    whole = skeleton_of(nasbench201(), Settings())
    assert [stage.repeats for stage in whole.stages] == [5, 1, 5, 1, 5]
    assert [stage.repeats for stage in skeleton_of(nasbench201(), Settings(depth=0.4)).stages] == [
        2,
        1,
        2,
        1,
        2,
    ]
    assert {stage.repeats for stage in skeleton_of(nasbench201(), Settings(depth=0.01)).stages} == {1}


@pytest.mark.parametrize(
    ("space", "factor"), [("nasbench101", 1 / 8), ("transnas_micro", 1 / 4), ("nasbench201", 1)]
)
def test_initial_widths_equal_those_of_the_public_code(space: str, factor: float) -> None:
    architecture = sampled(space)
    assert architecture.skeleton is not None
    own = [stage.width for stage in architecture.skeleton.stages if stage.width]
    assert own
    given = [stage.width for stage in skeleton_of(architecture, Settings()).stages if stage.width]
    assert given == [round(width * factor) for width in own]
    asked = [stage.width for stage in skeleton_of(architecture, Settings(width=0.5)).stages if stage.width]
    assert asked == [round(width * 0.5) for width in own]


def test_a_stem_for_large_images_keeps_its_layers_and_loses_its_strides() -> None:
    architecture = sampled("nds_resnet_in")
    assert architecture.skeleton is not None
    before, after = architecture.skeleton, skeleton_of(architecture, Settings())
    assert dict(before.input)["height"] > 32
    assert dict(after.input) == {"channels": 3, "height": 32, "width": 32}
    assert [stage.op for stage in after.stem] == [stage.op for stage in before.stem]
    assert any(stage.stride > 1 or dict(stage.attributes).get("stride", 1) > 1 for stage in before.stem)
    assert all(stage.stride == 1 and dict(stage.attributes).get("stride", 1) == 1 for stage in after.stem)
    assert [stage.stride for stage in after.stages] == [stage.stride for stage in before.stages]


def test_operators_may_state_widths_and_strides() -> None:
    stem = [
        {"op": "mine", "attributes": {"kernel": 5}},
        {"op": "nor_conv_3x3", "width": 40, "stride": 2},
        {"op": "patch_embedding", "width": 64},
    ]
    value: dict[str, Any] = {
        "format": "nasport-architecture",
        "version": 1,
        "cells": {},
        "operators": {
            "mine": {"text": "Mine", "kind": "convolution", "kernel": 7, "stride": 4, "channels": 20}
        },
        "skeleton": {
            "input": {"channels": 3, "height": 224, "width": 224},
            "stem": stem,
            "stages": [
                {"op": "nor_conv_3x3", "attributes": {"channels": 80}, "stride": 2},
                {"op": "nor_conv_1x1"},
            ],
        },
    }
    found = skeleton_of(architecture_from_json(value), Settings(width=0.25))
    assert [(s.width, s.stride, dict(s.attributes)) for s in (*found.stem, *found.stages)] == [
        (None, 1, {"kernel": 5, "channels": 5, "stride": 1}),
        (10, 1, {}),
        (16, 1, {}),
        (None, 2, {"channels": 20}),
        (None, 1, {}),
    ]


def test_documents_without_a_network_are_refused() -> None:
    no_skeleton = replace(nasbench201(), skeleton=None)
    with pytest.raises(InputError, match="no skeleton") as error:
        regress(no_skeleton, batch(), TINY)
    assert error.value.path == ("skeleton",)
    skeleton = nasbench201().skeleton
    assert skeleton is not None
    no_image = replace(nasbench201(), skeleton=replace(skeleton, input=()))
    with pytest.raises(InputError, match="no height and width"):
        regress(no_image, batch(), TINY)
    with pytest.raises(InputError):
        regress(sampled("nasbench_nlp"), batch(), TINY)


def test_presets_by_name() -> None:
    assert preset("light") == PRESETS["light"]
    with pytest.raises(InputError, match="did you mean 'light'"):
        preset("lihgt")


def test_a_wrong_resolution_is_refused_for_images_of_that_size() -> None:
    architecture = nasbench201()
    assert architecture.skeleton is not None
    first, *others = architecture.skeleton.stages
    wrong = replace(architecture.skeleton, stages=(replace(first, resolution=7), *others))
    with pytest.raises(InputError, match="the resolution is 32 after this stage, expected 7") as caught:
        regress(replace(architecture, skeleton=wrong), batch(), replace(TINY, depth=1.0))
    assert caught.value.path == ("skeleton", "stages", 0, "resolution")


def test_fewer_repeats_may_have_another_resolution() -> None:
    stage = {"op": "conv_3x3", "width": 8, "attributes": {"stride": 2}, "repeats": 2, "resolution": 8}
    regress(network_of(stage), batch(), replace(TINY, depth=1.0))
    regress(network_of(stage), batch(), TINY)


def test_the_worst_loss_includes_loud_targets_of_early_stages() -> None:
    loud = TaskStage(4, (Signal("dot", amplitude=1000.0),))
    early = batch(Task("early", (loud, TaskStage(4), TaskStage(4, (Signal("dot"),)))))
    good = regress(nasbench201(), early, replace(TINY, iterations=1))
    shallow = network_of({"op": "conv_3x3", "width": 8})
    failed = regress(shallow, early, replace(TINY, learning_rate=1e25, iterations=10))
    assert failed.failed
    assert failed.loss > good.loss


def test_only_networks_of_benchmarks_are_narrowed() -> None:
    architecture = sampled("nasbench101")
    assert architecture.skeleton is not None
    settings = replace(TINY, width=None)
    narrowed, whole = (
        proxy_document(each, settings).skeleton for each in (architecture, replace(architecture, space=""))
    )
    assert narrowed is not None
    assert whole is not None
    assert [stage.width for stage in narrowed.stages if stage.width] == [16, 32, 64]
    assert [stage.width for stage in whole.stages if stage.width] == [128, 256, 512]


def test_an_error_names_the_width_factor_that_caused_it() -> None:
    grouped = {"text": "Convolution in groups", "kind": "convolution", "kernel": 3, "groups": 16}
    architecture = network_of(
        {"op": "conv_3x3", "width": 16}, {"op": "grouped"}, operators={"grouped": grouped}
    )
    with pytest.raises(InputError, match=r"groups for .*; this error is caused by the width factor 0.25"):
        regress(architecture, batch(), TINY)


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (torch.zeros(2, 32, 32, 3), r"images of \(2, 32, 32, 3\)"),
        (torch.zeros(2, 3, 64, 64), r"expected \(N, 3, 32, 32\)"),
        (torch.zeros(2, 3, 32, 32, dtype=torch.uint8), "torch.uint8"),
        (torch.full((2, 3, 32, 32), torch.nan), "not finite"),
    ],
)
def test_images_of_another_form_are_refused(images: torch.Tensor, words: str) -> None:
    with pytest.raises(InputError, match=words):
        prepare(load_task("combo"), images, 0)


def test_tasks_and_networks_of_the_other_family_are_refused() -> None:
    with pytest.raises(InputError, match="is for recurrent networks"):
        prepare(load_task("nlp-combo"), torch.zeros(2, 3, 32, 32), 0)
    with pytest.raises(InputError, match="a recurrent network on an image task"):
        regress(sampled("nasbench_nlp"), batch(), TINY)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"precision": "fp8"}, "no such precision: 'fp8'"),
        ({"statistics": "nope"}, "no such statistics: 'nope', expected one of batch, running"),
        ({"iterations": 0}, "iterations of 0, expected more than 0"),
        ({"depth": -1.0}, "depth of -1"),
    ],
)
def test_inconsistent_settings_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        replace(TINY, **changes)


def test_a_network_with_fewer_levels_has_no_advantage() -> None:
    """Untrained, it explains nothing, so its loss is about that of any other untrained network."""
    still = replace(TINY, iterations=1, learning_rate=0.0)
    losses = []
    for strides in ((1,), (1, 2), (1, 2, 2), (2, 2, 2, 2)):
        layers = [{"op": "conv_3x3", "width": 16, "stride": stride} for stride in strides]
        losses.append(regress(network_of(*layers), batch(), still).loss)
    assert losses == pytest.approx([losses[-1]] * len(losses), rel=0.2)


def test_the_loss_of_a_missing_stage() -> None:
    targets = [torch.full((1, 1, 2, 2), value) for value in (2.0, 1.0, 3.0)]
    weights = (0.25, 0.5, 1.0)
    assert for_missing_stages(targets, weights, [0, 1, 2]) == 1.0
    assert for_missing_stages(targets, weights, [2]) == pytest.approx((1.0 + 0.5 + 9.0) / 9.0)
    assert for_missing_stages([None, *targets[1:]], weights, [1, 2]) == 1.0
    assert for_missing_stages([targets[0], torch.zeros(1)], (0.5, 0.5), [1]) == 1.0
