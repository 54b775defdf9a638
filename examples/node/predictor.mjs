// From a canonical graph to a score: the arrays of docs/reference/formats.md ("Bundle"), run by onnxruntime-web.
//
//     const score = await openPredictor(folder);
//     await score({ nodes: [{ operator: "Input", inputs: [] }, { operator: "Output", inputs: [0] }] });

import { float32, int64, openBundle, openSession, readBundleFile } from "./bundle.mjs";
import { openEncoder } from "./encoder.mjs";
import { readNpz } from "./npz.mjs";

const SIZES = [8, 16, 32, 64, 128, 256, 512];
// A bundle that lists this feature reads descriptions only where it is 0: the operator's numbers say nothing.
const KNOWS = "knows_attributes";

/** A function from a graph to its score; higher is better. The encoder is for descriptions that operators.npz lacks. */
export async function openPredictor(folder, encoderFolder) {
  const bundle = openBundle(folder, "predictor");
  const embeddings = await openEmbeddings(bundle, encoderFolder);
  const session = await openSession(bundle, "predictor.onnx");
  return async (graph) => {
    const feed = await tensors(graph, bundle.manifest, embeddings);
    const wanted = Object.keys(bundle.manifest.inputs).map((name) => [name, feed[name]]);
    return (await session.run(Object.fromEntries(wanted))).score.data[0];
  };
}

/** {width, of}: of(node) is the embedding of its description, from the bundle's table or by the encoder. */
async function openEmbeddings(bundle, encoderFolder) {
  const { texts, embeddings } = readNpz(readBundleFile(bundle, "operators.npz"));
  const width = embeddings.shape[1];
  const known = new Map(texts.data.map((text, i) => [text, embeddings.data.subarray(i * width, (i + 1) * width)]));
  const encoder = encoderFolder === undefined ? undefined : await openEncoder(encoderFolder);
  const wanted = bundle.manifest.encoder?.sha256;
  if (encoder !== undefined && encoder.sha256 !== wanted) {
    throw new Error(`${encoderFolder}: encoder.onnx has SHA-256 ${encoder.sha256}, the bundle was made with ${wanted}`);
  }
  const of = async ({ operator, tokens }) => {
    if (!known.has(operator)) {
      const lacks = [encoder === undefined && "an encoder folder", tokens === undefined && "its tokens"].filter(Boolean);
      if (lacks.length > 0) {
        const what = `an embedding of ${JSON.stringify(operator)}, which operators.npz does not hold`;
        throw new Error(`the bundle needs ${what}; to make one it takes ${lacks.join(" and ")}`);
      }
      known.set(operator, await encoder.embed(tokens));
    }
    return known.get(operator);
  };
  return { width, of };
}

/** The predictor's inputs for one graph (B = 1): each distinct operator is one row of the table `operators`. */
async function tensors({ nodes, globals = {} }, manifest, embeddings) {
  const size = SIZES.find((n) => nodes.length <= n) ?? Math.ceil(nodes.length / 512) * 512;
  const index = new Array(size).fill(0);
  const adjacency = new Float32Array(size * size);
  const mask = new Float32Array(size).fill(1, 0, nodes.length);
  const rows = new Map(); // row by its content
  for (const [v, node] of nodes.entries()) {
    const row = await operatorRow(node, manifest.features ?? ["embedding"], embeddings);
    const key = row.join();
    if (!rows.has(key)) rows.set(key, { place: rows.size, row });
    index[v] = rows.get(key).place;
    for (const u of node.inputs) {
      if (!Number.isInteger(u) || u < 0 || u >= nodes.length) {
        throw new Error(`node ${v} takes input from ${u}, expected a place in the list of ${nodes.length} nodes`);
      }
      adjacency[v * size + u] = 1;
    }
  }
  const table = [...rows.values()].map(({ row }) => row);
  if (table.length === 0) table.push(new Array(manifest.inputs.operators.shape[1]).fill(0)); // nothing to score
  const numbers = (manifest.globals ?? []).map((name) => needed(globals[name], `the global ${name}`));
  return {
    operators: float32(table.flat(), [table.length, table[0].length]),
    index: int64(index, [1, size]),
    adjacency: float32(adjacency, [1, size, size]),
    mask: float32(mask, [1, size]),
    globals: float32(numbers, [1, numbers.length]),
  };
}

async function operatorRow(node, features, embeddings) {
  const { attributes = {} } = node;
  const readsText = !(features.includes(KNOWS) && attributes[KNOWS] === 1);
  const parts = features.map((name) => {
    if (name !== "embedding") return [attributes[name] ?? 0];
    return readsText ? embeddings.of(node) : new Array(embeddings.width).fill(0);
  });
  return (await Promise.all(parts)).flatMap((part) => [...part]);
}

function needed(value, what) {
  if (value === undefined) throw new Error(`the bundle needs ${what}`);
  return value;
}
