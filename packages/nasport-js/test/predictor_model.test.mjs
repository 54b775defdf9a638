// ONNX files of strangers: what is refused before anything is computed, and what is refused while a graph is planned.

import assert from "node:assert/strict";
import { test } from "node:test";

import { DirectGraph } from "../dist/predictor/direct.js";
import { readModel } from "../dist/predictor/onnx_model.js";
import { attribute, field, floats, integers, model, node } from "./onnx_bytes.mjs";

const refused = (bytes, pattern) =>
  assert.throws(() => readModel(bytes, "p.onnx"), (error) => error.name === "InputError" && pattern.test(error.message));

/** Compute the output `y` of a small model from arrays by name. */
function compute(parts, arrays, outputs = ["y"]) {
  const inputs = Object.fromEntries(Object.entries(arrays).map(([name, { shape }]) => [name, shape]));
  const graph = new DirectGraph(readModel(model({ inputs, outputs: { y: [] }, ...parts }), "p.onnx"), "p.onnx");
  return graph.run(new Map(Object.entries(arrays)), outputs).get(outputs[0]);
}

const array = (shape, values) => ({ shape, data: Float32Array.from(values) });
const relu = node("Relu", ["x"], "y");
const x = array([2], [-1, 2]);

test("a small model is read and computed", () => {
  const found = readModel(model({ nodes: [relu], inputs: { x: ["B", 3] }, outputs: { y: ["B", 3] } }), "p.onnx");
  assert.equal(found.opset, 18);
  assert.deepEqual(found.inputs, [{ name: "x", element: 1, shape: [null, 3] }]);
  assert.deepEqual([...compute({ nodes: [relu] }, { x }).data], [0, 2]);
});

test("files that are no ONNX models are refused", () => {
  refused(new Uint8Array(), /not an ONNX model, expected one with a graph/);
  refused(new TextEncoder().encode("{\"format\": 1}"), /not an ONNX model/);
  refused(Uint8Array.from([...[1, 2, 3, 4], ..."ORTM".split("").map((c) => c.charCodeAt(0))]), /ORT format/);
  refused(Uint8Array.from(Array(12).fill(0xff)), /a number does not end/);
  refused(Uint8Array.from([(7 << 3) | 3]), /unknown encoding/);
  refused(Uint8Array.from(field(7, 5)), /a number where a message was expected/);
  const whole = model({ nodes: [relu], constants: [floats("c", [1, 2])] });
  for (let end = 1; end < whole.length; end++) {
    try {
      readModel(whole.subarray(0, end), "p.onnx");
    } catch (error) {
      assert.equal(error.name, "InputError", `cut off after ${end} bytes`);
    }
  }
});

test("operator types, domains and parts that bundles do not need are refused", () => {
  refused(model({ nodes: [node("LSTM", ["x"], "y")] }), /operator type 'LSTM', expected one of Add, Cast/);
  refused(model({ nodes: [node("Relu", ["x"], "y", [], field(7, "com.microsoft"))] }), /domain 'com.microsoft'/);
  refused(model({ nodes: [[...field(1, "x"), ...field(2, "y")]] }), /no operator type/);
  refused(model({ nodes: [node("Relu", ["x"], "y", [attribute("then", undefined, field(6, []))])] }), /subgraph/);
  refused(model({ nodes: [node("Relu", ["x"], "y", [attribute("all", undefined, field(11, []))])] }), /subgraph/);
  refused(model({ nodes: [node("Relu", ["x"], "y", [attribute("a", undefined, field(21, "b"))])] }), /refers to a function/);
  refused(model({ more: field(25, []) }), /functions or training data/);
  refused(model({ graph: field(15, []) }), /sparse or quantized/);
  refused(model({ nodes: Array(5001).fill(relu) }), /more than 5,000 nodes/);
});

