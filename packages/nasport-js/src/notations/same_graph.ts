/**
 * Comparison of cells up to the names and the order of their nodes.
 *
 * The comparison is stricter than that of canonical forms: `none`, unreachable nodes and repeated operators must match too. If
 * a document still has the cells of its source text, a notation writes the architecture in the order of the source text.
 */

import type { Architecture, Cell, Node } from "../schemas/architecture.js";
import { topologicalOrder } from "../schemas/checks.js";
import { type Notation, unlessWrong } from "./base.js";

const MAX_STEPS = 20_000;

type Colors = ReadonlyMap<string, number>;

/** Return the document of the source text if this text is in the notation and has the same cells, else the document itself. */
export function documentOfSource(architecture: Architecture, notation: Notation): Architecture {
  const { source } = architecture;
  if (source === null || source.format !== notation.name) return architecture;
  const original = unlessWrong(() => notation.parse(source.text));
  return original !== undefined && sameCells(original, architecture) ? original : architecture;
}

/** Return whether two documents have isomorphic cells under the same names. */
function sameCells(first: Architecture, second: Architecture): boolean {
  if (first.cells.size !== second.cells.size) return false;
  return [...first.cells].every(([name, cell]) => {
    const other = second.cells.get(name);
    return other !== undefined && sameCell(cell, other, first, second);
  });
}

/**
 * Return whether two cells are isomorphic: equal up to node names, the order of nodes and of unordered inputs.
 *
 * The nodes of both cells get colors by their neighbors. In a topological order, each node of the first cell is matched with a
 * node of the second cell that has the same color and the corresponding inputs. After `MAX_STEPS` steps the result is false.
 */
export function sameCell(first: Cell, second: Cell, ofFirst: Architecture, ofSecond: Architecture): boolean {
  const properties = ({ role, channels, nodes }: Cell): string => `${role}\n${channels}\n${nodes.length}`;
  if (properties(first) !== properties(second)) return false;
  const views = [new View(first, ofFirst), new View(second, ofSecond)] as const;
  const [one, other] = colored(views);
  if (sortedNumbers(one).join() !== sortedNumbers(other).join()) return false;
  const candidates = new Map<string, string[]>();
  for (const id of views[1].order) {
    const key = keyOf(other.get(id), views[1].inputs(id, new Map()));
    candidates.set(key, [...(candidates.get(key) ?? []), id]);
  }
  return matches(views[0], one, candidates);
}

/** A cell with the properties of its nodes for the comparison. */
class View {
  /** Ids in a topological order that visits a node as soon as its inputs are visited. */
  readonly order: readonly string[];
  /** Properties of each node except its inputs. */
  readonly kinds: ReadonlyMap<string, string>;
  /** For each node the nodes that read it, each with the index of the input if the order of inputs matters. */
  readonly consumers: ReadonlyMap<string, readonly (readonly [string, number])[]>;
  readonly #nodes: ReadonlyMap<string, Node>;
  readonly #ordered: ReadonlyMap<string, boolean>;

