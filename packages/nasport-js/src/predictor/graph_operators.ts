/** The operator types of predictors: what each computes, as steps of a plan. Views of arrays take no step. */

import { BINARY, normalizeRow, UNARY } from "./elementwise.js";
import type { Kernel } from "./memory.js";
import { type OnnxNode, product } from "./onnx_model.js";
import { integerOf, isLong, needed, type Plan, placed, type Planner, positionOf } from "./plan.js";
import { planGemm, planMatMul, planMatMulAdd } from "./products.js";
import { RefusedError } from "./protobuf.js";
import {
  axisOf, broadcast, broadcastShape, knownOf, knownTensor, newTensor, outerOffsets, reshaped, type Rows, sliced,
  type Tensor, type TensorKind, withAxes,
} from "./tensors.js";

const FLOAT_TYPE = 1;
const INT64_TYPE = 7;

function unary(node: OnnxNode, inputs: readonly (Tensor | undefined)[], plan: Plan): Tensor {
  const loop = UNARY.get(node.type);
  if (loop === undefined) throw new RefusedError(`the operator type ${node.type} is unknown`);
  const a = plan.stored(needed(node, inputs, 0));
  const out = newTensor(a.shape, a.kind);
  const rows = plan.rows([out, a]);
  plan.add([a], out, product(out.shape), (memory) => {
    const [outs, starts] = placed(rows.offsets, [out, a]);
    const { count, length, steps: [, step] } = rows;
    const fast = fastUnary(memory.kernel, node.type, rows);
    return () => {
      for (let r = 0; r < count; r++) {
        if (fast !== undefined) fast(length, 4 * outs[r], 4 * starts[r]);
        else loop(memory.values, length, outs[r], starts[r], step);
      }
    };
  });
  return out;
}

/** Return the loop of the WebAssembly module for rows of adjacent values, if it has one. */
function fastUnary(kernel: Kernel | null, type: string, { length, steps }: Rows): Kernel["relu"] | undefined {
  return type === "Relu" && isLong(length) && steps[1] === 1 ? kernel?.relu : undefined;
}

function fastBinary(kernel: Kernel | null, type: string, { length, steps }: Rows): Kernel["add"] | undefined {
  const [, stepA, stepB] = steps;
  if (kernel === null || !isLong(length) || stepA !== 1) return undefined;
  if (stepB === 1) return new Map([["Add", kernel.add], ["Mul", kernel.multiply]]).get(type);
  return type === "Mul" && stepB === 0 ? kernel.scale : undefined;
}

/** Plan an operator of two arrays that are repeated to one shape. */
export function planBinary(type: string, first: Tensor, second: Tensor, plan: Plan): Tensor {
  const loop = BINARY.get(type);
  if (loop === undefined) throw new RefusedError(`the operator type ${type} is unknown`);
  const shape = broadcastShape([first.shape, second.shape]);
  const [a, b] = [first, second].map((tensor) => broadcast(plan.stored(tensor), shape));
  const out = newTensor(shape, type === "Equal" ? "boolean" : a.kind);
  const rows = plan.rows([out, a, b]);
  plan.add([a, b], out, product(shape), (memory) => {
    const [outs, startsA, startsB] = placed(rows.offsets, [out, a, b]);
    const { count, length, steps: [, stepA, stepB] } = rows;
    const fast = fastBinary(memory.kernel, type, rows);
    return () => {
      for (let r = 0; r < count; r++) {
        if (fast !== undefined) fast(length, 4 * outs[r], 4 * startsA[r], 4 * startsB[r]);
        else loop(memory.values, length, outs[r], startsA[r], stepA, startsB[r], stepB);
      }
    };
  });
  return out;
}

function binary(node: OnnxNode, inputs: readonly (Tensor | undefined)[], plan: Plan): Tensor {
  if (inputs.length !== 2) {
    throw new RefusedError(`an operator of type ${node.type} has ${inputs.length} inputs, expected 2`);
  }
  const [a, b] = [needed(node, inputs, 0), needed(node, inputs, 1)];
  if (node.type === "Add" && a.known?.length === 1 && b.known?.length === 1) {
    return knownTensor(broadcastShape([a.shape, b.shape]), [a.known[0] + b.known[0]]);
  }
  return planBinary(node.type, a, b, plan);
}

/** Clip(x, low, high): the larger of x and low, then the smaller of that and high. */
function clip(node: OnnxNode, inputs: readonly (Tensor | undefined)[], plan: Plan): Tensor {
  const [, low, high] = inputs;
  const raised = low === undefined ? needed(node, inputs, 0) : planBinary("Max", needed(node, inputs, 0), low, plan);
  return high === undefined ? raised : planBinary("Min", raised, high, plan);
}

