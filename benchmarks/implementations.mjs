// Answer the questions of a fuzzer in JavaScript, line by line; the counterpart of implementations.py.
import { createInterface } from "node:readline";

/** Answer every line of JSON on standard input; an exception becomes the answer `failed`. */
export async function answerLines(answer) {
  for await (const line of createInterface({ input: process.stdin })) {
    let found;
    try {
      found = await answer(JSON.parse(line));
    } catch (error) {
      found = { failed: `${error.name}: ${error.message}`, stack: String(error.stack).slice(0, 2000) };
    }
    found.megabytes = process.resourceUsage().maxRSS / 1000;
    console.log(JSON.stringify(found));
  }
}
