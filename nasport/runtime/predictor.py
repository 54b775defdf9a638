"""Score architectures with a bundle: the one public way to run a predictor.

    predictor = Predictor.load()
    for score in predictor.score(architectures):
        print(score.name, score.score, score.warnings)

A score depends on the document, the bundle and the provider, never on the other architectures of the batch. It comes
with what it should be compared with (parameters, reachable parameters, FLOPs) and with what the bundle knows of its
own limits.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.bundle import Bundle, open_bundle
from nasport.runtime.bundle_limits import Limits
from nasport.runtime.distance import Distance
from nasport.runtime.embeddings import Embeddings
from nasport.runtime.encoding import EncodedBatch, encode
from nasport.runtime.features import KNOWS, PredictorInput, operator_table, predictor_inputs
from nasport.runtime.globals import global_table
from nasport.runtime.operators import relative_weight
from nasport.runtime.refusals import Refusals
from nasport.runtime.session import CPU, open_session
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.canonical import canonicalize, hashes
from nasport.schemas.graphs.document_graph import GraphBatch

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from nasport.runtime.calibration import Calibration, Expected
    from nasport.runtime.description_reader import Reader

DEFAULT_BUNDLE = "universal"

# What a predictor's ONNX graph may take; see design of the bundle in docs/reference/formats.md.
INPUTS = {"operators", "index", "adjacency", "mask", "globals"}
# What it gives: the score always, the others where the manifest names their columns.
SCORE, STATISTICS, OPINIONS, DOUBTS, TRAITS = "score", "statistics", "opinions", "doubts", "traits"

# Graphs a run of the ONNX graph: fewer leave the cores idle, more leave the cache.
CHUNK = 512
MAX_WORKERS = 8
# Documents encoded together, and how many entries their padded adjacency may have.
MAX_DOCUMENTS = 1024
MAX_ADJACENCY = 1 << 22
_EXPECTED = (
    "expected Architectures in a list; nasport.score takes a single one, paths, documents and texts too"
)

Result = TypeVar("Result")


class Score(NamedTuple):
    """What is known of one architecture.

    Attributes:
        name: the document's name.
        hash: of the canonical form; equal for isomorphic architectures.
        score: the predictor's; higher is better, comparable within one bundle only.
        rank: 1 is the best of the batch; None in a stream.
        parameters: trainable parameters of the whole network; None without a skeleton.
        reachable_parameters: relative count (9 a 3x3 convolution, 1 a 1x1) over operators on an input-output path.
        flops: multiply-accumulates of one forward pass; None where the skeleton does not tell them.
        bundle: name of the bundle.
        warnings: why the score may be worth less than usual; empty when there is no reason.
        distance: from what the bundle was trained on, 1 for its outermost hundredth, see `runtime/distance.py`; None
            where the bundle does not tell.
        expected: the label that the score stands for, of a bundle that was taught labels; else None.
    """

    name: str
    hash: str
    score: float
    rank: int | None
    parameters: int | None
    reachable_parameters: float
    flops: int | None
    bundle: str
    warnings: tuple[str, ...] = ()
    distance: float | None = None
    expected: Expected | None = None

    def to_json(self) -> dict[str, Any]:
        """The record that `nasport score --json` prints."""
        record = self._asdict()
        expected = record.pop("expected")
        record["warnings"] = list(record.pop("warnings"))  # what is long comes last
        if expected is not None:
            record["expected"] = expected._asdict()
        return record


class Foretold(NamedTuple):
    """What an evaluator, who would have to run the networks, is expected to say of B of them.

    Attributes:
        opinions: (B,), in deviations of what it says of networks of one space; comparable within one bundle only.
        doubts: (B,) standard deviations about them.
    """

    opinions: NDArray[np.float32]
    doubts: NDArray[np.float32]


class Predictor:
    """A loaded bundle. Make one with `Predictor.load`.

    Attributes:
        bundle: that it was made from.
        judges: names of those whose opinions it foretells; empty where it foretells none.
        refusals: of networks that get no score.
    """

    def __init__(self, bundle: Bundle, providers: Sequence[str] | None = None) -> None:
        if not isinstance(bundle, Bundle):
            raise TypeError("expected an opened bundle; Predictor.load takes names and folders")
        if bundle.kind != "predictor":
            raise InputError(f"the bundle {bundle.name!r} is an {bundle.kind}, expected a predictor")
        self.bundle = bundle
        self._providers = providers
        self._embeddings = Embeddings(bundle, providers)
        self._features: list[str] = list(bundle.manifest.get("features", ["embedding"]))
        self._globals: list[str] = list(bundle.manifest.get("globals", []))
        self.evaluators: tuple[str, ...] = tuple(bundle.manifest.get("judges", ()))
        self.refusals = Refusals.of(bundle.manifest)
        self._limits = Limits.of(bundle.manifest)
        self._distance = Distance.of(bundle.manifest)
        self._calibration = _calibration(bundle.manifest)
        self._statistics = () if self._distance is None else self._distance.statistics
        self._session = open_session(bundle.read("predictor.onnx"), providers=providers, threads=1)
        self._check_signature(bundle.manifest["inputs"])

    @classmethod
    def load(
        cls, bundle: str | Path = DEFAULT_BUNDLE, *, providers: Sequence[str] | None = None
    ) -> Predictor:
        """Load a shipped bundle by its name, or any bundle by its folder.

        Args:
            bundle: name or folder.
            providers: `cpu`, `cuda`, in order of preference; None: CUDA where it works, else the CPU.

        Raises:
            InputError: no such bundle, or a missing, changed or foreign file in it.
            MissingRuntimeError: no ONNX Runtime is installed.
        """
        return cls(open_bundle(bundle), providers)

    @property
    def wanted(self) -> Sequence[str] | None:
        """The providers that were asked for; None: what works."""
        return self._providers

    @property
    def providers(self) -> list[str]:
        """The execution providers that ONNX Runtime really uses."""
        return list(self._session.get_providers())

    def score(self, architectures: Iterable[Architecture]) -> list[Score]:
        """Scores in the order given, ranked among each other.

        Raises:
            InputError: the bundle gives an architecture no score; names its place.
            TypeError: anything but architectures, in a list or another iterable; `nasport.score` takes more.
        """
        return ranked(list(self.score_stream(architectures)))

    def score_stream(self, architectures: Iterable[Architecture]) -> Iterator[Score]:
        """Scores in the order given, without ranks; holds at most `MAX_DOCUMENTS` architectures at a time.

        Raises:
            InputError, TypeError: as `score` does.
        """
        return in_batches(self._accepted(architectures), self.score_encoded)

    def score_encoded(self, batch: EncodedBatch) -> list[Score]:
        """Scores of graphs that a converter has already turned into arrays, in the order given, without ranks.

        Raises:
            InputError: the bundle gives one of them no score.
        """
        self.refusals.check_graphs(batch.graphs)
        graphs = canonicalize(batch.graphs)
        known, shown, said = self._in_known_operators(batch, graphs)
        reachable = reachable_parameters(shown)
        network = global_table(self._globals, known, shown, reachable)
        found = self._run(shown, network, *([SCORE] if self._distance is None else [SCORE, STATISTICS]))
        distances = None if self._distance is None else self._distance(found[STATISTICS], graphs)
        limits = self._limits.warnings(shown, np.isfinite(known.live.balanced), distances, batch.uncounted)
        count = len(graphs)
        rows = zip(  # as the fields of a Score
            batch.names,
            hashes(graphs),
            found[SCORE].tolist(),
            repeat(None, count),
            batch.parameters,
            reachable.tolist(),
            batch.flops,
            repeat(self.bundle.name, count),
            _together(batch.warnings, said, limits),
            repeat(None, count) if distances is None else distances.values.tolist(),
            repeat(None, count)
            if self._calibration is None
            else map(self._calibration, found[SCORE].tolist()),
            strict=True,
        )
        return [Score(*row) for row in rows]

    def statistics(self, batch: EncodedBatch) -> dict[str, NDArray[np.float32]]:
        """What the distance of B architectures is measured in, (B,) each by its name; empty where the bundle tells none."""
        if not self._statistics:
            return {}
        return dict(zip(self._statistics, self._seen(batch, STATISTICS)[STATISTICS].T, strict=True))

    def opinions(self, batch: EncodedBatch) -> dict[str, Foretold]:
        """What each of the `judges` is expected to say of B architectures, by its name.

        Raises:
            InputError: the bundle gives one of them no score, and no opinion either.
        """
        self.refusals.check_graphs(batch.graphs)
        if not self.evaluators:
            return {}
        found = self._seen(batch, OPINIONS, DOUBTS)
        columns = zip(self.evaluators, found[OPINIONS].T, found[DOUBTS].T, strict=True)
        return {evaluator: Foretold(opinions, doubts) for evaluator, opinions, doubts in columns}

    def traits(self, batch: EncodedBatch) -> NDArray[np.float32]:
        """(B, T) numbers of B architectures that an adaptation to one space weighs, T = 0 where the bundle gives none.

        Raises:
            InputError: the bundle gives one of them no score, and no traits either.
        """
        self.refusals.check_graphs(batch.graphs)
        if TRAITS not in self._widths:
            return np.zeros((len(batch.names), 0), np.float32)
        return self._seen(batch, TRAITS)[TRAITS]

    def _accepted(self, architectures: object) -> Iterator[Architecture]:
        """The architectures one by one, each looked at."""
        for place, each in enumerate(_checked(architectures)):
            try:
                self.refusals.check(each)
            except InputError as error:
                raise error.within(place) from None
            yield each

    def _seen(self, batch: EncodedBatch, *outputs: str) -> dict[str, NDArray[np.float32]]:
        """Outputs of the ONNX graph for B architectures, (B, ...) each by its name."""
        known, shown, _ = self._in_known_operators(batch, canonicalize(batch.graphs))
        network = global_table(self._globals, known, shown, reachable_parameters(shown))
        return self._run(shown, network, *outputs)

    def _in_known_operators(
        self, batch: EncodedBatch, graphs: GraphBatch
    ) -> tuple[EncodedBatch, GraphBatch, list[tuple[str, ...]]]:
        """The batch that is scored and its canonical graphs, where operators known by words alone are what they speak of;
        and what is to be said of each of its architectures."""
        reader = self._reader if batch.worded and KNOWS in self._features else None
        if reader is None:
            return batch, graphs, []
        known = reader.in_known_operators(batch)
        return known, canonicalize(known.graphs), reader.warnings(graphs)

    @cached_property
    def _reader(self) -> Reader | None:
        from nasport.runtime.description_reader import Reader

        return Reader.of(self._embeddings.encoder_bundle(), self._providers)

    @property
    def _widths(self) -> dict[str, int]:
        """How many numbers an architecture each output beside the score has, as far as the manifest speaks of it."""
        names = {STATISTICS: self._statistics, OPINIONS: self.evaluators, DOUBTS: self.evaluators}
        widths = {output: len(columns) for output, columns in names.items() if columns}
        traits = self.bundle.manifest.get("outputs", {}).get(TRAITS)
        return widths if traits is None else {**widths, TRAITS: traits["shape"][1]}

    def _run(
        self, graphs: GraphBatch, network: NDArray[np.float32], *outputs: str
    ) -> dict[str, NDArray[np.float32]]:
        """Outputs of the ONNX graph by their names: the score (B,), others (B, width)."""
        widths = self._widths
        results = {
            name: np.zeros((len(graphs), widths[name]) if name in widths else len(graphs), np.float32)
            for name in outputs
        }
        table = operator_table(graphs.kinds, self._features, self._embeddings)
        self._check_width(table)

        def run(inputs: PredictorInput) -> Any:
            arrays = {
                "operators": table,
                "index": inputs.index,
                "adjacency": inputs.adjacency,
                "mask": inputs.mask,
                "globals": network[inputs.rows],
            }
            return self._session.run(
                list(outputs), {name: arrays[name] for name in self.bundle.manifest["inputs"]}
            )

        # Chunks side by side, one thread each: the graphs are too small to share one among threads.
        chunks = predictor_inputs(graphs, CHUNK)
        found = map(run, chunks) if len(chunks) < 2 else self._workers.map(run, chunks)
        for inputs, arrays in zip(chunks, found, strict=True):
            for name, array in zip(outputs, arrays, strict=True):
                results[name][inputs.rows] = array
        if not all(np.isfinite(result).all() for result in results.values()):
            problem = f"the bundle {self.bundle.name!r} gave a number that is not finite; it is broken"
            raise InputError(problem)
        return results

    @cached_property
    def _workers(self) -> ThreadPoolExecutor:
        from concurrent.futures import ThreadPoolExecutor  # one document needs none

        on_cpu = self.providers[0] == CPU
        return ThreadPoolExecutor(min(cores(), MAX_WORKERS) if on_cpu else 1)

    def _check_width(self, table: NDArray[np.float32]) -> None:
        """An operator's row must be as wide as the ONNX graph expects it."""
        for value in self._session.get_inputs():
            if value.name == "operators" and value.shape[1] not in (table.shape[1], None):
                found = f"the bundle's features {self._features} make rows of {table.shape[1]} numbers"
                problem = f"{found}, predictor.onnx expects {value.shape[1]}"
                raise InputError(problem, file=str(self.bundle.folder))

    def _check_signature(self, expected: Collection[str]) -> None:
        """The ONNX graph must take what the manifest says, and give the statistics and opinions that it names."""
        found = {value.name for value in self._session.get_inputs()}
        shapes = {value.name: value.shape for value in self._session.get_outputs()}
        wrong = [name for name, width in self._widths.items() if shapes.get(name, [])[1:] != [width]]
        problem = ""
        if found != set(expected) or not found <= INPUTS:
            both = f"takes {sorted(found)}, its manifest says {sorted(expected)}"
            problem = f"predictor.onnx {both}; expected the same names, all of them among {sorted(INPUTS)}"
        elif wrong:
            wanted = f"an output `{wrong[0]}` of {self._widths[wrong[0]]} numbers an architecture"
            problem = f"predictor.onnx gives {shapes}, expected {wanted}"
        if problem:
            raise InputError(problem, file=str(self.bundle.folder))


