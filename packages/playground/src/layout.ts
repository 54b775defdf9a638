/** Places nodes and edges of a cell in layers, with dagre. */

import { Graph, layout } from "@dagrejs/dagre";
import { operatorName, type CellView, type NodeView } from "./document.js";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedNode extends Point {
  readonly node: NodeView;
  readonly label: string;
  readonly width: number;
  readonly height: number;
}

interface PlacedEdge {
  readonly from: string;
  readonly to: string;
  /** Path for SVG. */
  readonly path: string;
}

export interface Placed {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

export type Direction = "LR" | "TB";

/** Largest number of nodes that are drawn. */
export const MOST_DRAWN = 150;
/** Largest number of layers that all edges together pass, because the time for a layout grows with it. */
const MOST_PASSED = 1_500;

const LONGEST = 22;
const CHARACTER = 7.4;
const PADDING = 30;
const HEIGHT = 46;

/** Whether a cell is small enough for a drawing. */
export function canBeDrawn(cell: CellView): boolean {
  if (cell.nodes.length > MOST_DRAWN) return false;
  const layers = new Map<string, number>();
  let passed = 0;
  for (let round = 0, changed = true; changed && round <= cell.nodes.length; round++) {
    changed = false;
    for (const { id, inputs } of cell.nodes) {
      const layer = 1 + inputs.reduce((most, input) => Math.max(most, layers.get(input) ?? 0), 0);
      if (layer <= (layers.get(id) ?? 0) || layer > MOST_DRAWN) continue;
      layers.set(id, layer);
      changed = true;
    }
  }
  for (const { id, inputs } of cell.nodes) {
    for (const input of inputs) passed += Math.abs((layers.get(id) ?? 0) - (layers.get(input) ?? 0));
  }
  return passed <= MOST_PASSED;
}

/** Place the nodes of a cell; a node that is named twice is drawn once. */
export function placed(cell: CellView, direction: Direction): Placed {
  const graph = new Graph();
  graph.setGraph({
    rankdir: direction,
    nodesep: direction === "LR" ? 26 : 16,
    ranksep: direction === "LR" ? 46 : 38,
    edgesep: 18,
    marginx: 14,
    marginy: 14,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  // dagre keeps names as keys of plain objects, where an id such as `__proto__` has another meaning.
  const nodes = new Map(cell.nodes.filter((node) => node.id).map((node) => [node.id, node]));
  const names = new Map([...nodes.keys()].map((id, place) => [id, `n${place}`]));
  const edges: { from: string; to: string; v: string; w: string }[] = [];
  for (const [id, node] of nodes) {
    const w = names.get(id) ?? "";
    graph.setNode(w, { width: widthOf(node), height: HEIGHT });
    for (const from of new Set(node.inputs)) {
      const v = names.get(from);
      if (v !== undefined && from !== id) edges.push({ from, to: id, v, w });
    }
  }
  for (const { v, w } of edges) graph.setEdge(v, w);
  if (!nodes.size) return { width: 0, height: 0, nodes: [], edges: [] };
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const boxes = new Map(
    [...nodes].map(([id, node]) => [id, { node, label: labelOf(node), ...boxOf(graph.node(names.get(id) ?? "")) }]),
  );
  const paths = edges.flatMap(({ from, to, v, w }) => {
    const [start, end] = [boxes.get(from), boxes.get(to)];
    return start && end
      ? [{ from, to, path: pathOf(start, end, pointsOf(graph.edge(v, w)), [...boxes.values()], direction) }]
      : [];
  });
  return { width, height, nodes: [...boxes.values()], edges: paths };
}

function boxOf(label: unknown): { x: number; y: number; width: number; height: number } {
  const { x = 0, y = 0, width = 0, height = 0 } = label as Partial<Record<"x" | "y" | "width" | "height", number>>;
  return { x, y, width, height };
}

function pointsOf(label: unknown): readonly Point[] {
  return (label as { points?: Point[] }).points ?? [];
}

function widthOf(node: NodeView): number {
  return Math.max(64, Math.max(labelOf(node).length * CHARACTER, node.id.slice(0, LONGEST).length * 6.4) + PADDING);
}

function labelOf(node: NodeView): string {
  return shortened(operatorName(node));
}

/** Shorten a text for a box of the drawing. */
export function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

/**
 * A smooth path from the end of one box to the beginning of another.
 *
 * `points` are those of dagre: the first and the last lie on the boxes, those between lie in layers that the edge passes.
 * The path runs straight through these layers, so that it does not touch their boxes.
 */
function pathOf(
  start: PlacedNode,
  end: PlacedNode,
  points: readonly Point[],
  boxes: readonly PlacedNode[],
  direction: Direction,
): string {
  const isRight = direction === "LR";
  const along = ({ x, y }: Point) => (isRight ? x : y);
  const across = ({ x, y }: Point) => (isRight ? y : x);
  const length = ({ width, height }: PlacedNode) => (isRight ? width : height);
  const stops: [number, number][] = [[along(start) + length(start) / 2, across(start)]];
  for (const point of points.length > 3 ? points.slice(1, -1) : []) {
    const layer = boxes.filter((box) => Math.abs(along(box) - along(point)) < 1);
    const half = Math.max(0, ...layer.map(length)) / 2;
    if (layer.length) stops.push([along(point) - half, across(point)], [along(point) + half, across(point)]);
  }
  stops.push([along(end) - length(end) / 2 - 1, across(end)]);
  const text = (one: number, other: number) =>
    isRight ? `${one.toFixed(1)} ${other.toFixed(1)}` : `${other.toFixed(1)} ${one.toFixed(1)}`;
  let path = "";
  let before: [number, number] | null = null;
  for (const [far, side] of stops) {
    if (!before) path = `M${text(far, side)}`;
    else {
      const middle = (before[0] + far) / 2;
      path += `C${text(middle, before[1])} ${text(middle, side)} ${text(far, side)}`;
    }
    before = [far, side];
  }
  return path;
}

/** Ids of the nodes on a path from an input to an output. */
export function reachableIds(cell: CellView): ReadonlySet<string> {
  const readers = new Map<string, string[]>();
  const live = cell.nodes.filter((node) => node.op !== "none" && node.op !== "zero" && node.op !== "zeroize");
  for (const node of live) for (const id of node.inputs) readers.set(id, [...(readers.get(id) ?? []), node.id]);
  const byId = new Map(live.map((node) => [node.id, node]));
  const ahead = closure(
    live.filter((node) => node.op === "input"),
    (node) => readers.get(node.id) ?? [],
    byId,
  );
  const behind = closure(
    live.filter((node) => node.op === "output"),
    (node) => node.inputs,
    byId,
  );
  return new Set([...ahead].filter((id) => behind.has(id)));
}

function closure(
  starts: readonly NodeView[],
  next: (node: NodeView) => readonly string[],
  byId: ReadonlyMap<string, NodeView>,
): Set<string> {
  const seen = new Set<string>();
  const waiting = [...starts];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (seen.has(node.id)) continue;
    seen.add(node.id);
    for (const id of next(node)) {
      const following = byId.get(id);
      if (following) waiting.push(following);
    }
  }
  return seen;
}
