// Read and score documents that may be damaged; the counterpart of document_fuzz.py.
import { InputError, openBundle, parseArchitecture, Predictor } from "../packages/nasport-js/dist/index.js";
import { bundleFromFolder } from "../packages/nasport-js/dist/node.js";
import { answerLines } from "./implementations.mjs";

const PRETRAINED = new URL("../nasport/models/pretrained/", import.meta.url);
const [bundle, encoder] = await Promise.all(
  ["universal", "minilm"].map((name) => openBundle(bundleFromFolder(new URL(name, PRETRAINED).pathname))),
);
const predictor = await Predictor.load(bundle, { encoder });

async function result(text) {
  try {
    const [score] = await predictor.score([parseArchitecture(new TextEncoder().encode(text), { file: "FILE" })]);
    const { name, hash, parameters, flops, distance, warnings } = score;
    return { name, hash, score: score.score, parameters, reachable_parameters: score.reachableParameters, flops, distance, warnings };
  } catch (error) {
    if (error instanceof InputError) return { message: error.message };
    throw error;
  }
}

await answerLines(async (texts) => {
  const results = [];
  for (const text of texts) results.push(await result(text));
  return { results };
});
