"""Content of a document that its text in a notation cannot express is reported."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nasport.schemas import Architecture
from nasport.schemas.architecture import Label
from nasport.toolkit.notations import notation, notations
from nasport.toolkit.notations.notation_losses import lost
from nasport.toolkit.spaces.library import load_space, space_names
from tests.commands import run_convert


def written_and_read(architecture: Architecture, name: str) -> Architecture:
    found = notation(name)
    return found.parse(found.write(architecture))


def of_another_data_set(name: str) -> Architecture:
    found = notation(name)
    architecture = found.parse(found.example)
    assert architecture.skeleton is not None
    skeleton = replace(architecture.skeleton, classes=7)
    if dict(skeleton.input).get("height"):
        skeleton = replace(skeleton, input=(("channels", 3), ("height", 64), ("width", 64)))
    return replace(architecture, skeleton=skeleton, source=None)


@pytest.mark.parametrize("name", [name for name in notations() if name not in ("nds", "nasbench_nlp")])
def test_another_data_set_is_reported_as_lost(name: str) -> None:
    architecture = of_another_data_set(name)
    found = lost(architecture, written_and_read(architecture, name))
    classes, *size = found
    assert classes.startswith("its 7 classes (")
    if name == "ofa_mbv3":  # its text states the size
        assert not size
    else:
        assert size[0].startswith("its input of channels 3, height 64, width 64 (channels 3")


@pytest.mark.parametrize("name", notations())
def test_content_that_a_notation_reads_is_not_lost(name: str) -> None:
    found = notation(name)
    architecture = found.parse(found.example)
    assert lost(architecture, written_and_read(architecture, name)) == ()


def test_a_network_that_a_notation_implies_is_no_loss() -> None:
    for name in ("darts", "nasbench101", "nasbench201", "nasbench_nlp"):
        bare = replace(notation(name).parse(notation(name).example), skeleton=None)
        assert lost(bare, written_and_read(bare, name)) == ()


def test_network_and_labels_of_a_genotype_are_reported_as_lost() -> None:
    pairs = notation("nasbench301")
    architecture = replace(pairs.parse(pairs.example), labels=(Label("cifar10", "accuracy", 94.0),))
    found = lost(architecture, written_and_read(architecture, "darts"))
    assert found == (
        "the widths, repeats and strides of its network (different when read again)",
        "its label",
    )


def test_convert_reports_each_loss_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "three.jsonl"
    document = json.dumps(of_another_data_set("nasbench201").to_json())
    file.write_text(f"{document}\n{document}\n{document}\n", "utf-8")
    assert run_convert([str(file)], None, "nasbench201", None) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [notation("nasbench201").example] * 3
    classes, size = err.splitlines()
    assert classes == (
        f"nasport: warning: {file}: line 1, and 2 more: nasbench201 cannot express its 7 classes (10 when read again)"
    )
    assert "its input of channels 3, height 64, width 64" in size
    assert run_convert([str(file)], None, "json", None) == 0
    assert capsys.readouterr().err == ""


def test_members_of_the_shipped_spaces_lose_nothing() -> None:
    for space in map(load_space, space_names()):
        name = "nds" if space.name.startswith("nds") else space.name
        if name in notations():
            member = space.architecture(space.sample(np.random.default_rng(0)))
            assert lost(member, written_and_read(member, name)) == (), space.name


def test_cells_that_a_notation_changes_are_reported() -> None:
    nasbench201 = notation("nasbench201")
    cell = nasbench201.parse(nasbench201.example)
    other = nasbench201.parse(nasbench201.example.replace("nor_conv_3x3", "nor_conv_1x1"))
    assert lost(cell, cell) == ()
    assert "its cells (different when read again)" in lost(cell, other)
