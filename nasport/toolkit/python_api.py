"""The public functions of nasport: score, rank, adapt, read, parse, convert, search and load.

Architectures are passed as paths, documents (dicts), `Architecture` objects, texts of a notation, or iterables of these. A single
architecture has a single result; an iterable, a folder or a file with several architectures has a list of results.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypedDict, Unpack, overload

from nasport.runtime.predictor import DEFAULT_BUNDLE, Predictor, Score
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.toolkit.comparable import ranked_in_groups
from nasport.toolkit.inputs import SPACE, Item, format_of, space_of
from nasport.toolkit.inputs.python_arguments import (
    Found,
    Given,
    Source,
    architecture_of,
    given,
    in_files,
    in_memory,
    labeled_architectures,
)
from nasport.toolkit.notations import Notation, notations
from nasport.toolkit.notations import notation as notation_named
from nasport.toolkit.notations.notation_losses import lost
from nasport.toolkit.python_messages import python_messages
from nasport.toolkit.scoring import scores
from nasport.toolkit.spaces import SearchSpace, load_space

if TYPE_CHECKING:
    from torch.nn import Module

    from nasport.toolkit.importing.documents.document import Imported
    from nasport.toolkit.panel.ranking import Ranked
    from nasport.toolkit.search import Limit, SearchResult

DOCUMENT = "json"


class _ScoreOptions(TypedDict, total=False):
    """Keyword arguments of `score`."""

    notation: str | None
    bundle: str | Path
    provider: str | None


@overload
def score(source: Architecture, **options: Unpack[_ScoreOptions]) -> Score: ...
@overload
def score(source: str | PathLike[str] | Mapping[str, Any], **options: Unpack[_ScoreOptions]) -> Any: ...
@overload
def score(source: Iterable[Source], **options: Unpack[_ScoreOptions]) -> list[Score]: ...
@python_messages()
def score(
    source: Source | Iterable[Source],
    *,
    notation: str | None = None,
    bundle: str | Path = DEFAULT_BUNDLE,
    provider: str | None = None,
) -> Score | list[Score]:
    """Score one architecture with a predictor, or score and rank several.

    A `UserWarning` says which scores cannot be compared, such as those of recurrent cells and image networks.

    Args:
        source (str | Path | dict | Architecture | Iterable): a file, a folder, a document as a dict, an `Architecture`, or an
            iterable of these. With `notation`, it can be a text in the notation; in an iterable, a `str` is then always a
            text, so that a file must be a `Path`.
        notation (str | None): notation of texts and files, see `nasport formats`. None: files hold documents.
        bundle (str | Path): predictor, by name (see `nasport bundles`) or folder.
        provider (str | None): where the predictor computes, `"cpu"` or `"cuda"`. None: CUDA if it works.

    Returns:
        Score | list[Score]: the score of a single architecture; a list in the given order for an iterable, a folder or a file
            with several architectures. A higher score is better.

    Raises:
        InputError: a missing file, an unknown bundle or notation, or an invalid document or text; the message names file,
            line and path, or the index in the iterable.
        MissingRuntimeError: ONNX Runtime is not installed.
        TypeError: an argument of another type.

    Examples:
        >>> nasport.score("arch.json").score
        >>> nasport.score(["a.json", "b.json"])[0].rank
    """
    chosen = _notation(notation)
    found, many = given(source, chosen)
    chunks = scores(found, chosen, load(bundle, provider), _raise)
    scored = [each for chunk in chunks for each in chunk]
    results, warning = ranked_in_groups([each.score for each in scored], [each.group for each in scored])
    if warning:
        warnings.warn(warning, stacklevel=3)
    return results if many else results[0]


@python_messages()
def rank(
    source: Iterable[Source] | str | PathLike[str], *, notation: str | None = None, **options: Any
) -> list[Ranked]:
    """Rank architectures by a panel of evaluators within a time budget.

    The predictor scores all architectures. Zero-cost proxies evaluate the best of them, and GenNAS trains the best of those.
    Training uses several processes; therefore a script must call the function inside `if __name__ == "__main__":`, or with
    `jobs=1`. A `UserWarning` says which architectures cannot be compared.

    Args:
        source (str | Path | Iterable): several architectures of one kind (image networks or recurrent cells), as in `score`.
        notation (str | None): notation of texts and files. None: files hold documents.
        **options: keyword arguments below.

    Keyword Args:
        budget (str): time, such as `"90s"`, `"5m"` or `"1h"` (default: `"5m"`).
        bundle (str | Path | None): predictor, by name or folder (default: `"universal"`).
        out (str | Path | None): folder that records the run (default: none).
        resume (bool): continue the run in `out` (default: False).
        task (str | None): GenNAS proxy task, by name or file (default: chosen by the kind of network).
        images (str | Path | None): input images of the networks: an image file, a folder of images, an .npz file or the CIFAR-10
            files (default: photographs shipped with nasport).
        seed (int): seed of all random choices (default: 0).
        jobs (int | None): number of processes (default: one per core; 1 with CUDA).
        device (str | None): `"cpu"` or `"cuda"` (default: `"cpu"`).

    Returns:
        list[Ranked]: one entry per architecture in the given order, with rank, range of ranks, reason and the value of each
            evaluator. If a network cannot run, its `rank` is None and `problem` says why.

    Raises:
        InputError: invalid options or documents, architectures of several kinds, a budget that is too small, or the folder
            of another run.
        MissingRuntimeError: the extra `gennas` is not installed.
        TypeError: an unknown option, or an argument of another type.

    Examples:
        >>> [entry.rank for entry in nasport.rank("cells.jsonl", budget="2m")]
    """
    from nasport.toolkit.gennas.requirements import require_torch
    from nasport.toolkit.panel.choices import RankChoices

    choices, chosen = RankChoices(**options), _notation(notation)
    require_torch()
    from nasport.toolkit.adaptation.ranking import rank_within_budget
    from nasport.toolkit.panel.callbacks import Callbacks

    found, _ = given(source, chosen)
    warned: list[str] = []
    callbacks = Callbacks(warned.append)
    ranking = rank_within_budget([architecture_of(each, chosen) for each in found], choices, callbacks)
    for text in warned:
        warnings.warn(text, stacklevel=3)
    return sorted(ranking, key=lambda each: each.place)


@python_messages()
def adapt(
    space: SearchSpace | str | Path | Mapping[str, Any],
    out: str | Path,
    *,
    labels: str | Path | Iterable[tuple[Source, float]] | None = None,
    notation: str | None = None,
    lower_is_better: bool = False,
    **options: Any,
) -> Predictor:
    """Adapt a predictor to one search space by evaluations, by labels or by both.

    GenNAS and zero-cost proxies evaluate sampled architectures within a time budget. Training uses several processes, so a
    script must call the function inside `if __name__ == "__main__":`, or with `jobs=1`.

    Args:
        space (Space | str | Path | dict): search space: a `Space`, the name of a shipped one (see `nasport spaces`), a file or
            a document as a dict.
        out (str | Path): new folder for the bundle of the adapted predictor.
        labels (str | Path | Iterable[tuple] | None): measured accuracies of architectures: a file as in `nasport adapt --labels`,
            or pairs of an architecture and its label. None: the predictor learns only from evaluations.
        notation (str | None): notation of the labeled architectures. None: documents.
        lower_is_better (bool): whether the labels are errors or losses.
        **options: keyword arguments below.

    Keyword Args:
        budget (str | None): time for evaluations, such as `"90s"` or `"15m"` (default: `"15m"`; with labels no evaluations).
        bundle (str | Path | None): predictor to adapt, by name or folder (default: `"universal"`).
        metric (str | None): label to learn if the documents of `labels` have several, such as `"cifar10/test/accuracy"`.
        resume (bool): continue the adaptation in `out` (default: False).
        task (str | None): GenNAS proxy task, by name or file (default: chosen by the kind of network).
        images (str | Path | None): input images of the networks: an image file, a folder of images, an .npz file or the CIFAR-10
            files (default: photographs shipped with nasport).
        seed (int): seed of all random choices (default: 0).
        jobs (int | None): number of processes (default: one per core; 1 with CUDA).
        device (str | None): `"cpu"` or `"cuda"` (default: `"cpu"`).

    Returns:
        Predictor: the adapted predictor, loaded from `out`.

    Raises:
        InputError: invalid options, search space, bundle or labels, a folder that is not empty, or a budget that is too small.
        MissingRuntimeError: the extra `gennas` or ONNX is not installed.
        TypeError: an unknown option, or an argument of another type.

    Examples:
        >>> predictor = nasport.adapt("space.json", "my-bundle", budget="15m")
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
    from nasport.toolkit.panel.callbacks import Callbacks

    known_labels = (
        None if pairs is None else labels_of(labeled_architectures(pairs, chosen), loaded, lower_is_better)
    )
    warned: list[str] = []
    adapt_within_budget(loaded, choices, known_labels, Callbacks(warned.append))
    for text in warned:
        warnings.warn(text, stacklevel=3)
    return load(out)


