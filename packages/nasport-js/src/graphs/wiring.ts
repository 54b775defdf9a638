/**
 * How the nodes of a cell feed each other, computed once for all cells with the same wiring.
 *
 * The architectures of a search space differ more in their operators than in their wiring. So this module caches
 * everything that depends only on the wiring: the order of the nodes, the nodes that carry data, the labels of the
 * edges.
 */

import type { Join } from "../schemas/architecture.js";
import { topologicalOrder } from "../schemas/checks.js";
import { BoundedCache } from "./bounded_cache.js";

// The label of an edge tells how one node feeds another. The label 0 means that there is no edge. Otherwise, the label
// is the number of times that the source is among the inputs, plus JOIN_STEP times the number of the join rule. If the
// order of the inputs matters, the label is ORDERED plus the set of ports as bits.
const JOINS: Readonly<Record<Join, number>> = { sum: 0, concat: 1, product: 2, mean: 3 };
export const JOIN_STEP = 1 << 16;
export const ORDERED = 1 << 24;
const MAX_ORDERED_PORTS = 20;
const MAX_COUNT = JOIN_STEP - 1;

/** The kinds of operators that matter to the wiring. */
export const WIRED_KINDS: ReadonlySet<string> = new Set(["input", "output", "none", "sum", "product", "elementwise"]);

// The wiring of cells with more nodes is not cached, to limit the memory.
const MAX_CACHED_NODES = 64;
const MAX_CACHED_WIRINGS = 4096;
// Nodes that are written in at most so many characters share one number.
const MAX_SHARED_NODES = 4096;
const MAX_SHARED_TEXT = 4096;

/** An edge between two nodes, given by their positions: how the source feeds the target. */
export type Edge = readonly [target: number, source: number, label: number];

/** Number of times that a node reads each of its sources, by id. */
export type Counts = ReadonlyMap<string, number>;

/** The properties of a node that matter to the wiring. */
export interface WiredNode {
  readonly id: string;
  readonly inputs: readonly string[];
  readonly join: Join;
  /** Kind of the operator if it is one of `WIRED_KINDS`, else empty. */
  readonly kind: string;
  /** Whether exchanging two inputs changes the result. */
  readonly ordered: boolean;
  /** Number that no different node has, so that a list of numbers identifies a wiring. */
  readonly number: number;
}

/** A reachable node: its position in the cell and the ids of its reachable inputs. */
export type ReachableNode = readonly [position: number, inputs: readonly string[]];

/** The wiring of a cell, without its operators; every property is computed at its first use. */
export class Wiring {
  /** Nodes of the cell, in document order. */
  readonly nodes: readonly WiredNode[];
  /** Kinds of the nodes by id. */
  readonly kinds: ReadonlyMap<string, string>;
  readonly #byId: ReadonlyMap<string, WiredNode>;
  readonly #position: ReadonlyMap<string, number>;
  #order?: readonly number[];
  #entering?: readonly number[];
  #sources?: ReadonlyArray<readonly number[]>;
  #inputs?: ReadonlyMap<string, Counts>;
  #carrying?: readonly number[];
  #edges?: readonly Edge[];
  #paths?: ReadonlyMap<string, readonly string[]>;
  #isReachable?: boolean;
  #isEnteredAsWritten?: boolean;
  #reachable?: readonly ReachableNode[];

  constructor(nodes: readonly WiredNode[]) {
    this.nodes = nodes;
    this.kinds = new Map(nodes.map((node) => [node.id, node.kind]));
    this.#byId = new Map(nodes.map((node) => [node.id, node]));
    this.#position = new Map(nodes.map((node, k) => [node.id, k]));
  }

  /** Positions of all nodes in topological order. */
  get order(): readonly number[] {
    this.#order ??= this.#positions(new Map(this.nodes.map((node) => [node.id, node.inputs])));
    return this.#order;
  }

  /** For the nodes in the order of `order`, the places of their inputs in that order. */
  get sources(): ReadonlyArray<readonly number[]> {
    this.#sources ??= this.#sourcePlaces();
    return this.#sources;
  }

  /** Number of inputs of every node that are inputs of the cell. */
  get entering(): readonly number[] {
    this.#entering ??= this.#countEntering();
    return this.#entering;
  }

  /**
   * Sources of every node that carries data, each with the number of times that the node reads it.
   *
   * Redundant `sum` nodes are dissolved. Nodes of kind `none` are dropped; so are products with a dropped factor,
   * because they are zero everywhere.
   */
  get inputs(): ReadonlyMap<string, Counts> {
    this.#inputs ??= this.#carriedInputs();
    return this.#inputs;
  }

  /** Positions of the nodes that `inputs` keeps, in topological order. */
  get carrying(): readonly number[] {
    this.#carrying ??= this.#carryingPositions();
    return this.#carrying;
  }

  /** Edges between the nodes of `carrying`, numbered in that order. */
  get edges(): readonly Edge[] {
    this.#edges ??= this.#labeledEdges();
    return this.#edges;
  }

