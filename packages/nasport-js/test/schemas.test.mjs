// Architecture documents: what is accepted, what is refused with which message, and the way back to JSON.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { InputError } from "../dist/errors.js";
import { pythonDumps } from "../dist/json/python_text.js";
import { Architecture, architectureFromJson, parseArchitecture } from "../dist/schemas/architecture.js";
import { validate } from "../dist/schemas/validate.js";
import { parseJson } from "../dist/json/parse.js";

const vectors = new URL("../../../vectors/", import.meta.url);
const INPUT = { id: "in", op: "input" };
const OUTPUT = { id: "out", op: "output", inputs: ["in"] };

function recordsOf(name) {
  const file = new URL(name, vectors);
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line)) : [];
}

function document(nodes, more = {}) {
  return { format: "nasport-architecture", version: 1, cells: { c: { nodes } }, ...more };
}

function problemOf(value) {
  try {
    architectureFromJson(value);
  } catch (error) {
    assert.ok(error instanceof InputError, String(error?.stack));
    return error.message;
  }
  return "valid";
}

test("all wrong texts of the vectors get the message of the Python package", () => {
  for (const { id, text, base64, message } of recordsOf("invalid.jsonl")) {
    const data = base64 === undefined ? new TextEncoder().encode(text) : new Uint8Array(Buffer.from(base64, "base64"));
    assert.throws(() => parseArchitecture(data, { file: "FILE" }), { name: "InputError", message }, id);
  }
});

test("all documents of the vectors survive the way to JSON and back", () => {
  for (const { id, document: value } of recordsOf("documents.jsonl")) {
    const architecture = architectureFromJson(value);
    const written = architecture.toJson();
    assert.deepEqual(architectureFromJson(written), architecture, id);
    const text = JSON.stringify(written);
    assert.equal(JSON.stringify(architectureFromJson(JSON.parse(text)).toJson()), text, id);
  }
});

test("a document becomes objects with defaults", () => {
  const text = JSON.stringify(document([INPUT, { ...OUTPUT, inputs: ["in", "in"] }], {
    cells: { "1": { channels: "stack", nodes: [INPUT, OUTPUT] }, "0": { nodes: [INPUT, OUTPUT] } },
    skeleton: { input: { width: 32.0, channels: 3 }, stages: [{ cell: "0", width: 16 }] },
    labels: [{ dataset: "d", metric: "m", value: 0 }],
  }));
  const architecture = parseArchitecture(text);
  assert.ok(architecture instanceof Architecture);
  assert.deepEqual(architecture.cells.get("1").nodes[1], {
    id: "out", op: "output", inputs: ["in"], join: "concat", role: "", attributes: [], candidates: [],
  });
  assert.deepEqual(architecture.skeleton.input, [["channels", 3], ["width", 32]]);
  assert.deepEqual([...architecture.usedCells.keys()], ["0"]);
  assert.deepEqual(architecture.toJson().labels, [{ dataset: "d", metric: "m", value: 0 }]);
  assert.equal(architecture.isRecurrent, false);
});

