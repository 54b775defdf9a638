/**
 * Operators: what a node computes, as a description and as attributes.
 *
 * A key names an operator of the vocabulary. A document may describe further operators; if its entry equals that of an
 * operator of the vocabulary, it is that operator.
 */

import { InputError } from "../errors.js";
import { compareTexts } from "../json/python_text.js";
import { fromPlain, isObject, textOr, type JsonObject } from "../json/values.js";
import {
  ATTRIBUTE_NAMES,
  attributeWords,
  defaultOf,
  kindNamed,
  kinds,
  LATER_NUMBERS,
  operatorEntries,
  SAME_AS,
  type Value,
} from "./kinds.js";

export { ATTRIBUTE_NAMES, type Value } from "./kinds.js";

/** Stated (name, value) pairs sorted by name. */
export type Attributes = ReadonlyArray<readonly [string, Value]>;

const FIRST_ATTRIBUTES: ReadonlySet<string> = new Set(ATTRIBUTE_NAMES);

/** One operator; instances are immutable. */
export class Operator {
  /** Canonical description. */
  readonly text: string;
  /** Kind of the operator; `other` if only the description is known. */
  readonly kind: string;
  /** Stated (name, value) pairs sorted by name, without later attributes that equal their default. */
  readonly attributes: Attributes;
  /** Whether exchanging two inputs changes the result. */
  readonly ordered: boolean;
  /** Key of the same operator in the vocabulary, whose attributes may differ; empty if there is none. */
  readonly key: string;
  /** A text that is equal exactly for equal operators. */
  readonly identity: string;

  constructor(text: string, kind = "other", attributes: Attributes = [], ordered = false, key = "") {
    this.text = text;
    this.kind = kind;
    this.attributes = attributes;
    this.ordered = ordered;
    this.key = key;
    this.identity = JSON.stringify([text, kind, attributes, ordered, key]);
  }

  /** Name of the kind in older documents. */
  get family(): string {
    return operatorEntries().get(this.key)?.family ?? kindNamed(this.kind).family;
  }

  /** Return the stated value of an attribute, else the default of the key or the kind, else undefined. */
  value(name: string): Value | undefined {
    const stated = this.attributes.find(([key]) => key === name);
    return stated === undefined ? defaultOf(this.key, this.kind, name) : stated[1];
  }

  /** Return a numeric attribute, or `fallback` if it has no value. */
  attribute(name: string, fallback = 1): number {
    const value = this.value(name);
    return typeof value === "number" ? value : fallback;
  }

  /** Return a textual attribute, or an empty text if it has no value. */
  word(name: string): string {
    const value = this.value(name);
    return typeof value === "string" ? value : "";
  }

  /** Return the same operator with some attributes changed. */
  withAttributes(changes: Readonly<Record<string, Value>>): Operator {
    const changed = Object.entries(changes);
    if (changed.length === 0) {
      return this;
    }
    const stated = statedAttributes(new Map([...this.attributes, ...changed]), this.key, this.kind);
    return new Operator(this.text, this.kind, stated, this.ordered, this.key);
  }

  /** Read an operator from a validated entry of a document's `operators`. */
  static fromJson(value: Readonly<Record<string, unknown>>): Operator {
    const entry = fromPlain(value);
    if (!isObject(entry)) {
      throw new InputError("this is not a JSON object, expected the entry of an operator");
    }
    return operatorFromEntry(entry);
  }

  /** Return the JSON that `fromJson` reads, without defaults; hashes of architectures contain it. */
  toJson(): Record<string, Value | boolean> {
    const value: Record<string, Value | boolean> = { text: this.text };
    const kind = this.key ? this.family : this.kind;
    if (kind !== "other") {
      value.kind = kind;
    }
    for (const [name, number] of this.attributes) {
      value[name] = number;
    }
    if (this.ordered) {
      value.ordered = true;
    }
    return value;
  }
}

