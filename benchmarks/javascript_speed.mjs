// Score the strings of a file as `nasport score --from nasbench201 --json FILE` does; the counterpart in javascript_speed.py.
import { readFileSync, writeSync } from "node:fs";

import { openBundle, Predictor, readNotation } from "../packages/nasport-js/dist/index.js";
import { bundleFromFolder } from "../packages/nasport-js/dist/node.js";

const [bundle, file, runtime] = process.argv.slice(2);
const predictor = await Predictor.load(await openBundle(bundleFromFolder(bundle)), { runtime });
const texts = readFileSync(file, "utf8").split("\n").filter(Boolean);
const scores = await predictor.score(architectures());

function* architectures() {
  for (const text of texts) yield readNotation("nasbench201", text);
}

let lines = "";
scores.forEach(({ reachableParameters, ...score }, i) => {
  lines += `${JSON.stringify({ ...score, reachable_parameters: reachableParameters, file, line: i + 1 })}\n`;
});
for (let rest = Buffer.from(lines); rest.length > 0; ) rest = rest.subarray(writeSync(1, rest));
