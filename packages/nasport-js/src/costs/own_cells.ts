/**
 * Shapes and costs of `own` cells, whose nodes state their channels and strides.
 *
 * Such a cell can be a whole network, or a block that a single width does not describe. The operator of a node reads
 * its joined inputs, and its attributes determine the output shape. So a cell may have feature maps of several
 * resolutions and several outputs. Outputs of one resolution are concatenated; outputs of several resolutions are
 * allowed only at the end of a network.
 */

import { joinOf } from "../operators/joins.js";
import { Shape, added } from "../operators/quantities.js";
import type { Levels } from "../operators/quantities.js";
import { Placing, nodeError } from "./placing.js";
import type { OrderedNode, PlacedCell } from "./placing.js";

/**
 * Compute the shapes and costs of an `own` cell at one position of a network.
 *
 * Throws `UnknownCostError` if a cost is unknown, or if shapes do not fit; the path of the error begins in the cell.
 *
 * @param steps - Nodes of the cell in topological order.
 * @param entrance - Shape of every input of the cell.
 */
export function placeOwn(steps: readonly OrderedNode[], entrance: Shape): PlacedCell {
  const draft = new Placing();
  const outputs: OrderedNode[] = [];
  for (const step of steps) {
    const { node } = step;
    if (step.kind === "input") {
      draft.shapes.set(node.id, entrance);
      continue;
    }
    const sources = node.inputs.map((id) => draft.shapeOf(id));
    draft.add({ step, source: sources.length ? joinedShape(step, sources) : entrance, width: null });
    if (step.kind === "output") {
      outputs.push(step);
    }
  }
  const ends = outputs.sort((some, other) => some.place - other.place).map(({ node }) => node.id);
  const levels = levelsOf(steps, draft, entrance);
  const maps = ends.map((id) => draft.shapeOf(id));
  if (maps.every((shape) => shape.hasSizeOf(maps[0]))) {
    return { ...draft.cell(ends), levels };
  }
  // The output with the fewest positions represents all of them, independent of their order in the document.
  const [shape] = [...maps].sort(compareShapes);
  return { cost: added(draft.costs), shape, maps, levels };
}

function compareShapes(some: Shape, other: Shape): number {
  return (
    some.positions - other.positions ||
    some.channels - other.channels ||
    some.height - other.height ||
    some.width - other.width
  );
}

/**
 * Return the trainable parameters at each resolution of a cell: a map from numbers of positions to parameters.
 *
 * The resolutions are those of the feature maps that nodes return. A layer inside a node counts at the resolution of
 * its output, or at that of the node if no node returns the former. If the node returns a single position, the layer
 * counts at the resolution of the map that was pooled to this position.
 */
function levelsOf(steps: readonly OrderedNode[], draft: Placing, entrance: Shape): Levels {
  const computed = steps.filter((step) => step.kind !== "input").map((step) => step.node);
  const sizes = computed.map((node) => draft.shapeOf(node.id).positions);
  const levels = new Map(sizes.filter((positions) => positions > 1).map((positions) => [positions, 0]));
  const homes = new Map<string, number>();
  const homeOf = (id: string): number => homes.get(id) ?? entrance.positions;
  computed.forEach((node, k) => {
    const pooled = node.inputs.length ? Math.max(...node.inputs.map(homeOf)) : entrance.positions;
    const home = sizes[k] > 1 ? sizes[k] : pooled;
    homes.set(node.id, home);
    for (const [level, number] of draft.costs[k].levels) {
      const where = levels.has(level) ? level : home;
      levels.set(where, (levels.get(where) ?? 0) + number);
    }
  });
  return levels;
}

/**
 * Return the shape of the joined inputs of a node.
 *
 * Inputs of sums and means must have equal shapes, inputs of concatenations equal resolutions. In a product, an input
 * with a single position is a factor for all positions (squeeze and excitation).
 *
 * Throws `UnknownCostError` if the inputs do not fit; the path of the error begins in the cell.
 */
function joinedShape(step: OrderedNode, inputs: readonly Shape[]): Shape {
  const join = joinOf(step.operators[0]) || step.node.join;
  const widest = inputs.reduce((found, shape) => (shape.positions > found.positions ? shape : found));
  const factor = new Shape(widest.channels, 1, 1);
  const sources = join === "product" ? inputs.map((shape) => (shape.equals(factor) ? widest : shape)) : inputs;
  if (sources.some((shape) => !shape.hasSizeOf(widest))) {
    const found = sources.map((shape) => `${shape.height}x${shape.width}`).join(", ");
    throw nodeError(step, `the node joins the resolutions ${found}, expected inputs of equal resolution`);
  }
  if (join === "concat") {
    return widest.withChannels(sources.reduce((sum, shape) => sum + shape.channels, 0));
  }
  if (sources.some((shape) => shape.channels !== widest.channels)) {
    const widths = sources.map((shape) => shape.channels).join(", ");
    throw nodeError(step, `the node joins the widths ${widths}, expected inputs of equal width`);
  }
  return widest;
}
