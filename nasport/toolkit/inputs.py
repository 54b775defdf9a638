"""What the commands read: documents and notations from files, folders, standard input or the command line itself.

Everything comes as a stream of `Item`s, so that a file larger than memory can be scored, and a wrong item is an item
as well: it carries its error, and the others go on.
"""

from __future__ import annotations

import re
import sys
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from io import BufferedReader, BytesIO
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple

from nasport.schemas.architecture import Architecture, parse_architecture
from nasport.schemas.errors import InputError
from nasport.schemas.foreign import HEAD, foreign_file, refusal
from nasport.schemas.reading import MAX_DOCUMENT_BYTES, decode_utf8, line_of, parse_json
from nasport.toolkit.json_arrays import elements, holds_items, is_array, is_json
from nasport.toolkit.notations import Notation, notation, notations_of, reads
from nasport.toolkit.notations.base import MAX_LENGTH, Found

STANDARD_INPUT = "-"
DOCUMENT_SUFFIXES = (".json", ".jsonl", ".ndjson")
_BYTES = ("utf-8", "surrogateescape")  # between text and bytes, whatever bytes they are
_LOOKED_AT = 100  # files of a folder without documents
_OF_NOTATIONS = "|(["  # seldom of names of files

# An extension at the end, or folders: no notation has either, but for a log's date before brackets.
_NAME_OF_FILE = r"[^|(\[{=]*[/\\][^|(\[{=]*|.*\.[A-Za-z]\w{0,9}"

Reader = Callable[[BinaryIO, str], "Iterator[Item]"]


class Item(NamedTuple):
    """One document or notation as found.

    Attributes:
        text: UTF-8 text, or the error of getting it.
        file: name of the file or stream; empty for the command line.
        line: on which it begins, from 1.
        called: its name where it stood, empty where it had none.
        notation: that its text is in, where the file tells; None: a document, or in the notation that was asked for.
        element: its place in the file's array, from 0; None where the file is none.
    """

    text: bytes | InputError
    file: str = ""
    line: int = 1
    called: str = ""
    notation: Notation | None = None
    element: int | None = None

    @property
    def place(self) -> str:
        """File and line, where it stood in one."""
        return f"{self.file}: line {self.line}" if self.file else ""

    def name(self, notation: bool = False) -> str:
        """What to call it where it has no name of its own: a notation by its text, a document by its place."""
        if self.called:
            return self.called
        if notation and isinstance(self.text, bytes):
            return self.text.decode("utf-8", "replace")
        if self.element is not None:
            return f"{Path(self.file).stem}[{self.element}]"
        return Path(self.file).stem if self.line == 1 else f"{Path(self.file).stem}:{self.line}"


def document_items(arguments: Iterable[str], out: Path | None = None) -> Iterator[Item]:
    """Documents: files (one document, or one a line), folders of such files, `-`.

    Args:
        out: file or folder that is being written, which is left out of folders that it lies in, and no source itself.
    """
    for argument in arguments:
        if argument == STANDARD_INPUT:
            yield from _recognised(sys.stdin.buffer, "standard input", _documents)
        elif not argument:
            yield Item(InputError("an empty name, expected a file, a folder or '-'"))
        elif argument.lstrip().startswith("{"):
            yield Item(
                InputError(
                    f"{argument.strip()[:40]!r} looks like a document, expected a file, a folder or '-'"
                )
            )
        elif not _is(Path.exists, argument) and (genotypes := _genotypes(argument.encode(*_BYTES))):
            yield from genotypes
        elif _is(Path.is_dir, argument):
            yield from _folder(Path(argument), out)
        elif _is_same(Path(argument), out):
            yield _written(argument)
        elif not _is(Path.exists, argument) and (
            hint := _of_notations(argument.encode(*_BYTES), _OF_NOTATIONS)
        ):
            yield Item(InputError(f"{argument.strip()[:40]!r} is no file{hint}"))
        else:
            yield from _opened(Path(argument), _documents)


