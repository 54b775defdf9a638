"""Import real models: torchvision's classifiers and a hundred of timm's, from torch, from ONNX and from `.pt2`.

    pip install --no-deps torchvision==0.28.0 timm==1.0.31 fvcore==0.1.5.post20221221 iopath portalocker yacs termcolor tabulate
    python benchmarks/imports.py run [--ways torch onnx onnx-old pt2] [--only NAMES] [--again NAMES]
    python benchmarks/imports.py summary                        # prints the summary and writes docs/reports/imports.md

The packages may be in a separate folder on PYTHONPATH (`pip install --target FOLDER`). With a torch for CPUs the
compiled operators of torchvision do not load, so they are only declared; no classifier calls one.

Each model has random weights and is imported in a separate process. Seconds are those from the call to the document,
without importing torch and making the model. Memory is that of the whole process, torch and the model included. Files
are read in a process without torch. One line for each model is appended to results/imports/, and models with a line
are skipped. `--again` repeats the named models; `losses` repeats all that fail, differ or are slow; `stale` repeats
all that were read by another version of the code. No weight and no accuracy is stored.

The expected values are independent of nasport. Parameters are those on which the sum of the outputs depends in
evaluation, by torch's backward pass, each counted once. Multiply-accumulates come from two counters. torch's
FlopCounterMode counts convolutions and matrix products, with attention written out as its two products, and two FLOPs
each. fvcore's FlopCountAnalysis counts the same by layers. It does not know fused attention; its norms, poolings and
upsamplings are left out.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import hashlib
import json
import logging
import multiprocessing
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imports_models import MOST_VALUES, Row, counted, first_line, made, names_of, torchvision_models

if TYPE_CHECKING:
    from nasport.toolkit.importing.documents.document import Imported

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "imports"
DOCUMENT = ROOT / "docs" / "reports" / "imports.md"
BEGIN, END = "<!-- imports: begin -->", "<!-- imports: end -->"
LIBRARIES = ("torchvision", "timm")
WAYS = {"torch": "", "onnx": ".onnx", "onnx-old": ".old.onnx", "pt2": ".pt2"}
SECONDS, MEGABYTES, TOLERANCE, RECOGNIZED = 10.0, 2000.0, 0.005, 0.9
# A `.pt2` file is written for every fifth model.
EVERY = 5
COLUMNS = 100


def peak_megabytes() -> float:
    """Return the largest resident set of this process in MB of 10^6 bytes (Linux only)."""
    status = Path("/proc/self/status").read_text()
    return round(int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6, 1)


def facts(read: Callable[[], Imported], document: Path) -> Row:
    """Import a model, write its document, and return the facts or the error."""
    from nasport.schemas.errors import InputError
    from nasport.schemas.graphs.canonical import architecture_hash

    Path("/proc/self/clear_refs").write_text("5")  # reset the peak, so that making the model does not count
    start = time.perf_counter()
    try:
        found = read()
        row: Row = {"seconds": round(time.perf_counter() - start, 2), "megabytes": peak_megabytes()}
        row |= {"hash": architecture_hash(found.architecture), **described(found)}
        document.write_text(json.dumps(found.architecture.to_json()), "utf-8")
    except Exception as error:  # a failure is a result
        kind = "" if isinstance(error, InputError) else f"{type(error).__name__}: "
        return {"problem": f"{kind}{first_line(error)}"}
    return row


def described(found: Imported) -> Row:
    """Return the facts of a document: costs, size and parts that are described in words."""
    from nasport.runtime.costs.skeleton import network_cost
    from nasport.toolkit.drawing import to_text
    from nasport.toolkit.importing.report import ImportReport

    report, cost = ImportReport.of(found), network_cost(found.architecture).cost
    words = Counter[str]()
    for each in report.described:
        words[each.text] += each.flops + each.parameters
    return {
        "parameters": cost.parameters,
        "flops": cost.flops,
        "recognized_parameters": round(report.recognized_parameters, 4),
        "recognized_flops": round(report.recognized_flops, 4),
        "operations": report.operations,
        "stages": report.stages,
        "cells": len(found.architecture.cells),
        "lines": len(to_text(found.architecture, width=COLUMNS).splitlines()),
        "unread": report.unread,
        "assumed": list(report.assumed),
        "described": [f"{text:.90}" for text, _ in words.most_common(3)],
    }


def work(library: str, name: str, ways: Sequence[str], folder: Path) -> None:
    """In a separate process, import from torch, count, and write the files; `folder` receives the row step by step."""
    import torch

    from nasport.toolkit.importing.reading import import_module

    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    row: Row = {}

    def say(**more: Any) -> None:
        row.update(more)
        (folder / "row.json").write_text(json.dumps(row), "utf-8")

    try:
        model, image = made(library, name)
    except Exception as error:
        return say(torch={"problem": f"not made: {first_line(error)}"})
    values = sum(each.numel() for each in model.parameters())
    say(image=list(image), doing="torch")
    say(torch=facts(lambda: import_module(model, image, name), folder / "torch.json"), doing="counting")
    say(model=counted(model, image))
    example = (torch.zeros(1, *image),)
    for way in (way for way in ways if way != "torch"):
        if values > MOST_VALUES:
            say(**{way: {"skipped": f"{values / 1e6:,.0f} million parameters, a file of gigabytes"}})
            continue
        model, _ = made(library, name)  # make it again, because some models cache results of their evaluation
        start, file = time.perf_counter(), str(folder / f"{name}{WAYS[way]}")
        say(doing=way)
        try:
            if way == "pt2":
                torch.export.save(torch.export.export(model, example, strict=False), file)
            else:
                torch.onnx.export(model, example, file, dynamo=way == "onnx")
        except Exception as error:
            say(**{way: {"not_exported": first_line(error)}})
        else:
            say(**{way: {"export_seconds": round(time.perf_counter() - start, 2)}})
    return say(doing="")


def row_of(library: str, name: str, ways: Sequence[str], timeout: float) -> Row:
    """Return all facts about one model."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        process = multiprocessing.get_context("fork").Process(target=work, args=(library, name, ways, folder))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
        text = folder / "row.json"
        row: Row = json.loads(text.read_text("utf-8")) if text.exists() else {"doing": "torch"}
        if doing := row.pop("doing", ""):
            why = (
                f"still running after {timeout:.0f} s"
                if process.exitcode == -9
                else f"its process ended with {process.exitcode}"
            )
            row.setdefault(doing, {})["problem" if doing in ("torch", "counting") else "not_exported"] = why
        for way in ways:
            if "export_seconds" in row.get(way, {}):
                row[way] |= read_alone(folder / f"{name}{WAYS[way]}", folder, timeout)
    return {"name": name, "reader": reader(), **row}


