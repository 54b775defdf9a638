"""Measure `universal` on held-out spaces, and write this project's rows, tables and pictures.

    NASPORT_DATA=TABLES python benchmarks/evaluation.py            # all missing rows, five seeds
    NASPORT_DATA=TABLES python benchmarks/evaluation.py --only nasbench101
    python benchmarks/evaluation.py --from-rows                    # tables and bars of the existing rows

This is `nasport evaluate`, run in the root of a checkout. It writes rows and baselines to
benchmarks/results/evaluation, tables between the markers of docs/reports/evaluation.md, and pictures to
docs/pictures. It also writes the tables of the README and of docs/reports/results.md, with the losses first.
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
# Trivial counts that rows are compared with, and their names in the tables.
COUNTS = {
    "parameters": "parameters",
    "reachable_parameters": "reachable parameters",
    "flops": "FLOPs",
    "layers": "layers",
}


class Headline(NamedTuple):
    """A row of the short tables.

    Attributes:
        words: name of the held-out space.
        left_out, space, label, subset: key of the row.
        aimed: target, set before this predictor was made.
        in_readme: whether the README shows the row.
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
    """Print a message to standard error."""
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Measure the missing rows, unless `--from-rows` is given, and write tables and pictures."""
    parser = argparse.ArgumentParser(description="Write this project's evaluation of `universal`.")
    parser.add_argument(
        "--only", action="append", default=[], help="leave out only this family (may be repeated)"
    )
    parser.add_argument(
        "--seeds", type=int, default=5, help="number of trainings of each family (default: 5)"
    )
    parser.add_argument(
        "--from-rows", action="store_true", help="write the tables from the existing rows, without measuring"
    )
    options = parser.parse_args()
    recipe = universal_recipe()
    if not options.from_rows:
        evaluate(recipe, chosen_families(recipe, options.only), options.seeds, PLACES, say)
    summarize(recipe, PLACES, say)
    write_headlines(recipe)


def write_headlines(recipe: UnseenRecipe) -> None:
    """Write the short tables, sorted by the difference to the best count of each row, losses first."""
    rows = current_rows(RowsFile(PLACES.results / ROWS_FILE), recipe)
    found = {
        (each.left_out, each.space, each.label, each.subset): each
        for each in summaries(rows, read_baselines(PLACES.results / BASELINES_FILE), recipe)
    }
    measured = {family for family, *_ in found}
    known = [(line, found[*line[1:4], line.subset]) for line in HEADLINES if line.left_out in measured]
    known.sort(key=lambda row: lead(row[1]))
    few = [texts(line, each, list(COUNTS)[:3], deviations=False) for line, each in known if line.in_readme]
    header = ("held-out space", "architectures", "universal", *COUNTS.values())
    write_between(Path("README.md"), BEGIN, END, f"{markdown_table(header[:-1], few)}\n")
    every = [[*texts(line, each, list(COUNTS), deviations=True), line.aimed] for line, each in known]
    write_between(
        Path("docs/reports/results.md"), BEGIN, END, f"{markdown_table([*header, 'target'], every)}\n"
    )


def lead(each: LabelSummary) -> float:
    """Return the difference between the predictor's Spearman and that of the best count."""
    return each.mean("spearman") - max(each.baselines[name]["spearman"] for name in COUNTS)


def texts(line: Headline, each: LabelSummary, counts: Sequence[str], *, deviations: bool) -> list[str]:
    """Return the cells of a row, with the best in bold."""
    values = [each.mean("spearman"), *(each.baselines[name]["spearman"] for name in counts)]
    shown = [ours(each, deviations=deviations), *(pair(each.baselines[name]) for name in counts)]
    best = max(round(value, 3) for value in values)
    bold = [
        f"**{text}**" if round(value, 3) == best else text for value, text in zip(values, shown, strict=True)
    ]
    return [line.words, f"{each.count:,}", *bold]


if __name__ == "__main__":
    main()
