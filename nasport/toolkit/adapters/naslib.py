"""A predictor with the interface of NASLib (`fit`, `query`), for its optimizers and its `PredictorEvaluator`.

The module does not import NASLib, which calls any object with these methods. The method `get_hash()` of a NASLib graph
identifies its architecture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.predictor import DEFAULT_BUNDLE
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.notations import notation
from nasport.toolkit.python_api import architectures, load

# Notation of `get_hash()` by NASLib's name of the search space (`get_type()`).
NOTATIONS = {
    "nasbench201": "nasbench201_zerocost",
    "transbench101_micro": "transnas_micro_naslib",
    "transbench101_macro": "transnas_macro_naslib",
}


class NASLibPredictor:
    """The score of a bundle, or the prediction of a regressor, as a NASLib predictor.

    Attributes:
        ss_type: NASLib's name of the search space; NASLib's evaluator sets it.
    """

    def __init__(
        self,
        bundle: str | Path = DEFAULT_BUNDLE,
        *,
        ss_type: str = "nasbench201",
        read: Callable[[Any], Architecture] | None = None,
        regressor: Any = None,
        provider: str | None = None,
    ) -> None:
        """Load the predictor.

        Args:
            bundle: predictor, by name or folder.
            ss_type: NASLib's name of the search space.
            read: function that converts a NASLib graph into an `Architecture`; None uses `get_hash()` and `ss_type`.
            regressor: model that `fit` trains and `query` evaluates, such as an `ArchitectureRegressor`; None for the score of
                the bundle.
            provider: `cpu` or `cuda`; None for CUDA if it works.
        """
        self.ss_type = ss_type
        self._predictor = load(bundle, provider)
        self._read = read
        self._regressor = regressor
        self._hyperparams: Any = None

    def set_ss_type(self, ss_type: str) -> None:
        """Set NASLib's name of the search space."""
        self.ss_type = ss_type

    def fit(
        self, xtrain: Iterable[Any], ytrain: Iterable[float], train_info: object = None, **_: object
    ) -> None:
        """Train the regressor, if there is one."""
        if self._regressor is not None:
            self._regressor.fit(self._architectures(xtrain), list(ytrain))

    def query(self, xtest: Iterable[Any], info: object = None, **_: object) -> NDArray[np.float64]:
        """Return the (B,) predictions of B architectures; higher is better.

        Raises:
            InputError: an architecture that cannot be read.
        """
        read = self._architectures(xtest)
        if self._regressor is not None:
            return np.asarray(self._regressor.predict(read), np.float64)
        return np.array([score.score for score in self._predictor.score(read)])

    def pre_process(self) -> None:
        """Do nothing; NASLib calls the method before a run."""

    def pre_compute(self, xtrain: object, xtest: object, unlabeled: object = None) -> None:
        """Do nothing; NASLib calls the method with the data of a run."""

    def get_data_reqs(self) -> dict[str, Any]:
        """Return the required data: no learning curves, hyperparameters or unlabeled architectures."""
        none = dict.fromkeys(("requires_partial_lc", "requires_hyperparameters", "unlabeled"), False)
        return {**none, "metric": None, "hyperparams": {}, "unlabeled_factor": 0}

    def set_hyperparams(self, hyperparams: Any) -> None:
        """Store hyperparameters; they have no effect."""
        self._hyperparams = hyperparams

    def get_hyperparams(self) -> Any:
        """Return the stored hyperparameters."""
        return self._hyperparams

    def reset_hyperparams(self) -> None:
        """Remove the stored hyperparameters."""
        self._hyperparams = None

    def get_hpo_wrapper(self) -> bool:
        """Return False: NASLib need not search hyperparameters."""
        return False

    def _architectures(self, graphs: Iterable[Any]) -> list[Architecture]:
        read = self._read or self._by_hash
        return architectures([graph if isinstance(graph, Architecture) else read(graph) for graph in graphs])

    def _by_hash(self, graph: Any) -> Architecture:
        if self.ss_type not in NOTATIONS or not hasattr(graph, "get_hash"):
            raise InputError(
                f"{type(graph).__name__} of the search space {self.ss_type!r}, expected a NASLib graph of "
                f"{', '.join(NOTATIONS)}, or read= with a function that converts it into an Architecture"
            )
        return notation(NOTATIONS[self.ss_type]).parse(str(tuple(map(int, graph.get_hash()))))