def read_alone(file: Path, folder: Path, timeout: float) -> Row:
    """Import a file in a process without torch, and compare its document with that from torch."""
    document, expected = folder / "file.json", folder / "torch.json"
    document.unlink(missing_ok=True)
    command = [sys.executable, __file__, "read", str(file), str(document)]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
        row: Row = json.loads(run.stdout)
    except subprocess.TimeoutExpired:
        return {"problem": f"still running after {timeout:.0f} s"}
    except ValueError:
        return {"problem": run.stderr.strip().rpartition("\n")[2]}
    if document.exists() and expected.exists():
        ours, theirs = (json.loads(path.read_text("utf-8")) for path in (document, expected))
        row["differs"] = difference(theirs, ours)
    return row


def difference(torch: Row, other: Row) -> str:
    """Describe the first difference of two documents; empty if they are equal except for their names."""
    one, two = ({key: value for key, value in each.items() if key != "name"} for each in (torch, other))
    return _difference(one, two, "")[:300]


def _difference(one: Any, two: Any, path: str) -> str:
    if type(one) is type(two) and isinstance(one, dict) and one.keys() == two.keys():
        pairs = [(one[key], two[key], f"{path}.{key}") for key in one]
    elif isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        pairs = [
            (first, second, f"{path}[{place}]")
            for place, (first, second) in enumerate(zip(one, two, strict=True))
        ]
    elif isinstance(one, list) and isinstance(two, list):
        place = next(
            (place for place, (a, b) in enumerate(zip(one, two, strict=False)) if a != b),
            min(len(one), len(two)),
        )
        shown = [json.dumps(each[place]) if place < len(each) else "nothing" for each in (one, two)]
        return f"{path.lstrip('.')} has {len(two)} entries, not {len(one)}: [{place}] {shown[1]:.90}, not {shown[0]:.90}"
    elif isinstance(one, dict) and isinstance(two, dict):
        lost, new = (", ".join(sorted(a.keys() - b.keys())) or "nothing" for a, b in ((one, two), (two, one)))
        return f"{path.lstrip('.')} has {new:.90}, and not {lost:.90}"
    else:
        return "" if one == two else f"{path.lstrip('.')}: {json.dumps(two):.90}, not {json.dumps(one):.90}"
    return next((text for a, b, where in pairs if (text := _difference(a, b, where))), "")


