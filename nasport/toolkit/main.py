"""The command line `nasport COMMAND`: each command is a file of `commands/`, which is imported only when the command runs.

Results go to standard output, messages to standard error. Exit status: 0 for success, 2 for invalid input or a missing
package, 1 for any other error, 130 after an interrupt.
"""

from __future__ import annotations

import gc
import os
import sys
from io import TextIOWrapper
from typing import Annotated, NoReturn

# Objects created during imports live until the process ends. Searching them for garbage would take a tenth of the time of a
# short command.
gc.set_threshold(100_000)

import typer  # noqa: E402

from nasport.schemas.errors import InputError, MissingRuntimeError, NasportError  # noqa: E402
from nasport.toolkit.printing.report import show_extension_warnings  # noqa: E402
from nasport.toolkit.shell import SETTINGS, LazyGroup  # noqa: E402
from nasport.version import VERSION  # noqa: E402

INTERRUPTED = 130


class Commands(LazyGroup):
    """The commands of nasport, in the order in which the help lists them."""

    summaries = {  # noqa: RUF012
        "score": "Score architectures with a predictor.\n\n"
        "Prints a table, best architecture first. A higher score is better.\n\n"
        "Example: nasport score resnet18.onnx cells.jsonl",
        "rank": "Rank architectures by several evaluators within a time budget.\n\n"
        "The predictor scores all architectures. If time is short, zero-cost proxies evaluate only the best of them, and "
        "GenNAS trains only the best of those. Needs the extra `gennas`.\n\n"
        "Example: nasport rank cells.jsonl --budget 5m",
        "adapt": "Adapt a predictor to one search space.\n\n"
        "The predictor learns from evaluations of sampled architectures within a time budget, from measured accuracies "
        "(--labels), or from both. Needs the extra `gennas`.\n\n"
        "Example: nasport adapt --space space.json --budget 15m --out my-bundle",
        "gennas": "Train architectures for seconds on synthetic signals (GenNAS).\n\n"
        "Prints the loss of each training. A lower loss is better. Needs the extra `gennas`.\n\n"
        "Example: nasport gennas cells.jsonl --preset light",
        "proxies": "Compute zero-cost proxies of untrained networks.\n\n"
        "Computes NASWOT, synflow, ZiCo, AZ-NAS and others. Needs the extra `gennas`.\n\n"
        "Example: nasport proxies cells.jsonl --only nwot,synflow",
        "search": "Search a space for the best architectures.\n\n"
        "Writes the winners, all evaluations and an HTML report into a folder. An interrupted search continues with "
        "--resume. The extra `search` adds all search algorithms; GenNAS and the panel need the extra `gennas`.\n\n"
        "Example: nasport search --space darts --max parameters=4M",
        "search-task": "Search for a proxy task that ranks labeled architectures well.\n\n"
        "A handful of architectures with measured accuracies is enough. `nasport gennas --task` then uses the task that was "
        "found. Needs the extra `gennas`.\n\n"
        "Example: nasport search-task labeled.jsonl --out task-run",
        "convert": "Convert architectures: documents, notations, PyTorch and ONNX.\n\n"
        "Several documents are written one per line, a single document is indented. 'torch' writes a Python module that "
        "depends only on torch, 'onnx' an ONNX graph with random weights.\n\n"
        "Example: nasport convert --from darts genotype.txt --out arch.json",
        "import": "Import a real model as an architecture document.\n\n"
        "Reads an ONNX file (extra `onnx`), a program of torch.export or a torch module (extra `gennas`).\n\n"
        "Example: nasport import resnet18.onnx --out arch.json",
        "validate": "Check documents or notations and print their errors.\n\n"
        "Checks architectures, search spaces, proxy tasks and latency tables.\n\n"
        "Example: nasport validate arch.json",
        "bundles": "List the predictors that nasport ships.",
        "export": "Write a predictor for other languages, or verify one.\n\n"
        "Writes one folder with the predictor, its encoder, the vocabulary, the specification, vectors and checksums. Any "
        "language with ONNX Runtime can use it.\n\n"
        "Example: nasport export --standalone my-predictor",
        "formats": "List the notations that --from and --to accept.",
        "show": "Draw an architecture, a search space or a proxy task.\n\n"
        "Draws into the terminal, or with --out as a picture.\n\n"
        "Example: nasport show arch.json --out arch.svg",
        "operators": "List the operators of the vocabulary, or describe some.\n\n"
        "The description of an operator has its attributes, its cost and a drawing of its layers.\n\n"
        "Example: nasport operators conv_3x3",
        "spaces": "List the search spaces that nasport ships, or describe some.\n\n"
        "The description of a search space has its size, its genes and a random member.\n\n"
        "Example: nasport spaces nasbench201",
        "train": "Train a shipped predictor again from the benchmark tables.\n\n"
        "Reads the tables from the folder in the environment variable NASPORT_DATA. Needs the extra `train`.\n\n"
        "Example: nasport train universal --out universal-again",
        "data": "List the benchmark tables and their origin, or check a folder.\n\n"
        "The environment variable NASPORT_DATA names the folder with the tables.\n\n"
        "Example: nasport data --check",
        "audit": "Measure how well scores rank benchmark architectures.\n\n"
        "Compares the scores of CSV files or predictors with simple counts such as parameters and FLOPs. A CSV file needs "
        "a column `architecture` and a column of scores, or with --label a column of labels in place of the "
        "architectures. Needs SciPy (extra `search`).\n\n"
        "Example: nasport audit my-scores.csv --table nasbench201",
        "evaluate": "Measure predictors on search spaces left out of training.\n\n"
        "Leaves one family of spaces out at a time, trains on the others and ranks the one left out. Writes rows, a table "
        "and pictures; rows that the folder already holds are kept. Needs the extra `train` and the tables in "
        "NASPORT_DATA.\n\n"
        "Example: nasport evaluate --only nasbench201 --seeds 1",
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
    """Run the command line; the entry point of the script `nasport`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # escape characters that the terminal's encoding lacks
            stream.reconfigure(errors="backslashreplace")
    show_extension_warnings()
    try:
        app()
    except SystemExit as end:  # also raised by typer after Ctrl-C
        if end.code == INTERRUPTED:
            print("nasport: interrupted", file=sys.stderr)
        raise
    except BrokenPipeError:  # the reader, such as head or less, has closed the pipe
        _silence_output()
        sys.exit(1)
    except OSError as error:  # for example because standard output is a file on a full disk
        _silence_output()
        _fail(": ".join(str(part) for part in (error.filename, error.strerror or error) if part), 1)
    except KeyboardInterrupt:
        _fail("interrupted", INTERRUPTED)
    except NasportError as error:
        _fail(str(error), 2 if isinstance(error, InputError | MissingRuntimeError) else 1)


def _silence_output() -> None:
    """Redirect standard output to the null device, so that flushing it at exit raises no second error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str, status: int) -> NoReturn:
    print(f"nasport: {message}", file=sys.stderr)
    sys.exit(status)
