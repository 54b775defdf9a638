"""A search space at work: everything that follows from a space document.

`SearchSpace` joins the parts of a document (named choices, cells, stages, rows of digits) to one row of genes and
builds architectures from it. It knows nothing of scores.
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
# Architectures whose genes are checked together.
MAX_COMPARED = 512


class SearchSpace:
    """A space document with what follows from it.

    Genes are a tuple of ints, one for each of `genes`, each from 0 to its number of options - 1.

    Attributes:
        document: the space document.
        genes: what is open, in order.
        size_is_exact: False where `size` is an upper bound (programs, graphs of more than 7 vertices).
    """

    def __init__(self, document: Space) -> None:
        if not isinstance(document, Space):
            raise TypeError(
                "expected the parsed document of a space; Space.load takes names, files and dicts"
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
        """A space by its name, its file or its document; as `load_space`, which raises what this raises."""
        from nasport.toolkit.spaces.library import load_space

        return load_space(source)

    @property
    def name(self) -> str:
        """The document's name."""
        return self.document.name

    def size(self) -> int:
        """How many members `enumerate` yields; an upper bound where `size_is_exact` is False.

        Members are counted as the benchmarks count them: by their genes, free graphs up to isomorphism. Two members
        may compute the same (a `none` on every edge), which only the hash of the architecture tells.
        """
        return prod(part.size() for part in self._parts)

    def enumerate(self) -> Iterator[Genes]:
        """Every member once, lazily, the last part changing fastest."""
        return self._enumerate(0)

    def sample(self, rng: Generator | int) -> Genes:
        """A random member, uniform over valid rows of genes; by a seed the same each time.

        That is uniform over members where every member has one row. A free graph (NAS-Bench-101) or a program
        (NAS-Bench-NLP) has many spellings, and cells with many of them, smaller ones above all, come up more often
        than others.
        """
        generator = default_rng(rng)
        return tuple(value for part in self._parts for value in part.sample(generator))

    def valid(self, genes: Sequence[int]) -> bool:
        """Whether a row of genes is a member: of the right length, within every gene's range, within the limits."""
        if len(genes) != len(self.genes):
            return False
        if not all(0 <= value < options for value, options in zip(genes, self._options, strict=True)):
            return False
        return all(part.valid(values) for part, values in self._split(genes))

    def active(self, genes: Sequence[int]) -> tuple[bool, ...]:
        """For each gene whether changing it can change the architecture."""
        return tuple(flag for part, values in self._split(genes) for flag in part.active(values))

    def decided(self, genes: Sequence[int]) -> dict[str, Value]:
        """What every open place of a member is decided to, by the name of its gene; idle genes are left out."""
        return {
            gene.name: gene.meanings[value]
            for gene, value, active in zip(self.genes, genes, self.active(genes), strict=True)
            if active
        }

    def mutate(self, genes: Sequence[int], rng: Generator, count: int = 1) -> Genes:
        """A member that differs in exactly `count` active genes; genes that become idle are set to 0.

        Which genes and which new values is uniform, redrawn until the result is valid.

        Raises:
            ValueError: fewer than `count` genes can change, or no valid result is found.
        """
        changeable = [k for k, flag in enumerate(self.active(genes)) if flag and self._options[k] > 1]
        if count > len(changeable):
            raise ValueError(f"{count} changes wanted, but only {len(changeable)} genes can change")
        for _ in range(MAX_TRIES):
            child = list(genes)
            for k in rng.choice(changeable, count, replace=False):
                child[k] = (child[k] + 1 + int(rng.integers(self._options[k] - 1))) % self._options[k]
            canonical = self.canonical(child)
            if self.valid(canonical):
                return canonical
        raise ValueError(f"no valid mutation found in {MAX_TRIES:,} tries")

    def neighbors(self, genes: Sequence[int]) -> Iterator[Genes]:
        """Every member that differs in one active gene."""
        for k, flag in enumerate(self.active(genes)):
            for value in range(self.genes[k].options if flag else 0):
                child = self.canonical([*genes[:k], value, *genes[k + 1 :]])
                if value != genes[k] and self.valid(child):
                    yield child

    def crossover(self, one: Sequence[int], other: Sequence[int], rng: Generator) -> Genes:
        """A member that has every gene from one of two parents, by a coin; `repair`ed where no draw is valid."""
        child: Genes = tuple(one)
        for _ in range(MAX_TRIES // 10):
            coins = rng.random(len(self.genes)) < 0.5
            child = self.canonical([int(a if c else b) for a, b, c in zip(one, other, coins, strict=True)])
            if self.valid(child):
                return child
        return self.repair(child)

    def encode(self, genes: Sequence[int]) -> NDArray[np.float64]:
        """(G,) numbers in (0, 1): value v of a gene with n options is the middle of the v-th of n equal intervals."""
        return np.asarray((np.array(genes) + 0.5) / np.array(self._options), np.float64)

    def decode(self, vector: Sequence[float] | NDArray[np.float64]) -> Genes:
        """The genes of (G,) numbers in [0, 1], the inverse of `encode`; repaired where they are no member."""
        pairs = zip(np.clip(vector, 0.0, 1.0).tolist(), self._options, strict=True)
        return self.repair([min(int(x * options), options - 1) for x, options in pairs])

    def repair(self, genes: Sequence[int]) -> Genes:
        """A member close to a row of genes, the same for the same row: a few genes redrawn, no more than needed."""
        canonical = self.canonical(genes)
        if self.valid(canonical):
            return canonical
        rng = default_rng(list(genes))
        found: list[int] = []
        for part, values in self._split(canonical):
            found += values if part.valid(values) else _nearest(part, values, rng)
        return tuple(found)

    def architecture(self, genes: Sequence[int]) -> Architecture:
        """The architecture of a row of genes.

        Raises:
            ValueError: the row is no member.
        """
        if not self.valid(genes):
            raise ValueError(f"no member of the space {self.name!r}: {tuple(genes)}")
        named, *values = (values for _, values in self._split(genes))
        choices: Known = dict(zip(self.document.choices, named, strict=True))
        cells = {
            name: part.build(own, choices) if isinstance(part, TemplateCell) else part.build(own)
            for (name, part), own in zip(self._cells.items(), values, strict=False)
        }
        after = values[len(cells) :]
        skeleton = self._plan.build(after[0], after[1:], choices) if self._plan else None
        return self._assembled(cells, skeleton)

    def genes_of(self, architecture: Architecture) -> Genes | None:
        """Genes of an architecture, None where it is no member.

        Goes by structure: names and order of nodes do not matter, but nodes that carry nothing must be there where
        the space writes them (`none` in NAS-Bench-201).
        """
        for genes in self._matches(architecture):
            first, second = _digests([self.architecture(genes), architecture])
            if first == second:
                return genes
        return None

    def genes_of_many(self, architectures: Sequence[Architecture]) -> list[Genes | None]:
        """`genes_of` each of many architectures, faster: what agrees place by place is compared in batches."""
        genes = [next(self._matches(architecture), None) for architecture in architectures]
        places = [place for place, found in enumerate(genes) if found is not None]
        for start in range(0, len(places), MAX_COMPARED):
            part = places[start : start + MAX_COMPARED]
            built = [self.architecture(found) for place in part if (found := genes[place]) is not None]
            digests = _digests([*built, *(architectures[place] for place in part)])
            for k, place in enumerate(part):
                if digests[k] != digests[len(part) + k]:
                    genes[place] = self.genes_of(architectures[place])
        return genes

    def supernet(self, allowed: Sequence[Collection[int]] | None = None) -> Architecture:
        """One architecture that holds all members, nodes with several possible operators as mixed nodes.

        A node whose inputs are open is fed by all that are allowed. Repeats, widths and other numbers are the largest
        allowed; stages with open operators beside cells take the first. A space without cells becomes one cell that
        is the chain of its layers. With one value allowed for every gene it is that member.

        Args:
            allowed: for each gene the values that are still allowed; all of them where nothing is given.

        Raises:
            ValueError: nothing is allowed for some gene.
        """
        kept = [tuple(range(g.options)) for g in self.genes] if allowed is None else list(map(tuple, allowed))
        if len(kept) != len(self.genes) or not all(kept):
            raise ValueError(f"expected at least one allowed value for each of {len(self.genes)} genes")
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
        """The operator behind a key: the document's own, else the vocabulary's, else an extension's."""
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
        """The genes with those that are idle set to 0."""
        return tuple(value for part, values in self._split(genes) for value in part.canonical(values))

    def _enumerate(self, place: int) -> Iterator[Genes]:
        if place == len(self._parts):
            yield ()
            return
        for head in self._parts[place].enumerate():
            for tail in self._enumerate(place + 1):
                yield head + tail

    def _assembled(self, cells: Mapping[str, Cell], skeleton: Skeleton | None) -> Architecture:
        """A document of this space with the cells that stages use; all of them where there are no stages."""
        if skeleton is not None:
            used = {stage.cell for stage in (*skeleton.stem, *skeleton.stages, *skeleton.head)}
            cells = {name: cell for name, cell in cells.items() if name in used}
        return Architecture(cells, skeleton, space=self.name, operators=self.document.operators)

    def _matches(self, architecture: Architecture) -> Iterator[Genes]:
        """Every member that agrees with an architecture place by place."""
        names = paired_cells(self._cells, architecture)
        skeleton = architecture.skeleton
        if names is None or (skeleton is None) != (self._plan is None):
            return
        operators = Operators(self.operator, architecture.operator)
        # Where no stage uses a cell its genes mean nothing.
        own = {name: architecture.cells[of] for name, of in names.items()}
        pairs = [(part, own.get(name)) for name, part in self._cells.items()]
        for cells, choices in _cell_matches(pairs, operators, {}):
            found: Iterable[tuple[Genes, Sequence[Genes], Known]] = [((), (), choices)]
            if self._plan is not None and skeleton is not None:
                found = match_skeleton(self._plan, skeleton, names, operators, choices)
            for places, rows, settled in found:
                named = tuple(settled.get(name, 0) for name in self.document.choices)
                genes = tuple(chain(named, *cells, places, *rows))
                if self.valid(genes):
                    yield genes


def _cell_matches(
    pairs: Sequence[tuple[CellPart, Cell | None]], operators: Operators, choices: Known
) -> Iterator[tuple[tuple[Genes, ...], Known]]:
    """Every way in which cells belong to their parts: the genes of each, and the named choices."""
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
        if key not in seen:  # else the same choices again: whatever follows has been tried
            seen.add(key)
            for rest, last in _cell_matches(others, operators, settled):
                yield (genes, *rest), last


def _nearest(part: Part, values: Genes, rng: Generator) -> Genes:
    """Valid values that differ from `values` in few genes."""
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
