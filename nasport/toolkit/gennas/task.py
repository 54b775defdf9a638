"""Proxy tasks: the synthetic signals that a network learns to predict, and its inputs.

For each stage of a network (the last is the deepest), an image task defines the number of maps of the target and the
signals whose sum is the target. The input is a batch of real images. In a recurrent task, the input is a sum of signals
too. The package contains the published tasks (GenNAS, NeurIPS 2021, and its public configurations) by name. Other tasks
are JSON documents of the same schema, `nasport-task`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.schemas.reading import parse_document, read_bytes
from nasport.schemas.validation import validate


class SignalKind(NamedTuple):
    """Description of a kind of signal, and its keys in a task document."""

    words: str
    keys: tuple[str, ...] = ()


_WAVE, _DOT = ("amplitude", "frequencies", "per_image"), ("amplitude", "fraction", "per_image")
SIGNALS = {
    "sin1d": SignalKind("sine along one axis", _WAVE),
    "sin2d": SignalKind("sine along both axes", _WAVE),
    "dot": SignalKind("random dots", _DOT),
    "gdot": SignalKind("blurred dots", _DOT),
    "resize": SignalKind("the image, resized", ("amplitude",)),
    "zero": SignalKind("zeros"),
}
WAVES = tuple(name for name, kind in SIGNALS.items() if kind.keys == _WAVE)
DOTS = tuple(name for name, kind in SIGNALS.items() if kind.keys == _DOT)
ROLES = ("input", "target")

_FOLDER = files("nasport.toolkit.gennas") / "tasks"
_LENGTH = 8


@dataclass(frozen=True)
class Signal:
    """One term of a target, or of the input of a recurrent network.

    Attributes:
        kind: one of `SIGNALS`.
        amplitude: factor of the signal.
        frequencies: frequencies of waves, in cycles per pixel.
        fraction: share of the pixels that have a dot and are therefore not 0.
        per_image: whether the signal is drawn separately for each image or sequence, or once for the whole batch.
    """

    kind: str
    amplitude: float = 1.0
    frequencies: tuple[float, ...] = ()
    fraction: float = 1.0
    per_image: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return the signal as JSON values, without its kind."""
        found = {key: getattr(self, key) for key in SIGNALS[self.kind].keys}
        return {key: list(value) if key == "frequencies" else value for key, value in found.items()}


@dataclass(frozen=True)
class Noise:
    """Noise that is drawn for each step and added to the input.

    Attributes:
        distribution: `uniform` in [-level, level], or `gaussian` with standard deviation `level`.
        level: magnitude of the noise.
    """

    distribution: str = "gaussian"
    level: float = 0.0


@dataclass(frozen=True)
class TaskStage:
    """Target of one stage. A stage without signals has no target, no head and no loss.

    Attributes:
        channels: number of maps of the target; in a recurrent task, numbers per step.
        signals: signals whose sum is the target.
        role: `input` or `target` in a recurrent task, else empty.
    """

    channels: int = 64
    signals: tuple[Signal, ...] = ()
    role: str = ""


