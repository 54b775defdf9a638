/**
 * Notation of Accel-NASBench, a part of MnasNet's space: seven blocks of inverted residuals (Ahmad et al. 2024, appendix B).
 *
 * `[[e, ...], [k, ...], [l, ...], [se, ...]]` gives for each block the expansion, the kernel, the number of layers and whether
 * it has squeeze and excitation. The parser also reads the benchmark's configurations, `{"block0_e": 1, "block0_k": 3, ...}`.
 */

import { InputError } from "../errors.js";
import { pythonDumps } from "../json/python_text.js";
import { isArray, isObject, type JsonValue, noteWritten, type Written, writtenAs } from "../json/values.js";
import { Architecture, type Source } from "../schemas/architecture.js";
import type { Attributes } from "../schemas/operators.js";
import { equal, type Notation, shipped, shown, skeletonOf, stage, trimmed } from "./base.js";
import { jsonOrPython } from "./objects.js";
import { checkEnds, groupsByWidth, image, layers, POOL, type StackedLayer } from "./skeletons.js";

const WIDTHS = [16, 24, 40, 80, 112, 192, 320];
const STRIDES = [1, 2, 2, 2, 1, 2, 1];
const [EXPANSIONS, KERNELS, SQUEEZED] = [[1, 4, 6], [3, 5], [1, 0]];
/** Allowed numbers of layers of each block. */
const LAYERS = WIDTHS.map((width) => (width === 192 ? [1, 2, 3, 4] : [1, 2, 3]));
const KEYS = ["e", "k", "l", "se"];
const ACTIVATION: Attributes = [["activation", "silu"]];
const EXAMPLE =
  "[[1, 6, 6, 6, 6, 6, 6], [3, 3, 5, 3, 5, 5, 3], [1, 2, 2, 3, 3, 4, 1], [true, true, true, true, true, true, true]]";

/** One block of a network. */
interface Block {
  readonly expansion: number;
  readonly kernel: number;
  /** Number of layers. */
  readonly count: number;
  /** Whether it has squeeze and excitation. */
  readonly squeezed: boolean;
}

/** Architectures as four lists of seven values. */
export const accelNasbench: Notation = {
  name: "accel_nasbench",
  description: "Accel-NASBench [[e x7], [k x7], [l x7], [se x7]]: expansion, kernel, layers, squeeze and excitation",
  example: EXAMPLE,
  parse(text) {
    const short = trimmed(text);
    return documentOf(blocksOf(jsonOrPython(short, EXAMPLE)), { format: "accel_nasbench", text: short });
  },
  write(architecture) {
    const groups = groupsByWidth(layers(architecture));
    if (architecture.cells.size || !equal(groups.map(([first]) => first.width), WIDTHS)) {
      const problem = `cells or other widths, expected stages of ${WIDTHS.join(", ")} channels without cells`;
      throw new InputError(problem, { path: ["skeleton", "stages"] });
    }
    const written = documentOf(groups.map(blockOf));
    checkEnds(architecture, written);
    return written.name;
  },
};

/** Return the document of a network of seven blocks. */
function documentOf(blocks: readonly Block[], source: Source | null = null): Architecture {
  const stages = blocks.map((block, place) =>
    stage({ op: keyOf(block), repeats: block.count, width: WIDTHS[place], stride: STRIDES[place], attributes: ACTIVATION }),
  );
  const skeleton = skeletonOf({
    stages,
    stem: [stage({ op: "conv_3x3", width: 32, stride: 2, attributes: ACTIVATION })],
    head: [stage({ op: "conv_1x1", width: 1280, attributes: ACTIVATION }), ...POOL],
    input: image(224),
    classes: 1000,
  });
  const name = pythonDumps([
    blocks.map((block) => block.expansion),
    blocks.map((block) => block.kernel),
    blocks.map((block) => block.count),
    blocks.map((block) => block.squeezed),
  ]);
  return new Architecture({ cells: new Map(), skeleton, name, space: "accel_nasbench", source });
}

function keyOf({ expansion, kernel, squeezed }: Omit<Block, "count">): string {
  return `mb_${kernel}x${kernel}_e${expansion}${squeezed ? "_se" : ""}`;
}

/** Return the block of the layers of one width; another block throws `InputError`. */
function blockOf(group: readonly StackedLayer[], place: number): Block {
  const [first] = group;
  const same = group.every((layer) => layer.what?.identity === first.what?.identity);
  const strides = group.every((layer, number) => layer.stride === (number ? 1 : STRIDES[place]));
  for (const expansion of EXPANSIONS) {
    for (const kernel of KERNELS) {
      for (const squeezed of [false, true]) {
        const block = { expansion, kernel, squeezed, count: group.length };
        const operator = shipped(keyOf(block)).withAttributes(Object.fromEntries(ACTIVATION));
        const found = operator.identity === first.what?.identity;
        if (found && same && strides && LAYERS[place].includes(group.length)) return block;
      }
    }
  }
  const problem = `block ${place + 1} differs, expected a block of Accel-NASBench`;
  throw new InputError(problem, { path: ["skeleton", "stages"] });
}

/**
 * Read seven blocks from four lists or from a configuration of the benchmark.
 *
 * Throws `InputError`: an invalid entry; the path of the error points to it.
 */
function blocksOf(stated: JsonValue): Block[] {
  const value = isObject(stated) ? listsOf(stated) : stated;
  if (!isArray(value) || value.length !== KEYS.length) {
    throw new InputError(`expected ${KEYS.length} lists of ${WIDTHS.length}, e.g. ${EXAMPLE}`);
  }
  const [expansions, kernels, counts, squeezed] = value.map((row, index) => numbersOf(row, index));
  return expansions.map((expansion, place) => {
    return { expansion, kernel: kernels[place], count: counts[place], squeezed: squeezed[place] === 1 };
  });
}

/** Return the four lists of a configuration. */
function listsOf(value: ReadonlyMap<string, JsonValue>): JsonValue {
  const rows = KEYS.map((key) => WIDTHS.map((_, place) => `block${place}_${key}`));
  const keys = rows.flat();
  if (value.size !== keys.length || !keys.every((key) => value.has(key))) {
    throw new InputError("expected the keys block0_e, block0_k, block0_l, block0_se to block6_se");
  }
  return rows.map((row) => {
    const entries = row.map((key) => value.get(key) ?? null);
    for (const [place, key] of row.entries()) {
      const how = writtenAs(value, key);
      if (how !== undefined) noteWritten(entries, place, how);
    }
    return entries;
  });
}

/** Return the values of one list; those of squeeze and excitation become 0 and 1. */
function numbersOf(row: JsonValue, index: number): number[] {
  if (!isArray(row) || row.length !== WIDTHS.length) {
    const problem = `expected a list of ${WIDTHS.length} values, ${KEYS[index]} of each block`;
    throw new InputError(problem, { path: [index] });
  }
  return row.map((entry, place) => {
    const allowed = [EXPANSIONS, KERNELS, LAYERS[place], SQUEEZED][index];
    const number = integerOf(entry, writtenAs(row, place));
    if (number !== null && allowed.includes(number)) return number;
    const words = index === 3 ? "True, False" : allowed.join(", ");
    const problem = `${KEYS[index]} is ${shown(entry, 60, writtenAs(row, place))}, expected one of ${words}`;
    throw new InputError(problem, { path: [index, place] });
  });
}

/** Return an integer or a boolean as a number, as Python does; null for another value. */
function integerOf(value: JsonValue, how: Written | undefined): number | null {
  if (typeof value === "boolean") return Number(value);
  return typeof value === "number" && how === undefined ? value : null;
}