  /** Reachable nodes in topological order, without `none`, each with its distinct sources. */
  get paths(): ReadonlyMap<string, readonly string[]> {
    this.#paths ??= onPath(this.#distinctInputs(), this.kinds);
    return this.#paths;
  }

  /** Reachable nodes of `inputs` in document order. A source that a sum reads twice is listed once. */
  get reachable(): readonly ReachableNode[] {
    this.#reachable ??= this.#reachableNodes();
    return this.#reachable;
  }

  /** Whether `reachable` is the whole cell, unchanged. */
  get isReachable(): boolean {
    this.#isReachable ??= this.#keepsAllInputs();
    return this.#isReachable;
  }

  /** Whether every node is reachable and reads as many inputs of the cell as in the document. */
  get isEnteredAsWritten(): boolean {
    this.#isEnteredAsWritten ??= this.#keepsAllEntrances();
    return this.#isEnteredAsWritten;
  }

  /** Positions of the nodes that feed no other node, without inputs, outputs and nodes of kind `none`. */
  get unread(): readonly number[] {
    return this.#feedingNo(this.nodes);
  }

  /** Positions of the nodes of `unread` and of those that feed only nodes of kind `none`. */
  get lost(): readonly number[] {
    return this.#feedingNo(this.nodes.filter((node) => node.kind !== "none"));
  }

  /** Positions of the nodes without inputs that are neither inputs of the cell nor of kind `none`. */
  get unfed(): readonly number[] {
    return positionsWhere(this.nodes, (node) => !node.inputs.length && node.kind !== "input" && node.kind !== "none");
  }

  #sourcePlaces(): ReadonlyArray<readonly number[]> {
    const places = new Map(this.order.map((k, place) => [this.nodes[k].id, place]));
    return this.order.map((k) => this.nodes[k].inputs.map((id) => known(places, id)));
  }

  #countEntering(): readonly number[] {
    return this.nodes.map((node) => this.#countEntrances(node.inputs));
  }

  #carryingPositions(): readonly number[] {
    return this.#positions(new Map(Array.from(this.inputs, ([id, counts]) => [id, [...counts.keys()]])));
  }

  #keepsAllInputs(): boolean {
    return this.#keepsAllNodes && this.reachable.every(([k, inputs]) => sameTexts(inputs, this.nodes[k].inputs));
  }

  #keepsAllEntrances(): boolean {
    const entersAsWritten = ([k, inputs]: ReachableNode) => this.#countEntrances(inputs) === this.entering[k];
    return this.#keepsAllNodes && this.reachable.every(entersAsWritten);
  }

  get #keepsAllNodes(): boolean {
    return this.reachable.length === this.nodes.length;
  }

  #countEntrances(inputs: readonly string[]): number {
    return inputs.filter((id) => this.kinds.get(id) === "input").length;
  }

  #distinctInputs(): ReadonlyMap<string, readonly string[]> {
    const nodes = this.order.map((k) => this.nodes[k]).filter((node) => node.kind !== "none");
    return new Map(nodes.map((node) => [node.id, [...new Set(node.inputs)]]));
  }

  #feedingNo(targets: readonly WiredNode[]): readonly number[] {
    const fed = new Set(targets.flatMap((node) => node.inputs));
    const ends = new Set(["input", "output", "none"]);
    return positionsWhere(this.nodes, (node) => !fed.has(node.id) && !ends.has(node.kind));
  }

  #positions(inputs: ReadonlyMap<string, readonly string[]>): readonly number[] {
    const order = topologicalOrder(inputs);
    if (order === null) {
      throw new Error("the cell has a cycle, expected a checked document");
    }
    return order.map((id) => this.#at(id));
  }

  #at(id: string): number {
    return known(this.#position, id);
  }

  #carriedInputs(): ReadonlyMap<string, Counts> {
    const dropped = new Set<string>();
    const inputs = new Map<string, Counts>();
    for (const node of this.order.map((k) => this.nodes[k])) {
      const isProduct = node.join === "product" || node.kind === "product";
      if (node.kind === "none" || (isProduct && node.inputs.some((id) => dropped.has(id)))) {
        dropped.add(node.id);
      } else {
        inputs.set(node.id, this.#counted(node, node.inputs.filter((id) => !dropped.has(id)), inputs));
      }
    }
    const needed = new Set(Array.from(inputs.values(), (counts) => [...counts.keys()]).flat());
    const kept = this.nodes.filter(({ id, kind }) => inputs.has(id) && (kind !== "sum" || needed.has(id)));
    return new Map(kept.map(({ id }) => [id, known(inputs, id)]));
  }

  /**
   * Count how often each source feeds a node; if both are sums, the inputs of a source replace it.
   *
   * Nested sums multiply the counts, which stop at `MAX_COUNT`.
   */
  #counted(node: WiredNode, sources: readonly string[], inputs: ReadonlyMap<string, Counts>): Counts {
    const sums = node.join === "sum" && !node.ordered && node.kind !== "product" && node.kind !== "elementwise";
    const counts = new Map<string, number>();
    for (const id of sources) {
      const { kind, join } = known(this.#byId, id);
      const dissolves = sums && kind === "sum" && join === "sum";
      for (const [source, count] of dissolves ? known(inputs, id) : new Map([[id, 1]])) {
        counts.set(source, Math.min((counts.get(source) ?? 0) + count, MAX_COUNT));
      }
    }
    return counts;
  }

  #labeledEdges(): readonly Edge[] {
    const place = new Map(this.carrying.map((at, k) => [this.nodes[at].id, k]));
    const edges: Edge[] = [];
    this.carrying.forEach((at, target) => {
      const node = this.nodes[at];
      for (const [id, label] of labelsOf(node, known(this.inputs, node.id))) {
        edges.push([target, known(place, id), label]);
      }
    });
    return edges;
  }

  #reachableNodes(): readonly ReachableNode[] {
    const carrying = this.carrying.map((k) => this.nodes[k].id);
    const kept = onPath(new Map(carrying.map((id) => [id, [...known(this.inputs, id).keys()]])), this.kinds);
    const rows: ReachableNode[] = [];
    this.nodes.forEach((node, k) => {
      const sources = kept.get(node.id);
      if (sources) {
        const once = node.join === "sum" && !node.ordered;
        rows.push([k, once ? sources : node.inputs.filter((id) => sources.includes(id))]);
      }
    });
    return rows;
  }
}

