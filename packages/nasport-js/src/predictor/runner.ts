/** The two ways to compute the ONNX graph of a predictor: directly, or by onnxruntime-web. */

import { DirectGraph } from "./direct.js";
import { openSession } from "./onnx_session.js";
import { type OnnxValue, readModel } from "./onnx_model.js";

/** `direct`: plain typed arrays; `onnx`: onnxruntime-web, which must be installed. */
export type Runtime = "direct" | "onnx";

/** An array of float32 numbers; integers are below 2^24. */
export interface InputArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A graph that is ready to run. */
export interface Runner {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Number of graphs of a padded size that run together. */
  batchOf(size: number): number;
  run(inputs: ReadonlyMap<string, InputArray>, outputs: readonly string[]): Promise<ReadonlyMap<string, InputArray>>;
}

/** Numbers of nodes that are computed together directly: more exceed the cache. */
const DIRECT_NODES = 256;
/** Graphs of a batch of onnxruntime-web, entries of its adjacency, and the size from which graphs run alone, as in Python. */
const MOST_GRAPHS = 512;
const MOST_ENTRIES = 1 << 22;
const LARGEST_IN_BATCH = 256;

/** Open the graph of a predictor. Throws `InputError` if it is not allowed, or if onnxruntime-web is needed but missing. */
export async function openRunner(model: Uint8Array, file: string, runtime: Runtime): Promise<Runner> {
  const { inputs, outputs, ...rest } = readModel(model, file);
  if (runtime === "direct") {
    const graph = new DirectGraph({ inputs, outputs, ...rest }, file);
    return {
      inputs,
      outputs,
      batchOf: (size) => Math.max(1, Math.floor(DIRECT_NODES / size)),
      run: async (arrays, wanted) => graph.run(arrays, wanted),
    };
  }
  const session = await openSession(model, file);
  return {
    inputs,
    outputs,
    batchOf: (size) => (size > LARGEST_IN_BATCH ? 1 : Math.min(MOST_GRAPHS, Math.floor(MOST_ENTRIES / size ** 2))),
    async run(arrays, wanted) {
      const feeds = Object.fromEntries(Array.from(arrays, ([name, array]) => [name, tensorOf(name, array)]));
      const found = await session.run(feeds, wanted);
      return new Map(wanted.map((name) => [name, { shape: found[name].dims, data: found[name].data }]));
    },
  };
}

function tensorOf(name: string, { shape, data }: InputArray) {
  if (name !== "index") return { type: "float32", data, dims: shape } as const;
  return { type: "int64", data: BigInt64Array.from(data, (value) => BigInt(value)), dims: shape } as const;
}
