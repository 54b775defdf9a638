"""Notations of the DARTS family: genotypes, pairs of NAS-Bench-301, records of NDS."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nasport.runtime.costs import parameters
from nasport.schemas import Architecture, InputError, architecture_from_json
from nasport.schemas.warnings import document_warnings
from nasport.toolkit.notations import notation
from nasport.toolkit.notations.darts import genotype_text, parse_genotype
from nasport.toolkit.notations.genotype import OPERATORS, Genotype, Half
from nasport.toolkit.notations.nds_stages import BLOCKS
from nasport.toolkit.notations.same_graph import same_cells
from nasport.toolkit.spaces.library import load_space
from tests.documents import hash_of, shuffled
from tests.tables import nasbench301, nds_lines, sample

# Published: Liu et al. 2019, Xu et al. 2020, Chen et al. 2019.
GENOTYPES = {
    "DARTS_V2": "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), "
    "('sep_conv_3x3', 1), ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], "
    "normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), "
    "('max_pool_3x3', 1), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)], "
    "reduce_concat=[2, 3, 4, 5])",
    "PC_DARTS_cifar": "PC_DARTS_cifar = Genotype(normal=[('sep_conv_3x3', 1), ('skip_connect', 0), "
    "('sep_conv_3x3', 0), ('dil_conv_3x3', 1), ('sep_conv_5x5', 0), ('sep_conv_3x3', 1), ('avg_pool_3x3', 0), "
    "('dil_conv_3x3', 1)], normal_concat=range(2, 6), reduce=[('sep_conv_5x5', 1), ('max_pool_3x3', 0), "
    "('sep_conv_5x5', 1), ('sep_conv_5x5', 2), ('sep_conv_3x3', 0), ('sep_conv_3x3', 3), ('sep_conv_3x3', 1), "
    "('sep_conv_3x3', 2)], reduce_concat=range(2, 6))",
    "PDARTS": "PDARTS = Genotype(normal=[('skip_connect', 0), ('dil_conv_3x3', 1), ('skip_connect', 0),"
    "('sep_conv_3x3', 1), ('sep_conv_3x3', 1), ('sep_conv_3x3', 3), ('sep_conv_3x3',0), ('dil_conv_5x5', 4)], "
    "normal_concat=range(2, 6), reduce=[('avg_pool_3x3', 0), ('sep_conv_5x5', 1), ('sep_conv_3x3', 0), "
    "('dil_conv_5x5', 2), ('max_pool_3x3', 0), ('dil_conv_3x3', 1), ('dil_conv_3x3', 1), ('dil_conv_5x5', 3)], "
    "reduce_concat=range(2, 6))",
}


def renamed(architecture: Architecture, seed: int, source: bool) -> Architecture:
    """Return the same document with other ids and another order of nodes and inputs."""
    value = architecture.to_json()
    if not source:
        value.pop("source", None)
    for cell in value["cells"].values():
        cell["nodes"] = shuffled(cell["nodes"], seed)
    return architecture_from_json(value)


@st.composite
def halves(draw: st.DrawFn) -> Half:
    steps = draw(st.integers(1, 5))
    nodes = tuple(
        tuple((draw(st.sampled_from(OPERATORS)), draw(st.integers(0, step + 1))) for _ in range(2))
        for step in range(steps)
    )
    concat = draw(st.lists(st.integers(0, steps + 1), min_size=1, max_size=steps + 2, unique=True))
    return Half(nodes, tuple(concat))


genotypes = st.builds(Genotype, halves(), halves())
# Many equal operators that only the sums they feed distinguish.
ALIKE = Half((*((("none", 0),) * 2,) * 4, (("none", 0), ("none", 1))), (0,))
LONG = Half(tuple((("none", min(step, 1)), ("skip_connect", min(step, 1))) for step in range(40)), (0, 41))


@given(genotypes, st.integers(0, 1000))
@example(Genotype(Half(((("none", 0),) * 2,), (0,)), ALIKE), 0)
@example(Genotype(ALIKE, LONG), 1)
@settings(max_examples=60, deadline=None)
def test_renamed_documents_give_back_their_genotypes(genotype: Genotype, seed: int) -> None:
    darts = notation("darts")
    text = genotype_text(genotype)
    assert parse_genotype(text) == ("", genotype)
    architecture = darts.parse(text)
    assert darts.write(architecture_from_json(architecture.to_json())) == text
    assert darts.write(renamed(architecture, seed, source=True)) == text
    from_structure = darts.parse(darts.write(renamed(architecture, seed, source=False)))
    assert same_cells(from_structure, architecture)
    assert hash_of(from_structure) == hash_of(architecture)


@given(genotypes, st.integers(2, 64), st.integers(2, 24), st.sampled_from(["DARTS", "DARTS_in", ""]))
@settings(max_examples=50, deadline=None)
def test_nds_cells_round_trip(genotype: Genotype, width: int, depth: int, space: str) -> None:
    halves_ = {"normal": genotype.normal, "reduce": genotype.reduce}
    lists: dict[str, Any] = {
        name: [list(edge) for edge in half.pairs(name)] for name, half in halves_.items()
    }
    lists |= {f"{name}_concat": list(half.concat) for name, half in halves_.items()}
    net = {"aux": False, "depth": depth, "drop_prob": 0.0, "genotype": lists, "width": width}
    record = {"space": space, "net": net} if space else net
    nds = notation("nds")
    architecture = nds.parse(json.dumps(record))
    assert architecture.space == (space or "nds")
    for document in (architecture, renamed(architecture, 1, source=True)):
        assert json.loads(nds.write(document)) == record
    again = nds.parse(nds.write(renamed(architecture, 1, source=False)))
    assert same_cells(again, architecture)
    assert again.skeleton == architecture.skeleton


@given(st.data())
@settings(max_examples=50, deadline=None)
def test_nds_stages_round_trip(data: st.DataObject) -> None:
    block = data.draw(st.sampled_from(BLOCKS))
    count = data.draw(st.integers(1, 5))
    numbers = st.lists(st.integers(1, 8), min_size=count, max_size=count)
    bottleneck = block == "res_bottleneck_block"
    ratios = st.lists(st.sampled_from([0.25, 0.5, 1.0, 4.0]), min_size=count, max_size=count)
    net = {
        "block_type": block,
        "bot_muls": [1.0, *data.draw(ratios)] if bottleneck else [],
        "ds": [1, *data.draw(numbers)],
        "num_gs": [1, *data.draw(numbers)] if bottleneck else [],
        "ss": [data.draw(st.sampled_from([1, 4, 8])), *data.draw(numbers)],
        "ws": [16 * w for w in (data.draw(st.integers(1, 8)), *data.draw(numbers))],
    }
    nds = notation("nds")
    architecture = architecture_from_json(nds.parse(json.dumps(net)).to_json())
    assert json.loads(nds.write(replace(architecture, source=None))) == net


BOTTLENECKS = json.dumps(
    {
        "block_type": "res_bottleneck_block",
        "bot_muls": [1.0, 0.25, 0.25],
        "ds": [1, 2, 2],
        "num_gs": [1, 1, 1],
        "ss": [1, 1, 2],
        "ws": [16, 64, 64],
    }
)


def test_bottlenecks_without_attributes_are_resnets() -> None:
    nds = notation("nds")
    value = nds.parse(BOTTLENECKS).to_json()
    for stage in value["skeleton"]["stages"]:
        del stage["attributes"]
    del value["skeleton"]["stages"][1]["width"]  # as before
    assert json.loads(nds.write(architecture_from_json(value))) == json.loads(BOTTLENECKS)


@pytest.mark.parametrize(
    "change",
    [{"resolution": 9}, {"attributes": {"kernel": 5}}, {"attributes": {"groups": 4, "squeeze": 0.5}}],
)
def test_stages_outside_nds_are_refused(change: dict[str, Any]) -> None:
    nds = notation("nds")
    for text in (BOTTLENECKS, nds.example):
        value = nds.parse(text).to_json()
        value["skeleton"]["stages"][0].update(change)
        with pytest.raises(InputError, match=r"NDS cannot express them|has no attribute"):
            nds.write(architecture_from_json(value))


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("stride", [1, 4, 8])
def test_the_largest_networks_of_stages_are_documents(block: str, stride: int) -> None:
    count, bottleneck = 31, block == "res_bottleneck_block"
    net = {
        "block_type": block,
        "bot_muls": [1.0] + [1e-300] * 30 + [16.0] if bottleneck else [],
        "ds": [1] + [1] * 30 + [500],
        "num_gs": [1] + [65536] * count if bottleneck else [],
        "ss": [stride] + [8] * count,
        "ws": [65536] * 31 + [1],
    }
    nds = notation("nds")
    record = {"space": "s" * 200, "net": net}
    architecture = architecture_from_json(nds.parse(json.dumps(record)).to_json())
    assert json.loads(nds.write(architecture)) == record


@pytest.mark.parametrize("space", ["nds", "\u00e9" * 196 + "_in"])
def test_the_largest_networks_of_cells_are_documents(space: str) -> None:
    edges = [["dil_sep_conv_3x3", step // 2] for step in range(200)]
    genotype = dict.fromkeys(("normal", "reduce"), edges)
    genotype |= {f"{name}_concat": list(range(102)) for name in ("normal", "reduce")}
    net = {"aux": True, "depth": 200, "drop_prob": 1e-300, "genotype": genotype, "width": 4096}
    nds = notation("nds")
    record = net if space == "nds" else {"space": space, "net": net}
    architecture = architecture_from_json(nds.parse(json.dumps(record)).to_json())
    assert json.loads(nds.write(architecture)) == record


def test_the_longest_names_of_genotypes_are_documents() -> None:
    darts = notation("darts")
    half = str([("conv_7x1_1x7", 0)] * 200)
    text = f"{'g' * 200} = Genotype({half}, range(0, 102), {half}, range(0, 102))" + " " * 100_000
    architecture = architecture_from_json(darts.parse(text).to_json())
    assert darts.write(architecture) == text.strip()


def test_custom_blocks_are_not_those_of_nds() -> None:
    nds = notation("nds")
    value = {**nds.parse(nds.example).to_json(), "operators": {"conv_3x3": {"text": "Something else"}}}
    with pytest.raises(InputError, match="redefines 'conv_3x3'"):
        nds.write(architecture_from_json(value))


@pytest.mark.parametrize("name", list(GENOTYPES))
def test_published_genotypes(name: str) -> None:
    darts = notation("darts")
    architecture = architecture_from_json(darts.parse(GENOTYPES[name]).to_json())
    assert architecture.name == (name if "=" in GENOTYPES[name].partition("(")[0] else "")
    _, expected = parse_genotype(GENOTYPES[name])
    assert parse_genotype(darts.write(renamed(architecture, 3, source=True)))[1] == expected


def test_forms_of_one_genotype() -> None:
    darts = notation("darts")
    text = "Genotype([['none', 0], ('skip_connect', 1)], [2], [('none', 1), ('none', 1)], reduce_concat=range(2, 3))"
    expected = (
        "Genotype(normal=[('none', 0), ('skip_connect', 1)], normal_concat=range(2, 3), "
        "reduce=[('none', 1), ('none', 1)], reduce_concat=range(2, 3))"
    )
    assert darts.write(replace(darts.parse(text), source=None)) == expected
    assert darts.write(darts.parse(text)) == text
    assert darts.write(darts.parse(f"  genotypes.{expected}\n")) == expected


def test_edited_documents_are_not_written_as_their_source() -> None:
    darts = notation("darts")
    value = darts.parse(GENOTYPES["DARTS_V2"]).to_json()
    edited = next(node for node in value["cells"]["normal"]["nodes"] if node["op"] == "dil_conv_3x3")
    edited["op"] = "none"
    written = darts.write(architecture_from_json(value))
    assert parse_genotype(written)[1].normal.nodes[-1][-1] == ("none", 2)


def test_genotypes_of_other_networks() -> None:
    """A genotype contains only cells, so those of NAS-Bench-301 and NDS have genotypes too, in networks of other sizes."""
    pairs, nds, darts = notation("nasbench301"), notation("nds"), notation("darts")
    text = darts.write(pairs.parse(pairs.example))
    assert parse_genotype(text)[1].normal.nodes[0] == (("sep_conv_3x3", 0), ("sep_conv_3x3", 1))
    record = json.loads(nds.write(pairs.parse(pairs.example)))
    assert (record["space"], record["net"]["width"], record["net"]["depth"]) == ("nasbench301", 32, 8)
    with pytest.raises(InputError, match="another skeleton, expected that of nasbench301"):
        pairs.write(darts.parse(text))
    other = replace(pairs.parse(pairs.example), source=None, skeleton=None)
    assert pairs.write(other) == pairs.example


def test_an_imagenet_network_of_a_space_without_imagenet_in_its_name() -> None:
    nds = notation("nds")
    architecture = replace(nds.parse(nds.example), space="mine")
    assert json.loads(nds.write(architecture))["space"] == "mine"
    genotype = {"normal": [["none", 0]] * 2, "normal_concat": [2], "reduce": [["none", 1]] * 2}
    net = {"genotype": {**genotype, "reduce_concat": [2]}, "width": 8, "depth": 3}
    architecture = nds.parse(json.dumps({"space": "DARTS_in", "net": net}))
    again = nds.parse(nds.write(replace(architecture, space="mine")))
    assert again.skeleton == architecture.skeleton


_DARTS_MISTAKES = [
    ("Genotype(normal=[('conv_9x9', 0)", "cannot be read"),
    ("genotype", "expected Genotype"),
    ("__import__('os').system('true')", "expected Genotype"),
    ("Genotype(normal=open('x'))", "expected strings, integers, lists, tuples or range"),
    ("Genotype(normal=[x for x in y])", "expected strings, integers"),
    ("Genotype(normal=[], normal_concat=range(2, 10**9))", "expected strings, integers"),
    ("Genotype(normal=[], normal_concat=range(2, 1000000))", "999,998 numbers"),
    ("Genotype(normal=[], normal=[])", "Genotype has 'normal' twice"),
    ("Genotype(norm=[])", "argument 'norm', expected normal, normal_concat"),
    ("Genotype([], [])", "lacks reduce, reduce_concat"),
    ("Genotype(1, 2, 3, 4, 5)", "5 arguments, expected 4"),
    ("Genotype([('skip_connect', 0)], [2], [], [2])", "normal has 1 edges, expected two for each"),
    ("Genotype([('conv_9x9', 0)] , [2], [], [2])", "normal has 1 edges"),
    ("Genotype([('conv_9x9', 0), ('none', 0)], [2], [], [2])", r"normal\[0\]: unknown operator 'conv_9x9'"),
    (
        "Genotype([('none', 0), ('none', 2)], [2], [], [2])",
        r"normal\[1\]: none reads node 2, expected 0 to 1",
    ),
    ("Genotype([('none', 0), ('none', 'x')], [2], [], [2])", "reads node 'x'"),
    ("Genotype([('none', 0), 'none'], [2], [], [2])", r"normal\[1\] is 'none', expected \(operator, node\)"),
    ("Genotype([('none', 0), ('none', 1)], [3], [], [2])", "normal_concat has node 3, expected 0 to 2"),
    ("Genotype([('none', 0), ('none', 1)], [], [], [2])", "normal_concat is"),
    ("Genotype([('none', 0), ('none', 1)], [2, 2], [], [2])", "normal_concat has a duplicate node"),
    ("Genotype(" + "(" * 5000 + ")" * 5000 + ")", "cannot be read"),
    ("Genotype(" + "1," * 20000 + ")", "expected at most 20,000"),
    ("x" * 30_000 + " = " + GENOTYPES["DARTS_V2"], "expected at most 20,000"),
    ("x" * 1001 + " = " + GENOTYPES["DARTS_V2"], "the name has 1,001 characters"),
    ("Genotype([('none', 99999999999999), ('none', 1)], [2], [], [2])", "expected at most 1,000,000,000"),
]


@pytest.mark.parametrize(("text", "message"), _DARTS_MISTAKES, ids=range(len(_DARTS_MISTAKES)))
def test_nearly_valid_genotypes_are_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        notation("darts").parse(text)


@given(st.text(max_size=60) | st.text(alphabet="Genotype([{('none',0)}])=:\\\n ", max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_genotype_or_an_input_error(text: str) -> None:
    for name in ("darts", "nasbench301", "nds", "nasbench_nlp"):
        with pytest.raises(InputError):
            notation(name).parse(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[(0, 1)] * 8, []]", "expected strings, integers"),
        ("[[(0, 1)], [(0, 1)]]", "normal has 1 pairs, expected 8"),
        ("3", "expected a list of two cells"),
        (str([[(0, 1)] * 8, [(0, 7)] * 8]), r"reduce\[0\]: unknown operator 7, expected 0 to 6"),
        (str([[(0, 1)] * 8, [(4, 1)] * 8]), r"reduce\[0\]: avg_pool_3x3 reads node 4, expected 0 to 1"),
        (str([[(0, 1)] * 8, [(0, 1, 2)] * 8]), r"reduce\[0\] is \(0, 1, 2\), expected"),
    ],
)
def test_nearly_valid_pairs_are_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        notation("nasbench301").parse(text)


def _stages(**changes: Any) -> str:
    return json.dumps({**json.loads(notation("nds").example), **changes})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "expected an NDS network with the key 'genotype' or 'block_type'"),
        ("[1]", "expected a JSON object"),
        ('{"net": 3}', "net: 3, expected a JSON object"),
        ('{"net": {}, "space": 3}', "space: 3, expected the name"),
        ('{"genotype": {}}', "genotype: missing key 'normal'"),
        (
            json.dumps(
                {"genotype": dict.fromkeys(["normal", "normal_concat", "reduce", "reduce_concat", "x" * 999])}
            ),
            "genotype: unknown key 'x{79}, expected only normal",
        ),
        (_stages(block_type="x"), "block_type: unknown block 'x', expected one of res_basic_block"),
        (_stages(ds=[2, 1, 1, 1]), "the first stage has depth 2 and stride 1, expected the stem"),
        (_stages(ds=[1, 1, 1, 0]), "ds: 0, expected integers from 1"),
        (_stages(ws=[16, 16]), "ws: 2 numbers, expected 4"),
        (_stages(ss=[1, 1, 1.5, 1]), "ss: 1.5, expected integers"),
        (_stages(bot_muls=[1.0]), r"bot_muls: expected \[\], res_basic_block has no bottleneck"),
        (_stages(more=1), "keys .*more.*, expected block_type"),
        (_stages(block_type="res_bottleneck_block"), "num_gs: expected a list"),
    ],
)
def test_nearly_valid_nds_records_are_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        notation("nds").parse(text)


def _edited(change: str) -> Architecture:
    """Return DARTS_V2 with one change that no genotype can express."""
    value = notation("darts").parse(GENOTYPES["DARTS_V2"]).to_json()
    nodes = {node["id"]: node for node in value["cells"]["normal"]["nodes"]}
    match change:
        case "operator":
            nodes["2.0"]["op"] = "conv_3x3"
        case "direct":
            nodes["2"]["inputs"] = ["2.0", "c_{k-1}"]
        case "three":
            value["cells"]["normal"]["nodes"].append({"id": "3.2", "op": "none", "inputs": ["2"]})
            nodes["3"]["inputs"] = ["3.0", "3.1", "3.2"]
        case "shared":
            nodes["3"]["inputs"] = ["3.0", "2.0"]
        case "product":
            nodes["2"]["join"] = "product"
        case "role":
            nodes["c_{k-2}"]["role"] = "x"
        case "sum":
            nodes["output"]["join"] = "sum"
        case "cell":
            value["cells"]["normal"]["role"] = "other"
        case "channels":
            value["cells"]["normal"]["channels"] = "same"
        case "width":
            value["skeleton"]["stages"][0]["width"] = 37
        case "attributes":
            nodes["2.0"]["attributes"] = {"kernel": 9}
    return architecture_from_json(value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("operator", "node '2.0' is 'conv_3x3', expected one of none"),
        ("direct", "node '2' sums 'c_{k-1}' without an operator"),
        ("three", "node 3 of normal sums 3 edges, expected two per node"),
        ("shared", "node '2.0' is an input of 2 nodes, expected one sum"),
        ("product", "node '2' joins 2 nodes by product"),
        ("role", "0 inputs with the role 'c_{k-2}'"),
        ("sum", "node 'output' joins by sum, expected concat"),
        ("cell", "0 cells with the role 'normal'"),
        ("channels", "the channels are 'same'"),
        ("width", "another skeleton"),
        ("attributes", "node '2.0' is 'sep_conv_3x3', expected one of"),
    ],
)
@pytest.mark.parametrize("name", ["darts", "nds"])
def test_documents_without_a_genotype_are_refused(name: str, change: str, message: str) -> None:
    if (name, change) in (("nds", "operator"), ("darts", "three")):
        pytest.skip("it has that")
    with pytest.raises(InputError, match=message.replace("{", r"\{")):
        notation(name).write(_edited(change))


def _record(imagenet: bool, **more: Any) -> tuple[dict[str, Any], int]:
    """Return a record of cells without its space, and the parameters of its network."""
    half = [["sep_conv_3x3", 0], ["skip_connect", 1], ["dil_conv_5x5", 2], ["max_pool_3x3", 0]]
    genotype = {"normal": half, "reduce": half, "normal_concat": [2, 3], "reduce_concat": [2, 3]}
    net = {"genotype": genotype, "width": 16, "depth": 8, "aux": False, "drop_prob": 0.0}
    found = parameters(notation("nds").parse(json.dumps({"space": "x_in" if imagenet else "x", "net": net})))
    assert found is not None
    return {"net": net, **more}, found


@pytest.mark.parametrize(("imagenet", "space", "classes"), [(False, "nds", 10), (True, "nds_in", 1000)])
def test_the_parameters_of_a_public_record_determine_its_data_set(
    imagenet: bool, space: str, classes: int
) -> None:
    record, count = _record(imagenet, flops=1, params=0)
    nds = notation("nds")
    architecture = nds.parse(json.dumps(record | {"params": count}))
    assert (architecture.space, architecture.skeleton and architecture.skeleton.classes) == (space, classes)
    assert parameters(architecture) == count
    again = nds.parse(nds.write(architecture_from_json(architecture.to_json())))
    assert again.skeleton == architecture.skeleton
    assert document_warnings(architecture) == ()


@pytest.mark.parametrize("params", [None, 5, True, 3.5, "x", [1]])
def test_a_record_of_ambiguous_data_set_is_refused(params: object) -> None:
    record, count = _record(False)
    with pytest.raises(InputError) as caught:
        notation("nds").parse(json.dumps(record if params is None else record | {"params": params}))
    assert "a record without 'space' and with" in caught.value.problem
    assert f"{count:,} (CIFAR-10)" in caught.value.problem


def test_a_record_of_unknown_parameters_is_refused() -> None:
    record, _ = _record(False)
    record["net"]["genotype"]["reduce_concat"] = [0, 2]
    with pytest.raises(InputError, match="an unknown number"):
        notation("nds").parse(json.dumps(record))


def test_nds_cells_without_parameters_are_assumed_to_be_for_cifar_with_a_warning() -> None:
    record, _ = _record(False)
    (warning,) = document_warnings(notation("nds").parse(json.dumps(record["net"])))
    assert "does not name its data set, so CIFAR-10 is assumed" in warning
    assert document_warnings(notation("nds").parse(json.dumps({"space": "DARTS", **record}))) == ()


def test_every_public_record_determines_its_data_set(nasport_data: Path) -> None:
    for line in sample(nds_lines(nasport_data), 16):
        record = json.loads(line)
        whole = notation("nds").parse(line)
        del record["space"]
        found = notation("nds").parse(json.dumps(record))
        assert found.skeleton == whole.skeleton
        assert hash_of(found) == hash_of(whole)


def test_all_of_nds_round_trips(nasport_data: Path) -> None:
    nds = notation("nds")
    for place, line in enumerate(sample(nds_lines(nasport_data), 16)):
        record = json.loads(line)
        architecture = architecture_from_json(nds.parse(line).to_json())
        assert architecture.space == record["space"]
        expected = {"space": record["space"], "net": record["net"]}
        assert json.loads(nds.write(renamed(architecture, place, source=True))) == expected
        again = nds.parse(nds.write(renamed(architecture, place, source=False)))
        assert same_cells(again, architecture)
        assert again.skeleton == architecture.skeleton


def test_all_of_nasbench301_round_trips(nasport_data: Path) -> None:
    pairs = notation("nasbench301")
    for place, text in enumerate(sample(list(nasbench301(nasport_data)), 12)):
        architecture = architecture_from_json(pairs.parse(text).to_json())
        assert pairs.write(renamed(architecture, place, source=True)) == text
        assert same_cells(pairs.parse(pairs.write(renamed(architecture, place, source=False))), architecture)


@pytest.mark.parametrize(
    "name", ["darts", "nds_darts", "nds_enas", "nds_amoeba", "nds_nasnet", "nds_resnext_b"]
)
def test_members_of_the_shipped_spaces_round_trip(name: str) -> None:
    space, rng = load_space(name), np.random.default_rng(0)
    written_as = notation(name.partition("_")[0])
    for _ in range(3):
        member = space.architecture(space.sample(rng))
        again = written_as.parse(written_as.write(member))
        assert same_cells(again, member)
        assert again.skeleton == member.skeleton
