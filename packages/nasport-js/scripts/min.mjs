// Write dist/min/, which is published: the minified code of dist/, and the type declarations that its entries need.
import { build } from "esbuild";
import { cp, readFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const dist = new URL("../dist/", import.meta.url);
const out = new URL("min/", dist);
const ENTRIES = ["index", "node"];
// Entries that are not published. They make esbuild write what only notations need into a file of its own, which bundlers
// leave out of a page that reads no notations.
const PARTS = ["notations/index", "predictor/predictor"];

async function writeCode() {
  await build({
    entryPoints: [...ENTRIES, ...PARTS].map((name) => fileURLToPath(new URL(`${name}.js`, dist))),
    outbase: fileURLToPath(dist), outdir: fileURLToPath(out), chunkNames: "[hash]",
    bundle: true, splitting: true, minify: true, format: "esm", platform: "neutral", target: "es2022", charset: "utf8",
    external: ["onnxruntime-web", "node:*"], logLevel: "warning",
    lineLimit: 160, // Node prints the line of an uncaught error
  });
  await Promise.all(PARTS.map((name) => rm(new URL(`${name}.js`, out))));
}

/** Copy a file of declarations and those that it imports. */
async function copyTypes(file, copied = new Set()) {
  if (copied.has(file.href)) return;
  copied.add(file.href);
  const text = await readFile(file, "utf8");
  await cp(file, new URL(file.href.slice(dist.href.length), out));
  const imported = [...text.matchAll(/(?:from |import\()"(\.[^"]+)\.js"/g)];
  for (const [, name] of imported) await copyTypes(new URL(`${name}.d.ts`, file), copied);
}

await rm(out, { recursive: true, force: true });
await writeCode();
for (const name of ENTRIES) await copyTypes(new URL(`${name}.d.ts`, dist));
