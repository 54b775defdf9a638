// Every kind of operator has the costs, shapes, messages and effects that the Python package has.
import assert from "node:assert/strict";
import { test } from "node:test";

import { UnknownCostError } from "../dist/errors.js";
import { PATH_ATTRIBUTES, RULES, applied, isCounted, pathAttributes, relativeWeight } from "../dist/operators/index.js";
import { PlaceCache } from "../dist/operators/place_cache.js";
import { Cost, Shape, mean, roundHalfEven } from "../dist/operators/quantities.js";
import { kinds } from "../dist/schemas/kinds.js";
import { Operator, vocabulary } from "../dist/schemas/operators.js";

// Recorded from Python: kind, attributes, input shape, width and stride of the stage; then output shape, parameters, FLOPs,
// parameters by positions, relative weight, and the first ten path attributes rounded to 6 digits.
const COUNTED = [
  ["convolution", { kernel: 3, groups: 4, bias: 1 }, [16, 32, 32], 32, 2,
    [32, 16, 16], 1248, 294912, [[256, 1248]], 2.25, [1.178655, 1, 1, 1, 0.693147, 0, 0, 0, 0, 0]],
  ["convolution", { kernel: 3, kernel_width: 5, padding: 0, padding_width: 2, dilation: 2, norm: "none" }, [8, 17, 9], null, 1,
    [8, 13, 5], 960, 62400, [[65, 960]], 15, [2.772589, 1, 1, 1, 1.386294, 0, 0, 0, 0, 0]],
  ["depthwise_convolution", { kernel: 5 }, [24, 14, 14], null, 2,
    [24, 7, 7], 648, 29400, [[49, 648]], 0.390625, [0.329753, 1, 1, 1, 1.098612, 0, 0, 0, 0, 0]],
  ["rectangular_convolution", { kernel: 7 }, [8, 17, 9], 16, 2,
    [16, 9, 5], 2720, 156800, [[85, 896], [45, 1824]], 49, [2.70805, 1, 1, 1, 1.386294, 0, 0, 0, 0, 0]],
  ["transposed_convolution", { kernel: 3, padding: 1, bias: 1 }, [16, 7, 9], 8, 1,
    [8, 13, 17], 1176, 72576, [[221, 1176]], 9, [2.302585, 1, 1, 1, 0.693147, 0, 0, 0, 0, 0]],
  ["separable_convolution", { kernel: 3, repeats: 2 }, [16, 16, 16], 32, 2,
    [32, 8, 8], 1152, 67584, [[64, 1152]], 2.28125, [1.188224, 1, 2, 1, 1.098612, 0, 0, 0, 0, 0]],
  ["dilated_convolution", { kernel: 5 }, [16, 16, 16], null, 1,
    [16, 16, 16], 688, 167936, [[256, 688]], 1.390625, [0.871555, 1, 1, 1, 1.609438, 0, 0, 0, 0, 0]],
  ["inverted_residual", { kernel: 5, expansion: 6, squeeze: 0.25 }, [24, 14, 14], 32, 2,
    [32, 7, 7], 14182, 1081296, [[196, 3744], [49, 8560], [1, 1878]], 14.34375, [2.730708, 1, 2, 1, 1.098612, 0, 0, 0, 0, 1]],
  ["inverted_residual", { kernel: 3, expansion: 4.5, squeeze: 0.25, squeeze_of: "expanded", squeeze_multiple: 8 }, [17, 14, 14], null, 1,
    [17, 14, 14], 7354, 644176, [[196, 3606], [1, 3748]], 9.6328125, [2.363945, 1, 2, 1, 0.693147, 0, 0, 0, 0, 1]],
  ["inverted_residual", { kernel: 3, expansion: 1, expand: "always", groups: 2 }, [16, 14, 14], null, 1,
    [16, 14, 14], 496, 78400, [[196, 496]], 2.140625, [1.144422, 1, 2, 1, 0.693147, 0, 0, 0, 0, 1]],
  ["fused_inverted_residual", { kernel: 3, expansion: 4 }, [24, 16, 16], 48, 2,
    [48, 8, 8], 25632, 1622016, [[64, 25632]], 40, [3.713572, 1, 2, 1, 0.693147, 0, 0, 0, 0, 1]],
  ["fused_inverted_residual", { kernel: 3, expansion: 1 }, [24, 16, 16], null, 1,
    [24, 16, 16], 5232, 1327104, [[256, 5232]], 10, [2.397895, 1, 2, 1, 0.693147, 0, 0, 0, 0, 1]],
  ["squeeze_excitation", { squeeze: 0.1 }, [24, 7, 7], null, 1,
    [24, 7, 7], 122, 96, [[1, 122]], 4, [0.117783, 1, 1, 0, 0, 0, 0, 0, 0, 0]],
  ["basic_block", { kernel: 3 }, [16, 32, 32], 32, 2,
    [32, 16, 16], 14528, 3670016, [[256, 14528]], 18, [2.944439, 1, 2, 1, 0.693147, 0, 0, 0, 0, 1]],
  ["bottleneck", { kernel: 3, groups: 4, squeeze: 0.25 }, [64, 16, 16], 128, 2,
    [128, 8, 8], 18352, 1459200, [[256, 2112], [64, 15168], [1, 1072]], 18, [0.495077, 1, 3, 1, 0.693147, 0, 0, 0, 0, 1]],
  ["plain_block", { kernel: 3 }, [16, 32, 32], 32, 2,
    [32, 16, 16], 13952, 3538944, [[256, 13952]], 18, [2.944439, 1, 2, 1, 0.693147, 0, 0, 0, 0, 0]],
  ["pooled_shortcut_block", { kernel: 3, stride: 2 }, [16, 32, 32], 32, 1,
    [32, 16, 16], 14464, 3670016, [[256, 14464]], 18, [2.944439, 1, 2, 1, 0.693147, 0, 0, 0, 0, 1]],
  ["convnext_block", { kernel: 7 }, [24, 14, 14], null, 1,
    [24, 14, 14], 6000, 1133664, [[196, 6000]], 8.765625, [2.278869, 1, 2, 1, 1.386294, 0, 0, 0, 0, 1]],
  ["shufflenet_unit", { kernel: 3 }, [24, 14, 14], 48, 2,
    [48, 7, 7], 2400, 190512, [[196, 624], [49, 1776]], 0.5703125, [0.451275, 1, 2, 1, 0.693147, 0, 0, 0, 0, 1]],
  ["shufflenet_unit", { kernel: 3 }, [24, 14, 14], null, 1,
    [24, 14, 14], 468, 77616, [[196, 468]], 0.5703125, [0.451275, 1, 2, 1, 0.693147, 0, 0, 0, 0, 1]],
  ["pooling", { kernel: 3, mode: "max", padding: 1, ceil: 1, stride: 2 }, [16, 16, 16], null, 1,
    [16, 9, 9], 0, 0, [], 0, [0, 0, 0, 0, 0.693147, 1, 0, 1, 0, 0]],
  ["pooling", { kernel: 2, mode: "average", resolution: 5, resolution_width: 3 }, [16, 17, 9], 24, 1,
    [24, 5, 3], 432, 58752, [[153, 432]], 0, [0, 0, 0, 0, 0.405465, 1, 1, 0, 0, 0]],
  ["global_pooling", { mode: "average" }, [64, 7, 7], null, 1,
    [64, 1, 1], 0, 0, [], 0, [0, 0, 0, 0, 0, 1, 1, 0, 0, 0]],
  ["linear", {}, [64, 1, 1], 10, 1,
    [10, 1, 1], 650, 640, [[1, 650]], 1, [0.693147, 1, 1, 0, 0, 0, 0, 0, 0, 0]],
  ["activation", { activation: "gelu" }, [64, 7, 7], null, 1,
    [64, 7, 7], 0, 0, [], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["normalization", { norm: "layer", bias: 0 }, [64, 7, 7], null, 1,
    [64, 7, 7], 64, 0, [[49, 64]], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["self_attention", { heads: 4, key_value_heads: 2, query_bias: 0 }, [16, 14, 14], null, 1,
    [16, 14, 14], 784, 1379840, [[196, 784]], 3, [1.386294, 1, 1, 1, 0, 0, 0, 0, 0, 0]],
  ["self_attention", { heads: 2, head_width: 5 }, [16, 14, 14], 24, 2,
    [24, 7, 7], 1470, 116228, [[49, 1470]], 4, [1.609438, 1, 1, 1, 0, 0, 0, 0, 0, 0]],
  ["feed_forward", { expansion: 3 }, [16, 14, 14], 24, 1,
    [24, 14, 14], 1992, 376320, [[196, 1992]], 6, [1.94591, 1, 2, 0, 0, 0, 0, 0, 0, 0]],
  ["gated_linear_unit", {}, [16, 14, 14], 24, 1,
    [24, 14, 14], 816, 150528, [[196, 816]], 4, [1.609438, 1, 2, 0, 0, 0, 0, 0, 0, 0]],
  ["patch_embedding", { kernel: 16 }, [3, 224, 224], 192, 1,
    [192, 14, 14], 147648, 28901376, [[196, 147648]], 256, [5.549076, 1, 1, 1, 2.140066, 0, 0, 0, 0, 0]],
  ["positional_embedding", {}, [16, 14, 14], null, 1,
    [16, 14, 14], 3136, 0, [[196, 3136]], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["class_token", {}, [16, 14, 14], null, 1,
    [16, 197, 1], 16, 0, [[197, 16]], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["first_token", {}, [16, 197, 1], null, 1,
    [16, 1, 1], 0, 0, [], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["patch_tokens", {}, [16, 197, 1], null, 1,
    [16, 14, 14], 0, 0, [], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["token_pooling", {}, [16, 197, 1], 32, 2,
    [32, 50, 1], 864, 14624, [[49, 320], [1, 544]], 1, [0.693147, 1, 1, 1, 0, 0, 0, 0, 0, 0]],
  ["channel_slice", { start: 4, channels: 8 }, [16, 7, 7], null, 1,
    [8, 7, 7], 0, 0, [], 0, [0, 0, 0, 0, 0, 0, 0, 0, 1, 0]],
  ["scale", {}, [16, 7, 7], null, 1,
    [16, 7, 7], 16, 0, [[49, 16]], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["pixel_unshuffle", {}, [4, 8, 6], null, 1,
    [16, 4, 3], 0, 0, [], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["pixel_shuffle", {}, [16, 8, 6], null, 1,
    [4, 16, 12], 0, 0, [], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["upsampling", { mode: "nearest", stride: 3 }, [16, 8, 6], null, 1,
    [16, 24, 18], 0, 0, [], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["channel_shuffle", { groups: 4 }, [16, 7, 7], null, 1,
    [16, 7, 7], 0, 0, [], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["input", {}, [16, 8, 8], 24, 1,
    [24, 8, 8], 432, 24576, [[64, 432]], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["output", {}, [16, 8, 8], null, 1,
    [16, 8, 8], 0, 0, [], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["none", {}, [16, 8, 8], 24, 2,
    [24, 4, 4], 0, 0, [], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["identity", {}, [16, 9, 9], 24, 2,
    [24, 5, 5], 432, 9600, [[25, 432]], 0, [0, 0, 0, 0, 0, 0, 0, 0, 1, 0]],
  ["flatten", {}, [16, 7, 7], null, 1,
    [784, 1, 1], 0, 0, [], 0, [0, 0, 0, 0, 0, 0, 0, 0, 1, 0]],
  ["sum", {}, [16, 7, 7], null, 1,
    [16, 7, 7], 0, 0, [], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["concat", {}, [16, 7, 7], null, 1,
    [16, 7, 7], 0, 0, [], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["product", {}, [16, 7, 7], null, 1,
    [16, 7, 7], 0, 0, [], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["mean", {}, [16, 7, 7], null, 1,
    [16, 7, 7], 0, 0, [], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["elementwise", { operation: "maximum" }, [16, 7, 7], null, 1,
    [16, 7, 7], 0, 0, [], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["block", { kernel: 3, parameters: 100, flops: 2000, channels: 8, resolution: 4 }, [16, 7, 7], null, 1,
    [8, 4, 4], 100, 2000, [[16, 100]], 18, [2.944439, 1, 2, 1, 0.693147, 0, 0, 0, 0, 0]],
  ["reshape", { parameters: 0 }, [16, 7, 7], null, 1,
    [16, 7, 7], 0, 0, [[49, 0]], 0, [0, 0, 0, 0, 0, 0, 0, 0, 1, 0]],
  ["matrix_product", { parameters: 0, flops: 7 }, [16, 7, 7], null, 1,
    [16, 7, 7], 0, 7, [[49, 0]], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["blend", { parameters: 5 }, [16, 7, 7], null, 1,
    [16, 7, 7], 5, 0, [[49, 5]], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["transpose", { parameters: 0 }, [16, 7, 7], null, 1,
    [16, 7, 7], 0, 0, [[49, 0]], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["embedding", { parameters: 5 }, [16, 7, 7], null, 1,
    [16, 7, 7], 5, 0, [[49, 5]], 1, [0.693147, 1, 1, 0, 0, 0, 0, 0, 0, 0]],
  ["tied_embedding", { parameters: 5 }, [16, 7, 7], null, 1,
    [16, 7, 7], 5, 0, [[49, 5]], 1, [0.693147, 1, 1, 0, 0, 0, 0, 0, 0, 0]],
  ["recurrent", { parameters: 5 }, [16, 7, 7], null, 1,
    [16, 7, 7], 5, 0, [[49, 5]], 8, [2.197225, 1, 1, 0, 0, 0, 0, 0, 0, 0]],
  ["attention", { heads: 2, parameters: 5 }, [16, 7, 7], null, 1,
    [16, 7, 7], 5, 0, [[49, 5]], 4, [1.609438, 1, 1, 1, 0, 0, 0, 0, 0, 0]],
  ["one_dimensional_convolution", { kernel: 3, parameters: 5 }, [16, 7, 7], null, 1,
    [16, 7, 7], 5, 0, [[49, 5]], 3, [1.386294, 1, 1, 1, 0.693147, 0, 0, 0, 0, 0]],
  ["lightweight_convolution", { kernel: 5, parameters: 5 }, [16, 7, 7], null, 1,
    [16, 7, 7], 5, 0, [[49, 5]], 0.390625, [0.329753, 1, 1, 1, 1.098612, 0, 0, 0, 0, 0]],
  ["other", { parameters: 5, stride: 2 }, [16, 7, 7], null, 1,
    [16, 4, 4], 5, 0, [[16, 5]], 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
];

// Recorded from Python: kind, attributes, input shape, width and stride of the stage; then the message.
const UNCOUNTED = [
  ["convolution", { kernel: 3, groups: 3 }, [16, 8, 8], null, 1,
    "3 groups for 16 input and 16 output channels, expected a number that divides both"],
  ["depthwise_convolution", { kernel: 3 }, [16, 8, 8], 32, 1,
    "the operator NAME is used from 16x8x8 to 32x8x8 with stride 1, expected equal channels before and after; a stem or a convolution before it changes the channels"],
  ["convolution", { kernel: 5, padding: 1 }, [16, 2, 8], null, 1,
    "the window of the operator NAME has 5 positions, but its input has 2 with padding 1, expected a window that fits"],
  ["pooling", { kernel: 2, mode: "max", padding: 2 }, [16, 8, 8], null, 1,
    "the operator NAME has padding (2, 2), expected at most half of its kernel"],
  ["pooling", { kernel: 2, mode: "max", padding: 1, stride: 2, resolution: 4 }, [16, 8, 8], null, 1,
    "the operator NAME states a resolution and a stride or padding, expected only the resolution"],
  ["pooling", { kernel: 2, mode: "max", resolution: 4 }, [16, 8, 8], null, 2,
    "the operator NAME states a resolution and a stride or padding, expected only the resolution"],
  ["convolution", { kernel: 3, resolution: 5, resolution_width: 6 }, [16, 8, 8], null, 1,
    "the operator NAME states the resolution 5x6 but gives 8x8, expected equal resolutions"],
  ["activation", { activation: "relu" }, [16, 8, 8], 32, 2,
    "the operator NAME is used from 16x8x8 to 32x4x4 with stride 2, expected one that can change the shape"],
  ["bottleneck", { kernel: 3, expansion: 0.01 }, [16, 8, 8], null, 1,
    "the operator NAME has 16 channels and expansion 0.01, expected at least one hidden channel"],
  ["shufflenet_unit", { kernel: 3 }, [15, 8, 8], null, 1,
    "the operator NAME has 15 channels, expected an even number"],
  ["self_attention", { heads: 3 }, [16, 8, 8], null, 1,
    "3 heads for 16 channels, expected a number of heads that divides the channels"],
  ["self_attention", { heads: 4, key_value_heads: 3 }, [16, 8, 8], null, 1,
    "3 heads of keys and values for 4 heads, expected a number that divides 4"],
  ["feed_forward", { expansion: 2 }, [16, 8, 8], null, 2,
    "the operator NAME is used from 16x8x8 to 16x4x4 with stride 2, expected stride 1"],
  ["patch_embedding", { kernel: 16 }, [16, 8, 8], null, 1,
    "the operator NAME has patches of 16x16 and an input of 8x8, expected a larger input"],
  ["class_token", {}, [16, 8, 8], 32, 1,
    "the operator NAME has 32 output channels and stride 1, expected 16 channels and stride 1"],
  ["patch_tokens", {}, [16, 8, 1], null, 1,
    "8 tokens, expected one class token and a square number of others"],
  ["channel_slice", { start: 4, channels: 16 }, [16, 8, 8], null, 1,
    "the slice takes channels 4 to 19 of 16 with stride 1, expected existing channels and stride 1"],
  ["pixel_unshuffle", {}, [4, 7, 6], null, 1,
    "the operator NAME by 2 turns 7x6 into 16 channels, expected sides that are multiples of 2 and 16 channels"],
  ["pixel_shuffle", {}, [15, 7, 6], null, 1,
    "the operator NAME by 2 turns 15 into 3 channels, expected 4 times as many input as output channels"],
  ["pixel_shuffle", { stride: 4 }, [15, 7, 6], null, 1,
    "the operator NAME has channels 0, expected a whole number of at least 1"],
  ["channel_shuffle", { groups: 3 }, [16, 7, 7], null, 1,
    "3 groups for 16 channels, expected a number of groups that divides the channels"],
  ["upsampling", { mode: "nearest" }, [16, 7, 7], 32, 1,
    "the operator NAME is used from 16x7x7 to 32x14x14 with stride 2, expected equal channels before and after; a stem or a convolution before it changes the channels"],
  ["linear", {}, [16, 7, 7], 0, 1,
    "0 channels and stride 1, expected at least 1 for both"],
  ["attention", {}, [16, 7, 7], null, 1,
    "nasport cannot count NAME of kind 'attention': the layout of this attention is unknown"],
  ["recurrent", {}, [16, 7, 7], null, 1,
    "nasport cannot count NAME of kind 'recurrent': it reads sequences, not images"],
  ["other", {}, [16, 7, 7], null, 1,
    "nasport cannot count NAME of kind 'other': only its description is known"],
];

const operatorOf = (kind, attributes) => Operator.fromJson({ text: "T's", kind, ...attributes });

for (const [kind, attributes, source, width, stride, shape, parameters, flops, levels, relative, path] of COUNTED) {
  test(`${kind} ${JSON.stringify(attributes)} counts as in Python`, () => {
    const operator = operatorOf(kind, attributes);
    const found = applied(operator, new Shape(...source), width, stride);
    assert.deepEqual([found.shape.channels, found.shape.height, found.shape.width], shape);
    assert.deepEqual([found.cost.parameters, found.cost.flops], [parameters, flops]);
    assert.deepEqual([...found.cost.levels].sort(([some], [other]) => other - some), levels);
    assert.equal(relativeWeight(operator), relative);
    const rounded = pathAttributes(operator).map((value) => Math.round(value * 1e6) / 1e6);
    assert.deepEqual(rounded, [...path, Number(kind === "input"), Number(kind === "output")]);
  });
}

for (const [kind, attributes, source, width, stride, message] of UNCOUNTED) {
  test(`${kind} ${JSON.stringify(attributes)} is refused: ${message}`, () => {
    assert.throws(
      () => applied(operatorOf(kind, attributes), new Shape(...source), width, stride),
      (error) => error instanceof UnknownCostError && error.message === message.replace("NAME", `"T's"`),
    );
  });
}

test("every kind has a rule and a row in the table", () => {
  assert.deepEqual([...RULES.keys()].sort(), [...kinds().keys()].sort());
  assert.deepEqual(new Set(COUNTED.map(([kind]) => kind)), new Set(kinds().keys()));
  assert.equal(PATH_ATTRIBUTES.length, 12);
});

test("every operator of the vocabulary has finite effects", () => {
  for (const operator of vocabulary().values()) {
    assert.ok([relativeWeight(operator), ...pathAttributes(operator)].every(Number.isFinite), operator.text);
  }
});

test("an operator of unknown layout is counted only if the document states its cost", () => {
  assert.equal(isCounted(operatorOf("attention", {})), false);
  assert.equal(isCounted(operatorOf("attention", { parameters: 0 })), true);
  assert.equal(isCounted(operatorOf("convolution", { kernel: 3 })), true);
});

test("attributes that are no positive whole numbers are refused as Python prints them", () => {
  for (const [number, shown] of [[0, "0.0"], [2.5, "2.5"], [1e-300, "1e-300"], [-1, "-1.0"]]) {
    const operator = new Operator("T", "convolution", [["kernel", number]]);
    assert.throws(() => applied(operator, new Shape(3, 8, 8), 8), {
      message: `the operator 'T' has kernel ${shown}, expected a whole number of at least 1`,
    });
  }
});

test("halves are rounded as in Python: to even for widths, up for means of costs", () => {
  assert.deepEqual([0.5, 1.5, 2.5, 2.4, 2.6, 7].map(roundHalfEven), [0, 2, 2, 2, 3, 7]);
  const { parameters, flops, levels } = mean([new Cost(1, 4, new Map([[64, 1]])), new Cost(2, 3)]);
  assert.deepEqual([parameters, flops, [...levels]], [2, 4, [[64, 1]]]);
});

test("equal shapes and operators share a result, and a full cache forgets", () => {
  const [some, same] = [3, 3].map((kernel) => operatorOf("convolution", { kernel }));
  assert.equal(applied(some, new Shape(3, 8, 8), 8), applied(same, new Shape(3, 8, 8), 8));
  assert.notEqual(applied(some, new Shape(3, 8, 8), null), applied(same, new Shape(3, 8, 8), 3));
  const cache = new PlaceCache(2);
  [1, 2, 3].forEach((stride) => cache.set(some, new Shape(3, 8, 8), 8, stride, stride));
  assert.deepEqual([1, 2, 3].map((stride) => cache.get(some, new Shape(3, 8, 8), 8, stride)), [undefined, undefined, 3]);
});
