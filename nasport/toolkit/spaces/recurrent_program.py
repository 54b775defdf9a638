"""Recurrent cells as programs (NAS-Bench-NLP): a list of steps, each an operator on earlier values.

The values are x, the previous hidden states and the results of the steps; a hidden state's new value is the result of
a step of its own. Operators say how many distinct values they take and of which sorts. Steps that reach no hidden state
are dropped, and x and every previous state must reach one.

Genes are ranks, mapped evenly onto what is possible at that point (value g of a gene with n values, m things possible:
thing g*m/n, rounded down), so that nearly every row of genes is a program. `sample` draws rows uniformly and keeps the
valid ones: uniform over neither programs nor cells; short programs have many spellings. `size` is an upper bound: the
number of ways to write a program down if every operator took every sort of value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from math import perm, prod

from nasport.schemas.architecture import Cell, Node
from nasport.schemas.space import ProgramChoice, SpaceCell, StepOperator
from nasport.toolkit.spaces.genes import Allowed, Gene, Genes, Part
from nasport.toolkit.spaces.template import mixed

X, STATE = "x", "h_prev"


@dataclass(frozen=True)
class Program:
    """A decoded row of genes.

    Attributes:
        states: number of hidden states.
        steps: (operator, values that feed it); value 0 is x, 1 to `states` the previous hidden states, then the steps.
        outputs: for each state the step that gives its new value.
    """

    states: int
    steps: tuple[tuple[int, tuple[int, ...]], ...]
    outputs: tuple[int, ...]

    def live(self) -> tuple[set[int], set[int]]:
        """The steps that reach an output, and all the values that these steps read."""
        waiting, live, read = list(self.outputs), set[int](), set[int]()
        while waiting:
            step = waiting.pop()
            if step not in live:
                live.add(step)
                read.update(self.steps[step][1])
                waiting.extend(v - 1 - self.states for v in self.steps[step][1] if v > self.states)
        return live, read


class ProgramCell(Part):
    """A recurrent cell that is any program under rules."""

    exact = False

    def __init__(self, name: str, cell: SpaceCell, ordered: Collection[str] = ()) -> None:
        """`ordered`: keys of the operators whose inputs cannot be exchanged."""
        assert isinstance(cell.body, ProgramChoice)
        self.rules = cell.body
        self.ordered = ordered
        self.role, self.channels = cell.role, cell.channels
        self._most = max(op.max_inputs for op in self.rules.operators)
        self._counts = max(op.max_inputs - op.min_inputs + 1 for op in self.rules.operators)
        self._per_step = 2 + self._most
        self._last: tuple[Genes, Program] = ((), Program(0, (), ()))
        rules = self.rules
        states = range(rules.min_states, rules.max_states + 1)
        genes = [Gene(f"cells.{name}.states", "number", tuple(states))]
        for step in range(rules.max_steps):
            at = f"cells.{name}.{step}"
            genes.append(Gene(f"{at}.op", "operator", tuple(op.op for op in rules.operators)))
            genes.append(Gene(f"{at}.count", "number", tuple(range(self._counts))))
            ranks = tuple(range(1 + rules.max_states + step))
            genes += (Gene(f"{at}.input{k}", "inputs", ranks) for k in range(self._most))
        outputs = tuple(range(rules.max_steps))
        genes += (Gene(f"cells.{name}.h_new_{k}", "inputs", outputs) for k in range(rules.max_states))
        super().__init__(genes)

    def decode(self, values: Genes) -> Program:
        """The program that a row of genes spells."""
        if self._last[0] == values:  # checking, then building, one row asks several times
            return self._last[1]
        rules = self.rules
        states = rules.min_states + values[0]
        sorts = [X] + [STATE] * states
        steps = []
        for step in range(rules.max_steps):
            op_gene, count_gene, *ranks = values[1 + step * self._per_step :][: self._per_step]
            possible = self._possible(sorts)
            op = possible[_ranked(op_gene, len(rules.operators), len(possible))]
            left, counts = self._open(op, sorts)
            number = rules.operators[op].min_inputs + _ranked(count_gene, self._counts, counts)
            things = 1 + rules.max_states + step
            steps.append((op, tuple(left.pop(_ranked(rank, things, len(left))) for rank in ranks[:number])))
            sorts.append(rules.operators[op].op)
        left = list(range(rules.max_steps))
        own = values[-rules.max_states :][:states]
        outputs = tuple(left.pop(_ranked(value, rules.max_steps, len(left))) for value in own)
        self._last = (values, Program(states, tuple(steps), outputs))
        return self._last[1]

    def encode(self, program: Program) -> Genes:
        """Genes that spell a program; its steps come first, what follows is idle.

        Raises:
            ValueError: the program breaks the rules.
        """
        rules = self.rules
        if len(program.steps) > rules.max_steps or not rules.min_states <= program.states <= rules.max_states:
            raise ValueError("too many steps or states")
        values = [program.states - rules.min_states]
        sorts = [X] + [STATE] * program.states
        for step, (op, fed) in enumerate(program.steps):
            possible = self._possible(sorts)
            left, counts = self._open(op, sorts)
            more = len(fed) - rules.operators[op].min_inputs
            if op not in possible or not 0 <= more < counts:
                raise ValueError("an operator with inputs that the rules do not allow")
            values.append(_gene_of(possible.index(op), len(rules.operators), len(possible)))
            values.append(_gene_of(more, self._counts, counts))
            for value in fed:
                values.append(_gene_of(left.index(value), 1 + rules.max_states + step, len(left)))
                left.remove(value)
            values.extend([0] * (self._most - len(fed)))
            sorts.append(rules.operators[op].op)
        values.extend([0] * self._per_step * (rules.max_steps - len(program.steps)))
        left = list(range(rules.max_steps))
        for output in program.outputs:
            values.append(_gene_of(left.index(output), rules.max_steps, len(left)))
            left.remove(output)
        return tuple(values) + (0,) * (rules.max_states - program.states)

    def valid(self, values: Genes) -> bool:
        """Whether x and every previous state are read and enough steps are left."""
        return self._whole(self.decode(values))

    def active(self, values: Genes) -> tuple[bool, ...]:
        """The genes of the steps that reach an output, as far as they are read."""
        program = self.decode(values)
        live, _ = program.live()
        flags = [True]
        for step, (op, fed) in enumerate(program.steps):
            rule = self.rules.operators[op]
            read = (True, rule.min_inputs < rule.max_inputs, *(k < len(fed) for k in range(self._most)))
            flags.extend(flag and step in live for flag in read)
        return (*flags, *(k < program.states for k in range(self.rules.max_states)))

    def build(self, values: Genes) -> Cell:
        """The cell of these genes, only steps that reach an output."""
        program = self.decode(values)
        live, _ = program.live()
        names, nodes = self._inputs(program.states), []
        for step, (op, fed) in enumerate(program.steps):
            names.append(f"node_{step}")
            if step in live:
                rule = self.rules.operators[op]
                nodes.append(Node(names[-1], rule.op, tuple(names[v] for v in fed), rule.join))
        return self._cell(nodes, program.outputs)

    def supernet(self, allowed: Allowed) -> Cell:
        """Every step fed by all that may feed it, operators as candidates; the last steps give the states.

        Genes here are ranks, so pruning their values prunes positions, not fixed operators.
        """
        states = self.rules.min_states + max(allowed[0])
        values, nodes = {name: X if name == X else STATE for name in self._inputs(states)}, []
        for step in range(self.rules.max_steps):
            kept = [self.rules.operators[v] for v in sorted(allowed[1 + step * self._per_step])]
            sources = {s for op in kept for s in (op.sources or values.values())}
            name = f"node_{step}"
            fed = tuple(value for value, sort in values.items() if sort in sources or sort == "")
            nodes.append(mixed([op.op for op in kept], Node(name, "", fed, kept[0].join)))
            values[name] = kept[0].op if len(kept) == 1 else ""
        return self._cell(nodes, range(self.rules.max_steps - states, self.rules.max_steps))

    def size(self) -> int:
        """An upper bound; see the text on top of this file."""
        rules = self.rules
        numbers = [n for op in rules.operators for n in range(op.min_inputs, op.max_inputs + 1)]
        total = 0
        for states in range(rules.min_states, rules.max_states + 1):
            values = range(1 + states, 1 + states + rules.max_steps)
            total += perm(rules.max_steps, states) * prod(sum(perm(v, n) for n in numbers) for v in values)
        return total

    def enumerate(self) -> Iterator[Genes]:
        """Every program whose steps all count, once; two that differ in the order of their steps are both there."""
        rules = self.rules
        for states in range(rules.min_states, rules.max_states + 1):
            for count in range(max(rules.min_steps, states), rules.max_steps + 1):
                for steps in self._all_steps(states, count, [], [X] + [STATE] * states):
                    for outputs in permutations(range(count), states):
                        program = Program(states, steps, outputs)
                        if len(program.live()[0]) == count and self._whole(program):
                            yield self.encode(program)

    def _all_steps(
        self, states: int, count: int, done: list[tuple[int, tuple[int, ...]]], sorts: list[str]
    ) -> Iterator[tuple[tuple[int, tuple[int, ...]], ...]]:
        if len(done) == count:
            yield tuple(done)
            return
        for op in self._possible(sorts):
            rule = self.rules.operators[op]
            accepted = _accepted(rule, sorts)
            choose = permutations if rule.op in self.ordered else combinations
            for number in range(rule.min_inputs, rule.max_inputs + 1):
                for fed in choose(accepted, number):
                    yield from self._all_steps(states, count, [*done, (op, fed)], [*sorts, rule.op])

    def _whole(self, program: Program) -> bool:
        live, read = program.live()
        return len(live) >= self.rules.min_steps and read >= set(range(program.states + 1))

    def _possible(self, sorts: Sequence[str]) -> list[int]:
        """Operators that find enough values to take."""
        return [k for k, op in enumerate(self.rules.operators) if len(_accepted(op, sorts)) >= op.min_inputs]

    def _open(self, op: int, sorts: Sequence[str]) -> tuple[list[int], int]:
        """The values that an operator takes, and how many numbers of inputs it may have."""
        rule = self.rules.operators[op]
        left = _accepted(rule, sorts)
        return left, min(rule.max_inputs, len(left)) - rule.min_inputs + 1

    def _inputs(self, states: int) -> list[str]:
        return [X, *(f"{STATE}_{k}" for k in range(states))]

    def _cell(self, nodes: Sequence[Node], outputs: Sequence[int]) -> Cell:
        """The cell of some steps; of each state the step that gives its new value."""
        inputs = [Node(name, "input", role=name) for name in self._inputs(len(outputs))]
        new = [(f"h_new_{k}", f"node_{step}") for k, step in enumerate(outputs)]
        ends = [Node(name, "output", (step,), role=name) for name, step in new]
        return Cell((*inputs, *nodes, *ends), self.role, self.channels)


def _accepted(rule: StepOperator, sorts: Sequence[str]) -> list[int]:
    """The values whose sort the operator takes."""
    return [v for v, sort in enumerate(sorts) if not rule.sources or sort in rule.sources]


def _ranked(gene: int, values: int, things: int) -> int:
    """Which of `things` a gene with so many `values` stands for."""
    return gene * things // values


def _gene_of(thing: int, values: int, things: int) -> int:
    """The smallest value of a gene that stands for a thing; the inverse of `_ranked`."""
    return -(-thing * values // things)
