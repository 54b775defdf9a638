// Costs of networks whose cell keeps all shapes, as the sum over its nodes and as placed layer by layer.
import assert from "node:assert/strict";
import { test } from "node:test";

import { additiveCosts } from "../dist/costs/additive.js";
import { architectureFromJson, readNotation, reachableNumbers, writtenAndReachable } from "../dist/index.js";

const STRINGS = [
  "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|",
  "|nor_conv_1x1~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|none~2|", // unreachable convolutions
  "|none~0|+|nor_conv_1x1~0|none~1|+|none~0|nor_conv_3x3~1|none~2|", // no path
];

/** Return the document with an unused second cell, whose costs are placed layer by layer. */
function placed(architecture) {
  const [[name, cell]] = architecture.cells;
  return architecture.withParts({ cells: new Map([[name, { ...cell }], ["unused", { ...cell }]]) });
}

function numbers({ written, reachable }) {
  const { parameters, flops } = written;
  return { parameters, flops, ...reachableNumbers(reachable) };
}

/** Return a document with a stem, one cell of the given nodes, and a classifier. */
function document(nodes, { width = 16, operators = {} } = {}) {
  const stages = [{ cell: "c", repeats: 2, width }];
  const skeleton = {
    stem: [{ op: "conv_3x3", width: 16 }], stages, classes: 10, input: { channels: 3, height: 8, width: 8 },
  };
  return architectureFromJson({
    format: "nasport-architecture", version: 1, name: "n", cells: { c: { nodes } }, skeleton, operators,
  });
}

test("the sum over the nodes equals the placed layers, as written and without unreachable nodes", () => {
  for (const text of STRINGS) {
    const architecture = readNotation("nasbench201", text);
    assert.notEqual(additiveCosts(architecture), null);
    assert.equal(additiveCosts(placed(architecture)), null);
    assert.deepEqual(numbers(writtenAndReachable(architecture)), numbers(writtenAndReachable(placed(architecture))));
  }
});

test("cells and operators that change a shape are placed", () => {
  const input = { id: "i", op: "input" };
  const [one, two] = ["a", "b"].map((id) => ({ id, op: "conv_3x3", inputs: ["i"] }));
  const output = { id: "o", op: "output", inputs: ["a", "b"] };
  assert.notEqual(additiveCosts(document([input, one, two, output])), null);
  const changing = [
    document([input, one, two, output], { width: 32 }),
    document([input, one, two, { ...output, join: "concat" }]),
    document([input, one, two, { ...output, inputs: ["a"] }, { ...output, id: "p", inputs: ["b"] }]),
    document([input, { ...one, op: "wide" }, two, output], {
      operators: { wide: { text: "a wide convolution", kind: "convolution", kernel: 3, stride: 2 } },
    }),
  ];
  for (const architecture of changing) {
    assert.equal(additiveCosts(architecture), null);
  }
});
