"""Searchers with made-up evaluators whose best answer is known."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from nasport.schemas import Architecture, InputError, MissingRuntimeError
from nasport.schemas.space import parse_space
from nasport.toolkit.search.domain import Domain, SpaceDomain
from nasport.toolkit.search.query import Allowed, Answer, Member, Query
from nasport.toolkit.search.searcher import Searcher
from nasport.toolkit.search.searchers import SEARCHERS, make_searcher
from nasport.toolkit.search.searchers.pruning import Pruning, affordable, cost
from nasport.toolkit.search.searchers.regularized import RegularizedEvolution
from nasport.toolkit.spaces import SearchSpace, load_space

needs_pymoo = pytest.mark.skipif(
    not __import__("importlib.util").util.find_spec("pymoo"), reason="pymoo is not installed: nasport[search]"
)
Evaluator = Callable[[Query], Answer]
PLAIN = ("pruning", "regularized", "random", "exhaustive")
OPERATORS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
EDGES = ("0->1", "0->2", "1->2", "0->3", "1->3", "2->3")


def nasbench201(operators: Sequence[str] = OPERATORS) -> SpaceDomain:
    """NAS-Bench-201 with its operators in the given order."""
    fed = {"0->1": ["input"], "0->2": ["input"], "1->2": ["0->1"], "0->3": ["input"], "1->3": ["0->1"]}
    nodes: list[dict[str, Any]] = [{"id": "input", "op": "input"}]
    nodes += [{"id": e, "candidates": list(operators), "inputs": fed.get(e, ["0->2", "1->2"])} for e in EDGES]
    nodes += [{"id": "output", "op": "output", "inputs": ["0->3", "1->3", "2->3"]}]
    return space_domain({"cells": {"cell": {"nodes": nodes}}})


def graphs(vertices: int, edges: int) -> SpaceDomain:
    """Free graphs of three operators."""
    names = ["conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3"]
    rules = {"vertices": {"max": vertices}, "edges": {"max": edges}, "operators": names}
    return space_domain({"cells": {"cell": {"graph": rules}}})


def space_domain(body: dict[str, Any]) -> SpaceDomain:
    document = {"format": "nasport-space", "version": 1, "name": "toy", **body}
    return SpaceDomain(SearchSpace(parse_space(json.dumps(document).encode())))


class Numbers(Domain):
    """A list of numbers without a supernet; similar numbers are neighbors."""

    name = "numbers"
    dimensions = 1

    def __init__(self, count: int) -> None:
        self.count = count

    def size(self) -> int:
        return self.count

    def enumerate(self) -> Iterator[Member]:
        return ((k,) for k in range(self.count))

    def sample(self, rng: Generator) -> Member:
        return (int(rng.integers(self.count)),)

    def mutate(self, member: Member, rng: Generator) -> Member:
        return ((member[0] + int(rng.integers(-5, 6))) % self.count,)

    def neighbors(self, member: Member) -> Iterator[Member]:
        return (((member[0] + step) % self.count,) for step in (-2, -1, 1, 2))

    def encode(self, member: Member) -> NDArray[np.float64]:
        return np.array([(member[0] + 0.5) / self.count])

    def decode(self, code: NDArray[np.float64]) -> Member:
        return (min(int(code[0] * self.count), self.count - 1),)

    def architecture(self, member: Member) -> Architecture:
        raise AssertionError("searchers build nothing")

    supernet = possible = survivor = architecture  # type: ignore[assignment]

    def everything(self) -> Allowed:
        return ()


def separable(worth: Sequence[Sequence[float]]) -> Evaluator:
    """Return an evaluator: the sum over genes of the value of each option; in a supernet, of the mean over allowed options."""

    def evaluator(query: Query) -> Answer:
        kept = query.allowed or [(value,) for value in query.member]
        total = sum(float(np.mean([row[v] for v in values])) for row, values in zip(worth, kept, strict=True))
        return Answer(query, (total,))

    return evaluator


def drive(searcher: Searcher, evaluator: Evaluator, evaluations: int) -> dict[Query, Answer]:
    """Run a searcher; return its queries with their answers in order."""
    memory: dict[Query, Answer] = {}
    idle = 0
    while (asked := searcher.ask()) and idle < 20:
        new = [query for query in dict.fromkeys(asked) if query not in memory]
        memory.update((query, evaluator(query)) for query in new[: evaluations - len(memory)])
        if len(memory) >= evaluations:
            break
        idle = 0 if new else idle + 1
        searcher.tell([memory[query] for query in asked])
    return memory


def best_member(memory: dict[Query, Answer]) -> Answer:
    return max((a for a in memory.values() if not a.query.is_supernet), key=lambda answer: answer.merit)


def rugged(query: Query) -> Answer:
    """Random scores, equal for equal queries; some are missing."""
    digest = hash((query.member, query.allowed)) % 1000
    return Answer(
        query, (-math.inf if digest < 50 else digest / 7, -float(digest % 13)), float(digest % 3 == 0)
    )


distinct = st.lists(st.integers(-50, 50), min_size=5, max_size=5, unique=True)


@given(st.permutations(OPERATORS), st.lists(distinct, min_size=6, max_size=6), st.integers(0, 9))
@settings(max_examples=15, deadline=None)
def test_pruning_finds_the_best_whatever_the_order_of_operators(
    order: list[str], worth: list[list[float]], seed: int
) -> None:
    """TG-NAS's public code confuses positions in the sorted removals with operators."""
    domain = nasbench201(order)
    own = [[row[OPERATORS.index(name)] for name in order] for row in worth]
    memory = drive(make_searcher("pruning", domain, seed=seed, evaluations=200), separable(own), 200)
    last = list(memory)[-1]
    chosen = [order[value] for value in last.member]
    assert chosen == [OPERATORS[int(np.argmax(row))] for row in worth]
    assert len(memory) <= cost([5] * 6, 1)


