// What a person does on the page, for the tests.

import { readFile } from "node:fs/promises";

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
  return { context, page, requests, errors };
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

export async function drop(page, name, bytes) {
  await page.evaluate(
    ([fileName, content]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([Uint8Array.from(content)], fileName));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    },
    [name, [...bytes]],
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

export const repositoryFile = (path) => readFile(new URL(`../../../${path}`, import.meta.url));
