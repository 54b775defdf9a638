"""`SearchSpace`: the operations on a search space document.

The class combines the genes of all parts of the document (named choices, cells, stages, sequences of digits) and builds
architectures from genes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, pairwise
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from nasport.schemas.architecture import Architecture, Cell, Skeleton
from nasport.schemas.graphs.canonical import canonicalize, hashes
from nasport.schemas.graphs.document_graph import raw_graph, stack
from nasport.schemas.operators import Operator, operator_behind
from nasport.schemas.space import GraphChoice, ProgramChoice, Space, Value
from nasport.toolkit.spaces.chain import chain_supernet
from nasport.toolkit.spaces.free_graph import FreeGraphCell
from nasport.toolkit.spaces.genes import Allowed, Gene, Genes, Known, Part
from nasport.toolkit.spaces.membership import CellPart, match_cell, match_skeleton, paired_cells
from nasport.toolkit.spaces.recurrent_program import ProgramCell
from nasport.toolkit.spaces.stages import SkeletonPlan
from nasport.toolkit.spaces.template import TemplateCell
from nasport.toolkit.spaces.template_match import Operators

MAX_TRIES = 1_000
MAX_COMPARED = 512  # architectures whose hashes are compared in one batch


class SearchSpace:
    """A search space: samples, changes, enumerates and builds its architectures.

    A member of the search space is given by its genes: a tuple with one int per gene, from 0 to the gene's number of options - 1.

    Attributes:
        document: the search space document.
        genes: the open choices, in order.
        size_is_exact: False if `size` is an upper bound (for programs, and for graphs of more than 7 vertices).
    """

    def __init__(self, document: Space) -> None:
        if not isinstance(document, Space):
            raise TypeError(
                f"{document!r:.60}, expected a parsed search space document; use Space.load for names, files and dicts"
            )
        self.document = document
        self._cells = {name: self._cell_part(name) for name in document.cells}
        self._plan = SkeletonPlan(document.skeleton) if document.skeleton else None
        choices = document.choices.items()
        named = [Gene(f"choices.{name}", "choice", tuple(values)) for name, values in choices]
        self._parts: list[Part] = [Part(named), *self._cells.values()]
        if self._plan:
            self._parts += [self._plan.places, *self._plan.rows]
        ends = [0, *accumulate(len(part.genes) for part in self._parts)]
        self._slices = [slice(a, b) for a, b in pairwise(ends)]
        self.genes: tuple[Gene, ...] = tuple(gene for part in self._parts for gene in part.genes)
        self._options = [gene.options for gene in self.genes]
        self.size_is_exact = all(part.exact for part in self._parts)

    @classmethod
    def load(cls, source: str | Path | Mapping[str, Any] | SearchSpace) -> SearchSpace:
        """Load a search space.

        Args:
            source: name of a shipped search space, a file, a document as a dict, or a `Space`, which is returned unchanged.

        Returns:
            SearchSpace: the search space.

        Raises:
            InputError: an unknown name, a missing file or an invalid document.
            TypeError: an argument of another type.

        Examples:
            >>> nasport.Space.load("nasbench201").size()
        """
        from nasport.toolkit.spaces.library import load_space

        return load_space(source)

    @property
    def name(self) -> str:
        """Name of the search space."""
        return self.document.name

    def size(self) -> int:
        """Return the number of members, an upper bound if `size_is_exact` is False.

        Members are counted as in the benchmarks: by genes, and free graphs up to isomorphism. Two members can compute the same
        function (for example with `none` on every edge); their architectures then have equal hashes.
        """
        return prod(part.size() for part in self._parts)

    def enumerate(self) -> Iterator[Genes]:
        """Yield the genes of every member once, with the last part changing fastest."""
        return self._enumerate(0)

    def sample(self, rng: Generator | int) -> Genes:
        """Draw the genes of a random member, uniform over valid genes.

        The draw is uniform over members if every member has a single representation. A free graph (NAS-Bench-101) or a
        program (NAS-Bench-NLP) has many, and cells with many representations, mostly small cells, are drawn more often.

        Args:
            rng: random generator, or a seed. Equal seeds give equal members.
        """
        generator = default_rng(rng)
        return tuple(value for part in self._parts for value in part.sample(generator))

    def valid(self, genes: Sequence[int]) -> bool:
        """Return whether genes are a member: right length, every gene within its range, all limits of the space met."""
        if len(genes) != len(self.genes):
            return False
        if not all(0 <= value < options for value, options in zip(genes, self._options, strict=True)):
            return False
        return all(part.valid(values) for part, values in self._split(genes))

    def active(self, genes: Sequence[int]) -> tuple[bool, ...]:
        """Return whether each gene can change the architecture."""
        return tuple(flag for part, values in self._split(genes) for flag in part.active(values))

    def decided(self, genes: Sequence[int]) -> dict[str, Value]:
        """Return the meaning of each gene of a member by the name of the gene, without idle genes."""
        return {
            gene.name: gene.meanings[value]
            for gene, value, active in zip(self.genes, genes, self.active(genes), strict=True)
            if active
        }

    def mutate(self, genes: Sequence[int], rng: Generator, count: int = 1) -> Genes:
        """Draw a member that differs in exactly `count` active genes.

        Genes and new values are drawn uniformly until the result is valid. Genes that become idle are set to 0.

        Args:
            genes: member to change.
            rng: random generator.
            count: number of genes to change.

        Raises:
            ValueError: fewer than `count` genes can change, or no draw is valid.
        """
        changeable = [k for k, flag in enumerate(self.active(genes)) if flag and self._options[k] > 1]
        if count > len(changeable):
            raise ValueError(f"{count} changes, expected at most {len(changeable)}: no more genes can change")
        for _ in range(MAX_TRIES):
            child = list(genes)
            for k in rng.choice(changeable, count, replace=False):
                child[k] = (child[k] + 1 + int(rng.integers(self._options[k] - 1))) % self._options[k]
            canonical = self.canonical(child)
            if self.valid(canonical):
                return canonical
        raise ValueError(f"no valid mutation in {MAX_TRIES:,} draws")

    def neighbors(self, genes: Sequence[int]) -> Iterator[Genes]:
        """Yield all members that differ in one active gene."""
        for k, flag in enumerate(self.active(genes)):
            for value in range(self.genes[k].options if flag else 0):
                child = self.canonical([*genes[:k], value, *genes[k + 1 :]])
                if value != genes[k] and self.valid(child):
                    yield child

    def crossover(self, one: Sequence[int], other: Sequence[int], rng: Generator) -> Genes:
        """Draw a member that inherits each gene from one of two parents at random.

        If no draw is valid, the last one is repaired (see `repair`).
        """
        child: Genes = tuple(one)
        for _ in range(MAX_TRIES // 10):
            coins = rng.random(len(self.genes)) < 0.5
            child = self.canonical([int(a if c else b) for a, b, c in zip(one, other, coins, strict=True)])
            if self.valid(child):
                return child
        return self.repair(child)

    def encode(self, genes: Sequence[int]) -> NDArray[np.float64]:
        """Return genes as (G,) numbers in (0, 1): value v of a gene with n options becomes (v + 0.5) / n."""
        return np.asarray((np.array(genes) + 0.5) / np.array(self._options), np.float64)

    def decode(self, vector: Sequence[float] | NDArray[np.float64]) -> Genes:
        """Return the genes of (G,) numbers in [0, 1], the inverse of `encode`; invalid genes are repaired."""
        pairs = zip(np.clip(vector, 0.0, 1.0).tolist(), self._options, strict=True)
        return self.repair([min(int(x * options), options - 1) for x, options in pairs])

    def repair(self, genes: Sequence[int]) -> Genes:
        """Return a member close to genes: invalid parts are redrawn in as few genes as possible.

        Equal genes give equal results.
        """
        canonical = self.canonical(genes)
        if self.valid(canonical):
            return canonical
        rng = default_rng(list(genes))
        repaired: list[int] = []
        for part, values in self._split(canonical):
            repaired += values if part.valid(values) else _nearest(part, values, rng)
        return tuple(repaired)

    def architecture(self, genes: Sequence[int]) -> Architecture:
        """Build the architecture with the given genes.

        Raises:
            ValueError: the genes are not a member.
        """
        if not self.valid(genes):
            raise ValueError(f"genes {tuple(genes)}, expected a member of the search space {self.name!r}")
        named, *values = (values for _, values in self._split(genes))
        choices: Known = dict(zip(self.document.choices, named, strict=True))
        cells = {
            name: part.build(own, choices) if isinstance(part, TemplateCell) else part.build(own)
            for (name, part), own in zip(self._cells.items(), values, strict=False)
        }
        of_skeleton = values[len(cells) :]
        skeleton = self._plan.build(of_skeleton[0], of_skeleton[1:], choices) if self._plan else None
        return self._assembled(cells, skeleton)

    def genes_of(self, architecture: Architecture) -> Genes | None:
        """Return the genes of an architecture, or None if it is not a member.

        Architectures are compared by structure: the names and the order of nodes do not matter. Nodes without effect must be
        present if the search space has them, such as `none` in NAS-Bench-201.
        """
        for genes in self._matches(architecture):
            first, second = _digests([self.architecture(genes), architecture])
            if first == second:
                return genes
        return None

    def genes_of_many(self, architectures: Sequence[Architecture]) -> list[Genes | None]:
        """Return `genes_of` of each architecture; faster, because hashes are computed in batches."""
        genes = [next(self._matches(architecture), None) for architecture in architectures]
        places = [place for place, candidate in enumerate(genes) if candidate is not None]
        for start in range(0, len(places), MAX_COMPARED):
            part = places[start : start + MAX_COMPARED]
            built = [self.architecture(own) for place in part if (own := genes[place]) is not None]
            digests = _digests([*built, *(architectures[place] for place in part)])
            for k, place in enumerate(part):
                if digests[k] != digests[len(part) + k]:
                    genes[place] = self.genes_of(architectures[place])
        return genes

    def supernet(self, allowed: Sequence[Collection[int]] | None = None) -> Architecture:
        """Build one architecture that contains all members; nodes with several possible operators are mixed nodes.

        A node with open inputs reads all allowed inputs. Repeats, widths and other numbers are the largest allowed ones. Stages
        with open operators next to cells take the first allowed operator. The supernet of a search space without cells is one
        cell, the chain of its layers. If every gene has a single allowed value, the result is that member.

        Args:
            allowed: allowed values of each gene; None for all values.

        Raises:
            ValueError: a gene without allowed values, or another number of genes.
        """
        kept = [tuple(range(g.options)) for g in self.genes] if allowed is None else list(map(tuple, allowed))
        if len(kept) != len(self.genes) or not all(kept):
            raise ValueError(
                f"{len(kept)} sets of values, expected at least one allowed value for each of {len(self.genes)} genes"
            )
        if all(len(values) == 1 for values in kept):
            return self.architecture([values[0] for values in kept])
        named, *own = (kept[part] for part in self._slices)
        choices: Allowed = dict(zip(self.document.choices, named, strict=True))
        known: list[Allowed] = [{**choices, **dict(enumerate(values))} for values in own]
        count = len(self._cells)
        if not self._cells and self._plan:
            cells, skeleton, changed = chain_supernet(self._plan, known[0], own[1:], self.operator)
            operators = {**self.document.operators, **changed}
            return Architecture(cells, skeleton, space=self.name, operators=operators)
        parts = zip(self._cells.items(), known, strict=False)
        cells = {name: part.supernet(values) for (name, part), values in parts}
        widest = self._plan.widest(known[count], own[count + 1 :]) if self._plan else None
        return self._assembled(cells, widest)

    def operator(self, key: str) -> Operator:
        """Return the operator of a key from the document, else from the vocabulary, else from an extension."""
        return operator_behind(key, self.document.operators)

    def _cell_part(self, name: str) -> CellPart:
        cell = self.document.cells[name]
        if isinstance(cell.body, GraphChoice):
            return FreeGraphCell(name, cell)
        if isinstance(cell.body, ProgramChoice):
            ordered = [op.op for op in cell.body.operators if self.operator(op.op).ordered]
            return ProgramCell(name, cell, ordered)
        return TemplateCell(name, cell)

    def _split(self, genes: Sequence[int]) -> Iterator[tuple[Part, Genes]]:
        for part, place in zip(self._parts, self._slices, strict=True):
            yield part, tuple(genes[place])

    def canonical(self, genes: Sequence[int]) -> Genes:
        """Return the genes with idle genes set to 0."""
        return tuple(value for part, values in self._split(genes) for value in part.canonical(values))

    def _enumerate(self, place: int) -> Iterator[Genes]:
        if place == len(self._parts):
            yield ()
            return
        for head in self._parts[place].enumerate():
            for tail in self._enumerate(place + 1):
                yield head + tail

    def _assembled(self, cells: Mapping[str, Cell], skeleton: Skeleton | None) -> Architecture:
        """Return an architecture with the cells that stages use, or with all cells if there is no skeleton."""
        if skeleton is not None:
            used = {stage.cell for stage in (*skeleton.stem, *skeleton.stages, *skeleton.head)}
            cells = {name: cell for name, cell in cells.items() if name in used}
        return Architecture(cells, skeleton, space=self.name, operators=self.document.operators)

    def _matches(self, architecture: Architecture) -> Iterator[Genes]:
        """Yield the members that agree with an architecture field by field."""
        names = paired_cells(self._cells, architecture)
        skeleton = architecture.skeleton
        if names is None or (skeleton is None) != (self._plan is None):
            return
        operators = Operators(self.operator, architecture.operator)
        # A cell that no stage uses has no partner in the document, and any genes.
        partners = {name: architecture.cells[of] for name, of in names.items()}
        pairs = [(part, partners.get(name)) for name, part in self._cells.items()]
        for cells, choices in _cell_matches(pairs, operators, {}):
            skeletons: Iterable[tuple[Genes, Sequence[Genes], Known]] = [((), (), choices)]
            if self._plan is not None and skeleton is not None:
                skeletons = match_skeleton(self._plan, skeleton, names, operators, choices)
            for places, rows, settled in skeletons:
                named = tuple(settled.get(name, 0) for name in self.document.choices)
                genes = tuple(chain(named, *cells, places, *rows))
                if self.valid(genes):
                    yield genes


def _cell_matches(
    pairs: Sequence[tuple[CellPart, Cell | None]], operators: Operators, choices: Known
) -> Iterator[tuple[tuple[Genes, ...], Known]]:
    """Yield every match of cells with their parts: the genes of each part, and the named choices."""
    if not pairs:
        yield (), choices
        return
    (part, cell), *others = pairs
    matches: Iterable[tuple[Genes, Known]]
    if cell is None:
        matches = [(next(part.enumerate()), choices)]
    else:
        matches = match_cell(part, cell, operators, choices)
    seen: set[tuple[tuple[int | str, int], ...]] = set()
    for genes, settled in matches:
        key = tuple(sorted(settled.items(), key=str))
        if key not in seen:  # the same named choices lead to the same matches of the other cells
            seen.add(key)
            for rest, last in _cell_matches(others, operators, settled):
                yield (genes, *rest), last


def _nearest(part: Part, values: Genes, rng: Generator) -> Genes:
    """Return valid values that differ from `values` in few genes."""
    count = len(values)
    for changes in range(1, count + 1):
        for _ in range(20 * count):
            child = list(values)
            for k in rng.choice(count, changes, replace=False):
                child[k] = int(rng.integers(part.genes[k].options))
            canonical = part.canonical(tuple(child))
            if part.valid(canonical):
                return canonical
    return part.sample(rng)


def _digests(architectures: Sequence[Architecture]) -> Sequence[str]:
    return hashes(canonicalize(stack([raw_graph(each) for each in architectures])))
