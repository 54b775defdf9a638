// The page of docs/guides/javascript.md shows a score in Chromium, from the files that are published, without a bundler.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname } from "node:path";
import { test } from "node:test";

import { chromium } from "playwright-core";

import { openBundle, Predictor, readNotation } from "../dist/index.js";
import { bundleFromFolder } from "../dist/node.js";

const PACKAGE = new URL("../", import.meta.url);
const GUIDE = new URL("../../docs/guides/javascript.md", PACKAGE);
const UNIVERSAL = new URL("../../nasport/models/pretrained/universal/", PACKAGE);
const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";
const ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"];
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".json": "application/json" };

/** Serve the page, the package and the bundle, at the addresses that the page has. */
async function serve(page) {
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    const file = path.startsWith("/my-predictor/")
      ? new URL(path.slice("/my-predictor/".length), UNIVERSAL)
      : new URL(path.replace(/^\/node_modules\/nasport\//, ""), PACKAGE);
    const found = path === "/page.html" || (!path.endsWith("/") && existsSync(file));
    response.writeHead(found ? 200 : 404, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
    response.end(path === "/page.html" ? page : found ? readFileSync(file) : "");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

const missing = [["Chromium", CHROMIUM], ["the guide", GUIDE], ["the bundle", UNIVERSAL]].find(([, file]) => !existsSync(file));
test("the page of the guide shows the score of its cell", { skip: missing ? `${missing[0]} is missing` : false }, async () => {
  const [, page] = /^```html\n(.*?)^```$/ms.exec(readFileSync(GUIDE, "utf8"));
  const [, cell] = /const cell = "(.*)";/.exec(page);
  const predictor = await Predictor.load(await openBundle(bundleFromFolder(UNIVERSAL.pathname)));
  const [{ score }] = await predictor.score([readNotation("nasbench201", cell)]);
  const server = await serve(page);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
  try {
    const shown = await browser.newPage();
    await shown.goto(`http://127.0.0.1:${server.address().port}/page.html`);
    const output = shown.locator("output", { hasText: /\d/ });
    assert.equal(await output.textContent({ timeout: 60_000 }), score.toFixed(4));
  } finally {
    await browser.close();
    server.close();
    server.closeAllConnections();
  }
});
