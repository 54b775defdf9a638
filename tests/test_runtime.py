"""Scoring with a bundle: changes that must keep a score, changes that must change it, and refused input."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasport.runtime.bundle import Bundle, open_bundle, shipped_folder, shipped_names
from nasport.runtime.bundle_limits import GUESSED_SIZE, NO_PATH
from nasport.runtime.predictor import DEFAULT_BUNDLE, Predictor, Score, ranked
from nasport.schemas import Architecture, InputError, architecture_from_json, vocabulary
from tests.documents import document, node, shuffled

EXAMPLE = Path(__file__).parent.parent / "examples" / "resnet_like_cell.json"
STRANGE = "Folds the feature map along its diagonal"
KNOWN = sorted(key for key, op in vocabulary().items() if op.kind not in ("input", "output"))


# A bundle that reads only the graph and the descriptions of its operators, not the skeleton.
CELLS_ONLY = "tgnas-nb101"


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor.load()


@pytest.fixture(scope="module")
def cells_only() -> Predictor:
    return Predictor.load(CELLS_ONLY)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Any valid document: one or two cells, any operator of the vocabulary, sometimes an unknown operator."""
    names = ["normal", "reduction"][: draw(st.integers(1, 2))]
    value = document([])
    value["operators"] = {"strange": {"text": STRANGE}}
    value["cells"] = {name: {"role": name, "nodes": draw(cells())} for name in names}
    return value


@st.composite
def cells(draw: st.DrawFn) -> list[dict[str, Any]]:
    nodes = [node("in", "input"), node("in2", "input", role="c_{k-2}")]
    for number in range(draw(st.integers(0, 12))):
        ids = [n["id"] for n in nodes]
        inputs = draw(st.lists(st.sampled_from(ids), max_size=4))
        op = draw(st.sampled_from([*KNOWN, "strange"]))
        nodes.append(node(f"n{number}", op, *inputs))
    ids = [n["id"] for n in nodes]
    nodes.append(node("out", "output", *draw(st.lists(st.sampled_from(ids), max_size=4))))
    return nodes


def relabelled(value: dict[str, Any], seed: int) -> dict[str, Any]:
    """Return the same document with its nodes renamed and reordered."""
    cells = {name: {**cell, "nodes": reordered(cell["nodes"], seed)} for name, cell in value["cells"].items()}
    return {**value, "cells": cells}


