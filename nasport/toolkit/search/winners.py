"""What a search leaves for use: its winners as documents, pictures and, where wanted, PyTorch modules.

A pair of DARTS cells is also written as the network on ImageNet that papers train it in.
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
    """Raises MissingRuntimeError where torch is not installed."""
    if find_spec("torch") is None:
        raise MissingRuntimeError(f"PyTorch modules (--torch) need torch: {pip_install('gennas')}")


def winner_record(winner: Winner) -> dict[str, Any]:
    """A winner as JSON values: a line of winners.jsonl and of what `nasport search --json` prints."""
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
    """Write `winners/01.json`, `01.svg` and so on into the folder of a run; each file appears whole.

    Files of an earlier end of the same run that have no winner now are removed; other files are left alone.

    Args:
        folder: of the run.
        winners: best first.
        torch: write PyTorch modules too, `01.py`; needs torch. DARTS cells also become networks on ImageNet,
            `01-imagenet.json` and `.py`.

    Returns:
        Notes: what could not be written and why, what the network on ImageNet of the best costs.

    Raises:
        InputError: a file cannot be written.
    """
    target = folder / WINNERS_FOLDER
    written: set[str] = set()
    notes: list[str] = []
    without: list[str] = []  # why there is no module, each time

    def write(name: str, text: str) -> None:
        write_atomically(target / name, text.encode())
        written.add(name)

    try:
        for winner in winners:
            name = file_stem(winner.rank, len(winners))
            networks = {name: winner.architecture}
            if is_darts_pair(winner.architecture):
                networks[f"{name}-imagenet"] = large = on_imagenet(winner.architecture)
                if not notes:  # of the best alone
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
                        without.append(str(error))
        for file in target.iterdir() if target.is_dir() else ():
            if file.name not in written and _OURS.fullmatch(file.name):
                file.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", file=str(target)) from error
    if without:
        count = "1 network" if len(without) == 1 else f"{len(without):,} networks"
        notes.insert(0, f"no PyTorch module is written of {count}: {without[0]}")
    return tuple(notes)


def file_stem(rank: int, count: int) -> str:
    """The name of a winner's files without what follows the dot, as wide for all of them that they sort."""
    return f"{rank:0{max(2, len(str(count)))}d}"
