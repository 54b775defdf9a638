/**
 * Notations of NAS-Bench-201 cells with operator names in two other projects: AutoDL-Projects prints
 * `Structure(4 nodes with STRING)`, and NNI exports an object with an operator for each edge, `{"0_1": "conv_3x3", ...}`.
 */

import { InputError } from "../errors.js";
import { compareTexts, pythonDumps } from "../json/python_text.js";
import { isObject, writtenAs } from "../json/values.js";
import { shown, stripped, trimmed } from "./base.js";
import { EDGES } from "./edge_cell.js";
import { edgeNotation } from "./edge_space.js";
import { nasbench201, NASBENCH201_SPACE, OPERATORS, operatorString, parseOperators } from "./nasbench201.js";
import { jsonOrPython } from "./objects.js";

const NNI_KEYS = EDGES.map(([source, target]) => `${source}_${target}`);
const NNI_OPERATORS: readonly string[] = OPERATORS.map((key) => key.replace(/^nor_/, ""));
const STRUCTURE_EXAMPLE = `Structure(4 nodes with ${nasbench201.example})`;
const NNI_EXAMPLE = nniText(["conv_3x3", "conv_3x3", "conv_3x3", "skip_connect", "conv_1x1", "conv_3x3"]);

/** The text of a genotype in AutoDL-Projects. */
export const autoDlStructure = edgeNotation(NASBENCH201_SPACE, {
  name: "nasbench201_autodl",
  description: "AutoDL's Structure(4 nodes with |op~0|+|op~0|op~1|+|op~0|op~1|op~2|)",
  example: STRUCTURE_EXAMPLE,
  read(text) {
    const match = /^Structure\(4 nodes with ([^]*)\)$/.exec(trimmed(text));
    if (match === null) throw new InputError(`${shown(text, 200)} is not in this notation, expected e.g. ${STRUCTURE_EXAMPLE}`);
    return parseOperators(stripped(match[1]));
  },
  spell: (operators) => `Structure(4 nodes with ${operatorString(operators)})`,
});

/** The object that NNI exports for a cell. The label of the cell can precede all keys (`cell/0_1`, `cell__0_1`). */
export const nniEdges = edgeNotation(NASBENCH201_SPACE, {
  name: "nasbench201_nni",
  description: 'NNI\'s exported JSON {"0_1": "conv_3x3", "0_2": ...}, an operator for each of the six edges',
  example: NNI_EXAMPLE,
  read(text) {
    const value = jsonOrPython(trimmed(text), NNI_EXAMPLE);
    const first = isObject(value) ? ([...value.keys()].sort(compareTexts)[0] ?? "") : "";
    const prefix = first.slice(0, -NNI_KEYS[0].length);
    if (!isObject(value) || value.size !== NNI_KEYS.length || !NNI_KEYS.every((key) => value.has(prefix + key))) {
      throw new InputError(`expected an object with the keys ${NNI_KEYS.join(", ")}, e.g. ${NNI_EXAMPLE}`);
    }
    return NNI_KEYS.map((key) => {
      const operator = value.get(prefix + key) ?? null;
      const code = typeof operator === "string" ? NNI_OPERATORS.indexOf(operator) : -1;
      if (code < 0) {
        const found = shown(operator, 100, writtenAs(value, prefix + key));
        const problem = `unknown operator ${found}, expected one of ${NNI_OPERATORS.join(", ")}`;
        throw new InputError(problem, { path: [prefix + key] });
      }
      return OPERATORS[code];
    });
  },
  spell: (operators) => nniText(operators.map((key) => key.replace(/^nor_/, ""))),
});

function nniText(operators: readonly string[]): string {
  return pythonDumps(new Map(NNI_KEYS.map((key, place) => [key, operators[place]])));
}
