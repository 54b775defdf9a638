"""What judges said of the world, as it is kept: `judgements.npz`, our own results, which training reads.

Arrays, nothing pickled: `settings` (JSON: the world's seed, and how each evaluator judged), `judges` (H,), `space` (M,) and
`place` (M,) of each network, `verdicts` (M, H) float32, higher is better, NaN where an evaluator was not asked or had nothing to
say. The networks are drawn anew from the seed.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile
from zlib import error as ZlibError

import numpy as np
from numpy.typing import NDArray

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.laboratory.world.space import WorldSpace, world_space

FILE = Path(__file__).parent / "judgements.npz"
ARRAYS = ("settings", "judges", "space", "place", "verdicts")
# What reading something else may raise; a TypeError where it is a single array.
_UNREADABLE = (OSError, ValueError, KeyError, EOFError, TypeError, BadZipFile, ZlibError)


@dataclass(frozen=True)
class Judgements:
    """Verdicts on M networks by H evaluators.

    Attributes:
        settings: the world's `seed`, and how each evaluator judged.
        judges: H names.
        space: (M,) number of the space, in rising order.
        place: (M,) in the space.
        verdicts: (M, H) float32; NaN: none.
    """

    settings: Mapping[str, Any]
    evaluators: tuple[str, ...]
    space: NDArray[np.int32]
    place: NDArray[np.int16]
    verdicts: NDArray[np.float32]

    def of(self, evaluators: Sequence[str]) -> NDArray[np.float64]:
        """(M, len(judges)) verdicts of some judges.

        Raises:
            InputError: one of them said nothing here.
        """
        missing = [name for name in evaluators if name not in self.evaluators]
        if missing:
            raise InputError(
                f"no verdicts of {missing[0]!r}, there are those of {', '.join(self.evaluators)}"
            )
        return self.verdicts[:, [self.evaluators.index(name) for name in evaluators]].astype(np.float64)

    def spaces(self) -> Iterator[tuple[WorldSpace, list[Architecture], NDArray[np.int64]]]:
        """A space at a time, its judged architectures, drawn anew, and their rows."""
        for number in np.unique(self.space).tolist():
            rows = np.flatnonzero(self.space == number)
            space = world_space(self.settings["seed"], number)
            drawn = [space.member(place) for place in self.place[rows].tolist()]
            if None in drawn:
                raise InputError(f"space {number} of the world has not all of its judged members")
            yield space, [member for member in drawn if member is not None], rows

    def records(self) -> list[dict[str, Any]]:
        """The same as lines of judging, see `joined`."""
        return [
            {
                "space": space,
                "place": place,
                "values": {
                    name: value
                    for name, value in zip(self.evaluators, row, strict=True)
                    if np.isfinite(value)
                },
            }
            for space, place, row in zip(
                self.space.tolist(), self.place.tolist(), self.verdicts.tolist(), strict=True
            )
        ]

    def to_bytes(self) -> bytes:
        """The file; equal judgements, equal bytes."""
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            settings=np.array(json.dumps(self.settings, sort_keys=True)),
            evaluators=np.array(self.evaluators, np.str_),
            space=self.space,
            place=self.place,
            verdicts=self.verdicts,
        )
        return buffer.getvalue()


def read_judgements(file: Path = FILE) -> Judgements:
    """The judgements of a file; those that come with nasport where none is given.

    Raises:
        InputError: it cannot be read, or is no file of judgements.
    """
    try:
        with np.load(file, allow_pickle=False) as found:
            arrays = {name: found[name] for name in ARRAYS}
        return Judgements(
            json.loads(str(arrays["settings"])),
            tuple(arrays["judges"].tolist()),
            arrays["space"],
            arrays["place"],
            arrays["verdicts"],
        )
    except _UNREADABLE as error:
        raise InputError(f"no judgements of the world ({error})", file=str(file)) from error


def joined(
    settings: Mapping[str, Any], records: Sequence[Mapping[str, Any]], evaluators: Sequence[str]
) -> Judgements:
    """Judgements from the lines that judging wrote (`judging.py`), several evaluators' of one network together.

    Args:
        settings: as of `Judgements`.
        records: `space`, `place` and `values` of each.
        judges: whose values are kept; of GenNAS tasks, named `gennas:TASK`, the negative loss.
    """
    found: dict[tuple[int, int], dict[str, float]] = {}
    for record in records:
        values = {name: value for name, value in record["values"].items() if value is not None}
        found.setdefault((record["space"], record["place"]), {}).update(values)
    keys = sorted(found)
    verdicts = [[found[key].get(name, np.nan) for name in evaluators] for key in keys]
    space, place = np.array(keys, np.int64).reshape(-1, 2).T
    return Judgements(
        settings,
        tuple(evaluators),
        space.astype(np.int32),
        place.astype(np.int16),
        np.array(verdicts, np.float32),
    )
