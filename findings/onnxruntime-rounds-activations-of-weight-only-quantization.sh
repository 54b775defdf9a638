#!/bin/sh
# ONNX Runtime rounds the activations of a graph that stores only its weights as int8: DequantizeLinear and MatMul become one
# node that computes with int8 activations.
#
# Versions: onnx 1.23.2, onnxruntime 1.32.0 (also 1.31.1); Python 3.11 to 3.13, an x86-64 CPU. Not run by CI: it downloads them.
#
# By the ONNX standard, DequantizeLinear turns an int8 weight with one scale per output channel into float32, and MatMul
# multiplies float32. From the optimization level "extended" on, which the default includes, ONNX Runtime replaces both nodes by
# MatMulNBits. The accuracy level of that node is 4, which quantizes the activations to int8 as well. The error is
# then 10,000 times as large. The session option "session.qdq_matmulnbits_accuracy_level" with the value "1" keeps the
# arithmetic in float32. So does a Cast of the weight and a Mul instead of DequantizeLinear.
#
# Who stores the weights of an encoder as int8 to save space, and checks the file with the reference implementation of ONNX or
# without optimizations, ships something less exact than what was checked.
#
# Seen (largest error relative to the largest output):
#   DequantizeLinear, not optimized: 2e-07, DequantizeLinear + MatMul
#   DequantizeLinear, default:       6e-03, MatMulNBits
#   DequantizeLinear, level "1":     2e-07, MatMulNBits
#   Cast and Mul, default:           4e-07, MatMul
#
# Exits with 0 where this is so, with 1 where it has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet onnx==1.23.2 onnxruntime==1.32.0
cd "$folder"
cat > rounds.py <<'END'
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

LEVELS = onnxruntime.GraphOptimizationLevel
INNER, OUTER = 384, 384
rng = np.random.default_rng(0)
weight = rng.integers(-127, 128, (INNER, OUTER)).astype(np.int8)
scale = (0.001 + 0.002 * rng.random(OUTER)).astype(np.float32)
x = rng.standard_normal((16, INNER)).astype(np.float32)
exact = x.astype(np.float64) @ (weight * scale.astype(np.float64))


def model(dequantize):
    if dequantize:
        nodes = [helper.make_node("DequantizeLinear", ["weight", "scale"], ["float"], axis=1)]
    else:
        nodes = [
            helper.make_node("Cast", ["weight"], ["cast"], to=onnx.TensorProto.FLOAT),
            helper.make_node("Mul", ["cast", "scale"], ["float"]),
        ]
    nodes.append(helper.make_node("MatMul", ["x", "float"], ["y"]))
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["rows", INNER])],
        [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, ["rows", OUTER])],
        [numpy_helper.from_array(weight, "weight"), numpy_helper.from_array(scale, "scale")],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(made, full_check=True)
    return made.SerializeToString()


def run(dequantize, level=LEVELS.ORT_ENABLE_ALL, **entries):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = level
    options.log_severity_level = 4
    options.optimized_model_filepath = "loaded.onnx"
    for key, value in entries.items():
        options.add_session_config_entry(f"session.{key}", value)
    session = onnxruntime.InferenceSession(model(dequantize), options, providers=["CPUExecutionProvider"])
    error = np.abs(session.run(None, {"x": x})[0] - exact).max() / np.abs(exact).max()
    return error, " + ".join(node.op_type for node in onnx.load("loaded.onnx").graph.node)


seen = {
    "DequantizeLinear, not optimized": run(True, LEVELS.ORT_DISABLE_ALL),
    "DequantizeLinear, default": run(True),
    'DequantizeLinear, level "1"': run(True, qdq_matmulnbits_accuracy_level="1"),
    "Cast and Mul, default": run(False),
}
for name, (error, nodes) in seen.items():
    print(f"{name + ':':32} {error:.0e}, {nodes}")
errors = [error for error, _ in seen.values()]
if not (errors[1] > 1e-3 and max(errors[0], errors[2], errors[3]) < 1e-5):
    sys.exit("changed: expected a large error of the second row alone")
END
"$folder/venv/bin/python" rounds.py
