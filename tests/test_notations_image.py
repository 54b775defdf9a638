"""Notations of the image spaces: NAS-Bench-101, NAS-Bench-201, TransNAS-Bench-101, NAS-Bench-Macro."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasport.runtime.encoding import EncodedBatch, encode
from nasport.schemas import Architecture, InputError, architecture_from_json, canonicalize, hashes
from nasport.toolkit.notations import notation, notations
from nasport.toolkit.notations.nasbench101 import document, line_of, module_hash, parse_line
from nasport.toolkit.notations.nasbench101_cell import MAX_EDGES, Module
from tests.documents import hash_of, shuffled
from tests.tables import nasbench101_line, nasbench101_space, nasbench_macro, rows, sample

IMAGE = (
    "nasbench101",
    "nasbench101_json",
    "nasbench201",
    "nasbench201_naslib",
    "nasbench201_zerocost",
    "nasbench201_gennas",
    "nasbench201_by_target",
    "nasbench201_autodl",
    "nasbench201_nni",
    "nats_size",
    "transnas_micro",
    "transnas_micro_naslib",
    "transnas_micro_zerocost",
    "transnas_macro",
    "transnas_macro_naslib",
    "nasbench_macro",
)
BEST_201 = "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_1x1~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|"


def renamed(architecture: Architecture, seed: int) -> Architecture:
    """Return the same document with other ids, another order of nodes and inputs, and no source."""
    value = architecture.to_json()
    value.pop("source", None)
    for cell in value["cells"].values():
        cell["nodes"] = shuffled(cell["nodes"], seed)
    return architecture_from_json(value)


@st.composite
def modules(draw: st.DrawFn) -> Module:
    """Random NAS-Bench-101 cells, which may contain unreachable vertices."""
    size = draw(st.integers(2, 7))
    edges = [[0] * size for _ in range(size)]
    for u in range(size):
        for v in range(u + 1, size):
            edges[u][v] = draw(st.integers(0, 1))
    if sum(map(sum, edges)) > MAX_EDGES or not any(edges[u][size - 1] for u in range(size)):
        edges = [[int(v == u + 1) for v in range(size)] for u in range(size)]
    operators = tuple(draw(st.integers(0, 2)) for _ in range(size - 2))
    module = Module(tuple(map(tuple, edges)), operators)
    try:
        return module.check()
    except InputError:  # no path
        edges[0][size - 1] = 1
        return Module(tuple(map(tuple, edges)), operators)


def edge_codes(count: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, count - 1), min_size=6, max_size=6)


def cells201(name: str) -> st.SearchStrategy[str]:
    """Cells of NAS-Bench-201 in their notation."""
    indices = notation("nasbench201_naslib")
    return edge_codes(5).map(lambda codes: notation(name).write(indices.parse(str(codes))))


def texts(name: str) -> st.SearchStrategy[str]:
    """Valid texts of a notation."""
    return {
        "nasbench101": modules().map(line_of),
        "nasbench101_json": modules().map(lambda m: notation("nasbench101_json").write(document(m))),
        "nasbench201": cells201("nasbench201"),
        "nasbench201_autodl": cells201("nasbench201_autodl"),
        "nasbench201_nni": cells201("nasbench201_nni"),
        "nasbench201_by_target": edge_codes(5).map(str),
        "nats_size": st.lists(st.sampled_from(range(8, 65, 8)), min_size=5, max_size=5).map(
            lambda widths: ":".join(map(str, widths))
        ),
        "transnas_micro_naslib": edge_codes(4).map(str),
        "transnas_micro_zerocost": edge_codes(4).map(lambda codes: str(tuple(codes))),
        "transnas_macro_naslib": st.sampled_from(
            ["(1, 2, 3, 4, 0, 0)", "(4, 3, 2, 3, 1, 1)", "(1, 1, 3, 1, 4, 0)"]
        ),
        "nasbench201_naslib": edge_codes(5).map(str),
        "nasbench201_zerocost": edge_codes(5).map(lambda codes: str(tuple(codes))),
        "nasbench201_gennas": edge_codes(5).map(lambda c: str([c[:1], c[1:3], c[3:]])),
        "transnas_micro": edge_codes(4).map(lambda c: "64-41414-{}_{}{}_{}{}{}".format(*c)),
        "transnas_macro": st.sampled_from(["64-1234-basic", "64-432311-basic", "64-11314-basic"]),
        "nasbench_macro": st.text("012", min_size=8, max_size=8),
    }[name]


@pytest.mark.parametrize("name", IMAGE)
def test_the_example_is_valid_and_round_trips(name: str) -> None:
    found = notation(name)
    architecture = found.parse(f"  {found.example}\n")
    assert found.write(architecture) == found.example
    assert architecture.source is not None
    assert (architecture.source.format, architecture.source.text) == (name, found.example)
    assert architecture.name
    assert architecture.space
    assert "\n" not in found.description


@pytest.mark.parametrize("name", IMAGE)
def test_documents_pass_the_checks_of_the_format(name: str) -> None:
    architecture = notation(name).parse(notation(name).example)
    assert architecture_from_json(architecture.to_json()) == architecture


@pytest.mark.parametrize("name", IMAGE)
@given(data=st.data(), seed=st.integers(0, 2**32))
@settings(max_examples=30, deadline=None)
def test_renamed_and_shuffled_documents_convert_back(name: str, data: st.DataObject, seed: int) -> None:
    found = notation(name)
    text = data.draw(texts(name))
    architecture = found.parse(text)
    assert found.write(architecture) == text
    other = renamed(architecture, seed)
    back = found.parse(found.write(other))
    assert hash_of(back) == hash_of(architecture)
    # The source text determines an order that the structure leaves open.
    assert found.write(replace(other, source=architecture.source)) == text


@pytest.mark.parametrize("name", [name for name in IMAGE if name not in ("nasbench101", "nasbench101_json")])
@given(data=st.data(), seed=st.integers(0, 2**32))
@settings(max_examples=30, deadline=None)
def test_the_structure_gives_the_text_if_the_order_is_unique(
    name: str, data: st.DataObject, seed: int
) -> None:
    found = notation(name)
    text = data.draw(texts(name))
    assert found.write(renamed(found.parse(text), seed)) == text


def test_a_source_that_contradicts_the_structure_is_ignored() -> None:
    for name in ("nasbench101", "nasbench201"):
        found = notation(name)
        architecture = found.parse(found.example)
        other = found.parse({"nasbench101": "3 111 0", "nasbench201": BEST_201}[name])
        assert found.write(replace(architecture, source=other.source)) == found.example


@pytest.mark.parametrize(
    "name", ["nasbench101", "nasbench201", "transnas_micro", "nasbench201_gennas", "transnas_micro_naslib"]
)
@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_parsing_many_texts_equals_parsing_each(name: str, data: st.DataObject) -> None:
    found = notation(name)
    many = data.draw(st.lists(texts(name), max_size=6))
    assert_equal_batches(found.encode_many(many), encode([found.parse(text) for text in many]))


def assert_equal_batches(fast: EncodedBatch | None, slow: EncodedBatch) -> None:
    """Check that batches are equal in canonical form: used kinds, labels, and everything except the graphs."""
    assert fast is not None
    assert fast.names == slow.names
    assert fast.parameters == slow.parameters
    assert fast.flops == slow.flops
    for name in ("parameters", "flops", "balanced"):
        np.testing.assert_array_equal(
            getattr(fast.reachable, name), getattr(slow.reachable, name), err_msg=name
        )
    first, second = canonicalize(fast.graphs), canonicalize(slow.graphs)
    assert hashes(first) == hashes(second)
    assert (first.mask.sum(axis=1) == second.mask.sum(axis=1)).all()
    size = min(first.mask.shape[1], second.mask.shape[1])
    assert (first.labels[:, :size, :size] == second.labels[:, :size, :size]).all()
    for row, count in enumerate(first.mask.sum(axis=1)):
        kinds = [first.kinds[kind] for kind in first.index[row, :count]]
        assert kinds == [second.kinds[kind] for kind in second.index[row, :count]]


@pytest.mark.parametrize("name", ["nasbench101", "nasbench201", "transnas_micro"])
def test_one_wrong_text_among_many_is_reported(name: str) -> None:
    found = notation(name)
    with pytest.raises(InputError) as error:
        found.encode_many([found.example, "nonsense", found.example])
    assert "nonsense" in str(error.value)
    assert "expected" in str(error.value)


def test_the_fast_parser_refuses_long_and_foreign_characters() -> None:
    found = notation("nasbench101")
    for line in (
        "7 100110100001001010101 0200\uff11",
        "7 1001101000010010101010 0200",
        "3 1_1 0",
        "3 111 3",
        "8 1 1",
    ):
        with pytest.raises(InputError):
            found.encode_many([line])


def test_the_codes_of_other_projects_name_the_same_cell() -> None:
    """NAS-Bench-201's best cell in four notations with different orders and numbers."""
    expected = notation("nasbench201").parse(BEST_201)
    for name, text in (
        ("nasbench201_naslib", "[2, 2, 0, 3, 2, 2]"),
        ("nasbench201_zerocost", "(2, 2, 0, 3, 2, 2)"),
        ("nasbench201_gennas", "[[3], [3, 2], [1, 3, 3]]"),
    ):
        found = notation(name)
        assert notation("nasbench201").write(found.parse(text)) == BEST_201
        assert found.write(expected) == text
        assert found.parse(text).cells == expected.cells


