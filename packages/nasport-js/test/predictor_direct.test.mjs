// The graph of a predictor computed directly: equal to ONNX Runtime, in batches as alone, with SIMD as without.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { DirectGraph } from "../dist/predictor/direct.js";
import { paddedSize } from "../dist/predictor/features.js";
import { readModel } from "../dist/predictor/onnx_model.js";
import { hasSimd, openSession } from "../dist/predictor/onnx_session.js";
import { source } from "../scripts/kernel.mjs";
import { attribute, field, floats, integers, node } from "./onnx_bytes.mjs";
import { expected, inputsOf, modelOf, renamed, stacked } from "./predictor_examples.mjs";

const open = (bytes, simd) => new DirectGraph(readModel(bytes, "p.onnx"), "p.onnx", simd);
const vectors = expected.filter(({ arrays }) => arrays !== undefined && arrays.index.length > 0);
const OUTPUTS = ["score", "statistics", "opinions", "doubts", "traits"];
const largest = (first, second) => first.reduce((most, value, i) => Math.max(most, Math.abs(value - second[i])), 0);

test("the WebAssembly module in the sources is that of its script", async () => {
  const written = await readFile(new URL("../src/predictor/kernel_bytes.ts", import.meta.url), "utf8");
  assert.equal(written, source);
});

test("scores and statistics of the vectors are those of Python", { skip: vectors.length === 0 }, () => {
  for (const simd of [true, false]) {
    const graph = open(modelOf("universal"), simd);
    for (const vector of vectors) {
      const found = graph.run(inputsOf(vector, paddedSize(vector.arrays.index.length)), ["score", "statistics"]);
      assert.ok(Math.abs(found.get("score").data[0] - vector.score) < 1e-5, vector.id);
      const statistics = Object.values(vector.statistics);
      const error = largest([...found.get("statistics").data], statistics);
      assert.ok(error < 1e-5 * Math.max(1, ...statistics.map(Math.abs)), `${vector.id}: ${error}`);
    }
  }
});

test("results have the same bits whatever the batch and the sizes computed before", { skip: vectors.length === 0 }, () => {
  const [one] = vectors.filter(({ arrays }) => arrays.index.length > 5);
  for (const simd of [true, false]) {
    const graph = open(modelOf("universal"), simd);
    const empty = { arrays: { ...one.arrays, index: [], edges: [] } };
    const alone = graph.run(inputsOf(one, 16), OUTPUTS);
    for (const size of [8, 32, 64]) graph.run(inputsOf(empty, size), OUTPUTS);
    const batch = graph.run(stacked([inputsOf(empty, 16), inputsOf(one, 16), inputsOf(empty, 16)]), OUTPUTS);
    for (const name of OUTPUTS) {
      const [width] = alone.get(name).shape.slice(1).concat(1);
      assert.deepEqual(batch.get(name).data.slice(width, 2 * width), alone.get(name).data, name);
    }
    assert.deepEqual(graph.run(inputsOf(one, 16), OUTPUTS), alone);
  }
});

test("the memory stays the same over many runs, sizes and plans", { skip: vectors.length === 0 }, () => {
  const graph = open(modelOf("universal"));
  const run = () => vectors.slice(0, 100).forEach((vector) => graph.run(inputsOf(vector, paddedSize(vector.arrays.index.length)), ["score"]));
  run();
  const before = graph.memory.values.length;
  for (let i = 0; i < 3; i++) run();
  assert.equal(graph.memory.values.length, before);
  assert.ok(before < 2 ** 21, `${before} values`);
  assert.ok(graph.plans.size <= 16);
});

test("a graph of 500 nodes is computed in bounded memory", () => {
  const count = 500;
  const arrays = {
    operators: [Array(17).fill(0), Array.from({ length: 17 }, (_, i) => (i === 16 ? 1 : 0.5))],
    index: Array(count).fill(1),
    edges: Array.from({ length: count - 1 }, (_, i) => [i + 1, i]),
    globals: Array(12).fill(0),
  };
  const results = [true, false].map((simd) => {
    const graph = open(modelOf("universal"), simd);
    const score = graph.run(inputsOf({ arrays }, 512), ["score"]).get("score").data[0];
    assert.ok(graph.memory.values.length < 2 ** 22);
    return score;
  });
  assert.ok(Math.abs(results[0] - results[1]) < 1e-4 * Math.abs(results[0]));
});

test("an engine without WebAssembly computes directly, and gets a sentence instead of onnxruntime-web", async () => {
  const { WebAssembly: original } = globalThis;
  const model = modelOf("universal");
  assert.ok(hasSimd());
  assert.notEqual(open(model).memory.kernel, null);
  for (const replacement of [undefined, { validate: () => false }]) {
    globalThis.WebAssembly = replacement;
    try {
      assert.equal(open(model).memory.kernel, null);
      await assert.rejects(openSession(model), /^InputError: this browser has no WebAssembly SIMD, which onnxruntime-web needs; use/);
    } finally {
      globalThis.WebAssembly = original;
    }
  }
});

test("a correction that `nasport adapt` appends is computed", { skip: vectors.length === 0 }, () => {
  const bytes = modelOf("universal");
  const traits = 267;
  const random = (i) => Math.sin(i * 12.9898) * 0.5;
  const [weights, low, high] = [2 * traits, traits, traits].map((length) => Array.from({ length }, (_, i) => random(i)));
  const added = [
    ...[
      node("Max", ["traits", "low"], "above"),
      node("Min", ["above", "high"], "known"),
      node("MatMul", ["known", "weights"], "products"),
      node("Gather", ["products", "column"], "of_traits", [attribute("axis", 1)]),
      node("Mul", ["scor0", "share"], "kept"),
      node("Add", ["kept", "of_traits"], "sum"),
      node("Add", ["sum", "bias"], "score"),
    ].flatMap((each) => field(1, each)),
    ...[
      floats("weights", weights, [traits, 2]),
      floats("low", low.map((value) => value - 1)),
      floats("high", high.map((value) => value + 1)),
      floats("share", [0.5], []),
      floats("bias", [3], []),
      integers("column", [0], []),
    ].flatMap((each) => field(5, each)),
  ];
  const adapted = Uint8Array.from([...renamed(bytes), ...field(7, added)]);
  const [before, after] = [open(bytes), open(adapted)];
  for (const vector of vectors.slice(0, 20)) {
    const inputs = inputsOf(vector, paddedSize(vector.arrays.index.length));
    const found = before.run(inputs, ["score", "traits"]);
    const clipped = found.get("traits").data.map((value, i) => Math.min(Math.max(value, low[i] - 1), high[i] + 1));
    const correction = clipped.reduce((sum, value, i) => sum + value * weights[2 * i], 0);
    const wanted = 0.5 * found.get("score").data[0] + correction + 3;
    assert.ok(Math.abs(after.run(inputs, ["score"]).get("score").data[0] - wanted) < 1e-4);
  }
});
