// Bundles and documents for the tests of the predictor.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { openBundle } from "../dist/index.js";
import { bundleFromFolder } from "../dist/node.js";
import { field } from "./onnx_bytes.mjs";

const root = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const lines = (path) => (existsSync(root(path)) ? readFileSync(root(path), "utf8").trim().split("\n").map((line) => JSON.parse(line)) : []);

export const folderOf = (name) => root(`nasport/models/pretrained/${name}/`);
export const shipped = (name) => openBundle(bundleFromFolder(folderOf(name)));
export const modelOf = (name) => new Uint8Array(readFileSync(`${folderOf(name)}predictor.onnx`));

/** Documents by id, and what Python computes for them with the bundle `universal`. */
export const documents = new Map(lines("vectors/documents.jsonl").map(({ id, document }) => [id, document]));
export const expected = lines("vectors/expected.jsonl");

/** The inputs of the ONNX graph for one vector, padded to `size` nodes. */
export function inputsOf({ arrays }, size) {
  const [count, width] = [arrays.operators.length, arrays.operators[0].length];
  const pad = (values, length) => Float32Array.from({ length }, (_, i) => values[i] ?? 0);
  const adjacency = new Float32Array(size * size);
  for (const [target, source] of arrays.edges) adjacency[target * size + source] = 1;
  return new Map([
    ["operators", { shape: [count, width], data: Float32Array.from(arrays.operators.flat()) }],
    ["index", { shape: [1, size], data: pad(arrays.index, size) }],
    ["adjacency", { shape: [1, size, size], data: adjacency }],
    ["mask", { shape: [1, size], data: pad(arrays.index.map(() => 1), size) }],
    ["globals", { shape: [1, arrays.globals.length], data: Float32Array.from(arrays.globals) }],
  ]);
}

/** Several inputs with one operator table as one batch. */
export function stacked(parts) {
  return new Map(
    [...parts[0].keys()].map((name) => {
      const arrays = parts.map((part) => part.get(name));
      if (name === "operators") return [name, arrays[0]];
      const data = new Float32Array(arrays.reduce((sum, array) => sum + array.data.length, 0));
      arrays.reduce((start, array) => (data.set(array.data, start), start + array.data.length), 0);
      return [name, { shape: [parts.length, ...arrays[0].shape.slice(1)], data }];
    }),
  );
}

/** The model with another name for the score that a node computes; the output keeps its name. */
export function renamed(bytes) {
  const output = Uint8Array.from(field(2, "score"));
  const copy = bytes.slice();
  for (let at = 0; at + output.length <= copy.length; at++) {
    if (output.every((byte, i) => copy[at + i] === byte)) copy[at + output.length - 1] = "0".charCodeAt(0);
  }
  return copy;
}
