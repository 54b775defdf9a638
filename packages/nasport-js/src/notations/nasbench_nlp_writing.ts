/** Convert the recurrent cell of a document into a recipe of NAS-Bench-NLP. */

import { InputError } from "../errors.js";
import { pythonRepr } from "../json/python_text.js";
import type { Architecture, Cell } from "../schemas/architecture.js";
import { errorsWithin, shown } from "./base.js";
import { freeName, INPUT, joinOf, OPERATORS, type Recipe, type RecipeNode, STATE } from "./nasbench_nlp_recipe.js";

/** Return the only cell with its name; another number of cells throws `InputError`. */
export function onlyRecurrentCell(architecture: Architecture): [name: string, cell: Cell] {
  const [found, ...others] = architecture.cells;
  if (found !== undefined && others.length === 0) return found;
  throw new InputError(`${architecture.cells.size} cells, expected one recurrent cell`, { path: ["cells"] });
}

/**
 * Return the recipe of a document's only cell.
 *
 * Nodes that are not a hidden state get their id as their name, changed if the name is reserved or taken.
 */
export function recipeOf(architecture: Architecture): Recipe {
  const [cellName, cell] = onlyRecurrentCell(architecture);
  return errorsWithin(["cells", cellName, "nodes"], () => {
    const names = allNames(cell);
    const recipe = new Map<string, RecipeNode>();
    for (const [place, one] of cell.nodes.entries()) {
      if (one.op === "input" || one.op === "output") {
        if (one.attributes.length) {
          throw new InputError(`'${one.op}' has attributes, expected none`, { path: [place, "attributes"] });
        }
        continue;
      }
      const joined = one.inputs.length > 1 && one.join !== joinOf(one.op);
      if (!OPERATORS.includes(one.op) || joined || one.attributes.length) {
        const expected = "expected an operator of NAS-Bench-NLP with its join and without attributes";
        const problem = `${pythonRepr(one.op)} with join '${one.join}', ${expected}: ${OPERATORS.join(", ")}`;
        throw new InputError(problem, { path: [place] });
      }
      const input = one.inputs.map((source) => names.get(source) ?? source);
      recipe.set(names.get(one.id) ?? one.id, { op: one.op, input });
    }
    return recipe;
  });
}

/** Return the names of all nodes except the outputs, by id. */
function allNames(cell: Cell): Map<string, string> {
  const names = stateAndInputNames(cell);
  const taken = new Set(names.values());
  for (const { id, op } of cell.nodes) {
    if (names.has(id) || op === "output") continue;
    const clash = taken.has(id) || INPUT.test(id) || STATE.test(id);
    const name = freeName(clash ? `node_${id}` : id, taken);
    names.set(id, name);
    taken.add(name);
  }
  return names;
}

/** Return the names of the inputs and of the nodes that an output reads, by the id of the node. */
function stateAndInputNames(cell: Cell): Map<string, string> {
  const inputs = new Set(cell.nodes.filter((one) => one.op === "input").map((one) => one.id));
  const names = new Map<string, string>();
  const isNamed = (name: string): boolean => [...names.values()].includes(name);
  for (const [place, { op, role, inputs: sources }] of cell.nodes.entries()) {
    if (op !== "output") continue;
    if (!STATE.test(role) || isNamed(role)) {
      const problem = `an output with role ${pythonRepr(role)}, expected the roles h_new_0, h_new_1, ..., each once`;
      throw new InputError(problem, { path: [place, "role"] });
    }
    if (sources.length !== 1 || names.has(sources[0]) || inputs.has(sources[0])) {
      const problem = `'${role}' reads ${shown(sources, 80)}, expected one node that no other output reads`;
      throw new InputError(problem, { path: [place, "inputs"] });
    }
    names.set(sources[0], role);
  }
  for (const [place, { id, op, role }] of cell.nodes.entries()) {
    if (op !== "input") continue;
    if (!INPUT.test(role) || isNamed(role)) {
      const problem = `an input with role ${pythonRepr(role)}, expected the roles x, h_prev_0, h_prev_1, ..., each once`;
      throw new InputError(problem, { path: [place, "role"] });
    }
    names.set(id, role);
  }
  return names;
}
