// The texts of vectors/notations.jsonl have the hashes and costs of Python.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { costsOf } from "../dist/costs/index.js";
import { architectureHash } from "../dist/graphs/canonical.js";
import { readNotation } from "../dist/notations/index.js";

const FILE = new URL("../../../vectors/notations.jsonl", import.meta.url);

test("texts have the hashes and costs of the vectors", { skip: existsSync(FILE) ? false : "the vectors are not here" }, () => {
  const rows = readFileSync(FILE, "utf8").trim().split("\n").map((line) => JSON.parse(line));
  assert.ok(rows.length > 50);
  for (const { notation, text, hash, parameters, flops } of rows) {
    const architecture = readNotation(notation, text);
    const costs = costsOf(architecture);
    assert.deepEqual([architectureHash(architecture), costs.parameters, costs.flops], [hash, parameters, flops], text);
  }
});
