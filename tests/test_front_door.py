"""`import nasport`: lazy import, one function per task, and messages that name the accepted input."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import nasport
from nasport.toolkit.search.limits import Limit, limits_of
from tests.documents import document, node

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "resnet_like_cell.json"
SPACE = ROOT / "examples" / "my_space.json"
CELL = "|nor_conv_3x3~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|nor_conv_3x3~2|"
OTHER = "|skip_connect~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|nor_conv_3x3~2|"
GENOTYPE = (
    "Genotype(normal=[('sep_conv_3x3', 0), ('skip_connect', 1), ('dil_conv_5x5', 2), ('max_pool_3x3', 0)], "
    "normal_concat=range(2, 4), reduce=[('max_pool_3x3', 0), ('skip_connect', 1), ('max_pool_3x3', 0), "
    "('skip_connect', 2)], reduce_concat=range(2, 4))"
)
PLAIN = document([node("in", "input"), node("a", "conv_3x3", "in"), node("out", "output", "a")])


def loaded_by(code: str) -> set[str]:
    """Return the top-level modules outside the standard library that some code loads."""
    program = f"import sys; before = set(sys.modules); {code}; print(*(set(sys.modules) - before), sep='\\n')"
    command = [sys.executable, "-c", program]
    lines = subprocess.run(command, capture_output=True, check=True, text=True, cwd=ROOT).stdout.split()
    return {name for name in lines if name.split(".")[0] not in sys.stdlib_module_names}


def test_the_import_loads_nothing_but_the_standard_library() -> None:
    assert loaded_by("import nasport; dir(nasport); nasport.__all__") == {"nasport"}


def test_every_public_name_is_importable_and_stable() -> None:
    assert set(nasport.__all__) <= set(dir(nasport))
    assert all(getattr(nasport, name) is getattr(nasport, name) for name in nasport.__all__ if name[0] != "_")
    assert re.match(r"\d+\.\d+", nasport.__version__)
    with pytest.raises(AttributeError, match="no attribute 'scores'"):
        _ = nasport.scores


def test_subpackages_are_importable() -> None:
    code = "import nasport, nasport.schemas, nasport.runtime.predictor as p; assert nasport.Score is p.Score"
    assert "nasport.toolkit.python_api" not in loaded_by(code)


def test_one_input_gives_one_result_and_many_give_an_ordered_list(tmp_path: Path) -> None:
    value = json.loads(EXAMPLE.read_text())
    one = nasport.score(EXAMPLE)
    assert isinstance(one, nasport.Score)
    assert one.rank == 1
    assert nasport.score(str(EXAMPLE)) == nasport.score(value) == nasport.score(nasport.read(EXAMPLE)) == one
    scores = nasport.score([EXAMPLE, str(EXAMPLE), value, nasport.read(EXAMPLE)])
    assert scores == [one] * 4
    assert nasport.score(iter([value])) == [one]
    assert nasport.score([]) == []
    (tmp_path / "one.jsonl").write_text(json.dumps(value))
    (tmp_path / "array.json").write_text(f"[{json.dumps(value)}]")
    assert nasport.score(tmp_path / "one.jsonl") == nasport.score(tmp_path / "array.json") == [one]
    assert nasport.score(tmp_path) == [one, one]


def test_scores_equal_those_of_the_command(tmp_path: Path) -> None:
    file = tmp_path / "cells.txt"
    file.write_text(f"{CELL}\n{OTHER}\n")
    command = [sys.executable, "-m", "nasport", "score", "--json", "--from", "nasbench201", str(file)]
    printed = subprocess.run(command, capture_output=True, check=True, text=True, cwd=ROOT).stdout
    scores = nasport.score(file, notation="nasbench201")
    places = [{"file": str(file), "line": line} for line in (1, 2)]
    expected = [score.to_json() | place for score, place in zip(scores, places, strict=True)]
    assert [json.loads(line) for line in printed.splitlines()] == expected
    assert {score.rank for score in scores} == {1, 2}
    assert nasport.score([CELL, OTHER], notation="nasbench201") == scores
    assert nasport.score([file], notation="nasbench201") == scores
    assert nasport.score(CELL, notation="nasbench201") == scores[0]._replace(rank=1)


def test_a_bundle_is_selected_by_name_or_folder() -> None:
    by_name = nasport.score(EXAMPLE, bundle="tgnas-nb101", provider="cpu")
    folder = ROOT / "nasport" / "models" / "pretrained" / "tgnas-nb101"
    assert by_name.bundle == "tgnas-nb101"
    assert nasport.score(EXAMPLE, bundle=folder) == by_name
    assert nasport.load("tgnas-nb101").score([nasport.read(EXAMPLE)]) == [by_name]


def test_reading_and_parsing_give_architectures_and_spaces(tmp_path: Path) -> None:
    text = EXAMPLE.read_text()
    architecture = nasport.read(EXAMPLE)
    assert isinstance(architecture, nasport.Architecture)
    assert (
        nasport.parse(text) == nasport.parse(text.encode()) == nasport.parse(json.loads(text)) == architecture
    )
    space = nasport.read(SPACE)
    assert isinstance(space, nasport.Space)
    for other in (nasport.parse(SPACE.read_text()), nasport.parse(json.loads(SPACE.read_text()))):
        assert other.document == space.document
    assert nasport.Space.load(SPACE).document == nasport.Space.load(space).document == space.document
    assert nasport.parse(f"[{text}, {text}]") == [architecture] * 2
    (tmp_path / "cells.txt").write_text(f"{CELL}\n{OTHER}\n")
    cells = nasport.read(tmp_path / "cells.txt", notation="nasbench201")
    assert cells == [nasport.parse(each, notation="nasbench201") for each in (CELL, OTHER)]


def test_a_text_is_never_read_as_a_file_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cells.txt").write_text(CELL)
    monkeypatch.chdir(tmp_path)
    for wrong in ("cells.txt", str(tmp_path), "-", ""):
        with pytest.raises(nasport.InputError):
            nasport.parse(wrong, notation="nasbench201")


def test_a_genotype_is_recognized_without_its_notation() -> None:
    by_notation = nasport.score(GENOTYPE, notation="darts")
    assert nasport.score(GENOTYPE) == by_notation
    assert nasport.score([GENOTYPE])[0].score == by_notation.score
    assert nasport.parse(GENOTYPE) == nasport.parse(GENOTYPE, notation="darts")


def test_converting_is_lossless_or_warns() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value = nasport.convert(CELL, "json", notation="nasbench201")
        assert nasport.convert(value, to="nasbench201") == CELL
        assert nasport.convert([value, value], "nasbench201") == [CELL, CELL]
        assert nasport.convert(CELL, "nasbench201_zerocost", "nasbench201") == "(2, 1, 0, 2, 1, 2)"
    value["labels"] = [{"dataset": "cifar10", "metric": "accuracy", "value": 90.0}]
    with pytest.warns(UserWarning, match="nasbench201 cannot express its label") as told:
        assert nasport.convert(value, "nasbench201") == CELL
    assert [warning.filename for warning in told] == [__file__]
    with pytest.raises(
        nasport.InputError, match=r"did you mean 'nasbench201'\? expected one of json, nasbench101"
    ):
        nasport.convert(value, "nasbench_201")


def test_one_wrong_input_among_many_is_reported_by_its_position(tmp_path: Path) -> None:
    wrong = document([node("in", "input"), node("out", "output", "nowhere")])
    with pytest.raises(
        nasport.InputError, match=r"^\[1\]\.cells\.cell\.nodes\[1\]\.inputs\[0\]: unknown id 'nowhere'"
    ):
        nasport.score([PLAIN, wrong])
    with pytest.raises(nasport.InputError, match=r"^\[2\]: unknown operator 'conv'"):
        nasport.score([CELL, OTHER, CELL.replace("nor_conv_3x3", "conv")], notation="nasbench201")
    file = tmp_path / "two.jsonl"
    file.write_text(f"{json.dumps(PLAIN)}\n{json.dumps(wrong)}\n")
    with pytest.raises(
        nasport.InputError, match=rf"^{re.escape(str(file))}: line 2: cells\.cell\.nodes\[1\]"
    ):
        nasport.score([PLAIN, file])
    with pytest.raises(nasport.InputError, match=r"^\[0\]: \(column 1\)|^\[0\]: .*Genotype"):
        nasport.score(["Genotype(normal=[])"])
    with pytest.raises(
        nasport.InputError, match=r"^the document has a value that JSON cannot represent: Out of range float"
    ):
        nasport.score({**PLAIN, "name": float("nan")})


def test_messages_name_arguments_instead_of_options(tmp_path: Path) -> None:
    file = tmp_path / "cells.txt"
    file.write_text(CELL)
    with pytest.raises(nasport.InputError, match=r"it can be read with notation='nasbench201'$"):
        nasport.score(file)
    with pytest.raises(
        nasport.InputError,
        match=r"is neither a file nor a folder; it can be read with notation='nasbench201', exp",
    ):
        nasport.score(CELL)
    with pytest.raises(
        nasport.InputError, match="is neither a file nor a folder, expected a file or a folder"
    ):
        nasport.score("cells.txt", notation="nasbench201")
    with pytest.raises(nasport.InputError, match=r"expected latency=FILE$"):
        nasport.search("nasbench201", limits={"latency": 3})
    with pytest.raises(nasport.InputError, match="a search space for `nasport search --space`"):
        nasport.score(SPACE)


def test_search_takes_limits_as_a_mapping() -> None:
    result = nasport.search("nasbench201", limits={"parameters": 3e5}, evaluations=60, searcher="random")
    assert isinstance(result.winners[0].architecture, nasport.Architecture)
    assert all(winner.evaluation.facts["parameters"] <= 3e5 for winner in result.winners)
    space = nasport.Space.load("nasbench201")
    limits = [Limit("parameters", 3e5)]
    again = nasport.search(space, limits=limits, evaluations=60, searcher="random")
    assert again.winners == result.winners
    own = nasport.search(json.loads(SPACE.read_text()), evaluations=5, searcher="random")
    assert len(own.evaluations) == 5


def test_limits_have_a_minimum_and_a_maximum() -> None:
    assert limits_of({"flops": ("30M", 6e7), "parameters": (None, 2), "distance": [1, None]}) == (
        Limit("flops", 3e7, at_most=False),
        Limit("flops", 6e7),
        Limit("parameters", 2.0),
        Limit("distance", 1.0, at_most=False),
    )
    for wrong in (
        {"flop": 3},
        {"flops": None},
        {"flops": (None, None)},
        {"flops": (1, 2, 3)},
        {"flops": "many"},
    ):
        with pytest.raises(nasport.InputError, match="expected"):
            limits_of(wrong)


def test_an_objective_that_returns_none_is_refused() -> None:
    with pytest.raises(nasport.InputError, match="the objective returned None, expected a number"):
        nasport.search("nasbench201", objective=lambda architecture: None, evaluations=2, searcher="random")
    with pytest.raises(ZeroDivisionError):
        nasport.search("nasbench201", objective=lambda architecture: 1 / 0, evaluations=2, searcher="random")


def test_members_are_reproducible_from_the_seed() -> None:
    import numpy as np

    space = nasport.Space.load("darts")
    assert space.sample(7) == space.sample(7) == space.sample(np.random.default_rng(7)) != space.sample(8)


def test_the_predictor_refuses_other_input_and_names_score() -> None:
    predictor = nasport.load()
    for wrong in (EXAMPLE, str(EXAMPLE), PLAIN, nasport.read(EXAMPLE), [PLAIN], [str(EXAMPLE)]):
        with pytest.raises(
            TypeError, match=r"expected a list of Architecture objects; nasport\.score also takes"
        ):
            predictor.score(wrong)  # type: ignore[arg-type]


def wrong_values() -> Iterator[Any]:
    yield from (None, 3, 3.5, True, float("nan"), b"..", b"\xff", object(), len, range(3))
    yield from ([], {}, [None], [3], [[]], [{}], ["nope"], set(), (1, 2), {1: 2}, {"format": "nasport-space"})
    yield from (
        "",
        "-",
        "nope",
        "\0",
        "\ud800",
        "x" * 5_000,
        "{}",
        "[]",
        Path("nope"),
        (each for each in [1]),
    )


NASBENCH201 = {"space": "nasbench201", "evaluations": 2, "searcher": "random"}
CALLS: dict[str, Callable[[Any], Any]] = {
    "score": nasport.score,
    "score a text": lambda value: nasport.score(value, notation="nasbench201"),
    "score, notation": lambda value: nasport.score(CELL, notation=value),
    "score, bundle": lambda value: nasport.score(PLAIN, bundle=value),
    "score, provider": lambda value: nasport.score(PLAIN, provider=value),
    "read": nasport.read,
    "read texts": lambda value: nasport.read(value, notation="darts"),
    "parse": nasport.parse,
    "parse a text": lambda value: nasport.parse(value, notation="darts"),
    "convert": lambda value: nasport.convert(value, "json"),
    "convert, to": lambda value: nasport.convert(PLAIN, value),
    "load": nasport.load,
    "load, provider": lambda value: nasport.load(provider=value),
    "Space": nasport.Space,
    "Space.load": nasport.Space.load,
    "Predictor": nasport.Predictor,
    "Predictor.load": nasport.Predictor.load,
    "Predictor.load, providers": lambda value: nasport.Predictor.load(providers=value),
    "Predictor.score": lambda value: nasport.load().score(value),
    "search": lambda value: nasport.search(value, evaluations=2, searcher="random"),
    "search, limits": lambda value: nasport.search(**NASBENCH201, limits=value),
    "search, limit": lambda value: nasport.search(**NASBENCH201, limits={"flops": value}),
    **{
        f"search, {name}": lambda value, name=name: nasport.search(**{**NASBENCH201, name: value})
        for name in (
            "seed",
            "searcher",
            "evaluator",
            "evaluations",
            "winners",
            "pareto",
            "objective",
            "notation",
        )
    },
}


@pytest.mark.parametrize("call", CALLS)
def test_wrong_values_are_refused_with_a_sentence(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    messages = []
    for value in wrong_values():
        try:
            CALLS[call](value)
        except (nasport.InputError, TypeError) as error:
            messages.append(str(error))
    assert len(messages) > 10
    unexplained = re.compile(
        "not supported between|not iterable|unhashable|not subscriptable|cannot be interpreted"
    )
    assert not [message for message in messages if unexplained.search(message)]


def test_wrong_options_of_a_search_are_refused() -> None:
    for name in (
        "seed",
        "evaluations",
        "finalists",
        "winners",
        "jobs",
        "candidates",
        "latency",
        "out",
        "pareto",
    ):
        with pytest.raises(TypeError, match=f"^{name}=3.5, expected"):
            nasport.search("nasbench201", **{name: 3.5})
    with pytest.raises(TypeError, match="no option 'evaluation', did you mean 'evaluations'"):
        nasport.search("nasbench201", evaluation=3)


@pytest.mark.parametrize("package", ["nasport", "nasport.schemas", "nasport.toolkit.search"])
def test_every_lazy_name_is_importable(package: str) -> None:
    module = importlib.import_module(package)
    assert all(getattr(module, name) is not None for name in module.__all__)
    with pytest.raises(AttributeError, match="nothing_of_that_name"):
        module.nothing_of_that_name  # noqa: B018
