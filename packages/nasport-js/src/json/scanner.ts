/** The JSON grammar, as Python's `json` reads it: the same values, the same messages at the same positions. */

import { pythonRepr } from "./python_text.js";
import { MAX_DEPTH, noteWritten, type JsonObject, type JsonValue, type Written } from "./values.js";

/** Digits of an integer that Python converts. */
const MAX_DIGITS = 4300;

/** The text is not JSON; `position` is a UTF-16 offset. */
export class JsonSyntaxError extends Error {
  constructor(message: string, readonly position: number) {
    super(message);
  }
}

/** A value that nasport refuses: a number out of range, a constant such as NaN, or a duplicate key. */
export class BadValue extends Error {
  constructor(message: string, readonly token: string, readonly key?: string) {
    super(message);
  }
}

/** An integer has too many digits. */
export class HugeNumber extends Error {}

/** Arrays and objects are nested too deeply. */
export class TooDeep extends Error {}

const CONSTANTS: readonly (readonly [string, JsonValue])[] = [["null", null], ["true", true], ["false", false]];
const NOT_NUMBERS = ["NaN", "Infinity", "-Infinity"] as const;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y;
const ESCAPES = new Map([
  ['"', '"'], ["\\", "\\"], ["/", "/"], ["b", "\b"], ["f", "\f"], ["n", "\n"], ["r", "\r"], ["t", "\t"],
]);
/** All empty objects are this one, so that millions of them take little memory. */
const EMPTY: JsonObject = new Map();
const HEXADECIMAL = /^[0-9a-fA-F]{4}$/;

/** A scanner of one text. After each method that reads something, `position` is the offset behind it. */
export class JsonScanner {
  private position = 0;
  private depth = 0;
  /** How the number that was just read was written. */
  private written: Written | undefined;

  constructor(private readonly text: string) {}

  /** Read a text that consists of exactly one value. */
  document(): JsonValue {
    this.position = this.skipSpace(0);
    const value = this.value();
    const end = this.skipSpace(this.position);
    if (end !== this.text.length) {
      throw new JsonSyntaxError("Extra data", end);
    }
    return value;
  }

  /** Return the offset of the first character at or after `position` that is not whitespace. */
  skipSpace(position: number): number {
    let next = position;
    while (next < this.text.length && " \t\n\r".includes(this.text[next])) {
      next += 1;
    }
    return next;
  }

  /** Return the offset of the value under a key or index of the object or array at `position`, if it has one. */
  childPosition(position: number, key: string | number): number | undefined {
    const opening = this.text[position];
    if (opening !== (typeof key === "string" ? "{" : "[")) {
      return undefined;
    }
    this.position = this.skipSpace(position + 1);
    for (let index = 0; !"}]".includes(this.text[this.position]); index += 1) {
      const found = opening === "{" ? this.key() : index;
      if (found === key) {
        return this.position;
      }
      this.value();
      this.position = this.skipSpace(this.position);
      if (this.text[this.position] === ",") {
        this.position = this.skipSpace(this.position + 1);
      }
    }
    return undefined;
  }

  private value(): JsonValue {
    const { text, position } = this;
    this.written = undefined;
    switch (text[position]) {
      case '"':
        return this.string();
      case "{":
        return this.object();
      case "[":
        return this.array();
    }
    for (const [name, value] of CONSTANTS) {
      if (text.startsWith(name, position)) {
        this.position += name.length;
        return value;
      }
    }
    for (const name of NOT_NUMBERS) {
      if (text.startsWith(name, position)) {
        const problem = `${name} is not a number in JSON, write a finite number or leave the key out`;
        throw new BadValue(problem, name);
      }
    }
    return this.number();
  }

