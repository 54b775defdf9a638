"""Measure rank correlation against minutes of evaluation, and against the number of labels; tables of docs/reports/panel.md.

    NASPORT_DATA=FOLDER python benchmarks/panel_curves.py minutes     # a minute for each table, after panel_samples.py
                                                                      # and panel_weights.py
    NASPORT_DATA=FOLDER python benchmarks/panel_curves.py labels      # some minutes for each table
    python benchmarks/panel_curves.py tables                          # prints both

`minutes` replays `nasport adapt` with values that `panel_samples.py` recorded. Members are drawn from four fifths of
a table's sample instead of the whole space, again with each of five seeds. The bundle and the weights were trained
without the family, and all architectures of the table are ranked. Minutes are the recorded seconds on two cores. In
addition, the panel and each evaluator alone rank the sample.

`labels` gives some labels of the table, drawn again with each of five seeds, and ranks all other architectures by
four models: `nasport adapt --labels`, ridge regression on counts, a random forest on the statistics of scikit-learn's
`ArchitectureFeatures`, and Huber's regression on the same statistics, which is `ArchitectureRegressor`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from panel_samples import ALL_STEPS, RESULTS, SAMPLES, held_out_bundle
from panel_weights import Evaluated

from nasport.models.correction import learn_correction
from nasport.runtime.bundle import Bundle, open_bundle
from nasport.runtime.encoding import EncodedBatch
from nasport.runtime.predictor import Predictor
from nasport.schemas.architecture import Architecture
from nasport.schemas.graphs.canonical import architecture_hash
from nasport.schemas.writing import write_atomically
from nasport.toolkit.adaptation.adapting import FEWEST_EVALUATED
from nasport.toolkit.adaptation.evaluated import Evaluators, evaluated_members
from nasport.toolkit.adaptation.learned_ranking import LearnedRanking
from nasport.toolkit.adaptation.members import MOST, Members, OutputReader, PredictorOutputs, Scales
from nasport.toolkit.laboratory.tables import TABLES, read_table
from nasport.toolkit.laboratory.tables.labeled_table import LabeledTable
from nasport.toolkit.notations import notation
from nasport.toolkit.panel.combining import EvaluatorValue, quantiles
from nasport.toolkit.panel.learned import steps_of, task_of
from nasport.toolkit.panel.planning import stage_counts
from nasport.toolkit.panel.ranking import Panel, Ranked
from nasport.toolkit.panel.stages import GENNAS, PREDICTOR, PROXIES, Evaluation
from nasport.toolkit.rank_correlation import kendall, spearman
from nasport.toolkit.run_folder import read_records

SEEDS = 5
EVALUATED = (12, 24, 48, 96, 192)
LABELS = (10, 20, 50, 100, 400)
LABELED = ("nasbench201", "nasbench101", "darts_small", "accel_nasbench", "nasbench_macro", "transnas_macro")
CORES = 2
RECURRENT = "nasbench_nlp"
SHARES = (1 / 8, 1 / 4, 1 / 2, 1.0)
"""Shares of the time of a complete evaluation of a sample."""
DRAWN = 3_000  # architectures of large tables in `labels`
FILE = RESULTS / "curves.json"

Floats = NDArray[np.float64]


class Table:
    """A table, with the outputs of a bundle that was trained without it.

    Attributes:
        name: name of the table.
        reader: the bundle.
        seen: outputs for all G architectures.
        labels: (G,) arrays by name.
        batch: the same architectures, encoded.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.reader = OutputReader(open_bundle(held_out_bundle(name)))
        table = read_labeled(name)
        self.texts, self.notation = table.texts, table.notation
        self.batch, _ = table.encoded()
        self.labels = dict(table.labels)
        bundle = self.reader.bundle
        unrefused = Bundle(
            bundle.folder, {**bundle.manifest, "refuses": {}}
        )  # `nasport adapt` ignores refusals too
        self.seen = sight(Predictor(unrefused), self.batch)

    def rows(self, chosen: Sequence[int]) -> PredictorOutputs:
        """Return the outputs for some architectures."""
        at = np.asarray(chosen)
        return PredictorOutputs(self.seen.scores[at], self.seen.traits[at], self.seen.statistics[at])


