"""The world of random spaces: reproducible, with valid, distinct members that run."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from functools import cache
from itertools import islice

import numpy as np
import pytest

from nasport.runtime.costs import costs
from nasport.schemas import Architecture, parse_architecture
from nasport.schemas.graphs.canonical import architecture_hash
from nasport.schemas.space import parse_space
from nasport.toolkit.laboratory.world import COMMON, KINDS, WorldSpace, at_size, members, world_space
from nasport.toolkit.laboratory.world.space import MAX_FLOPS, evaluated_flops, is_connected

SEED, SPACES, COUNT = 0, 40, 8


@cache
def spaces() -> tuple[WorldSpace, ...]:
    """Return the first spaces of a world."""
    return tuple(world_space(SEED, number) for number in range(SPACES))


@cache
def drawn() -> tuple[tuple[WorldSpace, Architecture], ...]:
    """Return a few members of each of these spaces."""
    return tuple((space, member) for space in spaces() for member in members(space, COUNT))


def test_the_world_is_reproducible_from_its_seed() -> None:
    for number in (0, 7, 21):
        again = world_space(SEED, number)
        assert again == spaces()[number]
        assert list(members(again, COUNT)) == list(members(spaces()[number], COUNT))
    assert world_space(1, 0).document != world_space(0, 0).document


def test_the_evaluated_world_equals_the_generated_one() -> None:
    # Evaluations are stored by seed, space and member. A changed digest requires new evaluations, unless the documents are
    # equal, for example after a change that only affects hashes.
    hashes = [architecture_hash(member) for _, member in drawn()[: 12 * COUNT]]
    assert hashlib.sha256(" ".join(hashes).encode()).hexdigest()[:16] == "cb7f9e73e1b05016"


def test_members_do_not_depend_on_the_requested_number() -> None:
    space = spaces()[0]
    assert list(members(space, 3)) == list(islice(members(space, 30), 3))
    for member in members(space, 3):
        place = int(member.name.rsplit("-", 1)[1])
        assert world_space(SEED, 0).member(place) == member


def test_members_of_a_space_have_different_hashes_and_it_is_large_enough() -> None:
    by_space: dict[int, list[str]] = {}
    for space, member in drawn():
        by_space.setdefault(space.number, []).append(architecture_hash(member))
    assert all(len(set(found)) == len(found) == COUNT for found in by_space.values())
    hashes = [digest for found in by_space.values() for digest in found]
    assert len(set(hashes)) >= 0.99 * len(hashes)


def test_documents_are_valid_and_their_costs_known() -> None:
    for space in spaces():
        assert parse_space(json.dumps(space.document.to_json())) == space.document
    for _, member in drawn():
        assert parse_architecture(json.dumps(member.to_json())) == member
        assert costs(member) is not None
        evaluated = evaluated_flops(member)
        assert evaluated is not None
        assert evaluated <= MAX_FLOPS


def test_costs_are_in_the_intended_range() -> None:
    evaluated = [evaluated_flops(member) or 0 for _, member in drawn()]
    assert 1_000_000 < np.median(evaluated) < 25_000_000


def test_nearly_all_members_are_connected() -> None:
    unconnected = sum(not is_connected(member) for _, member in drawn())
    assert unconnected <= 0.03 * len(drawn())


def test_kinds_have_their_shares() -> None:
    assert sum(kind.share for kind in KINDS.values()) == pytest.approx(1.0)
    numbers = range(150)
    found = Counter(world_space(5, number).kind for number in numbers)
    for name, kind in KINDS.items():
        spread = 3 * np.sqrt(len(numbers) * kind.share * (1 - kind.share))
        assert abs(found[name] - len(numbers) * kind.share) <= spread, name


@cache
def common_spaces() -> tuple[WorldSpace, ...]:
    """Return spaces of cells in the common skeleton."""
    return tuple(world_space(SEED, COMMON + number) for number in range(12))


def test_spaces_in_the_common_skeleton_differ_only_in_their_cells() -> None:
    skeletons: dict[str, set[str]] = {}
    for space in common_spaces():
        assert space.has_common_skeleton
        assert KINDS[space.kind].common_width
        for member in members(space, 2):
            assert member.skeleton is not None
            skeletons.setdefault(space.kind, set()).add(json.dumps(member.to_json()["skeleton"]))
    assert set(map(len, skeletons.values())) == {1}
    cells = [json.dumps(space.document.to_json()["cells"]) for space in common_spaces()]
    assert len(set(cells)) == len(cells)
    assert not any(space.has_common_skeleton for space in spaces())


def test_the_evaluated_common_skeleton_equals_the_generated_one() -> None:
    hashes = [architecture_hash(member) for space in common_spaces() for member in members(space, 3)]
    assert hashlib.sha256(" ".join(hashes).encode()).hexdigest()[:16] == "e09bcbb1c5c655c8"


def test_members_differ_in_size_and_operators() -> None:
    for name in ("free cells", "edge cells", "pair cells"):
        space = next(space for space in spaces() if space.kind == name)
        found = list(members(space, 30))
        parameters = [cost.parameters for member in found if (cost := costs(member))]
        assert max(parameters) > 1.5 * min(parameters)
        main = [Counter(node.op for node in member.cells["normal"].nodes).most_common(3) for member in found]
        assert len(set(map(str, main))) > 10


@pytest.mark.parametrize("kind", KINDS)
def test_networks_of_every_kind_run_forward_and_backward(kind: str) -> None:
    torch = pytest.importorskip("torch")
    from nasport.toolkit.networks import build_network

    found = [space for space in spaces() if space.kind == kind][:3]
    assert found
    for space in found:
        for member in members(space, 2):
            small = at_size(member, 32)
            network = build_network(small)
            cost = costs(small)
            assert cost is not None
            assert sum(parameter.numel() for parameter in network.parameters()) == cost.parameters
            logits = network(torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0)))
            assert torch.isfinite(logits).all()
            logits.square().mean().backward()
