"""Extensions: parts that other installed packages add to nasport through entry points (docs/guides/extending.md).

A package declares notations, searchers, evaluators, tables and operators in its `pyproject.toml`; the name of an entry
point is the name that users write. A `Registry` holds the shipped parts of one type together with those of extensions.
Installed packages are searched only to list the names or to look up a name that is not shipped. An extension is imported
on first use. If an extension cannot be loaded, an error or a warning gives the reason, and the others still work.
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
    """An extension cannot be loaded, or it has the name of a shipped part."""


@dataclass(frozen=True)
class Registry(Generic[T]):
    """The parts of one type by name: shipped ones first, then those of extensions.

    Attributes:
        group: group of the entry points.
        what: what messages call such a part, such as "searcher".
        shipped: for every shipped name the part itself, or "module:attribute" if it is imported on first use.
        problem: function of a name and the object of its entry point; returns what is wrong with the object, or an empty text.
    """

    group: str
    what: str
    shipped: Mapping[str, T | str]
    problem: Callable[[str, Any], str]

    def __iter__(self) -> Iterator[str]:
        """Yield all names without importing extensions."""
        yield from self.shipped
        yield from self._extensions()

    def __len__(self) -> int:
        return len(self.shipped) + len(self._extensions())

    def __contains__(self, name: object) -> bool:
        return name in self.shipped or name in self._extensions()

    def __getitem__(self, name: str) -> T:
        """Return the part of this name.

        Raises:
            InputError: the name is unknown, two extensions have it, or its extension cannot be loaded.
        """
        if name in self.shipped:
            part = self.shipped[name]
            if not isinstance(part, str):
                return part
            module, _, attribute = part.partition(":")
            return cast(T, getattr(import_module(module), attribute))
        points = self._extensions().get(name, ())
        if not points:
            near = did_you_mean(name, self)
            raise InputError(f"unknown {self.what} {name!r}{near}expected one of {', '.join(self)}")
        if len(points) > 1:
            problem = f"the {self.what} {name!r} is defined by {_places(points)}, expected one definition; uninstall the others"
            raise InputError(problem)
        extension, problem = _loaded(points[0])
        problem = problem or self.problem(name, extension)
        if problem:
            raise self.broken(name, problem)
        return cast(T, extension)

    def is_shipped(self, name: str) -> bool:
        """Whether nasport ships a part of this name."""
        return name in self.shipped

    def working(self) -> Iterator[tuple[str, T]]:
        """Yield all names with their parts; an `ExtensionWarning` names each extension that cannot be loaded."""
        yield from working(self, self.__getitem__)

    def broken(self, name: str, problem: str) -> InputError:
        """Return the error of an extension that cannot be used because of `problem`."""
        places = _places(self._extensions()[name])
        return InputError(f"the {self.what} {name!r} of {places} cannot be loaded: {problem}")

    def extensions(self) -> tuple[str, ...]:
        """Return the names that only extensions define."""
        return tuple(self._extensions())

    def _extensions(self) -> Mapping[str, tuple[EntryPoint, ...]]:
        """Return the entry points by name, without those whose name is shipped."""
        by_name = _entry_points(self.group)
        for name in sorted(by_name.keys() & self.shipped.keys()):
            places = _places(by_name[name])
            _warn(
                f"the {self.what} {name!r} of {places} is not used, because nasport ships one of the same name"
            )
        return {name: points for name, points in by_name.items() if name not in self.shipped}


def working(names: Iterable[str], load: Callable[[str], T]) -> Iterator[tuple[str, T]]:
    """Yield names with their loaded parts; an `InputError` of `load` becomes an `ExtensionWarning`, and the name is skipped."""
    for name in names:
        try:
            part = load(name)
        except InputError as error:
            _warn(str(error))
        else:
            yield name, part


def subclass_of(base: type) -> Callable[[str, Any], str]:
    """Return a `Registry.problem` that expects subclasses of `base`."""

    def problem(name: str, part: Any) -> str:
        fits = isinstance(part, type) and issubclass(part, base)
        return "" if fits else f"it is {part!r}, expected a subclass of {base.__module__}.{base.__qualname__}"

    return problem


def not_callable(name: str, part: Any) -> str:
    """Serve as the `Registry.problem` of functions and other callables."""
    return "" if callable(part) else f"it is {part!r}, expected a function"


def called(function: Callable[..., T], *arguments: Any, **offered: Any) -> T:
    """Call a function with these arguments and with those of the offered keyword arguments that it takes."""
    parameters = inspect.signature(function).parameters
    return function(*arguments, **{key: value for key, value in offered.items() if key in parameters})


@lru_cache(maxsize=16)
def _entry_points(group: str) -> Mapping[str, tuple[EntryPoint, ...]]:
    """Return the entry points of a group by name, sorted; installed packages are read once per process."""
    from importlib.metadata import entry_points

    by_name: dict[str, tuple[EntryPoint, ...]] = {}
    for point in sorted(entry_points(group=group), key=_place):
        by_name[point.name] = (*by_name.get(point.name, ()), point)
    return dict(sorted(by_name.items()))


@lru_cache(maxsize=1024)
def _loaded(point: EntryPoint) -> tuple[Any, str]:
    """Return the object of an entry point, or the reason why it cannot be imported, which can be any exception."""
    try:
        return point.load(), ""
    except Exception as error:
        return None, f"{type(error).__name__}: {error}"


def _place(point: EntryPoint) -> str:
    """Name the package of an entry point and the object that it refers to."""
    package = f"{point.dist.name} {point.dist.version}" if point.dist else "a package"
    return f"{package} ({point.value})"


def _places(points: Iterable[EntryPoint]) -> str:
    return " and ".join(map(_place, points))


def _warn(message: str) -> None:
    # All warnings come from this source line, so Python shows each message only once.
    warnings.warn(message, ExtensionWarning, stacklevel=1)