def sight(predictor: Predictor, batch: EncodedBatch) -> PredictorOutputs:
    """Return the outputs of a predictor for encoded architectures."""
    scores = np.array([score.score for score in predictor.score_encoded(batch)])
    statistics = np.stack(list(predictor.statistics(batch).values()), axis=1)
    return PredictorOutputs(scores, predictor.traits(batch).astype(np.float64), statistics)


class Sample:
    """The recorded values of a table's sample.

    Attributes:
        rows: rows of the S architectures in the table.
        seconds: (S,) seconds of each; NASWOT gets an equal share of the time of the eight proxies.
        evaluations: values by evaluator.
        labels: (S,) arrays by name.
        stages: the stages of evaluators, in the order of their cost.
    """

    stages: tuple[str, ...] = (PROXIES, GENNAS)

    def __init__(self, name: str) -> None:
        evaluated = Evaluated(name)
        records = sorted(read_records(RESULTS / f"{name}.jsonl"), key=lambda record: record["place"])
        order = np.random.default_rng(0).permutation(len(read_labeled(name)))
        places = [record["place"] for record in records]
        self.rows = [int(order[place]) for place in places]
        self.proxy_seconds = np.array([record["proxy_seconds"] / 8 for record in records])
        self.seconds = self.proxy_seconds + np.array(_training_seconds(name, places))
        self.evaluations, self.labels = evaluated.evaluations, evaluated.labels


class RecurrentSample(Sample):
    """The sample of NAS-Bench-NLP, whose networks GenNAS alone evaluates (`gennas_nlp.py`)."""

    stages = (GENNAS,)

    def __init__(self, name: str, table: Table) -> None:
        losses = read_records(RESULTS.parent / "gennas" / "nlp-combo.jsonl")
        parse = notation(table.notation).parse
        row_of = {architecture_hash(parse(text)): row for row, text in enumerate(table.texts)}
        kept = [record for record in losses if record["loss"] is not None and record["hash"] in row_of]
        self.rows = [row_of[record["hash"]] for record in kept]
        self.seconds, self.proxy_seconds = (
            np.array([record["seconds"] for record in kept]),
            np.zeros(len(kept)),
        )
        self.evaluations = {
            PREDICTOR: table.seen.scores[self.rows].tolist(),
            GENNAS: [-record["loss"] for record in kept],
        }
        self.labels = {label: values[self.rows] for label, values in table.labels.items()}


def read_labeled(name: str) -> LabeledTable:
    """Return the architectures of a table that have its main label."""
    return read_table(name).with_labels((TABLES[name].main_label,))


def minutes(name: str) -> dict[str, Any]:
    """Return a table's curves against minutes, and the results of its evaluators on the sample."""
    table = Table(name)
    sample = RecurrentSample(name, table) if name == RECURRENT else Sample(name)
    parse = notation(table.notation).parse
    stand_ins = [replace(parse(table.texts[row]), name=str(at)) for at, row in enumerate(sample.rows)]
    evaluators = ("nwot", GENNAS) if PROXIES in sample.stages else (GENNAS,)

    def evaluator(architectures: Sequence[Architecture]) -> Mapping[str, Sequence[EvaluatorValue]]:
        places = [int(each.name) for each in architectures]
        return {evaluator: [sample.evaluations[evaluator][at] for at in places] for evaluator in evaluators}

    curve: dict[str, Any] = {}
    for count in (each for each in EVALUATED if each <= 0.8 * len(sample.rows)):
        found = []
        for seed in range(SEEDS):
            rng = np.random.default_rng(seed)
            scales = Scales.of(table.rows(rng.permutation(len(table.seen.scores))[:MOST]))
            pool = rng.permutation(len(sample.rows))[: int(0.8 * len(sample.rows))]
            members = Members([stand_ins[at] for at in pool], table.rows([sample.rows[at] for at in pool]))
            adapted = evaluated_members(
                members, scales, table.reader.blocks, held_out_bundle(name), count, evaluator
            )
            values = adapted.correction(
                scales.traits(table.seen.traits), scales.score(table.seen.scores[:, None])
            )
            spent = sample.seconds[[pool[row] for row in adapted.rows]].sum() / 60 / CORES
            found.append({"minutes": spent, **_against(values, table.labels)})
        curve[str(count)] = _over_seeds(found)
    alone = {
        evaluator: _against(quantiles(values), sample.labels)
        for evaluator, values in sample.evaluations.items()
        if evaluator in (PREDICTOR, *evaluators)
    }
    return {
        "bundle": held_out_bundle(name),
        "seconds_a_judgement": round(float(sample.seconds.mean()), 2),
        "seconds_of_a_proxy": round(float(sample.proxy_seconds.mean()), 3),
        "adapted": curve,
        "alone": {PREDICTOR: _against(table.seen.scores, table.labels)},
        "sample": {
            "architectures": len(sample.rows),
            "evaluators": alone,
            "ranked": [ranked(table, sample, stand_ins, share, evaluator) for share in SHARES],
        },
    }


