// Documents for the tests of costs: published ImageNet networks, and small networks of every channels rule.

export const IMAGE = { channels: 3, height: 32, width: 32 };

/** Return a document with these cells, skeleton and operators. */
export function document(cells, skeleton, operators = {}) {
  return { format: "nasport-architecture", version: 1, operators, cells, skeleton };
}

/** Return a node. */
export function node(id, op, inputs = [], more = {}) {
  return { id, op, inputs, ...more };
}

function network(stem, stages, head, size = 224, cells = {}) {
  const input = { channels: 3, height: size, width: size };
  return document(cells, { input, stem, stages, head, classes: 1000 });
}

function layer(op, width, stride = 1, repeats = 1, attributes = {}) {
  return { op, stride, repeats, attributes, ...(width ? { width } : {}) };
}

const POOLED = layer("global_avg_pool");

function mobile(kernel, expansion, width, stride, repeats, attributes = {}) {
  return layer(`mb_${kernel}x${kernel}_e6`, width, stride, repeats, { expansion, ...attributes });
}

/** Sandler et al. 2018, table 2: expansion, width, repeats, stride. */
export function mobilenetV2() {
  const rows = [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]];
  const stages = rows.map(([expansion, width, repeats, stride]) => mobile(3, expansion, width, stride, repeats));
  return network([layer("conv_3x3", 32, 2)], stages, [layer("conv_1x1", 1280), POOLED]);
}

/** Tan and Le 2019, table 1: expansion, kernel, stride, width, repeats. */
export function efficientnetB0() {
  const rows = [[1, 3, 1, 16, 1], [6, 3, 2, 24, 2], [6, 5, 2, 40, 2], [6, 3, 2, 80, 3], [6, 5, 1, 112, 3], [6, 5, 2, 192, 4]];
  const stages = [...rows, [6, 3, 1, 320, 1]].map(([expansion, kernel, stride, width, repeats]) =>
    mobile(kernel, expansion, width, stride, repeats, { squeeze: 0.25 }),
  );
  return network([layer("conv_3x3", 32, 2)], stages, [layer("conv_1x1", 1280), POOLED]);
}

/** Howard et al. 2019, table 2: kernel, expanded width, width, squeeze and excitation, stride. */
export function mobilenetV3Small() {
  const rows = [[3, 16, 16, 1, 2], [3, 72, 24, 0, 2], [3, 88, 24, 0, 1], [5, 96, 40, 1, 2], [5, 240, 40, 1, 1], [5, 240, 40, 1, 1]];
  rows.push([5, 120, 48, 1, 1], [5, 144, 48, 1, 1], [5, 288, 96, 1, 2], [5, 576, 96, 1, 1], [5, 576, 96, 1, 1]);
  const squeezes = { squeeze: 0.25, squeeze_of: "expanded", squeeze_multiple: 8 };
  const stages = rows.map(([kernel, expanded, width, has, stride], place) =>
    mobile(kernel, expanded / (place ? rows[place - 1][2] : 16), width, stride, 1, has ? squeezes : {}),
  );
  const head = [layer("conv_1x1", 576), POOLED, layer("linear", 1024)];
  return network([layer("conv_3x3", 16, 2)], stages, head);
}

/** Radosavovic et al. 2020: widths and depths of the stages, width of a group. */
export function regnetY(widths, depths, group) {
  const stages = widths.map((width, place) =>
    layer("res_bottleneck_block", width, 2, depths[place], { expansion: 1, groups: width / group, squeeze: 0.25 }),
  );
  return network([layer("conv_3x3", 32, 2)], stages, [POOLED]);
}

/** He et al. 2016, table 1; Xie et al. 2017 with groups. */
export function resnet(op, depths, width, attributes = {}) {
  const stages = depths.map((repeats, place) => layer(op, width * 2 ** place, place ? 2 : 1, repeats, attributes));
  return network([layer("conv_7x7", 64, 2), layer("max_pool_3x3", 0, 2)], stages, [POOLED]);
}