@dataclass(frozen=True)
class Task:
    """A proxy task: a document `nasport-task`, version 1.

    Attributes:
        name: name of the task.
        stages: the stages of an image task from first to last, or the input and the target of a recurrent task.
        batch_size: number of images or sequences.
        noise: noise added to the input.
        loss_weights: weight of each stage in the loss; 0 for a stage without signals.
        output_size: height and width of the targets of an image task.
        length: number of steps of the sequences of a recurrent task; 0 for an image task.
        dimension: numbers per step of a recurrent task; 0 for an image task.
        description: free text.
    """

    name: str
    stages: tuple[TaskStage, ...]
    batch_size: int = 16
    noise: Noise = Noise()
    loss_weights: tuple[float, ...] = ()
    output_size: int = 8
    length: int = 0
    dimension: int = 0
    description: str = ""

    def __post_init__(self) -> None:
        if not self.loss_weights:
            object.__setattr__(self, "loss_weights", default_loss_weights(self.stages))

    @property
    def recurrent(self) -> bool:
        """Whether input and target are sequences."""
        return self.dimension > 0

    @property
    def input(self) -> TaskStage:
        """The input of a recurrent task."""
        return next(stage for stage in self.stages if stage.role == "input")

    @property
    def target(self) -> TaskStage:
        """The target of a recurrent task."""
        return next(stage for stage in self.stages if stage.role == "target")

    def to_json(self) -> dict[str, Any]:
        """Return the document as JSON values; `parse_task` restores an equal task."""
        value: dict[str, Any] = {"format": "nasport-task", "version": 1, "name": self.name}
        if self.description:
            value["description"] = self.description
        value |= {"batch_size": self.batch_size, "noise": asdict(self.noise)}
        if self.recurrent:
            value |= {"length": self.length, "dimension": self.dimension}
        else:
            value["output_size"] = self.output_size
        if self.loss_weights != default_loss_weights(self.stages):
            value["loss_weights"] = list(self.loss_weights)
        value["stages"] = [
            ({"role": stage.role} if stage.role else {"channels": stage.channels})
            | {"signals": {signal.kind: signal.to_json() for signal in stage.signals}}
            for stage in self.stages
        ]
        return value


def default_loss_weights(stages: tuple[TaskStage, ...]) -> tuple[float, ...]:
    """Return one weight per stage: 1 for the last stage and half as much for each earlier stage; 0 without signals.

    In a recurrent task, the target has the weight 1 and the input 0.
    """
    if any(stage.role for stage in stages):
        return tuple(float(stage.role == "target") for stage in stages)
    last = len(stages) - 1
    return tuple(0.5 ** (last - place) if stage.signals else 0.0 for place, stage in enumerate(stages))


def task_names() -> tuple[str, ...]:
    """Return the names of the tasks in the package."""
    found = (entry.name for entry in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in found if name.endswith(".json")))


def load_task(name_or_path: str | Path) -> Task:
    """Load a task of the package by its name (`search-N` or `search_n`), or read a task document.

    Raises:
        InputError: there is no such name or file, or the document has a mistake; the message names file, line and path
            inside it.
    """
    wanted = str(name_or_path)
    names = {name.lower(): name for name in task_names()}
    found = names.get(wanted.lower().replace("_", "-"))
    if found is not None:
        return parse_task((_FOLDER / f"{found}.json").read_bytes(), file=f"{found}.json")
    path = Path(name_or_path)
    if path.is_file():
        return parse_task(read_bytes(path), file=str(path))
    near = did_you_mean(wanted, task_names())
    raise InputError(
        f"no such task: {wanted!r}{near}expected a task file or one of {', '.join(task_names())}"
    )


def parse_task(data: bytes | str, *, file: str | None = None, line: int = 1) -> Task:
    """Parse a task from the text of one document.

    Raises:
        InputError: the document has a mistake; the message names file, line and path inside the document.
    """
    return parse_document(data, task_from_json, file=file, line=line)


def task_from_json(value: Any) -> Task:
    """Validate JSON values and convert them to a task.

    Raises:
        InputError: the values have a mistake; the message names the path inside the document.
    """
    validate("task", value)
    recurrent = "dimension" in value
    dimension, length = value.get("dimension", 0), value.get("length", _LENGTH)
    size, noise = value.get("output_size", 8), value.get("noise", {"level": 0.0})
    (_check_recurrent if recurrent else _check_image)(value)
    stages = tuple(_stage_from_json(stage, dimension) for stage in value["stages"])
    _check_signals(stages, length * dimension if recurrent else size * size)
    if "loss_weights" in value:
        _check_weights(value["loss_weights"], stages)
    return Task(
        name=value["name"],
        stages=stages,
        batch_size=value.get("batch_size", 16),
        noise=Noise(noise.get("distribution", "gaussian"), float(noise["level"])),
        loss_weights=tuple(map(float, value.get("loss_weights", ()))),
        output_size=size,
        length=length if recurrent else 0,
        dimension=dimension,
        description=value.get("description", ""),
    )


