"""`nasport adapt`: a space in, a bundle made for it out, from minutes of judgements, from labels, or from both."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nasport.runtime.bundle import MANIFEST
from nasport.schemas.errors import InputError
from nasport.toolkit.options import REQUIRED, JsonOptions, flag, option
from nasport.toolkit.panel.choices import PanelChoices, seconds_of
from nasport.toolkit.printing.hearing_bar import HearingBar
from nasport.toolkit.printing.report import say

if TYPE_CHECKING:
    from nasport.toolkit.adaptation.adapting import Adaptation
    from nasport.toolkit.adaptation.labelled import Labels
    from nasport.toolkit.adaptation.teaching import Taught

FORMAT = "nasport-adapt"
RUN = "adaptation"
"""Folder inside the bundle's, in which plan and judgements are kept."""
USUAL_BUDGET = "15m"


@dataclass(frozen=True, kw_only=True)
class AdaptOptions(JsonOptions, PanelChoices):
    """Of `nasport adapt`."""

    space: str = option(REQUIRED, "Space: a name (see `nasport spaces`) or a document.", suggest="spaces")
    out: Path = option(REQUIRED, "Folder of the bundle.", metavar="BUNDLE")
    budget: str | None = option(
        None,
        f"Time for judgements: 90s, 15m, 1h; default: {USUAL_BUDGET}, with --labels none.",
        metavar="TIME",
    )
    labels: Path | None = option(
        None,
        "Labels of members, as `nasport search-task` reads them: documents, or with --from lines of a notation, a tab and a label.",
    )
    source_format: str | None = option(
        None, "Notation of the lines of --labels; default: documents.", "--from", suggest="notations"
    )
    metric: str | None = option(None, "Which of the documents' labels, where they have several.")
    lower_is_better: bool = option(False, "The labels are errors or losses.")
    resume: bool = option(False, "Continue what --out holds.")

    def check(self) -> None:
        """Raises InputError where options do not go together."""
        idle = [
            name
            for name in ("source_format", "metric", "lower_is_better")
            if name in self.given and getattr(self, name)
        ]
        if self.labels is None and idle:
            flags = {"source_format": "--from", "metric": "--metric", "lower_is_better": "--lower-is-better"}
            raise InputError(f"{flags[idle[0]]} is for labels, expected --labels FILE with it")
        judging = [
            name
            for name in ("task", "images", "jobs", "device", "resume")
            if name in self.given and getattr(self, name)
        ]
        if self.labels is not None and self.budget is None and judging:
            raise InputError(
                f"{flag(AdaptOptions, judging[0])} is for judgements, expected --budget TIME with it"
            )
        if self.resume and (self.out / MANIFEST).exists() and not (self.out / RUN).is_dir():
            raise InputError(
                "is no bundle that was adapted here, expected one to go on with", file=str(self.out)
            )
        if not self.resume and self.out.exists() and (not self.out.is_dir() or any(self.out.iterdir())):
            raise InputError("exists already, expected a new folder; --resume goes on", file=str(self.out))


def run(options: AdaptOptions) -> int:
    """Make the bundle and say what it is worth; returns the exit status.

    Raises:
        InputError: a wrong option, space, bundle, file of labels or folder; a budget that is too small.
        MissingRuntimeError: the extra `gennas`, or ONNX, is not installed.
    """
    from nasport.toolkit.gennas.requirements import require_torch

    options.check()
    text = options.budget or (None if options.labels else USUAL_BUDGET)
    budget = None if text is None else seconds_of(text)
    require_torch()
    from nasport.toolkit.gennas.requirements import require_onnx

    require_onnx()
    from nasport.runtime.bundle import open_bundle
    from nasport.runtime.predictor import DEFAULT_BUNDLE
    from nasport.toolkit.adaptation.adapting import Adaptation
    from nasport.toolkit.adaptation.labelled import read_labels
    from nasport.toolkit.spaces import load_space

    space, base = load_space(options.space), open_bundle(options.bundle or DEFAULT_BUNDLE)
    labels = None
    if options.labels is not None:
        asked = options.source_format, options.metric, options.lower_is_better
        labels = read_labels(options.labels, space, *asked)
    adaptation = Adaptation.of(space, base, options.seed)
    with _cleared(options.out):
        found = _made(adaptation, options, budget, labels)
    _print(found, options)
    return 0


def _made(
    adaptation: Adaptation, options: AdaptOptions, budget: float | None, labels: Labels | None
) -> Taught:
    from nasport.toolkit.adaptation.adapting import labels_digest
    from nasport.toolkit.panel.run import panel_run

    if budget is None:
        found = adaptation.taught(None, labels)
        adaptation.write(options.out, found)
        return found
    base = adaptation.base
    settings = {
        "format": FORMAT,
        "version": 1,
        "space": adaptation.identity,
        "bundle": {"name": base.name, "sha256": base.manifest["files"]["predictor.onnx"]["sha256"]},
        "budget": budget,
        "labels_sha256": labels_digest(labels),
        "seed": options.seed,
    }
    bar = HearingBar()
    with panel_run(
        options,
        adaptation.recurrent,
        lambda: adaptation.plan(options, budget),
        folder=options.out / RUN,
        settings=settings,
        resume=options.resume,
        options=AdaptOptions,
        notify=bar.show,
    ) as begun:
        say(f"{begun.plan.trained:,} members of {adaptation.space} are judged")
        if adaptation.recurrent:
            say(
                "warning: what the predictor sees of recurrent cells tells little of them (docs/panel.md); nasport rank asks "
                "GenNAS itself"
            )
        try:
            found = adaptation.taught(begun, labels)
            bar.clear()
            adaptation.write(options.out, found)
            return found
        except KeyboardInterrupt:
            bar.clear()
            say(f"what is heard is kept in {options.out / RUN}; --resume goes on")
            raise
        finally:
            bar.clear()


@contextmanager
def _cleared(folder: Path) -> Iterator[None]:
    """Removes a folder that was made for nothing; what holds something stays."""
    before = folder.exists()
    try:
        yield
    except BaseException:
        if not before:
            with suppress(OSError):
                folder.rmdir()
        raise


def _print(found: Taught, options: AdaptOptions) -> None:
    if options.json:
        record = {"bundle": str(options.out), "judged": found.judged, "labels": found.labels}
        print(json.dumps(record))
        return
    if (judged := found.judged) is not None:
        print(
            f"{judged['members']:,} members judged; what is held out agrees with the panel by Spearman "
            f"{judged['held_out']:.3f} (the score before: {judged['before']:.3f})"
        )
    if (labels := found.labels) is not None:
        interval = labels["interval"]
        around = f", {interval['coverage']:.0%} within {interval['half_width']:.4g}"
        print(
            f"{labels['count']:,} labels; those held out are ranked with Spearman {labels['held_out']:.3f} (the score before: "
            f"{labels['before']:.3f}){around}"
        )
    say("the bundle is ready:", f"nasport score --bundle {shlex.quote(str(options.out))} ...")
