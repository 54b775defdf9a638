/** Parse a Python expression into its syntax tree. Nothing is executed, and the depth is bounded. */

import { type Keyword, PRECEDENCE, type Tree, unparse } from "./tree.js";
import { unescaped } from "./strings.js";
import { PythonSyntaxError, type Token, tokenize, type Tokens } from "./tokens.js";

export { PythonSyntaxError } from "./tokens.js";

const MAX_DEPTH = 100;
const KEYWORDS: ReadonlySet<string> = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except finally for from global if import " +
    "in is lambda nonlocal not or pass raise return try while with yield"
  ).split(" "),
);
const WORDS: ReadonlyMap<string, boolean | null> = new Map([["True", true], ["False", false], ["None", null]]);
/** Binary operators from the weakest to the strongest, each group with its precedence. */
const BINARY: readonly (readonly [number, readonly string[]])[] = [
  [PRECEDENCE.or, ["or"]],
  [PRECEDENCE.and, ["and"]],
  [PRECEDENCE.compare, ["<", ">", "==", ">=", "<=", "!=", "in", "is"]],
  [PRECEDENCE.bitOr, ["|"]],
  [PRECEDENCE.bitXor, ["^"]],
  [PRECEDENCE.bitAnd, ["&"]],
  [PRECEDENCE.shift, ["<<", ">>"]],
  [PRECEDENCE.arithmetic, ["+", "-"]],
  [PRECEDENCE.term, ["*", "/", "//", "%", "@"]],
];
const MISSING_COMMA = "invalid syntax. Perhaps you forgot a comma?";

/** The expression is nested too deeply. */
export class NestingError extends Error {}

/** Return the syntax tree of a Python expression. Throws `PythonSyntaxError` or `NestingError`. */
export function parseExpression(text: string): Tree {
  return new Parser(tokenize(text)).whole();
}

class Parser {
  #place = 0;
  #depth = 0;
  /** Place of the last token that was looked at. */
  #seen = 0;

  constructor(private readonly source: Tokens) {}

