/**
 * DARTS genotypes and their cells, shared by the notations of the DARTS family.
 *
 * A cell has two inputs, the outputs of the previous two cells. Each intermediate node sums operators on earlier nodes. The
 * output concatenates some of the intermediate nodes (Liu et al. 2019, section 2.1). Nodes 0 and 1 are the inputs, nodes from 2
 * on are the intermediate nodes.
 */

import { InputError } from "../errors.js";
import type { JsonValue } from "../json/values.js";
import type { Cell, Node } from "../schemas/architecture.js";
import { cellOf, cut, node, oneOf } from "./base.js";

export const DILATED = ["dil_conv_3x3", "dil_conv_5x5"] as const;
export const OPERATORS: readonly string[] = [
  "none", "max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3", "sep_conv_5x5", "sep_conv_7x7", ...DILATED,
  "conv_7x1_1x7",
];
export const FIELDS = ["normal", "normal_concat", "reduce", "reduce_concat"] as const;
export const INPUT_ROLES = ["c_{k-2}", "c_{k-1}"] as const;
const MAX_EDGES = 200;

export type Edge = readonly [operator: string, source: number];

/** One of the two cells of a genotype. */
export interface Half {
  /** For each intermediate node, the edges that it sums. */
  readonly nodes: readonly (readonly Edge[])[];
  /** Nodes that the output concatenates, in order. */
  readonly concat: readonly number[];
}

export interface Genotype {
  readonly normal: Half;
  readonly reduce: Half;
}

/** A value of a text with its text in messages. Values of Python text are tuples, those of JSON are lists. */
export interface Stated {
  readonly value: JsonValue;
  /** The value as Python's `repr` writes it. */
  readonly text: string;
  /** Whether the value is an integer. */
  readonly isInteger: boolean;
  /** Elements of a list or tuple; null for another value. */
  readonly items: readonly Stated[] | null;
}

/** An edge of a text with its position for messages. */
export type PlacedEdge = readonly [where: string, edge: Stated];

/** Return all edges in one list, for notations with two edges per node. Throws `InputError` for another number of edges. */
export function pairsOf({ nodes }: Half, name: string): Edge[] {
  return nodes.flatMap((edges, place) => {
    if (edges.length === 2) return edges;
    throw new InputError(`node ${place + 2} of ${name} sums ${edges.length} edges, expected two per node`);
  });
}

/** Return the two cells of a document. */
export function cellsOf({ normal, reduce }: Genotype): Map<string, Cell> {
  return new Map([["normal", cellOfHalf(normal, "normal")], ["reduction", cellOfHalf(reduce, "reduction")]]);
}

/**
 * Check the values of one cell of a genotype with two edges per intermediate node.
 *
 * Throws `InputError`: an invalid value; the message names the edge.
 *
 * @param name - `normal` or `reduce`, for the messages.
 */
export function checkedHalf(name: string, edges: Stated, concat: Stated, operators: readonly string[] = OPERATORS): Half {
  const { items } = edges;
  if (items === null) throw new InputError(`${name} is ${cut(edges.text, 80)}, expected a list of (operator, node) pairs`);
  if (items.length % 2 || items.length === 0) {
    const expected = "expected two for each intermediate node (8 in DARTS, 10 in ENAS)";
    throw new InputError(`${name} has ${items.length} edges, ${expected}`);
  }
  const groups: PlacedEdge[][] = [];
  for (let place = 0; place < items.length; place += 2) {
    groups.push([[`${name}[${place}]`, items[place]], [`${name}[${place + 1}]`, items[place + 1]]]);
  }
  return halfOf(name, groups, concat, operators);
}

/**
 * Check the values of one cell of a genotype whose edges are grouped by node.
 *
 * Throws `InputError`: an invalid value; the message names the edge.
 */
export function halfOf(
  name: string,
  groups: readonly (readonly PlacedEdge[])[],
  concat: Stated,
  operators: readonly string[] = OPERATORS,
): Half {
  const count = groups.reduce((sum, group) => sum + group.length, 0);
  if (count > MAX_EDGES) throw new InputError(`${name} has ${count} edges, expected at most ${MAX_EDGES}`);
  const nodes = groups.map((group, place) => group.map((edge) => edgeOf(edge, place + 2, operators)));
  return { nodes, concat: concatOf(name, concat, groups.length + 1) };
}

function edgeOf([where, edge]: PlacedEdge, number: number, operators: readonly string[]): Edge {
  if (edge.items?.length !== 2) throw new InputError(`${where} is ${cut(edge.text, 80)}, expected (operator, node)`);
  const [operator, source] = edge.items;
  const key = operators.find((known) => known === operator.value);
  if (key === undefined) {
    throw new InputError(`${where}: unknown operator ${cut(operator.text, 80)}${oneOf(operator.value, operators)}`);
  }
  const value = integerOf(source);
  if (value === null || value < 0 || value >= number) {
    throw new InputError(
      `${where}: ${key} reads node ${cut(source.text, 80)}, expected 0 to ${number - 1}, because the edge leads to ` +
        `node ${number} (0 and 1 are the inputs of the cell)`,
    );
  }
  return [key, value];
}

function concatOf(name: string, concat: Stated, last: number): number[] {
  const { items } = concat;
  if (!items?.length) {
    throw new InputError(`${name}_concat is ${cut(concat.text, 80)}, expected a list of nodes or range(a, b)`);
  }
  const nodes = items.map((item) => {
    const value = integerOf(item);
    if (value === null || value < 0 || value > last) {
      throw new InputError(`${name}_concat has node ${cut(item.text, 80)}, expected 0 to ${last}`);
    }
    return value;
  });
  if (new Set(nodes).size < nodes.length) {
    const found = cut(`[${nodes.join(", ")}]`, 80);
    throw new InputError(`${name}_concat has a duplicate node, expected different nodes: ${found}`);
  }
  return nodes;
}

/** Return the integer of a text; null for another value. */
export function integerOf({ value, isInteger }: Stated): number | null {
  return typeof value === "number" && isInteger ? value : null;
}

/** Return the cell of one half of a genotype. */
function cellOfHalf(half: Half, role: string): Cell {
  const nodes: Node[] = INPUT_ROLES.map((name) => node(name, "input", [], "sum", { role: name }));
  const names: string[] = [...INPUT_ROLES];
  for (const [index, edges] of half.nodes.entries()) {
    const number = String(index + 2);
    const ids = edges.map((_, place) => `${number}.${place}`);
    nodes.push(...edges.map(([operator, source], place) => node(ids[place], operator, [names[source]])));
    nodes.push(node(number, "sum", ids));
    names.push(number);
  }
  nodes.push(node("output", "output", half.concat.map((place) => names[place]), "concat"));
  return cellOf(nodes, { role, channels: "stack" });
}
