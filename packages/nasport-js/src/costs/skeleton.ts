/**
 * Place and count all layers of a network, from the input of its skeleton to the last linear layer.
 *
 * A cell of role `chain` is a sequence of layers, such as in the supernet of a search space without cells. Each of its
 * nodes counts like a stage of the skeleton, with the width and stride of its own attributes.
 */

import { UnknownCostError } from "../errors.js";
import { cachedByPart, withAttributes } from "../graphs/cell_graph.js";
import { Cost, Shape, linear } from "../operators/quantities.js";
import type { Levels } from "../operators/quantities.js";
import type { Architecture, Cell, Skeleton, Stage } from "../schemas/architecture.js";
import type { Operator } from "../schemas/operators.js";
import { cellNodes, placeCell } from "./cells.js";
import { cellSteps, counted, within } from "./placing.js";
import type { OrderedNode, PlacedCell } from "./placing.js";
import { recurrentNetwork } from "./recurrent_network.js";

const CHAIN = "chain";
const PARTS = ["stem", "stages", "head"] as const;
const NO_LEVELS: Levels = new Map();

const operatorsOf = cachedByPart((stage: Stage, architecture): readonly Operator[] => [
  withAttributes(architecture.operator(stage.op), stage.attributes),
]);

/** The cost of a whole network. */
export interface NetworkCost {
  /** Cost of all parts; its `levels` are empty. */
  readonly cost: Cost;
  /**
   * Parameters by resolution, in positions; empty if the network does not read images. The resolutions are those of the
   * feature maps after cells and operators of stem and stages, and of those inside `own` cells. A convolution,
   * including one of the head, counts at the resolution of its output if it is one of these, else at that of the cell
   * or operator that contains it.
   */
  readonly levels: Levels;
  /** Number of cells and operators of the stages, counting every repeat; 0 if the network does not read images. */
  readonly layers: number;
  /** Channels of the last stage; if it is an operator without a width, its output channels. */
  readonly width: number;
  /** Positions of the image. */
  readonly positions: number;
}

/** Place of a stage in the skeleton. */
interface StagePlace {
  readonly part: (typeof PARTS)[number];
  readonly index: number;
}

/** A layer of a network, or several equal layers in a row. */
export interface PlacedLayer {
  readonly part: (typeof PARTS)[number];
  /** The placed cell; null for an operator. */
  readonly cell: PlacedCell | null;
  /** Width of the stage. */
  readonly width: number | null;
  /** Cost of one of the layers. */
  readonly cost: Cost;
  /** Shape of its output. */
  readonly target: Shape;
  /** Number of equal layers in a row. */
  readonly times: number;
}

/**
 * Return the cost of the whole network of a document.
 *
 * Throws `UnknownCostError` if the skeleton or the size of the input is missing, or if the cost of a part is unknown.
 *
 * @param architecture - Architecture, whose cells may have no nodes (`reachableArchitecture`).
 * @param even - Whether remaining channels are distributed evenly, see `placeCell`.
 * @param observe - Called for every layer, or for several equal layers in a row.
 */
export function networkCost(
  architecture: Architecture,
  even = false,
  observe: (layer: PlacedLayer) => void = () => {},
): NetworkCost {
  if (architecture.skeleton !== null && architecture.isRecurrent) {
    return { cost: recurrentNetwork(architecture), levels: new Map(), layers: 0, width: 0, positions: 0 };
  }
  const { skeleton, image } = imageOf(architecture);
  const count = new Count(image);
  const walk = new Walk(architecture, skeleton, image, even, (layer) => {
    count.add(layer);
    observe(layer);
  });
  for (const part of PARTS) {
    skeleton[part].forEach((stage, index) => walk.stage(stage, { part, index }));
  }
  return count.network(skeleton.classes);
}

/** Numbers of the layers of a network that have been counted so far. */
class Count {
  private parameters = 0;
  private flops = 0;
  private layers = 0;
  private width: number;
  private last: Shape;
  private readonly levels = new Map<number, number>();
  private readonly resolutions: Set<number>;
  private readonly inHead = new Set<number>();

  constructor(private readonly image: Shape) {
    this.width = image.channels;
    this.last = image;
    this.resolutions = new Set([image.positions]);
  }

  add({ part, cell, width, cost, target, times }: PlacedLayer): void {
    const end = target.positions;
    this.last = target;
    this.parameters += times * cost.parameters;
    this.flops += times * cost.flops;
    if (part === "stages") {
      this.layers += times;
      this.width = width || target.channels;
    }
    const inside = cell?.levels ?? NO_LEVELS;
    if (part !== "head") {
      inside.forEach((_, positions) => this.resolutions.add(positions));
    }
    if (!this.levels.has(end)) {
      if (part === "head") {
        this.inHead.add(end); // the pooling of the head does not add a resolution
      }
      this.levels.set(end, 0);
      this.resolutions.add(end);
    }
    (inside.size ? inside : cost.levels).forEach((number, positions) => {
      const level = this.resolutions.has(positions) ? positions : end;
      this.levels.set(level, (this.levels.get(level) ?? 0) + times * number);
    });
  }

  network(classes: number | null): NetworkCost {
    const { last, layers, width } = this;
    const classifier = classes === null ? new Cost() : linear(last.channels * last.positions, classes);
    const cost = new Cost(this.parameters + classifier.parameters, this.flops + classifier.flops);
    this.inHead.forEach((positions) => this.levels.delete(positions));
    return { cost, levels: this.levels, layers, width, positions: this.image.positions };
  }
}

