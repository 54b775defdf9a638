"""Genotypes in four spellings, over several lines, in programs, logs, YAML files and tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasport.runtime.costs import costs
from nasport.schemas import Architecture, InputError, architecture_from_json
from nasport.schemas.warnings import document_warnings
from nasport.toolkit.inputs import Item, document_items, notation_items, parse_item
from nasport.toolkit.notations import notation
from nasport.toolkit.notations.darts import genotype_text, parse_genotype
from nasport.toolkit.notations.genotype import OPERATORS, Edge, Genotype, Half
from nasport.toolkit.notations.genotype_search import genotypes_in
from nasport.toolkit.notations.same_graph import same_cells
from tests.commands import run_convert, run_score, run_show, run_validate
from tests.documents import hash_of
from tests.test_notations_darts import GENOTYPES, renamed

DARTS = notation("darts")
SIDES = "[('sep_conv_3x3', 0), ('none', 1)]"

# The same cell with all edges, and with two edges per node.
ALL_EDGES = (
    "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('skip_connect', 0), ('none', 1), ('none', 2), "
    "('none', 0), ('none', 1), ('none', 2), ('skip_connect', 3), ('none', 0), ('none', 1), ('none', 2), ('none', 3), "
    "('skip_connect', 4)], normal_concat=range(2, 6), reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), "
    "('skip_connect', 0), ('none', 1), ('none', 2), ('none', 0), ('none', 1), ('none', 2), ('skip_connect', 3), "
    "('none', 0), ('none', 1), ('none', 2), ('none', 3), ('skip_connect', 4)], reduce_concat=range(2, 6))"
)
TWO_A_NODE = (
    "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('skip_connect', 0), ('none', 1), ('none', 2), "
    "('skip_connect', 3), ('none', 3), ('skip_connect', 4)], normal_concat=range(2, 6), reduce=[('max_pool_3x3', 0), "
    "('max_pool_3x3', 1), ('skip_connect', 0), ('none', 1), ('none', 2), ('skip_connect', 3), ('none', 3), "
    "('skip_connect', 4)], reduce_concat=range(2, 6))"
)

# Chu et al. 2020; parameters with the auxiliary head, as published (c: without), and multiply-accumulates in millions.
FAIRDARTS = {
    "b": (
        3_884_304,
        536,
        "FairDARTS_b = Genotype(normal=[('sep_conv_3x3', 2, 0), ('sep_conv_3x3', 2, 1), ('sep_conv_3x3', 3, 1), "
        "('dil_conv_3x3', 4, 0), ('sep_conv_5x5', 4, 1), ('dil_conv_5x5', 5, 1)], normal_concat=range(2, 6), "
        "reduce=[('skip_connect', 2, 0), ('dil_conv_3x3', 2, 1), ('skip_connect', 3, 0), ('dil_conv_3x3', 3, 1), "
        "('max_pool_3x3', 4, 0), ('sep_conv_3x3', 4, 1), ('skip_connect', 5, 2), ('max_pool_3x3', 5, 0)], "
        "reduce_concat=range(2, 6))",
    ),
    "c": (
        3_075_240,
        400,
        "FairDARTS_c = Genotype(normal=[('max_pool_3x3', 2, 0), ('sep_conv_5x5', 2, 1), ('dil_conv_3x3', 4, 0), "
        "('dil_conv_5x5', 4, 2), ('skip_connect', 5, 3), ('sep_conv_3x3', 5, 0)], normal_concat=range(2, 6), "
        "reduce=[('dil_conv_3x3', 2, 1), ('dil_conv_5x5', 2, 0), ('dil_conv_3x3', 3, 0), ('sep_conv_3x3', 3, 1), "
        "('sep_conv_5x5', 4, 0), ('sep_conv_5x5', 4, 3), ('sep_conv_5x5', 5, 0), ('skip_connect', 5, 1)], "
        "reduce_concat=range(2, 6))",
    ),
    "g": (
        3_375_480,
        453,
        "FairDARTS_g = Genotype(normal=[('sep_conv_3x3', 2, 0), ('sep_conv_3x3', 2, 1), ('skip_connect', 4, 3), "
        "('sep_conv_5x5', 4, 1), ('dil_conv_3x3', 5, 0), ('sep_conv_3x3', 5, 1)], normal_concat=range(2, 6), "
        "reduce=[('avg_pool_3x3', 2, 1), ('skip_connect', 2, 0), ('skip_connect', 3, 2), ('max_pool_3x3', 3, 1), "
        "('sep_conv_5x5', 4, 3), ('max_pool_3x3', 4, 0), ('dil_conv_3x3', 5, 1), ('dil_conv_3x3', 5, 4)], "
        "reduce_concat=range(2, 6))",
    ),
}


@st.composite
def halves(draw: st.DrawFn, steps: int) -> Half:
    """Cells with two edges per node from two nodes, which every spelling can express."""
    nodes = []
    for number in range(2, steps + 2):
        sources = draw(st.lists(st.integers(0, number - 1), min_size=2, max_size=2, unique=True))
        nodes.append(tuple((draw(st.sampled_from(OPERATORS)), source) for source in sources))
    # 14 pairs with only nodes 2 to 5 concatenated are ambiguous (all edges of four nodes), so they are refused.
    concats = st.lists(st.integers(2, steps + 1), min_size=1, max_size=steps, unique=True)
    concat = draw(concats.filter(lambda chosen: steps != 7 or max(chosen) > 5))
    return Half(tuple(nodes), tuple(sorted(concat)))


@st.composite
def genotypes(draw: st.DrawFn) -> Genotype:
    steps = draw(st.integers(2, 8))
    return Genotype(draw(halves(steps)), draw(halves(steps)))


def all_edges(edges: Sequence[Edge], number: int) -> Iterator[Edge]:
    operators = {source: operator for operator, source in edges}
    return ((operators.get(source, "none"), source) for source in range(number))


def spellings(half: Half) -> dict[str, object]:
    numbered = list(enumerate(half.nodes, 2))
    return {
        "pairs": [edge for _, edges in numbered for edge in edges],
        "reversed": [edge for _, edges in numbered for edge in reversed(edges)],
        "all edges": [edge for number, edges in numbered for edge in all_edges(edges, number)],
        "lists": [list(edges) for edges in half.nodes],
        "tuples": list(half.nodes),
        "triples": [(op, number, source) for number, edges in numbered for op, source in edges],
        "other triples": [(op, source, number) for number, edges in numbered for op, source in edges],
    }


@given(genotypes())
@settings(max_examples=40, deadline=None)
def test_every_spelling_is_the_same_network(genotype: Genotype) -> None:
    normal, reduce = spellings(genotype.normal), spellings(genotype.reduce)
    ends = (list(genotype.normal.concat), list(genotype.reduce.concat))
    texts = {name: f"Genotype({normal[name]}, {ends[0]}, {reduce[name]}, {ends[1]})" for name in normal}
    texts["program"] = genotype_text(genotype).replace("(", "(\n  ").replace("],", "],  # here, too: )\n")
    found = {name: DARTS.parse(text) for name, text in texts.items()}
    assert {hash_of(architecture) for architecture in found.values()} == {hash_of(found["lists"])}
    assert {str(costs(architecture)) for architecture in found.values()} == {str(costs(found["lists"]))}
    for name, text in texts.items():
        architecture = architecture_from_json(found[name].to_json())
        written = DARTS.write(renamed(architecture, 1, source=True))
        assert parse_genotype(written)[1] == parse_genotype(text)[1]
        assert written == text or name == "program"
        from_structure = DARTS.parse(DARTS.write(renamed(architecture, 1, source=False)))
        assert same_cells(from_structure, architecture)


@given(st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=6), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_nodes_with_any_number_of_edges_round_trip(sources: list[list[int]]) -> None:
    nodes = tuple(
        tuple(("sep_conv_3x3", source % number) for source in each) for number, each in enumerate(sources, 2)
    )
    half = Half(nodes, tuple(range(2, len(nodes) + 2)))
    text = genotype_text(Genotype(half, half))
    assert parse_genotype(text) == ("", Genotype(half, half))
    triples = [(op, number, source) for number, edges in enumerate(nodes, 2) for op, source in edges]
    other = f"Genotype({triples}, {list(half.concat)}, {triples}, {list(half.concat)})"
    assert parse_genotype(other) == ("", Genotype(half, half))
    architecture = DARTS.parse(text)
    assert same_cells(DARTS.parse(DARTS.write(renamed(architecture, 2, source=False))), architecture)
    assert costs(architecture) is not None


def test_a_genotype_with_all_edges_equals_its_short_form() -> None:
    written_out, short = DARTS.parse(ALL_EDGES), DARTS.parse(TWO_A_NODE)
    assert hash_of(written_out) == hash_of(short)
    assert costs(written_out) == costs(short)
    assert DARTS.write(written_out) == ALL_EDGES
    assert document_warnings(written_out) == ()


def test_seven_nodes_of_two_edges_are_not_all_edges_of_four() -> None:
    """The concatenated nodes distinguish them; ambiguous genotypes are refused."""
    runs = [("skip_connect", source) for number in range(2, 6) for source in range(number)]
    seven = f"Genotype({runs}, [7, 8], {runs}, range(2, 9))"
    assert [len(half.nodes) for half in _halves(seven)] == [7, 7]
    assert DARTS.write(replace(DARTS.parse(seven), source=None)).startswith(
        "Genotype(normal=[('skip_connect', 0)"
    )
    four = f"Genotype({runs}, [4, 5], {runs}, range(2, 6))"
    assert [len(half.nodes) for half in _halves(four)] == [4, 4]
    other = [*runs[:2], runs[3], runs[2], *runs[4:-1], ("none", 0)]
    with pytest.raises(
        InputError, match="normal has 14 edges and concatenates nodes 2 to 5, expected two edges for each"
    ):
        _halves(f"Genotype({other}, range(2, 6), {runs}, [2])")


def _halves(text: str) -> tuple[Half, Half]:
    genotype = parse_genotype(text)[1]
    return genotype.normal, genotype.reduce


@pytest.mark.parametrize("name", FAIRDARTS)
def test_fairdarts_has_the_published_size(name: str) -> None:
    """Nodes without inputs are dropped, as in its network: c and g have cells of three nodes."""
    parameters, millions, text = FAIRDARTS[name]
    architecture = DARTS.parse(text)
    cost, channels = costs(architecture), 4 * 36 * 4
    auxiliary = channels * 128 + 2 * 128 + 128 * 768 * 4 + 2 * 768 + 768 * 10 + 10
    assert cost is not None
    assert cost.parameters + auxiliary == parameters
    assert round(cost.flops / 1e6) == millions
    assert DARTS.write(architecture_from_json(architecture.to_json())) == text
    assert architecture.name == f"FairDARTS_{name}"


def test_a_renamed_document_is_written_without_its_old_name() -> None:
    architecture = replace(DARTS.parse(f"OLD = {TWO_A_NODE}"), name="new")
    assert DARTS.write(architecture) == TWO_A_NODE


@pytest.mark.parametrize(
    ("normal", "message"),
    [
        (
            "[[('none', 0)], []]",
            r"normal\[1\] is \(\), expected a list of \(operator, node\), the edges of node 3",
        ),
        ("[[('none', 0)], ('none', 1)]", r"normal\[1\]\[0\] is 'none', expected \(operator, node\)"),
        ("[[('none', 0), ('none', 2)]]", r"normal\[0\]\[1\]: none reads node 2, expected 0 to 1"),
        ("[[('sep_conv_3X3', 0)]]", r"normal\[0\]\[0\]: unknown operator 'sep_conv_3X3'"),
        ("[('none', 2, 0), ('none', 1, 3)]", "edges to earlier and to later nodes"),
        ("[('none', 2, 0), ('none', 1, 0)]", "an edge to node 1, expected nodes from 2 on"),
        (
            "[('none', 2, 0), ('none', 3)]",
            r"normal\[1\] is \('none', 3\), expected \(operator, node, source\)",
        ),
        ("[('none', 2, 0), ('none', 3, 3)]", "expected an operator and two different node numbers"),
        ("[('none', 2, 0), ('none', 5, 3)]", "all edges to node 5 of normal come from nodes without inputs"),
        ("[('x', 2, 0)]", r"normal\[0\]: unknown operator 'x'"),
        ("[('none', 0), ('none', 1), ('none', 0)]", "normal has 3 edges, expected two for each"),
        ("[('none', 0), 7]", r"normal\[1\] is 7, expected \(operator, node\)"),
    ],
)
def test_misspelled_genotypes_are_refused(normal: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_genotype(f"Genotype({normal}, [2], {SIDES}, [2])")


def test_concatenated_nodes_outside_the_cell_are_refused() -> None:
    with pytest.raises(InputError, match="normal_concat has node 55"):
        parse_genotype(f"Genotype([('none', 2, 0)], [2, 55], {SIDES}, [2])")


PROGRAM = f"""\
from collections import namedtuple

