"""Test the importer with hostile and damaged model files: it must import them or refuse them with one sentence.

    python benchmarks/import_fuzz.py --minutes 10 --out FOLDER [--seed N]

The files of `import_hostile.py` come first. Then, for the given number of minutes, small models as ONNX and `.pt2`
files are changed at random, in their structure and in their bytes. Each file passes through `import_file`. If it is
imported, its document passes through parsing, costs, hash, report and drawing. This runs in a process with 10 seconds
of CPU and 1 GB for each file, in which Python's audit hook records everything that opens, writes, runs or unpickles
something. A case depends only on `--seed` and its number.

Prints how many files were imported and refused. Files that failed are written to the folder (at most three for the
same failure), with a text that states the reason.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import io
import json
import logging
import multiprocessing
import multiprocessing.connection
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import onnx
from google.protobuf.message import DecodeError
from import_hostile import branch, hostile_files, network, nodes, places, program, write

from nasport.runtime.costs.skeleton import network_cost
from nasport.schemas import parse_architecture
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.canonical import architecture_hash
from nasport.toolkit.drawing import to_text
from nasport.toolkit.importing.reading import import_file
from nasport.toolkit.importing.report import ImportReport
from nasport.toolkit.importing.torch_programs import exported_program  # noqa: F401  (or it is loaded while the hook watches)

SECONDS, MEGABYTES = 10.0, 1000.0
ADDRESSES = 6 << 30  # bytes; a larger process could stop the machine
SENTENCE = 700  # longest message, without the name of the file


def examine(path: Path) -> str:
    """Import a file and use its document; return `imported` or `refused`."""
    try:
        found = import_file(path)
    except InputError as error:
        text = str(error)
        if not text.isprintable() or len(text) - len(str(path)) > SENTENCE or not error.file:
            raise AssertionError(f"says {text[:300]!r}") from None
        return "refused, by a guard" if within(error.__cause__) else "refused"
    parsed = parse_architecture(json.dumps(found.architecture.to_json(), allow_nan=False).encode())
    assert architecture_hash(parsed) == architecture_hash(found.architecture), "another hash"
    cost, report = network_cost(parsed).cost, ImportReport.of(found)
    rounded = (
        len(found.graph.operations) if found.graph.batch > 1 else 0
    )  # with several images, FLOPs of one are rounded
    if cost.parameters != report.parameters or abs(cost.flops - report.flops) > rounded:
        is_reported = any(text.startswith("counts: ") for text in report.approximated)
        assert is_reported, f"the document's counts differ from the model's: {cost}, {report.to_json()}"
    json.dumps(report.to_json(), allow_nan=False).encode()
    shares = (report.recognized_parameters, report.recognized_flops)
    assert all(0 <= share <= 1 for share in shares), f"shares are {shares}"
    for line in [*report.lines(), *report.warnings(), *to_text(found.architecture, width=100).splitlines()]:
        assert line.isprintable(), f"a line with control characters: {line[:200]!r}"
    return "imported"


class Watch:
    """Python's audit events while a file is examined."""

    HARMLESS = ("compile", "object.", "sys.", "import", "gc.", "code.", "builtins.id", "os.listdir", "os.scandir", "ctypes", "cpython.", "array.", "re.", "exec", "marshal.loads")  # fmt: skip
    WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT

    def __init__(self) -> None:
        self.path: str | None = None
        self.seen: list[str] = []
        sys.addaudithook(self.event)

    def event(self, name: str, arguments: tuple[Any, ...]) -> None:
        """Record an event that the interpreter announces."""
        if self.path is None or name.startswith(self.HARMLESS):
            return
        if name == "open" and not (arguments[2] or 0) & self.WRITING:
            file = str(arguments[0])
            if file == self.path or file.endswith((".py", ".pyc", ".schema.json", "operators.json")):
                return
        self.seen.append(f"{name} {arguments!r:.200}")


