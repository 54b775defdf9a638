// The page by keyboard and with a screen reader.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { skipReason } from "./browser.mjs";
import { begin, bytes, CELL, drop, focused, paste, settled, shown, visits } from "./page.mjs";

describe("keyboard and screen reader", { skip: skipReason() }, () => {
  const visit = visits();

  test("everything works by keyboard alone", () =>
    visit(async (page) => {
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press("Tab");
        if (await page.evaluate(() => document.activeElement?.hasAttribute("data-node"))) break;
      }
      assert.equal(await page.evaluate(() => document.activeElement.getAttribute("data-node")), "in");
      for (let steps = 0; steps < 2; steps++) await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.activeElement?.getAttribute("role") === "combobox");
      await page.keyboard.type("sep_conv_3x3");
      await page.keyboard.press("Enter");
      const changed = await shown(page);
      assert.notEqual(changed.score, "-2.8134");
      assert.match(await page.textContent('[data-node="b"]'), /sep_conv_3x3/);
      await page.keyboard.press("Control+z");
      assert.equal((await shown(page)).score, "-2.8134");
      await page.keyboard.press("Control+Shift+Z");
      assert.equal((await shown(page)).score, changed.score);
      await page.focus('[data-node="b"]');
      await page.keyboard.press("a");
      await settled(page);
      assert.equal(await page.evaluate(() => document.activeElement.getAttribute("data-node")), "n1");
      await page.keyboard.press("e");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Delete");
      await settled(page);
      await page.keyboard.press("Escape");
      assert.equal(await page.locator("#drawing [data-node]").count(), 7);
    }));

  test("the focus stays near when its element disappears", () =>
    visit(async (page) => {
      const press = async (selector, key = "Enter") => {
        await page.locator(selector).first().focus();
        await page.keyboard.press(key);
        await settled(page);
      };
      const CASES = [
        ["the last row", () => press('[aria-label="Remove out"]'), "Remove skip"],
        ["the only input", () => press('[data-node="in"]').then(() => press(".inspector .danger")), "a"],
        ["undo at its end", () => press('[data-node="b"]', "Delete").then(() => undoAll()), "Redo"],
        ["keep", () => press("text=Keep as A and compare"), "Exchange A and B"],
        [
          "end of the comparison",
          () => press("text=Keep as A and compare").then(() => press("text=End comparison")),
          "Keep as A and compare",
        ],
        [
          "the notice",
          async () => {
            await press("text=Share link");
            await page.waitForSelector(".notice");
            await press(".notice button");
          },
          "Save drawing",
        ],
      ];
      const undoAll = async () => {
        while (await page.getByRole("button", { name: "Undo" }).isEnabled()) await press("text=Undo");
      };
      for (const [name, reach, expected] of CASES) {
        await begin(page);
        await reach();
        assert.equal(await focused(page), expected, name);
      }
    }));

  test("the focus is visible on a node that is already chosen", () =>
    visit(async (page) => {
      await page.click('[data-node="b"]');
      const outline = () => page.$eval('[data-node="b"]', (node) => getComputedStyle(node).outlineStyle);
      assert.equal(await outline(), "none");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowLeft");
      assert.equal(await outline(), "solid");
    }));

  test("a panel has the name of its tab, also with spaces", () =>
    visit(async (page) => {
      const nodes = [{ id: "x", op: "input" }];
      const cells = { "my normal cell": { nodes }, "my other cell": { nodes } };
      await drop(page, "cells.json", bytes(JSON.stringify({ format: "nasport-architecture", version: 1, cells })));
      await page.getByRole("tabpanel", { name: "my normal cell" }).waitFor();
      await page.getByRole("tab", { name: "my normal cell" }).focus();
      await page.keyboard.press("ArrowRight");
      await page.getByRole("tabpanel", { name: "my other cell" }).waitFor();
    }));

  test("a screen reader hears the score and the notices", () =>
    visit(async (page) => {
      const heard = (pattern) =>
        page.waitForFunction(
          (source) => new RegExp(source).test(document.querySelector("#announcer").textContent),
          pattern,
        );
      await paste(page, CELL);
      await heard("^Score -3\\.6723\\. Better than");
      await page.getByRole("button", { name: "Share link" }).click();
      await heard("^The link is .* Score -3\\.6723");
    }));
});
