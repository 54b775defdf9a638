"""Evaluations of the synthetic architectures, in the file `judgements.npz` from which the predictor learns.

The file holds arrays and nothing pickled:

- `settings`: JSON text, with the seed of the spaces and the settings of each evaluator
- `judges`: (H,) names of the evaluators
- `space`, `place`: (M,) number of the space and place in it, for each network
- `verdicts`: (M, H) float32 values of the evaluators, higher is better; NaN if an evaluator did not run or failed

The networks themselves are drawn again from the seed.
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
# Errors of numpy for other files; a TypeError if the file is a single array.
_UNREADABLE = (OSError, ValueError, KeyError, EOFError, TypeError, BadZipFile, ZlibError)


@dataclass(frozen=True)
class SyntheticEvaluations:
    """Values of M synthetic architectures by H evaluators.

    Attributes:
        settings: the `seed` of the spaces, and the settings of each evaluator.
        evaluators: H names.
        space: (M,) number of the space, ascending.
        place: (M,) place in the space.
        values: (M, H) float32; NaN if there is none.
    """

    settings: Mapping[str, Any]
    evaluators: tuple[str, ...]
    space: NDArray[np.int32]
    place: NDArray[np.int16]
    values: NDArray[np.float32]

    def of(self, evaluators: Sequence[str]) -> NDArray[np.float64]:
        """Return the (M, len(evaluators)) values of some evaluators.

        Raises:
            InputError: an evaluator is missing.
        """
        missing = [name for name in evaluators if name not in self.evaluators]
        if missing:
            raise InputError(f"no values of {missing[0]!r}, expected one of {', '.join(self.evaluators)}")
        return self.values[:, [self.evaluators.index(name) for name in evaluators]].astype(np.float64)

    def spaces(self) -> Iterator[tuple[WorldSpace, list[Architecture], NDArray[np.int64]]]:
        """Return each space with its evaluated architectures, which are drawn again, and their rows.

        Raises:
            InputError: a member cannot be drawn, because the code that draws has changed.
        """
        for number in np.unique(self.space).tolist():
            rows = np.flatnonzero(self.space == number)
            space = world_space(self.settings["seed"], number)
            drawn = [space.member(place) for place in self.place[rows].tolist()]
            if None in drawn:
                raise InputError(f"the synthetic space {number} lacks some evaluated members, expected all")
            yield space, [member for member in drawn if member is not None], rows

    def records(self) -> list[dict[str, Any]]:
        """Return the evaluations as the records of `evaluating.py`, see `joined`."""
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
                self.space.tolist(), self.place.tolist(), self.values.tolist(), strict=True
            )
        ]

    def to_bytes(self) -> bytes:
        """Return the contents of the file; equal evaluations give equal bytes."""
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            settings=np.array(json.dumps(self.settings, sort_keys=True)),
            judges=np.array(self.evaluators, np.str_),
            space=self.space,
            place=self.place,
            verdicts=self.values,
        )
        return buffer.getvalue()


def read_evaluations(file: Path = FILE) -> SyntheticEvaluations:
    """Read a file of evaluations; by default the one in the repository.

    Raises:
        InputError: the file cannot be read, or holds something else.
    """
    if file == FILE and not file.exists():
        raise InputError(
            "is missing, because the wheel of nasport lacks the training data of the universal predictor; clone the "
            "repository and run `pip install -e '.[cpu,train]'` there",
            file=str(file),
        )
    try:
        with np.load(file, allow_pickle=False) as content:
            arrays = {name: content[name] for name in ARRAYS}
        return SyntheticEvaluations(
            json.loads(str(arrays["settings"])),
            tuple(arrays["judges"].tolist()),
            arrays["space"],
            arrays["place"],
            arrays["verdicts"],
        )
    except _UNREADABLE as error:
        raise InputError(
            f"not a file of evaluations, expected the arrays {', '.join(ARRAYS)} ({error})", file=str(file)
        ) from error


def joined(
    settings: Mapping[str, Any], records: Sequence[Mapping[str, Any]], evaluators: Sequence[str]
) -> SyntheticEvaluations:
    """Join records of several evaluators by network.

    Args:
        settings: as in `SyntheticEvaluations`.
        records: records of `evaluating.py` with `space`, `place` and `values`.
        evaluators: evaluators to keep; `gennas:TASK` is minus the loss of a GenNAS task.
    """
    by_network: dict[tuple[int, int], dict[str, float]] = {}
    for record in records:
        values = {name: value for name, value in record["values"].items() if value is not None}
        by_network.setdefault((record["space"], record["place"]), {}).update(values)
    keys = sorted(by_network)
    rows = [[by_network[key].get(name, np.nan) for name in evaluators] for key in keys]
    space, place = np.array(keys, np.int64).reshape(-1, 2).T
    return SyntheticEvaluations(
        settings,
        tuple(evaluators),
        space.astype(np.int32),
        place.astype(np.int16),
        np.array(rows, np.float32),
    )
