"""Random descriptions of operators: the training data of the reader of descriptions.

`operator_words.json` lists, for each family of operators, its usual names, sentences that describe it, and its numbers. It
also lists the usual spellings of kernels, expansions and groups. Random combinations of these parts give any number of
descriptions whose operator is known. Neither architectures nor accuracies are used.
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

# Probabilities: a number is spelled as a word; a number is left out; an unrelated remark is added.
_IN_WORDS, _NUMBER_OMITTED, _WITH_EXTRA = 0.12, 0.06, 0.35
# Weight of a name relative to a sentence. Names get more, because each combines with many spellings of its numbers.
_NAME_WEIGHT = 1.5
_STYLES = ("prose", "prose", "prose", "code", "call")
_CODE_JOINTS = ("_", "_", "_", "-", " ", ".")

# Characters of random strings: letters, digits, punctuation, and letters of other alphabets.
_LETTERS = "abcdefghijklmnopqrstuvwxyz" * 3 + "0123456789" + "_-.,:/()[]#äöüßéñ变换卷积池化слойжدخ"

Numbers = dict[str, int]


@dataclass(frozen=True)
class Family:
    """A family of operators that differ only in their numbers.

    Attributes:
        keys: the family's keys in the vocabulary; the first represents the others.
        words: canonical description with placeholders for the numbers; empty if the family has none.
        numbers: numbers that a description may state, each with the values used in training.
        fixed: attributes that differ from those of the first key.
        says: numbers that a description must state, because without them it would describe another family.
        usual: numbers that a description may omit; they then have the values of the first key.
        names: usual names of the family.
        sentences: sentences that describe the operation.
        phrases: key of the spellings for each number whose key is not its own name.
        extras: key of the list of remarks that may be added.
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
        family: index in `families()`; -1 if it describes no known operator.
        numbers: the numbers that the text states.
        source: the name or sentence that the text was made from.
    """

    text: str
    family: int
    numbers: Mapping[str, int]
    source: str


@cache
def families() -> tuple[Family, ...]:
    """Return all families of `operator_words.json`."""

    def frozen(entry: Mapping[str, Any]) -> dict[str, Any]:
        return {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}

    return tuple(Family(**frozen(entry)) for entry in _content()["families"])


def canonical_phrases() -> list[Phrase]:
    """Return the descriptions and the keys of the vocabulary's operators."""
    found: dict[str, Phrase] = {}
    for place, family in enumerate(families()):
        if family.fixed:
            continue
        for key in family.keys:
            operator = vocabulary()[key]
            numbers = {name: int(operator.attribute(name, -1)) for name in family.numbers}
            synonyms = [name for name, other in vocabulary().items() if other.text == operator.text]
            for text in (operator.text, *synonyms):
                stated = {name: value for name, value in numbers.items() if str(value) in text}
                found.setdefault(text, Phrase(text, place, stated, key))
    return list(found.values())


def unknown_phrases(count: int, seed: int = 0) -> list[Phrase]:
    """Return texts that describe no operator of any family: descriptions of other layers or other things, and random strings.

    Args:
        count: maximum number of texts; duplicates are removed, so there may be fewer.
        seed: seed of the random choices.
    """
    random = Random(seed)
    listed = _content()["strangers"]
    texts = [*listed, *(_unknown_text(random, listed) for _ in range(count - len(listed)))]
    return [Phrase(text, -1, {}, text) for text in dict.fromkeys(texts)]


def phrases(count: int, seed: int = 0) -> list[Phrase]:
    """Return up to `count` distinct random descriptions; the same seed gives the same descriptions."""
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
    """Return a description in lower case with `#` for every number: equal for texts that differ only in numbers."""
    return re.sub(rf"\d+|\b(?:{'|'.join(_content()['number_words'])})\b", "#", text.lower())


def _unknown_text(random: Random, listed: Sequence[str]) -> str:
    """Return a listed unknown text with numbers of an operator, random strings, or one random string repeated."""
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
        stated = {name: value for name, value in numbers.items() if name in slots}
        return Phrase(_filled(random, sentence, stated), place, stated, sentence)
    kept = [name for name in numbers if name in family.says or random.random() > _NUMBER_OMITTED]
    stated = {name: numbers[name] for name in kept}
    name = random.choice(names)
    return Phrase(_composed(random, name, stated, family), place, stated, name)


def _composed(random: Random, name: str, stated: Numbers, family: Family) -> str:
    """Return a name with its numbers and, with probability `_WITH_EXTRA`, a remark."""
    style = random.choice(_STYLES)
    order = random.sample(list(stated), len(stated))
    parts = [
        _part(random, number, stated[number], family.phrases.get(number, number), style) for number in order
    ]
    extra = ""
    if random.random() < _WITH_EXTRA:
        extra = random.choice(_content()["extras"][family.extras])
        extra = extra.replace("{pad}", str((stated.get("kernel", 3) - 1) // 2))
    return {"prose": _prose, "code": _code, "call": _call}[style](random, name, parts, extra)


def _part(random: Random, number: str, value: int, spelling: str, style: str) -> str:
    """Return one number in a random spelling; an expansion may be written in words ("tripled width")."""
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
    """Return a template with its numbers filled in, some of them spelled as words."""

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
