"""The universal bundle: invariances of its scores, required effects, and the recipe that trains it."""

from __future__ import annotations

import csv
import gzip
import itertools
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from nasport.runtime.bundle import open_bundle, shipped_names
from nasport.runtime.bundle_limits import GUESSED_SIZE
from nasport.runtime.predictor import Predictor, Score
from nasport.schemas import InputError, architecture_from_json
from tests.documents import Document, document, node, shuffled

EXAMPLE = Path(__file__).parent.parent / "examples" / "resnet_like_cell.json"
SKELETON = json.loads(EXAMPLE.read_text("utf-8"))["skeleton"]
DARTS_INPUTS = [node("in", "input", role="c_{k-1}"), node("in2", "input", role="c_{k-2}")]


@pytest.fixture(scope="module")
def universal() -> Predictor:
    return Predictor.load("universal")


def cell(op: str | None, *more: Document, **fields: Any) -> Document:
    """Return a cell with a convolution, then `op`, parallel to an identity; without `op`, only the identity."""
    nodes = [node("in", "input"), node("conv", "nor_conv_3x3", "in"), node("skip", "skip_connect", "in")]
    nodes += [node("x", op, "conv")] if op else []
    ends = ["x", "skip"] if op else ["skip"]
    return document([*nodes, *more, node("out", "output", *ends)], **fields)


def described(text: str, **fields: Any) -> Document:
    """Return the cell in which `op` has this description and other given properties."""
    of_it = {name: fields.pop(name) for name in ("kind", "kernel") if name in fields}
    return cell("x", operators={"x": {"text": text, **of_it}}, **fields)


def scored(predictor: Predictor, *documents: Document) -> list[Score]:
    return list(predictor.score_stream(map(architecture_from_json, documents)))


def values(predictor: Predictor, *documents: Document) -> list[float]:
    return [score.score for score in scored(predictor, *documents)]


def chain(ops: Sequence[str], **fields: Any) -> Document:
    nodes = [node(str(place), op, str(place - 1)) for place, op in enumerate(ops, start=1)]
    return document([node("0", "input"), *nodes, node("out", "output", str(len(ops)))], **fields)


def different_cells() -> list[Document]:
    """Return small and large cells, with and without skeleton, and with a described operator."""
    folds = "Folds the feature map along its diagonal"
    return [
        cell("nor_conv_3x3", skeleton=SKELETON),
        cell("avg_pool_3x3"),
        described(folds, skeleton=SKELETON),
        chain(["nor_conv_1x1"] * 3, skeleton=SKELETON),
        chain(["sep_conv_5x5", "max_pool_3x3"] * 10),
        document([*DARTS_INPUTS, node("a", "dil_conv_3x3", "in2"), node("out", "output", "a", "in")]),
    ]


# Invariances ------------------------------------------------------------------------------------------------------


def test_renumbered_nodes_have_the_same_bits(universal: Predictor) -> None:
    for value in different_cells():
        nodes = value["cells"]["cell"]["nodes"]
        others = [{**value, "cells": {"cell": {"nodes": shuffled(nodes, seed)}}} for seed in range(5)]
        assert set(values(universal, *others)) == set(values(universal, value))


def test_batch_and_padding_change_no_bit(universal: Predictor) -> None:
    batch = different_cells()
    alone = [values(universal, value)[0] for value in batch]
    assert len(set(alone)) == len(alone)
    assert values(universal, *batch) == alone
    assert values(universal, *reversed(batch * 50))[::-1][-len(batch) :] == alone


@pytest.mark.parametrize("op", ["nor_conv_3x3", "avg_pool_3x3", "none"])
def test_unreachable_nodes_change_nothing(universal: Predictor, op: str) -> None:
    for skeleton in ({}, {"skeleton": SKELETON}):
        unread = node("dead", op, "in")
        unfed = node("dead", "none", "in")
        plain = cell("nor_conv_3x3", **skeleton)
        into = cell("nor_conv_3x3", unfed, node("carried", op, "dead"), **skeleton)
        into["cells"]["cell"]["nodes"][-1]["inputs"].append("carried")
        found = values(universal, plain, cell("nor_conv_3x3", unread, **skeleton), into)
        assert len(set(found)) == 1