/** Read an operator from a validated entry of a document's `operators`. */
export function operatorFromEntry(entry: JsonObject): Operator {
  const { key, kind } = resolved(entry);
  const stated = new Map<string, Value>();
  for (const name of [...ATTRIBUTE_NAMES, ...LATER_NUMBERS, ...attributeWords().keys()]) {
    const value = entry.get(name);
    if (typeof value === "number" || typeof value === "string") {
      stated.set(name, value);
    }
  }
  const attributes = statedAttributes(stated, key, kind);
  return new Operator(textOr(entry.get("text"), ""), kind, attributes, entry.get("ordered") === true, key);
}

/**
 * Return the key and kind of the vocabulary's operator with the same description.
 *
 * If there is none, return an empty key and the kind that the entry states.
 */
export function resolved(entry: JsonObject): { key: string; kind: string } {
  const kind = textOr(entry.get("kind"), "other");
  const text = textOr(entry.get("text"), "");
  const key = DESCRIBED.get(description(text, kind, entry.get("ordered") === true)) ?? "";
  return { key, kind: operatorEntries().get(key)?.kind ?? kind };
}

/** The shipped vocabulary, from key to operator; `Operator.key` is the first of the operator's keys. */
export function vocabulary(): ReadonlyMap<string, Operator> {
  return VOCABULARY;
}

/** Return the operator of a key of the vocabulary; undefined if it lacks the key. */
export function knownOperator(key: string): Operator | undefined {
  return VOCABULARY.get(key);
}

/** Return the operator of a key, from the operators `own` of a document or the vocabulary. Throws if neither has it. */
export function operatorBehind(key: string, own: ReadonlyMap<string, Operator>): Operator {
  const operator = own.get(key) ?? knownOperator(key);
  if (operator === undefined) {
    throw new Error(`no operator ${JSON.stringify(key)}, expected one of the document or the vocabulary`);
  }
  return operator;
}

/**
 * Return the stated attributes sorted by name.
 *
 * Attributes of later releases are left out if they equal their default and no other attribute needs them.
 */
function statedAttributes(stated: ReadonlyMap<string, Value>, key: string, kind: string): Attributes {
  const kept = new Set<string>();
  for (const [name, value] of stated) {
    if (FIRST_ATTRIBUTES.has(name) || value !== defaultBeside(stated, key, kind, name)) {
      kept.add(name);
    }
  }
  const beside = kindNamed(kind).beside;
  for (const name of [...kept]) {
    const other = beside.get(name)?.[0];
    if (typeof other === "string" && stated.has(other)) {
      kept.add(other);
    }
  }
  return sortedAttributes([...stated].filter(([name]) => kept.has(name)));
}

/** Return attributes sorted by name. */
export function sortedAttributes(attributes: Attributes): Attributes {
  return [...attributes].sort(([one], [other]) => compareTexts(one, other));
}

/** Default of an attribute, given the stated ones: some attributes take the value of another one. */
function defaultBeside(stated: ReadonlyMap<string, Value>, key: string, kind: string, name: string): Value | undefined {
  const same = SAME_AS.get(name);
  return same === undefined ? defaultOf(key, kind, name) : stated.get(same) ?? defaultOf(key, kind, same);
}

function description(text: string, kind: string, ordered: boolean): string {
  return JSON.stringify([text, kind, ordered]);
}

/** Map description, kind (or its older name) and `ordered` to the first key of the vocabulary that has them. */
function describedKeys(): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  for (const [key, entry] of operatorEntries()) {
    const family = entry.family ?? kinds().get(entry.kind)?.family ?? entry.kind;
    for (const kind of [entry.kind, family]) {
      const described = description(entry.text, kind, entry.ordered ?? false);
      if (!keys.has(described)) {
        keys.set(described, key);
      }
    }
  }
  return keys;
}

const DESCRIBED = describedKeys();

const VOCABULARY: ReadonlyMap<string, Operator> = new Map(
  [...operatorEntries()].map(([key, entry]) => [key, Operator.fromJson(entry)]),
);
