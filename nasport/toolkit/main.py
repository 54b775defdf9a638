"""The command line: `nasport COMMAND`, each command a file of `commands/` that is loaded when it is run.

Results go to standard output, messages to standard error. Exit status: 0 fine, 2 wrong input or a package that is not
installed, 1 anything else, 130 interrupted.
"""

from __future__ import annotations

import gc
import os
import sys
from io import TextIOWrapper
from typing import Annotated, NoReturn

# What modules make lives to the end of the process: to look for garbage among it takes a tenth of a short command.
gc.set_threshold(100_000)

import typer  # noqa: E402

from nasport.schemas.errors import InputError, MissingRuntimeError, NasportError  # noqa: E402
from nasport.toolkit.printing.report import show_extension_warnings  # noqa: E402
from nasport.toolkit.shell import SETTINGS, LazyGroup  # noqa: E402
from nasport.version import VERSION  # noqa: E402

INTERRUPTED = 130


class Commands(LazyGroup):
    """The commands of nasport, in the order of its help."""

    summaries = {  # noqa: RUF012
        "score": "Score architectures with a predictor: higher is better.",
        "rank": "Rank architectures by a panel of evaluators, predictor, proxies and GenNAS, within a budget of minutes (extra "
        "`gennas`).",
        "adapt": "Make a predictor for your own space, from minutes of judgements, from labels or from both (extra `gennas`).",
        "gennas": "Train architectures for seconds on synthetic signals: the lower the loss, the better (extra `gennas`).",
        "proxies": "Judge networks at their start by zero-cost proxies: NASWOT, synflow, ZiCo, AZ-NAS and others (extra "
        "`gennas`).",
        "search": "Search a space for the best architectures: by the predictor, by GenNAS, or by both.",
        "search-task": "Search a proxy task that ranks a handful of labeled architectures well (extra `gennas`).",
        "convert": "Convert between the notations of search spaces and documents, losslessly.\n\n"
        "Documents come out one a line; a single one comes out indented. As 'torch' an architecture comes out as a "
        "Python module that needs nothing but torch, as 'onnx' as a graph with random weights.",
        "import": "Make a document of a real model: an ONNX file, a program of torch.export or a torch module (extra `onnx` for "
        "ONNX files, `gennas` for torch modules).",
        "validate": "Check documents (or notations) and say what is wrong with them.",
        "bundles": "List the predictors that come with nasport.",
        "formats": "List the notations that --from and --to know.",
        "show": "Draw an architecture, a search space, or the signals of a task: in the terminal, or as a picture with "
        "--out.",
        "operators": "List the operators of the vocabulary; of one, its numbers, its cost and a drawing of what is "
        "inside.",
        "spaces": "List the search spaces that come along; of one, its size, its genes and a member.",
        "train": "Train a shipped predictor anew from the benchmark tables in NASPORT_DATA (extra `train`).",
        "data": "List the benchmark tables, whose they are and which are at hand; check a folder of them.",
        "audit": "Measure anybody's scores, or a predictor, on the benchmark tables beside trivial counts (needs SciPy).\n\n"
        "A CSV file has a column `architecture` and one of scores; with --label a column of its own labels.",
        "evaluate": "Leave one space out, train, rank it: rows, a table and pictures (extra `train`; tables in "
        "NASPORT_DATA).\n\nRows that are there already are not measured again.",
    }


app = typer.Typer(
    name="nasport",
    cls=Commands,
    help="Rank neural architectures without training them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    **SETTINGS,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nasport {VERSION}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def run() -> None:
    """Entry point of the `nasport` script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal of another encoding is no reason to stop
            stream.reconfigure(errors="backslashreplace")
    show_extension_warnings()
    try:
        app()
    except SystemExit as end:  # what typer makes of Ctrl-C as well
        if end.code == INTERRUPTED:
            print("nasport: interrupted", file=sys.stderr)
        raise
    except BrokenPipeError:  # the reader (head, less) has enough
        _silence_output()
        sys.exit(1)
    except OSError as error:  # a full disk behind standard output, for one
        _silence_output()
        _fail(": ".join(str(part) for part in (error.filename, error.strerror or error) if part), 1)
    except KeyboardInterrupt:
        _fail("interrupted", INTERRUPTED)
    except NasportError as error:
        _fail(str(error), 2 if isinstance(error, InputError | MissingRuntimeError) else 1)


def _silence_output() -> None:
    """Keep Python from complaining once more when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str, status: int) -> NoReturn:
    print(f"nasport: {message}", file=sys.stderr)
    sys.exit(status)
