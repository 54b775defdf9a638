"""Score architectures with the predictor of a bundle.

    predictor = Predictor.load()
    for score in predictor.score(architectures):
        print(score.name, score.score, score.warnings)

A score depends on the document, the bundle and the provider, not on the other architectures of the batch. Each score has
the costs with which it should be compared (parameters, reachable parameters, FLOPs) and warnings about the limits of the
bundle.
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
from nasport.runtime.onnx_check import checked_graph
from nasport.runtime.operators import relative_weight
from nasport.runtime.refusals import Refusals
from nasport.runtime.session import CPU, open_session, run_session
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.canonical import canonicalize, hashes
from nasport.schemas.graphs.document_graph import GraphBatch

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from nasport.runtime.calibration import Calibration, Expected
    from nasport.runtime.description_reader import Reader

DEFAULT_BUNDLE = "universal"
MODEL_FILE = "predictor.onnx"

# Inputs that the ONNX graph of a predictor may have; docs/reference/spec.md describes them.
INPUTS = {"operators", "index", "adjacency", "mask", "globals"}
# Outputs of the ONNX graph; all but the score are optional, and the manifest names their columns.
SCORE, STATISTICS, OPINIONS, DOUBTS, TRAITS = "score", "statistics", "opinions", "doubts", "traits"

# Number of graphs per run of the ONNX graph: fewer leave cores idle, more exceed the cache.
CHUNK = 512
MAX_WORKERS = 8
# Largest number of documents that are encoded together, and largest number of entries of their padded adjacency.
MAX_DOCUMENTS = 1024
MAX_ADJACENCY = 1 << 22
_EXPECTED = "expected a list of Architecture objects; nasport.score also takes a single one, paths, documents and texts"

Result = TypeVar("Result")


class Score(NamedTuple):
    """The score of one architecture, with its costs and its warnings.

    Attributes:
        name: name of the document.
        hash: hash of the canonical form, equal for isomorphic architectures.
        score: score of the predictor; higher is better, comparable only within one bundle.
        rank: rank in the batch, 1 for the best; None in a stream.
        parameters: trainable parameters of the whole network; None if unknown.
        reachable_parameters: relative count over the reachable operators: 9 for a 3x3 convolution, 1 for a 1x1 convolution.
        flops: multiply-accumulates of one forward pass; None if unknown.
        bundle: name of the bundle.
        warnings: reasons why the score may be less reliable than usual.
        distance: distance from the training data, see `runtime/distance.py`; None if the bundle does not measure it.
        expected: expected label, if the bundle was fitted to labels; else None.
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
        """Return the record that `nasport score --json` prints."""
        record = self._asdict()
        expected = record.pop("expected")
        record["warnings"] = list(record.pop("warnings"))  # the longest values come last
        if expected is not None:
            record["expected"] = expected._asdict()
        return record


class FitnessEstimate(NamedTuple):
    """The expected fitness of B networks by an evaluator that would have to run them.

    Attributes:
        opinions: (B,) expected fitness, in standard deviations over one search space; comparable only within one bundle.
        doubts: (B,) standard deviations of the expectation.
    """

    opinions: NDArray[np.float32]
    doubts: NDArray[np.float32]


