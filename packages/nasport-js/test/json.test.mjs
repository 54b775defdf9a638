// Strict JSON: what is refused, with the messages of the Python package.
import assert from "node:assert/strict";
import { test } from "node:test";

import { InputError } from "../dist/errors.js";
import { decodeUtf8, lineOf, MAX_DOCUMENT_BYTES, parseJson } from "../dist/json/parse.js";
import { toPlain, writtenAs } from "../dist/json/values.js";

const bytes = (text) => new TextEncoder().encode(text);

function messageOf(data, place = { file: "F" }) {
  try {
    parseJson(data, place);
  } catch (error) {
    assert.ok(error instanceof InputError, String(error?.stack));
    return error.message;
  }
  return "valid";
}

test("values keep the order of keys, and names of JavaScript's own are ordinary keys", () => {
  const value = parseJson('{"b": 1, "1": [true, null], "0": "x", "__proto__": {}, "constructor": 2}');
  assert.deepEqual([...value.keys()], ["b", "1", "0", "__proto__", "constructor"]);
  assert.equal(Object.getPrototypeOf(toPlain(value)), Object.prototype);
  assert.ok(Object.hasOwn(toPlain(value), "__proto__"));
});

test("strings are unescaped", () => {
  assert.equal(parseJson('"\\u00e9\\n\\ud83d\\ude00\\/\\"\\\\"'), 'é\n😀/"\\');
});

test("it is known how a number was written if its value does not show it", () => {
  const value = parseJson('[5, 5.0, 1e3, -0, 9007199254740993, 0.5]');
  assert.deepEqual([...value], [5, 5, 1000, 0, 9007199254740992, 0.5]);
  const written = value.map((_, index) => writtenAs(value, index));
  assert.deepEqual(written, [undefined, "float", "float", undefined, 9007199254740993n, undefined]);
});

for (const [text, problem] of [
  ["", "the document is empty, expected a JSON document"],
  ["\u3000\x1c", "the document is empty, expected a JSON document"],
  ["[", "not valid JSON: Expecting value (column 2); the text ends before the document is complete"],
  ["[1,]", "not valid JSON: Expecting value (column 4); there is a comma before ']', remove it"],
  ['{"a": 1,}', "not valid JSON: Expecting property name enclosed in double quotes (column 9); there is a comma before '}', remove it"],
  ['{"a" 1}', "not valid JSON: Expecting ':' delimiter (column 6)"],
  ['{"a": 1 "b": 2}', "not valid JSON: Expecting ',' delimiter (column 9)"],
  ['{"a": {} {}}', "not valid JSON: Expecting ',' delimiter (column 10); a comma is missing"],
  ['{"a": 1}{"b": 2}', "not valid JSON: Extra data (column 9); a second document begins here, expected one document per file or per line"],
  ['"abc', "not valid JSON: Unterminated string starting at (column 1)"],
  ['"a\tb"', "not valid JSON: Invalid control character at (column 3)"],
  ['"\\x"', "not valid JSON: Invalid \\escape (column 2)"],
  ['"\\u12g4"', "not valid JSON: Invalid \\uXXXX escape (column 3)"],
  ['["😀" 1]', "not valid JSON: Expecting ',' delimiter (column 6)"],
  ["{'a': 1}", "not valid JSON: Expecting property name enclosed in double quotes (column 2); JSON needs double quotes; this looks like Python, where json.dumps(value) writes JSON"],
  ["[True]", "not valid JSON: Expecting value (column 2); JSON writes true, false and null; this looks like Python, where json.dumps(value) writes JSON"],
  ["[.5]", "not valid JSON: Expecting value (column 2); a number in JSON begins with a digit or a minus sign"],
  ["[01]", "not valid JSON: Expecting ',' delimiter (column 3)"],
  ["{a: 1}", "not valid JSON: Expecting property name enclosed in double quotes (column 2); put the key in double quotes"],
  ["[1] // x", "not valid JSON: Extra data (column 5); JSON has no comments, remove this one"],
  ["name: x", "not valid JSON: Expecting value (column 1); this looks like YAML, expected JSON"],
  ["[“a”]", 'not valid JSON: Expecting value (column 2); typographic quotes, expected straight quotes: "'],
  ["[NaN]", "NaN is not a number in JSON, write a finite number or leave the key out"],
  ["[-Infinity]", "-Infinity is not a number in JSON, write a finite number or leave the key out"],
  ["[-1e999]", "the number -1e999 is out of range, expected a finite 64-bit floating-point number"],
  [`[${"1".repeat(5000)}]`, "a number has 5,000 digits, expected fewer"],
  ["[".repeat(100_000), "the document is nested too deeply, expected at most 200 levels"],
  ['"\\ud800"', "half of a surrogate pair is not a character, expected both halves"],
]) {
  test(`refuses ${text.slice(0, 20)}`, () => {
    assert.equal(messageOf(bytes(text)), `F: line 1: ${problem}`);
  });
}