def notation_items(
    arguments: Iterable[str], notation: Notation | None, out: Path | None = None
) -> Iterator[Item]:
    """Notations: an argument that names no file is the notation itself; files and `-` hold one a line, or are a JSON array.

    Args:
        notation: whose texts are looked for, where they may stand among other text; None: one a line in any case.
        out: file that is being written, and no source.
    """
    read = partial(_texts, notation=notation)
    for argument in arguments:
        if argument == STANDARD_INPUT:
            yield from _recognised(sys.stdin.buffer, "standard input", read)
        elif not argument:
            yield Item(InputError("an empty text, expected a notation, a file of them or '-'"))
        elif _is(Path.is_dir, argument):
            yield Item(
                InputError("is a folder, expected a file of notations, one a line", file=argument), argument
            )
        elif _is_same(Path(argument), out):
            yield _written(argument)
        elif _is(Path.exists, argument):
            yield from _opened(Path(argument), read)
        elif re.fullmatch(_NAME_OF_FILE, argument.strip(), re.DOTALL):
            yield Item(
                InputError("no such file, expected a notation, a file of them or '-'", file=argument),
                argument,
            )
        else:
            text = argument.encode(*_BYTES)
            several = list(_found(BytesIO(text), "", notation) or ())
            yield from several if len(several) > 1 else [Item(text)]


def parse_item(item: Item, notation: Notation | None) -> Architecture:
    """The architecture of an item: a document, or with `notation` a text in it.

    Raises:
        InputError: wrong; names file and line.
    """
    if isinstance(item.text, InputError):
        raise item.text
    notation = notation or item.notation
    if notation is None:
        try:
            return parse_architecture(item.text, file=item.file or None, line=item.line)
        except InputError as error:
            hint = _of_notations(item.text)
            if not hint:
                raise _in_array(error, item) from None
            hinted = InputError(error.problem + hint, file=error.file, line=error.line, path=error.path)
            raise _in_array(hinted, item) from None
    try:
        text = decode_utf8(item.text).strip()
    except InputError as error:
        raise _in_array(error.at(file=item.file or None, line=item.line), item) from None
    try:
        return notation.parse(text)
    except InputError as error:
        problem = "; ".join(part for part in (error.problem, _read_with(text)) if part)
        if not item.file:
            raise InputError(problem, path=error.path) from None
        # A notation is one line of its file: where the text counts lines of its own, they are not the file's.
        raise _in_array(InputError(problem, file=item.file, line=item.line, path=error.path), item) from None


def _of_notations(text: bytes, characters: str = "") -> str:
    """Which notations a text that is no document reads as; failing that, that it may be one.

    Args:
        characters: of which a notation that cannot be read has one; none: it only is no JSON.
    """
    start = text.lstrip()[: MAX_LENGTH + 1]
    if b'"nasport-' in start or refusal(start):
        return ""
    words = start.decode("utf-8", "replace")
    found = notations_of([words, *words.splitlines()[:1]])
    may_be = not set(characters).isdisjoint(words) if characters else not words.startswith(("{", "["))
    which = f": {' or '.join(found)}" if found else ""
    return f"; if it is a notation, --from says which{which}" if found or may_be else ""


def format_of(item: Item) -> str:
    """The format that a document says it has, `nasport-space` for one; empty where it says none, or is no document."""
    if not isinstance(item.text, bytes) or b"nasport-" not in item.text:
        return ""
    try:
        value = parse_json(item.text)
    except InputError:  # told by whoever reads it as an architecture
        return ""
    name = value.get("format") if isinstance(value, dict) else None
    return name if isinstance(name, str) else ""