def _calibration(manifest: Mapping[str, Any]) -> Calibration | None:
    """From scores to labels, of a bundle that was taught some; loaded only for those."""
    if "calibration" not in manifest:
        return None
    from nasport.runtime.calibration import Calibration

    return Calibration.of(manifest)


def _checked(architectures: object) -> Iterator[Architecture]:
    """The architectures one by one, each looked at; raises TypeError."""
    if not isinstance(architectures, Iterable) or isinstance(architectures, str | bytes | Mapping):
        raise TypeError(f"{type(architectures).__name__}, {_EXPECTED}")
    for place, each in enumerate(architectures):
        if not isinstance(each, Architecture):
            raise TypeError(f"[{place}]: {type(each).__name__}, {_EXPECTED}")
        yield each


def in_batches(
    architectures: Iterable[Architecture], results_of: Callable[[EncodedBatch], Iterable[Result]]
) -> Iterator[Result]:
    """A result for each architecture, in the order given; holds at most `MAX_DOCUMENTS` of them at a time.

    Args:
        results_of: a result for each architecture of a batch, in its order.
    """
    source = iter(architectures)
    while window := list(islice(source, MAX_DOCUMENTS)):
        results: dict[int, Result] = {}
        for rows in _groups([node_count(architecture) for architecture in window]):
            batch = encode([window[row] for row in rows])
            results.update(zip(rows, results_of(batch), strict=True))
        yield from (results[row] for row in range(len(window)))