def test_the_wording_of_a_known_operator_changes_nothing(universal: Predictor) -> None:
    names = ["Convolution 3 by 3", "my conv", "Ä 变换"]
    worded = [described(name, kind="convolution", kernel=3, skeleton=SKELETON) for name in names]
    own = cell("nor_conv_3x3", skeleton=SKELETON)
    assert len(set(values(universal, own, *worded))) == 1


# Descriptions -----------------------------------------------------------------------------------------------------

POOLINGS = (
    "my own average pooling over 3x3 patches",
    "max pooling over a 3 by 3 area",
    "mean pooling, 3x3 window",
    "Average pooling with a window of 3 by 3",
)
CONVOLUTIONS = ("a 3x3 convolution of my own", "convolution with 3 by 3 filters, batch norm and ReLU")
IDENTITIES = ("a shortcut that passes the tensor on", "passes its input on unchanged")


@pytest.mark.parametrize("fields", [{}, {"skeleton": SKELETON}], ids=["cells", "network"])
def test_a_described_operator_ranks_near_its_kind(universal: Predictor, fields: Document) -> None:
    words = (cell(op, **fields) for op in (None, "avg_pool_3x3", "skip_connect", "nor_conv_3x3"))
    nothing, pooling, identity, convolution = values(universal, *words)
    assert nothing < pooling < identity < convolution
    for found in values(universal, *(described(text, **fields) for text in POOLINGS)):
        assert nothing < found < identity
    for found in values(universal, *(described(text, **fields) for text in IDENTITIES)):
        assert abs(found - identity) < (identity - pooling) / 4
    for found in values(universal, *(described(text, **fields) for text in CONVOLUTIONS)):
        assert found > (identity + convolution) / 2


@pytest.mark.parametrize("texts", [POOLINGS, CONVOLUTIONS, IDENTITIES])
def test_paraphrases_have_similar_scores(universal: Predictor, texts: tuple[str, ...]) -> None:
    words = (cell(op, skeleton=SKELETON) for op in ("avg_pool_3x3", "nor_conv_3x3"))
    pooling, convolution = values(universal, *words)
    found = values(universal, *(described(text, kind="other", skeleton=SKELETON) for text in texts))
    assert max(found) - min(found) < (convolution - pooling) / 3


def test_an_operator_of_unknown_cost_is_scored_with_a_warning(universal: Predictor) -> None:
    folds = "Folds the feature map along its diagonal"
    (found,) = scored(universal, described(folds, skeleton=SKELETON))
    assert np.isfinite(found.score)
    assert found.parameters is None
    assert any(folds in warning for warning in found.warnings)
    assert found.distance is not None
    assert found.distance > 0


# Effects on scores ------------------------------------------------------------------------------------------------


