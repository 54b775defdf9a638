"""Build files by hand that try to break the importer of real models; `import_fuzz.py` starts with them.

A file is a name, whose suffix states the kind, and a builder that is called with the path. The builder returns the
contents (an ONNX model, the JSON of a torch program, or bytes), or writes them. Nodes are written as text, `Add a b >
c axis=1`, where `F@own` is an operator of another domain and `_` a missing input. Weights are a tuple of sizes
without contents, or numbers.
"""

from __future__ import annotations

import io
import json
import os
import random
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

Json = Any
IMAGE = (1, 3, 8, 8)
EVIL = ["../../../etc/passwd", "/etc/shadow", "a\x1b[2J\x07\nb", "\u202eevil", "{0.__class__}", "%n%s", "C:\\con"]  # fmt: skip


def nodes(text: str, **more: Any) -> list[onnx.NodeProto]:
    """Return nodes from their text, separated by semicolons; the last one gets the attributes."""
    made = []
    for line in text.split(";"):
        (kind, *inputs), outputs = (part.split() for part in line.split(" > "))
        operator, _, domain = kind.partition("@")
        names = [word for word in outputs if "=" not in word]
        one = helper.make_node(operator, ["" if name == "_" else name for name in inputs], names)
        one.name, one.domain = f"/{names[0]}/{operator}", domain
        for name, value in (word.split("=", 1) for word in outputs if "=" in word):
            one.attribute.append(helper.make_attribute(name, json.loads(value)))
        made.append(one)
    made[-1].attribute.extend(helper.make_attribute(name, value) for name, value in more.items())
    return made


def tensor(name: str, value: Any) -> TensorProto:
    """Return a stored tensor of these sizes or numbers."""
    if isinstance(value, tuple):
        return TensorProto(name=name, dims=value, data_type=1)
    array = np.asarray(value)
    return onnx.numpy_helper.from_array(array.astype(np.float32) if array.dtype == float else array, name)


def network(made: Any, weights: Mapping[str, Any] | None = None, **changes: Any) -> onnx.ModelProto:
    """Return a model of an image `x`; its output is `y`, or that of the last node."""
    made = nodes(made) if isinstance(made, str) else list(made)
    image = helper.make_tensor_value_info("x", changes.get("kind", 1), changes.get("image", IMAGE))
    outputs = changes.get("outputs", made[-1].output[:1])
    stored = [tensor(name, value) for name, value in (weights or {}).items()]
    inputs = changes.get("inputs", [image])
    graph = helper.make_graph(made, "g", inputs, [onnx.ValueInfoProto(name=each) for each in outputs], stored)
    for name, sides in changes.get("stated", {}).items():
        graph.value_info.append(helper.make_tensor_value_info(name, 1, sides))
    domains = {"": changes.get("version", 18), "own": 1, **changes.get("domains", {})}
    versions = [helper.make_opsetid(name, version) for name, version in domains.items()]
    functions = []
    for name, body in changes.get("functions", {}).items():
        body = nodes(body) if isinstance(body, str) else body
        functions.append(helper.make_function("own", name, ["a", "w"], ["b"], body, versions, ["slope"]))
    return helper.make_model(graph, opset_imports=versions, functions=functions, ir_version=10)


def branch(made: str, **more: Any) -> onnx.GraphProto:
    """Return a graph for a node."""
    body = nodes(made, **more)
    return helper.make_graph(body, "b", [], [onnx.ValueInfoProto(name=body[-1].output[0])])


def chain(text: str, count: int, weights: Any = None, **changes: Any) -> onnx.ModelProto:
    """Repeat texts, separated by bars: `{i}` is the previous output, `{h}` a halfway one, `{o}` the output."""
    texts, made = text.split(" | "), []
    for i in range(count):
        names = {"n": i, "i": f"v{i}" if i else "x", "o": f"v{i + 1}", "h": f"v{i // 2}" if i > 1 else "x"}
        made += nodes(texts[i % len(texts)].format(**names))
    stored = {f"w{i}": weights(i) for i in range(count)} if weights else {}
    return network(made, {**stored, **changes.pop("more", {})}, **changes)


def doubled(depth: int, times: int = 2) -> onnx.ModelProto:
    """Return functions that each call the next several times."""
    calls = {f"F{i}": "Identity a > m0" for i in range(depth)}
    for i in range(depth):
        calls[f"F{i}"] += "".join(f"; F{i + 1}@own m{j} > m{j + 1}" for j in range(times))
        calls[f"F{i}"] += f"; Identity m{times} > b"
    return network("F0@own x > y", functions={**calls, f"F{depth}": "Relu a > b"})


