/** Inputs of the ONNX graph of a predictor for several graphs of one padded size. */

import type { NodeKind } from "../graphs/document_graph.js";
import type { JoinedGraph, OperatorRows } from "./features.js";
import type { InputArray } from "./runner.js";

/** Operator tables have one of these sizes or a multiple of the largest, so that few sizes of the inputs occur. */
const TABLE_SIZES = [8, 16, 32, 64, 128];

/** A graph and the numbers of its network. */
export interface BatchEntry {
  readonly graph: JoinedGraph;
  readonly globals: Float32Array;
}

/**
 * Return the inputs of B graphs, each padded to N nodes: `operators` (K, F), `index` (B, N), `adjacency` (B, N, N),
 * `mask` (B, N) and `globals` (B, G).
 */
export function batchInputs(
  entries: readonly BatchEntry[],
  size: number,
  rows: OperatorRows,
): Map<string, InputArray> {
  const count = entries.length;
  const index = new Float32Array(count * size);
  const adjacency = new Float32Array(count * size * size);
  const mask = new Float32Array(count * size);
  const width = entries[0].globals.length;
  const globals = new Float32Array(count * width);
  const places = new Map<NodeKind, number>();
  entries.forEach(({ graph, globals: numbers }, b) => {
    graph.kinds.forEach((kind, v) => {
      const place = places.get(kind) ?? places.size;
      places.set(kind, place);
      index[b * size + v] = place;
    });
    mask.fill(1, b * size, b * size + graph.kinds.length);
    for (const [target, source] of graph.links) adjacency[(b * size + target) * size + source] = 1;
    globals.set(numbers, b * width);
  });
  return new Map([
    ["operators", operatorTable([...places.keys()], rows)],
    ["index", { shape: [count, size], data: index }],
    ["adjacency", { shape: [count, size, size], data: adjacency }],
    ["mask", { shape: [count, size], data: mask }],
    ["globals", { shape: [count, width], data: globals }],
  ]);
}

/** Return the rows of node kinds, filled up with zeros. */
function operatorTable(kinds: readonly NodeKind[], rows: OperatorRows): InputArray {
  const largest = TABLE_SIZES[TABLE_SIZES.length - 1];
  const size = TABLE_SIZES.find((other) => kinds.length <= other) ?? Math.ceil(kinds.length / largest) * largest;
  const data = new Float32Array(size * rows.width);
  kinds.forEach((kind, place) => data.set(rows.rowOf(kind), place * rows.width));
  return { shape: [size, rows.width], data };
}
