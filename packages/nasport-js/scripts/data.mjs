// Write src/schemas/data.ts: the vocabulary and the JSON Schemas of the Python package, as TypeScript constants.
import { readFile, writeFile } from "node:fs/promises";

const schemas = new URL("../../../nasport/schemas/", import.meta.url);
const constants = [
  ["operatorsData", "OperatorsData", "operators.json"],
  ["architectureSchema", "JsonSchema", "architecture.schema.json"],
  ["bundleSchema", "JsonSchema", "bundle.schema.json"],
];

const parts = [
  "/** Data of nasport/schemas, written by scripts/data.mjs. */\n",
  'import type { JsonSchema, OperatorsData } from "./data_types.js";\n',
];
for (const [name, type, file] of constants) {
  const value = JSON.parse(await readFile(new URL(file, schemas), "utf8"));
  parts.push(`export const ${name}: ${type} = ${JSON.stringify(value)};\n`);
}
await writeFile(new URL("../src/schemas/data.ts", import.meta.url), parts.join("\n"));
