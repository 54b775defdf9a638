/** Arrays of a graph that is computed directly: shapes, strides and the memory that they use, without their numbers. */

import { product } from "./onnx_model.js";
import { RefusedError } from "./protobuf.js";

/** Largest number of values of one array, and of all arrays that are needed at the same time. */
export const MAX_VALUES_AT_ONCE = 2 ** 25;
const MAX_RANK = 6;
/** Integers in memory are float32, which has all integers up to this one. */
const MAX_INTEGER = 2 ** 24;

/** A range of the memory. Its start, counted in values, is known after the allocation. */
export class Block {
  start = -1;

  constructor(
    readonly size: number,
    readonly isConstant = false,
  ) {
    if (!(size <= MAX_VALUES_AT_ONCE)) {
      throw new RefusedError(`an array has ${size} values, expected at most ${MAX_VALUES_AT_ONCE}`);
    }
  }
}

export type TensorKind = "float" | "integer" | "boolean";

/** An array: a strided view of a block. All kinds are stored as float32. */
export interface Tensor {
  readonly kind: TensorKind;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly block: Block;
  readonly offset: number;
  /** Values of integers that are known before the graph runs, such as sizes. */
  readonly known?: readonly number[];
}

/** Return a new array in a block of its own. */
export function newTensor(shape: readonly number[], kind: TensorKind = "float", isConstant = false): Tensor {
  checkShape(shape);
  const block = new Block(product(shape), isConstant);
  return { kind, shape, strides: contiguousStrides(shape), block, offset: 0 };
}

/** Return an array of known integers, which needs no memory until a step reads it. */
export function knownTensor(shape: readonly number[], known: readonly number[]): Tensor {
  checkShape(shape);
  return { ...newTensor(shape, "integer"), known };
}

/** Return the known integers of an array. */
export function knownOf(tensor: Tensor, what: string): readonly number[] {
  if (tensor.known === undefined) throw new RefusedError(`${what} depends on the input, expected known numbers`);
  return tensor.known;
}

/** Raise RefusedError for integers that float32 rounds. */
export function checkExact(values: readonly number[]): void {
  const wrong = values.find((value) => !(Math.abs(value) <= MAX_INTEGER));
  if (wrong !== undefined) throw new RefusedError(`the graph computes with the integer ${wrong}, expected smaller ones`);
}

export function isContiguous(tensor: Tensor): boolean {
  const strides = contiguousStrides(tensor.shape);
  return product(tensor.shape) === 0 || tensor.shape.every((size, i) => size === 1 || tensor.strides[i] === strides[i]);
}

/** Return the same numbers in another shape; the array must be contiguous. */
export function reshaped(tensor: Tensor, shape: readonly number[]): Tensor {
  checkShape(shape);
  return { ...tensor, shape, strides: contiguousStrides(shape) };
}

/** Return the part of an array from `start` to `end` along one axis. */
export function sliced(tensor: Tensor, axis: number, start: number, end: number): Tensor {
  const shape = tensor.shape.map((size, i) => (i === axis ? end - start : size));
  const { known, ...rest } = tensor;
  return { ...rest, shape, offset: tensor.offset + start * tensor.strides[axis] };
}

/** Return an array without some axes, which must have size 1, or with further ones. */
export function withAxes(tensor: Tensor, shape: readonly number[], strides: readonly number[]): Tensor {
  checkShape(shape);
  return { ...tensor, shape, strides };
}

/** Return an array repeated to a shape; nothing is copied. */
export function broadcast(tensor: Tensor, shape: readonly number[]): Tensor {
  const missing = shape.length - tensor.shape.length;
  const strides = shape.map((size, i) => {
    if (i < missing || tensor.shape[i - missing] === 1) return 0;
    if (tensor.shape[i - missing] !== size) throw mismatch(tensor.shape, shape);
    return tensor.strides[i - missing];
  });
  if (missing < 0) throw mismatch(tensor.shape, shape);
  const { known, ...rest } = tensor;
  return { ...rest, shape, strides };
}

/** Return the shape to which several shapes are repeated. */
export function broadcastShape(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, i) => {
    const sizes = shapes.map((shape) => shape[shape.length - rank + i] ?? 1);
    const size = sizes.find((other) => other !== 1) ?? 1;
    if (sizes.some((other) => other !== 1 && other !== size)) throw mismatch(shapes[0], shapes[1]);
    return size;
  });
}

/** Return an axis counted from 0; negative axes count from the end. */
export function axisOf(axis: number, rank: number): number {
  const found = axis < 0 ? axis + rank : axis;
  if (!(Number.isInteger(found) && found >= 0 && found < rank)) {
    throw new RefusedError(`an operator has the axis ${axis}, expected one of ${rank}`);
  }
  return found;
}

export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1] * shape[i + 1];
  return strides;
}

/** The rows of several arrays of one shape: `count` rows of `length` values with a fixed step within a row. */
export interface Rows {
  readonly count: number;
  readonly length: number;
  /** For each array the step within a row. */
  readonly steps: readonly number[];
  /** For each array the offsets of its rows from the start of its block. */
  readonly offsets: readonly Int32Array[];
}

/** Split arrays of one shape into rows that are as long as possible. `check` may refuse their number. */
export function rowsOf(tensors: readonly Tensor[], check: (count: number) => void): Rows {
  const { shape, strides } = collapsed(tensors);
  const last = shape.length - 1;
  const [outer, length] = [shape.slice(0, last), shape[last]];
  check(product(outer));
  const offsets = tensors.map((tensor, t) => outerOffsets(outer, strides[t], tensor.offset));
  return { count: product(outer), length, steps: strides.map((of) => of[last]), offsets };
}

/** Merge axes that follow each other in the memory of all arrays; at least one axis remains. */
function collapsed(tensors: readonly Tensor[]): { shape: number[]; strides: number[][] } {
  const shape: number[] = [];
  const strides: number[][] = tensors.map(() => []);
  tensors[0].shape.forEach((size, axis) => {
    if (size === 1) return;
    const last = shape.length - 1;
    const follows = last >= 0 && tensors.every((t, i) => strides[i][last] === t.strides[axis] * size);
    if (follows) shape[last] *= size;
    else shape.push(size);
    const place = follows ? last : last + 1;
    tensors.forEach((tensor, i) => (strides[i][place] = tensor.strides[axis]));
  });
  if (shape.length > 0) return { shape, strides };
  return { shape: [1], strides: tensors.map(() => [1]) };
}

/** Return the offsets of all positions of some axes, in order. */
export function outerOffsets(shape: readonly number[], strides: readonly number[], base: number): Int32Array {
  let offsets = Int32Array.of(base);
  shape.forEach((size, axis) => {
    const next = new Int32Array(offsets.length * size);
    offsets.forEach((offset, i) => {
      for (let j = 0; j < size; j++) next[i * size + j] = offset + j * strides[axis];
    });
    offsets = next;
  });
  return offsets;
}

function checkShape(shape: readonly number[]): void {
  if (shape.length > MAX_RANK) throw new RefusedError(`an array has ${shape.length} axes, expected at most ${MAX_RANK}`);
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new RefusedError(`an array has the shape [${shape.join(", ")}], expected sizes`);
  }
}

function mismatch(first: readonly number[], second: readonly number[]): RefusedError {
  return new RefusedError(`arrays of the shapes [${first.join(", ")}] and [${second.join(", ")}] do not fit together`);
}
