"""Descriptions of operators and what they describe."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from importlib.resources import files

from nasport.models.operator_texts import LENGTHS, descriptions
from nasport.runtime.operators import knows_attributes, path_attributes
from nasport.schemas.operators import vocabulary


def test_there_are_thousands_each_text_once_and_always_the_same() -> None:
    found = descriptions()
    assert len(found) > 3000
    assert len({each.text for each in found}) == len(found)
    assert found == descriptions()


def test_the_attributes_of_each_described_operator_are_known() -> None:
    assert all(knows_attributes(each.operator) for each in descriptions())


def test_no_template_is_left_unfilled() -> None:
    assert not [each for each in descriptions() if "{" in each.text or "}" in each.text]


def test_every_operator_has_descriptions_of_every_length() -> None:
    made = {family["name"] for family in json.loads(_source())["families"]}
    lengths: dict[str, Counter[str]] = defaultdict(Counter)
    for description in descriptions():
        if description.family in made:
            lengths[description.operator.text][description.length] += 1
    assert all(set(found) == set(LENGTHS) for found in lengths.values())


def test_longer_descriptions_have_more_words() -> None:
    words = dict.fromkeys(LENGTHS, 0.0)
    for length in LENGTHS:
        counts = [len(item.text.split()) for item in descriptions() if item.length == length]
        words[length] = sum(counts) / len(counts)
    assert words["short"] < words["medium"] < words["long"]


def test_texts_of_the_vocabulary_describe_the_vocabulary() -> None:
    described = {each.text: each.operator for each in descriptions()}
    for key, operator in vocabulary().items():
        if operator.kind not in ("input", "output") and operator.text in described and key in described:
            found = {path_attributes(each) for each in (described[operator.text], described[key], operator)}
            assert len(found) == 1, key


def test_words_for_skip_and_nothing() -> None:
    described = {each.text: each.operator for each in descriptions()}
    assert described["identity mapping to the next layer"].kind == "identity"
    assert described["zeroize"].kind == "none"
    assert described["sep_conv_3x3"].attribute("repeats") == 2


def _source() -> str:
    return (files("nasport.models") / "operator_texts.json").read_text("utf-8")
