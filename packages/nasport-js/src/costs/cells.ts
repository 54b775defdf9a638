/** Place the operators of a cell in a network and count them, by the channels rule of the cell. */

import { UnknownCostError } from "../errors.js";
import { cachedByPart, cellGraph } from "../graphs/cell_graph.js";
import { pythonRepr } from "../json/python_text.js";
import { FREE, added, convolution } from "../operators/quantities.js";
import type { Cost, Shape } from "../operators/quantities.js";
import type { Cell, ChannelsRule } from "../schemas/architecture.js";
import { placeOwn } from "./own_cells.js";
import { PROJECTION, cellSteps, countedIn, nodeError, placedCell } from "./placing.js";
import type { OrderedNode, PlacedCell } from "./placing.js";
import { placeSplit } from "./split_cells.js";

/** Roles of the inputs of a `stack` cell: the output of the cell before the last one, and of the last one. */
export const OLDER = "c_{k-2}";
export const NEWER = "c_{k-1}";

// A network has at most 1,000 repeats of cells, and few of them differ in shape.
const MAX_PLACEMENTS = 64;

/** Results of placing one cell by the shapes before it and its width, stride and `even`. */
class Placements {
  private readonly known: { key: readonly Shape[]; width: number; stride: number; even: boolean; placed: PlacedCell }[] = [];

  get(key: readonly Shape[], width: number, stride: number, even: boolean, place: () => PlacedCell): PlacedCell {
    for (const one of this.known) {
      const isSame = one.width === width && one.stride === stride && one.even === even;
      if (isSame && one.key.every((shape, k) => shape.equals(key[k]))) {
        return one.placed;
      }
    }
    const placed = place();
    if (this.known.length === MAX_PLACEMENTS) {
      this.known.length = 0;
    }
    this.known.push({ key, width, stride, even, placed });
    return placed;
  }
}

/** The nodes of a cell, ready to be placed. */
export interface CellNodes {
  /** Nodes in topological order. */
  readonly steps: readonly OrderedNode[];
  /** Inputs of the cell by id. */
  readonly inputs: ReadonlyMap<string, OrderedNode>;
  /** Channels rule of the cell. */
  readonly channels: ChannelsRule;
  /** In a `split` cell the reachable nodes with the nodes that feed them; else empty. */
  readonly paths: ReadonlyMap<string, readonly string[]>;
  /** Results of `placeCell`. */
  readonly placed: Placements;
  /** For `stack` cells, results of `placeNodes`. */
  readonly behindInputs: Placements;
}

/**
 * Return the nodes of a cell after checking that its channels rule allows them.
 *
 * Throws `UnknownCostError` if the channels rule does not allow a node; the path of the error begins in the cell.
 */
export const cellNodes = cachedByPart((cell: Cell, architecture): CellNodes => {
  const steps = cellSteps(cell, architecture);
  checkNodes(cell, steps);
  return {
    steps,
    inputs: inputsOf(steps),
    channels: cell.channels,
    paths: cell.channels === "split" ? cellGraph(cell, architecture).wiring.paths : NO_PATHS,
    placed: new Placements(),
    behindInputs: new Placements(),
  };
});

const NO_PATHS: CellNodes["paths"] = new Map();

function inputsOf(steps: readonly OrderedNode[]): ReadonlyMap<string, OrderedNode> {
  const inputs = new Map<string, OrderedNode>();
  for (const step of steps) {
    if (step.kind === "input") {
      inputs.set(step.node.id, step);
    }
  }
  return inputs;
}

function checkNodes(cell: Cell, steps: readonly OrderedNode[]): void {
  for (const step of cell.channels === "own" ? [] : steps) {
    if (step.node.attributes.some(([name]) => name === "channels")) {
      const problem = "the node states channels, expected none: all nodes of a cell have the width of its stage";
      throw nodeError(step, problem, "attributes");
    }
  }
  if (cell.channels !== "stack" || !steps.length) {
    return;
  }
  steps.forEach(checkStackNode);
  const ends = steps.filter((step) => step.kind === "output").length;
  if (ends !== 1) {
    throw new UnknownCostError(`a DARTS cell has ${ends} outputs, expected one`);
  }
}

function checkStackNode(step: OrderedNode): void {
  const { node, kind } = step;
  if (kind === "input" && node.role !== OLDER && node.role !== NEWER) {
    throw nodeError(step, `the input has role ${pythonRepr(node.role)}, expected ${OLDER} or ${NEWER}`, "role");
  }
  if (kind === "output" && !node.inputs.length) {
    throw nodeError(step, "the output has no inputs, expected nodes to concatenate");
  }
  if (kind !== "output" && node.join === "concat" && node.inputs.length > 1) {
    throw nodeError(step, "the node joins its inputs by concat, expected sum inside a DARTS cell", "join");
  }
}

/**
 * Place one cell in a network.
 *
 * Throws `UnknownCostError` if a cost is unknown, or if shapes do not fit; the path of the error begins in the cell.
 *
 * @param cell - Nodes of the cell.
 * @param features - Shapes of the last two outputs before the cell, the older first; or only of the last one.
 * @param width - Channels of the stage.
 * @param stride - Stride of the nodes that the inputs of the cell feed.
 * @param even - Whether the cost of a `split` cell is independent of the order of the inputs of its output. If the
 *   channels cannot be divided evenly, the cost is then a weighted mean of two costs, rounded to integers: in one, all
 *   nodes have the smaller number of channels; in the other, all have the larger number.
 */
