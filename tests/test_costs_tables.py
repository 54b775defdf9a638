"""Parameters and multiply-accumulates against the tables of NDS, NAS-Bench-301 and NAS-Bench-NLP: every row, exactly."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from nasport.runtime.costs import costs, flops, parameters
from nasport.schemas import Architecture, Cell, Node, Skeleton, Stage, architecture_from_json
from nasport.toolkit.notations import notation
from nasport.toolkit.notations.darts import parse_genotype
from nasport.toolkit.notations.darts_network import imagenet_network
from tests.nds_counting import cell_count, cell_extras, stage_extras
from tests.tables import nasbench301, nasbench_nlp, nds_lines
from tests.test_notations_darts import GENOTYPES


def test_all_of_nds(nasport_data: Path) -> None:
    """Parameters equal the published ones; so do FLOPs after subtracting what NDS counts in addition."""
    nds = notation("nds")
    agree: Counter[str] = Counter()
    for line in nds_lines(nasport_data):
        record = json.loads(line)
        net = record["net"]
        extras = cell_extras(net) if "genotype" in net else stage_extras(net)
        cost = costs(nds.parse(line))
        assert cost is not None
        assert (cost.parameters, cost.flops + extras) == (record["params"], record["flops"]), line
        agree[record["space"]] += 1
    assert agree == {
        "DARTS_in": 121,
        "DARTS_fix-w-d_in": 499,
        "DARTS_lr-wd_in": 515,
        "ENAS_in": 117,
        "ResNet_lr-wd_in": 494,
        "ResNet_reruns": 200,
        "ResNeXt-A_in": 130,
        "Vanilla_lr-wd_in": 500,
        "Vanilla_reruns": 200,
    }


def test_all_of_nasbench301(nasport_data: Path) -> None:
    """The published parameters exclude scale and shift of the operators' normalizations."""
    pairs = notation("nasbench301")
    names = ("max_pool_3x3", "avg_pool_3x3", "skip_connect")
    names = (*names, "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5")
    constants = set()
    for text, row in nasbench301(nasport_data).items():
        cells = json.loads(text.replace("(", "[").replace(")", "]"))
        genotype = {"normal_concat": range(2, 6), "reduce_concat": range(2, 6)}
        for name, cell in zip(("normal", "reduce"), cells, strict=True):
            genotype[name] = [(names[op], source) for source, op in cell]
        count = cell_count(genotype, 32, 8, imagenet=False)
        cost = costs(pairs.parse(text))
        assert cost is not None
        published = round(row["params"]["score"] * 1e6)
        assert cost.parameters - 2 * count.plain_normalizations == published, text
        counted = cost.flops + count.relu + count.normalized + 10 * count.pooled
        constants.add(round(row["flops"]["score"] * 1e6) - counted)
    assert len(constants) == 1


def test_all_of_nasbench_nlp(nasport_data: Path) -> None:
    recipes = notation("nasbench_nlp")
    rows = nasbench_nlp(nasport_data)
    for row in rows:
        text = json.dumps({"run": row["run"], "recepie": row["recepie"]})
        assert parameters(recipes.parse(text)) == row["num_params"], row["recepie"]
    assert len(rows) == 7351


@pytest.mark.parametrize(
    ("name", "millions"), [("DARTS_V2", 3.349342), ("PC_DARTS_cifar", 3.634678), ("PDARTS", 3.433798)]
)
def test_published_genotypes_on_cifar10(name: str, millions: float) -> None:
    """The papers state 3.3 M, 3.6 M and 3.4 M (Liu et al. 2019, Xu et al. 2020, Chen et al. 2019), without auxiliary head."""
    architecture = notation("darts").parse(GENOTYPES[name])
    assert parameters(architecture) == round(millions * 1e6)


def test_darts_on_imagenet() -> None:
    """The paper states 4.7 M parameters (Liu et al. 2019, table 2) for 14 cells of 48 channels."""
    normal, reduce = parse_genotype(GENOTYPES["DARTS_V2"])[1].cells().values()
    architecture = Architecture({"normal": normal, "reduction": reduce}, imagenet_network(48, 14))
    assert parameters(architecture) == 4_718_752


def test_resnet50_by_its_published_size() -> None:
    """25,557,032 parameters and 4.09 G multiply-accumulates, with the stride in the 3x3 convolution."""
    stages = [(3, 256, 1), (4, 512, 2), (6, 1024, 2), (3, 2048, 2)]
    resnet = Architecture(
        {},
        Skeleton(
            tuple(Stage(op="res_bottleneck_block", repeats=d, width=w, stride=s) for d, w, s in stages),
            (Stage(op="conv_7x7", width=64, stride=2), Stage(op="max_pool_3x3", stride=2)),
            (Stage(op="global_avg_pool"),),
            (("channels", 3), ("height", 224), ("width", 224)),
            1000,
        ),
    )
    assert parameters(resnet) == 25_557_032
    assert flops(resnet) == 4_089_184_256


def _recurrent(width: int, *nodes: Node, stem: str = "tied_embedding") -> Architecture:
    inputs = (Node("x", "input", role="x"), Node("h", "input", role="h_prev_0"))
    skeleton = Skeleton((Stage(cell="cell", width=width),), (Stage(op=stem, width=4),), classes=10)
    return Architecture({"cell": Cell((*inputs, *nodes), "recurrent")}, skeleton)


def test_recurrent_layers_by_hand() -> None:
    """Embedding 10x4; one linear layer of 4 + 4 inputs with bias; an output layer that shares the embedding's weights."""
    nodes = (Node("f", "linear", ("x", "h"), "concat"), Node("o", "output", ("f",), role="h_new_0"))
    assert parameters(_recurrent(4, *nodes)) == 40 + (8 * 4 + 4) + 10
    assert flops(_recurrent(4, *nodes)) == 8 * 4 + 4 * 10
    assert parameters(_recurrent(5, *nodes, stem="embedding")) == 40 + (9 * 5 + 5) + (5 * 10 + 10)


@pytest.mark.parametrize(
    "architecture",
    [
        _recurrent(5, Node("f", "linear", ("x", "h"), "concat"), Node("o", "output", ("f",))),
        _recurrent(4, Node("f", "conv_3x3", ("x",)), Node("o", "output", ("f",))),
        _recurrent(
            5, Node("f", "elementwise_sum", ("x", "h")), Node("o", "output", ("f",)), stem="embedding"
        ),
        _recurrent(4, Node("o", "output", ("x",)), stem="linear"),
    ],
    ids=["tied to another width", "a convolution", "sum of two widths", "no embedding"],
)
def test_recurrent_networks_without_a_known_cost(architecture: Architecture) -> None:
    assert costs(architecture) is None


def test_a_cell_without_the_two_inputs_of_darts_has_no_known_cost() -> None:
    architecture = notation("darts").parse(GENOTYPES["DARTS_V2"])
    value = architecture.to_json()
    value["cells"]["normal"]["nodes"][0]["role"] = "x"
    assert costs(architecture_from_json(value)) is None
