/**
 * Checks on an architecture document that a JSON Schema cannot express.
 *
 * They find unknown or repeated ids, cycles, unknown operators and cells, attributes that an operator does not read,
 * and documents that are too large. They run on the validated JSON value, so that messages can name the path inside the
 * document.
 */

import { InputError, type PathInDocument } from "../errors.js";
import { didYouMean } from "../json/nearest.js";
import { compareTexts, pythonFloat, pythonRepr, thousands } from "../json/python_text.js";
import { arrayOf, objectOf, textOr, textsOf, writtenAs, type JsonObject } from "../json/values.js";
import { attributeProblem } from "./attribute_problems.js";
import { knownOperator, resolved, vocabulary } from "./operators.js";

const MAX_EDGES_PER_CELL = 10_000;
const MAX_NODES = 2_000;
const MAX_LAYERS = 1_000;

/** Throw `InputError` with the path of the first mistake in a document that its schema accepts. */
export function checkArchitecture(value: JsonObject): void {
  const own = objectOf(value.get("operators"));
  const cells = objectOf(value.get("cells"));
  let nodes = 0;
  for (const cell of cells.values()) {
    nodes += arrayOf(objectOf(cell).get("nodes")).length;
  }
  if (nodes > MAX_NODES) {
    const problem = `${thousands(nodes)} nodes in all cells together, expected at most ${thousands(MAX_NODES)}`;
    throw new InputError(problem, { path: ["cells"] });
  }
  checkOwnOperators(own);
  for (const [name, cell] of cells) {
    checkCell(objectOf(cell), own, ["cells", name, "nodes"]);
  }
  if (value.has("skeleton")) {
    checkSkeleton(objectOf(value.get("skeleton")), cells, own);
  } else if (cells.size === 0) {
    throw new InputError("neither cells nor a skeleton, expected at least one of them", { path: ["cells"] });
  }
}

/** Return the `join` that a document states for a node; empty if it is a sum and the default. */
export function statedJoin(join: string, channels: string, kind: string): string {
  return join === "sum" && defaultJoin(channels, kind) === "sum" ? "" : join;
}

/** Return the join of a node that states none: `concat` for outputs of `split` and `stack` cells, else `sum`. */
export function defaultJoin(channels: string, kind: string): "concat" | "sum" {
  return (channels === "split" || channels === "stack") && kind === "output" ? "concat" : "sum";
}

/**
 * Return the ids in topological order, or null for a cycle. Nodes that become ready in the same step keep their order.
 *
 * `inputs` maps every id to the ids that feed it, all of which are keys too.
 */
export function topologicalOrder(inputs: ReadonlyMap<string, readonly string[]>): string[] | null {
  const waiting = new Map<string, number>();
  const fedBy = new Map<string, string[]>([...inputs.keys()].map((id) => [id, []]));
  for (const [id, sources] of inputs) {
    const distinct = new Set(sources);
    waiting.set(id, distinct.size);
    for (const source of distinct) {
      fedBy.get(source)?.push(id);
    }
  }
  const order = [...inputs.keys()].filter((id) => waiting.get(id) === 0);
  for (const id of order) { // the body extends the list; ids in `fedBy` have the given order
    for (const target of fedBy.get(id) ?? []) {
      const left = (waiting.get(target) ?? 0) - 1;
      waiting.set(target, left);
      if (left === 0) {
        order.push(target);
      }
    }
  }
  return order.length === inputs.size ? order : null;
}

/** Return the kind of the operator of a key. Throws `InputError` if neither the document nor the vocabulary has it. */
export function operatorKind(key: string, own: JsonObject, path: PathInDocument): string {
  if (own.has(key)) {
    return textOr(objectOf(own.get(key)).get("kind"), "other");
  }
  const known = knownOperator(key);
  if (known === undefined) {
    const near = didYouMean(key, [...own.keys(), ...vocabulary().keys()]);
    const problem =
      `unknown operator ${pythonRepr(key)}${near}expected one of the vocabulary (\`nasport operators\` lists them) ` +
      `or one that this document describes: "operators": {"${key}": {"text": "..."}}`;
    throw new InputError(problem, { path });
  }
  return known.kind;
}