@python_messages()
def read(source: str | PathLike[str] | Module, notation: str | None = None, *, input: Any = None) -> Any:
    """Read a file or a folder, or import a real model.

    For an imported model, a `UserWarning` names the assumptions and the parts that the document describes only by text.

    Args:
        source (str | Path | torch.nn.Module): a file with one or several documents or texts, a folder of documents, an ONNX
            file, a .pt2 file of torch.export, or a torch module.
        notation (str | None): notation of the texts in the file. None: documents.
        input (torch.Tensor | tuple[int, ...] | None): input of a torch module: an example tensor of shape (N, C, H, W), or
            the shape (C, H, W) of one image. For an ONNX file that leaves sizes open: the shape.

    Returns:
        Architecture | Space | list: the architecture or search space of the document; a list if there are several.

    Raises:
        InputError: a missing or invalid file; the message names file, line and path inside the document.
        TypeError: neither a path nor a torch module, or a torch module without `input`.

    Examples:
        >>> nasport.read("resnet18.onnx").name
    """
    if not isinstance(source, str | PathLike):
        return _read_module(source, input)
    if input is not None:
        from nasport.toolkit.importing.reading import import_file

        return _with_warnings(import_file(Path(source), input))
    chosen = _notation(notation)
    return _parsed(in_files(source, chosen), chosen)


