// Score two documents with a bundle that may be damaged; the counterpart of bundle_fuzz.py.
import { architectureFromJson, Encoder, InputError, openBundle, Predictor } from "../packages/nasport-js/dist/index.js";
import { bundleFromFolder } from "../packages/nasport-js/dist/node.js";
import { answerLines } from "./implementations.mjs";

const MINILM = new URL("../nasport/models/pretrained/minilm", import.meta.url).pathname;
const OWN = { text: "a gated mixing of neighboring positions with kernel 5" };
const DOCUMENTS = ["nor_conv_3x3", "max_pool_3x3"].map((op) => ({
  format: "nasport-architecture",
  version: 1,
  operators: { own: OWN },
  cells: {
    cell: {
      nodes: [
        { id: "in", op: "input" },
        { id: "a", op, inputs: ["in"] },
        { id: "out", op: "output", inputs: ["a"] },
      ],
    },
  },
}));

await answerLines(async (folder) => {
  try {
    const [bundle, encoder] = await Promise.all([folder, MINILM].map((each) => openBundle(bundleFromFolder(each))));
    if (bundle.kind === "encoder") {
      const encoder = await Encoder.load(bundle);
      const [vector] = await encoder.encode([OWN.text]);
      return { scores: [...vector.slice(0, 3)] };
    }
    const predictor = await Predictor.load(bundle, { encoder });
    const scores = await predictor.score(DOCUMENTS.map((document) => architectureFromJson(document)));
    return { scores: scores.map((score) => score.score) };
  } catch (error) {
    if (error instanceof InputError) return { refused: error.message };
    throw error;
  }
});
