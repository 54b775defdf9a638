"""`nasport import`, and models as input of other commands: output, files, and one-line errors."""

from __future__ import annotations

import json
import pickle
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

import nasport as package
from nasport.schemas import Architecture, InputError, architecture_from_json, parse_architecture
from nasport.toolkit.spaces import load_space
from tests.commands import nasport, nasport_text

torch = pytest.importorskip("torch", reason="needs the extra 'gennas'")
onnx = pytest.importorskip("onnx", reason="reading ONNX files needs onnx")
from onnx import TensorProto, helper  # noqa: E402
from torch import nn  # noqa: E402

from tests.import_models import export, made  # noqa: E402
from tests.test_import_onnx_reading import model, node  # noqa: E402

# Assumptions about a model give warnings; only some tests check them.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
FOLDED = "assumptions about the model: a batch normalization that the exporter folded into a layer without a bias (6 times)"
WINDOWS = "only 69.5% of the parameters and 61.3% of the FLOPs are in operators of the vocabulary"
NETS = """
import pathlib
from torch import nn


def net(width=8, *, classes=10, names=()):
    pathlib.Path("ran").touch()
    pool = [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(nn.Conv2d(3, width, 3, padding=1), nn.ReLU(), *pool, nn.Linear(width, classes))


def sized():
    made = net()
    made.pretrained_cfg = {"input_size": (3, 16, 16)}
    return made


def broken():
    raise RuntimeError("no weights here\\nand more")


def leaves():
    raise SystemExit(3)


def number():
    return 3
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models: `net.onnx`, `windows.pt2`, `open.onnx` with open sizes, and a module `nets_of_mine`."""
    path = tmp_path_factory.mktemp("models")
    export(*made("inception"), path / "net.onnx", dynamo=False)
    network, example = made("swin")
    torch.export.save(torch.export.export(network, (example,)), path / "windows.pt2")
    nodes = [
        node("Conv", ["x", "w"], ["c"]),
        node("Relu", ["c"], ["r"]),
        node("GlobalAveragePool", ["r"], ["y"]),
    ]
    (path / "open.onnx").write_bytes(
        model(nodes, {"w": [8, 3, 3, 3]}, image=["N", 3, "H", "W"]).SerializeToString()
    )
    return path


@pytest.fixture
def mine(tmp_path: Path) -> Iterator[Path]:
    """A user's current folder with a module of factories, which is unloaded afterwards."""
    (tmp_path / "nets_of_mine.py").write_text(NETS)
    with mock.patch.object(sys, "path", [*sys.path]):
        yield tmp_path
    sys.modules.pop("nets_of_mine", None)


