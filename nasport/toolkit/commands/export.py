"""`nasport export`: write or verify a folder with which any language can score architectures."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from pathlib import Path

from nasport.schemas.errors import InputError
from nasport.toolkit.options import JsonOptions, option
from nasport.toolkit.printing.report import Report, say, warn
from nasport.toolkit.writing import writing


@dataclass(frozen=True, kw_only=True)
class ExportOptions(JsonOptions):
    """Options of `nasport export`."""

    standalone: Path | None = option(None, "New folder to write.", metavar="FOLDER")
    bundle: str | None = option(
        None,
        "With --standalone: predictor, a name (see `nasport bundles`) or a folder (default: universal).",
        suggest="bundles",
    )
    without_encoder: bool = option(
        False,
        "With --standalone: leave out the sentence encoder (23 MB), which only operators described in words need.",
    )
    verify: Path | None = option(
        None, "Folder to verify: checksums, manifest, and the vectors by ONNX Runtime.", metavar="FOLDER"
    )


def run(options: ExportOptions) -> int:
    """Write or verify a folder.

    Returns:
        Exit status.

    Raises:
        InputError: not exactly one of both folders is given, the new folder exists, the other was not written by this
            command, or the bundle is unknown or wrong.
        MissingRuntimeError: ONNX Runtime is needed and not installed.
    """
    if options.standalone is not None and options.verify is not None:
        raise InputError("--standalone and --verify together, expected one of them")
    if options.standalone is not None:
        return _write(options.standalone, options)
    if options.verify is None:
        raise InputError(
            "no folder, expected --standalone FOLDER to write one or --verify FOLDER to verify one"
        )
    for name in ("bundle", "without_encoder"):
        if name in options.given and getattr(options, name):
            flag = "--" + name.replace("_", "-")
            raise InputError(f"{flag} has no effect with --verify, expected --standalone or no {flag}")
    return _verify(options.verify, options.json)


def _write(folder: Path, options: ExportOptions) -> int:
    from nasport.export.standalone import write_standalone
    from nasport.runtime.bundle import open_bundle
    from nasport.runtime.predictor import DEFAULT_BUNDLE

    bundle = open_bundle(options.bundle or DEFAULT_BUNDLE)
    with writing(folder):
        written = write_standalone(folder, bundle, not options.without_encoder)
    total = sum(written.sizes.values())
    if options.json:
        record = {
            "folder": str(folder),
            "bundle": written.bundle,
            "files": dict(written.sizes),
            "bytes": total,
        }
        print(json.dumps(record))
    else:
        print(f"{written.bundle}: {len(written.sizes)} files, {total / 1e6:.1f} MB")
        say("the folder is ready; verify it anywhere:", f"nasport export --verify {shlex.quote(str(folder))}")
    return 0


def _verify(folder: Path, as_json: bool) -> int:
    from nasport.export.standalone_check import verify_standalone

    found, report = verify_standalone(folder), Report()
    for problem in found.problems:
        report.error(problem)
    if found.unlisted:
        warn(f"{folder}: not part of the export and not verified: {', '.join(found.unlisted)}")
    if as_json:
        record = {
            "folder": str(folder),
            "bundle": found.bundle or None,
            "valid": not found.problems,
            "files": found.files,
            "vectors": found.vectors,
            "problems": [str(problem) for problem in found.problems],
            "unlisted": list(found.unlisted),
        }
        print(json.dumps(record))
    elif not found.problems:
        print(
            f"{found.bundle}: {found.files} files are unchanged, {found.vectors} vectors give the recorded results"
        )
    return report.status