function checkOwnOperators(own: JsonObject): void {
  for (const [name, entry] of own) {
    const stated = new Map(objectOf(entry));
    const { key, kind } = resolved(stated);
    for (const other of ["text", "kind", "ordered"]) {
      stated.delete(other);
    }
    const problem = attributeProblem({ kind, key, stated, whole: true });
    if (problem !== null) {
      throw problem.within("operators", name);
    }
  }
}

/** Throw if a node or stage states an attribute that one of its possible operators does not read. */
function checkAttributes(
  stated: JsonObject,
  operators: readonly string[],
  own: JsonObject,
  path: PathInDocument,
): void {
  for (const operator of stated.size > 0 ? operators : []) {
    const entry = objectOf(own.get(operator));
    const { key, kind } = own.has(operator) ? resolved(entry) : knownOperator(operator) ?? { key: "", kind: "other" };
    const problem = attributeProblem({ kind, key, stated, whole: false, elsewhere: [...entry.keys()] });
    if (problem !== null) {
      throw problem.within(...path, "attributes");
    }
  }
}

function checkCell(cell: JsonObject, own: JsonObject, path: PathInDocument): void {
  const nodes = arrayOf(cell.get("nodes")).map(objectOf);
  const ids = checkIds(nodes, path);
  const kinds = new Map(nodes.map((node, place) => [idOf(node), checkNode(node, own, [...path, place])]));
  checkEnds(kinds, path);
  checkInputs(nodes, ids, kinds, path);
  if (topologicalOrder(new Map(nodes.map((node) => [idOf(node), textsOf(node.get("inputs"))]))) === null) {
    throw new InputError("the cell has a cycle, expected a directed acyclic graph", { path });
  }
  for (const [place, node] of cell.get("role") === "recurrent" ? nodes.entries() : []) {
    if (objectOf(node.get("attributes")).size > 0) {
      const problem = "a node of a recurrent cell has attributes that nasport does not read, expected none";
      throw new InputError(problem, { path: [...path, place, "attributes"] });
    }
  }
}

function checkIds(nodes: readonly JsonObject[], path: PathInDocument): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  for (const [place, node] of nodes.entries()) {
    const first = ids.get(idOf(node));
    if (first !== undefined) {
      const id = pythonRepr(idOf(node));
      const problem = `the id ${id} is already the id of nodes[${first}], expected unique ids within a cell`;
      throw new InputError(problem, { path: [...path, place, "id"] });
    }
    ids.set(idOf(node), place);
  }
  return ids;
}

/** Throw if a cell has no input or no output. */
function checkEnds(kinds: ReadonlyMap<string, string>, path: PathInDocument): void {
  const found = new Set(kinds.values());
  for (const kind of ["input", "output"]) {
    if (!found.has(kind)) {
      const problem = `the cell has no node with op '${kind}', expected at least one in every cell`;
      throw new InputError(problem, { path });
    }
  }
}

function checkInputs(
  nodes: readonly JsonObject[],
  ids: ReadonlyMap<string, number>,
  kinds: ReadonlyMap<string, string>,
  path: PathInDocument,
): void {
  const edges = nodes.reduce((count, node) => count + arrayOf(node.get("inputs")).length, 0);
  if (edges > MAX_EDGES_PER_CELL) {
    const problem = `${thousands(edges)} edges in a cell, expected at most ${thousands(MAX_EDGES_PER_CELL)}`;
    throw new InputError(problem, { path });
  }
  for (const [place, node] of nodes.entries()) {
    for (const [port, source] of textsOf(node.get("inputs")).entries()) {
      const where = [...path, place, "inputs", port];
      if (!ids.has(source)) {
        const near = didYouMean(source, ids.keys());
        const problem = `unknown id ${pythonRepr(source)}${near}expected the id of a node of this cell`;
        throw new InputError(problem, { path: where });
      }
      if (kinds.get(source) === "output") {
        const problem = `${pythonRepr(source)} is an output of the cell and feeds no node, expected another node`;
        throw new InputError(problem, { path: where });
      }
    }
  }
}

