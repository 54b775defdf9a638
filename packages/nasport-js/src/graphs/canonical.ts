/**
 * The canonical form of architectures, which predictors score and from which the hash is computed.
 *
 * The canonical form drops the nodes that are not reachable and puts the others into a topological order that depends
 * only on the graph, so isomorphic documents give equal graphs. Colors are refined by the colors of the neighbors
 * (Weisfeiler and Leman) in 64-bit arithmetic, and nodes are sorted by depth and color. Graphs of up to 64 nodes whose
 * nodes still share colors are then ordered by `exact_order.ts`.
 */

import type { Architecture } from "../schemas/architecture.js";
import { BoundedCache } from "./bounded_cache.js";
import { depthsOf, refinedColors } from "./colors.js";
import { INPUT, type NodeKind, OUTPUT, type RawGraph, rawGraph } from "./document_graph.js";
import { exactOrder } from "./exact_order.js";
import { hexadecimal, sha256 } from "./sha256.js";
import { compareNumbers, type Words } from "./uint64.js";
import { type Edge, JOIN_STEP, ORDERED } from "./wiring.js";

const MAX_EXACT_NODES = 64;
// Documents often have the same reachable nodes, in the same order, as one of the last documents.
const MAX_CACHED_GRAPHS = 1024;
const MAX_CACHED_NODES = 64;
const MAX_CACHED_EDGES = 128;
const DIGEST_BYTES = 8;
const LABEL_BYTES = 4;
const HASH_BYTES = 16;

/**
 * Return the canonical form of a graph: only its reachable nodes, in canonical order, with edges sorted by target and
 * source.
 *
 * A graph without an input-output path has no nodes.
 *
 * @param raw - Graph in topological order, from `rawGraph`; it must not contain nodes of kind `none`.
 */
export function canonicalGraph(raw: RawGraph): RawGraph {
  const graph = reachableGraph(raw);
  if (graph.kinds.length > MAX_CACHED_NODES || graph.edges.length > MAX_CACHED_EDGES) {
    return canonicalOrder(graph);
  }
  return cachedGraphs.get(graphKey(graph), () => new CanonicalGraph(canonicalOrder(graph)));
}

/** A canonical graph whose hash is computed once. */
class CanonicalGraph implements RawGraph {
  readonly kinds: readonly NodeKind[];
  readonly edges: readonly Edge[];
  readonly skeleton: Uint8Array;
  #hash = "";

  constructor({ kinds, edges, skeleton }: RawGraph) {
    this.kinds = kinds;
    this.edges = edges;
    this.skeleton = skeleton;
  }

  get hash(): string {
    this.#hash ||= hashOf(this);
    return this.#hash;
  }
}

const cachedGraphs = new BoundedCache<CanonicalGraph>(MAX_CACHED_GRAPHS);

/** Return a text that is equal only for equal graphs; numbers have two characters of 16 bits. */
function graphKey({ kinds, edges, skeleton }: RawGraph): string {
  const codes = [kinds.length, ...skeleton];
  for (let v = 0; v < kinds.length; v++) {
    const { number } = kinds[v];
    codes.push(number & 0xffff, number >>> 16);
  }
  for (let k = 0; k < edges.length; k++) {
    const edge = edges[k];
    codes.push(edge[0], edge[1], edge[2] & 0xffff, edge[2] >>> 16);
  }
  return String.fromCharCode(...codes);
}

function canonicalOrder(reachable: RawGraph): RawGraph {
  const graph = withPlainSingleInputs(reachable);
  const depths = depthsOf(graph);
  const colors = refinedColors(graph, depths);
  const nodes = graph.kinds.map((_, v) => v);
  const order = nodes.sort((v, w) => depths[v] - depths[w] || compareNumbers(colors, v, w));
  const ordered = inOrder(graph, order);
  if (order.length > MAX_EXACT_NODES || !hasTies(ordered, order, colors)) {
    return ordered;
  }
  return inOrder(ordered, exactOrder(kindRanks(ordered), ordered.edges));
}

/**
 * Return a hash of a canonical graph, 128 bits in hexadecimal; isomorphic architectures have equal hashes.
 *
 * The hash depends on the kinds of the nodes, the labels of the edges and the skeleton.
 */
export function graphHash(canonical: RawGraph): string {
  return canonical instanceof CanonicalGraph ? canonical.hash : hashOf(canonical);
}

