"""A long stream of scores, printed by several processes in the order of its lines.

The process that reads also scores: a window of documents or texts goes to another process while one is free, else it is
scored here. What comes back is the text to print, since a text is moved faster between processes than the scores.
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

# Windows that wait for the oldest one: so many of them are held in memory.
MOST_WAITING = 4


class Printed(NamedTuple):
    """What a window of items comes to.

    Attributes:
        text: a line for each score.
        scores: how many they are.
        errors: a message for each item that could not be read, or gets no score.
    """

    text: str
    scores: int
    errors: tuple[str, ...]


@dataclass(frozen=True)
class WindowPrinter:
    """Scores windows of items; made once in each process.

    Attributes:
        bundle: name or folder.
        provider: as `Predictor.load` takes them; None: CUDA where it works.
        source_format: the notation of the items; None: documents.
        line: of a score.
        with_opinions: whether it tells what the bundle's judges would say.
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
    """The predictor that this process streams with."""
    return Predictor.load(bundle, providers=[provider] if provider else None)


def printed(windows: Iterator[Sequence[Item]], printer: WindowPrinter, jobs: int) -> Iterator[Printed]:
    """What all windows come to, in order.

    Args:
        jobs: processes, this one included.

    Raises:
        NasportError: another process was ended.
    """
    first_two = list(islice(windows, 2))
    if jobs == 1 or len(first_two) < 2:
        yield from map(printer, chain(first_two, windows))
        return
    # A short stream has no need to load these.
    from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
    from multiprocessing import get_context

    try:
        with ProcessPoolExecutor(jobs - 1, get_context("spawn")) as pool:
            begun: deque[Future[Printed]] = deque()
            for window in chain(first_two, windows):
                busy = sum(not each.done() for each in begun)
                if busy < jobs:  # one more than other processes, so that none is idle while this one scores
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
            "a process that scored was ended, perhaps for want of memory; expected --jobs 1"
        ) from error
