"""Messages on unknown names suggest the nearest known name first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasport.runtime.bundle import open_bundle
from nasport.schemas import architecture_from_json
from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean, nearest
from nasport.schemas.operators import vocabulary
from nasport.toolkit.gennas.settings import preset
from nasport.toolkit.gennas.task import load_task
from nasport.toolkit.notations import notation
from nasport.toolkit.search.limits import parse_limit
from nasport.toolkit.spaces import load_space
from tests.commands import run_convert
from tests.documents import document, node
from tests.space_documents import space

OPERATORS = {
    "sep_conv_3X3": "sep_conv_3x3",
    "sepconv3x3": "sep_conv_3x3",
    "conv3x3": "conv_3x3",
    "nor_conv_5x5": "conv_5x5",
    "Skip-Connect": "skip_connect",
    "avgpool3x3": "avg_pool_3x3",
}


@pytest.mark.parametrize(("wrong", "right"), OPERATORS.items())
def test_the_nearest_operator(wrong: str, right: str) -> None:
    assert nearest(wrong, vocabulary()) == right


@pytest.mark.parametrize("far", ["wavelet", "my_block", "conv", "x", "", "a" * 5000])
def test_distant_names_have_no_suggestion(far: str) -> None:
    assert nearest(far, vocabulary()) is None
    assert did_you_mean(far, vocabulary()) == ", "


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=9))
def test_suggested_names_exist(name: str, known: list[str]) -> None:
    assert nearest(name, known) in {None, *known}


def _cell(**changes: Any) -> dict[str, Any]:
    inner = {**node("conv", "nor_conv_3x3", "x"), **changes}
    return document([node("x", "input"), inner, node("y", "output", "conv")])


WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: architecture_from_json(_cell(op="sep_conv_3X3")), "'sep_conv_3X3', did you mean 'sep_conv_3x3'? "),
    (lambda: architecture_from_json(_cell(inputs=["X"])), "unknown id 'X', did you mean 'x'? "),
    (lambda: architecture_from_json(_cell(join="summ")), '"summ", did you mean \'sum\'? '),
    (lambda: space(cells=_cell(op="conv3x3")["cells"]), "'conv3x3', did you mean 'conv_3x3'? "),
    (lambda: notation("nasbench_201"), "did you mean 'nasbench201'? "),
    (lambda: load_space("darst"), "did you mean 'darts'? "),
    (lambda: open_bundle("universl"), "did you mean 'universal'? "),
    (lambda: load_task("searchN"), "did you mean 'search-N'? "),
    (lambda: preset("lite"), "did you mean 'light'? "),
    (lambda: parse_limit("Parameters=1e6", at_most=True), "did you mean 'parameters'? "),
    (lambda: run_convert([], None, "onx", None), "did you mean 'onnx'? "),
    (
        lambda: notation("nasbench201").parse("|conv_3x3~0|+|none~0|none~1|+|none~0|none~1|none~2|"),
        "did you mean 'nor_conv_3x3'? ",
    ),
    (
        lambda: notation("darts").parse(notation("darts").example.replace("dil_conv_5x5", "dil_conv_5X5")),
        "did you mean 'dil_conv_5x5'? ",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "hint"), WRONG)
def test_a_wrong_name_is_refused_with_the_nearest_one(wrong: Callable[[], object], hint: str) -> None:
    with pytest.raises(InputError) as caught:
        wrong()
    assert hint in caught.value.problem


def test_the_message_suggests_a_description_after_the_nearest_name() -> None:
    with pytest.raises(InputError) as caught:
        architecture_from_json(_cell(op="sep_conv_3X3"))
    words = caught.value.problem
    assert words.index("did you mean") < words.index("nasport operators") < words.index('"text"')