function hashOf({ kinds, edges, skeleton }: RawGraph): string {
  const size = kinds.length;
  const links = DIGEST_BYTES * size;
  const bytes = new Uint8Array(links + LABEL_BYTES * size * size + skeleton.length);
  for (let v = 0; v < size; v++) {
    bytes.set(kinds[v].digest, DIGEST_BYTES * v);
  }
  const view = new DataView(bytes.buffer);
  for (let k = 0; k < edges.length; k++) {
    const edge = edges[k];
    view.setInt32(links + LABEL_BYTES * (edge[0] * size + edge[1]), edge[2], true);
  }
  bytes.set(skeleton, bytes.length - skeleton.length);
  return hexadecimal(sha256(bytes).subarray(0, HASH_BYTES));
}

/** Return the hash of an architecture, from its canonical graph. */
export function architectureHash(architecture: Architecture): string {
  return graphHash(canonicalGraph(rawGraph(architecture)));
}

/** Return the nodes on a path from an input to an output, with the edges between them. */
function reachableGraph(graph: RawGraph): RawGraph {
  const { kinds, edges } = graph;
  const reached = new Uint8Array(kinds.length);
  const reaching = new Uint8Array(kinds.length);
  for (let v = 0; v < kinds.length; v++) {
    reached[v] = kinds[v].kind === INPUT ? 1 : 0;
    reaching[v] = kinds[v].kind === OUTPUT ? 1 : 0;
  }
  for (let k = 0; k < edges.length; k++) {
    reached[edges[k][0]] |= reached[edges[k][1]];
  }
  for (let k = edges.length - 1; k >= 0; k--) {
    reaching[edges[k][1]] |= reaching[edges[k][0]];
  }
  const kept: number[] = [];
  for (let v = 0; v < kinds.length; v++) {
    if (reached[v] && reaching[v]) {
      kept.push(v);
    }
  }
  return kept.length === kinds.length ? graph : inOrder(graph, kept);
}

/** Return the graph without the join rule in the labels of nodes with a single remaining input. */
function withPlainSingleInputs(graph: RawGraph): RawGraph {
  if (!graph.edges.some(([, , label]) => hasJoin(label))) {
    return graph;
  }
  const inputs = new Array<number>(graph.kinds.length).fill(0);
  for (const [target] of graph.edges) {
    inputs[target] += 1;
  }
  const edges = graph.edges.map((edge): Edge => {
    const [target, source, label] = edge;
    return inputs[target] === 1 && hasJoin(label) ? [target, source, label % JOIN_STEP] : edge;
  });
  return { ...graph, edges };
}

function hasJoin(label: number): boolean {
  return label >= JOIN_STEP && label < ORDERED;
}

/** Return the graph with only the nodes of `order`, in this order. */
function inOrder({ kinds, edges, skeleton }: RawGraph, order: readonly number[]): RawGraph {
  const places = new Int32Array(kinds.length).fill(-1);
  for (let place = 0; place < order.length; place++) {
    places[order[place]] = place;
  }
  const moved: Edge[] = [];
  for (let k = 0; k < edges.length; k++) {
    const edge = edges[k];
    const [target, source] = [places[edge[0]], places[edge[1]]];
    if (target >= 0 && source >= 0) {
      moved.push([target, source, edge[2]]);
    }
  }
  moved.sort((edge, other) => edge[0] - other[0] || edge[1] - other[1]);
  return { kinds: order.map((v) => kinds[v]), edges: moved, skeleton };
}

/** Return whether two nodes share a color but not all sources and targets, so that they are not twins. */
function hasTies(ordered: RawGraph, order: readonly number[], colors: Words): boolean {
  const tied = order.flatMap((v, place) => (place && compareNumbers(colors, v, order[place - 1]) === 0 ? [place] : []));
  if (!tied.length) {
    return false;
  }
  const links: number[][] = order.map(() => []);
  for (const [target, source, label] of ordered.edges) {
    links[target].push(source, label);
    links[source].push(target, label);
  }
  return tied.some((place) => {
    const [own, others] = [links[place], links[place - 1]];
    return own.length !== others.length || own.some((value, k) => value !== others[k]);
  });
}

/** Return the position of every node's digest among the sorted digests of the graph. */
function kindRanks({ kinds }: RawGraph): readonly number[] {
  const digests = kinds.map(({ digest }) => hexadecimal(digest.slice().reverse()));
  const sorted = [...new Set(digests)].sort();
  const ranks = new Map(sorted.map((digest, rank) => [digest, rank]));
  return digests.map((digest) => ranks.get(digest) ?? 0);
}
