// Files, links and the clipboard: what is wrong with them, and who sent them.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { skipReason } from "./browser.mjs";
import { bytes, CELL, drop, message, repositoryFile, settled, shown, visits } from "./page.mjs";

describe("files and links", { skip: skipReason() }, () => {
  const visit = visits();

  test("other files get a sentence", () =>
    visit(async (page) => {
      await drop(page, "net.onnx", Uint8Array.of(8, 7, 18, 0, 1, 2));
      assert.match(
        await page.textContent(".notice"),
        /net\.onnx: this is an ONNX model; .* nasport import net\.onnx --out net\.json/,
      );
      await drop(page, "weights.bin", Uint8Array.of(1, 0, 0, 0));
      assert.match(await page.textContent(".notice"), /weights\.bin: this is a binary file; nasport reads architectures/);
      await drop(page, "large.json", new Uint8Array(1_000_001).fill(32));
      assert.match(await page.textContent(".notice"), /large\.json: 1,000,001 bytes, expected at most 1,000,000/);
      assert.equal((await shown(page)).score, "-2.8134");
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

  test("a link that was cut short is refused, wherever it was cut", () =>
    visit(async (page) => {
      await page.getByRole("button", { name: "Keep as A and compare" }).click();
      await page.getByRole("button", { name: "Share link" }).click();
      await page.waitForFunction(() => location.hash.startsWith("#d="));
      const link = await page.evaluate(() => location.hash);
      await page.getByRole("button", { name: "End comparison" }).click();
      for (const length of [3, 4, 50, 300, link.indexOf("&a=") + 3, link.length - 5, link.length - 1]) {
        await page.evaluate(() => document.querySelector(".notice button")?.click());
        await page.evaluate((hash) => (location.hash = hash), link.slice(0, length));
        await page.waitForSelector(".notice.error");
        assert.match(await page.textContent(".notice"), /the link is broken/, String(length));
        assert.equal(await page.locator(".comparison").count(), 0);
      }
    }));

  test("a wrong file shows the message of the command line", () =>
    visit(async (page) => {
      const lines = (await repositoryFile("vectors/invalid.jsonl")).toString().trim().split("\n");
      const all = lines.map((line) => JSON.parse(line));
      const chosen = all.filter(({ base64 }, place) => base64 !== undefined || place % 12 === 0);
      for (const { id, text, base64, message: expected } of chosen) {
        const content = base64 === undefined ? bytes(text) : Buffer.from(base64, "base64");
        await drop(page, "wrong.json", content);
        const wanted = expected.replace("FILE", "wrong.json");
        const seen = await page
          .waitForFunction(
            (sentence) =>
              [...document.querySelectorAll("#problem, .notice p")].some(({ textContent }) => textContent === sentence),
            wanted,
            { timeout: 3_000 },
          )
          .then(() => wanted)
          .catch(() => page.$$eval("#problem, .notice p", (all) => all.map(({ textContent }) => textContent).join()));
        if (!wanted.includes("ONNX model")) assert.equal(seen, wanted, id);
      }
    }));

  test("text that an office program copies with a picture is read as text", () =>
    visit(async (page) => {
      await page.evaluate((text) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text/plain", text);
        clipboardData.items.add(new File([Uint8Array.of(137, 80, 78, 71)], "image.png", { type: "image/png" }));
        document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
      }, CELL);
      await page.waitForFunction(() => document.querySelector("#score")?.textContent === "-3.6723");
      await page.evaluate(() => {
        const clipboardData = new DataTransfer();
        clipboardData.items.add(new File([Uint8Array.of(137, 80, 78, 71)], "image.png", { type: "image/png" }));
        document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
      });
      await page.waitForSelector(".notice.error");
      assert.match(await page.textContent(".notice"), /image\.png: this is a PNG picture/);
    }));

  test("a saved drawing is a valid file, whatever the names are", () =>
    visit(async (page) => {
      const name = "\u202e\u0001\ufffe<script>alert(1)</script>\"'&]]>";
      const nodes = [
        { id: name, op: "input" },
        { id: "y", op: "output", inputs: [name] },
      ];
      await drop(
        page,
        "names.json",
        bytes(JSON.stringify({ format: "nasport-architecture", version: 1, name, cells: { [name]: { nodes } } })),
      );
      await page.waitForFunction((id) => document.querySelector("[data-node]")?.dataset.node === id, name);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Save drawing" }).click(),
      ]);
      const found = await page.evaluate(
        (text) => {
          const drawing = new DOMParser().parseFromString(text, "image/svg+xml");
          const count = (selector) => drawing.querySelectorAll(selector).length;
          return { texts: count("text"), odd: count("parsererror, script") };
        },
        await readFile(await download.path(), "utf8"),
      );
      assert.deepEqual(found, { texts: 4, odd: 0 });
    }));
});
