"""nasport inside scikit-learn, Optuna, NASLib and NNI."""

from __future__ import annotations

import builtins
import importlib
import pickle
import sys
from typing import Any

import numpy as np
import pytest

import nasport
from nasport.toolkit.adapters.naslib import NASLibPredictor
from nasport.toolkit.adapters.nni import evaluate_model
from tests.documents import document, node

CELLS = 24


@pytest.fixture(scope="module")
def cells() -> list[nasport.Architecture]:
    space, rng = nasport.Space.load("nasbench201"), np.random.default_rng(0)
    return [space.architecture(space.sample(rng)) for _ in range(CELLS)]


@pytest.fixture(scope="module")
def labels(cells: list[nasport.Architecture]) -> list[float]:
    """Return labels that the features determine: millions of parameters."""
    return [(score.parameters or 0) / 1e6 for score in nasport.score(cells)]


class TestScikitLearn:
    @pytest.fixture(autouse=True)
    def _is_installed(self) -> None:
        pytest.importorskip("sklearn")

    def test_features_are_finite_named_and_the_same_each_time(
        self, cells: list[nasport.Architecture]
    ) -> None:
        from nasport.toolkit.adapters.scikit_learn import ArchitectureFeatures

        features = ArchitectureFeatures()
        found = features.fit_transform(cells)
        names = list(features.get_feature_names_out())
        assert found.shape == (CELLS, len(names))
        assert np.isfinite(found).all()
        assert found[:, names.index("score")].tolist() == [score.score for score in nasport.score(cells)]
        assert {
            "size",
            "poolings",
            "log_parameters",
            "log_flops",
            "log_reachable_parameters",
            "depth",
        } <= set(names)
        assert (features.transform(cells[3:5]) == found[3:5]).all()
        assert features.transform([]).shape == (0, len(names))
        without_statistics = ArchitectureFeatures("tgnas-nb101").fit([])
        assert "size" not in without_statistics.feature_names_

    def test_features_include_depth_and_flag_unknown_costs(self) -> None:
        from nasport.toolkit.adapters.scikit_learn import ArchitectureFeatures

        nodes = [
            node("in", "input"),
            node("a", "conv_3x3", "in"),
            node("b", "conv_1x1", "a"),
            node("out", "output", "b"),
        ]
        features = ArchitectureFeatures().fit([])
        row = dict(zip(features.feature_names_, features.transform([document(nodes)])[0], strict=True))
        assert (row["depth"], row["nodes"]) == (3, 4)
        assert row["knows_parameters"] == row["log_parameters"] == 0

    def test_documents_texts_and_arrays_are_accepted(self, cells: list[nasport.Architecture]) -> None:
        from nasport.toolkit.adapters.scikit_learn import ArchitectureFeatures

        features = ArchitectureFeatures().fit(cells)
        found = features.transform(cells)
        assert (features.transform([cell.to_json() for cell in cells]) == found).all()
        assert (features.transform(np.array(cells, object)) == found).all()
        texts = nasport.convert(cells, to="nasbench201")
        assert (ArchitectureFeatures(notation="nasbench201").fit_transform(texts) == found).all()
        with pytest.raises(nasport.InputError, match=r"^\[1\]: .*expected 3"):
            ArchitectureFeatures(notation="nasbench201").fit([]).transform([texts[0], "nope"])
        with pytest.raises(TypeError, match="expected a list of architectures"):
            features.transform(cells[0])

    def test_a_regressor_learns_clones_and_pickles(
        self, cells: list[nasport.Architecture], labels: list[float]
    ) -> None:
        from sklearn.base import clone
        from sklearn.exceptions import NotFittedError

        from nasport.toolkit.adapters.scikit_learn import ArchitectureFeatures, ArchitectureRegressor

        regressor = ArchitectureRegressor(bundle="universal-without-nasbench201").fit(cells[:16], labels[:16])
        predicted = regressor.predict(cells[16:])
        assert np.corrcoef(predicted, labels[16:])[0, 1] > 0.8
        assert (clone(regressor).fit(cells[:16], labels[:16]).predict(cells[16:]) == predicted).all()
        assert (pickle.loads(pickle.dumps(regressor)).predict(cells[16:]) == predicted).all()
        for unfitted in (clone(regressor).predict, ArchitectureFeatures().transform):
            with pytest.raises(NotFittedError):
                unfitted(cells)
        with pytest.raises(ValueError, match="inconsistent numbers of samples"):
            clone(regressor).fit(cells, labels[:3])

    def test_parameters_nest_and_models_are_selected(
        self, cells: list[nasport.Architecture], labels: list[float]
    ) -> None:
        from sklearn.linear_model import Ridge
        from sklearn.model_selection import GridSearchCV, cross_val_score
        from sklearn.pipeline import make_pipeline

        from nasport.toolkit.adapters.scikit_learn import ArchitectureFeatures, ArchitectureRegressor

        regressor = ArchitectureRegressor(regressor=Ridge())
        assert (
            regressor.set_params(regressor__alpha=3.0, notation=None).get_params()["regressor__alpha"] == 3.0
        )
        assert cross_val_score(regressor, cells, labels, cv=3).mean() > 0.5
        grid = GridSearchCV(regressor, {"regressor__alpha": [1e-3, 1e6]}, cv=3).fit(cells, labels)
        assert grid.best_params_ == {"regressor__alpha": 1e-3}
        assert grid.predict(cells).shape == (CELLS,)
        pipeline = make_pipeline(ArchitectureFeatures(), Ridge()).fit(cells, labels)
        assert pipeline.score(cells, labels) > 0.9


