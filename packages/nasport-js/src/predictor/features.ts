/**
 * Convert canonical graphs to the arrays that a predictor reads.
 *
 * Nodes of kind `sum` are dissolved, so that both operators of a DARTS node feed the targets of that node. The operator
 * table has one row per distinct node kind, which the ONNX graph gathers for every node.
 */

import { InputError } from "../errors.js";
import type { NodeKind, RawGraph } from "../graphs/document_graph.js";
import { pythonRepr } from "../json/python_text.js";
import { knowsAttributes, PATH_ATTRIBUTES, pathAttributes } from "../operators/index.js";
import { ATTRIBUTE_NAMES, type Operator } from "../schemas/operators.js";

/** Graphs are padded to one of these sizes, which depends only on the graph. */
const SIZES = [8, 16, 32, 64, 128, 256, 512];
/** Components of the embeddings of MiniLM, the encoder of all bundles. */
export const EMBEDDING_WIDTH = 384;
/** Feature that is 1 for operators whose kind and attributes are known. */
export const KNOWS = "knows_attributes";
const EMBEDDING = "embedding";

/** A graph without `sum` nodes. */
export interface JoinedGraph {
  readonly kinds: readonly NodeKind[];
  /** Pairs of target and source. */
  readonly links: readonly (readonly [target: number, source: number])[];
}

/** Return a canonical graph without its `sum` nodes, whose sources feed their targets directly. */
export function withoutJoins({ kinds, edges }: RawGraph): JoinedGraph {
  if (!kinds.some(({ kind }) => kind === "sum")) return { kinds, links: edges.map(([target, source]) => [target, source]) };
  const sources: Set<number>[] = kinds.map(() => new Set());
  // Sources come before their targets, so those of a `sum` node are final when a target reads them.
  for (const [target, source] of [...edges].sort((one, other) => one[0] - other[0])) {
    if (kinds[source].kind !== "sum") sources[target].add(source);
    else for (const further of sources[source]) sources[target].add(further);
  }
  const kept = kinds.flatMap(({ kind }, v) => (kind === "sum" ? [] : [v]));
  const places = new Map(kept.map((v, place) => [v, place]));
  const links = kept.flatMap((v, place) => [...sources[v]].map((u) => [place, places.get(u) ?? 0] as const));
  return { kinds: kept.map((v) => kinds[v]), links };
}

/** Return the size to which a graph of `count` nodes is padded. */
export function paddedSize(count: number): number {
  const largest = SIZES[SIZES.length - 1];
  return SIZES.find((size) => count <= size) ?? Math.ceil(count / largest) * largest;
}

/** The embeddings of descriptions, each of `width` numbers. */
export interface KnownEmbeddings {
  readonly width: number;
  of(text: string): Float32Array;
}

/** The rows of operator tables for one bundle. */
export class OperatorRows {
  /** Numbers of a row. */
  readonly width: number;
  private readonly rows = new WeakMap<NodeKind, Float32Array>();
  private readonly numbers: readonly ((kind: NodeKind) => number)[];

  /**
   * `features` are names from the manifest: `embedding`, attributes of operators or of paths, `knows_attributes`, or the
   * position of the node. Throws `InputError` if this release does not know one.
   */
  constructor(
    private readonly features: readonly string[],
    private readonly embeddings: KnownEmbeddings,
  ) {
    this.numbers = features.map((name) => (name === EMBEDDING ? () => 0 : numberOfKind(name)));
    this.width = features.reduce((sum, name) => sum + (name === EMBEDDING ? embeddings.width : 1), 0);
  }

  /** Return the descriptions of a node whose embeddings its row contains. */
  textsOf(kind: NodeKind): readonly string[] {
    return this.readsTexts(kind) ? kind.operators.map(({ text }) => text) : [];
  }

  /** Return the row of a node kind; the embeddings of `textsOf` must be known. */
  rowOf(kind: NodeKind): Float32Array {
    let row = this.rows.get(kind);
    if (row === undefined) {
      row = this.newRow(kind);
      this.rows.set(kind, row);
    }
    return row;
  }

  private newRow(kind: NodeKind): Float32Array {
    const row = new Float32Array(this.width);
    let place = 0;
    this.features.forEach((name, i) => {
      if (name === EMBEDDING) {
        if (this.readsTexts(kind)) row.set(this.meanEmbedding(kind), place);
        place += this.embeddings.width;
      } else {
        row[place++] = this.numbers[i](kind);
      }
    });
    return row;
  }

  /** Whether a row contains embeddings: not if all attributes are known and the bundle reads them. */
  private readsTexts(kind: NodeKind): boolean {
    return this.features.includes(EMBEDDING) && !(this.features.includes(KNOWS) && kind.operators.every(knowsAttributes));
  }

  /** Return the embedding of a node; that of a mixed node is the mean over its candidates. */
  private meanEmbedding(kind: NodeKind): Float32Array {
    const sum = new Float32Array(this.embeddings.width);
    for (const { text } of kind.operators) {
      this.embeddings.of(text).forEach((value, i) => (sum[i] += value));
    }
    return sum.map((value) => value / kind.operators.length);
  }
}

function numberOfKind(name: string): (kind: NodeKind) => number {
  if (name === "in_reduction") return (kind) => Number(kind.cell.startsWith("reduction"));
  if (name === "in_chain") return (kind) => Number(kind.cell.startsWith("chain"));
  const column = columnOf(name);
  return (kind) => kind.mean(column);
}

function columnOf(name: string): (operator: Operator) => number {
  if (name === KNOWS) return (operator) => Number(knowsAttributes(operator));
  if (ATTRIBUTE_NAMES.some((known) => known === name)) return (operator) => operator.attribute(name, 0);
  const place = PATH_ATTRIBUTES.indexOf(name);
  if (place >= 0) return (operator) => pathAttributes(operator)[place];
  const problem = `the bundle reads the unknown feature ${pythonRepr(name)}`;
  throw new InputError(`${problem}, expected one of this release; update nasport`);
}
