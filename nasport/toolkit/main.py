"""The command line: `nasport score | search | gennas | search-task | convert | validate | show | operators | spaces |
bundles | formats | train | evaluate`.

Each command imports what it needs when it runs, so that `nasport score` starts as fast as ONNX Runtime does. Results
go to standard output, messages to standard error. Exit status: 0 fine, 2 wrong input or a package that is not installed, 1
anything else, 130 interrupted.
"""

from __future__ import annotations

import gc
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

INTERRUPTED = 130
# How many objects there may be before Python looks for cycles among them: with its default of 700 that is a tenth of a
# search, whose thousands of small objects live on.
_YOUNG_OBJECTS = 10_000

app = typer.Typer(
    name="nasport",
    help="Rank neural architectures without training them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _path(text: str) -> Path:
    """Of an option; an empty one, perhaps of a variable that is not set, would be the current folder."""
    if not text:
        raise typer.BadParameter("an empty name, expected a file or a folder")
    return Path(text)


_SOURCES = typer.Argument(
    metavar="SOURCE...",
    help="Files (a document, or one a line), folders, '-' for standard input; with --from also the notation itself.",
    show_default=False,
)
Sources = Annotated[list[str], _SOURCES]
OptionalSources = Annotated[list[str] | None, _SOURCES]
From = Annotated[
    str | None,
    typer.Option("--from", metavar="FORMAT", help="Read this notation instead of documents, one a line."),
]
Images = Annotated[
    Path | None,
    typer.Option(
        metavar="PATH",
        parser=_path,
        help="Images: a picture, a folder of them, an .npz, CIFAR-10's files; default: photographs that come along.",
    ),
]
Preset = Annotated[
    str, typer.Option(metavar="full|light", help="The paper's training, or one that costs a fraction of it.")
]
Iterations = Annotated[int | None, typer.Option(min=1, help="Steps of the training; default: the preset's.")]
Width = Annotated[
    float | None,
    typer.Option(
        metavar="FACTOR", help="Multiplies every width of the networks, in place of the usual factor."
    ),
]
Precision = Annotated[
    str, typer.Option(metavar="auto|float32|bfloat16", help="Of convolutions, in image networks.")
]
Device = Annotated[str, typer.Option(metavar="cpu|cuda", help="Where image networks are trained.")]
Jobs = Annotated[
    int | None, typer.Option(min=1, help="Processes; default: one for every core, with CUDA one.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"nasport {version('nasport')}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def score(
    sources: Sources,
    source_format: From = None,
    bundle: Annotated[
        str | None, typer.Option(metavar="NAME-or-FOLDER", help="The predictor; see `nasport bundles`.")
    ] = None,
    json: Json = False,
    stream: Annotated[
        bool, typer.Option("--stream", help="Print as they come, without ranks, in bounded memory.")
    ] = False,
    provider: Annotated[
        str | None, typer.Option(metavar="cpu|cuda", help="Where to run; by default CUDA where it works.")
    ] = None,
) -> None:
    """Score architectures with a predictor: higher is better."""
    from nasport.toolkit.commands.score import run_score

    raise typer.Exit(run_score(sources, source_format, bundle, json, stream, provider))


@app.command()
def gennas(
    sources: Sources,
    source_format: From = None,
    task: Annotated[
        str | None,
        typer.Option(
            metavar="NAME-or-FILE", help="The proxy task; default: combo, of recurrent cells nlp-combo."
        ),
    ] = None,
    preset: Preset = "full",
    images: Images = None,
    seed: Annotated[int, typer.Option(min=0, help="Of images, signals, weights and noise.")] = 0,
    iterations: Iterations = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Images, or sequences.")] = None,
    width: Width = None,
    precision: Precision = "auto",
    device: Device = "cpu",
    jobs: Jobs = None,
    json: Json = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE.jsonl", parser=_path, help="Write every result here too, as it comes."
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Take up the file of --out again: train only what it lacks.")
    ] = False,
) -> None:
    """Train architectures for seconds on synthetic signals: the lower the loss, the better (extra `gennas`)."""
    from nasport.toolkit.commands.gennas import run_gennas
    from nasport.toolkit.gennas.choices import Choices

    choices = Choices(task, preset, images, seed, iterations, batch_size, width, precision, device)
    raise typer.Exit(
        run_gennas(sources, source_format, choices, jobs=jobs, as_json=json, out=out, resume=resume)
    )


@app.command()
def search(
    space: Annotated[
        str | None, typer.Option(metavar="NAME-or-FILE", help="One that comes along, or a document.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FOLDER", parser=_path, help="For the run; default: nasport-runs/SPACE-N."
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    searcher: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="hybrid, pruning, evolution, regularised, random, exhaustive or pareto; default: what suits.",
        ),
    ] = None,
    judge: Annotated[
        str, typer.Option(metavar="predictor|gennas|both", help="Who judges; both: GenNAS the finalists.")
    ] = "predictor",
    bundle: Annotated[
        str | None, typer.Option(metavar="NAME-or-FOLDER", help="The predictor; see `nasport bundles`.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the search, and of GenNAS.")] = 0,
    evaluations: Annotated[
        int | None,
        typer.Option(
            min=1, help="To judge; default: 100 a gene (300 to 2,000), with GenNAS alone 100, of a list all."
        ),
    ] = None,
    finalists: Annotated[
        int | None, typer.Option(min=1, help="That GenNAS judges with --judge both; default: 16.")
    ] = None,
    winners: Annotated[
        int | None, typer.Option(min=1, help="To print and keep; default: 10, or the whole Pareto front.")
    ] = None,
    candidates: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", parser=_path, help="Search only these: documents, or one notation a line."
        ),
    ] = None,
    source_format: Annotated[
        str | None,
        typer.Option("--from", metavar="FORMAT", help="The notation of --candidates; default: the space's."),
    ] = None,
    at_most: Annotated[
        list[str] | None,
        typer.Option(
            "--max",
            metavar="NAME=VALUE",
            help="Of parameters, flops, reachable_parameters, latency or distance: parameters=1.5e6, flops=600M; several.",
        ),
    ] = None,
    at_least: Annotated[
        list[str] | None, typer.Option("--min", metavar="NAME=VALUE", help="The same from below.")
    ] = None,
    pareto: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Low parameters, flops or latency (or another fact of --max) too: the Pareto front; several.",
        ),
    ] = None,
    latency: Annotated[
        Path | None, typer.Option(metavar="FILE", parser=_path, help="A table of latencies of operators.")
    ] = None,
    task: Annotated[
        str | None, typer.Option(metavar="NAME-or-FILE", help="Of GenNAS; default: combo, or nlp-combo.")
    ] = None,
    preset: Preset = "full",
    images: Images = None,
    device: Device = "cpu",
    jobs: Jobs = None,
    ray: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Train on this Ray cluster; 'local': one of this machine."),
    ] = None,
    torch: Annotated[bool, typer.Option("--torch", help="Write winners as PyTorch modules too.")] = False,
    json: Json = False,
) -> None:
    """Search a space for the best architectures: by the predictor, by GenNAS, or by both."""
    from nasport.toolkit.commands.search import Options, run_search

    options = Options(
        space=space,
        out=out,
        resume=resume,
        searcher=searcher,
        judge=judge,
        bundle=bundle,
        seed=seed,
        evaluations=evaluations,
        finalists=finalists,
        winners=winners,
        candidates=candidates,
        source_format=source_format,
        at_most=at_most or (),
        at_least=at_least or (),
        pareto=pareto or (),
        latency=latency,
        task=task,
        preset=preset,
        images=images,
        device=device,
        jobs=jobs,
        ray=ray,
        torch=torch,
        as_json=json,
    )
    raise typer.Exit(run_search(options))