def test_without_scikit_learn_the_message_names_the_package_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from nasport.schemas import MissingRuntimeError

    def without(name: str, *arguments: Any, **more: Any) -> Any:
        if name.split(".")[0] == "sklearn":
            raise ModuleNotFoundError(name)
        return real(name, *arguments, **more)

    real = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.delitem(sys.modules, "nasport.toolkit.adapters.scikit_learn", raising=False)
    with pytest.raises(MissingRuntimeError, match="pip install scikit-learn"):
        importlib.import_module("nasport.toolkit.adapters.scikit_learn")


class TestOptuna:
    @pytest.fixture(autouse=True)
    def _is_quiet(self) -> None:
        pytest.importorskip("optuna").logging.set_verbosity(40)

    @staticmethod
    def study() -> Any:
        import optuna

        return optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=0))

    def test_trials_have_scores_and_costs(self) -> None:
        from nasport.toolkit.adapters.optuna import objective, suggest

        study = self.study()
        study.optimize(objective("nasbench201", nasport.load()), n_trials=12)
        best = nasport.score(suggest(study.best_trial, "nasbench201"))
        assert best.score == study.best_value
        assert best.parameters == study.best_trial.user_attrs["parameters"]
        assert best.hash == study.best_trial.user_attrs["hash"]

    @pytest.mark.parametrize("name", ["nasbench101", "ofa_mbv3", "transnas_macro", "nats_size", "darts"])
    def test_every_trial_is_a_member_or_pruned(self, name: str) -> None:
        from nasport.toolkit.adapters.optuna import objective

        space = nasport.Space.load(name)
        seen: list[nasport.Architecture] = []

        def evaluator(architecture: nasport.Architecture) -> float:
            seen.append(architecture)
            return float(len(seen))

        study = self.study()
        study.optimize(objective(space, evaluator), n_trials=12)
        states = [trial.state.name for trial in study.trials]
        assert set(states) <= {"COMPLETE", "PRUNED"}
        assert states.count("COMPLETE") == len(seen) > 0
        assert all(space.genes_of(architecture) is not None for architecture in seen)

    def test_broken_rules_and_missing_paths_are_pruned(self) -> None:
        import optuna

        from nasport.toolkit.adapters.optuna import objective, suggest

        nothing = {
            gene.name: "absent" for gene in nasport.Space.load("nasbench101").genes if gene.kind == "edge"
        }
        operators = {f"cells.cell.{k}.op": "conv3x3-bn-relu" for k in range(1, 6)}
        with pytest.raises(optuna.TrialPruned, match="not a member of the search space 'nasbench101'"):
            suggest(optuna.trial.FixedTrial({**nothing, **operators}), "nasbench101")
        none = {gene.name: "none" for gene in nasport.Space.load("nasbench201").genes}
        with pytest.raises(optuna.TrialPruned, match="path"):
            objective("nasbench201")(optuna.trial.FixedTrial(none))

    def test_a_known_architecture_is_the_first_trial(self, cells: list[nasport.Architecture]) -> None:
        from nasport.toolkit.adapters.optuna import objective, suggest, trial_parameters

        study = self.study()
        study.enqueue_trial(trial_parameters(cells[0], "nasbench201"))
        study.optimize(objective("nasbench201", lambda architecture: 0.0), n_trials=1)
        assert nasport.score(suggest(study.trials[0], "nasbench201")).hash == nasport.score(cells[0]).hash
        with pytest.raises(nasport.InputError, match="expected a member of the search space 'darts'"):
            trial_parameters(cells[0], "darts")
        with pytest.raises(TypeError, match="expected a predictor, a bundle, or a function"):
            objective("nasbench201", 3)  # type: ignore[arg-type]


class Graph:
    """Imitates NASLib's graph of NAS-Bench-201, naslib/search_spaces/nasbench201/graph.py (automl/NASLib, dfa2e67):

    def get_hash(self) -> tuple:
        return tuple(self.get_op_indices())
    """

    def __init__(self, op_indices: list[int]) -> None:
        self.op_indices = op_indices

    def get_hash(self) -> tuple[int, ...]:
        return tuple(self.op_indices)


