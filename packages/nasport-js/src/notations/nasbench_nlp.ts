/**
 * Notation of NAS-Bench-NLP: a recipe, which is a JSON object of named nodes with an operator and ordered inputs each.
 *
 * `x` is the input of the layer, `h_prev_i` are the hidden states before the step and `h_new_i` those after it (Klyuchnikov et
 * al. 2020, section 3). The vocabulary has the 10,000 words of the Penn Treebank, or the 33,278 words of WikiText-2 if the text
 * is a row of the benchmark's logs for WikiText-2.
 */

import { InputError } from "../errors.js";
import { parseJson } from "../json/parse.js";
import { compareTexts, length, pythonDumps, thousands } from "../json/python_text.js";
import { isArray, isObject, type JsonObject, type JsonValue, writtenAs } from "../json/values.js";
import { Architecture, type Cell, type Skeleton } from "../schemas/architecture.js";
import { topologicalOrder } from "../schemas/checks.js";
import { cellOf, errorsWithin, node, type Notation, oneOf, shown, skeletonOf, stage } from "./base.js";
import { freeName, INPUT, INPUTS, joinOf, OPERATORS, type Recipe, type RecipeNode, STATE } from "./nasbench_nlp_recipe.js";
import { onlyRecurrentCell, recipeOf } from "./nasbench_nlp_writing.js";
import { documentOfSource } from "./same_graph.js";
import { checkOwnOperators, checkSkeleton } from "./skeletons.js";

const SPACE = "nasbench_nlp";
const [PENN_TREEBANK, WIKITEXT_2] = [10_000, 33_278];
/** The nodes of the cell are those of the recipe, its inputs, and one output per new hidden state. */
const [MAX_LENGTH, MAX_CELL_NODES, MAX_NODE_INPUTS, MAX_EDGES] = [50_000, 1_000, 1_000, 5_000];
const EXAMPLE = '{"f": {"op": "linear", "input": ["x", "h_prev_0"]}, "h_new_0": {"op": "activation_tanh", "input": ["f"]}}';

/** Cells as recipes; the parser also reads a row of the benchmark's logs that contains a recipe. */
export const nasbenchNlp: Notation = {
  name: "nasbench_nlp",
  description: 'NAS-Bench-NLP recipe {"f": {"op": "linear", "input": ["x", "h_prev_0"]}, "h_new_0": ...}',
  example: EXAMPLE,
  parse(text) {
    if (length(text) > MAX_LENGTH) {
      throw new InputError(`${thousands(length(text))} characters, expected at most ${thousands(MAX_LENGTH)}`);
    }
    let value = parseJson(text);
    let classes = PENN_TREEBANK;
    const inner = isObject(value) ? value.get("recepie") : undefined;
    if (isObject(value) && typeof inner === "string") {
      const run = value.get("run");
      if (typeof run === "string" ? run.includes("wikitext-2") : pythonDumps(run ?? null).includes("wikitext-2")) {
        classes = WIKITEXT_2;
      }
      value = parseJson(inner);
    }
    const recipe = checkedRecipe(value);
    const source = { format: "nasbench_nlp", text: recipeText(recipe) };
    const cells = new Map([["cell", cellOfRecipe(recipe)]]);
    return new Architecture({ cells, skeleton: networkOf(classes), space: SPACE, source });
  },
  write(architecture) {
    const [name, cell] = onlyRecurrentCell(architecture);
    checkOwnOperators(architecture, [...OPERATORS, "input", "output"]);
    const cells = new Map([[name, { ...cell, role: "recurrent", channels: "same" } as const]]);
    checkSkeleton(architecture, new Architecture({ cells, skeleton: networkOf(PENN_TREEBANK, name), space: SPACE }));
    return recipeText(checkedRecipe(jsonOf(recipeOf(documentOfSource(architecture, nasbenchNlp)))));
  },
};

function networkOf(classes: number, cell = "cell"): Skeleton {
  const stages = [stage({ cell, repeats: 2, width: 600 }), stage({ cell, width: 400 })];
  return skeletonOf({ stages, stem: [stage({ op: "tied_embedding", width: 400 })], classes });
}

function jsonOf(recipe: Recipe): JsonObject {
  return new Map([...recipe].map(([name, { op, input }]) => [name, new Map<string, JsonValue>([["op", op], ["input", input]])]));
}

function recipeText(recipe: Recipe): string {
  return pythonDumps(jsonOf(recipe), { ensureAscii: false });
}

