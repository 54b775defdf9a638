/** Matrix products of a graph, as steps of a plan. */

import type { Product } from "./memory.js";
import { type OnnxNode, product } from "./onnx_model.js";
import { integerOf, needed, type Plan, positionOf } from "./plan.js";
import { RefusedError } from "./protobuf.js";
import { broadcast, broadcastShape, newTensor, outerOffsets, type Tensor, withAxes } from "./tensors.js";

/** MatMul(a, b). */
export function planMatMul(node: OnnxNode, inputs: readonly (Tensor | undefined)[], plan: Plan): Tensor {
  const [a, b] = [plan.stored(needed(node, inputs, 0)), plan.stored(needed(node, inputs, 1))];
  return multiplied(a, b, plan.constants.zeros(b.shape.at(-1) ?? 0), plan);
}

/** MatMulAdd(a, b, bias) = MatMul(a, b) + bias, with one bias for each column. */
export function planMatMulAdd(node: OnnxNode, inputs: readonly (Tensor | undefined)[], plan: Plan): Tensor {
  const [a, b, bias] = [0, 1, 2].map((place) => plan.stored(needed(node, inputs, place)));
  return multiplied(a, b, plan.contiguous(bias), plan);
}

/** Gemm(a, b, bias) = a @ b + bias, with `transB`. */
export function planGemm(node: OnnxNode, inputs: readonly (Tensor | undefined)[], plan: Plan): Tensor {
  const factors = ["alpha", "beta"].map((name) => node.attributes.get(name)?.float ?? 1);
  if (factors.some((factor) => factor !== 1) || integerOf(node, "transA", 0) !== 0) {
    throw new RefusedError("a Gemm has factors or a transposed first matrix, expected a plain product");
  }
  const [a, b] = [plan.stored(needed(node, inputs, 0)), plan.stored(needed(node, inputs, 1))];
  if (a.shape.length !== 2 || b.shape.length !== 2) throw new RefusedError("a Gemm has an array that is not a matrix");
  const matrix = integerOf(node, "transB", 0) === 0 ? b : withAxes(b, [...b.shape].reverse(), [...b.strides].reverse());
  const width = matrix.shape[1];
  const bias = inputs[2] === undefined ? plan.constants.zeros(width) : plan.contiguous(inputs[2]);
  return multiplied(a, matrix, bias, plan);
}

function multiplied(a: Tensor, b: Tensor, bias: Tensor, plan: Plan): Tensor {
  if (a.shape.length < 2 || b.shape.length < 2) throw new RefusedError("a matrix product has a vector, expected matrices");
  const [[count, depth], [depthB, width]] = [a.shape.slice(-2), b.shape.slice(-2)];
  if (depth !== depthB) throw new RefusedError(`matrices of ${depth} columns and ${depthB} rows are multiplied`);
  if (product(bias.shape) !== width) throw new RefusedError("a matrix product has another width than its bias");
  const batch = broadcastShape([a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  const out = newTensor([...batch, count, width]);
  const rows = broadcast(a.strides.at(-1) === 1 || depth === 1 ? a : plan.contiguous(a), [...batch, count, depth]);
  const matrices = broadcast(hasPlainRows(b) ? b : plan.contiguous(b), [...batch, depth, width]);
  plan.checkRows(product(batch));
  plan.addProduct([rows, matrices, bias], out, product(batch) * count * depth * width, (memory) => {
    const products = productsOf(rows, matrices, bias, out, batch);
    const sparse = !matrices.block.isConstant; // graphs multiply by their adjacency, and layers by their weights
    return () => {
      for (const each of products) memory.multiply(each, sparse);
    };
  });
  return out;
}

/** Return one product for each matrix `b`; a matrix that is the same for the whole batch needs only one. */
function productsOf(a: Tensor, b: Tensor, bias: Tensor, out: Tensor, batch: readonly number[]): Product[] {
  const [count, depth] = a.shape.slice(-2);
  const width = out.shape[out.shape.length - 1];
  const step = a.strides[batch.length];
  const positions = { a: positionOf(a), b: positionOf(b), bias: positionOf(bias), out: positionOf(out) };
  const one = { count, step, depth, width, ...positions };
  const isShared = b.strides.slice(0, -2).every((stride, i) => stride === 0 || batch[i] === 1);
  const follows = batch.every((size, i) => size === 1 || a.strides[i] === step * product(a.shape.slice(i + 1, -1)));
  if (isShared && follows) return [{ ...one, count: product(batch) * count }];
  const starts = [a, b, out].map((tensor) => outerOffsets(batch, tensor.strides.slice(0, -2), positionOf(tensor)));
  return Array.from(starts[0], (start, i) => ({ ...one, a: start, b: starts[1][i], out: starts[2][i] }));
}

/** Whether the rows of each matrix follow each other without gaps. */
function hasPlainRows(tensor: Tensor): boolean {
  const [count, width] = tensor.shape.slice(-2);
  const [step, inner] = tensor.strides.slice(-2);
  return (inner === 1 || width === 1) && (step === width || count === 1);
}
