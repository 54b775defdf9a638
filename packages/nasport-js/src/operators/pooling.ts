/** Max and average pooling: over windows, over all positions, or to a stated resolution. */

import { UnknownCostError } from "../errors.js";
import { pythonRepr } from "../json/python_text.js";
import type { Operator } from "../schemas/operators.js";
import { Conv } from "./layers.js";
import type { Layer } from "./layers.js";
import { Shape } from "./quantities.js";
import { effect, kernelReach, only, rule, samePadding, sizeOf } from "./rule.js";
import type { Effect, Place, Rules } from "./rule.js";
import { kernelOf, paddingOf, windowed } from "./windows.js";

/** Return the layers of a pooling: a projection first if the channels change (NAS-Bench-201). */
function pooling(_: Operator, { source, target }: Place): readonly Layer[] {
  return source.channels === target.channels ? [] : [new Conv(source, source.strided(target.channels))];
}

/** Return the output shape: the stated resolution (adaptive pooling), else that of the windows. */
function pooled(operator: Operator, source: Shape, width: number | null, stride: number): Shape {
  const size = sizeOf(operator);
  const padding = paddingOf(operator);
  if (size !== null) {
    if (stride !== 1 || padding !== null) {
      throw new UnknownCostError(
        `the operator ${pythonRepr(operator.text)} states a resolution and a stride or padding, ` +
          "expected only the resolution",
      );
    }
    return new Shape(samePadding(operator, source, width, 1).channels, ...size);
  }
  if (padding !== null) {
    const kernel = kernelOf(operator);
    if (2 * padding[0] > kernel[0] || 2 * padding[1] > kernel[1]) {
      throw new UnknownCostError(
        `the operator ${pythonRepr(operator.text)} has padding (${padding[0]}, ${padding[1]}), ` +
          "expected at most half of its kernel",
      );
    }
  }
  return windowed(operator, source, width, stride);
}

function single(operator: Operator, source: Shape, width: number | null, stride: number): Shape {
  const { channels } = samePadding(operator, source, width, 1);
  return only(() => new Shape(channels, 1, 1))(operator, source, null, stride);
}

function pools(operator: Operator): Effect {
  return effect({ pool: true, reach: kernelReach(operator) });
}

export const RULES: Rules = {
  pooling: rule(pooling, { effect: pools, shape: pooled }),
  global_pooling: rule(pooling, { effect: pools, shape: single }),
};