def nested(depth: int) -> onnx.ModelProto:
    """Return branches within branches with known conditions."""
    inner = branch("Relu x > i")
    for i in range(depth):
        inner = branch(f"If c > i{i}", then_branch=inner, else_branch=inner)
    return network(nodes("If c > y", then_branch=inner, else_branch=inner), {"c": True})


def elsewhere(made: str, path: Path, *places: str) -> onnx.ModelProto:
    """Return weights `w0`, `w1`, ... in other files; a pipe is there, so that opening it blocks forever."""
    os.mkfifo(path.parent / "bait")
    model, (sides, kind) = network(made), (([3, 3, 1, 1], 1) if made.startswith("Conv") else ([4], 7))
    for i, place in enumerate([str(path.parent / "bait"), "bait", "./bait", *places]):
        away = model.graph.initializer.add(name=f"w{i}", dims=sides, data_type=kind)
        away.data_location = TensorProto.EXTERNAL
        away.external_data.add(key="location", value=place)
    return model


def noted(count: int, **notes: str) -> onnx.ModelProto:
    """Return a chain whose nodes have metadata, as torch's exporter writes it."""
    model = chain("Relu {i} > {o}", count)
    for each in model.graph.node:
        for name, value in notes.items():
            each.metadata_props.add(key=f"pkg.torch.onnx.{name}", value=value)
    return model


def named(names: Sequence[str]) -> onnx.ModelProto:
    """Return a model full of names that are dangerous as paths, in print or in formatting."""
    model = chain("Conv {i} w{n} > c{n}; Strange c{n} > {o}", len(names), lambda i: (3, 3, 1, 1))
    for i, name in enumerate(names):
        one, other = model.graph.node[2 * i : 2 * i + 2]
        model.graph.initializer[i].name = one.input[1] = one.name = one.doc_string = name
        other.domain = other.name = name
        one.metadata_props.add(key="pkg.torch.onnx.name_scopes", value=repr(["", name, name]))
        other.op_type = name or "Strange"
        model.graph.value_info.append(helper.make_tensor_value_info(other.output[0], 1, IMAGE))
        model.opset_import.add(domain=name, version=1)
    return model


def varint(value: int) -> bytes:
    """Encode a number as a protobuf varint."""
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def field(number: int, data: bytes) -> bytes:
    """Encode a protobuf field with a length."""
    return varint(number << 3 | 2) + varint(len(data)) + data


VERSION = field(8, helper.make_opsetid("", 18).SerializeToString())
RELU = field(1, b"x") + field(2, b"z") + field(4, b"Relu")


def wire(*parts: bytes, after: bytes = b"") -> bytes:
    """Return a model as bytes; `parts` are added to its graph."""
    graph = network("Relu x > y").graph.SerializeToString()
    return field(7, graph + b"".join(parts)) + VERSION + after


def graphs_within_graphs() -> bytes:
    """Return twenty thousand nested graphs; no library reads more than a hundred."""
    graph = b""
    for _ in range(20_000):
        attribute = field(1, b"then_branch") + field(6, graph) + b"\xa0\x01\x05"
        graph = field(1, field(4, b"If") + field(5, attribute))
    return wire(graph)


