/**
 * Networks of stages in NDS: ResNet, ResNeXt and Vanilla (Radosavovic et al. 2019, section 2 and appendix).
 *
 * The first stage is the stem, and its stride determines its form: 1 for a 3x3 convolution (CIFAR-10), 4 for a 7x7 convolution
 * of stride 2 with max pooling, 8 for three 3x3 convolutions of stride 2, the first with half the width.
 */

import { InputError } from "../errors.js";
import { compareTexts, thousands } from "../json/python_text.js";
import { isArray, type JsonObject, type JsonValue, noteWritten, writtenAs } from "../json/values.js";
import type { Architecture, Skeleton, Stage } from "../schemas/architecture.js";
import { type Attributes, sortedAttributes } from "../schemas/operators.js";
import { equal, oneOf, shown, skeletonOf, stage } from "./base.js";
import { checkOwnOperators, image, POOL } from "./skeletons.js";

const BLOCKS: readonly string[] = ["res_basic_block", "res_bottleneck_block", "double_plain_block"];
const BOTTLENECK = "res_bottleneck_block";
/** Attributes of a bottleneck block that states none, as in ResNet. */
const DEFAULTS = { expansion: 0.25, groups: 1 };
const KEYS = ["block_type", "bot_muls", "ds", "num_gs", "ss", "ws"];
const STEM_STRIDES = [1, 4, 8];
const [MAX_STAGES, MAX_BLOCKS, MAX_LAYERS, MAX_WIDTH, MAX_STRIDE, MAX_RATIO] = [32, 500, 900, 65536, 8, 16];

/**
 * Return the skeleton of the JSON object of a network of stages.
 *
 * Throws `InputError`: an invalid value; the message or the path of the error names the key.
 */
export function stageNetwork(net: JsonObject): Skeleton {
  if (net.size !== KEYS.length || !KEYS.every((key) => net.has(key))) {
    throw new InputError(`keys ${[...net.keys()].sort(compareTexts).join(", ")}, expected ${KEYS.join(", ")}`);
  }
  const stated = net.get("block_type") ?? null;
  const block = BLOCKS.find((known) => known === stated);
  if (block === undefined) {
    const found = shown(stated, 80, writtenAs(net, "block_type"));
    throw new InputError(`unknown block ${found}${oneOf(stated, BLOCKS)}`, { path: ["block_type"] });
  }
  const depths = integersOf(net, "ds", MAX_BLOCKS);
  const widths = integersOf(net, "ws", MAX_WIDTH, depths.length);
  const strides = integersOf(net, "ss", MAX_STRIDE, depths.length);
  if (depths[0] !== 1 || !STEM_STRIDES.includes(strides[0]) || depths.length < 2) {
    throw new InputError(
      `the first stage has depth ${depths[0]} and stride ${strides[0]}, expected the stem with depth 1 and stride ` +
        `${STEM_STRIDES.join(", ")}, and at least one stage after it`,
    );
  }
  const total = depths.reduce((sum, depth) => sum + depth, 0);
  if (total > MAX_LAYERS) {
    throw new InputError(`${total} blocks in total, expected at most ${MAX_LAYERS}`, { path: ["ds"] });
  }
  const bottlenecks = bottlenecksOf(net, block, depths.length);
  const stages = depths.map((repeats, place) =>
    stage({ op: block, repeats, width: widths[place], stride: strides[place], attributes: bottlenecks[place] }),
  );
  return networkOf(widths[0], strides[0], stages.slice(1));
}

/**
 * Return the JSON object of a network of stages; the inverse of `stageNetwork`.
 *
 * A bottleneck block that does not state its ratio and groups has ratio 0.25 and one group.
 *
 * Throws `InputError`: a skeleton that NDS cannot express.
 */
export function stageLists(architecture: Architecture, skeleton: Skeleton): JsonObject {
  checkOwnOperators(architecture, [...BLOCKS, "conv_3x3", "conv_7x7", "max_pool_3x3", "global_avg_pool"]);
  const [block, ...others] = new Set(skeleton.stages.map((one) => one.op));
  const { stem } = skeleton;
  const width = stem.at(-1)?.width || stem[0]?.width || 1;
  const stride = new Map([[2, 4], [3, 8]]).get(stem.length) ?? 1;
  if (others.length || !BLOCKS.includes(block) || !equal(skeleton, networkOf(width, stride, skeleton.stages))) {
    const problem = `another network, expected the stem of NDS and stages of one of ${BLOCKS.join(", ")}`;
    throw new InputError(problem, { path: ["skeleton"] });
  }
  const stages = statedStages(skeleton.stages, width, block === BOTTLENECK ? DEFAULTS : {});
  const net = listsOf(block, width, stride, stages);
  if (!equal(stageNetwork(net).stages, stages)) {
    const problem = "a stage with a resolution or further attributes, expected neither: NDS cannot express them";
    throw new InputError(problem, { path: ["skeleton", "stages"] });
  }
  return net;
}

