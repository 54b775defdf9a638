/** Split a Python expression into tokens, with the messages of Python for wrong ones. */

import { length } from "../../json/python_text.js";

/** A text is not a Python expression. */
export class PythonSyntaxError extends Error {
  /** @param column - Column counted from 1 in characters; 0 if unknown. */
  constructor(
    message: string,
    readonly column: number,
  ) {
    super(message);
  }
}

export type TokenType =
  | "name" | "integer" | "float" | "imaginary" | "string" | "bytes" | "format" | "operator" | "newline" | "end" | "wrong";

/** One token. */
export interface Token {
  readonly type: TokenType;
  /** The token as it is written. */
  readonly text: string;
  /** Content of a string as it is written; what is wrong with a character that no token contains. */
  readonly value: string;
  /** Column on its line, counted from 1 in characters. */
  readonly column: number;
  /** Bytes before it on its line. */
  readonly bytes: number;
  readonly line: number;
  /** Number of open brackets before the token. */
  readonly depth: number;
}

/** An opening bracket. */
interface Bracket {
  readonly text: string;
  readonly column: number;
  readonly line: number;
}

/** The tokens of a text, and the innermost bracket that is never closed. */
export interface Tokens {
  readonly tokens: readonly Token[];
  readonly open: Bracket | null;
}