def test_only_the_seed_decides_between_equal_values() -> None:
    """If all scores are equal, no position of a value is preferred."""
    domain = nasbench201()
    found = np.array(
        [
            list(drive(Pruning(domain, seed=s, evaluations=200), lambda q: Answer(q, (0.0,)), 200))[-1].member
            for s in range(40)
        ]
    )
    for value in range(5):
        assert 20 <= int((found == value).sum()) <= 80


@given(st.integers(0, 10_000), st.integers(4, 6), st.integers(3, 9))
@settings(max_examples=12, deadline=None)
def test_pruning_satisfies_the_rules_of_free_graphs(seed: int, vertices: int, edges: int) -> None:
    """Every supernet contains a member, and the survivor has the most important edges."""
    domain = graphs(vertices, edges)
    rng = default_rng(seed)
    worth = [rng.normal(size=len(values)).tolist() for values in domain.everything()]
    memory = drive(Pruning(domain, seed=seed, evaluations=500), separable(worth), 500)
    assert all(domain.possible(query.allowed) for query in memory if query.is_supernet)
    survivor = list(memory)[-1].member
    assert domain.space.valid(survivor)
    others = [separable(worth)(Query(member=domain.sample(rng))).values[0] for _ in range(50)]
    assert separable(worth)(Query(member=survivor)).values[0] > np.median(others)


def test_pruning_a_full_graph_keeps_the_nine_most_important_edges() -> None:
    """All edges have value but only nine are allowed; clear decisions come first."""
    domain = graphs(7, 9)
    genes = domain.space.genes
    wanted = {
        "0->1": 9,
        "1->2": 8,
        "2->3": 7,
        "3->4": 6,
        "4->5": 5,
        "5->6": 4,
        "0->6": 3,
        "1->6": 2,
        "2->6": 1.5,
    }
    worth = [
        [0.0, wanted.get(gene.name.rsplit(".", 1)[-1], 0.1)] if gene.kind == "edge" else [0.0, 1.0, 0.5]
        for gene in genes
    ]
    survivor = list(drive(Pruning(domain, seed=0, evaluations=500), separable(worth), 500))[-1].member
    kept = {
        gene.name.rsplit(".", 1)[-1]
        for gene, v in zip(genes, survivor, strict=True)
        if v and gene.kind == "edge"
    }
    assert kept == set(wanted)
    assert survivor[-5:] == (1, 1, 1, 1, 1)


@pytest.mark.parametrize("evaluations", [1, 7, 40, 90, 700])
@pytest.mark.parametrize("space", ["nasbench201", "transnas_macro", "darts", "nds_resnet"])
def test_pruning_ends_with_a_member_within_any_budget(space: str, evaluations: int) -> None:
    """With a small budget, a round removes several values, or only some genes are pruned."""
    domain = SpaceDomain(load_space(space))
    rng = default_rng(0)
    worth = [rng.normal(size=len(values)).tolist() for values in domain.everything()]
    memory = drive(Pruning(domain, seed=1, evaluations=evaluations), separable(worth), evaluations + 1)
    assert len(memory) <= evaluations
    assert domain.space.valid(list(memory)[-1].member)


