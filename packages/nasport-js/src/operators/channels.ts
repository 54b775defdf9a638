/** Operators on channels: a slice, a trained factor per channel, pixel unshuffle. */

import { UnknownCostError } from "../errors.js";
import { pythonRepr } from "../json/python_text.js";
import type { Operator } from "../schemas/operators.js";
import { Scale } from "./layers.js";
import type { Layer } from "./layers.js";
import { whole } from "./quantities.js";
import type { Shape } from "./quantities.js";
import { effect, keepsShape, rule } from "./rule.js";
import type { Place, Rules } from "./rule.js";

function slice(operator: Operator, { source, target, stride }: Place): readonly Layer[] {
  const start = Math.trunc(operator.attribute("start", 0));
  if (start + target.channels > source.channels || stride !== 1) {
    throw new UnknownCostError(
      `the slice takes channels ${start} to ${start + target.channels - 1} of ${source.channels} with stride ` +
        `${stride}, expected existing channels and stride 1`,
    );
  }
  return [];
}

function scale(operator: Operator, place: Place): readonly Layer[] {
  keepsShape(operator, place);
  return [new Scale(place.source)];
}

/** Return the output shape of a pixel unshuffle, which moves positions into channels. */
function gathered(operator: Operator, source: Shape, width: number | null, stride: number): Shape {
  const channels = source.channels * stride * stride;
  const asked = width ?? whole(operator, "channels", channels);
  if (source.height % stride || source.width % stride || asked !== channels) {
    throw new UnknownCostError(
      `the operator ${pythonRepr(operator.text)} by ${stride} turns ${source.height}x${source.width} into ${asked} ` +
        `channels, expected sides that are multiples of ${stride} and ${channels} channels`,
    );
  }
  return source.strided(channels, stride);
}

export const RULES: Rules = {
  channel_slice: rule(slice, { effect: () => effect({ identity: true }) }),
  scale: rule(scale),
  pixel_unshuffle: rule(() => [], { shape: gathered, stride: () => 2 }),
};
