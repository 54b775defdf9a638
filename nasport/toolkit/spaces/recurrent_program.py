"""Recurrent cells as programs (NAS-Bench-NLP): a list of steps, each an operator on earlier values.

The values are x, the previous hidden states and the results of the steps. The new value of each hidden state is the result of a
separate step. The rules of an operator state how many distinct values it reads and of which sorts. Steps that no hidden state
depends on are dropped, and the new states must depend on x and on every previous state.

Genes are ranks that are mapped evenly onto the options at their point of the program (value g of a gene with n values among m
options means option g*m/n, rounded down), so that nearly all genes are valid programs. `sample` draws genes uniformly and rejects
invalid ones. The result is not uniform over programs or cells, because many genes express the same short program. `size` is an
upper bound: the number of programs if every operator could read every sort of value.
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
    """Decoded genes of a program.

    Attributes:
        states: number of hidden states.
        steps: pairs (operator, values that it reads); value 0 is x, values 1 to `states` are the previous hidden states, the
            following values are the results of the steps.
        outputs: for each hidden state the step that computes its new value.
    """

    states: int
    steps: tuple[tuple[int, tuple[int, ...]], ...]
    outputs: tuple[int, ...]

    def reachable(self) -> tuple[set[int], set[int]]:
        """Return the steps that the outputs depend on, and all values that these steps read."""
        waiting, reachable, read = list(self.outputs), set[int](), set[int]()
        while waiting:
            step = waiting.pop()
            if step not in reachable:
                reachable.add(step)
                read.update(self.steps[step][1])
                waiting.extend(v - 1 - self.states for v in self.steps[step][1] if v > self.states)
        return reachable, read


class ProgramCell(Part):
    """Genes of a recurrent cell that is any program within rules."""

    exact = False

    def __init__(self, name: str, cell: SpaceCell, ordered: Collection[str] = ()) -> None:
        """Make the genes of a cell.

        Args:
            name: name of the cell.
            cell: its part of the document.
            ordered: keys of the operators whose result depends on the order of their inputs.
        """
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
        """Return the program that genes encode."""
        if self._last[0] == values:  # validity check and build decode the same genes
            return self._last[1]
        rules = self.rules
        states = rules.min_states + values[0]
        sorts = [X] + [STATE] * states
        steps = []
        for step in range(rules.max_steps):
            op_gene, count_gene, *ranks = values[1 + step * self._per_step :][: self._per_step]
            possible = self._possible(sorts)
            op = possible[_thing_of(op_gene, len(rules.operators), len(possible))]
            left, counts = self._inputs_of(op, sorts)
            number = rules.operators[op].min_inputs + _thing_of(count_gene, self._counts, counts)
            things = 1 + rules.max_states + step
            steps.append((op, tuple(left.pop(_thing_of(rank, things, len(left))) for rank in ranks[:number])))
            sorts.append(rules.operators[op].op)
        left = list(range(rules.max_steps))
        own = values[-rules.max_states :][:states]
        outputs = tuple(left.pop(_thing_of(value, rules.max_steps, len(left))) for value in own)
        self._last = (values, Program(states, tuple(steps), outputs))
        return self._last[1]

    def encode(self, program: Program) -> Genes:
        """Return genes of a program. The genes of unused steps are 0.

        Raises:
            ValueError: the program violates the rules.
        """
        rules = self.rules
        if len(program.steps) > rules.max_steps or not rules.min_states <= program.states <= rules.max_states:
            raise ValueError("too many steps or states")
        values = [program.states - rules.min_states]
        sorts = [X] + [STATE] * program.states
        for step, (op, inputs) in enumerate(program.steps):
            possible = self._possible(sorts)
            left, counts = self._inputs_of(op, sorts)
            more = len(inputs) - rules.operators[op].min_inputs
            if op not in possible or not 0 <= more < counts:
                raise ValueError("an operator with inputs that the rules forbid")
            values.append(_gene_of(possible.index(op), len(rules.operators), len(possible)))
            values.append(_gene_of(more, self._counts, counts))
            for value in inputs:
                values.append(_gene_of(left.index(value), 1 + rules.max_states + step, len(left)))
                left.remove(value)
            values.extend([0] * (self._most - len(inputs)))
            sorts.append(rules.operators[op].op)
        values.extend([0] * self._per_step * (rules.max_steps - len(program.steps)))
        left = list(range(rules.max_steps))
        for output in program.outputs:
            values.append(_gene_of(left.index(output), rules.max_steps, len(left)))
            left.remove(output)
        return tuple(values) + (0,) * (rules.max_states - program.states)

    def valid(self, values: Genes) -> bool:
        """Return whether the outputs depend on x, on every previous state and on enough steps."""
        return self._follows_rules(self.decode(values))

    def active(self, values: Genes) -> tuple[bool, ...]:
        """Return whether the outputs depend on each gene."""
        program = self.decode(values)
        reachable, _ = program.reachable()
        flags = [True]
        for step, (op, inputs) in enumerate(program.steps):
            rule = self.rules.operators[op]
            read = (True, rule.min_inputs < rule.max_inputs, *(k < len(inputs) for k in range(self._most)))
            flags.extend(flag and step in reachable for flag in read)
        return (*flags, *(k < program.states for k in range(self.rules.max_states)))

    def build(self, values: Genes) -> Cell:
        """Build the cell of genes from the steps that the outputs depend on."""
        program = self.decode(values)
        reachable, _ = program.reachable()
        names, nodes = self._input_names(program.states), []
        for step, (op, inputs) in enumerate(program.steps):
            names.append(f"node_{step}")
            if step in reachable:
                rule = self.rules.operators[op]
                nodes.append(Node(names[-1], rule.op, tuple(names[v] for v in inputs), rule.join))
        return self._cell(nodes, program.outputs)

    def supernet(self, allowed: Allowed) -> Cell:
        """Build the cell in which every step reads all possible values and has the allowed operators as candidates.

        The last steps compute the new states. Because genes are ranks, removing a value removes a rank and not one specific
        operator.
        """
        states = self.rules.min_states + max(allowed[0])
        values, nodes = {name: X if name == X else STATE for name in self._input_names(states)}, []
        for step in range(self.rules.max_steps):
            kept = [self.rules.operators[v] for v in sorted(allowed[1 + step * self._per_step])]
            sources = {s for op in kept for s in (op.sources or values.values())}
            name = f"node_{step}"
            inputs = tuple(value for value, sort in values.items() if sort in sources or sort == "")
            nodes.append(mixed([op.op for op in kept], Node(name, "", inputs, kept[0].join)))
            values[name] = kept[0].op if len(kept) == 1 else ""
        return self._cell(nodes, range(self.rules.max_steps - states, self.rules.max_steps))

    def size(self) -> int:
        """Return an upper bound of the number of programs, as defined in the docstring of this module."""
        rules = self.rules
        numbers = [n for op in rules.operators for n in range(op.min_inputs, op.max_inputs + 1)]
        total = 0
        for states in range(rules.min_states, rules.max_states + 1):
            values = range(1 + states, 1 + states + rules.max_steps)
            total += perm(rules.max_steps, states) * prod(sum(perm(v, n) for n in numbers) for v in values)
        return total

    def enumerate(self) -> Iterator[Genes]:
        """Yield the genes of every program in which the outputs depend on all steps.

        Programs that differ only in the order of their steps are all included.
        """
        rules = self.rules
        for states in range(rules.min_states, rules.max_states + 1):
            for count in range(max(rules.min_steps, states), rules.max_steps + 1):
                for steps in self._all_steps(states, count, [], [X] + [STATE] * states):
                    for outputs in permutations(range(count), states):
                        program = Program(states, steps, outputs)
                        if len(program.reachable()[0]) == count and self._follows_rules(program):
                            yield self.encode(program)

    def _all_steps(
        self, states: int, count: int, done: list[tuple[int, tuple[int, ...]]], sorts: list[str]
    ) -> Iterator[tuple[tuple[int, tuple[int, ...]], ...]]:
        if len(done) == count:
            yield tuple(done)
            return
        """Yield the lists of `count` steps that begin with the steps `done`, whose values have the given sorts."""
        for op in self._possible(sorts):
            rule = self.rules.operators[op]
            accepted = _accepted(rule, sorts)
            choose = permutations if rule.op in self.ordered else combinations
            for number in range(rule.min_inputs, rule.max_inputs + 1):
                for inputs in choose(accepted, number):
                    yield from self._all_steps(states, count, [*done, (op, inputs)], [*sorts, rule.op])

    def _follows_rules(self, program: Program) -> bool:
        reachable, read = program.reachable()
        return len(reachable) >= self.rules.min_steps and read >= set(range(program.states + 1))

    def _possible(self, sorts: Sequence[str]) -> list[int]:
        """Return the possible operators: there are enough values of the sorts that they read."""
        return [k for k, op in enumerate(self.rules.operators) if len(_accepted(op, sorts)) >= op.min_inputs]

    def _inputs_of(self, op: int, sorts: Sequence[str]) -> tuple[list[int], int]:
        """Return the values that an operator can read, and the number of possible input counts."""
        rule = self.rules.operators[op]
        left = _accepted(rule, sorts)
        return left, min(rule.max_inputs, len(left)) - rule.min_inputs + 1

    def _input_names(self, states: int) -> list[str]:
        """Return the names of x and of the previous hidden states."""
        return [X, *(f"{STATE}_{k}" for k in range(states))]

    def _cell(self, nodes: Sequence[Node], outputs: Sequence[int]) -> Cell:
        """Build a cell from step nodes and, for each state, the step that computes its new value."""
        inputs = [Node(name, "input", role=name) for name in self._input_names(len(outputs))]
        new = [(f"h_new_{k}", f"node_{step}") for k, step in enumerate(outputs)]
        ends = [Node(name, "output", (step,), role=name) for name, step in new]
        return Cell((*inputs, *nodes, *ends), self.role, self.channels)


def _accepted(rule: StepOperator, sorts: Sequence[str]) -> list[int]:
    """Return the values whose sort the operator reads."""
    return [v for v, sort in enumerate(sorts) if not rule.sources or sort in rule.sources]


def _thing_of(gene: int, values: int, things: int) -> int:
    """Return the index of the option, out of `things` options, that a gene with `values` values selects."""
    return gene * things // values


def _gene_of(thing: int, values: int, things: int) -> int:
    """Return the smallest gene that selects an option; the inverse of `_thing_of`."""
    return -(-thing * values // things)
