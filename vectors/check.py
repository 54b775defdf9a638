"""Compare the output of any implementation with the vectors. Needs only Python.

    python vectors/check.py OUTPUT.jsonl
    python vectors/check.py OUTPUT.jsonl --of notations
    python vectors/check.py OUTPUT.jsonl --only hash,parameters,flops --without-encoder

Each line of OUTPUT.jsonl is a JSON object with the `id` of a vector and the keys of the expected file. Numbers may differ by
1e-5, relative to numbers above 1; hashes, whole numbers and texts must be equal. The order of lines and keys, and the order
of rows in tables, do not matter. An implementation may word the reason why a cost is unknown in its own way: `uncounted` is
compared only as empty or not, and the warning `parameters and FLOPs are unknown: REASON` without REASON, unless `--exact` is
given. Exit status: 0 if all is equal, 1 if something differs, 2 for a wrong file.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
FILES = {"documents": "expected", "invalid": "invalid", "notations": "notations", "embeddings": "embeddings"}
# What each file expects; the other keys are the question.
KEYS = {
    "documents": (
        *("hash", "canonical", "parameters", "flops", "uncounted", "reachable", "reachable_parameters"),
        *("warnings", "arrays", "score", "statistics", "distance", "refused"),
    ),
    "invalid": ("message",),
    "notations": ("hash", "parameters", "flops", "score", "refused"),
    "embeddings": ("ids", "embedding"),
}
TOLERANCE = 1e-5
# A warning that ends with a reason in free words.
UNKNOWN = "parameters and FLOPs are unknown: "
LARGEST_EXACT = 2**53

Record = Mapping[str, Any]


class WrongFileError(Exception):
    """A file that cannot be compared; the message says why."""


def differences(expected: Record, found: Record, keys: Collection[str], exact: bool = False) -> Iterator[str]:
    """Yield a sentence for every difference between two records.

    Args:
        expected: line of an expected file.
        found: line of the output with the same `id`.
        keys: keys to compare.
        exact: whether to compare reasons word by word.
    """
    for key in keys:
        if key not in expected:
            if found.get(key) is not None:
                yield f"{key}: found {_shown(found[key])}, expected no such key"
        elif key not in found:
            yield f"{key}: missing, expected {_shown(expected[key])}"
        else:
            both = [_plain(key, record[key]) for record in (expected, found)]
            yield from _compare(key, *(both if exact else [_without_reason(key, value) for value in both]))


def _plain(key: str, value: Any) -> Any:
    """Replace the rows of a table by the rows themselves, so that their order does not matter, and sort edges."""
    if not isinstance(value, Mapping) or key not in ("canonical", "arrays"):
        return value
    try:
        table, rows = ("kinds", "nodes") if key == "canonical" else ("operators", "index")
        rest = {name: part for name, part in value.items() if name not in (table, rows)}
        return {
            **rest,
            rows: [value[table][row] for row in value[rows]],
            "edges": sorted(map(list, value["edges"])),
        }
    except (KeyError, IndexError, TypeError):
        return value


def _without_reason(key: str, value: Any) -> Any:
    """Remove the reason why a cost is unknown."""
    if key == "uncounted" and isinstance(value, str):
        return "unknown" if value else ""
    if key == "warnings" and isinstance(value, list):
        return [text[: len(UNKNOWN)] if str(text).startswith(UNKNOWN) else text for text in value]
    return value


def _compare(place: str, expected: Any, found: Any) -> Iterator[str]:
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key in [*expected, *(key for key in found if key not in expected)]:
            if key not in found or key not in expected:
                yield f"{place}.{key}: {'missing' if key in expected else 'not expected'}"
            else:
                yield from _compare(f"{place}.{key}", expected[key], found[key])
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            yield f"{place}: {len(found)} entries, expected {len(expected)}"
            return
        for number, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from _compare(f"{place}[{number}]", one, other)
    elif not _equal(expected, found):
        yield f"{place}: found {_shown(found)}, expected {_shown(expected)}"


def _equal(expected: Any, found: Any) -> bool:
    numbers = [isinstance(value, int | float) and not isinstance(value, bool) for value in (expected, found)]
    if not all(numbers):
        return type(expected) is type(found) and bool(expected == found)
    if isinstance(expected, int) and abs(expected) < LARGEST_EXACT and float(found).is_integer():
        return bool(expected == found)
    scale = max(1.0, abs(expected))
    return math.isfinite(found) and abs(expected - found) <= TOLERANCE * scale


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:197]}..."


def read_lines(file: Path) -> dict[str, Record]:
    """Return the JSON objects of a file by their `id`.

    Raises:
        WrongFileError: the file cannot be read, a line is not a JSON object with an `id`, or an `id` occurs twice.
    """
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongFileError(f"{file}: cannot be read: {error}") from error
    records: dict[str, Record] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise WrongFileError(f"{file}: line {number}: not valid JSON: {error}") from error
        if not isinstance(record, dict) or not isinstance(record.get("id"), str):
            raise WrongFileError(f'{file}: line {number}: expected an object with an "id"')
        if record["id"] in records:
            raise WrongFileError(
                f"{file}: line {number}: the id {record['id']!r} occurs twice, expected it once"
            )
        records[record["id"]] = record
    return records


def compare_files(
    output: Path,
    of: str = "documents",
    only: Sequence[str] = (),
    without_encoder: bool = False,
    exact: bool = False,
) -> tuple[int, list[str]]:
    """Compare an output with the vectors.

    Args:
        output: JSON Lines of an implementation.
        of: key of `FILES`.
        only: keys to compare; empty for all.
        without_encoder: skip documents whose score needs the sentence encoder.
        exact: whether to compare reasons word by word.

    Returns:
        number of compared vectors, and a sentence for every difference.

    Raises:
        WrongFileError: a file is wrong, or a key of `only` is unknown.
    """
    unknown = [key for key in only if key not in KEYS[of]]
    if unknown:
        raise WrongFileError(f"--only {unknown[0]}, expected some of {', '.join(KEYS[of])}")
    expected, found = read_lines(FOLDER / f"{FILES[of]}.jsonl"), read_lines(output)
    problems = [f"{name}: no vector has this id" for name in found if name not in expected]
    compared = 0
    for name, record in expected.items():
        if without_encoder and record.get("needs_encoder"):
            continue
        compared += 1
        if name in found:
            problems += [
                f"{name}: {text}" for text in differences(record, found[name], only or KEYS[of], exact)
            ]
        else:
            problems.append(f"{name}: missing, expected a line with this id")
    return compared, problems


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line of this module and return its exit status."""
    parser = argparse.ArgumentParser(description="Compare the output of an implementation with the vectors.")
    parser.add_argument("output", type=Path, help="JSON Lines of the implementation")
    parser.add_argument(
        "--of", choices=FILES, default="documents", help="vectors to compare with (default: documents)"
    )
    parser.add_argument("--only", default="", help="keys to compare, separated by commas (default: all)")
    parser.add_argument(
        "--without-encoder", action="store_true", help="skip documents that need the sentence encoder"
    )
    parser.add_argument(
        "--exact", action="store_true", help="compare the reasons of unknown costs word by word"
    )
    parser.add_argument(
        "--shown", type=int, default=20, help="largest number of differences to print (default: 20)"
    )
    options = parser.parse_args(arguments)
    only = [key for key in options.only.split(",") if key]
    try:
        compared, problems = compare_files(
            options.output, options.of, only, options.without_encoder, options.exact
        )
    except WrongFileError as error:
        print(error, file=sys.stderr)
        return 2
    for problem in problems[: options.shown]:
        print(problem)
    wrong = len({problem.split(":")[0] for problem in problems})
    print(f"{compared} vectors of {options.of} compared, {wrong} wrong, {len(problems)} differences")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
