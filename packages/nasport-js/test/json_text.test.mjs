// Texts as Python writes them, and suggestions for unknown names.
import assert from "node:assert/strict";
import { test } from "node:test";

import { printable } from "../dist/errors.js";
import { didYouMean, nearest, ratio } from "../dist/json/nearest.js";
import { parseJson } from "../dist/json/parse.js";
import { compareTexts, length, pythonDumps, pythonFloat, pythonRepr, thousands } from "../dist/json/python_text.js";
import { fromPlain } from "../dist/json/values.js";

test("floats look like those of Python", () => {
  const texts = ["5.0", "-0.0", "0.1", "1e-05", "0.0001", "1e+16", "123456789012345.6", "1.5e+300", "5e-324"];
  for (const text of texts) {
    assert.equal(pythonFloat(Number(text)), text);
  }
  assert.equal(pythonFloat(1e15), "1000000000000000.0");
});

test("values look like those of Python's repr", () => {
  const value = parseJson(`{"it's": [1, 1.0, true, null, "\\u202e\\n\\u00e9\\ud83d\\ude00"], "n": 12345678901234567890}`);
  const text = `{"it's": [1, 1.0, True, None, '\\u202e\\né😀'], 'n': 12345678901234567890}`;
  assert.equal(pythonRepr(value), text);
  assert.equal(pythonRepr(`'"`), `'\\'"'`);
});

test("JSON texts equal those of json.dumps", () => {
  const value = parseJson('{"b": "é\\u007f😀", "a": [1.0, 2, {}]}');
  assert.equal(pythonDumps(value), '{"b": "\\u00e9\\u007f\\ud83d\\ude00", "a": [1.0, 2, {}]}');
  assert.equal(pythonDumps(value, { sortKeys: true, ensureAscii: false }), '{"a": [1.0, 2, {}], "b": "é\x7f😀"}');
  assert.equal(pythonDumps(2 ** 60), "1152921504606846976");
});

test("texts are sorted and counted by code points", () => {
  assert.deepEqual(["😀", "\uffff", "a", "", "ab"].sort(compareTexts), ["", "a", "ab", "\uffff", "😀"]);
  assert.equal(length("😀é"), 2);
  assert.equal(thousands(1234567), "1,234,567");
});

test("characters that a terminal acts upon are replaced", () => {
  assert.equal(printable("a\u202eb\x1b[1mc\n\u2028d e"), "a\ufffdb\ufffd[1mc\ufffd\ufffdd e");
});

test("the nearest name has the same numbers if there is one", () => {
  const known = ["nor_conv_3x3", "conv_3x3", "conv_5x5", "max_pool_3x3"];
  assert.equal(nearest("conv3x3", known), "conv_3x3");
  assert.equal(nearest("nor_conv_5x5", known), "conv_5x5");
  assert.equal(nearest("attention", known), null);
  assert.equal(nearest("x".repeat(51), ["x".repeat(50)]), null);
  assert.equal(didYouMean("maxpool3x3", known), ", did you mean 'max_pool_3x3'? ");
  assert.equal(didYouMean(5, known), ", ");
});

test("similarity is that of difflib", () => {
  assert.equal(ratio([..."abxcd"], [..."abcd"]), 8 / 9);
  assert.equal(ratio([..."tide"], [..."diet"]), 0.25);
  assert.equal(ratio([..."diet"], [..."tide"]), 0.5);
});

test("plain values are copied; others are refused", () => {
  assert.deepEqual(fromPlain({ a: [1, undefined === null], b: undefined }), new Map([["a", [1, false]]]));
  for (const value of [undefined, NaN, 5n, () => 0, new Date(0), { a: Symbol("x") }]) {
    assert.throws(() => fromPlain(value), /^InputError: the document has a value that JSON cannot represent: /);
  }
  const cycle = [];
  cycle.push(cycle);
  assert.throws(() => fromPlain(cycle), /nested too deeply/);
});
