/** ONNX graphs computed by onnxruntime-web: the encoder, and predictors on request. The package is loaded on first use. */

import type { Tensor } from "onnxruntime-web";

import { InputError } from "../errors.js";
import { readModel } from "./onnx_model.js";

/** An array that goes into a session. */
export interface InputTensor {
  readonly type: "float32" | "int64";
  readonly data: Float32Array | BigInt64Array;
  readonly dims: readonly number[];
}

/** A float32 array that a session computed. */
export interface OutputTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** An open ONNX graph. */
export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Compute some outputs from all inputs. */
  run(
    feeds: Readonly<Record<string, InputTensor>>,
    outputs: readonly string[],
  ): Promise<Readonly<Record<string, OutputTensor>>>;
}

/** WebAssembly module with one SIMD instruction (`i8x16.splat`), which engines without SIMD refuse. */
const SIMD_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11,
]);

/** Whether this engine has WebAssembly with SIMD. */
export function hasSimd(): boolean {
  return typeof WebAssembly === "object" && WebAssembly.validate(SIMD_PROBE);
}

/**
 * Check an ONNX graph and open it in onnxruntime-web, with one thread.
 *
 * `layer` names a tensor inside the graph that becomes a further output. Throws `InputError` if the graph is not allowed,
 * onnxruntime-web is missing, or the engine lacks WebAssembly SIMD.
 */
export async function openSession(model: Uint8Array, file = "the model", layer = ""): Promise<OnnxSession> {
  readModel(model, file);
  const runtime = await importRuntime();
  const data = layer === "" ? model : joined(model, furtherOutput(layer));
  const options = { executionProviders: ["wasm"], intraOpNumThreads: 1, logSeverityLevel: 4 } as const;
  const session = await runtime.InferenceSession.create(data, options).catch((error: unknown) => {
    throw new InputError(`onnxruntime-web cannot load the model: ${String(error)}`, { file });
  });
  let previous: Promise<unknown> = Promise.resolve(); // a session computes one run at a time
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    run(feeds, outputs) {
      const tensors = Object.entries(feeds).map(([name, { type, data, dims }]) => [
        name,
        new runtime.Tensor(type, data, dims),
      ]);
      const found = previous.then(() => session.run(Object.fromEntries(tensors), outputs));
      previous = found.catch(() => undefined);
      return found.then(
        (arrays) => Object.fromEntries(outputs.map((name) => [name, floatTensor(arrays[name], name, file)])),
        (error: unknown) => {
          throw new InputError(`ONNX Runtime cannot compute the model: ${String(error)}`, { file });
        },
      );
    },
  };
}

function floatTensor(tensor: Tensor, name: string, file: string): OutputTensor {
  if (tensor.data instanceof Float32Array) return { data: tensor.data, dims: tensor.dims };
  throw new InputError(`the output ${name} has the type ${tensor.type}, expected float32`, { file });
}

/**
 * Return bytes that, appended to an ONNX file, make a tensor inside its graph one of its outputs.
 *
 * Concatenated protobuf messages of one type are merged. So the bytes are a model (field 7: graph) with a graph (field 12:
 * outputs) with a value (field 1: name).
 */
function furtherOutput(name: string): Uint8Array {
  let data = new TextEncoder().encode(name);
  for (const field of [1, 12, 7]) {
    if (data.length > 127) {
      throw new InputError("the name of the layer is too long, expected a tensor of the encoder"); // a length of one byte
    }
    data = joined(new Uint8Array([(field << 3) | 2, data.length]), data);
  }
  return data;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(first.length + second.length);
  data.set(first);
  data.set(second, first.length);
  return data;
}

async function importRuntime(): Promise<typeof import("onnxruntime-web")> {
  if (!hasSimd()) {
    throw new InputError(
      "this browser has no WebAssembly SIMD, which onnxruntime-web needs; use a newer browser, or load the predictor " +
        "with the runtime 'direct'",
    );
  }
  try {
    const runtime = await import("onnxruntime-web");
    runtime.env.wasm.numThreads = 1;
    return runtime;
  } catch (error) {
    throw new InputError(`onnxruntime-web cannot be imported (${String(error)}); run \`npm install onnxruntime-web\``);
  }
}
