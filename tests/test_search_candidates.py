"""Lists of candidates as search domains: members, nearest members, and supernets from genes."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasport.runtime.encoding import encode
from nasport.schemas import Architecture, InputError, canonicalize, hashes
from nasport.toolkit.notations import notation
from nasport.toolkit.search.candidate_file import TextList
from nasport.toolkit.search.candidates import DRAWN, NEIGHBORS, ListDomain
from nasport.toolkit.search.similarity import scaled
from nasport.toolkit.spaces import SearchSpace, load_space

SPACES = ("nasbench101", "nasbench201", "darts", "nasbench_macro", "nds_resnext_a", "nasbench_nlp")
WITH_GENES = ("nasbench201", "darts", "nasbench_macro", "nds_resnext_a")


@cache
def shipped(name: str) -> SearchSpace:
    return load_space(name)


@cache
def some(name: str, count: int = 40) -> tuple[Architecture, ...]:
    """Return distinct random members, the same ones every time."""
    space, rng = shipped(name), np.random.default_rng(3)
    found: dict[str, Architecture] = {}
    while len(found) < count:
        member = space.architecture(space.sample(rng))
        found.setdefault(hashes(canonicalize(encode([member]).graphs))[0], member)
    return tuple(found.values())


@cache
def genes_of(name: str) -> np.ndarray:
    return np.array([shipped(name).genes_of(member) for member in some(name)])


@cache
def listed(name: str, with_space: bool = True) -> ListDomain:
    return ListDomain(some(name), name, shipped(name) if with_space else None)


@pytest.mark.parametrize("name", SPACES)
@pytest.mark.parametrize("with_space", [True, False])
@given(seed=st.integers(0, 2**32))
@settings(max_examples=10, deadline=None)
def test_every_operation_gives_members_of_the_list(name: str, with_space: bool, seed: int) -> None:
    domain, rng = listed(name, with_space), np.random.default_rng(seed)
    members = set(domain.enumerate())
    member = domain.sample(rng)
    child = domain.mutate(member, rng)
    near = list(domain.neighbors(member))
    decoded = domain.decode(rng.random(domain.dimensions))
    assert {member, child, decoded, *near} <= members
    assert child != member
    assert member not in near
    assert len(set(near)) == len(near) == NEIGHBORS
    assert domain.encode(member).shape == (domain.dimensions,)
    assert (domain.encode(member) >= 0).all()
    assert (domain.encode(member) <= 1).all()


@pytest.mark.parametrize("name", SPACES)
@pytest.mark.parametrize("with_space", [True, False])
def test_the_nearest_is_the_nearest(name: str, with_space: bool) -> None:
    """Compare with plain arithmetic on the encodings; the first of several is chosen."""
    domain, rng = listed(name, with_space), np.random.default_rng(0)
    codes = np.stack([domain.encode(member) for member in domain.enumerate()])
    for code in (*codes, *rng.random((20, domain.dimensions))):
        distances = [float(sum((code - other) ** 2)) for other in codes]
        nearest = domain.decode(code)[0]
        assert distances[nearest] == pytest.approx(min(distances), abs=1e-12)
        if np.array_equal(code, codes[nearest]):
            assert nearest == next(k for k, other in enumerate(codes) if np.array_equal(code, other))
    for member in domain.enumerate():
        distances = [float(sum((codes[member[0]] - other) ** 2)) for other in codes]
        distances[member[0]] = float("inf")
        first = next(iter(domain.neighbors(member)))
        assert distances[first[0]] == pytest.approx(min(distances), abs=1e-12)


def test_a_mutation_is_the_most_similar_of_those_drawn() -> None:
    """With 200 draws from 40, this is nearly always the most similar of all."""
    domain, rng = listed("darts"), np.random.default_rng(0)
    assert DRAWN == 200
    nearest = [next(iter(domain.neighbors(member))) for member in domain.enumerate()]
    children = [domain.mutate(member, rng) for member in domain.enumerate()]
    assert np.mean([a == b for a, b in zip(nearest, children, strict=True)]) > 0.9


def test_a_single_candidate_is_its_own_mutation_and_an_empty_list_is_refused() -> None:
    domain = ListDomain(some("nasbench201")[:1], "one")
    assert domain.mutate((0,), np.random.default_rng(0)) == (0,)
    assert list(domain.neighbors((0,))) == []
    assert domain.decode(np.ones(domain.dimensions)) == (0,)
    with pytest.raises(InputError, match="the list 'none' is empty"):
        ListDomain([], "none")


@pytest.mark.parametrize("name", WITH_GENES)
def test_encodings_equal_those_of_the_space_if_genes_are_unique(name: str) -> None:
    domain, space = listed(name), shipped(name)
    for member in domain.enumerate():
        genes = space.genes_of(domain.architecture(member))
        assert genes is not None
        np.testing.assert_array_equal(domain.encode(member), space.encode(genes))
        assert domain.decode(space.encode(genes)) == member


@pytest.mark.parametrize("name", WITH_GENES)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=10, deadline=None)
def test_pruning_values_of_a_list(name: str, seed: int) -> None:
    domain, space, rng = listed(name), shipped(name), np.random.default_rng(seed)
    genes = genes_of(name)
    everything = domain.everything()
    assert everything == tuple(tuple(sorted(set(column))) for column in genes.T.tolist())
    assert domain.possible(everything)
    assert domain.survivor(everything) == (0,)
    kept = tuple(tuple(v for v in values if rng.random() < 0.9) or values[:1] for values in everything)
    broken = [
        sum(value not in values for value, values in zip(row, kept, strict=True)) for row in genes.tolist()
    ]
    assert domain.possible(kept) == (0 in broken)
    assert domain.survivor(kept) == (broken.index(min(broken)),)
    assert domain.supernet(kept) == space.supernet(kept)


@pytest.mark.parametrize("name", ["nasbench101", "nasbench_nlp"])
def test_lists_without_unique_genes_have_no_supernet(name: str) -> None:
    assert listed(name).everything() == ()
    with pytest.raises(InputError, match="has no supernet, expected members of one space"):
        listed(name).supernet(())


def test_a_list_of_several_spaces_has_no_genes() -> None:
    domain = ListDomain([*some("nasbench201"), *some("nasbench_macro")], "mixed", shipped("nasbench201"))
    assert domain.everything() == ()
    assert domain.mutate((0,), np.random.default_rng(0))[0] < 40
    assert domain.mutate((79,), np.random.default_rng(0))[0] >= 40


def test_different_widths_and_depths_have_different_encodings() -> None:
    """In NDS only stages differ; among three networks, those with similar numbers are near each other."""
    members = [shipped("nds_resnext_a").architecture(row) for row in _rows()]
    domain = ListDomain(members, "stages")
    assert list(domain.neighbors((0,))) == [(1,), (2,)]
    assert list(domain.neighbors((1,))) == [(0,), (2,)]


def _rows() -> list[tuple[int, ...]]:
    """Return the smallest ResNeXt, one with another first gene, and the one with the largest numbers."""
    options = [gene.options for gene in shipped("nds_resnext_a").genes]
    return [(0,) * len(options), (1, *(0,) * (len(options) - 1)), tuple(n - 1 for n in options)]


@pytest.mark.parametrize("name", ["nasbench201", "nasbench101", "nasbench_nlp"])
def test_texts_and_their_documents_have_equal_encodings(name: str) -> None:
    found = notation(name)
    texts = [found.write(member) for member in some(name)[:10]]
    documents = [found.parse(text) for text in texts]
    from_texts = ListDomain(TextList(texts, found), name)
    members = [(7,), (1,), (1,)]
    first, second = from_texts.encoded(members), ListDomain(documents, name).encoded(members)
    assert hashes(canonicalize(first.graphs)) == hashes(canonicalize(second.graphs))
    assert first.parameters == second.parameters
    np.testing.assert_allclose(
        [from_texts.encode(member) for member in members],
        [ListDomain(documents, name).encode(member) for member in members],
    )


def test_genes_of_many_members_equal_those_of_each() -> None:
    members = [*some("nasbench101", 8), *some("nasbench201")[:4]]
    space = shipped("nasbench101")
    found = space.genes_of_many(members)
    assert found == [space.genes_of(member) for member in members]
    assert found[-4:] == [None] * 4


def test_constant_columns_are_dropped() -> None:
    np.testing.assert_array_equal(scaled(np.array([[1.0, 5], [1, 3], [1, 4]])), [[1], [0], [0.5]])
    np.testing.assert_array_equal(scaled(np.array([[1.0], [1]])), [[0], [0]])
