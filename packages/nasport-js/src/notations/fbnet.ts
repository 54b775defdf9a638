/**
 * Notation of FBNet's space in HW-NAS-Bench: 22 digits, one per layer (Wu et al. 2019, table 1; Li et al. 2021).
 *
 * 0 k3_e1, 1 k3_e1_g2, 2 k3_e3, 3 k3_e6, 4 k5_e1, 5 k5_e1_g2, 6 k5_e3, 7 k5_e6: inverted residuals with kernel, expansion and
 * groups. 8 skip: identity, or a 1x1 convolution if the shape changes. The parser also reads a list of 22 numbers.
 */

import { InputError } from "../errors.js";
import { SPACE } from "../json/python_text.js";
import { Architecture, type Source } from "../schemas/architecture.js";
import type { Operator } from "../schemas/operators.js";
import { equal, type Notation, shipped, shown, skeletonOf, stage, trimmed } from "./base.js";
import { checkEnds, image, layerDigits, layers, POOL } from "./skeletons.js";

/** Number of layers, width and stride of each stage. */
const STAGES = [[1, 16, 1], [4, 24, 1], [4, 32, 2], [4, 64, 2], [4, 112, 1], [4, 184, 2], [1, 352, 1]] as const;
const STEM_WIDTH = 16;
/** Width and stride of each layer. */
const LAYERS = STAGES.flatMap(([count, width, stride]) =>
  Array.from({ length: count }, (_, place) => [width, place ? 1 : stride]),
);
const BLOCK_KEYS = ["k3_e1", "k3_e1_g2", "k3_e3", "k3_e6", "k5_e1", "k5_e1_g2", "k5_e3", "k5_e6"];
const OPERATORS = [...BLOCK_KEYS, "skip"];
/** Operators of each layer by their digits. The skip of a layer that changes the shape is a 1x1 convolution. */
const CHOICES = LAYERS.map(([width, stride], place) => {
  const keepsShape = stride === 1 && width === (place ? LAYERS[place - 1][0] : STEM_WIDTH);
  return keepsShape ? OPERATORS : [...BLOCK_KEYS, "conv_1x1"];
});
const SEPARATORS = new RegExp(`[${SPACE},\\[\\]()]`, "g");
const EXAMPLE = "0123456781234567801234";

/** Architectures as 22 digits. */
export const fbnet: Notation = {
  name: "fbnet",
  description: "FBNet, HW-NAS-Bench: 22 digits, 0-3 k3 e1 e1_g2 e3 e6, 4-7 the same with k5, 8 skip",
  example: EXAMPLE,
  parse(text) {
    const short = trimmed(text);
    const digits = short.replace(SEPARATORS, "");
    if (!/^[0-8]{22}$/.test(digits)) {
      const meaning = OPERATORS.map((key, code) => `${code} ${key}`).join(", ");
      throw new InputError(
        `${shown(short, 200)} is not in this notation, expected ${LAYERS.length} digits: ${meaning}; e.g. ${EXAMPLE}`,
      );
    }
    return documentOf(digits, { format: "fbnet", text: short });
  },
  write(architecture) {
    const stacked = layers(architecture);
    if (architecture.cells.size || !equal(stacked.map((layer) => [layer.width, layer.stride]), LAYERS)) {
      const expected = `expected ${LAYERS.length} layers with the widths and strides of FBNet without cells`;
      throw new InputError(`cells or other stages, ${expected}`, { path: ["skeleton", "stages"] });
    }
    const choices = CHOICES.map((keys) => keys.map((key) => blocks().get(key) ?? shipped(key)));
    const digits = layerDigits(stacked, choices, `FBNet's ${OPERATORS.join(", ")}`);
    checkEnds(architecture, documentOf(digits));
    return digits;
  },
};

/** Return the document of a network of 22 digits. */
function documentOf(digits: string, source: Source | null = null): Architecture {
  const chosen = [...digits].map((digit, place) => CHOICES[place][Number(digit)]);
  const skeleton = skeletonOf({
    stages: chosen.map((op, place) => stage({ op, width: LAYERS[place][0], stride: LAYERS[place][1] })),
    stem: [stage({ op: "conv_3x3", width: STEM_WIDTH })],
    head: [stage({ op: "conv_1x1", width: 1504 }), ...POOL],
    input: image(32),
    classes: 100,
  });
  const operators = new Map([...blocks()].filter(([key]) => chosen.includes(key)));
  return new Architecture({ cells: new Map(), skeleton, name: digits, space: "fbnet", source, operators });
}

/**
 * Return the inverted residuals of the vocabulary with a first 1x1 convolution in any case, ReLU activations and groups.
 */
function blocks(): ReadonlyMap<string, Operator> {
  known ??= new Map(
    BLOCK_KEYS.map((key) => {
      const groups: { groups?: number } = key.endsWith("g2") ? { groups: 2 } : {};
      const operator = shipped(`mb_${key[1]}x${key[1]}_e${key[4]}`);
      return [key, operator.withAttributes({ expand: "always", activation: "relu", ...groups })];
    }),
  );
  return known;
}

let known: ReadonlyMap<string, Operator> | undefined;