class Predictor:
    """A loaded bundle. Make one with `Predictor.load`.

    Attributes:
        bundle: bundle of the predictor.
        evaluators: names of the evaluators whose fitness the predictor estimates; usually empty.
        refusals: reasons why some networks get no score.
    """

    def __init__(self, bundle: Bundle, providers: Sequence[str] | None = None) -> None:
        if not isinstance(bundle, Bundle):
            raise TypeError(
                f"the bundle is of type {type(bundle).__name__}, expected an opened Bundle; Predictor.load takes names "
                "and folders"
            )
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
        model = checked_graph(bundle.read(MODEL_FILE), file=str(bundle.folder / MODEL_FILE))
        self._session = open_session(model, providers=providers, threads=1, bounded=True)
        self._check_signature(bundle.manifest["inputs"])

    @classmethod
    def load(
        cls, bundle: str | Path = DEFAULT_BUNDLE, *, providers: Sequence[str] | None = None
    ) -> Predictor:
        """Load a shipped bundle by its name, or any bundle by its folder.

        Args:
            bundle: name or folder.
            providers: `cpu` and `cuda` in order of preference (default: CUDA if it works, else the CPU).

        Raises:
            InputError: there is no such bundle, or one of its files is missing, has changed or has the wrong content.
            MissingRuntimeError: ONNX Runtime is not installed.
        """
        return cls(open_bundle(bundle), providers)

    @property
    def wanted(self) -> Sequence[str] | None:
        """Requested providers; None if nasport chooses them."""
        return self._providers

    @property
    def providers(self) -> list[str]:
        """Execution providers that ONNX Runtime uses."""
        return list(self._session.get_providers())

    def score(self, architectures: Iterable[Architecture]) -> list[Score]:
        """Return the scores of architectures in the given order, with their ranks.

        Raises:
            InputError: the bundle does not score an architecture; the message names its position.
            TypeError: `architectures` is not an iterable of architectures; `nasport.score` takes other inputs too.
        """
        return ranked(list(self.score_stream(architectures)))

    def score_stream(self, architectures: Iterable[Architecture]) -> Iterator[Score]:
        """Yield scores in the given order, without ranks; hold at most `MAX_DOCUMENTS` architectures in memory.

        Raises:
            InputError, TypeError: the errors of `score`.
        """
        return in_batches(self._accepted(architectures), self.score_encoded)

    def score_encoded(self, batch: EncodedBatch) -> list[Score]:
        """Score architectures that are already encoded as arrays, in the given order, without ranks.

        Raises:
            InputError: the bundle does not score one of them.
        """
        self.refusals.check_graphs(batch.graphs)
        graphs = canonicalize(batch.graphs)
        known, shown, readings = self._in_known_operators(batch, graphs)
        reachable = reachable_parameters(shown)
        network = global_table(self._globals, known, shown, reachable)
        found = self._run(shown, network, *([SCORE] if self._distance is None else [SCORE, STATISTICS]))
        distances = None if self._distance is None else self._distance(found[STATISTICS], graphs)
        limits = self._limits.warnings(
            shown, np.isfinite(known.reachable.balanced), distances, batch.uncounted
        )
        count = len(graphs)
        rows = zip(  # in the order of the fields of a Score
            batch.names,
            hashes(graphs),
            found[SCORE].tolist(),
            repeat(None, count),
            batch.parameters,
            reachable.tolist(),
            batch.flops,
            repeat(self.bundle.name, count),
            _together(batch.warnings, readings, limits),
            repeat(None, count) if distances is None else distances.values.tolist(),
            repeat(None, count)
            if self._calibration is None
            else map(self._calibration, found[SCORE].tolist()),
            strict=True,
        )
        return [Score(*row) for row in rows]

    def statistics(self, batch: EncodedBatch) -> dict[str, NDArray[np.float32]]:
        """Return the statistics that measure the distance of B architectures, (B,) by name; empty if the bundle has none."""
        if not self._statistics:
            return {}
        return dict(zip(self._statistics, self._outputs_of(batch, STATISTICS)[STATISTICS].T, strict=True))

    def opinions(self, batch: EncodedBatch) -> dict[str, FitnessEstimate]:
        """Return the expected fitness of B architectures by each of the `evaluators`, by name.

        Raises:
            InputError: the bundle does not score one of the architectures.
        """
        self.refusals.check_graphs(batch.graphs)
        if not self.evaluators:
            return {}
        outputs = self._outputs_of(batch, OPINIONS, DOUBTS)
        columns = zip(self.evaluators, outputs[OPINIONS].T, outputs[DOUBTS].T, strict=True)
        return {evaluator: FitnessEstimate(opinions, doubts) for evaluator, opinions, doubts in columns}

    def traits(self, batch: EncodedBatch) -> NDArray[np.float32]:
        """Return (B, T) numbers that an adaptation to one search space weights; T = 0 if the bundle has none.

        Raises:
            InputError: the bundle does not score one of the architectures.
        """
        self.refusals.check_graphs(batch.graphs)
        if TRAITS not in self._widths:
            return np.zeros((len(batch.names), 0), np.float32)
        return self._outputs_of(batch, TRAITS)[TRAITS]

    def _accepted(self, architectures: object) -> Iterator[Architecture]:
        """Yield the architectures; raise InputError or TypeError for one that cannot be scored."""
        for place, architecture in enumerate(_checked(architectures)):
            try:
                self.refusals.check(architecture)
            except InputError as error:
                raise error.within(place) from None
            yield architecture

    def _outputs_of(self, batch: EncodedBatch, *outputs: str) -> dict[str, NDArray[np.float32]]:
        """Return outputs of the ONNX graph for B architectures, (B, ...) by name."""
        known, shown, _ = self._in_known_operators(batch, canonicalize(batch.graphs))
        network = global_table(self._globals, known, shown, reachable_parameters(shown))
        return self._run(shown, network, *outputs)

    def _in_known_operators(
        self, batch: EncodedBatch, graphs: GraphBatch
    ) -> tuple[EncodedBatch, GraphBatch, list[tuple[str, ...]]]:
        """Replace operators of kind `other` by known operators according to their descriptions, if the bundle needs that.

        Args:
            batch: encoded architectures.
            graphs: canonical graphs of the batch.

        Returns:
            the batch to score, its canonical graphs, and warnings for each architecture (empty without replacements).
        """
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
        """Numbers per architecture of the optional outputs that the manifest declares."""
        names = {STATISTICS: self._statistics, OPINIONS: self.evaluators, DOUBTS: self.evaluators}
        widths = {output: len(columns) for output, columns in names.items() if columns}
        traits = self.bundle.manifest["outputs"].get(TRAITS, {}).get("shape", ())
        return {**widths, TRAITS: traits[1]} if len(traits) == 2 else widths

    def _run(
        self, graphs: GraphBatch, network: NDArray[np.float32], *outputs: str
    ) -> dict[str, NDArray[np.float32]]:
        """Run the ONNX graph and return its outputs by name: the score (B,), others (B, width)."""
        widths = self._widths
        results = {
            name: np.zeros((len(graphs), widths[name]) if name in widths else len(graphs), np.float32)
            for name in outputs
        }
        table = operator_table(graphs.kinds, self._features, self._embeddings)
        self._check_width(table)
        expected, file = self.bundle.manifest["inputs"], str(self.bundle.folder / MODEL_FILE)

        def run(inputs: PredictorInput) -> Any:
            arrays: dict[str, NDArray[Any]] = {
                "operators": table,
                "index": inputs.index,
                "adjacency": inputs.adjacency,
                "mask": inputs.mask,
                "globals": network[inputs.rows],
            }
            return run_session(self._session, outputs, {name: arrays[name] for name in expected}, file=file)

        # Chunks run in parallel with one thread each, because the graphs are too small for several threads.
        chunks = predictor_inputs(graphs, CHUNK)
        found = map(run, chunks) if len(chunks) < 2 else self._workers.map(run, chunks)
        for inputs, arrays in zip(chunks, found, strict=True):
            for name, array in zip(outputs, arrays, strict=True):
                shape = (len(inputs.rows), *results[name].shape[1:])
                if array.shape != shape:
                    problem = f"the output {name!r} has shape {array.shape}, expected {shape}"
                    raise InputError(problem, file=file)
                results[name][inputs.rows] = array
        if not all(np.isfinite(result).all() for result in results.values()):
            problem = f"the bundle {self.bundle.name!r} computed NaN or infinity, expected finite numbers; the bundle is broken"
            raise InputError(problem)
        return results

    @cached_property
    def _workers(self) -> ThreadPoolExecutor:
        from concurrent.futures import ThreadPoolExecutor  # not needed for one document

        on_cpu = self.providers[0] == CPU
        return ThreadPoolExecutor(min(cores(), MAX_WORKERS) if on_cpu else 1)

    def _check_width(self, table: NDArray[np.float32]) -> None:
        """Raise InputError if the width of the operator table differs from the width that the ONNX graph expects."""
        inputs = self._session.get_inputs()
        # A graph may leave the shape open.
        for width in (width for value in inputs if value.name == "operators" for width in value.shape[1:2]):
            if width not in (table.shape[1], None):
                found = (
                    f"the features {self._features} of the manifest have {table.shape[1]} numbers together"
                )
                problem = f"{found}, expected {width} as in predictor.onnx"
                raise InputError(problem, file=str(self.bundle.folder))

    def _check_signature(self, expected: Collection[str]) -> None:
        """Raise InputError unless the ONNX graph has the inputs and outputs that the manifest declares."""
        found = {value.name for value in self._session.get_inputs()}
        shapes = {value.name: value.shape for value in self._session.get_outputs()}
        wrong = [name for name, width in self._widths.items() if shapes.get(name, [])[1:] != [width]]
        problem = ""
        if found != set(expected) or not found <= INPUTS:
            both = (
                f"the inputs of predictor.onnx are {sorted(found)}, those of the manifest {sorted(expected)}"
            )
            problem = f"{both}, expected the same names, all of them among {sorted(INPUTS)}"
        elif wrong:
            wanted = f"an output {wrong[0]!r} with {self._widths[wrong[0]]} numbers per architecture"
            problem = f"the outputs of predictor.onnx have the shapes {shapes}, expected {wanted}"
        if problem:
            raise InputError(problem, file=str(self.bundle.folder))


