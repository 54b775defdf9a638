/**
 * Convert documents to graphs.
 *
 * The graph is the disjoint union of the cells that the document uses; every node has a `NodeKind`, which is its
 * operator, role and cell. A document without used cells becomes the chain of its layers. Only nodes of kind `none`,
 * which carry no data, and `sum` nodes that feed only nodes which sum their inputs are removed here; `canonical.ts`
 * removes the other unreachable nodes and orders the remaining ones.
 */

import { pythonDumps } from "../json/python_text.js";
import { fromPlain, type JsonValue } from "../json/values.js";
import type { Architecture, Cell, Node, Skeleton, Stage } from "../schemas/architecture.js";
import { Operator } from "../schemas/operators.js";
import { BoundedCache } from "./bounded_cache.js";
import { cachedByPart, cellGraph, kindOf, withAttributes } from "./cell_graph.js";
import { type NodeKind, nodeKind } from "./node_kind.js";
import { sha256 } from "./sha256.js";
import type { Edge } from "./wiring.js";

export { NodeKind } from "./node_kind.js";

/** Kind of the nodes through which data enters a cell. */
export const INPUT = "input";
/** Kind of the nodes through which data leaves a cell. */
export const OUTPUT = "output";

const SKELETON_DIGEST_BYTES = 16;
const MAX_CACHED_DIGESTS = 256;

/** One document as a graph, in topological order. */
export interface RawGraph {
  /** Kinds of the nodes. */
  readonly kinds: readonly NodeKind[];
  /** Edges, sorted by target; every source is smaller than its target. `wiring.ts` explains the labels. */
  readonly edges: readonly Edge[];
  /** Digest of the skeleton; empty if there is none. */
  readonly skeleton: Uint8Array;
}

/** The cell of a stage. */
interface CellOfStage {
  readonly identity: string;
  /** Whether the output always has the width of the stage, so that the next stage may state the same width. */
  readonly givesItsWidth: boolean;
}

type What = CellOfStage | Operator;

/** A stage and what it repeats: a cell, or an operator with the attributes of the stage. */
type NamedStage = readonly [stage: Stage, what: What];

/** Return the graph of one document: the union of the cells that it uses, or the chain of its layers. */
export function rawGraph(architecture: Architecture): RawGraph {
  const names = cellIdentities(architecture);
  const cells = architecture.usedCells;
  const { kinds, edges } = cells.size ? unionOf(cells, names, architecture) : chainOfLayers(architecture);
  return { kinds, edges, skeleton: digestOfSkeleton(architecture, names) };
}

/** Return the digest of the skeleton: stages, widths, strides, resolution. It is empty if there is no skeleton. */
export function skeletonDigest(architecture: Architecture): Uint8Array {
  return digestOfSkeleton(architecture, cellIdentities(architecture));
}

type Names = ReadonlyMap<string, string>;
type Nodes = Pick<RawGraph, "kinds" | "edges">;

function unionOf(cells: ReadonlyMap<string, Cell>, names: Names, architecture: Architecture): Nodes {
  const kinds: NodeKind[] = [];
  let edges: readonly Edge[] = [];
  for (const [name, cell] of cells) {
    const { operators, wiring } = cellGraph(cell, architecture);
    const start = kinds.length;
    const identity = names.get(name) ?? "";
    for (const place of wiring.carrying) {
      kinds.push(kindOfNode(cell.nodes[place], operators[place], identity, architecture));
    }
    edges = start ? [...edges, ...movedBy(start, wiring.edges)] : wiring.edges;
  }
  return { kinds, edges };
}

function kindOfNode(node: Node, operators: readonly Operator[], cell: string, architecture: Architecture): NodeKind {
  const last = lastKind(node, architecture);
  if (last.kind?.cell !== cell) {
    const kind = kindOf(operators);
    last.kind = nodeKind(operators, kind === INPUT || kind === OUTPUT ? node.role : "", cell);
  }
  return last.kind;
}

/** The last kind of a node; its role and its operators are always the same. */
const lastKind = cachedByPart((_: Node): { kind: NodeKind | null } => ({ kind: null }));

function movedBy(start: number, edges: readonly Edge[]): readonly Edge[] {
  return edges.map(([target, source, label]) => [start + target, start + source, label]);
}

function chainOfLayers(architecture: Architecture): Nodes {
  if (!architecture.skeleton) {
    return { kinds: [], edges: [] };
  }
  const layers = layersOf(architecture.skeleton.stages, architecture).filter((operator) => operator.kind !== "none");
  const chain = [architecture.operator(INPUT), ...layers, architecture.operator(OUTPUT)];
  return {
    kinds: chain.map((operator) => nodeKind([operator], "", "chain")),
    edges: chain.slice(1).map((_, place) => [place + 1, place, 1]),
  };
}

/** Return the operator of every layer of the stages, one for each repeat. */
function layersOf(stages: readonly Stage[], architecture: Architecture): readonly Operator[] {
  return stages.flatMap((stage) => {
    let operator = withAttributes(architecture.operator(stage.op), stage.attributes);
    if (stage.width !== null) {
      operator = operator.withAttributes({ channels: stage.width });
    }
    const first = stage.stride === 1 ? operator : operator.withAttributes({ stride: stage.stride });
    return Array.from({ length: stage.repeats }, (_, repeat) => (repeat ? operator : first));
  });
}