/** Check a node and return the kind of its operator, or of its first candidate. */
function checkNode(node: JsonObject, own: JsonObject, path: PathInDocument): string {
  const op = node.get("op");
  if ((op !== undefined) === node.has("candidates")) {
    const problem = op === undefined ? "missing key 'op'" : "both 'op' and 'candidates'";
    throw new InputError(`${problem}, expected either 'op' or 'candidates'`, { path });
  }
  const keys = typeof op === "string" ? [op] : textsOf(node.get("candidates"));
  const places: PathInDocument[] = keys.map((_, place) => {
    return op === undefined ? [...path, "candidates", place] : [...path, "op"];
  });
  const kinds = keys.map((key, place) => operatorKind(key, own, places[place]));
  for (const [place, kind] of kinds.length > 1 ? kinds.entries() : []) {
    if (kind === "input" || kind === "output") {
      const problem = `the ${kind} of a cell is among several candidates, expected no inputs or outputs among them`;
      throw new InputError(problem, { path: places[place] });
    }
  }
  checkAttributes(objectOf(node.get("attributes")), keys, own, path);
  if (kinds[0] === "input") {
    if (arrayOf(node.get("inputs")).length > 0) {
      throw new InputError("an input node has inputs, expected none", { path: [...path, "inputs"] });
    }
  } else if (!node.has("inputs")) {
    throw new InputError("missing key 'inputs', expected a list of node ids", { path });
  }
  return kinds[0];
}

function checkSkeleton(skeleton: JsonObject, cells: JsonObject, own: JsonObject): void {
  let layers = 0;
  let float = false;
  for (const part of ["stem", "stages", "head"]) {
    for (const [place, entry] of arrayOf(skeleton.get(part)).entries()) {
      const stage = objectOf(entry);
      checkStage(stage, cells, own, ["skeleton", part, place]);
      const repeats = stage.get("repeats");
      layers += typeof repeats === "number" ? repeats : 1;
      float ||= writtenAs(stage, "repeats") === "float";
    }
  }
  if (layers > MAX_LAYERS) {
    // Python prints 1001.0 if a document writes a number of repeats as 1000.0.
    const shown = float ? thousands(layers) + pythonFloat(layers).replace(/^\d+/, "") : thousands(layers);
    const problem = `${shown} repeats in all stages together, expected at most ${thousands(MAX_LAYERS)}`;
    throw new InputError(problem, { path: ["skeleton", "stages"] });
  }
}

function checkStage(stage: JsonObject, cells: JsonObject, own: JsonObject, path: PathInDocument): void {
  const op = stage.get("op");
  if (stage.has("cell") === (op !== undefined)) {
    const problem = op === undefined ? "neither 'cell' nor 'op'" : "both 'cell' and 'op'";
    throw new InputError(`${problem}, expected exactly one of them`, { path });
  }
  if (typeof op !== "string") {
    checkCellOfStage(stage, cells, path);
    return;
  }
  operatorKind(op, own, [...path, "op"]);
  const attributes = objectOf(stage.get("attributes"));
  checkAttributes(attributes, [op], own, path);
  for (const [name, same] of [["channels", "width"], ["stride", "stride"]]) {
    if (attributes.has(name) && stage.has(same)) {
      const problem = `the stage also states it as '${same}', expected only one of the two`;
      throw new InputError(problem, { path: [...path, "attributes", name] });
    }
  }
}

/** Throw if a stage names an unknown cell or states what only the nodes of the cell may state. */
function checkCellOfStage(stage: JsonObject, cells: JsonObject, path: PathInDocument): void {
  const name = textOr(stage.get("cell"), "");
  if (!cells.has(name)) {
    const expected = pythonRepr([...cells.keys()].sort(compareTexts));
    const problem = `unknown cell ${pythonRepr(name)}${didYouMean(name, cells.keys())}expected one of ${expected}`;
    throw new InputError(problem, { path: [...path, "cell"] });
  }
  if (objectOf(stage.get("attributes")).size > 0) {
    const problem = "a stage of a cell has attributes, expected none; put them on the nodes of the cell";
    throw new InputError(problem, { path: [...path, "attributes"] });
  }
  for (const key of objectOf(cells.get(name)).get("channels") === "own" ? ["width", "stride"] : []) {
    if (stage.has(key)) {
      const problem = `the cell of this stage has "channels": "own", expected ${key} only on the nodes of the cell`;
      throw new InputError(problem, { path: [...path, key] });
    }
  }
}

function idOf(node: JsonObject): string {
  return textOr(node.get("id"), "");
}
