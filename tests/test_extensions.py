"""Notations, searchers, evaluators, tables and operators of other packages: the documented package, and broken ones."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nasport.runtime.costs import network_cost
from nasport.runtime.operators import applied
from nasport.runtime.operators.quantities import Shape
from nasport.runtime.predictor import Predictor
from nasport.schemas import architecture_from_json
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.canonical import architecture_hash
from nasport.schemas.operators import known_operator
from nasport.schemas.plugins import ExtensionWarning
from nasport.toolkit.laboratory.tables import READERS, read_table
from nasport.toolkit.notations import NOTATIONS, notation, notations_of
from nasport.toolkit.search import search
from nasport.toolkit.search.evaluators import EVALUATORS
from nasport.toolkit.search.searchers import SEARCHERS, make_searcher
from tests import commands
from tests.documents import node
from tests.extensions import documented_files, environment, forget, install, install_documented
from tests.space_documents import shipped, space

BLOCK = {"text": "Toy block of a 3 by 3 and a 1 by 1 convolution", "kind": "toy_block", "kernel": 3}
NODES = [
    node("a", "input"),
    node("b", "toy_block", "a"),
    node("c", "toy_gain", "b"),
    node("d", "output", "c"),
]
DOCUMENT: dict[str, Any] = {
    "format": "nasport-architecture",
    "version": 1,
    "cells": {"cell": {"nodes": NODES}},
    "skeleton": {
        "input": {"channels": 3, "height": 16, "width": 16},
        "stem": [{"op": "conv_3x3", "width": 8}],
        "stages": [{"cell": "cell"}],
        "head": [{"op": "global_avg_pool"}],
        "classes": 10,
    },
}

# Entry points that do not work: group, name, target, expected message.
BROKEN = [
    ("notations", "broken_notation", "broken.missing:Notation", "ModuleNotFoundError: No module named 'broken.missing'"),
    ("notations", "misnamed", "broken.parts:Misnamed", "its `name` is 'toy_chain', expected the name of its entry point"),
    ("searchers", "broken_searcher", "broken.parts:NUMBER", "it is 1, expected a subclass of nasport.toolkit.search.searcher.Searcher"),
    ("evaluators", "broken_evaluator", "broken.parts:NUMBER", "it is 1, expected a function"),
    ("tables", "broken_table", "broken.parts:read", "AttributeError: module 'broken.parts' has no attribute 'read'"),
    ("operators", "broken_syntax", "broken.syntax", "SyntaxError: invalid syntax (syntax.py, line 1)"),
    ("operators", "broken_name", "broken.operators", "neither OPERATORS nor KINDS has this name"),
    ("operators", "broken_entry", "broken.operators", "operators.broken_entry.kernel: must be integer, found \"three\""),
    ("operators", "broken_kind", "broken.operators", "its entry in RULES is None, expected a nasport.runtime.operators.rule.Rule"),
    ("operators", "broken_attribute", "broken.operators", "unknown attribute 'color', expected one of kernel, stride"),
]  # fmt: skip
FILES = {
    "broken/parts.py": (
        "from toy_extension.notation import ToyChain\n\nNUMBER = 1\n\nclass Misnamed(ToyChain):\n    pass\n"
    ),
    "broken/syntax.py": "def\n",
    "broken/operators.py": (
        'OPERATORS = {"broken_entry": {"text": "Broken", "kind": "convolution", "kernel": "three"}}\n'
        'KINDS = {"broken_kind": {}, "broken_attribute": {"needs": ["color"]}}\n'
    ),
}


def points(*entries: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Return entry points by group from tuples (group, name, target, ...)."""
    found: dict[str, dict[str, str]] = {}
    for group, name, place, *_ in entries:
        found.setdefault(f"nasport.{group}", {})[name] = place
    return found


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Folder of the package of docs/guides/extending.md, installed for this test."""
    install_documented(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    forget()
    yield tmp_path
    forget()


@pytest.fixture
def broken(toy: Path) -> Path:
    """Folder of the documented package and of a package in which nothing works."""
    install(toy, "broken-extension", points(*BROKEN), FILES)
    forget()
    return toy


def nasport(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nasport", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=folder, env=environment(folder), check=False
    )


def parameters_of(document: dict[str, Any]) -> int:
    return network_cost(architecture_from_json(document)).cost.parameters


def with_operators(**operators: Any) -> dict[str, Any]:
    return {**copy.deepcopy(DOCUMENT), "operators": operators}


def test_names_are_listed_after_the_shipped_ones(toy: Path) -> None:
    assert [[*registry][-1] for registry in (NOTATIONS, SEARCHERS, EVALUATORS, READERS)] == [
        "toy_chain",
        "toy_walk",
        "toy_evaluator",
        "toy_table",
    ]
    assert next(iter(SEARCHERS)) == "hybrid"


def test_a_notation_reads_writes_and_is_recognized(toy: Path) -> None:
    chain = notation("toy_chain")
    assert chain.write(chain.parse("cdp")) == "cdp"
    assert notations_of(["cdp"]) == ["toy_chain"]
    with pytest.raises(InputError, match=r"unknown notation 'toy_chian', did you mean 'toy_chain'\?"):
        notation("toy_chian")


def test_a_table_is_read_by_its_name(toy: Path) -> None:
    (toy / "toy_table.tsv").write_text("cdp\t91.5\ncc\t90\n", "utf-8")
    table = read_table("toy_table", toy)
    assert (table.texts, table.labels["accuracy"].tolist()) == (("cdp", "cc"), [91.5, 90.0])
    pytest.importorskip("scipy", reason="an audit needs SciPy")
    (toy / "scores.csv").write_text("architecture,score\ncdp,1\ncc,2\n", "utf-8")
    audit = commands.nasport(
        "audit", toy / "scores.csv", "--table", "toy_table", "--json", NASPORT_DATA=str(toy)
    )
    assert json.loads(audit.stdout)["metrics"]["spearman"] == -1
    assert b"\ntoy_table\n    from " in commands.nasport("data", NASPORT_DATA=str(toy)).stdout
    with pytest.raises(InputError, match=r"unknown table 'toytable', did you mean 'toy_table'\?"):
        read_table("toytable", toy)


def test_a_search_with_an_evaluator_and_a_searcher(toy: Path) -> None:
    def run() -> Any:
        return search("nasbench201", searcher="toy_walk", evaluator="toy_evaluator", evaluations=80, seed=3)

    result = run()
    assert result.winners[0].evaluation.score == 6  # every edge is a convolution
    assert [each.query for each in result.evaluations] == [each.query for each in run().evaluations]
    assert result.settings["evaluator"] == "toy_evaluator"
    assert result.settings["evaluator_settings"]["name"] == "convolutions"
    assert result.settings["bundle"] is None
    assert "evaluator_settings" not in search("nasbench201", searcher="random", evaluations=3).settings


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"searcher": "toy_walk", "pareto": "flops"}, "'toy_walk' supports one objective"),
        ({"searcher": "pruning", "evaluator": "toy_evaluator"}, "the evaluator 'toy_evaluator' does not support; .*exhaustive, toy_walk$"),
        ({"evaluator": "toy_evalautor"}, r"unknown evaluator 'toy_evalautor', did you mean 'toy_evaluator'\? .*both, panel, toy_evaluator$"),
        ({"searcher": "toy_wlak"}, r"unknown searcher 'toy_wlak', did you mean 'toy_walk'\?"),
        ({"evaluator": "toy_evaluator", "objective": len}, "an objective and the evaluator 'toy_evaluator'"),
    ],
)  # fmt: skip
def test_impossible_searches_are_refused(toy: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        search("nasbench201", **options)


def test_an_evaluator_of_another_type_is_refused(toy: Path) -> None:
    install(
        toy,
        "odd-extension",
        points(("evaluators", "odd", "odd.evaluator:make")),
        {"odd/evaluator.py": "def make(domain):\n    return 3\n"},
    )
    forget()
    with pytest.raises(InputError, match=r"the extension 'odd' returned 3, expected a .*Evaluator"):
        search("nasbench201", evaluator="odd")


def test_an_operator_equals_the_same_operator_stated_in_a_document(toy: Path) -> None:
    named = architecture_from_json(DOCUMENT)
    spelled = architecture_from_json(
        with_operators(
            toy_block=BLOCK, toy_gain={"text": "Multiplication by one trained number", "kind": "toy_gain"}
        )
    )
    assert architecture_from_json(named.to_json()) == named
    assert architecture_hash(named) == architecture_hash(spelled)
    first, second = Predictor.load().score([named, spelled])
    assert (first.score, first.parameters) == (second.score, second.parameters)
    renamed = copy.deepcopy(DOCUMENT)
    renamed["cells"]["cell"]["nodes"][1]["op"] = "toy_block_5x5"
    assert architecture_hash(architecture_from_json(renamed)) != architecture_hash(named)


def test_an_operator_is_counted_from_its_layers(toy: Path) -> None:
    operator = known_operator("toy_block")
    assert operator is not None
    cost, shape = applied(operator, Shape(8, 4, 4), None)
    assert (cost.parameters, cost.flops) == (8 * 9 + 16 + 64 + 16, (8 * 9 + 64) * 16)
    assert shape == Shape(8, 4, 4)
    assert parameters_of(DOCUMENT) == (3 * 9 * 8 + 16 + cost.parameters + 1 + 8 * 10 + 10)


def test_a_document_describes_operators_of_the_new_kind(toy: Path) -> None:
    wide = architecture_from_json(with_operators(toy_block={**BLOCK, "text": "Wide", "kernel": 7}))
    assert applied(wide.operator("toy_block"), Shape(8, 4, 4), None)[0].parameters == 8 * 49 + 16 + 64 + 16
    for wrong, message in {
        "kernel": ("operators.toy_block: an operator of kind 'toy_block' needs 'kernel'"),
        "kind": (
            "operators.toy_block.kind: \"toy_blok\", did you mean 'toy_block'? expected one of input, output"
        ),
        "dilation": ("operators.toy_block.dilation: an operator of kind 'toy_block' has no attribute 'dilation'"),
        "kernels": ("operators.toy_block.kernels: unknown key 'kernels', did you mean 'kernel'?"),
    }.items():  # fmt: skip
        entry = {**BLOCK, wrong: "toy_blok" if wrong == "kind" else 2}
        if wrong == "kernel":
            del entry["kernel"]
        with pytest.raises(InputError) as error:
            architecture_from_json(with_operators(toy_block=entry))
        assert str(error.value).startswith(message)


def test_attributes_of_a_node_are_those_of_the_new_kind(toy: Path) -> None:
    document = copy.deepcopy(DOCUMENT)
    document["cells"]["cell"]["nodes"][1]["attributes"] = {"kernel": 7}
    assert parameters_of(document) - parameters_of(DOCUMENT) == 8 * (49 - 9)
    document["cells"]["cell"]["nodes"][1]["attributes"] = {"heads": 2}
    with pytest.raises(
        InputError, match=r"cells.cell.nodes\[1\].attributes.heads: .* has no attribute 'heads'"
    ):
        architecture_from_json(document)


def test_an_operator_as_a_network(toy: Path) -> None:
    pytest.importorskip("torch")
    from tests.written_networks import compared

    text = compared(architecture_from_json(DOCUMENT))
    assert "class ToyGain(nn.Module):" in text
    assert "toy_extension" not in text


def test_a_space_of_operators_of_an_extension(toy: Path) -> None:
    row = {"options": [[{"op": key}] for key in ("toy_block", "toy_block_5x5", "skip_connect")]}
    skeleton = {**DOCUMENT["skeleton"], "stages": [{"sequence": row}, {"sequence": row}]}
    result = search(space(skeleton=skeleton))
    assert len(result.evaluations) == 9
    assert all(each.facts["parameters"] is not None for each in result.evaluations)


def test_unknown_keys_are_refused_with_the_nearest_key(toy: Path) -> None:
    document = copy.deepcopy(DOCUMENT)
    document["cells"]["cell"]["nodes"][2]["op"] = "toy_gian"
    with pytest.raises(InputError) as error:
        architecture_from_json(document)
    assert str(error.value).startswith(
        "cells.cell.nodes[2].op: unknown operator 'toy_gian', did you mean 'toy_gain'? expected one of"
    )


@pytest.mark.parametrize(("group", "name", "place", "reason"), BROKEN)
def test_extensions_that_cannot_be_loaded_are_reported(
    broken: Path, group: str, name: str, place: str, reason: str
) -> None:
    def ask() -> Any:
        if group == "operators":
            document = copy.deepcopy(DOCUMENT)
            document["cells"]["cell"]["nodes"][1]["op"] = name
            return architecture_from_json(document)
        return {"notations": NOTATIONS, "searchers": SEARCHERS, "evaluators": EVALUATORS, "tables": READERS}[
            group
        ][name]

    if name in ("broken_kind", "broken_attribute"):  # these two are only kinds
        with pytest.raises(InputError) as error:
            architecture_from_json(with_operators(toy_block={"text": "Broken", "kind": name}))
        where = "operators.toy_block.kind: "
    else:
        with pytest.raises(InputError) as error:
            ask()
        where = "cells.cell.nodes[1].op: " if group == "operators" else ""
    said = f"the {group[:-1]} '{name}' of broken-extension 0.1 ({place}) cannot be loaded: {reason}"
    assert str(error.value).startswith(where + said)


def test_a_broken_extension_leaves_the_others_working(broken: Path) -> None:
    assert make_searcher("toy_walk", shipped_domain(), seed=0, evaluations=1).ask()
    assert parameters_of(DOCUMENT)
    with pytest.warns(
        ExtensionWarning, match=r"the notation '(broken_notation|misnamed)' of broken-extension 0\.1"
    ):
        assert dict(NOTATIONS.working()).keys() == {*NOTATIONS} - {"broken_notation", "misnamed"}


def shipped_domain() -> Any:
    from nasport.toolkit.search.domain import SpaceDomain

    return SpaceDomain(shipped("nasbench201"))


def test_extensions_cannot_replace_names_of_nasport(toy: Path) -> None:
    entries = ("notations", "darts", "toy_extension.notation:ToyChain")
    install(toy, "bold-extension", points(entries, ("operators", "conv_3x3", "toy_extension.operators")), {})
    forget()
    assert type(notation("darts")).__module__ == "nasport.toolkit.notations.darts"
    with pytest.warns(
        ExtensionWarning, match=r"'darts' of bold-extension 0.1 \(.*\) is not used, because nasport ships"
    ):
        assert [*NOTATIONS].count("darts") == 1
    operator = known_operator("conv_3x3")
    assert operator is not None
    assert operator.kind == "convolution"


def test_a_name_of_two_packages_is_refused(toy: Path) -> None:
    entries = [("notations", "toy_chain", "twin:Twin"), ("operators", "toy_block", "twin")]
    install(toy, "twin-extension", points(*entries), {})
    forget()
    for group, name, place in entries:
        with pytest.raises(InputError) as error:
            notation(name) if group == "notations" else architecture_from_json(DOCUMENT)
        assert f"the {group[:-1]} '{name}' is defined by toy-extension 0.1 (toy_extension." in str(
            error.value
        )
        assert f" and twin-extension 0.1 ({place}), expected one definition" in str(error.value)


def test_shipped_names_do_not_load_extensions(tmp_path: Path) -> None:
    """A document with its own operators does not load them either, so extensions do not slow down nasport score."""
    own = {
        "mine": {"text": "An operator of my own"},
        "wide": {"text": "Wide", "kind": "convolution", "kernel": 9},
    }
    nodes = [node("a", "input"), node("b", "mine", "a"), node("c", "wide", "b"), node("d", "output", "c")]
    document = {
        "format": "nasport-architecture",
        "version": 1,
        "operators": own,
        "cells": {"cell": {"nodes": nodes}},
    }
    (tmp_path / "own.json").write_text(json.dumps(document), "utf-8")
    cell = "|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|avg_pool_3x3~2|"
    for arguments in (["score", "own.json"], ["score", "--from", "nasbench201", cell]):
        code = (
            "import importlib.metadata, sys\n"
            "def refuse(**_): raise SystemExit('packages were looked through')\n"
            "importlib.metadata.entry_points = refuse\n"
            "from nasport.toolkit.main import run\n"
            f"sys.argv = ['nasport', *{arguments!r}]\n"
            "run()\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert not done.stderr


def test_the_command_line_with_extensions(broken: Path) -> None:
    (broken / "arch.json").write_text(json.dumps(DOCUMENT), "utf-8")
    scored = nasport(broken, "score", "arch.json", "--json")
    assert scored.returncode == 0, scored.stderr
    assert json.loads(scored.stdout)["parameters"] == 491
    assert not scored.stderr  # the broken package is not loaded

    formats = nasport(broken, "formats", "--json")
    names = [json.loads(line)["name"] for line in formats.stdout.splitlines()]
    assert names[0] == "nasbench101"
    assert names[-1] == "toy_chain"
    assert formats.returncode == 0
    first, second = formats.stderr.splitlines()
    assert first.startswith("nasport: warning: the notation 'broken_notation' of broken-extension 0.1 (")
    assert second.startswith("nasport: warning: the notation 'misnamed' of broken-extension 0.1 (")

    listed = nasport(broken, "operators", "--json")
    keys = [json.loads(line)["name"] for line in listed.stdout.splitlines()]
    assert {"conv_7x7", "toy_block", "toy_block_5x5", "toy_gain"} <= {*keys}
    assert "nasport: warning: the operator 'broken_entry' of broken-extension 0.1" in listed.stderr
    assert nasport(broken, "operators", "toy_gain").stdout.startswith(
        "toy_gain\n    description  Multiplication"
    )
    assert json.loads(nasport(broken, "operators", "--kinds", "toy_block", "--json").stdout)["needs"] == [
        "kernel"
    ]
    assert "toy_block" in nasport(broken, "show", "arch.json").stdout

    asked = nasport(broken, "score", "--from", "broken_notation", "x")
    assert asked.returncode == 2
    assert asked.stderr.startswith(
        "nasport: the notation 'broken_notation' of broken-extension 0.1 (broken.missing"
    )

    for option, known in (("--searcher", "toy_walk"), ("--evaluator", "toy_evaluator")):
        unknown = nasport(broken, "search", "--space", "nasbench201", option, "unknown")
        assert unknown.returncode == 2
        assert known in unknown.stderr

    options = ["--space", "nasbench201", "--evaluations", "20", "--evaluator", "toy_evaluator", "--json"]
    found = nasport(broken, "search", *options, "--searcher", "toy_walk", "--out", "run")
    assert found.returncode == 0, found.stderr
    again = nasport(broken, "search", *options, "--searcher", "toy_walk", "--out", "run", "--resume")
    assert (again.returncode, again.stdout) == (0, found.stdout)
    for option in ("--searcher", "--evaluator"):
        name = f"broken_{option[2:]}"
        wrong = nasport(broken, "search", "--space", "nasbench201", option, name)
        assert wrong.returncode == 2
        assert f"the {option[2:]} '{name}' of broken-extension 0.1" in wrong.stderr


def test_the_page_shows_every_group() -> None:
    groups = {"notations", "searchers", "evaluators", "tables", "operators"}
    assert all(f'"nasport.{group}"]' in documented_files()["pyproject.toml"] for group in groups)
