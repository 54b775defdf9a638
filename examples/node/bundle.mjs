// Opens a bundle as docs/reference/formats.md ("Bundle") describes it: the manifest, and files held to their SHA-256.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import * as ort from "onnxruntime-web";

ort.env.wasm.numThreads = 1; // a graph of ten nodes is not worth a second thread
ort.env.logLevel = "error";

/** The manifest in a folder; throws unless it is a bundle of version 1 and of this kind ("predictor", "encoder"). */
export function openBundle(folder, kind) {
  const manifest = JSON.parse(readFileSync(join(folder, "bundle.json"), "utf8"));
  const { format, version } = manifest;
  if (format !== "nasport-bundle" || version !== 1 || manifest.kind !== kind) {
    throw new Error(`${folder}: expected an ${kind} bundle of version 1, found ${format} ${version} ${manifest.kind}`);
  }
  return { folder, manifest };
}

/** The bytes of a file that the manifest lists; throws if they have changed since the bundle was made. */
export function readBundleFile({ folder, manifest }, name) {
  const expected = manifest.files[name]?.sha256;
  if (expected === undefined || basename(name) !== name) throw new Error(`${folder}: bundle.json lists no file ${name}`);
  const bytes = readFileSync(join(folder, name));
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== expected) throw new Error(`${join(folder, name)}: SHA-256 ${found}, expected ${expected}`);
  return bytes;
}

/** An ONNX file of the bundle, run by onnxruntime-web's WebAssembly backend. */
export function openSession(bundle, name) {
  return ort.InferenceSession.create(readBundleFile(bundle, name), { executionProviders: ["wasm"] });
}

export const float32 = (values, dims) => new ort.Tensor("float32", Float32Array.from(values), dims);
export const int64 = (values, dims) => new ort.Tensor("int64", BigInt64Array.from(values, BigInt), dims);

/** Runs a command-line program; what is wrong with its input goes to stderr in one line, exit status 2. */
export async function main(program, argumentsExpected, argumentsOptional = []) {
  const given = process.argv.slice(2);
  const most = argumentsExpected.length + argumentsOptional.length;
  try {
    if (given.length < argumentsExpected.length || given.length > most) {
      const optional = argumentsOptional.map((name) => `[${name}]`);
      throw new Error(`expected arguments: ${[...argumentsExpected, ...optional].join(" ")}`);
    }
    await program(...given);
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exitCode = 2;
  }
}
