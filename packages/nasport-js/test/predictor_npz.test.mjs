// Arrays of NumPy from strangers.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";

import { float16, readNpz } from "../dist/predictor/npz.js";

const shipped = (name) => readFile(new URL(`../../../nasport/models/pretrained/${name}`, import.meta.url));

/** A .npy file with any header. */
function npy(header, data = []) {
  const text = new TextEncoder().encode(header);
  return Uint8Array.from([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, text.length & 255, text.length >> 8, ...text, ...data]);
}

const header = (descr, shape, order = "False") => `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

/** A zip with one file, whose sizes can be wrong. */
function zip(content, { method = 0, size = content.length, name = "a.npy" } = {}) {
  const packed = method === 8 ? new Uint8Array(deflateRawSync(content)) : content;
  const bytes = new TextEncoder().encode(name);
  const two = (value) => [value & 255, (value >> 8) & 255];
  const four = (value) => [...two(value), ...two(value >>> 16)];
  const sizes = [...four(0), ...four(packed.length), ...four(size), ...two(bytes.length), ...two(0)];
  const local = [0x50, 0x4b, 3, 4, ...two(20), ...two(0), ...two(method), ...four(0), ...sizes, ...bytes, ...packed];
  const entry = [0x50, 0x4b, 1, 2, ...two(20), ...two(20), ...two(0), ...two(method), ...four(0), ...sizes, ...Array(10).fill(0), ...four(0), ...bytes];
  const end = [0x50, 0x4b, 5, 6, ...four(0), ...two(1), ...two(1), ...four(entry.length), ...four(local.length), ...two(0)];
  return Uint8Array.from([...local, ...entry, ...end]);
}

const refused = (bytes, pattern) =>
  assert.rejects(readNpz(bytes, "f.npz"), (error) => error.name === "InputError" && pattern.test(error.message));

test("the tables of shipped bundles are read", async () => {
  const table = await readNpz(await shipped("tgnas-nb101/operators.npz"));
  const [texts, embeddings] = [table.get("texts"), table.get("embeddings")];
  assert.deepEqual([texts.shape, embeddings.shape], [[147], [147, 384]]);
  assert.ok(texts.data.includes("Convolution 3 by 3"));
  const norm = Math.hypot(...embeddings.data.subarray(0, 384));
  assert.ok(Math.abs(norm - 1) < 1e-5);
});

test("halves, Fortran order, integers and texts have the values of NumPy", async () => {
  assert.deepEqual([0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00].map(float16), [1, -2, 2 ** -24, 65504, Infinity]);
  const halves = await readNpz(zip(npy(header("<f2", "(2, 2)", "True"), [0, 0x3c, 0, 0x40, 0, 0x42, 0, 0x44]), { method: 8 }));
  assert.deepEqual([...halves.get("a").data], [1, 3, 2, 4]);
  const counts = await readNpz(zip(npy(header("<i8", "(1,)"), [254, 255, 255, 255, 255, 255, 255, 255])));
  assert.deepEqual([...counts.get("a").data], [-2]);
  const texts = await readNpz(zip(npy(header("<U2", "(2,)"), [65, 0, 0, 0, 0, 0, 0, 0, 0x00, 0xf6, 1, 0, 66, 0, 0, 0])));
  assert.deepEqual(texts.get("a").data, ["A", "\u{1f600}B"]);
});

test("broken and hostile archives are refused", async () => {
  const whole = new Uint8Array(await shipped("universal/operators.npz"));
  for (let end = 0; end < whole.length; end += 7) await refused(whole.subarray(0, end), /f.npz: /);
  await refused(zip(npy(header("|O", "(1,)"), [0])), /has the type \|O, expected numbers or texts/);
  await refused(zip(npy("__import__('os').system('true')")), /unknown header/);
  await refused(zip(npy(header("<f4", "(1000000, 1000000)"))), /another size than its shape/);
  await refused(zip(npy(header("<U1", "(1,)"), [0, 0, 0x11, 0])), /impossible character/);
  await refused(zip(new Uint8Array(10)), /something else than an array/);
  await refused(zip(new Uint8Array(100_000), { method: 8, size: 100 }), /not deflated to its stated size/);
  await refused(zip(new Uint8Array(100), { method: 8, size: 0xfffffff0 }), /bytes of arrays, expected at most/);
  await refused(zip(new Uint8Array(100), { method: 12 }), /neither stored nor deflated/);
});