/** Return a JSON value as a recipe; an invalid one throws `InputError`. */
function checkedRecipe(value: JsonValue): Recipe {
  if (!isObject(value) || value.size === 0) throw new InputError(`expected an object of named nodes, e.g. ${EXAMPLE}`);
  const recipe = new Map([...value].map(([name, one]) => [name, errorsWithin([name], () => checkedNode(name, one, value))]));
  const edges = [...recipe.values()].reduce((sum, one) => sum + one.input.length, 0);
  if (edges > MAX_EDGES) {
    throw new InputError(`${thousands(edges)} inputs in total, expected at most ${thousands(MAX_EDGES)}`);
  }
  const inner = new Map([...recipe].map(([name, one]) => [name, one.input.filter((source) => recipe.has(source))]));
  if (topologicalOrder(inner) === null) {
    throw new InputError("the recipe has a cycle, expected nodes that do not depend on themselves");
  }
  checkStates(recipe);
  return recipe;
}

function checkStates(recipe: Recipe): void {
  const states = [...recipe.keys()].flatMap((name) => STATE.exec(name)?.slice(1).map(Number) ?? []);
  const size = recipe.size + inputsRead(recipe).length + states.length;
  if (size > MAX_CELL_NODES) {
    const expected = `expected at most ${thousands(MAX_CELL_NODES)}`;
    throw new InputError(`${thousands(size)} nodes including inputs and new hidden states, ${expected}`);
  }
  states.sort((one, other) => one - other);
  if (states.length === 0 || states.some((state, place) => state !== place)) {
    throw new InputError(`new hidden states [${states.join(", ")}], expected h_new_0, h_new_1, ... without gaps`);
  }
  for (const [name, { input }] of recipe) {
    for (const [port, source] of input.entries()) {
      const state = INPUT.exec(source)?.[1];
      if (state !== undefined && Number(state) >= states.length) {
        const wanted = source.replaceAll("prev", "new");
        throw new InputError(`reads '${source}', expected a node '${wanted}' in the recipe`, { path: [name, "input", port] });
      }
    }
  }
}

/** Check a node of a recipe; an invalid node throws `InputError`. */
function checkedNode(name: string, value: JsonValue, recipe: JsonObject): RecipeNode {
  if (name === "" || length(name) > 200 || INPUT.test(name)) {
    throw new InputError(`the node name ${shown(name, 80)}, expected 1 to 200 characters, and neither x nor h_prev_i`);
  }
  if (!isObject(value) || value.size !== 2 || !value.has("op") || !value.has("input")) {
    throw new InputError(`${shown(value, 80, writtenAs(recipe, name))}, expected the keys 'op' and 'input'`);
  }
  const [op, input] = [value.get("op") ?? null, value.get("input") ?? null];
  if (typeof op !== "string" || !INPUTS.has(op)) {
    const found = shown(op, 80, writtenAs(value, "op"));
    throw new InputError(`unknown operator ${found}${oneOf(op, OPERATORS)}`, { path: ["op"] });
  }
  const count = INPUTS.get(op) ?? null;
  if (!isArray(input) || input.length === 0 || (count !== null && input.length !== count)) {
    const found = shown(input, 80, writtenAs(value, "input"));
    throw new InputError(`${op} has ${found}, expected ${count ?? "at least one"} inputs`, { path: ["input"] });
  }
  if (input.length > MAX_NODE_INPUTS) {
    const expected = `expected at most ${thousands(MAX_NODE_INPUTS)}`;
    throw new InputError(`${thousands(input.length)} inputs, ${expected}`, { path: ["input"] });
  }
  const sources = input.map((source, port) => {
    if (typeof source === "string" && (INPUT.test(source) || recipe.has(source))) return source;
    const found = shown(source, 80, writtenAs(input, port));
    throw new InputError(`unknown input ${found}, expected x, h_prev_i or the name of a node`, { path: ["input", port] });
  });
  return { op, input: sources };
}

/** Return the sorted names of the cell inputs that the nodes read. */
function inputsRead(recipe: Recipe): string[] {
  const sources = new Set([...recipe.values()].flatMap((one) => one.input));
  return [...sources].filter((source) => INPUT.test(source)).sort(compareTexts);
}

/** Return the cell of a recipe: inputs, then the nodes in their order, then an output per new hidden state. */
function cellOfRecipe(recipe: Recipe): Cell {
  const read = inputsRead(recipe);
  const taken = new Set([...recipe.keys(), ...read]);
  const outputs = [...recipe.keys()].filter((name) => STATE.test(name)).sort(compareTexts);
  return cellOf(
    [
      ...read.map((name) => node(name, "input", [], "sum", { role: name })),
      ...[...recipe].map(([name, { op, input }]) => node(name, op, input, joinOf(op))),
      ...outputs.map((name) => node(freeName(`${name}_output`, taken), "output", [name], "sum", { role: name })),
    ],
    { role: "recurrent" },
  );
}
