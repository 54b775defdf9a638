// From the token ids of a description to its embedding, with an encoder bundle. tokenizer.json is a Hugging Face
// tokenizer, which onnxruntime-web does not run: cells.py writes the ids along where a bundle needs them.

import { int64, openBundle, openSession } from "./bundle.mjs";

/** {sha256, embed}: of encoder.onnx; from token ids, start and end tokens included, to a vector of length 1. */
export async function openEncoder(folder) {
  const bundle = openBundle(folder, "encoder");
  const session = await openSession(bundle, "encoder.onnx");
  const embed = async (ids) => {
    const dims = [1, ids.length];
    const ones = new Array(ids.length).fill(1);
    return (await session.run({ input_ids: int64(ids, dims), attention_mask: int64(ones, dims) })).embedding.data;
  };
  return { sha256: bundle.manifest.files["encoder.onnx"].sha256, embed };
}
