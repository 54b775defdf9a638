/**
 * NAS-Bench-101 cells as adjacency matrix and operators: pruning and limits (Ying et al. 2019, section 2).
 *
 * The search space has directed acyclic graphs with at most 7 vertices and 9 edges. Vertices that are not on a path from input
 * to output are removed first.
 */

import { InputError } from "../errors.js";
import { equal } from "./base.js";

export const OPERATORS = ["conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3"] as const;
export const MAX_VERTICES = 7;
const MAX_EDGES = 9;

/** A cell of n vertices. */
export interface Module {
  /** (n, n) adjacency matrix; `edges[u][v]` is 1 if v reads u, with u < v. */
  readonly edges: readonly (readonly number[])[];
  /** (n - 2,) indices into `OPERATORS` of the vertices between input and output. */
  readonly operators: readonly number[];
}

/**
 * Check the limits of NAS-Bench-101 and return the same cell.
 *
 * Throws `InputError`: no path from input to output, or too many vertices or edges.
 */
export function checkedModule(module: Module): Module {
  const size = module.edges.length;
  if (size > MAX_VERTICES) {
    throw new InputError(`${size} vertices, expected at most ${MAX_VERTICES} in NAS-Bench-101`);
  }
  const edges = pruned(module).edges.flat().reduce((sum, edge) => sum + edge, 0);
  if (edges > MAX_EDGES) {
    throw new InputError(`${edges} edges on input-output paths, expected at most ${MAX_EDGES} in NAS-Bench-101`);
  }
  return module;
}

/** Return whether two cells differ at most in the numbers of their vertices. */
export function sameModule(one: Module, other: Module): boolean {
  const last = one.edges.length - 1;
  if (last !== other.edges.length - 1 || !equal([...one.operators].sort(), [...other.operators].sort())) return false;
  return orders(one.operators.map((_, place) => place + 1)).some((order) => equal(taken(one, [0, ...order, last]), other));
}

/** Return the cell without the vertices that are not on a path from input to output. */
function pruned(module: Module): Module {
  const { edges } = module;
  const vertices = edges.map((_, v) => v);
  const afterInput = new Set([0]);
  for (const v of vertices) {
    if ([...afterInput].some((u) => edges[u][v])) afterInput.add(v);
  }
  const beforeOutput = new Set([edges.length - 1]);
  for (const u of [...vertices].reverse()) {
    if ([...beforeOutput].some((v) => edges[u][v])) beforeOutput.add(u);
  }
  const kept = vertices.filter((v) => afterInput.has(v) && beforeOutput.has(v));
  if (kept.length < 2) throw new InputError("no path from input to output, expected one in a NAS-Bench-101 cell");
  return taken(module, kept);
}

/** Return the cell of some vertices in a given order; the first is the input, the last is the output. */
function taken({ edges, operators }: Module, vertices: readonly number[]): Module {
  return {
    edges: vertices.map((u) => vertices.map((v) => edges[u][v])),
    operators: vertices.slice(1, -1).map((v) => operators[v - 1]),
  };
}

/** Return all orders of at most five numbers. */
function orders(numbers: readonly number[]): number[][] {
  if (numbers.length === 0) return [[]];
  return numbers.flatMap((first) => orders(numbers.filter((one) => one !== first)).map((rest) => [first, ...rest]));
}
