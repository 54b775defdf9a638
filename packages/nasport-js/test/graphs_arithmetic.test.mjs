/** SHA-256 and 64-bit arithmetic agree with published values and with BigInt. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";

import { sha256, sha256Hex } from "../dist/graphs/sha256.js";
import {
  addNumber,
  addProduct,
  compareNumbers,
  countDistinct,
  mix,
  multiplyHigh,
  zeros,
} from "../dist/graphs/uint64.js";

const MODULUS = 1n << 64n;
const EXTREMES = [0n, 1n, 0xffffn, 0x10000n, 0xffffffffn, 1n << 32n, 1n << 63n, MODULUS - 1n, 0x9e3779b97f4a7c15n];

const low = (value) => Number(value & 0xffffffffn);
const high = (value) => Number(value >> 32n);
const numberAt = (words, k) => (BigInt(words[2 * k + 1]) << 32n) | BigInt(words[2 * k]);

function wordsOf(...values) {
  const words = zeros(values.length);
  values.forEach((value, k) => addNumber(words, k, low(value), high(value)));
  return words;
}

function splitmix(value) {
  let mixed = ((value ^ (value >> 30n)) * 0xbf58476d1ce4e5b9n) % MODULUS;
  mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) % MODULUS;
  return mixed ^ (mixed >> 31n);
}

test("SHA-256 of the published messages", () => {
  const bytes = (text) => new TextEncoder().encode(text);
  assert.equal(sha256Hex(bytes("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assert.equal(sha256Hex(bytes("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert.equal(
    sha256Hex(new Uint8Array(1_000_000).fill(97)),
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
  );
});

test("SHA-256 of every length around the ends of blocks, also of a part of a buffer", () => {
  const buffer = Uint8Array.from({ length: 400 }, (_, k) => (k * 167) % 256);
  for (let length = 0; length < 260; length++) {
    const part = buffer.subarray(3, 3 + length);
    assert.equal(Buffer.from(sha256(part)).toString("hex"), createHash("sha256").update(part).digest("hex"));
  }
});

test("sums, products and mixed numbers are those of BigInt modulo 2^64", () => {
  const values = [...EXTREMES];
  for (let k = 0; k < 60; k++) {
    values.push(splitmix(BigInt(k)));
  }
  for (const a of values) {
    const mixed = wordsOf(a);
    mix(mixed, 0);
    assert.equal(numberAt(mixed, 0), splitmix(a));
    for (const b of values) {
      const words = wordsOf(a, b);
      addNumber(words, 1, low(a), high(a));
      assert.equal(numberAt(words, 1), (a + b) % MODULUS);
      addProduct(words, 0, low(a), high(a), low(b), high(b));
      assert.equal(numberAt(words, 0), (a + a * b) % MODULUS);
      assert.equal(multiplyHigh(low(a), low(b)), Number((BigInt(low(a)) * BigInt(low(b))) >> 32n));
      assert.equal(Math.sign(compareNumbers(wordsOf(a, b), 0, 1)), a < b ? -1 : a > b ? 1 : 0);
    }
  }
  assert.equal(countDistinct(wordsOf(...values, ...values)), new Set(values).size);
  assert.equal(countDistinct(zeros(0)), 0);
});
