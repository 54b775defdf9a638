/**
 * Notations of NAS-Bench-101: a line of adjacency bits and operator digits, or the official `ModelSpec` as JSON or Python.
 *
 * The line is `n_vertices bits ops`, for example `4 111001 02`: the upper triangle of the adjacency matrix row by row, and one
 * digit for each vertex between input and output (0 conv3x3-bn-relu, 1 conv1x1-bn-relu, 2 maxpool3x3). The official hash can
 * precede the line; it becomes the name of the document. In a document the output concatenates its inputs.
 */

import { InputError } from "../errors.js";
import { pythonDumps, pythonRepr, SPACE } from "../json/python_text.js";
import { isArray, isObject, type JsonValue, writtenAs } from "../json/values.js";
import { Architecture, type Node, type Source } from "../schemas/architecture.js";
import { cellOf, node, type Notation, oneOf, shown, skeletonOf, stage, trimmed, unlessWrong } from "./base.js";
import { onlyCell, operatorKeys } from "./edge_cell.js";
import { checkedModule, MAX_VERTICES, type Module, OPERATORS, sameModule } from "./nasbench101_cell.js";
import { jsonOrPython } from "./objects.js";
import { checkSkeleton, image, POOL } from "./skeletons.js";

/** Keys of a ModelSpec, and of an entry of the benchmark's tables. */
const KEYS = ["matrix", "ops"] as const;
const TABLE_KEYS = ["module_adjacency", "module_operations"] as const;
/** Names of the operators in the benchmark's example code. */
const CONSTANTS: ReadonlyMap<string, string> = new Map([
  ["INPUT", "input"], ["OUTPUT", "output"], ["CONV3X3", OPERATORS[0]], ["CONV1X1", OPERATORS[1]], ["MAXPOOL3X3", OPERATORS[2]],
]);
const LINE_EXAMPLE = "7 100110100001001010101 02001";
const SPEC_EXAMPLE = '{"matrix": [[0, 1, 1], [0, 0, 1], [0, 0, 0]], "ops": ["input", "maxpool3x3", "output"]}';
const SPACES = new RegExp(`[${SPACE}]+`);

/** The network (Ying et al. 2019, figure 1). */
const SKELETON = skeletonOf({
  input: image(32),
  stem: [stage({ op: "conv3x3-bn-relu", width: 128 })],
  stages: [
    stage({ cell: "cell", repeats: 3, width: 128 }),
    stage({ op: "max_pool_2x2", stride: 2 }),
    stage({ cell: "cell", repeats: 3, width: 256 }),
    stage({ op: "max_pool_2x2", stride: 2 }),
    stage({ cell: "cell", repeats: 3, width: 512 }),
  ],
  head: POOL,
  classes: 10,
});

/** Cells as lines `[hash] n_vertices bits ops`. */
export const nasbench101: Notation = {
  name: "nasbench101",
  description: "NAS-Bench-101 line [hash] n_vertices bits ops; 0 conv3x3 1 conv1x1 2 maxpool3x3",
  example: LINE_EXAMPLE,
  parse(text) {
    const short = trimmed(text);
    const { name, module } = parseLine(short);
    return documentOf(checkedModule(module), { format: "nasbench101", text: short }, name);
  },
  write: (architecture) => lineOf(moduleOf(architecture)),
};

/**
 * The arguments of the official `ModelSpec` as JSON. The parser also reads the Python text `ModelSpec(matrix=..., ops=...)`,
 * and objects with the keys of the benchmark's tables.
 */
export const nasbench101Json: Notation = {
  name: "nasbench101_json",
  description: 'NAS-Bench-101 ModelSpec as JSON {"matrix": [[0, 1], [0, 0]], "ops": ["input", "output"]}, or as Python',
  example: SPEC_EXAMPLE,
  parse(text) {
    const short = trimmed(text);
    return documentOf(checkedModule(moduleOfSpec(short)), { format: "nasbench101_json", text: short });
  },
  write(architecture) {
    const { edges, operators } = moduleOf(architecture);
    const ops = ["input", ...operators.map((operator) => OPERATORS[operator]), "output"];
    return pythonDumps(new Map<string, JsonValue>([["matrix", edges], ["ops", ops]]));
  },
};

