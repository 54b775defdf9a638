// Scores architectures with a predictor bundle, without Python:
//
//     node score.mjs BUNDLE_FOLDER cells.json [ENCODER_FOLDER]
//
// cells.json is a list of canonical graphs, {"name", "nodes": [{"operator", "inputs"}]}: no `none`, no `sum` node, no
// node off the paths from input to output; see "Canonical form" in docs/reference/formats.md, and cells.py, which writes them.
// `operator` is the operator's description; `inputs` are places in the list. The order of the nodes changes no more
// than a score's last digits. A node carries `attributes` and a graph `globals` where a bundle reads such numbers. The
// encoder is needed for descriptions that the bundle has to read and does not hold; those nodes carry `tokens`.

import { readFileSync } from "node:fs";
import { main } from "./bundle.mjs";
import { openPredictor } from "./predictor.mjs";

await main(
  async (folder, file, encoderFolder) => {
    const score = await openPredictor(folder, encoderFolder);
    for (const graph of JSON.parse(readFileSync(file, "utf8"))) {
      console.log(JSON.stringify({ name: graph.name, score: await score(graph) }));
    }
  },
  ["BUNDLE_FOLDER", "CELLS.json"],
  ["ENCODER_FOLDER"],
);
