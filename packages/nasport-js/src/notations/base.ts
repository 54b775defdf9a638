/**
 * What all notations share. A notation is a text format in which benchmarks write the architectures of one search space. Texts
 * are parsed and never executed.
 */

import { InputError } from "../errors.js";
import { didYouMean } from "../json/nearest.js";
import { leftStripped, length, pythonRepr, rightStripped, thousands } from "../json/python_text.js";
import type { JsonValue, Written } from "../json/values.js";
import type { Architecture, Cell, Join, Node, Skeleton, Stage } from "../schemas/architecture.js";
import type { Operator } from "../schemas/operators.js";
import { vocabulary } from "../schemas/operators.js";

export const MAX_LENGTH = 20_000;

/** A text format for the architectures of one search space. */
export interface Notation {
  readonly name: string;
  /** Form of a text, in one line. */
  readonly description: string;
  /** A valid text. */
  readonly example: string;
  /**
   * Parse a text. The architecture has `space` and `source`; its `name` is the text or a short form of it.
   *
   * Throws `InputError`: the text is not in this notation; the message says what was expected.
   */
  parse(text: string): Architecture;
  /**
   * Write an architecture as a text; the inverse of `parse`.
   *
   * Throws `InputError`: the notation cannot express the architecture; the message says why.
   */
  write(architecture: Architecture): string;
}

/** Remove whitespace at both ends as Python does. */
export function stripped(text: string): string {
  // The usual text has only printable characters of ASCII at its ends.
  if (isPlain(text.charCodeAt(0)) && isPlain(text.charCodeAt(text.length - 1))) return text;
  return leftStripped(rightStripped(text));
}

function isPlain(code: number): boolean {
  return code > 0x20 && code < 0x7f;
}

/** Strip a text and check that a document can store it as its source. Throws `InputError` if it is too long. */
export function trimmed(text: string, limit: number = MAX_LENGTH): string {
  const short = stripped(text);
  const characters = length(short);
  if (characters > limit) {
    throw new InputError(`${thousands(characters)} characters, expected at most ${thousands(limit)}`);
  }
  return short;
}

/** Return the part of a message after an unknown name: the most similar name and the expected names. */
export function oneOf(found: JsonValue | undefined, known: readonly string[]): string {
  return `${didYouMean(found, known)}expected one of ${known.join(", ")}`;
}

/** Return the first characters of a value as Python's `repr` writes it. */
export function shown(value: JsonValue, limit: number, how?: Written): string {
  return cut(pythonRepr(value, how), limit);
}

/** Return the first characters of a text. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : [...text.slice(0, 2 * limit)].slice(0, limit).join("");
}

/** Run a function, and prefix the path of an `InputError` that it throws with a path in the text. */
export function errorsWithin<T>(path: readonly (string | number)[], run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof InputError ? error.within(...path) : error;
  }
}

/** Run a function; return undefined if it throws an `InputError`. */
export function unlessWrong<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** Return whether two values of plain data are equal. */
export function equal(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** Return an operator of the vocabulary, which must have the key. */
export function shipped(key: string): Operator {
  const operator = vocabulary().get(key);
  if (operator === undefined) throw new Error(`the vocabulary lacks ${key}`);
  return operator;
}

const NOTHING: readonly never[] = Object.freeze([]);
const NODE: Omit<Node, "id" | "op"> = { inputs: NOTHING, join: "sum", role: "", attributes: NOTHING, candidates: NOTHING };
const STAGE: Stage = { cell: "", op: "", repeats: 1, width: null, stride: 1, resolution: null, attributes: NOTHING };

/** Return a node; further parts have the defaults of a document. */
export function node(
  id: string,
  op: string,
  inputs: readonly string[] = NOTHING,
  join: Join = "sum",
  more: Partial<Node> = {},
): Node {
  return { ...NODE, id, op, inputs, join, ...more };
}

/** Return a cell; further parts have the defaults of a document. */
export function cellOf(nodes: readonly Node[], more: Partial<Cell> = {}): Cell {
  return { nodes, role: "normal", channels: "same", ...more };
}

/** Return a stage; parts that are not given have the defaults of a document. */
export function stage(parts: Partial<Stage>): Stage {
  return { ...STAGE, ...parts };
}

/** Return a skeleton; parts that are not given are empty. */
export function skeletonOf(parts: Partial<Skeleton> & Pick<Skeleton, "stages">): Skeleton {
  return { stem: NOTHING, head: NOTHING, input: NOTHING, classes: null, ...parts };
}