Genotype = namedtuple("Genotype", "normal normal_concat reduce reduce_concat")
PRIMITIVES = ["none", "max_pool_3x3"]  # (

# OLD = {TWO_A_NODE}
FIRST = genotypes.Genotype(
    normal=[
        ('sep_conv_3x3', 0), ('skip_connect', 1),  # node 2 :)
    ],
    normal_concat=[2],
    reduce=[[("max_pool_3x3", 0), ("none", 1)]],
    reduce_concat=range(2, 3),
)
SECOND = \\
{FAIRDARTS["c"][2].partition(" = ")[2].replace("reduce=", chr(10) + "  reduce=")}

DARTS = FIRST


def from_dict(genotype):
    return Genotype(
        normal=genotype["normal"], normal_concat=genotype["normal_concat"], reduce=[], reduce_concat=[]
    )
"""

LOG = f"""\
07/16 09:24:24 PM gpu device = 0
07/16 09:24:25 PM genotype = {TWO_A_NODE}
tensor([[0.1250, 0.1251]], device='cuda:0', grad_fn=<SoftmaxBackward>)
07/16 09:29:01 PM genotype = {TWO_A_NODE.replace("sep_conv_3x3", "sep_conv_3X3")}
2023-04-02 10:11:12,123 INFO genotype = {ALL_EDGES}
"""

YAML = f"""\
s1_cifar10:
  0.0_0.0003:
    1: Genotype(normal=[('skip_connect', 1), ('dil_conv_3x3',
      0)], normal_concat=range(2, 3), reduce=[('max_pool_3x3', 0), ('none',
      1)], reduce_concat=range(2,
      3))
  0.1:
    1: '{TWO_A_NODE.replace("'", "''")}'
