"""Rank correlation against minutes of judging, and against the number of labels: the tables and pictures of docs/panel.md.

    NASPORT_DATA=FOLDER python benchmarks/panel_curves.py minutes     # a minute a table, after panel_samples.py and panel_weights.py
    NASPORT_DATA=FOLDER python benchmarks/panel_curves.py labels      # some minutes a table
    python benchmarks/panel_curves.py tables                          # prints both
    NASPORT_DATA=FOLDER python benchmarks/panel_curves.py draw        # the pictures; needs matplotlib

`minutes` replays `nasport adapt` on judgements that `panel_samples.py` recorded: members are drawn from four fifths of a table's
sample, anew with each of five seeds, in place of the whole space; the bundle never saw the family, the weights are those that
were learned without it, and all architectures of the table are ranked. Minutes are the recorded seconds on two cores. Beside it,
on the sample, the panel and each judge alone.

`labels` gives some labels of the table, drawn anew with each of five seeds, and ranks all others: by `nasport adapt --labels`, by
ridge regression on counts, by a random forest on what scikit-learn's `ArchitectureFeatures` tell, and by Huber's regression on
the same, which is `ArchitectureRegressor`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from panel_samples import RESULTS, SAMPLES
from panel_weights import RECORDED, Judged, blind

from nasport.models.correction import learned
from nasport.runtime.bundle import open_bundle
from nasport.runtime.encoding import EncodedBatch
from nasport.runtime.predictor import Predictor
from nasport.schemas.architecture import Architecture
from nasport.schemas.writing import write_atomically
from nasport.toolkit.adaptation.judged import judged_members
from nasport.toolkit.adaptation.members import MOST, Members, Scales, Seer, Sight
from nasport.toolkit.laboratory.tables import TABLES, read_table
from nasport.toolkit.notations import notation
from nasport.toolkit.panel.stages import GENNAS
from nasport.toolkit.panel.verdict import Opinion, quantiles
from nasport.toolkit.rank_correlation import kendall, spearman
from nasport.toolkit.run_folder import read_records

SEEDS = 5
JUDGED = (12, 24, 48, 96, 192)
LABELS = (10, 20, 50, 100, 400)
LABELLED = ("nasbench201", "nasbench101", "darts_small", "accel_nasbench", "nasbench_macro", "transnas_macro")
CORES = 2
DRAWN = 3_000  # of the large tables, where labels are given
FILE = RESULTS / "curves.json"
PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"

Floats = NDArray[np.float64]


class Table:
    """A table as a bundle that never saw it sees it.

    Attributes:
        name: of the table.
        seer: the bundle.
        seen: of all G architectures.
        labels: by name, (G,).
        batch: the same architectures.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.seer = Seer(open_bundle(blind(name)))
        table = read_table(name).with_labels((TABLES[name].main_label,))
        self.texts, self.notation = table.texts, table.notation
        self.batch, _ = table.encoded()
        self.labels = dict(table.labels)
        self.seen = sight(Predictor(self.seer.bundle), self.batch)

    def rows(self, chosen: Sequence[int]) -> Sight:
        """What is seen of some of them."""
        at = np.asarray(chosen)
        return Sight(self.seen.scores[at], self.seen.traits[at], self.seen.statistics[at])


def sight(predictor: Predictor, batch: EncodedBatch) -> Sight:
    """What a predictor sees of encoded architectures."""
    scores = np.array([score.score for score in predictor.score_encoded(batch)])
    statistics = np.stack(list(predictor.statistics(batch).values()), axis=1)
    return Sight(scores, predictor.traits(batch).astype(np.float64), statistics)