/**
 * Return the nodes on an input-output path in order, with those of their inputs that are on such a path.
 *
 * @param inputs - For every id the ids that feed it, in topological order; ids that are not keys are ignored.
 * @param kinds - Kind of every node.
 */
export function onPath(
  inputs: ReadonlyMap<string, readonly string[]>,
  kinds: ReadonlyMap<string, string>,
): ReadonlyMap<string, readonly string[]> {
  const reached = new Set<string>();
  for (const [id, sources] of inputs) {
    if (kinds.get(id) === "input" || sources.some((source) => reached.has(source))) {
      reached.add(id);
    }
  }
  const reaching = new Set<string>();
  for (const [id, sources] of [...inputs].reverse()) {
    if (reached.has(id) && (kinds.get(id) === "output" || reaching.has(id))) {
      [id, ...sources].forEach((source) => reaching.add(source));
    }
  }
  const isKept = (id: string) => reached.has(id) && reaching.has(id);
  const kept = [...inputs].filter(([id]) => isKept(id));
  return new Map(kept.map(([id, sources]) => [id, sources.filter(isKept)]));
}

const cachedWirings = new BoundedCache<Wiring>(MAX_CACHED_WIRINGS);

/** Return the wiring of these nodes; it is cached unless there are more than 64. */
export function wiringOf(nodes: readonly WiredNode[]): Wiring {
  if (nodes.length > MAX_CACHED_NODES) {
    return new Wiring(nodes);
  }
  let key = "";
  for (const { number } of nodes) {
    key += `${number} `;
  }
  return cachedWirings.get(key, () => new Wiring(nodes));
}

const sharedNodes = new BoundedCache<WiredNode>(MAX_SHARED_NODES);
let numbered = 0;

/** Return a node with its number; equal nodes usually have the same number. */
export function wiredNode(node: Omit<WiredNode, "number">): WiredNode {
  const key = JSON.stringify(node);
  const make = () => ({ ...node, number: numbered++ });
  return key.length > MAX_SHARED_TEXT ? make() : sharedNodes.get(key, make);
}

function labelsOf(node: WiredNode, counts: Counts): ReadonlyMap<string, number> {
  if (node.ordered) {
    const ports = new Map<string, number>();
    node.inputs.forEach((source, port) => {
      ports.set(source, (ports.get(source) ?? ORDERED) | (1 << Math.min(port, MAX_ORDERED_PORTS)));
    });
    return new Map(Array.from(counts.keys(), (source) => [source, known(ports, source)]));
  }
  const values = Array.from(counts);
  const total = values.reduce((sum, [, count]) => sum + count, 0);
  const step = total > 1 ? JOINS[node.join] * JOIN_STEP : 0;
  return new Map(values.map(([source, count]) => [source, step + count]));
}

/** Return the value of a key that the map has. */
function known<Value>(values: ReadonlyMap<string, Value>, key: string): Value {
  const value = values.get(key);
  if (value === undefined) {
    throw new Error(`the cell lacks the node ${JSON.stringify(key)}, expected a checked document`);
  }
  return value;
}

function positionsWhere(nodes: readonly WiredNode[], isWanted: (node: WiredNode) => boolean): readonly number[] {
  return nodes.flatMap((node, k) => (isWanted(node) ? [k] : []));
}

/** Whether two lists have the same texts in the same order. */
export function sameTexts(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((text, k) => text === others[k]);
}