def _calibration(manifest: Mapping[str, Any]) -> Calibration | None:
    """Read the calibration of a bundle that was fitted to labels; its module is imported only for such bundles."""
    if "calibration" not in manifest:
        return None
    from nasport.runtime.calibration import Calibration

    return Calibration.of(manifest)


def _checked(architectures: object) -> Iterator[Architecture]:
    """Yield the architectures; raise TypeError for anything else."""
    if not isinstance(architectures, Iterable) or isinstance(architectures, str | bytes | Mapping):
        raise TypeError(f"the argument is of type {type(architectures).__name__}, {_EXPECTED}")
    for place, architecture in enumerate(architectures):
        if not isinstance(architecture, Architecture):
            raise TypeError(f"[{place}]: a value of type {type(architecture).__name__}, {_EXPECTED}")
        yield architecture


def in_batches(
    architectures: Iterable[Architecture], results_of: Callable[[EncodedBatch], Iterable[Result]]
) -> Iterator[Result]:
    """Yield one result per architecture in the given order; hold at most `MAX_DOCUMENTS` architectures in memory.

    Args:
        architectures: any number of architectures.
        results_of: function of an encoded batch that returns one result per architecture, in order.
    """
    source = iter(architectures)
    while window := list(islice(source, MAX_DOCUMENTS)):
        results: dict[int, Result] = {}
        for rows in _groups([node_count(architecture) for architecture in window]):
            batch = encode([window[row] for row in rows])
            results.update(zip(rows, results_of(batch), strict=True))
        yield from (results[row] for row in range(len(window)))