def work(pipe: multiprocessing.connection.Connection) -> None:
    """Examine the files whose paths arrive through the pipe."""
    watch = Watch()
    pipe.send("ready")
    while True:
        path, noise = pipe.recv(), io.StringIO()
        Path("/proc/self/clear_refs").write_text("5")
        signal.setitimer(signal.ITIMER_PROF, 1.1 * SECONDS)  # CPU seconds; then it is killed
        with contextlib.redirect_stdout(noise), contextlib.redirect_stderr(noise):
            watch.path, start = path, time.process_time()
            try:
                outcome = examine(Path(path))
            except BaseException as error:
                text = "".join(char for char in str(error)[:60] if not char.isdigit())
                kind = f"{type(error).__name__} in {within(error) or 'nowhere'} ({text!r})"
                outcome = f"failed: {kind}\n{''.join(traceback.format_exception(error))[-6000:]}"
            watch.path = None
        seconds = time.process_time() - start
        peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
        if watch.seen or noise.getvalue():
            lines = [*watch.seen[:20], f"prints {noise.getvalue()[:2000]!r}"]
            outcome = "\n".join([f"failed: does this: {lines[0]:.60}", *lines, outcome])
            watch.seen.clear()
        pipe.send((outcome, seconds, peak))


def within(error: BaseException | None) -> str:
    """Return the place in nasport where an error was raised."""
    frames = traceback.extract_tb(error.__traceback__) if error else []
    frames = [each for each in frames if "/nasport/" in each.filename]
    return f"{Path(frames[-1].filename).name}:{frames[-1].name}:{frames[-1].lineno}" if frames else ""


class Examiner:
    """A process that examines files; it is restarted if a file ends or blocks it."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Start the process."""
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=work, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()
        self.pipe.recv()

    def examine(self, path: Path) -> tuple[str, float, float]:
        """Return outcome, seconds and peak megabytes of one file."""
        start, outcome, seconds, peak = time.perf_counter(), "failed: hangs", 0.0, 0.0
        self.pipe.send(str(path))
        try:
            if self.pipe.poll(6 * SECONDS):
                outcome, seconds, peak = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            outcome = f"failed: the process ends with {self.process.exitcode}"
        if not outcome.startswith("failed") and (seconds > SECONDS or peak > MEGABYTES):
            outcome = f"failed: takes {'long' if seconds > SECONDS else 'much memory'}\n{outcome}"
        if not peak or peak > 0.6 * MEGABYTES:  # retained memory would count for the next file
            self.process.kill()
            self.process.join()
            self.begin()
        return outcome, seconds or time.perf_counter() - start, peak


def shapes() -> onnx.ModelProto:
    """Return a model with concatenations, slices, splits, computed shapes, an If with a known condition, and Where."""
    before = """Conv x a.w > a0 pads=[1,1,1,1]; BatchNormalization a0 s s s s > a epsilon=1e-5; Conv x b.w > b; Concat a b > ab axis=1; Split ab fours > s0 s1 axis=1;
        Slice s0 starts ends axes steps > s2; Resize s2 _ _ size > s3; Add s3 s1 > c; Shape x > shape; Gather shape i > side;
        Equal side eight > known; Squeeze known > is8; If is8 > d"""
    after = """Constant > half value_float=0.5; Mul d half > h; Greater h half > mask; Where mask h d > w; Pad w pads > wp;
        DepthToSpace wp > ds blocksize=2 mode="CRD"; ReduceMean ds axes > m keepdims=0; Concat one rest > target axis=0;
        Reshape m target > f; Gemm f fc.w fc.b > y transB=1"""
    made = nodes(before, then_branch=branch("Relu c > inner"), else_branch=branch("Tanh c > inner"))
    weights = {
        "a.w": (4, 3, 3, 3), "b.w": (4, 3, 1, 1), "s": (4,), "fc.w": (5, 1), "fc.b": (5,), "fours": [4, 4], "starts": [0, 0], "ends": [8, 8],
        "axes": [2, 3], "steps": [2, 2], "size": [1, 4, 8, 8], "i": [2], "eight": [8], "pads": [0, 0, 1, 1] * 2, "one": [1], "rest": [-1],
    }  # fmt: skip
    return network([*made, *nodes(after)], weights, image=["N", 3, 8, 8])


def functions() -> onnx.ModelProto:
    """Return a model with local functions (one calls the other with an attribute) and an unknown operator."""
    inner = nodes("Conv a w > c; LeakyRelu c > b")
    inner[1].attribute.append(onnx.AttributeProto(name="alpha", ref_attr_name="slope", type=1))
    text = """Conv x s > a; Block@own a w1 > b; Block@own b w2 > c; Strange@nobody c > d size=3; PRelu d p > e;
        ConvTranspose e t > f strides=[2,2]; InstanceNormalization f i i > g; Einsum g m > h equation="nchw,cd->nd"; Softmax h > y"""
    weights = {"s": (4, 3, 1, 1), "w1": (4, 4, 1, 1), "w2": (4, 4, 1, 1), "p": (4, 1, 1), "t": (4, 6, 2, 2), "i": (6,), "m": (6, 5)}  # fmt: skip
    called = {"Layer": inner, "Block": "Layer@own a w > c slope=0.2; Add c a > b"}
    return network(text, weights, functions=called, stated={"d": [1, 4, 8, 8]}, domains={"nobody": 1})  # fmt: skip


