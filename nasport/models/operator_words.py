"""Operators in the words of many people: what a reader of descriptions learns from.

`operator_words.json` holds, for each family of operators, the names that people give it, sentences that tell what it does,
and the numbers that come with it; and the ways in which people write a kernel, an expansion, groups. Put together at
random they give any number of descriptions whose operator is known. Nothing of an architecture and no accuracy enters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from nasport.schemas.operators import vocabulary

# How often something is written so, where it can be.
_IN_WORDS, _NUMBER_UNSAID, _WITH_EXTRA = 0.12, 0.06, 0.35
# Names weigh so much more than sentences, since they are combined with the spellings of the numbers.
_NAME_WEIGHT = 1.5
_STYLES = ("prose", "prose", "prose", "code", "call")
_CODE_JOINTS = ("_", "_", "_", "-", " ", ".")

# What nonsense is made of: letters, digits, signs, and letters of other alphabets.
_LETTERS = "abcdefghijklmnopqrstuvwxyz" * 3 + "0123456789" + "_-.,:/()[]#äöüßéñ变换卷积池化слойжدخ"

Numbers = dict[str, int]


@dataclass(frozen=True)
class Family:
    """Operators that differ in their numbers alone.

    Attributes:
        keys: of the vocabulary's operators in it; the first stands in for the others.
        words: canonical description with the numbers open; empty where there is none.
        numbers: what a description may say, each with the values that are learned.
        fixed: attributes in which it differs from the first key.
        says: numbers without which a description would be another family's.
        usual: numbers that need not be said, since people mean those of the first key then.
        names: that people give it.
        sentences: that tell what it does.
        phrases: of a number that is not written as its name says, what it is written as.
        extras: the name of a list of what else people say.
    """

    keys: tuple[str, ...]
    words: str = ""
    numbers: Mapping[str, Sequence[int]] = field(default_factory=dict)
    fixed: Mapping[str, float] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    usual: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    phrases: Mapping[str, str] = field(default_factory=dict)
    extras: str = ""


@dataclass(frozen=True)
class Phrase:
    """One description.

    Attributes:
        text: the description.
        family: place in `families()`; -1: of no operator that is known.
        numbers: that it says.
        source: the name or sentence that it was made from.
    """

    text: str
    family: int
    numbers: Mapping[str, int]
    source: str


@cache
def families() -> tuple[Family, ...]:
    """All of them."""

    def frozen(entry: Mapping[str, Any]) -> dict[str, Any]:
        return {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}

    return tuple(Family(**frozen(entry)) for entry in _content()["families"])


def canonical_phrases() -> list[Phrase]:
    """Descriptions and names of the vocabulary's operators."""
    found: dict[str, Phrase] = {}
    for place, family in enumerate(families()):
        if family.fixed:
            continue
        for key in family.keys:
            operator = vocabulary()[key]
            numbers = {name: int(operator.attribute(name, -1)) for name in family.numbers}
            alike = [name for name, one in vocabulary().items() if one.text == operator.text]
            for text in (operator.text, *alike):
                said = {name: value for name, value in numbers.items() if str(value) in text}
                found.setdefault(text, Phrase(text, place, said, key))
    return list(found.values())


def strangers(count: int, seed: int = 0) -> list[Phrase]:
    """So many distinct descriptions at most of what no family holds: other layers, other things, no words at all."""
    random = Random(seed)
    listed = _content()["strangers"]
    texts = [*listed, *(_strange(random, listed) for _ in range(count - len(listed)))]
    return [Phrase(text, -1, {}, text) for text in dict.fromkeys(texts)]


def phrases(count: int, seed: int = 0) -> list[Phrase]:
    """So many distinct descriptions at most, the same for the same seed."""
    random = Random(seed)
    weights = [1.0 + 2.2 * len(family.numbers) ** 1.3 for family in families()]
    found: dict[str, Phrase] = {}
    for place in random.choices(range(len(weights)), weights, k=2 * count):
        if len(found) == count:
            break
        phrase = _phrase(random, place)
        found.setdefault(phrase.text, phrase)
    return list(found.values())


def without_numbers(text: str) -> str:
    """A description in lower case with `#` for every number: equal for texts that differ in numbers alone."""
    return re.sub(rf"\d+|\b(?:{'|'.join(_content()['number_words'])})\b", "#", text.lower())


