"""Kind and attributes define an operator, its description does not; every stated attribute must have an effect."""

from __future__ import annotations

from typing import Any

import pytest

from nasport.runtime.costs import costs
from nasport.runtime.operators import applied, path_attributes
from nasport.runtime.operators.quantities import Shape
from nasport.schemas import InputError, architecture_from_json, vocabulary
from nasport.schemas.operators import Operator, attribute_words, kinds
from nasport.schemas.validation import schema
from tests.documents import document, hash_of, in_skeleton, layers, node


def one(entry: dict[str, Any], **more: Any) -> Any:
    """Return a network of one custom operator."""
    nodes = [node("in", "input"), node("x", "mine", "in", **more), node("out", "output", "x")]
    return in_skeleton(nodes, operators={"mine": entry})


def counted(key: str, shape: tuple[int, int, int], width: int | None = None, **attributes: Any) -> int:
    operator = vocabulary()[key].with_attributes(attributes)
    return applied(operator, Shape(*shape), width)[0].parameters


def test_a_description_does_not_change_a_stated_pooling() -> None:
    """Regression: "Softmax-weighted average pooling" was built as a max pooling."""
    torch = pytest.importorskip("torch", reason="needs the extra 'gennas'")
    from nasport.toolkit.networks import build_network

    text = "Softmax-weighted average pooling"
    network = build_network(one({"text": text, "kind": "pooling", "kernel": 3, "mode": "average"}))
    kinds_built = {type(module).__name__ for module in network.modules()}
    assert "AvgPool2d" in kinds_built
    assert "MaxPool2d" not in kinds_built
    assert torch is not None


def test_a_description_does_not_make_an_operator_a_sum() -> None:
    """Regression: "Padded element-wise maximum" was built as a sum."""
    torch = pytest.importorskip("torch", reason="needs the extra 'gennas'")
    from nasport.toolkit.networks import ImageNetwork, build_network

    own = {"mine": {"text": "Padded element-wise maximum", "kind": "elementwise", "operation": "maximum"}}
    nodes = [
        node("in", "input"),
        node("a", "conv_1x1", "in"),
        node("x", "mine", "in", "a"),
        node("out", "output", "x"),
    ]
    network = build_network(in_skeleton(nodes, operators=own))
    assert isinstance(network, ImageNetwork)
    cell, x = network.body[0].eval(), torch.randn(1, 16, 8, 8)
    assert torch.equal(cell(x), torch.maximum(x, cell.operators["a"](x)))


def test_squeeze_of_the_input_and_of_the_expanded_width() -> None:
    """Regression: EfficientNet's rule, and that of MobileNetV3 and once-for-all."""
    shape, block = (40, 28, 28), {"expansion": 3.0}
    assert counted("mb_5x5_e6_se", shape, **block) == 15_690
    theirs = {"squeeze_of": "expanded", "squeeze_multiple": 8.0}
    assert counted("mb_5x5_e6_se", shape, **block, **theirs) == 20_992


@pytest.mark.parametrize(
    ("attributes", "parameters"),
    [({}, 464), ({"expand": "always"}, 752), ({"expand": "always", "groups": 2.0}, 496)],
)
def test_blocks_of_expansion_1(attributes: dict[str, Any], parameters: int) -> None:
    """Regression: FBNet keeps the first convolution, in groups too."""
    assert counted("mb_3x3_e1", (16, 8, 8), **attributes) == parameters


@pytest.mark.parametrize(
    ("entry", "lacking"),
    [
        ({"text": "Convolution 3 by 3", "kind": "convolution"}, "'kernel'"),
        ({"text": "Max pooling", "kind": "pooling", "kernel": 3}, "'mode'"),
        ({"text": "Element-wise maximum of all", "kind": "elementwise"}, "'operation'"),
        ({"text": "Mobile block", "kind": "inverted_residual", "kernel": 3}, "'expansion'"),
    ],
)
def test_a_kind_without_what_it_needs_is_refused(entry: dict[str, Any], lacking: str) -> None:
    """Regression: a convolution without a kernel was counted and built as 1x1."""
    with pytest.raises(InputError, match=rf"operators\.mine: .*needs {lacking}, expected"):
        one(entry)


@pytest.mark.parametrize(
    ("op", "attributes", "name"),
    [
        ("skip_connect", {"kernel": 5}, "kernel"),
        ("sep_conv_3x3", {"groups": 2}, "groups"),
        ("mb_3x3_e6", {"dilation": 2}, "dilation"),
        ("max_pool_3x3", {"activation": "relu"}, "activation"),
        ("nor_conv_3x3", {"squeeze": 0.25}, "squeeze"),
    ],
)
def test_an_attribute_without_meaning_is_refused(op: str, attributes: dict[str, Any], name: str) -> None:
    nodes = [node("in", "input"), node("x", op, "in", attributes=attributes), node("out", "output", "x")]
    with pytest.raises(InputError, match=rf"nodes\[1\]\.attributes\.{name}: .* has no attribute '{name}'"):
        architecture_from_json(document(nodes))
    with pytest.raises(InputError, match=rf"stages\[0\]\.attributes\.{name}: .* has no attribute '{name}'"):
        layers({"op": op, "attributes": attributes})


