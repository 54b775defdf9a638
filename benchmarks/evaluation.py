"""Measure `universal` on every space that it did not see, and write this project's rows, tables and pictures.

    NASPORT_DATA=TABLES python benchmarks/evaluation.py            # everything that has no row yet, five seeds
    NASPORT_DATA=TABLES python benchmarks/evaluation.py --only nasbench101
    python benchmarks/evaluation.py --from-rows                    # tables and bars of the rows that are there

The same as `nasport evaluate`, from the root of a checkout, into the places that the documents link to: rows and baselines
in benchmarks/results/evaluation, tables between the markers of docs/reports/evaluation.md, pictures in docs/pictures; and, losses
first, the tables of the README and of docs/reports/results.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from nasport.toolkit.laboratory.evaluation.document import markdown_table, ours, pair, write_between
from nasport.toolkit.laboratory.evaluation.leave_one_out import Places, evaluate, summarize
from nasport.toolkit.laboratory.evaluation.recipe import UnseenRecipe, chosen_families
from nasport.toolkit.laboratory.evaluation.rows import RowsFile, read_baselines
from nasport.toolkit.laboratory.evaluation.summary import (
    BASELINES_FILE,
    RESULTS_FOLDER,
    ROWS_FILE,
    LabelSummary,
    current_rows,
    summaries,
)
from nasport.toolkit.laboratory.evaluation.tested_spaces import ALL, WITH_PROXIES
from nasport.toolkit.laboratory.recipes import universal_recipe

PLACES = Places(RESULTS_FOLDER, Path("docs/reports/evaluation.md"), Path("docs/pictures"))
BEGIN, END = "<!-- evaluation.py: begin -->", "<!-- evaluation.py: end -->"
# Trivial counts that rows are held to, with their names in the tables.
COUNTS = {
    "parameters": "parameters",
    "reachable_parameters": "reachable parameters",
    "flops": "FLOPs",
    "layers": "layers",
}


class Headline(NamedTuple):
    """A row of the short tables.

    Attributes:
        words: what was never seen.
        left_out, space, label, subset: which row it is.
        aimed: what was to be reached, set before this predictor was made.
        in_readme: whether it is one of the few.
    """

    words: str
    left_out: str
    space: str
    label: str
    aimed: str
    in_readme: bool = False
    subset: str = ALL


_CELLS = ("nasbench201", "nasbench201")
_NDS = "minus_top1_error"
_MEAN = "mean of the 7 tasks"
HEADLINES = (
    Headline("NAS-Bench-201, CIFAR-10 test", *_CELLS, "cifar10_test", ".915 / .745", in_readme=True),
    Headline("NAS-Bench-201, ImageNet16-120 test", *_CELLS, "ImageNet16-120_test", ".88 / .70"),
    Headline(
        "NAS-Bench-201, the 9,445 cells without dead ends, CIFAR-10 test",
        *_CELLS,
        "cifar10_test",
        ".90 / .73",
        subset=WITH_PROXIES,
    ),
    Headline(
        "NAS-Bench-101, CIFAR-10 validation",
        "nasbench101",
        "nasbench101",
        "vis_val_e108_best_of_3",
        ".775",
        in_readme=True,
    ),
    Headline("TransNAS micro, mean of 7 tasks", "transnas-micro", "transnas_micro", _MEAN, ".73"),
    Headline(
        "TransNAS macro, mean of 7 tasks", "transnas-macro", "transnas_macro", _MEAN, ".70", in_readme=True
    ),
    Headline("NAS-Bench-Macro, CIFAR-10 test", "mobile", "nasbench_macro", "cifar10_test", ".91 / .74"),
    Headline(
        "Accel-NASBench, ImageNet", "mobile", "accel_nasbench", "imagenet_val_top1", ".86", in_readme=True
    ),
    Headline(
        "DARTS cells, small trainings", "darts", "darts_small", "cifar10_accuracy", ".80", in_readme=True
    ),
    Headline("NAS-Bench-301 surrogate", "darts", "nasbench301", "val_accuracy", ".76"),
    Headline("NDS DARTS, ImageNet", "darts", "nds_darts", _NDS, ".82"),
    Headline("NDS ENAS, ImageNet", "nds", "nds_enas", _NDS, ".803", in_readme=True),
    Headline("NDS ResNeXt-A, ImageNet", "nds", "nds_resnext_a", _NDS, ".945"),
    Headline("AutoFormer, CIFAR-100 distilled", "autoformer", "vit_bench_101", "c100_kd_acc", ".74"),
)


def say(text: str) -> None:
    """To standard error."""
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Measure, unless only the rows that are there are wanted, then write."""
    parser = argparse.ArgumentParser(description="Write this project's evaluation of `universal`.")
    parser.add_argument(
        "--only", action="append", default=[], help="leave out this family alone; may be repeated"
    )
    parser.add_argument("--seeds", type=int, default=5, help="trainings of each family")
    parser.add_argument("--from-rows", action="store_true", help="measure nothing")
    options = parser.parse_args()
    recipe = universal_recipe()
    if not options.from_rows:
        evaluate(recipe, chosen_families(recipe, options.only), options.seeds, PLACES, say)
    summarize(recipe, PLACES, say)
    write_headlines(recipe)


def write_headlines(recipe: UnseenRecipe) -> None:
    """The short tables, what loses most to the best count of hindsight first."""
    rows = current_rows(RowsFile(PLACES.results / ROWS_FILE), recipe)
    found = {
        (each.left_out, each.space, each.label, each.subset): each
        for each in summaries(rows, read_baselines(PLACES.results / BASELINES_FILE), recipe)
    }
    measured = {family for family, *_ in found}
    known = [(line, found[*line[1:4], line.subset]) for line in HEADLINES if line.left_out in measured]
    known.sort(key=lambda row: lead(row[1]))
    few = [texts(line, each, list(COUNTS)[:3], deviations=False) for line, each in known if line.in_readme]
    header = ("never seen", "architectures", "universal", *COUNTS.values())
    write_between(Path("README.md"), BEGIN, END, f"{markdown_table(header[:-1], few)}\n")
    every = [[*texts(line, each, list(COUNTS), deviations=True), line.aimed] for line, each in known]
    write_between(
        Path("docs/reports/results.md"), BEGIN, END, f"{markdown_table([*header, 'aimed at'], every)}\n"
    )


def lead(each: LabelSummary) -> float:
    """By how much Spearman is above that of the best count."""
    return each.mean("spearman") - max(each.baselines[name]["spearman"] for name in COUNTS)


def texts(line: Headline, each: LabelSummary, counts: Sequence[str], *, deviations: bool) -> list[str]:
    """The cells of a row, the best of it in bold."""
    values = [each.mean("spearman"), *(each.baselines[name]["spearman"] for name in counts)]
    told = [ours(each, deviations=deviations), *(pair(each.baselines[name]) for name in counts)]
    best = max(round(value, 3) for value in values)
    bold = [
        f"**{text}**" if round(value, 3) == best else text for value, text in zip(values, told, strict=True)
    ]
    return [line.words, f"{each.count:,}", *bold]


if __name__ == "__main__":
    main()
