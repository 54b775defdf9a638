/**
 * Notations of TransNAS-Bench-101 in NASLib. Its graphs and its tables give six integers different meanings.
 */

import { InputError } from "../errors.js";
import { SPACE } from "../json/python_text.js";
import { shown } from "./base.js";
import { BY_SOURCE, BY_TARGET, edgeCodes, withoutNumpy } from "./edge_space.js";
import { macroNotation, MICRO_SPACE, OPERATORS } from "./transnas.js";

const MAX_MODULES = 6;
const MACRO_EXAMPLE = "(1, 2, 3, 4, 0, 0)";
const S = `[${SPACE}]`;
const DIGITS = new RegExp(`^[\\[(]${S}*([0-4](?:(?:,|${S})${S}*[0-4])*)${S}*,?${S}*[\\])]$`);

/** NASLib's `op_indices` of a graph. */
export const naslibMicro = edgeCodes(MICRO_SPACE, {
  name: "transnas_micro_naslib",
  description: "op_indices [6 codes] of NASLib's graph, edges by source; 0 skip 1 none 2 conv3x3 3 conv1x1",
  example: "[0, 1, 2, 3, 2, 2]",
  operators: ["skip_connect", "none", "nor_conv_3x3", "nor_conv_1x1"],
  edges: BY_SOURCE,
  layout: "[{}, {}, {}, {}, {}, {}]",
});

/** Keys of the tables of NASLib and NAS-Bench-Suite-Zero. */
export const zeroCostMicro = edgeCodes(MICRO_SPACE, {
  name: "transnas_micro_zerocost",
  description: "NAS-Bench-Suite-Zero tuple (6 codes): the digits of a_bc_def in 64-41414-a_bc_def",
  example: "(1, 0, 2, 3, 3, 3)",
  operators: OPERATORS,
  edges: BY_TARGET,
  layout: "({}, {}, {}, {}, {}, {})",
});

/** NASLib's `op_indices` of the macro space: the digits of the modules, padded with zeros to six. */
export const naslibMacro = macroNotation({
  name: "transnas_macro_naslib",
  description: "NASLib and NAS-Bench-Suite-Zero (modules): the digits of 64-1234-basic, zeros at the end",
  example: MACRO_EXAMPLE,
  read(text) {
    const digits = DIGITS.exec(withoutNumpy(text))?.[1].match(/[0-4]/g) ?? [];
    const modules = digits.join("").replace(/0+$/, "");
    if (!modules || modules.includes("0") || digits.length > MAX_MODULES) {
      throw new InputError(
        `${shown(text, 200)} is not in this notation, expected 4 to ${MAX_MODULES} digits from 1 to 4, padded with zeros to ` +
          `${MAX_MODULES}, e.g. ${MACRO_EXAMPLE}`,
      );
    }
    return modules;
  },
  spell: (modules) => `(${[...modules.padEnd(MAX_MODULES, "0")].join(", ")})`,
});
