/**
 * The forms in which texts list the edges of a genotype's cell.
 *
 *     pairs           [('sep_conv_3x3', 0), ...]                two per node, node after node (DARTS)
 *     all edges       [('sep_conv_3x3', 0), ('none', 1), ...]   2 + 3 + 4 + 5 pairs: one from every earlier node
 *     lists per node  [[('sep_conv_3x3', 0), ...], ...]         any number per node
 *     triples         [('sep_conv_3x3', 2, 0), ...]             operator, target node, source node (FairDARTS)
 *
 * Because an edge leads to a later node, the numbers show whether triples have the target or the source first. A node without
 * incoming edges is left out of the cell, with its outgoing edges and its part of the output.
 */

import { InputError } from "../errors.js";
import { cut, equal, unlessWrong } from "./base.js";
import { checkedHalf, type Edge, type Half, halfOf, pairsOf, type PlacedEdge } from "./genotype.js";
import { type Literal, literalText } from "./objects.js";
import { statedLiteral } from "./stated.js";

/** Last node in DARTS, which concatenates `range(2, 6)`. */
const LAST_NODE = 5;

/** An operator on an edge between two numbered nodes. */
interface NumberedEdge {
  readonly target: number;
  readonly operator: Literal;
  readonly source: number;
}

/**
 * Read one cell of a genotype, with its edges in any of the forms.
 *
 * Throws `InputError`: an invalid edge, which the message names; or edges that fit two forms.
 *
 * @param name - `normal` or `reduce`, for the messages.
 */
export function spelledHalf(name: string, edges: Literal, concat: Literal): Half {
  if (typeof edges === "object" && edges.length) {
    const first = typeof edges[0] === "object" ? edges[0] : [];
    if (first.length && typeof first[0] === "object") return listsPerNode(name, edges, concat);
    if (first.length === 3) return triples(name, edges, concat);
    const half = allEdges(name, edges, concat);
    if (half !== null) return half;
  }
  return checkedHalf(name, statedLiteral(edges), statedLiteral(concat));
}

/** Return the edges as Python writes them: as pairs if these are unambiguous and every node has two, else as lists per node. */
export function spelled(half: Half): string {
  if (half.nodes.every((edges) => edges.length === 2)) {
    const pairs = pairsOf(half, "");
    // The pairs can look like all edges.
    const again = unlessWrong(() => spelledHalf("", pairs, half.concat));
    if (again !== undefined && equal(again, half)) return edgesText(pairs);
  }
  return `[${half.nodes.map(edgesText).join(", ")}]`;
}

function edgesText(edges: readonly Edge[]): string {
  return `[${edges.map(literalText).join(", ")}]`;
}

function listsPerNode(name: string, edges: readonly Literal[], concat: Literal): Half {
  const lists = edges.map((group, place): PlacedEdge[] => {
    const where = `${name}[${place}]`;
    if (typeof group !== "object" || group.length === 0) {
      const wanted = `a list of (operator, node), the edges of node ${place + 2}`;
      throw new InputError(`${where} is ${cut(literalText(group), 80)}, expected ${wanted}`);
    }
    return group.map((edge, index) => [`${where}[${index}]`, statedLiteral(edge)]);
  });
  return halfOf(name, lists, statedLiteral(concat));
}

/** Read a cell that lists the edges from every earlier node; return null if the list has another form. */
function allEdges(name: string, edges: readonly Literal[], concat: Literal): Half | null {
  const count = edges.length;
  // Number of nodes for which the list has all edges, 2 + 3 + 4 + ...
  const steps = edges.findIndex((_, n) => n >= 2 && n * (n + 3) === 2 * count);
  if (steps < 0) return null;
  const nodes = typeof concat === "object" ? concat.filter((node) => typeof node === "number") : [steps + 2];
  if (Math.max(0, ...nodes) > steps + 1) return null;
  const groups = Array.from({ length: steps }, (_, k) => {
    const start = (k * (k + 3)) / 2;
    return edges.slice(start, start + k + 2).map((edge, place) => ({ edge, where: `${name}[${start + place}]` }));
  });
  const isWhole = groups.every((group) => equal(sourcesOf(group.map(({ edge }) => edge)), group.map((_, place) => place)));
  if (isWhole) {
    const placed = groups.map((group) => group.map(({ where, edge }): PlacedEdge => [where, statedLiteral(edge)]));
    return halfOf(name, placed, statedLiteral(concat));
  }
  if (typeof concat === "object" && isRange(concat, 2, steps + 2)) {
    throw new InputError(
      `${name} has ${count} edges and concatenates nodes 2 to ${steps + 1}, expected two edges for each of ${steps} ` +
        `nodes, all ${count} edges (from nodes 0, 1, then 0, 1, 2, ...), or one list per node`,
    );
  }
  return null;
}

