/** The ShuffleNetV2 unit (Ma et al. 2018): two branches that each give half of the channels, and a channel shuffle. */

import { UnknownCostError } from "../errors.js";
import { pythonRepr } from "../json/python_text.js";
import type { Operator } from "../schemas/operators.js";
import { NOMINAL_WIDTH } from "./convolution.js";
import { Conv } from "./layers.js";
import type { Layer } from "./layers.js";
import { whole } from "./quantities.js";
import { kernelReach, layered, rule } from "./rule.js";
import type { Effect, Place, Rules } from "./rule.js";

/**
 * Return the layers of a unit: a main branch (1x1, depthwise, 1x1) and a side branch.
 *
 * If the shape is kept, the main branch reads half of the channels and the other half passes. Otherwise the main branch
 * reads all channels, and the side branch (depthwise, 1x1) reads them too.
 */
function unit(operator: Operator, place: Place): readonly Layer[] {
  const { source, target } = place;
  const kernel = whole(operator, "kernel");
  if (target.channels % 2) {
    throw new UnknownCostError(
      `the operator ${pythonRepr(operator.text)} has ${target.channels} channels, expected an even number`,
    );
  }
  const half = target.channels / 2;
  const wide = source.strided(half);
  const narrow = target.strided(half);
  const between = target.strided(source.channels);
  const side = [new Conv(source, between, { kernel, groups: source.channels }), new Conv(between, narrow)];
  return [
    ...(place.keepsShape ? [] : side),
    new Conv(place.keepsShape ? wide : source, wide),
    new Conv(wide, narrow, { kernel, groups: half }),
    new Conv(narrow, narrow),
  ];
}

/** Return the effect of a unit that keeps the shape. */
function mixes(operator: Operator): Effect {
  const kernel = operator.attribute("kernel");
  const weight = 1 / 2 + (kernel * kernel) / 2 / NOMINAL_WIDTH;
  return layered(weight, 2, { spatial: kernel > 1, reach: kernelReach(operator), residual: true });
}

export const RULES: Rules = { shufflenet_unit: rule(unit, { effect: mixes }) };
