"""Estimate the label of an architecture from its score, with an interval, for bundles that were fitted to labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasport.schemas.errors import InputError

KEY = "calibration"


class Expected(NamedTuple):
    """The expected label of an architecture.

    Attributes:
        label: what the label is.
        value: expected value, in the unit of the label.
        low: lower end of the interval.
        high: upper end of the interval.
        coverage: share of architectures, drawn like the labeled ones, whose label is in the interval.
    """

    label: str
    value: float
    low: float
    high: float
    coverage: float


@dataclass(frozen=True)
class Calibration:
    """A piecewise linear map from scores to labels.

    Attributes:
        label: what the label is.
        scores: (K,) increasing scores.
        values: (K,) labels expected at these scores.
        half_width: half of the width of the interval.
        coverage: share of labels in the interval.
    """

    label: str
    scores: NDArray[np.float64]
    values: NDArray[np.float64]
    half_width: float
    coverage: float

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Calibration | None:
        """Read the calibration from the manifest of a bundle; None if it has none.

        Raises:
            InputError: the lists differ in length, or the scores do not increase.
        """
        content = manifest.get(KEY)
        if content is None:
            return None
        scores, values = (np.array(content[key], np.float64) for key in ("scores", "values"))
        if len(scores) != len(values) or not (np.diff(scores) > 0).all():
            raise InputError(
                "a wrong calibration, expected as many values as scores, and increasing scores", path=(KEY,)
            )
        return cls(content["label"], scores, values, content["half_width"], content["coverage"])

    def to_json(self) -> dict[str, Any]:
        """Return the JSON of the manifest."""
        return {
            "label": self.label,
            "scores": self.scores.tolist(),
            "values": self.values.tolist(),
            "half_width": self.half_width,
            "coverage": self.coverage,
        }

    def __call__(self, score: float) -> Expected:
        """Return the expected label of a score; scores beyond the known range get the label of the nearest end."""
        value = float(np.interp(score, self.scores, self.values))
        return Expected(self.label, value, value - self.half_width, value + self.half_width, self.coverage)