def _strange(random: Random, listed: Sequence[str]) -> str:
    """A stranger with numbers such as an operator has, something repeated, or no words at all."""
    sort = random.random()
    if sort < 0.6:
        numbers = []
        for spelling in random.sample(list(_content()["phrases"]), random.randint(1, 2)):
            number, value = "kernel" if spelling == "width" else spelling, random.choice((1, 2, 3, 4, 6, 8))
            numbers.append(_part(random, number, value, spelling, "prose"))
        return _prose(random, random.choice(listed), numbers, "")
    words = ["".join(random.choices(_LETTERS, k=random.randint(1, 9))) for _ in range(random.randint(1, 6))]
    return " ".join(words if sort < 0.85 else words[:1] * random.randint(1, 60))


def _phrase(random: Random, place: int) -> Phrase:
    family = families()[place]
    names, sentences = family.names, family.sentences
    numbers = {name: random.choice(values) for name, values in family.numbers.items()}
    if random.random() * (len(sentences) + _NAME_WEIGHT * len(names)) < len(sentences):
        sentence = random.choice(sentences)
        slots = {"kernel" if slot == "size" else slot for slot in re.findall(r"{(\w+)}", sentence)}
        said = {name: value for name, value in numbers.items() if name in slots}
        return Phrase(_filled(random, sentence, said), place, said, sentence)
    kept = [name for name in numbers if name in family.says or random.random() > _NUMBER_UNSAID]
    said = {name: numbers[name] for name in kept}
    name = random.choice(names)
    return Phrase(_composed(random, name, said, family), place, said, name)


def _composed(random: Random, name: str, said: Numbers, family: Family) -> str:
    """A name with its numbers and now and then something that says nothing of them."""
    style = random.choice(_STYLES)
    order = random.sample(list(said), len(said))
    parts = [
        _part(random, number, said[number], family.phrases.get(number, number), style) for number in order
    ]
    extra = ""
    if random.random() < _WITH_EXTRA:
        extra = random.choice(_content()["extras"][family.extras])
        extra = extra.replace("{pad}", str((said.get("kernel", 3) - 1) // 2))
    return {"prose": _prose, "code": _code, "call": _call}[style](random, name, parts, extra)


def _part(random: Random, number: str, value: int, spelling: str, style: str) -> str:
    """How one number is said; of an expansion now and then in a word of its own."""
    if number == "expansion" and style == "prose" and random.random() < _IN_WORDS:
        in_a_word: str = random.choice(_content()["multiples"][str(value)])
        return in_a_word
    return _filled(random, random.choice(_content()["phrases"][spelling][style]), {number: value})


def _prose(random: Random, name: str, parts: list[str], extra: str) -> str:
    first, rest = (parts[0], parts[1:]) if parts else ("", [])
    in_front = ", ".join([f"{first} {name}".strip(), *rest])
    forms = (
        in_front,
        in_front,
        ", ".join([name, *parts]),
        " with ".join([name, " and ".join(parts)] if parts else [name]),
        f"{name} ({', '.join(parts)})" if parts else name,
        " ".join([name, *parts]),
        f"{name}: {', '.join(parts)}" if parts else name,
        f"a {in_front}",
    )
    text = random.choice(forms)
    if not extra:
        return text
    joint = random.choice((", ", " with ", " ", "; ", " + "))
    return joint.join((text, extra) if random.random() < 0.8 else (extra, text))


def _code(random: Random, name: str, parts: list[str], extra: str) -> str:
    joint = random.choice(_CODE_JOINTS)
    words = [name, *parts] if random.random() < 0.8 else [*parts, name]
    return joint.join([*words, *([extra] if random.random() < 0.5 and extra else [])]).replace(" ", joint)


def _call(random: Random, name: str, parts: list[str], extra: str) -> str:
    if "=" in extra:
        parts = [*parts, extra]
    return f"{name}({', '.join(parts)})" if parts or random.random() < 0.3 else name


def _filled(random: Random, template: str, numbers: Mapping[str, int]) -> str:
    """A template with the numbers put in, now and then as words."""

    def spelled(value: int) -> str:
        words = _content()["number_words"]
        return words[value] if value < len(words) and random.random() < _IN_WORDS else str(value)

    if "{size}" in template:
        size = random.choice(_content()["sizes"]).replace("{k}", spelled(numbers["kernel"]))
        template = template.replace("{size}", size)
    for name, value in numbers.items():
        template = template.replace(f"{{{name}}}", spelled(value))
    return template


@cache
def _content() -> dict[str, Any]:
    return dict(json.loads((files("nasport.models") / "operator_words.json").read_text("utf-8")))