const MOST_BRACKETS = 200;
/** Name and digits of the numbers whose base a letter states. */
const BASES: ReadonlyMap<string, readonly [string, string]> = new Map([
  ["x", ["hexadecimal", "0-9a-f"]],
  ["o", ["octal", "0-7"]],
  ["b", ["binary", "01"]],
]);
const CLOSING: ReadonlyMap<string, string> = new Map([["(", ")"], ["[", "]"], ["{", "}"]]);
const CLOSES: ReadonlySet<string> = new Set(CLOSING.values());
const SKIPPED = /(?:[ \t\f]|\\\r?\n|#[^\n]*)+/y;
const NAME = /[\p{XID_Start}_][\p{XID_Continue}]*/uy;
const STRING = /([a-zA-Z]{0,2})("""|'''|"|')/y;
const PREFIX = /^(?:|[rbuf]|br|rb|fr|rf)$/i;
const OPERATOR = /\*\*=?|\/\/=?|<<=?|>>=?|->|:=|\.\.\.|[<>=!+\-*/%&|^@]=|[()[\]{},:.;=+\-*/%&|^~<>@!?$`]/y;

/** Return the tokens of an expression. Throws `PythonSyntaxError`. */
export function tokenize(text: string): Tokens {
  return new Tokenizer(text).read();
}

class Tokenizer {
  readonly #tokens: Token[] = [];
  readonly #open: Bracket[] = [];
  #at = 0;
  #line = 1;
  #lineStart = 0;
  /** Offset, and the characters and bytes before it on its line. */
  #counted = { at: 0, characters: 0, bytes: 0 };

  constructor(private readonly text: string) {}

  read(): Tokens {
    if (this.text.includes("\0")) throw new PythonSyntaxError("source code string cannot contain null bytes", 0);
    for (;;) {
      this.#skip();
      if (this.#at >= this.text.length || this.text[this.#at] === "\\") break;
      this.#next();
    }
    if (this.#at < this.text.length) {
      this.#at += this.#at + 1 < this.text.length ? 1 : 0; // Python names the column of the next character
      this.#add("wrong", " ", "unexpected character after line continuation character");
    }
    this.#add("end", "", "");
    return { tokens: this.#tokens, open: this.#open.at(-1) ?? null };
  }

  #next(): void {
    if (this.text[this.#at] === "\n" || this.text[this.#at] === "\r") return this.#newline();
    const string = this.#match(STRING);
    if (string && PREFIX.test(string[1])) return this.#string(string[1].toLowerCase(), string[2]);
    const name = this.#match(NAME);
    if (name) return this.#add("name", name[0], name[0]);
    if (/^\.?[0-9]/.test(this.text.slice(this.#at, this.#at + 2))) return this.#number();
    const operator = this.#match(OPERATOR);
    if (operator) return this.#operator(operator[0]);
    throw this.#wrongCharacter();
  }

  #skip(): void {
    const skipped = this.#match(SKIPPED);
    if (!skipped) return;
    this.#countLines(skipped[0]);
    this.#at += skipped[0].length;
  }

  #newline(): void {
    if (this.#open.length === 0) this.#add("newline", "\n", "");
    else this.#at += 1;
    this.#line += 1;
    this.#lineStart = this.#at;
  }

  /** Note the lines that begin inside a part of the text, which begins at the current offset. */
  #countLines(part: string): void {
    const lastLine = part.lastIndexOf("\n");
    if (lastLine < 0) return;
    this.#lineStart = this.#at + lastLine + 1;
    this.#line += part.split("\n").length - 1;
  }

  #operator(text: string): void {
    const last = this.#open.at(-1);
    if (CLOSING.has(text)) {
      if (this.#open.length >= MOST_BRACKETS) throw new PythonSyntaxError("too many nested parentheses", this.#column());
      const bracket = { text, column: this.#column(), line: this.#line };
      this.#add("operator", text, "");
      this.#open.push(bracket);
      return;
    }
    if (CLOSES.has(text)) {
      if (last === undefined) throw new PythonSyntaxError(`unmatched '${text}'`, this.#column());
      if (CLOSING.get(last.text) !== text) {
        const where = last.line === this.#line ? "" : ` on line ${last.line}`;
        const problem = `closing parenthesis '${text}' does not match opening parenthesis '${last.text}'${where}`;
        throw new PythonSyntaxError(problem, this.#column());
      }
      this.#open.pop();
    }
    this.#add("operator", text, "");
  }

  #string(prefix: string, quote: string): void {
    const start = this.#at + prefix.length + quote.length;
    let end = start;
    while (!this.text.startsWith(quote, end)) {
      if (end >= this.text.length || (quote.length === 1 && this.text[end] === "\n")) {
        const what = quote.length === 3 ? "triple-quoted string" : "string";
        const line = this.text.slice(0, quote.length === 3 ? undefined : end).split("\n").length;
        throw new PythonSyntaxError(`unterminated ${what} literal (detected at line ${line})`, this.#column());
      }
      end += this.text[end] === "\\" ? 2 : 1;
    }
    const type = prefix.includes("f") ? "format" : prefix.includes("b") ? "bytes" : "string";
    const written = this.text.slice(this.#at, end + quote.length);
    const begun = this.#at;
    this.#add(type, written, this.text.slice(start, end));
    [this.#at, end] = [begun, this.#at];
    this.#countLines(written);
    this.#at = end;
  }

  #number(): void {
    const number = numberAt(this.text, this.#at);
    if (number.problem) throw new PythonSyntaxError(number.problem, this.#column() + number.length - 1);
    this.#add(number.type, this.text.slice(this.#at, this.#at + number.length), "");
  }

  #wrongCharacter(): PythonSyntaxError {
    const code = this.text.codePointAt(this.#at) ?? 0;
    const character = String.fromCodePoint(code);
    const number = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
    const shown = /[\p{C}\p{Z}]/u.test(character) ? "invalid non-printable character" : `invalid character '${character}'`;
    return new PythonSyntaxError(shown.endsWith("'") ? `${shown} (${number})` : `${shown} ${number}`, this.#column());
  }

  #column(): number {
    return this.#before().characters + 1;
  }

  /** Return the numbers of characters and bytes before the current offset on its line. */
  #before(): { characters: number; bytes: number } {
    let { at, characters, bytes } = this.#counted;
    if (at < this.#lineStart) [at, characters, bytes] = [this.#lineStart, 0, 0];
    const part = this.text.slice(at, this.#at);
    characters += length(part);
    bytes += new TextEncoder().encode(part).length;
    this.#counted = { at: this.#at, characters, bytes };
    return { characters, bytes };
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.text);
  }

  #add(type: TokenType, text: string, value: string): void {
    const { characters, bytes } = this.#before();
    this.#tokens.push({ type, text, value, column: characters + 1, bytes, line: this.#line, depth: this.#open.length });
    this.#at += text.length;
  }
}

interface NumberToken {
  readonly type: "integer" | "float" | "imaginary";
  readonly length: number;
  readonly problem: string;
}

/** Read the number that begins at an offset; if it is wrong, `length` ends where Python notices it. */
function numberAt(text: string, at: number): NumberToken {
  const rest = text.slice(at, at + 5_000);
  const based = /^0([xXoObB])((?:_?[0-9a-fA-F])*)/.exec(rest);
  if (based) {
    const [name, digits] = BASES.get(based[1].toLowerCase()) ?? ["decimal", "0-9"];
    const valid = new RegExp(`^0.(?:_?[${digits}])+`, "i").exec(rest);
    if (!valid) return { type: "integer", length: 2, problem: `invalid ${name} literal` };
    const wrong = /^[\w]/.test(rest.slice(valid[0].length)) ? `invalid ${name} literal` : "";
    return { type: "integer", length: valid[0].length, problem: wrong };
  }
  const digits = "[0-9](?:_?[0-9])*";
  const found = new RegExp(`^(?:${digits})?(?:\\.(?:${digits})?)?(?:[eE][+-]?${digits})?`).exec(rest)?.[0] ?? "";
  const after = rest[found.length] ?? "";
  if (after === "j" || after === "J") return { type: "imaginary", length: found.length + 1, problem: "" };
  const underscore = after === "_" ? 1 : 0;
  if (underscore || (/[A-Za-z]/.test(after) && !beginsOperator(rest.slice(found.length)))) {
    return { type: "integer", length: found.length + underscore, problem: "invalid decimal literal" };
  }
  const whole = /^[0-9_]+$/.test(found);
  if (whole && /^0[0_]*[1-9]/.test(found)) {
    const problem = "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers";
    return { type: "integer", length: 1, problem };
  }
  return { type: whole ? "integer" : "float", length: found.length, problem: "" };
}

/** Whether a word of Python that can follow a number without a space begins here, as in `1if`. */
function beginsOperator(rest: string): boolean {
  return /^(?:and|else|for|if|in|is|not|or)/.test(rest);
}
