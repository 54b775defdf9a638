// The page, served and as one file from disk: what depends on how it was opened.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { dist, launch, skipReason } from "./browser.mjs";
import { begin, bytes, CELL, drop, message, paste, repositoryFile, settled, shown, tab, visits } from "./page.mjs";

const skip = skipReason();

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
    const visit = visits(place);

    test("opens with the score that the command line prints", (t) =>
      visit(async (page, { requests, address, milliseconds }) => {
        t.diagnostic(`first score after ${Math.round(milliseconds)} ms`);
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
        const own = place === "served" ? [address] : [address, "blob:"];
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

    test("an operator in words needs the encoder", (t) =>
      visit(async (page) => {
        await drop(page, "words.json", await repositoryFile("examples/unknown_operator_cell.json"));
        assert.match(await message(page), /the operator 'wavelet_mixer' is known by its description alone/);
        if (place === "single file") {
          assert.match(await page.textContent(".failure"), /This file does not contain the encoder/);
          return;
        }
        const start = Date.now();
        await page.getByRole("button", { name: "Load the encoder" }).click();
        await page.waitForSelector("#score", { timeout: 60_000 });
        t.diagnostic(`score with the encoder after ${Date.now() - start} ms`);
        assert.equal((await shown(page)).score, "0.2846");
        assert.match((await shown(page)).warnings.join(), /is read as 'Convolution 1 by 1', with low confidence/);
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
  });
}

describe("the encoder", { skip }, () => {
  const visit = visits("served");

  test("does not hold up the scores while it is loaded", () =>
    visit(async (page) => {
      let release;
      const released = new Promise((resolve) => (release = resolve));
      await page.context().route("**/encoder.onnx", async (route) => {
        await released;
        await route.continue();
      });
      const words = await repositoryFile("examples/unknown_operator_cell.json");
      await drop(page, "words.json", words);
      await page.getByRole("button", { name: "Load the encoder" }).click();
      await begin(page);
      release();
      await drop(page, "words.json", words);
      await page.waitForFunction(() => document.querySelector("#score")?.textContent === "0.2846", null, {
        timeout: 60_000,
      });
    }));
});
