/**
 * Notations of TransNAS-Bench-101: `64-41414-a_bc_def` (micro) and `64-1234-basic` (macro), Duan et al. 2021, section 3.
 *
 * The first number is the width after the stem. Each digit of the middle part is a module of two cells or residual blocks: 1
 * keeps the shape; in its first cell or block, 2 doubles the channels, 3 halves the resolution, and 4 does both. The micro
 * space has the modules 41414 and varies the cell. The last part lists the operators on the edges into nodes 1, 2 and 3. The
 * macro space has a fixed residual block and four to six modules.
 */

import { InputError } from "../errors.js";
import { Architecture, type Skeleton, type Source, type Stage } from "../schemas/architecture.js";
import type { Attributes, Operator } from "../schemas/operators.js";
import { cut, type Notation, shipped, shown, skeletonOf, stage, stripped } from "./base.js";
import { EdgeCellSpace, edgeNotation } from "./edge_space.js";
import { checkEnds, image, layers, POOL, stemWidth } from "./skeletons.js";

export const OPERATORS: readonly string[] = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3"];
const BLOCK = "res_basic_block";
/** In the benchmark's block, each ReLU precedes its convolution, and no operation follows the sum. */
const BLOCK_ATTRIBUTES: Attributes = [["order", "relu-conv-bn"]];
const WIDTH = 64;
const MICRO_MODULES = "41414";
const MICRO_START = `${WIDTH}-${MICRO_MODULES}-`;
const BLOCKS_PER_MODULE = 2;
const MICRO_EXAMPLE = "64-41414-1_02_333";
const MACRO_EXAMPLE = "64-1234-basic";

/** What a module does to the shape. */
interface Module {
  /** Factor on the channels. */
  readonly factor: number;
  readonly stride: number;
}

const MODULES: ReadonlyMap<string, Module> = new Map([
  ["1", { factor: 1, stride: 1 }],
  ["2", { factor: 2, stride: 1 }],
  ["3", { factor: 1, stride: 2 }],
  ["4", { factor: 2, stride: 2 }],
]);

export const MICRO_SPACE = new EdgeCellSpace(
  "transnas_micro",
  OPERATORS,
  networkOf(MICRO_MODULES, { cell: "cell" }),
  microString,
  checkMicro,
);

/** Architectures of the micro space as `64-41414-a_bc_def`. */
export const transnasMicro = edgeNotation(MICRO_SPACE, {
  name: "transnas_micro",
  description: "TransNAS-Bench-101 micro 64-41414-a_bc_def; 0 none 1 skip 2 conv1x1 3 conv3x3",
  example: MICRO_EXAMPLE,
  read(text) {
    if (!text.startsWith(MICRO_START)) {
      throw new InputError(`${shown(text, 200)} does not begin with '${MICRO_START}', expected e.g. ${MICRO_EXAMPLE}`);
    }
    const cell = text.slice(MICRO_START.length);
    if (!/^[0-3]_[0-3]{2}_[0-3]{3}$/.test(cell)) {
      const meaning = OPERATORS.map((key, code) => `${code} ${key}`).join(", ");
      throw new InputError(`cell ${shown(cell, 100)}, expected a_bc_def, each a digit: ${meaning}`);
    }
    return [...cell.replaceAll("_", "")].map((code) => OPERATORS[Number(code)]);
  },
  spell: microString,
});

/** How a notation of the macro space writes the digits of the modules. */
export interface MacroForm {
  readonly name: string;
  readonly description: string;
  readonly example: string;
  /** Return the digits of the modules; an invalid text throws `InputError`. */
  readonly read: (text: string) => string;
  /** Return the text for the digits of the modules; the inverse of `read`. */
  readonly spell: (modules: string) => string;
}

/** Architectures of the macro space as `64-1234-basic`. */
export const transnasMacro = macroNotation({
  name: "transnas_macro",
  description: "TransNAS-Bench-101 macro 64-1234-basic; modules 1 plain 2 channels x2 3 stride 2 4 both",
  example: MACRO_EXAMPLE,
  read(text) {
    const match = /^64-([1-4]+)-basic$/.exec(text);
    if (match === null) {
      throw new InputError(
        `${shown(text, 200)} is not in this notation, expected ${WIDTH}-modules-basic with digits 1 to 4, e.g. ${MACRO_EXAMPLE}`,
      );
    }
    return match[1];
  },
  spell: (modules) => `${WIDTH}-${modules}-basic`,
});