/** Liu et al. 2022, section 3. */
export function convnext(depths, width) {
  const stages = depths.flatMap((repeats, place) => [
    ...(place ? [layer("layer_norm"), layer("patch_embedding", width * 2 ** place, 2, 1, { kernel: 2 })] : []),
    layer("convnext_block", 0, 1, repeats),
  ]);
  const stem = [layer("patch_embedding", width, 4, 1, { kernel: 4 }), layer("layer_norm")];
  return network(stem, stages, [POOLED, layer("layer_norm")]);
}

/** Ma et al. 2018, table 5. */
export function shufflenetV2(widths, last) {
  const stages = widths.map((width, place) => layer("shufflenet_v2_unit", width, 2, [4, 8, 4][place]));
  const stem = [layer("conv_3x3", 24, 2), layer("max_pool_3x3", 0, 2)];
  return network(stem, stages, [layer("conv_1x1", last), POOLED]);
}

function encoder(heads) {
  return {
    nodes: [
      node("in", "input"),
      node("norm_1", "layer_norm", ["in"]),
      node("attention", "self_attention", ["norm_1"], { attributes: { heads } }),
      node("attended", "sum", ["in", "attention"]),
      node("norm_2", "layer_norm", ["attended"]),
      node("mixed", "feed_forward_e4", ["norm_2"]),
      node("out", "output", ["attended", "mixed"]),
    ],
  };
}

/** Dosovitskiy et al. 2021, table 1. */
export function vit(width, heads, patch) {
  const stem = [layer("patch_embedding", width, 1, 1, { kernel: patch }), layer("class_token"), layer("positional_embedding")];
  const head = [layer("layer_norm"), layer("first_token")];
  return network(stem, [{ cell: "encoder", repeats: 12 }], head, 224, { encoder: encoder(heads) });
}

/** Heo et al. 2021, table 1: twice the width and heads after each pooling. */
export function pit(width, heads, depths) {
  const cells = Object.fromEntries(depths.map((_, place) => [`stage_${place}`, encoder(heads * 2 ** place)]));
  const stages = depths.flatMap((repeats, place) => [
    ...(place ? [layer("token_pooling", width * heads * 2 ** place, 2)] : []),
    { cell: `stage_${place}`, repeats },
  ]);
  const stem = [layer("patch_embedding", width * heads, 8, 1, { kernel: 16 }), layer("positional_embedding"), layer("class_token")];
  return network(stem, stages, [layer("layer_norm"), layer("first_token")], 224, cells);
}

/** Return the NAS-Bench-201 network with these operators on the edges 0-1, 0-2, 1-2, 0-3, 1-3, 2-3. */
export function nasbench201(operators) {
  const ends = [[0, 1], [0, 2], [1, 2], [0, 3], [1, 3], [2, 3]];
  const edges = operators.map((op, k) => node(`edge${k}`, op, [ends[k][0] ? `node${ends[k][0]}` : "input"]));
  const sums = [1, 2, 3].map((target) => {
    const inputs = edges.filter((_, k) => ends[k][1] === target).map(({ id }) => id);
    return target === 3 ? node("output", "output", inputs) : node(`node${target}`, "sum", inputs);
  });
  const stages = [16, 32, 64].flatMap((width, place) => [
    ...(place ? [{ op: "nasbench201_reduction", width }] : []),
    { cell: "cell", width, repeats: 5 },
  ]);
  const stem = [{ op: "stem_conv3x3", width: 16 }];
  const skeleton = { input: IMAGE, stem, stages, head: [{ op: "batch_norm" }, { op: "global_avg_pool" }], classes: 10 };
  return document({ cell: { nodes: [node("input", "input"), ...edges, ...sums] } }, skeleton);
}

/** Return a network of one cell after a stem of 16 channels. */
export function inSkeleton(nodes, stage = {}, cell = {}, operators = {}) {
  const skeleton = { input: IMAGE, stem: [{ op: "stem_conv3x3", width: 16 }], stages: [{ cell: "cell", ...stage }] };
  return document({ cell: { nodes, ...cell } }, skeleton, operators);
}

