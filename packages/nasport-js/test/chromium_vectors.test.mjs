// All vectors in Chromium: the predictor computed directly and by onnxruntime-web, descriptions read by the encoder.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname } from "node:path";
import { test } from "node:test";

import { chromium } from "playwright-core";

const ROOT = new URL("../../../", import.meta.url);
const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";
const ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"];
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
const IMPORTS = { "onnxruntime-web": "/packages/node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs" };
const PAGE = `<!doctype html><script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>`;
const TOLERANCE = 1e-5;

/** Serve the repository, and an empty page at `/`. */
async function serve() {
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    const file = new URL(path.slice(1), ROOT);
    const found = path === "/" || existsSync(file);
    response.writeHead(found ? 200 : 404, { "content-type": path === "/" ? "text/html" : TYPES[extname(path)] ?? "text/plain" });
    response.end(path === "/" ? PAGE : found ? readFileSync(file) : "");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function lines(name) {
  return readFileSync(new URL(`vectors/${name}.jsonl`, ROOT), "utf8").split("\n").filter(Boolean);
}

/** Return the text of the document in a line; objects of JavaScript would reorder keys such as "10" and lose `__proto__`. */
function documentText(line) {
  const key = '"document":';
  return line.slice(line.indexOf(key) + key.length, -1);
}

/** Score documents in the page; runs there. */
async function scoresInPage({ texts, runtime }) {
  const { bundleFromUrl, InputError, openBundle, parseArchitecture, Predictor } = await import("/packages/nasport-js/dist/index.js");
  const [bundle, encoder] = await Promise.all(
    ["universal", "minilm"].map((name) => openBundle(bundleFromUrl(`/nasport/models/pretrained/${name}/`))),
  );
  const predictor = await Predictor.load(bundle, { encoder, runtime });
  const results = [];
  for (const text of texts) {
    try {
      const [score] = await predictor.score([parseArchitecture(text)]);
      results.push({ hash: score.hash, score: score.score, parameters: score.parameters, distance: score.distance });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      results.push({ refused: error.problem });
    }
  }
  return results;
}

const skip = existsSync(CHROMIUM) ? false : "there is no Chromium; set CHROMIUM to its path";
for (const runtime of ["direct", "onnx"]) {
  test(`Chromium gives the hashes and scores of all vectors (${runtime})`, { skip }, async () => {
    const server = await serve();
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      const texts = lines("documents").map(documentText);
      const results = await page.evaluate(scoresInPage, { texts, runtime });
      const expected = lines("expected").map((line) => JSON.parse(line));
      assert.equal(results.length, expected.length);
      for (const [place, { id, hash, score, parameters, distance, refused }] of expected.entries()) {
        const found = results[place];
        if (refused !== undefined) {
          assert.equal(found.refused, refused, id);
          continue;
        }
        assert.equal(found.hash, hash, id);
        assert.ok(Math.abs(found.score - score) <= TOLERANCE * Math.max(1, Math.abs(score)), `${id}: ${found.score}, expected ${score}`);
        assert.ok(parameters === found.parameters || Math.abs(found.parameters / parameters - 1) < 1e-12, id);
        assert.ok(Math.abs(found.distance - distance) <= 1e-3, id);
      }
    } finally {
      await browser.close();
      server.close();
      server.closeAllConnections();
    }
  });
}
