/**
 * Notation of Once-for-all's MobileNetV3: `{"ks": [...], "e": [...], "d": [...], "r": 224}` (Cai et al. 2020).
 *
 * A network has five stages of two to four blocks. `d` gives the number of blocks of each stage; `ks` and `e` give the kernel
 * (3, 5, 7) and the expansion (3, 4, 6) of four blocks per stage, twenty in total. Values of blocks beyond the depth of a stage
 * have no effect; they are written as 0, or as in the source text. `r` is the size of the image (default: 224). `w` multiplies
 * the widths (default: 1.0). A single number means a list of equal numbers.
 */

import { InputError } from "../errors.js";
import { pythonDumps } from "../json/python_text.js";
import { isArray, isObject, type JsonObject, type JsonValue, noteWritten, type Written, writtenAs } from "../json/values.js";
import { Architecture, type Source } from "../schemas/architecture.js";
import type { Attributes } from "../schemas/operators.js";
import { equal, type Notation, shipped, shown, skeletonOf, stage, trimmed, unlessWrong } from "./base.js";
import { jsonOrPython } from "./objects.js";
import { checkEnds, groupsByWidth, image, layers, POOL, type StackedLayer } from "./skeletons.js";

const [KERNELS, EXPANSIONS, DEPTHS] = [[3, 5, 7], [3, 4, 6], [2, 3, 4]];
const MULTIPLIERS = [1, 1.2];
const [SMALLEST, LARGEST] = [32, 1024];
const MOST = 4;
const RELU: Attributes = [["activation", "relu"]];
const HARDSWISH: Attributes = [["activation", "hardswish"]];
const SQUEEZE: Attributes = [["gate", "hardsigmoid"], ["squeeze", 0.25], ["squeeze_multiple", 8], ["squeeze_of", "expanded"]];
/** Width, stride, and attributes of the blocks of each stage. */
const STAGES: readonly (readonly [width: number, stride: number, attributes: Attributes])[] = [
  [24, 2, RELU],
  [40, 2, [...RELU, ...SQUEEZE]],
  [80, 2, HARDSWISH],
  [112, 1, [...HARDSWISH, ...SQUEEZE]],
  [160, 2, [...HARDSWISH, ...SQUEEZE]],
];
const PATH = ["skeleton", "stages"];
const EXAMPLE =
  '{"ks": [3, 5, 7, 0, 3, 5, 7, 0, 3, 5, 7, 0, 3, 5, 7, 0, 3, 5, 7, 0], ' +
  '"e": [6, 4, 3, 0, 6, 4, 3, 0, 6, 4, 3, 0, 6, 4, 3, 0, 6, 4, 3, 0], "d": [3, 3, 3, 3, 3], "r": 224}';

/** Configuration of one network. */
interface Configuration {
  /** Kernels of four blocks per stage; values beyond the depth of a stage have no effect. */
  readonly kernels: readonly number[];
  /** Expansions of four blocks per stage; values beyond the depth of a stage have no effect. */
  readonly expansions: readonly number[];
  /** Number of blocks of each of the five stages. */
  readonly depths: readonly number[];
  /** Height and width of the image. */
  readonly size: number;
  /** Factor on the widths. */
  readonly multiplier: number;
}

/** A configuration as JSON. */
export const ofaMobileNetV3: Notation = {
  name: "ofa_mbv3",
  description: 'once-for-all MobileNetV3 {"ks": [20 kernels], "e": [20 expansions], "d": [5 depths], "r": 224}',
  example: EXAMPLE,
  parse(text) {
    const short = trimmed(text);
    return documentOf(configurationOf(short), { format: "ofa_mbv3", text: short });
  },
  write(architecture) {
    const configuration = writtenConfiguration(architecture);
    checkEnds(architecture, documentOf(configuration));
    const { source } = architecture;
    const original = source?.format === "ofa_mbv3" ? unlessWrong(() => configurationOf(source.text)) : undefined;
    return textOf(original !== undefined && equal(withoutUnused(original), configuration) ? original : configuration);
  },
};