def reordered(nodes: list[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    ordered = {key for key, op in vocabulary().items() if op.ordered}
    marked = [{**n, "op": "blend"} if n["op"] in ordered else n for n in nodes]
    back = {f"{place}": n["op"] for place, n in enumerate(nodes)}
    tagged = [{**n, "tag": str(place)} for place, n in enumerate(marked)]
    return [
        {key: value for key, value in {**n, "op": back[n["tag"]]}.items() if key != "tag"}
        for n in shuffled(tagged, seed)
    ]


def values(predictor: Predictor, *documents: dict[str, Any]) -> list[float]:
    return [score.score for score in predictor.score(architecture_from_json(d) for d in documents)]


@given(documents())
@settings(max_examples=60, deadline=None)
def test_any_valid_document_scores_finite(predictor: Predictor, value: dict[str, Any]) -> None:
    (score,) = predictor.score([architecture_from_json(value)])
    assert np.isfinite(score.score)
    json.dumps(score.to_json(), allow_nan=False)


@given(documents(), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_renaming_and_reordering_nodes_changes_no_bit(
    predictor: Predictor, value: dict[str, Any], seed: int
) -> None:
    first, second = values(predictor, value)[0], values(predictor, relabelled(value, seed))[0]
    assert first == second


@given(documents(), st.sampled_from(KNOWN))
@settings(max_examples=40, deadline=None)
def test_an_unreachable_node_does_not_change_the_score(
    predictor: Predictor, value: dict[str, Any], op: str
) -> None:
    name = next(iter(value["cells"]))
    nodes = value["cells"][name]["nodes"]
    more = {**value, "cells": {**value["cells"], name: {"nodes": [*nodes, node("dead end", op, "in")]}}}
    if name != "normal":
        more["cells"][name]["role"] = name
    assert values(predictor, value) == values(predictor, more)


@given(st.lists(documents(), min_size=2, max_size=12))
@settings(max_examples=25, deadline=None)
def test_a_score_has_the_same_bits_whatever_the_batch(
    predictor: Predictor, batch: list[dict[str, Any]]
) -> None:
    alone = [values(predictor, value)[0] for value in batch]
    assert values(predictor, *batch) == alone
    assert values(predictor, *(batch * 40))[: len(batch)] == alone


def test_large_graphs_have_the_same_bits_whatever_the_batch(predictor: Predictor) -> None:
    def wide(count: int) -> dict[str, Any]:
        ops = ["conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3"]
        inner = [node(str(i), ops[i % 3], "in" if i < 3 else str(i // 2)) for i in range(count - 2)]
        ends = {n["id"] for n in inner} - {u for n in inner for u in n["inputs"]}
        return document([node("in", "input"), *inner, node("out", "output", *sorted(ends))])

    batch = [wide(count) for count in (250, 300, 600, 1000, 600)]
    assert values(predictor, *batch) == [values(predictor, value)[0] for value in batch]


def test_the_reduction_cell_changes_the_score(predictor: Predictor) -> None:
    def pair(reduction_op: str) -> dict[str, Any]:
        normal = [node("in", "input"), node("a", "nor_conv_3x3", "in"), node("out", "output", "a")]
        reduction = [node("in", "input"), node("a", reduction_op, "in"), node("out", "output", "a")]
        both = {"normal": {"nodes": normal}, "reduction": {"role": "reduction", "nodes": reduction}}
        return {**document([]), "cells": both}

    first, second = values(predictor, pair("nor_conv_3x3"), pair("avg_pool_3x3"))
    assert first != second


@given(
    st.lists(
        st.sampled_from(["nor_conv_3x3", "nor_conv_1x1", "max_pool_3x3", "avg_pool_3x3"]),
        min_size=2,
        max_size=4,
    )
)
@settings(max_examples=30, deadline=None)
def test_two_reduction_cells_have_two_scores_unless_they_are_isomorphic(
    predictor: Predictor, cells_only: Predictor, ops: list[str]
) -> None:
    """The default bundle counts operators of a kind on a path, independent of their order."""

    def pair(reduction: list[str]) -> dict[str, Any]:
        chain = [node(str(i), op, str(i - 1) if i else "in") for i, op in enumerate(reduction)]
        end = node("out", "output", chain[-1]["id"])
        cells = {
            "normal": {
                "nodes": [node("in", "input"), node("a", "nor_conv_3x3", "in"), node("out", "output", "a")]
            },
            "reduction": {"role": "reduction", "nodes": [node("in", "input"), *chain, end]},
        }
        return {**document([]), "cells": cells}

    orders = [architecture_from_json(pair(order)) for order in (ops, ops[::-1])]
    first, second = cells_only.score(orders)
    assert (first.score == second.score) == (first.hash == second.hash)
    first, second = predictor.score(orders)
    assert first.score == second.score or first.hash != second.hash
    longer = architecture_from_json(pair([*ops, "nor_conv_3x3"]))
    assert predictor.score([longer])[0].score != first.score


def test_a_macro_space_is_scored_as_the_chain_of_its_layers(
    predictor: Predictor, cells_only: Predictor
) -> None:
    def layers(width: int, *ops: str) -> Architecture:
        stages = [{"op": op, "width": width} for op in ops]
        image = {"channels": 3, "height": 32, "width": 32}
        return architecture_from_json(
            {**document([]), "cells": {}, "skeleton": {"stages": stages, "input": image}}
        )

    networks = [layers(32, "mb_3x3_e3"), layers(32, "mb_3x3_e3", "mb_5x5_e6"), layers(64, "mb_3x3_e3")]
    shallow, deep, wide = cells_only.score(networks)
    assert shallow.score == wide.score != deep.score
    assert all("ignores the widths" in score.warnings[-1] for score in (shallow, deep, wide))
    shallow, deep, wide = predictor.score(networks)
    assert len({shallow.score, deep.score, wide.score}) == 3
    assert not any("widths and resolutions" in warning for warning in shallow.warnings)


def test_warnings_name_operators_unknown_to_the_bundle(predictor: Predictor, cells_only: Predictor) -> None:
    def chain(*ops: str, **more: Any) -> Architecture:
        nodes = [node(str(place), op, str(place - 1)) for place, op in enumerate(ops, start=1)]
        strange = {"strange": {"text": STRANGE}}
        ends = [node("0", "input"), *nodes, node("out", "output", str(len(ops)))]
        return architecture_from_json(document(ends, operators=strange, **more))

    conv = "conv3x3-bn-relu"
    strange, long, cut, plain = chain("strange"), chain(*[conv] * 30), chain("none"), chain(conv)
    found = [score.warnings for score in cells_only.score([strange, long, cut, plain])]
    assert "Folds the feature map" in found[0][0]
    assert "32 nodes" in found[1][0]
    assert "no path from an input" in found[2][0]
    assert found[3] == ()

    skeleton = json.loads(EXAMPLE.read_text("utf-8"))["skeleton"]
    whole = chain(conv, skeleton=skeleton)
    longer = chain(*[conv] * 60)
    found = [score.warnings for score in predictor.score([strange, longer, cut, plain, whole])]
    assert "Folds the feature map" in found[0][0]
    assert "62 nodes" in found[1][0]
    assert found[2] == (NO_PATH,)
    assert found[3] == (GUESSED_SIZE,)
    assert found[4] == ()
    uncounted = chain("strange", skeleton=skeleton)
    (score,) = predictor.score([uncounted])
    assert score.parameters is None
    unknown = f"parameters and FLOPs are unknown: nasport cannot count '{STRANGE}' of kind 'other'"
    assert any(unknown in warning for warning in score.warnings)


def test_ranks_start_at_the_best_and_ties_share_the_better_one() -> None:
    plain = Score("", "", 0.0, None, None, 0.0, None, "b")
    found = ranked([plain._replace(score=value) for value in (0.5, 2.0, 0.5, -1.0)])
    assert [score.rank for score in found] == [2, 1, 2, 4]


def test_streaming_gives_the_scores_of_the_batch_in_order(predictor: Predictor) -> None:
    rng = random.Random(0)
    ops = ["conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3"]

    def chain(length: int) -> Architecture:
        nodes = [node("0", "input")]
        nodes += [node(str(i), rng.choice(ops), str(i - 1)) for i in range(1, length)]
        return architecture_from_json(document([*nodes, node("out", "output", str(length - 1))]))

    architectures = [chain(rng.choice([3, 5, 9, 40])) for _ in range(1500)]
    streamed = list(predictor.score_stream(iter(architectures)))
    assert all(score.rank is None for score in streamed)
    assert ranked(streamed) == predictor.score(architectures)


# Bundles ----------------------------------------------------------------------------------------------------------


def copy_of(bundle: str, folder: Path) -> Path:
    return Path(shutil.copytree(shipped_folder() / bundle, folder / "bundle"))


def edited(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    file = folder / "bundle.json"
    manifest = json.loads(file.read_text("utf-8"))
    change(manifest)
    file.write_text(json.dumps(manifest), "utf-8")
    return folder


def test_shipped_bundles_agree_with_their_manifests() -> None:
    for name in [*shipped_names("predictor"), *shipped_names("encoder")]:
        bundle = open_bundle(name)
        assert bundle.name == name
        assert all(bundle.path(file).is_file() for file in bundle.manifest["files"])


def test_a_bundle_works_from_any_folder(tmp_path: Path, predictor: Predictor) -> None:
    value = document([node("in", "input"), node("a", "nor_conv_3x3", "in"), node("out", "output", "a")])
    elsewhere = Predictor.load(copy_of(DEFAULT_BUNDLE, tmp_path))
    assert values(elsewhere, value) == values(predictor, value)


def _changed_byte(folder: Path) -> None:
    data = bytearray((folder / "predictor.onnx").read_bytes())
    data[-1] ^= 1
    (folder / "predictor.onnx").write_bytes(data)


def _outside_link(folder: Path) -> None:
    outside = folder.parent / "elsewhere.npz"
    shutil.move(folder / "operators.npz", outside)
    (folder / "operators.npz").symlink_to(outside)


BROKEN: list[tuple[str, Callable[[Path], object], str]] = [
    ("no manifest", lambda f: (f / "bundle.json").unlink(), "expected bundle.json in it"),
    (
        "is missing, expected it here",
        lambda f: (f / "operators.npz").unlink(),
        "is missing, expected it here",
    ),
    ("changed file", _changed_byte, "changed after"),
    ("link to the outside", _outside_link, "outside the folder of the bundle"),
    ("newer format", lambda f: edited(f, lambda m: m.update(version=2)), "needs a newer release of nasport"),
    ("not a bundle", lambda f: edited(f, lambda m: m.update(format="x")), "expected 'nasport-bundle'"),
    ("no files", lambda f: edited(f, lambda m: m.pop("files")), "files"),
    (
        "path outside",
        lambda f: edited(f, lambda m: m["files"].update({"../evil": {"sha256": "0" * 64}})),
        "files",
    ),
    ("unlisted", lambda f: edited(f, lambda m: m["files"].pop("operators.npz")), "lists no file"),
    ("bad hash", lambda f: edited(f, lambda m: m["files"]["operators.npz"].update(sha256="x")), "sha256"),
    ("unknown feature", lambda f: edited(f, lambda m: m.update(features=["color"])), "feature 'color'"),
    ("other inputs", lambda f: edited(f, lambda m: m["inputs"].pop("mask")), "the inputs of predictor.onnx"),
    ("not JSON", lambda f: (f / "bundle.json").write_text("{"), "not valid JSON"),
]


@pytest.mark.parametrize(("damage", "words"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_a_damaged_bundle_is_refused(tmp_path: Path, damage: Callable[[Path], object], words: str) -> None:
    folder = copy_of(DEFAULT_BUNDLE, tmp_path)
    damage(folder)
    value = document([node("in", "input"), node("out", "output", "in")])
    with pytest.raises(InputError) as caught:
        values(Predictor.load(folder), value)
    assert words in str(caught.value)


def test_an_encoder_other_than_the_bundles_is_refused(tmp_path: Path) -> None:
    folder = edited(
        copy_of(DEFAULT_BUNDLE, tmp_path), lambda manifest: manifest["encoder"].update(sha256="0" * 64)
    )
    strange = document(
        [node("in", "input"), node("a", "strange", "in"), node("out", "output", "a")],
        operators={"strange": {"text": STRANGE}},
    )
    with pytest.raises(InputError, match=r"the encoder .* has SHA-256 .*, expected"):
        values(Predictor.load(folder), strange)


def test_an_operator_table_is_never_unpickled(tmp_path: Path) -> None:
    folder = copy_of(DEFAULT_BUNDLE, tmp_path)
    np.savez(folder / "operators.npz", texts=np.array([{"a": 1}], object), embeddings=np.zeros((1, 384)))
    digest = hashlib.sha256((folder / "operators.npz").read_bytes()).hexdigest()
    edited(folder, lambda manifest: manifest["files"]["operators.npz"].update(sha256=digest))
    with pytest.raises(InputError, match="expected numbers or texts"):
        Predictor.load(folder)


def _with_table(folder: Path, texts: list[str], embeddings: Any) -> Path:
    np.savez(folder / "operators.npz", texts=np.array(texts), embeddings=np.array(embeddings, np.float32))
    digest = hashlib.sha256((folder / "operators.npz").read_bytes()).hexdigest()
    return edited(folder, lambda manifest: manifest["files"]["operators.npz"].update(sha256=digest))


@pytest.mark.parametrize(
    ("bundle", "texts", "embeddings", "words"),
    [
        (DEFAULT_BUNDLE, ["Input"], np.zeros((2, 384)), "the table of embeddings has arrays"),
        (DEFAULT_BUNDLE, ["Input"], np.full((1, 384), np.nan), "the table of embeddings has arrays"),
        (CELLS_ONLY, ["Input", STRANGE, "Output"], np.zeros((3, 100)), "expected 384 as in predictor.onnx"),
    ],
)
def test_a_wrong_table_with_the_right_hash_is_refused(
    tmp_path: Path, bundle: str, texts: list[str], embeddings: Any, words: str
) -> None:
    folder = _with_table(copy_of(bundle, tmp_path), texts, embeddings)
    nodes = [node("in", "input"), node("a", "strange", "in"), node("out", "output", "a")]
    with pytest.raises(InputError, match=words):
        values(Predictor.load(folder), document(nodes, operators={"strange": {"text": STRANGE}}))


@pytest.mark.parametrize("name", ["x" * 300, "no-such-bundle", "..", "", "minilm"])
def test_a_bundle_of_another_kind_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        Predictor.load(name)


def test_an_unknown_provider_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="'tpu'"):
        Predictor.load(providers=["tpu"])


def test_widths_and_depths_change_the_score_of_a_bundle_that_reads_them(
    predictor: Predictor, cells_only: Predictor
) -> None:
    base = json.loads(EXAMPLE.read_text("utf-8"))
    wide, deep = json.loads(json.dumps(base)), json.loads(json.dumps(base))
    wide["skeleton"]["stages"][0]["width"] = 24
    deep["skeleton"]["stages"][-1]["repeats"] = 6
    assert len(set(values(predictor, base, wide, deep))) == 3
    assert len(set(values(cells_only, base, wide, deep))) == 1


def test_the_bundle_class_reads_listed_files_only() -> None:
    bundle = open_bundle(DEFAULT_BUNDLE)
    with pytest.raises(InputError, match="lists no file"):
        Bundle(bundle.folder, bundle.manifest).read("bundle.json")