def torch_seeds(folder: Path) -> None:
    """Write small modules as `.pt2` and by both exporters to ONNX; runs in a separate process."""
    import torch
    from torch import nn
    from torch.nn import functional

    torch.manual_seed(0)
    layers = [
        nn.Conv2d(3, 8, 3, 2, 1), nn.Conv2d(8, 8, 3, 1, 1, groups=8, bias=False), nn.BatchNorm2d(8), nn.Conv2d(8, 4, 1), nn.Conv2d(4, 8, 1),
        nn.ConvTranspose2d(12, 32, 2, 2), nn.Conv2d(8, 8, 4, 4), nn.LayerNorm(8), nn.Linear(8, 24), nn.Linear(8, 32), nn.Linear(32, 8),
    ]  # fmt: skip

    class Small(nn.ModuleList):
        def forward(self, x: torch.Tensor) -> Any:
            stem, depthwise, norm, squeeze, excite, up, patch, layer, qkv, wide, narrow = self
            x = functional.relu6(norm(depthwise(functional.silu(stem(x)))))
            x = x + x * torch.sigmoid(excite(functional.relu(squeeze(x.mean((2, 3), keepdim=True)))))
            left, right = x.chunk(2, 1)
            x = torch.cat([functional.interpolate(right, size=left.shape[2:]), left, x[:, 4:, ::1]], 1)
            x = up(functional.avg_pool2d(functional.pad(x, (1, 1, 1, 1)), 2))
            x = functional.pixel_shuffle(x + torch.roll(functional.leaky_relu(x), 1, 2), 2).clamp(0, 6)
            x = patch(x).flatten(2).transpose(1, 2)
            x = torch.cat([x[:, :1].expand(x.shape[0], -1, -1), x], 1)
            q, k, v = qkv(layer(x)).reshape(1, 26, 3, 2, 4).permute(2, 0, 3, 1, 4).unbind(0)
            x = x + functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(1, 26, 8)
            with torch.no_grad():
                x = x + torch.softmax(q @ k.transpose(-2, -1), -1).mean()
            return narrow(functional.gelu(wide(x)))[:, 0].amax(1)

    logging.disable()
    model, example = Small(layers).eval(), (torch.zeros(1, 3, 16, 16),)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        torch.export.save(torch.export.export(model, example, strict=False), folder / "torch.pt2")
        for dynamo in (False, True):
            torch.onnx.export(model, example, folder / f"torch_{dynamo}.onnx", dynamo=dynamo)


def seeds(folder: Path) -> dict[str, bytes]:
    """Return the models by name; for `.pt2` files, their JSON."""
    folder.mkdir()
    process = multiprocessing.get_context("spawn").Process(target=torch_seeds, args=(folder,))
    process.start()
    process.join()
    found = {f"{make.__name__}.onnx": bytes(make().SerializeToString()) for make in (shapes, functions)}
    found |= {path.name: path.read_bytes() for path in folder.glob("*.onnx")}
    for path in folder.glob("*.pt2"):
        with zipfile.ZipFile(path) as archive:
            inner = (each for each in archive.namelist() if each.endswith("models/model.json"))
            found[path.name] = archive.read(next(inner))
    return found


