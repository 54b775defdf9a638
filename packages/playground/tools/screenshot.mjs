// Take the pictures of the guide: node tools/screenshot.mjs, after `npm run build`.
import { fileURLToPath } from "node:url";
import { launch, singleFile } from "../test/browser.mjs";
import { open, settled, tab } from "../test/page.mjs";

const pictures = new URL("../../../docs/pictures/", import.meta.url);

const STATES = {
  playground: { width: 1240, height: 800, colorScheme: "light", reach: (page) => page.click('[data-node="b"]') },
  "playground-compare": {
    width: 1240,
    height: 860,
    colorScheme: "dark",
    reach: async (page) => {
      await page.getByRole("button", { name: "Keep as A and compare" }).click();
      await page.click('[data-node="b"]');
      await page.fill(".inspector [role=combobox]", "nor_conv_3x3");
      await page.keyboard.press("Enter");
    },
  },
  "playground-mistake": {
    width: 1240,
    height: 980,
    colorScheme: "light",
    reach: async (page) => {
      await tab(page, "JSON");
      const text = await page.inputValue(".code textarea");
      await page.fill(".code textarea", text.replace('"c", "op": "nor_conv_1x1"', '"c", "op": "conv1x1"'));
    },
  },
};

const browser = await launch();
for (const [name, { width, height, colorScheme, reach }] of Object.entries(STATES)) {
  const { context, page } = await open(browser, singleFile, { viewport: { width, height }, colorScheme });
  await reach(page);
  await settled(page);
  await page.evaluate(() => {
    document.activeElement?.blur();
    scrollTo(0, 0);
  });
  await page.mouse.move(0, 0);
  await page.waitForTimeout(300);
  await page.screenshot({ path: fileURLToPath(new URL(`${name}.png`, pictures)) });
  await context.close();
}
await browser.close();