function squeeze(node: OnnxNode, inputs: readonly (Tensor | undefined)[]): Tensor {
  const tensor = needed(node, inputs, 0);
  const { shape, strides } = tensor;
  const all = shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  const axes = inputs[1] === undefined ? all : knownOf(inputs[1], "an axis").map((axis) => axisOf(axis, shape.length));
  if (axes.some((axis) => shape[axis] !== 1)) throw new RefusedError("an axis to squeeze has another size than 1");
  const kept = shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  return withAxes(tensor, kept.map((axis) => shape[axis]), kept.map((axis) => strides[axis]));
}

function unsqueeze(node: OnnxNode, inputs: readonly (Tensor | undefined)[]): Tensor {
  const tensor = needed(node, inputs, 0);
  const added = knownOf(needed(node, inputs, 1), "an axis");
  const rank = tensor.shape.length + added.length;
  const axes = new Set(added.map((axis) => axisOf(axis, rank)));
  if (axes.size < added.length) throw new RefusedError("an axis is added twice");
  const [shape, strides]: [number[], number[]] = [[], []];
  for (let axis = 0, from = 0; axis < rank; axis++) {
    shape.push(axes.has(axis) ? 1 : tensor.shape[from]);
    strides.push(axes.has(axis) ? 0 : tensor.strides[from++]);
  }
  return withAxes(tensor, shape, strides);
}

function slice(node: OnnxNode, inputs: readonly (Tensor | undefined)[], plan: Plan): Tensor {
  let tensor = plan.stored(needed(node, inputs, 0));
  const [starts, ends] = [1, 2].map((place) => knownOf(needed(node, inputs, place), "the end of a slice"));
  const axes = inputs[3] === undefined ? starts.map((_, i) => i) : knownOf(inputs[3], "an axis");
  const steps = inputs[4] === undefined ? starts.map(() => 1) : knownOf(inputs[4], "a step");
  if (steps.some((step) => step !== 1)) throw new RefusedError("a slice has steps, expected every position");
  axes.forEach((given, i) => {
    const axis = axisOf(given, tensor.shape.length);
    const size = tensor.shape[axis];
    const [start, end] = [starts[i], ends[i]].map((at) => Math.min(Math.max(at < 0 ? at + size : at, 0), size));
    tensor = sliced(tensor, axis, start, Math.max(start, end));
  });
  return tensor;
}

function transpose(node: OnnxNode, inputs: readonly (Tensor | undefined)[], plan: Plan): Tensor {
  const tensor = plan.stored(needed(node, inputs, 0));
  const rank = tensor.shape.length;
  const stated = node.attributes.get("perm")?.integers;
  const order = stated ?? tensor.shape.map((_, i) => rank - 1 - i);
  if (order.length !== rank || new Set(order.map((axis) => axisOf(axis, rank))).size !== rank) {
    throw new RefusedError("a transposition does not name every axis once");
  }
  return withAxes(tensor, order.map((axis) => tensor.shape[axis]), order.map((axis) => tensor.strides[axis]));
}

function expand(node: OnnxNode, inputs: readonly (Tensor | undefined)[], plan: Plan): Tensor {
  const tensor = plan.stored(needed(node, inputs, 0));
  const shape = broadcastShape([tensor.shape, knownOf(needed(node, inputs, 1), "a shape")]);
  return broadcast(tensor, shape);
}

function reshape(node: OnnxNode, inputs: readonly (Tensor | undefined)[], plan: Plan): Tensor {
  const tensor = plan.contiguous(needed(node, inputs, 0));
  const wanted = knownOf(needed(node, inputs, 1), "a shape");
  const keepsZero = integerOf(node, "allowzero", 0) === 1;
  const shape = wanted.map((size, i) => (size === 0 && !keepsZero ? (tensor.shape[i] ?? 0) : size));
  const open = shape.indexOf(-1);
  if (open >= 0) {
    const rest = product(shape.filter((_, i) => i !== open));
    shape[open] = rest === 0 ? 0 : product(tensor.shape) / rest;
  }
  if (product(shape) !== product(tensor.shape)) throw new RefusedError("an array is reshaped to another number of values");
  return reshaped(tensor, shape);
}