class PredictorEvaluator:
    """Calls a predictor like naslib/defaults/predictor_evaluator.py (automl/NASLib, commit 5c11ffa), in its order:

    self.predictor.set_ss_type(self.search_space.get_type())
    self.predictor.pre_process()
    data_reqs = self.predictor.get_data_reqs()
    self.predictor.pre_compute(train_data[0], test_data[0])
    self.predictor.reset_hyperparams()
    self.predictor.get_hpo_wrapper()
    self.predictor.fit(xtrain, ytrain, train_info)
    hyperparams = self.predictor.get_hyperparams()
    test_pred = self.predictor.query(xtest, test_info)
    if len(test_pred.shape) > 1: ...

    The base class, naslib/predictors/predictor.py (commit fefdd57), has `fit(self, xtrain, ytrain, info=None)` and
    `query(self, xtest, info)`; naslib/predictors/mlp.py `fit(self, xtrain, ytrain, train_info=None, epochs=500, loss='mae',
    verbose=0)` and `query(self, xtest, info=None, eval_batch_size=None)`.
    """

    def __init__(self, predictor: NASLibPredictor) -> None:
        self.predictor = predictor

    def evaluate(self, xtrain: list[Any], ytrain: list[float], xtest: list[Any]) -> Any:
        self.predictor.set_ss_type("nasbench201")
        self.predictor.pre_process()
        assert not self.predictor.get_data_reqs()["requires_partial_lc"]
        self.predictor.pre_compute(xtrain, xtest)
        self.predictor.reset_hyperparams()
        assert not self.predictor.get_hpo_wrapper()
        self.predictor.fit(xtrain, ytrain, [])
        assert not self.predictor.get_hyperparams()
        predicted = self.predictor.query(xtest, [])
        assert len(predicted.shape) == 1
        return predicted


def graphs(cells: list[nasport.Architecture]) -> list[Graph]:
    texts = nasport.convert(cells, to="nasbench201_zerocost")
    return [Graph([int(digit) for digit in text if digit.isdigit()]) for text in texts]


def test_naslib_receives_scores(cells: list[nasport.Architecture], labels: list[float]) -> None:
    predicted = PredictorEvaluator(NASLibPredictor()).evaluate(graphs(cells[:4]), labels[:4], graphs(cells))
    assert predicted.tolist() == [score.score for score in nasport.score(cells)]
    assert NASLibPredictor().query(cells).tolist() == predicted.tolist()
    read = NASLibPredictor(ss_type="own", read=lambda graph: cells[graph])
    assert read.query(range(3)).tolist() == predicted[:3].tolist()
    with pytest.raises(
        nasport.InputError, match=r"search space 'own', expected a NASLib graph of nasbench201"
    ):
        NASLibPredictor(ss_type="own").query(graphs(cells))


def test_naslib_trains_a_regressor(cells: list[nasport.Architecture], labels: list[float]) -> None:
    pytest.importorskip("sklearn")
    from nasport.toolkit.adapters.scikit_learn import ArchitectureRegressor

    predictor = NASLibPredictor(regressor=ArchitectureRegressor())
    found = PredictorEvaluator(predictor).evaluate(graphs(cells[:16]), labels[:16], graphs(cells[16:]))
    assert found.tolist() == ArchitectureRegressor().fit(cells[:16], labels[:16]).predict(cells[16:]).tolist()


class FunctionalEvaluator:
    """Calls a function like nni/nas/evaluator/functional.py (microsoft/nni, commit 1302828):

    def __init__(self, function, **kwargs):
        self.function = function
        self.arguments = kwargs

    def evaluate(self, model):
        return self.function(model, **self.arguments)

    By nni/nas/evaluator/evaluator.py (commit 1bff8c8) the model is a network, and `nni.get_current_parameter` gives the
    `ExecutableModelSpace`, which "need[s] to know extra details about how the model is sampled": its `sample`. Benchmark
    evaluators are called with the sample itself (nni/nas/benchmark/evaluator.py, commit a4df143).
    """

    def __init__(self, function: Any, **kwargs: Any) -> None:
        self.function = function
        self.arguments = kwargs

    def evaluate(self, model: Any) -> Any:
        return self.function(model, **self.arguments)


def test_nni_receives_the_score_of_a_sample(cells: list[nasport.Architecture]) -> None:
    import json

    class ModelSpace:
        sample = json.loads(nasport.convert(cells[0], to="nasbench201_nni"))

    expected, reported = nasport.score(cells[0]).score, []
    evaluator = FunctionalEvaluator(evaluate_model, current=ModelSpace, report=reported.append)
    assert evaluator.evaluate(object()) == expected == reported[0]
    assert FunctionalEvaluator(evaluate_model).evaluate(ModelSpace.sample) == expected
    by_reading = FunctionalEvaluator(evaluate_model, read=lambda sample: cells[sample["place"]])
    assert by_reading.evaluate({"place": 0}) == expected
    assert pickle.loads(pickle.dumps(evaluate_model)) is evaluate_model
    with pytest.raises(
        nasport.InputError, match=r"object has no sample, expected current=nni\.get_current_parameter"
    ):
        evaluate_model(object())
