/** Color refinement (Weisfeiler and Leman): 64-bit colors of nodes that depend only on the graph. */

import type { NodeKind } from "./node_kind.js";
import { addNumber, addProduct, countDistinct, mix, type Words, zeros } from "./uint64.js";
import type { Edge } from "./wiring.js";

// Odd factors, each as its low and its high word.
const COLOR = [0x7f4a7c15, 0x9e3779b9] as const;
const SOURCE = [0x27d4eb4f, 0xc2b2ae3d] as const;
const TARGET = [0x9e3779f9, 0x165667b1] as const;
const OUTWARD = [0x6659fd93, 0xd6e8feb8] as const;

type Factor = readonly [low: number, high: number];

/** A graph as the refinement reads it: its edges are sorted by target, and every source is smaller than its target. */
export interface ColoredGraph {
  readonly kinds: readonly NodeKind[];
  readonly edges: readonly Edge[];
}

/** Return the lengths of the longest paths to every node, in edges. */
export function depthsOf({ kinds, edges }: ColoredGraph): readonly number[] {
  const depths = new Array<number>(kinds.length).fill(0);
  for (const [target, source] of edges) {
    depths[target] = Math.max(depths[target], depths[source] + 1);
  }
  return depths;
}

/** Return a color of every node; the partition of the nodes by their colors is stable. */
export function refinedColors(graph: ColoredGraph, depths: readonly number[]): Words {
  const size = graph.kinds.length;
  let colors = initialColors(graph, depths);
  let classes = countDistinct(colors);
  const weights = classes < size ? weightsOf(graph.edges) : zeros(0);
  for (let before = 0; before < classes && classes < size; ) {
    colors = nextColors(graph.edges, weights, colors);
    before = classes;
    classes = countDistinct(colors);
  }
  return colors;
}

/** Return the initial colors, from the kind of a node, its depth and its distance to the end. */
function initialColors(graph: ColoredGraph, depths: readonly number[]): Words {
  const heights = heightsOf(graph);
  const colors = zeros(depths.length);
  graph.kinds.forEach(({ digest }, v) => {
    addNumber(colors, v, littleEndian(digest, 0), littleEndian(digest, 4));
    addProduct(colors, v, depths[v], 0, ...SOURCE);
    addProduct(colors, v, heights[v], 0, ...TARGET);
    mix(colors, v);
  });
  return colors;
}

function heightsOf({ kinds, edges }: ColoredGraph): readonly number[] {
  const heights = new Array<number>(kinds.length).fill(0);
  for (let k = edges.length - 1; k >= 0; k--) {
    const [target, source] = edges[k];
    heights[source] = Math.max(heights[source], heights[target] + 1);
  }
  return heights;
}

function littleEndian(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}

/** Return an odd number for every edge, which depends on its label. */
function weightsOf(edges: readonly Edge[]): Words {
  const weights = zeros(edges.length);
  edges.forEach(([, , label], k) => {
    addProduct(weights, k, label, 0, ...COLOR);
    mix(weights, k);
    weights[2 * k] |= 1;
  });
  return weights;
}

/** Return the colors after one round, from the colors of each node and its neighbors. */
function nextColors(edges: readonly Edge[], weights: Words, colors: Words): Words {
  const asSource = mixedProducts(colors, SOURCE);
  const asTarget = mixedProducts(colors, TARGET);
  const inward = new Uint32Array(colors.length);
  const outward = new Uint32Array(colors.length);
  edges.forEach(([v, u], k) => {
    addProduct(inward, v, asSource[2 * u], asSource[2 * u + 1], weights[2 * k], weights[2 * k + 1]);
    addProduct(outward, u, asTarget[2 * v], asTarget[2 * v + 1], weights[2 * k], weights[2 * k + 1]);
  });
  const next = new Uint32Array(colors.length);
  for (let v = 0; 2 * v < colors.length; v++) {
    mix(inward, v);
    addNumber(outward, v, ...OUTWARD);
    mix(outward, v);
    addProduct(next, v, colors[2 * v], colors[2 * v + 1], ...COLOR);
    addProduct(next, v, inward[2 * v], inward[2 * v + 1], ...SOURCE);
    addProduct(next, v, outward[2 * v], outward[2 * v + 1], ...TARGET);
    mix(next, v);
  }
  return next;
}

function mixedProducts(colors: Words, [low, high]: Factor): Words {
  const products = new Uint32Array(colors.length);
  for (let v = 0; 2 * v < colors.length; v++) {
    addProduct(products, v, colors[2 * v], colors[2 * v + 1], low, high);
    mix(products, v);
  }
  return products;
}
