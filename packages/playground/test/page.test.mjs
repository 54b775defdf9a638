// A person's path through the page, served and as one file from disk.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { dist, launch, serve, singleFile, skipReason } from "./browser.mjs";
import { CELL, drop, message, open, paste, repositoryFile, settled, shown, tab } from "./page.mjs";

const skip = skipReason();
const bytes = (text) => new TextEncoder().encode(text);

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

describe("the served page, opened from disk", { skip }, () => {
  test("says which file opens from disk", async () => {
    const browser = await launch();
    const page = await browser.newPage();
    await page.goto(new URL("index.html", dist).href);
    assert.match(await page.textContent("#app"), /The file nasport-playground\.html opens from disk\./);
    await browser.close();
  });
});

for (const place of ["served", "single file"]) {
  describe(`the page, ${place}`, { skip }, () => {
    let browser, server, address;

    before(async () => {
      [browser, server] = await Promise.all([launch(), serve()]);
      address = place === "served" ? server.address : singleFile;
    });
    after(async () => {
      await browser?.close();
      await server?.stop();
    });

    /** Open the page, run the steps, and check that the page reported no error. */
    async function visit(steps, options) {
      const opened = await open(browser, address, options);
      await steps(opened.page, opened);
      assert.deepEqual(opened.errors, []);
      await opened.context.close();
    }

    test("opens with the score that the command line prints", () =>
      visit(async (page, { requests }) => {
        const { score, exact, numbers, hash } = await shown(page);
        assert.equal(score, "-2.8134");
        assert.ok(Math.abs(exact - -2.813380241394043) < 1e-5, String(exact));
        assert.deepEqual(numbers, {
          Parameters: "587,386",
          FLOPs: "82,494,080",
          Distance: "0.39",
          Hash: "0c656c6403ef",
        });
        assert.equal(hash, "0c656c6403ef780b9db482a553ed8af9");
        const own = place === "served" ? [server.address] : [singleFile, "blob:"];
        assert.deepEqual(
          requests.filter((url) => !url.startsWith("data:") && !own.some((start) => url.startsWith(start))),
          [],
        );
        if (place === "served")
          assert.ok(!requests.some((url) => url.includes("minilm")), "the encoder is not loaded unasked");
      }));

    test("a pasted NAS-Bench-201 string shows the score that the command line prints", () =>
      visit(async (page) => {
        await paste(page, CELL);
        const { score, exact, place: where, numbers, hash, warnings } = await shown(page);
        assert.equal(score, "-3.6723");
        assert.ok(Math.abs(exact - -3.6722793579101562) < 1e-5, String(exact));
        assert.match(where, /^Better than 5\d % of NAS-Bench-201 by score\.$/);
        assert.deepEqual(numbers, {
          Parameters: "344,346",
          FLOPs: "47,104,640",
          Distance: "0.31",
          Hash: "a0c8c239c079",
        });
        assert.equal(hash, "a0c8c239c0798df9eea06c084b011187");
        assert.deepEqual(warnings, []);
        assert.equal(await page.inputValue(".result select"), "nasbench201");
        await tab(page, "Notation");
        await page.waitForFunction((text) => document.querySelector(".notation textarea").value === text, CELL);
      }));

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

    test("a shared link opens the same, with the kept architecture and the space", () =>
      visit(async (page, { context }) => {
        await paste(page, CELL);
        await page.getByRole("button", { name: "Keep as A and compare" }).click();
        await page.click('[data-node="0->1"]');
        await page.fill(".inspector [role=combobox]", "nor_conv_1x1");
        await page.keyboard.press("Enter");
        await page.selectOption(".result select", "nasbench101");
        const { score } = await shown(page);
        await page.getByRole("button", { name: "Share link" }).click();
        await page.waitForFunction(() => location.hash.startsWith("#d="));
        const other = await context.newPage();
        await other.goto(page.url());
        await other.waitForSelector(".comparison");
        assert.equal((await shown(other)).score, score);
        assert.equal(await other.textContent(".comparison tbody td"), "-3.6723");
        assert.equal(await other.inputValue(".result select"), "nasbench101");
      }));

    test("a broken link is refused with a sentence", () =>
      visit(async (page) => {
        await page.evaluate(() => {
          location.hash = "#d=AAAA!";
        });
        await page.waitForSelector(".notice.error");
        assert.match(await page.textContent(".notice"), /the link is broken, expected a link that this page made/);
        assert.equal((await shown(page)).score, "-2.8134");
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

    test("other files get a sentence", () =>
      visit(async (page) => {
        await drop(page, "net.onnx", Uint8Array.of(8, 7, 18, 0, 1, 2));
        assert.match(
          await page.textContent(".notice"),
          /net\.onnx: this is an ONNX model; .* nasport import net\.onnx --out net\.json/,
        );
        await drop(page, "weights.bin", Uint8Array.of(1, 0, 0, 0));
        assert.match(await page.textContent(".notice"), /weights\.bin: this is a binary file/);
        await drop(page, "large.json", new Uint8Array(1_000_001).fill(32));
        assert.match(await page.textContent(".notice"), /large\.json: 1,000,001 bytes, expected at most 1,000,000/);
        assert.equal((await shown(page)).score, "-2.8134");
      }));

    test("text of a document is never markup", () =>
      visit(async (page) => {
        const text = "<img src=x onerror=alert(1)>";
        const document = {
          format: "nasport-architecture",
          version: 1,
          name: text,
          cells: {
            [text]: {
              nodes: [
                { id: text, op: "input" },
                { id: "y", op: "output", inputs: [text] },
              ],
            },
          },
        };
        await drop(page, "markup.json", bytes(JSON.stringify(document)));
        await page.waitForFunction(
          (id) => document.querySelector("[data-node]")?.getAttribute("data-node") === id,
          text,
        );
        assert.equal(await page.locator("img").count(), 0);
      }));

    test("an operator in words needs the encoder", () =>
      visit(async (page) => {
        await drop(page, "words.json", await repositoryFile("examples/unknown_operator_cell.json"));
        assert.match(await message(page), /the operator 'wavelet_mixer' is known by its description alone/);
        if (place === "single file") {
          assert.match(await page.textContent(".failure"), /This file does not contain the encoder/);
          return;
        }
        await page.getByRole("button", { name: "Load the encoder" }).click();
        await page.waitForSelector("#score", { timeout: 60_000 });
        assert.equal((await shown(page)).score, "0.2846");
        assert.match((await shown(page)).warnings.join(), /is read as 'Convolution 1 by 1', with low confidence/);
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

    test("the document and the drawing are saved as files", () =>
      visit(async (page) => {
        const saved = async (name) => {
          const [download] = await Promise.all([
            page.waitForEvent("download"),
            page.getByRole("button", { name }).click(),
          ]);
          return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
        };
        const document = await saved("Save JSON");
        assert.equal(document.name, "a-residual-cell.json");
        assert.equal(JSON.parse(document.text).cells.cell.nodes.length, 7);
        const drawing = await saved("Save drawing");
        assert.equal(drawing.name, "a-residual-cell.svg");
        assert.equal(drawing.text.match(/<rect/g).length, 7);
        assert.doesNotMatch(drawing.text, /class=|var\(/);
        await page
          .getByLabel("File to open")
          .setInputFiles({ name: "a.json", mimeType: "application/json", buffer: Buffer.from(document.text) });
        assert.equal((await shown(page)).score, "-2.8134");
      }));

    test("the announcement tells a screen reader the score", () =>
      visit(async (page) => {
        await paste(page, CELL);
        await page.waitForFunction(() =>
          /^Score -3\.6723\. Better than/.test(document.querySelector("#announcer").textContent),
        );
      }));
  });
}