def cores() -> int:
    """Return the number of cores that this process may use, which can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def ranked(scores: Sequence[Score]) -> list[Score]:
    """Return the scores with ranks: 1 for the highest; equal scores share the better rank."""
    values = np.array([score.score for score in scores])
    best_first = np.sort(-values)
    ranks = np.searchsorted(best_first, -values, side="left") + 1
    return [score._replace(rank=rank) for score, rank in zip(scores, ranks.tolist(), strict=True)]


def node_count(architecture: Architecture) -> int:
    """Return the number of nodes of the graph of an architecture before any are removed."""
    cells = architecture.used_cells
    if cells or architecture.skeleton is None:
        return sum(len(cell.nodes) for cell in cells.values())
    return 2 + sum(stage.repeats for stage in architecture.skeleton.stages)


def _groups(counts: Sequence[int]) -> Iterator[list[int]]:
    """Group positions of graphs by size, such that the padded adjacency of no group exceeds `MAX_ADJACENCY` entries."""
    group: list[int] = []
    for row in sorted(range(len(counts)), key=counts.__getitem__):
        too_large = (len(group) + 1) * counts[row] ** 2 > MAX_ADJACENCY
        if group and (too_large or counts[row] > 2 * max(counts[group[0]], 8)):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _together(*sources: Sequence[tuple[str, ...]]) -> Sequence[tuple[str, ...]]:
    """Concatenate the warnings of each architecture from several sources; a source without warnings may be empty."""
    some = [source for source in sources if any(source)] or [sources[-1]]
    return some[0] if len(some) == 1 else [sum(parts, ()) for parts in zip(*some, strict=True)]


def reachable_parameters(graphs: GraphBatch) -> NDArray[np.float64]:
    """Return (B,) relative parameters of canonical graphs: 9 for a 3x3 convolution, 1 for a 1x1 convolution."""
    weights = np.array([kind.mean(relative_weight) for kind in graphs.kinds] or [0.0])
    return np.asarray((weights[graphs.index] * graphs.mask).sum(axis=1))
