"""`nasport proxies`: documents, notations or members of a space in, what zero-cost proxies say of their networks out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasport.schemas.errors import InputError
from nasport.toolkit.document_run import DocumentRun, RunOptions
from nasport.toolkit.options import argument, option
from nasport.toolkit.proxies.choices import ProxyChoices

if TYPE_CHECKING:
    from nasport.toolkit.inputs import Item
    from nasport.toolkit.printing.proxy_table import ProxyRow
    from nasport.toolkit.proxies.evaluating import ProxyPlan
    from nasport.toolkit.proxies.proxy_values import ProxyValues


SAMPLE = 100


@dataclass(frozen=True, kw_only=True)
class ProxiesOptions(RunOptions, ProxyChoices):
    """Of `nasport proxies`."""

    sources: Sequence[str] = argument(
        (),
        "Files (one document, or one per line), folders, '-' for standard input; with --from also the notation itself.",
        metavar="SOURCE...",
    )
    space: str | None = option(None, "Space to judge members of, in place of sources.", suggest="spaces")
    sample: int | None = option(None, f"Number of members, drawn at random; default: {SAMPLE}.", least=1)

    def items(self, out: Path | None = None) -> Iterator[Item]:
        """Everything in the sources, or the members of the space."""
        if self.space is None:
            return super().items(out)
        from nasport.toolkit.search.sampled_items import sampled_items

        return sampled_items(self.space, self.sample or SAMPLE, self.seed)

    def total(self) -> int | None:
        """How many documents there are."""
        return super().total() if self.space is None else self.sample or SAMPLE

    def check(self) -> None:
        """Raises InputError where options do not go together."""
        self.check_resume()
        if (self.space is None) == (not self.sources):
            raise InputError("nothing to judge, or too much: expected architectures, or --space")
        if self.space is None and self.sample is not None:
            raise InputError("--sample without --space, expected the space to draw from")
        if self.space is not None and self.source_format is not None:
            raise InputError("--from is for sources, expected none with --space")


def run(options: ProxiesOptions) -> int:
    """Judge everything in the sources; returns the exit status.

    Raises:
        InputError: options that say nothing sensible, wrong images or file of results.
        MissingRuntimeError: the extra `gennas` is not installed.
    """
    from nasport.toolkit.gennas.requirements import require_torch, versions

    options.check()
    items = options.items(options.out)
    require_torch()
    from nasport.toolkit.proxies.planning import proxy_plan
    from nasport.toolkit.proxies.results import PROXY_RESULTS

    plan = proxy_plan(options)
    return _Run(options, plan).carry_out(items, plan, PROXY_RESULTS, {**plan.to_json(), **versions()})


class _Run(DocumentRun["ProxyValues"]):
    verb = "evaluated"

    def __init__(self, options: ProxiesOptions, plan: ProxyPlan) -> None:
        super().__init__(options)
        self._plan = plan
        self._rows: list[ProxyRow] = []
        self._images = str(options.images) if options.images else "photographs"

    def outcome(self, record: Mapping[str, Any]) -> ProxyValues:
        from nasport.toolkit.proxies.results import proxy_values_of

        return proxy_values_of(record)

    def problem(self, outcome: ProxyValues) -> tuple[InputError | None, bool]:
        from nasport.toolkit.proxies.proxy_values import EVERYTHING

        why = outcome.failed.get(EVERYTHING)
        return (InputError(why, path=outcome.path) if why else None), outcome.unexpected

    def failure(self, outcome: ProxyValues | None, why: str) -> ProxyValues:
        from nasport.toolkit.proxies.proxy_values import EVERYTHING, ProxyValues

        values = outcome.values if outcome else dict.fromkeys(self._plan.wanted)
        return ProxyValues(values, {EVERYTHING: why}, outcome.seconds if outcome else None)

    def told(self, outcome: ProxyValues) -> dict[str, Any]:
        from nasport.toolkit.proxies.results import record_of

        return {**record_of(outcome), "images": self._images, "labels": "random"}

    def keep_row(self, name: str, outcome: ProxyValues) -> None:
        from nasport.toolkit.printing.proxy_table import ProxyRow

        self._rows.append(ProxyRow(name, outcome.values, outcome.failed))

    def table(self) -> str:
        from nasport.toolkit.printing.proxy_table import proxy_table
        from nasport.toolkit.proxies.catalog import CATALOG

        if not self._rows:
            return ""
        words = {name: proxy.says for name, proxy in CATALOG.items()}
        shown = f"images: {self._images}; labels, where a loss needs them: random"
        return f"{proxy_table(self._rows, words)}\n{shown}\n"
