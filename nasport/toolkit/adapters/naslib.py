"""A predictor in the calling form of NASLib (`fit`, `query`), for its optimisers and its `PredictorEvaluator`.

Nothing of NASLib is imported: it calls what has these methods. Its graphs say what they are by `get_hash()`.
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

# Of the search spaces whose `get_hash()` a notation reads, by NASLib's `get_type()`.
NOTATIONS = {
    "nasbench201": "nasbench201_zerocost",
    "transbench101_micro": "transnas_micro_naslib",
    "transbench101_macro": "transnas_macro_naslib",
}


class NASLibPredictor:
    """The score of a bundle, or what a regressor makes of architectures, as a predictor of NASLib.

    Attributes:
        ss_type: NASLib's name of the search space; its evaluator sets it.
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
        """Args:
        bundle: of the predictor: a name or a folder.
        read: makes an `Architecture` of one of NASLib's; None: by its `get_hash()` and `ss_type`.
        regressor: what `fit` teaches and `query` asks, an `ArchitectureRegressor` for one; None: the score as it is.
        provider: `cpu` or `cuda`; None: CUDA where it works.
        """
        self.ss_type = ss_type
        self._predictor = load(bundle, provider)
        self._read = read
        self._regressor = regressor
        self._hyperparams: Any = None

    def set_ss_type(self, ss_type: str) -> None:
        """Told by NASLib which search space it is in."""
        self.ss_type = ss_type

    def fit(
        self, xtrain: Iterable[Any], ytrain: Iterable[float], train_info: object = None, **_: object
    ) -> None:
        """Teach the regressor; nothing where there is none."""
        if self._regressor is not None:
            self._regressor.fit(self._architectures(xtrain), list(ytrain))

    def query(self, xtest: Iterable[Any], info: object = None, **_: object) -> NDArray[np.float64]:
        """(B,) predictions of B architectures, higher is better.

        Raises:
            InputError: an architecture that cannot be read.
        """
        found = self._architectures(xtest)
        if self._regressor is not None:
            return np.asarray(self._regressor.predict(found), np.float64)
        return np.array([score.score for score in self._predictor.score(found)])

    def pre_process(self) -> None:
        """Nothing to do before a run."""

    def pre_compute(self, xtrain: object, xtest: object, unlabeled: object = None) -> None:
        """Nothing to prepare."""

    def get_data_reqs(self) -> dict[str, Any]:
        """No learning curves, no hyperparameters, no unlabelled architectures."""
        none = dict.fromkeys(("requires_partial_lc", "requires_hyperparameters", "unlabeled"), False)
        return {**none, "metric": None, "hyperparams": {}, "unlabeled_factor": 0}

    def set_hyperparams(self, hyperparams: Any) -> None:
        """Keep what NASLib sets; nothing here has any."""
        self._hyperparams = hyperparams

    def get_hyperparams(self) -> Any:
        """What was set."""
        return self._hyperparams

    def reset_hyperparams(self) -> None:
        """Forget what was set."""
        self._hyperparams = None

    def get_hpo_wrapper(self) -> bool:
        """Whether NASLib shall search hyperparameters: it shall not."""
        return False

    def _architectures(self, graphs: Iterable[Any]) -> list[Architecture]:
        read = self._read or self._by_hash
        return architectures([graph if isinstance(graph, Architecture) else read(graph) for graph in graphs])

    def _by_hash(self, graph: Any) -> Architecture:
        if self.ss_type not in NOTATIONS or not hasattr(graph, "get_hash"):
            raise InputError(
                f"{type(graph).__name__} of the search space {self.ss_type!r}, expected NASLib's graphs of "
                f"{', '.join(NOTATIONS)}, or read=, which makes an Architecture of one"
            )
        return notation(NOTATIONS[self.ss_type]).parse(str(tuple(map(int, graph.get_hash()))))
