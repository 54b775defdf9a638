"""`nasport import --space`: search spaces around small models; the model and all members satisfy their constraints."""

from __future__ import annotations

from typing import Any

import pytest
from numpy.random import default_rng

from nasport.runtime.costs.skeleton import network_cost
from nasport.schemas.architecture import architecture_from_json
from nasport.schemas.errors import InputError
from nasport.toolkit.importing.space import space_around
from nasport.toolkit.spaces import SearchSpace, load_space

IMAGE = {"channels": 3, "height": 32, "width": 32}
RESIDUAL = {
    "stem": [{"op": "conv_7x7", "width": 32, "stride": 2}],
    "stages": [
        {"op": "res_basic_block", "repeats": 2, "width": 32},
        {"op": "res_basic_block", "width": 64, "stride": 2},
    ],
}
GROUPED = {
    "stem": [{"op": "conv_3x3", "width": 32}],
    "stages": [
        {
            "op": "res_bottleneck_block",
            "width": 104,
            "attributes": {"expansion": 1, "groups": 13, "squeeze": 0.25},
        }
    ],
}
MOBILE = {
    "stages": [
        {"op": "mb_3x3_e1_se", "width": 16},
        {"op": "mb_3x3_e4.5", "width": 24, "stride": 2, "attributes": {"activation": "relu"}},
        {"op": "mb_3x3_e6_se", "width": 24, "attributes": {"squeeze_multiple": 8}},
    ],
    "operators": {
        "mb_3x3_e4.5": {"text": "Inverted residual 3 by 3 with expansion 4.5", "kind": "inverted_residual", "kernel": 3, "expansion": 4.5}
    },
}  # fmt: skip
TRANSFORMER = {
    "stem": [
        {"op": "patch_embedding", "width": 64, "stride": 8, "attributes": {"kernel": 8}},
        {"op": "class_token"},
        {"op": "positional_embedding"},
    ],
    "stages": [{"cell": "layer", "repeats": 3, "width": 64}],
    "cells": {
        "layer": {
            "nodes": [
                {"id": "in", "op": "input"},
                {"id": "attention", "op": "self_attention", "inputs": ["in"], "attributes": {"heads": 4}},
                {"id": "sum", "op": "sum", "inputs": ["in", "attention"]},
                {"id": "dense", "op": "feed_forward", "inputs": ["sum"], "attributes": {"expansion": 4}},
                {"id": "out", "op": "output", "inputs": ["sum", "dense"]},
            ]
        }
    },
}
DENSE = {
    "stem": [{"op": "conv_3x3", "width": 16}],
    "stages": [{"cell": "dense", "repeats": 3}, {"op": "conv_1x1", "width": 32}],
    "cells": {
        "dense": {
            "channels": "own",
            "nodes": [
                # Edges are in another order, which an architecture may have.
                {"id": "out", "op": "output", "inputs": ["both"]},
                {"id": "in", "op": "input"},
                {"id": "both", "op": "concat", "inputs": ["in", "new"]},
                {"id": "new", "op": "conv_3x3", "inputs": ["in"], "attributes": {"channels": 8}},
            ],
        }
    },
}
DESCRIBED = {
    "stem": [{"op": "conv_3x3", "width": 16}],
    "stages": [
        {"op": "mixing", "repeats": 2, "attributes": {"parameters": 2_000_000, "flops": 10_000_000}},
        {"op": "conv_3x3", "width": 32},
    ],
    "operators": {"mixing": {"text": "Mixing of what nobody knows", "kind": "other"}},
}
MODELS: dict[str, dict[str, Any]] = {
    "residual": RESIDUAL, "grouped": GROUPED, "mobile": MOBILE, "transformer": TRANSFORMER, "dense": DENSE,
    "described": DESCRIBED,
}  # fmt: skip


def document(model: dict[str, Any]) -> dict[str, Any]:
    skeleton = {key: model[key] for key in ("stem", "stages", "head") if key in model}
    rest = {"cells": model.get("cells", {}), "operators": model.get("operators", {})}
    return {
        "format": "nasport-architecture", "version": 1, "name": "small", **rest,
        "skeleton": {"input": IMAGE, "head": [{"op": "global_avg_pool"}], "classes": 10, **skeleton},
    }  # fmt: skip


def space_of(model: dict[str, Any]) -> SearchSpace:
    return load_space(space_around(architecture_from_json(document(model))))


def meanings(space: SearchSpace) -> dict[str, tuple[Any, ...]]:
    return {gene.name: gene.meanings for gene in space.genes}


@pytest.mark.parametrize("name", MODELS)
def test_the_model_is_a_member(name: str) -> None:
    model = architecture_from_json(document(MODELS[name]))
    space = load_space(space_around(model))
    genes = space.genes_of(model)
    assert genes is not None
    assert network_cost(space.architecture(genes)).cost == network_cost(model).cost


@pytest.mark.parametrize("name", MODELS)
def test_members_are_valid_and_counted(name: str) -> None:
    space, rng = space_of(MODELS[name]), default_rng(0)
    rows = [space.sample(rng) for _ in range(40)]
    rows += [tuple(0 for _ in space.genes), tuple(gene.options - 1 for gene in space.genes)]
    for genes in rows:
        member = architecture_from_json(space.architecture(space.canonical(genes)).to_json())
        assert network_cost(member).cost.parameters > 0


