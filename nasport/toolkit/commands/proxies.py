"""`nasport proxies`: compute zero-cost proxies of architectures, or of random members of a search space."""

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
    """Options of `nasport proxies`."""

    sources: Sequence[str] = argument(
        (),
        "Architectures: files (JSON or JSON Lines documents, .onnx and .pt2 models), folders, '-' for standard input, or "
        "package.module:factory() for a torch module. With --from: files of notation lines, or the notation itself.",
        metavar="SOURCE...",
    )
    space: str | None = option(
        None, "Search space whose random members are evaluated, in place of SOURCE.", suggest="spaces"
    )
    sample: int | None = option(None, f"Number of random members of --space (default: {SAMPLE}).", least=1)

    def items(self, out: Path | None = None) -> Iterator[Item]:
        """Yield the documents or texts of the sources, or random members of the search space."""
        if self.space is None:
            return super().items(out)
        from nasport.toolkit.search.sampled_items import sampled_items

        return sampled_items(self.space, self.sample or SAMPLE, self.seed)

    def total(self) -> int | None:
        """Return the number of architectures, or None if it is unknown."""
        return super().total() if self.space is None else self.sample or SAMPLE

    def check(self) -> None:
        """Check that the options fit each other; a conflict raises InputError."""
        self.check_resume()
        if self.space is None and not self.sources:
            raise InputError("no architectures, expected sources or --space")
        if self.space is not None and self.sources:
            raise InputError("both sources and --space, expected one of them")
        if self.space is None and self.sample is not None:
            raise InputError("--sample without --space, expected --space NAME to draw from")
        if self.space is not None and self.source_format is not None:
            raise InputError("--from with --space, expected --from only with sources")


def run(options: ProxiesOptions) -> int:
    """Compute the proxies of all architectures.

    Returns:
        Exit status.

    Raises:
        InputError: an invalid option, image file or results file.
        MissingRuntimeError: the extra `gennas` is not installed.
    """
    from nasport.toolkit.gennas.requirements import require_torch, versions

    options.check()
    items = options.items(options.out)
    require_torch()
    from nasport.toolkit.proxies.planning import proxy_plan
    from nasport.toolkit.proxies.results import PROXY_RESULTS

    plan = proxy_plan(options)
    return _Run(options, plan).run(items, plan, PROXY_RESULTS, {**plan.to_json(), **versions()})


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

    def record(self, outcome: ProxyValues) -> dict[str, Any]:
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
        words = {name: proxy.description for name, proxy in CATALOG.items()}
        inputs = f"images: {self._images}; labels of proxies with a loss: random"
        return f"{proxy_table(self._rows, words)}\n{inputs}\n"