test("constants must be in the file, with the bytes of their shape", () => {
  refused(model({ constants: [integers("c", [1], [1], field(13, [...field(1, "location"), ...field(2, "/etc/passwd")]))] }), /in another file/);
  refused(model({ constants: [integers("c", [1], [1], field(14, 1))] }), /in another file/);
  refused(model({ constants: [integers("c", [1, 2], [3])] }), /of shape \[3\] has 16 bytes, expected 24/);
  refused(model({ constants: [[...field(1, 1), ...field(2, 1), ...field(4, [0, 0, 0, 0])]] }), /typed data, expected raw data/);
  refused(model({ constants: [[...field(2, 8), ...field(8, "text")]] }), /element type 8/);
  refused(model({ constants: [[...field(1, 2n ** 62n), ...field(1, 4), ...field(2, 1)]] }), /bytes, expected/);
  refused(
    model({ nodes: [node("ConstantOfShape", ["s"], "y")], constants: [integers("s", [100000, 100000])] }),
    /more than 134,217,728 values/,
  );
  refused(model({ nodes: [node("Add", ["c", "c"], "y")], constants: [floats("c", [1])] }), /only constant inputs/);
});

test("graphs that are not computed directly are refused when they are loaded", () => {
  const load = (parts) => new DirectGraph(readModel(model(parts), "p.onnx"), "p.onnx");
  assert.throws(() => load({ nodes: [node("Erf", ["x"], "y")] }), /p.onnx: the graph has the operator type 'Erf', which/);
  assert.throws(() => load({ nodes: [relu], opset: 9 }), /version 9 of the operators, expected 18, 19, 20/);
});

test("graphs that would take too much memory or time are refused quickly", () => {
  const huge = [integers("huge", [1 << 13, 1 << 13, 1 << 13])];
  const started = performance.now();
  // A view takes no memory, but its copy would.
  const expanded = [node("Expand", ["x", "huge"], "e"), node("Relu", ["e"], "y")];
  assert.throws(() => compute({ nodes: expanded, constants: huge }, { x: array([1], [1]) }), /values, expected at most/);
  const padded = [node("Pad", ["x", "pads"], "y")];
  const pads = [integers("pads", [0, 2 ** 40])];
  assert.throws(() => compute({ nodes: padded, constants: pads }, { x }), /values, expected at most/);
  const range = [node("Shape", ["x"], "s"), node("Squeeze", ["s"], "n"), node("Range", ["zero", "n", "zero"], "y")];
  assert.throws(() => compute({ nodes: range, constants: [integers("zero", [0], [])] }, { x }), /a range has Infinity numbers/);
  const square = Array.from({ length: 4000 }, (_, i) => node("MatMul", [i === 0 ? "m" : `p${i}`, "m"], i === 3999 ? "y" : `p${i + 1}`));
  const m = array([1024, 1024], new Float32Array(1 << 20));
  assert.throws(() => compute({ nodes: square }, { m }), /too many operations/);
  const turned = Array.from({ length: 60 }, (_, i) => {
    const name = i === 0 ? "m" : `t${i}`;
    return [node("Transpose", [name], `s${i}`, [attribute("perm", [0, 2, 1])]), node("Add", [`s${i}`, name], i === 59 ? "y" : `t${i + 1}`)];
  }).flat();
  const narrow = [integers("wide", [1 << 20, 2, 2])];
  const wide = [node("Expand", ["x", "wide"], "m"), ...turned];
  assert.throws(() => compute({ nodes: wide, constants: narrow }, { x: array([2, 1], [1, 2]) }), /too many rows/);
  const doubled = Array.from({ length: 60 }, (_, i) => {
    const name = i === 0 ? "x" : `d${i}`;
    return node("Concat", [name, name], i === 59 ? "y" : `d${i + 1}`, [attribute("axis", 0)]);
  });
  assert.throws(() => compute({ nodes: doubled }, { x }), /values, expected at most/);
  assert.ok(performance.now() - started < 5_000);
});