def ranked(
    table: Table, sample: Sample, architectures: Sequence[Architecture], share: float, evaluators: Evaluators
) -> dict[str, Any]:
    """Return the results of `nasport rank` on the whole sample with a share of the time of a complete evaluation.

    If the seed has an effect, the results are means over seeds.
    """
    proxies, gennas = (
        float(sample.proxy_seconds.mean()),
        float((sample.seconds - sample.proxy_seconds).mean()),
    )
    count, learns = len(architectures), table.name != RECURRENT
    room = share * count * (proxies + gennas) + 1e-6
    proxied, trained = stage_counts(count, FEWEST_EVALUATED if learns else None)(room, proxies, gennas)
    if learns and FEWEST_EVALUATED <= trained == proxied < count:
        found = [_learned(table, sample, architectures, trained, evaluators, seed) for seed in range(SEEDS)]
    else:
        found = [_raced(table, sample, architectures, {PROXIES: proxied, GENNAS: trained}, learns)]
    arrays = {name: np.array([one[name] for one in found]) for name in found[0]}
    means = {name: each.mean(axis=0).round(4).tolist() for name, each in arrays.items()}
    return {**means, "std": {name: each.std(axis=0).round(4).tolist() for name, each in arrays.items()}}


def _learned(
    table: Table,
    sample: Sample,
    architectures: Sequence[Architecture],
    count: int,
    evaluators: Evaluators,
    seed: int,
) -> dict[str, Any]:
    """Rank by a predictor that learns from `count` evaluated architectures."""
    spent: set[int] = set()

    def evaluator(architectures: Sequence[Architecture]) -> Mapping[str, Sequence[EvaluatorValue]]:
        spent.update(int(each.name) for each in architectures)
        return evaluators(architectures)

    learning = LearnedRanking(architectures, table.reader.bundle, seed)
    order = np.random.default_rng(seed).permutation(len(architectures)).tolist()
    places = learning.by_evaluators(order, count, evaluator)
    minutes = float(sample.seconds[list(spent)].sum()) / 60 / CORES
    return {"minutes": minutes, **_against(_values(places), sample.labels)}


def _raced(
    table: Table,
    sample: Sample,
    architectures: Sequence[Architecture],
    counts: Mapping[str, int],
    scored: bool,
) -> dict[str, Any]:
    """Rank by the values of all evaluators for the architectures that they evaluate."""
    replayed = Replayed(sample)
    stages = {name: Recorded((GENNAS,) if name == GENNAS else ("nwot",)) for name in sample.stages}
    panel = Panel(table.reader.bundle.name, stages, counts)  # type: ignore[arg-type]
    scores = [sample.evaluations[PREDICTOR][at] if scored else None for at in range(len(architectures))]
    places = panel.rank(architectures, scores, replayed)  # type: ignore[arg-type]
    return {"minutes": replayed.seconds / 60 / CORES, **_against(_values(places), sample.labels)}


