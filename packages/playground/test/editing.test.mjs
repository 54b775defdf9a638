// Many edits: memory stays bounded, and the time until the new score is reported.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, singleFile, skipReason } from "./browser.mjs";
import { open, shown, tab } from "./page.mjs";

const EDITS = 1_000;
const SETTLING = 100;
const MOST_GROWTH = 6_000_000;

describe("many edits", { skip: skipReason() }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  test(`${EDITS} edits leave memory bounded`, async (t) => {
    const { context, page, errors } = await open(browser, singleFile);
    await tab(page, "JSON");
    const session = await context.newCDPSession(page);
    const heap = async () => {
      await session.send("HeapProfiler.collectGarbage");
      return (await session.send("Runtime.getHeapUsage")).usedSize;
    };
    const edit = (count) =>
      page.evaluate(async (edits) => {
        const operators = ["nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3", "sep_conv_5x5", "dil_conv_3x3"];
        const field = document.querySelector(".code textarea");
        const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set;
        const times = [];
        const scoring = [];
        for (let number = 0; number < edits; number++) {
          const before = document.querySelector("#score").title;
          let place = 0;
          const text = field.value.replaceAll(
            /"op": "(nor_conv|avg_pool|sep_conv|dil_conv)\w*"/g,
            () => `"op": "${operators[Math.floor(number / operators.length ** place++ + place) % operators.length]}"`,
          );
          const start = performance.now();
          set.call(field, text);
          field.dispatchEvent(new InputEvent("input", { bubbles: true }));
          const limit = start + 5_000;
          while (document.querySelector("#score").title === before && performance.now() < limit) {
            await new Promise((resolve) => {
              const { port1, port2 } = new MessageChannel();
              port1.onmessage = resolve;
              port2.postMessage(0);
            });
          }
          if (performance.now() >= limit) throw new Error(`no new score after edit ${number}`);
          times.push(performance.now() - start);
          scoring.push(Number(document.querySelector("#score").dataset.milliseconds));
        }
        const median = (values) => values.sort((one, other) => one - other)[Math.floor(values.length / 2)];
        return { toPage: median(times), scoring: median(scoring) };
      }, count);
    await edit(SETTLING);
    const before = await heap();
    const medians = await edit(EDITS);
    const growth = (await heap()) - before;
    t.diagnostic(
      `median of the scoring: ${medians.scoring.toFixed(1)} ms; until the page shows it: ${medians.toPage.toFixed(1)} ms`,
    );
    t.diagnostic(`growth of the page's heap: ${growth.toLocaleString("en-US")} bytes`);
    assert.ok(growth < MOST_GROWTH, `the heap grew by ${growth} bytes`);
    assert.deepEqual(errors, []);
    assert.notEqual((await shown(page)).score, undefined);
    await context.close();
  });
});
