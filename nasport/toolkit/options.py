"""Options of a command: fields of a frozen dataclass, each typed, documented and given its default at one place.

    @dataclass(frozen=True, kw_only=True)
    class ScoreOptions(Options):
        stream: bool = option(False, "Print as they come, without ranks.")

The shell makes a command of such a class (`shell.py`), Python takes its fields as keywords, and the folder of a run keeps
what decided it. Nothing heavy is imported here, so that help is printed at once.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from numbers import Integral, Real
from pathlib import Path
from types import NoneType
from typing import Any, ClassVar, Self, TypeVar

from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean

_KEY = "option"
_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class About:
    """What is said of an option, beside its type and default.

    Attributes:
        help: a sentence for people.
        flags: its names in the shell, the first the usual one; empty: it is an argument there.
        metavar: what help writes in place of its value.
        least: the smallest number that is right; None: any.
        words: the only values that are right; empty: any.
        suggest: the kind of values in `suggestions.py` that a shell completes; other values are right too.
        in_shell: whether the shell has it at all, or Python alone.
    """

    help: str
    flags: tuple[str, ...]
    metavar: str | None = None
    least: int | None = None
    words: tuple[str, ...] = ()
    suggest: str = ""
    in_shell: bool = True


REQUIRED: Any = MISSING
"""As the default of an option: it must be given."""


def option(default: Any, help: str, *flags: str, **more: Any) -> Any:
    """A field that the shell has under these flags, or under its own name; `more` as in `About`."""
    return field(default=default, metadata={_KEY: About(help, flags or ("",), **more)})


def argument(default: Any, help: str, **more: Any) -> Any:
    """A field that the shell takes by its place."""
    return field(default=default, metadata={_KEY: About(help, (), **more)})


def keyword(default: Any, help: str) -> Any:
    """A field that Python alone has."""
    return field(default=default, metadata={_KEY: About(help, (), in_shell=False)})


def about(of: dataclasses.Field[Any]) -> About:
    """What is said of an option, its flags in full."""
    told: About = of.metadata[_KEY]
    if told.flags == ("",):
        return dataclasses.replace(told, flags=("--" + of.name.replace("_", "-"),))
    return told


def flag(options: type[Options], name: str) -> str:
    """What an option is called in the shell, as messages call it."""
    (found,) = (about(each) for each in fields(options) if each.name == name)
    return found.flags[0] if found.flags else name


@dataclass(frozen=True, kw_only=True)
class Options:
    """Base of dataclasses of options, whose values are checked when they are made.

    Attributes:
        given: names of the options that were given a value (not None, not an empty sequence), be it the default.

    Raises:
        TypeError: a value of another type than the annotation says.
        InputError: a number that is too small, none of the words, an empty path.
    """

    given: ClassVar[frozenset[str]] = frozenset()

    def __new__(cls, **given: Any) -> Self:
        known = [each.name for each in fields(cls)]
        for name in given:
            if name not in known:
                from nasport.schemas.nearest import did_you_mean

                near = did_you_mean(name, known)
                raise TypeError(f"no option {name!r}{near}expected one of {', '.join(known)}")
        made = super().__new__(cls)
        names = frozenset(name for name, value in given.items() if value not in (None, ()))
        object.__setattr__(made, "given", names)
        return made

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            kinds = str(each.type).split(" | ")
            if not any(_is_a(value, kind) for kind in kinds):
                taken = " or ".join(map(_in_words, kinds))
                raise TypeError(f"{each.name}={value!r:.100}, expected {taken}: {about(each).help}")
            if value is not None:
                object.__setattr__(self, each.name, self._checked(each, kinds, value))

    def _checked(self, of: dataclasses.Field[Any], kinds: Sequence[str], value: Any) -> Any:
        told = about(of)
        name = told.flags[0] if told.flags else of.name
        if told.least is not None and value < told.least:
            raise InputError(f"{name} {value}, expected at least {told.least}")
        if told.words and value not in told.words:
            near = did_you_mean(value, told.words)
            raise InputError(f"{name} {value!r}{near}expected one of {', '.join(told.words)}")
        # Perhaps of a variable that is not set: it would be the current folder.
        if "Path" in kinds and value == "":
            raise InputError(f"{name}: an empty name, expected a file or a folder")
        if "Path" in kinds and "str" not in kinds:
            return Path(value)
        if "Sequence[str]" in kinds:
            return (value,) if isinstance(value, str) else tuple(value)
        return value

    def over(self, known: Mapping[str, Any]) -> Self:
        """These options, and where none was given what is known from elsewhere."""
        return type(self)(**{**known, **{name: getattr(self, name) for name in self.given}})

    def but(self, **others: Any) -> Self:
        """These options, but for some."""
        return type(self)(**{**{name: getattr(self, name) for name in self.given}, **others})


@dataclass(frozen=True, kw_only=True)
class JsonOptions(Options):
    """Of commands whose results programs read too."""

    json: bool = option(False, "Print one JSON object per line.")


def _is_a(value: Any, kind: str) -> bool:
    """Whether a value is what a part of an annotation says; of texts a single one is a sequence too."""
    name, _, inner = kind.rstrip("]").partition("[")
    if name == "Sequence" and isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return all(_is_a(each, inner) for each in value)
    if name == "Sequence":
        return inner == "str" and isinstance(value, str)
    if name in _KINDS:
        taken, _ = _KINDS[name]
        return isinstance(value, taken) and (not isinstance(value, bool) or name in ("bool", "Any"))
    return name in {each.__name__ for each in type(value).__mro__}  # a class that is not imported for this


def _in_words(kind: str) -> str:
    name, _, inner = kind.rstrip("]").partition("[")
    if name == "Sequence":
        return f"a sequence of {_in_words(inner).removeprefix('a ')}s"
    return _KINDS[name][1] if name in _KINDS else f"a {name}"


_KINDS: dict[str, tuple[Any, str]] = {
    "None": (NoneType, "None"),
    "Any": (object, "anything"),
    "bool": (bool, "True or False"),
    "int": (Integral, "a whole number"),
    "float": (Real, "a number"),
    "str": (str, "a text"),
    "Path": (str | Path, "a path"),
    "Mapping": (Mapping, "a mapping"),
    "Callable": (Callable, "a function"),
}


def takes(options: type[Options]) -> Callable[[_Function], _Function]:
    """Tell readers and editors the keywords of a function that takes options as `**keywords`."""

    def told(function: _Function) -> _Function:
        signature = inspect.signature(function)
        own = [each for each in signature.parameters.values() if each.kind is not each.VAR_KEYWORD]
        others = [each for each in fields(options) if each.name not in signature.parameters]
        kind = inspect.Parameter.KEYWORD_ONLY
        keywords = [
            inspect.Parameter(each.name, kind, default=each.default, annotation=each.type) for each in others
        ]
        function.__signature__ = signature.replace(parameters=[*own, *keywords])  # type: ignore[attr-defined]
        words = "".join(f"\n    {each.name}: {about(each).help}" for each in others)
        function.__doc__ = f"{inspect.cleandoc(function.__doc__ or '')}\n\nKeywords:{words}\n"
        return function

    return told
