/**
 * Strict parsing of JSON: UTF-8 only, no NaN, no infinity, no duplicate keys, bounded size and depth.
 *
 * Messages are those of the Python package, which adds the file, the line and a hint to those of Python's `json`.
 */

import { InputError, type ErrorPlace, type PathInDocument } from "../errors.js";
import { HEAD, refusal } from "./foreign.js";
import { jsonHint } from "./hints.js";
import { length, pythonDumps, SPACE, thousands } from "./python_text.js";
import { BadValue, HugeNumber, JsonScanner, JsonSyntaxError, TooDeep } from "./scanner.js";
import { isArray, isObject, MAX_DEPTH, type JsonValue } from "./values.js";

export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

/** Where a text is: the name of its file and the line on which it begins (for JSON Lines). */
export type TextPlace = Omit<ErrorPlace, "path">;

const NOT_SPACE = new RegExp(`[^${SPACE}]`);
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/**
 * Parse one JSON value from UTF-8 bytes or text. Objects become Maps.
 *
 * Throws `InputError`: the text is empty, too large, not UTF-8, not JSON, nested too deeply, or a file of another
 * format; or it contains NaN, infinity or a duplicate key.
 */
export function parseJson(data: Uint8Array | string, place: TextPlace = {}): JsonValue {
  return parsedText(data, place).value;
}

/** Parse the JSON value of a text and pass it to `build`; add the file and the line to the errors of `build`. */
export function parseDocument<T>(data: Uint8Array | string, build: (value: JsonValue) => T, place: TextPlace = {}): T {
  const { text, value } = parsedText(data, place);
  try {
    return build(value);
  } catch (error) {
    if (error instanceof InputError) {
      throw error.at({ file: place.file, line: lineOf(text, error.path, place.line ?? 1) });
    }
    throw error;
  }
}

/** Decode UTF-8 bytes and remove a byte order mark. Throws `InputError` with the line if the bytes are not UTF-8. */
export function decodeUtf8(data: Uint8Array, place: TextPlace = {}): string {
  const marked = data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(marked ? data.subarray(3) : data);
  } catch {
    const offset = invalidUtf8(data);
    const byte = data[offset].toString(16).padStart(2, "0");
    const line = (place.line ?? 1) + data.subarray(0, offset).reduce((count, unit) => count + (unit === 10 ? 1 : 0), 0);
    throw new InputError(`byte 0x${byte} at offset ${offset} is not UTF-8, expected UTF-8 text`, { ...place, line });
  }
}

/**
 * Return the line on which the value at `path` begins, or that of its closest ancestor if there is no such value.
 *
 * `text` is a valid JSON document, and `firstLine` the number of its first line.
 */
export function lineOf(text: string, path: PathInDocument, firstLine = 1): number {
  const scanner = new JsonScanner(text);
  let position = scanner.skipSpace(0);
  for (const key of path) {
    const child = scanner.childPosition(position, key);
    if (child === undefined) {
      break;
    }
    position = child;
  }
  return firstLine + lineBreaks(text, position);
}

function parsedText(data: Uint8Array | string, place: TextPlace): { text: string; value: JsonValue } {
  try {
    const text = boundedText(data, place);
    return { text, value: parsedValue(text, place) };
  } catch (error) {
    if (error instanceof InputError && typeof data !== "string" && (place.line ?? 1) === 1) {
      const problem = refusal(data.subarray(0, HEAD));
      if (problem !== null) {
        throw new InputError(problem, { file: place.file });
      }
    }
    throw error;
  }
}

function boundedText(data: Uint8Array | string, place: TextPlace): string {
  const here = { ...place, line: place.line ?? 1 };
  if (data.length > MAX_DOCUMENT_BYTES && (typeof data !== "string" || length(data) > MAX_DOCUMENT_BYTES)) {
    const problem = `the document is too large, expected at most ${thousands(MAX_DOCUMENT_BYTES)} bytes`;
    throw new InputError(problem, here);
  }
  const text = typeof data === "string" ? data : decodeUtf8(data, here);
  if (!NOT_SPACE.test(text)) {
    throw new InputError("the document is empty, expected a JSON document", here);
  }
  return text;
}

