// Scores of documents are those of Python, for all shipped predictors.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { architectureFromJson, bundleFromFiles, openBundle, Predictor, readNotation, sha256Hex } from "../dist/index.js";
import { general } from "../dist/predictor/limits.js";
import { field, node } from "./onnx_bytes.mjs";
import { documents, expected, folderOf, modelOf, renamed, shipped } from "./predictor_examples.mjs";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");
const CASES = JSON.parse(readFileSync(new URL("predictor.cases.json", import.meta.url), "utf8"));
const skip = documents.size === 0 ? "the vectors are missing" : false;
const CELL = "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|";
const worded = {
  format: "nasport-architecture",
  version: 1,
  cells: {
    normal: {
      nodes: [
        { id: "in", op: "input", inputs: [] },
        { id: "a", op: "own", inputs: ["in"] },
        { id: "out", op: "output", inputs: ["a"] },
      ],
    },
  },
  operators: { own: { text: "A convolution that nobody knows" } },
};

/** A bundle like `universal`, but with another manifest. */
async function changed(change) {
  const read = (name) => new Uint8Array(readFileSync(`${folderOf("universal")}${name}`));
  const manifest = JSON.parse(new TextDecoder().decode(read("bundle.json")));
  const files = new Map([["predictor.onnx", modelOf("universal")], ["operators.npz", read("operators.npz")]]);
  change(manifest, files);
  for (const [name, data] of files) manifest.files[name] = { sha256: sha256Hex(data) };
  files.set("bundle.json", new TextEncoder().encode(JSON.stringify(manifest)));
  return openBundle(bundleFromFiles("memory", files));
}

test("every shipped predictor gives the scores and distances of Python", { skip }, async () => {
  for (const [name, cases] of Object.entries(CASES)) {
    const predictor = await Predictor.load(await shipped(name));
    const scores = await predictor.score(Object.keys(cases).map((id) => architectureFromJson(documents.get(id))));
    Object.entries(cases).forEach(([id, [score, distance]], i) => {
      assert.ok(Math.abs(scores[i].score - score) < 1e-5, `${name}, ${id}: ${scores[i].score}, expected ${score}`);
      if (distance === null) assert.equal(scores[i].distance, null);
      else assert.ok(Math.abs(scores[i].distance - distance) < 2e-4, `${name}, ${id}`);
    });
  }
});

test("hashes, costs, warnings and refusals of the vectors are those of Python", { skip }, async () => {
  const predictor = await Predictor.load(await shipped("universal"));
  for (const want of expected.filter(({ needs_encoder: needs }) => !needs)) {
    const architecture = architectureFromJson(documents.get(want.id));
    if (want.refused !== undefined) {
      await assert.rejects(predictor.score([architecture]), (error) => error.message === `[0]: ${want.refused}`);
      continue;
    }
    const [found] = await predictor.score([architecture]);
    const exact = ({ hash, parameters, flops, warnings }) => ({ hash, parameters, flops, warnings });
    assert.deepEqual(exact(found), exact(want), want.id);
    assert.ok(Math.abs(found.score - want.score) < 1e-5, want.id);
    assert.ok(Math.abs(found.reachableParameters - want.reachable_parameters) < 1e-9, want.id);
  }
});

test("a score does not depend on the other architectures", { skip }, async () => {
  const predictor = await Predictor.load(await shipped("universal"));
  const some = expected.filter((vector) => !vector.needs_encoder && vector.refused === undefined).slice(0, 200);
  const architectures = some.map(({ id }) => architectureFromJson(documents.get(id)));
  const together = await predictor.score(architectures);
  for (const [i, architecture] of architectures.entries()) {
    const [alone] = await predictor.score([architecture]);
    assert.deepEqual({ ...alone, rank: together[i].rank }, together[i]);
  }
});

test("ranks begin at 1, and equal scores share the better rank", async () => {
  const predictor = await Predictor.load(await shipped("universal"));
  const weak = CELL.replaceAll("nor_conv_3x3", "none");
  const scores = await predictor.score([weak, CELL, CELL, weak].map((text) => readNotation("nasbench201", text)));
  assert.deepEqual(scores.map(({ rank }) => rank), [3, 1, 1, 3]);
  assert.equal(scores[0].bundle, "universal");
  assert.deepEqual(await predictor.score([]), []);
});

test("an operator that only its description describes needs the encoder that the bundle names", async () => {
  const architecture = architectureFromJson(worded);
  const needs = /^the operator 'A convolution that nobody knows' is known only by its description, which needs the encoder; load the bundle 'minilm' with the predictor$/;
  for (const name of ["universal", "tgnas-nb101"]) {
    const predictor = await Predictor.load(await shipped(name));
    await assert.rejects(predictor.score([architecture]), (error) => error.name === "InputError" && needs.test(error.message));
  }
  const other = await changed((manifest) => (manifest.encoder.sha256 = "0".repeat(64)));
  const predictor = await Predictor.load(other, { encoder: await shipped("minilm") });
  await assert.rejects(predictor.score([architecture]), /the encoder 'minilm' has SHA-256 \w{64}, expected 0{64}, with which the bundle 'universal'/);
  const none = await changed((manifest) => delete manifest.encoder);
  await assert.rejects((await Predictor.load(none)).score([architecture]), /the bundle 'universal' has no encoder, expected only/);
});