/** Return a notation of the macro space. */
export function macroNotation({ name, description, example, read, spell }: MacroForm): Notation {
  return {
    name,
    description,
    example,
    parse(text) {
      const short = stripped(text);
      return macroDocument(read(short), { format: name, text: short });
    },
    write(architecture) {
      if (architecture.cells.size) {
        throw new InputError("the architecture has cells, expected only residual blocks in the macro space");
      }
      const modules = modulesOf(architecture, shipped(BLOCK).withAttributes(Object.fromEntries(BLOCK_ATTRIBUTES)));
      checkEnds(architecture, macroDocument(modules));
      return spell(modules);
    },
  };
}

/** Return the document of a network of the macro space. Throws `InputError` for modules outside this space. */
function macroDocument(modules: string, source: Source | null = null): Architecture {
  const count = (has: (module: Module) => boolean): number => [...modules].filter((digit) => has(moduleOf(digit))).length;
  const doubled = count((module) => module.factor === 2);
  const halved = count((module) => module.stride === 2);
  if (modules.length < 4 || modules.length > 6 || doubled < 1 || doubled > 3 || halved < 1 || halved > 4) {
    throw new InputError(
      `modules ${cut(modules, 50)}: ${modules.length} modules, of which ${doubled} double the channels (2, 4) and ${halved} ` +
        "halve the resolution (3, 4), expected 4 to 6 modules, 1 to 3 and 1 to 4",
    );
  }
  const skeleton = networkOf(modules, { op: BLOCK, attributes: BLOCK_ATTRIBUTES });
  return new Architecture({ cells: new Map(), skeleton, name: `${WIDTH}-${modules}-basic`, space: "transnas_macro", source });
}

/** Return the network of modules that repeat one cell or operator. */
function networkOf(modules: string, layer: Partial<Stage>): Skeleton {
  let width = WIDTH;
  const stages = [...modules].map((digit) => {
    const { factor, stride } = moduleOf(digit);
    width *= factor;
    return stage({ ...layer, repeats: BLOCKS_PER_MODULE, width, stride });
  });
  const stem = [
    stage({ op: "stem_conv3x3", width: WIDTH / 2, stride: 2 }),
    stage({ op: "nor_conv_3x3", width: WIDTH, stride: 2 }),
  ];
  return skeletonOf({ stages, stem, head: POOL, input: image(256), classes: 75 });
}

/**
 * Return the digits of an architecture's modules.
 *
 * Throws `InputError`: an architecture outside TransNAS-Bench-101.
 *
 * @param block - Operator of all layers; null for the cell.
 */
function modulesOf(architecture: Architecture, block: Operator | null): string {
  const path = ["skeleton", "stages"];
  const stacked = layers(architecture);
  if (architecture.skeleton === null || stemWidth(architecture.skeleton) !== WIDTH) {
    throw new InputError(`a stem of another width, expected ${WIDTH} channels`, { path: ["skeleton", "stem"] });
  }
  if (stacked.length % BLOCKS_PER_MODULE || stacked.some((layer) => layer.what?.identity !== block?.identity)) {
    const what = block ? `the block ${BLOCK} in the order relu-conv-bn` : "the cell";
    throw new InputError(`other stages, expected two repeats of ${what} in each`, { path });
  }
  let code = "";
  let before = WIDTH;
  for (let place = 0; place < stacked.length; place += BLOCKS_PER_MODULE) {
    const [first, second] = [stacked[place], stacked[place + 1]];
    const digit = [...MODULES].find(([, { factor, stride }]) => first.width === factor * before && first.stride === stride)?.[0];
    if (digit === undefined || second.width !== first.width || second.stride !== 1) {
      const problem =
        "another module, expected that its first block keeps or doubles the channels and keeps or halves the resolution";
      throw new InputError(problem, { path });
    }
    code += digit;
    before = second.width;
  }
  return code;
}

function checkMicro(architecture: Architecture, of: Architecture): void {
  const modules = modulesOf(architecture, null);
  if (modules !== MICRO_MODULES) {
    throw new InputError(`the modules are ${modules}, expected ${MICRO_MODULES} in the micro space`);
  }
  checkEnds(architecture, of);
}

function microString(keys: readonly string[]): string {
  const [a, b, c, d, e, f] = keys.map((key) => OPERATORS.indexOf(key));
  return `${MICRO_START}${a}_${b}${c}_${d}${e}${f}`;
}

function moduleOf(digit: string): Module {
  return MODULES.get(digit) ?? { factor: 1, stride: 1 };
}
