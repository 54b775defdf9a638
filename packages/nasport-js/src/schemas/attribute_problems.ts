/** Errors about the attributes that a document states for an operator: unknown, missing or without effect. */

import { InputError } from "../errors.js";
import { pythonRepr } from "../json/python_text.js";
import type { JsonObject, JsonValue } from "../json/values.js";
import {
  ATTRIBUTE_NAMES,
  attributeWords,
  defaultOf,
  kindNamed,
  mayState,
  operatorEntries,
  type Kind,
} from "./kinds.js";

/** What a document states for an operator. */
export interface StatedOperator {
  readonly kind: string;
  /** Key of the same operator in the vocabulary; empty if there is none. */
  readonly key: string;
  /** Stated attributes by name. */
  readonly stated: JsonObject;
  /** Whether `stated` is complete and must contain the attributes that the kind needs. */
  readonly whole: boolean;
  /** Names of attributes that the document states for the operator elsewhere. */
  readonly elsewhere?: readonly string[];
}

/** Return an error about stated attributes, whose path is the name of the attribute; null if they are right. */
export function attributeProblem(operator: StatedOperator): InputError | null {
  for (const [name, value] of operator.stated) {
    const problem =
      unknownAttribute(operator, name, value) ?? wrongWord(operator, name, value) ?? noEffect(operator, name, value);
    if (problem !== null) {
      return new InputError(problem, { path: [name] });
    }
  }
  return operator.whole ? missingAttributes(operator) : null;
}

function unknownAttribute({ kind, key }: StatedOperator, name: string, value: JsonValue): string | null {
  const allowed = [...kindNamed(kind).needs, ...mayState(kind).keys()];
  if (allowed.includes(name) || operatorEntries().get(key)?.[name] === value) {
    return null;
  }
  const listed = allowed.length > 0 ? `one of ${allowed.join(", ")}` : "no attributes";
  const expected = kind === "other" ? 'a "kind" that has it' : listed;
  return `an operator of kind '${kind}' has no attribute '${name}', expected ${expected}`;
}

function wrongWord({ kind }: StatedOperator, name: string, value: JsonValue): string | null {
  const words = kindNamed(kind).words.get(name) ?? attributeWords().get(name) ?? [];
  if (words.length === 0 || (typeof value === "string" && words.includes(value))) {
    return null;
  }
  return `an operator of kind '${kind}' has ${name} ${pythonRepr(value)}, expected one of ${words.join(", ")}`;
}

/** Find an attribute that needs another one, which is not stated and whose default makes this one meaningless. */
function noEffect({ kind, key, stated, elsewhere }: StatedOperator, name: string, value: JsonValue): string | null {
  const [other, ...wanted] = kindNamed(kind).beside.get(name) ?? [];
  if (typeof other !== "string" || stated.has(other) || elsewhere?.includes(other)) {
    return null;
  }
  if (value === defaultOf(key, kind, name)) {
    return null;
  }
  const usual = defaultOf(key, kind, other);
  if (wanted.length > 0 ? usual !== undefined && wanted.includes(usual) : ![0, "none", undefined].includes(usual)) {
    return null;
  }
  if (usual === undefined) {
    return `'${name}' has no effect without ${[other, ...wanted].join(" ")}, expected both`;
  }
  const expected = wanted.length > 0 ? `${other} ${pythonRepr(wanted[0])}` : `another value of ${other}`;
  return `'${name}' has no effect because ${other} is ${usual}, expected ${expected} too`;
}

function missingAttributes({ kind, key, stated }: StatedOperator): InputError | null {
  const known = kindNamed(kind);
  const own = operatorEntries().get(key) ?? {};
  const first: readonly string[] = ATTRIBUTE_NAMES;
  const missing = known.needs.filter((name) => (first.includes(name) || !(name in own)) && !stated.has(name));
  if (missing.length === 0) {
    return null;
  }
  const example = missing.map((name) => `"${name}": ${valuesOf(known, name)}`).join(", ");
  const lacking = missing.map((name) => pythonRepr(name)).join(" and ");
  return new InputError(`an operator of kind '${kind}' needs ${lacking}, expected ${example}`);
}

function valuesOf(kind: Kind, name: string): string {
  const words = kind.words.get(name) ?? attributeWords().get(name) ?? [];
  return words.map((word) => `"${word}"`).join(" or ") || "a number";
}
