// Documents and links from strangers: the page stays quick and usable, whatever they contain.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { skipReason } from "./browser.mjs";
import { begin, bytes, drop, settled, visits } from "./page.mjs";

const document = (nodes, more = {}) =>
  JSON.stringify({ format: "nasport-architecture", version: 1, cells: { c: { nodes } }, ...more });
const count = (length, make) => Array.from({ length }, (_, place) => make(place));
const named = (id, op, inputs = []) => ({ id, op, inputs });
const dense = (size) =>
  document([
    named("x", "input"),
    ...count(size, (place) => named(`n${place}`, "conv_3x3", ["x", ...count(place, (before) => `n${before}`)])),
    named("y", "output", [`n${size - 1}`]),
  ]);

const DOCUMENTS = {
  "many edges": dense(140),
  "many nodes": document([
    named("x", "input"),
    ...count(990, (place) => named(`n${place}`, "conv_3x3", ["x"])),
    named("y", "output", ["n1"]),
  ]),
  "names of JavaScript": `{"format": "nasport-architecture", "version": 1,
    "operators": {"constructor": {"text": "conv", "kind": "convolution", "kernel": 3}},
    "cells": {"__proto__": {"nodes": [{"id": "__proto__", "op": "input"}, {"id": "constructor", "op": "constructor", "inputs": ["__proto__"]},
      {"id": "y", "op": "output", "inputs": ["constructor"]}]}}}`,
  "nested deeply": `{"format": "nasport-architecture", "cells": {"c": {"nodes": [${"[".repeat(100_000)}${"]".repeat(100_000)}]}}}`,
  "nested deeply, else valid": document(
    [named("x", "input"), named("a", "conv_3x3", ["x"]), named("y", "output", ["a"])],
    { labels: [] },
  ).replace('"labels":[]', `"labels":${"[".repeat(5_000)}${"]".repeat(5_000)}`),
  "a long name": document([named("x", "input"), named("a", "conv_3x3".repeat(50_000), ["x"])]),
  "many cells": JSON.stringify({
    format: "nasport-architecture",
    version: 1,
    cells: Object.fromEntries(count(5_000, (place) => [`c${place}`, { nodes: [named("x", "input")] }])),
  }),
  "many lines": `{${"\n".repeat(200_000)}}`,
  "no nodes": document([]),
  "no names": document([{ op: "conv_3x3" }, 5, null, { id: 5 }]),
  "a cycle": document([
    named("x", "input"),
    named("a", "conv_3x3", ["b", "x"]),
    named("b", "conv_3x3", ["a"]),
    named("y", "output", ["b"]),
  ]),
  "one name twice": document([named("x", "input"), named("x", "output", ["x"])]),
  "only spaces": " ".repeat(100_000),
};

const HIGHEST = 20_000;

describe("untrusted documents", { skip: skipReason() }, () => {
  const visit = visits();

  test("leave the page quick and usable, one after the other", (t) =>
    visit(async (page) => {
      for (const [name, text] of Object.entries(DOCUMENTS)) {
        const start = performance.now();
        await drop(page, "document.json", bytes(text));
        await page.waitForFunction(
          () =>
            document.querySelector("#problem, .notice.error") ||
            document.querySelector("#score")?.textContent !== "-2.8134",
        );
        await settled(page);
        const height = await page.evaluate(() => document.documentElement.scrollHeight);
        assert.ok(height < HIGHEST, `${name}: the page is ${height} pixels high`);
        const add = page.locator('[aria-label^="Add a node after"]').last();
        if (await add.count()) await add.click();
        for (const view of ["Network", "JSON", "Nodes"]) await page.getByRole("tab", { name: view }).click();
        await begin(page);
        t.diagnostic(`${name}: ${Math.round(performance.now() - start)} ms`);
      }
    }));

  test("a link that unpacks to more than 1 MB is refused", () =>
    visit(async (page) => {
      await page.evaluate(async () => {
        const stream = new Blob([" ".repeat(50_000_000)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
        const packed = new Uint8Array(await new Response(stream).arrayBuffer());
        const binary = Array.from(packed, (byte) => String.fromCharCode(byte)).join("");
        location.hash = `#d=${btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
      });
      await page.waitForSelector(".notice.error");
      assert.match(await page.textContent(".notice"), /the document in the link is too large, expected at most 1 MB/);
    }));
});
