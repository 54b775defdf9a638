/**
 * Place `split` cells, which divide the channels of their output among the concatenated nodes (NAS-Bench-101).
 *
 * Ying et al. 2019, section 2: every edge from the input of the cell is a 1x1 projection. The projection of an edge to
 * the output is added to the concatenation. If the channels cannot be divided evenly, the first inputs of the output
 * get one channel more. A node that reads a wider node uses only the first channels of that node. Unreachable nodes are
 * left out.
 */

import { UnknownCostError } from "../errors.js";
import { FREE, mean } from "../operators/quantities.js";
import type { Shape } from "../operators/quantities.js";
import { Operator } from "../schemas/operators.js";
import type { CellNodes } from "./cells.js";
import { PROJECTION, Placing, nodeError } from "./placing.js";
import type { OrderedNode, PlacedCell } from "./placing.js";

const SPLIT_PROJECTION = [new Operator("", "convolution", [["kernel", 1]])];

/** Place a `split` cell; see `placeCell` for arguments and errors. */
export function placeSplit(cell: CellNodes, source: Shape, width: number, stride: number, even: boolean): PlacedCell {
  if (stride !== 1) {
    throw new UnknownCostError(`a cell that splits its channels has stride ${stride}, expected 1`);
  }
  const outputs = cell.steps.filter((step) => step.kind === "output" && cell.paths.has(step.node.id));
  if (outputs.length > 1) {
    throw new UnknownCostError(`a cell that splits its channels has ${outputs.length} outputs, expected one`);
  }
  if (!outputs.length) {
    return { cost: FREE, shape: source.strided(width) };
  }
  const output = outputs[0].node.id;
  const parts = (cell.paths.get(output) ?? []).filter((id) => !cell.inputs.has(id));
  const narrow = Math.floor(width / Math.max(parts.length, 1));
  const wider = width % Math.max(parts.length, 1);
  if (!even) {
    return ofWidths(cell, source, dividedWidths(cell, output, width, parts), output);
  }
  const equal = (channels: number): Map<string, number> =>
    new Map([...cell.paths.keys()].map((id) => [id, id === output ? width : channels]));
  const low = ofWidths(cell, source, equal(narrow), output);
  if (!wider) {
    return low;
  }
  const high = ofWidths(cell, source, equal(narrow + 1), output);
  const costs = [...Array(parts.length - wider).fill(low.cost), ...Array(wider).fill(high.cost)];
  return { ...low, cost: mean(costs) };
}

/** Divide the channels of the output among its inputs `parts`; other nodes are as wide as their widest target. */
function dividedWidths(
  cell: CellNodes,
  output: string,
  width: number,
  parts: readonly string[],
): ReadonlyMap<string, number> {
  const widths = new Map([...cell.paths.keys()].map((id) => [id, id === output ? width : 0]));
  const widthOf = (id: string): number => widths.get(id) ?? 0;
  parts.forEach((id, place) => {
    widths.set(id, Math.floor(width / parts.length) + (place < width % parts.length ? 1 : 0));
  });
  for (const [target, sources] of [...cell.paths].reverse()) {
    for (const id of target === output ? [] : sources) {
      if (!parts.includes(id)) {
        widths.set(id, Math.max(widthOf(id), widthOf(target)));
      }
    }
  }
  return widths;
}

/** A node of a `split` cell with its sources and the shape of its result. */
interface SplitNode {
  readonly step: OrderedNode;
  /** Ids of its sources that are inputs of the cell. */
  readonly entering: readonly string[];
  /** Ids of its other sources. */
  readonly inner: readonly string[];
  readonly shape: Shape;
}

/** Place a `split` cell whose nodes have the given widths. */
function ofWidths(cell: CellNodes, source: Shape, widths: ReadonlyMap<string, number>, output: string): PlacedCell {
  const draft = new Placing();
  for (const step of cell.steps) {
    const sources = cell.paths.get(step.node.id);
    if (step.kind === "input") {
      draft.shapes.set(step.node.id, source);
    } else if (sources !== undefined) {
      const entering = sources.filter((id) => cell.inputs.has(id));
      const inner = sources.filter((id) => !cell.inputs.has(id));
      const node = { step, entering, inner, shape: source.withChannels(widths.get(step.node.id) ?? 0) };
      checkNode(node, step.node.id === output ? "concat" : "sum");
      placeProjections(node, draft, source);
      if (step.node.id === output) {
        placeOutput(node, draft);
      } else {
        placeInner(node, draft);
      }
    }
  }
  return draft.cell([output]);
}

function checkNode({ step, entering, inner, shape }: SplitNode, join: "concat" | "sum"): void {
  if (entering.length + inner.length > 1 && step.node.join !== join) {
    const expected = `expected ${join} in a cell that splits its channels`;
    throw nodeError(step, `the node joins its inputs by ${step.node.join}, ${expected}`, "join");
  }
  if (shape.channels < 1) {
    throw nodeError(step, "the node has no channels, expected a wider stage", "op");
  }
}

/** Place the 1x1 projections of the edges from the inputs of the cell, which have the shape `source`. */
function placeProjections({ step, entering, shape }: SplitNode, draft: Placing, source: Shape): void {
  const projection = { step, operators: SPLIT_PROJECTION, source, width: shape.channels, extra: "projection" };
  entering.forEach(() => draft.add(projection));
}

/** Place the output of the cell; if it also reads projections, the concatenation of its other inputs comes first. */
function placeOutput({ step, entering, inner, shape }: SplitNode, draft: Placing): void {
  if (entering.length && inner.length) {
    draft.add({ step, operators: PROJECTION, source: shape, width: null, extra: "parts" });
  }
  draft.add({ step, source: shape, width: null });
}

function placeInner({ step, shape }: SplitNode, draft: Placing): void {
  draft.add({ step, source: shape, width: shape.channels });
  const after = draft.shapeOf(step.node.id);
  if (!after.equals(shape)) {
    throw nodeError(
      step,
      `the operator changes the resolution from ${shape.height}x${shape.width} to ${after.height}x${after.width}, ` +
        "expected an unchanged resolution in a cell that splits its channels",
      "op",
    );
  }
}
