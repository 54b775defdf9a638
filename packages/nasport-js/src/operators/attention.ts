/**
 * Layers of transformers: attention, feed-forward networks, patches, tokens and their positions.
 *
 * Vaswani et al. 2017; Dosovitskiy et al. 2021. A feature map of H by W positions has H W tokens. With a class token it
 * becomes one column of H W + 1 tokens.
 */

import { UnknownCostError } from "../errors.js";
import { pythonRepr } from "../json/python_text.js";
import type { Operator } from "../schemas/operators.js";
import { hiddenWidth } from "./inverted_residual.js";
import { Attention, Conv, dense, total } from "./layers.js";
import type { Layer } from "./layers.js";
import { Shape, costAt, linear, whole } from "./quantities.js";
import type { Cost } from "./quantities.js";
import { Place, changes, keepsShape, layered, only, rule, samePadding } from "./rule.js";
import type { Effect, Rules } from "./rule.js";

/**
 * Return the layers that change the shape of a feature map before attention (PiT, Heo et al. 2021).
 *
 * With a stride, this is a convolution with bias and kernel stride + 1, whose number of groups is the greatest common
 * divisor of both widths. Without a stride, it is a 1x1 convolution without groups.
 */
function shaped(place: Place): readonly Layer[] {
  const { source, target, stride } = place;
  if (place.keepsShape) {
    return [];
  }
  const window =
    stride > 1
      ? { kernel: stride + 1, groups: greatestCommonDivisor(source.channels, target.channels) }
      : { kernel: 1, groups: 1 };
  return [new Conv(source, target, { ...window, norm: false, bias: true })];
}

function selfAttention(operator: Operator, place: Place): readonly Layer[] {
  const { channels } = place.target;
  const heads = whole(operator, "heads");
  const headWidth = operator.attribute("head_width", 0);
  if (!headWidth && channels % heads) {
    throw new UnknownCostError(
      `${heads} heads for ${channels} channels, expected a number of heads that divides the channels`,
    );
  }
  const inner = headWidth ? heads * Math.trunc(headWidth) : channels;
  const keyValueHeads = whole(operator, "key_value_heads", heads);
  if (heads % keyValueHeads) {
    throw new UnknownCostError(
      `${keyValueHeads} heads of keys and values for ${heads} heads, expected a number that divides ${heads}`,
    );
  }
  const bias = operator.attribute("bias");
  const queryBias = operator.attribute("query_bias", bias) === 1;
  return [...shaped(place), new Attention(place.target, { heads, inner, keyValueHeads, bias: bias === 1, queryBias })];
}

/** Return two linear layers with `expansion` times the width of the input between them. */
function feedForward(operator: Operator, place: Place): readonly Layer[] {
  checkStride(operator, place);
  const { source, target } = place;
  const hidden = hiddenWidth(operator, source.channels);
  const bias = operator.attribute("bias") === 1;
  return [dense(source, hidden, bias), dense(source.strided(hidden), target.channels, bias)];
}

function gatedLinearUnit(operator: Operator, place: Place): readonly Layer[] {
  checkStride(operator, place);
  return [dense(place.source, 2 * place.target.channels)];
}

function patchEmbedding(operator: Operator, { source, target }: Place): readonly Layer[] {
  return [new Conv(source, target, { kernel: whole(operator, "kernel"), norm: false, bias: true })];
}

/** Return the output shape of a patch embedding: the number of whole patches, without padding. */
function patched(operator: Operator, source: Shape, width: number | null, stride: number): Shape {
  const kernel = whole(operator, "kernel");
  if (kernel > Math.min(source.height, source.width)) {
    throw new UnknownCostError(
      `the operator ${pythonRepr(operator.text)} has patches of ${kernel}x${kernel} and an input of ` +
        `${source.height}x${source.width}, expected a larger input`,
    );
  }
  const corners = new Shape(source.channels, source.height - kernel + 1, source.width - kernel + 1);
  return samePadding(operator, corners, width, stride);
}

/** Return the cost of a trained vector for every token. */
function positions(operator: Operator, place: Place): Cost {
  keepsShape(operator, place);
  return costAt(place.source.positions, place.source.channels * place.source.positions);
}

function classToken(_: Operator, { source, target }: Place): Cost {
  return costAt(target.positions, source.channels);
}

/**
 * Return the square feature map of all tokens after the class token.
 *
 * Throws `UnknownCostError` if the number of tokens is not a square.
 */
function tokenMap(source: Shape): Shape {
  const side = Math.floor(Math.sqrt(source.positions - 1));
  if (side < 1 || side * side !== source.positions - 1) {
    throw new UnknownCostError(
      `${source.positions} tokens, expected one class token and a square number of others`,
    );
  }
  return new Shape(source.channels, side, side);
}

function pooledTokens(operator: Operator, source: Shape, width: number | null, stride: number): Shape {
  const target = samePadding(operator, tokenMap(source), width, stride);
  return new Shape(target.channels, target.positions + 1, 1);
}

/** Return the cost of a token pooling, in which the class token has a separate linear layer. */
function tokenPooling(_: Operator, { source, target, stride }: Place): Cost {
  const before = tokenMap(source);
  const after = before.strided(target.channels, stride);
  return total(shaped(new Place(before, after, stride))).plus(linear(before.channels, after.channels));
}

function checkStride(operator: Operator, place: Place): void {
  if (place.stride !== 1) {
    throw new UnknownCostError(
      `the operator ${pythonRepr(operator.text)} is used ${changes(place)}, expected stride 1`,
    );
  }
}

function greatestCommonDivisor(some: number, other: number): number {
  return other ? greatestCommonDivisor(other, some % other) : some;
}

function attends(operator: Operator): Effect {
  const heads = operator.attribute("heads");
  return layered(2 + (2 * operator.attribute("key_value_heads", heads)) / heads, 1, { spatial: true });
}

function patches(operator: Operator): Effect {
  const kernel = operator.attribute("kernel");
  return layered(kernel * kernel, 1, { spatial: kernel > 1, reach: (kernel - 1) / 2 });
}

export const RULES: Rules = {
  self_attention: rule(selfAttention, { effect: attends }),
  attention: rule("the layout of this attention is unknown", { effect: attends }),
  feed_forward: rule(feedForward, { effect: (operator) => layered(2 * operator.attribute("expansion"), 2) }),
  gated_linear_unit: rule(gatedLinearUnit, { effect: () => layered(4, 2) }),
  patch_embedding: rule(patchEmbedding, {
    effect: patches,
    shape: patched,
    stride: (operator) => whole(operator, "kernel"),
  }),
  positional_embedding: rule(positions),
  class_token: rule(classToken, { shape: only((source) => new Shape(source.channels, source.positions + 1, 1)) }),
  patch_tokens: rule(() => [], { shape: only(tokenMap) }),
  first_token: rule(() => [], { shape: only((source) => new Shape(source.channels, 1, 1)) }),
  token_pooling: rule(tokenPooling, { effect: () => layered(1, 1, { spatial: true }), shape: pooledTokens }),
};
