// Documents and links from strangers: the page stays quick and usable, whatever they contain.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, singleFile, skipReason } from "./browser.mjs";
import { drop, open, settled, shown } from "./page.mjs";

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

describe("untrusted documents", { skip: skipReason() }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  for (const [name, text] of Object.entries(DOCUMENTS)) {
    test(name, async () => {
      const { context, page, errors } = await open(browser, singleFile);
      await drop(page, "document.json", new TextEncoder().encode(text));
      await page.waitForFunction(
        () =>
          document.querySelector("#problem, .notice.error") ||
          document.querySelector("#score")?.textContent !== "-2.8134",
      );
      await settled(page);
      await page.getByLabel("Begin with").selectOption("start");
      await page.waitForFunction(() => document.querySelector("#score")?.textContent === "-2.8134");
      await page.click('[data-node="b"]');
      assert.equal((await shown(page)).score, "-2.8134");
      assert.deepEqual(errors, []);
      await context.close();
    });
  }

  test("a link that unpacks to more than 1 MB is refused", async () => {
    const { context, page } = await open(browser, singleFile);
    await page.evaluate(async () => {
      const stream = new Blob([" ".repeat(50_000_000)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
      const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
      const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
      location.hash = `#d=${btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
    });
    await page.waitForSelector(".notice.error");
    assert.match(await page.textContent(".notice"), /the document in the link is too large, expected at most 1 MB/);
    await context.close();
  });
});
