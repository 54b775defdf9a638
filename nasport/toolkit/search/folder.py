"""The folder of a search.

settings.json     the values that determine the search
space.json        the search space; or the candidates in candidates.jsonl (documents) or candidates.txt (texts)
evaluated.jsonl   one line per evaluation, written as soon as it is finished
finalists.jsonl   results of GenNAS regression, written as soon as they are known
winners.jsonl     the winners, best first
winners/          each winner as document, drawing and module
report.html       a report of the search
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Self

from nasport.schemas.errors import InputError
from nasport.schemas.writing import write_atomically
from nasport.toolkit.run_folder import SETTINGS, append_records, open_run, read_records, remove_leftovers
from nasport.toolkit.search.options import SearchOptions
from nasport.toolkit.search.query import Query
from nasport.toolkit.search.result import Evaluation
from nasport.toolkit.writing import writing

SPACE, CANDIDATES, CANDIDATE_TEXTS = "space.json", "candidates.jsonl", "candidates.txt"
EVALUATED, FINALISTS_FILE = "evaluated.jsonl", "finalists.jsonl"
WINNERS_FILE, WINNERS_FOLDER, REPORT = "winners.jsonl", "winners", "report.html"
RUNS = "nasport-runs"
LONGEST_WORD = 60

_OWN_KEYS = ("number", "genes", "allowed", "hash", "score", "violation", "failed", "seconds")


class RunFolder:
    """The folder of a search, locked against other processes until it is closed.

    Attributes:
        path: path of the folder.
        known: evaluations in the log, in order.
        seconds: time that they took, all sessions together.
    """

    def __init__(self, path: Path, settings: Mapping[str, Any], *, resume: bool) -> None:
        """Create a folder, or open an existing one to resume its search.

        Raises:
            InputError: the folder is not empty and `resume` is false, it holds another search or damaged files, or another
                process uses it.
        """
        self.path = path
        with ExitStack() as opened:
            opened.enter_context(open_run(path, settings, resume, SearchOptions))
            # Remove incomplete files of a killed process.
            names = (SETTINGS, SPACE, CANDIDATES, CANDIDATE_TEXTS, FINALISTS_FILE, WINNERS_FILE, REPORT)
            remove_leftovers(path / name for name in names)
            for unfinished in (path / WINNERS_FOLDER).glob(".*.*"):
                unfinished.unlink(missing_ok=True)
            records = read_records(path / EVALUATED)
            self.known = [self._evaluation(record, number) for number, record in enumerate(records)]
            self.seconds = sum(float(record["seconds"]) for record in records)
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def keep_document(self, name: str, lines: Iterable[str]) -> None:
        """Write the search space or the candidates, unless the file exists."""
        if not (self.path / name).exists():
            self.write(name, "".join(f"{line}\n" for line in lines))

    def append(self, evaluations: Sequence[Evaluation], seconds: float) -> None:
        """Append evaluations to the log.

        Args:
            seconds: time that all of them took together.

        Raises:
            InputError: the log cannot be written.
        """
        each = round(seconds / len(evaluations), 6)
        self.seconds += each * len(evaluations)
        file = self.path / EVALUATED
        with writing(file):
            append_records(file, [_record(evaluation) | {"seconds": each} for evaluation in evaluations])

    def write(self, name: str, text: str) -> None:
        """Write a file atomically. Raises InputError if that fails."""
        with writing(self.path / name):
            write_atomically(self.path / name, text.encode())

    def _evaluation(self, record: dict[str, Any], number: int) -> Evaluation:
        try:
            query = Query(
                tuple(map(int, record.get("genes", ()))),
                tuple(tuple(map(int, values)) for values in record.get("allowed", ())),
            )
            if record["number"] != number or not (query.member or query.allowed or "genes" in record):
                raise ValueError
            facts = {key: value for key, value in record.items() if key not in _OWN_KEYS}
            known = [value for value in (*facts.values(), record["score"]) if value is not None]
            kinds = {type(value) for value in (*known, record["violation"], record["seconds"])}
            if not kinds <= {int, float}:
                raise ValueError
            failed, violation = record.get("failed", ""), float(record["violation"])
            return Evaluation(number, query, record["hash"], record["score"], facts, violation, failed)
        except (KeyError, TypeError, ValueError):
            raise InputError(
                f"is not evaluation {number}, expected an unchanged log of the same version of nasport",
                file=str(self.path / EVALUATED),
                line=number + 1,
            ) from None


def free_folder(name: str) -> Path:
    """Create the folder `nasport-runs/NAME-N` with the smallest free N from 1 and return its path.

    The name may come from a document, so only letters, digits and `_.-` are kept: the path cannot leave the current folder.
    """
    word = re.sub(r"[^\w.-]+", "_", name)[:LONGEST_WORD].strip("._") or "search"
    number = 1
    while True:
        path = Path(RUNS) / f"{word}-{number}"
        with writing(path, "cannot be created", ", expected --out FOLDER"), suppress(FileExistsError):
            path.mkdir(parents=True)
            return path
        number += 1


def _record(evaluation: Evaluation) -> dict[str, Any]:
    query = evaluation.query
    return {
        "number": evaluation.number,
        **({"allowed": query.allowed} if query.is_supernet else {"genes": query.member}),
        "hash": evaluation.hash,
        "score": evaluation.score,
        **evaluation.facts,
        "violation": evaluation.violation,
        **({"failed": evaluation.failed} if evaluation.failed else {}),
    }