def cores() -> int:
    """Cores that this process may use, which can be fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def ranked(scores: Sequence[Score]) -> list[Score]:
    """The same scores with their ranks: 1 the highest; equal scores share the better rank."""
    values = np.array([score.score for score in scores])
    best_first = np.sort(-values)
    ranks = np.searchsorted(best_first, -values, side="left") + 1
    return [score._replace(rank=rank) for score, rank in zip(scores, ranks.tolist(), strict=True)]


def node_count(architecture: Architecture) -> int:
    """Nodes of the graph that an architecture becomes, before anything is dropped."""
    cells = architecture.used_cells
    if cells or architecture.skeleton is None:
        return sum(len(cell.nodes) for cell in cells.values())
    return 2 + sum(stage.repeats for stage in architecture.skeleton.stages)


def _groups(counts: Sequence[int]) -> Iterator[list[int]]:
    """Positions grouped so that no group's padded adjacency grows beyond `MAX_ADJACENCY`, small graphs together."""
    group: list[int] = []
    for row in sorted(range(len(counts)), key=counts.__getitem__):
        too_large = (len(group) + 1) * counts[row] ** 2 > MAX_ADJACENCY
        if group and (too_large or counts[row] > 2 * max(counts[group[0]], 8)):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _together(*sorts: Sequence[tuple[str, ...]]) -> Sequence[tuple[str, ...]]:
    """Warnings of several sorts for each architecture; of a sort that has none for any, a list may be empty."""
    some = [sort for sort in sorts if any(sort)] or [sorts[-1]]
    return some[0] if len(some) == 1 else [sum(each, ()) for each in zip(*some, strict=True)]


def reachable_parameters(graphs: GraphBatch) -> NDArray[np.float64]:
    """(B,): relative parameters (9 a 3x3 convolution, 1 a 1x1) of the operators of canonical graphs."""
    weights = np.array([kind.mean(relative_weight) for kind in graphs.kinds] or [0.0])
    return np.asarray((weights[graphs.index] * graphs.mask).sum(axis=1))
