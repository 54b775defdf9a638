/**
 * Parsers of values in JSON or in Python syntax. Python text is parsed into its syntax tree and never executed.
 *
 * - `literal` accepts strings, integers, lists, tuples and `range(...)` of integers.
 * - `jsonOrPython` accepts JSON, and in Python syntax dictionaries, lists, tuples, strings, numbers, True, False, None, numpy
 *   numbers and arrays, `dict(...)`, and one call and some names that a notation defines. The result has the types of JSON.
 */

import { InputError } from "../errors.js";
import { parseJson } from "../json/parse.js";
import { length, pythonRepr, thousands } from "../json/python_text.js";
import { type JsonValue, noteWritten, type Written } from "../json/values.js";
import { cut, MAX_LENGTH, shown, stripped } from "./base.js";
import { NestingError, parseExpression, PythonSyntaxError } from "./python/parser.js";
import { type CallTree, type DictTree, type Tree, unparse } from "./python/tree.js";

const MAX_RANGE = 1_000;
const MAX_INTEGER = 10 ** 9;

/** A value of `literal`; lists, tuples and ranges are arrays. */
export type Literal = string | number | readonly Literal[];

/**
 * Return the syntax tree of a Python expression.
 *
 * Throws `InputError`: a text that is too long or not a Python expression; the message names the column.
 *
 * @param example - Valid text of the notation, for messages.
 */
export function syntaxTree(text: string, example: string): Tree {
  const characters = length(text);
  if (characters > MAX_LENGTH) {
    throw new InputError(`${thousands(characters)} characters, expected at most ${thousands(MAX_LENGTH)}`);
  }
  try {
    return parseExpression(stripped(text));
  } catch (error) {
    if (error instanceof PythonSyntaxError) {
      const place = error.column ? ` (column ${error.column})` : "";
      throw new InputError(`cannot be read: ${error.message}${place}, expected e.g. ${example}`);
    }
    if (error instanceof NestingError || error instanceof RangeError) {
      throw new InputError(`cannot be read: too many nested brackets or not text, expected e.g. ${example}`);
    }
    throw error;
  }
}

/**
 * Return the value of a syntax tree.
 *
 * Throws `InputError`: an expression of another form; the message has the expression and its column.
 */
export function literal(tree: Tree): Literal {
  switch (tree.kind) {
    case "string":
      return tree.value;
    case "integer":
      if (tree.value > MAX_INTEGER) {
        throw new InputError(`the integer in column ${tree.column + 1}, expected at most ${thousands(MAX_INTEGER)}`);
      }
      return Number(tree.value);
    case "list":
    case "tuple":
      return tree.elements.map(literal);
    case "call":
      if (tree.function.kind === "name" && tree.function.name === "range") return rangeOf(tree);
  }
  throw new InputError(`${described(tree)}, expected strings, integers, lists, tuples or range(...)`);
}

/** Return a literal as Python's `repr` writes it, with lists as tuples. */
export function literalText(value: Literal): string {
  if (typeof value !== "object") return pythonRepr(value);
  return `(${value.map(literalText).join(", ")}${value.length === 1 ? "," : ""})`;
}

/** Return an expression with its column for a message. */
export function described(tree: Tree): string {
  return `${pythonRepr(cut(unparse(tree), 60))} (column ${tree.column + 1})`;
}

/** A callable that a notation allows, with the names of its positional arguments. */
export interface AllowedCall {
  readonly name: string;
  readonly args: readonly string[];
}

/**
 * Parse JSON, or a Python expression of the forms above.
 *
 * Throws `InputError`: neither JSON nor such an expression, a duplicate key, or too many nested brackets.
 *
 * @param example - Valid text of the notation, for messages.
 * @param call - A further callable; a call becomes an object of its arguments.
 * @param names - Values of further names.
 */
export function jsonOrPython(
  text: string,
  example: string,
  call: AllowedCall = { name: "dict", args: [] },
  names: ReadonlyMap<string, JsonValue> = new Map(),
): JsonValue {
  let tree: Tree;
  try {
    return parseJson(text);
  } catch (error) {
    try {
      tree = syntaxTree(text, example);
    } catch (other) {
      throw text.includes("'") ? other : error;
    }
  }
  return new PythonReader(call, names).read(tree).value;
}

interface Read {
  readonly value: JsonValue;
  readonly how?: Written | undefined;
}

const WORDS: ReadonlyMap<string, JsonValue> = new Map<string, JsonValue>([["true", true], ["false", false], ["null", null]]);

