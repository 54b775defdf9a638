/**
 * Shapes of feature maps, and costs of layers: trainable parameters and multiply-accumulates.
 *
 * FLOPs are multiply-accumulates of convolutions and linear layers for one input, as NAS-Bench-Macro counts them: batch
 * normalization, activations, pooling, biases and additions do not count. Counts are exact below 2^53 and rounded
 * above.
 */

import { UnknownCostError } from "../errors.js";
import { pythonFloat, pythonRepr } from "../json/python_text.js";
import type { Operator } from "../schemas/operators.js";

/** The shape of a feature map: its channels, and its height and width in positions. */
export class Shape {
  private cachedKey = "";

  constructor(
    readonly channels: number,
    readonly height: number,
    readonly width: number,
  ) {}

  /** Height times width. */
  get positions(): number {
    return this.height * this.width;
  }

  /** A text that is equal exactly for equal shapes. */
  get key(): string {
    this.cachedKey ||= `${this.channels},${this.height},${this.width}`;
    return this.cachedKey;
  }

  equals(other: Shape): boolean {
    return this.channels === other.channels && this.hasSizeOf(other);
  }

  /** Whether height and width equal those of another shape. */
  hasSizeOf(other: Shape): boolean {
    return this.height === other.height && this.width === other.width;
  }

  /** The same height and width with other channels. */
  withChannels(channels: number): Shape {
    return new Shape(channels, this.height, this.width);
  }

  /** The shape in which every value is a channel of a single position. */
  flattened(): Shape {
    return new Shape(this.channels * this.positions, 1, 1);
  }

  /**
   * The output shape of a layer with "same" padding. Throws `UnknownCostError` if `channels` or `stride` is below 1.
   */
  strided(channels: number, stride = 1): Shape {
    checkStrided(channels, stride);
    return new Shape(channels, Math.ceil(this.height / stride), Math.ceil(this.width / stride));
  }
}

/** Throw `UnknownCostError` if `channels` or `stride` is below 1. */
export function checkStrided(channels: number, stride: number): void {
  if (channels < 1 || stride < 1) {
    throw new UnknownCostError(`${channels} channels and stride ${stride}, expected at least 1 for both`);
  }
}

/** For every resolution, in positions, the trainable parameters of the layers whose output has it. */
export type Levels = ReadonlyMap<number, number>;

const NO_LEVELS: Levels = new Map();

/** The cost of a part of a network: trainable parameters, multiply-accumulates, and parameters by resolution. */
export class Cost {
  constructor(
    readonly parameters = 0,
    readonly flops = 0,
    readonly levels: Levels = NO_LEVELS,
  ) {}

  plus(other: Cost): Cost {
    return added([this, other]);
  }
}

export const FREE = new Cost();

/** Return a cost whose parameters all belong to layers with an output of `positions` positions. */
export function costAt(positions: number, parameters: number, flops = 0): Cost {
  return new Cost(parameters, flops, new Map([[positions, parameters]]));
}

/** Return the sum of costs. */
export function added(costs: Iterable<Cost>): Cost {
  let parameters = 0;
  let flops = 0;
  const levels = new Map<number, number>();
  for (const cost of costs) {
    parameters += cost.parameters;
    flops += cost.flops;
    if (cost.levels.size > 0) {
      cost.levels.forEach((number, positions) => levels.set(positions, (levels.get(positions) ?? 0) + number));
    }
  }
  return new Cost(parameters, flops, levels);
}

/** Return the mean of costs, rounded to whole numbers (halves are rounded up). */
export function mean(costs: readonly Cost[]): Cost {
  const total = added(costs);
  const parts = costs.length;
  const rounded = (number: number): number => Math.floor((number + Math.floor(parts / 2)) / parts);
  const levels = new Map([...total.levels].map(([positions, number]) => [positions, rounded(number)]));
  return new Cost(rounded(total.parameters), rounded(total.flops), levels);
}

/** Height and width of a window. */
export type Sides = readonly [height: number, width: number];

/**
 * Return the cost of a convolution without bias, by default with an affine batch normalization.
 *
 * Throws `UnknownCostError` if `groups` is below 1 or does not divide the channels.
 */
export function convolution(source: Shape, target: Shape, kernel: number | Sides, groups = 1, norm = true): Cost {
  if (groups < 1 || source.channels % groups || target.channels % groups) {
    throw new UnknownCostError(
      `${groups} groups for ${source.channels} input and ${target.channels} output channels, ` +
        "expected a number that divides both",
    );
  }
  const [height, width] = typeof kernel === "number" ? [kernel, kernel] : kernel;
  const weights = height * width * (source.channels / groups) * target.channels;
  return costAt(target.positions, weights + (norm ? 2 * target.channels : 0), weights * target.positions);
}

/**
 * Return an attribute that must be a positive whole number, such as channels, groups or the side of a kernel.
 *
 * Throws `UnknownCostError` if the attribute is below 1 or not a whole number.
 */
export function whole(operator: Operator, attribute: string, fallback = 1): number {
  const number = operator.attribute(attribute, fallback);
  if (number < 1 || !Number.isInteger(number)) {
    throw new UnknownCostError(
      `the operator ${pythonRepr(operator.text)} has ${attribute} ${shown(operator, attribute, fallback)}, ` +
        "expected a whole number of at least 1",
    );
  }
  return number;
}

/** Return a numeric attribute as Python prints it: stated numbers are floats. */
export function shown(operator: Operator, attribute: string, fallback = 1): string {
  const isStated = operator.attributes.some(([name]) => name === attribute);
  const number = operator.attribute(attribute, fallback);
  return isStated ? pythonFloat(number) : String(number);
}

/** Return the cost of a normalization with a scale and, if `bias`, a shift per channel. */
export function normalization(shape: Shape, bias = true): Cost {
  return costAt(shape.positions, (bias ? 2 : 1) * shape.channels);
}

/** Return the cost of one bias per output channel. */
export function biases(shape: Shape): Cost {
  return costAt(shape.positions, shape.channels);
}

/** Return the cost of a linear layer that is applied at `positions` positions. */
export function linear(inputs: number, outputs: number, positions = 1, bias = true): Cost {
  const weights = inputs * outputs;
  return costAt(positions, weights + (bias ? outputs : 0), weights * positions);
}

/** Return the nearest whole number; halves go to the even one, as Python rounds. */
export function roundHalfEven(number: number): number {
  const below = Math.floor(number);
  const rest = number - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}
