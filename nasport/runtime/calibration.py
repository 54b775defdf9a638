"""Which label a score stands for, where a bundle was taught labels of a space, and how far the label may be from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasport.schemas.errors import InputError

KEY = "calibration"


class Expected(NamedTuple):
    """The label that is expected of an architecture.

    Attributes:
        label: what it is.
        value: in the label's unit.
        low: lower end of the interval.
        high: upper end.
        coverage: the share of architectures, drawn as the labeled ones were, whose label lies in the interval.
    """

    label: str
    value: float
    low: float
    high: float
    coverage: float


@dataclass(frozen=True)
class Calibration:
    """From scores to labels.

    Attributes:
        label: what the values are of.
        scores: (K,) rising.
        values: (K,) labels that they stand for.
        half_width: of the interval.
        coverage: of the interval.
    """

    label: str
    scores: NDArray[np.float64]
    values: NDArray[np.float64]
    half_width: float
    coverage: float

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Calibration | None:
        """From a bundle's manifest; None where it says nothing.

        Raises:
            InputError: lists that are not as long as each other, or scores that do not rise.
        """
        content = manifest.get(KEY)
        if content is None:
            return None
        scores, values = (np.array(content[key], np.float64) for key in ("scores", "values"))
        if len(scores) != len(values) or not (np.diff(scores) > 0).all():
            raise InputError("expected as many values as scores, the scores rising", path=(KEY,))
        return cls(content["label"], scores, values, content["half_width"], content["coverage"])

    def to_json(self) -> dict[str, Any]:
        """What the manifest says."""
        return {
            "label": self.label,
            "scores": self.scores.tolist(),
            "values": self.values.tolist(),
            "half_width": self.half_width,
            "coverage": self.coverage,
        }

    def __call__(self, score: float) -> Expected:
        """What a score stands for; beyond the outermost ones, what those do."""
        value = float(np.interp(score, self.scores, self.values))
        return Expected(self.label, value, value - self.half_width, value + self.half_width, self.coverage)