def network(width: int = 16, repeats: int = 5, op: str = "nor_conv_3x3") -> Document:
    stages = [
        {**stage, "width": stage["width"] * width // 16} | ({"repeats": repeats} if "cell" in stage else {})
        for stage in SKELETON["stages"]
    ]
    return cell(op, skeleton={**SKELETON, "stages": stages})


def test_more_width_and_more_repeats_score_higher(universal: Predictor) -> None:
    wider = values(universal, *(network(width=width) for width in (8, 16, 24, 32, 64)))
    deeper = values(universal, *(network(repeats=repeats) for repeats in (1, 2, 5, 8, 20)))
    assert wider == sorted(set(wider))
    assert deeper == sorted(set(deeper))


def test_a_document_without_skeleton_is_scored_with_a_warning(universal: Predictor) -> None:
    ops = ["nor_conv_3x3", "nor_conv_1x1", "skip_connect", "avg_pool_3x3"]
    found = scored(universal, *map(cell, ops))
    assert [score.score for score in found] == sorted((score.score for score in found), reverse=True)
    assert {score.warnings for score in found} == {(GUESSED_SIZE,)}


def test_a_mixed_node_is_scored_by_the_mean_of_its_candidates(universal: Predictor) -> None:
    def supernet(*candidates: str) -> Document:
        mixed = cell("nor_conv_3x3", skeleton=SKELETON)
        for one in mixed["cells"]["cell"]["nodes"]:
            if one["id"] == "x":
                del one["op"]
                one["candidates"] = list(candidates)
        return mixed

    ends = values(universal, cell("avg_pool_3x3"), cell("nor_conv_3x3"))
    without = supernet("avg_pool_3x3", "nor_conv_3x3")
    del without["skeleton"]
    (between,) = values(universal, without)
    assert ends[0] < between < ends[1]
    assert np.isfinite(values(universal, supernet("skip_connect", "none", "nor_conv_3x3"))).all()


@pytest.mark.parametrize("op", ["nor_conv_3x3", "avg_pool_3x3", "skip_connect"])
def test_a_very_long_chain_scores_finite(universal: Predictor, op: str) -> None:
    (found,) = scored(universal, chain([op] * 100))
    assert np.isfinite(found.score)
    assert found.distance is not None
    assert any("102 nodes" in warning for warning in found.warnings)
    if op != "nor_conv_3x3":
        assert found.distance > 1


def test_held_out_bundles_list_their_family_as_never_seen() -> None:
    for name in shipped_names():
        if name.startswith("universal-without-"):
            manifest = open_bundle(name).manifest
            seen = {space["name"] for space in manifest["trained_on"]["spaces"]}
            assert manifest["never_saw"]
            assert not seen & set(manifest["never_saw"])


# The recipe -------------------------------------------------------------------------------------------------------

FILES = ("nasbench101", "nasbench201", "nasbench_macro")
OPERATORS_201 = ("skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The recipe with three tables, a short training, and a small untrained taught network."""
    pytest.importorskip("torch", reason="needs the extra 'train'")
    from nasport.models.optimization import seeded
    from nasport.models.taught_network import TaughtConfig
    from nasport.models.universal_predictor import UniversalPredictor
    from nasport.toolkit.laboratory.recipes import universal

    def untaught(seed: int) -> UniversalPredictor:
        with seeded(seed):
            return UniversalPredictor(universal.EVALUATORS, TaughtConfig(width=8, layers=1, readout=8)).eval()

    monkeypatch.setattr(universal, "TAUGHT", {name: universal.TAUGHT[name] for name in FILES})
    monkeypatch.setattr(universal, "TRAINING", replace(universal.TRAINING, steps=30, sample=16))
    monkeypatch.setattr(universal, "taught_predictor", untaught)
    return universal


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """Made-up labels of a few architectures of each of the three tables."""
    from nasport.toolkit.laboratory import tables

    header = ("n_vertices", "upper_tri_adjacency", "ops_0conv3x3_1conv1x1_2maxpool", tables.NASBENCH101_LABEL)
    ops = ["".join(three) for three in itertools.product("012", repeat=3)]
    lines = [(5, "1000100101", three, 0.9 - 0.1 * three.count("2")) for three in ops]
    write_csv(tmp_path / tables.TABLES["nasbench101"].file, [header, *lines])
    names = [
        f"{name}_{split}_mean_seeds" for name in tables.NASBENCH201_DATASETS for split in ("val", "test")
    ]
    edges = [
        f"|{first}~0|+|none~0|{second}~1|+|none~0|none~1|nor_conv_3x3~2|"
        for first, second in itertools.product(OPERATORS_201, repeat=2)
    ]
    labels = [(text, *[80 + text.count("conv")] * len(names)) for text in edges]
    write_csv(tmp_path / tables.TABLES["nasbench201"].file, [("arch_str", *names), *labels])
    macro = {
        f"{code}12102": {"test_acc": [90 + code.count("1")] * 3}
        for code in map("".join, itertools.product("012", repeat=3))
    }
    with gzip.open(tmp_path / tables.TABLES["nasbench_macro"].file, "wt") as stream:
        json.dump(macro, stream)
    return tmp_path


def write_csv(path: Path, rows: Sequence[Sequence[object]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)


def weights(model: Any) -> dict[str, list[float]]:
    return {name: weight.flatten().tolist() for name, weight in model.state_dict().items()}


def test_held_out_tables_are_never_read(recipe: ModuleType, tables: Path) -> None:
    from nasport.toolkit.laboratory.tables import TABLES

    file = TABLES["nasbench201"].file
    everything = weights(recipe.trained(None, 0, tables))
    without = weights(recipe.trained("nasbench201", 0, tables))
    assert without != everything
    for kept in (recipe.prepared, recipe._seen):
        kept.cache_clear()
    (tables / file).unlink()
    assert weights(recipe.trained("nasbench201", 0, tables)) == without
    with pytest.raises(InputError, match=file):
        recipe.trained(None, 0, tables)


def test_a_held_out_bundle_is_made_from_a_folder_without_its_table(
    nasport_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This tests the head; the taught network does not read tables."""
    pytest.importorskip("torch", reason="needs the extra 'train'")
    from nasport.models.optimization import seeded
    from nasport.models.universal_predictor import UniversalPredictor
    from nasport.toolkit.laboratory.recipes import universal
    from nasport.toolkit.laboratory.recipes.teaching import CONFIG, EVALUATORS

    with seeded(0):
        untaught = UniversalPredictor(EVALUATORS, CONFIG).eval()
    monkeypatch.setattr(universal, "taught_predictor", lambda seed: untaught)
    for file in nasport_data.iterdir():
        if "nasbench201" not in file.name and "transnasbench101_micro" not in file.name:
            (tmp_path / file.name).symlink_to(file)
    try:
        found = [universal.trained("nasbench201", 0, folder).weights for folder in (tmp_path, nasport_data)]
    finally:
        universal._seen.cache_clear()
        universal.prepared.cache_clear()
    np.testing.assert_array_equal(*found)
    assert found[0].abs().sum() > 0


def network_cells() -> list[Document]:
    ops = ("nor_conv_3x3", "nor_conv_1x1", "skip_connect", "avg_pool_3x3", "sep_conv_5x5", "none")
    return [network(width, repeats, op) for op in ops for width, repeats in ((16, 5), (32, 2))]


def test_the_predictor_is_reproducible_from_its_seed(recipe: ModuleType, tables: Path) -> None:
    first, again, other = (weights(recipe.trained(None, seed, tables)) for seed in (0, 0, 1))
    assert first == again
    assert first["weights"] != other["weights"]


def test_related_families_are_held_out_together() -> None:
    pytest.importorskip("torch", reason="needs the extra 'train'")
    from nasport.toolkit.laboratory.recipes.universal import LEFT_OUT, TAUGHT, TESTED, taught

    assert taught(None) == list(TAUGHT)
    for name, dropped in LEFT_OUT.items():
        assert not set(taught(name)) & {*dropped, *TESTED[name]}
        assert set(taught(name)) | set(dropped) == set(TAUGHT)
    assert "transnas_micro" in LEFT_OUT["nasbench201"]
    assert "nasbench201" in LEFT_OUT["transnas-micro"]
    assert {"nasbench301", "darts_small"} <= set(LEFT_OUT["darts"])


def test_evaluators_found_with_labels_are_held_out_with_their_table() -> None:
    pytest.importorskip("torch", reason="needs the extra 'train'")
    from nasport.toolkit.laboratory.recipes.universal import LEFT_OUT, TAINTED, TRAINING, training

    for left_out in (None, *LEFT_OUT):
        tainted, found = set(TAINTED.get(left_out or "", ())), training(left_out)
        for all_of, kept in ((TRAINING.start, found.start), (TRAINING.learned, found.learned)):
            assert list(map(set, kept)) == [set(names) - tainted for names in all_of]


def test_an_unknown_recipe_lists_the_universal_ones() -> None:
    pytest.importorskip("torch", reason="needs the extra 'train'")
    from nasport.toolkit.laboratory.recipes import recipe as recipe_of
    from nasport.toolkit.laboratory.recipes.universal_bundles import BUNDLES

    with pytest.raises(InputError, match="universal-without-x") as caught:
        recipe_of("universal-without-x")
    assert len(BUNDLES) == 9
    for name in ("tgnas-nb101", *BUNDLES):
        assert name in str(caught.value)
        assert recipe_of(name)