/** Return the skeleton and the shape of the images that it reads. Throws `UnknownCostError` if it lacks them. */
function imageOf({ skeleton }: Architecture): { skeleton: Skeleton; image: Shape } {
  if (skeleton === null) {
    const problem = "the architecture has no skeleton, expected one that stacks its cells into stages";
    throw new UnknownCostError(problem, { path: ["skeleton"] });
  }
  const sizeOf = (key: string): number => skeleton.input.find(([name]) => name === key)?.[1] ?? 0;
  const missing = ["channels", "height", "width"].filter((key) => sizeOf(key) < 1);
  if (missing.length) {
    const problem = `the input lacks ${missing.join(" and ")}, expected channels, height and width of the image`;
    throw new UnknownCostError(problem, { path: ["skeleton", "input"] });
  }
  return { skeleton, image: new Shape(sizeOf("channels"), sizeOf("height"), sizeOf("width")) };
}

/**
 * A walk through the layers of stem, stages and head in order; its state are the shapes of the last two outputs.
 *
 * Before the first layer, both are the shape of the image. After it, both are its output.
 */
class Walk {
  private older: Shape;
  private newer: Shape;
  private isFirst = true;

  constructor(
    private readonly architecture: Architecture,
    private readonly skeleton: Skeleton,
    image: Shape,
    private readonly even: boolean,
    private readonly visit: (layer: PlacedLayer) => void,
  ) {
    this.older = image;
    this.newer = image;
  }

  /** Visit the layers of all repeats of a stage. Throws the errors of `networkCost`. */
  stage(stage: Stage, place: StagePlace): void {
    const chain = this.chain(stage);
    if (chain === null) {
      this.repeats(stage, place);
    } else {
      for (let repeat = 0; repeat < stage.repeats; repeat++) {
        chain.forEach((step) => this.pass(this.operator(step.operators, null, 1, 1, place)));
      }
    }
    const { height } = this.newer;
    if (stage.resolution !== null && height !== stage.resolution) {
      const stated = `expected ${stage.resolution} as stated; check the strides`;
      const problem = `the resolution is ${height} after this stage, ${stated}`;
      throw new UnknownCostError(problem, { path: ["skeleton", place.part, place.index, "resolution"] });
    }
  }

  private repeats(stage: Stage, place: StagePlace): void {
    const operators = stage.cell ? [] : operatorsOf(stage, this.architecture);
    let stride = stage.stride;
    for (let remaining = stage.repeats; remaining > 0; ) {
      const layer = stage.cell
        ? this.cell(stage, stride, remaining, place)
        : this.operator(operators, stage.width, stride, remaining, place);
      this.pass(layer);
      remaining -= layer.times;
      stride = 1;
    }
  }

  /** Move the walk past a layer, or past several equal layers. */
  private pass(layer: PlacedLayer): void {
    this.visit(layer);
    this.older = this.isFirst || layer.times > 1 ? layer.target : this.newer;
    this.newer = layer.target;
    this.isFirst = false;
  }

  private operator(
    operators: readonly Operator[],
    width: number | null,
    stride: number,
    remaining: number,
    { part, index }: StagePlace,
  ): PlacedLayer {
    const source = this.newer;
    try {
      const { cost, shape } = counted(operators, source, width, stride);
      const times = stride === 1 && source.equals(shape) ? remaining : 1;
      return { part, cell: null, width, cost, target: shape, times };
    } catch (error) {
      throw within(error, "skeleton", part, index, "op");
    }
  }

  private cell(stage: Stage, stride: number, remaining: number, place: StagePlace): PlacedLayer {
    const cell = this.architecture.cells.get(stage.cell);
    if (cell === undefined) {
      throw new Error(`no cell ${JSON.stringify(stage.cell)}, expected a document that was checked when it was read`);
    }
    const read = cell.channels === "stack" ? [this.older, this.newer] : [this.newer];
    const width = stage.width ?? this.newer.channels;
    const placed = this.place(stage.cell, cell, read, width, stride);
    this.checkMaps(placed, stage, place);
    const target = placed.shape;
    return {
      part: place.part,
      cell: placed,
      width: cell.channels === "own" ? target.channels : width,
      cost: placed.cost,
      target,
      times: stride === 1 && read.every((shape) => shape.equals(target)) ? remaining : 1,
    };
  }

  private place(name: string, cell: Cell, read: readonly Shape[], width: number, stride: number): PlacedCell {
    try {
      return placeCell(cellNodes(cell, this.architecture), read, width, stride, this.even);
    } catch (error) {
      throw within(error, "cells", name);
    }
  }

  /** Throw `UnknownCostError` if a layer or classifier reads outputs of several resolutions. */
  private checkMaps({ maps }: PlacedCell, stage: Stage, { part, index }: StagePlace): void {
    const { stages, head, classes } = this.skeleton;
    const isLast = part === "stages" && index === stages.length - 1 && stage.repeats === 1;
    if (maps && !(isLast && !head.length && classes === null)) {
      const found = maps.map((shape) => `${shape.height}x${shape.width}`).join(", ");
      throw new UnknownCostError(
        `the cell has outputs of the resolutions ${found}, expected equal resolutions; only the last cell of a ` +
          "network without head and classes may have several",
        { path: ["skeleton", part, index, "cell"] },
      );
    }
  }

  /** Return the layers of a cell of role `chain`; null if the stage has another cell or the cell is not a sequence. */
  private chain(stage: Stage): readonly OrderedNode[] | null {
    const cell = stage.cell ? this.architecture.cells.get(stage.cell) : undefined;
    if (cell?.role !== CHAIN) {
      return null;
    }
    const steps = cellSteps(cell, this.architecture);
    const isInARow = steps.every(({ node: { inputs } }, k) =>
      k === 0 ? !inputs.length : inputs.length === 1 && inputs[0] === steps[k - 1].node.id,
    );
    const isPlain = stage.width === null && stage.stride === 1;
    return isPlain && isInARow && steps.length ? steps.slice(1, -1) : null;
  }
}
