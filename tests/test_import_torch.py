"""torch modules and `.pt2` files give equal documents, files without importing torch; invalid ones are refused."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasport.schemas.errors import InputError
from nasport.toolkit.importing.report import ImportReport

torch = pytest.importorskip("torch", reason="needs the extra 'gennas'")
from torch import Tensor, nn  # noqa: E402

from nasport.toolkit.importing.reading import import_file, import_module  # noqa: E402
from tests.import_blocks import conv  # noqa: E402
from tests.import_models import made, resnet  # noqa: E402

MEMBER = "model/models/model.json"
IMAGE = (1, 3, 8, 8)


class Spelled(nn.Module):
    """Module with these parts and a forward function that receives the module and the inputs."""

    def __init__(self, forward: Callable[..., Any], **parts: nn.Module) -> None:
        super().__init__()
        self.own_forward = forward
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, *inputs: Tensor) -> Any:
        return self.own_forward(self, *inputs)


def saved(path: Path, network: nn.Module, *example: Tensor) -> Path:
    """Write a `.pt2` file with torch.export."""
    torch.export.save(torch.export.export(network.eval(), example), path)
    return path


READ = """
import json, sys
from pathlib import Path
from nasport.toolkit.importing.reading import import_file
found = {path: import_file(Path(path)).architecture.to_json() for path in sys.argv[1:]}
print(json.dumps([found, "torch" in sys.modules]))
"""


def test_a_file_read_without_torch_equals_the_module(tmp_path: Path) -> None:
    names = ("mobilenet v2", "vit of torch", "swin", "shufflenet", "pyramid")
    expected = {}
    for name in names:
        network, example = made(name)
        path = saved(tmp_path / f"{name}.pt2", network, example)
        expected[str(path)] = import_module(network, example, name).architecture.to_json()
    run = subprocess.run([sys.executable, "-c", READ, *expected], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == [expected, False]


def test_the_mode_of_every_module_stays() -> None:
    network = resnet().train()
    network[1].eval()
    modes = [module.training for module in network.modules()]
    import_module(network, (3, 32, 32))
    assert [module.training for module in network.modules()] == modes
    assert all(parameter.requires_grad for parameter in network.parameters())
    broken = Spelled(lambda self, x: self.part(x), part=nn.Conv2d(5, 3, 3)).train()
    with pytest.raises(InputError):
        import_module(broken, (3, 8, 8))
    assert broken.training
    assert broken.part.training


@pytest.mark.parametrize("name", ["resnet", "vit of timm"])
def test_other_data_types_and_meta_tensors_give_the_same_document(name: str) -> None:
    network, example = made(name)
    document = import_module(network, example).architecture
    shape = tuple(example.shape[1:])
    assert import_module(network, shape).architecture == document
    assert import_module(network.bfloat16(), shape).architecture == document
    assert import_module(network.half().to("meta"), shape).architecture == document
    assert import_module(network, (example.half().to("meta"),)).architecture == document


def _either(condition: Callable[[Tensor], Any]) -> Callable[..., Tensor]:
    def forward(_: nn.Module, x: Tensor) -> Tensor:
        return x.relu() if condition(x) else x.tanh()

    return forward


def _broken(*_: Any) -> Tensor:
    raise KeyError("broken on purpose")


def refused() -> dict[str, tuple[nn.Module, tuple[Tensor, ...], str]]:
    """Modules, their inputs, and the expected messages."""
    image = torch.zeros(IMAGE)
    flat: Callable[..., Any] = lambda self, x: self.part(x.flatten(2))[0]  # noqa: E731
    branch: Callable[..., Any] = lambda _, x: torch.cond(x.sum() > 0, torch.relu, torch.tanh, (x,))  # noqa: E731
    words = nn.Sequential(nn.Embedding(10, 4), nn.Linear(4, 4), nn.ReLU())
    row = nn.Sequential(nn.Conv1d(3, 4, 3), nn.ReLU())
    return {
        "lstm": (Spelled(flat, part=nn.LSTM(64, 4)), (image,), "lstm: recurrent networks are not imported"),
        "gru": (Spelled(flat, part=nn.GRU(64, 4)), (image,), "gru: recurrent networks are not imported"),
        "a branch of torch": (Spelled(branch), (image,), "'cond' depends on the data"),
        "two inputs": (Spelled(lambda _, x, y: x + y), (image, image), "several inputs"),
        "words": (words, (torch.zeros(1, 7, dtype=torch.long),), "whole numbers|reads one image"),
        "a row": (row, (torch.zeros(1, 3, 8),), "axes"),
        "volumes": (nn.Conv3d(3, 4, 3), (torch.zeros(1, 3, 8, 8, 8),), "axes"),
        "no input": (
            Spelled(lambda self, x: self.part(torch.zeros(IMAGE)), part=nn.Conv2d(3, 4, 3)), (image,),
            "no output depends on the input",
        ),
        "a linear layer": (nn.Linear(8, 3), (torch.zeros(1, 8),), "expected a network of several layers"),
    }  # fmt: skip


@pytest.mark.filterwarnings("ignore:The tensor attributes")  # torch warns about LSTM and GRU
@pytest.mark.parametrize("name", refused())
def test_unsupported_modules_are_refused(name: str) -> None:
    network, example, expected = refused()[name]
    with pytest.raises(InputError, match=expected):
        import_module(network, example)


@pytest.mark.filterwarnings("ignore:The tensor attributes")  # torch warns about LSTM and GRU
@pytest.mark.parametrize("name", refused())
def test_unsupported_files_are_refused(name: str, tmp_path: Path) -> None:
    network, example, expected = refused()[name]
    path = saved(tmp_path / "model.pt2", network, *example)
    with pytest.raises(InputError, match=expected) as caught:
        import_file(path)
    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        (
            Spelled(_either(lambda x: x.sum() > 0)),
            r"torch\.export cannot trace the module .*branches that depend on data",
        ),
        (Spelled(_broken), r"fails for an input of .* \('broken on purpose'\)"),
        (Spelled(lambda _, x: None), "no output"),
        (nn.Conv2d(5, 3, 3), "to have 5 channels, but got 3"),
    ],
    ids=["a branch of Python", "raises", "gives nothing", "other channels"],
)
def test_modules_that_cannot_be_traced_are_refused(network: nn.Module, expected: str) -> None:
    with pytest.raises(InputError, match=expected) as caught:
        import_module(network, torch.zeros(IMAGE))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("shape", [(-1, 8, 8), (3, 8.5, 8), "3y8", 5, ()])
def test_wrong_shapes_are_refused(shape: Any) -> None:
    with pytest.raises((InputError, TypeError)):
        import_module(nn.Conv2d(3, 4, 3), shape)


class Autocast(nn.Module):
    """One part in half precision and one without gradients; one of them returns two maps."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.one, self.two = conv(3, 8), conv(8, 8), conv(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            x = self.first(x)
            one, two = self.one(x), self.two(x)
        with torch.no_grad():
            x = one.float() + two
        return x.relu()