export function placeCell(
  cell: CellNodes,
  features: readonly Shape[],
  width: number,
  stride: number,
  even: boolean,
): PlacedCell {
  return cell.placed.get(features, width, stride, even, () => {
    const source = features[features.length - 1];
    if (!cell.steps.length) {
      return { cost: FREE, shape: source.strided(width, stride) }; // the cell has no reachable nodes
    }
    switch (cell.channels) {
      case "split":
        return placeSplit(cell, source, width, stride, even);
      case "own":
        return placeOwn(cell.steps, source);
      case "stack":
        return placeStack(cell, features, width, stride);
      case "same":
        return placeNodes(cell, source, width, stride);
    }
  });
}

/** Place a `stack` cell, whose inputs are preprocessed: ReLU, 1x1 convolution, batch normalization. */
function placeStack(cell: CellNodes, features: readonly Shape[], width: number, stride: number): PlacedCell {
  const source = features[features.length - 1];
  const entrance = source.strided(width);
  // The repeats of a stage differ only in the preprocessing of their inputs, so the rest of the cell is cached.
  const behind = cell.behindInputs.get([entrance], width, stride, false, () => placeNodes(cell, entrance, width, stride));
  const costs = [behind.cost];
  for (const step of cell.inputs.values()) {
    const before = step.node.role === OLDER ? features[features.length - 2] : source;
    costs.push(convolution(before, entrance, 1));
    // If the cell has half the resolution of its input, the 1x1 convolution consists of two convolutions that read
    // different positions and give half of the channels each (factorized reduction). The cost is the same.
    if (before.positions !== entrance.positions && !before.strided(width, 2).equals(entrance)) {
      const [given, needed] = [before, entrance].map((shape) => `${shape.height}x${shape.width}`);
      const problem = `an input of size ${given} of a cell of size ${needed}, expected equal or double size`;
      throw nodeError(step, problem, "role");
    }
  }
  return { cost: added(costs), shape: behind.shape };
}

/**
 * Place a cell whose nodes all have the width of the stage: a `same` cell, or a `stack` cell after its preprocessing.
 *
 * Unreachable operators count, because the networks of the benchmarks contain them.
 *
 * In a `same` cell (NAS-Bench-201, TransNAS-Bench-101 micro), the nodes that read the input of the cell change the
 * width and apply the stride. If such a node also reads other nodes, a projection brings the input to their shape.
 *
 * In a `stack` cell (DARTS: Liu et al. 2019, appendix; also NDS and NAS-Bench-301), the inputs already have the width,
 * and operators that read only inputs apply the stride. All normalizations have a scale and a shift, as in the networks
 * that are trained and measured.
 */
function placeNodes(cell: CellNodes, entrance: Shape, width: number, stride: number): PlacedCell {
  const stacks = cell.channels === "stack";
  const changes = stride !== 1 || width !== entrance.channels;
  const unfed = stacks || !changes ? entrance : entrance.strided(width, stride);
  const costs: Cost[] = [];
  const shapes: Shape[] = []; // of the results of the steps so far
  const outputs: Shape[] = [];
  for (const step of cell.steps) {
    const { kind, sources } = step;
    if (kind === "input") {
      shapes.push(entrance);
      continue;
    }
    let inputs = sources.map((place) => shapes[place]);
    let enters = step.entering > 0;
    if (stacks) {
      enters &&= kind !== "output" && step.entering >= inputs.length;
    } else if (changes && enters && step.entering < inputs.length) {
      const projection = countedIn(step, PROJECTION, entrance, width, stride);
      inputs = inputs.map((shape, k) => (cell.steps[sources[k]].kind === "input" ? projection.shape : shape));
      for (let added = 0; added < step.entering; added++) {
        costs.push(projection.cost);
      }
      enters = false;
    }
    const source = inputs.length ? joinedShape(step, inputs) : unfed;
    const { cost, shape } = countedIn(step, step.operators, source, width, enters ? stride : 1, !enters);
    costs.push(cost);
    shapes.push(shape);
    if (kind === "output") {
      outputs.push(shape);
    }
  }
  return placedCell(costs, outputs);
}

/** Return the shape of the joined results that a node reads. */
function joinedShape(step: OrderedNode, sources: readonly Shape[]): Shape {
  const [first] = sources;
  if (sources.every((source) => source === first) && (sources.length === 1 || step.node.join !== "concat")) {
    return first;
  }
  if (sources.some((source) => !source.hasSizeOf(first))) {
    throw nodeError(step, "the node joins different resolutions, expected inputs of equal resolution");
  }
  if (step.node.join === "concat") {
    return first.withChannels(sources.reduce((sum, source) => sum + source.channels, 0));
  }
  if (sources.some((source) => source.channels !== first.channels)) {
    const widths = sources.map((source) => source.channels).join(", ");
    throw nodeError(step, `the node joins the widths ${widths}, expected inputs of equal width`);
  }
  return first;
}