/** Return the document of a cell; an empty name means the line of the cell. */
function documentOf(module: Module, source: Source | null = null, name = ""): Architecture {
  const last = module.edges.length - 1;
  const idOf = (v: number): string => (v === 0 ? "input" : v === last ? "output" : String(v));
  const sources = (v: number): string[] => module.edges.flatMap((row, u) => (row[v] ? [idOf(u)] : []));
  const inner = module.operators.map((operator, place) => node(idOf(place + 1), OPERATORS[operator], sources(place + 1)));
  const output = node("output", "output", sources(last), "concat");
  const cell = cellOf([node("input", "input"), ...inner, output], { channels: "split" });
  const cells = new Map([["cell", cell]]);
  return new Architecture({ cells, skeleton: SKELETON, name: name || lineOf(module), space: "nasbench101", source });
}

/**
 * Return the cell of a document as matrix and operators.
 *
 * The order of the vertices is the topological order closest to the order of the document's nodes. If the document was
 * converted from a NAS-Bench-101 text and still has the same graph, the vertices have the order of that text.
 *
 * Throws `InputError`: an architecture outside NAS-Bench-101.
 */
function moduleOf(architecture: Architecture): Module {
  const cell = onlyCell(architecture);
  const keys = operatorKeys(architecture, cell, OPERATORS);
  const ends = cell.nodes.filter((one) => !keys.has(one.id)).map((one) => architecture.operator(one.op).kind);
  if (ends.length !== 2 || !ends.includes("input") || !ends.includes("output")) {
    const found = ends.sort().join(", ");
    throw new InputError(`the inputs and outputs ${found}, expected one input and one output in a NAS-Bench-101 cell`);
  }
  const order = vertexOrder(architecture, cell.nodes, keys);
  for (const one of cell.nodes) checkJoin(one, one === order.at(-1));
  const edges = order.map((u) => order.map((v) => Number(v.inputs.includes(u.id))));
  const operators = order.slice(1, -1).map((v) => OPERATORS.findIndex((key) => key === keys.get(v.id)));
  const module = checkedModule({ edges, operators });
  checkSkeleton(architecture, documentOf(module));
  const original = sourceModule(architecture);
  return original !== undefined && sameModule(original, module) ? original : module;
}

/** Return the nodes with the input first, the output last, the others in the topological order closest to the document. */
function vertexOrder(architecture: Architecture, nodes: readonly Node[], keys: ReadonlyMap<string, string>): Node[] {
  const order = nodes.filter((one) => !keys.has(one.id) && architecture.operator(one.op).kind === "input");
  const done = new Set(order.map((one) => one.id));
  let waiting = nodes.filter((one) => keys.has(one.id));
  while (waiting.length) {
    const ready = waiting.find((one) => one.inputs.every((source) => done.has(source)));
    if (ready === undefined) throw new Error("a checked cell has no cycle");
    order.push(ready);
    done.add(ready.id);
    waiting = waiting.filter((one) => one !== ready);
  }
  return [...order, ...nodes.filter((one) => !done.has(one.id))];
}

function checkJoin(one: Node, isOutput: boolean): void {
  const expected = isOutput ? "concat" : "sum";
  if (one.inputs.length > 1 && one.join !== expected) {
    throw new InputError(`node ${pythonRepr(one.id)} joins by '${one.join}', expected '${expected}' in NAS-Bench-101`);
  }
  if (new Set(one.inputs).size !== one.inputs.length) {
    throw new InputError(`node ${pythonRepr(one.id)} has a duplicate input, expected different inputs in NAS-Bench-101`);
  }
}

/** Return the cell of the text from which a document was converted; undefined if that text has another notation. */
function sourceModule({ source }: Architecture): Module | undefined {
  if (source?.format === "nasbench101") return unlessWrong(() => parseLine(source.text).module);
  if (source?.format === "nasbench101_json") return unlessWrong(() => moduleOfSpec(source.text));
  return undefined;
}

/** Return the line of a cell without a hash. */
function lineOf({ edges, operators }: Module): string {
  const bits = edges.map((row, u) => row.slice(u + 1).join("")).join("");
  return `${edges.length} ${bits} ${operators.join("")}`.trim();
}

