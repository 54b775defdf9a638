/** Convolutions: plain, depthwise, separable and dilated (DARTS), rectangular, transposed, and for sequences. */

import { UnknownCostError } from "../errors.js";
import { pythonRepr } from "../json/python_text.js";
import type { Operator } from "../schemas/operators.js";
import { Conv } from "./layers.js";
import type { Layer } from "./layers.js";
import { FREE, Shape, biases, checkStrided, convolution, costAt, whole } from "./quantities.js";
import type { Cost } from "./quantities.js";
import { changes, kernelReach, kernelSides, layered, ofKernel, rule, sizeOf } from "./rule.js";
import type { Effect, Place, Rules } from "./rule.js";
import { kernelOf, paddingOf, windowed } from "./windows.js";

/** Width at which the weight of depthwise convolutions is compared with that of 1x1 convolutions. */
export const NOMINAL_WIDTH = 64;

function plainConvolution(operator: Operator, place: Place): readonly Layer[] {
  let groups = whole(operator, "groups");
  if (operator.kind === "depthwise_convolution") {
    checkWidth(operator, place);
    groups = place.source.channels;
  }
  whole(operator, "dilation");
  return [new Conv(place.source, place.target, { kernel: kernelOf(operator), groups, ...normAndBias(operator) })];
}

/** Return whether a convolution has a normalization and whether it has a bias (default: only the normalization). */
function normAndBias(operator: Operator): { norm: boolean; bias: boolean } {
  return { norm: operator.word("norm") !== "none", bias: operator.attribute("bias", 0) === 1 };
}

/** Throw `UnknownCostError` if the channels change. */
export function checkWidth(operator: Operator, place: Place): void {
  if (place.source.channels !== place.target.channels) {
    throw new UnknownCostError(
      `the operator ${pythonRepr(operator.text)} is used ${changes(place)}, expected equal channels before and ` +
        "after; a stem or a convolution before it changes the channels",
    );
  }
}

/** Return ReLU, a 1xk and a kx1 convolution, each with stride in its direction, and one normalization (DARTS). */
function rectangular(operator: Operator, { source, target }: Place): readonly Layer[] {
  const kernel = whole(operator, "kernel");
  const between = new Shape(target.channels, source.height, target.width);
  return [
    new Conv(source, between, { kernel: [1, kernel], norm: false }),
    new Conv(between, target, { kernel: [kernel, 1] }),
  ];
}

/**
 * Return ReLU, a depthwise and a 1x1 convolution with one normalization, repeated.
 *
 * The first depthwise convolution has the stride, the last 1x1 convolution changes the width.
 */
function separable(operator: Operator, { source, target }: Place): readonly Layer[] {
  const kernel = whole(operator, "kernel");
  whole(operator, "dilation");
  const between = target.strided(source.channels);
  const repeats = whole(operator, "repeats");
  const layers: Layer[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const before = repeat ? between : source;
    layers.push(new Conv(before, between, { kernel, groups: before.channels, norm: false }));
    layers.push(new Conv(between, repeat === repeats - 1 ? target : between));
  }
  return layers;
}

/**
 * Return the cost of a transposed convolution, which is that of a convolution with the positions of the input as
 * output.
 */
function transposed(operator: Operator, { source, target }: Place): Cost {
  const kernel = whole(operator, "kernel");
  const { norm, bias } = normAndBias(operator);
  const before = source.withChannels(target.channels);
  const spread = convolution(source, before, kernel, 1, norm).plus(bias ? biases(before) : FREE);
  return costAt(target.positions, spread.parameters, spread.flops);
}

/** Return the output shape of an operator that multiplies height and width by the stride. */
export function enlarged(operator: Operator, source: Shape, width: number | null, stride: number): Shape {
  const channels = width ?? whole(operator, "channels", source.channels);
  checkStrided(channels, stride);
  return new Shape(channels, source.height * stride, source.width * stride);
}

/** Return the output shape of an operator with a stated resolution, else with height and width times the stride. */
export function resized(operator: Operator, source: Shape, width: number | null, stride: number): Shape {
  const target = enlarged(operator, source, width, stride);
  const size = sizeOf(operator);
  return size === null ? target : new Shape(target.channels, ...size);
}

/**
 * Return the output shape of a transposed convolution.
 *
 * Without stated padding, height and width are those of the input times the stride. With it, they follow from kernel,
 * stride and padding.
 */
function spread(operator: Operator, source: Shape, width: number | null, stride: number): Shape {
  const target = enlarged(operator, source, width, stride);
  const padding = paddingOf(operator);
  if (padding === null) {
    return target;
  }
  const kernel = whole(operator, "kernel");
  const height = (source.height - 1) * stride + kernel - 2 * padding[0];
  const wide = (source.width - 1) * stride + kernel - 2 * padding[1];
  if (Math.min(height, wide) < 1) {
    throw new UnknownCostError(
      `the operator ${pythonRepr(operator.text)} gives ${height}x${wide}, expected less padding`,
    );
  }
  return new Shape(target.channels, height, wide);
}

function thin(operator: Operator): Effect {
  const [height, width] = kernelSides(operator);
  return ofKernel(operator, (height * width) / NOMINAL_WIDTH);
}

function full(operator: Operator): Effect {
  const [height, width] = kernelSides(operator);
  return ofKernel(operator, (height * width) / Math.max(operator.attribute("groups"), 1));
}

function repeated(operator: Operator): Effect {
  const kernel = operator.attribute("kernel");
  const repeats = operator.attribute("repeats");
  const weight = repeats * (1 + (kernel * kernel) / NOMINAL_WIDTH);
  return layered(weight, repeats, { spatial: kernel > 1, reach: kernelReach(operator) * repeats });
}

function pair(operator: Operator): Effect {
  const kernel = operator.attribute("kernel");
  return ofKernel(operator, 2 * kernel, 1, { relative: kernel * kernel });
}

const SEPARABLE = rule(separable, { effect: repeated });

export const RULES: Rules = {
  convolution: rule(plainConvolution, { effect: full, shape: windowed }),
  depthwise_convolution: rule(plainConvolution, { effect: thin, shape: windowed }),
  rectangular_convolution: rule(rectangular, { effect: pair }),
  transposed_convolution: rule(transposed, { effect: full, shape: spread, stride: () => 2 }),
  separable_convolution: SEPARABLE,
  dilated_convolution: SEPARABLE,
  recurrent: rule("it reads sequences, not images", { effect: () => layered(8) }),
  one_dimensional_convolution: rule("it reads sequences, not images", {
    effect: (operator) => ofKernel(operator, operator.attribute("kernel")),
  }),
  lightweight_convolution: rule("it reads sequences and shares its weights", { effect: thin }),
};