def located(error: InputError, item: Item, notation: Notation | None) -> InputError:
    """An error about the architecture of an item, found after it was read, with file and line filled in.

    Args:
        notation: that the item is a text in; None: it is a document, in which the error's path is a line.
    """
    if isinstance(item.text, InputError) or not item.file:
        return error
    line = item.line if notation or item.notation else line_of(decode_utf8(item.text), error.path, item.line)
    return _in_array(error.at(file=item.file, line=line), item)


def _read_with(text: str) -> str:
    """Which notations read a text, for a message; empty where none does."""
    found = " or ".join(f"--from {name}" for name in notations_of([text]))
    return f"it can be read with {found}" if found else ""


def _in_array(error: InputError, item: Item) -> InputError:
    """The error with the item's place in its file's array before the path inside it."""
    if item.element is None:
        return error
    return InputError(error.problem, file=error.file, line=error.line, path=(item.element, *error.path))


def _is(what: Callable[[Path], bool], argument: str) -> bool:
    try:
        return what(Path(argument))
    except (OSError, ValueError):  # too long for a name, or a NUL in it
        return False


def _written(argument: str) -> Item:
    return Item(InputError("is what --out writes, expected another file", file=argument), argument)


def _is_same(path: Path, out: Path | None) -> bool:
    try:
        return out is not None and path.resolve() == out.resolve()
    except (OSError, RuntimeError, ValueError):  # no such name, or a link to itself: told by whoever opens it
        return False


def _inside(folder: Path, out: Path | None) -> Path | None:
    """What is written, if it lies in the folder or below it."""
    if out is None or _is_same(folder, out) or not out.resolve().is_relative_to(folder.resolve()):
        return None
    return out.resolve()


def _folder(folder: Path, out: Path | None) -> Iterator[Item]:
    written = _inside(folder, out)
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in DOCUMENT_SUFFIXES
        and path.is_file()
        and not (written and path.resolve().is_relative_to(written))
    )
    if not files:
        problem = f"no {', '.join(DOCUMENT_SUFFIXES)} file in the folder{_stranger(folder)}"
        yield Item(InputError(problem, file=str(folder)), str(folder))
    for file in files:
        yield from _opened(file, _documents)


