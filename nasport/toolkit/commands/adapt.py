"""`nasport adapt`: a space in, a bundle made for it out, from minutes of judgements, from labels, or from both."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nasport.toolkit.adaptation.choices import RUN, AdaptChoices
from nasport.toolkit.options import REQUIRED, JsonOptions, option
from nasport.toolkit.printing.hearing_bar import HearingBar
from nasport.toolkit.printing.report import say, warn
from nasport.toolkit.run_folder import SETTINGS

if TYPE_CHECKING:
    from nasport.toolkit.adaptation.teaching import Taught


@dataclass(frozen=True, kw_only=True)
class AdaptOptions(JsonOptions, AdaptChoices):
    """Of `nasport adapt`."""

    space: str = option(REQUIRED, "Space: a name (see `nasport spaces`) or a document.", suggest="spaces")


def run(options: AdaptOptions) -> int:
    """Make the bundle and say what it is worth; returns the exit status.

    Raises:
        InputError: a wrong option, space, bundle, file of labels or folder; a budget that is too small.
        MissingRuntimeError: the extra `gennas`, or ONNX, is not installed.
    """
    options.check()
    from nasport.toolkit.gennas.requirements import require_onnx, require_torch

    require_torch()
    require_onnx()
    from nasport.toolkit.adaptation.within_budget import adapt_within_budget
    from nasport.toolkit.panel.listener import Listener
    from nasport.toolkit.spaces import load_space

    bar = HearingBar()
    try:
        found = adapt_within_budget(load_space(options.space), options, None, Listener(warn, say, bar.show))
    except KeyboardInterrupt:
        bar.clear()
        if (options.out / RUN / SETTINGS).exists():
            say(f"what is heard is kept in {options.out / RUN}; --resume goes on")
        raise
    finally:
        bar.clear()
    _print(found, options)
    return 0


def _print(found: Taught, options: AdaptOptions) -> None:
    if options.json:
        record = {"bundle": str(options.out), "evaluated": found.evaluated, "labels": found.labels}
        print(json.dumps(record))
        return
    if (evaluated := found.evaluated) is not None:
        print(
            f"{evaluated['members']:,} members judged; what is held out agrees with the panel by Spearman "
            f"{evaluated['held_out']:.3f} (the score before: {evaluated['before']:.3f})"
        )
    if (labels := found.labels) is not None:
        interval = labels["interval"]
        around = f", {interval['coverage']:.0%} within {interval['half_width']:.4g}"
        print(
            f"{labels['count']:,} labels; those held out are ranked with Spearman {labels['held_out']:.3f} (the score before: "
            f"{labels['before']:.3f}){around}"
        )
    say("the bundle is ready:", f"nasport score --bundle {shlex.quote(str(options.out))} ...")
