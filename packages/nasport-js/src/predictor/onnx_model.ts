/**
 * Read and check the ONNX file of a bundle, which may come from a stranger.
 *
 * The graph may use only the operator types that shipped bundles use, without subgraphs, functions and data in other files,
 * and with constants no larger than the file says. Protobuf merges repeated messages and takes the last of repeated values,
 * so every occurrence of a field is checked. nasport/runtime/onnx_check.py makes the same checks.
 */

import { InputError } from "../errors.js";
import { pythonRepr, thousands } from "../json/python_text.js";
import { fields, float, message, number, numbers, RefusedError, text } from "./protobuf.js";

export const MAX_NODES = 5_000;
const MAX_AXES = 8;
const MAX_QUOTED = 100;
/** Number of values of all constants together. The sentence encoder has 22.6 million. */
export const MAX_VALUES = 2 ** 27;

const TYPES = `
  Add Cast Clip Concat ConstantOfShape Div Equal Erf Exp Expand Gather Gemm LayerNormalization Log MatMul Max Min Mul Neg Pad
  Pow Range ReduceL2 ReduceSum Relu Reshape Shape Slice Softmax Sqrt Squeeze Sub Transpose Unsqueeze Where
`;
const OPERATOR_TYPES: readonly string[] = TYPES.trim().split(/\s+/);
/** Operator types that may have only constant inputs. ONNX Runtime computes such nodes while it opens a file. */
const FOLDED: readonly string[] = ["Cast", "ConstantOfShape", "Mul"];
/** Element types: float32, int8, int64, bool. */
export const [FLOAT, INT8, INT64, BOOL] = [1, 3, 7, 9];
const SIZES: Readonly<Record<number, number>> = { [FLOAT]: 4, [INT8]: 1, [INT64]: 8, [BOOL]: 1 };

/** A stored constant. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly element: number;
  /** Little-endian values. */
  readonly data: Uint8Array;
}

/** Values of an attribute of a node. */
export interface OnnxAttribute {
  readonly integers: readonly number[];
  readonly float: number | undefined;
  readonly text: string;
}

/** A node: its operator type, the names of its inputs (empty for a missing one) and outputs, and its attributes. */
export interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
  readonly tensors: readonly OnnxTensor[];
}

/** An input or output of the graph; a size without a number is null. */
export interface OnnxValue {
  readonly name: string;
  readonly element: number;
  readonly shape: readonly (number | null)[];
}

