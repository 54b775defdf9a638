// Parameters and FLOPs of whole networks: published counts, counts of the Python package, and messages.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { costsOf, networkCost, reachableNumbers, writtenAndReachable } from "../dist/costs/index.js";
import { architectureFromJson } from "../dist/schemas/architecture.js";
import * as networks from "./costs_networks.mjs";
import { IMAGE, document, inSkeleton, nasbench201, node } from "./costs_networks.mjs";

const NUMBERS = ["parameters", "flops", "balanced", "balancedFlops", "summed", "resolutions", "layers", "width", "positions"];

/** Return parameters and FLOPs as written, and the nine numbers without unreachable nodes. */
function counted(value) {
  const architecture = architectureFromJson(value);
  const { parameters, flops, uncounted } = costsOf(architecture);
  const numbers = reachableNumbers(writtenAndReachable(architecture).reachable);
  return { parameters, flops, uncounted, reachable: NUMBERS.map((name) => numbers[name]) };
}

function assertClose(found, expected) {
  found.forEach((value, place) => {
    const wanted = expected[place] ?? NaN;
    const isClose = Number.isNaN(wanted) ? Number.isNaN(value) : Math.abs(value - wanted) <= 1e-12 * Math.abs(wanted);
    assert.ok(isClose, `${NUMBERS[place]} is ${value}, expected ${wanted}`);
  });
}

// Counted on the modules of torchvision and timm, see tests/real_networks.py.
const PUBLISHED = [
  ["mobilenet_v2", networks.mobilenetV2(), 3_504_872, 300_774_272],
  ["mobilenet_v3_small", networks.mobilenetV3Small(), 2_542_856, 56_510_400],
  ["efficientnet_b0", networks.efficientnetB0(), 5_288_548, 385_814_752],
  ["regnet_y_400mf", networks.regnetY([48, 104, 208, 440], [1, 3, 6, 6], 8), 4_344_144, 401_842_848],
  ["resnet18", networks.resnet("res_basic_block", [2, 2, 2, 2], 64), 11_689_512, 1_814_073_344],
  ["resnet50", networks.resnet("res_bottleneck_block", [3, 4, 6, 3], 256), 25_557_032, 4_089_184_256],
  ["resnet152", networks.resnet("res_bottleneck_block", [3, 8, 36, 3], 256), 60_192_808, 11_513_626_624],
  ["convnext_tiny", networks.convnext([3, 3, 9, 3], 96), 28_589_128, 4_455_531_264],
  ["shufflenet_v2_x1_0", networks.shufflenetV2([116, 232, 464], 1024), 2_278_604, 144_907_992],
  ["vit_b_16", networks.vit(768, 12, 16), 86_567_656, 17_563_828_224],
  ["deit_tiny_patch16_224", networks.vit(192, 3, 16), 5_717_416, 1_253_683_200],
  ["pit_ti_224", networks.pit(32, 2, [2, 6, 4]), 4_847_272, 699_059_456],
];

for (const [name, value, parameters, flops] of PUBLISHED) {
  test(`${name} has its published parameters and multiply-accumulates`, () => {
    const found = counted(value);
    assert.deepEqual([found.parameters, found.flops, found.uncounted], [parameters, flops, ""]);
  });
}

const BEST = ["nor_conv_3x3", "nor_conv_3x3", "nor_conv_1x1", "skip_connect", "nor_conv_3x3", "nor_conv_3x3"];
const FIRST = ["avg_pool_3x3", "nor_conv_1x1", "skip_connect", "nor_conv_1x1", "skip_connect", "skip_connect"];
const CUT = ["none", "nor_conv_1x1", "nor_conv_3x3", "nor_conv_3x3", "skip_connect", "none"];