def _wrong(problem: str, *path: str | int) -> InputError:
    return InputError(problem, path=path)


def _check_recurrent(value: Mapping[str, Any]) -> None:
    for key in ("output_size", "loss_weights"):
        if key in value:
            raise _wrong(
                f"{key!r} in a task with 'dimension', which is recurrent, expected only one of the two keys",
                key,
            )
    for place, stage in enumerate(value["stages"]):
        path = ("stages", place)
        if "role" not in stage:
            raise _wrong("missing key 'role', expected 'input' or 'target' in a recurrent task", *path)
        if "channels" in stage:
            raise _wrong("'channels' in a recurrent task, expected only 'dimension'", *path, "channels")
        if "resize" in stage.get("signals", {}):
            problem = "the signal 'resize' in a recurrent task, which has no images, expected another signal"
            raise _wrong(problem, *path, "signals", "resize")
        if not stage.get("signals"):
            among = ", ".join(kind for kind in SIGNALS if kind != "resize")
            raise _wrong(f"no signal, expected at least one of {among}", *path)
    roles = [stage["role"] for stage in value["stages"]]
    if sorted(roles) != sorted(ROLES):
        problem = f"stages with the roles {', '.join(roles)}, expected one with 'input' and one with 'target'"
        raise _wrong(problem, "stages")


def _check_image(value: Mapping[str, Any]) -> None:
    if "length" in value:
        raise _wrong("'length' without 'dimension', expected both (recurrent) or neither", "length")
    for place, stage in enumerate(value["stages"]):
        if "role" in stage:
            problem = "'role' in a task without 'dimension', expected 'role' only in recurrent tasks"
            raise _wrong(problem, "stages", place, "role")


def _check_signals(stages: tuple[TaskStage, ...], pixels: int) -> None:
    if not any(stage.signals for stage in stages):
        among = ", ".join(SIGNALS)
        raise _wrong(f"no stage has a signal, expected at least one stage with one of {among}", "stages")
    for place, stage in enumerate(stages):
        for signal in stage.signals:
            if signal.kind in DOTS and int(signal.fraction * pixels) == 0:
                least = f"{signal.fraction:g} of {pixels} pixels is less than one pixel, expected at least {1 / pixels:g}"
                raise _wrong(least, "stages", place, "signals", signal.kind, "fraction")


def _check_weights(weights: Sequence[float], stages: tuple[TaskStage, ...]) -> None:
    if len(weights) != len(stages):
        problem = f"{len(weights)} loss weights, expected {len(stages)}: one for each stage"
        raise _wrong(problem, "loss_weights")
    for place, (weight, stage) in enumerate(zip(weights, stages, strict=True)):
        if weight and not stage.signals:
            problem = f"weight {weight:g} of a stage without signals, expected 0"
            raise _wrong(problem, "loss_weights", place)
    if not any(weights):
        raise _wrong("all loss weights are 0, expected at least one above 0", "loss_weights")


def _stage_from_json(value: Mapping[str, Any], dimension: int) -> TaskStage:
    stated = value.get("signals", {})
    signals = tuple(_signal_from_json(kind, stated[kind]) for kind in SIGNALS if kind in stated)
    return TaskStage(dimension or value.get("channels", 64), signals, value.get("role", ""))


def _signal_from_json(kind: str, value: Mapping[str, Any]) -> Signal:
    found = dict(value)
    if "frequencies" in value:
        found["frequencies"] = tuple(map(float, value["frequencies"]))
    return Signal(
        kind, **found | {key: float(value[key]) for key in ("amplitude", "fraction") if key in value}
    )
