"""Score a long stream of documents in several processes and return the output in the order of the input.

The reading process also scores: it passes a window of items to another process if one is free, and scores the window
itself otherwise. Other processes return finished text, because text passes between processes faster than scores do.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from nasport.runtime.predictor import Predictor
from nasport.schemas.errors import InputError, NasportError
from nasport.toolkit.inputs import Item
from nasport.toolkit.notations import notation
from nasport.toolkit.scoring import Scored, window_scores

if TYPE_CHECKING:
    from concurrent.futures import Future

# Maximum number of finished windows in memory that wait for an older window.
MOST_WAITING = 4


class Printed(NamedTuple):
    """Output for a window of items.

    Attributes:
        text: one line per score.
        scores: number of scores.
        errors: one message per item that cannot be read or scored.
    """

    text: str
    scores: int
    errors: tuple[str, ...]


@dataclass(frozen=True)
class WindowPrinter:
    """Scores windows of items and formats the scores. Each process uses its own copy.

    Attributes:
        bundle: name or folder of the bundle.
        provider: provider for `Predictor.load`; None for CUDA if it works.
        source_format: notation of the items; None for documents.
        line: function that formats a score as a line.
        with_opinions: whether to include the expected values of the bundle's evaluators.
    """

    bundle: str
    provider: str | None
    source_format: str | None
    line: Callable[[Scored], str]
    with_opinions: bool = False

    def __call__(self, window: Sequence[Item]) -> Printed:
        chosen = notation(self.source_format) if self.source_format else None
        errors: list[InputError] = []
        predictor = loaded_predictor(self.bundle, self.provider)
        found = window_scores(window, chosen, predictor, errors.append, with_opinions=self.with_opinions)
        return Printed("".join(f"{self.line(each)}\n" for each in found), len(found), tuple(map(str, errors)))


@lru_cache(maxsize=1)
def loaded_predictor(bundle: str, provider: str | None) -> Predictor:
    """Return the predictor of this process."""
    return Predictor.load(bundle, providers=[provider] if provider else None)


def printed(windows: Iterator[Sequence[Item]], printer: WindowPrinter, jobs: int) -> Iterator[Printed]:
    """Yield the output for all windows, in order.

    Args:
        windows: windows of items.
        printer: function that scores and formats a window.
        jobs: number of processes, including this one.

    Raises:
        NasportError: another process was killed.
    """
    first_two = list(islice(windows, 2))
    if jobs == 1 or len(first_two) < 2:
        yield from map(printer, chain(first_two, windows))
        return
    # Imported here because short streams do not need them.
    from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
    from multiprocessing import get_context

    try:
        with ProcessPoolExecutor(jobs - 1, get_context("spawn")) as pool:
            begun: deque[Future[Printed]] = deque()
            for window in chain(first_two, windows):
                busy = sum(not each.done() for each in begun)
                if busy < jobs:  # one window more than there are other processes, so that none of them waits
                    begun.append(pool.submit(printer, window))
                else:
                    begun.append(Future())
                    begun[-1].set_result(printer(window))
                while begun and (begun[0].done() or len(begun) > MOST_WAITING):
                    yield begun.popleft().result()
            for each in begun:
                yield each.result()
    except BrokenExecutor as error:
        raise NasportError(
            "a scoring process was killed, possibly because memory ran out; expected --jobs 1"
        ) from error