  /** Enter an object or array: step over its opening bracket and the whitespace behind it. */
  private enter(): void {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) {
      throw new TooDeep();
    }
    this.position = this.skipSpace(this.position + 1);
  }

  /** Leave an object or array: step over its closing bracket. */
  private leave(): void {
    this.depth -= 1;
    this.position += 1;
    this.written = undefined;
  }

  private object(): JsonValue {
    this.enter();
    if (this.text[this.position] === "}") {
      this.leave();
      return EMPTY;
    }
    const result = new Map<string, JsonValue>();
    let twice: string | undefined;
    do {
      const key = this.key();
      if (twice === undefined && result.has(key)) {
        twice = key;
      }
      result.set(key, this.value());
      if (this.written !== undefined) {
        noteWritten(result, key, this.written);
      }
    } while (this.another("}"));
    this.leave();
    if (twice !== undefined) {
      const problem = `duplicate key ${pythonRepr(twice)}, expected every key of an object once`;
      throw new BadValue(problem, "", twice);
    }
    return result;
  }

  private array(): JsonValue {
    const result: JsonValue[] = [];
    this.enter();
    if (this.text[this.position] !== "]") {
      do {
        result.push(this.value());
        if (this.written !== undefined) {
          noteWritten(result, result.length - 1, this.written);
        }
      } while (this.another("]"));
    }
    this.leave();
    return result;
  }

  /** Read a key of an object and the colon. */
  private key(): string {
    if (this.text[this.position] !== '"') {
      throw new JsonSyntaxError("Expecting property name enclosed in double quotes", this.position);
    }
    const key = this.string();
    this.position = this.skipSpace(this.position);
    if (this.text[this.position] !== ":") {
      throw new JsonSyntaxError("Expecting ':' delimiter", this.position);
    }
    this.position = this.skipSpace(this.position + 1);
    return key;
  }

  /** Read a comma and return true, or stop at the closing bracket and return false. */
  private another(closing: string): boolean {
    this.position = this.skipSpace(this.position);
    if (this.text[this.position] === closing) {
      return false;
    }
    if (this.text[this.position] !== ",") {
      throw new JsonSyntaxError("Expecting ',' delimiter", this.position);
    }
    this.position = this.skipSpace(this.position + 1);
    return true;
  }

  private number(): number {
    NUMBER.lastIndex = this.position;
    const found = NUMBER.exec(this.text);
    if (found === null) {
      throw new JsonSyntaxError("Expecting value", this.position);
    }
    this.position += found[0].length;
    return found[1] || found[2] ? this.float(found[0]) : this.integer(found[0]);
  }

  private float(token: string): number {
    const value = Number(token);
    if (!Number.isFinite(value)) {
      const problem = `the number ${token} is out of range, expected a finite 64-bit floating-point number`;
      throw new BadValue(problem, token);
    }
    this.written = Number.isInteger(value) ? "float" : undefined;
    return value;
  }

  private integer(token: string): number {
    if (token.length - (token.startsWith("-") ? 1 : 0) > MAX_DIGITS) {
      throw new HugeNumber();
    }
    const value = Number(token);
    this.written = Number.isSafeInteger(value) ? undefined : BigInt(token);
    return value + 0; // -0 is the integer 0
  }

  private string(): string {
    const { text } = this;
    const begin = this.position;
    let result = "";
    let start = begin + 1;
    for (;;) {
      const end = this.unescapedEnd(start, begin);
      result += text.slice(start, end);
      if (text[end] === '"') {
        this.position = end + 1;
        return result;
      }
      if (end + 1 === text.length) {
        throw new JsonSyntaxError("Unterminated string starting at", begin);
      }
      if (text[end + 1] === "u") {
        result += String.fromCharCode(this.unicodeEscape(end + 2));
        start = end + 6;
      } else {
        const char = ESCAPES.get(text[end + 1]);
        if (char === undefined) {
          throw new JsonSyntaxError("Invalid \\escape", end);
        }
        result += char;
        start = end + 2;
      }
    }
  }

  /** Return the offset of the next quote or backslash of the string that begins at `begin`. */
  private unescapedEnd(start: number, begin: number): number {
    const { text } = this;
    for (let next = start; next < text.length; next += 1) {
      const code = text.charCodeAt(next);
      if (code === 0x22 || code === 0x5c) {
        return next;
      }
      if (code <= 0x1f) {
        throw new JsonSyntaxError("Invalid control character at", next);
      }
    }
    throw new JsonSyntaxError("Unterminated string starting at", begin);
  }

  /** Return the UTF-16 unit of the four digits at an offset. A string does not end with them. */
  private unicodeEscape(offset: number): number {
    const digits = this.text.slice(offset, offset + 4);
    if (offset + 4 >= this.text.length || !HEXADECIMAL.test(digits)) {
      throw new JsonSyntaxError("Invalid \\uXXXX escape", offset - 1);
    }
    return parseInt(digits, 16);
  }
}
