"""Options of a command: fields of a frozen dataclass with their type, default and help text.

    @dataclass(frozen=True, kw_only=True)
    class ScoreOptions(Options):
        stream: bool = option(False, "Print each score as soon as it is known, without ranks.")

`shell.py` makes a command of such a class, Python functions accept its fields as keywords, and the folder of a run records
the options that determine its results. The module imports only small modules, so that help appears quickly.
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
    """Description of an option, in addition to its type and default.

    Attributes:
        help: help text.
        flags: names in the shell, the preferred one first; empty for a positional argument.
        metavar: placeholder of the value in help texts; None for the usual one of its type.
        least: smallest allowed number; None for no limit.
        words: allowed values; empty for any.
        suggest: key of `suggestions.KINDS` whose values the shell completes; other values are allowed too. Empty for none.
        in_shell: whether the shell has the option; otherwise only Python has it.
    """

    help: str
    flags: tuple[str, ...]
    metavar: str | None = None
    least: int | None = None
    words: tuple[str, ...] = ()
    suggest: str = ""
    in_shell: bool = True


REQUIRED: Any = MISSING
"""Default of an option that must be given."""


def option(default: Any, help: str, *flags: str, **more: Any) -> Any:
    """Return a dataclass field that is an option of the shell.

    Args:
        default: default value, or `REQUIRED`.
        help: help text.
        flags: names in the shell; none: `--` and the name of the field.
        more: further attributes of `About`.
    """
    return field(default=default, metadata={_KEY: About(help, flags or ("",), **more)})


def argument(default: Any, help: str, **more: Any) -> Any:
    """Return a dataclass field that is a positional argument in the shell; arguments as for `option`."""
    return field(default=default, metadata={_KEY: About(help, (), **more)})


def keyword(default: Any, help: str) -> Any:
    """Return a dataclass field that only Python has; arguments as for `option`."""
    return field(default=default, metadata={_KEY: About(help, (), in_shell=False)})


def about(of: dataclasses.Field[Any]) -> About:
    """Return the description of an option, with its default flag filled in."""
    description: About = of.metadata[_KEY]
    if description.flags == ("",):
        return dataclasses.replace(description, flags=("--" + of.name.replace("_", "-"),))
    return description


def flag(options: type[Options], name: str) -> str:
    """Return the name of an option for messages: its first flag, or the field name of a positional argument."""
    (description,) = (about(each) for each in fields(options) if each.name == name)
    return description.flags[0] if description.flags else name


@dataclass(frozen=True, kw_only=True)
class Options:
    """Base class of dataclasses of options; the constructor checks all values.

    Attributes:
        given: names of the options that were passed with a value other than None and the empty sequence. A value that equals
            the default counts as given.

    Raises:
        TypeError: an unknown option, or a value that does not match the annotation.
        InputError: a number below the minimum, a value that is not among the allowed ones, or an empty path.
    """

    given: ClassVar[frozenset[str]] = frozenset()

    def __new__(cls, **given: Any) -> Self:
        known = [each.name for each in fields(cls)]
        for name in given:
            if name not in known:
                from nasport.schemas.nearest import did_you_mean

                near = did_you_mean(name, known)
                raise TypeError(f"no option {name!r}{near}expected one of {', '.join(known)}")
        options = super().__new__(cls)
        names = frozenset(name for name, value in given.items() if value not in (None, ()))
        object.__setattr__(options, "given", names)
        return options

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            types = str(each.type).split(" | ")
            if not any(_matches(value, type_) for type_ in types):
                expected = " or ".join(map(_type_in_words, types))
                raise TypeError(f"{each.name}={value!r:.100}, expected {expected}: {about(each).help}")
            if value is not None:
                object.__setattr__(self, each.name, self._checked(each, types, value))

    def _checked(self, of: dataclasses.Field[Any], types: Sequence[str], value: Any) -> Any:
        """Check a value of the right type, and convert paths to `Path` and sequences to tuples."""
        description = about(of)
        name = description.flags[0] if description.flags else of.name
        if description.least is not None and value < description.least:
            raise InputError(f"{name} {value}, expected at least {description.least}")
        if description.words and value not in description.words:
            near = did_you_mean(value, description.words)
            raise InputError(f"{name} {value!r}{near}expected one of {', '.join(description.words)}")
        # An empty path often comes from an unset variable of the shell; `Path("")` would be the current folder.
        if "Path" in types and value == "":
            raise InputError(f"{name}: an empty path, expected a file or a folder")
        if "Path" in types and "str" not in types:
            return Path(value)
        if "Sequence[str]" in types:
            return (value,) if isinstance(value, str) else tuple(value)
        return value

    def over(self, known: Mapping[str, Any]) -> Self:
        """Return these options, with the values of `known` for options that were not given."""
        return type(self)(**{**known, **{name: getattr(self, name) for name in self.given}})

    def but(self, **others: Any) -> Self:
        """Return these options with some values replaced."""
        return type(self)(**{**{name: getattr(self, name) for name in self.given}, **others})


@dataclass(frozen=True, kw_only=True)
class JsonOptions(Options):
    """Options of commands that can print JSON."""

    json: bool = option(False, "Print JSON, one object per line.")


def _matches(value: Any, annotation: str) -> bool:
    """Return whether a value matches one part of an annotation. A single text matches `Sequence[str]`."""
    name, _, inner = annotation.rstrip("]").partition("[")
    if name == "Sequence" and isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return all(_matches(each, inner) for each in value)
    if name == "Sequence":
        return inner == "str" and isinstance(value, str)
    if name in _TYPES:
        accepted, _ = _TYPES[name]
        return isinstance(value, accepted) and (not isinstance(value, bool) or name in ("bool", "Any"))
    # Other classes are compared by name, so that they need not be imported.
    return name in {each.__name__ for each in type(value).__mro__}


def _type_in_words(annotation: str) -> str:
    name, _, inner = annotation.rstrip("]").partition("[")
    if name == "Sequence":
        return f"a sequence of {_type_in_words(inner).removeprefix('a ')}s"
    return _TYPES[name][1] if name in _TYPES else f"a {name}"


_TYPES: dict[str, tuple[Any, str]] = {
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
    """Return a decorator that adds options to the signature and docstring of a function that accepts them as `**keywords`.

    Args:
        options: class whose fields the function accepts.
    """

    def documented(function: _Function) -> _Function:
        signature = inspect.signature(function)
        own = [each for each in signature.parameters.values() if each.kind is not each.VAR_KEYWORD]
        others = [each for each in fields(options) if each.name not in signature.parameters]
        kind = inspect.Parameter.KEYWORD_ONLY
        keywords = [
            inspect.Parameter(each.name, kind, default=each.default, annotation=each.type) for each in others
        ]
        function.__signature__ = signature.replace(parameters=[*own, *keywords])  # type: ignore[attr-defined]
        words = "".join(f"\n    {each.name}: {about(each).help}" for each in others)
        function.__doc__ = f"{inspect.cleandoc(function.__doc__ or '')}\n\nKeyword Args:{words}\n"
        return function

    return documented