function concat(node: OnnxNode, inputs: readonly (Tensor | undefined)[], plan: Plan): Tensor {
  const parts = inputs.map((_, i) => plan.stored(needed(node, inputs, i)));
  const first = needed(node, parts, 0);
  const axis = axisOf(integerOf(node, "axis", 0), first.shape.length);
  const shape = first.shape.map((size, i) => (i === axis ? parts.reduce((sum, part) => sum + (part.shape[i] ?? 0), 0) : size));
  const out = newTensor(shape, first.kind);
  let start = 0;
  for (const part of parts) {
    const target = sliced(out, axis, start, start + (part.shape[axis] ?? 0));
    if (part.shape.length !== shape.length || part.shape.some((size, i) => size !== target.shape[i])) {
      throw new RefusedError("arrays are concatenated that differ in another axis");
    }
    plan.copy(part, target);
    start += part.shape[axis];
  }
  return out;
}

function pad(node: OnnxNode, inputs: readonly (Tensor | undefined)[], plan: Plan): Tensor {
  const tensor = plan.stored(needed(node, inputs, 0));
  const rank = tensor.shape.length;
  const pads = knownOf(needed(node, inputs, 1), "the padding");
  const mode = node.attributes.get("mode")?.text ?? "constant";
  if (pads.length !== 2 * rank || pads.some((size) => size < 0) || mode !== "constant" || inputs[3] !== undefined) {
    throw new RefusedError("an array is padded in another way than with a constant on all axes");
  }
  const out = newTensor(tensor.shape.map((size, i) => size + pads[i] + pads[rank + i]), tensor.kind);
  const value = inputs[2] === undefined ? plan.constants.zeros(1) : plan.stored(inputs[2]);
  if (product(value.shape) !== 1) throw new RefusedError("an array is padded with several numbers");
  plan.add([value], out, product(out.shape), (memory) => {
    const [start, from] = [positionOf(out), positionOf(value)];
    return () => memory.values.fill(memory.values[from], start, start + out.block.size);
  });
  let target = out;
  tensor.shape.forEach((size, axis) => (target = sliced(target, axis, pads[axis], pads[axis] + size)));
  plan.copy(tensor, target);
  return out;
}

function gather(node: OnnxNode, inputs: readonly (Tensor | undefined)[], plan: Plan): Tensor {
  const [tensor, index] = [plan.stored(needed(node, inputs, 0)), needed(node, inputs, 1)];
  const axis = axisOf(integerOf(node, "axis", 0), tensor.shape.length);
  if (index.known !== undefined && index.shape.length === 0) {
    const at = axisOf(index.known[0], tensor.shape[axis]);
    const one = sliced(tensor, axis, at, at + 1);
    return withAxes(one, one.shape.filter((_, i) => i !== axis), one.strides.filter((_, i) => i !== axis));
  }
  if (axis !== 0) throw new RefusedError("rows are gathered along another axis than the first");
  return gatherRows(plan.contiguous(tensor), plan.contiguous(index), plan);
}

function gatherRows(table: Tensor, index: Tensor, plan: Plan): Tensor {
  const [count, ...row] = table.shape;
  const [length, rows] = [product(row), product(index.shape)];
  const out = newTensor([...index.shape, ...row], table.kind);
  plan.add([table, index], out, product(out.shape) + rows, (memory) => {
    const [to, from, at] = [out, table, index].map(positionOf);
    return () => {
      const { values } = memory;
      for (let r = 0; r < rows; r++) {
        const place = values[at + r] < 0 ? values[at + r] + count : values[at + r];
        if (!(place >= 0 && place < count)) throw new RefusedError(`row ${place} is gathered of ${count} rows`);
        const start = from + place * length;
        values.copyWithin(to + r * length, start, start + length);
      }
    };
  });
  return out;
}

function reduceSum(node: OnnxNode, inputs: readonly (Tensor | undefined)[], plan: Plan): Tensor {
  const tensor = plan.stored(needed(node, inputs, 0));
  const rank = tensor.shape.length;
  const axes = knownOf(needed(node, inputs, 1), "an axis").map((axis) => axisOf(axis, rank));
  if (axes.length === 0) throw new RefusedError("a sum has no axes, expected at least one");
  const split = (isSummed: boolean) => {
    const chosen = tensor.shape.flatMap((_, axis) => (axes.includes(axis) === isSummed ? [axis] : []));
    return [chosen.map((axis) => tensor.shape[axis]), chosen.map((axis) => tensor.strides[axis])] as const;
  };
  const [kept, summed] = [split(false), split(true)];
  plan.checkRows(product(kept[0]) + product(summed[0]));
  const bases = outerOffsets(...kept, tensor.offset);
  const terms = outerOffsets(...summed, 0);
  const keeps = integerOf(node, "keepdims", 1) === 1;
  const out = newTensor(keeps ? tensor.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) : kept[0], tensor.kind);
  plan.add([tensor], out, product(tensor.shape), (memory) => {
    const [to, from] = [out.block.start, tensor.block.start];
    return () => {
      const { values } = memory;
      for (let i = 0; i < bases.length; i++) {
        const base = from + bases[i];
        let sum = 0;
        for (let j = 0; j < terms.length; j++) sum += values[base + terms[j]];
        values[to + i] = sum;
      }
    };
  });
  return out;
}

