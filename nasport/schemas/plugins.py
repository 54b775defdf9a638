"""Extensions: what other installed packages add to nasport, found by their entry points (docs/guides/extending.md).

A package names its notations, searchers, evaluators, tables and operators in its `pyproject.toml`; the name of an entry point
is the name that users write. A `Registry` joins those of one sort with the ones that nasport ships. Installed packages are
looked through only where a name is not a shipped one, or where names are listed, and an extension is imported when
its name is asked for. One that cannot be loaded is named with the reason, and the others work.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

T = TypeVar("T")


class ExtensionWarning(UserWarning):
    """An extension cannot be loaded, or has the name of something that nasport ships."""


@dataclass(frozen=True)
class Registry(Generic[T]):
    """The things of one sort by name: first those that nasport ships, then those of extensions.

    Attributes:
        group: of the entry points.
        what: one of these things, in a message.
        shipped: name to the thing itself, or to "module:attribute" where it is imported only when it is asked for.
        problem: of a name and what an entry point of that name leads to: what is wrong with it; empty where nothing is.
    """

    group: str
    what: str
    shipped: Mapping[str, T | str]
    problem: Callable[[str, Any], str]

    def __iter__(self) -> Iterator[str]:
        """All names; of extensions nothing is imported."""
        yield from self.shipped
        yield from self._extensions()

    def __len__(self) -> int:
        return len(self.shipped) + len(self._extensions())

    def __contains__(self, name: object) -> bool:
        return name in self.shipped or name in self._extensions()

    def __getitem__(self, name: str) -> T:
        """The thing of this name.

        Raises:
            InputError: there is none of this name, two extensions have one, or it cannot be loaded; says which and why.
        """
        if name in self.shipped:
            found = self.shipped[name]
            if not isinstance(found, str):
                return found
            module, _, attribute = found.partition(":")
            return cast(T, getattr(import_module(module), attribute))
        points = self._extensions().get(name, ())
        if not points:
            near = did_you_mean(name, self)
            raise InputError(f"unknown {self.what} {name!r}{near}expected one of {', '.join(self)}")
        if len(points) > 1:
            problem = f"the {self.what} {name!r} comes from {_places(points)}, expected only one of them"
            raise InputError(problem)
        found, problem = _loaded(points[0])
        problem = problem or self.problem(name, found)
        if problem:
            raise self.broken(name, problem)
        return cast(T, found)

    def is_shipped(self, name: str) -> bool:
        """Whether the thing of this name is nasport's own."""
        return name in self.shipped

    def working(self) -> Iterator[tuple[str, T]]:
        """All names with their things; an `ExtensionWarning` names each extension that cannot be loaded."""
        yield from working(self, self.__getitem__)

    def broken(self, name: str, problem: str) -> InputError:
        """The error of an extension that is not what it has to be."""
        places = _places(self._extensions()[name])
        return InputError(f"the {self.what} {name!r} of {places} cannot be loaded: {problem}")

    def extensions(self) -> tuple[str, ...]:
        """The names of extensions alone."""
        return tuple(self._extensions())

    def _extensions(self) -> Mapping[str, tuple[EntryPoint, ...]]:
        """The entry points by name, without those that a shipped name hides."""
        found = _entry_points(self.group)
        for name in sorted(found.keys() & self.shipped.keys()):
            places = _places(found[name])
            _warn(f"the {self.what} {name!r} of {places} is not used: nasport has its own of this name")
        return {name: points for name, points in found.items() if name not in self.shipped}


def working(names: Iterable[str], load: Callable[[str], T]) -> Iterator[tuple[str, T]]:
    """Names with what `load` gives; an `ExtensionWarning` for each of which it raises an `InputError`."""
    for name in names:
        try:
            found = load(name)
        except InputError as error:
            _warn(str(error))
        else:
            yield name, found


def subclass_of(base: type) -> Callable[[str, Any], str]:
    """A `Registry.problem` for classes of a base class."""

    def problem(name: str, found: Any) -> str:
        fits = isinstance(found, type) and issubclass(found, base)
        return (
            "" if fits else f"it is {found!r}, expected a subclass of {base.__module__}.{base.__qualname__}"
        )

    return problem


def not_callable(name: str, found: Any) -> str:
    """A `Registry.problem` for functions, or whatever else can be called."""
    return "" if callable(found) else f"it is {found!r}, expected a function"


def called(function: Callable[..., T], *arguments: Any, **offered: Any) -> T:
    """What a function gives for these arguments, and for those of the offered keywords that it takes."""
    taken = inspect.signature(function).parameters
    return function(*arguments, **{key: value for key, value in offered.items() if key in taken})


@lru_cache(maxsize=16)
def _entry_points(group: str) -> Mapping[str, tuple[EntryPoint, ...]]:
    """The entry points of a group by name, in the order of names. Reads what is installed, once in a process."""
    from importlib.metadata import entry_points

    found: dict[str, tuple[EntryPoint, ...]] = {}
    for point in sorted(entry_points(group=group), key=_place):
        found[point.name] = (*found.get(point.name, ()), point)
    return dict(sorted(found.items()))


@lru_cache(maxsize=1024)
def _loaded(point: EntryPoint) -> tuple[Any, str]:
    """What an entry point leads to, or why it leads to nothing: code of others may fail in any way."""
    try:
        return point.load(), ""
    except Exception as error:
        return None, f"{type(error).__name__}: {error}"


def _place(point: EntryPoint) -> str:
    """The package that an entry point belongs to, and where it leads."""
    package = f"{point.dist.name} {point.dist.version}" if point.dist else "a package"
    return f"{package} ({point.value})"


def _places(points: Iterable[EntryPoint]) -> str:
    return " and ".join(map(_place, points))


def _warn(message: str) -> None:
    warnings.warn(message, ExtensionWarning, stacklevel=1)  # at one place, so that each is said once
