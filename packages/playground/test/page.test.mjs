// A person's path through the page.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { skipReason } from "./browser.mjs";
import { bytes, CELL, drop, message, paste, settled, shown, tab, visits } from "./page.mjs";

// `nasport score wrong.json` prints these lines.
const WRONG = `{
  "format": "nasport-architecture", "version": 1,
  "cells": {"cell": {"nodes": [
    {"id": "x", "op": "input"},
    {"id": "a", "op": "conv3x3", "inputs": ["x"]},
    {"id": "y", "op": "output", "inputs": ["a"]}
  ]}}
}
`;
const WRONG_MESSAGE =
  "wrong.json: line 5: cells.cell.nodes[1].op: unknown operator 'conv3x3', did you mean 'conv_3x3'? expected one of the " +
  'vocabulary (`nasport operators` lists them) or one that this document describes: "operators": {"conv3x3": {"text": "..."}}';
const BROKEN = '{"format": "nasport-architecture", "version": 1, "cells": {"cell": {"nodes": [}}}\n';

describe("the page", { skip: skipReason() }, () => {
  const visit = visits();

  test("a text that fits several notations asks which one", () =>
    visit(async (page) => {
      await paste(page, "[4, 0, 3, 1, 4, 3]");
      await page.getByRole("button", { name: "nasbench201_naslib" }).click();
      assert.equal((await shown(page)).score, "-5.6219");
    }));

  test("a notation reads what is typed and says what is wrong", () =>
    visit(async (page) => {
      await tab(page, "Notation");
      await page.fill(".notation textarea", "foo");
      await page.waitForSelector(".notation .problem");
      const expected =
        "1 nodes separated by '+', expected 3, e.g. |nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|" +
        "nor_conv_1x1~1|avg_pool_3x3~2|: 'foo'";
      assert.equal(await page.textContent(".notation .problem"), expected);
      await page.fill(".notation textarea", CELL);
      await page.waitForFunction(() => document.querySelector("#score")?.textContent === "-3.6723");
    }));

  test("edges are added and removed with the pointer", () =>
    visit(async (page) => {
      await page.click('[data-node="a"]');
      const [from, to] = await Promise.all([
        page.locator('[data-node="a"] .port').boundingBox(),
        page.locator('[data-node="d"]').boundingBox(),
      ]);
      await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
      await page.mouse.down();
      await page.mouse.move(to.x + 10, to.y + 10, { steps: 4 });
      await page.mouse.up();
      await settled(page);
      assert.equal(await page.isChecked(".inspector .chip:has-text('a') input"), true);
      assert.match(await page.getAttribute('[data-node="d"]', "aria-label"), /reads b, a/);
      await page.uncheck(".inspector .chip:has-text('a') input");
      assert.equal((await shown(page)).score, "-2.8134");
    }));

  test("the table of nodes equals the drawing", () =>
    visit(async (page) => {
      const drawn = await page.$$eval("#drawing [data-node]", (nodes) => nodes.map((node) => node.dataset.node));
      const listed = await page.$$eval("table.nodes tbody th", (cells) =>
        cells.map(({ textContent }) => textContent),
      );
      assert.deepEqual(listed, drawn);
      await page.getByRole("button", { name: "Remove skip" }).click();
      await settled(page);
      assert.equal(await page.locator("#drawing [data-node]").count(), 6);
      assert.match(await page.getAttribute('[data-node="out"]', "aria-label"), /reads d, c, in/);
    }));

  test("two architectures are compared, number by number", () =>
    visit(async (page) => {
      await paste(page, CELL);
      await page.getByRole("button", { name: "Keep as A and compare" }).click();
      await page.getByRole("button", { name: "Undo" }).click();
      await settled(page);
      const rows = await page.$$eval(".comparison tbody tr", (all) =>
        all.map((row) => [...row.children].map(({ textContent }) => textContent)),
      );
      assert.deepEqual(
        rows.find(([name]) => name === "Score"),
        ["Score", "-3.6723", "-2.8134", "+0.8589"],
      );
      assert.deepEqual(
        rows.find(([name]) => name === "Parameters"),
        ["Parameters", "344,346", "587,386", "+243,040"],
      );
      assert.deepEqual(
        rows.find(([name]) => name === "FLOPs"),
        ["FLOPs", "47,104,640", "82,494,080", "+35,389,440"],
      );
      await page.getByRole("button", { name: "Exchange A and B" }).click();
      assert.equal((await shown(page)).score, "-3.6723");
      assert.equal(await page.textContent(".comparison tbody td"), "-2.8134");
    }));

  test("a wrong file shows the command line's message at its line and its node", () =>
    visit(async (page) => {
      await drop(page, "wrong.json", bytes(WRONG));
      assert.equal(await message(page), WRONG_MESSAGE);
      assert.match(await page.getAttribute('[data-node="a"]', "aria-label"), /see the message/);
      await tab(page, "JSON");
      assert.equal((await page.textContent(".gutter mark")).trim(), "5");
      await page.getByRole("button", { name: "Go to line 5" }).click();
      assert.equal(
        await page.$eval(".code textarea", ({ value, selectionStart, selectionEnd }) =>
          value.slice(selectionStart, selectionEnd),
        ),
        WRONG.split("\n")[4],
      );
      await page.click('[data-node="a"]');
      assert.equal(await page.textContent(".inspector .problem"), WRONG_MESSAGE);
      await page.fill(".inspector [role=combobox]", "conv_3x3");
      await page.keyboard.press("Enter");
      await settled(page);
      assert.equal(await page.locator("#problem").count(), 0);
      await drop(page, "broken.json", bytes(BROKEN));
      assert.equal(await message(page), "broken.json: line 1: not valid JSON: Expecting value (column 79)");
    }));

  test("a document without a score shows the command line's message", () =>
    visit(async (page) => {
      await page.getByLabel("Begin with").selectOption("nasbench_nlp");
      await page.waitForSelector("#problem");
      const expected =
        "recurrent networks are not ranked: the score was at chance on NAS-Bench-NLP, rank correlation .03; " +
        "nasport gennas ranks them";
      assert.equal(await message(page), expected);
      await drop(
        page,
        "recurrent.json",
        bytes(
          await page.evaluate(async () => {
            document.querySelectorAll("[role=tab]").forEach((each) => each.textContent === "JSON" && each.click());
            await new Promise((resolve) => setTimeout(resolve, 100));
            return document.querySelector(".code textarea").value;
          }),
        ),
      );
      assert.equal(await message(page), `recurrent.json: line 1: ${expected}`);
    }));

  test("a new operator is described in words and in numbers", () =>
    visit(async (page) => {
      await page.click('[data-node="b"]');
      await page.fill(".inspector [role=combobox]", "Wavelet mixing");
      await page.keyboard.press("Enter");
      assert.match(await message(page), /the operator 'wavelet_mixing' is known by its description alone/);
      await page.getByLabel("Kind, if you know it").selectOption("convolution");
      assert.match(await message(page), /an operator of kind 'convolution' needs 'kernel'/);
      await page.getByLabel("kernel", { exact: true }).fill("3");
      await page.keyboard.press("Tab");
      assert.equal((await shown(page)).score, "-1.8144");
    }));

  test("an architecture that is kept before it is scored gets its own score", () =>
    visit(async (page) => {
      await tab(page, "JSON");
      await page.evaluate(() => {
        const field = document.querySelector(".code textarea");
        field.value = field.value.replace("avg_pool_3x3", "sep_conv_3x3");
        field.dispatchEvent(new InputEvent("input", { bubbles: true }));
        [...document.querySelectorAll("button")].find(({ textContent }) => /^Keep as A/.test(textContent)).click();
      });
      const { score } = await shown(page);
      assert.notEqual(score, "-2.8134");
      await page.waitForSelector(".comparison");
      assert.equal(await page.textContent(".comparison tbody td"), score);
    }));

  test("the list of operators of a stage opens below its field", () =>
    visit(async (page) => {
      await tab(page, "Network");
      await page.getByRole("combobox", { name: "Operator of stage 2" }).fill("conv_3x3");
      const [field, list] = await Promise.all([
        page.getByRole("combobox", { name: "Operator of stage 2" }).boundingBox(),
        page.locator('.stages [role="listbox"]:not([hidden])').boundingBox(),
      ]);
      assert.ok(Math.abs(list.y - field.y - field.height) < 12, JSON.stringify({ field, list }));
      await page.keyboard.press("Enter");
      assert.notEqual((await shown(page)).score, "-2.8134");
    }));

  test("a name that another node has is refused", () =>
    visit(async (page) => {
      await page.click('[data-node="b"]');
      await page.getByLabel("Name").fill("c");
      await page.keyboard.press("Tab");
      assert.match(await page.textContent(".notice"), /another node of the cell has the name 'c'/);
      assert.equal(await page.inputValue(".inspector input[maxlength]"), "b");
      await page.getByLabel("Name").fill("pool");
      await page.keyboard.press("Tab");
      assert.match(await page.getAttribute('[data-node="d"]', "aria-label"), /reads pool/);
      assert.equal((await shown(page)).score, "-2.8134");
    }));

  test("a node before an output takes the place of the input that it reads", () =>
    visit(async (page) => {
      await page.getByRole("button", { name: "Add a node before out" }).click();
      await settled(page);
      assert.match(await page.getAttribute('[data-node="out"]', "aria-label"), /reads n1, c, skip/);
      assert.match(await page.getAttribute('[data-node="n1"]', "aria-label"), /reads d/);
    }));
});
