// What a person does on the page, for the tests.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before } from "node:test";
import { launch, serve, singleFile } from "./browser.mjs";

export const CELL = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|nor_conv_1x1~1|avg_pool_3x3~2|";

/** Open the page and wait for the first score. */
export async function open(browser, address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const requests = [];
  const errors = [];
  context.on("request", (request) => requests.push(request.url()));
  const page = await context.newPage();
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(address);
  await page.waitForSelector("#score, #problem");
  const milliseconds = await page.evaluate(() => performance.now()); // since the page was opened
  return { context, page, requests, errors, milliseconds };
}

/** Start a browser for the tests of a suite; returns a function that opens the page and checks that it reports no error. */
export function visits(place = "single file") {
  const isServed = place === "served";
  let browser, server;
  before(async () => {
    [browser, server] = await Promise.all([launch(), isServed ? serve() : undefined]);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
  return async function visit(steps, options) {
    const address = isServed ? server.address : singleFile;
    const opened = await open(browser, address, options);
    await steps(opened.page, { ...opened, address });
    assert.deepEqual(opened.errors, []);
    await opened.context.close();
  };
}

/** Begin again with the first cell, without loading the page again. */
export async function begin(page) {
  const end = page.getByRole("button", { name: "End comparison" });
  if (await end.count()) await end.click();
  await page.getByLabel("Begin with").selectOption("start");
  await page.waitForFunction(() => document.querySelector("#score")?.textContent === "-2.8134");
  await settled(page);
}

/** Wait until the score is no longer computed. */
export async function settled(page) {
  await page.waitForTimeout(60);
  await page.waitForSelector('.result[aria-busy="false"]');
}

export async function paste(page, text) {
  await page.evaluate((pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", pasted);
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
  }, text);
  await settled(page);
}

export async function drop(page, name, content) {
  await page.evaluate(
    ([fileName, base64]) => {
      const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([content], fileName));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    },
    [name, Buffer.from(content).toString("base64")],
  );
  await settled(page);
}

export function tab(page, name) {
  return page.getByRole("tab", { name }).click();
}

/** The numbers of the result: score, name to text of costs. */
export async function shown(page) {
  await settled(page);
  return page.evaluate(() => ({
    score: document.querySelector("#score")?.textContent,
    exact: Number(document.querySelector("#score")?.getAttribute("title")),
    place: document.querySelector(".result .place")?.textContent,
    numbers: Object.fromEntries(
      [...document.querySelectorAll(".numbers dt")].map((name) => [
        name.textContent,
        name.nextElementSibling.firstChild.textContent,
      ]),
    ),
    hash: document.querySelector(".numbers code")?.getAttribute("title"),
    warnings: [...document.querySelectorAll(".warnings li")].map(({ textContent }) => textContent),
  }));
}

export const message = async (page) => {
  await settled(page);
  return page.textContent("#problem");
};

export const bytes = (text) => new TextEncoder().encode(text);

/** Name and role of the element with the focus. */
export const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    return element.dataset.node ?? element.getAttribute("aria-label") ?? element.textContent.trim().slice(0, 40);
  });

export const repositoryFile = (path) => readFile(new URL(`../../../${path}`, import.meta.url));