def test_higher_order_operators_are_inlined(tmp_path: Path) -> None:
    network, example = Autocast(), torch.zeros(1, 3, 16, 16)
    found = import_module(network, example)
    assert found.graph.parameters == sum(each.numel() for each in network.parameters())
    assert [layer.kind for layer in found.layers.layers] == [*["convolution"] * 3, "sum", "activation"]
    by_file = import_file(saved(tmp_path / "Autocast.pt2", network, example))
    assert by_file.architecture == found.architecture
    assert ImportReport.of(by_file).to_json() == ImportReport.of(found).to_json()


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def pickled_by_torch() -> bytes:
    stream = BytesIO()
    torch.save(nn.Linear(2, 2).state_dict(), stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "not an archive of torch.export"),
        (b"hello\n", "not an archive of torch.export"),
        (bytes(range(256)) * 9, "not an archive of torch.export"),
        (pickle.dumps({"state": 1}), "not an archive of torch.export"),
        (pickled_by_torch(), r"a pickle of torch\.save, which could run foreign code"),
    ],
    ids=["empty", "text", "bytes", "a pickle", "torch.save"],
)
def test_files_of_another_format_are_refused(data: bytes, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "model.pt2"
    path.write_bytes(data)
    with pytest.raises(InputError, match=expected) as caught:
        import_file(path)
    assert "torch.export.save" in str(caught.value)  # the message shows how to create the file


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.pt2").mkdir()
    for name in ("folder.pt2", "missing.pt2"):
        with pytest.raises(InputError, match="cannot be read"):
            import_file(tmp_path / name)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"readme.txt": b"hello"}, r"without models/model\.json"),
        ({MEMBER: b""}, "not an archive of torch.export"),
        ({MEMBER: b"[" * 100_000}, "not an archive of torch.export"),
        ({MEMBER: b"\xff\xfe\xff"}, "not an archive of torch.export"),
        ({MEMBER: b"[1, 2]"}, "differs from what torch.export writes"),
        ({MEMBER: b"{}"}, "differs from what torch.export writes"),
        (
            {MEMBER: b'{"graph_module": {"graph": {}, "signature": {}}}'},
            "differs from what torch.export writes",
        ),
    ],
    ids=["no graph", "empty", "deep", "no text", "a list", "no module", "no nodes"],
)
def test_archives_without_a_graph(members: dict[str, bytes], expected: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=expected):
        import_file(zipped(tmp_path / "model.pt2", members))