def test_gennas_numbers_follow_its_documentation() -> None:
    """The example is from GenNAS."""
    text = notation("nasbench201").write(notation("nasbench201_gennas").parse("[[0],[0,1],[0,1,2]]"))
    assert text == "|none~0|+|none~0|skip_connect~1|+|none~0|skip_connect~1|nor_conv_1x1~2|"


def test_transnas_edges_follow_its_documentation() -> None:
    """In 64-41414-1_02_333, node 1 skips node 0; node 2 is none of 0 and a 1x1 of 1; node 3 has three 3x3."""
    cell = notation("transnas_micro").parse("64-41414-1_02_333").cells["cell"]
    assert {node.id: node.op for node in cell.nodes if "->" in node.id} == {
        "0->1": "skip_connect",
        "0->2": "none",
        "1->2": "nor_conv_1x1",
        "0->3": "nor_conv_3x3",
        "1->3": "nor_conv_3x3",
        "2->3": "nor_conv_3x3",
    }


def test_the_macro_space_has_3256_members() -> None:
    found, count = notation("transnas_macro"), 0
    for length in range(3, 8):
        for number in np.ndindex((4,) * length):
            text = f"64-{''.join(str(digit + 1) for digit in number)}-basic"
            try:
                count += found.write(found.parse(text)) == text
            except InputError:
                continue
    assert count == 3256


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("nasbench201", BEST_201.replace("~2", "~1"), "expected 2"),
        ("nasbench201", BEST_201.replace("skip_connect", "skip"), "expected one of none, skip_connect"),
        ("nasbench201", BEST_201.removesuffix("|nor_conv_3x3~2|") + "|", "expected 3"),
        ("nasbench201", "|nor_conv_3x3~0|+|none~0|none~1|", "2 nodes"),
        ("nasbench201", BEST_201[:-1], "between two '|'"),
        ("nasbench201", BEST_201.replace("~0", "", 1), "operator~0"),
        ("nasbench201", "", "expected 3"),
        ("nasbench201_naslib", "[4, 0, 3, 1, 4]", "expected e.g. [4, 0, 3, 1, 4, 3]"),
        ("nasbench201_naslib", "[4, 0, 3, 1, 4, 5]", "position 6, expected one of 0 skip_connect"),
        ("nasbench201_gennas", "[[1], [1, 2], [3, 2, 5]]", "position 6, expected one of 0 none"),
        ("nasbench201_gennas", "[1, 1, 2, 3, 2, 1]", "expected e.g. [[1]"),
        ("nasbench101", "7 10011010000100101010 02001", "expected 21 digits"),
        ("nasbench101", "7 100110100001001010101 0200", "expected 5 digits"),
        ("nasbench101", "7 100110100001001010101 02003", "0 conv3x3-bn-relu"),
        ("nasbench101", "8 1001101000010010101010000000 020010", "from 2 to 7"),
        ("nasbench101", "7 111111111111111111111 02001", "expected at most 9"),
        ("nasbench101", "3 001 0", "no path"),
        ("nasbench101", "00005c142e6f48ac74fdcf73e343987G 3 111 0", "32 hexadecimal"),
        ("nasbench101", "", "n_vertices bits ops"),
        ("nasbench101_json", '{"matrix": [[0, 1], [0, 0]], "ops": ["in", "output"]}', "begins with 'input'"),
        ("nasbench101_json", '{"matrix": [[0, 1], [1, 0]], "ops": ["input", "output"]}', "upper triangle"),
        ("nasbench101_json", '{"matrix": [[0, 2], [0, 0]], "ops": ["input", "output"]}', "0 or 1"),
        ("nasbench101_json", '{"matrix": [[0, 1]], "ops": ["input", "output"]}', "2 rows"),
        ("nasbench101_json", '{"matrix": []}', "'matrix' and 'ops'"),
        ("nasbench101_json", "[", "not valid JSON"),
        ("nasbench101_json", "[" + " " * 200_000 + "]", "expected at most 20,000"),
        ("nasbench101", "2" + " " * 200_000 + "1", "expected at most 20,000"),
        ("transnas_micro", "64-41414-4_00_000", "3 nor_conv_3x3"),
        ("transnas_micro", "64-4141-1_02_333", "begin with '64-41414-'"),
        ("transnas_macro", "64-1234-1_02_333", "basic"),
        ("transnas_macro", "64-1111-basic", "expected 4 to 6 modules, 1 to 3 and 1 to 4"),
        ("transnas_macro", "64-444444-basic", "6 double the channels"),
        ("nasbench_macro", "0121210", "eight digits"),
        ("nasbench_macro", "01212103", "eight digits"),
    ],
)
def test_nearly_valid_texts_are_refused_with_what_was_expected(name: str, text: str, expected: str) -> None:
    with pytest.raises(InputError) as error:
        notation(name).parse(text)
    assert expected in str(error.value)


