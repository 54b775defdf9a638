// Score the strings of a file as `nasport score --from nasbench201 --json FILE` does; javascript_speed.py measures it.
import { readFileSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [dist, bundle, file, runtime] = process.argv.slice(2);
const { openBundle, Predictor, readNotation } = await import(pathToFileURL(`${dist}/index.js`));
const { bundleFromFolder } = await import(pathToFileURL(`${dist}/node.js`));

/** Read one architecture after another, so that no more than one is in memory. */
function* architectures() {
  for (const text of readFileSync(file, "utf8").split("\n")) {
    if (text !== "") yield readNotation("nasbench201", text);
  }
}

const predictor = await Predictor.load(await openBundle(bundleFromFolder(bundle)), { runtime });
const scores = await predictor.score(architectures());
const lines = scores.map(({ reachableParameters, ...score }, i) =>
  JSON.stringify({ ...score, reachable_parameters: reachableParameters, file, line: i + 1 }),
);
for (let rest = Buffer.from(`${lines.join("\n")}\n`); rest.length > 0; ) rest = rest.subarray(writeSync(1, rest));
