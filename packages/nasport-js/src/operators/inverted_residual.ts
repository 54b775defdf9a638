/** Mobile blocks: inverted residuals, fused inverted residuals, and squeeze and excitation, inside a block or alone. */

import { UnknownCostError } from "../errors.js";
import { pythonRepr } from "../json/python_text.js";
import type { Operator } from "../schemas/operators.js";
import { NOMINAL_WIDTH } from "./convolution.js";
import { Conv, SqueezeExcitation } from "./layers.js";
import type { Layer } from "./layers.js";
import { roundHalfEven, shown, whole } from "./quantities.js";
import { keepsShape, layered, ofKernel, rule } from "./rule.js";
import type { Effect, Place, Rules } from "./rule.js";

/** Return the channels between the 1x1 convolutions of a block with `channels` input channels. */
export function hiddenWidth(operator: Operator, channels: number): number {
  const hidden = roundHalfEven(channels * operator.attribute("expansion"));
  if (hidden < 1) {
    throw new UnknownCostError(
      `the operator ${pythonRepr(operator.text)} has ${channels} channels and expansion ` +
        `${shown(operator, "expansion")}, expected at least one hidden channel`,
    );
  }
  return hidden;
}

/**
 * Return the squeeze and excitation of a block, or no layers if it has none.
 *
 * The squeezed channels are `squeeze` times the input channels (EfficientNet, MnasNet) or the expanded channels
 * (MobileNetV3, once-for-all), see `squeeze_of`. The product is rounded down. With `squeeze_multiple`, it is instead
 * rounded to the nearest positive multiple, or up if rounding down would lose more than a tenth.
 *
 * @param operator - Operator of the block.
 * @param channels - Input channels of the block.
 * @param expanded - Channels that the squeeze and excitation reads.
 */
export function squeezed(operator: Operator, channels: number, expanded: number): readonly Layer[] {
  const ratio = operator.attribute("squeeze", 0);
  const multiple = whole(operator, "squeeze_multiple");
  if (ratio === 0) {
    return [];
  }
  const part = ratio * (operator.word("squeeze_of") === "expanded" ? expanded : channels);
  return [new SqueezeExcitation(expanded, multiple === 1 ? Math.max(Math.trunc(part), 1) : toMultiple(part, multiple))];
}

/** Return the nearest positive multiple, or the next one if that loses more than a tenth. */
function toMultiple(part: number, multiple: number): number {
  const nearest = Math.floor(Math.trunc(part + multiple / 2) / multiple) * multiple;
  const width = Math.max(multiple, nearest);
  return width >= 0.9 * part ? width : width + multiple;
}

/**
 * Return the layers of an inverted residual (Sandler et al. 2018).
 *
 * They are a 1x1 convolution to the expanded width, a depthwise convolution, squeeze and excitation, and a 1x1
 * convolution without an activation. The 1x1 convolutions may have groups (FBNet).
 */
function invertedResidual(operator: Operator, { source, target }: Place): readonly Layer[] {
  const groups = whole(operator, "groups");
  const wide = source.strided(hiddenWidth(operator, source.channels));
  const narrow = target.strided(wide.channels);
  // With expansion 1, MobileNetV2 omits the first 1x1 convolution, and FBNet keeps it.
  const expands = operator.word("expand") === "always" || operator.attribute("expansion") !== 1;
  return [
    ...(expands ? [new Conv(source, wide, { groups })] : []),
    new Conv(wide, narrow, { kernel: whole(operator, "kernel"), groups: wide.channels }),
    ...squeezed(operator, source.channels, wide.channels),
    new Conv(narrow, target, { groups }),
  ];
}

/**
 * Return the layers of a fused inverted residual (Tan and Le 2021).
 *
 * They are a kxk convolution to the expanded width and a 1x1 convolution. With expansion 1, a single kxk convolution
 * replaces both.
 */
function fused(operator: Operator, { source, target }: Place): readonly Layer[] {
  const kernel = whole(operator, "kernel");
  if (operator.attribute("expansion") === 1) {
    return [new Conv(source, target, { kernel })];
  }
  const wide = target.strided(hiddenWidth(operator, source.channels));
  return [new Conv(source, wide, { kernel }), new Conv(wide, target)];
}

function alone(operator: Operator, place: Place): readonly Layer[] {
  keepsShape(operator, place);
  return squeezed(operator, place.source.channels, place.source.channels);
}

/** Return the effect of an inverted residual; its depth is 2, because the last 1x1 convolution has no activation. */
function mobile(operator: Operator): Effect {
  const kernel = operator.attribute("kernel");
  const weight = operator.attribute("expansion") * (2 + (kernel * kernel) / NOMINAL_WIDTH);
  return ofKernel(operator, weight, 2, { residual: true });
}

function full(operator: Operator): Effect {
  const kernel = operator.attribute("kernel");
  return ofKernel(operator, operator.attribute("expansion") * (kernel * kernel + 1), 2, { residual: true });
}

export const RULES: Rules = {
  inverted_residual: rule(invertedResidual, { effect: mobile }),
  fused_inverted_residual: rule(fused, { effect: full }),
  // With the usual reduction by 16, its parameters are 1/8 of those of a 1x1 convolution.
  squeeze_excitation: rule(alone, { effect: () => layered(1 / 8, 1, { relative: 4 }) }),
};
