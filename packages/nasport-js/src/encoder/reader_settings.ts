/** The settings of the description reader: families of operators, the values of their numbers, and a threshold, as JSON. */

import { knownOperator, type Operator, type Value } from "../schemas/operators.js";

/** Operators of one kind that differ in some numbers. */
export interface Family {
  /** Keys of the family's operators in the vocabulary. */
  readonly keys: readonly string[];
  /** First of these operators, which has the kind of all. */
  readonly like: Operator;
  /** Description with placeholders such as `{kernel}`; empty if the operators have none. */
  readonly words: string;
  readonly fixed: Readonly<Record<string, Value>>;
  /** Names of the numbers that a description can state. */
  readonly reads: readonly string[];
  /** Those of them that descriptions usually leave out. */
  readonly usual: readonly string[];
}

/** What the reader's file states about its network. */
export interface ReaderSettings {
  /** Tensor inside the encoder's graph that has a vector for each token. */
  readonly layer: string;
  readonly threshold: number;
  readonly families: readonly Family[];
  /** Values of each number in the order of the network's outputs. */
  readonly numbers: ReadonlyMap<string, readonly number[]>;
}

/** Parse the settings; throw an `Error` if they have another form. */
export function readerSettings(text: string): ReaderSettings {
  const value = objectOf(JSON.parse(text));
  const { layer, threshold, families, numbers } = value;
  if (typeof layer !== "string" || typeof threshold !== "number") throw new Error("layer or threshold is missing");
  if (!Array.isArray(families) || families.length === 0) throw new Error("families is no list");
  const values = Object.entries(objectOf(numbers));
  return {
    layer,
    threshold,
    families: families.map(familyOf),
    numbers: new Map(values.map(([name, list]) => [name, listOf(list, isNumber)])),
  };
}

function familyOf(value: unknown): Family {
  const entry = objectOf(value);
  const keys = listOf(entry["keys"], isText);
  const like = knownOperator(keys[0] ?? "");
  if (like === undefined || typeof entry["words"] !== "string") throw new Error("a family lacks keys or words");
  const fixed = Object.entries(objectOf(entry["fixed"]));
  return {
    keys,
    like,
    words: entry["words"],
    fixed: Object.fromEntries(fixed.map(([name, number]) => [name, listOf([number], isNumber)[0]])),
    reads: listOf(entry["reads"], isText),
    usual: listOf(entry["usual"], isText),
  };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("an object is missing");
  return Object.fromEntries(Object.entries(value));
}

function listOf<T>(value: unknown, isItem: (item: unknown) => item is T): readonly T[] {
  if (!Array.isArray(value) || !value.every(isItem)) throw new Error("a list is missing");
  return value;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}