test("the line of a mistake is named, counted from the line of the text", () => {
  assert.equal(messageOf('{\n"a": 1,\n"a": 2}'), "F: line 3: duplicate key 'a', expected every key of an object once");
  assert.match(messageOf('{\n"a" 1}', { file: "F", line: 7 }), /^F: line 8: not valid JSON/);
  assert.match(messageOf("[1,\n2,\nNaN]"), /^F: line 3: NaN/);
});

test("bytes that are not UTF-8 are named with their offset in the file", () => {
  const wrong = new Uint8Array([0x5b, 0x0a, 0xed, 0xa0, 0x80, 0x5d]);
  assert.equal(messageOf(wrong), "F: line 2: byte 0xed at offset 2 is not UTF-8, expected UTF-8 text");
  const marked = new Uint8Array([0xef, 0xbb, 0xbf, ...wrong]);
  assert.equal(messageOf(marked), "F: line 2: byte 0xed at offset 5 is not UTF-8, expected UTF-8 text");
  assert.equal(decodeUtf8(new Uint8Array([0xef, 0xbb, 0xbf, 0x31])), "1");
});

test("a text above 16 MiB is refused before it is read", () => {
  const problem = "F: line 1: the document is too large, expected at most 16,777,216 bytes";
  assert.equal(messageOf(new Uint8Array(MAX_DOCUMENT_BYTES + 1)), problem);
  assert.equal(messageOf(" ".repeat(MAX_DOCUMENT_BYTES + 1)), problem);
});

test("files of other formats are recognized by their first bytes", () => {
  const foreign = (...head) => messageOf(new Uint8Array(head.flatMap((part) => (typeof part === "string" ? [...bytes(part)] : [part]))));
  assert.match(foreign(0x89, "PNG"), /^F: this is a PNG picture; nasport reads architectures as JSON documents/);
  assert.match(foreign(0x08, 0x08, 0x12, 0x07), /^F: this is an ONNX model; /);
  assert.match(foreign(0x80, 0x04, 0x95), /^F: this is a Python pickle, which nasport does not load for safety; /);
  assert.match(foreign("a", 0, "b", 0, "c", 0, "d", 0), /^F: this is UTF-16 text, which `>` writes in PowerShell; expected UTF-8/);
  assert.match(foreign("<!DOCTYPE html><HTML>"), /^F: this is an HTML page; /);
  assert.match(foreign("PK", 3, 4, ...new Array(22).fill(0), 11, 0, 0, 0, "config.json"), /^F: this is a Keras model; /);
});

test("lineOf finds the value at a path, else its closest ancestor", () => {
  const text = '{\n "a": [\n  1,\n  {"b.c":\n 2}\n ]\n}';
  assert.equal(lineOf(text, ["a"]), 2);
  assert.equal(lineOf(text, ["a", 1]), 4);
  assert.equal(lineOf(text, ["a", 1, "b.c"]), 5);
  assert.equal(lineOf(text, ["a", 7], 10), 11);
  assert.equal(lineOf(text, ["a", "1"]), 2);
});