def minutes(name: str) -> dict[str, Any]:
    """A table's curve against minutes, and its judges on the sample."""
    table, judged = Table(name), Judged(name)
    records = sorted(read_records(RESULTS / f"{name}.jsonl"), key=lambda record: record["place"])
    order = np.random.default_rng(0).permutation(len(table.seen.scores))
    rows = [int(order[record["place"]]) for record in records]
    seconds = np.array(_seconds(name, records))
    by_name = {str(at): at for at in range(len(rows))}
    parse = notation(table.notation).parse
    stand_ins = [replace(parse(table.texts[row]), name=str(at)) for at, row in enumerate(rows)]

    def judges(architectures: Sequence[Architecture]) -> Mapping[str, Sequence[Opinion]]:
        places = [by_name[each.name] for each in architectures]
        return {judge: [judged.said[judge][at] for at in places] for judge in ("nwot", GENNAS)}

    curve: dict[str, Any] = {}
    for count in (each for each in JUDGED if each <= 0.8 * len(rows)):
        found = []
        for seed in range(SEEDS):
            rng = np.random.default_rng(seed)
            scales = Scales.of(table.rows(rng.permutation(len(table.seen.scores))[:MOST]))
            pool = rng.permutation(len(rows))[: int(0.8 * len(rows))]
            members = Members([stand_ins[at] for at in pool], table.rows([rows[at] for at in pool]))
            told = judged_members(members, scales, table.seer.blocks, blind(name), count, judges)
            values = told.correction(
                scales.traits(table.seen.traits), scales.score(table.seen.scores[:, None])
            )
            spent = seconds[[pool[row] for row in told.rows]].sum() / 60 / CORES
            found.append({"minutes": spent, **_against(values, table.labels)})
        curve[str(count)] = _over_seeds(found)
    whole = {"predictor": _against(table.seen.scores, table.labels)}
    sample = judged.labels
    alone = {
        judge: _against(quantiles(judged.said[judge]), sample) for judge in ("predictor", "nwot", GENNAS)
    }
    verdicts = json.loads((RESULTS / "weights.json").read_text("utf-8"))[name]["labels"]
    return {
        "bundle": blind(name),
        "seconds_a_judgement": round(float(seconds.mean()), 2),
        "adapted": curve,
        "alone": whole,
        "sample": {
            "architectures": len(rows),
            "judges": alone,
            "panel": {k: v["panel"] for k, v in verdicts.items()},
        },
    }


def _seconds(name: str, records: Sequence[Mapping[str, Any]]) -> list[float]:
    """Of each judgement: NASWOT's share of the proxies' is small, and counted whole."""
    if name not in RECORDED:
        return [record["seconds"] + record["proxy_seconds"] / 8 for record in records]
    task, steps = RECORDED[name]
    known = {each["place"]: each for each in read_records(RESULTS.parent / "gennas" / f"{name}-{task}.jsonl")}
    return [
        known[record["place"]]["seconds"] * steps / 100 + record["proxy_seconds"] / 8 for record in records
    ]


def labelled(name: str) -> dict[str, Any]:
    """A table's curve against labels."""
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from nasport.toolkit.adapters.scikit_learn import ArchitectureFeatures, robust_regressor

    table = Table(name)
    label = table.labels[TABLES[name].main_label]
    chosen = np.random.default_rng(0).permutation(len(label))[:DRAWN]
    features = ArchitectureFeatures(blind(name), table.notation).fit_transform(
        [table.texts[row] for row in chosen]
    )
    counts = np.array(
        [[np.log(1 + (each or 0)) for each in pair] for pair in zip(*_counts(table.batch), strict=True)]
    )[chosen]
    seen, truth = table.rows(chosen), label[chosen]
    models = {
        "ridge on counts": (counts, Ridge()),
        "random forest on statistics": (features, RandomForestRegressor(200, random_state=0, n_jobs=CORES)),
        "refitted head": (features, robust_regressor()),
    }
    curve: dict[str, Any] = {"0": {"predictor": [round(spearman(seen.scores, truth), 4)]}}
    for count in (each for each in LABELS if each <= 0.85 * len(truth)):
        found: dict[str, list[float]] = {}
        for seed in range(SEEDS):
            order = np.random.default_rng(seed).permutation(len(truth))
            known, others = order[:count], order[count:]
            scales = Scales.of(
                Sight(seen.scores[order[:MOST]], seen.traits[order[:MOST]], seen.statistics[:1])
            )
            traits, score = scales.traits(seen.traits), scales.score(seen.scores[:, None])
            ours = learned(traits[known], score[known], quantiles(truth[known]), table.seer.blocks)
            said = {"nasport adapt --labels": ours(traits[others], score[others])}
            for word, (numbers, model) in models.items():
                fitted = make_pipeline(StandardScaler(), model).fit(numbers[known], truth[known])
                said[word] = fitted.predict(numbers[others])
            for word, values in said.items():
                found.setdefault(word, []).append(spearman(values, truth[others]))
        curve[str(count)] = {
            word: [round(float(f(each)), 4) for f in (np.mean, np.std)] for word, each in found.items()
        }
    return {"bundle": blind(name), "label": TABLES[name].main_label, "curve": curve}


def _counts(batch: EncodedBatch) -> tuple[Sequence[float | None], ...]:
    return batch.parameters, batch.flops


def _against(values: Floats, labels: Mapping[str, Floats]) -> dict[str, list[float]]:
    """Spearman and tau-b with every label, and how far the best of the first ten is from the best, in deviations."""
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
    """Mean and deviation of everything over the seeds."""
    told: dict[str, Any] = {}
    for name in found[0]:
        each = np.array([one[name] for one in found])
        told[name] = {
            "mean": each.mean(axis=0).round(4).tolist(),
            "std": each.std(axis=0, ddof=1).round(4).tolist(),
        }
    return told


