"""A bundle made for a space, within a budget of time, from labels, or from both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nasport.runtime.bundle import open_bundle
from nasport.runtime.predictor import DEFAULT_BUNDLE
from nasport.toolkit.adaptation.adapting import LITTLE_OF_RECURRENT, Adaptation, labels_digest
from nasport.toolkit.adaptation.choices import RUN, AdaptChoices
from nasport.toolkit.adaptation.labeled import Labels, read_labels
from nasport.toolkit.adaptation.teaching import Taught
from nasport.toolkit.panel.listener import Listener
from nasport.toolkit.panel.planning import with_task
from nasport.toolkit.panel.run import panel_run
from nasport.toolkit.spaces import SearchSpace

FORMAT = "nasport-adapt"


def adapt_within_budget(
    space: SearchSpace,
    choices: AdaptChoices,
    labels: Labels | None,
    listener: Listener,
) -> Taught:
    """Make the bundle in `choices.out`; what it was taught.

    Args:
        space: that it is for.
        choices: budget, folder, who judges, and the file of labels.
        labels: in place of a file of them.
        listener: told what the predictor cannot see, and how it goes.

    Raises:
        InputError: a wrong option, bundle, file of labels or folder; a budget that is too small.
        NasportError: a judgement failed for a reason that nobody thought of.
    """
    choices.check(labeled=labels is not None)
    base = open_bundle(choices.bundle or DEFAULT_BUNDLE)
    if labels is None and choices.labels is not None:
        asked = choices.source_format, choices.metric, choices.lower_is_better
        labels = read_labels(choices.labels, space, *asked)
    adaptation = Adaptation.of(space, base, choices.seed)
    if not adaptation.recurrent:
        choices = with_task(choices, base)
    budget = choices.seconds if labels is None or choices.budget else None
    with _removed_if_empty(choices.out):
        if budget is None:
            found = adaptation.taught(None, labels)
            adaptation.write(choices.out, found)
            return found
        return _evaluated(adaptation, choices, budget, labels, listener)


def _evaluated(
    adaptation: Adaptation,
    choices: AdaptChoices,
    budget: float,
    labels: Labels | None,
    listener: Listener,
) -> Taught:
    """Judgements and perhaps labels, poured into a bundle."""
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
        notify=listener.heard,
    ) as begun:
        listener.planned(f"{begun.plan.trained:,} members of {adaptation.space} are judged")
        if adaptation.recurrent:
            listener.warned(LITTLE_OF_RECURRENT)
        found = adaptation.taught(begun, labels)
        adaptation.write(choices.out, found)
        return found


@contextmanager
def _removed_if_empty(folder: Path) -> Iterator[None]:
    """Removes a folder that was made for nothing; what holds something stays."""
    before = folder.exists()
    try:
        yield
    except BaseException:
        if not before:
            with suppress(OSError):
                folder.rmdir()
        raise