@app.command("search-task")
def search_task(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="Documents with labels; with --from lines of a notation, a tab and its label.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="FOLDER", parser=_path, help="Where to write the run and its best task."
        ),
    ],
    source_format: From = None,
    metric: Annotated[
        str | None, typer.Option(metavar="LABEL", help="Which label: accuracy, or cifar10/test/accuracy.")
    ] = None,
    lower_is_better: Annotated[
        bool, typer.Option("--lower-is-better", help="Labels are errors or losses.")
    ] = False,
    steps: Annotated[int, typer.Option(min=1, help="Tasks to judge.")] = 400,
    population: Annotated[int, typer.Option(min=1, help="Tasks of which one is chosen to be changed.")] = 50,
    tournament: Annotated[int, typer.Option(min=1, help="How many of them it is the best of.")] = 10,
    random: Annotated[bool, typer.Option("--random", help="Random search in place of evolution.")] = False,
    by: Annotated[
        str, typer.Option(metavar="loss|fit", help="What of the training is to rank as the labels do.")
    ] = "loss",
    preset: Preset = "full",
    images: Images = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the search, the images, signals and weights.")] = 0,
    iterations: Iterations = None,
    width: Width = None,
    precision: Precision = "auto",
    device: Device = "cpu",
    jobs: Jobs = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
) -> None:
    """Search a proxy task that ranks a handful of labelled architectures well (extra `gennas`)."""
    from nasport.toolkit.commands.search_task import run_search_task
    from nasport.toolkit.gennas.choices import Choices

    choices = Choices(None, preset, images, seed, iterations, None, width, precision, device)
    raise typer.Exit(
        run_search_task(
            sources,
            out,
            choices,
            source_format=source_format,
            metric=metric,
            lower_is_better=lower_is_better,
            steps=steps,
            population=population,
            tournament=tournament,
            random=random,
            by=by,
            jobs=jobs,
            resume=resume,
        )
    )


