// Opening bundles, also those of strangers.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { bundleFromFiles, bundleFromUrl, openBundle, Predictor } from "../dist/index.js";
import { bundleFromFolder } from "../dist/node.js";

const UNIVERSAL = fileURLToPath(new URL("../../../nasport/models/pretrained/universal/", import.meta.url));
const FILES = ["bundle.json", "predictor.onnx", "operators.npz"];

async function files(changes = {}) {
  const found = await Promise.all(FILES.map(async (name) => [name, new Uint8Array(await readFile(join(UNIVERSAL, name)))]));
  const map = new Map(found);
  for (const [name, data] of Object.entries(changes)) {
    if (data === null) map.delete(name);
    else map.set(name, data);
  }
  return map;
}

/** The manifest of `universal` after a change, as bytes. */
async function manifest(change) {
  const value = JSON.parse(await readFile(join(UNIVERSAL, "bundle.json"), "utf8"));
  change(value);
  return new TextEncoder().encode(JSON.stringify(value, null, 2));
}

const message = (pattern) => (error) => {
  assert.equal(error.name, "InputError");
  assert.match(error.message, pattern);
  return true;
};

test("a bundle opens from a folder, from memory and from a server", async () => {
  const served = await files();
  const server = createServer((request, response) => {
    const data = served.get(request.url.replace("/b/", ""));
    response.writeHead(data === undefined ? 404 : 200).end(data);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const url = `http://127.0.0.1:${server.address().port}/b`;
  try {
    for (const source of [bundleFromFolder(UNIVERSAL), bundleFromFiles("memory", served), bundleFromUrl(url)]) {
      const bundle = await openBundle(source);
      assert.equal(bundle.name, "universal");
      assert.equal((await bundle.read("predictor.onnx")).length, served.get("predictor.onnx").length);
    }
    await assert.rejects(openBundle(bundleFromUrl(`${url}/elsewhere`)), message(/not a bundle, expected bundle.json in it/));
    await assert.rejects(bundleFromUrl(url).read("predictor.onnx", 1000), message(/expected at most 1,000/));
  } finally {
    server.close();
  }
  await assert.rejects(openBundle(bundleFromUrl(url)), message(/cannot be read/));
});

test("a file that was changed, or that is missing or not listed, is refused", async () => {
  const changed = (await files()).get("predictor.onnx").slice();
  changed[1000] ^= 1;
  const open = async (changes) => openBundle(bundleFromFiles("memory", await files(changes)));
  await assert.rejects(Predictor.load(await open({ "predictor.onnx": changed })), message(/^memory\/predictor.onnx: the file changed after the bundle 'universal' was made: SHA-256 \w{64}, expected \w{64}$/));
  await assert.rejects(Predictor.load(await open({ "operators.npz": null })), message(/^memory\/operators.npz: a file of the bundle 'universal' is missing, expected it here$/));
  await assert.rejects(Predictor.load(await open({ "predictor.onnx": new Uint8Array() })), message(/changed/));
  await assert.rejects((await open({})).read("other.txt"), message(/^memory\/bundle.json: files: the bundle lists no file 'other.txt', expected it among its files$/));
  await assert.rejects(open({ "bundle.json": null }), message(/^memory: the folder is not a bundle, expected bundle.json in it$/));
});

test("a wrong manifest gets its line and its path", async () => {
  const open = async (change) => openBundle(bundleFromFiles("m", await files({ "bundle.json": await manifest(change) })));
  await assert.rejects(open((value) => (value.files["../../etc/passwd"] = { sha256: "0".repeat(64) })), message(/m\/bundle.json: line \d+: files/));
  await assert.rejects(open((value) => (value.files["predictor.onnx"].sha256 = "abc")), message(/line \d+: files.predictor.onnx.sha256: /));
  await assert.rejects(open((value) => delete value.kind), message(/kind/));
  await assert.rejects(open((value) => (value.kind = "judge")), message(/kind: /));
  const load = async (change) => Predictor.load(await open(change));
  await assert.rejects(load((value) => value.features.push("taste")), message(/unknown feature 'taste', expected one of this release/));
  await assert.rejects(load((value) => value.globals.push("taste")), message(/unknown global 'taste'/));
  await assert.rejects(load((value) => value.features.pop()), message(/have 16 numbers together, expected 17 as in predictor.onnx/));
  await assert.rejects(load((value) => delete value.inputs.mask), message(/expected the same names/));
  await assert.rejects(load((value) => value.distance.low.pop()), message(/distance: wrong ranges/));
  await assert.rejects(load((value) => (value.distance.grows = ["taste"])), message(/distance.grows: unknown statistic 'taste'/));
  await assert.rejects(load((value) => value.judges.pop()), message(/expected an output 'opinions' with 7 numbers/));
});

test("bytes that are no manifest are refused", async () => {
  for (const text of ["", "{", "[1]", "\u0000", '{"format": "nasport-bundle"}']) {
    const source = bundleFromFiles("m", new Map([["bundle.json", new TextEncoder().encode(text)]]));
    await assert.rejects(openBundle(source), message(/^m\/bundle.json: /));
  }
});

test("a file behind a link out of the folder is refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bundle-"));
  try {
    for (const [name, data] of await files({ "operators.npz": null })) await writeFile(join(folder, name), data);
    await symlink(join(UNIVERSAL, "operators.npz"), join(folder, "operators.npz"));
    const bundle = await openBundle(bundleFromFolder(folder));
    await assert.rejects(bundle.read("operators.npz"), message(/outside the folder of the bundle, expected a file inside it/));
    await assert.rejects(openBundle(bundleFromFolder(join(folder, "none"))), message(/not a bundle, expected bundle.json in it/));
    await assert.rejects(openBundle(bundleFromFolder(join(folder, "bundle.json"))), message(/not a bundle/));
  } finally {
    await rm(folder, { recursive: true });
  }
});