/** Converter of syntax trees into values. */
class PythonReader {
  readonly #calls: ReadonlyMap<string, readonly string[]>;

  constructor(
    call: AllowedCall,
    private readonly names: ReadonlyMap<string, JsonValue>,
  ) {
    this.#calls = new Map([["dict", []], [call.name, call.args]]);
  }

  /** Return the value of a syntax tree; another form throws `InputError`. */
  read(tree: Tree): Read {
    switch (tree.kind) {
      case "string":
      case "word":
        return { value: tree.value };
      case "integer": {
        const value = Number(tree.value);
        return { value, how: Number.isSafeInteger(value) ? undefined : tree.value };
      }
      case "float":
        return { value: tree.value, how: "float" };
      case "minus": {
        const { value, how } = this.read(tree.operand);
        if (typeof value !== "number") break;
        // An integer has no negative zero.
        if (how === undefined) return { value: 0 - value };
        return { value: -value, how: typeof how === "bigint" ? -how : how };
      }
      case "name": {
        const known = this.names.get(tree.name) ?? WORDS.get(tree.name);
        if (known !== undefined) return { value: known };
        break;
      }
      case "list":
      case "tuple":
        return { value: this.#list(tree.elements) };
      case "dict":
        return { value: this.#dictionary(tree) };
      case "call":
        return this.#call(tree);
    }
    const expected = "expected JSON, or strings, numbers, lists and dictionaries as in Python";
    throw new InputError(`${described(tree)}, ${expected}`);
  }

  #list(elements: readonly Tree[]): JsonValue[] {
    const values: JsonValue[] = [];
    for (const element of elements) {
      const { value, how } = this.read(element);
      if (how !== undefined) noteWritten(values, values.length, how);
      values.push(value);
    }
    return values;
  }

  #dictionary(tree: DictTree): JsonValue {
    const keys = tree.keys.map((key) => (key === null ? { value: null } : this.read(key)));
    return this.#object(tree, keys, tree.values);
  }

  /** Read a call such as `array([...])`, `np.int64(3)`, `dict(ks=[...])` or `ModelSpec(matrix=[...], ops=[...])`. */
  #call(tree: CallTree): Read {
    const name = unparse(tree.function).split(".").at(-1) ?? "";
    const positional = this.#calls.get(name);
    if (positional !== undefined) {
      const keys = [...positional.slice(0, tree.args.length), ...tree.keywords.map(([keyword]) => keyword)];
      const values = [...tree.args, ...tree.keywords.map(([, value]) => value)];
      return { value: this.#object(tree, keys.map((value) => ({ value })), values) };
    }
    if (tree.args.length === 1 && (name === "array" || /^(?:int|float|bool|str)/.test(name))) return this.read(tree.args[0]);
    throw new InputError(`${described(tree)}, expected only calls of ${[...this.#calls.keys()].join(", ")}`);
  }

  #object(tree: Tree, keys: readonly Read[], values: readonly Tree[]): JsonValue {
    const result = new Map<string, JsonValue>();
    if (keys.length !== values.length) {
      throw new InputError(`${described(tree)} has ${values.length} arguments, expected ${keys.length}`);
    }
    for (const [place, { value: key, how }] of keys.entries()) {
      if (typeof key !== "string") {
        throw new InputError(`${described(tree)}: the key ${shown(key, 80, how)}, expected a string`);
      }
      if (result.has(key)) {
        throw new InputError(`${described(tree)}: ${shown(key, 80)} appears twice, expected it once`);
      }
      const read = this.read(values[place]);
      if (read.how !== undefined) noteWritten(result, key, read.how);
      result.set(key, read.value);
    }
    return result;
  }
}

function rangeOf(tree: CallTree): Literal {
  const bounds = tree.args.map(literal).filter((bound) => typeof bound === "number");
  if (tree.keywords.length || bounds.length !== tree.args.length || bounds.length < 1 || bounds.length > 3 || bounds[2] === 0) {
    throw new InputError(`${described(tree)}, expected a range of one to three integers`);
  }
  const [start, end, step] = bounds.length === 1 ? [0, bounds[0], 1] : [bounds[0], bounds[1], bounds[2] ?? 1];
  const count = Math.max(0, Math.ceil((end - start) / step));
  if (count > MAX_RANGE) {
    throw new InputError(`${described(tree)} has ${thousands(count)} numbers, expected at most ${thousands(MAX_RANGE)}`);
  }
  return Array.from({ length: count }, (_, place) => start + place * step);
}