test("wrong graphs get a sentence", () => {
  const wrong = (nodes, pattern, constants = [], arrays = { x }) =>
    assert.throws(
      () => compute({ nodes, constants }, arrays),
      (error) => error.name === "InputError" && pattern.test(error.message),
    );
  wrong([node("Relu", ["y"], "y")], /reads 'y', which nothing computes before/);
  wrong([node("ReduceSum", ["x"], "y")], /lacks its input 1/);
  wrong([node("Add", ["x", "c"], "y")], /do not fit together/, [floats("c", [1, 2, 3])]);
  wrong([node("MatMul", ["x", "x"], "y")], /expected matrices/);
  wrong([node("Gather", ["x", "i"], "y")], /axis 7, expected one of 2/, [integers("i", [7], [])]);
  wrong([node("Gather", ["x", "index"], "y")], /row 5 is gathered of 2 rows/, [], { x, index: array([1], [5]) });
  wrong([node("Reshape", ["x", "s"], "y")], /another number of values/, [integers("s", [3])]);
  wrong([node("Slice", ["x", "a", "b", "a", "s"], "y")], /steps/, [integers("a", [0]), integers("b", [2]), integers("s", [2])]);
  wrong([node("Unsqueeze", ["x", "x"], "y")], /an axis depends on the input/);
  wrong([node("Cast", ["x"], "y", [attribute("to", 7)])], /another type than float32/);
  wrong([node("ReduceSum", ["x", "a"], "y")], /no axes/, [integers("a", [])]);
  wrong([node("Unsqueeze", ["x", "a"], "y")], /at most 6/, [integers("a", [0, 1, 2, 3, 4, 5, 6])]);
});

test("operators on views, broadcast arrays and empty arrays give the defined results", () => {
  const matrix = array([2, 3], [1, 2, 3, 4, 5, 6]);
  const result = (nodes, constants = [], arrays = { x: matrix }) => {
    const { shape, data } = compute({ nodes, constants }, arrays);
    return [[...shape], [...data]];
  };
  const perm = attribute("perm", [1, 0]);
  assert.deepEqual(result([node("Transpose", ["x"], "y", [perm])]), [[3, 2], [1, 4, 2, 5, 3, 6]]);
  assert.deepEqual(result([node("Transpose", ["x"], "t", [perm]), node("MatMul", ["x", "t"], "y")]), [[2, 2], [14, 32, 32, 77]]);
  const ends = [integers("a", [-2]), integers("b", [2n ** 63n - 1n]), integers("axis", [1])];
  assert.deepEqual(result([node("Slice", ["x", "a", "b", "axis"], "y")], ends), [[2, 2], [2, 3, 5, 6]]);
  assert.deepEqual(result([node("Gather", ["x", "i"], "y", [attribute("axis", 1)])], [integers("i", [-1], [])]), [[2], [3, 6]]);
  assert.deepEqual(result([node("Pad", ["x", "p", "v"], "y")], [integers("p", [0, 1, 1, 0]), floats("v", [9], [])]), [
    [3, 4],
    [9, 1, 2, 3, 9, 4, 5, 6, 9, 9, 9, 9],
  ]);
  assert.deepEqual(result([node("ReduceSum", ["x", "a"], "y", [attribute("keepdims", 0)])], [integers("a", [0])]), [[3], [5, 7, 9]]);
  assert.deepEqual(result([node("Clip", ["x", "", "high"], "y")], [floats("high", [3], [])])[1], [1, 2, 3, 3, 3, 3]);
  assert.deepEqual(result([node("Concat", ["x", "x"], "y", [attribute("axis", -1)])])[1], [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]);
  assert.deepEqual(result([node("Relu", ["x"], "y")], [], { x: array([0, 3], []) }), [[0, 3], []]);
  assert.deepEqual(result([node("MatMul", ["x", "z"], "y")], [], { x: array([2, 0], []), z: array([0, 4], []) }), [
    [2, 4],
    Array(8).fill(0),
  ]);
});
