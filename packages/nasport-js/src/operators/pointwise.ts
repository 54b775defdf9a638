/** Operators on single positions: linear layers, activations, normalizations. */

import type { Operator } from "../schemas/operators.js";
import { Conv } from "./layers.js";
import type { Layer } from "./layers.js";
import { normalization } from "./quantities.js";
import type { Cost } from "./quantities.js";
import { keepsShape, layered, rule } from "./rule.js";
import type { Effect, Place, Rules } from "./rule.js";

function linearLayer(operator: Operator, { source, target }: Place): readonly Layer[] {
  return [new Conv(source, target, { norm: false, bias: operator.attribute("bias") === 1 })];
}

function normalized(operator: Operator, place: Place): Cost {
  keepsShape(operator, place);
  return normalization(place.source, operator.attribute("bias") === 1);
}

function oneLayer(): Effect {
  return layered(1);
}

const EMBEDDING = rule("it reads tokens at the start of a recurrent network", { effect: oneLayer });

export const RULES: Rules = {
  linear: rule(linearLayer, { effect: oneLayer }),
  activation: rule(keepsShape),
  normalization: rule(normalized),
  embedding: EMBEDDING,
  tied_embedding: EMBEDDING,
};