@pytest.mark.parametrize(
    ("op", "attributes", "others"),
    [
        ("mb_3x3_e6", {"gate": "hardsigmoid"}, {"squeeze": 0.25}),
        ("res_bottleneck_block", {"squeeze_of": "expanded"}, {"squeeze": 0.25}),
        ("mb_3x3_e6", {"expand": "always"}, {"expansion": 1}),
        ("batch_norm", {"groups": 4}, {"norm": "group"}),
        ("stem_conv3x3", {"order": "relu-conv-bn"}, {"activation": "relu"}),
    ],
)
def test_an_attribute_that_needs_another_is_refused_alone(
    op: str, attributes: dict[str, Any], others: dict[str, Any]
) -> None:
    """Without the other attribute it would have no effect."""
    (name,), (other,) = attributes, others
    with pytest.raises(
        InputError, match=rf"attributes\.{name}: '{name}' has no effect because {other} is .*, expected"
    ):
        layers({"op": op, "attributes": attributes})
    layers({"op": op, "attributes": attributes | others})
    own = {
        "text": "Mine",
        "kind": vocabulary()[op].kind,
        "kernel": 3,
        "expansion": 1,
        "norm": "group" if op == "batch_norm" else "batch",
    } | others
    allowed = {"text", "kind", *kinds()[own["kind"]].needs, *kinds()[own["kind"]].optional}
    entry = {key: value for key, value in own.items() if key in allowed}
    one(entry, attributes=attributes)
    unlike = one(
        {**entry, other: {"squeeze": 0, "activation": "none"}.get(other, entry[other]), **attributes}
    )
    assert architecture_from_json(unlike.to_json()) == unlike


def test_a_stage_does_not_state_its_width_or_stride_twice() -> None:
    for stage in ({"width": 8, "attributes": {"channels": 8}}, {"stride": 2, "attributes": {"stride": 2}}):
        with pytest.raises(
            InputError,
            match=r"stages\[0\]\.attributes\..*: the stage also states it as .*, expected only one",
        ):
            layers({"op": "conv_3x3", **stage})


def test_an_operator_that_states_the_content_of_a_key_equals_it() -> None:
    """This holds for every name of its kind; missing values come from the vocabulary and are not hashed."""
    for key, operator in vocabulary().items():
        stated = operator.to_json()
        for entry in (stated, {**stated, "kind": operator.kind}):
            assert Operator.from_json(entry) == operator, key
            assert path_attributes(Operator.from_json(entry)) == path_attributes(operator)


def test_a_stated_default_changes_no_hash() -> None:
    def hashed(**attributes: Any) -> str:
        more = {"attributes": attributes} if attributes else {}
        nodes = [node("in", "input"), node("x", "mb_3x3_e1", "in", **more), node("out", "output", "x")]
        return hash_of(document(nodes))

    plain = hashed()
    assert hashed(activation="relu6", expand="when_wider", squeeze=0, squeeze_of="input") == plain
    others = [hashed(activation="relu"), hashed(expand="always"), hashed(squeeze=0.25)]
    assert len({plain, *others}) == 4


def test_attention_with_a_stride_and_tokens_have_costs() -> None:
    """Regression: they made the parameters of the whole network unknown."""
    found = costs(
        layers(
            {"op": "patch_embedding", "width": 64, "attributes": {"kernel": 4}},
            {"op": "class_token"},
            {"op": "positional_embedding"},
            {"op": "self_attention_h2"},
            {"op": "token_pooling", "width": 128, "stride": 2},
            {"op": "first_token"},
        )
    )
    assert found is not None
    assert found.parameters == 48 * 64 + 64 + 64 + 65 * 64 + 4 * (64 * 64 + 64) + 128 * 10 + 64 * 128 + 128
    strided = costs(
        layers({"op": "conv_1x1", "width": 16}, {"op": "self_attention", "width": 32, "stride": 2})
    )
    assert strided is not None


def test_the_schema_contains_the_keys_and_kinds_of_the_vocabulary() -> None:
    for name in ("architecture", "space"):
        operator = schema(name)["definitions"]["operator"]["properties"]
        assert operator["kind"]["enum"] == list(kinds())
        stated = {key: tuple(value["enum"]) for key, value in operator.items() if "enum" in value}
        del stated["kind"]
        assert stated == dict(attribute_words())
