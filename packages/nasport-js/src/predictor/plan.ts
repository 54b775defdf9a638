/** Steps of a graph for fixed sizes, and the memory of its arrays, which later arrays take over after their last use. */

import { copyRow } from "./elementwise.js";
import type { Memory } from "./memory.js";
import { floatsOf, INT64, integersOf, type OnnxNode, type OnnxTensor, product } from "./onnx_model.js";
import { RefusedError } from "./protobuf.js";
import {
  type Block, checkExact, isContiguous, knownTensor, MAX_VALUES_AT_ONCE, newTensor, type Rows, rowsOf, type Tensor,
} from "./tensors.js";

/** Largest number of multiplications in matrix products of one run; another operation on a value counts like several. */
const MAX_WORK = 2 ** 37;
const OPERATION = 128;
/** Largest number of rows into which the steps of a plan split their arrays: the position of each row is stored. */
const MAX_ROWS = 2 ** 22;
/** Blocks begin at multiples of 16 bytes. */
const ALIGNMENT = 4;

/** One step of a run. */
export type Step = () => void;

/** Plan a node: return its output, and add the steps that compute it. A missing optional input is undefined. */
export type Planner = (node: OnnxNode, inputs: readonly (Tensor | undefined)[], plan: Plan) => Tensor;

/** Make a step on a memory, after all blocks have their places. The values of a memory move when it grows. */
export type StepMaker = (memory: Memory) => Step;

interface PlannedStep {
  readonly reads: readonly Block[];
  readonly writes: Block;
  readonly make: StepMaker;
}

/** Constants of a graph, at the beginning of its memory. */
export class Constants {
  size = 0;
  private readonly placed = new Map<string, Tensor>();

  constructor(
    readonly memory: Memory,
    private readonly stored: ReadonlyMap<string, OnnxTensor>,
  ) {}

  /** Return a stored constant; undefined if there is none of this name. */
  get(name: string): Tensor | undefined {
    const stored = this.stored.get(name);
    if (stored === undefined) return undefined;
    if (stored.element === INT64) return this.once(name, () => knownTensor(stored.shape, integersOf(stored)));
    return this.once(name, () => this.place(stored.shape, floatsOf(stored)));
  }

  /** Return zeros. */
  zeros(count: number): Tensor {
    return this.once(`zeros ${count}`, () => this.place([count], new Float32Array(count)));
  }

  /** Return a constant in row order. */
  contiguous(tensor: Tensor): Tensor {
    if (isContiguous(tensor)) return tensor;
    const { block, offset, shape, strides } = tensor;
    return this.once(`copy ${[block.start, offset, ...shape, ...strides].join(" ")}`, () => {
      const rows = rowsOf([tensor], () => {}); // constants are as large as the file
      const values = new Float32Array(product(shape));
      rows.offsets[0].forEach((start, r) => {
        for (let i = 0; i < rows.length; i++) {
          values[r * rows.length + i] = this.memory.values[block.start + start + i * rows.steps[0]];
        }
      });
      return this.place(shape, values);
    });
  }

  /** Return a constant that is made on first use. */
  private once(key: string, make: () => Tensor): Tensor {
    const tensor = this.placed.get(key) ?? make();
    this.placed.set(key, tensor);
    return tensor;
  }

  private place(shape: readonly number[], values: Float32Array): Tensor {
    const tensor = newTensor(shape, "float", true);
    if (this.size + values.length > MAX_VALUES_AT_ONCE) throw tooMuchMemory();
    this.memory.reserve(this.size + values.length);
    tensor.block.start = this.size;
    this.memory.values.set(values, this.size);
    this.size = aligned(this.size + values.length);
    return tensor;
  }
}

/** A list of steps that is being planned. */
export class Plan {
  private readonly steps: PlannedStep[] = [];
  private work = 0;
  private rowCount = 0;

  constructor(readonly constants: Constants) {}

  /** Split arrays of one shape into rows. */
  rows(tensors: readonly Tensor[]): Rows {
    return rowsOf(tensors, (count) => this.checkRows(count));
  }

  /** Refuse a graph that is split into too many rows. */
  checkRows(count: number): void {
    this.rowCount += count;
    if (this.rowCount > MAX_ROWS) {
      throw new RefusedError("the graph computes too many rows, expected a smaller graph or input");
    }
  }

  /** Add a step that computes `output` from `inputs`, with one operation for each of `count` values. */
  add(inputs: readonly Tensor[], output: Tensor, count: number, make: StepMaker): void {
    this.addProduct(inputs, output, OPERATION * count, make);
  }

  /** Add a step that computes a matrix product with a number of multiplications. */
  addProduct(inputs: readonly Tensor[], output: Tensor, multiplications: number, make: StepMaker): void {
    this.work += multiplications;
    if (this.work > MAX_WORK) {
      throw new RefusedError("the graph takes too many operations, expected a smaller graph or input");
    }
    this.steps.push({ reads: inputs.map((tensor) => tensor.block), writes: output.block, make });
  }

