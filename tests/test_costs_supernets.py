"""Costs of supernets: a mixed node costs the mean of its operators, and costs lie between those of the members."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasport.runtime.costs import costs
from nasport.runtime.encoding import encode
from nasport.runtime.predictor import Predictor
from nasport.schemas import architecture_from_json
from nasport.toolkit.spaces import SearchSpace, load_space
from tests.documents import node
from tests.test_live_costs import in_network, live

SPACES = (
    "nasbench201",
    "darts",
    "nasbench101",
    "nasbench_macro",
    "transnas_macro",
    "nds_resnet",
    "fbnet",
    "ofa_mbv3",
)


@cache
def shipped(name: str) -> SearchSpace:
    return load_space(name)


@pytest.mark.parametrize("name", SPACES)
@given(seed=st.integers(0, 2**32), data=st.data())
@settings(max_examples=25, deadline=None)
def test_costs_of_a_supernet_with_one_open_operator_lie_between_its_members(
    name: str, seed: int, data: st.DataObject
) -> None:
    """This holds for total costs and for costs of the reachable network."""
    space = shipped(name)
    genes = space.sample(np.random.default_rng(seed))
    open_genes = [k for k, gene in enumerate(space.genes) if gene.kind in ("operator", "digit")]
    place = data.draw(st.sampled_from(open_genes or range(len(genes))))
    drawn = data.draw(st.sets(st.sampled_from(range(space.genes[place].options)))) | {genes[place]}
    kept = [value for value in sorted(drawn) if space.valid([*genes[:place], value, *genes[place + 1 :]])]
    allowed = [kept if k == place else [value] for k, value in enumerate(genes)]
    members = list(product(*allowed))
    found = encode([space.supernet(allowed), *map(space.architecture, members)])
    written, written_flops = found.parameters[0], found.flops[0]
    assert written is not None
    assert written_flops is not None
    assert min(found.parameters[1:]) <= written <= max(found.parameters[1:])  # type: ignore[type-var]
    assert (
        found.reachable.parameters[1:].min()
        <= found.reachable.parameters[0]
        <= found.reachable.parameters[1:].max()
    )
    if name != "transnas_macro":  # its supernet takes the stride if only some candidates halve the resolution
        assert min(found.flops[1:]) <= written_flops <= max(found.flops[1:])  # type: ignore[type-var]
    if len(kept) == 1:
        assert len(set(found.parameters)) == 1
        assert len(set(found.reachable.balanced.tolist())) == 1


@given(seed=st.integers(0, 2**32), count=st.integers(0, 6))
@settings(max_examples=25, deadline=None)
def test_a_supernet_costs_the_mean_if_costs_are_sums_over_nodes(seed: int, count: int) -> None:
    """Total costs of NAS-Bench-201, up to half a parameter for each of 6 nodes in each of 15 cells."""
    space = shipped("nasbench201")
    rng = np.random.default_rng(seed)
    genes, places = space.sample(rng), set(rng.permutation(6)[:count].tolist())
    allowed = [
        sorted(rng.permutation(5)[: rng.integers(1, 4)].tolist()) if k in places else [value]
        for k, value in enumerate(genes)
    ]
    members = encode([space.architecture(member) for member in product(*allowed)])
    supernet = costs(space.supernet(allowed))
    assert supernet is not None
    assert supernet.parameters == pytest.approx(np.mean(members.parameters), abs=45)  # type: ignore[arg-type]
    assert supernet.flops == pytest.approx(np.mean(members.flops), abs=45)  # type: ignore[arg-type]


@pytest.mark.parametrize("channels", ["same", "stack", "split"])
def test_a_mixed_node_by_hand(channels: str) -> None:
    """A 3x3 convolution, a 1x1 convolution and `none` with 8 channels: a third of 592, 80 and 0."""

    def network(*candidates: str) -> int:
        nodes = [
            node("in", "input", role="c_{k-1}"),
            node("m", "", "in"),
            node("out", "output", "m", join="concat"),
        ]
        del nodes[1]["op"]
        nodes[1]["candidates"] = list(candidates)
        found = costs(in_network(nodes, channels=channels))
        assert found is not None
        return found.parameters

    convolutions, nothing = network("conv_3x3", "conv_1x1", "none"), network("skip_connect", "none")
    assert convolutions - nothing == 2 * round((9 * 64 + 16 + 64 + 16) / 3)


def test_a_mixed_node_with_none_keeps_its_path() -> None:
    """The nodes that it feeds count; a mixed node with only `none` cuts the path like `none`."""

    def network(*candidates: str) -> list[dict]:
        mixed = {"id": "m", "candidates": list(candidates), "inputs": ["in"]}
        return [node("in", "input"), mixed, node("a", "conv_3x3", "m"), node("out", "output", "a")]

    kept, cut = live(in_network(network("none", "skip_connect")), in_network(network("none", "zero")))
    assert kept[0] - cut[0] == 2 * (9 * 64 + 16)


def test_operators_of_unknown_cost_count_in_supernets_as_in_members() -> None:
    """A described operator counts as an identity, also in a mixed node."""
    mixed = {"id": "m", "candidates": ["strange", "conv_3x3"], "inputs": ["in"]}
    nodes = [node("in", "input"), mixed, node("out", "output", "m")]
    assert costs(in_network(nodes)) is None
    passing = [nodes[0], {**mixed, "candidates": ["skip_connect", "conv_3x3"]}, nodes[2]]
    first, second = live(in_network(nodes), in_network(passing))
    assert first == second


def test_a_chain_of_layers_in_one_cell_costs_as_its_stages() -> None:
    """Compare layers of role `chain` with stages: parameters, FLOPs, and costs per resolution."""
    space = shipped("nasbench_macro")
    member = space.architecture((1, 2, 0, 1, 1, 0, 2, 1)).to_json()
    nodes, width = [node("input", "input")], 32
    for number, stage in enumerate(member["skeleton"]["stages"], 1):
        width = stage.get("width", width)
        attributes = {"channels": width, "stride": stage.get("stride", 1)}
        nodes.append({**node(str(number), stage["op"], nodes[-1]["id"]), "attributes": attributes})
    nodes.append(node("output", "output", nodes[-1]["id"]))
    skeleton = {**member["skeleton"], "stages": [{"cell": "chain"}]}
    chain = {**member, "cells": {"chain": {"role": "chain", "nodes": nodes}}, "skeleton": skeleton}
    first, second = encode([architecture_from_json(member)]), encode([architecture_from_json(chain)])
    assert (first.parameters, first.flops) == (second.parameters, second.flops)
    assert first.reachable.balanced.tolist() == second.reachable.balanced.tolist()


@pytest.mark.parametrize("name", SPACES)
def test_supernets_and_members_have_the_same_globals(name: str) -> None:
    """Balanced parameters of the supernet are known and at most those of the largest network."""
    space = shipped(name)
    (supernet,) = Predictor.load().score([space.supernet()])
    assert np.isfinite(supernet.score)
    assert supernet.parameters is not None
    assert np.isfinite(encode([space.supernet()]).reachable.balanced).all()
    assert not any("network" in warning for warning in supernet.warnings)
