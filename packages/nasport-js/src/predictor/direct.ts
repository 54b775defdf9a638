/**
 * Compute the ONNX graph of a predictor in plain typed arrays, without a runtime.
 *
 * The steps for fixed sizes are planned once and kept, so that scoring an edited document runs only loops over numbers.
 */

import { InputError } from "../errors.js";
import { pythonRepr } from "../json/python_text.js";
import { PLANNERS } from "./graph_operators.js";
import { Memory } from "./memory.js";
import { type OnnxModel, type OnnxNode, type OnnxTensor, product } from "./onnx_model.js";
import { Constants, Plan, type Step } from "./plan.js";
import { RefusedError } from "./protobuf.js";
import type { InputArray } from "./runner.js";
import { newTensor, reshaped, type Tensor } from "./tensors.js";

/** Sets of operators whose definitions of the allowed types are equal to those of version 18. */
const OPSETS = [18, 19, 20];
/** Plans that are kept: one for each combination of sizes and outputs. */
const MAX_PLANS = 16;

interface PlannedRun {
  readonly steps: readonly Step[];
  readonly size: number;
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly outputs: ReadonlyMap<string, Tensor>;
}

/** A graph that is computed directly. */
export class DirectGraph {
  private readonly memory: Memory;
  private readonly constants: Constants;
  private readonly nodes: readonly OnnxNode[];
  private readonly plans = new Map<string, PlannedRun>();

  /** Throws `InputError` if the graph has an operator type that is not computed directly. `simd` is false only in tests. */
  constructor(
    model: OnnxModel,
    private readonly file: string,
    simd = true,
  ) {
    const unknown = model.nodes.find((node) => !PLANNERS.has(node.type));
    if (unknown !== undefined) {
      const known = [...PLANNERS.keys()].filter((type) => type !== FUSED).sort();
      const problem = `the graph has the operator type ${pythonRepr(unknown.type)}, which predictors do not need`;
      throw new InputError(`${problem}, expected one of ${known.join(", ")}`, { file });
    }
    if (!OPSETS.includes(model.opset)) {
      throw new InputError(`the graph has version ${model.opset} of the operators, expected ${OPSETS.join(", ")}`, { file });
    }
    this.memory = new Memory(simd);
    this.constants = new Constants(this.memory, model.constants);
    this.nodes = withBiases(model);
  }

  /** Compute outputs by name; their numbers are copies. Throws `InputError` if the graph is wrong or too large. */
  run(inputs: ReadonlyMap<string, InputArray>, outputs: readonly string[]): Map<string, InputArray> {
    try {
      const plan = this.planFor(inputs, outputs);
      this.memory.reserve(plan.size);
      for (const [name, tensor] of plan.inputs) {
        const input = inputs.get(name);
        if (input !== undefined) this.memory.values.set(input.data, tensor.block.start);
      }
      for (const step of plan.steps) step();
      return new Map(Array.from(plan.outputs, ([name, tensor]) => [name, this.copyOf(tensor)]));
    } catch (error) {
      if (error instanceof RefusedError) throw new InputError(error.message, { file: this.file });
      throw error;
    }
  }

  private copyOf({ block, offset, shape }: Tensor): InputArray {
    const start = block.start + offset;
    return { shape, data: this.memory.values.slice(start, start + product(shape)) };
  }

  private planFor(inputs: ReadonlyMap<string, InputArray>, outputs: readonly string[]): PlannedRun {
    const key = JSON.stringify([Array.from(inputs, ([name, { shape }]) => [name, shape]), outputs]);
    let plan = this.plans.get(key);
    if (plan === undefined) {
      const before = this.constants.size;
      try {
        plan = this.plan(inputs, outputs);
      } finally {
        if (this.constants.size > before) this.plans.clear(); // new constants are in the place of their arrays
      }
      const [oldest] = this.plans.keys();
      if (this.plans.size >= MAX_PLANS) this.plans.delete(oldest);
    } else {
      this.plans.delete(key); // the most recent one comes last
    }
    this.plans.set(key, plan);
    return plan;
  }

  private plan(inputs: ReadonlyMap<string, InputArray>, outputs: readonly string[]): PlannedRun {
    const plan = new Plan(this.constants);
    const given = new Map(
      Array.from(inputs, ([name, { shape }]) => [name, newTensor(shape, name === "index" ? "integer" : "float")]),
    );
    const found = new Map<string, Tensor>(given);
    const tensorOf = (name: string): Tensor => {
      const tensor = found.get(name) ?? this.constants.get(name);
      if (tensor === undefined) throw new RefusedError(`the graph reads ${pythonRepr(name)}, which nothing computes before`);
      return tensor;
    };
    for (const node of neededNodes(this.nodes, outputs)) {
      const planner = PLANNERS.get(node.type);
      if (planner === undefined) continue; // the constructor refused such graphs
      const sources = node.inputs.map((name) => (name === "" ? undefined : tensorOf(name)));
      found.set(node.outputs[0], planner(node, sources, plan));
    }
    const results = new Map(outputs.map((name) => [name, ownCopy(plan.contiguous(tensorOf(name)), plan)]));
    const { steps, size } = plan.allocate([...given.values()], [...results.values()]);
    return { steps, size, inputs: given, outputs: results };
  }
}

const FUSED = "MatMulAdd";

/** Return an array of its own, because an input or a constant is not an output to overwrite. */
function ownCopy(tensor: Tensor, plan: Plan): Tensor {
  const copy = newTensor(tensor.shape);
  plan.copy(tensor, copy);
  return reshaped(copy, tensor.shape);
}

/** Return the nodes on which outputs depend, in order. */
function neededNodes(nodes: readonly OnnxNode[], outputs: readonly string[]): OnnxNode[] {
  const wanted = new Set(outputs);
  const kept: OnnxNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue;
    kept.push(node);
    node.inputs.forEach((name) => wanted.add(name));
  }
  return kept.reverse();
}

/** Merge a matrix product and the addition of one constant for each column, if nothing else reads the product. */
function withBiases(model: OnnxModel): OnnxNode[] {
  const readers = new Map<string, number>();
  for (const name of [...model.nodes.flatMap((node) => node.inputs), ...model.outputs.map((output) => output.name)]) {
    readers.set(name, (readers.get(name) ?? 0) + 1);
  }
  const products = new Map(
    model.nodes.flatMap((node) =>
      node.type === "MatMul" && readers.get(node.outputs[0]) === 1 ? [[node.outputs[0], node] as const] : [],
    ),
  );
  const merged = new Set<OnnxNode>();
  const nodes = model.nodes.map((node) => {
    if (node.type !== "Add" || node.inputs.length !== 2) return node;
    const place = node.inputs.findIndex((name) => products.has(name));
    const matmul = products.get(node.inputs[place]);
    const bias = model.constants.get(node.inputs[1 - place]);
    if (matmul === undefined || bias === undefined || !isBias(bias, matmul, model)) return node;
    merged.add(matmul);
    return { ...matmul, type: FUSED, inputs: [...matmul.inputs, bias.name], outputs: node.outputs };
  });
  return nodes.filter((node) => !merged.has(node));
}

/** Whether a constant has one number for each column of the second, constant matrix of a product. */
function isBias(bias: OnnxTensor, matmul: OnnxNode, model: OnnxModel): boolean {
  const matrix = model.constants.get(matmul.inputs[1]);
  return bias.shape.length === 1 && matrix?.shape.length === 2 && bias.shape[0] === matrix.shape[1];
}
