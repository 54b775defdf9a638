/**
 * The ConvNeXt block (Liu et al. 2022): depthwise kxk, layer normalization, a feed-forward network, a factor per
 * channel.
 */

import type { Operator } from "../schemas/operators.js";
import { NOMINAL_WIDTH } from "./convolution.js";
import { hiddenWidth } from "./inverted_residual.js";
import { Conv, LayerNorm, Scale, dense } from "./layers.js";
import type { Layer } from "./layers.js";
import { whole } from "./quantities.js";
import { kernelReach, keepsShape, layered, rule } from "./rule.js";
import type { Effect, Place, Rules } from "./rule.js";

function block(operator: Operator, place: Place): readonly Layer[] {
  keepsShape(operator, place);
  const shape = place.source;
  const kernel = whole(operator, "kernel");
  const hidden = hiddenWidth(operator, shape.channels);
  const depthwise = new Conv(shape, shape, { kernel, groups: shape.channels, norm: false, bias: true });
  const mixing = [dense(shape, hidden), dense(shape.strided(hidden), shape.channels)];
  return [depthwise, new LayerNorm(shape), ...mixing, new Scale(shape)];
}

function mixes(operator: Operator): Effect {
  const kernel = operator.attribute("kernel");
  const weight = 2 * operator.attribute("expansion") + (kernel * kernel) / NOMINAL_WIDTH;
  return layered(weight, 2, { spatial: kernel > 1, reach: kernelReach(operator), residual: true });
}

export const RULES: Rules = { convnext_block: rule(block, { effect: mixes }) };
