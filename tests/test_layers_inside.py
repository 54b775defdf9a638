"""What is inside an operator: layers that add up to its cost, the same that its torch module runs."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from nasport.runtime.operators import applied, is_counted, placed
from nasport.runtime.operators.inside import layers_inside, reason_without_cost
from nasport.runtime.operators.quantities import FREE, Shape, UnknownCostError, watched_layers
from nasport.runtime.operators.rule import Place
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator, vocabulary

MAPS = Shape(96, 16, 16)
TOKENS = Shape(96, 257, 1)
COUNTED = sorted({op.key for op in vocabulary().values() if is_counted(op)})
CONVOLUTIONS = ("convolution", "transposed convolution", "linear layer")


def places(operator: Operator) -> list[Place]:
    """Where it can stand: at its own shape, wider, and wider with a stride."""
    found = []
    for width, stride in ((None, 1), (192, 1), (192, 2)):
        for source in (MAPS, TOKENS):
            try:
                place = placed(operator, source, width, stride)
                layers_inside(operator, place)
            except UnknownCostError:
                continue
            found.append(place)
            break
    return found


@pytest.mark.parametrize("key", COUNTED)
def test_layers_add_up_to_the_cost(key: str) -> None:
    operator = vocabulary()[key]
    assert places(operator), "stands nowhere"
    for place in places(operator):
        cost, layers = layers_inside(operator, place)
        again, _ = layers_inside(operator, place)
        total = sum((layer.cost for layer in layers), FREE)
        assert total == cost == again
        assert total.levels == cost.levels


def test_an_operator_without_exact_cost_says_why() -> None:
    for operator in vocabulary().values():
        assert is_counted(operator) == (not reason_without_cost(operator.kind))
    lstm = vocabulary()["lstm"]
    with pytest.raises(UnknownCostError, match="works on sequences"):
        layers_inside(lstm, Place(MAPS, MAPS))


def test_rows_are_in_the_order_of_the_network() -> None:
    block = Operator("Block", "bottleneck", (("groups", 4.0), ("kernel", 3.0), ("squeeze", 0.25)))
    _, layers = layers_inside(block, placed(block, MAPS, 192, 2))
    assert [(layer.name, layer.kernel, layer.groups, layer.part) for layer in layers] == [
        ("convolution", (1, 1), 1, "row"),
        ("convolution", (3, 3), 4, "row"),
        ("linear layer", None, 1, "gate"),
        ("linear layer", None, 1, "gate"),
        ("convolution", (1, 1), 1, "row"),
        ("convolution", (1, 1), 1, "shortcut"),
    ]
    widths = [(layer.source.channels, layer.target.channels) for layer in layers]
    assert widths == [(96, 48), (48, 48), (48, 24), (24, 48), (48, 192), (96, 192)]


def test_nobody_watches_unless_asked() -> None:
    operator = vocabulary()["sep_conv_3x3"]
    with watched_layers() as outer:
        with watched_layers() as inner:
            layers_inside(operator, placed(operator, MAPS, None))
        applied.cache_clear()
        applied(operator, MAPS, None)
    applied(operator, MAPS, 192)
    assert inner == []  # `layers_inside` watches for itself
    assert len(outer) == 4


@pytest.mark.parametrize("key", COUNTED)
def test_layers_are_those_that_the_module_runs(key: str) -> None:
    pytest.importorskip("torch")
    operator = vocabulary()[key]
    for place in places(operator):
        ran = run_layers(operator, place)
        _, layers = layers_inside(operator, place)
        counted = [
            (
                layer.source.channels,
                layer.target.channels,
                layer.kernel or (1, 1),
                layer.groups,
                layer.bias,
            )
            for layer in layers
            if layer.name in CONVOLUTIONS
        ]
        if ran is None:
            continue
        if all(layer.part in ("row", "gate") for layer in layers):
            assert counted == ran
        assert Counter(counted) == Counter(ran)


def run_layers(operator: Operator, place: Place) -> list[tuple[object, ...]] | None:
    """(inputs, outputs, kernel, groups, has bias) of what the module runs, in order; None where none can be built."""
    import torch

    from nasport.toolkit.networks.layers import Place as BuiltPlace
    from nasport.toolkit.networks.layers import Style
    from nasport.toolkit.networks.operators import BUILDERS

    if operator.kind not in BUILDERS:
        return None
    ran: list[tuple[object, ...]] = []
    with torch.device("meta"):
        try:
            module = BUILDERS[operator.kind](operator, BuiltPlace(*place, Style(activation_first=False)))
        except InputError:
            return None
        for part in module.modules():
            if isinstance(part, torch.nn.Conv2d | torch.nn.ConvTranspose2d | torch.nn.Linear):
                part.register_forward_hook(lambda part, read, given: ran.append(described(part)))
        module.eval()(torch.zeros(1, *place.source))
    return ran


def described(part: Any) -> tuple[object, ...]:
    return part.in_channels, part.out_channels, part.kernel_size, part.groups, part.bias is not None
