"""Architectures in scikit-learn: features of them, and a regressor for a handful of labels.

A label of one's own (an accuracy, a latency, an energy) is learnt from what a bundle and the document tell of an
architecture. Both classes take lists or object arrays of what `nasport.score` takes, and are cloned, searched and
cross-validated like any other.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.encoding import EncodedBatch, encode
from nasport.runtime.globals import GLOBALS
from nasport.runtime.predictor import DEFAULT_BUNDLE, Predictor, reachable_parameters
from nasport.schemas.errors import MissingRuntimeError
from nasport.schemas.graphs.canonical import canonicalize, depths
from nasport.toolkit.python_api import architectures, load

try:
    from sklearn.base import BaseEstimator, RegressorMixin, TransformerMixin, clone
    from sklearn.linear_model import HuberRegressor
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.utils.validation import check_is_fitted
except ImportError as error:
    raise MissingRuntimeError("scikit-learn is not installed: pip install scikit-learn") from error

_BATCH = 512


class ArchitectureFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Architectures to numbers: the score, what the bundle's distance is measured in, costs, nodes and depth.

    Parameters:
        bundle: of the predictor: a name or a folder.
        notation: that texts are in; None: there are none.
        provider: `cpu` or `cuda`; None: CUDA where it works.

    Attributes:
        feature_names_: of the F columns.
    """

    def __init__(
        self, bundle: str | Path = DEFAULT_BUNDLE, notation: str | None = None, provider: str | None = None
    ) -> None:
        self.bundle = bundle
        self.notation = notation
        self.provider = provider

    def fit(self, X: Iterable[Any], y: object = None) -> Self:  # noqa: N803
        """Learn the names of the columns, which the bundle alone decides."""
        del X, y
        self.feature_names_ = list(_columns(load(self.bundle, self.provider), encode([])))
        return self

    def transform(self, X: Iterable[Any]) -> NDArray[np.float64]:  # noqa: N803
        """(B, F) of B architectures.

        Raises:
            InputError: one of them is wrong; named by its place.
        """
        check_is_fitted(self, "feature_names_")
        found, predictor = architectures(X, self.notation), load(self.bundle, self.provider)
        batches = [encode(found[start : start + _BATCH]) for start in range(0, len(found), _BATCH)]
        rows = [np.stack(list(_columns(predictor, batch).values()), axis=1) for batch in batches]
        return np.concatenate([np.zeros((0, len(self.feature_names_))), *rows])

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """(F,) names."""
        del input_features
        check_is_fitted(self, "feature_names_")
        return np.array(self.feature_names_, object)


class ArchitectureRegressor(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Predict a label of architectures from `ArchitectureFeatures`, scaled to unit variance.

    Parameters:
        bundle, notation, provider: as `ArchitectureFeatures` takes them.
        regressor: what learns from the features, any regressor of scikit-learn; None: `robust_regressor`.

    Attributes:
        pipeline_: features, scaling and the fitted regressor.
    """

    def __init__(
        self,
        bundle: str | Path = DEFAULT_BUNDLE,
        notation: str | None = None,
        provider: str | None = None,
        regressor: Any = None,
    ) -> None:
        self.bundle = bundle
        self.notation = notation
        self.provider = provider
        self.regressor = regressor

    def fit(self, X: Iterable[Any], y: Iterable[float]) -> Self:  # noqa: N803
        """Learn from B architectures and their labels (B,)."""
        features = ArchitectureFeatures(self.bundle, self.notation, self.provider)
        regressor = robust_regressor() if self.regressor is None else clone(self.regressor)
        steps = [("features", features), ("scaling", StandardScaler()), ("regressor", regressor)]
        self.pipeline_ = Pipeline(steps).fit(X, np.asarray(y, np.float64))
        return self

    def predict(self, X: Iterable[Any]) -> NDArray[np.float64]:  # noqa: N803
        """(B,) predicted labels."""
        check_is_fitted(self, "pipeline_")
        return np.asarray(self.pipeline_.predict(X))


def robust_regressor() -> Any:
    """Linear regression with Huber's loss, which the few networks of a space that fail to train do not mislead."""
    return HuberRegressor(alpha=1.0, max_iter=1_000)


def _columns(predictor: Predictor, batch: EncodedBatch) -> dict[str, NDArray[Any]]:
    """(B,) each, finite."""
    graphs = canonicalize(batch.graphs)
    reachable = reachable_parameters(graphs)
    return {
        "score": np.array([score.score for score in predictor.score_encoded(batch)]),
        **predictor.statistics(batch),
        **{name: column(batch, graphs, reachable) for name, column in GLOBALS.items()},
        "depth": depths(graphs.labels, graphs.mask).max(axis=1, initial=0),
    }
