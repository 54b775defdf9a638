"""`nasport adapt`: adapt a predictor to one search space by evaluations, by labels or by both."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nasport.toolkit.adaptation.choices import RUN, AdaptChoices
from nasport.toolkit.options import REQUIRED, JsonOptions, option
from nasport.toolkit.printing.report import say, warn
from nasport.toolkit.printing.stage_bar import StageBar
from nasport.toolkit.run_folder import SETTINGS

if TYPE_CHECKING:
    from nasport.toolkit.adaptation.fitting import AdaptationResult


@dataclass(frozen=True, kw_only=True)
class AdaptOptions(JsonOptions, AdaptChoices):
    """Options of `nasport adapt`."""

    space: str = option(
        REQUIRED, "Search space: a name (see `nasport spaces`) or a document.", suggest="spaces"
    )


def run(options: AdaptOptions) -> int:
    """Write the adapted bundle and print its quality on held-out architectures.

    Returns:
        Exit status.

    Raises:
        InputError: an invalid option, search space, bundle, label file or folder, or a budget that is too small.
        MissingRuntimeError: the extra `gennas` or ONNX is missing.
    """
    options.check()
    from nasport.toolkit.gennas.requirements import require_onnx, require_torch

    require_torch()
    require_onnx()
    from nasport.toolkit.adaptation.within_budget import adapt_within_budget
    from nasport.toolkit.panel.callbacks import Callbacks
    from nasport.toolkit.spaces import load_space

    bar = StageBar()
    try:
        result = adapt_within_budget(load_space(options.space), options, None, Callbacks(warn, say, bar.show))
    except KeyboardInterrupt:
        bar.clear()
        if (options.out / RUN / SETTINGS).exists():
            say(f"the finished evaluations are in {options.out / RUN}; continue with --resume")
        raise
    finally:
        bar.clear()
    _print(result, options)
    return 0


def _print(result: AdaptationResult, options: AdaptOptions) -> None:
    if options.json:
        record = {"bundle": str(options.out), "evaluated": result.evaluated, "labels": result.labels}
        print(json.dumps(record))
        return
    if (evaluated := result.evaluated) is not None:
        print(
            f"{evaluated['members']:,} architectures evaluated; held-out Spearman correlation with the panel: "
            f"{evaluated['held_out']:.3f} (before adaptation: {evaluated['before']:.3f})"
        )
    if (labels := result.labels) is not None:
        interval = labels["interval"]
        print(
            f"{labels['count']:,} labels; held-out Spearman correlation: {labels['held_out']:.3f} (before adaptation: "
            f"{labels['before']:.3f}); {interval['coverage']:.0%} of predicted labels within {interval['half_width']:.4g}"
        )
    say("the adapted bundle is ready:", f"nasport score --bundle {shlex.quote(str(options.out))} ...")
