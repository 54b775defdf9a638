/** JSON values as this package keeps them. Objects are Maps, because JavaScript objects reorder keys such as "1". */

import { InputError } from "../errors.js";

export type JsonValue = null | boolean | number | string | JsonArray | JsonObject;

export interface JsonArray extends ReadonlyArray<JsonValue> {
  readonly [NOTES]?: (Written | undefined)[];
}

export interface JsonObject extends ReadonlyMap<string, JsonValue> {
  readonly [NOTES]?: Map<string, Written>;
}

/** How a number was written, if JavaScript's number does not show it: a float such as 5.0, an integer beyond 2^53. */
export type Written = "float" | bigint;

/** Levels of arrays and objects inside each other, as in the Python package. */
export const MAX_DEPTH = 200;

/** Hidden property of an object or array: how its numbers were written, by key or index. */
const NOTES: unique symbol = Symbol("written numbers");

/** Return how the number under a key of a parsed object, or at an index of a parsed array, was written. */
export function writtenAs(container: JsonArray | JsonObject, key: string | number): Written | undefined {
  return isObject(container) ? container[NOTES]?.get(String(key)) : container[NOTES]?.[Number(key)];
}

/** Note how a number of an object or array was written. */
export function noteWritten(container: JsonArray | JsonObject, key: string | number, how: Written): void {
  if (isObject(container)) {
    (container[NOTES] ?? attached(container, new Map<string, Written>())).set(String(key), how);
    return;
  }
  const notes = container[NOTES] ?? attached<(Written | undefined)[]>(container, []);
  while (notes.length < Number(key)) {
    notes.push(undefined);
  }
  notes[Number(key)] = how;
}

export function isObject(value: unknown): value is JsonObject {
  return value instanceof Map;
}

export function isArray(value: JsonValue | undefined): value is JsonArray {
  return Array.isArray(value);
}

/** Return the value as text, or `fallback` if it is no text. */
export function textOr(value: JsonValue | undefined, fallback: string): string {
  return typeof value === "string" ? value : fallback;
}

/** Return the value as an object; an empty one if it is none. */
export function objectOf(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : new Map();
}

/** Return the value as an array; an empty one if it is none. */
export function arrayOf(value: JsonValue | undefined): JsonArray {
  return isArray(value) ? value : [];
}

/** Return the texts of an array. */
export function textsOf(value: JsonValue | undefined): string[] {
  return arrayOf(value).filter((entry) => typeof entry === "string");
}

/** Convert plain JavaScript values, as `JSON.parse` returns them, or Maps. Throws `InputError` for other values. */
export function fromPlain(value: unknown, depth = 0): JsonValue {
  if (value === null || typeof value === "boolean" || typeof value === "string") {
    return value;
  }
  if (typeof value === "number" && Number.isFinite(value)) {
    return value;
  }
  if (typeof value !== "object") {
    throw notJson(`${typeof value} ${String(value)}`);
  }
  if (depth >= MAX_DEPTH) {
    throw new InputError(`the document is nested too deeply, expected at most ${MAX_DEPTH} levels`);
  }
  return Array.isArray(value) ? arrayFromPlain(value, depth + 1) : objectFromPlain(value, depth + 1);
}

/** Convert a JSON value to plain JavaScript objects and arrays. */
export function toPlain(value: JsonValue): unknown {
  if (isObject(value)) {
    return Object.fromEntries([...value].map(([key, entry]) => [key, toPlain(entry)]));
  }
  return isArray(value) ? value.map(toPlain) : value;
}

function arrayFromPlain(value: JsonArray, depth: number): JsonValue {
  const result = Array.from(value, (entry) => fromPlain(entry, depth));
  for (const [index, how] of (value[NOTES] ?? []).entries()) {
    if (how !== undefined) {
      noteWritten(result, index, how);
    }
  }
  return result;
}

function objectFromPlain(value: object, depth: number): JsonValue {
  const result = new Map<string, JsonValue>();
  for (const [key, entry] of value instanceof Map ? value : plainEntries(value)) {
    result.set(String(key), fromPlain(entry, depth));
  }
  for (const [key, how] of (isObject(value) && value[NOTES]) || []) {
    noteWritten(result, key, how);
  }
  return result;
}

function plainEntries(value: object): [string, unknown][] {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw notJson(value.constructor.name);
  }
  // As in JSON.stringify, a key whose value is undefined is left out.
  return Object.entries(value).filter(([, entry]) => entry !== undefined);
}

function notJson(what: string): InputError {
  return new InputError(`the document has a value that JSON cannot represent: ${what}`);
}

/** Attach notes to an object or array as a property that loops and comparisons do not see. */
function attached<T>(container: JsonArray | JsonObject, notes: T): T {
  Object.defineProperty(container, NOTES, { value: notes });
  return notes;
}
