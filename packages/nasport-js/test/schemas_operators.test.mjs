// Operators: the vocabulary, defaults, identity, and warnings about documents.
import assert from "node:assert/strict";
import { test } from "node:test";

import { architectureFromJson } from "../dist/schemas/architecture.js";
import { knownOperator, Operator, operatorBehind, vocabulary } from "../dist/schemas/operators.js";
import { documentWarnings } from "../dist/schemas/warnings.js";

test("keys with the same description are the same operator", () => {
  assert.equal(knownOperator("nor_conv_3x3").identity, knownOperator("conv3x3-bn-relu").identity);
  assert.equal(knownOperator("nor_conv_3x3").key, "conv3x3-bn-relu");
  assert.notEqual(knownOperator("nor_conv_3x3").identity, knownOperator("nor_conv_1x1").identity);
  assert.equal(knownOperator("no such key"), undefined);
  assert.equal(knownOperator("__proto__"), undefined);
});

test("all operators of the vocabulary survive the way to JSON and back", () => {
  for (const [key, operator] of vocabulary()) {
    assert.equal(Operator.fromJson(operator.toJson()).identity, operator.identity, key);
  }
});

test("attributes have the stated value, else the default of the key or the kind", () => {
  const stem = knownOperator("stem_conv3x3");
  assert.equal(stem.kind, "convolution");
  assert.equal(stem.family, "block");
  assert.equal(stem.word("activation"), "none");
  const block = Operator.fromJson({ text: "t", kind: "inverted_residual", kernel: 3, expansion: 6 });
  assert.equal(block.value("gate"), "sigmoid");
  assert.equal(block.attribute("squeeze"), 0);
  assert.equal(block.attribute("head_width", 7), 7);
  assert.equal(block.word("kernel"), "");
});

test("later attributes that equal their default are no part of the identity", () => {
  const entry = { text: "t", kind: "pooling", kernel: 2, mode: "max" };
  const plain = Operator.fromJson(entry);
  assert.equal(Operator.fromJson({ ...entry, kernel_width: 2, ceil: 0 }).identity, plain.identity);
  // Padding stays, because `ceil` needs it.
  assert.deepEqual(Operator.fromJson({ ...entry, ceil: 1, padding: 0 }).attributes, [
    ["ceil", 1], ["kernel", 2], ["mode", "max"], ["padding", 0],
  ]);
  assert.equal(plain.withAttributes({}), plain);
  assert.equal(plain.withAttributes({ kernel: 3 }).attribute("kernel"), 3);
  assert.equal(plain.attribute("kernel"), 2);
});

test("an operator of the document replaces that of the vocabulary", () => {
  const own = new Map([["conv_3x3", new Operator("mine")]]);
  assert.equal(operatorBehind("conv_3x3", own).text, "mine");
  assert.equal(operatorBehind("conv_1x1", own).kind, "convolution");
  assert.throws(() => operatorBehind("x", own), /no operator "x"/);
});

test("probable mistakes are named", () => {
  const nodes = [{ id: "in", op: "input" }, { id: "out", op: "output", inputs: ["in"] }];
  const loose = ["a", "b", "c", "d", "e", "f"].map((id) => ({ id, op: "relu", inputs: ["in"] }));
  const architecture = architectureFromJson({
    format: "nasport-architecture",
    version: 1,
    cells: {
      "it's": { nodes: [...nodes, ...loose, { id: "g", op: "relu", inputs: [] }] },
      unused: { nodes },
    },
    skeleton: { stages: [{ cell: "it's" }] },
  });
  assert.deepEqual(documentWarnings(architecture), [
    `the nodes 'a', 'b', 'c', 'd', 'e' and 2 more of the cell "it's" feed no other node and are not outputs, so their results are not used`,
    `the node 'g' of the cell "it's" has no inputs, expected some: a node without inputs counts in parameters and FLOPs but not in the score`,
    "no stage uses the cell 'unused', so it is not part of the network and does not change the score",
  ]);
});
