"""The JavaScript package agrees with nasport: on valid and damaged documents, on notations, and on tokens."""

from __future__ import annotations

import importlib
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("onnxruntime", reason="needs the extra 'cpu'")

from nasport.runtime.bundle import open_bundle, shipped_folder
from nasport.runtime.encoder import Encoder
from nasport.toolkit.notations import NOTATIONS, notation
from tests.commands import ROOT, nasport
from tests.snippets import link_packages, why_no_packages

_MISSING = why_no_packages()
pytestmark = pytest.mark.skipif(_MISSING is not None, reason=str(_MISSING))

EXAMPLES = ("examples/resnet_like_cell.json", "examples/unknown_operator_cell.json")
AS_WRITTEN, DAMAGED, TOGETHER = 100, 200, 50  # documents; texts in one question
# What CPython's json module says about broken JSON changed in 3.13.
_SYNTAX = "not valid JSON:"
# Keys of `nasport score --json` and of JavaScript's Score; the other keys have the same name in both.
_RENAMED = {"reachableParameters": "reachable_parameters"}
_SCORE = """
import { InputError, openBundle, parseArchitecture, Predictor, readNotation } from "nasport";
import { bundleFromFolder } from "nasport/node";
import { readFileSync } from "node:fs";

const { folder, encoder, documents, texts } = JSON.parse(readFileSync(0, "utf8"));
const [bundle, words] = await Promise.all([folder, encoder].map((name) => openBundle(bundleFromFolder(name))));
const predictor = await Predictor.load(bundle, { encoder: words });
const scores = await predictor.score(documents.map((text) => parseArchitecture(text)));
for (const [name, text] of texts) {
  const score = predictor.score([readNotation(name, text)]);
  scores.push(...await score.catch((error) => {
    if (error instanceof InputError) return [{ refused: error.problem }];
    throw error;
  }));
}
console.log(JSON.stringify(scores));
"""
_TOKENS = """
import { Encoder, openBundle } from "nasport";
import { bundleFromFolder } from "nasport/node";
import { readFileSync } from "node:fs";

const { encoder, texts } = JSON.parse(readFileSync(0, "utf8"));
const loaded = await Encoder.load(await openBundle(bundleFromFolder(encoder)));
console.log(JSON.stringify(texts.map((text) => loaded.tokenIds(text))));
"""


@pytest.fixture(scope="module")
def fuzz() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "benchmarks")
        yield importlib.import_module("document_fuzz")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which Node programs can import the package as it is published."""
    folder = tmp_path_factory.mktemp("javascript")
    link_packages(folder)
    return folder


def in_node(program: str, question: Any, folder: Path) -> Any:
    """Return the JSON that a Node program answers to a question on its standard input."""
    (folder / "program.mjs").write_text(program, "utf-8")
    done = subprocess.run(
        ["node", "program.mjs"], input=json.dumps(question), cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def without_syntax(result: dict[str, Any]) -> dict[str, Any]:
    """Return a result without the words of Python's JSON parser, if this Python has other words."""
    message = result.get("message", "")
    if _SYNTAX not in message or sys.version_info < (3, 13):
        return result
    return {"message": message.partition(_SYNTAX)[0]}


def test_both_agree_on_valid_and_damaged_documents(fuzz: ModuleType) -> None:
    lines = (ROOT / "vectors" / "documents.jsonl").read_text("utf-8").splitlines()
    documents = [json.loads(line)["document"] for line in lines]
    draw = random.Random("test_javascript")
    texts = [json.dumps(document) for document in draw.sample(documents, AS_WRITTEN)]
    texts += [fuzz.damaged(draw, draw.choice(documents)) for _ in range(DAMAGED)]
    javascript = fuzz.workers(fuzz.__file__, "javascript")["javascript"]
    problems, counts = [], {"scored": 0, "refused": 0}
    try:
        for first in range(0, len(texts), TOGETHER):
            chunk = texts[first : first + TOGETHER]
            found = javascript(chunk)
            assert "failed" not in found, found
            for text, ours, theirs in zip(
                chunk, fuzz.answer(chunk)["results"], found["results"], strict=True
            ):
                counts["refused" if "message" in ours else "scored"] += 1
                differ = fuzz.differences(without_syntax(ours), without_syntax(theirs))
                problems += [(differ, text, ours, theirs)] if differ else []
    finally:
        javascript.stop()
    assert problems == []
    assert counts["scored"] > AS_WRITTEN
    assert counts["refused"] > DAMAGED / 4


def test_the_published_package_prints_what_the_command_prints(fuzz: ModuleType, installed: Path) -> None:
    cells = (ROOT / "examples" / "cells.txt").read_text("utf-8").splitlines()
    texts = [(name, notation(name).example) for name in NOTATIONS] + [("nasbench201", cell) for cell in cells]
    question = {
        "folder": str(shipped_folder() / "universal"),
        "encoder": str(shipped_folder() / "minilm"),
        "documents": [(ROOT / name).read_text("utf-8") for name in EXAMPLES],
        "texts": texts,
    }
    found = in_node(_SCORE, question, installed)
    command = ("score", "--json", "--provider", "cpu")
    printed = [nasport(*command, name) for name in EXAMPLES]
    printed += [nasport(*command, "--from", name, "-", stdin=text.encode()) for name, text in texts]
    ranks = [record.pop("rank") for record in found[: len(EXAMPLES)]]
    assert ranks == [2, 1]
    scored = 0
    for done, record in zip(printed, found, strict=True):
        if "refused" in record:
            assert done.returncode == 2
            assert record["refused"] in done.stderr.decode()
            continue
        (ours,) = (json.loads(line) for line in done.stdout.splitlines())
        theirs = {_RENAMED.get(key, key): value for key, value in record.items()}
        theirs["name"] = (
            theirs["name"] or ours["name"]
        )  # the command names an unnamed architecture by its text
        assert fuzz.differences(ours, {**theirs, "file": ours["file"], "line": ours["line"]}) == []
        assert (ours["bundle"], theirs.get("rank", 1)) == (theirs["bundle"], 1)
        scored += 1
    assert scored >= len(printed) - 1  # recurrent networks are not scored


def test_a_description_has_at_most_256_tokens(installed: Path) -> None:
    texts = ["convolution " * 400, "separable convolution 3 by 3", " ".join(map(str, range(400))), ""]
    encoder = Encoder.from_bundle(open_bundle("minilm"), providers=["cpu"])
    found = in_node(_TOKENS, {"encoder": str(shipped_folder() / "minilm"), "texts": texts}, installed)
    assert found == [encoder.token_ids(text) for text in texts]
    assert [len(ids) for ids in found[:3]] == [256, len(found[1]), 256]
    assert len(found[1]) < 20