def _values(places: Sequence[Ranked]) -> Floats:
    """Return the (N,) negative ranks, in the given order."""
    values = np.zeros(len(places))
    for each in places:
        values[each.place] = -float(each.rank or len(places))
    return values


class Recorded(NamedTuple):
    """Replacement for a stage whose values are recorded."""

    evaluators: tuple[str, ...]


class Replayed:
    """Replacement for `StageEvaluations`: recorded values, and the seconds that they took."""

    def __init__(self, sample: Sample) -> None:
        self.sample, self.seconds = sample, 0.0

    def evaluate(self, name: str, stage: Recorded, architectures: Sequence[Architecture]) -> list[Evaluation]:
        """Return the recorded values of some architectures, whose names are their positions."""
        places, sample = [int(each.name) for each in architectures], self.sample
        spent = sample.proxy_seconds if name == PROXIES else sample.seconds - sample.proxy_seconds
        self.seconds += float(spent[places].sum())
        return [
            Evaluation({evaluator: sample.evaluations[evaluator][at] for evaluator in stage.evaluators})
            for at in places
        ]


def _training_seconds(name: str, places: Sequence[int]) -> list[float]:
    """Return the seconds of each GenNAS training; longer trainings count with their share."""
    task = task_of(held_out_bundle(name))
    steps = steps_of(task) or ALL_STEPS
    known = {
        each["place"]: each["seconds"] * min(steps / max(10 * len(each["losses"]), 1), 1.0)
        for each in read_records(RESULTS / f"gennas-{name}.jsonl")
        if each["task"] == task
    }
    return [known[place] for place in places]


def labeled(name: str) -> dict[str, Any]:
    """Return a table's curve against labels."""
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from nasport.toolkit.adapters.scikit_learn import ArchitectureFeatures, robust_regressor

    table = Table(name)
    label = table.labels[TABLES[name].main_label]
    chosen = np.random.default_rng(0).permutation(len(label))[:DRAWN]
    features = ArchitectureFeatures(held_out_bundle(name), table.notation).fit_transform(
        [table.texts[row] for row in chosen]
    )
    counts = np.array(
        [[np.log(1 + (each or 0)) for each in pair] for pair in zip(*_counts(table.batch), strict=True)]
    )[chosen]
    seen, values_of_label = table.rows(chosen), label[chosen]
    models = {
        "ridge on counts": (counts, Ridge()),
        "random forest on statistics": (features, RandomForestRegressor(200, random_state=0, n_jobs=CORES)),
        "refitted head": (features, robust_regressor()),
    }
    curve: dict[str, Any] = {"0": {"predictor": [round(spearman(seen.scores, values_of_label), 4)]}}
    for count in (each for each in LABELS if each <= 0.85 * len(values_of_label)):
        found: dict[str, list[float]] = {}
        for seed in range(SEEDS):
            order = np.random.default_rng(seed).permutation(len(values_of_label))
            known, others = order[:count], order[count:]
            scales = Scales.of(
                PredictorOutputs(seen.scores[order[:MOST]], seen.traits[order[:MOST]], seen.statistics[:1])
            )
            traits, score = scales.traits(seen.traits), scales.score(seen.scores[:, None])
            ours = learn_correction(
                traits[known], score[known], quantiles(values_of_label[known]), table.reader.blocks
            )
            predictions = {"nasport adapt --labels": ours(traits[others], score[others])}
            for word, (numbers, model) in models.items():
                fitted = make_pipeline(StandardScaler(), model).fit(numbers[known], values_of_label[known])
                predictions[word] = fitted.predict(numbers[others])
            for word, values in predictions.items():
                found.setdefault(word, []).append(spearman(values, values_of_label[others]))
        curve[str(count)] = {
            word: [round(float(f(each)), 4) for f in (np.mean, np.std)] for word, each in found.items()
        }
    return {"bundle": held_out_bundle(name), "label": TABLES[name].main_label, "curve": curve}


def _counts(batch: EncodedBatch) -> tuple[Sequence[float | None], ...]:
    return batch.parameters, batch.flops