class TestImport:
    def test_the_document_is_printed(self, folder: Path) -> None:
        found = nasport("import", folder / "net.onnx")
        assert found.returncode == 0
        architecture = parse_architecture(found.stdout)
        assert architecture.name == "net"
        assert architecture == package.read(folder / "net.onnx")
        first, second = found.stderr.decode().splitlines()
        assert (
            first
            == "nasport: net: 1,830 parameters, 177,648 multiply-accumulates, 100.0% of the parameters recognized"
        )
        assert second == f"nasport: warning: {FOLDED}"

    def test_the_document_is_written(self, folder: Path, tmp_path: Path) -> None:
        found = nasport_text("import", folder / "windows.pt2", "--out", tmp_path / "windows.json")
        assert (found.returncode, found.stdout) == (0, "")
        assert WINDOWS in found.stderr
        assert found.stderr.splitlines()[-1] == f"written: {tmp_path / 'windows.json'}"
        assert parse_architecture((tmp_path / "windows.json").read_bytes()).name == "windows"
        assert nasport_text("validate", tmp_path / "windows.json").returncode == 0

    def test_a_report_instead_of_the_document(self, folder: Path) -> None:
        found = nasport_text("import", folder / "net.onnx", "--report")
        assert (found.returncode, found.stderr) == (0, "")
        lines = found.stdout.splitlines()
        assert lines[0] == "model         net"
        assert lines[1] == "parameters    1,830 (100.0% in operators of the vocabulary)"
        assert (
            lines[-1]
            == "assumed       a batch normalization that the exporter folded into a layer without a bias (6 times)"
        )

    def test_a_report_as_json_beside_the_document(self, folder: Path, tmp_path: Path) -> None:
        out = tmp_path / "document.json"
        found = nasport_text("import", folder / "windows.pt2", "--report", "--json", "--out", out)
        assert found.returncode == 0
        report = json.loads(found.stdout)
        assert (report["parameters"], report["flops"], report["unread"]) == (7774, 508064, 0)
        assert [each["parameters"] for each in report["described"]] == [1186, 1186]
        assert parse_architecture(out.read_bytes()) == package.read(folder / "windows.pt2")

    def test_json_without_a_report_is_refused(self, folder: Path) -> None:
        refused(nasport_text("import", folder / "net.onnx", "--json"), "--json without --report")

    def test_open_sizes_are_given(self, folder: Path) -> None:
        refused(nasport_text("import", folder / "open.onnx"), "dynamic height 'H'")
        found = nasport("import", folder / "open.onnx", "--input", "3x16x24")
        skeleton = parse_architecture(found.stdout).skeleton
        assert skeleton is not None
        assert skeleton.input == (("channels", 3), ("height", 16), ("width", 24))
        assert package.read(folder / "open.onnx", input=(3, 16, 24)).skeleton == skeleton

    @pytest.mark.parametrize(
        "text", ["banana", "3x", "3x0x3", "3x8", "-3x8x8", "3x8x8x8", "", "99999999x8x8"]
    )
    def test_wrong_sizes_are_refused(self, folder: Path, text: str) -> None:
        refused(
            nasport_text("import", folder / "open.onnx", f"--input={text}"), "expected CHANNELSxHEIGHTxWIDTH"
        )

    def test_other_channels(self, folder: Path) -> None:
        refused(nasport_text("import", folder / "open.onnx", "--input", "4x16x16"), "channels")

    def test_a_space_around_a_model(self, folder: Path, tmp_path: Path) -> None:
        out = tmp_path / "space.json"
        found = nasport_text("import", folder / "net.onnx", "--space", "--out", out)
        assert found.returncode == 0
        space = load_space(out)
        assert space.size() > 1
        assert nasport_text("spaces", out).returncode == 0

    def test_without_onnx_the_extra_is_named(self, folder: Path) -> None:
        with mock.patch.dict(sys.modules, {"onnx": None}):
            found = nasport_text("import", folder / "net.onnx")
        refused(found, "needs the package onnx")
        assert "[onnx]" in found.stderr
        assert nasport_text("import", folder / "windows.pt2").returncode == 0


def refused(found: object, expected: str) -> None:
    """Check exit status 2, no output, and one line of explanation."""
    assert hasattr(found, "returncode")
    assert (found.returncode, found.stdout) == (2, "")  # type: ignore[attr-defined]
    lines = found.stderr.splitlines()  # type: ignore[attr-defined]
    lines = [line for line in lines if not line.startswith("nasport: executing the code of")]
    assert len(lines) == 1
    assert lines[0].startswith("nasport: ")
    assert expected in lines[0]


def looping() -> bytes:
    """Return a model with a loop."""
    body = helper.make_graph([], "body", [], [])
    proto = model([node("Loop", ["", "", "x"], ["y"], body=body)], {})
    return bytes(proto.SerializeToString())