@python_messages()
def parse(text: str | bytes | Mapping[str, Any], notation: str | None = None) -> Any:
    """Parse a document or a notation from memory.

    Args:
        text (str | bytes | dict): JSON of one or several documents, a document as a dict, or with `notation` a text in the
            notation.
        notation (str | None): notation of the text. None: JSON.

    Returns:
        Architecture | Space | list: the architecture or search space; a list if there are several.

    Raises:
        InputError: an invalid text or document; the message names line and path inside the document.
        TypeError: neither a text nor a dict.

    Examples:
        >>> nasport.parse("[4, 0, 3, 1, 4, 3]", notation="nasbench201_naslib")
    """
    chosen = _notation(notation)
    if isinstance(text, Mapping):
        return load_space(text) if text.get("format") == SPACE else given(text, None).found[0]
    if not isinstance(text, str | bytes):
        raise TypeError(f"{text!r:.60}, expected a text (str or bytes) or a document (dict)")
    return _parsed(in_memory(text, chosen), chosen)


@python_messages()
def convert(source: Source | Iterable[Source], to: str, notation: str | None = None) -> Any:
    """Convert architectures into a notation or into documents.

    A `UserWarning` names the parts of a document that the notation cannot express, such as labels or a different skeleton.

    Args:
        source (str | Path | dict | Architecture | Iterable): architectures as in `score`.
        to (str): target notation, see `nasport formats`; `"json"` for documents.
        notation (str | None): notation of texts and files in `source`. None: files hold documents.

    Returns:
        str | dict | list: a text, or with `"json"` a dict; a list of these if `score` would return a list.

    Raises:
        InputError: an unknown notation, an invalid source, or an architecture outside the notation's search space.
        TypeError: an argument of another type.

    Examples:
        >>> nasport.convert("[4, 0, 3, 1, 4, 3]", to="nasbench201", notation="nasbench201_naslib")
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


@python_messages()
def search(
    space: SearchSpace | str | Path | Mapping[str, Any] | None = None,
    *,
    limits: Mapping[str, Any] | Iterable[Limit] = (),
    notation: str | None = None,
    **options: Any,
) -> SearchResult:
    """Search a space, or a file of candidates, for the best architectures.

    Args:
        space (Space | str | Path | dict | None): search space: a `Space`, the name of a shipped one (see `nasport spaces`), a
            file or a document as a dict. Can be None with `candidates`.
        limits (dict | Iterable[Limit]): limits on every winner: `{"parameters": 4e6}` for at most 4 million,
            `{"flops": ("30M", "60M")}` for a range, in which None leaves an end open. Names: parameters, flops,
            reachable_parameters, latency, distance.
        notation (str | None): notation of `candidates` (default: the notation of the space, else documents).
        **options: keyword arguments below.

    Keyword Args:
        evaluator (str): `"predictor"`, `"gennas"`, `"both"` (GenNAS re-ranks the finalists of the predictor) or `"panel"` (the
            panel adapts the predictor and re-ranks its finalists) (default: `"predictor"`).
        searcher (str | None): `"hybrid"`, `"pruning"`, `"evolution"`, `"regularized"`, `"random"`, `"exhaustive"` or
            `"pareto"` (default: chosen by the size of the space and the evaluator).
        evaluations (int | None): number of architectures to evaluate (default: 100 per gene, at least 300 and at most 2,000;
            100 with GenNAS; all candidates).
        candidates (str | Path | None): file of the architectures to search, in place of `space` or in addition to it.
        winners (int | None): number of winners (default: 10, or 16 of a Pareto front; 0 for the whole front).
        finalists (int | None): number of finalists to re-rank with `"both"` or `"panel"` (default: 16).
        race (bool): with `"both"`, end the training of a finalist early if it falls behind (default: False).
        pareto (str | Sequence[str]): quantities to minimize while the score is maximized; names as in `limits`.
        latency (str | Path | None): latency table, a JSON file with the latencies of operators.
        bundle (str | Path | None): predictor, by name or folder (default: `"universal"`).
        objective (Callable[[Architecture], float] | None): function that replaces the predictor; higher is better.
        out (str | Path | None): folder that records the run (default: none).
        resume (bool): continue the run in `out` with the options recorded there (default: False).
        torch (bool): also write the winners as PyTorch modules into `out` (default: False).
        provider (str | None): where predictor and GenNAS compute, `"cpu"` or `"cuda"` (default: CUDA for the predictor if it
            works, `"cpu"` for GenNAS).
        device (str | None): device on which GenNAS trains image networks (default: `provider`).
        jobs (int | None): number of training processes (default: one per core; 1 with CUDA).
        ray (str | None): address of the Ray cluster to train on, `"local"` for this machine (default: none).
        seed (int): seed of all random choices (default: 0).
        task (str | None): GenNAS proxy task, by name or file (default: `"combo"`; `"nlp-combo"` for recurrent cells).
        preset (str): GenNAS training settings, `"full"` or `"light"` (default: `"full"`).
        images (str | Path | None): training images of GenNAS (default: photographs shipped with nasport).
        iterations (int | None): number of training steps of GenNAS (default: from `preset`).
        batch_size (int | None): number of images or sequences in a batch of GenNAS (default: from `task`).
        width (float | None): factor on all widths of the networks that GenNAS trains.
        precision (str): `"auto"`, `"float32"` or `"bfloat16"` for convolutions in GenNAS (default: `"auto"`).
        choices (Choices | None): GenNAS options as one object; they replace `task`, `preset`, `images`, `iterations`,
            `batch_size`, `width`, `precision` and `device`.
        notify (Callable[[SearchProgress], None] | None): function that is called after every batch of evaluations and after
            every finalist.

    Returns:
        SearchResult: all evaluations and the winners, best first; `winners[0].architecture` is the best architecture.

    Raises:
        InputError: invalid arguments or documents, an empty search space, or no architecture within the limits.
        MissingRuntimeError: a package that this search needs is not installed.
        TypeError: an unknown option, or an argument of another type.

    Examples:
        >>> nasport.search("nasbench201", limits={"parameters": 1e6}).winners[0].architecture
    """
    from nasport.toolkit.search import search as search_space
    from nasport.toolkit.search.limits import limits_of

    loaded = None if space is None else load_space(space)
    return search_space(loaded, limits=limits_of(limits), source_format=notation, **options)


def load(bundle: str | Path = DEFAULT_BUNDLE, provider: str | None = None) -> Predictor:
    """Load a predictor once for several calls of its method `score`.

    Args:
        bundle (str | Path): name (see `nasport bundles`) or folder of the predictor.
        provider (str | None): where the predictor computes, `"cpu"` or `"cuda"`. None: CUDA if it works.

    Returns:
        Predictor: the loaded predictor.

    Raises:
        InputError: an unknown bundle or provider, or a bundle with missing or changed files.
        MissingRuntimeError: ONNX Runtime is not installed.
        TypeError: an argument of another type.

    Examples:
        >>> nasport.load("universal").score([nasport.read("arch.json")])
    """
    return Predictor.load(bundle, providers=None if provider is None else [provider])


@python_messages()
def architectures(source: Iterable[Source], notation: str | None = None) -> list[Architecture]:
    """Return the architectures of an iterable, a folder or a file with several; used by the adapters.

    Args:
        source: architectures as in `score`.
        notation: notation of texts and files. None: files hold documents.

    Raises:
        InputError: an invalid architecture; the message has its index.
        TypeError: a single architecture, or an element of another type.
    """
    chosen = _notation(notation)
    found, many = given(source, chosen)
    if not many:
        raise TypeError(f"{source!r:.60}, expected a list of architectures")
    return [architecture_of(each, chosen) for each in found]


def _notation(name: str | None) -> Notation | None:
    """Return the notation with the given name; None for None."""
    if name is not None and not isinstance(name, str):
        raise TypeError(f"the notation {name!r:.60}, expected its name (str)")
    return None if name is None else notation_named(name)


def _read_module(module: Any, example: Any) -> Architecture:
    """Import a torch module."""
    if not (hasattr(module, "forward") and hasattr(module, "named_modules")):
        expected = (
            "expected a path (str or Path) or a torch module; use nasport.parse for texts and documents"
        )
        raise TypeError(f"{module!r:.60}, {expected}")
    if example is None:
        raise TypeError(
            "a torch module without an input, expected input= with an example or a shape such as (3, 224, 224)"
        )
    from nasport.toolkit.importing.reading import import_module

    return _with_warnings(import_module(module, example))


def _with_warnings(imported: Imported) -> Architecture:
    """Return the architecture of an imported model, with a warning for each assumption and unrecognized part."""
    from nasport.toolkit.importing.report import ImportReport

    for text in ImportReport.of(imported).warnings():
        warnings.warn(f"{imported.architecture.name}: {text}", stacklevel=5)
    return imported.architecture


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
        warnings.warn(f"{name}{notation.name} cannot express {what}", stacklevel=4)
    return text


def _raise(error: InputError) -> NoReturn:
    raise error