def read_file(file: Path, document: Path) -> None:
    """In a process without torch, import a file and print the facts."""
    from nasport.toolkit.importing.reading import import_file

    print(json.dumps(facts(lambda: import_file(file), document)))


def reader() -> str:
    """Return a fingerprint of the importer's code."""
    import nasport.toolkit.importing

    digest = hashlib.sha256()
    for file in sorted(Path(nasport.toolkit.importing.__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:8]


def rows_of(library: str) -> dict[str, Row]:
    """Return the measured rows by name; the last one wins."""
    file = RESULTS / f"{library}.jsonl"
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return {row["name"]: row for row in map(json.loads, lines)}


def run(options: argparse.Namespace) -> None:
    """Import the missing models, and summarize."""
    torchvision_models()  # load it once for the processes of all models; timm needs it
    import timm  # noqa: F401

    RESULTS.mkdir(parents=True, exist_ok=True)
    for library in options.libraries:
        known = rows_of(library)
        for place, (name, family) in enumerate(names_of(library).items()):
            ways = [way for way in options.ways if way != "pt2" or place % EVERY == 0]
            old = known.get(name, {})
            again = name in options.again or ("stale" in options.again and old.get("reader") != reader())
            again = again or ("losses" in options.again and bool(old) and bool(losses(old)))
            if (options.only and name not in options.only) or (
                old and not again and all(way in old for way in ways)
            ):
                continue
            ways = [way for way in WAYS if way in ways or way in old]
            row = row_of(library, name, ways, options.timeout) | {"library": library, "family": family}
            with (RESULTS / f"{library}.jsonl").open("a") as stream:
                stream.write(json.dumps(row) + "\n")
            print(name, "; ".join(losses(row)) or "ok", flush=True)
        kept = rows_of(library).values()
        (RESULTS / f"{library}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in kept), "utf-8")


def losses(row: Row) -> list[str]:
    """List what is wrong with a model's documents."""
    found, model = [], row.get("model", {})
    by_torch = row.get("torch", {})
    for way in (way for way in WAYS if way in row):
        got = row[way]
        what = f"{way}: "
        if problem := got.get("problem"):
            found.append(f"{what}not imported: {problem}")
        elif got.get("not_exported"):
            found.append(f"{what}torch does not export it: {got['not_exported']}")
        if got.get("differs"):
            found.append(f"{what}the document differs from that of torch: {got['differs']}")
        for key, word in (("parameters", "parameters"), ("flops", "multiply-accumulates")):
            if got.get(key) != by_torch.get(key) and key in got and key in by_torch:
                found.append(f"{what}{got[key]:,} {word}, from torch {by_torch[key]:,}")
        if got.get("seconds", 0) > SECONDS:
            found.append(f"{what}{got['seconds']:.0f} s")
        if got.get("megabytes", 0) > MEGABYTES:
            found.append(f"{what}{got['megabytes']:,.0f} MB")
    if "counting" in row or "problem" in model:
        found.append(f"not counted: {model.get('problem') or row['counting']['problem']}")
    if "parameters" in by_torch and by_torch["parameters"] != model.get("read", by_torch["parameters"]):
        found.append(f"{by_torch['parameters']:,} parameters, evaluation reads {model['read']:,}")
    if "flops" in by_torch and not near(by_torch["flops"], model.get("torch")):
        share = by_torch["flops"] / max(model["torch"], 1) - 1
        found.append(
            f"{by_torch['flops']:,} multiply-accumulates, torch counts {model['torch']:,} ({share:+.1%})"
        )
    return found


def near(flops: int, expected: int | None) -> bool:
    """Return whether a count is within the tolerance of a counter; True if the counter has no value."""
    return expected is None or abs(flops - expected) <= TOLERANCE * expected


def passing(rows: Sequence[Row], test: Callable[[Row], bool]) -> str:
    """Return how many rows pass."""
    return f"{sum(map(test, rows))} of {len(rows)}"


def summary(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the lines of the tables of docs/reports/imports.md: shares, losses, families."""
    yield from ("| | " + " | ".join(LIBRARIES) + " |", "| --- " * (1 + len(LIBRARIES)) + "|")
    for title, applies, test in CHECKS:
        by_library = [[row for row in rows if row["library"] == each and applies(row)] for each in LIBRARIES]
        if any(by_library):
            yield f"| {title} | {' | '.join(passing(found, test) for found in by_library)} |"
    yield from ("", "### Losses", "", "| model | difference or error |", "| --- | --- |")
    lost = [("; ".join(losses(row)), f"{row['library']} {row['name']}") for row in rows]
    for text, name in sorted(lost, key=lambda pair: ("torch: not imported" not in pair[0], pair[1])):
        if text:
            yield f"| {name} | {text.replace('|', chr(92) + '|')} |"
    shares = [(row["torch"].get("recognized_flops", 1.0), f"{row['library']} {row['name']}") for row in rows]
    words = ", ".join(f"{name} ({part:.0%})" for part, name in sorted(shares) if part < RECOGNIZED)
    yield f"\nLess than {RECOGNIZED:.0%} of the multiply-accumulates in operators of the vocabulary: {words or 'none'}."
    yield from ("", "### By family", "")
    yield "| family | models | recognized: parameters, multiply-accumulates | operations | stages | cells | lines | seconds | MB | described in words |"
    yield "| --- " * 10 + "|"
    for library in LIBRARIES:
        for family in sorted({row["family"] for row in rows if row["library"] == library}):
            yield family_line(
                f"{library} {family}", [r for r in rows if (r["library"], r["family"]) == (library, family)]
            )


def family_line(family: str, rows: Sequence[Row]) -> str:
    """Return a table line of a family: the smallest shares, and the largest of the other numbers."""
    found = [row["torch"] for row in rows if "seconds" in row.get("torch", {})]
    if not found:
        return f"| {family} | 0 of {len(rows)} " + "| " * 8 + "|"
    least = [f"{min(row[key] for row in found):.1%}" for key in ("recognized_parameters", "recognized_flops")]
    most = [f"{max(row[key] for row in found):,}" for key in ("operations", "stages", "cells", "lines")]
    most += [f"{max(row['seconds'] for row in found):.1f}", f"{max(row['megabytes'] for row in found):,.0f}"]
    words = "; ".join(dict.fromkeys(text for row in found for text in row["described"]))
    count = str(len(rows)) if len(found) == len(rows) else f"{len(found)} of {len(rows)}"
    return f"| {family} | {count} | {', '.join(least)} | {' | '.join(most)} | {words[:160].replace('|', chr(92) + '|')} |"


def has(way: str, key: str = "") -> Callable[[Row], bool]:
    """Return a test whether a row has a source, and this key of it."""
    return lambda row: way in row and (not key or key in row[way])


def _every_way(key: str, limit: float) -> Callable[[Row], bool]:
    return lambda row: all(row[way].get(key, 0) <= limit for way in WAYS if way in row)


CHECKS: tuple[tuple[str, Callable[[Row], bool], Callable[[Row], bool]], ...] = (
    ("imported from torch", has("torch"), has("torch", "seconds")),
    (
        "parameters equal those that evaluation reads",
        lambda row: has("torch", "seconds")(row) and has("model", "read")(row),
        lambda row: row["torch"]["parameters"] == row["model"]["read"],
    ),
    (
        "multiply-accumulates within 0.5 % of torch's counter",
        lambda row: has("torch", "seconds")(row) and has("model", "torch")(row),
        lambda row: near(row["torch"]["flops"], row["model"]["torch"]),
    ),
    (
        "multiply-accumulates equal to torch's counter",
        lambda row: has("torch", "seconds")(row) and has("model", "torch")(row),
        lambda row: row["torch"]["flops"] == row["model"]["torch"],
    ),
    (
        "multiply-accumulates within 0.5 % of fvcore, if it knows all products",
        lambda row: has("torch", "seconds")(row) and row.get("model", {}).get("fvcore_attention") == 0,
        lambda row: near(row["torch"]["flops"], row["model"]["fvcore"]),
    ),
    (
        "all parameters in operators of the vocabulary",
        has("torch", "seconds"),
        lambda row: row["torch"]["recognized_parameters"] == 1,
    ),
    (
        "99 % of the multiply-accumulates in operators of the vocabulary",
        has("torch", "seconds"),
        lambda row: row["torch"]["recognized_flops"] >= 0.99,
    ),
    ("under 10 s from every source", has("torch", "seconds"), _every_way("seconds", SECONDS)),
    ("under 2 GB from every source", has("torch", "seconds"), _every_way("megabytes", MEGABYTES)),
    *(
        (f"{way}: {title}", which, test)
        for way in ("onnx", "onnx-old", "pt2")
        for title, which, test in (
            ("imported, among those that torch exports", has(way, "export_seconds"), has(way, "seconds")),
            (
                "the same document as from torch",
                has(way, "differs"),
                lambda row, way=way: not row[way]["differs"],
            ),
            (
                "the same parameters and multiply-accumulates as from torch",
                has(way, "differs"),
                lambda row, way=way: all(
                    row[way][key] == row["torch"][key] for key in ("parameters", "flops")
                ),
            ),
            (
                "the same hash",
                has(way, "differs"),
                lambda row, way=way: row[way]["hash"] == row["torch"]["hash"],
            ),
        )
    ),
)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="action", required=True)
    runs = commands.add_parser("run")
    runs.add_argument("--ways", nargs="+", choices=list(WAYS), default=["torch", "onnx", "pt2"])
    runs.add_argument("--libraries", nargs="+", choices=LIBRARIES, default=list(LIBRARIES))
    runs.add_argument("--only", nargs="+", default=[])
    runs.add_argument("--again", nargs="+", default=[])
    runs.add_argument("--timeout", type=float, default=300)
    commands.add_parser("summary")
    reads = commands.add_parser("read")
    reads.add_argument("file", type=Path)
    reads.add_argument("document", type=Path)
    options = parser.parse_args()
    if options.action == "read":
        read_file(options.file, options.document)
        return
    if options.action == "run":
        run(options)
    from nasport.toolkit.laboratory.evaluation.document import write_between

    lines = list(summary([row for library in LIBRARIES for row in rows_of(library).values()]))
    print("\n".join(lines))
    write_between(DOCUMENT, BEGIN, END, "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