@app.command()
def convert(
    sources: Sources,
    target: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="FORMAT",
            help="'json' for documents, a notation, or for one architecture its network: 'torch' (a Python module) "
            "or 'onnx' (with --out). 'imagenet' for documents of DARTS cells in the papers' network on ImageNet (14 "
            "cells, 48 channels), 'imagenet-fit' with the width that gives 500 to 600 MFLOPs.",
        ),
    ] = "json",
    source_format: From = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", parser=_path, help="Write here instead of standard output."),
    ] = None,
) -> None:
    """Convert between the notations of search spaces and documents, losslessly.

    Documents come out one a line; a single one comes out indented. As 'torch' an architecture comes out as a Python
    module that needs nothing but torch, as 'onnx' as a graph with random weights.
    """
    from nasport.toolkit.commands.convert import run_convert

    raise typer.Exit(run_convert(sources, source_format, target, out))


@app.command()
def validate(sources: Sources, source_format: From = None, json: Json = False) -> None:
    """Check documents (or notations) and say what is wrong with them."""
    from nasport.toolkit.commands.validate import run_validate

    raise typer.Exit(run_validate(sources, source_format, json))


@app.command()
def bundles(json: Json = False) -> None:
    """List the predictors that come with nasport."""
    from nasport.toolkit.commands.bundles import run_bundles

    raise typer.Exit(run_bundles(json))


@app.command()
def formats(json: Json = False) -> None:
    """List the notations that --from and --to know."""
    from nasport.toolkit.commands.bundles import run_formats

    raise typer.Exit(run_formats(json))


@app.command()
def show(
    sources: OptionalSources = None,
    source_format: From = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", parser=_path, help="Write a picture: .svg or .png."),
    ] = None,
    canonical: Annotated[
        bool, typer.Option("--canonical", help="Draw what is scored: the canonical form.")
    ] = False,
    task: Annotated[
        str | None, typer.Option(metavar="NAME-or-FILE", help="Draw the signals of this proxy task instead.")
    ] = None,
    images: Images = None,
    genes: Annotated[
        str | None,
        typer.Option(metavar="V,V,...", help="Of a space: the member to draw; default: one at random."),
    ] = None,
) -> None:
    """Draw an architecture, a search space, or the signals of a task: in the terminal, or as a picture with --out."""
    from nasport.schemas.errors import InputError

    if (task is None) == (not sources):
        raise InputError("nothing to show, or too much: expected architectures and spaces, or --task")
    if task is None and images is not None:
        raise InputError("--images is for the signals of a task, expected --task with it")
    if task is not None and (source_format is not None or canonical or genes is not None):
        raise InputError("--from, --canonical and --genes are for architectures, expected none with --task")
    if task is not None:
        from nasport.toolkit.commands.show_task import run_show_task

        raise typer.Exit(run_show_task(task, out, images))
    from nasport.toolkit.commands.show import run_show

    raise typer.Exit(run_show(sources or [], source_format, out, canonical, genes))


