"""The functions of `import nasport`: score, rank, read, parse, convert, search, adapt and load, each in one call.

They take what a caller has at hand (`inputs/python_arguments.py`): a path, a document, an `Architecture`, a text of a notation, or
many of these. One of them gives one answer; a list, a folder or a file of several gives a list.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from numbers import Real
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypedDict, Unpack, overload

from nasport.runtime.predictor import DEFAULT_BUNDLE, Predictor, Score, ranked
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.toolkit.comparable import not_comparable
from nasport.toolkit.inputs import SPACE, Item, format_of, space_of
from nasport.toolkit.inputs.python_arguments import (
    Found,
    Given,
    Source,
    architecture_of,
    given,
    in_files,
    in_memory,
)
from nasport.toolkit.notations import Notation, notations
from nasport.toolkit.notations import notation as notation_named
from nasport.toolkit.notations.notation_losses import lost
from nasport.toolkit.scoring import scores
from nasport.toolkit.spaces import SearchSpace, load_space

if TYPE_CHECKING:
    from torch.nn import Module

    from nasport.toolkit.importing.documents.document import Imported
    from nasport.toolkit.panel.ranking import Ranked
    from nasport.toolkit.search import Limit, SearchResult

DOCUMENT = "json"
# What messages call an option of the command line, where Python calls it otherwise.
_ARGUMENTS = {"from": "notation", "max": "limits", "min": "limits"}


@contextmanager
def _words_of_python() -> Iterator[None]:
    """Messages that speak of arguments where the command line has options: `notation='darts'` for `--from darts`."""
    try:
        yield
    except InputError as error:
        parts = error.problem.split("`")  # every second one is a command in quotes
        parts[::2] = [re.sub(r"--([a-z]+(?:-[a-z]+)*)(?: (\w+))?", _argument, part) for part in parts[::2]]
        error.problem = "`".join(parts)
        error.args = (str(error),)
        raise


def _argument(option: re.Match[str]) -> str:
    name, value = _ARGUMENTS.get(option[1], option[1].replace("-", "_")), option[2] or ""
    if value in notations():
        return f"{name}={value!r}"
    return f"{name}={value}" if value.isupper() else f"{name}= {value}".rstrip()


class _How(TypedDict, total=False):
    """Keywords of `score`."""

    notation: str | None
    bundle: str | Path
    provider: str | None


@overload
def score(source: Architecture, **how: Unpack[_How]) -> Score: ...
@overload
def score(source: str | PathLike[str] | Mapping[str, Any], **how: Unpack[_How]) -> Any: ...
@overload
def score(source: Iterable[Source], **how: Unpack[_How]) -> list[Score]: ...
@_words_of_python()
def score(
    source: Source | Iterable[Source],
    *,
    notation: str | None = None,
    bundle: str | Path = DEFAULT_BUNDLE,
    provider: str | None = None,
) -> Score | list[Score]:
    """Score one architecture, or several and rank them among each other.

    A `UserWarning` says where scores of some do not compare with those of others.

    Args:
        source: a file or a folder, a document as a dict, an `Architecture`, or an iterable of these; with `notation` also
            a text in it. In an iterable a str is then always a text, and a file of them is a Path.
        notation: that texts and files are in, see `nasport formats`; None: files hold documents.
        bundle: of the predictor: a name or a folder.
        provider: `cpu` or `cuda`; None: CUDA where it works.

    Returns:
        One `Score` of one architecture; of an iterable, a folder or a file of several a list in the order given.

    Raises:
        InputError: no such file, bundle or notation; a wrong document or text, named by file, line or place in the list.
        MissingRuntimeError: no ONNX Runtime is installed.
        TypeError: something that is not taken.
    """
    chosen = _notation(notation)
    found, many = given(source, chosen)
    chunks = scores(found, chosen, load(bundle, provider), _raise)
    scored = [each for chunk in chunks for each in chunk]
    if warning := not_comparable(each.group for each in scored):
        warnings.warn(warning, stacklevel=3)
    results = ranked([each.score for each in scored])
    return results if many else results[0]


@_words_of_python()
def rank(
    source: Iterable[Source] | str | PathLike[str], *, notation: str | None = None, **options: Any
) -> list[Ranked]:
    """Rank architectures by a panel of evaluators, as good as a few minutes allow.

    Networks are trained in several processes: a script needs `if __name__ == "__main__":` around the call, or `jobs=1`.
    A `UserWarning` says what does not compare.

    Args:
        source: as `score` takes it, several architectures of one kind.
        notation: that texts and files are in; None: files hold documents.
        options: `budget` (`"5m"`), `bundle`, `out`, `resume`, `task`, `images`, `seed`, `jobs`, `device`, as `nasport rank`
            has them.

    Returns:
        One `Ranked` of each in the order given: its rank, range and reason, and what each evaluator says. `rank` is None where a
        network could not be run, and `problem` says why.

    Raises:
        InputError: wrong options or documents, networks of several kinds, a budget too small, a folder of another run.
        MissingRuntimeError: the extra `gennas` is not installed.
        TypeError: something that is not taken.
    """
    from nasport.toolkit.gennas.requirements import require_torch
    from nasport.toolkit.panel.choices import RankChoices

    choices, chosen = RankChoices(**options), _notation(notation)
    require_torch()
    from nasport.toolkit.adaptation.ranking import rank_within_budget
    from nasport.toolkit.panel.listener import Listener

    found, _ = given(source, chosen)
    warned: list[str] = []
    listener = Listener(warned.append)
    ranking = rank_within_budget([architecture_of(each, chosen) for each in found], choices, listener)
    for text in warned:
        warnings.warn(text, stacklevel=3)
    return sorted(ranking, key=lambda each: each.place)


@_words_of_python()
def adapt(
    space: SearchSpace | str | Path | Mapping[str, Any],
    out: str | Path,
    *,
    labels: str | Path | Iterable[tuple[Source, float]] | None = None,
    notation: str | None = None,
    lower_is_better: bool = False,
    **options: Any,
) -> Predictor:
    """Make a predictor for one space: from minutes of judgements, from labels, or from both.

    Networks are trained in several processes: a script needs `if __name__ == "__main__":` around the call, or `jobs=1`.

    Args:
        space: a `Space`, the name of one that comes along, the file of one, or its document.
        out: folder of the bundle, which must be new.
        labels: a file, as `nasport adapt` reads it, or pairs of an architecture and its label.
        notation: of the labels' architectures; None: documents.
        lower_is_better: the labels are errors or losses.
        options: `budget` (`"15m"`; with labels none), `bundle`, `metric`, `resume`, `task`, `images`, `seed`, `jobs`,
            `device`, as `nasport adapt` has them.

    Returns:
        The predictor, loaded from `out`.

    Raises:
        InputError: wrong options, space, bundle or labels; a folder that holds something; a budget that is too small.
        MissingRuntimeError: the extra `gennas`, or ONNX, is not installed.
        TypeError: something that is not taken.
    """
    from nasport.toolkit.adaptation.choices import AdaptChoices
    from nasport.toolkit.gennas.requirements import require_onnx, require_torch

    loaded, chosen = load_space(space), _notation(notation)
    if labels is None or isinstance(labels, str | PathLike):
        options |= {"labels": labels, "source_format": notation, "lower_is_better": lower_is_better}
        choices, pairs = AdaptChoices(out=Path(out), **options), None
    else:
        choices, pairs = AdaptChoices(out=Path(out), **options), list(labels)
    require_torch()
    require_onnx()
    from nasport.toolkit.adaptation.labeled import labels_of
    from nasport.toolkit.adaptation.within_budget import adapt_within_budget
    from nasport.toolkit.panel.listener import Listener

    told = None if pairs is None else labels_of(_labeled(pairs, chosen), loaded, lower_is_better)
    warned: list[str] = []
    adapt_within_budget(loaded, choices, told, Listener(warned.append))
    for text in warned:
        warnings.warn(text, stacklevel=3)
    return load(out)


def _labeled(pairs: Iterable[Any], notation: Notation | None) -> list[tuple[Architecture, float]]:
    """Pairs of an architecture and its label; raises TypeError for something else."""
    found = []
    for place, pair in enumerate(pairs):
        if (
            not isinstance(pair, Sequence)
            or isinstance(pair, str)
            or len(pair) != 2
            or not isinstance(pair[1], Real)
        ):
            raise TypeError(
                f"item {place} of labels: {pair!r:.60}, expected a pair of an architecture and a number"
            )
        read, _ = given([pair[0]], notation)
        if len(read) != 1:
            raise TypeError(
                f"item {place} of labels: {len(read)} architectures, expected one with its number"
            )
        found.append((architecture_of(read[0], notation), float(pair[1])))
    return found


@_words_of_python()
def read(source: str | PathLike[str] | Module, notation: str | None = None, *, input: Any = None) -> Any:
    """Read a file or a folder, or make the document of a real model.

    A `UserWarning` says what was assumed of a model, and what of it is described in words alone.

    Args:
        source: a file of one document or several, of texts, or a folder of documents; an ONNX file, or a .pt2 file of
            torch.export; or a torch module.
        notation: that the texts of a file are in; None: documents.
        input: of a torch module: an example (a tensor of shape (N, C, H, W)), or the shape (C, H, W) of one image. Of an
            ONNX file that leaves sizes open: the shape.

    Returns:
        An `Architecture`, a `Space` where the document is one of a space, or a list of these where there are several.

    Raises:
        InputError: no such file, or something wrong in it; names file, line and path inside the document.
        TypeError: neither a path nor a torch module, or a module without an input.
    """
    if not isinstance(source, str | PathLike):
        return _read_module(source, input)
    if input is not None:
        from nasport.toolkit.importing.reading import import_file

        return _told(import_file(Path(source), input))
    chosen = _notation(notation)
    return _parsed(in_files(source, chosen), chosen)


@_words_of_python()
def parse(text: str | bytes | Mapping[str, Any], notation: str | None = None) -> Any:
    """Read a text or a document from memory.

    Args:
        text: JSON of one document or several, a document as a dict, or with `notation` a text in it.
        notation: that the text is in; None: JSON.

    Returns:
        As `read` does.

    Raises:
        InputError: something wrong in it; names line and path inside the document.
        TypeError: neither a text nor a dict.
    """
    chosen = _notation(notation)
    if isinstance(text, Mapping):
        return load_space(text) if text.get("format") == SPACE else given(text, None).found[0]
    if not isinstance(text, str | bytes):
        raise TypeError(f"{text!r:.60}, expected a text (str or bytes) or a document (dict)")
    return _parsed(in_memory(text, chosen), chosen)


@_words_of_python()
def convert(source: Source | Iterable[Source], to: str, notation: str | None = None) -> Any:
    """Write an architecture, or several, in another notation or as a document.

    What a notation does not say of a document (labels, another network around its cells) a `UserWarning` names.

    Args:
        source: as `score` takes it.
        to: a notation, see `nasport formats`; `json`: a document.
        notation: that texts and files are in; None: files hold documents.

    Returns:
        A text, or with `json` a dict; a list of these where `score` gives a list.

    Raises:
        InputError: no such notation, something wrong in the source, an architecture that the notation cannot say.
        TypeError: something that is not taken.
    """
    known = (DOCUMENT, *notations())
    if to not in known:
        raise InputError(
            f"cannot convert to {to!r:.60}{did_you_mean(to, known)}expected one of {', '.join(known)}"
        )
    chosen, writer = _notation(notation), None if to == DOCUMENT else notation_named(to)
    found, many = given(source, chosen)
    results: list[Any] = []
    for each in found:
        architecture = architecture_of(each, chosen)
        results.append(architecture.to_json() if writer is None else _written(architecture, writer))
    return results if many else results[0]


@_words_of_python()
def search(
    space: SearchSpace | str | Path | Mapping[str, Any] | None = None,
    *,
    limits: Mapping[str, Any] | Iterable[Limit] = (),
    notation: str | None = None,
    **options: Any,
) -> SearchResult:
    """Search a space, or a file of candidates, for the best architectures.

    Args:
        space: a `Space`, the name of one that comes along, the file of one, or its document; None: with `candidates`.
        limits: what no winner may break: `{"parameters": 4e6}` for at most, `{"flops": ("30M", "60M")}` for a range, with
            None where an end is open; or several `Limit`.
        notation: of the `candidates`.
        options: all others of `nasport.toolkit.search.search`.

    Returns:
        The result; `winners[0].architecture` is the best.

    Raises:
        InputError: wrong arguments or documents, an empty space, no architecture that keeps the limits.
        MissingRuntimeError: a package is not installed that this search needs.
        TypeError: something that is not taken.
    """
    from nasport.toolkit.search import search as search_space
    from nasport.toolkit.search.limits import limits_of

    loaded = None if space is None else load_space(space)
    return search_space(loaded, limits=limits_of(limits), source_format=notation, **options)


def load(bundle: str | Path = DEFAULT_BUNDLE, provider: str | None = None) -> Predictor:
    """Load a predictor, to score with again and again.

    Args:
        bundle: a name or a folder.
        provider: `cpu` or `cuda`; None: CUDA where it works.

    Raises:
        InputError: no such bundle or provider, or a missing, changed or foreign file in the bundle.
        MissingRuntimeError: no ONNX Runtime is installed.
        TypeError: a bundle that is no path, a provider that is no text.
    """
    return Predictor.load(bundle, providers=None if provider is None else [provider])


@_words_of_python()
def architectures(source: Iterable[Source], notation: str | None = None) -> list[Architecture]:
    """The architectures of an iterable; what `score` takes, for the adapters.

    Raises:
        InputError: one of them is wrong; named by its place.
        TypeError: no iterable, or something in it that is not taken.
    """
    chosen = _notation(notation)
    found, many = given(source, chosen)
    if not many:
        raise TypeError(f"{source!r:.60}, expected a list of architectures")
    return [architecture_of(each, chosen) for each in found]


def _notation(name: str | None) -> Notation | None:
    if name is not None and not isinstance(name, str):
        raise TypeError(f"the notation {name!r:.60}, expected its name (str)")
    return None if name is None else notation_named(name)


def _read_module(module: Any, example: Any) -> Architecture:
    """The document of a torch module."""
    if not (hasattr(module, "forward") and hasattr(module, "named_modules")):
        expected = "expected a path (str or Path) or a torch module; nasport.parse takes texts, documents"
        raise TypeError(f"{module!r:.60}, {expected}")
    if example is None:
        raise TypeError(
            "a torch module without an input, expected input= an example or a shape such as (3, 224, 224)"
        )
    from nasport.toolkit.importing.reading import import_module

    return _told(import_module(module, example))


def _told(found: Imported) -> Architecture:
    """The document of a model, with a warning of what was assumed or not recognized."""
    from nasport.toolkit.importing.report import ImportReport

    for text in ImportReport.of(found).warnings():
        warnings.warn(f"{found.architecture.name}: {text}", stacklevel=5)
    return found.architecture


def _parsed(source: Given, notation: Notation | None) -> Any:
    values = [_architecture_or_space(each, notation) for each in source.found]
    return values if source.many else values[0]


def _architecture_or_space(each: Found, notation: Notation | None) -> Architecture | SearchSpace:
    if notation is None and isinstance(each, Item) and format_of(each) == SPACE:
        return space_of(each)
    if isinstance(each, Item):
        for text in each.notes:
            warnings.warn(f"{each.name()}: {text}", stacklevel=6)
    return architecture_of(each, notation)


def _written(architecture: Architecture, notation: Notation) -> str:
    text = notation.write(architecture)
    for what in lost(architecture, notation.parse(text)):
        name = f"{architecture.name}: " if architecture.name else ""
        warnings.warn(f"{name}{notation.name} says nothing of {what}", stacklevel=4)
    return text


def _raise(error: InputError) -> NoReturn:
    raise error
