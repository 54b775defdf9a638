"""The tables and examples of docs/reference/spec.md agree with what nasport computes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest

from nasport.runtime.operators import inside, path_attributes, placed, relative_weight, rule_of
from nasport.runtime.operators.layers import total
from nasport.runtime.operators.quantities import Cost, Shape, UnknownCostError
from nasport.runtime.operators.rule import Place
from nasport.schemas.operators import Operator, kinds, vocabulary
from tests.spec_examples import BLOCK, PAGE, computed

TEXT = PAGE.read_text("utf-8")
BLOCKS = {block["name"]: block["text"] for block in BLOCK.finditer(TEXT)}
CHANGES: tuple[dict[str, float | str], ...] = (
    {},
    {"kernel": 5, "expansion": 2.5, "groups": 2, "bias": 1, "heads": 2},
    {"kernel": 2, "kernel_width": 3, "repeats": 3, "expansion": 1, "expand": "always", "groups": 4},
    {"expansion": 1, "bias": 0, "norm": "none", "dilation": 2},
    {"squeeze": 0.3, "squeeze_multiple": 8, "squeeze_of": "expanded", "heads": 4, "key_value_heads": 2},
    {"squeeze": 0.2, "heads": 2, "head_width": 5, "query_bias": 0, "norm": "none", "bias": 1},
    {"padding": 1, "start": 2, "stride": 2},
)
PLACES = (
    (Shape(16, 8, 8), None, 1),
    (Shape(16, 9, 7), 24, 1),
    (Shape(16, 8, 8), 32, 2),
    (Shape(8, 17, 1), 12, 1),
    (Shape(8, 17, 1), None, 2),
    (Shape(8, 17, 1), 8, 1),
)


@dataclass(frozen=True)
class Term:
    """A cost in a formula of the page; sums and whole multiples of costs are costs."""

    parameters: int = 0
    flops: int = 0
    levels: dict[int, int] = field(default_factory=dict)

    def __add__(self, other: Term) -> Term:
        found = Cost(self.parameters, self.flops, self.levels) + Cost(
            other.parameters, other.flops, other.levels
        )
        return Term(found.parameters, found.flops, dict(found.levels))

    def __rmul__(self, times: int) -> Term:
        result = Term()
        for _ in range(times):
            result += self
        return result


def layer(weights: int, further: int, positions: int) -> Term:
    return Term(weights + further, weights * positions, {positions: weights + further})


def bn(weights: int, channels: int, positions: int) -> Term:
    return layer(weights, 2 * channels, positions)


def rows(name: str) -> Iterator[list[str]]:
    """Yield the cells of the rows of a table of the page, without its header."""
    table = TEXT.split(f"<!-- table: {name} -->\n")[1].split("\n\n")[0]
    for line in table.splitlines()[2:]:
        yield [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


@cache
def operators() -> tuple[Operator, ...]:
    """Return operators of every kind, with several combinations of attributes."""
    plain = [Operator(f"any {kind}", kind, (("kernel", 3.0),)) for kind in kinds()]
    found = (
        operator.with_attributes(change)
        for operator in (*vocabulary().values(), *plain)
        for change in CHANGES
    )
    return tuple(dict.fromkeys(found))


def listed(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def symbols(operator: Operator, place: Place, also: str) -> dict[str, Any]:
    """Return the symbols of the table of layers for an operator at a place."""
    (source, target, stride), number = place, operator.attribute
    c, d, positions, after = source.channels, target.channels, source.positions, target.positions
    k, e, heads = int(number("kernel")), number("expansion"), int(number("heads"))
    hidden = re.search(r"h = ([cd]) · e", also)
    h = round((c if hidden[1] == "c" else d) * e) if hidden else 0
    head_width = int(number("head_width", 0))
    inner = heads * head_width if head_width else d
    shared = inner // heads * int(number("key_value_heads", heads))
    bias = number("bias") == 1
    further = (2 * d if operator.word("norm") != "none" else 0) + (d if number("bias", 0) == 1 else 0)
    tokens = operator.kind == "token_pooling"
    kept = stride == 1 and (c == d if tokens else source == target)
    n = after - 1 if tokens else after
    spatial = layer((stride + 1) ** 2 * c * d // math.gcd(c, d), d, n)

    def se(channels: int) -> Term:
        q = squeezed(operator, c, h)
        return layer(channels * q, q, 1) + layer(q * channels, channels, 1) if q else Term()

    def first(term: Term) -> Term:
        return term if operator.word("expand") == "always" or e != 1 else Term()

    return {
        "c": c,
        "d": d,
        "M": positions,
        "N": after,
        "A": source.height * target.width,
        "k": k,
        "kh": k,
        "kw": int(number("kernel_width", k)),
        "g": int(number("groups")),
        "r": int(number("repeats")),
        "h": h,
        "p": d // 2,
        "i": inner,
        "j": shared,
        "v": further,
        "bias": int(bias),
        "query_bias": int(number("query_bias", int(bias)) == 1),
        "layer": layer,
        "bn": bn,
        "se": se,
        "first": first,
        "spread": lambda weights, more: Term(weights + more, weights * positions, {after: weights + more}),
        "product": lambda flops: Term(0, flops),
        "nothing": Term(),
        "project": Term() if kept else bn(c * d, d, after),
        "widen": Term() if c == d else bn(c * d, d, positions),
        "reshape": Term() if kept else spatial if stride > 1 else layer(c * d, d, n),
    }


def squeezed(operator: Operator, channels: int, hidden: int) -> int:
    """Return the squeezed channels by the rule of the page; 0 for none."""
    expanded = operator.word("squeeze_of") == "expanded" and operator.kind != "squeeze_excitation"
    part = operator.attribute("squeeze", 0) * (hidden if expanded else channels)
    multiple = int(operator.attribute("squeeze_multiple"))
    if part == 0:
        return 0
    if multiple == 1:
        return max(math.floor(part), 1)
    q = max(multiple, math.floor(part + multiple / 2) // multiple * multiple)
    return q + multiple if q < 0.9 * part else q


def formula(operator: Operator, place: Place, layers: str, also: str) -> str:
    """Return the formula for an operator: that of the column `layers`, or the one for the exception in `also`."""
    exceptions = {
        "fused_inverted_residual": operator.attribute("expansion") == 1,
        "shufflenet_unit": not place.keeps_shape,
    }
    found = re.findall(r"`([^`]*\(.*?)`", also) if exceptions.get(operator.kind) else []
    return found[0] if found else layers.strip("`")


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_of_the_page_shows_what_nasport_computes(name: str) -> None:
    shown, expected = BLOCKS[name].split(), computed(name).split()
    assert len(shown) == len(expected)
    for found, wanted in zip(shown, expected, strict=True):
        if found != wanted:  # the last digits of a score depend on the version of ONNX Runtime
            assert "." in found, f"{found}, expected {wanted}: run python -m tests.spec_examples"
            assert float(found.strip(",")) == pytest.approx(float(wanted.strip(",")), rel=1e-5, abs=2e-4)


def test_the_formulas_of_the_table_of_layers_give_the_costs_of_all_kinds() -> None:
    table = {kind: (layers, also) for names, _, layers, also in rows("layers") for kind in listed(names)}
    unknown = {kind for kind in kinds() if isinstance(rule_of(kind).layers, str)}
    seen: set[str] = set()
    for operator in operators():
        for source, width, stride in PLACES:
            try:
                place = placed(operator, source, width, stride)
                found = inside(operator, place)
                cost = found if isinstance(found, Cost) else total(found)
            except UnknownCostError:
                continue
            if operator.kind in unknown:
                continue
            layers, also = table[operator.kind]
            term = eval(formula(operator, place, layers, also), symbols(operator, place, also))
            assert term == Term(cost.parameters, cost.flops, dict(cost.levels)), (operator, place)
            seen.add(operator.kind)
    assert seen == set(table)
    assert set(table) | unknown == set(kinds())
    sentence = TEXT.split("**Kinds of unknown cost**:")[1].split(".")[0]
    assert set(listed(sentence)) == unknown


def test_the_table_of_effects_gives_the_path_attributes_of_all_kinds() -> None:
    table = {
        (kind, "without one" in names): cells
        for names, *cells in rows("effects")
        for kind in (listed(names)[:1] if "value" in names else listed(names))
    }
    for operator in operators():
        number, kind = operator.attribute, operator.kind
        k, heads = number("kernel"), number("heads")
        kw = number("kernel_width", k)
        names = {
            "k": k,
            "kh": k,
            "kw": kw,
            "g": max(number("groups"), 1),
            "e": number("expansion"),
            "r": number("repeats"),
            "a": heads,
            "b": number("key_value_heads", heads),
            "span": ((k + kw) / 2 - 1) / 2 * number("dilation"),
            "wide": max(k, kw) > 1,
            "large": k > 1,
        }
        key = (kind, kind == "block" and operator.value("kernel") is None)
        *formulas, flags, relative = table.get(key, ["`0`"] * 4 + ["", ""])
        weight, depth, spatial, reach = (float(eval(text.strip("`"), names)) for text in formulas)
        pool, mode = "pool" in flags, operator.word("mode")
        assert path_attributes(operator) == (
            *(math.log1p(weight), depth > 0, depth, spatial, math.log1p(reach)),
            *(
                pool,
                pool and mode == "average",
                pool and mode == "max",
                "identity" in flags,
                "residual" in flags,
            ),
            *(kind == "input", kind == "output"),
        ), operator
        assert relative_weight(operator) == (eval(relative.strip("`"), names) if relative else weight)
    assert {kind for kind, _ in table} < set(kinds()) | {""}


def test_every_kind_is_in_the_tables() -> None:
    assert set(listed(BLOCKS["kinds"])) > set(kinds())
