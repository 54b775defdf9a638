"""`nasport spaces` and `nasport show SPACE`: sizes, genes, members, and drawings of the choices."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nasport.schemas import InputError, architecture_from_json
from nasport.schemas.space import space_from_json
from nasport.toolkit.drawing import Content, to_svg, to_text
from nasport.toolkit.drawing.space_content import space_content
from nasport.toolkit.reference.space_facts import SpaceTour, genes_text, read_genes, size_words, space_tour
from nasport.toolkit.spaces import SearchSpace, load_space, space_names
from tests.commands import run_show, run_spaces

EXAMPLE = Path(__file__).parent.parent / "examples" / "my_space.json"
KEYS = ["name", "description", "size", "size_is_exact", "genes", "notation", "file", "member"]


def content(name: str | Path) -> Content:
    space = load_space(name)
    return space_content(space.document, space.operator)


def drawn(name: str | Path) -> str:
    return to_text(content(name), width=160, unicode=False)


def space(**rest: Any) -> SearchSpace:
    return SearchSpace(space_from_json({"format": "nasport-space", "version": 1, "name": "own", **rest}))


def records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_every_space_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_spaces([], 0, True) == 0
    found = records(capsys.readouterr().out)
    assert [record["name"] for record in found] == list(space_names())
    for record in found:
        assert list(record) == KEYS
        assert record["member"] is None
        assert json.loads(Path(record["file"]).read_text("utf-8"))["name"] == record["name"]
    known = {record["name"]: record for record in found}
    assert known["nasbench101"]["size"] == 423_624
    assert known["darts"]["size"] == 1_076_746_950_455_072_400
    assert known["nasbench_nlp"]["size_is_exact"] is False
    assert (known["nds_pnas"]["notation"], known["nasbench201"]["notation"]) == ("nds", "nasbench201")
    assert run_spaces([], 0, False) == 0
    text = capsys.readouterr().out
    assert "1.08 * 10^18     24  darts " in text
    assert "at most 7.48 * 10^91 " in text


def test_one_space_has_its_genes_and_a_member(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_spaces(["nds-resnet", str(EXAMPLE)], 3, True) == 0
    shipped, own = records(capsys.readouterr().out)
    assert (shipped["name"], own["name"], own["size"], own["notation"]) == (
        "nds_resnet",
        "my_space",
        288,
        None,
    )
    assert own["genes"][1] == {
        "name": "choices.gate",
        "kind": "choice",
        "values": ["squeeze_excitation", "wavelet_mix"],
    }
    for record, name in ((shipped, "nds_resnet"), (own, EXAMPLE)):
        member = architecture_from_json(record["member"]["document"])
        assert load_space(name).genes_of(member) == tuple(record["member"]["genes"])
    assert run_spaces([str(EXAMPLE)], 3, False) == 0
    text = capsys.readouterr().out
    assert "size         288" in text
    assert "choices.width                   3  32, 64, 96" in text
    assert f"a random member (--seed 3, --genes {','.join(map(str, own['member']['genes']))}" in text
    assert "dw_conv_5x5" in text.partition("a random member (--seed 3")[2]


def test_the_digits_of_a_row_have_distinct_labels() -> None:
    genes = {gene.name: gene for gene in load_space("transnas_macro").genes}
    labels = genes["skeleton.stages.0.0"].labels
    assert labels[0] == "res_basic_block repeats 2 width *1"
    assert len(set(labels)) == 4


def test_a_wrong_name_or_document_is_reported_and_the_others_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"format": "nasport-space",\n "version": 1}', "utf-8")
    assert run_spaces(["nasbench20l", str(wrong), "nasbench201"], 0, True) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["name"] == "nasbench201"
    assert "did you mean 'nasbench201'?" in err
    assert f"{wrong}: line 1: missing key 'name'" in err


def test_infinite_sizes_are_shown() -> None:
    some = ["relu", "gelu", "silu", "tanh"]
    nodes: list[dict[str, Any]] = [{"id": "0", "op": "input"}]
    nodes += [{"id": str(k), "candidates": some, "inputs": [str(k - 1)]} for k in range(1, 999)]
    nodes.append({"id": "out", "op": "output", "inputs": ["998"]})
    huge = space(cells={"one": {"nodes": nodes}, "other": {"nodes": nodes}})
    assert size_words(huge) == "5.15 * 10^1201"
    assert SpaceTour(huge, Path("huge.json")).to_json()["size"] is None
    assert size_words(load_space("nasbench101")) == "423,624"
    assert size_words(load_space("nds_darts")) == "1,459,166,279,268,040,704,000,000 (1.46 * 10^24)"


def test_genes_are_parsed_and_invalid_ones_refused() -> None:
    small = load_space("nasbench201")
    assert read_genes("3, 3,3,1,1,4", small) == (3, 3, 3, 1, 1, 4)
    assert read_genes(genes_text((0, 1, 2, 3, 4, 0)), small) == (0, 1, 2, 3, 4, 0)
    for text, message in (
        ("1,2", "2 genes, expected 6 of the search space 'nasbench201'"),
        ("1,2,3,4,0,5", r"gene 'cells.cell.2->3.op' is 5, expected 0 to 4"),
        ("1,2,-3,4,0,0", "expected whole numbers"),
        ("", "expected whole numbers"),
    ):
        with pytest.raises(InputError, match=message):
            read_genes(text, small)
    with pytest.raises(InputError, match=r"outside a limit .* for example 0,0,0,0,\d,0,0"):
        read_genes("0,0,0,0,0,0,0", load_space("transnas_macro"))


@pytest.mark.parametrize("name", [*space_names(), EXAMPLE])
def test_every_space_is_drawn_with_its_choices(name: str | Path) -> None:
    found = content(name)
    assert to_svg(found).startswith("<svg")
    text = drawn(name)
    found_space = load_space(name)
    for key in {label for gene in found_space.genes if gene.kind == "operator" for label in gene.labels}:
        assert key in text
    for chosen in found_space.document.choices:
        assert f"choice {chosen}" in text or f"({chosen})" in text


def test_candidates_inputs_and_choices_of_a_cell() -> None:
    (panel,) = content(EXAMPLE).panels
    titles = [(box.title, box.lines) for box in panel.boxes]
    assert titles[1] == ("one of 2", ("conv_3x3", "wavelet_mix"))
    assert titles[2] == ("one of 2: choice gate", ("squeeze_excitation", "wavelet_mix"))
    assert titles[3] == (
        "sum",
        ("1 of 2 inputs", "each through one of 4", "dw_conv_5x5", "wavelet_mix", "none", "identity"),
    )
    assert titles[5] == ("output", ("concat inputs",))
    notes = {(link.source, link.target): link.note for link in panel.links}
    assert notes == {(0, 1): "", (1, 2): "", (1, 3): "?", (2, 3): "?", (3, 4): "", (1, 5): "", (4, 5): ""}


def test_cells_with_the_same_choices_are_drawn_once() -> None:
    (panel,) = content("darts").panels
    assert panel.title == "normal and reduction"
    both_taken = [link for link in panel.links if link.target == 2]  # 2 of 2 inputs, so there is no choice
    assert [link.note for link in both_taken] == ["", ""]
    assert "only nodes that feed no other node" in drawn("nds_enas")


def test_graphs_programs_and_rows_show_their_limits() -> None:
    assert "2 to 7 vertices with input and output, at most 9 edges" in drawn("nasbench101")
    assert "1 to 24 steps, 1 to 3 hidden states, each step one of 7" in drawn("nasbench_nlp")
    row = drawn("transnas_macro")
    assert "4 to 6 digits from 0 to 3 - 1 to 3 of them 1 or 3 - 1 to 4 of them 2 or 3" in row
    assert "3: res_basic_block x2" in row


def test_choices_of_the_skeleton() -> None:
    text = drawn(EXAMPLE)
    assert "repeats 2 | 3 | 4 - width 32 | 64 | 96 (width)" in text
    assert "width x2 - stride 2" in text
    attributes = {"attributes": {"expansion": {"choose": [0.25, 1.0]}, "groups": 4}}
    stages = [{"op": "res_bottleneck_block", **attributes}, {"candidates": ["conv_3x3", "id"], "width": 8}]
    own = space(skeleton={"stages": stages})
    found = [(chip.title, chip.detail) for chip in space_content(own.document, own.operator).strip]
    assert found[1] == ("res_bottleneck_block", "expansion 0.25 | 1 · groups 4")
    assert found[2] == ("conv_3x3 | id", "width 8")


def test_hostile_names_are_escaped() -> None:
    evil = "a\x1b[31m\u202e<b>"
    nodes = [
        {"id": "in", "op": "input", "role": evil},
        {"id": "x", "candidates": [evil, "relu"], "inputs": ["in"]},
        {"id": "out", "op": "output", "inputs": ["x"]},
    ]
    own = space(cells={evil: {"nodes": nodes}}, operators={evil: {"text": evil}}, description=evil)
    found = space_content(own.document, own.operator)
    for text in (to_text(found, width=100), to_svg(found)):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "<b>" not in to_svg(found)


def test_show_draws_a_space_and_a_member(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run_show(["nasbench201"], None, None, False, None) == 0
    by_name = capsys.readouterr().out
    assert run_show([str(space_tour("nasbench201").file)], None, None, False, "3,3,3,1,1,4") == 0
    by_file = capsys.readouterr().out
    picture, _, member = by_file.partition("a member (--genes 3,3,3,1,1,4)")
    assert by_name.startswith(picture)
    assert "15,625 members, 6 genes" in picture
    assert "one of 5" in picture
    assert "one of 5" not in member
    assert member.count("nor_conv_3x3") == 3
    for genes, holds in ((None, "one of 5"), ("3,3,3,1,1,4", "skip_connect")):
        assert run_show(["nasbench201"], None, tmp_path / "space.svg", False, genes) == 0
        text = (tmp_path / "space.svg").read_text("utf-8")
        assert holds in text
        assert ("one of 5" in text) == (genes is None)


def test_show_refuses_genes_without_a_space(capsys: pytest.CaptureFixture[str]) -> None:
    document = EXAMPLE.with_name("resnet_like_cell.json")
    assert run_show([str(document), "nasbench201"], None, None, False, "0,0,0,0,0,9") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "is not a search space" in err
    assert "'cells.cell.2->3.op' is 9" in err
