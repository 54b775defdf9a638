// Run a bundle's predictor in plain ONNX Runtime, on the arrays in the bundle's vectors.json.
//
//     node read.mjs BUNDLE
//
// Prints the score of every network, and the largest difference from the recorded scores. The specification
// (docs/reference/spec.md) says how a document becomes these arrays; the package `nasport` in packages/ does it.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";

const SIZES = [8, 16, 32, 64, 128, 256, 512];

/** Return the content of a file of the bundle; the manifest says which content it must have. */
async function readChecked(folder, manifest, name) {
  const data = await readFile(join(folder, name));
  const found = createHash("sha256").update(data).digest("hex");
  if (found !== manifest.files[name].sha256) {
    throw new Error(`${name} changed after the bundle was made: SHA-256 ${found}, expected ${manifest.files[name].sha256}`);
  }
  return data;
}

/** Return the input tensors of one document of vectors.json. */
function tensors(document, operators, names) {
  const count = document.index.length;
  const size = SIZES.find((each) => count <= each);
  const index = new BigInt64Array(size);
  const adjacency = new Float32Array(size * size);
  document.index.forEach((row, node) => (index[node] = BigInt(row)));
  for (const [target, source] of document.edges) adjacency[target * size + source] = 1;
  const all = {
    operators: new Tensor("float32", Float32Array.from(operators.flat()), [operators.length, operators[0].length]),
    index: new Tensor("int64", index, [1, size]),
    adjacency: new Tensor("float32", adjacency, [1, size, size]),
    mask: new Tensor("float32", new Float32Array(size).fill(1, 0, count), [1, size]),
    globals: new Tensor("float32", Float32Array.from(document.globals ?? []), [1, (document.globals ?? []).length]),
  };
  return Object.fromEntries(names.map((name) => [name, all[name]]));
}

const folder = process.argv[2];
const manifest = JSON.parse(await readFile(join(folder, "bundle.json"), "utf8"));
const vectors = JSON.parse(await readChecked(folder, manifest, "vectors.json"));
const session = await InferenceSession.create(await readChecked(folder, manifest, "predictor.onnx"));
let largest = 0;
for (const document of vectors.documents.filter((each) => each.outputs)) {
  const { score } = await session.run(tensors(document, vectors.operators, session.inputNames), ["score"]);
  largest = Math.max(largest, Math.abs(score.data[0] - document.outputs.score));
  console.log(`${score.data[0].toFixed(6)}  ${document.document.name ?? document.hash}`);
}
console.log(`largest difference ${largest.toExponential(1)}`);