test("cells keep their order if JSON has it and JavaScript objects have not", () => {
  const cells = '{"1": {"nodes": [NODES]}, "0": {"nodes": [NODES]}}'.replaceAll("NODES", `${JSON.stringify(INPUT)}, ${JSON.stringify(OUTPUT)}`);
  const architecture = parseArchitecture(`{"format": "nasport-architecture", "version": 1.0, "cells": ${cells}}`);
  assert.deepEqual([...architecture.cells.keys()], ["1", "0"]);
  assert.match(pythonDumps(architecture.toJsonObject()), /"cells": \{"1": .*"0": /);
});

test("withParts replaces parts and keeps the others", () => {
  const architecture = architectureFromJson(document([INPUT, OUTPUT], { name: "old", space: "s" }));
  const changed = architecture.withParts({ name: "new" });
  assert.equal(changed.name, "new");
  assert.equal(changed.space, "s");
  assert.equal(changed.cells, architecture.cells);
  assert.equal(architecture.name, "old");
});

const cell = (...nodes) => document([INPUT, OUTPUT, ...nodes]);
const stages = (...list) => document([INPUT, OUTPUT], { skeleton: { stages: list } });
const own = (entry) => document([INPUT, OUTPUT], { operators: { x: entry } });

for (const [value, message] of [
  [[], "this is not a JSON object, expected a document of format 'nasport-architecture'"],
  [{ version: 1, formt: "x" }, "missing key 'format' (it has 'formt'), expected a document that begins with {\"format\": \"nasport-architecture\", \"version\": 1, ...}, see docs/reference/formats.md"],
  [{ format: "nasport-space", version: 1 }, "format: format 'nasport-space', expected 'nasport-architecture'; this is a search space for `nasport search --space`"],
  [{ ...cell(), version: 2 }, "version: version 2, expected 1; the document needs a newer release of nasport, update it"],
  [{ ...cell(), version: true }, "version: version True, expected 1"],
  [{ ...cell(), nane: "x" }, "nane: unknown key 'nane', did you mean 'name'? expected one of format, version, $schema, name, space, source, operators, cells, skeleton, labels"],
  [document([{ op: "input" }]), "cells.c.nodes[0]: missing key 'id', expected it here"],
  [document([]), "cells.c.nodes: must contain at least 1 items"],
  [cell({ id: "a", op: 5, inputs: [] }), "cells.c.nodes[2].op: must be string, found 5"],
  [cell({ id: "a", op: "x".repeat(201), inputs: [] }), `cells.c.nodes[2].op: must be shorter than or equal to 200 characters, found "${"x".repeat(76)}...`],
  [cell({ id: "a", op: "relu", inputs: ["in"], join: "add" }), 'cells.c.nodes[2].join: "add", expected one of sum, concat, product, mean'],
  [cell({ id: "a", candidates: ["relu", "relu"], inputs: [] }), "cells.c.nodes[2].candidates: must contain unique items"],
  [cell({ id: "a", op: "relu", inputs: ["in"], attributes: { stride: 1.5 } }), "cells.c.nodes[2].attributes.stride: must be integer, found 1.5"],
  [{ ...cell(), cells: { "a.b": { nodes: 5 } } }, "cells.a.b.nodes: must be array, found 5"],
  [cell({ id: "in", op: "relu", inputs: [] }), "cells.c.nodes[2].id: the id 'in' is already the id of nodes[0], expected unique ids within a cell"],
  [document([INPUT]), "cells.c.nodes: the cell has no node with op 'output', expected at least one in every cell"],
  [cell({ id: "a", op: "relu", inputs: ["IN"] }), "cells.c.nodes[2].inputs[0]: unknown id 'IN', did you mean 'in'? expected the id of a node of this cell"],
  [cell({ id: "a", op: "relu", inputs: ["out"] }), "cells.c.nodes[2].inputs[0]: 'out' is an output of the cell and feeds no node, expected another node"],
  [cell({ id: "a", op: "relu", inputs: ["b"] }, { id: "b", op: "relu", inputs: ["a"] }), "cells.c.nodes: the cell has a cycle, expected a directed acyclic graph"],
  [cell({ id: "a", op: "relu" }), "cells.c.nodes[2]: missing key 'inputs', expected a list of node ids"],
  [cell({ id: "a", op: "relu", candidates: ["relu"], inputs: [] }), "cells.c.nodes[2]: both 'op' and 'candidates', expected either 'op' or 'candidates'"],
  [cell({ id: "a", candidates: ["relu", "input"], inputs: ["in"] }), "cells.c.nodes[2].candidates[1]: the input of a cell is among several candidates, expected no inputs or outputs among them"],
  [cell({ id: "a", op: "sum", inputs: ["in"], attributes: { kernel: 3 } }), "cells.c.nodes[2].attributes.kernel: an operator of kind 'sum' has no attribute 'kernel', expected one of channels, stride, resolution, resolution_width"],
  [own({ text: "t", kind: "convolution" }), "operators.x: an operator of kind 'convolution' needs 'kernel', expected \"kernel\": a number"],
  [own({ text: "t", kind: "pooling", kernel: 2, mode: "nearest" }), "operators.x.mode: an operator of kind 'pooling' has mode 'nearest', expected one of max, average"],
  [own({ text: "t", kind: "normalization", groups: 2 }), "operators.x.groups: 'groups' has no effect without norm group, expected both"],
  [own({ text: "t", kind: "inverted_residual", kernel: 3, expansion: 6, gate: "hardsigmoid" }), "operators.x.gate: 'gate' has no effect because squeeze is 0, expected another value of squeeze too"],
  [stages({ cell: "d" }), "skeleton.stages[0].cell: unknown cell 'd', expected one of ['c']"],
  [stages({ cell: "c", op: "relu" }), "skeleton.stages[0]: both 'cell' and 'op', expected exactly one of them"],
  [stages({ cell: "c", repeats: 1000 }, { cell: "c" }), "skeleton.stages: 1,001 repeats in all stages together, expected at most 1,000"],
  [{ ...cell(), cells: {} }, "cells: neither cells nor a skeleton, expected at least one of them"],
]) {
  test(`refuses: ${message.slice(0, 70)}`, () => {
    assert.equal(problemOf(value), message);
  });
}

test("numbers in messages look as in the document", () => {
  const text = '{"format": "nasport-architecture", "version": 1, "cells": {}, "name": VALUE}';
  for (const value of ["5", "5.0", "1e3", "12345678901234567890", "true", "null"]) {
    const shown = value === "1e3" ? "1000.0" : value;
    const message = `F: line 1: name: must be string, found ${shown}`;
    assert.throws(() => parseArchitecture(text.replace("VALUE", value), { file: "F" }), { message });
  }
});

test("integers beyond 2^53 are compared exactly", () => {
  const text = JSON.stringify(own({ text: "t", parameters: 1, flops: 7 }));
  assert.doesNotThrow(() => parseArchitecture(text.replace("7", "1000000000000000000")));
  const message = "line 1: operators.x.flops: must be smaller than or equal to 1000000000000000000, found 1000000000000000001";
  assert.throws(() => parseArchitecture(text.replace("7", "1000000000000000001")), { message });
});

test("the manifest of a bundle is checked against its schema", () => {
  const files = { "a.onnx": { sha256: "0".repeat(64) } };
  const manifest = {
    format: "nasport-bundle", version: 1, kind: "predictor", name: "n", files, inputs: {}, outputs: {}, more: 1,
  };
  const check = (changes) => validate("bundle", parseJson(JSON.stringify({ ...manifest, ...changes })));
  assert.equal(check({}).get("name"), "n");
  for (const [changes, message] of [
    [{ files: { "../a": files["a.onnx"] } }, "files: must be named by propertyName definition"],
    [{ files: { a: { sha256: "0" } } }, 'files.a.sha256: must match pattern ^[0-9a-f]{64}$, found "0"'],
    [{ kind: "preditor" }, 'kind: "preditor", did you mean \'predictor\'? expected one of predictor, encoder'],
    [{ inputs: { x: { shape: ["B", 1.5], dtype: "f" } } }, "inputs.x.shape[1]: must be integer or string, found 1.5"],
    [{ judges: ["a", "a"] }, "judges: must contain unique items"],
    [{ calibration: { label: "l", scores: [1], values: [1], half_width: 0, coverage: 1 } }, "calibration.coverage: must be smaller than 1, found 1"],
  ]) {
    assert.throws(() => check(changes), { message });
  }
});