def test_an_unknown_notation_is_refused_with_the_known_names() -> None:
    with pytest.raises(InputError) as error:
        notation("nasbench999")
    assert all(name in str(error.value) for name in notations())
    assert set(IMAGE) <= set(notations())


def with_a_foreign_operator(value: dict) -> None:
    value["cells"]["cell"]["nodes"][1]["op"] = "conv_11x11"


def with_an_edge_more(value: dict) -> None:
    value["cells"]["cell"]["nodes"][-1]["inputs"].append(value["cells"]["cell"]["nodes"][1]["id"])


def with_other_widths(value: dict) -> None:
    value["skeleton"]["stages"][0]["width"] = 48


def with_two_cells(value: dict) -> None:
    value["cells"]["second"] = value["cells"]["cell"]


@pytest.mark.parametrize("name", ["nasbench101", "nasbench201", "transnas_micro"])
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (with_a_foreign_operator, "operator"),
        (with_an_edge_more, "expected"),
        (with_other_widths, "skeleton|modules|module"),
        (with_two_cells, "exactly one"),
    ],
)
def test_documents_that_a_notation_cannot_express_are_refused(
    name: str, change: Callable[[dict], None], expected: str
) -> None:
    value = json.loads(json.dumps(notation(name).parse(notation(name).example).to_json()))
    change(value)
    architecture = architecture_from_json(value)
    with pytest.raises(InputError, match=expected):
        notation(name).write(architecture)