/** Parse a configuration. Throws `InputError` for an invalid value; the path of the error names the key. */
function configurationOf(text: string): Configuration {
  const value = jsonOrPython(text, EXAMPLE);
  const [needed, further] = [["ks", "e", "d"], ["r", "image_size", "w", "wid"]];
  const known = [...needed, ...further];
  if (!isObject(value) || !needed.every((key) => value.has(key)) || ![...value.keys()].every((key) => known.includes(key))) {
    throw new InputError(`expected an object with 'ks', 'e' and 'd', e.g. ${EXAMPLE}`);
  }
  const depths = numbersOf(value, "d", DEPTHS, STAGES.map(() => true));
  const used = usedBlocks(depths);
  const kernels = numbersOf(value, "ks", KERNELS, used);
  const expansions = numbersOf(value, "e", EXPANSIONS, used);
  const [size, howSize] = optional(value, "r", "image_size");
  const [multiplier, howMultiplier] = optional(value, "w", "wid");
  if (size !== null && !(isInteger(size, howSize) && size >= SMALLEST && size <= LARGEST)) {
    const problem = `${shown(size, 60, howSize)}, expected an image size from ${SMALLEST} to ${LARGEST}`;
    throw new InputError(problem, { path: ["r"] });
  }
  const factor = multiplier === true ? 1 : multiplier; // in Python, True equals 1
  if (factor !== null && !MULTIPLIERS.some((one) => one === factor)) {
    throw new InputError(`${shown(multiplier, 60, howMultiplier)}, expected 1.0 or 1.2`, { path: ["w"] });
  }
  return { kernels, expansions, depths, size: Number(size ?? 224), multiplier: Number(factor ?? 1) };
}

/** Return the document of a configuration. */
function documentOf(configuration: Configuration, source: Source | null = null): Architecture {
  const { kernels, expansions, depths, size, multiplier } = configuration;
  const scaled = (width: number): number => scaledWidth(width, multiplier);
  const stages = [stage({ op: "mb_3x3_e1", width: scaled(16), attributes: RELU })];
  for (const [place, used] of usedBlocks(depths).entries()) {
    const [width, stride, attributes] = STAGES[Math.floor(place / MOST)];
    const op = keyOf(kernels[place], expansions[place]);
    if (used) stages.push(stage({ op, width: scaled(width), stride: place % MOST ? 1 : stride, attributes }));
  }
  const linear = stage({ op: "linear", width: scaled(1280), attributes: [...HARDSWISH, ["bias", 0]] });
  const skeleton = skeletonOf({
    stages,
    stem: [stage({ op: "conv_3x3", width: scaled(16), stride: 2, attributes: HARDSWISH })],
    head: [stage({ op: "conv_1x1", width: scaled(960), attributes: HARDSWISH }), ...POOL, linear],
    input: image(size),
    classes: 1000,
  });
  const name = textOf(withoutUnused(configuration));
  return new Architecture({ cells: new Map(), skeleton, name, space: "ofa_mbv3", source });
}

/** Return a configuration as JSON. */
function textOf({ kernels, expansions, depths, size, multiplier }: Configuration): string {
  const value = new Map<string, JsonValue>([["ks", kernels], ["e", expansions], ["d", depths], ["r", size]]);
  if (multiplier !== 1) {
    value.set("w", multiplier);
    noteWritten(value, "w", "float");
  }
  return pythonDumps(value);
}

/** Return the same network, with 0 for values without effect. */
function withoutUnused(configuration: Configuration): Configuration {
  const used = usedBlocks(configuration.depths);
  const masked = (values: readonly number[]): number[] => values.map((value, place) => (used[place] ? value : 0));
  return { ...configuration, kernels: masked(configuration.kernels), expansions: masked(configuration.expansions) };
}

/** Return a multiplied width, rounded to the nearest multiple of 8, or up if rounding loses more than a tenth. */
function scaledWidth(width: number, multiplier: number): number {
  const wanted = width * multiplier;
  const rounded = Math.floor(Math.trunc(wanted + 4) / 8) * 8;
  return rounded >= 0.9 * wanted ? rounded : rounded + 8;
}

function keyOf(kernel: number, expansion: number): string {
  return `mb_${kernel}x${kernel}_e${expansion}`;
}

