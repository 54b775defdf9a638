"""Every operator of the vocabulary: its cost, its module, and its effect on a path."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import nasport
from nasport.runtime.operators import RULES, applied, is_counted
from nasport.runtime.operators.quantities import Shape, UnknownCostError
from nasport.schemas import InputError, vocabulary
from nasport.schemas.operators import kinds

# Kinds without a cost: they do not occur in image networks, or their attributes do not determine it; see `Rule.layers`.
NOT_COUNTED = {
    *("attention", "block", "blend", "embedding", "lightweight_convolution", "matrix_product", "other"),
    *("one_dimensional_convolution", "recurrent", "reshape", "tied_embedding", "transpose"),
}
SHAPES = (Shape(32, 32, 32), Shape(48, 9, 7), Shape(24, 50, 1))
PLACES = [
    (shape, width, stride) for shape in SHAPES for width in (None, 2 * shape.channels) for stride in (1, 2)
]
COUNTED = {key: operator for key, operator in vocabulary().items() if is_counted(operator)}
# Operators that are counted but not built at this shape: padding would average over fewer pixels.
COUNTED_ALONE = {"avg_pool_2x2"}


def test_every_kind_has_a_rule_and_every_kind_but_these_a_cost() -> None:
    assert set(RULES) == set(kinds())
    assert {kind for kind, rule in RULES.items() if isinstance(rule.layers, str)} == NOT_COUNTED
    assert all(rule.layers for rule in RULES.values())


@pytest.mark.parametrize("key", COUNTED)
def test_built_operators_have_the_counted_costs(key: str) -> None:
    """Parameters, multiply-accumulates and shape, for three shapes, two strides, equal and changed width."""
    torch = pytest.importorskip("torch", reason="needs the extra 'gennas'")
    from nasport.toolkit.networks.module_arguments import Style
    from nasport.toolkit.networks.operators import operator_layer
    from tests.module_counting import flops, parameter_count

    operator, compared = COUNTED[key], 0
    for place in PLACES:
        try:
            cost, target = applied(operator, *place)
        except UnknownCostError:
            with pytest.raises(InputError, match="expected"):
                operator_layer(operator, *place, Style(activation_first=False))
            continue
        assert sum(cost.levels.values()) == cost.parameters
        for first in (False, True):
            with torch.device("meta"):
                try:
                    module, shape = operator_layer(operator, *place, Style(activation_first=first))
                except InputError:
                    assert key in COUNTED_ALONE
                    continue
                output = module(torch.empty(2, *place[0]))
            assert shape == target
            assert tuple(output.shape) == (2, *target), place
            assert parameter_count(module) == cost.parameters, place
            assert first or flops(module, place[0]) == cost.flops, place
            compared += 1
    assert compared


# Words of the vocabulary that also occur in Python's annotations or as names of ONNX operators.
NO_DESCRIPTIONS = {
    ("nasport/export/encoder_bundle.py", "Reshape"),
    ("nasport/toolkit/networks/python_source/cell_text.py", "None"),
    ("nasport/toolkit/networks/python_source/recurrent_text.py", "None"),
    ("nasport/toolkit/options.py", "None"),
}

OF_ONNX = "nasport/toolkit/importing/onnx_"  # ONNX operators have such names


def _code() -> Iterator[tuple[str, ast.Module]]:
    root = Path(nasport.__file__).parent
    for file in sorted(root.rglob("*.py")):
        if file.parent.name != "generated":
            yield str(file.relative_to(root.parent)), ast.parse(file.read_text("utf-8"))


def test_code_contains_no_description_of_the_vocabulary() -> None:
    descriptions = {operator.text for operator in vocabulary().values()}
    found = {
        (file, node.value)
        for file, tree in _code()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in descriptions
        if not file.startswith(OF_ONNX)
    }
    assert found == NO_DESCRIPTIONS