function parsedValue(text: string, place: TextPlace): JsonValue {
  try {
    const value = new JsonScanner(text).document();
    refuseHalfCharacters(value, text);
    return value;
  } catch (error) {
    const { problem, position } = located(error, text);
    throw new InputError(problem, { file: place.file, line: (place.line ?? 1) + lineBreaks(text, position) });
  }
}

/** Return the message of an error of the scanner and the position in the text that it is about. */
function located(error: unknown, text: string): { problem: string; position: number } {
  if (error instanceof JsonSyntaxError) {
    const { position } = error;
    const column = length(text.slice(text.lastIndexOf("\n", position - 1) + 1, position)) + 1;
    const hint = jsonHint(text, position);
    const problem = `not valid JSON: ${error.message} (column ${column})${hint ? `; ${hint}` : ""}`;
    return { problem, position };
  }
  if (error instanceof TooDeep) {
    return { problem: `the document is nested too deeply, expected at most ${MAX_DEPTH} levels`, position: 0 };
  }
  if (error instanceof BadValue) {
    return { problem: error.message, position: Math.max(positionOfToken(error, text), 0) };
  }
  if (error instanceof HugeNumber) {
    const { digits, position } = longestDigits(text);
    return { problem: `a number has ${thousands(digits)} digits, expected fewer`, position };
  }
  throw error;
}

/** Find the second of two equal keys. For other tokens, the scanner stops at the first one. */
function positionOfToken(error: BadValue, text: string): number {
  return error.key === undefined ? text.indexOf(error.token) : text.lastIndexOf(pythonDumps(error.key));
}

function longestDigits(text: string): { digits: number; position: number } {
  let longest = { digits: 0, position: 0 };
  for (const found of text.matchAll(/\p{Nd}+/gu)) {
    const digits = length(found[0]);
    if (digits > longest.digits) {
      longest = { digits, position: found.index };
    }
  }
  return longest;
}

/** Throw for half of a surrogate pair (`\ud800`), which JSON allows but which cannot be encoded or printed. */
function refuseHalfCharacters(value: JsonValue, text: string): void {
  const found = /\\u[dD][89a-fA-F]/.exec(text);
  if (found !== null && hasHalfCharacter(value)) {
    const problem = "half of a surrogate pair is not a character, expected both halves";
    throw new BadValue(problem, found[0]);
  }
}

function hasHalfCharacter(value: JsonValue): boolean {
  if (typeof value === "string") {
    return LONE_SURROGATE.test(value);
  }
  if (isObject(value)) {
    return [...value].some(([key, entry]) => hasHalfCharacter(key) || hasHalfCharacter(entry));
  }
  return isArray(value) && value.some(hasHalfCharacter);
}

function lineBreaks(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < end; at = text.indexOf("\n", at + 1)) {
    count += 1;
  }
  return count;
}

/** Return the offset of the first sequence of bytes that is not UTF-8. */
function invalidUtf8(data: Uint8Array): number {
  let offset = 0;
  while (offset < data.length) {
    const size = sequenceLength(data, offset);
    if (size === 0) {
      return offset;
    }
    offset += size;
  }
  return 0;
}

/** Length of the UTF-8 sequence at an offset; 0 if it is not valid. */
function sequenceLength(data: Uint8Array, offset: number): number {
  const [first, second] = [data[offset], data[offset + 1]];
  if (first < 0x80) {
    return 1;
  }
  const size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (size === 0 || !(second >= low && second <= high)) {
    return 0;
  }
  for (let next = offset + 2; next < offset + size; next += 1) {
    if (!(data[next] >= 0x80 && data[next] <= 0xbf)) {
      return 0;
    }
  }
  return size;
}

