// axe in every state of the page, in both color schemes and on a phone; width and motion.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { launch, singleFile, skipReason } from "./browser.mjs";
import { begin, bytes, CELL, drop, open, paste, settled, tab } from "./page.mjs";

const skip = skipReason();
const axe = await readFile(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const genotype =
  "Genotype(normal=[('sep_conv_3x3', 0), ('skip_connect', 1), ('dil_conv_5x5', 2), ('max_pool_3x3', 0)], " +
  "normal_concat=range(2, 4), reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('avg_pool_3x3', 1)], " +
  "reduce_concat=range(2, 4))";

const STATES = {
  start: async () => {},
  "node chosen": async (page) => page.click('[data-node="b"]'),
  "operators listed": async (page) => {
    await page.click('[data-node="b"]');
    await page.fill(".inspector [role=combobox]", "conv");
  },
  "own operator": async (page) => {
    await page.click('[data-node="b"]');
    await page.fill(".inspector [role=combobox]", "Wavelet mixing");
    await page.keyboard.press("Enter");
    await settled(page);
    await page.getByLabel("Kind, if you know it").selectOption("pooling");
  },
  "edge being drawn": async (page) => {
    await page.click('[data-node="b"]');
    await page.getByRole("button", { name: "Draw an edge" }).click();
  },
  network: async (page) => tab(page, "Network"),
  JSON: async (page) => tab(page, "JSON"),
  "wrong JSON": async (page) => {
    await tab(page, "JSON");
    await page.fill(".code textarea", '{"cells": ');
    await page.waitForSelector("#problem");
  },
  "wrong node": async (page) => {
    await drop(
      page,
      "wrong.json",
      bytes('{"format": "nasport-architecture", "version": 1, "cells": {"c": {"nodes": [{"id": "x", "op": "conv"}]}}}'),
    );
    await page.click('[data-node="x"]');
  },
  notation: async (page) => {
    await paste(page, CELL);
    await tab(page, "Notation");
  },
  "two cells": async (page) => paste(page, genotype),
  "no cell": async (page) => paste(page, "64-1234-basic"),
  comparison: async (page) => {
    await page.getByRole("button", { name: "Keep as A and compare" }).click();
    await page.click('[data-node="b"]');
    await page.click(".inspector .danger");
  },
  "comparison of large cells": async (page) => {
    await paste(page, genotype);
    await page.getByRole("button", { name: "Keep as A and compare" }).click();
  },
  "model file": async (page) => drop(page, "net.onnx", Uint8Array.of(8, 7, 18, 0)),
  "dark by the switch": async (page) => page.getByRole("button", { name: "Dark" }).click(),
};

describe("accessibility", { skip }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  for (const [colorScheme, width] of [
    ["light", 1280],
    ["dark", 360],
  ]) {
    test(`axe finds nothing and nothing is cut off: ${colorScheme}, ${width} pixels`, async () => {
      const viewport = { width, height: 760 };
      const options = { colorScheme, viewport, reducedMotion: "reduce" };
      const { context, page, errors } = await open(browser, singleFile, options);
      await page.evaluate(`${axe};0`);
      for (const [name, reach] of Object.entries(STATES)) {
        await begin(page);
        await tab(page, "Nodes");
        await reach(page);
        await settled(page);
        const { violations } = await page.evaluate(() => globalThis.axe.run(document));
        const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(", ")}`);
        assert.deepEqual(found, [], name);
        const scrolled = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.equal(scrolled, width, `${name}: scrolls sideways`);
      }
      assert.deepEqual(errors, []);
      await context.close();
    });
  }

  test("colors follow the system and the switch", async () => {
    const { context, page } = await open(browser, singleFile, { colorScheme: "dark" });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await ground();
    await page.getByRole("button", { name: "Dark" }).click();
    const light = await ground();
    assert.notEqual(light, dark);
    await page.emulateMedia({ colorScheme: "light" });
    assert.equal(await ground(), light);
    await page.getByRole("button", { name: "Dark" }).click();
    assert.equal(await ground(), dark);
    await context.close();
  });

  test("reduced motion stops all transitions", async () => {
    const { context, page } = await open(browser, singleFile, { reducedMotion: "reduce" });
    const lasting = await page.$$eval(
      "*",
      (all) =>
        all.filter(
          (each) =>
            getComputedStyle(each).transitionDuration !== "0s" || getComputedStyle(each).animationName !== "none",
        ).length,
    );
    assert.equal(lasting, 0);
    await context.close();
  });
});
