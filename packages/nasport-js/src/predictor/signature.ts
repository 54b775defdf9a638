/** Checks that the ONNX graph of a predictor has the inputs and outputs that the manifest declares. */

import { InputError } from "../errors.js";
import { pythonRepr } from "../json/python_text.js";
import type { Bundle } from "./bundle.js";
import type { Runner } from "./runner.js";

/** Inputs that the ONNX graph of a predictor may have. */
const INPUTS: readonly string[] = ["adjacency", "globals", "index", "mask", "operators"];
type Signature = Pick<Runner, "inputs" | "outputs">;

/** Throw `InputError` unless the graph has the declared inputs, a score, and the declared numbers per architecture. */
export function checkSignature(bundle: Bundle, { inputs, outputs }: Signature): void {
  const file = bundle.source.name;
  const [found, declared] = [inputs.map(({ name }) => name), Object.keys(bundle.manifest.inputs)].map((names) =>
    [...new Set(names)].sort(),
  );
  if (found.join(" ") !== declared.join(" ") || !found.every((name) => INPUTS.includes(name))) {
    const both = `the inputs of predictor.onnx are ${pythonRepr(found)}, those of the manifest ${pythonRepr(declared)}`;
    throw new InputError(`${both}, expected the same names, all of them among ${pythonRepr(INPUTS)}`, { file });
  }
  const shapes = new Map(outputs.map(({ name, shape }) => [name, shape]));
  for (const [name, width] of widths(bundle)) {
    const shape = shapes.get(name)?.slice(1) ?? [];
    if (shape.length === 1 && shape[0] === width) continue;
    const problem = `the outputs of predictor.onnx are ${pythonRepr([...shapes.keys()])}`;
    const wanted = `an output ${pythonRepr(name)} with ${width} numbers per architecture`;
    throw new InputError(`${problem}, expected ${wanted}`, { file });
  }
  if (!shapes.has("score")) {
    const problem = `the outputs of predictor.onnx are ${pythonRepr([...shapes.keys()])}`;
    throw new InputError(`${problem}, expected an output 'score'`, { file });
  }
}

/** Throw `InputError` if the width of the operator table differs from the width that the graph expects. */
export function checkWidth(bundle: Bundle, { inputs }: Signature, width: number): void {
  const expected = inputs.find(({ name }) => name === "operators")?.shape[1] ?? null;
  if (expected === null || expected === width) return;
  const features = pythonRepr(bundle.manifest.features ?? ["embedding"]);
  const found = `the features ${features} of the manifest have ${width} numbers together`;
  throw new InputError(`${found}, expected ${expected} as in predictor.onnx`, { file: bundle.source.name });
}

/** Numbers per architecture of the optional outputs that the manifest declares. */
function widths({ manifest }: Bundle): [string, number][] {
  const judges = manifest.judges?.length ?? 0;
  const declared: [string, number][] = [
    ["statistics", manifest.distance?.statistics.length ?? 0],
    ["opinions", judges],
    ["doubts", judges],
  ];
  const traits = manifest.outputs.traits?.shape[1];
  const used = declared.filter(([, width]) => width > 0);
  return typeof traits === "number" ? [...used, ["traits", traits]] : used;
}