def test_affordable_gives_the_smallest_removal_within_the_budget() -> None:
    assert cost([5] * 6, 1) == 6 * (5 + 4 + 3 + 2) + 1
    assert cost([10, 2], 3) == (10 + 7 + 4) + 2 + 1
    assert affordable([5] * 6, 85) == 1
    assert affordable([5] * 6, 84) == 2
    assert affordable([5] * 6, 30) == 0


def test_pruning_needs_a_supernet() -> None:
    with pytest.raises(InputError, match="no supernet"):
        make_searcher("pruning", Numbers(5), seed=0, evaluations=9)


def test_pruning_puts_limits_before_scores() -> None:
    """The most valuable option breaks a limit and is removed first."""
    domain = nasbench201()

    def evaluator(query: Query) -> Answer:
        kept = query.allowed or [(value,) for value in query.member]
        return Answer(query, separable([[0, 1, 2, 9, 3]] * 6)(query).values, float(sum(3 in v for v in kept)))

    assert list(drive(Pruning(domain, seed=0, evaluations=200), evaluator, 200))[-1].member == (4,) * 6


@needs_pymoo
@pytest.mark.parametrize(
    ("name", "budget", "seeds"), [("hybrid", 200, 3), ("regularized", 800, 2), ("evolution", 1500, 1)]
)
def test_searchers_find_the_best_of_a_smooth_space(name: str, budget: int, seeds: int) -> None:
    domain = SpaceDomain(load_space("nasbench201"))
    worth = default_rng(5).normal(size=(6, 5)).tolist()
    best = sum(max(row) for row in worth)
    for seed in range(seeds):
        searcher = make_searcher(name, domain, seed=seed, evaluations=budget)
        assert best_member(drive(searcher, separable(worth), budget)).values[0] == pytest.approx(best)


@needs_pymoo
@pytest.mark.parametrize("name", ["hybrid", "regularized", "evolution", "pareto"])
def test_searchers_find_the_best_member_within_limits(name: str) -> None:
    """All better members break the limit."""
    domain = nasbench201()

    def evaluator(query: Query) -> Answer:
        score = separable([[0, 1, 2, 3, 4]] * 6)(query).values[0]
        return Answer(query, (score,), max(0.0, score - 10))

    answer = best_member(drive(make_searcher(name, domain, seed=3, evaluations=400), evaluator, 400))
    assert answer.violation == 0
    assert answer.values == (10,)


@needs_pymoo
@pytest.mark.parametrize("name", SEARCHERS)
@pytest.mark.parametrize("space", ["nasbench201", "nasbench101"])
def test_a_searcher_is_restored_from_its_answers(name: str, space: str) -> None:
    """The same seed and answers give the same queries; asking twice has no effect; seeds differ."""
    domain = SpaceDomain(load_space(space))
    objectives = 2 if name == "pareto" else 1

    def course(seed: int, rounds: int) -> list[list[Query]]:
        searcher = make_searcher(name, domain, seed=seed, evaluations=300, objectives=objectives)
        asked = []
        for _ in range(rounds):
            np.random.rand()  # searchers must not depend on the global generator
            asked.append(searcher.ask())
            assert searcher.ask() == asked[-1]
            searcher.tell([rugged(query) for query in asked[-1]])
        return asked

    first = course(1, 4)
    assert course(1, 4) == first
    if name not in ("exhaustive", "pruning"):
        assert course(2, 4) != first


@needs_pymoo
@pytest.mark.parametrize("name", [name for name in SEARCHERS if name != "pruning"])
def test_lists_are_searched_too(name: str) -> None:
    domain = Numbers(500)
    objectives = 2 if name == "pareto" else 1

    def evaluator(query: Query) -> Answer:
        assert 0 <= query.member[0] < 500
        return Answer(query, (-abs(query.member[0] - 321.0), float(query.member[0])))

    searcher = make_searcher(name, domain, seed=0, evaluations=300, objectives=objectives)
    assert best_member(drive(searcher, evaluator, 400)).values[0] >= -3


@needs_pymoo
def test_hybrid_stops_if_all_members_are_known() -> None:
    """Small domains are exhausted, and then the searcher stops asking."""
    memory = drive(
        make_searcher("hybrid", Numbers(30), seed=0, evaluations=1000), lambda q: Answer(q, (0.0,)), 1000
    )
    assert len(memory) <= 30