class Mixed(nn.Module):
    """A module with many kinds of operators."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm, self.attention = (
            nn.Conv2d(3, 8, 3, padding=1),
            nn.BatchNorm2d(8),
            nn.Linear(8, 24),
        )
        self.end = nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = nn.functional.max_pool2d(self.norm(self.conv(x)).relu(), 2)
        x = torch.cat([x[:, :4], x.flip(1)[:, 4:] * 2], 1)
        q, k, v = self.attention(x.flatten(2).transpose(1, 2)).chunk(3, 2)
        x = nn.functional.scaled_dot_product_attention(q, k, v).permute(0, 2, 1).unflatten(2, (2, -1))
        gate = x.mean((2, 3), keepdim=True).softmax(1)
        up = nn.functional.interpolate(nn.functional.pad(x * gate, (0, 0, 1, 1)), scale_factor=2.0)
        result: Tensor = self.end(up.mean((2, 3)))
        return result


@cache
def graph_text() -> bytes:
    stream = BytesIO()
    torch.export.save(torch.export.export(Mixed().eval(), (torch.zeros(IMAGE),)), stream)
    with zipfile.ZipFile(stream) as archive:
        name = next(name for name in archive.namelist() if name.endswith("model.json"))
        return archive.read(name)


@cache
def whole() -> Any:
    value = json.loads(graph_text())
    for node in value["graph_module"]["graph"]["nodes"]:
        node.pop("metadata")
    return value


@cache
def places() -> list[tuple[Any, ...]]:
    """Yield the paths of all values in the graph."""

    def walk(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        yield path
        inner = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for key, each in inner:
            yield from walk(each, (*path, key))

    module = whole()["graph_module"]
    return [
        ("graph_module", name, *path) for name in ("graph", "signature") for path in walk(module[name], ())
    ]


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def read_quickly(path: Path) -> None:
    """Read a file; check that this gives a document or an InputError in little time."""
    begin = time.monotonic()
    with suppress(InputError):
        import_file(path)
    assert time.monotonic() - begin < 5


VALUES = st.one_of(
    st.sampled_from([None, True, -1, 0, 1, 3, 7, 1 << 31, 1 << 70, -(1 << 40), 0.5, float("nan"), float("inf")]),
    st.sampled_from(["", "x", "conv2d", "relu", [], {}, [[]], [0], [1, 2, 3, 4], {"as_int": 5}, {"as_none": True}]),
    st.sampled_from(["torch.ops.aten.cat.default", "torch.ops.aten.einsum.default", "torch.ops.higher_order.cond", "os"]),
)  # fmt: skip


def node_of(value: Any, operator: str) -> Any:
    nodes = value["graph_module"]["graph"]["nodes"]
    return next(node for node in nodes if node["target"] == f"torch.ops.aten.{operator}")


def of_no_sides(tensor: str) -> Callable[[Any], None]:
    return lambda value: value["graph_module"]["graph"]["tensor_values"][tensor].update(sizes=[])


def with_input(operator: str, place: int, argument: Any) -> Callable[[Any], None]:
    return lambda value: node_of(value, operator)["inputs"][place].update(arg=argument)


@pytest.mark.parametrize(
    "change",
    [
        of_no_sides("softmax"), of_no_sides("linear"), of_no_sides("upsample_nearest2d"), of_no_sides("cat"),
        with_input("conv2d.default", 4, {"as_ints": {"as_int": 16}}),
        with_input("conv2d.default", 3, {"as_ints": []}), with_input("conv2d.default", 3, {"as_ints": [0, 0]}),
        with_input("cat.default", 1, {"as_float": float("inf")}),
        with_input("permute.default", 1, {"as_ints": [0, 9, 1]}),
        with_input("slice.Tensor", 1, {"as_string": "x"}),
        lambda value: node_of(value, "max_pool2d.default")["inputs"].pop(),
        lambda value: value["graph_module"]["signature"]["output_specs"].clear(),
        lambda value: value["graph_module"]["graph"]["nodes"].reverse(),
    ],
    ids=[
        "softmax of no sides", "linear of no sides", "resize of no sides", "concat of no sides", "padding", "no stride",
        "stride of 0", "infinite axis", "axis that is not there", "axis in words", "no kernel", "no outputs", "reversed",
    ],
)  # fmt: skip
def test_wrong_graphs(tmp_path: Path, change: Callable[[Any], None]) -> None:
    value = copy.deepcopy(whole())
    change(value)
    read_quickly(zipped(tmp_path / "model.pt2", {MEMBER: json.dumps(value).encode()}))


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.randoms(use_true_random=False), st.integers(0, 3), VALUES), min_size=1, max_size=3)
)
def test_mutated_graphs(tmp_path: Path, changes: list[tuple[Any, int, Any]]) -> None:
    value = copy.deepcopy(whole())
    nodes = [path for path in places() if path[2:3] == ("nodes",)]
    for random, what, new in changes:
        path, other = random.choice(random.choice([nodes, places()[1:]])), random.choice(places())
        with suppress(KeyError, IndexError, TypeError):  # an earlier change removed this path
            parent = at(value, path[:-1])
            if what == 0:
                del parent[path[-1]]
            elif what == 1:
                parent[path[-1]] = copy.deepcopy(at(whole(), other))
            elif what == 2 and isinstance(parent, list):
                parent.insert(path[-1], copy.deepcopy(parent[path[-1]]))
            else:
                parent[path[-1]] = copy.deepcopy(new)
    read_quickly(zipped(tmp_path / "model.pt2", {MEMBER: json.dumps(value).encode()}))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 1), st.integers(0, 255))
def test_damaged_archives(tmp_path: Path, part: float, byte: int) -> None:
    path = tmp_path / "model.pt2"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MEMBER, graph_text())
    data = bytearray(path.read_bytes())
    place = int(part * (len(data) - 1))
    path.write_bytes(data[:place])
    read_quickly(path)
    data[place] = byte
    path.write_bytes(data)
    read_quickly(path)


class Harmful:
    """A pickle that creates a file when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_code_in_a_file_is_not_executed(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    code = f"import pathlib; pathlib.Path({str(trace)!r}).touch()"
    value = copy.deepcopy(whole())
    value["guards_code"] = [code]
    members = {MEMBER: json.dumps(value).encode(), "model/code/run.py": code.encode()}
    harmful = ("data.pkl", "data/constants/model_constants_config.json", "data/sample_inputs/model.pt")
    members |= {f"model/{name}": pickle.dumps(Harmful(trace)) for name in harmful}
    found = import_file(zipped(tmp_path / "model.pt2", members))
    assert found.graph.parameters == sum(each.numel() for each in Mixed().parameters())
    assert not trace.exists()
    pickle.loads(members["model/data.pkl"])
    assert trace.exists()  # loading the pickle runs the code