function layerNormalization(node: OnnxNode, inputs: readonly (Tensor | undefined)[], plan: Plan): Tensor {
  const tensor = plan.contiguous(needed(node, inputs, 0));
  const width = tensor.shape.at(-1) ?? 0;
  const axis = integerOf(node, "axis", -1);
  if (axis !== -1 && axis !== tensor.shape.length - 1) throw new RefusedError("a normalization has another axis than the last");
  const scale = plan.contiguous(needed(node, inputs, 1));
  const bias = inputs[2] === undefined ? plan.constants.zeros(width) : plan.contiguous(inputs[2]);
  if (product(scale.shape) !== width || product(bias.shape) !== width) {
    throw new RefusedError("a normalization has another width than its weights");
  }
  const epsilon = node.attributes.get("epsilon")?.float ?? 1e-5;
  const out = newTensor(tensor.shape);
  const rows = width === 0 ? 0 : product(tensor.shape) / width;
  plan.add([tensor, scale, bias], out, 8 * product(tensor.shape), (memory) => {
    const [to, from, weights, biases] = [out, tensor, scale, bias].map(positionOf);
    const fast = isLong(width) ? memory.kernel?.normalize : undefined;
    if (fast !== undefined) return () => fast(rows, width, 4 * from, 4 * weights, 4 * biases, 4 * to, epsilon);
    return () => {
      for (let r = 0; r < rows; r++) {
        normalizeRow(memory.values, width, to + r * width, from + r * width, weights, biases, epsilon);
      }
    };
  });
  return out;
}

function shapeOf(node: OnnxNode, inputs: readonly (Tensor | undefined)[]): Tensor {
  const { shape } = needed(node, inputs, 0);
  const sizes = shape.slice(integerOf(node, "start", 0), integerOf(node, "end", shape.length));
  return knownTensor([sizes.length], sizes);
}

function range(node: OnnxNode, inputs: readonly (Tensor | undefined)[]): Tensor {
  const [start, limit, step] = [0, 1, 2].map((place) => knownOf(needed(node, inputs, place), "a range")[0]);
  const count = Math.max(0, Math.ceil((limit - start) / step));
  if (!(count <= MAX_RANGE)) throw new RefusedError(`a range has ${count} numbers, expected at most ${MAX_RANGE}`);
  return knownTensor([count], Array.from({ length: count }, (_, i) => start + i * step));
}
const MAX_RANGE = 1 << 16;

function cast(node: OnnxNode, inputs: readonly (Tensor | undefined)[], plan: Plan): Tensor {
  const tensor = plan.stored(needed(node, inputs, 0));
  const kind: TensorKind | undefined = new Map<number, TensorKind>([[FLOAT_TYPE, "float"], [INT64_TYPE, "integer"]]).get(
    integerOf(node, "to", 0),
  );
  if (kind === undefined || (kind === "integer" && tensor.kind === "float")) {
    throw new RefusedError("numbers are converted to another type than float32");
  }
  return { ...tensor, kind };
}

/**
 * The operator types that are computed directly, all that the predictors of shipped and adapted bundles use. `MatMulAdd`
 * is not an operator type of ONNX: `direct.ts` makes it from two nodes.
 */
export const PLANNERS: ReadonlyMap<string, Planner> = new Map<string, Planner>([
  ...[...UNARY.keys()].map((type): [string, Planner] => [type, unary]),
  ...[...BINARY.keys()].map((type): [string, Planner] => [type, binary]),
  ["Cast", cast],
  ["Clip", clip],
  ["Concat", concat],
  ["Expand", expand],
  ["Gather", gather],
  ["Gemm", planGemm],
  ["LayerNormalization", layerNormalization],
  ["MatMul", planMatMul],
  ["MatMulAdd", planMatMulAdd],
  ["Pad", pad],
  ["Range", range],
  ["ReduceSum", reduceSum],
  ["Reshape", reshape],
  ["Shape", shapeOf],
  ["Slice", slice],
  ["Squeeze", squeeze],
  ["Transpose", transpose],
  ["Unsqueeze", unsqueeze],
]);