@pytest.mark.parametrize("name", MODELS)
def test_the_largest_supernet_is_counted(name: str) -> None:
    assert network_cost(space_of(MODELS[name]).supernet()).cost.flops > 0


def test_the_model_is_not_changed() -> None:
    model = architecture_from_json(document(TRANSFORMER))
    before = model.to_json()
    space_around(model)
    assert model.to_json() == before


def test_depths_widths_and_kernels_of_residual_blocks() -> None:
    assert meanings(space_of(RESIDUAL)) == {
        "choices.width 1": (16, 24, 32, 40, 48),
        "skeleton.stem.0.op": ("conv_3x3", "conv_5x5", "conv_7x7"),
        "skeleton.stages.0.op": ("res_basic_block", "res_basic_block_5x5", "res_basic_block_7x7"),
        "skeleton.stages.0.repeats": (1, 2, 3, 4),
        "skeleton.stages.1.op": ("res_basic_block", "res_basic_block_5x5", "res_basic_block_7x7"),
        "skeleton.stages.1.repeats": (1, 2, 3),
        "skeleton.stages.1.width": (32, 48, 64, 80, 96),
    }


def test_operators_outside_the_vocabulary_are_described() -> None:
    own = space_of(RESIDUAL).document.operators["res_basic_block_5x5"]
    assert (own.text, own.kind, own.value("kernel")) == (
        "Residual block of two convolutions 5 by 5",
        "basic_block",
        5,
    )


def test_groups_grow_with_the_width() -> None:
    space = space_of(GROUPED)
    stage = space.document.to_json()["skeleton"]["stages"][0]
    assert stage["attributes"]["groups"] == {"choice": "width 1", "values": [6, 10, 13, 16, 20]}
    assert stage["attributes"]["expansion"] == {"choose": [0.5, 1, 2]}
    assert space.document.choices["width 1"] == (48, 80, 104, 128, 160)


def test_mobile_blocks_choose_kernel_and_expansion() -> None:
    genes = meanings(space_of(MOBILE))
    assert genes["skeleton.stages.0.op"] == ("mb_3x3_e1_se", "mb_5x5_e1_se", "mb_7x7_e1_se")
    assert {"mb_3x3_e3", "mb_3x3_e4.5", "mb_3x3_e6"} < set(genes["skeleton.stages.1.op"])
    assert len(genes["skeleton.stages.1.op"]) == 12
    assert genes["skeleton.stages.2.op"][:3] == ("mb_3x3_e3_se", "mb_3x3_e4_se", "mb_3x3_e6_se")


def test_mobile_stages_of_one_width_keep_one_width() -> None:
    space = space_of(MOBILE)
    for genes in (space.sample(seed) for seed in range(20)):
        skeleton = space.architecture(genes).skeleton
        assert skeleton is not None
        assert skeleton.stages[1].width == skeleton.stages[2].width


def test_each_layer_of_a_transformer_chooses_its_expansion() -> None:
    space = space_of(TRANSFORMER)
    assert space.size() == 5 * (3**2 + 3**3 + 3**4 + 3**5)
    member = space.architecture(space.sample(1))
    expansions = {name: dict(cell.nodes[3].attributes)["expansion"] for name, cell in member.cells.items()}
    wanted = {"layer": 4, "layer, expansion 3": 3, "layer, expansion 5": 5}
    assert expansions.items() <= wanted.items()


def test_heads_keep_their_width() -> None:
    space = space_of(TRANSFORMER)
    for genes in (space.sample(seed) for seed in range(20)):
        member = space.architecture(genes)
        assert member.skeleton is not None
        heads = {dict(cell.nodes[1].attributes)["heads"] for cell in member.cells.values()}
        assert {16 * each for each in heads} == {member.skeleton.stages[0].width}


def test_a_cell_of_own_channels_keeps_them() -> None:
    space = space_of(DENSE)
    assert meanings(space)["cells.dense.new.op"] == ("conv_3x3", "conv_5x5", "conv_7x7")
    for genes in (space.sample(seed) for seed in range(10)):
        new = next(node for node in space.architecture(genes).cells["dense"].nodes if node.id == "new")
        assert dict(new.attributes) == {"channels": 8}


def test_described_operators_keep_their_width() -> None:
    genes = meanings(space_of(DESCRIBED))
    assert genes["skeleton.stages.1.width"] == (16, 24, 32, 40, 48)
    assert "skeleton.stem.0.width" not in genes


def test_a_stated_padding_keeps_the_kernel() -> None:
    stage = {"op": "conv_5x5", "width": 16, "attributes": {"padding": 0}}
    assert list(meanings(space_of({"stages": [stage]}))) == ["skeleton.stages.0.width"]


def test_a_model_without_anything_to_vary_is_refused() -> None:
    stages = [{"op": "max_pool_2x2", "stride": 2}]
    with pytest.raises(InputError, match="no depth, width, kernel or expansion"):
        space_around(architecture_from_json(document({"stages": stages})))


def test_a_model_that_cannot_be_counted_is_refused() -> None:
    stages = [{"op": "linear_attention", "width": 32}, {"op": "conv_3x3", "width": 16}]
    with pytest.raises(InputError, match="cannot be counted"):
        space_around(architecture_from_json(document({"stages": stages})))
