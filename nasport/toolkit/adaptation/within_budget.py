"""Adapt a predictor to a search space within a time budget, by evaluations, labels or both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nasport.runtime.bundle import open_bundle
from nasport.runtime.predictor import DEFAULT_BUNDLE
from nasport.toolkit.adaptation.adapting import RECURRENT_WARNING, Adaptation, labels_digest
from nasport.toolkit.adaptation.choices import RUN, AdaptChoices
from nasport.toolkit.adaptation.fitting import AdaptationResult
from nasport.toolkit.adaptation.labeled import Labels, read_labels
from nasport.toolkit.panel.callbacks import Callbacks
from nasport.toolkit.panel.planning import with_task
from nasport.toolkit.panel.run import panel_run
from nasport.toolkit.spaces import SearchSpace

FORMAT = "nasport-adapt"


def adapt_within_budget(
    space: SearchSpace,
    choices: AdaptChoices,
    labels: Labels | None,
    callbacks: Callbacks,
) -> AdaptationResult:
    """Write an adapted bundle to `choices.out`, and return its correction.

    Args:
        space: search space to adapt to.
        choices: time budget, folder, evaluators and file of labels.
        labels: labels to use instead of the file.
        callbacks: functions for warnings, the plan in words, and progress.

    Raises:
        InputError: an invalid option, bundle, label file or folder, or a budget that is too small.
        NasportError: an evaluation failed for an unexpected reason.
    """
    choices.check(labeled=labels is not None)
    base = open_bundle(choices.bundle or DEFAULT_BUNDLE)
    if labels is None and choices.labels is not None:
        form = choices.source_format, choices.metric, choices.lower_is_better
        labels = read_labels(choices.labels, space, *form)
    adaptation = Adaptation.of(space, base, choices.seed)
    if not adaptation.recurrent:
        choices = with_task(choices, base)
    budget = choices.seconds if labels is None or choices.budget else None
    with _removed_if_empty(choices.out):
        if budget is None:
            result = adaptation.fit(None, labels)
            adaptation.write(choices.out, result)
        else:
            result = _by_evaluations(adaptation, choices, budget, labels, callbacks)
    if result.labels is not None and result.labels["held_out"] < result.labels["before"]:
        callbacks.on_warning(
            "the adapted predictor ranks held-out labels worse than the predictor did before: use it only with more labels "
            "or evaluations"
        )
    return result


def _by_evaluations(
    adaptation: Adaptation,
    choices: AdaptChoices,
    budget: float,
    labels: Labels | None,
    callbacks: Callbacks,
) -> AdaptationResult:
    """Adapt by evaluations, and by labels if there are any, in a run folder."""
    base = adaptation.base
    settings = {
        "format": FORMAT,
        "version": 1,
        "space": adaptation.identity,
        "bundle": {"name": base.name, "sha256": base.manifest["files"]["predictor.onnx"]["sha256"]},
        "budget": budget,
        "labels_sha256": labels_digest(labels),
        "seed": choices.seed,
    }
    with panel_run(
        choices,
        adaptation.recurrent,
        lambda: adaptation.plan(choices, budget),
        folder=choices.out / RUN,
        settings=settings,
        resume=choices.resume,
        options=type(choices),
        notify=callbacks.on_progress,
    ) as run:
        callbacks.on_message(f"evaluating {run.plan.trained:,} members of {adaptation.space}")
        if adaptation.recurrent:
            callbacks.on_warning(RECURRENT_WARNING)
        result = adaptation.fit(run, labels)
        adaptation.write(choices.out, result)
        return result


@contextmanager
def _removed_if_empty(folder: Path) -> Iterator[None]:
    """Remove a new folder that is still empty after an error in the `with` block."""
    existed = folder.exists()
    try:
        yield
    except BaseException:
        if not existed:
            with suppress(OSError):
                folder.rmdir()
        raise
