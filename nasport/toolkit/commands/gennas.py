"""`nasport gennas`: print the losses of architectures after a short training on synthetic signals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nasport.schemas.errors import InputError
from nasport.toolkit.document_run import DocumentRun, RunOptions
from nasport.toolkit.gennas.choices import Choices

if TYPE_CHECKING:
    from nasport.toolkit.gennas.trainer import Outcome
    from nasport.toolkit.printing.loss_table import LossRow


@dataclass(frozen=True, kw_only=True)
class GennasOptions(RunOptions, Choices):
    """Options of `nasport gennas`."""


def run(options: GennasOptions) -> int:
    """Train all architectures in the sources.

    Returns:
        Exit status.

    Raises:
        InputError: an invalid option, task, image file or results file.
        MissingRuntimeError: the extra `gennas` is not installed.
    """
    from nasport.toolkit.gennas.requirements import require_torch, versions

    options.check_resume()
    items = options.items(options.out)
    require_torch()
    from nasport.toolkit.gennas.planning import plan_of
    from nasport.toolkit.gennas.results_file import GENNAS

    plan = plan_of(options)
    header = {"preset": options.preset, **plan.to_json(), **versions()}
    return _Run(options).run(items, plan, GENNAS, header)


class _Run(DocumentRun["Outcome"]):
    verb = "trained"

    def __init__(self, options: GennasOptions) -> None:
        super().__init__(options)
        self._rows: list[LossRow] = []

    def outcome(self, record: Mapping[str, Any]) -> Outcome:
        from nasport.toolkit.gennas.trainer import Outcome

        return Outcome(record["loss"], record["seconds"], record["failed"] or "", fit=record["fit"])

    def problem(self, outcome: Outcome) -> tuple[InputError | None, bool]:
        if outcome.loss is not None:
            return None, False
        return InputError(outcome.failed, path=outcome.path), outcome.unexpected

    def failure(self, outcome: Outcome | None, why: str) -> Outcome:
        from nasport.toolkit.gennas.trainer import Outcome

        return Outcome(None, outcome.seconds if outcome else None, why)

    def record(self, outcome: Outcome) -> dict[str, Any]:
        return {
            "loss": outcome.loss,
            "fit": outcome.fit,
            "seconds": outcome.seconds,
            "failed": outcome.failed or None,
        }

    def keep_row(self, name: str, outcome: Outcome) -> None:
        from nasport.toolkit.printing.loss_table import LossRow

        if outcome.loss is not None:  # failed trainings are printed as errors
            self._rows.append(
                LossRow(name, outcome.loss, outcome.fit or 0.0, outcome.seconds or 0.0, outcome.failed)
            )

    def table(self) -> str:
        from nasport.toolkit.printing.loss_table import loss_table

        return loss_table(self._rows) if self._rows else ""