@app.command("operators")
def list_operators(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME...", help="Operators or kinds; default: all.", show_default=False),
    ] = None,
    kinds: Annotated[
        bool, typer.Option("--kinds", help="What kinds of operators must and may state, with defaults.")
    ] = False,
    at: Annotated[
        str | None,
        typer.Option(metavar="CxHxW", help="Shape of the input: 96x16x16, where nothing else suits better."),
    ] = None,
    width: Annotated[
        int | None, typer.Option(min=1, help="Channels of the output; default: as before.")
    ] = None,
    stride: Annotated[int, typer.Option(min=1, help="Of height and width; default: the operator's own.")] = 1,
    json: Json = False,
) -> None:
    """List the operators of the vocabulary; of one, its numbers, its cost and a drawing of what is inside."""
    from nasport.toolkit.commands.operators import run_operators

    raise typer.Exit(run_operators(names or [], kinds, at, width, stride, json))


@app.command("spaces")
def list_spaces(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME-or-FILE...", help="Default: all that come along.", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the member that is drawn.")] = 0,
    json: Json = False,
) -> None:
    """List the search spaces that come along; of one, its size, its genes and a member."""
    from nasport.toolkit.commands.spaces import run_spaces

    raise typer.Exit(run_spaces(names or [], seed, json))


@app.command()
def train(
    name: Annotated[str, typer.Argument(help="Name of a shipped predictor.")],
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", parser=_path, help="Where to write the bundle.")
    ],
    seeds: Annotated[
        int | None,
        typer.Option(
            min=1, help="How many trainings of a TG-NAS predictor to measure (5); seed 0 is written."
        ),
    ] = None,
    projection: Annotated[
        int | None,
        typer.Option(min=1, help="Principal components of the embeddings to use, such as 64; default: all."),
    ] = None,
    readout: Annotated[
        str, typer.Option(metavar="global|mean", help="A global node, or the mean of the nodes.")
    ] = "global",
) -> None:
    """Train a shipped predictor anew from the benchmark tables in NASPORT_DATA (extra `train`)."""
    from nasport.toolkit.commands.train import run_train

    raise typer.Exit(run_train(name, out, seeds, projection, readout))


@app.command()
def evaluate(
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Leave out this family alone; may stand several times; default: each."
        ),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Trainings of each family.")] = 5,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            parser=_path,
            help="Write everything here; default: this checkout's results and docs.",
        ),
    ] = None,
) -> None:
    """Leave one space out, train, rank it: rows, a table and pictures (extra `train`; tables in NASPORT_DATA).

    Rows that are there already are not measured again.
    """
    from nasport.toolkit.commands.evaluate import run_evaluate

    raise typer.Exit(run_evaluate(only or [], seeds, out))


def run() -> None:
    """Entry point of the `nasport` script."""
    gc.set_threshold(_YOUNG_OBJECTS)
    from nasport.schemas.errors import InputError, MissingRuntimeError, NasportError

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(
                errors="backslashreplace"
            )  # a terminal of another encoding is no reason to stop
    try:
        app()
    except SystemExit as end:  # what typer makes of Ctrl-C as well
        if end.code == INTERRUPTED:
            print("nasport: interrupted", file=sys.stderr)
        raise
    except (InputError, MissingRuntimeError) as error:
        _fail(str(error), 2)
    except NasportError as error:
        _fail(str(error), 1)
    except BrokenPipeError:  # the reader (head, less) has enough
        _silence_output()
        sys.exit(1)
    except OSError as error:  # a full disk behind standard output, for one
        _silence_output()
        _fail(": ".join(str(part) for part in (error.filename, error.strerror or error) if part), 1)
    except KeyboardInterrupt:
        _fail("interrupted", INTERRUPTED)


def _silence_output() -> None:
    """Keep Python from complaining once more when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str, status: int) -> None:
    print(f"nasport: {message}", file=sys.stderr)
    sys.exit(status)