def sparse(path: Path, size: int, count: int) -> None:
    """Write weights of many gigabytes that take no space on the disk."""
    graph = network("Relu x > y").graph.SerializeToString()
    head = field(8, b"w") + b"\x08" + varint(size // 4) + b"\x10\x01" + varint(9 << 3 | 2) + varint(size)
    start = varint(5 << 3 | 2) + varint(len(head) + size) + head
    with open(path, "wb") as stream:
        stream.write(VERSION + varint(7 << 3 | 2) + varint(len(graph) + (len(start) + size) * count) + graph)
        for _ in range(count):
            stream.write(start)
            stream.truncate(stream.tell() + size)
            stream.seek(0, 2)


ATTENTION = "Transpose {i} > t{n} perm=[0,1,3,2]; MatMul {i} t{n} > p{n}; Mul p{n} c > q{n}; Softmax q{n} > s{n} axis=-1; MatMul s{n} {i} > u{n}; Add u{n} {i} > {o}"
CONV, SLICE = "Conv {i} w{n} > c{n} pads=[1,1,1,1]; Relu c{n} > r{n}; ", "Slice x a{n} b{n} three > s{n}; "
LOOP = {"body": branch("Relu x > b")}
BRANCHES = {"then_branch": branch("Relu x > i"), "else_branch": branch("Tanh x > i")}
KERNEL, LARGE = (4, 3, 3, 3), (1 << 20, 1 << 20)

PLAIN: dict[str, tuple[str, dict[str, Any]]] = {
    "cycle": ("Add x b > a; Relu a > b; Relu b > y", {}), "reads_itself": ("Add x y > y", {}), "not_zero": ("NonZero x > y", {}),
    "no_names": ("Relu x > y; Relu _ > y", {}), "reshape_by_data": ("ReduceMax x > m; Cast m > s to=7; Reshape x s > y", {}),
    "sequences": ("SequenceConstruct x x > s; ConcatFromSequence s > y axis=1", {}), "custom": ("Conv x w > a; Flash@own a > y", {"w": KERNEL}),
    "weights_absurd": ("Conv x w > y", {"w": (1 << 62, 3, 3, 3)}), "weights_of_many_sides": ("Add x w > y", {"w": (1,) * 1_000_000}),
    "weights_of_words": ("Add x w > y", {"w": np.array([b"\xff", b"../x"], object)}), "pads_absurd": ("Pad x p > y", {"p": [0, 0, 1 << 40, 0, 0, 0, 1 << 62, 0]}),
    "constant_absurd": ("ConstantOfShape s > b; Add x b > y", {"s": [1 << 40, 1 << 40]}), "constant_large": ("ConstantOfShape s > b; Add x b > y", {"s": [1 << 15, 1 << 15]}),
    "constant_of_many_sides": ("ConstantOfShape s > b; Add x b > y", {"s": [1] * 4000}), "slice_without_step": ("Slice x a b c a > y", {"a": [0], "b": [8], "c": [2]}),
    "range_absurd": ("Range a b c > d; Add x d > y", {"a": 0, "b": (1 << 63) - 1, "c": 1}), "range_of_no_number": ("Range a b a > d; Add x d > y", {"a": 0.0, "b": float("nan")}),
    "tile_absurd": ("Tile a s > b; Add x b > y", {"a": [1, 2], "s": [1 << 62]}), "expand_absurd": ("Expand a s > b; Add x b > y", {"a": [1], "s": [1 << 62] * 2}),
    "numbers_that_double": (";".join(f"Concat c{i} c{i} > c{i + 1} axis=0" for i in range(60)) + ";Add x c60 > y", {"c0": [1, 2]}),
    "numbers_that_square": (";".join(f"Mul c{i} c{i} > c{i + 1}" for i in range(99)) + ";Reshape x c99 > y", {"c0": [3]}),
    "resize_absurd": ("Resize x _ s > y", {"s": [1, 1, 1e18, float("inf")]}), "kernel_absurd": (f"MaxPool x > y kernel_shape=[{1 << 62},{1 << 62}]", {}),
    "strides_of_zero": ("Conv x w > y strides=[0,0] dilations=[0,0] group=0", {"w": KERNEL}), "einsum_absurd": ('Einsum x x > y equation="abcd,efgh->' + "abcd" * 2000 + '"', {}),
    "attributes_wrong": ('Conv x w > y strides="two" pads=1.5 dilations=[0.5] group="x" kernel_shape="3x3" auto_pad=7', {"w": KERNEL}),
    "attributes_no_numbers": ("LeakyRelu x > a alpha=NaN; BatchNormalization a s s s s > b epsilon=Infinity; Elu b > y alpha=-1e38", {"s": (3,)}),
}  # fmt: skip
ONNX: dict[str, Callable[[Path], Any]] = {
    "function_calls_itself": lambda _: network("F@own x > y", functions={"F": "F@own a > b"}),
    "functions_in_a_circle": lambda _: network("F0@own x > y", functions={f"F{i}": f"F{(i + 1) % 3}@own a > b" for i in range(3)}),
    "billion_laughs": lambda _: doubled(30), "laughs_within_bounds": lambda _: doubled(11), "functions_nested_deep": lambda _: doubled(3000, 1),
    "function_with_much_inside": lambda _: chain("F@own {i} > {o}", 6000, functions={"F": "Constant > c value_ints=[" + "7," * 7999 + "7]; Relu a > b"}),
    "function_with_long_notes": lambda _: chain("F@own {i} > {o}", 6000, functions={"F": [*noted(1, fx_node="n" * 1_000_000).graph.node]}),
    "long_chain": lambda _: chain("Relu {i} > {o} | Sigmoid {i} > {o} | Sin {i} > {o} | Transpose {i} > {o}", 19_990),
    "most_that_are_read": lambda _: chain("Relu {i} > {o} | Sin {i} > {o} | Transpose {i} > {o} perm=[0,1,3,2]", 4990),
    "most_sums": lambda _: chain("Add {i} {h} > {o}", 4990), "most_attention": lambda _: chain(ATTENTION, 820, more={"c": 0.5}),
    "most_convolutions": lambda _: chain(CONV + "Add r{n} {i} > {o}", 1600, lambda i: (3, 3, 3, 3)),
    "most_different_convolutions": lambda _: chain("Conv {i} w{n} > c{n}; Relu c{n} > {o}", 2400, lambda i: (i + 1, i or 3, 1, 1)),
    "most_blocks": lambda _: chain(CONV + "Concat r{n} {i} > {o} axis=1", 1600, lambda i: (3 if i % 2 else 5, 3 + i // 2 * 8 + i % 2 * 5, 3, 3)),
    "most_joined_one_by_one": lambda _: chain("Sigmoid x > s{n}; Concat {i} s{n} > {o} axis=1", 2490),
    "most_slices": lambda _: chain(SLICE + "Concat {i} s{n} > {o} axis=3", 2400, more={"three": [3]} | {f"{name}{i}": [i + at] for i in range(2400) for at, name in enumerate("ab")}, image=(1, 3, 1, 2400)),
    "many_branches": lambda _: network([*chain("Relu x > s{n}", 4900).graph.node, *nodes("Sum " + " ".join(f"s{i}" for i in range(4900)) + " > y")]),
    "everything_reads_everything": lambda _: network(";".join("Sum x " + " ".join(f"v{j}" for j in range(i)) + f" > v{i}" for i in range(2000))),
    "one_node_reads_a_million": lambda _: network("Sum " + "x " * 1_000_000 + " > y"),
    "one_node_gives_a_million": lambda _: network("Split x > " + " ".join(f"y{i}" for i in range(1_000_000))),
    "many_outputs": lambda _: network("Relu x > y", outputs=["y"] * 500_000), "input_of_words": lambda _: network("Relu x > y", kind=7, image=(1, 128)),
    "many_different_outputs": lambda _: network([*chain("Relu x > s{n}", 4900).graph.node], outputs=[f"s{i}" for i in range(4900)]),
    "many_inputs": lambda _: network("Relu x > y", inputs=[onnx.ValueInfoProto(name=f"x{i}") for i in range(500_000)]),
    "many_domains": lambda _: network("Relu x > y", domains={f"d{i}": 1 for i in range(300_000)}), "million_nodes": lambda _: wire(field(1, RELU) * 1_000_000),
    "million_weights": lambda _: wire(*(field(5, b"\x08\x02\x10\x01" + field(8, b"w%d" % i)) for i in range(1_000_000))),
    "million_shapes": lambda _: wire(*(field(13, field(1, b"w%d" % i)) for i in range(1_000_000))), "many_fields": lambda _: wire(b"\x6a\x00" * 25_000_000),
    "many_numbers": lambda _: wire(after=b"\x28\x01" * 25_000_000), "many_fields_of_a_tensor": lambda _: wire(field(5, field(8, b"w") + b"\x10\x01" * 25_000_000)),
    "many_attributes": lambda _: wire(field(1, RELU + b"\x2a\x00" * 480) * 19_000), "many_attributes_of_one": lambda _: wire(field(1, RELU + b"\x2a\x00" * 20_000_000)),
    "many_sides": lambda _: wire(field(13, field(1, b"v") + field(2, field(1, field(2, b"\x0a\x00" * 450)))) * 60_000),
    "huge_varints": lambda _: wire(field(5, b"\x08" + b"\xff" * 9 + b"\x01" + field(8, b"w")), b"\x0a" + b"\xff" * 9 + b"\x01"),
    "absurd_length": lambda _: wire(b"\x0a" + varint(1 << 62)), "groups": lambda _: wire(b"\x0b" * 100_000), "graphs_within_graphs": lambda _: graphs_within_graphs(),
    "names_no_text": lambda _: wire(field(1, field(1, b"x") + field(2, b"\xff\xfe\x80") + field(3, b"\xff") + field(4, b"Re\xfflu"))),
    "unknown_type": lambda _: wire(field(1, field(1, b"x") + field(1, b"w") + field(2, b"z") + field(4, b"Add")) + field(5, field(8, b"w") + b"\x10\x63")),
    "weights_sparse": lambda _: wire(field(15, field(1, tensor("w", (1 << 60,)).SerializeToString()) + b"\x18" + varint(1 << 61) + b"\x18\x08")),
    "branches_nested": lambda _: nested(8), "branches_nested_deep": lambda _: nested(14), "no_version": lambda _: wire()[: -len(VERSION)],
    "names_like_paths": lambda _: named(EVIL), "names_long": lambda _: named(["n" * 3_000_000, "m" * 2_000_000]),
    "weights_elsewhere": lambda path: elsewhere("Conv x w0 > a; Conv a w1 > b; Conv b w3 > y", path, "/etc/passwd", "/dev/zero", "/proc/self/mem", "http://localhost/", "a\0b"),
    "numbers_elsewhere": lambda path: elsewhere("Reshape x w1 > y", path),
    "constant_elsewhere": lambda path: network("F@own x > y", functions={"F": [*nodes("Constant > c", value=elsewhere("Relu x > y", path).graph.initializer[1]), *nodes("Reshape a c > b")]}),
    "weights_of_gigabytes": lambda path: sparse(path, (1 << 31) + 4096, 1), "many_weights_of_gigabytes": lambda path: sparse(path, 1 << 27, 100),
    "flops_beyond_numbers": lambda _: network("MatMul x a > b; MatMul b a > y", {"a": LARGE}, image=(1, 1, 1 << 18, 1 << 20)),
    "linear_layer_of_a_trillion": lambda _: network("Flatten x > f; Gemm f w > y", {"w": LARGE}, image=(1, 1, 1 << 10, 1 << 10)),
    "branch_on_data": lambda _: network([*nodes("ReduceSum x > s; Cast s > c to=9; Squeeze c > d"), *nodes("If d > y", **BRANCHES)]),
    "loop": lambda _: network(nodes("Loop n _ x > y", **LOOP), {"n": 1 << 40}), "scan": lambda _: network(nodes("Scan x > y num_scan_inputs=1", **LOOP)),
    "custom_with_shapes": lambda _: network("Conv x w > a; Flash@own a > b sizes=[1,2]; Relu b > y", {"w": KERNEL}, stated={"b": (1, 4, 6, 6)}),
    "input_of_no_tensor": lambda _: network("Relu x > y", inputs=[helper.make_tensor_sequence_value_info("x", 1, IMAGE)]),
    "notes_to_evaluate": lambda _: noted(4900, name_scopes="[" + "1," * 1990 + "]"), "notes_nested": lambda _: noted(2, name_scopes="(" * 2000 + ")" * 2000),
    "notes_to_run": lambda path: noted(2, name_scopes=f"[__import__('os').system('touch {path}.ran'), 'a']", fx_node="(args = (" + "(" * 4000),
    "notes_that_warn": lambda _: noted(1, name_scopes=r"['\d', 'a', 1 is 1]"),
}  # fmt: skip
SIDES: dict[str, tuple[Any, ...]] = {
    "huge": (1 << 62,) * 4, "large": (1, 3, 1 << 19, 1 << 19), "negative": (1, -3, 8, 8), "zero": (0, 3, 8, 8), "none": (),
    "dynamic": tuple("NCHW"), "dynamic_size": (1, 3, "h", "w"), "many": (1,) * 5000, "long_name": (1, 3, 8, "n" * 10**6),
}  # fmt: skip


def zipped(members: Mapping[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compresslevel=1) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, kind)
    return stream.getvalue()


def program(model: Json, kind: int = zipfile.ZIP_DEFLATED, more: Mapping[str, bytes] = {}) -> bytes:
    """Return a `.pt2` file of this graph, as bytes or JSON."""
    data = model if isinstance(model, bytes) else json.dumps(model).encode()
    return zipped({"m/models/model.json": data, "m/version": b"0", **more}, kind)


def call(target: str, output: str, **inputs: Json) -> Json:
    """Return a call of an operator; texts name tensors."""
    arguments = []
    for name, value in inputs.items():
        given = {"as_tensor": {"name": value}} if isinstance(value, str) else value
        arguments.append({"name": name, "arg": given, "kind": 1})
    name = target if "." in target else f"torch.ops.aten.{target}.default"
    made = {"target": name, "inputs": arguments, "outputs": [{"as_tensor": {"name": output}}]}
    return {**made, "metadata": {"nn_module_stack": f"a,{output},b"}}


def graph(calls: Sequence[Json], tensors: Mapping[str, Sequence[int]]) -> Json:
    """Return a program from `x` to the last tensor; tensors named w... are parameters."""
    given = {"x": IMAGE, **tensors}
    sizes = {}
    for name, shape in given.items():
        sizes[name] = {"dtype": 7, "sizes": [{"as_int": each} for each in shape]}
    specs: list[Json] = [{"user_input": {"arg": {"as_tensor": {"name": "x"}}}}]
    for name in (each for each in given if each.startswith("w")):
        specs.append({"parameter": {"arg": {"name": name}, "parameter_name": name}})
    outputs = [{"user_output": {"arg": {"as_tensor": {"name": list(given)[-1]}}}}]
    whole = {"inputs": [], "outputs": [], "nodes": list(calls), "tensor_values": sizes}
    return {"graph_module": {"graph": whole, "signature": {"input_specs": specs, "output_specs": outputs}}}


def row(targets: Sequence[str], count: int, sides: Sequence[int] = IMAGE) -> Json:
    """Return operators of one input in sequence."""
    calls = [call(targets[i % len(targets)], f"v{i + 1}", self=f"v{i}" if i else "x") for i in range(count)]
    return graph(calls, {f"v{i + 1}": sides for i in range(count)})


def named_calls(names: Sequence[str]) -> Json:
    """Return tensors, operators and modules with bad names."""
    before = ["x", *names]
    calls = [call(f"torch.ops.aten.{name}.default", name, self=before[i]) for i, name in enumerate(names)]
    return graph(calls, dict.fromkeys(names, IMAGE))


def joined(count: int) -> Json:
    """Return calls that each read all earlier ones."""
    names = [{"name": f"v{i}" if i else "x"} for i in range(count)]
    calls = [call("cat", f"v{i}", tensors={"as_tensors": names[:i]}) for i in range(1, count)]
    return graph(calls, {f"v{i}": IMAGE for i in range(1, count)})


def parts(depth: int, times: int = 1, inner: int = 1) -> Json:
    """Return parts of a graph within parts."""
    part = row(["relu"], inner)["graph_module"]["graph"]
    part["inputs"], part["outputs"] = ([{"as_tensor": {"name": name}}] for name in ("x", f"v{inner}"))
    wrap = "torch.ops.higher_order.wrap_with_set_grad_enabled"
    for _ in range(depth + 1):
        wrapped = call(wrap, f"v{inner}", g={"as_graph": {"name": "g", "graph": part}}, self="x")
        part = {**part, "nodes": [wrapped] * times}
    return graph([wrapped], {f"v{inner}": IMAGE})


def places(value: Json) -> Iterator[tuple[Any, Any]]:
    """Yield the containers and keys of all values inside."""
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from places(value[key])


def wrong_kinds() -> Iterator[tuple[str, bytes]]:
    """Yield a program in which each value in turn has another type or is missing."""
    calls = [
        call("conv2d", "a", input="x", weight="w0", stride={"as_ints": [1, 1]}), call("relu", "b", self="a"),
        call("mean", "c", self="b", dim={"as_ints": [2, 3]}, keepdim={"as_bool": False}),
    ]  # fmt: skip
    model = graph(calls, {"w0": (4, 3, 3, 3), "a": (1, 4, 6, 6), "b": (1, 4, 6, 6), "c": (1, 4)})
    for place, (container, key) in enumerate(list(places(model))):
        kept = container[key]
        for value in (None, 5, "text", [], {}, [None], {"as_int": 2}, {"as_expr": {}}, 1.5, True, [[1]]):
            container[key] = value
            yield f"kinds_{place}_{json.dumps(value)}", program(model)
        container[key] = kept
        if isinstance(container, dict):
            del container[key]
            yield f"kinds_{place}_gone", program(model)
            container[key] = kept


def bomb(path: Path, members: Mapping[str, bytes]) -> None:
    """Write an archive whose members are 1,500 times as large as the archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in members.items():
            with archive.open(name, "w", force_zip64=True) as stream:
                for _ in range(1500):
                    stream.write(data)


def directory(count: int) -> bytes:
    """Return an archive that lists a million members and has none."""
    head, names = b"PK\1\2" + bytes(24), [b"m/data/%d" % i for i in range(count)]
    entries = b"".join(head + len(name).to_bytes(2, "little") + bytes(16) + name for name in names)
    zip64 = b"PK\6\6" + (44).to_bytes(8, "little") + bytes([45, 0, 45, 0]) + bytes(8)
    zip64 += count.to_bytes(8, "little") * 2 + len(entries).to_bytes(8, "little") + bytes(8)
    locator = b"PK\6\7" + bytes(4) + len(entries).to_bytes(8, "little") + (1).to_bytes(4, "little")
    return entries + zip64 + locator + b"PK\5\6" + bytes(4) + b"\xff" * 12 + bytes(2)


def altered(data: bytes, place: bytes, offset: int, value: bytes) -> bytes:
    """Return bytes of which some are overwritten."""
    start = data.index(place) + offset
    return data[:start] + value + data[start + len(value) :]


STRANGE = [
    call("conv2d", "a", input="x", weight="w0", stride={"as_ints": [0, -1]}, padding={"as_string": "side"}, groups={"as_int": 10**40}),
    call("leaky_relu", "b", self="a", negative_slope={"as_float": float("nan")}),
    call("batch_norm", "c", input="b", eps={"as_float": float("inf")}),
    call("softmax", "d", self="c", dim={"as_int": -(10**50)}), call("mul", "e", self="d", other={"as_int": 10**400}),
]  # fmt: skip
LINEAR = [call("linear", "a", input="x", weight="w0"), call("linear", "b", input="a", weight="w0")]
DEEP = json.dumps(graph([call("relu", "a", self="x", deep={"as_ints": "HERE"})], {"a": IMAGE}))
ADD = call("add", "a", self="a", other="x")
RELUS = [call("relu", output, self=given) for given, output in ("xx", "xa", "ab")]
PICKLE = b"cos\nsystem\n(S'touch %s.ran'\ntR."
PICKLES = ("m/data.pkl", "m/data/weights/weight_0", "m/data/sample_inputs/model.pt", "m/data/constants/c.pt")
NAMES = ("../../models/model.json", "/models/model.json", "a\x1b/models/model.json")

TORCH: dict[str, Callable[[Path], Any]] = {
    "row": lambda _: row(["relu", "sigmoid"], 2), "row_of_most_that_are_read": lambda _: row(["relu", "sin", "flip"], 4990),
    "row_of_the_unknown": lambda _: row(["torch.ops.evil\x1b.own.default", "torch.ops.x.y\n.z", "os.system"], 20), "joined": lambda _: joined(1200),
    "cycle": lambda _: graph([call("add", "a", self="x", other="b"), RELUS[2]], {"a": IMAGE, "b": IMAGE}), "reads_itself": lambda _: graph([ADD], {"a": IMAGE}),
    "gives_the_same_again": lambda _: graph([RELUS[1], ADD], {"a": IMAGE}), "gives_the_input": lambda _: graph(RELUS[:2], {"a": IMAGE}),
    "sides_huge": lambda _: row(["relu"], 1, [1 << 62] * 4), "sides_of_thousands_of_digits": lambda _: row(["relu"], 1, [10**4200] * 64),
    "sides_without_end": lambda _: row(["relu"], 1, [10**18] * 500_000), "sides_of_one": lambda _: row(["relu"], 1, [1] * 500_000),
    "sides_of_zero": lambda _: graph(RELUS[1:2], {"x": (0, 3, 8, 8), "a": (0, 3, 8, 8)}), "row_of_many": lambda _: row(["relu"], 60_000),
    "flops_beyond_numbers": lambda _: graph(LINEAR, dict.fromkeys(["x", "w0", "a", "b"], LARGE)), "names_long": lambda _: named_calls(["n" * 3_000_000, "m" * 900]),
    "names_like_paths": lambda _: named_calls([*EVIL, ""]), "names_of_surrogates": lambda _: named_calls(["\ud800\udfff", "\udc80"]),
    "loop": lambda _: row(["torch.ops.higher_order.while_loop"], 1), "branch": lambda _: row(["torch.ops.higher_order.cond"], 1),
    "parts": lambda _: parts(30), "parts_deep": lambda _: parts(100), "parts_that_multiply": lambda _: parts(5, 6), "parts_large": lambda _: parts(0, 1, 50_000),
    "arguments_nested": lambda _: program(DEEP.replace('"HERE"', "[" * 900 + "]" * 900).encode()),
    "arguments_strange": lambda _: graph(STRANGE, {"w0": (3, 3, 3, 3), **dict.fromkeys("abcde", IMAGE)}),
    "archive_with_pickles": lambda path: program(row(["relu"], 3), more=dict.fromkeys(PICKLES, PICKLE % bytes(path))),
    "archive_of_torch_save": lambda path: zipped({"m/data.pkl": PICKLE % bytes(path), "m/version": b"3"}),
    "archive_that_expands": lambda path: bomb(path, {"m/models/model.json": b" " * (1 << 20)}),
    "archive_of_weights_that_expand": lambda path: bomb(path, {"m/models/model.json": b" ", "m/data/weights/weight_0": bytes(1 << 20)}),
    "archive_of_bzip2": lambda _: program(b" " * 100_000_000, zipfile.ZIP_BZIP2), "archive_of_lzma": lambda _: program(row(["relu", "tanh"], 3), zipfile.ZIP_LZMA),
    "archive_of_a_greedy_dictionary": lambda _: altered(program(b" " * 9999, zipfile.ZIP_LZMA), b"model.json", 15, b"\xff" * 4),
    "archive_of_many_members": lambda _: zipped({f"m/data/{i}": b"" for i in range(60_000)}), "archive_of_a_million_members": lambda _: directory(1_000_000),
    "archive_with_names_of_paths": lambda _: zipped(dict.fromkeys(NAMES, json.dumps(row(["relu", "tanh"], 3)).encode())),
    "archive_with_two_programs": lambda _: zipped({"n/models/model.json": b"{}", "m/models/model.json": b"{}"}),
    "archive_behind_something_else": lambda _: b"#!/bin/sh\n" * 1000 + program(row(["relu", "tanh"], 3)),
}  # fmt: skip
TEXTS: tuple[Callable[[], bytes], ...] = (
    lambda: b"[" * 1_000_000, lambda: b'{"a":' * 1_000_000, lambda: b"[" * 5000 + b"]" * 5000, lambda: b" " * 100_000_000,
    lambda: b'{"graph_module": ' + b"9" * 5_000_000 + b"}", lambda: b"[" + b"[]," * 20_000_000 + b"1]", lambda: b"[" + b'{"a":1},' * 8_000_000 + b"1]",
    lambda: b"{" + b",".join(b'"k%d":[]' % i for i in range(4_000_000)) + b"}", lambda: b'["' + "\U0001f600".encode() + b"a" * 60_000_000 + b'"]',
    lambda: b"NaN", lambda: b"null", lambda: b"5", lambda: b'"graph_module"', lambda: b"[]", lambda: b"{}", lambda: b'{"graph_module": {',
    lambda: '{"a": 1}'.encode("utf-16"), lambda: b"\xff\xfe\xff\xff{}", lambda: b'{"graph_module": "\\ud800"}', lambda: b'{"graph_module": {}, "graph_module": 1}',
)  # fmt: skip
HEADERS = {
    "unknown_method": (b"PK\1\2", 10, b"\x63\0"), "encrypted": (b"PK\1\2", 8, b"\1\0"), "says_too_much": (b"PK\1\2", 24, b"\xff\xff\xff\x7f"),
    "says_too_little": (b"PK\1\2", 24, b"\5\0\0\0"), "wrong_sum": (b"PK\1\2", 16, b"abcd"), "far_offset": (b"PK\1\2", 42, b"\xff\xff\xff\x7f"),
    "damaged_stream": (b"m/models/model.json", 30, b"\xff" * 40), "wrong_local_name": (b"m/models/model.json", 0, b"x"),
    "wrong_local_magic": (b"PK\3\4", 0, b"XXXX"), "stored": (b"PK\1\2", 10, b"\0\0"), "far_directory": (b"PK\5\6", 16, b"\xff\xff\xff\x7f"),
    "long_directory": (b"PK\5\6", 12, b"\xff\xff\xff\x7f"), "patched": (b"PK\1\2", 8, b"\x20\0"), "long_extra": (b"PK\1\2", 30, b"\xff\xff"),
    "version": (b"PK\1\2", 6, b"\xff\xff"), "long_compressed": (b"PK\1\2", 20, b"\xff\xff\xff\x7f"),
}  # fmt: skip
OTHERS = {
    "empty": b"", "text": b"weights\n" * 100, "json": b'{"a": 1}', "zeros": bytes(5000), "ones": b"\xff" * 5000, "elf": b"\x7fELF" + bytes(99),
    "png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "html": b"<!DOCTYPE html><html>" * 50, "gzip": b"\x1f\x8b\x08" + bytes(99),
    "pickle": PICKLE % b"import_fuzz", "zip": zipped({"a/data.pkl": b"x"}), "safetensors": b"\x08\0\0\0\0\0\0\0{}      ",
    "lfs": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "random": random.Random(1).randbytes(100_000),
}  # fmt: skip


def hostile_files() -> Iterator[tuple[str, Callable[[Path], Any]]]:
    """Yield the names of files and their builders."""
    for suffix in (".onnx", ".pt2"):
        yield f"missing{suffix}", lambda _: None
        yield f"folder{suffix}", lambda path: path.mkdir()
        yield from ((f"other_{name}{suffix}", lambda _, data=data: data) for name, data in OTHERS.items())
    yield "\udcff\x1b[2J\n" + "é" * 90 + ".onnx", lambda _: network("Relu x > y")
    for name, text in PLAIN.items():
        yield f"{name}.onnx", lambda _, text=text: network(*text)
    yield from ((f"{name}.onnx", make) for name, make in ONNX.items())
    for name, sides in SIDES.items():
        yield f"image_{name}.onnx", lambda _, sides=sides: network("Relu x > y", image=sides)
    for version in (-(1 << 63), -1, 0, 1, 6, 13, 27, 28, (1 << 63) - 1):
        yield f"version_{version}.onnx", lambda _, version=version: network("Softmax x > y", version=version)
    yield from ((f"torch_{name}.pt2", make) for name, make in TORCH.items())
    for number, make_text in enumerate(TEXTS):
        yield f"json_{number}.pt2", lambda _, make=make_text: program(make())
    whole = program(row(["relu", "tanh"], 9))
    for name, change in HEADERS.items():
        yield f"header_{name}.pt2", lambda _, change=change: altered(whole, *change)
    for name, data in wrong_kinds():
        yield f"{name}.pt2", lambda _, data=data: data


def write(path: Path, make: Callable[[Path], Any]) -> None:
    """Build a file."""
    found = make(path)
    if isinstance(found, onnx.ModelProto | dict):
        found = program(found) if isinstance(found, dict) else found.SerializeToString()
    if isinstance(found, bytes):
        path.write_bytes(found)
