/** Kinds of operators: which attributes they need, which are optional, and their defaults (`operators.json`). */

import { operatorsData } from "./data.js";
import type { KindEntry, OperatorEntry } from "./data_types.js";

export type Value = number | string;

/** The attributes of the first release. They are part of an operator's identity whenever they are stated. */
export const ATTRIBUTE_NAMES = [
  "kernel", "stride", "dilation", "groups", "expansion", "repeats", "channels", "heads",
] as const;

/** Later attributes are part of the identity only if they differ from the default of the key or the kind. */
export const LATER_NUMBERS = [
  "squeeze", "squeeze_multiple", "head_width", "bias", "query_bias", "key_value_heads",
  "kernel_width", "padding", "padding_width", "ceil", "resolution", "resolution_width",
  "parameters", "flops", "start",
] as const;

/** Attributes that take the value of another one if they are not stated. */
export const SAME_AS: ReadonlyMap<string, string> = new Map([
  ["kernel_width", "kernel"],
  ["padding_width", "padding"],
  ["resolution_width", "resolution"],
  ["key_value_heads", "heads"],
  ["query_bias", "bias"],
]);

/** Attributes that describe the output shape, which any operator may state. */
const OF_SHAPES = ["channels", "stride", "resolution", "resolution_width"] as const;

/** Attributes that need another attribute, in operators of any kind. */
const BESIDE: readonly (readonly [string, readonly Value[]])[] = [
  ["padding_width", ["padding"]],
  ["ceil", ["padding"]],
  ["resolution_width", ["resolution"]],
  ["flops", ["parameters"]],
];

/** A kind of operators. */
export interface Kind {
  /** Name of the kind in older documents, which the hash of the vocabulary's operators contains. */
  readonly family: string;
  /** Attributes that an operator of this kind must state. */
  readonly needs: readonly string[];
  /** Optional attributes with their defaults; null means that there is no default. */
  readonly optional: ReadonlyMap<string, Value | null>;
  /** Allowed values of textual attributes, if they are fewer than the schema allows. */
  readonly words: ReadonlyMap<string, readonly string[]>;
  /**
   * Attributes that need another attribute, with the name of that one and the values that it may have; without values
   * it must be stated, or its default must be neither 0 nor `none`.
   */
  readonly beside: ReadonlyMap<string, readonly Value[]>;
}

const KINDS: ReadonlyMap<string, Kind> = new Map(
  Object.entries(operatorsData.kinds).map(([name, entry]) => [name, kindFromEntry(name, entry)]),
);

const ENTRIES: ReadonlyMap<string, OperatorEntry> = new Map(Object.entries(operatorsData.operators));

const WORDS: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(operatorsData.words));

/** Return the kinds of operators by name. */
export function kinds(): ReadonlyMap<string, Kind> {
  return KINDS;
}

/** Return a kind by its name. Throws if there is no such kind. */
export function kindNamed(name: string): Kind {
  const kind = KINDS.get(name);
  if (kind === undefined) {
    throw new Error(`no operator kind ${JSON.stringify(name)}, expected one of ${[...KINDS.keys()].join(", ")}`);
  }
  return kind;
}

/** Return the entries of the vocabulary in `operators.json`, by key. */
export function operatorEntries(): ReadonlyMap<string, OperatorEntry> {
  return ENTRIES;
}

/** Return the textual attributes, each with all values that some kind allows. */
export function attributeWords(): ReadonlyMap<string, readonly string[]> {
  return WORDS;
}

/** Return the optional attributes of a kind with their defaults; null if there is none or the stage determines it. */
export function mayState(kind: string): ReadonlyMap<string, Value | null> {
  const own = kindNamed(kind).optional;
  if (kind === "input") {
    return own;
  }
  const result = new Map<string, Value | null>();
  if (kind === "other") {
    for (const name of [...ATTRIBUTE_NAMES, ...OF_SHAPES]) {
      result.set(name, null);
    }
  }
  for (const [name, value] of own) {
    result.set(name, value);
  }
  for (const name of OF_SHAPES) {
    result.set(name, own.get(name) ?? null);
  }
  return result;
}

/** Return the default of an attribute for an operator of a key and kind; undefined if there is none. */
export function defaultOf(key: string, kind: string, name: string): Value | undefined {
  const stated = ENTRIES.get(key)?.[name];
  if (typeof stated === "number" || typeof stated === "string") {
    return stated;
  }
  return kindNamed(kind).optional.get(name) ?? undefined;
}

function kindFromEntry(name: string, entry: KindEntry): Kind {
  return {
    family: entry.family ?? name,
    needs: entry.needs ?? [],
    optional: new Map(Object.entries(entry.optional ?? {})),
    words: new Map(Object.entries(entry.words ?? {})),
    beside: new Map([...BESIDE, ...Object.entries(entry.beside ?? {})]),
  };
}
