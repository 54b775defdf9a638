"""Described operators: how their descriptions are read, and when their scores are comparable."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nasport.runtime.bundle import MANIFEST, open_bundle
from nasport.runtime.description_reader import READER_FILE, Reader
from nasport.runtime.predictor import Predictor, Score
from nasport.schemas import architecture_from_json
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator, vocabulary
from nasport.schemas.space import parse_space
from nasport.toolkit.search.domain import SpaceDomain
from nasport.toolkit.search.engine import Engine
from nasport.toolkit.search.evaluators.predictor_evaluator import PredictorEvaluator
from nasport.toolkit.search.finalists import best_distinct, known_first
from nasport.toolkit.search.searchers import make_searcher
from nasport.toolkit.spaces import SearchSpace
from tests.documents import IMAGE, Document, document, node

ROOT = Path(__file__).resolve().parent.parent
PARAPHRASES: dict[str, list[str]] = json.loads((ROOT / "benchmarks" / "paraphrases.json").read_text("utf-8"))
SKELETON = {
    "input": IMAGE,
    "stem": [{"op": "stem_conv3x3", "width": 16}],
    "stages": [{"cell": "cell", "repeats": 3}],
}
# Half a standard deviation of the scores of random mobile networks.
HALF_A_DEVIATION = 0.43
IN_CELLS = (
    "none",
    "skip_connect",
    "nor_conv_3x3",
    "avg_pool_3x3",
    "sep_conv_5x5",
    "dil_conv_3x3",
    "conv_7x1_1x7",
)
IN_CHAINS = (
    "mb_3x3_e6_se",
    "mb_5x5_e3",
    "ir_5x5_t6",
    "fused_mb_3x3_e4",
    "res_bottleneck_block",
    "self_attention_h4",
    "squeeze_excitation",
    "group_conv_3x3_g8",
    "batch_norm",
)


@pytest.fixture(scope="module")
def universal() -> Predictor:
    return Predictor.load("universal", providers=["cpu"])


@pytest.fixture(scope="module")
def reader() -> Reader:
    found = Reader.of(open_bundle("minilm"), ["cpu"])
    assert found is not None
    return found


def scored(predictor: Predictor, *documents: Document) -> list[Score]:
    return list(predictor.score_stream(map(architecture_from_json, documents)))


def cell(op: str | Document) -> Document:
    """Return a network whose cell has a convolution, and then the same operator twice."""
    nodes = [
        node("in", "input"),
        node("a", "nor_conv_3x3", "in"),
        node("x", "x", "a"),
        node("y", "x", "x", "in"),
    ]
    return with_operator(document([*nodes, node("out", "output", "y", "a")], skeleton=SKELETON), op)


def chain(op: str | Document) -> Document:
    """Return mobile blocks with an operator among them."""
    stages = [
        {"op": "mb_3x3_e3", "width": 24, "stride": 2},
        {"op": "x", "repeats": 2},
        {"op": "mb_5x5_e6", "width": 40, "stride": 2},
        {"op": "x"},
    ]
    skeleton = {"input": IMAGE, "stem": [{"op": "conv_3x3", "width": 16}], "stages": stages, "classes": 10}
    return with_operator(document([], cells={}, skeleton=skeleton), op)


def with_operator(value: Document, op: str | Document) -> Document:
    """Return a document whose operator `x` is from the vocabulary, or described."""
    if isinstance(op, str):
        text = json.dumps(value).replace('"op": "x"', json.dumps({"op": op})[1:-1])
        replaced: Document = json.loads(text)
        return replaced
    return {**value, "operators": {"x": op}}


# Reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [key for key in vocabulary() if key not in ("input", "output")])
def test_keys_and_descriptions_of_the_vocabulary_are_read_as_their_operators(
    reader: Reader, key: str
) -> None:
    for text in (vocabulary()[key].text, key):
        found = reader.read(Operator(text))
        assert found.sure, text
        assert found.operator.kind == vocabulary()[key].kind, text
        assert numbers(found.operator) == numbers(vocabulary()[key]), text


def numbers(operator: Operator) -> dict[str, Any]:
    """Return the attributes without the activation, in which keys with equal descriptions differ."""
    return {name: value for name, value in operator.attributes if name != "activation"}


def test_most_paraphrases_are_read_and_few_are_misread_confidently(reader: Reader) -> None:
    """There are two for every operator, none of them in the training data."""
    found = [(key, reader.read(Operator(text))) for key, texts in PARAPHRASES.items() for text in texts]
    right = [
        reading.operator.kind == vocabulary()[key].kind
        and numbers(reading.operator) == numbers(vocabulary()[key])
        for key, reading in found
    ]
    misread = [
        reading for (_, reading), is_right in zip(found, right, strict=True) if reading.sure and not is_right
    ]
    assert np.mean(right) > 0.85
    assert len(misread) < len(found) * 0.06


def test_numbers_that_a_document_states_win_over_words(reader: Reader) -> None:
    found = reader.read(Operator("ordinary convolution, kernel 3", attributes=(("kernel", 7.0),)))
    assert found.operator == vocabulary()["conv_7x7"]
    unusual = reader.read(Operator("inverted residual with expansion 4", attributes=(("kernel", 23.0),)))
    assert unusual.sure
    assert unusual.operator.kind == "inverted_residual"
    assert numbers(unusual.operator) == {"kernel": 23, "expansion": 4}
    assert unusual.operator.text == "Inverted residual 23 by 23 with expansion 4"


def test_descriptions_with_an_open_number_have_low_confidence(reader: Reader) -> None:
    open_kernel = reader.read(Operator("an ordinary convolution layer"))
    assert (open_kernel.operator.kind, open_kernel.assumed, open_kernel.sure) == (
        "convolution",
        ("kernel",),
        False,
    )
    assert reader.read(Operator("an ordinary convolution layer", attributes=(("kernel", 5.0),))).sure


@pytest.mark.parametrize(
    "text",
    [
        "Folds the feature map along its diagonal",
        "frobnicator",
        "",
        "Ä 变换",
        "my favorite layer",
        "x " * 500,
    ],
)
def test_unknown_descriptions_have_low_confidence(reader: Reader, text: str) -> None:
    assert not reader.read(Operator(text)).sure


# Scores -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", IN_CELLS)
def test_a_cell_scores_the_same_with_descriptions_of_its_operators(universal: Predictor, key: str) -> None:
    check_same(universal, cell(key), cell({"text": vocabulary()[key].text}))


@pytest.mark.parametrize("key", IN_CHAINS)
def test_a_chain_scores_the_same_with_descriptions_of_its_operators(universal: Predictor, key: str) -> None:
    check_same(universal, chain(key), chain({"text": vocabulary()[key].text}))


def check_same(predictor: Predictor, known: Document, worded: Document) -> None:
    """Check that scores are equal to the bit, alone and in a batch, while total costs stay unknown and the description
    is hashed.
    """
    one, other = scored(predictor, known, worded)
    (alone,) = scored(predictor, worded)
    assert other.score == alone.score == one.score
    assert one.distance is not None
    assert other.distance is not None
    assert other.distance >= one.distance  # the operator is outside the training data
    assert other.hash == alone.hash != one.hash
    assert one.parameters is not None
    assert (other.parameters, other.flops) == (None, None)
    assert any("has only a description" in text and "not comparable" not in text for text in other.warnings)


def test_scores_by_paraphrases_are_near_those_of_the_known_operators(universal: Predictor) -> None:
    pairs = [(cell, key) for key in IN_CELLS] + [(chain, key) for key in IN_CHAINS]
    differences = []
    for network, key in pairs:
        known, *others = scored(
            universal, network(key), *(network({"text": text}) for text in PARAPHRASES[key])
        )
        differences += [abs(other.score - known.score) for other in others]
    assert np.median(differences) == 0
    assert np.quantile(differences, 0.9) < HALF_A_DEVIATION


def test_an_incomparable_score_has_a_warning(universal: Predictor) -> None:
    strange, open_kernel, plain = scored(
        universal,
        cell({"text": "Folds the feature map along its diagonal"}),
        cell({"text": "an ordinary convolution layer"}),
        cell("nor_conv_3x3"),
    )
    assert any("with low confidence" in text and "not comparable" in text for text in strange.warnings)
    assert any("without its kernel" in text and "not comparable" in text for text in open_kernel.warnings)
    assert not plain.warnings


def test_an_unreachable_operator_gives_no_warning(universal: Predictor) -> None:
    value = cell("nor_conv_3x3")
    value["operators"] = {"unused": {"text": "Folds the feature map along its diagonal"}}
    with_unused, without = scored(universal, value, cell("nor_conv_3x3"))
    assert with_unused.score == without.score
    assert with_unused.hash == without.hash
    assert not any("description" in text for text in with_unused.warnings)


def test_a_bundle_that_reads_embeddings_still_reads_them() -> None:
    predictor = Predictor.load("tgnas-nb101", providers=["cpu"])
    value = cell({"text": "Folds the feature map along its diagonal"})
    del value["skeleton"]
    (found,) = scored(predictor, value)
    assert np.isfinite(found.score)
    assert not any("has only a description" in text for text in found.warnings)


def test_known_documents_load_neither_reader_nor_encoder() -> None:
    code = (
        "import sys; from nasport.runtime.predictor import Predictor; from nasport.schemas import read_architecture\n"
        "list(Predictor.load('universal').score_stream([read_architecture(sys.argv[1])]))\n"
        "assert 'nasport.runtime.description_reader' not in sys.modules and 'nasport.runtime.encoder' not in sys.modules\n"
    )
    example = ROOT / "examples" / "resnet_like_cell.json"
    subprocess.run([sys.executable, "-c", code, str(example)], check=True, cwd=ROOT)


# Search -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wording", ["canonical", "paraphrase"])
def test_a_search_does_not_prefer_described_operators(universal: Predictor, wording: str) -> None:
    """Every layer offers each operator twice, described first; known operators win ties."""
    keys = ("skip_connect", "mb_3x3_e3", "mb_5x5_e6")
    texts = {key: vocabulary()[key].text if wording == "canonical" else PARAPHRASES[key][1] for key in keys}
    candidates = [name for key in keys for name in (f"own_{key}", key)]
    stages = [
        {"candidates": candidates, "width": width, "stride": stride}
        for width, stride in ((24, 2), (24, 1), (40, 2))
    ]
    space = SearchSpace(
        parse_space(
            json.dumps(
                {
                    "format": "nasport-space",
                    "version": 1,
                    "name": "twins",
                    "operators": {f"own_{key}": {"text": text} for key, text in texts.items()},
                    "skeleton": {"input": IMAGE, "stem": [{"op": "conv_3x3", "width": 16}], "stages": stages},
                }
            )
        )
    )
    domain = SpaceDomain(space)
    searcher = make_searcher("exhaustive", domain, seed=0, evaluations=space.size())
    engine = Engine(searcher, PredictorEvaluator(domain, universal), budget=space.size())
    engine.run()
    ordered = best_distinct(engine.evaluations)
    best = space.architecture(
        known_first(ordered, lambda each: space.architecture(each.query.member))[0].query.member
    )
    assert best.skeleton is not None
    assert [stage.op for stage in best.skeleton.stages] == ["mb_5x5_e6"] * 3


# Bundles ----------------------------------------------------------------------------------------------------------


def encoder_copy(folder: Path) -> Path:
    """A copy of the encoder's bundle without its largest file, which these tests do not load."""
    folder.mkdir()
    for name in (MANIFEST, READER_FILE):
        (folder / name).write_bytes(open_bundle("minilm").folder.joinpath(name).read_bytes())
    return folder


def test_a_bundle_without_a_reader_loads_none(tmp_path: Path) -> None:
    folder = encoder_copy(tmp_path / "copy")
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    del manifest["files"][READER_FILE]
    (folder / MANIFEST).write_text(json.dumps(manifest))
    assert Reader.of(open_bundle(folder)) is None


def test_a_changed_reader_is_refused(tmp_path: Path) -> None:
    folder = encoder_copy(tmp_path / "copy")
    (folder / READER_FILE).write_bytes(b"PK\x03\x04 something else")
    with pytest.raises(InputError, match="changed after the bundle"):
        Reader.of(open_bundle(folder))