def with_an_input_twice(value: dict) -> None:
    nodes = value["cells"]["cell"]["nodes"]
    nodes[-1]["inputs"].append(nodes[-1]["inputs"][0])


@pytest.mark.parametrize("name", [name for name in IMAGE if "macro" not in name])
@pytest.mark.parametrize("skeleton", [True, False])
def test_an_input_that_counts_twice_is_refused(name: str, skeleton: bool) -> None:
    value = notation(name).parse(notation(name).example).to_json()
    with_an_input_twice(value)
    if not skeleton:
        del value["skeleton"]
    with pytest.raises(InputError, match="a duplicate input"):
        notation(name).write(architecture_from_json(value))


def stem_operator(skeleton: dict) -> None:
    skeleton["stem"][-1]["op"] = "lstm"


def stem_width(skeleton: dict) -> None:
    skeleton["stem"][0]["width"] = 48


def no_stem(skeleton: dict) -> None:
    del skeleton["stem"]


def longer_head(skeleton: dict) -> None:
    skeleton["head"].append({"op": "elu"})


def no_head(skeleton: dict) -> None:
    del skeleton["head"]


def stage_resolution(skeleton: dict) -> None:
    skeleton["stages"][0]["resolution"] = 7


@pytest.mark.parametrize("name", IMAGE)
@pytest.mark.parametrize(
    "change", [stem_operator, stem_width, no_stem, longer_head, no_head, stage_resolution]
)
def test_a_cell_in_another_network_is_refused(name: str, change: Callable[[dict], None]) -> None:
    value = notation(name).parse(notation(name).example).to_json()
    change(value["skeleton"])
    with pytest.raises(
        InputError, match=r"another (skeleton|stem|head)|another width|a stage with a resolution"
    ):
        notation(name).write(architecture_from_json(value))


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in notations()
        if notation(name).parse(notation(name).example).cells and name not in ("nds", "nasbench301")
    ],
)
@pytest.mark.parametrize("place", [0, -1])
def test_attributes_of_inputs_and_outputs_are_refused(name: str, place: int) -> None:
    value = notation(name).parse(notation(name).example).to_json()
    next(iter(value["cells"].values()))["nodes"][place]["attributes"] = {"stride": 2}
    with pytest.raises(
        InputError, match=r"has attributes, expected none|has no attribute|does not read|another structure"
    ):
        notation(name).write(architecture_from_json(value))