// Recorded from Python: parameters and FLOPs as written; then the numbers `NUMBERS` without unreachable nodes.
const RECORDED = [
  ["the best NAS-Bench-201 cell", nasbench201(BEST), [1073466, 153272960],
    [1073466, 153272960, 12.213526094594227, 17.758694674031812, 13.075166623734999, 3, 17, 64, 1024]],
  ["the first NAS-Bench-201 cell", nasbench201(FIRST), [129306, 15647360],
    [129306, 15647360, 9.922724713459692, 15.467786206160037, 11.420677107295138, 3, 17, 64, 1024]],
  ["a NAS-Bench-201 cell with unreachable operators", nasbench201(CUT), [587386, 82494080],
    [316346, 43172480, 10.940207494840982, 16.485350711564006, 12.136148779577194, 3, 17, 64, 1024]],
  ["a NAS-Bench-201 cell without a path", nasbench201(Array(6).fill("none")), [73306, 7783040],
    [73306, 7783040, 8.895013182962087, 14.439445072370136, 10.898531547849508, 3, 17, 64, 1024]],
  ["`stack` cells that do not read both inputs", networks.stacked(), [191722, 15056896],
    [192810, 16105472, 9.56865791806601, 15.806911973136629, 11.01509075790844, 2, 6, 32, 1024]],
  ["a `split` cell whose channels do not divide evenly", networks.divided(), [927518, 177371392],
    [926043, 176634196, 11.814296899296655, 18.05261413579567, 12.744933571869288, 2, 5, 256, 1024]],
  ["an `own` cell with outputs of two resolutions", networks.ownMaps(), [528, 109973],
    [528, 109973, 3.1354942159291497, 5.907140563179608, 7.4749781940140805, 2, 1, 16, 1024]],
  ["a chain with candidates", networks.chain(), [1621, 648011],
    [1621, 648011, 6.523323980078275, 12.760082968607094, 8.706453012715208, 2, 2, 16, 1024]],
  // The published network 1000000 of NAS-Bench-NLP.
  ["a recurrent network", networks.recurrent(), [5731600, 5720000], [5731600, 5720000]],
];

for (const [name, value, [parameters, flops], reachable] of RECORDED) {
  test(`${name} costs as much as in Python`, () => {
    const found = counted(value);
    assert.deepEqual([found.parameters, found.flops, found.uncounted], [parameters, flops, ""]);
    assertClose(found.reachable, reachable);
  });
}

const CELL = [node("in", "input"), node("a", "linear_attention", ["in"]), node("b", "thing", ["a"]), node("out", "output", ["b"])];

test("operators of unknown cost hide the written cost, but not the size of the rest", () => {
  const found = counted(inSkeleton(CELL, { width: 32, stride: 2 }, {}, { thing: { text: "Something new" } }));
  assert.deepEqual([found.parameters, found.flops], [null, null]);
  const attention = "nasport cannot count 'Linear attention' of kind 'attention': the layout of this attention is unknown";
  assert.equal(found.uncounted, attention);
  const expected = [2576, 966656, 6.898950711601707, 13.135964200669125, 9.010045589993208, 2, 1, 32, 1024];
  assertClose(found.reachable, expected);
});

test("a document without a skeleton has no cost and no message", () => {
  const found = counted(document({ cell: { nodes: [node("in", "input"), node("out", "output", ["in"])] } }));
  assert.deepEqual([found.parameters, found.flops, found.uncounted], [null, null, ""]);
  assert.ok(found.reachable.every(Number.isNaN));
});

function one(op, more = {}, cell = {}) {
  return [node("in", "input"), node("a", op, ["in"], more), node("out", "output", ["a"], cell)];
}

function ofStages(...stages) {
  return document({}, { input: IMAGE, stages });
}

const TWO_MAPS = networks.ownMaps();
TWO_MAPS.skeleton.classes = 10;