best: "{TWO_A_NODE}"
"""


def items(text: str, tmp_path: Path, name: str = "found.txt", *, asked: bool = True) -> list[Item]:
    file = tmp_path / name
    file.write_text(text, "utf-8")
    return list(notation_items([str(file)], DARTS) if asked else document_items([str(file)]))


@pytest.mark.parametrize("asked", [True, False])
def test_genotypes_are_found_in_a_program(tmp_path: Path, asked: bool) -> None:
    found = items(PROGRAM, tmp_path, "genotypes.py", asked=asked)
    assert [(item.called, item.line) for item in found] == [("FIRST", 7), ("SECOND", 16)]
    first, second = (parse_item(item, DARTS if asked else None) for item in found)
    assert (first.name, second.name) == ("FIRST", "SECOND")
    assert hash_of(second) == hash_of(DARTS.parse(FAIRDARTS["c"][2]))
    assert DARTS.write(first).startswith(
        "FIRST = Genotype(normal=[('sep_conv_3x3', 0), ('skip_connect', 1)],"
    )
    assert parse_genotype(DARTS.write(second))[1] == parse_genotype(FAIRDARTS["c"][2])[1]


def test_genotypes_are_found_in_a_log(tmp_path: Path) -> None:
    right, wrong, other = items(LOG, tmp_path, "log.txt")
    assert [item.name(True) for item in (right, wrong, other)] == ["log:2", "log:4", "log:5"]
    assert hash_of(parse_item(right, DARTS)) == hash_of(parse_item(other, DARTS))
    with pytest.raises(InputError, match=r"log\.txt: line 4: normal\[0\]: unknown operator 'sep_conv_3X3'"):
        parse_item(wrong, DARTS)


def test_the_time_before_a_genotype_in_a_log_is_ignored() -> None:
    for before in ("07/16 09:24:25 PM genotype = ", "07/16 09:24:25 PM ", "INFO:root:genotype = "):
        architecture = DARTS.parse(before + TWO_A_NODE)
        assert (architecture.name, DARTS.write(architecture)) == ("", TWO_A_NODE)


def test_genotypes_are_found_in_a_yaml_file(tmp_path: Path) -> None:
    found = items(YAML, tmp_path)
    assert [(item.called, item.line) for item in found] == [
        ("s1_cifar10/0.0_0.0003/1", 3),
        ("s1_cifar10/0.1/1", 8),
        ("best", 9),
    ]
    first, second, third = (parse_item(item, DARTS) for item in found)
    assert hash_of(second) == hash_of(third) == hash_of(DARTS.parse(TWO_A_NODE))
    assert [edges for half in _halves(DARTS.write(first)) for edges in half.nodes] == [
        (("skip_connect", 1), ("dil_conv_3x3", 0)),
        (("max_pool_3x3", 0), ("none", 1)),
    ]


def test_genotypes_on_single_lines_are_named_by_their_text(tmp_path: Path) -> None:
    plain, named, noted = items(f"{TWO_A_NODE}\n\nA = {TWO_A_NODE}\nx; 3; {TWO_A_NODE}\n", tmp_path)
    assert [item.name(True) for item in (plain, named, noted)] == [TWO_A_NODE, "A", "x"]
    assert [item.line for item in (plain, named, noted)] == [1, 3, 4]


def test_genotypes_in_json_strings_are_found(tmp_path: Path) -> None:
    text = json.dumps({"a": TWO_A_NODE, "b": TWO_A_NODE.replace("'", '"')}, indent=1)
    found = items(text, tmp_path, "{braces}.json")
    assert [item.called for item in found] == ["a", "b"]
    assert len({hash_of(parse_item(item, DARTS)) for item in found}) == 1


def test_typing_errors_are_reported_and_the_following_genotypes_are_read(tmp_path: Path) -> None:
    open_ended = TWO_A_NODE.replace("range(2, 6))", "range(2, 6")[:-1]
    text = f"A = {open_ended}\nB = {TWO_A_NODE}\nC = {TWO_A_NODE.replace('Genotype', 'Genotyp')}\nD = {TWO_A_NODE}\n"
    found = items(text, tmp_path)
    assert [item.line for item in found] == [1, 2, 3, 4]
    with pytest.raises(InputError, match="line 1: cannot be read: '\\(' was never closed"):
        parse_item(found[0], DARTS)
    with pytest.raises(InputError, match=r"line 3: .*expected Genotype\("):
        parse_item(found[2], DARTS)
    assert [parse_item(found[k], DARTS).name for k in (1, 3)] == ["B", "D"]


def test_an_unclosed_genotype_leaves_the_rest_of_the_file_readable() -> None:
    lines = ["Genotype(normal=[\n", *["('none', 0),\n"] * 5000, f"A = {TWO_A_NODE}\n"]
    broken, right = genotypes_in(lines)
    assert (broken.line, right.name) == (1, "A")
    with pytest.raises(InputError):
        DARTS.parse(broken.text)


@pytest.mark.parametrize(
    "text", ["", "\n\n", "import torch\nx = 1\n" * 20, "Genotype = namedtuple('Genotype', 'x')\n"]
)
def test_a_file_without_genotypes_is_refused_once(text: str, tmp_path: Path) -> None:
    (item,) = items(text, tmp_path)
    with pytest.raises(
        InputError, match=r"found\.txt: no text in the notation 'darts', expected e\.g\. Genotype"
    ):
        parse_item(item, DARTS)


def test_the_commands_read_files_of_genotypes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "genotypes.py").write_text(PROGRAM, "utf-8")
    (tmp_path / "log.txt").write_text(LOG, "utf-8")
    files = [str(tmp_path / name) for name in ("genotypes.py", "log.txt")]
    for source_format in ("darts", None):
        assert run_score(files, source_format, as_json=True) == 2
        out, err = capsys.readouterr()
        assert {json.loads(line)["name"] for line in out.splitlines()} == {
            "FIRST",
            "SECOND",
            "log:2",
            "log:5",
        }
        assert len(err.splitlines()) == 1
        assert run_validate(files, source_format, as_json=True) == 2
        records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [record["line"] for record in records] == [7, 16, 2, 4, 5]
        assert [record["valid"] for record in records] == [True, True, True, False, True]
        assert run_show(files[:1], source_format, None, canonical=False, genes=None) == 0
        assert "FIRST" in capsys.readouterr().out
        assert run_convert(files[:1], source_format, "darts", None) == 0
        assert [line.partition(" ")[0] for line in capsys.readouterr().out.splitlines()] == [
            "FIRST",
            "SECOND",
        ]


def test_genotypes_on_the_command_line_need_no_format() -> None:
    (item,) = document_items([TWO_A_NODE])
    assert hash_of(parse_item(item, None)) == hash_of(DARTS.parse(TWO_A_NODE))
    several = list(notation_items([f"A = {TWO_A_NODE}\nB = {ALL_EDGES}"], DARTS))
    assert [parse_item(item, DARTS).name for item in several] == ["A", "B"]
    for item in notation_items([f"12:30 {TWO_A_NODE}\n12:31 {ALL_EDGES}"], DARTS):
        assert item.name(True).startswith("Genotype(")


def test_documents_of_genotypes_stay_documents(tmp_path: Path) -> None:
    text = json.dumps(DARTS.parse(TWO_A_NODE).to_json(), indent=1)
    (item,) = items(text, tmp_path, "document.json", asked=False)
    assert item.notation is None
    assert parse_item(item, None).source is not None


@pytest.mark.parametrize("name", GENOTYPES)
def test_published_genotypes_are_one_network_in_every_spelling(name: str) -> None:
    architecture = DARTS.parse(GENOTYPES[name])
    genotype = parse_genotype(GENOTYPES[name])[1]
    lists = [[list(half.nodes), list(half.concat)] for half in (genotype.normal, genotype.reduce)]
    other: Architecture = DARTS.parse(f"Genotype({lists[0][0]}, {lists[0][1]}, {lists[1][0]}, {lists[1][1]})")
    assert hash_of(other) == hash_of(architecture)
    assert costs(other) == costs(architecture)
