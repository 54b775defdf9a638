"""Write the winners of a search as documents, drawings and, on request, PyTorch modules.

A pair of DARTS cells is also written as the ImageNet network in which papers train such cells.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nasport.runtime.installation import pip_install
from nasport.schemas.errors import InputError, MissingRuntimeError
from nasport.schemas.writing import write_atomically
from nasport.toolkit.drawing import to_svg
from nasport.toolkit.search.folder import WINNERS_FOLDER
from nasport.toolkit.search.imagenet import NOT_TRAINED, in_words, is_darts_pair, on_imagenet
from nasport.toolkit.search.result import FACTS, Winner

_OURS = re.compile(r"\d{2,}(-imagenet)?\.(json|svg|py)")


def check_modules_can_be_written() -> None:
    """Raise MissingRuntimeError if PyTorch is not installed."""
    if find_spec("torch") is None:
        raise MissingRuntimeError(
            f"PyTorch is missing, expected it for PyTorch modules (--torch): {pip_install('gennas')}"
        )


def winner_record(winner: Winner) -> dict[str, Any]:
    """Return a winner as JSON values: a line of winners.jsonl and of the output of `nasport search --json`."""
    evaluation = winner.evaluation
    return {
        "rank": winner.rank,
        "name": winner.architecture.name,
        "hash": evaluation.hash,
        "score": evaluation.score,
        "loss": winner.loss,
        "fit": winner.fit,
        "score_rank": winner.score_rank,
        "loss_rank": winner.loss_rank,
        **{name: evaluation.facts.get(name) for name in FACTS},
        "failed": winner.failed or evaluation.failed or None,
        **({} if winner.stopped is None else {"stopped": winner.stopped}),
        **(
            {} if winner.panel_score is None else {"panel_score": winner.panel_score, "reason": winner.reason}
        ),
        "on_front": winner.on_front,
        "notation": winner.notation,
        "genes": dict(winner.genes),
        "document": winner.architecture.to_json(),
    }


def write_winners(folder: Path, winners: Sequence[Winner], *, torch: bool) -> tuple[str, ...]:
    """Write `winners/01.json`, `01.svg` and so on into the folder of a run. Each file is written atomically.

    Files of winners that an earlier session of the run wrote are removed if they no longer correspond to a winner. Other
    files remain.

    Args:
        folder: folder of the run.
        winners: winners, best first.
        torch: also write PyTorch modules, `01.py`; needs PyTorch. DARTS cells are also written as ImageNet networks,
            `01-imagenet.json` and, with `torch`, `01-imagenet.py`.

    Returns:
        notes on modules that could not be written, and on the costs of the best ImageNet network.

    Raises:
        InputError: a file cannot be written.
    """
    target = folder / WINNERS_FOLDER
    written: set[str] = set()
    notes: list[str] = []
    failures: list[str] = []  # reasons for missing modules

    def write(name: str, text: str) -> None:
        write_atomically(target / name, text.encode())
        written.add(name)

    try:
        for winner in winners:
            name = file_stem(winner.rank, len(winners))
            networks = {name: winner.architecture}
            if is_darts_pair(winner.architecture):
                networks[f"{name}-imagenet"] = large = on_imagenet(winner.architecture)
                if not notes:  # only for the best winner
                    notes.append(f"{name}-imagenet: {in_words(large)}; {NOT_TRAINED}")
            write(f"{name}.svg", to_svg(winner.architecture))
            for network, architecture in networks.items():
                document = json.dumps(architecture.to_json(), indent=2, ensure_ascii=False)
                write(f"{network}.json", f"{document}\n")
                if torch:
                    from nasport.toolkit.networks.python_source.module_text import source_text

                    try:
                        write(f"{network}.py", source_text(architecture))
                    except InputError as error:
                        failures.append(str(error))
        for file in target.iterdir() if target.is_dir() else ():
            if file.name not in written and _OURS.fullmatch(file.name):
                file.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", file=str(target)) from error
    if failures:
        count = "1 network" if len(failures) == 1 else f"{len(failures):,} networks"
        notes.insert(0, f"no PyTorch module could be written for {count}: {failures[0]}")
    return tuple(notes)


def file_stem(rank: int, count: int) -> str:
    """Return the name of a winner's files without extension: the rank with leading zeros, so that names sort."""
    return f"{rank:0{max(2, len(str(count)))}d}"
