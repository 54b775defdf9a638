"""Write a folder with everything that a program in another language needs to score architectures.

The folder is a bundle with more files: the encoder, if wanted, the vocabulary, the vectors, the specification, the schema of
documents, the license, a README and checksums.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from nasport.export.bundle_vectors import VECTORS_FILE
from nasport.export.file_entries import describe
from nasport.export.package_texts import LICENSE, NOTICE, SPECIFICATION, packaged_text
from nasport.export.reference_files import reference_contents
from nasport.export.vocabulary_file import VOCABULARY_FILE
from nasport.runtime.bundle import MANIFEST, Bundle
from nasport.runtime.description_reader import READER_FILE
from nasport.runtime.embeddings import TABLE, Embeddings
from nasport.runtime.encoder import MODEL_FILE as ENCODER_FILE
from nasport.runtime.encoder import TOKENIZER_FILE
from nasport.runtime.predictor import MODEL_FILE
from nasport.schemas.errors import InputError
from nasport.version import VERSION

CHECKSUMS = "SHA256SUMS"
ENCODER_CARD, ENCODER_VECTORS = "ENCODER-CARD.md", "encoder-vectors.json"
SCHEMA = "architecture.schema.json"
README = "README.md"
_CARD = "CARD.md"
_KEY = "standalone"

# What the README says about each file, in the order in which it lists them.
_ABOUT = {
    MANIFEST: "manifest: all files with their SHA-256, names and shapes of the tensors, training data, measured results",
    MODEL_FILE: "the predictor",
    TABLE: "embeddings of operator descriptions, for predictors that read them",
    VOCABULARY_FILE: "kinds and operators with all attributes and numbers",
    VECTORS_FILE: "documents with their arrays and the outputs of the predictor",
    SCHEMA: "JSON Schema of architecture documents",
    SPECIFICATION: "specification: from a document to its score",
    ENCODER_FILE: "sentence encoder, for operators that a document describes only in words",
    TOKENIZER_FILE: "tokenizer of the encoder",
    READER_FILE: "weights that read kind and numbers of an operator from its description",
    ENCODER_VECTORS: "texts with their tokens and embeddings",
    _CARD: "what the predictor was trained on, and how well it ranks",
    ENCODER_CARD: "origin and license of the encoder",
    LICENSE: "Apache License 2.0",
    NOTICE: "attributions",
}


class Standalone(NamedTuple):
    """A folder that was written.

    Attributes:
        folder: the folder.
        bundle: name of the bundle.
        sizes: bytes of every file by name.
    """

    folder: Path
    bundle: str
    sizes: Mapping[str, int]


def write_standalone(folder: Path, bundle: Bundle, with_encoder: bool = True) -> Standalone:
    """Write a folder with a predictor and all that a program in another language needs.

    The folder appears only when it is complete.

    Args:
        folder: new folder, or an empty one.
        bundle: predictor to copy.
        with_encoder: also copy the sentence encoder (23 MB).

    Raises:
        InputError: the folder is not empty, the bundle is an encoder, or a file of the bundle is wrong.
        MissingRuntimeError: the bundle has no vectors, and ONNX Runtime, which computes them, is not installed.
        OSError: the folder cannot be written.
    """
    check_is_new(folder)
    contents = standalone_contents(bundle, with_encoder)
    parent = folder.resolve().parent
    parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=parent, prefix=f".{folder.name}."))
    try:
        for name, data in contents.items():
            (unfinished / name).write_bytes(data)
        unfinished.chmod(0o755)  # mkdtemp makes the folder private
        check_is_new(folder)
        if folder.exists():
            folder.rmdir()  # Windows cannot rename onto an empty folder
        os.rename(unfinished, folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return Standalone(folder, bundle.name, {name: len(data) for name, data in contents.items()})


def check_is_new(folder: Path) -> None:
    """Raise InputError unless a folder is missing or empty; a link is refused."""
    if folder.is_symlink() or (folder.exists() and not (folder.is_dir() and not any(folder.iterdir()))):
        raise InputError("exists already, expected a new folder", file=str(folder))


def standalone_contents(bundle: Bundle, with_encoder: bool) -> dict[str, bytes]:
    """Return the content of every file of the folder, by name; arguments and errors as for `write_standalone`."""
    if bundle.kind != "predictor":
        raise InputError(f"the bundle {bundle.name!r} is an {bundle.kind}, expected a predictor")
    encoder_files = _encoder_contents(bundle) if with_encoder and bundle.manifest.get("encoder") else {}
    contents = {name: bundle.read(name) for name in _own_files(bundle)}
    if not {VOCABULARY_FILE, VECTORS_FILE} <= contents.keys():  # a bundle of an earlier release
        contents |= reference_contents(bundle)
    contents[SCHEMA] = (files("nasport.schemas") / SCHEMA).read_bytes()
    contents |= {name: packaged_text(name) for name in (SPECIFICATION, LICENSE, NOTICE)}
    contents |= encoder_files
    contents[README] = _readme(bundle, contents).encode()
    entries = {name: describe(data) for name, data in contents.items()}
    manifest = {**bundle.manifest, "files": entries, _KEY: {"nasport": VERSION}}
    contents[MANIFEST] = (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode()
    entries[MANIFEST] = describe(contents[MANIFEST])
    lines = [f"{entry['sha256']}  {name}\n" for name, entry in sorted(entries.items())]
    contents[CHECKSUMS] = "".join(lines).encode()
    return contents


def _own_files(bundle: Bundle) -> list[str]:
    """Return the files of the predictor in a bundle, which may have been written by `write_standalone`."""
    known = {MODEL_FILE, TABLE, _CARD, VOCABULARY_FILE, VECTORS_FILE}
    return [name for name in bundle.manifest["files"] if name in known]


def _encoder_contents(bundle: Bundle) -> dict[str, bytes]:
    """Return the files of the encoder with which a predictor was made."""
    encoder = Embeddings(bundle, ["cpu"]).encoder_bundle()
    contents = {name: encoder.read(name) for name in (ENCODER_FILE, TOKENIZER_FILE)}
    listed = encoder.manifest["files"]
    if READER_FILE in listed:
        contents[READER_FILE] = encoder.read(READER_FILE)
    inside = encoder.folder == bundle.folder  # then both encoder and predictor have vectors and a card
    vectors, card = (ENCODER_VECTORS, ENCODER_CARD) if inside else (VECTORS_FILE, _CARD)
    if vectors in listed:
        contents[ENCODER_VECTORS] = encoder.read(vectors)
    if card in listed:
        contents[ENCODER_CARD] = encoder.read(card)
    elif (encoder.folder / card).is_file():  # the manifest of the shipped encoder does not list its card
        contents[ENCODER_CARD] = (encoder.folder / card).read_bytes()
    return contents


def _readme(bundle: Bundle, contents: Mapping[str, bytes]) -> str:
    template = (files("nasport.export") / "standalone_readme.md").read_text("utf-8")
    rows = [
        f"| `{name}` | {about} |" for name, about in _ABOUT.items() if name in contents or name == MANIFEST
    ]
    if ENCODER_FILE in contents:
        limit = "Operators that a document describes only in words need the sentence encoder, which is in this folder."
    else:
        limit = "Operators that a document describes only in words get no score: the sentence encoder is not in this folder."
    named = bundle.manifest.get("license")
    return template.format(
        name=bundle.name,
        description=bundle.manifest.get("description", ""),
        files="\n".join(rows),
        encoder_limit=limit,
        version=VERSION,
        license=f"The license of the bundle is {named}." if named else "The bundle names no license.",
    )