const MESSAGES = [
  [inSkeleton(one("conv_3x3", { attributes: { channels: 8 } })),
    "cells.cell.nodes[1].attributes: the node states channels, expected none: all nodes of a cell have the width of its stage"],
  [inSkeleton(one("upsample_nearest"), {}, { channels: "split" }),
    "cells.cell.nodes[1].op: the operator changes the resolution from 32x32 to 64x64, expected an unchanged resolution in a " +
      "cell that splits its channels"],
  [inSkeleton(one("relu"), { stride: 2 }, { channels: "split" }),
    "cells.cell: a cell that splits its channels has stride 2, expected 1"],
  [inSkeleton(one("relu"), {}, { channels: "stack" }),
    "cells.cell.nodes[0].role: the input has role '', expected c_{k-2} or c_{k-1}"],
  [inSkeleton([node("in", "input"), node("a", "max_pool_3x3", ["in"], { attributes: { stride: 2 } }), node("b", "sum", ["in", "a"]),
    node("out", "output", ["b"])]),
    "cells.cell.nodes[2].inputs: the node joins different resolutions, expected inputs of equal resolution"],
  [TWO_MAPS,
    "skeleton.stages[0].cell: the cell has outputs of the resolutions 16x16, 8x8, expected equal resolutions; only the last " +
      "cell of a network without head and classes may have several"],
  [ofStages({ op: "conv_3x3", width: 8, stride: 2, resolution: 32 }),
    "skeleton.stages[0].resolution: the resolution is 16 after this stage, expected 32 as stated; check the strides"],
  [ofStages({ op: "conv_3x3", width: 8 }, { op: "relu", width: 16 }),
    "skeleton.stages[1].op: the operator 'ReLU activation' is used from 8x32x32 to 16x32x32 with stride 1, expected one that " +
      "can change the shape"],
  [document({}, { input: { channels: 3 }, stages: [{ op: "conv_3x3", width: 8 }] }),
    "skeleton.input: the input lacks height and width, expected channels, height and width of the image"],
  [networks.recurrent(600, { classes: undefined }),
    "a recurrent network has no embedding or no vocabulary, expected both"],
  [networks.recurrent(600, { stem: [{ op: "linear", width: 400 }] }),
    "skeleton.stem[0]: the stem is 'linear', expected an embedding with a width"],
];

for (const [value, message] of MESSAGES) {
  test(`the cost is unknown: ${message}`, () => {
    const architecture = architectureFromJson(JSON.parse(JSON.stringify(value)));
    assert.throws(() => networkCost(architecture), { name: "UnknownCostError", message });
    assert.ok(message.endsWith(costsOf(architecture).uncounted));
  });
}

test("a cell object that several architectures share is counted for the operators of each", () => {
  const operators = { thing: { text: "Something new", parameters: 7 } };
  const some = architectureFromJson(inSkeleton(one("thing"), {}, {}, operators));
  const changed = architectureFromJson(inSkeleton(one("thing"), {}, {}, { thing: { ...operators.thing, parameters: 9 } }));
  const shared = some.withParts({ operators: changed.operators });
  assert.equal(costsOf(changed).parameters - costsOf(some).parameters, 2);
  assert.equal(costsOf(shared).parameters, costsOf(changed).parameters);
});

test("a network of more than 10^100 positions is not counted", () => {
  const nodes = [node("in", "input")];
  for (let k = 0; k < 60; k++) {
    nodes.push(node(`n${k}`, "upsample_nearest", [nodes[nodes.length - 1].id], { attributes: { stride: 1000 } }));
  }
  nodes.push(node("out", "output", ["n59"]));
  const found = counted(document({ net: { channels: "own", nodes } }, { input: IMAGE, stages: [{ cell: "net" }], classes: 10 }));
  assert.equal(found.uncounted, "the network is too large to count, expected numbers up to 10^100");
  assert.ok(found.reachable.every(Number.isNaN));
});

const VECTORS = new URL("../../../vectors/", import.meta.url);

function* lines(file) {
  for (const line of readFileSync(new URL(file, VECTORS), "utf8").split("\n")) {
    if (line) {
      yield JSON.parse(line);
    }
  }
}

test("the vectors are counted as expected", { skip: !existsSync(new URL("expected.jsonl", VECTORS)) }, () => {
  const documents = new Map(Array.from(lines("documents.jsonl"), ({ id, document: value }) => [id, value]));
  for (const { id, parameters, flops, uncounted, reachable } of lines("expected.jsonl")) {
    const found = counted(documents.get(id));
    assert.deepEqual([found.parameters, found.flops, found.uncounted], [parameters, flops, uncounted], id);
    assertClose(found.reachable, Object.values(reachable));
  }
});