/** Return the stages with their widths and with the attributes that a block has by default. */
function statedStages(stages: readonly Stage[], stemWidth: number, defaults: Readonly<Record<string, number>>): Stage[] {
  let width = stemWidth;
  return stages.map((one) => {
    width = one.width ?? width;
    const attributes = sortedAttributes([...new Map([...Object.entries(defaults), ...one.attributes])]);
    return { ...one, width, attributes };
  });
}

function listsOf(block: string, width: number, stride: number, stages: readonly Stage[]): JsonObject {
  const bottleneck = block === BOTTLENECK;
  const attribute = (one: Stage, name: string): number => Number(new Map(one.attributes).get(name));
  const ratios: number[] = bottleneck ? [1, ...stages.map((one) => attribute(one, "expansion"))] : [];
  ratios.forEach((_, place) => noteWritten(ratios, place, "float"));
  return new Map<string, JsonValue>([
    ["block_type", block],
    ["bot_muls", ratios],
    ["ds", [1, ...stages.map((one) => one.repeats)]],
    ["num_gs", bottleneck ? [1, ...stages.map((one) => Math.trunc(attribute(one, "groups")))] : []],
    ["ss", [stride, ...stages.map((one) => one.stride)]],
    ["ws", [width, ...stages.map((one) => one.width ?? width)]],
  ]);
}

/** Return the network of stages: for CIFAR-10 if the stem has stride 1, otherwise for ImageNet. */
function networkOf(width: number, stride: number, stages: readonly Stage[]): Skeleton {
  if (stride === 1) {
    return skeletonOf({ stages, stem: [stage({ op: "conv_3x3", width })], head: POOL, input: image(32), classes: 10 });
  }
  const seven = [stage({ op: "conv_7x7", width, stride: 2 }), stage({ op: "max_pool_3x3", stride: 2 })];
  const widths = [Math.max(Math.floor(width / 2), 1), width, width];
  const three = widths.map((each) => stage({ op: "conv_3x3", width: each, stride: 2 }));
  return skeletonOf({ stages, stem: stride === 4 ? seven : three, head: POOL, input: image(224), classes: 1000 });
}

/** Return the list of integers under a key; an invalid list throws `InputError`. */
function integersOf(net: JsonObject, key: string, limit: number, length?: number): number[] {
  const values = net.get(key) ?? null;
  if (!isArray(values) || values.length === 0 || values.length > MAX_STAGES) {
    throw new InputError(`expected a list of 1 to ${MAX_STAGES} integers`, { path: [key] });
  }
  if (length !== undefined && values.length !== length) {
    throw new InputError(`${values.length} numbers, expected ${length} as in 'ds'`, { path: [key] });
  }
  return values.map((value, place) => {
    const how = writtenAs(values, place);
    if (typeof value === "number" && how === undefined && value >= 1 && value <= limit) return value;
    throw new InputError(`${shown(value, 80, how)}, expected integers from 1 to ${thousands(limit)}`, { path: [key] });
  });
}

/** Return the ratio and the groups of each stage as attributes of its block. */
function bottlenecksOf(net: JsonObject, block: string, length: number): Attributes[] {
  if (block !== BOTTLENECK) {
    for (const key of ["bot_muls", "num_gs"]) {
      if (!isEmpty(net.get(key))) throw new InputError(`expected [], ${block} has no bottleneck`, { path: [key] });
    }
    return Array.from({ length }, () => []);
  }
  const groups = integersOf(net, "num_gs", MAX_WIDTH, length);
  const ratios = net.get("bot_muls") ?? null;
  if (!isArray(ratios) || ratios.length !== length) {
    throw new InputError(`expected a list of ${length} numbers as in 'ds'`, { path: ["bot_muls"] });
  }
  const attributes = ratios.map((ratio, place): Attributes => {
    if (typeof ratio === "number" && ratio > 0 && ratio <= MAX_RATIO) return [["expansion", ratio], ["groups", groups[place]]];
    const found = shown(ratio, 80, writtenAs(ratios, place));
    throw new InputError(`${found}, expected numbers from 0 to ${MAX_RATIO}`, { path: ["bot_muls"] });
  });
  if (groups[0] !== 1 || ratios[0] !== 1) {
    throw new InputError("the stem has a bottleneck, expected 1 and 1.0 for the first stage");
  }
  return attributes;
}

/** Whether a JSON value is empty, zero or false. */
function isEmpty(value: JsonValue | undefined): boolean {
  if (isArray(value)) return value.length === 0;
  return value instanceof Map ? value.size === 0 : !value;
}