def draw() -> None:
    """Two pictures: NAS-Bench-201 against minutes with everybody in it, and labels."""
    from nasport.toolkit.laboratory.evaluation.plots import new_figure, write_png

    found = json.loads(FILE.read_text("utf-8"))
    one, label = found["minutes"]["nasbench201"], "cifar10_test"
    figure, (axes,) = new_figure(8.6, 4.2, 1)
    curve = one["adapted"].values()
    x = [each["minutes"]["mean"] for each in curve]
    y = [each[label]["mean"][0] for each in curve]
    axes.plot(x, y, marker="o", label="nasport adapt (all 15,625)")
    axes.axhline(
        one["alone"]["predictor"][label][0], linestyle="--", label="nasport score (all 15,625, a second)"
    )
    sample, each = one["sample"], one["seconds_a_judgement"]
    whole = sample["architectures"] * each / 60 / CORES
    records = read_records(RESULTS / "nasbench201.jsonl")
    proxy = (
        sample["architectures"]
        * float(np.mean([record["proxy_seconds"] for record in records]))
        / 8
        / 60
        / CORES
    )
    points = {
        "nasport rank (300 cells)": (whole, sample["panel"][label][0]),
        "GenNAS alone (300 cells)": (whole, sample["judges"][GENNAS][label][0]),
        "NASWOT alone (300 cells)": (proxy, sample["judges"]["nwot"][label][0]),
    }
    for words, point in points.items():
        axes.plot(*point, marker="s", linestyle="none", label=words)
    table = Table("nasbench201")
    sizes = np.array([each or 0 for each in table.batch.parameters], np.float64)
    axes.plot(
        1 / 60,
        spearman(sizes, table.labels[label]),
        marker="D",
        linestyle="none",
        label="parameters (all 15,625)",
    )
    axes.set_xscale("log")
    axes.set_xlabel("minutes on two cores")
    axes.set_ylabel("Spearman with CIFAR-10 test accuracy")
    axes.set_title("NAS-Bench-201, never seen by anybody here")
    axes.legend(loc="center left", bbox_to_anchor=(1.02, 0.5), fontsize=8)
    write_png(figure, PICTURES / "panel-curve.png")
    names = list(found["labels"])
    figure, panes = new_figure(9.6, 5.6, 2, 3)
    for axes, name in zip(panes, names, strict=True):
        curve = found["labels"][name]["curve"]
        counts = [int(count) for count in curve if count != "0"]
        for words in curve[str(counts[0])]:
            axes.plot(counts, [curve[str(count)][words][0] for count in counts], marker=".", label=words)
        axes.axhline(curve["0"]["predictor"][0], linestyle="--", color="grey", label="no label")
        axes.set_xscale("log")
        axes.set_title(name, fontsize=9)
        if name == names[0]:
            axes.legend(fontsize=6)
    write_png(figure, PICTURES / "panel-labels.png")


def tables() -> None:
    """Markdown tables of what was measured."""
    found = json.loads(FILE.read_text("utf-8"))
    shown = [str(count) for count in JUDGED]
    print(
        f"| table, mean of its labels | predictor alone | {' | '.join(f'{count} judged' for count in shown)} | minutes for 24 |"
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
        "\n| sample, mean of its labels | architectures | predictor | NASWOT | GenNAS | panel |\n|---|---|---|---|---|---|"
    )
    for name, each in found["minutes"].items():
        labels = [label for label in each["alone"]["predictor"] if is_shown(name, label)]
        judges = {**each["sample"]["judges"], "panel": each["sample"]["panel"]}
        cells = [
            _words(np.mean([values[label][:2] for label in labels], axis=0)) for values in judges.values()
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
    """Whether a label is in the means of the tables: of NAS-Bench-201 the tests, of vision transformers the distilled one."""
    return "test" in label if table == "nasbench201" else table != "vit_bench_101" or label == "c100_kd_acc"


def _words(pair: Any) -> str:
    return " / ".join(f"{value:.3f}" for value in pair).replace("0.", ".")


def main() -> None:
    """Measure, print or draw."""
    what, *names = sys.argv[1:] or ["draw"]
    if what in ("draw", "tables"):
        (draw if what == "draw" else tables)()
        return
    found: dict[str, Any] = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}
    ready = (
        [name for name in SAMPLES if (RESULTS / f"{name}.jsonl").exists()] if what == "minutes" else LABELLED
    )
    measure = minutes if what == "minutes" else labelled
    for name in names or ready:
        found.setdefault(what, {})[name] = measure(name)
        write_atomically(FILE, (json.dumps(found, indent=1) + "\n").encode())
        print(name, json.dumps(found[what][name])[:1500], flush=True)


if __name__ == "__main__":
    main()
