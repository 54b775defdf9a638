/**
 * The rules of the operator kinds, one file per family: output shapes, layers and effects on paths.
 *
 * The functions here apply the rule of an operator's kind: they place and count operators, and return the numbers that
 * describe their effect on a path.
 */

import { InputError, UnknownCostError } from "../errors.js";
import { BoundedCache } from "../graphs/bounded_cache.js";
import { pythonRepr } from "../json/python_text.js";
import type { Operator } from "../schemas/operators.js";
import { RULES as attention } from "./attention.js";
import { RULES as channels } from "./channels.js";
import { RULES as convnext } from "./convnext.js";
import { RULES as convolution } from "./convolution.js";
import { RULES as invertedResidual } from "./inverted_residual.js";
import { RULES as joins } from "./joins.js";
import { total } from "./layers.js";
import { PlaceCache } from "./place_cache.js";
import { RULES as pointwise } from "./pointwise.js";
import { RULES as pooling } from "./pooling.js";
import { Cost, Shape, costAt, whole } from "./quantities.js";
import { RULES as residual } from "./residual.js";
import { Place, rule, sizeOf } from "./rule.js";
import type { Effect, Rule } from "./rule.js";
import { RULES as shufflenet } from "./shufflenet.js";

/** The rules of all kinds of operators. */
export const RULES: ReadonlyMap<string, Rule> = new Map(
  Object.entries({
    other: rule("only its description is known"),
    ...attention,
    ...channels,
    ...convnext,
    ...convolution,
    ...invertedResidual,
    ...joins,
    ...pointwise,
    ...pooling,
    ...residual,
    ...shufflenet,
  }),
);

/** Return the rule of a kind. */
export function ruleOf(kind: string): Rule {
  const found = RULES.get(kind);
  if (found === undefined) {
    throw new InputError(`no rule for operators of kind ${pythonRepr(kind)}, expected a kind of operators.json`);
  }
  return found;
}

/** Cost and output shape of an operator at a place. */
export interface Applied {
  readonly cost: Cost;
  readonly shape: Shape;
}

/**
 * Return the shapes of an operator at its position.
 *
 * Throws `UnknownCostError` if the operator cannot give such a shape, or if the stated resolution differs from the
 * computed one.
 *
 * @param operator - Operator; its attributes `channels` and `stride` apply if `width` is null and `stride` is 1.
 * @param source - Shape of the input.
 * @param width - Output channels; null uses the attribute of the operator, else the channels of the input.
 * @param stride - Stride of both spatial dimensions.
 */
export function placed(operator: Operator, source: Shape, width: number | null, stride = 1): Place {
  const { layers, shape, stride: strideOf } = ruleOf(operator.kind);
  const used = stride === 1 ? whole(operator, "stride", strideOf(operator)) : stride;
  let target = shape(operator, source, width, used);
  const size = sizeOf(operator);
  if (size !== null && typeof layers === "string") {
    target = new Shape(target.channels, ...size); // only the document determines the resolution
  }
  if (size !== null && (size[0] !== target.height || size[1] !== target.width)) {
    throw new UnknownCostError(
      `the operator ${pythonRepr(operator.text)} states the resolution ${size[0]}x${size[1]} but gives ` +
        `${target.height}x${target.width}, expected equal resolutions`,
    );
  }
  return new Place(source, target, used);
}

/** Return the cost and the output shape of an operator; see `placed` for arguments and errors. */
export function applied(operator: Operator, source: Shape, width: number | null, stride = 1): Applied {
  const known = applications.get(operator, source, width, stride);
  if (known) {
    return known;
  }
  const place = placed(operator, source, width, stride);
  const found = { cost: costIn(operator, place), shape: place.target };
  const { channels, positions } = found.shape;
  if (Math.max(found.cost.parameters, found.cost.flops, channels, positions) > LARGEST) {
    throw new UnknownCostError("the network is too large to count, expected numbers up to 10^100");
  }
  applications.set(operator, source, width, stride, found);
  return found;
}

/** Larger counts, of a hostile document, would take long to compute. */
const LARGEST = 1e100;

const applications = new PlaceCache<Applied>(1 << 16);

/**
 * Return the cost of an operator at a place, from its rule or as the document states it.
 *
 * Throws `UnknownCostError` if neither is known, or if the operator cannot be used at this place.
 */
function costIn(operator: Operator, place: Place): Cost {
  const { layers } = ruleOf(operator.kind);
  if (typeof layers !== "string") {
    const found = layers(operator, place);
    return found instanceof Cost ? found : total(found);
  }
  if (!statesCost(operator)) {
    throw new UnknownCostError(
      `nasport cannot count ${pythonRepr(operator.text)} of kind ${pythonRepr(operator.kind)}: ${layers}`,
    );
  }
  const parameters = Math.trunc(operator.attribute("parameters"));
  return costAt(place.target.positions, parameters, Math.trunc(operator.attribute("flops", 0)));
}

/** Whether the cost of an operator is known, from its kind or because the document states it. */
export function isCounted(operator: Operator): boolean {
  return hasLayout(operator) || statesCost(operator);
}

/** Whether nasport knows what operators of this kind compute. */
export function hasLayout(operator: Operator): boolean {
  return typeof ruleOf(operator.kind).layers !== "string";
}

function statesCost(operator: Operator): boolean {
  return operator.value("parameters") !== undefined;
}

const weights = new BoundedCache<number>(4096);

/**
 * Return the parameters of an operator relative to a 1x1 convolution of the same width, such as 9 for a 3x3
 * convolution.
 *
 * The number depends only on kind and attributes, at a nominal width of 64; it is 0 for operators without parameters
 * and for unknown ones.
 */
export function relativeWeight(operator: Operator): number {
  return weights.get(operator.identity, () => {
    const { weight, relative } = ruleOf(operator.kind).effect(operator);
    return relative ?? weight;
  });
}

/** Whether kind and attributes determine `pathAttributes`; otherwise only the description describes the operator. */
export function knowsAttributes(operator: Operator): boolean {
  return operator.kind !== "other";
}

type AttributeOf = (effect: Effect, operator: Operator) => number | boolean;

// Numbers that describe the effect of an operator on a path, which embeddings of descriptions do not contain.
const ATTRIBUTES: Readonly<Record<string, AttributeOf>> = {
  log_weight: ({ weight }) => Math.log1p(weight),
  layer: ({ depth }) => depth > 0,
  depth: ({ depth }) => depth,
  spatial: ({ spatial }) => spatial,
  reach: ({ reach }) => Math.log1p(reach),
  pool: ({ pool }) => pool,
  average: ({ pool }, operator) => pool && operator.word("mode") === "average",
  maximum: ({ pool }, operator) => pool && operator.word("mode") === "max",
  identity: ({ identity }) => identity,
  residual: (effect) => effect.residual,
  input: (_, operator) => operator.kind === "input",
  output: (_, operator) => operator.kind === "output",
};

/** Names of the numbers of `pathAttributes`. */
export const PATH_ATTRIBUTES: readonly string[] = Object.keys(ATTRIBUTES);

const knownAttributes = new BoundedCache<readonly number[]>(4096);

/** Return the numbers `PATH_ATTRIBUTES` of an operator; all are 0 for kind `other`. */
export function pathAttributes(operator: Operator): readonly number[] {
  return knownAttributes.get(operator.identity, () => {
    const effect = ruleOf(operator.kind).effect(operator);
    return Object.values(ATTRIBUTES).map((valueOf) => Number(valueOf(effect, operator)));
  });
}