/** Map cell names to identities: role and rule for the channels, numbered by first use if several cells share them. */
function cellIdentities(architecture: Architecture): Names {
  const names = new Map<string, string>();
  for (const [name, cell] of architecture.cells) {
    names.set(name, `${cell.role}/${cell.channels}`);
  }
  if (names.size === 1) {
    return names;
  }
  const seen = new Map<string, number>();
  for (const name of new Set(stagesOf(architecture.skeleton).map((stage) => stage.cell))) {
    const shared = names.get(name);
    if (name && shared !== undefined) {
      const count = (seen.get(shared) ?? 0) + 1;
      seen.set(shared, count);
      names.set(name, count > 1 ? `${shared}/${count}` : shared);
    }
  }
  return names;
}

function stagesOf(skeleton: Skeleton | null): readonly Stage[] {
  return skeleton ? [...skeleton.stem, ...skeleton.stages, ...skeleton.head] : [];
}

const lastDigests = new WeakMap<Skeleton, { whats: readonly What[]; digest: Uint8Array }>();
const cachedDigests = new BoundedCache<Uint8Array>(MAX_CACHED_DIGESTS);

function digestOfSkeleton(architecture: Architecture, names: Names): Uint8Array {
  const { skeleton } = architecture;
  if (!skeleton) {
    return new Uint8Array();
  }
  const whats = stagesOf(skeleton).map((stage) => whatOf(stage, architecture, names));
  const last = lastDigests.get(skeleton);
  if (last?.whats.every((what, k) => what === whats[k] || keyOf(what) === keyOf(whats[k]))) {
    return last.digest;
  }
  const key = JSON.stringify(skeleton) + whats.map(keyOf).join("");
  const digest = cachedDigests.get(key, () => digestOf(skeleton, whats));
  lastDigests.set(skeleton, { whats, digest });
  return digest;
}

function whatOf(stage: Stage, architecture: Architecture, names: Names): What {
  const cell = stage.cell ? architecture.cells.get(stage.cell) : undefined;
  if (!cell) {
    return architecture.operator(stage.op);
  }
  return { identity: names.get(stage.cell) ?? "", givesItsWidth: cellGivesItsWidth(cell, architecture) };
}

/** Return a text that is equal exactly for equal cells or operators. */
function keyOf(what: What): string {
  return what instanceof Operator ? what.identity : `${what.givesItsWidth} ${what.identity.length} ${what.identity}`;
}

/** Whether the output of a cell always has the width of its stage, so that the next stage may state the same width. */
const cellGivesItsWidth = cachedByPart((cell: Cell, architecture): boolean => {
  if (cell.channels !== "same" && cell.channels !== "split") {
    return false;
  }
  const { operators, wiring } = cellGraph(cell, architecture);
  const outputs = wiring.reachable.filter(([place]) => kindOf(operators[place]) === OUTPUT);
  const concats = wiring.reachable.some(([place, inputs]) => cell.nodes[place].join === "concat" && inputs.length > 1);
  return outputs.length <= 1 && (cell.channels === "split" || !concats);
});

/** Return the digest of a skeleton, given the cell or the operator of every stage. */
function digestOf(skeleton: Skeleton, whats: readonly What[]): Uint8Array {
  const stages = stagesOf(skeleton).map((stage, k): NamedStage => {
    const what = whats[k];
    return [stage, what instanceof Operator ? withAttributes(what, stage.attributes) : what];
  });
  const stem = skeleton.stem.length;
  const body = stem + skeleton.stages.length;
  const parts = [stages.slice(0, stem), stages.slice(stem, body), stages.slice(body)].map(folded);
  const text = pythonDumps([parts, skeleton.input, skeleton.classes], { sortKeys: true });
  return sha256(new TextEncoder().encode(text)).subarray(0, SKELETON_DIGEST_BYTES);
}

/** Return the values that identify stages; a stage that continues the previous stage only increases its repeats. */
function folded(stages: readonly NamedStage[]): ReadonlyArray<readonly JsonValue[]> {
  const runs: { first: NamedStage; repeats: number }[] = [];
  for (const following of stages) {
    const run = runs.at(-1);
    if (run && continues(run.first, following)) {
      run.repeats += following[0].repeats;
    } else {
      runs.push({ first: following, repeats: following[0].repeats });
    }
  }
  return runs.map(({ first: [stage, what], repeats }) => [
    what instanceof Operator ? fromPlain(what.toJson()) : [what.identity, []],
    repeats,
    stage.width,
    stage.stride,
    stage.resolution,
  ]);
}

/** Return whether a stage is equivalent to one more repeat of the previous stage. */
function continues([before, earlier]: NamedStage, [stage, what]: NamedStage): boolean {
  if (keyOf(what) !== keyOf(earlier) || stage.stride !== 1) {
    return false;
  }
  const keepsWidth = what instanceof Operator ? what.value("channels") === undefined : what.givesItsWidth;
  const sameResolution = stage.resolution === null || stage.resolution === before.resolution;
  return sameResolution && (stage.width === before.width || (stage.width === null && keepsWidth));
}