/** The graph of an ONNX file after the checks. */
export interface OnnxModel {
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

interface Reading {
  opset: number;
  graphs: number;
  readonly nodes: OnnxNode[];
  readonly constants: Map<string, OnnxTensor>;
  readonly inputs: OnnxValue[];
  readonly outputs: OnnxValue[];
}

/** Return the graph of an ONNX file. Throws `InputError` if the file is broken or has something that bundles do not need. */
export function readModel(data: Uint8Array, file: string): OnnxModel {
  try {
    return checkedModel(data);
  } catch (error) {
    if (error instanceof RefusedError) throw new InputError(error.message, { file });
    throw error;
  }
}

function checkedModel(data: Uint8Array): OnnxModel {
  if (new TextDecoder().decode(data.subarray(4, 8)) === "ORTM") {
    throw new RefusedError("the model has the ORT format, expected the ONNX format");
  }
  const found: Reading = { opset: 0, graphs: 0, nodes: [], constants: new Map(), inputs: [], outputs: [] };
  for (const [field, value] of fields(data)) {
    if (field === 20 || field === 25) {
      throw new RefusedError("the model has functions or training data, expected one graph");
    }
    if (field === 8) readOpset(message(value), found);
    if (field === 7) readGraph(message(value), found);
  }
  if (found.graphs === 0) throw new RefusedError("the file is not an ONNX model, expected one with a graph");
  checkFolded(found);
  return found;
}

/** Read the version of the standard operators; other sets of operators have no nodes. */
function readOpset(data: Uint8Array, found: Reading): void {
  let [domain, version] = ["", 0];
  for (const [field, value] of fields(data)) {
    if (field === 1) domain = text(value);
    if (field === 2) version = number(value);
  }
  if (domain === "" || domain === "ai.onnx") found.opset = version;
}

function readGraph(data: Uint8Array, found: Reading): void {
  found.graphs++;
  for (const [field, value] of fields(data)) {
    if (field === 1) {
      found.nodes.push(readNode(message(value)));
      if (found.nodes.length > MAX_NODES) {
        throw new RefusedError(`the graph has more than ${thousands(MAX_NODES)} nodes, expected fewer`);
      }
    } else if (field === 5) {
      const tensor = readTensor(message(value));
      found.constants.set(tensor.name, tensor);
    } else if (field === 11) {
      found.inputs.push(readValue(message(value)));
    } else if (field === 12) {
      found.outputs.push(readValue(message(value)));
    } else if (field === 14 || field === 15) {
      throw new RefusedError("the graph has sparse or quantized constants, expected dense ones");
    }
  }
}

function readNode(data: Uint8Array): OnnxNode {
  let type = "";
  const [inputs, outputs, tensors]: [string[], string[], OnnxTensor[]] = [[], [], []];
  const attributes = new Map<string, OnnxAttribute>();
  for (const [field, value] of fields(data)) {
    if (field === 1) inputs.push(text(value));
    else if (field === 2) outputs.push(text(value));
    else if (field === 4) type = allowedType(text(value));
    else if (field === 5) attributes.set(...readAttribute(message(value), tensors));
    else if ((field === 7 || field === 8) && !["", "ai.onnx"].includes(text(value))) {
      const domain = quoted(text(value));
      throw new RefusedError(`the graph has operators of the domain ${domain}, expected standard operators`);
    }
  }
  if (type === "") throw new RefusedError("a node of the graph has no operator type, expected one");
  return { type, inputs, outputs, attributes, tensors };
}

function allowedType(type: string): string {
  if (OPERATOR_TYPES.includes(type)) return type;
  const listed = OPERATOR_TYPES.join(", ");
  throw new RefusedError(`the graph has the operator type ${quoted(type)}, expected one of ${listed}`);
}

/** Read an attribute; refuse subgraphs, sparse tensors and references to attributes of functions. */
function readAttribute(data: Uint8Array, tensors: OnnxTensor[]): [string, OnnxAttribute] {
  let [name, word]: [string, string] = ["", ""];
  let real: number | undefined;
  const integers: number[] = [];
  for (const [field, value] of fields(data)) {
    if (field === 1) name = text(value);
    else if (field === 2) real = float(value);
    else if (field === 3 || field === 8) for (const each of numbers(value)) integers.push(number(each));
    else if (field === 4) word = text(value);
    else if (field === 5 || field === 10) tensors.push(readTensor(message(value)));
    else if (field === 6 || field === 11) {
      throw new RefusedError("a node has a subgraph, expected a graph without control flow");
    } else if (field >= 21 && field <= 23) {
      throw new RefusedError("a node has a sparse tensor or refers to a function, expected plain attributes");
    }
  }
  return [name, { integers, float: real, text: word }];
}

function readTensor(data: Uint8Array): OnnxTensor {
  let [name, element, raw]: [string, number, Uint8Array] = ["", 0, new Uint8Array()];
  const shape: number[] = [];
  for (const [field, value] of fields(data)) {
    if (field === 1) for (const size of numbers(value)) shape.push(Number(size));
    else if (field === 2) element = number(value);
    else if (field === 8) name = text(value);
    else if (field === 9) raw = message(value);
    else if (field === 13 || (field === 14 && value !== 0n)) {
      throw new RefusedError("a constant is in another file, expected all constants inside the model");
    } else if ([3, 4, 5, 6, 7, 10, 11].includes(field)) {
      throw new RefusedError(`the constant ${quoted(name)} has typed data, expected raw data`);
    }
  }
  if (shape.length > MAX_AXES) {
    throw new RefusedError(`the constant ${quoted(name)} has ${shape.length} axes, expected at most ${MAX_AXES}`);
  }
  if (SIZES[element] === undefined) {
    const problem = `has element type ${element}, expected float32, int64, int8 or bool`;
    throw new RefusedError(`the constant ${quoted(name)} ${problem}`);
  }
  const bytes = product(shape) * SIZES[element];
  if (bytes !== raw.length) {
    const problem = `of shape [${shape.join(", ")}] has ${raw.length} bytes, expected ${bytes}`;
    throw new RefusedError(`the constant ${quoted(name)} ${problem}`);
  }
  return { name, shape, element, data: raw };
}

/** Read name, element type and shape of an input or output. */
function readValue(data: Uint8Array): OnnxValue {
  let [name, element]: [string, number] = ["", 0];
  const shape: (number | null)[] = [];
  for (const [field, value] of fields(data)) {
    if (field === 1) name = text(value);
    if (field !== 2) continue;
    for (const [kind, type] of fields(message(value))) {
      if (kind !== 1) continue;
      for (const [part, content] of fields(message(type))) {
        if (part === 1) element = number(content);
        if (part === 2) shape.push(...readSizes(message(content)));
      }
    }
  }
  return { name, element, shape };
}

function readSizes(data: Uint8Array): (number | null)[] {
  const sizes: (number | null)[] = [];
  for (const [field, value] of fields(data)) {
    if (field !== 1) continue;
    let size: number | null = null;
    for (const [part, content] of fields(message(value))) {
      if (part === 1) size = number(content);
    }
    sizes.push(size);
  }
  return sizes;
}

/** Bound the memory of the nodes that have only constant inputs. */
function checkFolded(found: Reading): void {
  const shapes = new Map(Array.from(found.constants, ([name, tensor]) => [name, tensor.shape]));
  let values = 0;
  for (const shape of shapes.values()) values += product(shape);
  for (const node of found.nodes) {
    const inputs = node.inputs.filter((name) => name !== "").map((name) => shapes.get(name));
    const known = inputs.filter((shape) => shape !== undefined);
    if (known.length < inputs.length) continue;
    const shape = foldedShape(node, known, found.constants);
    for (const name of node.outputs) shapes.set(name, shape);
    values += product(shape);
    if (values > MAX_VALUES) {
      throw new RefusedError(`the constants have more than ${thousands(MAX_VALUES)} values, expected fewer`);
    }
  }
}

/** Return the output shape of a node that has only constant inputs, or an upper bound. */
function foldedShape(
  node: OnnxNode,
  shapes: readonly (readonly number[])[],
  constants: ReadonlyMap<string, OnnxTensor>,
): readonly number[] {
  if (!FOLDED.includes(node.type) || shapes.length === 0) {
    const problem = `a node of type ${quoted(node.type)} has only constant inputs`;
    throw new RefusedError(`${problem}, expected that only of ${FOLDED.join(", ")}`);
  }
  if (node.type === "ConstantOfShape") {
    const tensor = constants.get(node.inputs[0]);
    if (tensor?.element !== INT64) {
      throw new RefusedError("the shape of a ConstantOfShape is computed, expected a stored one");
    }
    return integersOf(tensor).map((size) => (size < 0 ? Infinity : size));
  }
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, i) => Math.max(...shapes.map((shape) => shape[shape.length - rank + i] ?? 1)));
}

/** Return the values of an int64 constant. */
export function integersOf(tensor: OnnxTensor): number[] {
  const view = new DataView(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
  return Array.from({ length: product(tensor.shape) }, (_, i) => Number(view.getBigInt64(8 * i, true)));
}

/** Return the values of a float32 constant. */
export function floatsOf(tensor: OnnxTensor): Float32Array {
  const view = new DataView(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
  return Float32Array.from({ length: product(tensor.shape) }, (_, i) => view.getFloat32(4 * i, true));
}

/** Return a name of the file for a message, which must not be as long as the file. */
function quoted(name: string): string {
  return pythonRepr(name.slice(0, MAX_QUOTED));
}

/** Return the product of sizes. */
export function product(sizes: readonly number[]): number {
  return sizes.reduce((value, size) => value * size, 1);
}