WHOLE = (0, 1, -1, 2, 3, 4, 7, 8, 16, 17, 255, 1024, 65536, (1 << 31) - 1, 1 << 31, 1 << 40, (1 << 63) - 1, -(1 << 63), -2, -8)  # fmt: skip
REAL = (0.0, 1.0, -1.0, 1e-5, 1e-30, 1e30, float("inf"), float("-inf"), float("nan"), 0.5, 6.0)
TEXTS = ("", "x", "y", "../../etc/passwd", "/etc/passwd", "a\x1b[31mb\nc", "\u202eabc", "%s{0}", "0", "nan", "SAME_UPPER", "é" * 300, "ai.onnx", "com.microsoft", "own", "weights.bin", "a.b.c", "/a/b/Conv", "onnx::Conv_1", "val_3", "\0")  # fmt: skip
OPERATORS = ["Conv", "ConvTranspose", "Relu", "Add", "Mul", "Div", "Sub", "Concat", "Split", "Slice", "Gather", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten", "Gemm", "MatMul", "Softmax", "Sigmoid", "Gelu", "BatchNormalization", "LayerNormalization", "GroupNormalization", "InstanceNormalization", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "ReduceMean", "ReduceSum", "ReduceMax", "Pad", "Resize", "Upsample", "DepthToSpace", "SpaceToDepth", "Expand", "Tile", "Where", "Clip", "Pow", "Sqrt", "Erf", "Exp", "Cast", "Identity", "Dropout", "Einsum", "Shape", "Size", "ConstantOfShape", "Range", "If", "Loop", "Scan", "Constant", "PRelu", "LRN", "HardSwish", "Elu", "Selu", "TopK", "NonZero", "OneHot", "ScatterND", "GatherElements", "Attention", "MultiHeadAttention", "Swish", "RMSNormalization", "Min", "Max", "QuantizeLinear", "DequantizeLinear", "LSTM", "SequenceConstruct", "Optional", "LpPool", "RoiAlign", "GridSample", "CumSum", "Trilu", "NonSense"]  # fmt: skip
ATEN = ["conv2d", "convolution", "conv_transpose2d", "linear", "addmm", "matmul", "bmm", "einsum", "scaled_dot_product_attention", "batch_norm", "layer_norm", "group_norm", "instance_norm", "rms_norm", "relu", "relu6", "leaky_relu", "gelu", "silu", "sigmoid", "hardswish", "hardtanh", "clamp", "softmax", "max_pool2d", "avg_pool2d", "adaptive_avg_pool2d", "mean", "sum", "amax", "prelu", "add", "sub", "rsub", "mul", "div", "maximum", "pow", "sqrt", "rsqrt", "exp", "erf", "cat", "slice", "narrow", "select", "split", "split_with_sizes", "chunk", "unbind", "permute", "transpose", "t", "view", "reshape", "flatten", "squeeze", "unsqueeze", "expand", "repeat", "pad", "constant_pad_nd", "upsample_nearest2d", "pixel_shuffle", "channel_shuffle", "roll", "zeros_like", "full_like", "lstm", "clone", "dropout", "to", "add_", "relu_", "where", "index", "topk"]  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, 0, 1, -1, 2, 7, 1 << 31, 1 << 64, 10**400, 0.5, 1e308, float("nan"), "", "x", "a\x1b[0mb\nc", "\ud800", "../../etc/passwd", [], {},
    [1, 1], [-1], [1] * 40, [[]], [None], {"as_int": 3}, {"as_tensor": {"name": "input"}}, {"as_ints": [3, 3]}, {"as_float": 1e300}, {"as_string": "same"},
)  # fmt: skip


def any_value(dice: random.Random, field: Any, old: Any) -> Any:
    """Return a value for a field without a message; it does not always fit."""
    if field.type in (field.TYPE_FLOAT, field.TYPE_DOUBLE):
        return dice.choice(REAL)
    if field.type in (field.TYPE_STRING, field.TYPE_BYTES):
        text = dice.choice(OPERATORS if field.name == "op_type" else TEXTS)
        return text if field.type == field.TYPE_STRING else text.encode()
    return old + dice.choice([-1, 1]) if isinstance(old, int) and dice.random() < 0.4 else dice.choice(WHOLE)


def change_field(dice: random.Random, proto: Any) -> None:
    """Change a field of any message: another value, removed, doubled, reordered, or added."""
    present = [(field, value) for field, value in proto.ListFields() if field.type == field.TYPE_MESSAGE]
    if present and dice.random() < 0.85:
        field, value = dice.choice(present)
        return change_field(dice, dice.choice(value) if field.is_repeated else value)
    known = [field for field, _ in proto.ListFields()] if dice.random() < 0.85 else []
    field = dice.choice(known or list(proto.DESCRIPTOR.fields))
    is_message, value, what = field.type == field.TYPE_MESSAGE, getattr(proto, field.name), dice.random()
    if field.is_repeated:
        place = dice.randrange(len(value)) if len(value) else None
        if place is None:
            value.add() if is_message else value.append(any_value(dice, field, None))
        elif what < 0.25:
            del value[place]
        elif what < 0.45:
            value.append(value[place])
        elif what < 0.6 or is_message:
            value.insert(dice.randrange(len(value)), value.pop(place))
        else:
            value[place] = any_value(dice, field, value[place])
    elif what < 0.25:
        proto.ClearField(field.name)
    elif is_message:
        value.SetInParent()
    else:
        setattr(proto, field.name, any_value(dice, field, value))
    return None