  whole(): Tree {
    const { bytes } = this.#peek();
    const elements = [this.#expression()];
    const commas = this.#furtherElements(elements, ["newline", "end"]);
    while (this.#peek().type === "newline") this.#place += 1;
    if (this.#peek().type !== "end") throw this.#wrong();
    return commas ? { kind: "tuple", elements, column: bytes } : elements[0];
  }

  /** Parse the elements after the first one, up to a token of one of the types or texts; return the number of commas. */
  #furtherElements(elements: Tree[], ends: readonly string[]): number {
    let commas = 0;
    while (this.#accept(",")) {
      commas += 1;
      const { type, text } = this.#peek();
      if (ends.includes(type) || ends.includes(text)) break;
      elements.push(this.#elementInBrackets());
    }
    return commas;
  }

  #elementInBrackets(): Tree {
    const first = this.#peek();
    const element = this.#element();
    const equals = this.#peek();
    if (!this.#accept("=")) return element;
    if (first.type !== "name" || element.kind !== "name") throw this.#wrongAt(equals);
    this.#binary(3); // Python looks at the value before it reports the mistake
    throw this.#problem("invalid syntax. Maybe you meant '==' or ':=' instead of '='?", first);
  }

  /** Parse an element of a list, which may be `*value`. */
  #element(): Tree {
    const { bytes } = this.#peek();
    if (!this.#accept("*")) return this.#expression();
    return other(bytes, `*${unparse(this.#binary(3), PRECEDENCE.bitOr)}`, PRECEDENCE.test);
  }

  /** @param second - Whether a further expression may follow without a comma, so that another message fits. */
  #expression(second = false): Tree {
    if (++this.#depth > MAX_DEPTH) throw new NestingError();
    const start = this.#peek();
    const value = this.#binary(0);
    let tree = value;
    if (this.#accept("if")) {
      const condition = this.#binary(0);
      if (!this.#accept("else")) throw this.#problem("expected 'else' after 'if' expression", start);
      const texts = [unparse(value, PRECEDENCE.or), unparse(condition, PRECEDENCE.or), unparse(this.#expression())];
      tree = other(value.column, `${texts[0]} if ${texts[1]} else ${texts[2]}`, PRECEDENCE.test);
    }
    if (!second) this.#checkComma(start);
    this.#depth -= 1;
    return tree;
  }

  /** Report a missing comma if another expression follows in brackets. */
  #checkComma(start: Token): void {
    const next = this.#peek();
    if (next.depth === 0 || !begins(next)) return;
    if (next.type === "string" && start === this.source.tokens[this.#place - 1] && start.type === "name") return;
    this.#binary(0); // a mistake in the part that follows comes first
    throw this.#problem(MISSING_COMMA, start);
  }

  #binary(level: number): Tree {
    if (level >= BINARY.length) return this.#factor();
    const [precedence, operators] = BINARY[level];
    if (precedence === PRECEDENCE.compare && this.#peek().text === "not") return this.#not();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = this.#operatorOf(operators, precedence);
      if (!operator) return left;
      const right = this.#binary(level + 1);
      // Chains such as `a < b < c` and `a or b or c` are written without brackets, like a left operand of equal strength.
      const text = `${unparse(left, precedence)} ${operator} ${unparse(right, precedence + 1)}`;
      left = other(left.column, text, precedence);
    }
  }

  /** Accept one of the operators; return its text, empty without one. */
  #operatorOf(operators: readonly string[], precedence: number): string {
    const { text, type } = this.#peek();
    if (precedence === PRECEDENCE.compare && text === "not" && this.source.tokens[this.#place + 1].text === "in") {
      this.#place += 2;
      return "not in";
    }
    if ((type !== "operator" && type !== "name") || !operators.includes(text)) return "";
    this.#place += 1;
    return text === "is" && this.#accept("not") ? "is not" : text;
  }

  #not(): Tree {
    const { bytes } = this.#next();
    if (++this.#depth > MAX_DEPTH) throw new NestingError();
    const operand = this.#binary(2);
    this.#depth -= 1;
    return other(bytes, `not ${unparse(operand, PRECEDENCE.not)}`, PRECEDENCE.not);
  }

  #factor(): Tree {
    const { text, bytes, type } = this.#peek();
    if (type !== "operator" || !["-", "+", "~"].includes(text)) return this.#power();
    this.#place += 1;
    if (++this.#depth > MAX_DEPTH) throw new NestingError();
    const operand = this.#factor();
    this.#depth -= 1;
    if (text === "-") return { kind: "minus", operand, column: bytes };
    return other(bytes, text + unparse(operand, PRECEDENCE.factor), PRECEDENCE.factor);
  }

  #power(): Tree {
    const base = this.#primary();
    if (!this.#accept("**")) return base;
    const exponent = unparse(this.#factor(), PRECEDENCE.power);
    return other(base.column, `${unparse(base, PRECEDENCE.atom)} ** ${exponent}`, PRECEDENCE.power);
  }

  #primary(): Tree {
    let tree = this.#atom();
    for (let links = 0; ; links++) {
      if (links > MAX_DEPTH) throw new NestingError();
      if (this.#accept(".")) {
        const { text } = this.#name();
        tree = { kind: "attribute", of: tree, name: text, column: tree.column };
      } else if (this.#accept("(")) {
        tree = this.#call(tree);
      } else if (this.#accept("[")) {
        const index = this.#index();
        tree = other(tree.column, `${unparse(tree, PRECEDENCE.atom)}[${index}]`, PRECEDENCE.atom);
      } else {
        return tree;
      }
    }
  }

  #call(called: Tree): Tree {
    const args: Tree[] = [];
    const keywords: Keyword[] = [];
    let misplaced = false;
    while (!this.#accept(")")) {
      const token = this.#peek();
      if (this.#accept("**")) {
        keywords.push([null, this.#expression()]);
      } else if (token.type === "name" && this.source.tokens[this.#place + 1].text === "=") {
        if (WORDS.has(token.text)) throw this.#problem(`cannot assign to ${token.text}`, token);
        const name = this.#name().text;
        this.#expect("=");
        keywords.push([name, this.#expression()]);
      } else {
        args.push(this.#element());
        if (this.#peek().text === "=") {
          const problem = 'expression cannot contain assignment, perhaps you meant "=="?';
          throw this.#problem(problem, token);
        }
        misplaced ||= keywords.length > 0 && token.text !== "*";
      }
      if (!this.#accept(",") && this.#peek().text !== ")") throw this.#wrong();
      const next = this.#peek();
      if (misplaced && next.text === ")") throw this.#problem("positional argument follows keyword argument", next);
    }
    return { kind: "call", function: called, args, keywords, column: called.column };
  }

  /** Parse what follows the opening bracket of an index and return its text. */
  #index(): string {
    const parts: string[] = [];
    let only: Tree | null = null;
    while (!this.#accept("]")) {
      let part = "";
      while (![",", "]"].includes(this.#peek().text)) {
        only = this.#accept(":") ? null : this.#expression();
        part += only === null ? ":" : unparse(only);
      }
      if (!part) throw this.#wrong();
      parts.push(part);
      if (!this.#accept(",") && this.#peek().text !== "]") throw this.#wrong();
    }
    if (parts.length === 0) throw this.#wrong();
    // The brackets of a tuple are left out in an index.
    return parts.length === 1 && only?.kind === "tuple" && only.elements.length ? parts[0].slice(1, -1) : parts.join(", ");
  }

  #atom(): Tree {
    const token = this.#next();
    const column = token.bytes;
    switch (token.type) {
      case "name":
        return this.#word(token);
      case "integer":
        return { kind: "integer", value: integerOf(token.text), column };
      case "float":
        return { kind: "float", value: Number(token.text.replaceAll("_", "")), column };
      case "imaginary":
        return other(column, token.text.toLowerCase(), PRECEDENCE.atom);
      case "string":
        return { kind: "string", value: contentOf(token) + this.#furtherStrings(), prefix: prefixOf(token), column };
      case "bytes":
      case "format":
        return other(column, token.text, PRECEDENCE.atom);
      default:
        return this.#display(token);
    }
  }

  #word(token: Token): Tree {
    const column = token.bytes;
    const value = WORDS.get(token.text);
    if (value !== undefined) return { kind: "word", value, column };
    if (KEYWORDS.has(token.text)) throw this.#wrongAt(token);
    return { kind: "name", name: token.text, column };
  }

  #furtherStrings(): string {
    let text = "";
    while (this.#peek().type === "string") text += contentOf(this.#next());
    return text;
  }

  /** Parse a list, tuple, dictionary, set or an expression in brackets. */
  #display(token: Token): Tree {
    const column = token.bytes;
    if (token.text === "...") return other(column, "...", PRECEDENCE.atom);
    if (token.text === "{") return this.#dictionary(column);
    if (token.text !== "(" && token.text !== "[") throw this.#wrongAt(token);
    const end = token.text === "(" ? ")" : "]";
    const elements: Tree[] = [];
    let commas = 0;
    if (this.#peek().text !== end) {
      elements.push(this.#elementInBrackets());
      commas = this.#furtherElements(elements, [end]);
    }
    this.#expect(end);
    if (end === "]") return { kind: "list", elements, column };
    return commas || elements.length === 0 ? { kind: "tuple", elements, column } : elements[0];
  }

  #dictionary(column: number): Tree {
    const keys: (Tree | null)[] = [];
    const values: Tree[] = [];
    const members: Tree[] = [];
    while (!this.#accept("}")) {
      if (this.#accept("**")) {
        keys.push(null);
        values.push(this.#binary(3));
      } else {
        const key = values.length ? this.#expression(true) : this.#elementInBrackets();
        const colon = this.#peek();
        if (members.length && colon.text === ":") throw this.#wrong();
        if (!this.#accept(":")) {
          const last = this.source.tokens[this.#place - 1];
          if (values.length) throw this.#problem("':' expected after dictionary key", endOf(last));
          members.push(key);
        } else {
          const { text } = this.#peek();
          if (text === "}" || text === ",") throw this.#problem("expression expected after dictionary key and ':'", colon);
          keys.push(key);
          values.push(this.#expression());
        }
      }
      if (!this.#accept(",") && this.#peek().text !== "}") throw this.#wrong();
    }
    if (members.length) return other(column, `{${members.map((one) => unparse(one)).join(", ")}}`, PRECEDENCE.atom);
    return { kind: "dict", keys, values, column };
  }

  #name(): Token {
    const token = this.#next();
    if (token.type !== "name" || KEYWORDS.has(token.text)) throw this.#wrongAt(token);
    return token;
  }

  #peek(): Token {
    this.#seen = Math.max(this.#seen, this.#place);
    const token = this.source.tokens[this.#place];
    if (token.type === "wrong") throw new PythonSyntaxError(token.value, token.column);
    return token;
  }

  #next(): Token {
    const token = this.#peek();
    if (token.type !== "end") this.#place += 1;
    return token;
  }

  #accept(text: string): boolean {
    const token = this.#peek();
    const found = token.text === text && (token.type === "operator" || token.type === "name");
    if (found) this.#place += 1;
    return found;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw this.#wrong();
  }

  #wrong(): PythonSyntaxError {
    return this.#wrongAt(this.#peek());
  }

  #wrongAt(token: Token): PythonSyntaxError {
    const { open } = this.source;
    if (open !== null && (this.#isAtEnd() || token.line > open.line)) {
      return new PythonSyntaxError(`'${open.text}' was never closed`, open.column);
    }
    // Python finds the end of a text in column 0.
    return new PythonSyntaxError("invalid syntax", token.type === "end" ? 0 : token.column);
  }

  /** Return an error with a message of its own, unless Python has already noticed that a bracket is never closed. */
  #problem(message: string, token: Token): PythonSyntaxError {
    return this.#isAtEnd() && this.source.open !== null ? this.#wrong() : new PythonSyntaxError(message, token.column);
  }

  /** Whether the end of the text has been looked at. */
  #isAtEnd(): boolean {
    return this.source.tokens[this.#seen].type === "end";
  }
}

/** Return the content of a string. */
function contentOf({ text, value }: Token): string {
  return /^[^'"]*r/i.test(text) ? value : unescaped(value);
}

/** Return the only prefix that Python writes again. */
function prefixOf({ text }: Token): string {
  return text.startsWith("u") ? "u" : "";
}

/** Return a token with the column of its last character. */
function endOf(token: Token): Token {
  return { ...token, column: token.column + token.text.length - 1 };
}

function begins(token: Token): boolean {
  if (token.type === "operator") return ["(", "[", "{", "-", "+", "~", "..."].includes(token.text);
  if (token.type === "name") return !KEYWORDS.has(token.text) || WORDS.has(token.text) || token.text === "not";
  return token.type !== "newline" && token.type !== "end";
}

function integerOf(text: string): bigint {
  const digits = text.replaceAll("_", "").toLowerCase();
  return BigInt(/^0[0-9]/.test(digits) ? digits.replace(/^0+(?=.)/, "") : digits);
}

function other(column: number, text: string, precedence: number): Tree {
  return { kind: "other", text, precedence, column };
}