FILES = {
    "text.onnx": (b"hello, this is text\n", "expected an ONNX file"),
    "empty.onnx": (b"", "an empty file, expected an ONNX file"),
    "bytes.onnx": (bytes(range(256)) * 4, "not an ONNX file, or a damaged one"),
    "pickle.onnx": (pickle.dumps({"state": [1.5]}), "pickle"),
    "loop.onnx": (looping(), "a loop"),
    "text.pt2": (b"hello, this is text\n", "not an archive of torch.export"),
    "empty.pt2": (b"", "not an archive of torch.export"),
    "bytes.pt2": (bytes(range(256)) * 4, "not an archive of torch.export"),
    "pickle.pt2": (pickle.dumps({"state": [1.5]}), "not an archive of torch.export"),
    "notes.txt": (b"hello, this is text\n", "expected an ONNX file"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_not_a_model_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    data, expected = FILES[name]
    path, out = tmp_path / name, tmp_path / "out.json"
    path.write_bytes(data)
    refused(nasport_text("import", path, "--out", out), expected)
    assert not out.exists()
    if path.suffix != ".txt":
        for command in ("score", "validate", "show"):
            found = nasport_text(command, path)
            assert found.returncode == 2
            assert expected in found.stdout + found.stderr


@pytest.mark.parametrize("suffix", ["onnx", "pt2"])
def test_a_missing_file_is_refused(suffix: str, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    (tmp_path / f"folder.{suffix}").mkdir()
    for name in ("missing", "folder"):
        refused(nasport_text("import", tmp_path / f"{name}.{suffix}", "--out", out), "cannot be read")
    assert not out.exists()


class TestFactories:
    def test_running_code_of_the_current_folder_is_announced(self, mine: Path) -> None:
        text = "nets_of_mine:net(16, classes=3)"
        found = nasport_text("import", text, "--input", "3x16x16", cwd=mine)
        assert found.returncode == 0
        assert (mine / "ran").exists()
        assert found.stderr.splitlines()[0] == f"nasport: executing the code of {text}"
        architecture = parse_architecture(found.stdout.encode())
        assert architecture.skeleton is not None
        assert (architecture.name, architecture.skeleton.classes) == ("net", 3)
        assert [stage.width for stage in architecture.skeleton.stages] == [16]

    def test_an_unstated_input_is_assumed(self, mine: Path) -> None:
        found = nasport_text("import", "nets_of_mine:net", cwd=mine)
        assert "assumptions about the model: an input of 3x224x224" in found.stderr
        assert json.loads(found.stdout)["skeleton"]["input"]["height"] == 224

    def test_a_model_may_state_its_input(self, mine: Path) -> None:
        found = nasport_text("import", "nets_of_mine:sized()", cwd=mine)
        assert "assumed" not in found.stderr
        assert json.loads(found.stdout)["skeleton"]["input"]["height"] == 16

    def test_a_factory_is_scored(self, mine: Path) -> None:
        found = nasport_text("score", "nets_of_mine:net", "--json", cwd=mine)
        assert found.returncode == 0
        assert json.loads(found.stdout)["parameters"] == 8 * 28 + 90

    @pytest.mark.parametrize(
        "arguments",
        [
            "(int(3))",
            "(open('x'))",
            "(width)",
            "(*[3])",
            "(**{'width': 3})",
            "(3",
            "(1 if 1 else 2)",
            "(x:=3)",
        ],
    )
    def test_arguments_are_literals(self, mine: Path, arguments: str) -> None:
        found = nasport_text("import", f"nets_of_mine:net{arguments}", cwd=mine)
        assert found.returncode == 2
        assert found.stderr.count("\n") <= 2
        assert not (mine / "ran").exists()
        assert "nets_of_mine" not in sys.modules

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("nets_of_mine:broken()", "nets_of_mine:broken(): RuntimeError: no weights here"),
            ("nets_of_mine:number()", "returned 'int', expected a torch.nn.Module"),
            ("nets_of_mine:missing()", "AttributeError: module 'nets_of_mine' has no attribute 'missing'"),
            ("nets_of_mine:net('wide')", "nets_of_mine:net('wide'): TypeError: "),
            ("nets_of_mine:net(depth=3)", "unexpected keyword argument 'depth'"),
            ("nets_of_nobody.at_all:net()", "No module named 'nets_of_nobody'"),
            ("nets_of_mine:leaves()", "nets_of_mine:leaves(): SystemExit"),
        ],
    )  # fmt: skip
    def test_an_error_in_a_factory_is_reported_in_one_line(
        self, mine: Path, text: str, expected: str
    ) -> None:
        out = mine / "out.json"
        refused(nasport_text("import", text, "--out", out, cwd=mine), expected)
        assert not out.exists()


class TestOtherCommands:
    def test_scores_carry_the_warnings(self, folder: Path) -> None:
        found = nasport_text("score", folder / "net.onnx", folder / "windows.pt2", "--json")
        assert found.returncode == 0
        one, two = map(json.loads, found.stdout.splitlines())
        assert (one["name"], one["parameters"], one["flops"]) == ("net", 1830, 177648)
        assert FOLDED in one["warnings"]
        assert any(WINDOWS in text for text in two["warnings"])
        assert not any("assumed" in text for text in two["warnings"])
        assert one["file"] == str(folder / "net.onnx")

    def test_validate_warns(self, folder: Path) -> None:
        found = nasport_text("validate", folder / "net.onnx")
        assert found.returncode == 0
        assert found.stdout.startswith("valid ")
        assert f"warning  {FOLDED}" in found.stdout.splitlines()

    def test_show_and_convert(self, folder: Path, tmp_path: Path) -> None:
        found = nasport_text("show", folder / "net.onnx")
        assert found.returncode == 0
        assert "max_pool_3x3" in found.stdout
        found = nasport_text("convert", folder / "net.onnx", "--to", "json", "--out", tmp_path / "net.json")
        assert found.returncode == 0
        assert FOLDED in found.stderr
        assert parse_architecture((tmp_path / "net.json").read_bytes()) == package.read(folder / "net.onnx")

    def test_a_folder_of_models(self, folder: Path) -> None:
        found = nasport_text("score", folder, "--json")
        assert found.returncode == 2  # open.onnx leaves its sizes open
        assert [json.loads(line)["name"] for line in found.stdout.splitlines()] == ["net", "windows"]
        assert f"{folder / 'open.onnx'}: " in found.stderr
        assert "dynamic height" in found.stderr


class TestPython:
    """`nasport.read` with a module."""

    def module(self) -> nn.Module:
        return nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4)
        )

    def test_any_example(self) -> None:
        examples = (
            torch.zeros(1, 3, 16, 16),
            torch.zeros(2, 3, 16, 16),
            (torch.zeros(1, 3, 16, 16),),
            (3, 16, 16),
            [3, 16, 16],
        )
        found = [package.read(self.module(), input=example) for example in examples]
        assert all(isinstance(each, Architecture) and each == found[0] for each in found)
        assert found[0].name == "Sequential"
        assert architecture_from_json(found[0].to_json()) == found[0]
        assert package.score(found[0]).parameters == 8 * 28 + 36

    def test_assumptions_give_warnings(self, folder: Path) -> None:
        with pytest.warns(UserWarning, match="net: assumptions about the model: a batch normalization"):
            package.read(folder / "net.onnx")
        network, example = made("swin")
        with pytest.warns(UserWarning, match=f"Swin: {WINDOWS}") as caught:
            package.read(network, input=example)
        assert caught[0].filename == __file__
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            package.read(self.module(), input=(3, 16, 16))

    def test_a_module_without_an_input_is_refused(self) -> None:
        with pytest.raises(TypeError, match="a torch module without an input, expected input="):
            package.read(self.module())

    def test_objects_that_are_neither_model_nor_factory_are_refused(self) -> None:
        for value in (3, None, {"cells": {}}, nn.Linear):
            with pytest.raises(TypeError):
                package.read(value)  # type: ignore[arg-type]

    def test_models_that_cannot_be_imported_are_refused(self) -> None:
        with pytest.raises(InputError, match="recurrent networks are not imported"):
            package.read(nn.LSTM(8, 8), input=torch.zeros(4, 8))
        with pytest.raises(InputError, match="fails for an input of 1x4x16x16"):
            package.read(self.module(), input=(4, 16, 16))


def test_the_stored_types_of_a_model_do_not_matter(tmp_path: Path) -> None:
    proto = model([node("Conv", ["x", "w"], ["c"]), node("Relu", ["c"], ["y"])], {"w": [8, 3, 3, 3]})
    plain = tmp_path / "plain.onnx"
    plain.write_bytes(proto.SerializeToString())
    proto.graph.initializer[0].CopyFrom(
        helper.make_tensor("w", TensorProto.FLOAT16, [8, 3, 3, 3], bytes(2 * 216), raw=True)
    )
    half = tmp_path / "half.onnx"
    half.write_bytes(proto.SerializeToString())
    documents = [package.read(path) for path in (plain, half)]
    assert documents[0].skeleton == documents[1].skeleton
