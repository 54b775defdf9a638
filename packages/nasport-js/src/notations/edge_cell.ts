/**
 * The cell of NAS-Bench-201 and TransNAS-Bench-101: four nodes and an operator on each of the six edges between them.
 *
 * In a document the operators are nodes. The edge `0->2` becomes a node of this name, which reads all operators on edges into
 * node 0 (the input of the cell) and is read by all operators on edges out of node 2. `none` remains an explicit node. The cell
 * of a document is recognized by its structure.
 */

import { InputError } from "../errors.js";
import { pythonRepr } from "../json/python_text.js";
import type { Architecture, Cell, Node } from "../schemas/architecture.js";
import { cellOf, node, shipped } from "./base.js";

/** Pairs (source, target), ordered by target as in the strings of NAS-Bench-201. */
export const EDGES = [[0, 1], [0, 2], [1, 2], [0, 3], [1, 3], [2, 3]] as const;

const INPUT = node("input", "input");
const OUTPUT = node("output", "output", arriving(3));
/** Nodes by edge and operator; cells share them. */
const EDGE_NODES: readonly Map<string, Node>[] = EDGES.map(() => new Map());

/** Return the cell with six operator keys in the order of `EDGES`. */
export function edgeCell(operators: readonly string[]): Cell {
  return cellOf([INPUT, ...operators.map((operator, edge) => edgeNode(edge, operator)), OUTPUT]);
}

/**
 * Return the six operators of an architecture's only cell in the order of `EDGES`, each as one of `keys`.
 *
 * Throws `InputError`: a cell with another structure or other operators, or several cells.
 */
export function edgeOperators(architecture: Architecture, keys: readonly string[]): string[] {
  const cell = onlyCell(architecture);
  const names = operatorKeys(architecture, cell, keys);
  for (const one of cell.nodes) {
    if (new Set(one.inputs).size < one.inputs.length) {
      const problem = "has a duplicate input, expected different inputs in this notation";
      throw new InputError(`node ${pythonRepr(one.id)} ${problem}`);
    }
  }
  const ends = new Map<string, string>();
  for (const one of cell.nodes) {
    if (!names.has(one.id)) ends.set(architecture.operator(one.op).kind, one.id);
  }
  const [start, end] = [ends.get("input"), ends.get("output")];
  const fits = cell.nodes.length === 8 && names.size === 6 && cell.nodes.every((one) => one.join === "sum");
  const edges = fits && start !== undefined && end !== undefined ? edgesByStructure(cell, start, end) : null;
  if (edges === null) {
    throw new InputError(
      "a cell with another structure, expected four nodes that sum their inputs, with an operator on each of the six " +
        "edges between them ('none' for no operator)",
    );
  }
  return edges.map((edge) => names.get(edge) ?? "");
}

/** Return the only cell of an architecture. Throws `InputError` if it has none or several. */
export function onlyCell(architecture: Architecture): Cell {
  const [cell, ...others] = architecture.cells.values();
  if (cell === undefined || others.length) {
    throw new InputError(`${architecture.cells.size} cells, expected exactly one in this notation`);
  }
  return cell;
}

/**
 * Return the operator key of each node by its id, without input and output nodes.
 *
 * Throws `InputError`: an operator without a key in `keys`, or a node with candidates.
 */
export function operatorKeys(architecture: Architecture, cell: Cell, keys: readonly string[]): Map<string, string> {
  const known = new Map(keys.map((key) => [shipped(key).identity, key]));
  const keyOfNode = new Map<string, string>();
  for (const one of cell.nodes) {
    if (one.candidates.length) {
      throw new InputError(`node ${pythonRepr(one.id)} has several candidates, expected one operator`);
    }
    const operator = architecture.operator(one.op);
    if (operator.kind === "input" || operator.kind === "output") {
      if (one.attributes.length) {
        throw new InputError(`node ${pythonRepr(one.id)} has attributes, expected none for inputs and outputs`);
      }
      continue;
    }
    const key = known.get(operator.withAttributes(Object.fromEntries(one.attributes)).identity);
    if (key === undefined) {
      const place = `operator ${pythonRepr(one.op)} of node ${pythonRepr(one.id)}`;
      throw new InputError(`${place}, expected one of ${keys.join(", ")}`);
    }
    keyOfNode.set(one.id, key);
  }
  return keyOfNode;
}

/** Return the ids of the edge nodes in the order of `EDGES`; null if the structure differs. */
function edgesByStructure(cell: Cell, start: string, end: string): string[] | null {
  const inputs = new Map(cell.nodes.map((one) => [one.id, new Set(one.inputs)]));
  const of = (id: string): ReadonlySet<string> => inputs.get(id) ?? new Set();
  const isOnly = (set: ReadonlySet<string>, id: string): boolean => set.size === 1 && set.has(id);
  const from0 = [...inputs.keys()].filter((edge) => isOnly(of(edge), start));
  const to3 = of(end);
  for (const last of to3) {
    const to2 = of(last);
    const groups = [
      from0.filter((edge) => !to2.has(edge) && !to3.has(edge)),
      from0.filter((edge) => to2.has(edge)),
      [...to2].filter((edge) => !from0.includes(edge)),
      from0.filter((edge) => to3.has(edge)),
      [...to3].filter((edge) => !from0.includes(edge) && edge !== last),
    ];
    if (to2.size === 2 && groups.every((group) => group.length === 1)) {
      const edges = [...groups.map(([edge]) => edge), last];
      return isOnly(of(edges[2]), edges[0]) && isOnly(of(edges[4]), edges[0]) ? edges : null;
    }
  }
  return null;
}

function edgeNode(edge: number, operator: string): Node {
  let known = EDGE_NODES[edge].get(operator);
  if (known === undefined) {
    const [source, target] = EDGES[edge];
    known = node(`${source}->${target}`, operator, source ? arriving(source) : ["input"]);
    EDGE_NODES[edge].set(operator, known);
  }
  return known;
}

/** Return the names of the edges into a node. */
function arriving(target: number): string[] {
  return EDGES.filter((edge) => edge[1] === target).map(([source]) => `${source}->${target}`);
}