def _against(values: Floats, labels: Mapping[str, Floats]) -> dict[str, list[float]]:
    """Return Spearman and tau-b with every label, and the regret of the best of ten in standard deviations."""
    found = {}
    top = np.argsort(-values, kind="stable")[:10]
    for name, label in labels.items():
        regret = (np.nanmax(label) - np.nanmax(label[top])) / np.nanstd(label)
        there = np.isfinite(label)
        found[name] = [
            spearman(values[there], label[there]),
            kendall(values[there], label[there]),
            float(regret),
        ]
    return found


def _over_seeds(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return mean and standard deviation of everything over the seeds."""
    report: dict[str, Any] = {}
    for name in found[0]:
        each = np.array([one[name] for one in found])
        report[name] = {
            "mean": each.mean(axis=0).round(4).tolist(),
            "std": each.std(axis=0, ddof=1).round(4).tolist(),
        }
    return report


def tables() -> None:
    """Print Markdown tables of the results."""
    found = json.loads(FILE.read_text("utf-8"))
    shown = [str(count) for count in EVALUATED]
    print(
        f"| table, number of labels | predictor alone | {' | '.join(f'{count} evaluated' for count in shown)} | minutes for 24 |"
    )
    print("|---" * (3 + len(shown)) + "|")
    for name, each in found["minutes"].items():
        labels = [label for label in each["alone"]["predictor"] if is_shown(name, label)]
        cells = [_words(np.mean([each["alone"]["predictor"][label][:2] for label in labels], axis=0))]
        for count in shown:
            at = each["adapted"].get(count)
            cells.append(_words(np.mean([at[label]["mean"][:2] for label in labels], axis=0)) if at else "-")
        spent = each["adapted"].get("24")
        cells.append(f"{spent['minutes']['mean']:.1f}" if spent else "-")
        print(f"| {name}, {len(labels)} | {' | '.join(cells)} |")
    print(
        "\n| sample, number of labels | architectures | predictor | NASWOT | GenNAS | panel |\n|---|---|---|---|---|---|"
    )
    for name, each in found["minutes"].items():
        labels = [label for label in each["alone"]["predictor"] if is_shown(name, label)]
        evaluators = {**each["sample"]["evaluators"], "panel": each["sample"]["ranked"][-1]}
        cells = [
            _words(np.mean([evaluators[evaluator][label][:2] for label in labels], axis=0))
            if evaluator in evaluators
            else "-"
            for evaluator in (PREDICTOR, "nwot", GENNAS, "panel")
        ]
        print(f"| {name}, {len(labels)} | {each['sample']['architectures']} | {' | '.join(cells)} |")
    print(f"\n| table | 0 | {' | '.join(map(str, LABELS))} |\n{'|---' * (2 + len(LABELS))}|")
    for name, each in found["labels"].items():
        curve = each["curve"]
        for words in curve[str(LABELS[0])]:
            cells = [f"{curve[str(count)][words][0]:.3f}" if str(count) in curve else "-" for count in LABELS]
            alone = f"{curve['0']['predictor'][0]:.3f}" if words.startswith("nasport") else ""
            print(f"| {name}, {words} | {alone} | {' | '.join(cells)} |".replace(" 0.", " ."))


def is_shown(table: str, label: str) -> bool:
    """Return whether the tables include a label: NAS-Bench-201's test labels, and the distilled one of transformers."""
    return "test" in label if table == "nasbench201" else table != "vit_bench_101" or label == "c100_kd_acc"


def _words(pair: Any) -> str:
    return " / ".join(f"{value:.3f}" for value in pair).replace("0.", ".")


def main() -> None:
    """Measure or print."""
    what, *names = sys.argv[1:] or ["tables"]
    if what == "tables":
        tables()
        return
    found: dict[str, Any] = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}
    ready = [*SAMPLES, RECURRENT] if what == "minutes" else LABELED
    measure = minutes if what == "minutes" else labeled
    for name in names or ready:
        found.setdefault(what, {})[name] = measure(name)
        write_atomically(FILE, (json.dumps(found, indent=1) + "\n").encode())
        print(name, json.dumps(found[what][name])[:1500], flush=True)


if __name__ == "__main__":
    main()