/** Parse a line into the hash, which is empty without one, and the cell, which is not checked against the limits. */
function parseLine(text: string): { name: string; module: Module } {
  const fields = text.split(SPACES).filter(Boolean);
  const name = fields.length && [...fields[0]].length === 32 ? (fields.shift() ?? "") : "";
  if (name && !/^[0-9a-f]{32}$/.test(name)) {
    throw new InputError(`${pythonRepr(name)} before the cell, expected a hash of 32 hexadecimal digits or nothing`);
  }
  if (fields.length < 2 || fields.length > 3) {
    throw new InputError(`${shown(text, 200)}, expected 'n_vertices bits ops', e.g. ${LINE_EXAMPLE}`);
  }
  const [count, bits, ops = ""] = fields;
  if (!/^[2-7]$/.test(count)) {
    throw new InputError(`${shown(count, 50)} vertices, expected a number from 2 to ${MAX_VERTICES}`);
  }
  const size = Number(count);
  const expected = (size * (size - 1)) / 2;
  if (bits.length !== expected || !/^[01]*$/.test(bits)) {
    throw new InputError(
      `adjacency ${shown(bits, 100)}, expected ${expected} digits 0 or 1 for ${size} vertices: the upper triangle, row by row`,
    );
  }
  if (ops.length !== size - 2 || !/^[012]*$/.test(ops)) {
    const meaning = OPERATORS.map((key, code) => `${code} ${key}`).join(", ");
    throw new InputError(`operators ${shown(ops, 100)}, expected ${size - 2} digits for ${size} vertices: ${meaning}`);
  }
  const digits = [...bits].map(Number);
  const vertices = Array.from({ length: size }, (_, v) => v);
  const edges = vertices.map((u) => vertices.map((v) => (v > u ? (digits.shift() ?? 0) : 0)));
  return { name, module: { edges, operators: [...ops].map(Number) } };
}

/** Parse a `ModelSpec`; an invalid one throws `InputError`. */
function moduleOfSpec(text: string): Module {
  const value = jsonOrPython(text, SPEC_EXAMPLE, { name: "ModelSpec", args: KEYS }, CONSTANTS);
  const isTable = isObject(value) && value.size === 2 && TABLE_KEYS.every((key) => value.has(key));
  const [matrixKey, opsKey] = isTable ? TABLE_KEYS : KEYS;
  if (!isObject(value) || value.size !== 2 || !value.has(matrixKey) || !value.has(opsKey)) {
    throw new InputError(`expected an object with 'matrix' and 'ops', e.g. ${SPEC_EXAMPLE}`);
  }
  const operators = operatorsOf(value.get(opsKey), opsKey);
  return { edges: edgesOf(value.get(matrixKey), operators.length + 2, matrixKey, opsKey), operators };
}

function operatorsOf(ops: JsonValue | undefined, key: string): number[] {
  if (!isArray(ops) || ops.length < 2 || ops[0] !== "input" || ops.at(-1) !== "output") {
    throw new InputError("expected a list that begins with 'input' and ends with 'output'", { path: [key] });
  }
  return ops.slice(1, -1).map((operator, index) => {
    const code = OPERATORS.findIndex((known) => known === operator);
    if (code < 0) {
      const found = shown(operator, 100, writtenAs(ops, index + 1));
      throw new InputError(`operator ${found}${oneOf(operator, OPERATORS)}`, { path: [key, index + 1] });
    }
    return code;
  });
}

function edgesOf(matrix: JsonValue | undefined, size: number, key: string, opsKey: string): number[][] {
  if (!isArray(matrix) || matrix.length !== size) {
    throw new InputError(`expected ${size} rows, one for each of '${opsKey}'`, { path: [key] });
  }
  return matrix.map((row, u) => {
    // numpy also prints 0.0, 1.0, False and True.
    const bits = isArray(row) ? row.map((entry) => (typeof entry === "boolean" ? Number(entry) : entry)) : [];
    if (bits.length !== size || !bits.every((bit) => bit === 0 || bit === 1)) {
      throw new InputError(`expected ${size} numbers 0 or 1`, { path: [key, u] });
    }
    if (bits.slice(0, u + 1).includes(1)) {
      throw new InputError("an edge on or below the diagonal, expected an upper triangle", { path: [key, u] });
    }
    return bits.map(Number);
  });
}
