/**
 * Operators that pass, join or move their inputs: inputs and outputs of cells, identities, joins, shuffles, resampling.
 */

import { UnknownCostError } from "../errors.js";
import { pythonRepr } from "../json/python_text.js";
import type { Operator } from "../schemas/operators.js";
import { checkWidth, enlarged, resized } from "./convolution.js";
import { Conv } from "./layers.js";
import type { Layer } from "./layers.js";
import { whole } from "./quantities.js";
import type { Shape } from "./quantities.js";
import { effect, keepsShape, only, rule } from "./rule.js";
import type { Place, Rules } from "./rule.js";

const JOINS: ReadonlySet<string> = new Set(["sum", "concat", "product", "mean"]);

/** Return the join of an operator that is a join itself; empty for all other operators. */
export function joinOf(operator: Operator): string {
  if (operator.kind === "elementwise") {
    return operator.word("operation");
  }
  return JOINS.has(operator.kind) ? operator.kind : "";
}

/** Return a projection if the shape changes, as in NAS-Bench-Macro and TransNAS-Bench-101, else no layers. */
export function projected(_: Operator, place: Place): readonly Layer[] {
  return place.keepsShape ? [] : [new Conv(place.source, place.target)];
}

/** Return the output shape of a pixel shuffle, which moves channels into positions. */
function shuffled(operator: Operator, source: Shape, width: number | null, stride: number): Shape {
  const parts = stride * stride;
  const channels = Math.floor(source.channels / parts);
  const asked = width ?? whole(operator, "channels", channels);
  if (source.channels % parts || asked !== channels) {
    throw new UnknownCostError(
      `the operator ${pythonRepr(operator.text)} by ${stride} turns ${source.channels} into ${asked} channels, ` +
        `expected ${parts} times as many input as output channels`,
    );
  }
  return enlarged(operator, source.withChannels(channels), channels, stride);
}

function upsampled(operator: Operator, place: Place): readonly Layer[] {
  checkWidth(operator, place);
  return [];
}

function channelShuffle(operator: Operator, place: Place): readonly Layer[] {
  const groups = whole(operator, "groups");
  const { channels } = place.source;
  if (channels % groups) {
    throw new UnknownCostError(
      `${groups} groups for ${channels} channels, expected a number of groups that divides the channels`,
    );
  }
  return keepsShape(operator, place);
}

function free(): readonly Layer[] {
  return [];
}

const passes = { effect: () => effect({ identity: true }) };
const JOIN = rule(keepsShape);

export const RULES: Rules = {
  input: rule(projected),
  output: rule(projected),
  none: rule(free),
  identity: rule(projected, passes),
  flatten: rule(free, { ...passes, shape: only((source) => source.flattened()) }),
  reshape: rule("the document does not state its target shape", passes),
  sum: JOIN,
  concat: JOIN,
  product: JOIN,
  mean: JOIN,
  elementwise: JOIN,
  blend: rule("it can be used only in recurrent cells"),
  matrix_product: rule("the document does not state which axes it multiplies"),
  transpose: rule("the document does not state which axes it exchanges"),
  channel_shuffle: rule(channelShuffle),
  upsampling: rule(upsampled, { shape: resized, stride: () => 2 }),
  pixel_shuffle: rule(free, { shape: shuffled, stride: () => 2 }),
};
