/** Documents of every kind with the hashes that Python computes for them. */

const IMAGE = { channels: 3, height: 32, width: 32 };

export function node(id, op, ...inputs) {
  return { id, op, inputs };
}

export function documentOf(cells, more = {}) {
  return { format: "nasport-architecture", version: 1, cells, ...more };
}

function oneCell(nodes, more = {}, cell = {}) {
  return documentOf({ cell: { nodes, ...cell } }, more);
}

const PLAIN = [node("in", "input"), node("a", "nor_conv_3x3", "in"), node("out", "output", "a")];

const BROKEN = [node("in", "input"), node("a", "none", "in"), node("out", "output", "a")];

const SPLIT = { channels: "split" };

const RESIDUAL = [
  node("in", "input"),
  node("a", "nor_conv_3x3", "in"),
  node("b", "avg_pool_3x3", "in"),
  node("c", "nor_conv_1x1", "a", "b"),
  node("d", "none", "a"),
  node("dead", "nor_conv_1x1", "d"),
  node("plus", "sum", "c", "in", "d"),
  node("out", "output", "plus", "a"),
];

/** Three layers of three equal nodes, connected by cycles, so that the order needs a search. */
const TIED = [
  node("in", "input"),
  ...[0, 1, 2].flatMap((k) => [
    node(`a${k}`, "nor_conv_3x3", "in"),
    node(`b${k}`, "nor_conv_3x3", `a${k}`, `a${(k + 1) % 3}`),
    node(`c${k}`, "nor_conv_3x3", `b${k}`, `b${(k + 2) % 3}`),
  ]),
  node("out", "output", "c0", "c1", "c2"),
];

const ORDERED_BLEND = [
  node("in", "input"),
  node("a", "nor_conv_3x3", "in"),
  node("b", "nor_conv_1x1", "in"),
  node("c", "blend", "b", "a", "b"),
  node("out", "output", "c"),
];

const JOINED = [
  { ...node("in", "input"), role: "first" },
  { ...node("in2", "input"), role: "second" },
  { ...node("a", "nor_conv_3x3", "in", "in2", "in2"), join: "concat" },
  { ...node("b", "nor_conv_1x1", "in", "a"), join: "product" },
  { ...node("c", "skip_connect", "a", "b"), join: "mean" },
  node("out", "output", "b", "c"),
  { ...node("state", "output", "c"), role: "state" },
];

const MIXED = [
  node("in", "input"),
  { id: "a", candidates: ["nor_conv_3x3", "skip_connect", "none", "avg_pool_3x3"], inputs: ["in"] },
  { id: "b", candidates: ["none"], inputs: ["in"] },
  node("out", "output", "a", "b"),
];

const STATED = [
  node("in", "input"),
  { ...node("a", "nor_conv_3x3", "in"), attributes: { stride: 2, channels: 12 } },
  node("b", "expanding", "a"),
  node("c", "words", "b"),
  node("d", "difference", "c", "a"),
  node("out", "output", "d"),
];

const OWN = {
  words: { text: 'Mélange of "words" \\ \u{1f600} \u007f\n', parameters: 123456, flops: 1e18 },
  expanding: { text: "Expand little", kind: "inverted_residual", kernel: 3, expansion: 5e-7, squeeze: 0.05 },
  difference: { text: "Subtract the second input", kind: "elementwise", operation: "difference", ordered: true },
};

const STAGES = {
  input: IMAGE,
  stem: [{ op: "stem_conv3x3", width: 16 }],
  stages: [
    { cell: "cell", width: 16, repeats: 2 },
    { cell: "cell", width: 16 },
    { cell: "cell" },
    { op: "max_pool_3x3", stride: 2 },
    { cell: "cell", width: 32, stride: 2, resolution: 8 },
  ],
  head: [{ op: "batch_norm" }, { op: "relu" }],
  classes: 10,
};

const CHAIN = {
  input: IMAGE,
  stages: [
    { op: "nor_conv_3x3", width: 16, repeats: 3, stride: 2 },
    { op: "nor_conv_3x3", width: 32, attributes: { kernel: 5 } },
    { op: "none" },
    { op: "global_avg_pool" },
  ],
};

const TWO_CELLS = documentOf(
  {
    normal: { nodes: PLAIN, channels: "stack" },
    other: { nodes: RESIDUAL, channels: "stack" },
    reduction: { nodes: RESIDUAL, role: "reduction", channels: "stack" },
    unused: { nodes: TIED },
  },
  { skeleton: { input: IMAGE, stages: [{ cell: "normal", width: 8 }, { cell: "reduction" }, { cell: "other" }] } },
);

/** Name, hash and document of each example. */
export const EXAMPLES = [
  ["one operator", "d172f267112a1b63ed24199fcf5e14c3", oneCell(PLAIN)],
  ["residual cell with unreachable nodes", "71b038401e1adf435f67979df794ac33", oneCell(RESIDUAL)],
  ["tied cell", "372745f8d70cb2379546a6d6363e2621", oneCell(TIED)],
  ["ordered inputs", "d2394d53440ac511debe354b867546a3", oneCell(ORDERED_BLEND)],
  ["joins and roles", "b6b010b8a184eb5d14b89f7d433d48bd", oneCell(JOINED)],
  ["mixed nodes", "50575dd75d1ad65f5efce3f7e7f8d919", oneCell(MIXED)],
  ["stated attributes and own operators", "31754b82b07a7b488b39c82bc46e8288", oneCell(STATED, { operators: OWN })],
  ["no path from input to output", "e3b0c44298fc1c149afbf4c8996fb924", oneCell(BROKEN)],
  ["stages that continue each other", "9d979bcde3a61cf5549a30217fd7acdd", oneCell(RESIDUAL, { skeleton: STAGES }, SPLIT)],
  ["chain of layers", "8c1011bdd36ce7539d4bb481ad6a3949", documentOf({}, { skeleton: CHAIN })],
  ["several cells", "5bc2649a71e28c961f3ef4f33bc5a192", TWO_CELLS],
  ["recurrent cell", "0913806a786514a1446faa2d5ffb7c41", oneCell(RESIDUAL, {}, { role: "recurrent" })],
];
