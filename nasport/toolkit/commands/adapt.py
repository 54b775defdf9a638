"""`nasport adapt`: a space in, a bundle made for it out, from minutes of judgements, from labels, or from both."""

from __future__ import annotations

import json
import shlex
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasport.schemas.errors import InputError
from nasport.toolkit.options import REQUIRED, JsonOptions, option
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
        found = _taught(adaptation, options, budget, labels)
        adaptation.write(options.out, found)
    _print(found, options)
    return 0


def _taught(
    adaptation: Adaptation, options: AdaptOptions, budget: float | None, labels: Labels | None
) -> Taught:
    from nasport.toolkit.adaptation.adapting import labels_digest
    from nasport.toolkit.panel.run import panel_run

    if budget is None:
        return adaptation.taught(None, labels)
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
            return adaptation.taught(begun, labels)
        except KeyboardInterrupt:
            bar.clear()
            say(f"what is heard is kept in {options.out / RUN}; --resume goes on")
            raise
        finally:
            bar.clear()


def _cleared(folder: Path) -> Any:
    """Removes a folder that was made for nothing."""
    before = folder.exists()

    class Block(nullcontext[None]):
        def __exit__(self, *error: object) -> None:
            if error[0] is not None and not before:
                for each in (folder / RUN, folder):
                    with suppress(OSError):  # what holds something stays
                        each.rmdir()

    return Block()


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
        interval = labels.get("interval")
        around = f", {interval['coverage']:.0%} within {interval['half_width']:.4g}" if interval else ""
        print(
            f"{labels['count']:,} labels; those held out are ranked with Spearman {labels['held_out']:.3f} (the score before: "
            f"{labels['before']:.3f}){around}"
        )
    say("the bundle is ready:", f"nasport score --bundle {shlex.quote(str(options.out))} ...")
