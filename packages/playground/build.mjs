// Build dist/: the page for a static server, and the same page as one file that opens from disk.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const here = new URL(".", import.meta.url);
const bundles = new URL("../../nasport/models/pretrained/", here);
const runtime = new URL("../node_modules/onnxruntime-web/dist/", here);
const out = new URL("dist/", here);
const PREDICTOR = ["bundle.json", "operators.npz", "predictor.onnx"];
const ENCODER = ["bundle.json", "encoder.onnx", "reader.npz", "tokenizer.json"];
const RUNTIME = ["ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"];

// The served page loads ONNX Runtime next to it when the encoder is wanted; the single file has no encoder.
const onnxRuntime = (served) => ({
  name: "onnx-runtime",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^onnxruntime-web/ }, () =>
      served ? { path: "./runtime/ort.wasm.min.mjs", external: true } : { path: "none", namespace: "none" },
    );
    onLoad({ filter: /.*/, namespace: "none" }, () => ({ contents: "export {}" }));
  },
});

async function script(served) {
  const result = await build({
    entryPoints: [fileURLToPath(new URL("src/main.tsx", here))],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    write: false,
    jsx: "automatic",
    jsxImportSource: "preact",
    plugins: [onnxRuntime(served)],
    supported: { "dynamic-import": true },
  });
  return result.outputFiles[0].text.replaceAll("</script", "<\\/script");
}

async function style() {
  const css = await readFile(new URL("src/page.css", here), "utf8");
  const result = await build({ stdin: { contents: css, loader: "css" }, minify: true, write: false });
  return result.outputFiles[0].text;
}

// Everything that the page contains comes with its license, also the single file, as a comment at its end.
async function licenses() {
  const packages = ["preact", "@dagrejs/dagre", "@dagrejs/graphlib"];
  const texts = await Promise.all(
    packages.map(
      async (name) => `${name}\n\n${await readFile(new URL(`../node_modules/${name}/LICENSE`, here), "utf8")}`,
    ),
  );
  const own = await Promise.all(["NOTICE", "LICENSE"].map((name) => readFile(new URL(`../../${name}`, here), "utf8")));
  return [...own, ...texts].map((text) => text.trim()).join("\n\n----\n\n");
}

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const fill = (page, parts) => page.replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);

async function writeServed(page, css, code) {
  const policy =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; " +
    "connect-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'";
  const parts = {
    policy,
    bundle: "",
    licenses: "",
    waiting: "Loading… This page must come from a web server. The file nasport-playground.html opens from disk.",
    style: '<link rel="stylesheet" href="playground.css">',
    script: '<script id="page" src="playground.js" defer></script>',
  };
  await writeFile(new URL("index.html", out), fill(page, parts));
  await writeFile(new URL("playground.js", out), code);
  await writeFile(new URL("playground.css", out), css);
  await writeFile(new URL("LICENSES.txt", out), `${await licenses()}\n`);
  const copies = [
    ["universal", bundles, PREDICTOR],
    ["minilm", bundles, ENCODER],
    ["runtime", runtime, RUNTIME],
  ];
  for (const [folder, from, files] of copies) {
    await mkdir(new URL(`${folder}/`, out), { recursive: true });
    const source = folder === "runtime" ? from : new URL(`${folder}/`, from);
    for (const file of files) await cp(new URL(file, source), new URL(`${folder}/${file}`, out));
  }
}

async function writeSingleFile(page, css, code) {
  const policy =
    `default-src 'none'; script-src ${hash(code)} 'wasm-unsafe-eval'; worker-src blob:; style-src ${hash(css)}; ` +
    "connect-src 'none'; img-src data: blob:; base-uri 'none'; form-action 'none'";
  const files = await Promise.all(
    PREDICTOR.map(async (file) => {
      const content = await readFile(new URL(`universal/${file}`, bundles), "base64");
      return `<script type="application/octet-stream" data-file="${file}">${content}</script>`;
    }),
  );
  const comment = `<!--\n${(await licenses()).replaceAll("--", "- -")}\n-->`;
  const parts = {
    policy,
    bundle: files.join("\n"),
    licenses: comment,
    waiting: "Loading…",
    style: `<style>${css}</style>`,
    script: `<script id="page">${code}</script>`,
  };
  const text = fill(page, parts);
  await writeFile(new URL("nasport-playground.html", out), text);
  return text.length;
}

const model = await readFile(new URL("universal/predictor.onnx", bundles));
const quantiles = JSON.parse(await readFile(new URL("src/quantiles.json", here), "utf8"));
if (quantiles.sha256 !== createHash("sha256").update(model).digest("hex")) {
  throw new Error("src/quantiles.json belongs to another predictor; run tools/quantiles.py");
}
const page = await readFile(new URL("src/page.html", here), "utf8");
const [css, servedScript, singleScript] = await Promise.all([style(), script(true), script(false)]);
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await writeServed(page, css, servedScript);
const size = await writeSingleFile(page, css, singleScript);
console.log(`dist/nasport-playground.html: ${size.toLocaleString("en-US")} bytes`);
