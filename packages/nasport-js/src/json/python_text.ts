/** Texts as Python writes them: `repr`, numbers, `json.dumps`. Messages show them, and hashes depend on them. */

import { isArray, isObject, writtenAs, type JsonObject, type JsonValue, type Written } from "./values.js";

/** Characters that Python's `str.isspace` accepts, for a character class of a regular expression. */
export const SPACE =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const LEADING_SPACE = new RegExp(`^[${SPACE}]+`);
const TRAILING_SPACE = new RegExp(`[${SPACE}]$`);
const NOT_PRINTABLE = /[^\P{C}]|[\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

/** Remove leading whitespace as Python's `str.lstrip` does. */
export function leftStripped(text: string): string {
  return text.replace(LEADING_SPACE, "");
}

/** Remove trailing whitespace as Python's `str.rstrip` does. */
export function rightStripped(text: string): string {
  let end = text.length;
  while (end > 0 && TRAILING_SPACE.test(text[end - 1])) {
    end -= 1;
  }
  return text.slice(0, end);
}

/** Number of characters (code points) of a text, as Python counts them. */
export function length(text: string): number {
  let count = 0;
  for (const _ of text) {
    count += 1;
  }
  return count;
}

/** Compare two texts by code points, as Python sorts them; JavaScript compares UTF-16 units. */
export function compareTexts(one: string, other: string): number {
  const shorter = Math.min(one.length, other.length);
  for (let index = 0; index < shorter; index += 1) {
    const [left, right] = [one.charCodeAt(index), other.charCodeAt(index)];
    if (left !== right) {
      return surrogatesLast(left) - surrogatesLast(right);
    }
  }
  return one.length - other.length;
}

/** Return a number as Python's `repr` of a float writes it: `5.0`, `1e-05`, `1e+16`. */
export function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
  }
  if (value === 0) {
    return Object.is(value, -0) ? "-0.0" : "0.0";
  }
  const [mantissa, power] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const exponent = Number(power);
  const text = exponent < -4 || exponent >= 16 ? scientific(digits, exponent) : plain(digits, exponent);
  return value < 0 ? `-${text}` : text;
}

/** Return a number as Python writes it: an integer unless it has a fraction or was written as a float. */
export function pythonNumber(value: number, how?: Written): string {
  if (typeof how === "bigint") {
    return how.toString();
  }
  return how === undefined && Number.isInteger(value) ? BigInt(value).toString() : pythonFloat(value);
}

/** Return a whole number with commas between the thousands, as Python's format `,` writes it. */
export function thousands(value: number): string {
  return BigInt(value).toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Return a JSON value as Python's `repr` writes it: `'text'`, `True`, `None`, `[1, 2.0]`, `{'key': 1}`. */
export function pythonRepr(value: JsonValue, how?: Written): string {
  if (typeof value === "string") {
    return quoted(value);
  }
  if (typeof value === "number") {
    return pythonNumber(value, how);
  }
  if (isArray(value)) {
    return `[${value.map((entry, index) => pythonRepr(entry, writtenAs(value, index))).join(", ")}]`;
  }
  if (isObject(value)) {
    const pairs = [...value].map(([key, entry]) => `${quoted(key)}: ${pythonRepr(entry, writtenAs(value, key))}`);
    return `{${pairs.join(", ")}}`;
  }
  return value === null ? "None" : value ? "True" : "False";
}

export interface DumpOptions {
  readonly sortKeys?: boolean;
  /** Write characters beyond ASCII as `\uXXXX` (default). */
  readonly ensureAscii?: boolean;
}

/** Return a JSON value as Python's `json.dumps` writes it, with its separators `, ` and `: `. */
export function pythonDumps(value: JsonValue, options: DumpOptions = {}, how?: Written): string {
  if (typeof value === "string") {
    return jsonText(value, options.ensureAscii ?? true);
  }
  if (typeof value === "number") {
    return pythonNumber(value, how);
  }
  if (isArray(value)) {
    return `[${value.map((entry, index) => pythonDumps(entry, options, writtenAs(value, index))).join(", ")}]`;
  }
  return isObject(value) ? dumpedObject(value, options) : String(value);
}

function dumpedObject(value: JsonObject, options: DumpOptions): string {
  const pairs = [...value];
  if (options.sortKeys) {
    pairs.sort(([one], [other]) => compareTexts(one, other));
  }
  const texts = pairs.map(([key, entry]) => {
    return `${jsonText(key, options.ensureAscii ?? true)}: ${pythonDumps(entry, options, writtenAs(value, key))}`;
  });
  return `{${texts.join(", ")}}`;
}

const JSON_ESCAPES = new Map([
  ['"', '\\"'], ["\\", "\\\\"], ["\n", "\\n"], ["\r", "\\r"], ["\t", "\\t"], ["\f", "\\f"], ["\b", "\\b"],
]);

function jsonText(text: string, ensureAscii: boolean): string {
  const escaped = ensureAscii ? /["\\]|[^ -~]/g : /["\\\x00-\x1f]/g;
  return `"${text.replace(escaped, (unit) => JSON_ESCAPES.get(unit) ?? `\\u${hexadecimal(unit.charCodeAt(0), 4)}`)}"`;
}

const REPR_ESCAPES = new Map([["\n", "\\n"], ["\r", "\\r"], ["\t", "\\t"]]);

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(/\\/g, "\\\\").replaceAll(quote, quote === "'" ? "\\'" : quote);
  return quote + escaped.replace(NOT_PRINTABLE, (char) => REPR_ESCAPES.get(char) ?? escapedCharacter(char)) + quote;
}

function escapedCharacter(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x100) {
    return `\\x${hexadecimal(code, 2)}`;
  }
  return code < 0x10000 ? `\\u${hexadecimal(code, 4)}` : `\\U${hexadecimal(code, 8)}`;
}

function hexadecimal(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}

function scientific(digits: string, exponent: number): string {
  const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function plain(digits: string, exponent: number): string {
  if (exponent < 0) {
    return `0.${"0".repeat(-exponent - 1)}${digits}`;
  }
  const whole = digits.padEnd(exponent + 1, "0");
  return `${whole.slice(0, exponent + 1)}.${whole.slice(exponent + 1) || "0"}`;
}

/** Order of a UTF-16 unit among code points: surrogates stand for the code points after all others. */
function surrogatesLast(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