def change_node(dice: random.Random, model: onnx.ModelProto) -> None:
    """Change a node: another operator, other or fewer inputs, or an additional node in the middle of an edge."""
    graph, what = model.graph, dice.randrange(4)
    place = dice.randrange(len(graph.node))
    one = graph.node[place]
    names = ["x", *(each.name for each in graph.initializer)]
    names += [name for each in graph.node for name in each.output]
    if what == 0 or not one.input:
        one.op_type = dice.choice(OPERATORS)
    elif what == 1:
        one.input[dice.randrange(len(one.input))] = dice.choice(names)
    elif what == 2:
        for each in graph.node:
            for number, name in enumerate(each.input):
                if name in one.output:
                    each.input[number] = one.input[0]
        del graph.node[place]
    else:
        inputs = [one.input[0], *dice.choices(names, k=dice.choice([0, 0, 1, 2, 3]))]
        one.input[0] = f"new{dice.randrange(1 << 30)}"
        made = onnx.NodeProto(op_type=dice.choice(OPERATORS), input=inputs, output=one.input[:1])
        made.attribute.extend(dice.choice(graph.node).attribute if dice.random() < 0.5 else [])
        graph.node.insert(place, made)


def change_sides(dice: random.Random, model: onnx.ModelProto) -> None:
    """Change the sizes of the image or of a weight, or the numbers from which shapes are computed."""
    stored, what = model.graph.initializer, dice.randrange(3)
    if what == 0 or not stored:
        for side in model.graph.input[0].type.tensor_type.shape.dim if model.graph.input else []:
            if dice.random() < 0.1:
                side.dim_param = dice.choice(["N", "batch", "h"])
            elif dice.random() < 0.3:
                side.dim_value = dice.choice([*range(40), *WHOLE])
        return
    one = dice.choice(stored)
    numbers = [each for each in stored if each.raw_data and each.data_type == onnx.TensorProto.INT64]
    if what == 1 or not numbers:
        one.dims[:] = [dice.choice([1, 1, 2, 3, 4, 5, 8, 24, *WHOLE]) for _ in range(dice.randrange(6))]
    else:
        one = dice.choice(numbers)
        count = dice.choice([len(one.raw_data) // 8, dice.randrange(8)]) if one.dims else 1
        values = [min(dice.choice([*range(-4, 12), *WHOLE]), (1 << 63) - 1) for _ in range(count)]
        one.raw_data = b"".join(value.to_bytes(8, "little", signed=True) for value in values)
        one.dims[:] = [count] if one.dims else []


def change_json(dice: random.Random, model: Any) -> None:
    """Change one thing of a torch program: a call, a shape or any value."""
    graph, what = model["graph_module"]["graph"], dice.randrange(12)
    calls, tensors = graph["nodes"], graph["tensor_values"]
    one = dice.choice(calls)
    if what == 0:
        one["target"] = f"torch.ops.aten.{dice.choice(ATEN)}.default"
    elif what == 1:
        calls.remove(one)
    elif what == 2:
        calls.insert(dice.randrange(len(calls)), copy.deepcopy(one))
    elif what == 4:
        dice.choice(one["inputs"])["arg"] = {"as_tensor": {"name": dice.choice(list(tensors))}}
    elif what == 5:
        sides = dice.choice(list(tensors.values()))["sizes"]
        sides.insert(dice.randrange(len(sides) + 1), {"as_int": dice.choice([0, 1, 2, 3, 5, 8, 1 << 41, -1])})
    else:
        container, key = dice.choice(list(places(calls if what < 9 else model)))
        donor, there = dice.choice(list(places(model)))
        if dice.random() < 0.2:
            del container[key]
        else:
            container[key] = copy.deepcopy(dice.choice([dice.choice(VALUES), donor[there]]))


def changed(dice: random.Random, data: bytes, is_onnx: bool) -> bytes:
    """Return a model with a few changes."""
    model = onnx.load_model_from_string(data) if is_onnx else json.loads(data)
    changes: list[Any] = [change_field, change_node, change_node, change_sides] if is_onnx else [change_json]
    for _ in range(dice.choice([1, 1, 1, 2, 2, 3, 5, 12])):
        with contextlib.suppress(LookupError, TypeError, ValueError, AttributeError):
            dice.choice(changes)(dice, model)
    return bytes(model.SerializeToString()) if is_onnx else json.dumps(model).encode()


def changed_bytes(dice: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Return damaged bytes."""
    found = bytearray(data)
    for _ in range(dice.choice([1, 1, 2, 4, 16])):
        place, other = dice.randrange(len(found) + 1), dice.choice(others)
        what, start = dice.randrange(4), dice.randrange(len(other))
        if what == 0 and place < len(found):
            found[place] ^= 1 << dice.randrange(8)
        elif what == 1:
            found[place : place + dice.choice([0, 1])] = dice.randbytes(dice.choice([1, 1, 2, 8, 64]))
        elif what == 2:
            del found[place : place + dice.choice([1, 2, 8, 64, 100000])]
        else:
            found[place : place + dice.choice([0, 64])] = other[start : start + dice.choice([8, 64, 512])]
    return bytes(found)


def random_case(seed: int, number: int, models: dict[str, bytes]) -> tuple[str, bytes]:
    """Return a file's name and contents."""
    dice = random.Random(f"{seed}:{number}")
    name = dice.choice(sorted(models))
    data, is_onnx, way = models[name], name.endswith(".onnx"), dice.random()
    others = [models[each] for each in sorted(models) if each.endswith(".onnx") == is_onnx]
    with contextlib.suppress(DecodeError, ValueError):
        if way < 0.75:
            data = changed(dice, data, is_onnx)
        if 0.7 < way < 0.9:
            data = changed_bytes(dice, data, others)
    data = data if is_onnx else program(data)
    return f"{number}-{name}", changed_bytes(dice, data, [data, *others]) if way >= 0.9 else data


class Results:
    """Counts, and the files that failed."""

    def __init__(self, out: Path) -> None:
        self.out, self.outcomes, self.failures = out, Counter[str](), Counter[str]()
        self.slowest, self.largest = (0.0, ""), (0.0, "")

    def add(self, path: Path, outcome: str, seconds: float, peak: float) -> None:
        """Record one case."""
        why = outcome.partition("\n")[0]
        self.outcomes[why.partition(":")[0]] += 1
        self.slowest = max(self.slowest, (round(seconds, 1), path.name))
        self.largest = max(self.largest, (round(peak), path.name))
        if why.startswith("failed"):
            self.failures[why] += 1
            print(f"{path.name!a}: {why} ({seconds:.1f} s, {peak:.0f} MB)", flush=True)
            if self.failures[why] <= 3:
                self.out.mkdir(parents=True, exist_ok=True)
                kept = self.out / f"{self.failures.total()}-{path.name}"
                Path(f"{kept}.txt").write_text(outcome, "utf-8", "replace")
                if path.is_file() and path.stat().st_size < 1 << 27:
                    shutil.copyfile(path, kept)

    def print(self, title: str) -> None:
        """Print a summary."""
        counts = ", ".join(f"{count:,} {kind}" for kind, count in sorted(self.outcomes.items()))
        print(f"{title}: {counts}; at most {self.slowest} s, {self.largest} MB", flush=True)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--out", type=Path, required=True, help="folder for files that fail")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    by_hand, by_chance = Results(arguments.out / "hostile"), Results(arguments.out / "random")
    with tempfile.TemporaryDirectory() as temporary:
        examiner = Examiner()
        for name, make in hostile_files():
            folder = Path(temporary, "case")
            folder.mkdir()
            path = folder / name
            write(path, make)
            by_hand.add(path, *examiner.examine(path))
            if left := {each.name for each in folder.iterdir()} - {name, "bait"}:
                by_hand.add(path, f"failed: leaves {left}", 0, 0)
            shutil.rmtree(folder)
        by_hand.print("made by hand")
        models, number = seeds(Path(temporary, "seeds")), 0
        end = time.monotonic() + 60 * arguments.minutes
        while time.monotonic() < end:
            name, data = random_case(arguments.seed, number, models)
            path = Path(temporary, name)
            path.write_bytes(data)
            by_chance.add(path, *examiner.examine(path))
            path.unlink()
            number += 1
        by_chance.print(f"random, seed {arguments.seed}, of {len(models)} models")
    sys.exit(bool(by_hand.failures or by_chance.failures))


if __name__ == "__main__":
    main()