/** Return whether each block is within the depth of its stage, for four blocks per stage. */
function usedBlocks(depths: readonly number[]): boolean[] {
  return depths.flatMap((depth) => Array.from({ length: MOST }, (_, block) => block < depth));
}

/** Return the value of the first of several keys that is present, or null. A list of one value becomes this value. */
function optional(value: JsonObject, ...names: string[]): [JsonValue, Written | undefined] {
  const name = names.find((one) => (value.get(one) ?? null) !== null);
  if (name === undefined) return [null, undefined];
  const entry = value.get(name) ?? null;
  return isArray(entry) && entry.length === 1 ? [entry[0], writtenAs(entry, 0)] : [entry, writtenAs(value, name)];
}

function isInteger(value: JsonValue, how: Written | undefined): value is number {
  return typeof value === "number" && how === undefined;
}

/**
 * Return the numbers under a key.
 *
 * Throws `InputError`: a number that is not allowed, or another length.
 *
 * @param key - Key of a list, or of one number for all.
 * @param allowed - Allowed numbers of the blocks that are used; other blocks can also have 0.
 * @param used - Whether each block is used; determines the length of the list.
 */
function numbersOf(value: JsonObject, key: string, allowed: readonly number[], used: readonly boolean[]): number[] {
  const stated = value.get(key) ?? null;
  const numbers = isArray(stated) ? stated : used.map(() => stated);
  if (numbers.length !== used.length) {
    throw new InputError(`${numbers.length} numbers, expected ${used.length}`, { path: [key] });
  }
  return numbers.map((number, place) => {
    const how = isArray(stated) ? writtenAs(stated, place) : writtenAs(value, key);
    if (isInteger(number, how) && (allowed.includes(number) || (number === 0 && !used[place]))) return number;
    throw new InputError(`${shown(number, 60, how)}, expected one of ${allowed.join(", ")}`, { path: [key, place] });
  });
}

/**
 * Return the configuration of a document, with 0 for absent blocks.
 *
 * Throws `InputError`: an architecture outside Once-for-all's search space.
 */
function writtenConfiguration(architecture: Architecture): Configuration {
  const stacked = layers(architecture);
  const sizes = new Map(architecture.skeleton?.input);
  if (architecture.cells.size || sizes.get("height") !== sizes.get("width")) {
    const problem = "cells or a rectangular image, expected no cells and a square image";
    throw new InputError(problem, { path: ["skeleton", "input"] });
  }
  const groups = groupsByWidth(stacked.slice(1));
  const depths = groups.map((group) => group.length);
  const widths = groups.map(([first]) => first.width);
  const multiplier = MULTIPLIERS.find((one) => equal(widths, STAGES.map(([width]) => scaledWidth(width, one))));
  if (multiplier === undefined || !depths.every((depth) => DEPTHS.includes(depth))) {
    const problem = "other stages, expected a block and five stages of 2 to 4 blocks with the widths of Once-for-all";
    throw new InputError(problem, { path: PATH });
  }
  const blocks = groups.flatMap((group, place) => {
    const found = blocksOfStage(group, place);
    return [...found, ...Array.from({ length: MOST - found.length }, () => [0, 0] as const)];
  });
  const [kernels, expansions] = [blocks.map(([kernel]) => kernel), blocks.map(([, expansion]) => expansion)];
  return { kernels, expansions, depths, size: sizes.get("height") ?? 0, multiplier };
}

/** Return kernel and expansion of the blocks of a stage; another block throws `InputError`. */
function blocksOfStage(group: readonly StackedLayer[], place: number): (readonly [number, number])[] {
  const [, stride, attributes] = STAGES[place];
  const known = new Map<string, readonly [number, number]>();
  for (const kernel of KERNELS) {
    for (const expansion of EXPANSIONS) {
      const operator = shipped(keyOf(kernel, expansion)).withAttributes(Object.fromEntries(attributes));
      known.set(operator.identity, [kernel, expansion]);
    }
  }
  return group.map((layer, number) => {
    const block = known.get(layer.what?.identity ?? "");
    if (block !== undefined && layer.stride === (number ? 1 : stride)) return block;
    const problem = `block ${number + 1} of stage ${place + 1} differs, expected a block of Once-for-all`;
    throw new InputError(problem, { path: PATH });
  });
}