/** Whether the distinct values are the integers from `start` to before `end`. */
function isRange(values: readonly Literal[], start: number, end: number): boolean {
  const distinct = new Set(values);
  return distinct.size === end - start && values.every((value) => typeof value === "number" && value >= start && value < end);
}

/** Read one cell of a genotype whose edges are triples. */
function triples(name: string, edges: readonly Literal[], concat: Literal): Half {
  const byTarget = numberedEdges(name, edges);
  const targets = [...new Set(byTarget.map(({ target }) => target))].sort((one, other) => one - other);
  if (targets[0] < 2) {
    const expected = "expected nodes from 2 on: 0 and 1 are the inputs";
    throw new InputError(`${name} has an edge to node ${targets[0]}, ${expected}`);
  }
  const places = new Map([0, 1, ...targets].map((node, place) => [node, place]));
  const groups = new Map<number, PlacedEdge[]>(targets.map((node) => [node, []]));
  for (const [place, { target, operator, source }] of byTarget.entries()) {
    const number = places.get(source);
    if (number !== undefined) groups.get(target)?.push([`${name}[${place}]`, statedLiteral([operator, number])]);
  }
  for (const [node, group] of groups) {
    if (group.length === 0) {
      const expected = "expected one from another node";
      throw new InputError(`all edges to node ${node} of ${name} come from nodes without inputs, ${expected}`);
    }
  }
  return halfOf(name, [...groups.values()], statedLiteral(renumbered(concat, places)));
}

/**
 * Keep and renumber the concatenated nodes that exist. Values that are not nodes stay unchanged, so that `halfOf` rejects them.
 */
function renumbered(concat: Literal, places: ReadonlyMap<number, number>): Literal {
  const last = Math.max(LAST_NODE, ...places.keys());
  const isNode = (node: Literal): node is number => typeof node === "number" && node >= 0 && node <= last;
  if (typeof concat !== "object" || !concat.every(isNode)) return concat;
  return concat.flatMap((node) => places.get(node) ?? []);
}

function numberedEdges(name: string, edges: readonly Literal[]): NumberedEdge[] {
  const numbers = edges.map((edge, place): [Literal, number, number] => {
    const where = `${name}[${place}] is ${cut(literalText(edge), 80)}, expected`;
    if (typeof edge !== "object" || edge.length !== 3) {
      throw new InputError(`${where} (operator, node, source) like the first edge`);
    }
    const [operator, one, other] = edge;
    if (typeof one !== "number" || typeof other !== "number" || one === other || Math.min(one, other) < 0) {
      throw new InputError(`${where} an operator and two different node numbers from 0 on`);
    }
    return [operator, one, other];
  });
  if (numbers.every(([, one, other]) => one > other)) {
    return numbers.map(([operator, target, source]) => ({ target, operator, source }));
  }
  if (numbers.every(([, one, other]) => one < other)) {
    return numbers.map(([operator, source, target]) => ({ target, operator, source }));
  }
  throw new InputError(
    `${name} has edges to earlier and to later nodes, expected all edges as (operator, node, source) or all as ` +
      "(operator, source, node), where node is the later one",
  );
}

/** Return the sorted source nodes of edges; empty if one is not an integer. */
function sourcesOf(group: readonly Literal[]): number[] {
  const sources = group.flatMap((edge) => (typeof edge === "object" && edge.length === 2 ? [edge[1]] : []));
  const numbers = sources.filter((source) => typeof source === "number");
  return numbers.length === sources.length ? numbers.sort((one, other) => one - other) : [];
}
