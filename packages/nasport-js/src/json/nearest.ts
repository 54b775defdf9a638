/** Find the known name that is most similar to an unknown one, for error messages. */

import { length, pythonRepr } from "./python_text.js";

// Least similarity of a suggestion, which is 1 for equal names.
const NEAR = 0.65;
const NEAR_WITH_OTHER_NUMBERS = 0.8;
// Length and number of the names that are compared, so that no document takes long.
const LONGEST = 50;
const MOST = 500;

/**
 * Return the known name that is most similar to an unknown one; null if no name is similar.
 *
 * Case and punctuation do not count, and names with the same numbers come first: `conv_3x3` is suggested for `conv3x3`,
 * and `conv_5x5` rather than `nor_conv_3x3` for `nor_conv_5x5`.
 */
export function nearest(name: string, known: Iterable<string>): string | null {
  if (length(name) > LONGEST) {
    return null;
  }
  const [plain, numbers] = [plainCharacters(name), numbersOf(name)];
  let best = { sameNumbers: false, similarity: 0 };
  let suggestion: string | null = null;
  for (const other of shortNames(known)) {
    const sameNumbers = numbersOf(other) === numbers;
    const similarity = ratio(plainCharacters(other), plain);
    const better = sameNumbers === best.sameNumbers ? similarity > best.similarity : sameNumbers;
    if (better && similarity >= (sameNumbers ? NEAR : NEAR_WITH_OTHER_NUMBERS)) {
      best = { sameNumbers, similarity };
      suggestion = other;
    }
  }
  return suggestion;
}

/** Return the part of a message between an unknown name and "expected": `, did you mean 'a'? ` or `, `. */
export function didYouMean(name: unknown, known: Iterable<string>): string {
  const suggestion = typeof name === "string" ? nearest(name, known) : null;
  return suggestion === null ? ", " : `, did you mean ${pythonRepr(suggestion)}? `;
}

/** Return the similarity of two texts as `SequenceMatcher.ratio` of Python's `difflib` does (Ratcliff, Obershelp). */
export function ratio(one: readonly string[], other: readonly string[]): number {
  const total = one.length + other.length;
  return total === 0 ? 1 : (2 * matchingCharacters(one, other)) / total;
}

/** Count the characters of the longest common block, and of the longest ones before and after it, and so on. */
function matchingCharacters(one: readonly string[], other: readonly string[]): number {
  const block = longestBlock(one, other);
  if (block.size === 0) {
    return 0;
  }
  const before = matchingCharacters(one.slice(0, block.one), other.slice(0, block.other));
  const after = matchingCharacters(one.slice(block.one + block.size), other.slice(block.other + block.size));
  return before + block.size + after;
}

interface Block {
  readonly one: number;
  readonly other: number;
  readonly size: number;
}

/** Return the longest common block; of several the one that begins first in `one`, then first in `other`. */
function longestBlock(one: readonly string[], other: readonly string[]): Block {
  let best: Block = { one: 0, other: 0, size: 0 };
  let sizes = new Uint32Array(other.length + 1);
  for (let row = 0; row < one.length; row += 1) {
    const next = new Uint32Array(other.length + 1);
    for (let column = 0; column < other.length; column += 1) {
      if (one[row] === other[column]) {
        const size = sizes[column] + 1;
        next[column + 1] = size;
        if (size > best.size) {
          best = { one: row - size + 1, other: column - size + 1, size };
        }
      }
    }
    sizes = next;
  }
  return best;
}

function* shortNames(known: Iterable<string>): Generator<string> {
  let count = 0;
  for (const name of known) {
    if (length(name) <= LONGEST) {
      yield name;
      count += 1;
      if (count === MOST) {
        return;
      }
    }
  }
}

function plainCharacters(name: string): string[] {
  return [...(name.replace(/[^\p{L}\p{N}]+/gu, "").toLowerCase() || name)];
}

function numbersOf(name: string): string {
  return (name.match(/\p{Nd}+/gu) ?? []).join(" ");
}