def test_attributes_of_a_cell_are_refused() -> None:
    value = notation("transnas_micro").parse("64-41414-1_02_333").to_json()
    value["skeleton"]["stages"][0]["attributes"] = {"groups": 3}
    with pytest.raises(InputError, match="a stage of a cell has attributes"):
        notation("transnas_micro").write(architecture_from_json(value))


def test_cells_of_another_role_are_refused() -> None:
    value = notation("transnas_micro").parse("64-41414-1_02_333").to_json()
    value["cells"]["cell"]["role"] = "reduction"
    with pytest.raises(InputError, match=r"expected .*normal"):
        notation("transnas_micro").write(architecture_from_json(value))


@pytest.mark.parametrize("name", ["transnas_macro", "nasbench_macro"])
def test_another_data_set_and_other_stages_of_the_same_layers_are_the_same_digits(name: str) -> None:
    found = notation(name)
    value = found.parse(found.example).to_json()
    skeleton = value["skeleton"] | {"classes": 7, "input": {"channels": 3, "height": 64, "width": 64}}
    first = skeleton["stages"][0]
    if first.get("repeats", 1) == 2:
        rest = {key: number for key, number in first.items() if key not in ("repeats", "stride")}
        skeleton["stages"][:1] = [{**first, "repeats": 1}, rest]
    assert found.write(architecture_from_json({**value, "skeleton": skeleton})) == found.example


def test_another_data_set_has_the_same_string() -> None:
    value = notation("nasbench201").parse(BEST_201).to_json()
    value["skeleton"]["classes"] = 120
    value["skeleton"]["input"] = {"channels": 3, "height": 16, "width": 16}
    assert notation("nasbench201").write(architecture_from_json(value)) == BEST_201
    del value["skeleton"]
    assert notation("nasbench201").write(architecture_from_json(value)) == BEST_201