def _stranger(folder: Path) -> str:
    """Of a folder without documents: what lies there instead, where a file is recognised."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file())[:_LOOKED_AT]:
        try:
            with path.open("rb") as stream:
                what = foreign_file(stream.read(HEAD))
        except OSError:
            continue
        if what is not None:
            return f"; {path.name} is {what}"
    return ""


def _opened(path: Path, read: Reader) -> Iterator[Item]:
    try:
        with path.open("rb") as stream:
            yield from _recognised(stream, str(path), read)
    except (OSError, ValueError) as error:
        problem = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        yield Item(InputError(problem, file=str(path)), str(path))


def _recognised(stream: BinaryIO, file: str, read: Reader) -> Iterator[Item]:
    """What is in a stream, or one error where its first bytes say that it is something else altogether."""
    head = stream.peek(HEAD)[:HEAD] if isinstance(stream, BufferedReader) else b""
    problem = refusal(head)
    if problem is None:
        yield from read(stream, file)
    else:
        yield Item(InputError(problem, file=file), file)


def _documents(stream: BinaryIO, file: str) -> Iterator[Item]:
    """One document over several lines, one document a line, or an array of them: the name or the first lines tell."""
    head: list[bytes] = []
    while len([line for line in head if line.strip()]) < 2:
        line = stream.readline(MAX_DOCUMENT_BYTES + 1)
        head.append(line)
        if not line or sum(map(len, head)) > MAX_DOCUMENT_BYTES:
            break
    full = [line for line in head if line.strip()]
    an_array = holds_items(b"".join(full))
    if file.endswith((".jsonl", ".ndjson")) or (len(full) > 1 and not an_array and any(map(_is_whole, full))):
        yield from _numbered(chain(head, _line_iterator(stream)), file)
        return
    text = b"".join(head)
    text += stream.read(max(MAX_DOCUMENT_BYTES + 1 - len(text), 0))
    bounded = _bounded(text, file, 1)
    if an_array and isinstance(bounded, bytes):
        yield from _elements(bounded, file)
    else:
        yield from (isinstance(bounded, bytes) and _genotypes(bounded, file)) or [Item(bounded, file)]


def _is_whole(line: bytes) -> bool:
    """Whether a document seems to begin and to end on this line."""
    text = line.removeprefix(BOM_UTF8).strip()
    return text.startswith(b"{") and text.endswith(b"}")


def _texts(stream: BinaryIO, file: str, notation: Notation | None) -> Iterator[Item]:
    items = _found(stream, file, notation)
    if items is None:
        yield from _lines(stream, file, notation)
    elif (first := next(items, None)) is not None:
        yield from chain([first], items)
    else:
        assert notation is not None
        problem = f"no text in the notation {notation.name!r} in it, expected e.g. {notation.example}"
        yield Item(InputError(problem, file=file), file)


def _lines(stream: BinaryIO, file: str, notation: Notation | None) -> Iterator[Item]:
    """One notation a line; a file of JSON is one notation or an array of them."""
    if file.endswith(".json") and notation is not None:
        text = stream.read(MAX_DOCUMENT_BYTES + 1)
        if len(text) <= MAX_DOCUMENT_BYTES and is_json(text):
            single = not is_array(text) or reads(notation, text.decode())
            yield from [Item(text.strip(), file)] if single else _elements(text, file)
            return
        stream.seek(0)
    yield from _numbered(_line_iterator(stream), file)


def _found(stream: BinaryIO, file: str, notation: Notation | None) -> Iterator[Item] | None:
    """What a notation finds among other text; None where every line is a text in it."""
    lines = (line.decode(*_BYTES) for line in _line_iterator(stream))
    texts = notation.found_in(lines) if notation else None
    if texts is None:
        return None

    def item(found: Found) -> Item:
        place = f"{Path(file).stem}:{found.line}" if file else ""
        return Item(found.text.encode(*_BYTES), file, found.line, found.name or place, notation)

    return map(item, texts)


def _genotypes(text: bytes, file: str = "") -> list[Item]:
    """The genotypes in a text that is no JSON: with them inside there is no doubt what it is."""
    if b"Genotype(" not in text or text.removeprefix(BOM_UTF8).lstrip().startswith((b"{", b"[")):
        return []
    return list(_found(BytesIO(text), file, notation("darts")) or ())


def _elements(data: bytes, file: str) -> Iterator[Item]:
    """The elements of a JSON array; an error where it is none."""
    try:
        for element, (text, line) in enumerate(elements(data, file)):
            yield Item(text.encode(), file, line, element=element)
    except InputError as error:
        yield Item(error, file)


def _line_iterator(stream: BinaryIO) -> Iterator[bytes]:
    """Lines; of one that is too long only as much as shows that it is."""
    while line := stream.readline(MAX_DOCUMENT_BYTES + 1):
        yield line
        while len(line) > MAX_DOCUMENT_BYTES and not line.endswith(b"\n"):
            line = stream.readline(MAX_DOCUMENT_BYTES + 1)


def _numbered(lines: Iterable[bytes], file: str) -> Iterator[Item]:
    """Every line that is not blank, with its number; an error where there is none at all."""
    found = False
    for number, line in enumerate(lines, 1):
        if text := line.strip():
            found = True
            yield Item(_bounded(text, file, number), file, number)
    if not found:
        yield Item(InputError("empty, expected one document or notation a line", file=file), file)


def _bounded(text: bytes, file: str, line: int) -> bytes | InputError:
    if len(text) <= MAX_DOCUMENT_BYTES:
        return text
    problem = f"over {MAX_DOCUMENT_BYTES:,} bytes, which is the limit for one document"
    return InputError(problem, file=file, line=line)