@needs_pymoo
@pytest.mark.parametrize("name", ["hybrid", "evolution", "pareto", "regularized"])
def test_searchers_tolerate_members_without_a_score(name: str) -> None:
    """Most members fail; the others are still found and improved."""
    domain = nasbench201()

    def evaluator(query: Query) -> Answer:
        kept = query.allowed or [(value,) for value in query.member]
        if any(0 in values for values in kept):
            return Answer(query, (-math.inf, math.nan))
        return Answer(query, (separable([[0, 1, 2, 3, 4]] * 6)(query).values[0], 0.0))

    objectives = 2 if name == "pareto" else 1
    searcher = make_searcher(name, domain, seed=1, evaluations=600, objectives=objectives)
    assert best_member(drive(searcher, evaluator, 600)).values[0] >= 22


@needs_pymoo
def test_pareto_spreads_over_the_front() -> None:
    """The second objective decreases with the squares of the options, so the front has one pair for each of 25 sums."""
    domain = nasbench201()

    def evaluator(query: Query) -> Answer:
        return Answer(query, (float(sum(query.member)), -float(sum(v * v for v in query.member))))

    searcher = make_searcher("pareto", domain, seed=0, evaluations=1000, objectives=2)
    found = [answer.values for answer in drive(searcher, evaluator, 1000).values()]
    front = {
        n: sum(divmod(n, 6)[0] ** 2 + (2 * divmod(n, 6)[0] + 1) * (k < n % 6) for k in range(6))
        for n in range(25)
    }
    assert sum((total, -squares) in found for total, squares in front.items()) >= 20


def test_exhaustive_and_random_cover_all_once() -> None:
    domain = graphs(4, 4)
    everything = set(domain.enumerate())
    asked = [
        query.member
        for query in drive(make_searcher("exhaustive", domain, seed=0, evaluations=9), rugged, 10**6)
    ]
    assert len(asked) == len(everything)
    assert set(asked) == everything
    numbers = drive(make_searcher("random", Numbers(300), seed=0, evaluations=9), rugged, 10**6)
    assert {query.member[0] for query in numbers} == set(range(300))


def test_regularized_evolution_lets_the_oldest_die() -> None:
    """A member better than all later ones is a parent only while it is in the population."""
    domain = Numbers(10**6)
    searcher = RegularizedEvolution(domain, seed=0, population=6, tournament=6, batch=2)
    star = searcher.ask()[0]
    parents_near = []
    for _ in range(8):
        asked = searcher.ask()
        parents_near.append(sum(abs(q.member[0] - star.member[0]) <= 5 for q in asked))
        searcher.tell([Answer(query, (1.0 if query == star else 0.0,)) for query in asked])
    assert parents_near[1] == 2  # while it is in the population, it is the parent of all
    assert len(searcher.ask()) == 2


def test_answers_to_unasked_queries_are_refused() -> None:
    searcher = make_searcher("random", Numbers(9), seed=0, evaluations=9)
    with pytest.raises(ValueError, match="answers"):
        searcher.tell([Answer(Query(member=(1,)), (0.0,))])


def test_mistakes_are_reported() -> None:
    with pytest.raises(InputError, match="did you mean 'hybrid'"):
        make_searcher("hybird", Numbers(9), seed=0, evaluations=9)
    with pytest.raises(InputError, match="at least 1"):
        make_searcher("random", Numbers(9), seed=0, evaluations=0)


@pytest.mark.parametrize("name", ["hybrid", "evolution", "pareto"])
def test_a_missing_pymoo_is_reported(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymoo", None)
    with pytest.raises(MissingRuntimeError, match=r"pip install .*\[search\]"):
        make_searcher(name, Numbers(9), seed=0, evaluations=9)
    for other in PLAIN[1:]:
        make_searcher(other, Numbers(9), seed=0, evaluations=9)


@needs_pymoo
def test_hybrid_with_the_predictor_beats_random_search() -> None:
    pytest.importorskip("onnxruntime")
    from nasport.runtime.predictor import Predictor

    predictor, domain = Predictor.load(), SpaceDomain(load_space("nasbench201"))

    def evaluator(query: Query) -> Answer:
        document = domain.supernet(query.allowed) if query.is_supernet else domain.architecture(query.member)
        return Answer(query, (predictor.score([document])[0].score,))

    found = {
        name: best_member(drive(make_searcher(name, domain, seed=0, evaluations=100), evaluator, 100)).values[
            0
        ]
        for name in ("hybrid", "random")
    }
    assert found["hybrid"] > found["random"]