/** Return a network whose `stack` cells (DARTS) read both outputs before them; `reduced` does not read the older one. */
export function stacked() {
  const inputs = ["c_{k-2}", "c_{k-1}"].map((role) => node(role, "input", [], { role }));
  const normal = [
    ...inputs,
    node("a", "sep_conv_3x3", ["c_{k-2}"]),
    node("b", "dil_conv_5x5", ["c_{k-1}"]),
    node("c", "sum", ["a", "b"]),
    node("d", "skip_connect", ["c"]),
    node("out", "output", ["c", "d"]),
  ];
  const reduced = [inputs[1], node("a", "max_pool_3x3", ["c_{k-1}"]), node("out", "output", ["a", "a"])];
  const stages = [
    { cell: "normal", width: 16, repeats: 3 },
    { cell: "reduced", width: 32, stride: 2 },
    { cell: "normal", width: 32, repeats: 2 },
  ];
  const cells = { normal: { channels: "stack", nodes: normal }, reduced: { channels: "stack", nodes: reduced } };
  return document(cells, { input: IMAGE, stem: [{ op: "stem_conv3x3", width: 48 }], stages, classes: 10 });
}

/** Return a NAS-Bench-101 network, whose output divides its channels among three nodes and adds the input of the cell. */
export function divided() {
  const nodes = [
    node("in", "input"),
    node("a", "conv3x3-bn-relu", ["in"]),
    node("b", "maxpool3x3", ["a"]),
    node("c", "conv1x1-bn-relu", ["a", "in"]),
    node("lost", "conv3x3-bn-relu", ["in"]),
    node("out", "output", ["a", "b", "c", "in"]),
  ];
  const stages = [{ cell: "cell", width: 128, repeats: 3 }, { op: "max_pool_2x2", stride: 2 }, { cell: "cell", width: 256 }];
  const stem = [{ op: "conv3x3-bn-relu", width: 128 }];
  return document({ cell: { channels: "split", nodes } }, { input: IMAGE, stem, stages, classes: 10 });
}

/** Return a network of one `own` cell with squeeze and excitation by hand, a mixed node, and outputs of two resolutions. */
export function ownMaps() {
  const nodes = [
    node("in", "input"),
    node("a", "conv_3x3", ["in"], { attributes: { channels: 8, stride: 2 } }),
    node("pooled", "global_avg_pool", ["a"]),
    node("gate", "conv_1x1", ["pooled"], { attributes: { norm: "none", bias: 1, activation: "sigmoid" } }),
    node("scaled", "elementwise_prod", ["a", "gate"]),
    { id: "mixed", candidates: ["conv_3x3", "conv_1x1", "skip_connect"], inputs: ["scaled"] },
    node("joined", "skip_connect", ["mixed", "a"], { join: "concat" }),
    node("small", "avg_pool_3x3", ["joined"], { attributes: { stride: 2, padding: 1 } }),
    node("out0", "output", ["joined"]),
    node("out1", "output", ["small"]),
  ];
  return document({ net: { channels: "own", nodes } }, { input: IMAGE, stages: [{ cell: "net" }] });
}

/** Return a network of a chain of layers, one of which has candidates. */
export function chain() {
  const nodes = [
    node("in", "input"),
    node("a", "conv_3x3", ["in"], { attributes: { channels: 8 } }),
    { id: "b", candidates: ["mb_3x3_e3", "mb_5x5_e6", "skip_connect"], inputs: ["a"], attributes: { channels: 16, stride: 2 } },
    node("out", "output", ["b"]),
  ];
  const skeleton = { input: IMAGE, stages: [{ cell: "layers" }], head: [{ op: "global_avg_pool" }], classes: 10 };
  return document({ layers: { role: "chain", channels: "own", nodes } }, skeleton);
}

/** Return a recurrent network with a tied embedding. */
export function recurrent(width = 600, more = {}) {
  const nodes = [
    node("x", "input", [], { role: "x" }),
    node("h", "input", [], { role: "h_prev" }),
    node("both", "linear", ["x", "h"]),
    node("new", "activation_tanh", ["both"]),
    node("out", "output", ["new"], { role: "h_new" }),
  ];
  const stem = [{ op: "tied_embedding", width: 400 }];
  const stages = [{ cell: "cell", width, repeats: 2 }, { cell: "cell", width: 400 }];
  return document({ cell: { role: "recurrent", nodes } }, { stem, stages, classes: 10000, ...more });
}
