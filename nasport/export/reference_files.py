"""Vocabulary and vectors in bundles: the files with which another language can read a bundle and check itself.

    python -m nasport.export.reference_files nasport/models/pretrained/*

The command writes them into existing bundles and leaves all other files unchanged, except for their list in `bundle.json`.
Run it again after a change to the vocabulary, to costs or to the canonical form.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nasport.export.bundle_vectors import VECTORS_FILE, predictor_vectors
from nasport.export.encoder_vectors import encoder_vectors
from nasport.export.file_entries import describe
from nasport.export.vocabulary_file import VOCABULARY_FILE, vocabulary_bytes
from nasport.runtime.bundle import MANIFEST, Bundle, open_bundle
from nasport.runtime.encoder import Encoder
from nasport.schemas.writing import write_atomically


def reference_contents(bundle: Bundle) -> dict[str, bytes]:
    """Return the content of the reference files of a bundle, by name.

    Args:
        bundle: opened bundle; its manifest need not be written yet.

    Raises:
        InputError: a file of the bundle is wrong.
        MissingRuntimeError: ONNX Runtime is not installed.
    """
    if bundle.kind == "encoder":
        return {VECTORS_FILE: encoder_vectors(Encoder.from_bundle(bundle, ["cpu"]))}
    return {VOCABULARY_FILE: vocabulary_bytes(), VECTORS_FILE: predictor_vectors(bundle)}


def write_reference_files(folder: Path, manifest: Mapping[str, Any]) -> dict[str, dict[str, str | int]]:
    """Write the reference files of a bundle and return their entries for the manifest.

    Args:
        folder: folder of the bundle.
        manifest: content of `bundle.json`, which lists the other files of the bundle and need not be written yet.
    """
    entries = {}
    for name, data in reference_contents(Bundle(folder, manifest)).items():
        write_atomically(folder / name, data)
        entries[name] = describe(data)
    return entries


def add_reference_files(folder: Path) -> None:
    """Write the reference files into an existing bundle and list them in its manifest.

    Raises:
        InputError: the folder is not a bundle, or one of its files is wrong.
        MissingRuntimeError: ONNX Runtime is not installed.
    """
    open_bundle(folder)
    file = folder / MANIFEST
    before = file.read_text("utf-8")
    manifest = json.loads(before)
    in_ascii = before == _text(manifest, True)
    manifest["files"].update(write_reference_files(folder, manifest))
    write_atomically(file, _text(manifest, in_ascii).encode())


def _text(manifest: Mapping[str, Any], in_ascii: bool) -> str:
    return json.dumps(manifest, indent=2, ensure_ascii=in_ascii) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line of this module: folders of bundles."""
    parser = argparse.ArgumentParser(description="Write vocabulary and vectors into bundles.")
    parser.add_argument("folders", type=Path, nargs="+", help="folders of bundles")
    options = parser.parse_args(arguments)
    for folder in options.folders:
        add_reference_files(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
