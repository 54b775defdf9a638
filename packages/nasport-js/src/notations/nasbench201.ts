/**
 * Notation of NAS-Bench-201 and of NATS-Bench's topology space: a string of six operators (Dong and Yang 2020, section 2).
 *
 * The network has a convolution as stem and three stages of five cells with 16, 32 and 64 channels, with a residual block of
 * stride 2 between the stages.
 */

import { InputError } from "../errors.js";
import { oneOf, shown, skeletonOf, stage } from "./base.js";
import { EdgeCellSpace, edgeNotation } from "./edge_space.js";
import { checkSkeleton, image } from "./skeletons.js";

export const OPERATORS = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"] as const;
const KNOWN: ReadonlySet<string> = new Set(OPERATORS);
const EXAMPLE = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|nor_conv_1x1~1|avg_pool_3x3~2|";

export const SKELETON = skeletonOf({
  input: image(32),
  stem: [stage({ op: "stem_conv3x3", width: 16 })],
  stages: [
    stage({ cell: "cell", repeats: 5, width: 16 }),
    stage({ op: "nasbench201_reduction", width: 32, stride: 2 }),
    stage({ cell: "cell", repeats: 5, width: 32 }),
    stage({ op: "nasbench201_reduction", width: 64, stride: 2 }),
    stage({ cell: "cell", repeats: 5, width: 64 }),
  ],
  head: [stage({ op: "batch_norm" }), stage({ op: "relu" }), stage({ op: "global_avg_pool" })],
  classes: 10,
});

/** Operators by text, for all possible texts of the nodes 1, 2 and 3; many texts are read by these tables. */
const NODES: readonly ReadonlyMap<string, readonly string[]>[] = [1, 2, 3].map(
  (node) => new Map(choices(node).map((operators) => [nodeString(operators), operators])),
);

/** Return the string of six operators in the order of `EDGES`. */
export function operatorString([a, b, c, d, e, f]: readonly string[]): string {
  return `|${a}~0|+|${b}~0|${c}~1|+|${d}~0|${e}~1|${f}~2|`;
}

export const NASBENCH201_SPACE = new EdgeCellSpace("nasbench201", OPERATORS, SKELETON, operatorString, checkSkeleton);

/** The string of NAS-Bench-201 and NATS-Bench. */
export const nasbench201 = edgeNotation(NASBENCH201_SPACE, {
  name: "nasbench201",
  description: "NAS-Bench-201 and NATS-Bench string |op~0|+|op~0|op~1|+|op~0|op~1|op~2|",
  example: EXAMPLE,
  read: parseOperators,
  spell: operatorString,
});

/**
 * Parse the six operators of a string, in the order of `EDGES`.
 *
 * Throws `InputError`: an invalid string; the message names the node or edge.
 */
export function parseOperators(text: string): readonly string[] {
  const nodes = text.split("+");
  const [first, second, third] = NODES.map((known, place) => known.get(nodes[place]));
  if (first && second && third && nodes.length === 3) return [...first, ...second, ...third];
  if (nodes.length !== 3) {
    throw new InputError(`${nodes.length} nodes separated by '+', expected 3, e.g. ${EXAMPLE}: ${shown(text, 200)}`);
  }
  return nodes.flatMap((node, place) => operatorsOfNode(node, place + 1));
}

/** Return the operators on the edges into a node. */
function operatorsOfNode(node: string, place: number): string[] {
  if (node.length < 2 || !node.startsWith("|") || !node.endsWith("|")) {
    throw new InputError(`node ${place} is ${shown(node, 200)}, expected its edges between two '|'`);
  }
  const edges = node.slice(1, -1).split("|");
  if (edges.length !== place) {
    const expected = `expected ${place} (from nodes 0 to ${place - 1})`;
    throw new InputError(`node ${place} has ${edges.length} edges, ${expected}`);
  }
  return edges.map((edge, source) => {
    const tilde = edge.lastIndexOf("~");
    if (tilde < 0) throw new InputError(`edge ${shown(edge, 200)} into node ${place}, expected operator~${source}`);
    const [operator, index] = [edge.slice(0, tilde), edge.slice(tilde + 1)];
    if (index !== String(source)) {
      throw new InputError(
        `edge ${shown(edge, 200)} into node ${place} comes from node ${shown(index, 50)}, expected ${source}: ` +
          "the edges of a node are listed by source, from node 0 on",
      );
    }
    if (!KNOWN.has(operator)) throw new InputError(`unknown operator ${shown(operator, 200)}${oneOf(operator, OPERATORS)}`);
    return operator;
  });
}

function nodeString(operators: readonly string[]): string {
  return `${operators.map((operator, source) => `|${operator}~${source}`).join("")}|`;
}

/** Return all lists of a number of operators. */
function choices(count: number): string[][] {
  if (count === 0) return [[]];
  return choices(count - 1).flatMap((before) => OPERATORS.map((operator) => [...before, operator]));
}
