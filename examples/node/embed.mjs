// Embeds operator descriptions with an encoder bundle, from their token ids (tokenizer.json is a Hugging Face
// tokenizer, which onnxruntime-web does not run):
//
//     node embed.mjs ENCODER_FOLDER ids.json
//
// ids.json is a list of lists of token ids, start and end tokens included; printed is one vector of length 1 a line.

import { readFileSync } from "node:fs";
import { int64, main, openBundle, openSession } from "./bundle.mjs";

await main(
  async (folder, file) => {
    const session = await openSession(openBundle(folder, "encoder"), "encoder.onnx");
    for (const ids of JSON.parse(readFileSync(file, "utf8"))) {
      const dims = [1, ids.length];
      const ones = new Array(ids.length).fill(1);
      const output = await session.run({ input_ids: int64(ids, dims), attention_mask: int64(ones, dims) });
      console.log(JSON.stringify([...output.embedding.data]));
    }
  },
  ["ENCODER_FOLDER", "IDS.json"],
);