def test_operators_of_the_other_benchmark_with_the_same_meaning_convert() -> None:
    value = notation("nasbench101").parse("4 100101 01").to_json()
    value["cells"]["cell"]["nodes"][1]["op"] = "nor_conv_3x3"
    assert notation("nasbench101").write(architecture_from_json(value)) == "4 100101 01"


def test_well_known_module_hashes() -> None:
    """Hashes of the two smallest cells of the space, and of an isomorphic pair."""
    found = notation("nasbench101")
    assert module_hash(found.parse("2 1")) == "043721b9c7fe8c5fad811d47d83132ec"
    assert module_hash(found.parse("3 101 0")) == "b49ac8c578b4561d79ac7087988f1c61"
    assert module_hash(found.parse("4 110011 01")) == module_hash(found.parse("4 110011 10"))
    # Unreachable vertices are pruned first.
    assert module_hash(found.parse("4 010001 20")) == module_hash(found.parse("3 101 0"))


def test_every_nasbench101_row_round_trips_and_has_its_hash(nasport_data: Path) -> None:
    found = notation("nasbench101")
    for row in sample(rows(nasport_data, "nasbench101"), 50):
        line = nasbench101_line(row)
        architecture = found.parse(f"{row['hash']} {line}")
        assert architecture.name == row["hash"]
        assert module_hash(architecture) == row["hash"]
        assert found.write(architecture) == line
        as_json = notation("nasbench101_json").write(architecture)
        assert found.write(notation("nasbench101_json").parse(as_json)) == line


def test_the_whole_nasbench101_space(nasport_data: Path) -> None:
    found = notation("nasbench101")
    for line in sample(nasbench101_space(nasport_data), 1000):
        named, module = parse_line(line)
        assert module.hash() == named
        assert line_of(module) == line[33:]
    lines = sample(nasbench101_space(nasport_data), 40)
    for start in range(0, len(lines), 1024):
        chunk = lines[start : start + 1024]
        encoded = found.encode_many(chunk)
        assert encoded is not None
        assert encoded.names == tuple(line[:32] for line in chunk)
        assert all(encoded.parameters)


def test_nasbench101_rows_encode_as_their_documents(nasport_data: Path) -> None:
    found = notation("nasbench101")
    lines = [nasbench101_line(row) for row in sample(rows(nasport_data, "nasbench101"), 100)]
    assert_equal_batches(found.encode_many(lines), encode([found.parse(line) for line in lines]))


def test_every_nasbench201_row_round_trips(nasport_data: Path) -> None:
    found = notation("nasbench201")
    strings = [row["arch_str"] for row in rows(nasport_data, "nasbench201")]
    encoded = found.encode_many(strings)
    assert encoded is not None
    assert encoded.names == tuple(strings)
    for text in sample(strings, 20):
        assert found.write(found.parse(text)) == text
    part = sample(strings, 50)
    assert_equal_batches(found.encode_many(part), encode([found.parse(text) for text in part]))


def test_every_zero_cost_tuple_is_its_string(nasport_data: Path) -> None:
    strings, tuples = notation("nasbench201"), notation("nasbench201_zerocost")
    table = rows(nasport_data, "nasbench201_zero_cost_nets")
    encoded = tuples.encode_many([row["net"] for row in table])
    assert encoded is not None
    assert encoded.names == tuple(row["net_str"] for row in table)
    for row in sample(table, 10):
        assert tuples.write(strings.parse(row["net_str"])) == row["net"]


def test_every_transnas_micro_row_round_trips(nasport_data: Path) -> None:
    found = notation("transnas_micro")
    strings = [row["arch_str"] for row in rows(nasport_data, "transnasbench101_micro")]
    encoded = found.encode_many(strings)
    assert encoded is not None
    assert encoded.names == tuple(strings)
    for text in sample(strings, 4):
        assert found.write(found.parse(text)) == text
    part = sample(strings, 20)
    assert_equal_batches(found.encode_many(part), encode([found.parse(text) for text in part]))


def test_every_nasbench_macro_row_round_trips(nasport_data: Path) -> None:
    found = notation("nasbench_macro")
    for digits in nasbench_macro(nasport_data):
        assert found.write(found.parse(digits)) == digits