  constructor(cell: Cell, architecture: Architecture) {
    this.#nodes = new Map(cell.nodes.map((one) => [one.id, one]));
    this.order = orderOf(new Map(cell.nodes.map((one) => [one.id, one.inputs])));
    this.kinds = new Map(
      cell.nodes.map((one) => {
        const keys = one.candidates.length ? one.candidates : [one.op];
        const operators = keys.map((key) => [architecture.operators.has(key), architecture.operator(key).identity]);
        return [one.id, JSON.stringify([operators, one.join, one.role, one.attributes])];
      }),
    );
    this.#ordered = new Map(
      cell.nodes.map((one) => [one.id, architecture.operator(one.candidates.at(-1) ?? one.op).ordered]),
    );
    const consumers = new Map<string, [string, number][]>(cell.nodes.map((one) => [one.id, []]));
    for (const one of cell.nodes) {
      one.inputs.forEach((source, port) => consumers.get(source)?.push([one.id, this.#ordered.get(one.id) ? port : 0]));
    }
    this.consumers = consumers;
  }

  /** Return the inputs of a node, renamed by `names`, and sorted if their order does not matter. */
  inputs(id: string, names: ReadonlyMap<string, string | number>): (string | number)[] {
    const sources = (this.#nodes.get(id)?.inputs ?? []).map((source) => names.get(source) ?? source);
    return this.#ordered.get(id) ? sources : sources.sort();
  }

  /** Return the color of a node and the colors of its neighbors. */
  surroundings(id: string, colors: Colors): string {
    const targets = (this.consumers.get(id) ?? []).map(([target, port]) => `${colors.get(target)}:${port}`).sort();
    return JSON.stringify([colors.get(id), this.inputs(id, colors), targets]);
  }
}

/** Return the ids in a topological order, built backward from the last nodes with the deepest inputs first. */
function orderOf(inputs: ReadonlyMap<string, readonly string[]>): string[] {
  const depth = new Map<string, number>();
  const depthOf = (id: string): number => depth.get(id) ?? 0;
  for (const id of topologicalOrder(inputs) ?? []) depth.set(id, 1 + Math.max(0, ...(inputs.get(id) ?? []).map(depthOf)));
  const read = new Set([...inputs.values()].flat());
  const waiting = [...depth.keys()].filter((id) => !read.has(id)).sort((one, other) => depthOf(one) - depthOf(other));
  const order = new Set<string>();
  while (waiting.length) {
    const last = waiting[waiting.length - 1];
    const missing = (inputs.get(last) ?? []).filter((source) => !order.has(source));
    if (missing.length) waiting.push(missing.reduce((best, id) => (depthOf(id) > depthOf(best) ? id : best)));
    else order.add(waiting.pop() ?? last);
  }
  return [...order];
}

/** Return colors by id that isomorphic nodes share: Weisfeiler-Leman refinement until the colors are stable. */
function colored(views: readonly [View, View]): [Colors, Colors] {
  let colors = numbered(views[0].kinds, views[1].kinds);
  for (let count = 0, distinct = distinctOf(colors); count < distinct; distinct = distinctOf(colors)) {
    count = distinct;
    const around = (view: View, own: Colors): Map<string, string> =>
      new Map([...view.kinds.keys()].map((id) => [id, view.surroundings(id, own)]));
    colors = numbered(around(views[0], colors[0]), around(views[1], colors[1]));
  }
  return colors;
}

function numbered(...keys: readonly [ReadonlyMap<string, string>, ReadonlyMap<string, string>]): [Colors, Colors] {
  const table = new Map<string, number>();
  const numbersOf = (own: ReadonlyMap<string, string>): Colors => {
    const colors = new Map<string, number>();
    for (const [id, key] of own) {
      const number = table.get(key) ?? table.size;
      table.set(key, number);
      colors.set(id, number);
    }
    return colors;
  };
  return [numbersOf(keys[0]), numbersOf(keys[1])];
}

function distinctOf([one, other]: readonly [Colors, Colors]): number {
  return new Set([...one.values(), ...other.values()]).size;
}

/** Search depth-first for a bijection of the nodes; `choice[i]` is the index of the current candidate for the i-th node. */
function matches(view: View, colors: Colors, candidates: ReadonlyMap<string, readonly string[]>): boolean {
  const matched = new Map<string, string>();
  const taken = new Set<string>();
  const choice = [0];
  for (let step = 0; step < MAX_STEPS; step++) {
    const place = choice.length - 1;
    if (place === view.order.length) return true;
    const id = view.order[place];
    const options = candidates.get(keyOf(colors.get(id), view.inputs(id, matched))) ?? [];
    const index = options.findIndex((option, number) => number >= choice[place] && !taken.has(option));
    if (index >= 0) {
      choice[place] = index;
      matched.set(id, options[index]);
      taken.add(options[index]);
      choice.push(0);
      continue;
    }
    choice.pop();
    if (choice.length === 0) return false;
    const before = view.order[place - 1];
    taken.delete(matched.get(before) ?? "");
    matched.delete(before);
    choice[place - 1] += 1;
  }
  return false;
}

function keyOf(color: number | undefined, inputs: readonly (string | number)[]): string {
  return JSON.stringify([color, inputs]);
}

function sortedNumbers(colors: Colors): number[] {
  return [...colors.values()].sort((one, other) => one - other);
}