  /** Return the array itself, or for known integers a copy in memory. */
  stored(tensor: Tensor): Tensor {
    const { known } = tensor;
    if (known === undefined) return tensor;
    checkExact(known);
    const { known: _, ...copy } = newTensor(tensor.shape, tensor.kind);
    const values = Float32Array.from(known);
    this.add([], copy, values.length, (memory) => () => memory.values.set(values, copy.block.start));
    return copy;
  }

  /** Return the array in row order, copied if necessary. */
  contiguous(tensor: Tensor): Tensor {
    const source = this.stored(tensor);
    if (isContiguous(source)) return source;
    if (source.block.isConstant) return this.constants.contiguous(source);
    const copy = newTensor(source.shape, source.kind);
    this.copy(source, copy);
    return copy;
  }

  /** Copy an array to another one of the same shape, which may be a part of a block. */
  copy(source: Tensor, target: Tensor): void {
    const rows = this.rows([target, source]);
    const [stepOut, step] = rows.steps;
    this.add([source], target, product(source.shape), (memory) => {
      const [outs, starts] = placed(rows.offsets, [target, source]);
      const { count, length } = rows;
      const fast = stepOut === 1 && step === 1 && isLong(length) ? memory.kernel?.copy : undefined;
      return () => {
        for (let r = 0; r < count; r++) {
          if (fast !== undefined) fast(length, 4 * outs[r], 4 * starts[r]);
          else copyRow(memory.values, length, outs[r], stepOut, starts[r], step);
        }
      };
    });
  }

  /** Give every block a place behind the constants. Returns the steps and the number of values of the whole memory. */
  allocate(inputs: readonly Tensor[], outputs: readonly Tensor[]): { steps: Step[]; size: number } {
    const last = new Map<Block, number>();
    this.steps.forEach(({ reads, writes }, i) => [...reads, writes].forEach((block) => last.set(block, i)));
    for (const { block } of outputs) last.set(block, Infinity);
    const space = new Space(this.constants.size);
    for (const { block } of inputs) space.take(block);
    const freed = inputs.map((tensor) => tensor.block).filter((block) => !last.has(block));
    freed.forEach((block) => space.give(block));
    this.steps.forEach(({ reads, writes }, i) => {
      if (writes.start < 0) space.take(writes);
      for (const block of new Set([...reads, writes])) {
        if (last.get(block) === i && !block.isConstant) space.give(block);
      }
    });
    return { steps: this.steps.map((step) => step.make(this.constants.memory)), size: space.end };
  }
}

/** Return an input that must not be missing. */
export function needed(node: OnnxNode, inputs: readonly (Tensor | undefined)[], place: number): Tensor {
  const tensor = inputs[place];
  if (tensor === undefined) throw new RefusedError(`an operator of type ${node.type} lacks its input ${place}`);
  return tensor;
}

/** Return an integer attribute of a node. */
export function integerOf(node: OnnxNode, name: string, fallback: number): number {
  return node.attributes.get(name)?.integers[0] ?? fallback;
}

/** Whether rows are long enough for the loops of the WebAssembly module, which compute four values at a time. */
export function isLong(length: number): boolean {
  return length >= 8 && length % 4 === 0;
}

/** Return the position of the first value of an array in the memory, after the allocation. */
export function positionOf({ block, offset }: Tensor): number {
  return block.start + offset;
}

/** Return the offsets of rows in the memory, after the allocation. */
export function placed(offsets: readonly Int32Array[], tensors: readonly Tensor[]): Int32Array[] {
  return offsets.map((of, i) => of.map((offset) => offset + tensors[i].block.start));
}

/** The memory behind the constants: free gaps in ascending order, and the end of what has been used. */
class Space {
  end: number;
  private gaps: { start: number; end: number }[] = [];

  constructor(start: number) {
    this.end = start;
  }

  take(block: Block): void {
    const size = aligned(Math.max(block.size, 1));
    const gap = this.gaps.find(({ start, end }) => end - start >= size);
    if (gap === undefined) {
      block.start = this.end;
      this.end += size;
      if (this.end > 2 * MAX_VALUES_AT_ONCE) throw tooMuchMemory();
    } else {
      block.start = gap.start;
      gap.start += size;
    }
  }

  give(block: Block): void {
    this.gaps.push({ start: block.start, end: block.start + aligned(Math.max(block.size, 1)) });
    this.gaps.sort((first, second) => first.start - second.start);
    const merged: typeof this.gaps = [];
    for (const gap of this.gaps) {
      const before = merged.at(-1);
      if (before !== undefined && before.end === gap.start) before.end = gap.end;
      else if (gap.end > gap.start) merged.push(gap);
    }
    this.gaps = merged;
  }
}

function aligned(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}

function tooMuchMemory(): RefusedError {
  return new RefusedError(`the graph needs more than ${2 * MAX_VALUES_AT_ONCE} values at once, expected fewer`);
}
