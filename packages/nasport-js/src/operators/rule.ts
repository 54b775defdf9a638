/** The rule of a kind of operators: its output shape, its layers or cost, and its effect on paths through a network. */

import { UnknownCostError } from "../errors.js";
import { pythonRepr } from "../json/python_text.js";
import type { Operator } from "../schemas/operators.js";
import type { Layer } from "./layers.js";
import { whole } from "./quantities.js";
import type { Cost, Shape, Sides } from "./quantities.js";

/** The input and output shapes of an operator at its position in a network, and the stride between them. */
export class Place {
  constructor(
    readonly source: Shape,
    readonly target: Shape,
    readonly stride = 1,
  ) {}

  /** Whether the output has the shape of the input, at any resolution. */
  get keepsShape(): boolean {
    return this.stride === 1 && this.source.equals(this.target);
  }
}

/** The effect of an operator on a path through a network. */
export interface Effect {
  /** Parameters relative to a 1x1 convolution of the same width. */
  readonly weight: number;
  /** Number of successive trained layers that mix channels; a depthwise and a 1x1 convolution count as one. */
  readonly depth: number;
  /** Whether trained layers mix positions. */
  readonly spatial: boolean;
  /** Number of positions to each side that an output depends on; 0 for unlimited reach. */
  readonly reach: number;
  /** Whether the input passes unchanged. */
  readonly identity: boolean;
  /** Whether the operator has a shortcut in parallel to its layers. */
  readonly residual: boolean;
  /** Whether the operator is a pooling; its attribute `mode` distinguishes maximum and average. */
  readonly pool: boolean;
  /** Weight for counting relative parameters, if it differs from `weight`. */
  readonly relative: number | null;
}

const NO_EFFECT: Effect = {
  weight: 0,
  depth: 0,
  spatial: false,
  reach: 0,
  identity: false,
  residual: false,
  pool: false,
  relative: null,
};

/** Return an effect; parts that are not given have no effect. */
export function effect(parts: Partial<Effect> = {}): Effect {
  return { ...NO_EFFECT, ...parts };
}

/** Return the effect of a trained layer with a weight and a depth. */
export function layered(weight: number, depth = 1, more: Partial<Effect> = {}): Effect {
  return effect({ weight, depth, ...more });
}

/** Layers of an operator at a place, or its cost if layers do not describe it fully. Throws `UnknownCostError`. */
export type LayersOf = (operator: Operator, place: Place) => readonly Layer[] | Cost;
export type EffectOf = (operator: Operator) => Effect;
/**
 * Output shape from input shape, channels of the stage (null if it has no width) and stride. Throws `UnknownCostError`.
 */
export type ShapeOf = (operator: Operator, source: Shape, width: number | null, stride: number) => Shape;
export type StrideOf = (operator: Operator) => number;

/** The rule of one kind of operators. */
export interface Rule {
  /** Layers or cost at a place, or the reason why neither is known. */
  readonly layers: LayersOf | string;
  readonly effect: EffectOf;
  readonly shape: ShapeOf;
  /** Stride of an operator if neither the document nor the operator states it. */
  readonly stride: StrideOf;
}

/** Rules by kind. */
export type Rules = Readonly<Record<string, Rule>>;

/** Return a rule; by default without effect, with "same" padding and stride 1. */
export function rule(layers: LayersOf | string, more: Partial<Omit<Rule, "layers">> = {}): Rule {
  return { layers, effect: () => NO_EFFECT, shape: samePadding, stride: () => 1, ...more };
}

/**
 * Return the output shape of most operators; its channels are `width`, else the attribute `channels`, else the input's.
 */
export function samePadding(operator: Operator, source: Shape, width: number | null, stride: number): Shape {
  return source.strided(width ?? whole(operator, "channels", source.channels), stride);
}

/** Return the height and width that an operator states for its output; null if it states none. */
export function sizeOf(operator: Operator): Sides | null {
  if (operator.value("resolution") === undefined) {
    return null;
  }
  const height = whole(operator, "resolution");
  return [height, whole(operator, "resolution_width", height)];
}

/** Return a `Rule.shape` for operators whose output shape depends only on the shape of the input. */
export function only(targetOf: (source: Shape) => Shape): ShapeOf {
  return (operator, source, width, stride) => {
    const target = targetOf(source);
    const channels = width ?? whole(operator, "channels", target.channels);
    if (stride !== 1 || channels !== target.channels) {
      throw new UnknownCostError(
        `the operator ${pythonRepr(operator.text)} has ${channels} output channels and stride ${stride}, ` +
          `expected ${target.channels} channels and stride 1`,
      );
    }
    return target;
  };
}

/** Return no layers, for operators that cannot change the shape. Throws `UnknownCostError` if the shape changes. */
export function keepsShape(operator: Operator, place: Place): readonly Layer[] {
  if (!place.keepsShape) {
    throw new UnknownCostError(
      `the operator ${pythonRepr(operator.text)} is used ${changes(place)}, expected one that can change the shape`,
    );
  }
  return [];
}

/** Describe the shapes of input and output for an error message. */
export function changes(place: Place): string {
  const [before, after] = [place.source, place.target].map(
    (shape) => `${shape.channels}x${shape.height}x${shape.width}`,
  );
  return `from ${before} to ${after} with stride ${place.stride}`;
}

/** Return how many positions to each side a dilated kernel reaches; mean of height and width. */
export function kernelReach(operator: Operator): number {
  const [height, width] = kernelSides(operator);
  return (((height + width) / 2 - 1) / 2) * operator.attribute("dilation");
}

/** Return the height and width of a kernel, 1 if they are not stated. */
export function kernelSides(operator: Operator): Sides {
  const height = operator.attribute("kernel");
  return [height, operator.attribute("kernel_width", height)];
}

/** Return the effect of layers with a kernel, which mix positions if it is larger than 1. */
export function ofKernel(operator: Operator, weight: number, depth = 1, more: Partial<Effect> = {}): Effect {
  const spatial = Math.max(...kernelSides(operator)) > 1;
  return layered(weight, depth, { spatial, reach: kernelReach(operator), ...more });
}
