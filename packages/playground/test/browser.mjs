// The browser of the tests, and a static server for dist/.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const dist = new URL("../dist/", import.meta.url);
export const singleFile = new URL("nasport-playground.html", dist).href;
const executable = process.env.CHROMIUM || "/usr/bin/chromium";
const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Why the tests of the page cannot run; undefined if they can. */
export function skipReason() {
  if (!existsSync(executable)) return "there is no Chromium; set CHROMIUM to its path";
  if (!existsSync(new URL("index.html", dist))) return "dist/ is missing; run `npm run build -w nasport-playground`";
  return undefined;
}

export function launch() {
  return chromium.launch({ executablePath: executable, args });
}

const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** Serve dist/ and return its address and a function that stops the server. */
export async function serve() {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://localhost").pathname.replace(/^\//, "") || "index.html";
    try {
      const content = await readFile(fileURLToPath(new URL(path, dist)));
      response.writeHead(200, { "content-type": types[extname(path)] ?? "application/octet-stream" }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => new Promise((resolve) => server.close(resolve));
  return { address: `http://127.0.0.1:${server.address().port}/`, stop };
}
