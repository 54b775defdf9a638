/**
 * Arithmetic modulo 2^64 on pairs of 32-bit words in typed arrays; BigInt is about a hundred times slower.
 *
 * Number k of a `Words` array is at the positions 2k (low word) and 2k + 1 (high word).
 */

/** Numbers of 64 bits, each as its low and its high word. */
export type Words = Uint32Array;

/** Return an array of `count` numbers that are 0. */
export function zeros(count: number): Words {
  return new Uint32Array(2 * count);
}

/** Return the upper 32 bits of the product of two unsigned 32-bit numbers. */
export function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16);
  const carry = Math.imul(aLow, bHigh) + (middle & 0xffff);
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16)) >>> 0;
}

/** Add the product of the numbers (low, high) and (otherLow, otherHigh) to number `k` of `sums`. */
export function addProduct(
  sums: Words,
  k: number,
  low: number,
  high: number,
  otherLow: number,
  otherHigh: number,
): void {
  const upper = multiplyHigh(low, otherLow) + Math.imul(low, otherHigh) + Math.imul(high, otherLow);
  addNumber(sums, k, Math.imul(low, otherLow) >>> 0, upper);
}

/** Add the number (low, high) to number `k` of `sums`; only `high` may be negative or have more than 32 bits. */
export function addNumber(sums: Words, k: number, low: number, high: number): void {
  const sum = sums[2 * k] + low;
  sums[2 * k] = sum;
  sums[2 * k + 1] += high + (sum >= 2 ** 32 ? 1 : 0);
}

/** Compare two numbers of an array; the result is negative if the first is smaller and 0 if they are equal. */
export function compareNumbers(words: Words, k: number, other: number): number {
  return words[2 * k + 1] - words[2 * other + 1] || words[2 * k] - words[2 * other];
}

/** Return how many different numbers an array has. */
export function countDistinct(words: Words): number {
  const sorted = words.slice();
  new BigUint64Array(sorted.buffer).sort();
  let count = 0;
  for (let k = 0; 2 * k < sorted.length; k++) {
    count += k === 0 || compareNumbers(sorted, k, k - 1) !== 0 ? 1 : 0;
  }
  return count;
}

/** Apply the finalizer of splitmix64 to number `k`; every input bit changes about half of the output bits. */
export function mix(words: Words, k: number): void {
  xorShift(words, k, 30);
  multiply(words, k, 0x1ce4e5b9, 0xbf58476d);
  xorShift(words, k, 27);
  multiply(words, k, 0x133111eb, 0x94d049bb);
  xorShift(words, k, 31);
}

function xorShift(words: Words, k: number, bits: number): void {
  const high = words[2 * k + 1];
  words[2 * k] ^= (words[2 * k] >>> bits) | (high << (32 - bits));
  words[2 * k + 1] ^= high >>> bits;
}

function multiply(words: Words, k: number, low: number, high: number): void {
  const ownLow = words[2 * k];
  const ownHigh = words[2 * k + 1];
  words[2 * k] = Math.imul(ownLow, low);
  words[2 * k + 1] = multiplyHigh(ownLow, low) + Math.imul(ownLow, high) + Math.imul(ownHigh, low);
}