test("wrong arguments and wrong kinds of bundles get a sentence", async () => {
  await assert.rejects(Predictor.load(await shipped("minilm")), /the bundle 'minilm' is an encoder, expected a predictor/);
  const predictor = await Predictor.load(await shipped("universal"));
  await assert.rejects(predictor.score([{}]), TypeError);
  const nlp = expected.find(({ refused }) => refused !== undefined);
  const good = readNotation("nasbench201", CELL);
  if (nlp !== undefined) {
    const recurrent = architectureFromJson(documents.get(nlp.id));
    await assert.rejects(predictor.score([good, recurrent]), /^InputError: \[1\]: recurrent networks are not ranked/);
  }
});

test("a bundle that was fitted to labels gives the expected label, linear between the known scores", async () => {
  const calibration = { label: "accuracy", scores: [-20, 0, 10], values: [10, 90, 95], half_width: 2, coverage: 0.9 };
  const predictor = await Predictor.load(await changed((manifest) => (manifest.calibration = calibration)));
  const [{ score, expected: found }] = await predictor.score([readNotation("nasbench201", CELL)]);
  const value = score < 0 ? 10 + 4 * (score + 20) : 90 + 0.5 * score;
  assert.ok(Math.abs(found.value - value) < 1e-9);
  assert.deepEqual([found.label, found.high - found.low, found.coverage], ["accuracy", 4, 0.9]);
  const ends = await Predictor.load(await changed((manifest) => (manifest.calibration = { ...calibration, scores: [100, 101, 102] })));
  assert.equal((await ends.score([readNotation("nasbench201", CELL)]))[0].expected.value, 10);
  const wrong = { ...calibration, scores: [1, 1, 2] };
  await assert.rejects(Predictor.load(await changed((manifest) => (manifest.calibration = wrong))), /calibration: a wrong calibration/);
});

test("a predictor that computes NaN is called broken", async () => {
  const broken = await changed((_, files) => {
    const nodes = [node("Exp", ["scor0"], "above"), node("Neg", ["above"], "below"), node("Log", ["below"], "score")];
    const model = [...renamed(files.get("predictor.onnx")), ...field(7, nodes.flatMap((each) => field(1, each)))];
    files.set("predictor.onnx", Uint8Array.from(model));
  });
  const predictor = await Predictor.load(broken);
  await assert.rejects(predictor.score([readNotation("nasbench201", CELL)]), /computed NaN or infinity, expected finite numbers; the bundle is broken/);
});

test("1,000 edits are fast and do not grow the memory", { timeout: 120_000 }, async () => {
  const predictor = await Predictor.load(await shipped("universal"));
  const operators = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"];
  const edit = (i) => {
    const [a, b, c, d, e, f] = [0, 1, 2, 3, 4, 5].map((place) => operators[Math.floor(i / 5 ** place) % 5]);
    return readNotation("nasbench201", `|${a}~0|+|${b}~0|${c}~1|+|${d}~0|${e}~1|${f}~2|`);
  };
  const times = [];
  const heapAfter = async (from, to) => {
    for (let i = from; i < to; i++) {
      const architecture = edit(7 * i);
      const started = performance.now();
      await predictor.score([architecture]);
      times.push(performance.now() - started);
    }
    collectGarbage();
    return process.memoryUsage();
  };
  const before = await heapAfter(0, 200);
  const after = await heapAfter(200, 1200);
  for (const kind of ["heapUsed", "external", "arrayBuffers"]) assert.ok(after[kind] - before[kind] < 2e6, kind);
  times.sort((first, second) => first - second);
  assert.ok(times[times.length / 2] < 16, `${times[times.length / 2]} ms`);
});

test("numbers in warnings are written like Python's format g", () => {
  const wanted = [[0, "0"], [5, "5"], [0.1, "0.1"], [1 / 3, "0.333333"], [1e6, "1e+06"], [123456, "123456"], [1234567, "1.23457e+06"], [1e-5, "1e-05"], [0.0001, "0.0001"], [-2.5, "-2.5"], [999999.5, "1e+06"]];
  for (const [value, text] of wanted) assert.equal(general(value), text);
});

test("onnxruntime-web gives the same scores", { skip: skip || (await missing("onnxruntime-web")) }, async () => {
  const [direct, onnx] = await Promise.all(["direct", "onnx"].map(async (runtime) => Predictor.load(await shipped("universal"), { runtime })));
  const some = expected.filter((vector) => !vector.needs_encoder && vector.refused === undefined).slice(0, 60);
  const architectures = some.map(({ id }) => architectureFromJson(documents.get(id)));
  const [first, second] = [await direct.score(architectures), await onnx.score(architectures)];
  first.forEach(({ score }, i) => assert.ok(Math.abs(score - second[i].score) < 1e-5, some[i].id));
});

async function missing(name) {
  return import(name).then(() => false, () => `${name} is not installed`);
}
