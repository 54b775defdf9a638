"""Architectures in scikit-learn: a transformer that computes features, and a regressor for few labels.

The regressor predicts any measured label (an accuracy, a latency, an energy) from the score of a bundle and the costs of the
architecture. Both classes accept lists or object arrays of architectures as in `nasport.score`, and support cloning, parameter
search and cross-validation.
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
    """Transformer from architectures to features.

    The features are the score, the statistics from which the bundle computes its distance, costs, number of nodes and depth.

    Parameters:
        bundle: predictor, by name or folder.
        notation: notation of texts; None if there are no texts.
        provider: `cpu` or `cuda`; None for CUDA if it works.

    Attributes:
        feature_names_: names of the F features.
    """

    def __init__(
        self, bundle: str | Path = DEFAULT_BUNDLE, notation: str | None = None, provider: str | None = None
    ) -> None:
        self.bundle = bundle
        self.notation = notation
        self.provider = provider

    def fit(self, X: Iterable[Any], y: object = None) -> Self:  # noqa: N803
        """Set the names of the features, which depend only on the bundle."""
        del X, y
        self.feature_names_ = list(_columns(load(self.bundle, self.provider), encode([])))
        return self

    def transform(self, X: Iterable[Any]) -> NDArray[np.float64]:  # noqa: N803
        """Return the (B, F) features of B architectures.

        Raises:
            InputError: an invalid architecture; the message has its index.
        """
        check_is_fitted(self, "feature_names_")
        read, predictor = architectures(X, self.notation), load(self.bundle, self.provider)
        batches = [encode(read[start : start + _BATCH]) for start in range(0, len(read), _BATCH)]
        rows = [np.stack(list(_columns(predictor, batch).values()), axis=1) for batch in batches]
        return np.concatenate([np.zeros((0, len(self.feature_names_))), *rows])

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Return the (F,) names of the features."""
        del input_features
        check_is_fitted(self, "feature_names_")
        return np.array(self.feature_names_, object)


class ArchitectureRegressor(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Regressor of a label from `ArchitectureFeatures` that are scaled to unit variance.

    Parameters:
        bundle: predictor, by name or folder.
        notation: notation of texts; None if there are no texts.
        provider: `cpu` or `cuda`; None for CUDA if it works.
        regressor: scikit-learn regressor of the features; None for `robust_regressor()`.

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
        """Fit the regressor to B architectures and their (B,) labels."""
        features = ArchitectureFeatures(self.bundle, self.notation, self.provider)
        regressor = robust_regressor() if self.regressor is None else clone(self.regressor)
        steps = [("features", features), ("scaling", StandardScaler()), ("regressor", regressor)]
        self.pipeline_ = Pipeline(steps).fit(X, np.asarray(y, np.float64))
        return self

    def predict(self, X: Iterable[Any]) -> NDArray[np.float64]:  # noqa: N803
        """Return the (B,) predicted labels of B architectures."""
        check_is_fitted(self, "pipeline_")
        return np.asarray(self.pipeline_.predict(X))


def robust_regressor() -> Any:
    """Return a linear regressor with the Huber loss, which is robust against the few networks that fail to train."""
    return HuberRegressor(alpha=1.0, max_iter=1_000)


def _columns(predictor: Predictor, batch: EncodedBatch) -> dict[str, NDArray[Any]]:
    """Return the features of B architectures by name, each (B,) finite numbers."""
    graphs = canonicalize(batch.graphs)
    reachable = reachable_parameters(graphs)
    return {
        "score": np.array([score.score for score in predictor.score_encoded(batch)]),
        **predictor.statistics(batch),
        **{name: column(batch, graphs, reachable) for name, column in GLOBALS.items()},
        "depth": depths(graphs.labels, graphs.mask).max(axis=1, initial=0),
    }
